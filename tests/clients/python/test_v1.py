"""The v1.0 endpoints, spoken to as ADAL did: a resource instead of scopes, and numbers that are texts.

ADAL is no longer maintained, so its requests are written out here.
"""

import secrets
from urllib.parse import urlencode

import requests

from pages import Answer
from sample import EXPORT, GRAPH, LUKAS, ORDERS, ORDERS_APP_ID, SANNE
from suite import check, equal, holds, lacks, test
from world import SECONDS, peek, refused, tokens

LISTED = ["User.Read", "email", "offline_access", "openid", "profile"]  # in the registration of the Intranet
NUMBERS = ["expires_in", "ext_expires_in", "expires_on", "not_before"]


def authorize_url(world, resource, **changes):
    """ADAL's authorization request for the Intranet."""
    asked = {
        "response_type": "code",
        "client_id": world.intranet_card.client_id,
        "redirect_uri": world.intranet_card.redirect,
        "state": secrets.token_urlsafe(12),
        "resource": resource,
        **changes,
    }
    return f"{world.base}/{world.tenant}/oauth2/authorize?{urlencode(asked)}"


def post_token(world, card, grant_type, **form):
    """ADAL's token request for an app, with its secret where it has one."""
    proof = {"client_secret": card.secret} if card.secret else {}
    answer = world.post_token(
        endpoint="oauth2/token", client_id=card.client_id, grant_type=grant_type, **proof, **form
    )
    return answer.json()


def redeem(world, code, **form):
    card = world.intranet_card
    return post_token(world, card, "authorization_code", code=code, redirect_uri=card.redirect, **form)


def check_answer(result, resource, what):
    """Tokens, the resource as it was asked, and each number as a text."""
    tokens(result, what)
    holds(result, {"token_type": "Bearer", "resource": resource}, what)
    told = {name: result.get(name) for name in NUMBERS}
    odd = {name: value for name, value in told.items() if not (isinstance(value, str) and value.isdigit())}
    check(not odd, f"{what}: not numbers written as texts: {odd}")
    life = int(result["expires_on"]) - int(result["not_before"])
    check(3500 <= life <= 5400 and int(result["expires_in"]) <= life, f"{what}: lives {life} s, {result['expires_in']}")
    return result


@test("v1.0: discovery names endpoints without a version, and the issuer of their ID tokens")
def _(world):
    tenant = f"{world.base}/{world.tenant}"
    expected = {
        "issuer": f"{tenant}/",
        "authorization_endpoint": f"{tenant}/oauth2/authorize",
        "token_endpoint": f"{tenant}/oauth2/token",
        "device_authorization_endpoint": f"{tenant}/oauth2/devicecode",
    }
    holds(world.discovery("v1.0"), expected, "the v1.0 document")


@test("v1.0: a resource asks for what the registration lists, and the code brings tokens with numbers as texts")
def _(world):
    browser, client_id = world.browser(), world.intranet_card.client_id
    outcome = browser.authorize(authorize_url(world, GRAPH, scope="openid", state="kept +&="), SANNE, consent=None)
    place = outcome.answer
    if place is None:
        page = outcome.on_page("consent")
        equal(sorted(page.permissions), LISTED, "permissions on the page")
        place = browser.consent(page, True)
    check(isinstance(place, Answer) and place.params.get("code"), f"no code came of it: {place.describe()}")
    equal(place.params.get("state"), "kept +&=", "state")

    result = check_answer(redeem(world, place.params["code"], resource=GRAPH), GRAPH, "redeeming a code")
    check("User.Read" in result["scope"].split(), f"scope is {result['scope']!r}")
    check(result.get("refresh_token"), f"no refresh token in {sorted(result)}")
    expected = {"aud": GRAPH, "ver": "1.0", "appid": client_id, "appidacr": "1", "oid": SANNE.id, "upn": SANNE.upn}
    holds(peek(result["access_token"]), expected, "the access token")
    equal(world.graph("/me", result["access_token"]).json().get("id"), SANNE.id, "/v1.0/me")

    claims = world.verified(result["id_token"], audience=client_id, version="v1.0")
    expected = {
        "ver": "1.0",
        "tid": world.tenant,
        "oid": SANNE.id,
        "upn": SANNE.upn,
        "unique_name": SANNE.upn,
        "name": SANNE.name,
    }
    holds(claims, expected, "ID token")
    lacks(claims, ["preferred_username"], "a v1.0 ID token")

    again = browser.authorize(authorize_url(world, GRAPH), SANNE, consent=None)
    again.with_code()
    equal(again.shown, [], "pages shown once the list is allowed")


@test("v1.0: without scope=openid there is no ID token, yet always a refresh token, and it brings the resource again")
def _(world):
    code = world.browser().authorize(authorize_url(world, GRAPH), LUKAS).with_code()["code"]
    first = check_answer(redeem(world, code, resource=GRAPH), GRAPH, "redeeming a code")
    lacks(first, ["id_token"], "an answer to a request without openid")
    check(first.get("refresh_token"), f"no refresh token in {sorted(first)}")
    card = world.intranet_card
    second = post_token(world, card, "refresh_token", refresh_token=first["refresh_token"], resource=GRAPH)
    check_answer(second, GRAPH, "a refresh")
    check(second["access_token"] != first["access_token"], "the refresh brought the old access token")
    check(second.get("refresh_token"), f"no refresh token in {sorted(second)}")
    equal(world.graph("/me", second["access_token"]).json().get("id"), LUKAS.id, "/v1.0/me")


@test("v1.0: a resource that is not in the registration is refused (AADSTS650057), an unknown one too (AADSTS500011)")
def _(world):
    browser = world.browser()
    # Sanne has allowed the Intranet nothing of the orders; what somebody has allowed may be asked for by name.
    for resource, code in ((ORDERS, 650057), ("https://nowhere.example", 500011)):
        outcome = browser.authorize(authorize_url(world, resource, state="kept"), SANNE, consent=None)
        equal(outcome.with_error("invalid_resource", code).get("state"), "kept", f"state for {resource}")


@test("v1.0: a daemon names its resource, and gets its roles with numbers as texts")
def _(world):
    result = check_answer(post_token(world, EXPORT, "client_credentials", resource=GRAPH), GRAPH, "a token for Graph")
    lacks(result, ["refresh_token", "id_token", "scope"], "the answer to an app")
    holds(peek(result["access_token"]), {"aud": GRAPH, "roles": ["User.Read.All"], "ver": "1.0"}, "the token for Graph")
    world.graph("/users", result["access_token"])

    # The version of a token is the API's affair, not the endpoint's.
    result = check_answer(post_token(world, EXPORT, "client_credentials", resource=ORDERS), ORDERS, "one for orders")
    claims = world.verified(result["access_token"], audience=ORDERS_APP_ID)
    holds(claims, {"ver": "2.0", "roles": ["Orders.Read.All"]}, "the token for the orders API")


@test("v1.0: a daemon that names no resource, an unknown one, or a scope instead is refused")
def _(world):
    def ask(**form):
        return post_token(world, EXPORT, "client_credentials", **form)

    refused(ask(), "invalid_request", 900144, "no resource")
    refused(ask(scope=f"{GRAPH}/.default"), "invalid_request", 900144, "a scope instead of a resource")
    refused(ask(resource="https://nowhere.example"), "invalid_resource", 500011, "an unknown resource")
    v2 = world.post_token(
        client_id=EXPORT.client_id, client_secret=EXPORT.secret, grant_type="client_credentials", resource=GRAPH
    )
    refused(v2.json(), "invalid_request", 900144, "a resource instead of a scope, at the newer endpoint")


@test("v1.0: a device code is asked with a resource, told with numbers as texts, and redeemed once the person agreed")
def _(world):
    card = world.mobile_card
    answer = requests.post(
        world.discovery("v1.0")["device_authorization_endpoint"],
        data={"client_id": card.client_id, "resource": GRAPH},
        verify=world.authority_file,
        timeout=SECONDS,
    )
    flow = answer.json()
    expected = {"verification_url": f"{world.base}/devicelogin", "expires_in": "900", "interval": "5"}
    holds(flow, expected, f"the device code ({answer.status_code})")

    def poll():
        # ADAL has its own name for the code.
        return post_token(world, card, "device_code", code=flow["device_code"], resource=GRAPH)

    refused(poll(), "authorization_pending", 70016, "a poll before anybody answered")
    world.browser().device(flow["verification_url"], flow["user_code"], LUKAS).on_page("device-done")
    result = check_answer(poll(), GRAPH, "the poll after the person's yes")
    check(result.get("refresh_token"), f"no refresh token in {sorted(result)}")
    equal(world.graph("/me", result["access_token"]).json().get("id"), LUKAS.id, "/v1.0/me")


@test("v1.0: name and password bring tokens for a resource")
def _(world):
    card = world.mobile_card
    # Nobody can be asked here: the consent has to stand.
    world.sign_in(world.public(card), world.browser(), LUKAS, ["User.Read"], redirect=f"{card.redirect}:61234")
    who = {"username": LUKAS.upn, "password": world.password}
    result = post_token(world, card, "password", resource=GRAPH, scope="openid", **who)
    check_answer(result, GRAPH, "name and password")
    claims = world.verified(result["id_token"], audience=card.client_id, version="v1.0")
    holds(claims, {"oid": LUKAS.id, "upn": LUKAS.upn, "ver": "1.0"}, "ID token")
    equal(world.graph("/me", result["access_token"]).json().get("id"), LUKAS.id, "/v1.0/me")
