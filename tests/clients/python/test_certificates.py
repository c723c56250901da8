"""Apps that prove themselves with a certificate, or with a token that another issuer gave them (RFC 7523)."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs

import jwt

from keypair import KeyPair, assertion_claims
from sample import ARCHIVE, GRAPH, LUKAS, ORDERS, PEOPLE_IN_TENANT
from suite import check, equal, holds, lacks, test
from world import peek, refused, tokens

FOR_GRAPH = [f"{GRAPH}/.default"]
NIGHTLY_EXPORT = "the nightly export's own token"


def for_itself(world, credential, **options):
    """What MSAL gets for the app with a certificate when it proves itself by `credential`."""
    return world.signed(credential, **options).acquire_token_for_client(FOR_GRAPH)


def check_token(world, result, what):
    """The token says that the app proved itself by an assertion (`appidacr`), and opens what the app may do."""
    token = tokens(result, what)["access_token"]
    expected = {
        "aud": GRAPH,
        "appid": world.signed_card.client_id,
        "appidacr": "2",
        "oid": world.signed_card.principal,
        "idtyp": "app",
        "roles": ["User.Read.All"],
    }
    holds(peek(token), expected, f"the token for {what}")
    lacks(peek(token), ["scp", "upn"], f"the token for {what}")
    listed = world.graph("/users?$select=id", token).json()["value"]
    equal(len(listed), PEOPLE_IN_TENANT, f"how many people Graph lists for {what}")


def listen_for_assertions(app):
    """The client assertions that MSAL will send, as a list that grows."""
    heard = []

    def note(response, *_, **__):
        heard.extend(parse_qs(response.request.body or "").get("client_assertion", []))

    app.http_client.http_client.hooks["response"].append(note)
    return heard


def check_way_of_signing(world, credential, algorithm, header):
    """One token with a credential of MSAL, and that MSAL signed for it as the test says."""
    app = world.signed(credential)
    heard = listen_for_assertions(app)
    check_token(world, app.acquire_token_for_client(FOR_GRAPH), f"an assertion with {algorithm} and {header}")
    equal(len(heard), 1, "how many assertions MSAL sent")
    sent = jwt.get_unverified_header(heard[0])
    equal(sent["alg"], algorithm, "what MSAL signed with")
    check(header in sent and "x5c" in sent, f"MSAL's header has {sorted(sent)}")


def token_endpoint(world):
    return world.discovery()["token_endpoint"]


def by_hand(world, key=None, **changes):
    """MSAL's credential with an assertion that we signed ourselves, as a string."""
    key = key or world.signed_key()
    changes = {"audience": token_endpoint(world), **changes}
    return {"client_assertion": key.assertion(world.signed_card.client_id, **changes)}


def unsigned(head, claims):
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (head, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@test("certificate: MSAL with a thumbprint signs with RS256 and x5t, and the app gets its roles")
def _(world):
    key = world.signed_key()
    check_way_of_signing(world, key.for_msal(thumbprint=key.sha1), "RS256", "x5t")


@test("certificate: MSAL without a thumbprint signs with PS256 and x5t#S256, and the app gets its roles")
def _(world):
    check_way_of_signing(world, world.signed_key().for_msal(), "PS256", "x5t#S256")


@test("certificate: MSAL sends one assertion again within its life, and each time it is taken")
def _(world):
    app = world.signed()
    heard = listen_for_assertions(app)
    check_token(world, app.acquire_token_for_client(FOR_GRAPH), "the first use of an assertion")
    for resource in (ORDERS, ARCHIVE):
        tokens(app.acquire_token_for_client([f"{resource}/.default"]), f"the same assertion for {resource}")
    equal((len(heard), len(set(heard))), (3, 1), "how many assertions MSAL sent, and how many different ones")


@test("certificate: a person signs in to the app, and the code is redeemed with an assertion")
def _(world):
    signed_in = world.sign_in(
        world.signed(), world.browser(), LUKAS, ["User.Read"], redirect=world.signed_card.redirect
    )
    expected = {"appid": world.signed_card.client_id, "appidacr": "2", "oid": LUKAS.id}
    holds(peek(signed_in.access_token), expected, "the access token")
    equal(world.graph("/me", signed_in.access_token).json().get("id"), LUKAS.id, "/v1.0/me")
    (account,) = signed_in.app.get_accounts()
    renewed = signed_in.app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True)
    equal(peek(tokens(renewed, "refresh with an assertion")["access_token"])["appidacr"], "2", "appidacr after refresh")


@test("client assertion: one that the app made itself is taken, however it names key and audience")
def _(world):
    tenant = f"{world.base}/{world.tenant}"
    ways = {
        "PS256": {},
        "RS256": {"algorithm": "RS256"},
        "no thumbprint": {"algorithm": "RS256", "headers": {}},
        "the issuer as audience": {"audience": world.issuer},
        "the older endpoint as audience": {"audience": f"{tenant}/oauth2/token"},
        "times as fractions, no nbf": {"exp": time.time() + 600.5, "nbf": None},
        "no jti": {"jti": None},
    }
    for what, changes in ways.items():
        check_token(world, for_itself(world, by_hand(world, **changes)), what)


@test("client assertion: a key that is not the app's is refused with AADSTS700027, whatever certificate it names")
def _(world):
    registered, stranger = world.signed_key(), KeyPair.invented()
    credentials = {
        "MSAL, the registered thumbprint": stranger.for_msal(thumbprint=registered.sha1),
        "MSAL, the stranger's own thumbprint": stranger.for_msal(thumbprint=stranger.sha1),
        "MSAL, the stranger's certificate along with it": stranger.for_msal(),
        "by hand, the registered thumbprint": by_hand(world, stranger, headers=registered.names("PS256")),
        "by hand, no thumbprint": by_hand(world, stranger, headers={}),
    }
    for what, credential in credentials.items():
        refused(for_itself(world, credential), "invalid_client", 700027, what)


@test("client assertion: no signature, or one with what everybody knows, is refused with AADSTS700027")
def _(world):
    claims = assertion_claims(world.signed_card.client_id, token_endpoint(world))
    text = unsigned({"alg": "HS256", "typ": "JWT"}, claims)
    # The certificate is public: whoever takes it for a secret key lets anybody in.
    keyed = hmac.new(world.signed_key().der, text.encode(), hashlib.sha256).digest()
    head, body, _ = by_hand(world)["client_assertion"].split(".")
    _, _, of_another = by_hand(world)["client_assertion"].split(".")
    forged = {
        "no signature": unsigned({"alg": "none", "typ": "JWT"}, claims) + ".",
        "keyed with the certificate": f"{text}.{base64.urlsafe_b64encode(keyed).rstrip(b'=').decode()}",
        "another assertion's signature": f"{head}.{body}.{of_another}",
    }
    for what, assertion in forged.items():
        refused(for_itself(world, {"client_assertion": assertion}), "invalid_client", 700027, what)


@test("client assertion: its audience, times, issuer and subject are held against it")
def _(world):
    other, now = world.intranet_card.client_id, int(time.time())
    wrong = {
        "for another server": ({"audience": "https://elsewhere.example/token"}, 700023),
        "for two at once": ({"audience": [token_endpoint(world), "https://elsewhere.example"]}, 700023),
        "expired": ({"exp": now - 3600, "nbf": now - 7200}, 700024),
        "not valid yet": ({"nbf": now + 3600, "exp": now + 7200}, 700024),
        "valid for a week": ({"exp": now + 7 * 24 * 3600}, 700024),
        "of another client": ({"iss": other, "sub": other}, 700021),
        "about another client": ({"sub": other}, 50048),
    }
    for what, (changes, code) in wrong.items():
        refused(for_itself(world, by_hand(world, **changes)), "invalid_client", code, what)


@test("federated: another app's own token proves the app that trusts it, and no secret is needed")
def _(world):
    own = tokens(world.export().acquire_token_for_client(FOR_GRAPH), NIGHTLY_EXPORT)["access_token"]
    check_token(world, for_itself(world, {"client_assertion": own}), f"{NIGHTLY_EXPORT}, as a string")
    check_token(world, for_itself(world, {"client_assertion": lambda: own}), f"{NIGHTLY_EXPORT}, from a function")


@test("federated: a token of another issuer, app or audience is refused, and so is a person's or a tampered one")
def _(world):
    own = tokens(world.export().acquire_token_for_client(FOR_GRAPH), NIGHTLY_EXPORT)["access_token"]
    others = {
        # A v2.0 token, whose issuer ends in /v2.0.
        "for the orders API": (world.export(), f"{ORDERS}/.default", 700211),
        "for the archive": (world.export(), f"{ARCHIVE}/.default", 700212),
        "of the Intranet": (world.intranet(), f"{GRAPH}/.default", 700213),
    }
    for what, (app, scope, code) in others.items():
        token = tokens(app.acquire_token_for_client([scope]), f"a token {what}")["access_token"]
        refused(for_itself(world, {"client_assertion": token}), "invalid_client", code, f"a token {what}")

    signed_in = world.sign_in(
        world.intranet(), world.browser(), LUKAS, ["User.Read"], redirect=world.intranet_card.redirect
    )
    result = for_itself(world, {"client_assertion": signed_in.access_token})
    refused(result, "invalid_client", 700213, "a person's token")

    head, body, signature = own.split(".")
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    tampered = ".".join([head, body, signature[:middle] + other + signature[middle + 1:]])
    refused(for_itself(world, {"client_assertion": tampered}), "invalid_client", 700027, "a tampered token")

    # A trust in one app's tokens is no trust in that app's name: another app has registered none.
    result = world.confidential(world.intranet_card, credential={"client_assertion": own}).acquire_token_for_client(
        FOR_GRAPH
    )
    refused(result, "invalid_client", None, f"{NIGHTLY_EXPORT} for an app that does not trust it")
