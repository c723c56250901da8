"""Devices without a browser (RFC 8628): MSAL asks for a code, and a person answers it in a browser elsewhere."""

from pages import Page
from sample import DAAN, JURGEN, LUKAS, PLANNER
from suite import check, equal, holds, lacks, test
from world import peek, refused, tokens

WRONG_CODE = "BBBBBBBBB"  # of the alphabet and length that codes have, so that it is looked up


def asked(app, scopes=("User.Read",)):
    """MSAL's flow, with what a device shows to the person."""
    flow = app.initiate_device_flow(list(scopes))
    check("user_code" in flow, f"no user code, but {flow}")
    return flow


def polled(app, flow):
    """One question of the device, without waiting for the person."""
    return app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)


def address(flow):
    return flow["verification_uri"]


@test("device code: the device shows an address and a code, and is told to wait until somebody answers")
def _(world):
    app = world.public(world.mobile_card)
    flow = asked(app)
    holds(flow, {"verification_uri": f"{world.base}/devicelogin", "expires_in": 900, "interval": 5}, "MSAL's flow")
    message = flow.get("message", "")  # tools print it as it is
    for told in (address(flow), flow["user_code"]):
        check(told in message, f"the message does not tell `{told}`: {message!r}")
    refused(polled(app, flow), "authorization_pending", 70016, "a poll before anybody answered")
    other = asked(app)
    for name in ("user_code", "device_code"):
        check(other[name] != flow[name], f"two devices got the same {name}")


@test("device code: the person confirms and consents, and the device gets tokens, once")
def _(world):
    app, browser = world.public(world.mobile_card), world.browser()
    flow = asked(app)
    refused(polled(app, flow), "authorization_pending", 70016, "a poll before anybody answered")

    # In small letters, as people type them.
    outcome = browser.device(address(flow), flow["user_code"].lower(), JURGEN)
    outcome.on_page("device-done")
    equal(outcome.shown, ["device-code", "signin", "device-confirm", "consent", "device-done"], "pages shown")
    confirm = outcome.pages[2].text("main")
    for told in (world.mobile_card.name, JURGEN.name):
        check(told in confirm, f"the page does not say `{told}`, so nobody can tell a trap: {confirm}")
    check("User.Read" in outcome.pages[3].permissions, f"User.Read is not asked: {outcome.pages[3].describe()}")

    result = tokens(polled(app, flow), "the poll after the person's yes")
    holds(peek(result["access_token"]), {"appid": world.mobile_card.client_id, "appidacr": "0"}, "the access token")
    claims = world.verified(result["id_token"], audience=world.mobile_card.client_id)
    holds(claims, {"oid": JURGEN.id, "preferred_username": JURGEN.upn, "tid": world.tenant}, "ID token")
    equal(world.graph("/me", result["access_token"]).json().get("id"), JURGEN.id, "/v1.0/me")

    (account,) = app.get_accounts()
    holds(account, {"username": JURGEN.upn, "home_account_id": f"{JURGEN.id}.{world.tenant}"}, "MSAL's account")
    renewed = app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True)
    world.graph("/me", tokens(renewed, "refresh on the device")["access_token"])
    refused(polled(app, flow), "invalid_grant", 54005, "the second use of a device code")

    second = asked(app)
    outcome = browser.device(address(second), second["user_code"], JURGEN)
    equal(outcome.shown, ["device-code", "device-confirm", "device-done"], "pages shown to who is signed in")


@test("device code: the short name of the grant, as MSAL Node sends it, is taken like the long one")
def _(world):
    flow = asked(world.public(world.mobile_card))
    world.browser().device(address(flow), flow["user_code"], LUKAS).on_page("device-done")
    answer = world.post_token(
        client_id=world.mobile_card.client_id, grant_type="device_code", device_code=flow["device_code"]
    )
    world.graph("/me", tokens(answer.json(), "grant_type=device_code")["access_token"])


@test("device code: who says that the device is not theirs lets nobody in, and the code is spent")
def _(world):
    app, browser = world.public(world.mobile_card), world.browser()
    flow = asked(app)
    outcome = browser.device(address(flow), flow["user_code"], DAAN, mine=False)
    outcome.on_page("device-declined")
    equal(outcome.shown[-2:], ["device-confirm", "device-declined"], "the last pages")
    refused(polled(app, flow), "authorization_declined", 70017, "the poll after the person's no")
    again = browser.device(address(flow), flow["user_code"], DAAN).on_page("device-code")
    check(again.inline_error, f"a declined code is not refused: {again.describe()}")


@test("device code: declined consent and a cancelled sign-in are a no as well")
def _(world):
    app = world.public(world.mobile_card)
    flow = asked(app)
    outcome = world.browser().device(address(flow), flow["user_code"], DAAN, consent="decline")
    outcome.on_page("device-declined")
    equal(outcome.shown[-2:], ["consent", "device-declined"], "the last pages")
    refused(polled(app, flow), "authorization_declined", 70017, "the poll after declined consent")

    browser, flow = world.browser(), asked(app)
    page = browser.device(address(flow), flow["user_code"]).on_page("signin")
    place = browser.submit(page, "signin", "button#idBtn_Back[name=cancel]")
    check(isinstance(place, Page) and place.kind == "device-declined", f"after cancelling: {place.describe()}")
    refused(polled(app, flow), "authorization_declined", 70017, "the poll after a cancelled sign-in")


@test("device code: a wrong code shows an error and the field again, and the right one still works there")
def _(world):
    app, browser = world.public(world.mobile_card), world.browser()
    flow = asked(app)
    page = browser.device(address(flow), WRONG_CODE, LUKAS).on_page("device-code")
    check(page.inline_error, f"the page does not tell that the code is wrong: {page.describe()}")
    equal(page.one("#error").get("role"), "alert", "role of #error")
    refused(polled(app, flow), "authorization_pending", 70016, "the poll after somebody's wrong code")
    place = browser.type_code(page, f" {flow['user_code'][:4]}-{flow['user_code'][4:]} ")
    check(isinstance(place, Page) and place.kind == "signin", f"after the right code: {place.describe()}")


@test("device code: an app that allows no public flows gets nothing (AADSTS7000218), and an invented code is unknown")
def _(world):
    app = world.public(PLANNER)
    refused(polled(app, asked(app)), "invalid_client", 7000218, "a poll of an app without public flows")
    answer = world.post_token(
        client_id=world.mobile_card.client_id,
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code="1.invented",
    )
    refused(answer.json(), "bad_verification_code", 70018, "an invented device code")
    lacks(answer.json(), ["access_token"], "the answer to an invented device code")
