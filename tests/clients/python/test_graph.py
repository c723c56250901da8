"""The first rooms of Graph, with tokens that MSAL brought."""

import uuid

import sample
from sample import GRAPH, LUKAS, ORDERS, SANNE
from suite import check, equal, holds, test
from world import tokens


def lukas_token(world, scope="User.Read"):
    return world.sign_in(
        world.intranet(), world.browser(), LUKAS, [scope], redirect=world.intranet_card.redirect
    ).access_token


def daemon_token(world):
    return tokens(world.export().acquire_token_for_client([f"{GRAPH}/.default"]), "client credentials")["access_token"]


@test("S0-15 User.Read opens one's own profile, and no other's beyond the public part")
def _(world):
    token = lukas_token(world)
    me = world.graph("/me", token).json()
    expected = {
        "id": LUKAS.id,
        "userPrincipalName": LUKAS.upn,
        "displayName": LUKAS.name,
        "mail": LUKAS.upn,
        "jobTitle": "Einkauf",
        "mobilePhone": "+49 151 5555 0104",
        "businessPhones": ["+49 4921 555 0104"],
    }
    holds(me, expected, "/v1.0/me")
    context = me.get("@odata.context", "")
    check(context.startswith(f"{world.base}/v1.0/$metadata#users"), f"@odata.context is {context!r}")

    chosen = world.graph("/me?$select=displayName,department", token).json()
    chosen = {name: value for name, value in chosen.items() if not name.startswith("@odata.")}
    equal(chosen, {"displayName": LUKAS.name, "department": "Finance"}, "/v1.0/me with $select")

    other = world.graph(f"/users/{SANNE.id}", token, (200, 403))
    if other.status_code == 200:
        private = {name: other.json().get(name) for name in ("mobilePhone", "jobTitle", "officeLocation")}
        check(not any(private.values()), f"User.Read alone shows {private} of another person")
    else:
        equal(other.json()["error"]["code"], "Authorization_RequestDenied", "error code")


@test("Graph refuses a call without a token, with a tampered one, and with one for another API")
def _(world):
    bare = world.graph("/me", None, 401)
    equal(bare.json()["error"]["code"], "InvalidAuthenticationToken", "error code without a token")
    challenge = bare.headers.get("WWW-Authenticate", "")
    check("Bearer" in challenge, f"WWW-Authenticate is {challenge!r}")

    head, body, signature = lukas_token(world).split(".")
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    tampered = ".".join([head, body, signature[:middle] + other + signature[middle + 1:]])
    world.graph_refuses("/me", tampered, 401, "InvalidAuthenticationToken")
    world.graph_refuses("/me", lukas_token(world, f"{ORDERS}/Orders.Read"), 401, "InvalidAuthenticationToken")


@test("Graph answers to tokens asked for under its well-known name and under our own origin")
def _(world):
    for scope in (f"{GRAPH}/User.Read", f"{world.base}/User.Read"):
        equal(world.graph("/me", lukas_token(world, scope)).json().get("id"), LUKAS.id, f"/v1.0/me with {scope}")


@test("Graph tells its request id, and repeats the client's")
def _(world):
    mine = str(uuid.uuid4())
    answer = world.graph("/me", lukas_token(world), **{"client-request-id": mine})
    uuid.UUID(answer.headers["request-id"])
    equal(answer.headers.get("client-request-id"), mine, "client-request-id")
    refusal = world.graph("/me", None, 401, **{"client-request-id": mine})
    inner = refusal.json()["error"].get("innerError", {})
    holds(inner, {"client-request-id": mine, "request-id": refusal.headers["request-id"]}, "innerError")


@test("Graph pages through the users without losing or repeating one")
def _(world):
    token = daemon_token(world)
    link, seen, pages = "/users?$top=4&$select=id,userPrincipalName", [], 0
    while link:
        answer = world.graph(link, token).json()
        check(len(answer["value"]) <= 4, f"a page of {len(answer['value'])} where 4 were asked")
        seen += [person["id"] for person in answer["value"]]
        link, pages = answer.get("@odata.nextLink"), pages + 1
        check(link is None or link.startswith(f"{world.base}/v1.0/users?"), f"@odata.nextLink leads to {link}")
        check(pages < 10, "the pages do not end")
    equal(len(seen), sample.PEOPLE_IN_TENANT, "how many people the pages hold")
    equal(len(set(seen)), len(seen), "how many different people")
