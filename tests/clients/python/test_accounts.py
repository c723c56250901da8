"""Several accounts in one browser: the picker, hints, and what stays silent."""

from sample import JORIS, MAREIKE, PIETER
from suite import check, equal, test
from world import tokens


def enter(world, app, browser, person, **asked):
    return world.sign_in(app, browser, person, ["User.Read"], redirect=world.intranet_card.redirect, **asked)


def two_people(world):
    """One browser and one MSAL application in which Mareike and Pieter are signed in."""
    app, browser = world.intranet(), world.browser()
    enter(world, app, browser, MAREIKE)
    added = enter(world, app, browser, PIETER, prompt="select_account")
    equal(added.outcome.shown[:2], ["accounts", "signin"], "the first pages when an account is added")
    equal(added.outcome.pages[0].accounts, [MAREIKE.upn], "tiles before an account is added")
    equal(added.id_claims["oid"], PIETER.id, "who was added")
    return app, browser


@test("account switch: a second person signs in beside the first, and MSAL serves both in silence")
def _(world):
    app, browser = two_people(world)
    accounts = {account["username"]: account for account in app.get_accounts()}
    equal(sorted(accounts), sorted([MAREIKE.upn, PIETER.upn]), "MSAL's accounts")
    for person in (MAREIKE, PIETER):
        result = tokens(
            app.acquire_token_silent_with_error(["User.Read"], accounts[person.upn], force_refresh=True),
            f"silent token of {person.upn}",
        )
        equal(world.graph("/me", result["access_token"]).json().get("id"), person.id, f"/v1.0/me of {person.upn}")


@test("account switch: prompt=select_account offers both, and the chosen one enters without a password")
def _(world):
    _, browser = two_people(world)
    for person in (MAREIKE, PIETER):
        chosen = enter(world, world.intranet(), browser, person, prompt="select_account", consent=None)
        equal(chosen.outcome.shown, ["accounts"], f"pages shown when {person.upn} is chosen")
        equal(sorted(chosen.outcome.pages[0].accounts), sorted([MAREIKE.upn, PIETER.upn]), "tiles")
        equal(chosen.id_claims["oid"], person.id, "who entered")


@test("account switch: with one account signed in, prompt=select_account still shows the picker")
def _(world):
    browser = world.browser()
    enter(world, world.intranet(), browser, MAREIKE)
    again = enter(world, world.intranet(), browser, MAREIKE, prompt="select_account", consent=None)
    equal(again.outcome.shown, ["accounts"], "pages shown")
    check(again.outcome.pages[0].soup.select_one("form#accounts #otherTile"), "the picker offers no other account")


@test("account switch: several accounts and no hint bring the picker, a login_hint brings the account without a page")
def _(world):
    _, browser = two_people(world)
    picked = enter(world, world.intranet(), browser, MAREIKE, consent=None)
    equal(picked.outcome.shown, ["accounts"], "pages shown without a hint")
    equal(picked.id_claims["oid"], MAREIKE.id, "who entered")
    for person in (PIETER, MAREIKE):
        hinted = enter(world, world.intranet(), browser, None, login_hint=person.upn, consent=None)
        equal(hinted.outcome.shown, [], f"pages shown with the hint {person.upn}")
        equal(hinted.id_claims["oid"], person.id, "who entered by hint")


@test("account switch: prompt=none takes the hinted account, and refuses when it must choose or the hint is a stranger")
def _(world):
    _, browser = two_people(world)
    redirect = world.intranet_card.redirect
    hinted = enter(world, world.intranet(), browser, None, login_hint=MAREIKE.upn, prompt="none", consent=None)
    equal(hinted.id_claims["oid"], MAREIKE.id, "who entered by hint")
    open_choice = world.visit(world.intranet(), browser, None, ["User.Read"], redirect=redirect, prompt="none")
    open_choice.with_error("interaction_required")
    stranger = world.visit(
        world.intranet(), browser, None, ["User.Read"], redirect=redirect, prompt="none", login_hint=JORIS.upn
    )
    stranger.with_error("login_required")
