"""On behalf of: the Intranet calls the Orders API for a person, and the API calls Graph for the same person."""

from dataclasses import replace

from sample import EXPORT, GRAPH, LUKAS, MAREIKE, ORDERS, ORDERS_API, ORDERS_APP_ID, PIETER, PLANNER
from suite import check, equal, holds, lacks, test
from world import peek, refused, tokens

READ_PROFILE = f"{GRAPH}/User.Read"


def check_graph_token(world, token, person):
    """The person stayed, and the API became the client."""
    expected = {"aud": GRAPH, "appid": ORDERS_APP_ID, "appidacr": "1", "oid": person.id, "tid": world.tenant}
    holds(peek(token), expected, "the token for Graph")
    check("User.Read" in peek(token)["scp"].split(), f"scp is {peek(token)['scp']!r}")
    equal(world.graph("/me", token).json().get("id"), person.id, "/v1.0/me")


@test("on behalf of: an API that the person has not allowed to call Graph is told so (AADSTS65001, consent_required)")
def _(world):
    result = world.orders_api().acquire_token_on_behalf_of(world.token_for_orders(MAREIKE), [READ_PROFILE])
    refused(result, "invalid_grant", 65001, "on behalf of a person without consent")
    equal(result.get("suberror"), "consent_required", "suberror")


@test("combined consent: one page asks for the app and for the API behind it, and comes once")
def _(world):
    page = world.let_orders_api_act(PIETER)
    if page is not None:
        equal(page.behind, ["User.Read"], "what the API behind the app asks")
        check(ORDERS_API.name in page.text(".behind"), f"the page does not name the API: {page.describe()}")
        lacks(dict.fromkeys(page.permissions), ["Orders.Read"], "the page of an app that the API pre-authorised")
    outcome = world.visit(
        world.public(PLANNER), world.browser(), PIETER, [f"{ORDERS}/.default"], redirect=PLANNER.redirect, consent=None
    )
    outcome.with_code()
    equal(outcome.shown, ["signin"], "pages shown once both are allowed")


@test("on behalf of: the API gets just the scope that it asks for, and neither ID token nor refresh token with it")
def _(world):
    world.let_orders_api_act(PIETER)
    answer = world.post_token(
        client_id=ORDERS_API.client_id,
        client_secret=ORDERS_API.secret,
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        requested_token_use="on_behalf_of",
        assertion=world.token_for_orders(PIETER),
        scope=READ_PROFILE,
    )
    result = tokens(answer.json(), "on behalf of a person, without MSAL")
    lacks(result, ["id_token", "refresh_token"], "the answer to a request without openid and offline_access")
    check_graph_token(world, result["access_token"], PIETER)


@test("on behalf of: MSAL gets a token for Graph, which speaks of the person and of the API")
def _(world):
    world.let_orders_api_act(PIETER)
    # MSAL always asks openid, profile and offline_access as well. The API's registration does not list them, so no page
    # ever asks the person for them, and their absence must not stop what the person did allow.
    result = tokens(
        world.orders_api().acquire_token_on_behalf_of(world.token_for_orders(PIETER), [READ_PROFILE]),
        "on behalf of a person",
    )
    check_graph_token(world, result["access_token"], PIETER)
    check(READ_PROFILE in result["scope"].split(), f"asked {READ_PROFILE}, told {result['scope']}")


@test("on behalf of: only a person's access token for this very API is taken")
def _(world):
    signed_in = world.sign_in(
        world.intranet(), world.browser(), LUKAS, ["User.Read"], redirect=world.intranet_card.redirect
    )
    alone = tokens(world.export().acquire_token_for_client([f"{ORDERS}/.default"]), "the export's own token")
    head, body, _ = world.token_for_orders(LUKAS).split(".")
    wrong = {
        "a token for Graph": (signed_in.access_token, "invalid_grant", 500131),
        "an ID token": (signed_in.result["id_token"], "invalid_request", 240002),
        "an app's own token": (alone["access_token"], "invalid_grant", 7000114),
        "another token's signature": (f"{head}.{body}.{signed_in.access_token.split('.')[2]}", "invalid_grant", 50013),
        "no token at all": ("x", "invalid_grant", 50013),
    }
    for what, (assertion, error, code) in wrong.items():
        refused(world.orders_api().acquire_token_on_behalf_of(assertion, [READ_PROFILE]), error, code, what)


@test("on behalf of: another app cannot hand in the API's token, nor the API without its secret")
def _(world):
    token = world.token_for_orders(LUKAS)
    result = world.payroll().acquire_token_on_behalf_of(token, [READ_PROFILE])
    refused(result, "invalid_grant", 500131, "the API's token in the hands of another app")
    stranger = world.confidential(replace(ORDERS_API, secret=EXPORT.secret))
    result = stranger.acquire_token_on_behalf_of(token, [READ_PROFILE])
    refused(result, "invalid_client", 7000215, "the API with another app's secret")
