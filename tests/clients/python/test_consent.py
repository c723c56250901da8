"""Consent: who is asked what, who may say yes, and what it leaves behind. See the table in run.py for whose is what."""

import sample
from pages import Answer
from sample import (
    CONTACTS, DAAN, FATIMA, GRAPH, GUEST, JORIS, JURGEN, LUKAS, MAREIKE, ORDERS, ORDERS_APP_ID, PAYROLL, PLANNER, SANNE,
)
from suite import Failed, check, equal, holds, lacks, test
from world import peek, refused, tokens

# MSAL adds openid, profile and offline_access: six permissions in all.
SIX = ["GroupMember.Read.All", "User.Read", "User.Read.All"]
FOR_ADMINISTRATORS = ["GroupMember.Read.All", "User.Read.All"]
FOR_EVERYBODY = ["User.Read", "offline_access", "openid", "profile"]
PEOPLE = "/users?$select=displayName,businessPhones,mobilePhone"


def nothing_granted(world, card, browser, permissions):
    """Asks each permission alone with prompt=none, which tells whether consent is missing and changes nothing.

    One at a time, because a request for several is refused as long as only one of them is missing.
    """
    wrong = []
    for permission in permissions:
        url = world.authorize_url(
            client_id=card.client_id, redirect_uri=card.redirect, scope=permission, prompt="none"
        )
        try:
            browser.authorize(url).with_error("consent_required", 65001)
        except Failed as problem:
            wrong.append(f"{permission}: {problem}")
    check(not wrong, f"{len(wrong)} of {len(permissions)} are not simply without consent: " + " ;; ".join(wrong))


def consent_page(outcome):
    pages = [page for page in outcome.pages if page.kind == "consent"]
    check(len(pages) == 1, f"expected one consent page: {outcome.describe()}")
    return pages[0]


def accept(browser, page, flow, app, **how):
    """Accepts on the consent page and redeems what comes of it."""
    place = browser.consent(page, True, **how)
    check(isinstance(place, Answer), f"accepting led to no answer: {place.describe()}")
    check(place.params.get("code"), f"accepting brought no code: {place.describe()}")
    return tokens(app.acquire_token_by_auth_code_flow(flow, place.params), "the code after consent")


def organisation_consents(world):
    """Sanne consents for everybody, unless she did already."""
    app, browser = world.contacts(), world.browser()
    flow = app.initiate_auth_code_flow(SIX, redirect_uri=CONTACTS.redirect)
    outcome = browser.authorize(flow["auth_uri"], SANNE, consent=None)
    if outcome.answer:
        outcome.with_code()
        return
    page = outcome.on_page("consent")
    check(not page.one("input#onBehalf").has_attr("checked"), "the tick box for the organisation is on by default")
    equal(page.blocked, [], "what blocks an administrator")
    missing = set(FOR_ADMINISTRATORS) - set(page.permissions)
    check(not missing, f"the administrator's page leaves out {sorted(missing)}: {page.describe()}")
    accept(browser, page, flow, app, for_organisation=True)


@test("S0-09 S0-17 six permissions of which two need an administrator: the page lists the two, and nothing is granted")
def _(world):
    app, browser = world.contacts(), world.browser()
    flow = app.initiate_auth_code_flow(SIX, redirect_uri=CONTACTS.redirect)
    page = browser.authorize(flow["auth_uri"], JORIS).on_page("needs-admin")
    equal(sorted(page.blocked), FOR_ADMINISTRATORS, "permissions that block")
    equal(sorted(page.permissions), FOR_EVERYBODY, "the others")
    offered = page.soup.select_one("button[name=ucaccept][value=Yes]")
    check(offered is None, "a person without the right is offered to accept")

    place = browser.submit(page, "consent", "button#idBtn_Back[name=ucaccept][value=No]")
    check(isinstance(place, Answer), f"going back led to no answer: {place.describe()}")
    equal(place.params.get("state"), flow["state"], "state")
    refused(app.acquire_token_by_auth_code_flow(flow, place.params), "access_denied", None, "going back")

    silent = world.visit(world.contacts(), browser, None, SIX, redirect=CONTACTS.redirect, prompt="none")
    silent.with_error("consent_required")
    nothing_granted(world, CONTACTS, browser, FOR_EVERYBODY)


@test("S0-09 S0-17 the registered permissions (.default) are judged like those that are named")
def _(world):
    outcome = world.visit(
        world.contacts(), world.browser(), JORIS, [f"{GRAPH}/.default"], redirect=CONTACTS.redirect, consent=None
    )
    page = outcome.on_page("needs-admin")
    equal(sorted(page.blocked), FOR_ADMINISTRATORS, "permissions that block")
    equal(sorted(page.permissions), FOR_EVERYBODY, "the others, each once")


@test("S0-16 the directory's phone numbers: 403 before, and after the organisation's consent 200 without any page")
def _(world):
    browser = world.browser()
    before = world.sign_in(world.contacts(), browser, JORIS, ["User.Read"], redirect=CONTACTS.redirect)
    page = consent_page(before.outcome)
    check(page.soup.select_one("#onBehalf") is None, "a person without the right is offered to consent for everybody")
    lacks(dict.fromkeys(page.permissions), FOR_ADMINISTRATORS, "the page for User.Read alone")
    lacks(dict.fromkeys(peek(before.access_token)["scp"].split()), FOR_ADMINISTRATORS, "scp before consent")
    world.graph_refuses(PEOPLE, before.access_token, 403, "Authorization_RequestDenied")

    organisation_consents(world)

    after = world.sign_in(world.contacts(), browser, None, SIX, redirect=CONTACTS.redirect, consent=None)
    equal(after.outcome.shown, [], "pages shown to a person who is signed in")
    elsewhere = world.sign_in(world.contacts(), world.browser(), JORIS, SIX, redirect=CONTACTS.redirect, consent=None)
    equal(elsewhere.outcome.shown, ["signin"], "pages shown in another browser")
    missing = set(SIX) - set(peek(after.access_token)["scp"].split())
    check(not missing, f"scp lacks {sorted(missing)}")

    people = world.graph(PEOPLE, after.access_token).json()["value"]
    equal(len(people), sample.PEOPLE_IN_TENANT, "how many people Graph lists")
    sanne = next((one for one in people if one.get("displayName") == SANNE.name), {})
    holds(sanne, {"businessPhones": ["+31 10 555 0101"], "mobilePhone": "+31 6 5555 0101"}, "the entry of Sanne")


@test("S1-26 the app's permission is not enough: a guest who holds the same scope may not list people")
def _(world):
    organisation_consents(world)
    guest = world.sign_in(world.contacts(), world.browser(), GUEST, SIX, redirect=CONTACTS.redirect, consent=None)
    check("User.Read.All" in peek(guest.access_token)["scp"].split(), "the guest's token lacks User.Read.All")
    world.graph_refuses(PEOPLE, guest.access_token, 403, "Authorization_RequestDenied")
    member = world.sign_in(world.contacts(), world.browser(), JORIS, SIX, redirect=CONTACTS.redirect, consent=None)
    world.graph(PEOPLE, member.access_token)


@test("incremental consent: the second page asks only for what is missing")
def _(world):
    browser, redirect = world.browser(), world.intranet_card.redirect
    write = f"{ORDERS}/Orders.Write"

    app = world.intranet()
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=redirect)
    page = browser.authorize(flow["auth_uri"], FATIMA, consent=None).on_page("consent")
    check("User.Read" in page.permissions, f"User.Read is not on the page: {page.describe()}")
    more = set(page.permissions) - set(FOR_EVERYBODY)
    check(not more, f"the page asks more than was asked: {sorted(more)}")
    first = accept(browser, page, flow, app)
    world.graph("/me", first["access_token"])
    nothing_granted(world, world.intranet_card, browser, [write])

    app = world.intranet()
    flow = app.initiate_auth_code_flow([write], redirect_uri=redirect)
    page = browser.authorize(flow["auth_uri"], FATIMA, consent=None).on_page("consent")
    equal(page.permissions, ["Orders.Write"], "permissions on the second page")
    second = accept(browser, page, flow, app)
    claims = world.verified(second["access_token"], audience=ORDERS_APP_ID)
    check("Orders.Write" in claims["scp"].split(), f"scp is {claims['scp']!r}")
    equal(claims.get("roles"), ["Approver"], "the person's role at the API")

    both = world.sign_in(
        world.intranet(), browser, None, ["User.Read", write], redirect=redirect, redeem=["User.Read"], consent=None
    )
    equal(both.outcome.shown, [], "pages shown once both are granted")


@test("S1-23 S1-24 an app gets a token for itself without a consent page, and no grant is left behind")
def _(world):
    client_id, redirect, browser = world.intranet_card.client_id, world.intranet_card.redirect, world.browser()
    signed_in = world.sign_in(
        world.intranet(), browser, JURGEN, [f"{client_id}/.default"], redirect=redirect, consent=None
    )
    equal(signed_in.outcome.shown, ["signin"], "pages shown")
    claims = world.verified(signed_in.access_token, audience=client_id, version="v1.0")
    holds(claims, {"appid": client_id, "oid": JURGEN.id, "tid": world.tenant, "ver": "1.0"}, "the token for itself")
    nothing_granted(world, world.intranet_card, browser, FOR_EVERYBODY)


@test("S1-25 a token of an app for itself tells the person's profile without a grant for it")
def _(world):
    signed_in = world.sign_in(
        world.intranet(),
        world.browser(),
        JURGEN,
        [f"{world.intranet_card.client_id}/.default"],
        redirect=world.intranet_card.redirect,
        consent=None,
    )
    holds(signed_in.id_claims, {"name": JURGEN.name, "preferred_username": JURGEN.upn, "oid": JURGEN.id}, "ID token")
    holds(peek(signed_in.access_token), {"name": JURGEN.name, "oid": JURGEN.id}, "access token")


@test("declined consent goes back to the app as access_denied, and nothing is granted")
def _(world):
    app, browser, redirect = world.intranet(), world.browser(), world.intranet_card.redirect
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=redirect)
    outcome = browser.authorize(flow["auth_uri"], DAAN, consent="decline")
    params = outcome.with_error("access_denied", 65004)
    equal(params.get("state"), flow["state"], "state")
    refused(app.acquire_token_by_auth_code_flow(flow, params), "access_denied", 65004, "MSAL's result")
    nothing_granted(world, world.intranet_card, browser, FOR_EVERYBODY)


@test("prompt=consent shows the page though everything is granted")
def _(world):
    browser, redirect = world.browser(), world.intranet_card.redirect
    world.sign_in(world.intranet(), browser, LUKAS, ["User.Read"], redirect=redirect)
    outcome = world.visit(
        world.intranet(), browser, None, ["User.Read"], redirect=redirect, prompt="consent", consent=None
    )
    page = outcome.on_page("consent")
    check("User.Read" in page.permissions, f"User.Read is not on the page: {page.describe()}")


@test("a permission that the API's owner keeps for administrators blocks an ordinary person")
def _(world):
    outcome = world.visit(
        world.intranet(),
        world.browser(),
        JORIS,
        [f"{ORDERS}/Orders.Approve"],
        redirect=world.intranet_card.redirect,
        consent=None,
    )
    equal(outcome.on_page("needs-admin").blocked, ["Orders.Approve"], "permissions that block")


@test("nobody is asked for a permission that the API pre-authorised for the app")
def _(world):
    outcome = world.visit(
        world.public(PLANNER),
        world.browser(),
        MAREIKE,
        [f"{ORDERS}/Orders.Read"],
        redirect=PLANNER.redirect,
        consent=None,
    )
    if outcome.answer:
        outcome.with_code()
        return
    page = outcome.on_page("consent")
    lacks(dict.fromkeys(page.permissions), ["Orders.Read"], "the consent page of an app that is pre-authorised")


@test("assignment required: a person who is not assigned stops at AADSTS50105")
def _(world):
    outcome = world.visit(
        world.payroll(), world.browser(), JORIS, ["User.Read"], redirect=PAYROLL.redirect, consent=None
    )
    outcome.on_page("error", 50105)
    equal(outcome.shown, ["signin", "error"], "pages shown")


@test("assignment required: a person who is assigned enters, and the organisation's grant spares the consent page")
def _(world):
    signed_in = world.sign_in(
        world.payroll(), world.browser(), FATIMA, ["User.Read"], redirect=PAYROLL.redirect, consent=None
    )
    equal(signed_in.outcome.shown, ["signin"], "pages shown")
    equal(signed_in.id_claims["oid"], FATIMA.id, "who signed in")
    world.graph("/me", signed_in.access_token)
