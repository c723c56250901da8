"""What the tokens say, and that they hold: every signature is checked through our JWKS, as a strict API would."""

import base64
import hashlib
import time

from cryptography import x509

from sample import ARCHIVE, GRAPH, GROUP_EVERYONE, GROUP_FINANCE, LUKAS, ORDERS, ORDERS_APP_ID
from suite import check, equal, holds, lacks, test
from world import peek


def lukas_at(world, scope, browser=None):
    return world.sign_in(
        world.intranet(), browser or world.browser(), LUKAS, [scope], redirect=world.intranet_card.redirect
    )


def check_life(claims, what):
    left = claims["exp"] - time.time()
    check(3500 <= left <= 5400 + 60, f"{what} lives {left:.0f} s, not 60 to 90 minutes")


@test("the ID token verifies through our JWKS: issuer, audience, times, and who signed in")
def _(world):
    signed_in = lukas_at(world, "User.Read")
    claims = world.verified(signed_in.result["id_token"], audience=world.intranet_card.client_id)
    expected = {
        "iss": world.issuer,
        "aud": world.intranet_card.client_id,
        "ver": "2.0",
        "tid": world.tenant,
        "oid": LUKAS.id,
        "name": LUKAS.name,
        "preferred_username": LUKAS.upn,
        "nonce": hashlib.sha256(signed_in.flow["nonce"].encode()).hexdigest(),
    }
    holds(claims, expected, "ID token")
    lacks(claims, ["scp", "azp"], "ID token")


@test("S1-01 S1-02 the access token for our API verifies through our JWKS and names client, resource and person")
def _(world):
    signed_in = lukas_at(world, f"{ORDERS}/Orders.Read")
    claims = world.verified(signed_in.access_token, audience=ORDERS_APP_ID)
    expected = {
        "iss": world.issuer,
        "aud": ORDERS_APP_ID,
        "ver": "2.0",
        "azp": world.intranet_card.client_id,
        "azpacr": "1",
        "oid": LUKAS.id,
        "tid": world.tenant,
    }
    holds(claims, expected, "access token")
    check("Orders.Read" in claims.get("scp", "").split(), f"scp is {claims.get('scp')!r}")
    lacks(claims, ["roles", "idtyp"], "access token of a person without a role at the API")
    check_life(claims, "the access token")
    check(
        abs(claims["exp"] - time.time() - signed_in.result["expires_in"]) < 60,
        f"expires_in {signed_in.result['expires_in']} does not fit exp {claims['exp']}",
    )
    again = lukas_at(world, f"{ORDERS}/Orders.Read")
    equal(peek(again.access_token)["sub"], claims["sub"], "sub at a second sign-in")
    check(peek(again.access_token)["uti"] != claims["uti"], "two tokens share one uti")


@test("sub is one's own at each application and each API, and stays the same from one sign-in to the next")
def _(world):
    browser = world.browser()
    intranet = lukas_at(world, f"{ORDERS}/Orders.Read", browser)
    mobile = world.sign_in(
        world.public(world.mobile_card), browser, LUKAS, ["User.Read"], redirect=f"{world.mobile_card.redirect}:61234"
    )
    archive = lukas_at(world, f"{ARCHIVE}/user_impersonation", browser)
    subjects = {
        "ID token of the Intranet": intranet.id_claims["sub"],
        "ID token of Mobile": mobile.id_claims["sub"],
        "access token for orders": peek(intranet.access_token)["sub"],
        "access token for the archive": peek(archive.access_token)["sub"],
    }
    equal(len(set(subjects.values())), 4, f"different subjects among {subjects}")
    equal(archive.id_claims["sub"], intranet.id_claims["sub"], "sub at the Intranet, from one sign-in to the next")


@test("the access token for an API without a token version is v1, with the audience as it was asked")
def _(world):
    scope = f"{ARCHIVE}/user_impersonation"
    check("//user_impersonation" in scope, "the sample's archive address must end with a slash")
    signed_in = lukas_at(world, scope)
    claims = world.verified(signed_in.access_token, audience=ARCHIVE, version="v1.0")
    expected = {
        "aud": ARCHIVE,
        "ver": "1.0",
        "appid": world.intranet_card.client_id,
        "appidacr": "1",
        "oid": LUKAS.id,
        "tid": world.tenant,
        "scp": "user_impersonation",
        "unique_name": LUKAS.upn,
    }
    holds(claims, expected, "v1 access token")
    check(scope in signed_in.result["scope"].split(), f"scope is {signed_in.result['scope']!r}, asked was {scope}")


@test("the answer repeats the scopes as the application spelled them")
def _(world):
    browser = world.browser()
    for scope in ("User.Read", f"{GRAPH}/User.Read", f"{ORDERS}/Orders.Read", f"api://{ORDERS_APP_ID}/Orders.Read"):
        echoed = lukas_at(world, scope, browser).result.get("scope", "").split()
        check(scope in echoed, f"asked `{scope}`, told {echoed}")


@test("the ID token lists groups of groups when the application asks for security groups")
def _(world):
    claims = lukas_at(world, "User.Read").id_claims
    equal(sorted(claims.get("groups", [])), sorted([GROUP_EVERYONE, GROUP_FINANCE]), "groups")


@test("userinfo answers to the token, with the sub of the ID token")
def _(world):
    signed_in = lukas_at(world, "User.Read")
    url = world.discovery()["userinfo_endpoint"]
    answer = world.get(url, headers={"Authorization": f"Bearer {signed_in.access_token}"})
    check(answer.status_code == 200, f"GET {url}: status {answer.status_code}: {answer.text[:300]}")
    holds(answer.json(), {"sub": signed_in.id_claims["sub"], "name": LUKAS.name}, "userinfo")
    bare = world.get(url)
    equal(bare.status_code, 401, "status without a token")
    check("WWW-Authenticate" in bare.headers, "the 401 has no WWW-Authenticate")


@test("our published keys carry the certificate they belong to")
def _(world):
    for version in ("v2.0", "v1.0"):
        url = world.discovery(version)["jwks_uri"]
        keys = world.get(url).json()["keys"]
        check(keys, f"{url} holds no key")
        for key in keys:
            holds(key, {"kty": "RSA", "use": "sig"}, f"a key of {url}")
            (encoded,) = key["x5c"]
            certificate = x509.load_der_x509_certificate(base64.b64decode(encoded, validate=True))
            numbers = certificate.public_key().public_numbers()
            for name, number in (("n", numbers.n), ("e", numbers.e)):
                data = number.to_bytes((number.bit_length() + 7) // 8, "big")
                equal(key[name], base64.urlsafe_b64encode(data).rstrip(b"=").decode(), f"{name} of key {key['kid']}")
            thumbprint = hashlib.sha1(base64.b64decode(encoded)).digest()
            equal(key["x5t"], base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode(), f"x5t of key {key['kid']}")
