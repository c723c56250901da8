"""Consent at the addresses for administrators: an app sends one there, who allows it for the whole organisation."""

from urllib.parse import urlencode

from pages import Answer
from sample import CONTACTS, GRAPH, JORIS, JURGEN, LUKAS, SANNE
from suite import check, equal, holds, test
from world import peek

SIX = ["GroupMember.Read.All", "User.Read", "User.Read.All", "offline_access", "openid", "profile"]
STATE = "my state/+&="
# What MSAL asks beside User.Read is named as well, or the first person would be asked for it.
NAMED = f"{GRAPH}/User.Read openid profile offline_access"


def address(world, card, *, version="", tenant=None, **changes):
    """Where an app sends an administrator; None leaves a parameter out."""
    asked = {"client_id": card.client_id, "redirect_uri": card.redirect, "state": STATE, **changes}
    asked = {name: value for name, value in asked.items() if value is not None}
    return f"{world.base}/{tenant or world.tenant}{version}/adminconsent?{urlencode(asked)}"


def answered(place, what):
    check(isinstance(place, Answer), f"{what} led to no answer: {place.describe()}")
    return place


@test("admin consent: the administrator allows all that the registration lists, and the app hears of it with its state")
def _(world):
    for tenant in (world.tenant, "common"):
        browser = world.browser()
        outcome = browser.authorize(address(world, CONTACTS, tenant=tenant), SANNE, consent=None)
        page = outcome.on_page("consent")
        equal(outcome.shown, ["signin", "consent"], "pages shown")
        equal(sorted(page.permissions), SIX, "permissions on the page")
        check(page.soup.select_one("#onBehalf") is None, "a tick box, though it is for everybody in any case")
        answer = answered(browser.consent(page, True), "accepting")
        equal((answer.how, answer.target), ("query", CONTACTS.redirect), "where the answer went")
        expected = {"admin_consent": "True", "tenant": world.tenant, "state": STATE}
        equal(answer.params, expected, f"the answer to a request at {tenant}")

    signed_in = world.sign_in(
        world.contacts(), world.browser(), JORIS, SIX[:3], redirect=CONTACTS.redirect, consent=None
    )
    equal(signed_in.outcome.shown, ["signin"], "pages shown to a person after it")
    missing = set(SIX[:3]) - set(peek(signed_in.access_token)["scp"].split())
    check(not missing, f"scp lacks {sorted(missing)}")


@test("admin consent: a person who is no administrator is told so, and going back answers the app with access_denied")
def _(world):
    browser = world.browser()
    page = browser.authorize(address(world, CONTACTS), LUKAS).on_page("needs-admin")
    offered = page.soup.select_one("button[name=ucaccept][value=Yes]")
    check(offered is None, "a person without the right is offered to accept")
    place = browser.submit(page, "consent", "button#idBtn_Back[name=ucaccept][value=No]")
    params = answered(place, "going back").params
    holds(params, {"error": "access_denied", "admin_consent": "True", "state": STATE}, "the answer")
    check(params.get("error_description", "").startswith("AADSTS65004:"), f"the answer is {params}")


@test("admin consent: what a person could allow for themselves takes an administrator here, and nothing is granted")
def _(world):
    browser, card = world.browser(), world.signed_card
    page = browser.authorize(address(world, card), JORIS).on_page("needs-admin")
    equal(page.blocked, ["User.Read"], "permissions that block")
    silent = world.authorize_url(
        client_id=card.client_id, redirect_uri=card.redirect, scope="User.Read", prompt="none"
    )
    browser.authorize(silent).with_error("consent_required", 65001)


@test("admin consent: the newer address asks for the scopes that it names, and says no in its own words")
def _(world):
    browser = world.browser()
    url = address(world, world.signed_card, version="/v2.0", scope=NAMED)
    page = browser.authorize(url, SANNE, consent=None).on_page("consent")
    equal(sorted(page.permissions), ["User.Read", "offline_access", "openid", "profile"], "permissions on the page")
    params = answered(browser.consent(page, False), "declining").params
    holds(params, {"error": "consent_required", "admin_consent": "True", "state": STATE}, "the answer to a no")

    page = browser.authorize(url, SANNE, consent=None).on_page("consent")
    params = answered(browser.consent(page, True), "accepting").params
    expected = {"admin_consent": "True", "tenant": world.tenant, "scope": NAMED, "state": STATE}
    equal(params, expected, "the answer to a yes")

    signed_in = world.sign_in(
        world.signed(), world.browser(), JURGEN, ["User.Read"], redirect=world.signed_card.redirect, consent=None
    )
    equal(signed_in.outcome.shown, ["signin"], "pages shown to a person after it")
    equal(world.graph("/me", signed_in.access_token).json().get("id"), JURGEN.id, "/v1.0/me")


@test("admin consent: the answer goes to a registered address alone, and the newer address wants scopes")
def _(world):
    browser = world.browser()
    for elsewhere in ("https://evil.example/callback", f"{CONTACTS.redirect}/more"):
        browser.authorize(address(world, CONTACTS, redirect_uri=elsewhere)).on_page("error", 50011)
    browser.authorize(address(world, CONTACTS, redirect_uri=None)).on_page("error", 900971)
    outcome = browser.authorize(address(world, CONTACTS, version="/v2.0"))
    equal(outcome.with_error("invalid_request", 900144).get("state"), STATE, "state")
