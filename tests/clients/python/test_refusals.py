"""Bad input: each has its code, and where no address is trusted it stays on our page."""

import base64
import hashlib
import re
import uuid
from dataclasses import replace

from sample import (
    CONTACTS, EMMA, GRAPH, INTRANET, KATRIN, LUKAS, MAREIKE, ORDERS, OTHER_TENANT, PAYROLL, PLANNER,
)
from suite import Failed, check, equal, holds, test
from world import refused, told

STRANGE_ADDRESSES = [
    "https://evil.example/callback",
    "http://localhost:5000/auth/other",
    "http://localhost:5000/auth/callback/",
    "http://localhost:5000/auth/callback/../other",
    "http://localhost:5000/auth/callback?next=https://evil.example",
    "http://localhost:5000/auth/callback#here",
    "http://127.0.0.1:5000/auth/callback",
    "http://localhost:5000@evil.example/auth/callback",
    "http://intranet.waterkant.example/signin-oidc",
    "https://intranet.waterkant.example.evil.example/signin-oidc",
    "https://intranet.waterkant.example/SIGNIN-OIDC",
    "javascript:alert(1)//localhost:5000/auth/callback",
]


def code_of_lukas(world, browser=None):
    """An MSAL flow of the Intranet and the answer that holds a fresh code for it."""
    app = world.intranet()
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=world.intranet_card.redirect)
    return app, flow, (browser or world.browser()).authorize(flow["auth_uri"], LUKAS).with_code()


def check_error_page(page):
    """The page tells what support needs, with a status that is no success of the request."""
    check(page.status in (200, 400, 401, 403, 404), f"status {page.status}: {page.describe()}")
    correlation = page.text("#correlationId") or ""
    check(re.fullmatch(r"[0-9a-fA-F-]{36}", correlation), f"#correlationId is {correlation!r}: {page.describe()}")
    check(page.text("#timestamp") and page.text("#errorText"), f"time or text is missing: {page.describe()}")


@test("a redirect address that is not registered stays on our error page (AADSTS50011), whatever it looks like")
def _(world):
    taken = []
    for address in STRANGE_ADDRESSES:
        flow = world.intranet().initiate_auth_code_flow(["User.Read"], redirect_uri=address)
        outcome = world.browser().authorize(flow["auth_uri"], LUKAS)
        if outcome.page is None or outcome.page.error_code != 50011 or outcome.shown != ["error"]:
            taken.append(f"{address} -> {outcome.describe()}")
        else:
            check_error_page(outcome.page)
    check(not taken, f"{len(taken)} of {len(STRANGE_ADDRESSES)} were not refused with 50011: " + " ;; ".join(taken))


@test("the error page repeats the client's request id")
def _(world):
    mine = str(uuid.uuid4())
    url = world.authorize_url(redirect_uri="https://evil.example/", **{"client-request-id": mine})
    page = world.browser().authorize(url).on_page("error", 50011)
    equal(page.text("#correlationId"), mine, "#correlationId")


@test("the port of a localhost redirect address does not matter, its path does")
def _(world):
    address = world.intranet_card.redirect.replace(":5000/", ":61234/")
    app = world.intranet()
    signed_in = world.sign_in(app, world.browser(), LUKAS, ["User.Read"], redirect=address)
    equal(signed_in.outcome.answer.target, address, "where the answer went")


@test("an unknown tenant is refused with AADSTS90002 by discovery, token endpoint and page")
def _(world):
    nowhere = "99999999-9999-4999-8999-999999999999"
    url = f"{world.base}/{nowhere}/v2.0/.well-known/openid-configuration"
    answer = world.get(url)
    equal(answer.status_code, 400, f"status of GET {url}")
    holds(answer.json(), {"error": "invalid_tenant", "error_codes": [90002]}, "discovery of an unknown tenant")

    answer = world.post_token(
        tenant=nowhere,
        client_id=INTRANET.client_id,
        client_secret=world.intranet_card.secret,
        grant_type="client_credentials",
        scope=f"{GRAPH}/.default",
    )
    check(
        answer.status_code == 400 and answer.json().get("error_codes") == [90002],
        f"token endpoint of an unknown tenant: {answer.status_code} {answer.text[:300]}",
    )
    check_error_page(world.browser().authorize(world.authorize_url(tenant=nowhere)).on_page("error", 90002))
    try:
        world.intranet(tenant=nowhere)
    except ValueError:
        return
    raise Failed("MSAL took an unknown tenant for an authority")


@test("an unknown application stays on our error page (AADSTS700016)")
def _(world):
    app = world.confidential(replace(INTRANET, client_id="c1000000-0000-4000-8000-0000000000ff"))
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri="https://evil.example/callback")
    check_error_page(world.browser().authorize(flow["auth_uri"], LUKAS).on_page("error", 700016))


@test("another organisation's single-tenant application is unknown here (AADSTS700016)")
def _(world):
    outcome = world.browser().authorize(world.authorize_url(tenant=OTHER_TENANT), KATRIN)
    outcome.on_page("error", 700016)


@test("a code is good once: the second use is refused with AADSTS54005")
def _(world):
    app, flow, params = code_of_lukas(world)
    first = app.acquire_token_by_auth_code_flow(dict(flow), params)
    check("access_token" in first, f"the first use was refused: {told(first)}")
    refused(app.acquire_token_by_auth_code_flow(dict(flow), params), "invalid_grant", 54005, "the second use of a code")


@test("a code is good only with its verifier: a wrong one is refused with AADSTS501481, a missing one too")
def _(world):
    browser = world.browser()
    app, flow, params = code_of_lukas(world, browser)
    wrong = {**flow, "code_verifier": "A" * 43}
    refused(app.acquire_token_by_auth_code_flow(wrong, params), "invalid_grant", 501481, "a wrong verifier")

    app, flow, params = code_of_lukas(world, browser)
    missing = {**flow, "code_verifier": ""}  # MSAL leaves empty parameters out
    refused(app.acquire_token_by_auth_code_flow(missing, params), "invalid_grant", None, "a missing verifier")


@test("a code without a challenge refuses a verifier, so that a stripped challenge is noticed")
def _(world):
    params = world.browser().authorize(world.authorize_url(), LUKAS).with_code()
    answer = world.post_token(
        client_id=world.intranet_card.client_id,
        client_secret=world.intranet_card.secret,
        grant_type="authorization_code",
        code=params["code"],
        redirect_uri=world.intranet_card.redirect,
        code_verifier="A" * 43,
    )
    refused(answer.json(), "invalid_grant", None, "a verifier for a code without a challenge")


@test("a code is refused to another client, and for another redirect address")
def _(world):
    browser = world.browser()
    for other in (world.payroll(), world.export()):
        _, flow, params = code_of_lukas(world, browser)
        result = other.acquire_token_by_auth_code_flow(flow, params)
        refused(result, "invalid_grant", 70000, f"a code of the Intranet used by {other.client_id}")
    app, flow, params = code_of_lukas(world, browser)
    elsewhere = {**flow, "redirect_uri": "https://localhost:5001/signin-oidc"}
    result = app.acquire_token_by_auth_code_flow(elsewhere, params)
    check(result.get("error") in ("invalid_grant", "invalid_request"), f"another address: found {told(result)}")


@test("a code of a web app is refused without the app's secret (AADSTS7000218)")
def _(world):
    _, flow, params = code_of_lukas(world)
    result = world.public(world.intranet_card).acquire_token_by_auth_code_flow(flow, params)
    refused(result, "invalid_client", 7000218, "a web app's code without a secret")


@test("a single-page app's code is refused outside a browser (AADSTS9002327)")
def _(world):
    app = world.public(PLANNER)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=PLANNER.redirect)
    params = world.browser().authorize(flow["auth_uri"], LUKAS).with_code()
    refused(app.acquire_token_by_auth_code_flow(flow, params), "invalid_request", 9002327, "no Origin")


@test("a single-page app without PKCE is refused (AADSTS9002325)")
def _(world):
    url = world.authorize_url(client_id=PLANNER.client_id, redirect_uri=PLANNER.redirect)
    outcome = world.browser().authorize(url, LUKAS)
    if outcome.answer and "code" not in outcome.answer.params:
        outcome.with_error("invalid_request", 9002325)
        return
    answer = world.post_token(
        client_id=PLANNER.client_id,
        grant_type="authorization_code",
        code=outcome.with_code()["code"],
        redirect_uri=PLANNER.redirect,
        headers={"Origin": PLANNER.redirect},
    )
    refused(answer.json(), "invalid_request", 9002325, "a single-page app's code without a verifier")


@test("a wrong password, an unknown name and a disabled account's wrong password are refused with the same words")
def _(world):
    told_to = {}
    for name in (MAREIKE.upn, "nobody.here@waterkant.example", EMMA.upn):
        browser = world.browser()
        page = browser.visit(world.authorize_url())
        place = browser.sign_in(page, name, "not the password")
        check(getattr(place, "kind", None) == "signin", f"{name}: expected the sign-in page: {place.describe()}")
        alert = place.one("#error")
        equal(alert.get("role"), "alert", "role of #error")
        check(place.inline_error, f"{name}: the error has no text: {place.describe()}")
        told_to[name] = (place.status, place.inline_error.replace(name, "(name)"), sorted(place.codes))
        check(name in place.html, f"the name is lost: {place.describe()}")
    equal(len(set(map(str, told_to.values()))), 1, f"different answers ({told_to})")


@test("a disabled account is refused after its right password (AADSTS50057), and no session stands")
def _(world):
    browser = world.browser()
    outcome = browser.authorize(world.authorize_url(), EMMA)
    check(outcome.answer is None, f"a disabled person reached the application: {outcome.describe()}")
    page = outcome.page
    wrong = world.browser().authorize(world.authorize_url(), EMMA, password="not the password").page
    if page.kind == "error":
        equal(page.error_code, 50057, "#errorCode")
    else:
        check(page.kind == "signin" and page.inline_error, f"expected an error: {outcome.describe()}")
        check(
            50057 in page.codes or page.inline_error != wrong.inline_error,
            f"the page does not tell that the account is disabled: {page.describe()}",
        )
    browser.authorize(world.authorize_url(prompt="none")).with_error("login_required")


@test("errors after the redirect address is trusted go to the app, with its state")
def _(world):
    cases = [
        ({"prompt": "dance"}, "invalid_request", 90023),
        ({"response_type": None}, "invalid_request", 900144),
        ({"response_type": "id_token", "response_mode": "query"}, "invalid_request", None),
        ({"response_mode": "web_message"}, "invalid_request", 70007),
        ({"scope": f"openid {ORDERS}/Orders.Dance"}, ("invalid_scope", "invalid_client"), None),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request", None),
        (
            {
                "client_id": PAYROLL.client_id,
                "redirect_uri": PAYROLL.redirect,
                "response_type": "id_token",
                "response_mode": "form_post",
            },
            "unsupported_response_type",
            700054,
        ),
    ]
    wrong = []
    for changes, error, code in cases:
        try:
            url = world.authorize_url(state="kept", **changes)
            params = world.browser().authorize(url, LUKAS).with_error(error, code)
            equal(params.get("state"), "kept", "state")
        except Failed as problem:
            wrong.append(f"{changes}: {problem}")
    check(not wrong, f"{len(wrong)} of {len(cases)}: " + " ;; ".join(wrong))


@test("a request without client_id, or with a repeated one, stays on our page")
def _(world):
    world.browser().authorize(world.authorize_url(client_id=None)).on_page("error", 900144)
    twice = world.authorize_url() + f"&client_id={CONTACTS.client_id}"
    world.browser().authorize(twice).on_page("error")


@test("the token endpoint names a missing parameter (AADSTS900144) and refuses GET (AADSTS900561) and strange grants")
def _(world):
    who = {"client_id": world.intranet_card.client_id, "client_secret": world.intranet_card.secret}
    answer = world.post_token(**who, scope=f"{GRAPH}/.default")
    equal(answer.status_code, 400, "status without grant_type")
    refused(answer.json(), "invalid_request", 900144, "no grant_type")
    check("grant_type" in answer.json()["error_description"], f"grant_type is not named: {answer.text[:300]}")
    refused(world.post_token(**who, grant_type="dance").json(), "unsupported_grant_type", 70003, "an unknown grant")

    url = f"{world.base}/{world.tenant}/oauth2/v2.0/token"
    answer = world.get(url)
    check(answer.status_code in (400, 405), f"GET {url}: status {answer.status_code}")
    refused(answer.json(), "invalid_request", 900561, "GET on the token endpoint")


@test("a redirect address cannot smuggle headers, and an odd state comes back byte for byte")
def _(world):
    state = "é ✓ %0d%0aSet-Cookie:x=1\r\nX-Evil: 1 <script>\"'&;+=#?"
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    url = world.authorize_url(prompt="none", state=state, code_challenge=digest, code_challenge_method="S256")
    raw = world.get(url)
    check("X-Evil" not in raw.headers and "x" not in raw.cookies, f"a header was smuggled: {dict(raw.headers)}")
    equal(world.browser().authorize(url).with_error("login_required").get("state"), state, "state in the query")
    posted = world.browser().authorize(url + "&response_mode=form_post").with_error("login_required")
    equal(posted.get("state").replace("\r\n", "\n"), state.replace("\r\n", "\n"), "state in the form")
