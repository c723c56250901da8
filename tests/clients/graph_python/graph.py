"""The Graph SDK as an application sets it up, told where Graph is and which CA to trust."""

import os
import pathlib
import sys
import time
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
DEFAULT = "https://graph.microsoft.com/.default"


class Failed(AssertionError):
    """A test found the server wanting."""


def check(truth, message):
    if not truth:
        raise Failed(message)


def equal(actual, expected, what):
    if actual != expected:
        raise Failed(f"{what}: expected {expected!r}, found {actual!r}")


def read_environment(path):
    """`dev.env`: NAME=value, one a line."""
    values = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        name, found, value = line.strip().partition("=")
        if found and not name.startswith("#"):
            values[name.strip()] = value.strip().strip("\"'")
    return values


class World:
    def __init__(self, path):
        environment = read_environment(path)
        self.base = environment["MANDATE_BASE"].rstrip("/")
        self.tenant = environment["MANDATE_TENANT"]
        self.admin, self.password = environment["MANDATE_ADMIN_USER"], environment["MANDATE_ADMIN_PASSWORD"]
        self.user = environment["MANDATE_USER"]
        authority = pathlib.Path(environment["MANDATE_CA"])
        if not authority.is_absolute():
            authority = pathlib.Path(path).resolve().parent / authority
        self.authority_file = str(authority.resolve())
        os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = self.authority_file
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1,::1"]))

    def ourselves(self):
        return {"authority": self.base, "disable_instance_discovery": True}

    def as_person(self, name):
        """Whatever the person may do: the command line's app stands in nobody's way."""
        return self.client(ByPassword(self, name))

    def as_app(self, app_id, secret):
        return self.client(ClientSecretCredential(self.tenant, app_id, secret, **self.ourselves()))

    def break_next(self, path, **how):
        """The next calls of a path fail on order: the emulator's own way, as its README says."""
        answer = httpx.post(f"{self.base}/_dev/faults", json={"path": path, **how}, verify=self.authority_file)
        check(answer.is_success, f"no fault: {answer.status_code} {answer.text}")

    def client(self, credential):
        host = urlsplit(self.base).hostname
        provider = AzureIdentityAuthenticationProvider(credential, scopes=[DEFAULT], allowed_hosts=[host])
        plain = httpx.AsyncClient(base_url=f"{self.base}/v1.0", verify=self.authority_file, timeout=30)
        # The SDK's own middleware, with the options that it sets where nobody brings a client.
        whole = GraphClientFactory.create_with_default_middleware(options=options, client=plain)
        adapter = GraphRequestAdapter(provider, client=whole)
        # As the SDK has it by itself: the slash behind the version, and one more before each path.
        adapter.base_url = f"{self.base}/v1.0/"
        return GraphServiceClient(request_adapter=adapter)


class ByPassword:
    """The credential of a person. That of azure-identity asks about the person on port 443, wherever the server is."""

    def __init__(self, world, name):
        self.world, self.name, self.kept = world, name, None

    def get_token(self, *scopes, **_):
        if self.kept and self.kept.expires_on > time.time() + 60:
            return self.kept
        form = {
            "grant_type": "password", "client_id": AZURE_CLI, "scope": " ".join(scopes),
            "username": self.name, "password": self.world.password,
        }
        address = f"{self.world.base}/{self.world.tenant}/oauth2/v2.0/token"
        answer = httpx.post(address, data=form, verify=self.world.authority_file).json()
        check("access_token" in answer, f"no token: {answer}")
        self.kept = AccessToken(answer["access_token"], int(time.time()) + int(answer["expires_in"]))
        return self.kept


def end(message):
    print(message, file=sys.stderr)
    sys.exit(2)
