"""What an administrator's script does with Office365-REST-Python-Client: people, groups, applications, their rights."""

import datetime
import http.server
import json
import queue
import threading
import urllib.parse
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from office365.directory.applications.application import Application
from office365.directory.groups.group import Group
from office365.directory.groups.profile import GroupProfile
from office365.directory.objects.collection import DirectoryObjectCollection
from office365.directory.permissions.identity import Identity
from office365.directory.users.password_profile import PasswordProfile
from office365.directory.users.profile import UserProfile
from office365.runtime.client_request_exception import ClientRequestException
from office365.runtime.queries.create_entity import CreateEntityQuery
from office365.runtime.queries.service_operation import ServiceOperationQuery

from graph import GRAPH_APP, Failed, check, equal

TESTS = []
OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects"


def test(name):
    def enter(function):
        TESTS.append((name, function))
        return function

    return enter


def fresh(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def made_user(client, name, **more):
    password = PasswordProfile(password="Dijk-Wacht-77", forceChangePasswordNextSignIn=False)
    return client.users.add(
        UserProfile(
            userPrincipalName=f"{name}@waterkant.example", mailNickname=name, displayName=name, accountEnabled=True,
            passwordProfile=password, **more,
        )
    ).execute_query()


def made_group(client, name):
    return client.groups.create_security(name, "Made by the suite").execute_query()


def made_daemon(client, name):
    """An application with a service principal and a secret."""
    app = client.applications.add(name).execute_query()
    client.service_principals.add(app.app_id).execute_query()
    return app, app.add_password("suite").execute_query().value


def remove(*things):
    for thing in things:
        thing.delete_object().execute_query()


def ids(things):
    return sorted(thing.id for thing in things)


def refused(call, status, code):
    try:
        call() if callable(call) else call.execute_query()
    except ClientRequestException as error:
        equal((error.response.status_code, error.code), (status, code), "the refusal")
        return error
    raise Failed(f"nothing refused; {status} {code} was expected")


def no_token(client, code):
    """The library tells what the token endpoint said by a ValueError."""
    try:
        client.organization.get().execute_query()
    except ValueError as error:
        check(code in str(error), f"{code} was expected, not {error}")
    else:
        raise Failed(f"a token; {code} was expected")


def key_pair():
    """A certificate that signs itself, and its key, in PEM."""
    key, name = rsa.generate_private_key(65537, 2048), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "suite")])
    now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
    building = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    building = building.serial_number(1).not_valid_before(now - day).not_valid_after(now + 300 * day)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return building.sign(key, hashes.SHA256()).public_bytes(pem), private.decode()


@test("an application signs in with its secret, and may what it was given and no more")
def _(world):
    admin = world.as_person(world.admin)
    app, secret = made_daemon(admin, fresh("o365-daemon"))
    daemon = world.as_app(app.app_id, secret.secretText)
    refused(daemon.users.get(), 403, "Authorization_RequestDenied")
    admin.grant_application_permissions(app.app_id, "User.Read.All").execute_query()
    daemon = world.as_app(app.app_id, secret.secretText)
    found = daemon.users.get_by_principal_name(world.user).get().execute_query()
    equal(found.user_principal_name, world.user, "whom the application reads")
    refused(daemon.groups.get(), 403, "Authorization_RequestDenied")
    no_token(world.as_app(app.app_id, "not-the-secret"), "invalid_client")
    remove(app)


@test("a refusal is the library's own error, with Graph's code, and who is missing is missing")
def _(world):
    person, admin = world.as_person(world.user), world.as_person(world.admin)
    refused(lambda: made_user(person, fresh("nobody")), 403, "Authorization_RequestDenied")
    refused(admin.groups.get_by_alternate_key("uniqueName", fresh("nobody")).get(), 404, "Request_ResourceNotFound")
    refused(admin.groups.add(GroupProfile(displayName="x")), 400, "Request_BadRequest")
    refused(admin.users[str(uuid.uuid4())].get(), 404, "Request_ResourceNotFound")
    missing = admin.users[f"{fresh('nobody')}@waterkant.example"].get_or_none().execute_query()
    check(not missing.is_loaded, "nobody was loaded")
    name = fresh("twice")
    user = made_user(admin, name)
    refused(lambda: made_user(admin, name), 400, "Request_BadRequest")
    remove(user)


@test("people are listed page by page, each of them once, and counted")
def _(world):
    client = world.as_person(world.admin)
    name = fresh("page")
    made = [made_user(client, f"{name}-{number}") for number in range(5)]
    sizes = []
    chosen = client.users.filter(f"startswith(displayName,'{name}')")
    found = chosen.get_all(page_size=2, page_loaded=lambda page: sizes.append(len(page.current_page))).execute_query()
    equal((ids(found), sizes), (ids(made), [2, 2, 1]), "people, and how many came on each page")
    walked = client.users.filter(f"startswith(displayName,'{name}')").paged(3).get().execute_query()
    equal((len(walked), walked.has_next), (3, True), "the first page")
    equal(ids(list(walked)), ids(made), "people, walked through")
    everybody = [one.id for one in client.users.get_all(page_size=3).execute_query()]
    equal(len(everybody), len(set(everybody)), "how many different people")
    check(set(ids(made)) < set(everybody), "everybody is more than those")
    equal(client.users.count().execute_query().value, len(everybody), "the count")
    remove(*made)


@test("people are found by a filter, by a search and by their names, with the properties that were chosen")
def _(world):
    client = world.as_person(world.admin)
    word = f"zoek{uuid.uuid4().hex[:8]}"
    one = made_user(client, f"{word}a", officeLocation="Breda")
    two = made_user(client, f"{word}b", officeLocation=word)
    filtered = client.users.filter(f"officeLocation eq '{word}'").select(["displayName", "officeLocation"])
    found = filtered.consistency_level("eventual").get().execute_query()
    equal([user.properties for user in found], [{"displayName": f"{word}b", "officeLocation": word}], "a filter")
    searched = client.users.consistency_level("eventual")
    searched.query_options.custom["$search"] = f'"displayName:{word}"'
    equal(ids(searched.get().execute_query()), ids([one, two]), "a search")
    unsaid = client.users
    unsaid.query_options.custom["$search"] = f'"displayName:{word}"'
    refused(unsaid.get(), 400, "Request_UnsupportedQuery")
    ends = client.users.filter(f"endsWith(userPrincipalName,'{word}a@waterkant.example')").consistency_level("eventual")
    equal(ids(ends.get().execute_query()), [one.id], "an end")
    equal(client.users.single(f"displayName eq '{word}a'").execute_query().id, one.id, "the only one of that name")
    check(not client.users.first_or_none(f"displayName eq '{word}'").execute_query().is_loaded, "nobody of that name")
    chosen = client.users[two.id].select(["id", "accountEnabled"]).get().execute_query()
    equal(chosen.properties, {"id": two.id, "accountEnabled": True}, "chosen properties")
    remove(one, two)


@test("a user is made, changed, found and deleted")
def _(world):
    client = world.as_person(world.admin)
    name = fresh("user")
    made = made_user(client, name, givenName="Wies", city="Breda")
    other = f"{name}@elsewhere.example"
    made.update_properties(jobTitle="Sluiswachter", department="Kade", otherMails=[other]).execute_query()
    asked = ["id", "displayName", "givenName", "city", "jobTitle", "department", "otherMails"]
    found = client.users.get_by_principal_name(f"{name}@waterkant.example").select(asked).get().execute_query()
    equal((found.id, found.display_name, found.given_name, found.city), (made.id, name, "Wies", "Breda"), "the user")
    equal((found.job_title, found.department), ("Sluiswachter", "Kade"), "what was changed")
    equal(list(found.other_mails), [other], "other addresses")
    made.update_properties(accountEnabled=False).execute_query()
    off = client.users[made.id].ensure_properties(["accountEnabled", "createdDateTime"]).execute_query()
    equal(off.account_enabled, False, "whether the user may sign in")
    check("createdDateTime" in off.properties, "when the user was made")
    made.delete_object().execute_query()
    refused(client.users[made.id].get(), 404, "Request_ResourceNotFound")
    made.delete_object(ignore_missing=True).execute_query()


@test("a manager is assigned twice, found from both ends, and taken away")
def _(world):
    client = world.as_person(world.admin)
    boss, user = made_user(client, fresh("boss")), made_user(client, fresh("report"))
    user.assign_manager(boss).execute_query()
    user.assign_manager(boss.id).execute_query()
    manager = client.users[user.id].manager.get().execute_query()
    equal((manager.id, manager.display_name), (boss.id, boss.display_name), "the manager")
    expanded = client.users[user.id].expand(["manager"]).get().execute_query()
    equal(expanded.manager.id, boss.id, "the manager who comes along")
    reports = client.users[boss.id].direct_reports.get().execute_query()
    equal([(type(one).__name__, one.id) for one in reports], [("User", user.id)], "the reports")
    user.remove_manager().execute_query()
    refused(client.users[user.id].manager.get(), 404, "Request_ResourceNotFound")
    equal(len(client.users[boss.id].direct_reports.get().execute_query()), 0, "reports afterwards")
    remove(user, boss)


@test("a group is made with its members and owners, all in one request")
def _(world):
    client = world.as_person(world.admin)
    owner, member = made_user(client, fresh("owner")), made_user(client, fresh("member"))
    name, group = fresh("whole"), Group(client)
    parts = {
        "displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True,
        "members@odata.bind": [f"{OBJECTS}/{member.id}"], "owners@odata.bind": [f"{OBJECTS}/{owner.id}"],
    }
    # The library's own form for this sends members where Graph expects links.
    groups = client.groups.add_child(group)
    client.add_query(CreateEntityQuery(groups, parts, group)).execute_query()
    equal(ids(group.members.get().execute_query()), [member.id], "members")
    equal(ids(group.owners.get().execute_query()), [owner.id], "owners")
    expanded = client.groups[group.id].expand(["members"]).get().execute_query()
    equal(ids(expanded.members), [member.id], "members who come along")
    equal(client.groups.find_by_name(name).execute_query().id, group.id, "the group by its name")
    owned = client.users[owner.id].owned_objects.get().execute_query()
    equal([(type(one).__name__, one.id) for one in owned], [("Group", group.id)], "what the owner owns")
    remove(group, owner, member)


@test("groups lie in groups, and members and owners come and go")
def _(world):
    client = world.as_person(world.admin)
    outer, inner = made_group(client, fresh("outer")), made_group(client, fresh("inner"))
    user, other = made_user(client, fresh("member")), made_user(client, fresh("other"))
    outer.members.add(inner).execute_query()
    for one in (user, other):
        inner.members.add(one).execute_query()
        outer.owners.add(one).execute_query()
    refused(lambda: inner.members.add(user).execute_query(), 400, "Request_BadRequest")
    members = outer.members.get().execute_query()
    equal([(type(one).__name__, one.id) for one in members], [("Group", inner.id)], "members")
    deep = outer.transitive_members.get().execute_query()
    equal({(type(one).__name__, one.id) for one in deep},
          {("Group", inner.id), ("User", user.id), ("User", other.id)}, "members, however deep")
    equal(ids(client.users[user.id].member_of.get().execute_query()), [inner.id], "groups around the user")
    around = client.users[user.id].transitive_member_of.get().execute_query()
    equal(ids(around), ids([outer, inner]), "groups around the user, however far")
    equal(ids(outer.owners.get().execute_query()), ids([user, other]), "owners")
    inner.members.remove(user).execute_query()
    outer.owners.remove(other.id).execute_query()
    equal(ids(client.groups[inner.id].members.get().execute_query()), [other.id], "members afterwards")
    equal(ids(client.groups[outer.id].owners.get().execute_query()), [user.id], "owners afterwards")
    outer.update_properties(description="Bij het water").execute_query()
    equal(client.groups[outer.id].get().execute_query().description, "Bij het water", "the description")
    remove(outer, inner, user, other)
    refused(client.groups[outer.id].get(), 404, "Request_ResourceNotFound")


@test("a group is made or changed under its unique name, whichever it takes")
def _(world):
    client = world.as_person(world.admin)
    name = fresh("unique")
    parts = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True}
    made = client.groups.get_by_alternate_key("uniqueName", name)
    for part, value in parts.items():
        made.set_property(part, value)
    made.upsert().execute_query()
    client.groups.get_by_alternate_key("uniqueName", name).set_property("description", "Eerst").upsert().execute_query()
    found = client.groups.get_by_alternate_key("uniqueName", name).get().execute_query()
    equal((found.id, found.display_name, found.description), (made.id, name, "Eerst"), "the group")
    again = client.groups.upsert("uniqueName", name, description="Later").execute_query()
    found = client.groups[made.id].get().execute_query()
    equal((again.id, found.description), (made.id, "Later"), "the group afterwards")
    remove(client.groups[made.id])


@test("an application gets a secret that works, until it is taken away")
def _(world):
    client = world.as_person(world.admin)
    app = client.applications.add(fresh("o365-secret")).execute_query()
    service = client.service_principals.add(app.app_id).execute_query()
    secret = app.add_password("by name alone").execute_query().value
    check(secret.secretText and secret.keyId, f"a secret and its key id: {secret.to_json()}")
    equal(secret.hint, secret.secretText[:3], "the hint")
    check(secret.startDateTime < secret.endDateTime, f"it ends: {secret.startDateTime} to {secret.endDateTime}")
    # The library writes the name where Graph looks for none, so that it is lost; the secret is not.
    kept = client.applications[app.id].get().execute_query().password_credentials
    equal([(one.keyId, one.hint, one.secretText) for one in kept], [(secret.keyId, secret.hint, None)], "what is kept")
    client.grant_application_permissions(app.app_id, "Organization.Read.All").execute_query()
    found = world.as_app(app.app_id, secret.secretText).organization.get().execute_query()
    equal([one.id for one in found], [world.tenant], "what the secret reads")
    of_service = service.add_password("of the instance").execute_query().value
    equal(of_service.hint, of_service.secretText[:3], "the hint of the service principal's")
    found = world.as_app(app.app_id, of_service.secretText).organization.get().execute_query()
    equal([one.id for one in found], [world.tenant], "what that secret reads")
    app.remove_password(secret.keyId).execute_query()
    equal(len(client.applications[app.id].get().execute_query().password_credentials), 0, "secrets afterwards")
    no_token(world.as_app(app.app_id, secret.secretText), "invalid_client")
    remove(app)


@test("an application gets a certificate that works")
def _(world):
    client = world.as_person(world.admin)
    app = client.applications.add(fresh("o365-certified")).execute_query()
    client.service_principals.add(app.app_id).execute_query()
    client.grant_application_permissions(app.app_id, "Organization.Read.All").execute_query()
    certificate, key = key_pair()
    app.add_certificate(certificate, "suite").execute_query()
    kept = client.applications[app.id].get().execute_query().key_credentials
    equal([(one.displayName, one.type, one.usage) for one in kept],
          [("CN=suite", "AsymmetricX509Cert", "Verify")], "the certificate")
    thumbprint = Application.certificate_thumbprint(certificate)
    found = world.as_certified_app(app.app_id, thumbprint, key).organization.get().execute_query()
    equal([one.id for one in found], [world.tenant], "what the certificate reads")
    _, another = key_pair()
    no_token(world.as_certified_app(app.app_id, thumbprint, another), "invalid_client")
    remove(app)


@test("an application has owners, an issuer that it trusts, and a property that people have values of")
def _(world):
    client = world.as_person(world.admin)
    app, user = client.applications.add(fresh("o365-parts")).execute_query(), made_user(client, fresh("keeper"))
    equal(client.applications.get_by_app_id(app.app_id).get().execute_query().id, app.id, "the one of that appId")
    equal(client.applications.ensure(app.display_name).execute_query().id, app.id, "the one that is there already")
    before = ids(app.owners.get().execute_query())
    app.owners.add(user).execute_query()
    equal(ids(client.applications[app.id].owners.get().execute_query()), sorted([*before, user.id]), "owners")
    app.owners.remove(user).execute_query()
    equal(ids(client.applications[app.id].owners.get().execute_query()), before, "owners afterwards")
    trusted = app.federated_identity_credentials.add(
        name="pipeline", issuer="https://ci.waterkant.example", subject="repo:boats", audiences=["api://exchange"]
    ).execute_query()
    found = client.applications[app.id].federated_identity_credentials.get().execute_query()
    equal([(one.id, one.name, one.issuer, one.subject, list(one.audiences)) for one in found],
          [(trusted.id, "pipeline", "https://ci.waterkant.example", "repo:boats", ["api://exchange"])], "its trust")
    trusted.delete_object().execute_query()
    found = client.applications[app.id].federated_identity_credentials.get().execute_query()
    equal(len(found), 0, "whom it trusts afterwards")
    badge = app.extension_properties.add(name="badge", dataType="String", targetObjects=["User"]).execute_query()
    equal(badge.name, f"extension_{app.app_id.replace('-', '')}_badge", "the property")
    known = client.directory_objects.get_available_extension_properties(False).execute_query()
    check(badge.name in [one.name for one in known], "what is available")
    user.set_property(badge.name, "W-77").update().execute_query()
    found = client.users[user.id].select(["id", badge.name]).get().execute_query()
    equal(found.properties[badge.name], "W-77", "the value")
    listed = client.applications[app.id].extension_properties.get().execute_query()
    equal(ids(listed), [badge.id], "the application's properties")
    listed[0].delete_object().execute_query()
    refused(client.users[user.id].select([badge.name]).get(), 400, "BadRequest")
    remove(app, user)


@test("a service principal is made for an application, once, and changed")
def _(world):
    client = world.as_person(world.admin)
    app = client.applications.add(fresh("o365-instance")).execute_query()
    made = client.service_principals.ensure(app.app_id).execute_query()
    equal((made.app_id, made.display_name), (app.app_id, app.display_name), "the service principal")
    equal(client.service_principals.ensure(app.app_id).execute_query().id, made.id, "the one that is there already")
    equal(client.service_principals.find_by_name(app.display_name).execute_query().id, made.id, "the one of that name")
    one = client.service_principals.get_by_app_id(app.app_id)
    one.update_properties(notes="Van de suite", tags=["suite"], appRoleAssignmentRequired=True).execute_query()
    found = client.service_principals[made.id].get().execute_query().properties
    equal((found["notes"], list(found["tags"]), found["appRoleAssignmentRequired"]),
          ("Van de suite", ["suite"], True), "what was changed")
    remove(app)
    refused(client.service_principals[made.id].get(), 404, "Request_ResourceNotFound")


@test("application permissions are granted, read back, used, and revoked one by one")
def _(world):
    client = world.as_person(world.admin)
    app, secret = made_daemon(client, fresh("o365-permitted"))
    service = client.service_principals.get_by_app_id(app.app_id).get().execute_query()

    def hold(*names):
        api = client.service_principals.get_by_app_id(GRAPH_APP)
        found = api.get_application_permissions(app.app_id).execute_query().value
        equal(sorted(role.value for role in found), sorted(names), "permissions")
        # The client's own form reads Graph's roles twice, and then says each of them twice.
        found = client.get_application_permissions(app.app_id).execute_query().value
        equal({role.value for role in found}, set(names), "permissions, as the client says them")
        given = client.service_principals[service.id].app_role_assignments.get().execute_query()
        equal([(one.principal_id, one.resource_display_name) for one in given],
              [(service.id, "Microsoft Graph")] * len(names), "assignments")

    hold()
    for name in ("User.Read.All", "Group.Read.All", "User.Read.All"):
        client.grant_application_permissions(app.app_id, name).execute_query()
    hold("Group.Read.All", "User.Read.All")
    app.grant_permissions("Application.Read.All").execute_query()
    hold("Application.Read.All", "Group.Read.All", "User.Read.All")
    daemon = world.as_app(app.app_id, secret.secretText)
    equal(daemon.applications.get_by_app_id(app.app_id).get().execute_query().id, app.id, "what the application reads")
    check(daemon.has_application_permissions("Group.Read.All", app.app_id), "the application knows what it may")
    client.revoke_application_permissions(app.app_id, "User.Read.All").execute_query()
    app.revoke_permissions("Application.Read.All").execute_query()
    hold("Group.Read.All")
    daemon = world.as_app(app.app_id, secret.secretText)
    check(len(daemon.groups.get().execute_query()) > 3, "groups that the application reads")
    refused(daemon.users.get(), 403, "Authorization_RequestDenied")
    remove(app)


@test("delegated permissions are granted one beside the other, read back and revoked")
def _(world):
    client = world.as_person(world.admin)
    app, _secret = made_daemon(client, fresh("o365-delegated"))

    def held():
        return sorted(client.get_delegated_permissions(app.app_id).execute_query().value)

    equal(held(), [], "permissions at first")
    for name in ("User.Read", "Group.Read.All", "User.Read"):
        client.grant_delegated_permissions(app.app_id, name).execute_query()
    equal(held(), ["Group.Read.All", "User.Read"], "permissions")
    check(client.has_delegated_permission("User.Read", app.app_id), "User.Read is held")
    service = client.service_principals.get_by_app_id(app.app_id).get().execute_query()
    api = client.service_principals.get_by_app_id(GRAPH_APP).get().execute_query()
    grants = client.oauth2_permission_grants.filter(f"clientId eq '{service.id}'").get().execute_query()
    equal([(one.resource_id, one.scope, one.consent_type) for one in grants],
          [(api.id, "Group.Read.All User.Read", "AllPrincipals")], "the grant")
    # The library takes the whole grant that holds the scope.
    client.revoke_delegated_permissions(app.app_id, "User.Read").execute_query()
    equal(held(), [], "permissions afterwards")
    remove(app)


def found_role(client, name):
    role = client.directory_roles.find_by_name(name).execute_query()
    if not role.is_loaded:
        client.directory_roles.assign(name).execute_query()
        role = client.directory_roles.find_by_name(name, required=True).execute_query()
    return role


@test("a directory role is activated, and its members come and go")
def _(world):
    client = world.as_person(world.admin)
    user = made_user(client, fresh("reporter"))
    role = found_role(client, "Reports Reader")
    equal(role.role_template_id, "4a5d8f65-41da-4de4-8968-e035b65339cf", "the role's template")
    templates = client.directory_role_templates.get().execute_query()
    check(role.role_template_id in ids(templates), "the template is among the templates")
    role.add_member(user.user_principal_name).execute_query()
    check(user.id in ids(client.directory_roles[role.id].members.get().execute_query()), "the role has the member")
    equal(ids(client.users[user.id].get_directory_roles().execute_query()), [role.id], "the member's roles")
    around = client.users[user.id].member_of.get().execute_query()
    equal([(type(one).__name__, one.id) for one in around], [("DirectoryRole", role.id)], "what is around the member")
    assignments = client.role_management.directory.role_assignments
    given = assignments.filter(f"principalId eq '{user.id}'").get().execute_query()
    equal([(one.properties["roleDefinitionId"], one.properties["directoryScopeId"]) for one in given],
          [(role.role_template_id, "/")], "the same, in the newer form")
    role.remove_member(user.user_principal_name).execute_query()
    members = client.directory_roles[role.id].members.get().execute_query()
    check(user.id not in ids(members), "the role has the member no more")
    remove(user)


@test("an administrative unit holds people, and a role in it is given")
def _(world):
    client = world.as_person(world.admin)
    user, other = made_user(client, fresh("inside")), made_user(client, fresh("beside"))
    units = client.directory.administrative_units
    unit = units.add(displayName=fresh("unit"), description="Above the rivers").execute_query()
    for one in (user, other):
        unit.members.add(one).execute_query()
    found = client.directory.administrative_units[unit.id]
    equal(ids(found.members.get().execute_query()), ids([user, other]), "members")
    equal(ids(client.users[user.id].member_of.get().execute_query()), [unit.id], "what is around the member")
    role = found_role(client, "User Administrator")
    unit.scoped_role_members.add(roleId=role.id, roleMemberInfo=Identity(id=user.id)).execute_query()
    scoped = client.directory.administrative_units[unit.id].scoped_role_members.get().execute_query()
    equal([(one.role_id, one.administrative_unit_id, one.role_member_info.id) for one in scoped],
          [(role.id, unit.id, user.id)], "roles in it")
    unit.members.remove(other).execute_query()
    found = client.directory.administrative_units[unit.id]
    equal(ids(found.members.get().execute_query()), [user.id], "members afterwards")
    unit.update_properties(description="Onder de rivieren").execute_query()
    found = client.directory.administrative_units[unit.id].get().execute_query()
    equal((found.id, found.description), (unit.id, "Onder de rivieren"), "the unit")
    scoped[0].delete_object().execute_query()
    remove(unit, user, other)
    refused(client.directory.administrative_units[unit.id].get(), 404, "Request_ResourceNotFound")


@test("a Microsoft 365 group is deleted, found, restored, and deleted for good")
def _(world):
    client = world.as_person(world.admin)
    name = fresh("m365")
    group = client.groups.create_m365(name, "Samen").execute_query()
    equal((list(group.properties["groupTypes"]), group.mail_enabled), (["Unified"], True), "the kind of group")
    group.delete_object().execute_query()
    refused(client.groups[group.id].get(), 404, "Request_ResourceNotFound")
    listed = client.directory.deleted_groups.get_all().execute_query()
    equal([one.display_name for one in listed if one.id == group.id], [name], "the group among the deleted")
    gone = client.directory.deleted_items()[group.id].get().execute_query()
    check(gone.properties["deletedDateTime"], "when it was deleted")
    client.directory.deleted_items()[group.id].restore().execute_query()
    again = client.groups[group.id].get().execute_query()
    equal((again.display_name, again.properties["deletedDateTime"]), (name, None), "the group that came back")
    again.delete_object(permanent_delete=True).execute_query()
    refused(client.groups[group.id].get(), 404, "Request_ResourceNotFound")
    refused(client.directory.deleted_items()[group.id].get(), 404, "Request_ResourceNotFound")


@test("an application and a user are deleted, found, restored, and deleted for good")
def _(world):
    client = world.as_person(world.admin)
    app, user = client.applications.add(fresh("o365-gone")).execute_query(), made_user(client, fresh("gone"))

    def deleted(kind):
        return ids(client.directory.deleted_items(f"microsoft.graph.{kind}").get_all(page_size=50).execute_query())

    for made, where, kind in [(app, client.applications, "application"), (user, client.users, "user")]:
        made.delete_object().execute_query()
        check(made.id in deleted(kind), "it is among the deleted")
        client.directory.deleted_items()[made.id].restore().execute_query()
        again = where[made.id].get().execute_query()
        equal(again.display_name, made.display_name, "what came back")
        check(made.id not in deleted(kind), "it is no more among the deleted")
        again.delete_object(permanent_delete=True).execute_query()
        refused(where[made.id].get(), 404, "Request_ResourceNotFound")
        refused(client.directory.deleted_items()[made.id].get(), 404, "Request_ResourceNotFound")


@test("objects are had by their ids, of all kinds or of those that were named")
def _(world):
    client = world.as_person(world.admin)
    user, group = made_user(client, fresh("one")), made_group(client, fresh("many"))

    def by_ids(**body):
        found = DirectoryObjectCollection(client)
        # The library's own method writes the ids into the address, where Graph has none.
        client.add_query(ServiceOperationQuery(client.directory_objects, "getByIds", None, body, None, found))
        return {(type(one).__name__, one.id) for one in found.execute_query()}

    everything = [user.id, group.id, str(uuid.uuid4())]
    equal(by_ids(ids=everything), {("User", user.id), ("Group", group.id)}, "objects")
    equal(by_ids(ids=everything, types=["group"]), {("Group", group.id)}, "groups")
    one = client.directory_objects[user.id].get().execute_query()
    equal((one.id, one.display_name), (user.id, user.display_name), "one object")
    remove(user, group)


@test("a user is asked which groups are around")
def _(world):
    client = world.as_person(world.admin)
    user = made_user(client, fresh("member"))
    outer, inner, other = (made_group(client, fresh(name)) for name in ("outer", "inner", "other"))
    inner.members.add(user).execute_query()
    outer.members.add(inner).execute_query()
    asked = client.users[user.id].check_member_groups([outer.id, other.id]).execute_query()
    equal(list(asked.value), [outer.id], "groups of those that were named")
    asked = client.users[user.id].check_member_objects([inner.id, other.id]).execute_query()
    equal(list(asked.value), [inner.id], "objects of those that were named")
    equal(sorted(client.users[user.id].get_member_groups().execute_query().value), ids([inner, outer]), "groups")
    equal(sorted(client.users[user.id].get_member_objects(False).execute_query().value), ids([inner, outer]), "objects")
    asked = client.groups[inner.id].get_member_groups(False).execute_query()
    equal(list(asked.value), [outer.id], "groups around a group")
    remove(outer, inner, other, user)


@test("a batch reads and writes, in order when it is told to, and says which part failed")
def _(world):
    client = world.as_person(world.admin)
    user, group = made_user(client, fresh("batch")), made_group(client, fresh("batch"))
    organisations, found = client.organization.get(), client.groups[group.id].get()
    client.users[user.id].set_property("jobTitle", "Sluiswachter").update()
    name = fresh("batched")
    made = client.groups.create_security(name)
    client.execute_batch()
    equal((ids(organisations), found.display_name), ([world.tenant], group.display_name), "what was read")
    equal(client.users[user.id].get().execute_query().job_title, "Sluiswachter", "what was written")
    equal(client.groups[made.id].get().execute_query().display_name, name, "what was made")
    client.groups[group.id].set_property("description", "Eerst").update()
    after = client.groups[group.id].get()
    client.groups[group.id].set_property("description", "Later").update()
    client.execute_batch(sequential=True)
    equal(after.description, "Eerst", "what was read between two writes")
    many = [client.users[user.id].select(["displayName"]).get() for _ in range(25)]
    client.execute_batch()
    equal({one.display_name for one in many}, {user.display_name}, "what two batches read")
    with client.collect_batch_failures() as failures:
        client.users[str(uuid.uuid4())].get()
        still = client.users[user.id].get()
        client.execute_batch()
    equal([error.code for _, error in failures], ["Request_ResourceNotFound"], "what failed")
    equal(still.id, user.id, "what was read beside it")
    for one in (made, group, user):
        one.delete_object()
    client.execute_batch()
    refused(client.groups[made.id].get(), 404, "Request_ResourceNotFound")


def changes(client, link=None):
    """What a delta says, and the link for the next time, which the library leaves in the answer."""
    people = []
    while True:
        page, answers = client.users.delta.select(["displayName", "jobTitle"]).get(), []
        if link:
            page.before_execute(lambda request, address=link: setattr(request, "url", address))
        page.after_execute(lambda answer: answers.append(answer.json()), include_response=True).execute_query()
        people += page
        link = answers[0].get("@odata.nextLink")
        if not link:
            return people, answers[0]["@odata.deltaLink"]


@test("delta tells everybody once, and then who came, changed and went")
def _(world):
    client = world.as_person(world.admin)
    everybody, link = changes(client)
    equal(ids(everybody), ids(client.users.get_all().execute_query()), "everybody")
    user = made_user(client, fresh("delta"))
    came, link = changes(client, link)
    equal([(one.id, one.display_name) for one in came], [(user.id, user.display_name)], "who came")
    user.update_properties(jobTitle="Sluiswachter").execute_query()
    changed, link = changes(client, link)
    equal([(one.id, one.job_title) for one in changed], [(user.id, "Sluiswachter")], "who changed")
    remove(user)
    went, link = changes(client, link)
    equal([(one.id, one.properties.get("@removed")) for one in went], [(user.id, {"reason": "changed"})], "who went")
    equal(changes(client, link)[0], [], "nothing more")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Someone who is told of changes: proves to be there, and keeps the letters."""

    letters = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("validationToken")
        self.send_response(200 if asked else 202)
        self.send_header("content-type", "text/plain")
        self.end_headers()
        if asked:
            self.wfile.write(asked[0].encode())
        else:
            self.letters.put(json.loads(body))

    def log_message(self, *_):
        pass


@test("whoever subscribes is told of a change, until the subscription is taken away")
def _(world):
    client = world.as_person(world.admin)
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    address = f"http://127.0.0.1:{receiver.server_port}/changed"
    made = client.subscriptions.add("updated", address, "groups", expires, "only we know").execute_query()
    group = made_group(client, fresh("told"))
    letter = Receiver.letters.get(timeout=20)["value"][0]
    equal((letter["subscriptionId"], letter["clientState"], letter["resource"]),
          (made.id, "only we know", f"Groups/{group.id}"), "letter")
    listed = client.subscriptions.get().execute_query()
    equal([one.properties["resource"] for one in listed if one.id == made.id], ["groups"], "what is subscribed to")
    remove(made, group)
    check(made.id not in ids(client.subscriptions.get().execute_query()), "the subscription is there no more")
    receiver.shutdown()


@test("the organisation and its domains are described, and exactly one domain is the initial one")
def _(world):
    client = world.as_person(world.admin)
    found = client.organization.get().execute_query()
    equal([(one.id, one.display_name) for one in found], [(world.tenant, "Waterkant")], "the organisation")
    verified = found[0].verified_domains
    domains = [one for one in client.domains.get().execute_query() if one.is_verified]
    equal(sorted(one.name for one in verified), ids(domains), "domains")
    for flag, of_domain in [("isInitial", lambda one: one.is_initial), ("isDefault", lambda one: one.is_default)]:
        chosen = [one.name for one in verified if getattr(one, flag)]
        equal((len(chosen), [one.id for one in domains if of_domain(one)]), (1, chosen), flag)
    domain = client.domains["waterkant.example"].get().execute_query()
    equal((domain.id, domain.is_default, domain.is_verified, domain.authentication_type),
          ("waterkant.example", True, True, "Managed"), "a domain")
    references = client.domains["waterkant.example"].domain_name_references.get_all().execute_query()
    check(client.me.get().execute_query().id in ids(references), "the administrator is of that domain")
