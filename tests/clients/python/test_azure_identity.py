"""azure-identity: the credentials that Azure's and Graph's SDKs for Python lean on, each with one call to Graph."""

import logging
from urllib.parse import urlsplit

from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    AuthorizationCodeCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    OnBehalfOfCredential,
    UsernamePasswordCredential,
)

from sample import EXPORT, GRAPH, JORIS, LUKAS, MAREIKE, ORDERS_API, PEOPLE_IN_TENANT, PIETER
from suite import Failed, check, equal, holds, test
from world import SECONDS, peek

FOR_GRAPH = f"{GRAPH}/.default"
READ_PROFILE = f"{GRAPH}/User.Read"
CAPABLE = '{"access_token":{"xms_cc":{"values":["CP1"]}}}'

logging.getLogger("azure.identity").setLevel(logging.ERROR)  # it warns of each refusal, and here refusals are wanted


class Transport(RequestsTransport):
    """azure-core's own transport, which trusts the server's CA and finds the server where the port is left out.

    Before a password is sent, MSAL asks for the user realm at the host of its authority without the port, since
    Microsoft is on 443. The server under test is not, as a forwarded port would be.
    """

    def __init__(self, world):
        super().__init__(connection_verify=world.authority_file, connection_timeout=SECONDS, read_timeout=SECONDS)
        self._base = world.base
        self._without_port = f"https://{urlsplit(world.base).hostname}/"

    def send(self, request, **options):
        if request.url.startswith(self._without_port):
            request.url = f"{self._base}/{request.url.removeprefix(self._without_port)}"
        return super().send(request, **options)


def settings(world):
    """What an application sets to reach another authority than Microsoft's; a refusal is not tried again."""

    def note(response):
        answer = response.http_response
        body = f": {answer.text()[:300]}" if answer.status_code >= 400 else ""
        world.wire.append(f"{answer.request.method} {answer.request.url} {answer.status_code}{body}")

    return {
        "authority": world.base,
        "disable_instance_discovery": True,
        "transport": Transport(world),
        "retry_total": 0,
        "raw_response_hook": note,
    }


def check_app_token(world, token, card, proof):
    expected = {"aud": GRAPH, "appid": card.client_id, "appidacr": proof, "roles": ["User.Read.All"], "idtyp": "app"}
    holds(peek(token), expected, f"the token of {card.name}")
    listed = world.graph("/users?$select=id", token).json()["value"]
    equal(len(listed), PEOPLE_IN_TENANT, "how many people Graph lists")


def check_person_token(world, token, person, client_id):
    holds(peek(token), {"aud": GRAPH, "appid": client_id, "oid": person.id}, f"the token of {person.upn}")
    equal(world.graph("/me", token).json().get("id"), person.id, f"/v1.0/me of {person.upn}")


def refused(credential, scope, code, what):
    """The credential fails with the server's own words, AADSTS `code` among them."""
    with credential:
        try:
            credential.get_token(scope)
        except ClientAuthenticationError as problem:
            check(f"AADSTS{code}:" in f"{problem}", f"{what}: expected AADSTS{code}, found {problem}")
            return
    raise Failed(f"{what}: expected AADSTS{code}, got a token")


@test("ClientSecretCredential: a daemon gets a token and keeps it, and one that can answer claims challenges too")
def _(world):
    with ClientSecretCredential(world.tenant, EXPORT.client_id, EXPORT.secret, **settings(world)) as credential:
        token = credential.get_token(FOR_GRAPH)
        check_app_token(world, token.token, EXPORT, "1")
        equal(credential.get_token(FOR_GRAPH).token, token.token, "the second token, from the cache")
        # What Azure's clients and Graph's SDK ask for: the same, with `claims` in the request.
        check_app_token(world, credential.get_token(FOR_GRAPH, enable_cae=True).token, EXPORT, "1")


@test("ClientSecretCredential: a wrong secret fails with AADSTS7000215, an unknown app with AADSTS700016")
def _(world):
    wrong = ClientSecretCredential(world.tenant, EXPORT.client_id, "not the secret", **settings(world))
    refused(wrong, FOR_GRAPH, 7000215, "a wrong secret")
    nobody = "c1000000-0000-4000-8000-0000000000ff"
    unknown = ClientSecretCredential(world.tenant, nobody, EXPORT.secret, **settings(world))
    refused(unknown, FOR_GRAPH, 700016, "an unknown app")


@test("CertificateCredential: the key and certificate of a file bring a token, with the chain sent along or not")
def _(world):
    for send_chain in (False, True):
        credential = CertificateCredential(
            world.tenant,
            world.signed_card.client_id,
            certificate_path=world.signed_pem(),
            send_certificate_chain=send_chain,
            **settings(world),
        )
        with credential:
            check_app_token(world, credential.get_token(FOR_GRAPH).token, world.signed_card, "2")


@test("ClientAssertionCredential: the app's own assertion brings a token, and so does a token of an app that it trusts")
def _(world):
    client_id, endpoint = world.signed_card.client_id, world.discovery()["token_endpoint"]
    with ClientSecretCredential(world.tenant, EXPORT.client_id, EXPORT.secret, **settings(world)) as other:
        for assertion in (
            lambda: world.signed_key().assertion(client_id, endpoint),
            lambda: other.get_token(FOR_GRAPH).token,
        ):
            with ClientAssertionCredential(world.tenant, client_id, assertion, **settings(world)) as credential:
                check_app_token(world, credential.get_token(FOR_GRAPH).token, world.signed_card, "2")
        wrong = ClientAssertionCredential(
            world.tenant,
            client_id,
            lambda: world.signed_key().assertion(client_id, "https://elsewhere.example/token"),
            **settings(world),
        )
        refused(wrong, FOR_GRAPH, 700023, "an assertion for another audience")


@test("UsernamePasswordCredential: name and password bring a token once the person has consented, a wrong one none")
def _(world):
    card = world.mobile_card
    # Nobody can be asked here: the consent has to stand.
    world.sign_in(world.public(card), world.browser(), JORIS, ["User.Read"], redirect=f"{card.redirect}:61234")

    def credential(password):
        who = {"client_id": card.client_id, "username": JORIS.upn, "password": password}
        return UsernamePasswordCredential(**who, tenant_id=world.tenant, **settings(world))

    with credential(world.password) as right:
        check_person_token(world, right.get_token(READ_PROFILE).token, JORIS, card.client_id)
    refused(credential("not the password"), READ_PROFILE, 50126, "a wrong password")
    check(
        any("/common/userrealm/" in request for request in world.wire),
        f"MSAL asked for no user realm, so the transport need not know of it: {world.wire}",
    )


@test("DeviceCodeCredential: the person answers in a browser, and the token comes; who declines ends it")
def _(world):
    card, answered = world.mobile_card, []

    def credential(kind, mine):
        def prompt(address, code, expires):
            equal(address, f"{world.base}/devicelogin", "the address that the person is told")
            world.browser().device(address, code, JORIS, mine=mine).on_page(kind)
            answered.append(expires)

        return DeviceCodeCredential(
            card.client_id, tenant_id=world.tenant, prompt_callback=prompt, timeout=SECONDS, **settings(world)
        )

    with credential("device-done", True) as approved:
        token = approved.get_token(READ_PROFILE).token
        check_person_token(world, token, JORIS, card.client_id)
        equal(approved.get_token(READ_PROFILE).token, token, "the second token, for which nobody is asked")
    equal(len(answered), 1, "how often the person was asked")
    refused(credential("device-declined", False), READ_PROFILE, 70017, "a person who declines")


@test("OnBehalfOfCredential: an API gets a token for the person who called it, unless they have not allowed it")
def _(world):
    def credential(person):
        return OnBehalfOfCredential(
            world.tenant,
            ORDERS_API.client_id,
            client_secret=ORDERS_API.secret,
            user_assertion=world.token_for_orders(person),
            **settings(world),
        )

    refused(credential(MAREIKE), READ_PROFILE, 65001, "a person who has not allowed it")
    world.let_orders_api_act(PIETER)
    with credential(PIETER) as allowed:
        check_person_token(world, allowed.get_token(READ_PROFILE).token, PIETER, ORDERS_API.client_id)


@test("AuthorizationCodeCredential: a code brings a token, and its refresh token another one")
def _(world):
    card = world.intranet_card
    url = world.authorize_url(scope=f"openid profile offline_access {READ_PROFILE}")
    code = world.browser().authorize(url, LUKAS).with_code()["code"]
    credential = AuthorizationCodeCredential(
        world.tenant, card.client_id, code, card.redirect, client_secret=card.secret, **settings(world)
    )
    with credential:
        first = credential.get_token(READ_PROFILE).token
        check_person_token(world, first, LUKAS, card.client_id)
        equal(credential.get_token(READ_PROFILE).token, first, "the second token, from the cache")
        # With `claims` the credential passes its cache over and takes the refresh token.
        second = credential.get_token(READ_PROFILE, claims=CAPABLE).token
        check(second != first, "the refresh token brought the old access token")
        check_person_token(world, second, LUKAS, card.client_id)

    again = AuthorizationCodeCredential(
        world.tenant, card.client_id, code, card.redirect, client_secret=card.secret, **settings(world)
    )
    refused(again, READ_PROFILE, 54005, "the second use of a code")
