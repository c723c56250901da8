"""Terraform's azuread provider, unmodified, against a running `mandate dev`.

    python run.py <path of dev.env> <OpenTofu or Terraform> <folder of terraform-provider-azuread>

Nothing is installed: the two programs are given, and `openssl` makes a certificate. Applies `main.tf`, plans, changes,
plans, destroys, and `parts.tf` the same; a plan must find nothing to do. Prints a line for each step and, as its last line, `N passed, N failed`.
"""

import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
GRAPH = "00000003-0000-0000-c000-000000000000"
EXPORT = "c1000000-0000-4000-8000-000000000004"
NEEDED = [
    "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All",
    "User.ReadWrite.All", "Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "Directory.Read.All",
    "AdministrativeUnit.ReadWrite.All", "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration", "Domain.Read.All",
]
# What the second run of each file changes.
MAIN = {
    "job_title": "Havenmeester", "notes": "Gewijzigd", "scope": "Boats.ReadBasic", "claims": ["openid"],
    "tags": ["suite", "twee"],
    "redirects": ["https://app.waterkant.example/callback", "https://app.waterkant.example/two"],
}


def read_environment(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


class Graph:
    """As the administrator, who allows the pipeline's app what it needs."""

    def __init__(self, environment, authority_file):
        self.base = environment["MANDATE_BASE"].rstrip("/")
        self.trust = ssl.create_default_context(cafile=authority_file)
        form = urllib.parse.urlencode({
            "grant_type": "password", "client_id": AZURE_CLI, "scope": "https://graph.microsoft.com/.default",
            "username": environment["MANDATE_ADMIN_USER"], "password": environment["MANDATE_ADMIN_PASSWORD"],
        })
        address = f"{self.base}/{environment['MANDATE_TENANT']}/oauth2/v2.0/token"
        self.token = self.answer(urllib.request.Request(address, form.encode()))["access_token"]

    def answer(self, request):
        with urllib.request.urlopen(request, context=self.trust) as answer:
            return json.load(answer)

    def call(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        return self.answer(urllib.request.Request(f"{self.base}/v1.0{path}", data, headers))

    def allow(self):
        graph = self.call(f"/servicePrincipals(appId='{GRAPH}')")
        roles = {role["value"]: role["id"] for role in graph["appRoles"]}
        app = self.call(f"/servicePrincipals(appId='{EXPORT}')")["id"]
        at = f"/servicePrincipals/{app}/appRoleAssignments"
        held = {assignment["appRoleId"] for assignment in self.call(at)["value"]}
        for name in NEEDED:
            if roles[name] not in held:
                self.call(at, {"principalId": app, "resourceId": graph["id"], "appRoleId": roles[name]})


def main(environment_file, program, provider):
    environment = read_environment(environment_file)
    authority_file = str((pathlib.Path(environment_file).resolve().parent / environment["MANDATE_CA"]).resolve())
    Graph(environment, authority_file).allow()
    passed = failed = 0
    for file, changed in [("main.tf", MAIN), ("parts.tf", {"word": "twee"})]:
        with tempfile.TemporaryDirectory(prefix="mandate-terraform-") as folder:
            given = variables(environment, authority_file, provider, folder)
            told = run(file, changed, program, folder, given)
        passed, failed = passed + told.count(True), failed + told.count(False)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def variables(environment, authority_file, provider, folder):
    settings = pathlib.Path(folder, "terraform.rc")
    overrides = f'dev_overrides {{ "hashicorp/azuread" = "{pathlib.Path(provider).resolve()}" }}'
    settings.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n", encoding="utf-8")
    certificate = pathlib.Path(folder, "certificate.pem")
    key = pathlib.Path(folder, "key.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", "/CN=terraform"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return {
        **os.environ,
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_VAR_host": urllib.parse.urlsplit(environment["MANDATE_BASE"]).netloc,
        "TF_VAR_tenant": environment["MANDATE_TENANT"],
        "TF_VAR_cert": str(certificate),
        "SSL_CERT_FILE": authority_file,
        "NO_PROXY": "localhost",
    }


def run(file, changed, program, folder, given):
    for part in ("provider.tf", file):
        shutil.copy(HERE / part, folder)
    changed = {f"TF_VAR_{name}": v if isinstance(v, str) else json.dumps(v) for name, v in changed.items()}
    steps = [
        ("applies", {}, "apply", "-auto-approve"), ("finds nothing to do", {}, "plan", "-detailed-exitcode"),
        ("changes", changed, "apply", "-auto-approve"),
        ("finds nothing more to do", changed, "plan", "-detailed-exitcode"),
        ("destroys", changed, "destroy", "-auto-approve"),
    ]
    told = []
    for name, more, *words in steps:
        command = [program, *words, "-no-color"]
        done = subprocess.run(command, cwd=folder, env=given | more, capture_output=True, text=True, timeout=600)
        told.append(done.returncode == 0)
        print(f"{'ok' if told[-1] else 'FAIL'} Terraform {name}: {file}", flush=True)
        if not told[-1]:
            print(done.stdout[-3000:], done.stderr[-3000:], sep="\n", file=sys.stderr)
    return told


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
