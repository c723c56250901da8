"""Office365-REST-Python-Client as an application sets it up, on a machine where the public cloud's names lead here."""

import os
import pathlib
import socket
import sys
from urllib.parse import urlsplit

from office365.graph_client import GraphClient

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
GRAPH = "https://graph.microsoft.com"
NAMES = [
    "login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net", "graph.microsoft.com",
]


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


def lead_names_to(host, port):
    """What a hosts file does, and the port as well: the library stays as it is, and so do the names it asks for."""
    resolve = socket.getaddrinfo

    def resolve_here(name, service, *more, **named):
        if name in NAMES:
            name, service = host, port
        return resolve(name, service, *more, **named)

    socket.getaddrinfo = resolve_here


class World:
    def __init__(self, path):
        environment = read_environment(path)
        self.tenant = environment["MANDATE_TENANT"]
        self.admin, self.password = environment["MANDATE_ADMIN_USER"], environment["MANDATE_ADMIN_PASSWORD"]
        self.user = environment["MANDATE_USER"]
        if environment.get("MANDATE_GRAPH") != GRAPH:
            end(f"{path} is of a server that does not stand in for {GRAPH}: start it with --intercept")
        authority = pathlib.Path(environment["MANDATE_CA"])
        if not authority.is_absolute():
            authority = pathlib.Path(path).resolve().parent / authority
        os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = str(authority.resolve())
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1,::1", *NAMES]))
        here = urlsplit(environment["MANDATE_LOCAL"])
        lead_names_to(here.hostname, here.port or 443)

    def as_person(self, name):
        """Whatever the person may do: the command line's app stands in nobody's way."""
        return GraphClient(tenant=self.tenant).with_username_and_password(AZURE_CLI, name, self.password)

    def as_app(self, app_id, secret):
        return GraphClient(tenant=self.tenant).with_client_secret(app_id, secret)

    def as_certified_app(self, app_id, thumbprint, key):
        return GraphClient(tenant=self.tenant).with_certificate(app_id, thumbprint, key)


def end(message):
    print(message, file=sys.stderr)
    sys.exit(2)
