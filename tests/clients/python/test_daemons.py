"""Client credentials: an application signs in as itself."""

import uuid
from dataclasses import replace

import sample
from sample import EXPORT, GRAPH, ORDERS, ORDERS_APP_ID
from suite import check, equal, holds, lacks, test
from world import peek, refused, tokens


@test("client credentials: a daemon gets a token with its roles and reads the users of Graph")
def _(world):
    app = world.export()
    result = tokens(app.acquire_token_for_client([f"{GRAPH}/.default"]), "client credentials for Graph")
    lacks(result, ["refresh_token", "id_token", "client_info", "scope"], "the answer to an app")
    equal(result["token_type"], "Bearer", "token_type")
    check(3500 <= result["expires_in"] <= 5400, f"expires_in is {result['expires_in']}, not 60 to 90 minutes")

    claims = peek(result["access_token"])
    holds(claims, {"aud": GRAPH, "appid": EXPORT.client_id, "idtyp": "app", "tid": world.tenant}, "the token for Graph")
    equal(claims.get("roles"), ["User.Read.All"], "roles")
    lacks(claims, ["scp", "upn", "preferred_username"], "a token without a person")

    listed = world.graph("/users?$select=id,displayName", result["access_token"]).json()["value"]
    check(len(listed) == sample.PEOPLE_IN_TENANT, f"Graph listed {len(listed)} people, not {sample.PEOPLE_IN_TENANT}")

    again = tokens(app.acquire_token_for_client([f"{GRAPH}/.default"]), "the same again")
    equal(again["token_source"], "cache", "where MSAL takes the second token from")


@test("client credentials: a token for our own API is v2, tells client and roles, and verifies through our JWKS")
def _(world):
    for resource in (ORDERS, f"api://{ORDERS_APP_ID}", ORDERS_APP_ID):
        result = tokens(world.export().acquire_token_for_client([f"{resource}/.default"]), f"a token for {resource}")
        claims = world.verified(result["access_token"], audience=ORDERS_APP_ID)
        holds(
            claims,
            {
                "ver": "2.0",
                "azp": EXPORT.client_id,
                "azpacr": "1",
                "oid": EXPORT.principal,
                "sub": EXPORT.principal,
                "tid": world.tenant,
                "roles": ["Orders.Read.All"],
                "idtyp": "app",
            },
            f"the token for {resource}",
        )
        lacks(claims, ["scp"], f"the token for {resource}")


@test("client credentials: an application without roles gets a token without roles, which opens nothing")
def _(world):
    result = tokens(world.intranet().acquire_token_for_client([f"{GRAPH}/.default"]), "client credentials for Graph")
    lacks(peek(result["access_token"]), ["roles", "scp"], "a token of an app that was granted nothing")
    world.graph_refuses("/users", result["access_token"], 403, "Authorization_RequestDenied")


@test("client credentials: a wrong secret is refused with AADSTS7000215")
def _(world):
    app = world.confidential(replace(EXPORT, secret="not the secret"))
    refused(app.acquire_token_for_client([f"{GRAPH}/.default"]), "invalid_client", 7000215, "a wrong secret")


@test("client credentials: the refusal of a wrong secret has status 401 and every field that clients read")
def _(world):
    request_id = str(uuid.uuid4())
    response = world.post_token(
        client_id=EXPORT.client_id,
        client_secret="not the secret",
        grant_type="client_credentials",
        scope=f"{GRAPH}/.default",
        headers={"client-request-id": request_id},
    )
    equal(response.status_code, 401, "status")
    check(
        response.headers["Content-Type"].lower().startswith("application/json"),
        f"Content-Type is {response.headers['Content-Type']}",
    )
    caching = response.headers.get("Cache-Control", "")
    check("no-store" in caching, f"Cache-Control is {caching!r}")
    body = response.json()
    holds(body, {"error": "invalid_client", "error_codes": [7000215], "correlation_id": request_id}, "the body")
    description = body.get("error_description", "")
    check(description.startswith("AADSTS7000215: "), f"error_description is {description!r}")
    uuid.UUID(body["trace_id"])
    check(body.get("timestamp", "").endswith("Z"), f"timestamp is {body.get('timestamp')!r}")


@test("client credentials: a scope other than one .default is refused with AADSTS1002012")
def _(world):
    for scopes in ([f"{GRAPH}/User.Read.All"], [f"{GRAPH}/.default", f"{ORDERS}/.default"]):
        result = world.export().acquire_token_for_client(scopes)
        refused(result, "invalid_scope", 1002012, f"client credentials for {scopes}")


@test("client credentials: an unknown application is refused with AADSTS700016")
def _(world):
    app = world.confidential(replace(EXPORT, client_id="c1000000-0000-4000-8000-0000000000ff"))
    refused(app.acquire_token_for_client([f"{GRAPH}/.default"]), "unauthorized_client", 700016, "an unknown app")


@test("client credentials: an unknown resource is refused with AADSTS500011")
def _(world):
    result = world.export().acquire_token_for_client(["api://nowhere.example/.default"])
    refused(result, "invalid_resource", 500011, "an unknown resource")


@test("discovery: the tenant's domain name leads MSAL to the tenant's id")
def _(world):
    app = world.export(tenant="waterkant.example")
    equal(app.authority.tenant, world.tenant, "the tenant in the token endpoint")
    tokens(app.acquire_token_for_client([f"{GRAPH}/.default"]), "client credentials by domain name")


@test("discovery: MSAL finds the authority through our instance discovery, and through the OpenID document alone")
def _(world):
    by_instance = world.export(instance_discovery=f"{world.base}/common/discovery/instance")
    equal(by_instance.authority.token_endpoint, world.discovery()["token_endpoint"], "the token endpoint found")
    by_document = world.export(authority=None, instance_discovery=None, oidc_authority=world.issuer)
    tokens(by_document.acquire_token_for_client([f"{GRAPH}/.default"]), "with oidc_authority")
