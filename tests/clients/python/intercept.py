"""Clients that are told nothing of us, where the public cloud's names lead to `mandate dev --intercept`.

    python intercept.py <path of dev.env>

No authority of ours, no instance discovery switched off, no address of Graph: each library is used as its own documents
show it. Prints and ends like run.py.
"""

import os
import pathlib
import sys

from run import read_environment, run, trust

EXPORT = ("c1000000-0000-4000-8000-000000000004", "export-secret-for-development-only")
PAYROLL = ("c1000000-0000-4000-8000-000000000007", "payroll-secret-for-development-only")
DEFAULT = "https://graph.microsoft.com/.default"


class World:
    """What an application knows of its tenant."""

    def __init__(self, environment):
        self.tenant = environment["MANDATE_TENANT"]
        self.password = environment["MANDATE_USER_PASSWORD"]
        self.wire = []


def reads_users(token):
    import requests

    answer = requests.get("https://graph.microsoft.com/v1.0/users", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["@odata.context"].startswith("https://graph.microsoft.com/v1.0/$metadata"), answer.text


def issuer_of(token):
    import base64
    import json

    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["iss"]


def msal_daemon(world, host):
    import msal

    app = msal.ConfidentialClientApplication(EXPORT[0], EXPORT[1], authority=f"https://{host}/{world.tenant}")
    answer = app.acquire_token_for_client([DEFAULT])
    assert "access_token" in answer, answer
    assert issuer_of(answer["access_token"]) == f"https://sts.windows.net/{world.tenant}/"
    reads_users(answer["access_token"])


def msal_person(world):
    import msal

    app = msal.ClientApplication(PAYROLL[0], PAYROLL[1], authority=f"https://login.microsoftonline.com/{world.tenant}")
    answer = app.acquire_token_by_username_password("fatima.elamrani@waterkant.example", world.password, ["User.Read"])
    assert "access_token" in answer, answer
    account = app.get_accounts()[0]
    assert account["environment"] == "login.microsoftonline.com", account
    # Asks the instance discovery which other names the cache may be read under.
    silent = app.acquire_token_silent(["User.Read"], account)
    assert silent and silent["access_token"] == answer["access_token"], silent
    fresh = app.acquire_token_silent(["User.Read"], account, force_refresh=True)
    assert fresh and "access_token" in fresh, fresh


def azure_identity(world):
    from azure.identity import ClientSecretCredential

    reads_users(ClientSecretCredential(world.tenant, *EXPORT).get_token(DEFAULT).token)


def azure_identity_environment(world):
    from azure.identity import DefaultAzureCredential

    told = {"AZURE_TENANT_ID": world.tenant, "AZURE_CLIENT_ID": EXPORT[0], "AZURE_CLIENT_SECRET": EXPORT[1]}
    os.environ.update(told)
    try:
        reads_users(DefaultAzureCredential().get_token(DEFAULT).token)
    finally:
        for name in told:
            del os.environ[name]


TESTS = [
    ("MSAL Python: a daemon", lambda world: msal_daemon(world, "login.microsoftonline.com")),
    ("MSAL Python: a daemon under an older name", lambda world: msal_daemon(world, "login.windows.net")),
    ("MSAL Python: a person, silently and afresh", msal_person),
    ("azure-identity: a secret", azure_identity),
    ("azure-identity: what the environment says", azure_identity_environment),
]

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = read_environment(pathlib.Path(sys.argv[1]))
    trust(found["MANDATE_CA"])
    lost = run(World(found), TESTS)
    print(f"{len(TESTS) - lost} passed, {lost} failed")
    sys.exit(1 if lost else 0)
