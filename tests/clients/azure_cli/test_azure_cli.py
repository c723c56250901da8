"""`az`, unmodified: logins, and the directory through `az ad` (graph-api.md §5.1). Each test goes on where the last ended:
what an administrator does in an afternoon."""

import json

from keypair import KeyPair
from sample import JORIS, SANNE
from suite import check, equal, holds, test

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214"  # the app role
NORA = "nora@waterkant.example"


class Afternoon:
    """What the tests leave to each other."""

    user = group = app = robot = None


def fields(found, *names):
    return {name: found.get(name) for name in names}


@test("az: login by device code, without a page of consent, and the subscription named after the tenant")
def _(world, az):
    shown = []

    def approve(code):
        outcome = world.browser().device(f"{world.base}/devicelogin", code, SANNE)
        outcome.on_page("device-done")
        shown.extend(outcome.shown)

    found = az.login_by_device(world.tenant, approve)
    equal(shown, ["device-code", "signin", "device-confirm", "device-done"], "the pages shown")
    holds(found[0], {"tenantId": world.tenant, "name": "Waterkant", "state": "Enabled"}, "the subscription")
    holds(found[0]["user"], {"name": SANNE.upn, "type": "user"}, "who is signed in")
    equal(az.run("ad", "signed-in-user", "show")["id"], SANNE.id, "the signed-in user")


@test("az ad user: create, list, show, update")
def _(world, az):
    made = az.run("ad", "user", "create", "--display-name", "Nora Nieuw", "--user-principal-name", NORA,
                  "--password", "Dijk-Wacht-77", "--force-change-password-next-sign-in", "false")
    Afternoon.user = made["id"]
    equal([user["id"] for user in az.run("ad", "user", "list", "--upn", NORA)], [made["id"]], "users of that name")
    az.run("ad", "user", "update", "--id", NORA, "--display-name", "Nora de Nieuwe")
    holds(az.run("ad", "user", "show", "--id", NORA), {"displayName": "Nora de Nieuwe"}, "the user")
    told = az.refused("ad", "user", "create", "--display-name", "Nora", "--user-principal-name", NORA,
                      "--password", "Dijk-Wacht-77")
    check("already exists" in told, f"a second user of the name: {told}")
    told = az.refused("ad", "user", "create", "--display-name", "Weak", "--user-principal-name",
                      "weak@waterkant.example", "--password", "zwakzwak")
    check("complexity" in told, f"a weak password: {told}")


@test("az ad group: create, show, list, members, owners")
def _(world, az):
    made = az.run("ad", "group", "create", "--display-name", "Kranen", "--mail-nickname", "kranen")
    Afternoon.group = made["id"]
    holds(made, {"securityEnabled": True, "mailEnabled": False, "mailNickname": "kranen"}, "the group")
    az.run("ad", "group", "member", "add", "--group", "Kranen", "--member-id", Afternoon.user)
    members = az.run("ad", "group", "member", "list", "--group", "Kranen")
    equal([fields(member, "id", "@odata.type") for member in members],
          [{"id": Afternoon.user, "@odata.type": "#microsoft.graph.user"}], "the members")
    told = az.refused("ad", "group", "member", "add", "--group", "Kranen", "--member-id", Afternoon.user)
    check("already exist" in told, f"the same member again: {told}")
    for member, there in ((Afternoon.user, True), (JORIS.id, False)):
        found = az.run("ad", "group", "member", "check", "--group", "Kranen", "--member-id", member)
        equal(found["value"], there, f"whether {member} is a member")
    around = az.run("ad", "user", "get-member-groups", "--id", NORA)
    equal([group["displayName"] for group in around], ["Kranen"], "the groups around the user")
    az.run("ad", "group", "owner", "add", "--group", "Kranen", "--owner-object-id", JORIS.id)
    owners = az.run("ad", "group", "owner", "list", "--group", "Kranen")
    check(JORIS.id in [owner["id"] for owner in owners], f"the owners: {owners}")
    az.run("ad", "group", "owner", "remove", "--group", "Kranen", "--owner-object-id", JORIS.id)
    az.run("ad", "group", "member", "remove", "--group", "Kranen", "--member-id", Afternoon.user)
    equal(az.run("ad", "group", "member", "list", "--group", "Kranen"), [], "the members afterwards")
    equal([group["id"] for group in az.run("ad", "group", "list", "--display-name", "Kranen")], [made["id"]], "groups")


@test("az ad app: create, show, list, update, and a second create that finds the first")
def _(world, az):
    made = az.run("ad", "app", "create", "--display-name", "Loods", "--identifier-uris", "api://loods",
                  "--web-redirect-uris", "https://localhost:9000/callback")
    Afternoon.app = made["appId"]
    check(made["id"] != made["appId"], "the object's id is the appId")
    again = az.run("ad", "app", "create", "--display-name", "Loods", "--web-home-page-url", "https://loods.example")
    equal(again["appId"], made["appId"], "the app of the second create")
    equal(again["web"]["homePageUrl"], "https://loods.example", "its home page")
    equal(again["web"]["redirectUris"], ["https://localhost:9000/callback"], "its redirect URIs, untouched")
    az.run("ad", "app", "update", "--id", Afternoon.app, "--sign-in-audience", "AzureADMultipleOrgs")
    found = az.run("ad", "app", "show", "--id", "api://loods")
    holds(found, {"appId": Afternoon.app, "signInAudience": "AzureADMultipleOrgs"}, "the app by its URI")
    equal([app["id"] for app in az.run("ad", "app", "list", "--app-id", Afternoon.app)], [made["id"]], "apps listed")
    told = az.refused("ad", "app", "update", "--id", Afternoon.app, "--identifier-uris", "https://strange.example/x")
    check("verified domain" in told, f"a URI of a strange domain: {told}")


@test("az ad app owner: add, list, remove")
def _(world, az):
    az.run("ad", "app", "owner", "add", "--id", Afternoon.app, "--owner-object-id", JORIS.id)
    owners = az.run("ad", "app", "owner", "list", "--id", Afternoon.app)
    equal(sorted(owner["id"] for owner in owners), sorted([SANNE.id, JORIS.id]), "the owners")
    az.run("ad", "app", "owner", "remove", "--id", Afternoon.app, "--owner-object-id", JORIS.id)
    owners = az.run("ad", "app", "owner", "list", "--id", Afternoon.app)
    equal([owner["id"] for owner in owners], [SANNE.id], "the owners afterwards")


@test("az ad app permission: add, list, grant, list-grants, delete")
def _(world, az):
    az.run("ad", "app", "permission", "add", "--id", Afternoon.app, "--api", GRAPH_APP,
           "--api-permissions", f"{USER_READ}=Scope", f"{USER_READ_ALL}=Role")
    found = az.run("ad", "app", "permission", "list", "--id", Afternoon.app)
    equal(found[0]["resourceAppId"], GRAPH_APP, "the API asked")
    equal(sorted(access["type"] for access in found[0]["resourceAccess"]), ["Role", "Scope"], "what is asked")
    az.run("ad", "sp", "create", "--id", Afternoon.app)
    for scope in ("User.Read", "User.Read email"):
        # A second grant takes the place of the first.
        granted = az.run("ad", "app", "permission", "grant", "--id", Afternoon.app, "--api", GRAPH_APP,
                         "--scope", scope)
        holds(granted, {"consentType": "AllPrincipals", "scope": scope}, "the grant")
    grants = az.run("ad", "app", "permission", "list-grants", "--id", Afternoon.app, "--show-resource-name")
    equal([fields(grant, "scope", "resourceDisplayName") for grant in grants],
          [{"scope": "User.Read email", "resourceDisplayName": "Microsoft Graph"}], "the grants")
    az.run("ad", "app", "permission", "delete", "--id", Afternoon.app, "--api", GRAPH_APP,
           "--api-permissions", USER_READ_ALL)
    found = az.run("ad", "app", "permission", "list", "--id", Afternoon.app)
    equal([access["type"] for access in found[0]["resourceAccess"]], ["Scope"], "what is asked afterwards")


@test("az ad app credential: reset, list, delete; the secret is shown once")
def _(world, az):
    made = az.run("ad", "app", "credential", "reset", "--id", Afternoon.app, "--display-name", "first")
    kept = az.run("ad", "app", "credential", "list", "--id", Afternoon.app)
    equal([fields(held, "displayName", "hint", "secretText") for held in kept],
          [{"displayName": "first", "hint": made["password"][:3], "secretText": None}], "the secrets")
    az.run("ad", "app", "credential", "reset", "--id", Afternoon.app, "--append", "--display-name", "second")
    kept = az.run("ad", "app", "credential", "list", "--id", Afternoon.app)
    equal(sorted(held["displayName"] for held in kept), ["first", "second"], "the secrets, with one more")
    first = next(held["keyId"] for held in kept if held["displayName"] == "first")
    az.run("ad", "app", "credential", "delete", "--id", Afternoon.app, "--key-id", first)
    kept = az.run("ad", "app", "credential", "list", "--id", Afternoon.app)
    equal([held["displayName"] for held in kept], ["second"], "the secrets afterwards")


@test("az ad app federated-credential: create, list, show, update, delete")
def _(world, az):
    said = {"name": "ci", "issuer": "https://ci.example", "subject": "repo:loods",
            "audiences": ["api://AzureADTokenExchange"]}
    command = ("ad", "app", "federated-credential")
    az.run(*command, "create", "--id", Afternoon.app, "--parameters", az.file("federated.json", json.dumps(said)))
    holds(az.run(*command, "show", "--id", Afternoon.app, "--federated-credential-id", "ci"), said, "as it was made")
    said["subject"] = "repo:loods:main"
    az.run(*command, "update", "--id", Afternoon.app, "--federated-credential-id", "ci",
           "--parameters", az.file("federated.json", json.dumps(said)))
    found = az.run(*command, "list", "--id", Afternoon.app)
    equal([held["subject"] for held in found], ["repo:loods:main"], "the subjects trusted")
    az.run(*command, "delete", "--id", Afternoon.app, "--federated-credential-id", "ci")
    equal(az.run(*command, "list", "--id", Afternoon.app), [], "those trusted afterwards")


@test("az ad sp: list, show, update, credential reset, owner list")
def _(world, az):
    found = az.run("ad", "sp", "list", "--display-name", "Loods")
    equal([sp["appId"] for sp in found], [Afternoon.app], "service principals listed")
    az.run("ad", "sp", "update", "--id", Afternoon.app, "--set", "notes=aan de kade")
    holds(az.run("ad", "sp", "show", "--id", Afternoon.app),
          {"notes": "aan de kade", "appOwnerOrganizationId": world.tenant, "servicePrincipalType": "Application"},
          "the service principal")
    made = az.run("ad", "sp", "credential", "reset", "--id", Afternoon.app)
    check(len(made["password"]) >= 32, "a short secret")
    equal([owner["id"] for owner in az.run("ad", "sp", "owner", "list", "--id", Afternoon.app)], [SANNE.id], "owners")
    found = az.run("ad", "sp", "list", "--all", "--query", f"[?appId=='{GRAPH_APP}'].displayName")
    equal(found, ["Microsoft Graph"], "the built-in resource among all")


@test("az ad sp create-for-rbac: an app, its secret and its service principal in one command; then again")
def _(world, az):
    made = az.run("ad", "sp", "create-for-rbac", "-n", "robot", "--skip-assignment")
    holds(made, {"displayName": "robot", "tenant": world.tenant}, "what is printed")
    again = az.run("ad", "sp", "create-for-rbac", "-n", "robot", "--skip-assignment")
    equal(again["appId"], made["appId"], "the app of the second time")
    check(again["password"] != made["password"], "the second secret is the first")
    Afternoon.robot = again


@test("az rest: Graph's address is taken to be Graph's, not the resource manager's")
def _(world, az):
    graph = f"{world.base}/v1.0"
    found = az.run("rest", "--url", f"{graph}/organization")
    equal(found["value"][0]["id"], world.tenant, "the organization")
    robot = az.run("ad", "sp", "show", "--id", Afternoon.robot["appId"])["id"]
    api = az.run("ad", "sp", "show", "--id", GRAPH_APP)["id"]
    body = {"principalId": robot, "resourceId": api, "appRoleId": USER_READ_ALL}
    az.run("rest", "--method", "post", "--url", f"{graph}/servicePrincipals/{robot}/appRoleAssignments",
           "--body", json.dumps(body))


@test("az login --service-principal with a secret: what the app was given it may, and nothing else")
def _(world, az):
    az.run("logout")
    robot = Afternoon.robot
    found = az.run("login", "--service-principal", "-u", robot["appId"], "-p", robot["password"],
                   "--tenant", world.tenant)
    holds(found[0]["user"], {"name": robot["appId"], "type": "servicePrincipal"}, "who is signed in")
    holds(az.run("ad", "user", "show", "--id", NORA), {"displayName": "Nora de Nieuwe"}, "a user")
    told = az.refused("ad", "user", "delete", "--id", NORA)
    check("Insufficient privileges" in told, f"a deletion without the permission: {told}")


@test("az login --service-principal with a certificate")
def _(world, az):
    az.run("logout")
    login = ("login", "--service-principal", "-u", world.signed_card.client_id, "--tenant", world.tenant)
    stranger = az.file("stranger.pem", KeyPair.invented().pem)
    check("700027" in az.refused(*login, "--certificate", stranger), "a certificate that nobody registered")
    az.run(*login, "--certificate", world.signed_pem())
    check(az.run("ad", "user", "list", "--query", "length(@)") > 5, "few users")


@test("az ad: delete of service principal, app, group and user")
def _(world, az):
    az.run("logout")
    az.login_by_device(world.tenant, lambda code: world.browser().device(f"{world.base}/devicelogin", code, SANNE))
    az.run("ad", "sp", "delete", "--id", Afternoon.app)
    check("does not exist" in az.refused("ad", "sp", "show", "--id", Afternoon.app), "a deleted service principal")
    for app in (Afternoon.app, Afternoon.robot["appId"]):
        az.run("ad", "app", "delete", "--id", app)
        check("does not exist" in az.refused("ad", "app", "show", "--id", app), "a deleted app")
    equal(az.run("ad", "sp", "list", "--display-name", "robot"), [], "the service principal of a deleted app")
    az.run("ad", "group", "delete", "--group", "Kranen")
    az.run("ad", "user", "delete", "--id", NORA)
    equal(az.run("ad", "user", "list", "--upn", NORA), [], "users of the name")
