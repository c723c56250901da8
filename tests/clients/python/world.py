"""The running server as the tests see it: MSAL clients, browsers, Graph, keys.

MSAL is used as it is installed; the only settings are the ones an application has: authority, instance discovery off,
the CA file. Every test makes its own clients, because MSAL answers a refused request that is repeated within a minute
from its memory.
"""

import base64
import hashlib
import json
import re
import secrets
import ssl
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import jwt
import msal
import requests

import sample
from keypair import KeyPair
from pages import Answer, Browser, Outcome
from suite import Failed, check, equal

SECONDS = 30


@dataclass
class SignedIn:
    """A finished code flow: MSAL's client, its flow, the way through the pages, MSAL's result."""

    app: msal.ClientApplication
    flow: dict
    outcome: Outcome
    result: dict

    @property
    def access_token(self):
        return self.result["access_token"]

    @property
    def id_claims(self):
        return self.result["id_token_claims"]


class World:
    def __init__(self, environment):
        self.base = environment["MANDATE_BASE"].rstrip("/")
        self.authority_file = environment["MANDATE_CA"]
        self.tenant = environment["MANDATE_TENANT"]
        self.password = environment["MANDATE_USER_PASSWORD"]
        self.issuer = f"{self.base}/{self.tenant}/v2.0"
        self.intranet_card = replace(
            sample.INTRANET,
            client_id=environment["MANDATE_CLIENT_ID"],
            secret=environment["MANDATE_CLIENT_SECRET"],
        )
        self.mobile_card = replace(sample.MOBILE, client_id=environment["MANDATE_PUBLIC_CLIENT_ID"])
        self.signed_card = replace(
            sample.SIGNED, client_id=environment.get("MANDATE_SIGNED_CLIENT_ID") or sample.SIGNED.client_id
        )
        self._signed_pem = environment.get("MANDATE_SIGNED_PEM")
        self.wire = []  # MSAL's requests of the running test, for messages
        self._documents = {}
        self._keys = {}

    # -- clients -------------------------------------------------------------------------------------------------

    def confidential(self, card, *, tenant=None, credential=None, **options):
        """MSAL's client of an app, which proves itself by its secret unless another credential is given."""
        settings = {"authority": f"{self.base}/{tenant or self.tenant}", "instance_discovery": False, **options}
        app = msal.ConfidentialClientApplication(
            card.client_id,
            client_credential=credential or card.secret,
            verify=self.authority_file,
            timeout=SECONDS,
            **settings,
        )
        return self._overheard(app)

    def public(self, card, **options):
        app = msal.PublicClientApplication(
            card.client_id,
            authority=f"{self.base}/{self.tenant}",
            instance_discovery=False,
            verify=self.authority_file,
            timeout=SECONDS,
            **options,
        )
        return self._overheard(app)

    def _overheard(self, app):
        """Notes what the server answers to MSAL, which keeps the body of a broken answer to itself."""
        app.http_client.http_client.hooks["response"].append(self._note)
        return app

    def _note(self, response, *_, **__):
        body = f": {response.text[:300]}" if response.status_code >= 400 else ""
        self.wire.append(f"{response.request.method} {response.url} {response.status_code}{body}")

    def intranet(self, **options):
        return self.confidential(self.intranet_card, **options)

    def contacts(self, **options):
        return self.confidential(sample.CONTACTS, **options)

    def payroll(self, **options):
        # Payroll's grant in the sample has no offline_access, and where assignment is required only an
        # administrator may add to a grant; so the app does not ask for it.
        return self.confidential(sample.PAYROLL, exclude_scopes=["offline_access"], **options)

    def export(self, **options):
        return self.confidential(sample.EXPORT, **options)

    def orders_api(self, **options):
        return self.confidential(sample.ORDERS_API, **options)

    def signed(self, credential=None, **options):
        """The app with a certificate; `credential` as MSAL takes it."""
        return self.confidential(self.signed_card, credential=credential or self.signed_key().for_msal(), **options)

    def signed_pem(self):
        """The path of the file with the app's key and certificate."""
        check(self._signed_pem, "MANDATE_SIGNED_PEM is not set: `cargo xtask test` makes the app with a certificate")
        return self._signed_pem

    def signed_key(self):
        return KeyPair.read(self.signed_pem())

    def browser(self, language="en"):
        return Browser(self.base, self.authority_file, self.password, language)

    # -- code flows ----------------------------------------------------------------------------------------------

    def sign_in(self, app, browser, person, scopes, *, redirect, redeem=None, consent="accept",
                for_organisation=False, **asked):
        """One whole code flow with MSAL; fails with a reason unless tokens come out of it."""
        flow = app.initiate_auth_code_flow(scopes, redirect_uri=redirect, **asked)
        outcome = browser.authorize(
            flow["auth_uri"], person, consent=consent, for_organisation=for_organisation
        )
        params = outcome.with_code()
        # An address without a path is answered at its root.
        equal(outcome.answer.target.removesuffix("/"), redirect.removesuffix("/"), "the address the answer went to")
        result = app.acquire_token_by_auth_code_flow(flow, params, scopes=redeem)
        whose = person.upn if person else "the session"
        return SignedIn(app, flow, outcome, tokens(result, f"redeeming the code of {whose}"))

    def visit(self, app, browser, person, scopes, *, redirect, consent="accept", stop_at=(), **asked):
        """The first half of a code flow: how the visit to the authorization endpoint ended."""
        flow = app.initiate_auth_code_flow(scopes, redirect_uri=redirect, **asked)
        return browser.authorize(flow["auth_uri"], person, consent=consent, stop_at=stop_at)

    def token_for_orders(self, person):
        """The access token with which the Intranet calls the Orders API for a person."""
        return self.sign_in(
            self.intranet(),
            self.browser(),
            person,
            [f"{sample.ORDERS}/Orders.Read"],
            redirect=self.intranet_card.redirect,
        ).access_token

    def let_orders_api_act(self, person):
        """The person allows the Orders API to read their profile; answers the page, or None where that stood already.

        The API has no page of its own. It knows the Planner as its client, so whoever allows the Planner everything
        that it needs of the API allows the API on the same page what it needs itself.
        """
        browser = self.browser()
        outcome = self.visit(
            self.public(sample.PLANNER),
            browser,
            person,
            [f"{sample.ORDERS}/.default"],
            redirect=sample.PLANNER.redirect,
            consent=None,
        )
        if outcome.answer:
            outcome.with_code()
            return None
        page = outcome.on_page("consent")
        place = browser.consent(page, True)
        check(isinstance(place, Answer) and place.params.get("code"), f"accepting brought no code: {place.describe()}")
        return page

    def plain_flow(self, browser, person, scope):
        """A code flow of the Intranet without MSAL, which always asks openid: the token endpoint's answer."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        outcome = browser.authorize(
            self.authorize_url(
                scope=scope,
                code_challenge=base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                code_challenge_method="S256",
            ),
            person,
        )
        response = self.post_token(
            client_id=self.intranet_card.client_id,
            client_secret=self.intranet_card.secret,
            grant_type="authorization_code",
            code=outcome.with_code()["code"],
            code_verifier=verifier,
            redirect_uri=self.intranet_card.redirect,
            scope=scope,
        )
        return tokens(response.json(), f"redeeming a code for `{scope}`")

    def authorize_url(self, *, tenant=None, **changes):
        """An authorization request of the Intranet; `changes` overrides, and None leaves a parameter out."""
        asked = {
            "client_id": self.intranet_card.client_id,
            "response_type": "code",
            "redirect_uri": self.intranet_card.redirect,
            "scope": "openid profile User.Read",
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            **changes,
        }
        asked = {name: value for name, value in asked.items() if value is not None}
        return f"{self.base}/{tenant or self.tenant}/oauth2/v2.0/authorize?{urlencode(asked)}"

    # -- the wire ------------------------------------------------------------------------------------------------

    def get(self, url, **options):
        return requests.get(url, verify=self.authority_file, timeout=SECONDS, allow_redirects=False, **options)

    def post_token(self, *, tenant=None, endpoint="oauth2/v2.0/token", headers=None, **form):
        return requests.post(
            f"{self.base}/{tenant or self.tenant}/{endpoint}",
            data=form,
            headers=headers,
            verify=self.authority_file,
            timeout=SECONDS,
        )

    def graph(self, path, token=None, status=200, **headers):
        """GET on Graph (a path under /v1.0, or a whole link); fails with Graph's own words on another status."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = path if path.startswith("https://") else f"{self.base}/v1.0{path}"
        response = self.get(url, headers=headers)
        allowed = (status,) if isinstance(status, int) else status
        if response.status_code not in allowed:
            raise Failed(f"GET {url}: expected {status}, found {response.status_code}: {response.text[:400]}")
        return response

    def graph_refuses(self, path, token, status, code):
        """GET on Graph that must fail with the given status and error code."""
        error = self.graph(path, token, status).json().get("error", {})
        equal(error.get("code"), code, f"error code of GET {path} ({error.get('message')!r})")

    # -- tokens --------------------------------------------------------------------------------------------------

    def discovery(self, version="v2.0", tenant=None):
        tenant = tenant or self.tenant
        key = version, tenant
        if key not in self._documents:
            middle = "" if version == "v1.0" else "/v2.0"
            url = f"{self.base}/{tenant}{middle}/.well-known/openid-configuration"
            response = self.get(url)
            check(response.status_code == 200, f"GET {url}: status {response.status_code}: {response.text[:300]}")
            self._documents[key] = response.json()
        return self._documents[key]

    def verified(self, token, *, audience, version="v2.0"):
        """The claims of a token whose signature, issuer, audience and times hold, by our published keys."""
        document = self.discovery(version)
        if version not in self._keys:
            context = ssl.create_default_context(cafile=self.authority_file)
            self._keys[version] = jwt.PyJWKClient(document["jwks_uri"], ssl_context=context)
        key = self._keys[version].get_signing_key_from_jwt(token)
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=audience,
                issuer=document["issuer"],
                leeway=10,
                options={"require": ["iss", "aud", "exp", "iat", "nbf", "sub"]},
            )
        except jwt.PyJWTError as problem:
            raise Failed(f"{type(problem).__name__}: {problem}; claims {json.dumps(peek(token))}") from problem


def tokens(result, what):
    """MSAL's result when it holds an access token; otherwise a failure with the server's words."""
    if not result or "access_token" not in result:
        raise Failed(f"{what}: no access token, but {told(result)}")
    return result


def refused(result, error, code, what):
    """MSAL's result when it is the refusal `error` with AADSTS `code`."""
    wanted = f"{error} (AADSTS{code})" if code else error
    fits = bool(result) and result.get("error") == error and (code is None or code in codes(result))
    check(fits, f"{what}: expected {wanted}, found {told(result)}")
    return result


def told(result):
    if not result:
        return repr(result)
    if "error" not in result:
        return f"an answer with {sorted(result)}"
    return (
        f"{result['error']} {codes(result)} suberror {result.get('suberror')}: "
        f"{' '.join(result.get('error_description', '').split())}"
    )


def codes(result):
    """The AADSTS numbers of a refusal: `error_codes`, or what the description begins with."""
    listed = result.get("error_codes")
    if listed:
        return listed
    return [int(number) for number in re.findall(r"AADSTS(\d+)", result.get("error_description", ""))]


def peek(token):
    """A token's claims, unverified: for Graph's own tokens, which only Graph may judge."""
    return jwt.decode(token, options={"verify_signature": False})


def unpadded(text):
    """Decodes base64url that came without padding."""
    check("=" not in text, f"`{text}` is padded")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
