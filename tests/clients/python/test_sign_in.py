"""The authorization code flow with PKCE: pages, answers, and what the scopes bring."""

import json

from sample import LUKAS, ORDERS, ORDERS_APP_ID
from suite import check, equal, holds, lacks, test
from world import peek, tokens, unpadded


def check_tokens_of_lukas(world, signed_in):
    result = signed_in.result
    holds(signed_in.id_claims, {"oid": LUKAS.id, "preferred_username": LUKAS.upn, "name": LUKAS.name}, "ID token")
    check("refresh_token" in result, f"no refresh token in {sorted(result)}")
    account, *others = signed_in.app.get_accounts()
    equal(others, [], "further accounts")
    holds(account, {"username": LUKAS.upn, "home_account_id": f"{LUKAS.id}.{world.tenant}"}, "MSAL's account")
    me = world.graph("/me", signed_in.access_token).json()
    holds(me, {"id": LUKAS.id, "userPrincipalName": LUKAS.upn, "displayName": LUKAS.name}, "/v1.0/me")


@test("code flow: the answer in the query brings tokens, and /v1.0/me answers to them")
def _(world):
    signed_in = world.sign_in(
        world.intranet(), world.browser(), LUKAS, ["User.Read"], redirect=world.intranet_card.redirect
    )
    equal(signed_in.outcome.shown[0], "signin", "the first page")
    equal(signed_in.outcome.answer.how, "query", "how the answer came")
    params = signed_in.outcome.answer.params
    check(params.get("session_state"), f"no session_state in {sorted(params)}")
    home = json.loads(unpadded(params.get("client_info", "")) or "{}")
    equal(home, {"uid": LUKAS.id, "utid": world.tenant}, "client_info of the answer")
    check_tokens_of_lukas(world, signed_in)


@test("code flow: the answer by form_post brings tokens, and its page needs no more than one script of ours")
def _(world):
    signed_in = world.sign_in(
        world.intranet(),
        world.browser(),
        LUKAS,
        ["User.Read"],
        redirect=world.intranet_card.redirect,
        response_mode="form_post",
    )
    answer = signed_in.outcome.answer
    equal(answer.how, "form_post", "how the answer came")
    page = answer.page
    equal(page.kind, "form-post", "data-page")
    policy = page.headers.get("Content-Security-Policy", "")
    script = page.one("script")
    nonce = script.get("nonce")
    check(nonce and f"'nonce-{nonce}'" in policy, f"the script's nonce {nonce!r} is not in the policy `{policy}`")
    check("'unsafe-inline'" not in policy, f"the policy allows any inline script: `{policy}`")
    button = page.soup.select_one("noscript button, noscript input[type=submit]")
    check(button is not None, "the page has no button for a browser without scripts")
    check("no-store" in page.headers.get("Cache-Control", ""), f"Cache-Control is {page.headers.get('Cache-Control')}")
    check_tokens_of_lukas(world, signed_in)


@test("code flow: a second sign-in in the same browser shows no page")
def _(world):
    browser = world.browser()
    redirect = world.intranet_card.redirect
    world.sign_in(world.intranet(), browser, LUKAS, ["User.Read"], redirect=redirect)
    again = world.sign_in(world.intranet(), browser, None, ["User.Read"], redirect=redirect, consent=None)
    equal(again.outcome.shown, [], "pages shown")
    equal(again.id_claims["oid"], LUKAS.id, "who signed in")
    silent = world.sign_in(world.intranet(), browser, None, ["User.Read"], redirect=redirect, prompt="none")
    equal(silent.id_claims["oid"], LUKAS.id, "who signed in with prompt=none")


@test("code flow: prompt=login asks for the password though a session stands")
def _(world):
    browser = world.browser()
    redirect = world.intranet_card.redirect
    world.sign_in(world.intranet(), browser, LUKAS, ["User.Read"], redirect=redirect)
    outcome = world.visit(world.intranet(), browser, None, ["User.Read"], redirect=redirect, prompt="login")
    outcome.on_page("signin")


@test("code flow: prompt=none without a session answers login_required to the application")
def _(world):
    app = world.intranet()
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=world.intranet_card.redirect, prompt="none")
    params = world.browser().authorize(flow["auth_uri"]).with_error("login_required", 50058)
    equal(params.get("state"), flow["state"], "state")


@test("code flow: login_hint fills in the name")
def _(world):
    outcome = world.visit(
        world.intranet(),
        world.browser(),
        None,
        ["User.Read"],
        redirect=world.intranet_card.redirect,
        login_hint=LUKAS.upn,
    )
    page = outcome.on_page("signin")
    # A fixed name may be shown as text instead of in the field.
    form = page.one("form#signin")
    shown = [form.get_text(" "), *(field.get("value", "") for field in form.find_all("input"))]
    check(any(LUKAS.upn in text for text in shown), f"the hinted name is not on the page: {page.describe()}")


@test("S0-13 an ID token comes only when openid was asked")
def _(world):
    browser = world.browser()
    with_openid = world.plain_flow(browser, LUKAS, "openid User.Read")
    check("id_token" in with_openid, f"openid was asked, yet there is no ID token among {sorted(with_openid)}")
    without = world.plain_flow(browser, LUKAS, "User.Read")
    lacks(without, ["id_token"], "an answer to a request without openid")


@test("S0-11 a refresh token comes only when offline_access was asked and granted")
def _(world):
    browser = world.browser()
    offline = world.plain_flow(browser, LUKAS, "openid offline_access User.Read")
    check("refresh_token" in offline, f"no refresh token for offline_access among {sorted(offline)}")
    online = world.plain_flow(browser, LUKAS, "openid User.Read")
    lacks(online, ["refresh_token"], "an answer to a request without offline_access")


@test("S0-14 the ID token tells name and user name only when profile was asked, and the address only with email")
def _(world):
    browser = world.browser()
    rich = peek(world.plain_flow(browser, LUKAS, "openid profile email User.Read")["id_token"])
    expected = {
        "name": LUKAS.name,
        "preferred_username": LUKAS.upn,
        "oid": LUKAS.id,
        "tid": world.tenant,
        "email": LUKAS.upn,
    }
    holds(rich, expected, "ID token with profile and email")
    poor = peek(world.plain_flow(browser, LUKAS, "openid User.Read")["id_token"])
    lacks(poor, ["name", "preferred_username", "oid", "email"], "ID token without profile and email")
    check(poor.get("sub") == rich.get("sub"), "sub differs between two sign-ins of one person at one app")


@test("code flow: a form posted to the authorization endpoint is a request like any other")
def _(world):
    url, _, query = world.authorize_url(prompt="none").partition("?")
    browser = world.browser()
    response = browser.session.post(
        url,
        data=query,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        allow_redirects=False,
        timeout=30,
    )
    location = response.headers.get("Location", "")
    check(
        response.status_code in (302, 303) and "error=login_required" in location,
        f"POST {url} with prompt=none: status {response.status_code}, Location {location!r}, {response.text[:200]!r}",
    )


@test("code flow: a code asked for two resources is redeemed for one, and both are consented to")
def _(world):
    app = world.intranet()
    signed_in = world.sign_in(
        app,
        world.browser(),
        LUKAS,
        ["User.Read", f"{ORDERS}/Orders.Read"],
        redirect=world.intranet_card.redirect,
        redeem=[f"{ORDERS}/Orders.Read"],
    )
    world.verified(signed_in.access_token, audience=ORDERS_APP_ID)
    account = app.get_accounts()[0]
    other = tokens(app.acquire_token_silent_with_error(["User.Read"], account), "the other resource, by refresh token")
    world.graph("/me", other["access_token"])
