"""Refresh tokens: what MSAL does in silence."""

from msal import TokenCache

from sample import LUKAS, ORDERS, ORDERS_APP_ID
from suite import check, equal, test
from world import refused, tokens


def lukas(world, scopes, redeem=None):
    signed_in = world.sign_in(
        world.intranet(), world.browser(), LUKAS, scopes, redirect=world.intranet_card.redirect, redeem=redeem
    )
    return signed_in, signed_in.app.get_accounts()[0]


def forget_access_tokens(app):
    kept = list(app.token_cache.search(TokenCache.CredentialType.ACCESS_TOKEN, query={}))
    check(kept, "MSAL kept no access token")
    for entry in kept:
        app.token_cache.remove_at(entry)


def refresh_token(app):
    return next(iter(app.token_cache.search(TokenCache.CredentialType.REFRESH_TOKEN, query={})))["secret"]


@test("S0-12 a refresh token brings a new access token with no browser: forced, and after the old one is forgotten")
def _(world):
    signed_in, account = lukas(world, ["User.Read"])
    app = signed_in.app
    kept = tokens(app.acquire_token_silent_with_error(["User.Read"], account), "silent")
    equal(kept["token_source"], "cache", "where the token comes from while it lives")

    forced = tokens(app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True), "forced refresh")
    equal(forced["token_source"], "identity_provider", "where a forced token comes from")
    check(forced["access_token"] != signed_in.access_token, "the forced refresh brought the old access token")
    world.graph("/me", forced["access_token"])

    forget_access_tokens(app)
    renewed = tokens(app.acquire_token_silent_with_error(["User.Read"], account), "silent without an access token")
    equal(renewed["token_source"], "identity_provider", "where the token comes from once it is forgotten")
    world.graph("/me", renewed["access_token"])
    equal(renewed["id_token_claims"]["oid"], LUKAS.id, "oid in the ID token of the refresh")


@test("a refresh token brings a token for another resource that was consented to")
def _(world):
    signed_in, account = lukas(world, ["User.Read", f"{ORDERS}/Orders.Read"], redeem=["User.Read"])
    world.graph("/me", signed_in.access_token)
    other = tokens(
        signed_in.app.acquire_token_silent_with_error([f"{ORDERS}/Orders.Read"], account), "refresh for the orders API"
    )
    claims = world.verified(other["access_token"], audience=ORDERS_APP_ID)
    check("Orders.Read" in claims["scp"].split(), f"scp is {claims['scp']!r}")


@test("a refresh for a permission that was not consented to is refused with AADSTS65001 and tells MSAL so")
def _(world):
    signed_in, account = lukas(world, ["User.Read"])
    result = signed_in.app.acquire_token_silent_with_error([f"{ORDERS}/Orders.Write"], account)
    refused(result, "invalid_grant", 65001, "refresh for Orders.Write")
    equal(result.get("suberror"), "consent_required", "suberror")
    equal(result.get("classification"), "consent_required", "MSAL's classification")
    tokens(
        signed_in.app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True),
        "refresh for User.Read after the refusal",
    )


@test("a confidential client's earlier refresh token still works after it was used")
def _(world):
    signed_in, account = lukas(world, ["User.Read"])
    first = refresh_token(signed_in.app)
    tokens(signed_in.app.acquire_token_silent_with_error(["User.Read"], account, force_refresh=True), "first use")
    tokens(world.intranet().acquire_token_by_refresh_token(first, ["User.Read"]), "second use of one refresh token")


@test("a refresh token is refused to another client, and so is an invented one")
def _(world):
    signed_in, _ = lukas(world, ["User.Read"])
    stolen = refresh_token(signed_in.app)
    for token, what in ((stolen, "another client's refresh token"), ("1.AAAA-invented", "an invented refresh token")):
        result = world.payroll().acquire_token_by_refresh_token(token, ["User.Read"])
        refused(result, "invalid_grant", 70000, what)
