"""What a Graph SDK does all day: objects made, read, changed, linked, listed page by page, in batches, and removed."""

import asyncio
import datetime
import http.server
import json
import pathlib
import queue
import threading
import time
import re
import urllib.parse
import uuid
import xml.etree.ElementTree

import httpx
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import (
    RemovePasswordPostRequestBody,
)
from msgraph.generated.directory_objects.get_available_extension_properties.get_available_extension_properties_post_request_body import (  # noqa: E501
    GetAvailableExtensionPropertiesPostRequestBody,
)
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.groups.item.group_item_request_builder import GroupItemRequestBuilder
from msgraph.generated.models.administrative_unit import AdministrativeUnit
from msgraph.generated.models.api_application import ApiApplication
from msgraph.generated.models.app_role import AppRole
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.directory_role import DirectoryRole
from msgraph.generated.models.extension_property import ExtensionProperty
from msgraph.generated.models.extension_schema_property import ExtensionSchemaProperty
from msgraph.generated.models.federated_identity_credential import FederatedIdentityCredential
from msgraph.generated.models.group import Group
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.implicit_grant_settings import ImplicitGrantSettings
from msgraph.generated.models.informational_url import InformationalUrl
from msgraph.generated.models.o_auth2_permission_grant import OAuth2PermissionGrant
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.open_type_extension import OpenTypeExtension
from msgraph.generated.models.optional_claim import OptionalClaim
from msgraph.generated.models.optional_claims import OptionalClaims
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.permission_scope import PermissionScope
from msgraph.generated.models.public_client_application import PublicClientApplication
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.reference_update import ReferenceUpdate
from msgraph.generated.models.required_resource_access import RequiredResourceAccess
from msgraph.generated.models.resource_access import ResourceAccess
from msgraph.generated.models.schema_extension import SchemaExtension
from msgraph.generated.models.scoped_role_membership import ScopedRoleMembership
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.spa_application import SpaApplication
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.models.unified_role_assignment import UnifiedRoleAssignment
from msgraph.generated.models.user import User
from msgraph.generated.models.web_application import WebApplication
from msgraph.generated.role_management.directory.role_assignments.role_assignments_request_builder import (
    RoleAssignmentsRequestBuilder,
)
from msgraph.generated.users.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from graph import DEFAULT, GRAPH_APP, ByPassword, check, equal

TESTS = []
PASSWORDS = "966707d0-3269-4727-9be2-8c3a10f19b9d"
READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects"


def test(name):
    def enter(function):
        TESTS.append((name, function))
        return function

    return enter


def fresh(name):
    return f"{name}-{uuid.uuid4().hex[:8]}"


def new_user(name):
    return User(
        account_enabled=True,
        display_name=name,
        mail_nickname=name,
        user_principal_name=f"{name}@waterkant.example",
        password_profile=PasswordProfile(password="Dijk-Wacht-77", force_change_password_next_sign_in=False),
    )


def asking(builder, **parameters):
    query = getattr(builder, f"{builder.__name__}GetQueryParameters")(**parameters)
    return RequestConfiguration(query_parameters=query)


def eventually(builder, **parameters):
    configuration = asking(builder, **parameters)
    configuration.headers.add("ConsistencyLevel", "eventual")
    return configuration


async def refused(call, status, code):
    try:
        await call
    except ODataError as error:
        equal((error.response_status_code, error.error.code), (status, code), "the refusal")
        check(error.error.inner_error.request_id, "a refusal has a request id")
        return error
    raise AssertionError(f"nothing refused; {status} {code} was expected")


async def made_group(client, name):
    return await client.groups.post(
        Group(display_name=name, mail_nickname=name, mail_enabled=False, security_enabled=True)
    )


@test("users are made, read, changed, managed and deleted")
async def _(world):
    client = world.as_person(world.admin)
    name = fresh("sdk-user")
    made = await client.users.post(new_user(name))
    one = client.users.by_user_id(made.id)
    await one.patch(User(job_title="Sluiswachter", department="Kade", business_phones=["+31 10 555 0155"]))
    found = await one.get()
    equal((found.display_name, found.user_principal_name), (name, f"{name}@waterkant.example"), "the user")
    chosen = await client.users.by_user_id(f"{name}@waterkant.example").get(
        asking(UserItemRequestBuilder, select=["jobTitle", "department"])
    )
    equal((chosen.job_title, chosen.department), ("Sluiswachter", "Kade"), "chosen properties")
    me = await client.me.get()
    await one.manager.ref.put(ReferenceUpdate(odata_id=f"https://graph.microsoft.com/v1.0/users/{me.id}"))
    equal((await one.manager.get()).id, me.id, "the manager")
    reports = await client.me.direct_reports.get()
    check(made.id in [report.id for report in reports.value], "the manager's reports hold the user")
    await one.manager.ref.delete()
    await one.delete()
    await refused(one.get(), 404, "Request_ResourceNotFound")
    gone = await client.directory.deleted_items.graph_user.get()
    check(made.id in [item.id for item in gone.value], "the deleted user is among the deleted items")
    await client.directory.deleted_items.by_directory_object_id(made.id).restore.post()
    equal((await one.get()).display_name, name, "the user who came back")
    await one.delete()
    await client.directory.deleted_items.by_directory_object_id(made.id).delete()


@test("a refusal is the SDK's own error, with Graph's code")
async def _(world):
    client = world.as_person(world.user)
    await refused(client.users.post(new_user(fresh("nobody"))), 403, "Authorization_RequestDenied")
    await refused(client.users.by_user_id(str(uuid.uuid4())).get(), 404, "Request_ResourceNotFound")
    admin = world.as_person(world.admin)
    error = await refused(admin.groups.post(Group(display_name="x")), 400, "Request_BadRequest")
    check("mail" in error.error.message, error.error.message)


@test("groups have members and owners, and other groups in them")
async def _(world):
    client = world.as_person(world.admin)
    outer, inner = await made_group(client, fresh("outer")), await made_group(client, fresh("inner"))
    user = await client.users.post(new_user(fresh("member")))
    group = client.groups.by_group_id(outer.id)
    for of, member in [(outer.id, inner.id), (inner.id, user.id)]:
        members = client.groups.by_group_id(of).members
        await members.ref.post(ReferenceCreate(odata_id=f"{OBJECTS}/{member}"))
    await group.owners.ref.post(ReferenceCreate(odata_id=f"{OBJECTS}/{user.id}"))
    members = await group.members.get()
    equal([type(member).__name__ for member in members.value], ["Group"], "kinds of members")
    deep = await group.transitive_members.graph_user.get()
    equal([member.id for member in deep.value], [user.id], "people in it, however deep")
    owners = await group.owners.get()
    check(user.id in [owner.id for owner in owners.value], "the owner")
    around = await client.users.by_user_id(user.id).transitive_member_of.graph_group.get()
    equal({found.id for found in around.value}, {outer.id, inner.id}, "groups around the user")
    expanded = await group.get(asking(GroupItemRequestBuilder, expand=["members"]))
    equal([member.id for member in expanded.members], [inner.id], "members that come along")
    await group.members.by_directory_object_id(inner.id).ref.delete()
    equal((await group.members.get()).value, [], "members afterwards")
    await group.patch(Group(description="Bij het water"))
    equal((await group.get()).description, "Bij het water", "the description")
    for one in (outer, inner):
        await client.groups.by_group_id(one.id).delete()
    await client.users.by_user_id(user.id).delete()


@test("an application keeps all of its parts")
async def _(world):
    client = world.as_person(world.admin)
    role, scope = uuid.uuid4(), uuid.uuid4()
    made = await client.applications.post(
        Application(
            display_name=fresh("sdk-app"),
            sign_in_audience="AzureADMyOrg",
            notes="Van de suite",
            tags=["suite"],
            group_membership_claims="SecurityGroup",
            web=WebApplication(
                redirect_uris=["https://app.waterkant.example/callback"],
                home_page_url="https://app.waterkant.example",
                implicit_grant_settings=ImplicitGrantSettings(enable_id_token_issuance=True),
            ),
            spa=SpaApplication(redirect_uris=["http://localhost:5199"]),
            public_client=PublicClientApplication(redirect_uris=["http://localhost"]),
            info=InformationalUrl(support_url="https://waterkant.example/help"),
            api=ApiApplication(
                requested_access_token_version=2,
                oauth2_permission_scopes=[
                    PermissionScope(
                        id=scope, value="Boats.Read", type="User", is_enabled=True,
                        admin_consent_display_name="Read boats", admin_consent_description="Reads the boats.",
                        user_consent_display_name="Read your boats", user_consent_description="Reads your boats.",
                    )
                ],
            ),
            app_roles=[
                AppRole(
                    id=role, value="Boats.Read.All", display_name="Read all boats", description="Reads every boat.",
                    allowed_member_types=["Application", "User"], is_enabled=True,
                )
            ],
            optional_claims=OptionalClaims(id_token=[OptionalClaim(name="email", essential=False)]),
            required_resource_access=[
                RequiredResourceAccess(
                    resource_app_id=GRAPH_APP,
                    resource_access=[
                        ResourceAccess(id=uuid.UUID("e1fe6dd8-ba31-4d61-89e7-88639da4683d"), type="Scope")
                    ],
                )
            ],
        )
    )
    one = client.applications.by_application_id(made.id)
    await one.patch(Application(identifier_uris=[f"api://{made.app_id}"]))
    found = await one.get()
    equal(found.identifier_uris, [f"api://{made.app_id}"], "identifierUris")
    equal(found.web.redirect_uris, ["https://app.waterkant.example/callback"], "redirect URIs")
    equal(found.web.implicit_grant_settings.enable_id_token_issuance, True, "implicit grant")
    equal(found.spa.redirect_uris, ["http://localhost:5199"], "SPA")
    equal([(one.id, one.value) for one in found.api.oauth2_permission_scopes], [(scope, "Boats.Read")], "scopes")
    equal([(one.id, one.allowed_member_types) for one in found.app_roles], [(role, ["Application", "User"])], "roles")
    equal(found.optional_claims.id_token[0].name, "email", "optional claims")
    equal(found.required_resource_access[0].resource_app_id, GRAPH_APP, "required resources")
    equal(found.info.support_url, "https://waterkant.example/help", "info")
    password = await one.add_password.post(
        AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="suite"))
    )
    check(password.secret_text and password.hint == password.secret_text[:3], "a secret is shown once, with its hint")
    kept = (await one.get()).password_credentials
    equal([(one.key_id, one.secret_text) for one in kept], [(password.key_id, None)], "what is kept of the secret")
    await one.remove_password.post(RemovePasswordPostRequestBody(key_id=password.key_id))
    equal((await one.get()).password_credentials, [], "secrets afterwards")
    trusted = await one.federated_identity_credentials.post(
        FederatedIdentityCredential(
            name="pipeline", issuer="https://ci.waterkant.example", subject="repo:boats", audiences=["api://exchange"]
        )
    )
    listed = await one.federated_identity_credentials.get()
    equal([one.name for one in listed.value], ["pipeline"], "federated credentials")
    await one.federated_identity_credentials.by_federated_identity_credential_id(trusted.id).delete()
    by_app_id = await client.applications_with_app_id(made.app_id).get()
    equal(by_app_id.id, made.id, "the application by its appId")
    query = asking(ApplicationsRequestBuilder, filter=f"appId eq '{made.app_id}'", select=["id", "displayName"])
    equal([one.id for one in (await client.applications.get(query)).value], [made.id], "the application by a filter")
    await one.delete()
    await client.directory.deleted_items.by_directory_object_id(made.id).delete()


@test("an app is brought in, given permissions and a role, and calls Graph for itself until they are taken")
async def _(world):
    client = world.as_person(world.admin)
    app = await client.applications.post(Application(display_name=fresh("sdk-daemon")))
    instance = await client.service_principals.post(ServicePrincipal(app_id=app.app_id, tags=["suite"]))
    secret = await client.applications.by_application_id(app.id).add_password.post(AddPasswordPostRequestBody())
    graph = await client.service_principals_with_app_id(GRAPH_APP).get()
    reads = next(role for role in graph.app_roles if role.value == "User.Read.All")
    given = await client.service_principals.by_service_principal_id(instance.id).app_role_assignments.post(
        AppRoleAssignment(principal_id=uuid.UUID(instance.id), resource_id=uuid.UUID(graph.id), app_role_id=reads.id)
    )
    daemon = world.as_app(app.app_id, secret.secret_text)
    check(len((await daemon.users.get()).value) > 5, "it reads users")
    await refused(daemon.groups.get(), 403, "Authorization_RequestDenied")
    await refused(daemon.me.get(), 400, "BadRequest")
    role = await client.role_management.directory.role_assignments.post(
        UnifiedRoleAssignment(principal_id=instance.id, role_definition_id=READERS, directory_scope_id="/")
    )
    check((await daemon.groups.get()).value, "with the role of a reader it reads groups")
    await client.role_management.directory.role_assignments.by_unified_role_assignment_id(role.id).delete()
    await refused(daemon.groups.get(), 403, "Authorization_RequestDenied")
    held = client.service_principals.by_service_principal_id(instance.id).app_role_assignments
    equal([one.id for one in (await held.get()).value], [given.id], "what it holds")
    await held.by_app_role_assignment_id(given.id).delete()
    await refused(daemon.users.get(), 403, "Authorization_RequestDenied")
    grant = await client.oauth2_permission_grants.post(
        OAuth2PermissionGrant(
            client_id=instance.id, consent_type="AllPrincipals", resource_id=graph.id, scope="User.Read openid"
        )
    )
    one = client.oauth2_permission_grants.by_o_auth2_permission_grant_id(grant.id)
    await one.patch(OAuth2PermissionGrant(scope="User.Read"))
    equal((await one.get()).scope, "User.Read", "the grant's scope")
    await one.delete()
    await client.service_principals.by_service_principal_id(instance.id).patch(ServicePrincipal(notes="uit", account_enabled=False))
    await client.applications.by_application_id(app.id).delete()
    await refused(client.service_principals.by_service_principal_id(instance.id).get(), 404, "Request_ResourceNotFound")


@test("the page iterator sees everybody once, and counts and searches work")
async def _(world):
    client = world.as_person(world.admin)
    first = await client.users.get(asking(UsersRequestBuilder, top=3, select=["id", "displayName"]))
    seen = []
    iterator = PageIterator(first, client.request_adapter)
    await iterator.iterate(lambda user: seen.append(user.id) or True)
    check(len(seen) == len(set(seen)) > 9, f"{len(seen)} users, {len(set(seen))} of them different")
    query = eventually(UsersRequestBuilder, count=True, search='"displayName:Sanne"', orderby=["displayName"])
    found = await client.users.get(query)
    equal((found.odata_count, [one.display_name for one in found.value]), (1, ["Sanne de Vries"]), "a search")
    query = eventually(UsersRequestBuilder, count=True, filter="endsWith(userPrincipalName,'@waterkant.example')", top=1)
    found = await client.users.get(query)
    check(found.odata_count > 9 and len(found.value) == 1, "a count beside one page")


@test("a batch goes in one request, with what depends on what")
async def _(world):
    client = world.as_person(world.admin)
    name = fresh("batch")
    group = Group(display_name=name, mail_nickname=name, mail_enabled=False, security_enabled=True)
    create = BatchRequestItem(client.groups.to_post_request_information(group), id="create")
    create.url = create.url.replace(world.base, "")
    me = BatchRequestItem(client.me.to_get_request_information(), id="me")
    after = BatchRequestItem(client.groups.to_get_request_information(), id="after", depends_on=["create"])
    content = BatchRequestContent({item.id: item for item in (create, me, after)})
    answer = await client.batch.post(batch_request_content=content)
    statuses = answer.get_response_status_codes()
    equal({key: int(value) for key, value in statuses.items()}, {"create": 201, "me": 200, "after": 200}, "statuses")
    # This release of the SDK reads no body that is an object, so what was made is looked up.
    made = await client.groups.get(asking(GroupsRequestBuilder, filter=f"displayName eq '{name}'"))
    equal([one.mail_nickname for one in made.value], [name], "the group that the batch made")
    await client.groups.by_group_id(made.value[0].id).delete()


@test("delta tells everybody once, and then who came, changed and went")
async def _(world):
    client = world.as_person(world.admin)
    page = await client.users.delta.get(asking(DeltaRequestBuilder, select=["displayName", "jobTitle"]))
    seen = []
    while page.odata_next_link:
        seen += page.value
        page = await client.users.delta.with_url(page.odata_next_link).get()
    seen += page.value
    check(len(seen) > 9 and len({one.id for one in seen}) == len(seen), "everybody once")
    name = fresh("delta")
    made = await client.users.post(
        User(
            display_name=name, mail_nickname=name, user_principal_name=f"{name}@waterkant.example", account_enabled=True,
            password_profile=PasswordProfile(password="Dijk-Wacht-77", force_change_password_next_sign_in=False),
        )
    )
    after = await client.users.delta.with_url(page.odata_delta_link).get()
    equal([(one.id, one.display_name) for one in after.value], [(made.id, name)], "who came")
    await client.users.by_user_id(made.id).delete()
    gone = await client.users.delta.with_url(after.odata_delta_link).get()
    equal([(one.id, one.additional_data.get("@removed")) for one in gone.value], [(made.id, {"reason": "changed"})], "who went")
    await client.directory.deleted_items.by_directory_object_id(made.id).delete()


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


@test("whoever subscribes is told of a change, over HTTP, within seconds")
async def _(world):
    client = world.as_person(world.admin)
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    made = await client.subscriptions.post(
        Subscription(
            change_type="updated,deleted", notification_url=f"http://127.0.0.1:{receiver.server_port}/changed", resource="groups",
            expiration_date_time=expires, client_state="only we know",
        )
    )
    name = fresh("told")
    group = await client.groups.post(Group(display_name=name, mail_nickname=name, mail_enabled=False, security_enabled=True))
    told = await asyncio.to_thread(Receiver.letters.get, timeout=20)
    letter = told["value"][0]
    equal((letter["subscriptionId"], letter["clientState"], letter["resource"]), (made.id, "only we know", f"Groups/{group.id}"), "letter")
    later = await client.subscriptions.by_subscription_id(made.id).patch(Subscription(expiration_date_time=expires + datetime.timedelta(days=1)))
    check(later.expiration_date_time > expires, "it lives longer")
    await client.groups.by_group_id(group.id).delete()
    gone = await asyncio.to_thread(Receiver.letters.get, timeout=20)
    equal(gone["value"][0]["changeType"], "deleted", "change")
    equal([one.id for one in (await client.subscriptions.get()).value], [made.id], "subscriptions")
    await client.subscriptions.by_subscription_id(made.id).delete()
    receiver.shutdown()


@test("an administrative unit holds people, and a role in it is given in both forms")
async def _(world):
    client = world.as_person(world.admin)
    units = client.directory.administrative_units
    unit = await units.post(AdministrativeUnit(display_name=fresh("unit"), description="Above the rivers"))
    name = fresh("inside")
    made = await units.by_administrative_unit_id(unit.id).members.post(
        User(
            odata_type="#microsoft.graph.user", display_name=name, mail_nickname=name, account_enabled=True,
            user_principal_name=f"{name}@waterkant.example",
            password_profile=PasswordProfile(password="Dijk-Wacht-77", force_change_password_next_sign_in=False),
        )
    )
    me = await client.me.get()
    await units.by_administrative_unit_id(unit.id).members.ref.post(ReferenceCreate(odata_id=f"{OBJECTS}/{me.id}"))
    members = await units.by_administrative_unit_id(unit.id).members.get()
    equal(sorted(one.id for one in members.value), sorted([made.id, me.id]), "members")
    around = await client.users.by_user_id(made.id).member_of.get()
    equal([type(one) for one in around.value if one.id == unit.id], [AdministrativeUnit], "units around")
    role = await client.directory_roles.post(DirectoryRole(role_template_id=PASSWORDS))
    scoped = await units.by_administrative_unit_id(unit.id).scoped_role_members.post(
        ScopedRoleMembership(role_id=role.id, role_member_info=Identity(id=made.id))
    )
    given = await client.role_management.directory.role_assignments.get(
        asking(RoleAssignmentsRequestBuilder, filter=f"principalId eq '{made.id}'")
    )
    equal([one.directory_scope_id for one in given.value], [f"/administrativeUnits/{unit.id}"], "scopes")
    await units.by_administrative_unit_id(unit.id).scoped_role_members.by_scoped_role_membership_id(scoped.id).delete()
    await units.by_administrative_unit_id(unit.id).members.by_directory_object_id(me.id).ref.delete()
    await client.users.by_user_id(made.id).delete()
    await units.by_administrative_unit_id(unit.id).delete()


@test("S4-57 an app adds to the schema, and people have values of it in all three forms")
async def _(world):
    client = world.as_person(world.admin)
    app = await client.applications.post(Application(display_name=fresh("schema")))
    defined = await client.applications.by_application_id(app.id).extension_properties.post(
        ExtensionProperty(name="badge", data_type="String", target_objects=["User"])
    )
    equal(defined.name, f"extension_{app.app_id.replace('-', '')}_badge", "the property")
    courses = await client.schema_extensions.post(
        SchemaExtension(
            id="courses", description="What people learnt", owner=app.app_id, target_types=["User"],
            properties=[ExtensionSchemaProperty(name="points", type="Integer")],
        )
    )
    check(re.fullmatch("ext[a-z0-9]{8}_courses", courses.id), courses.id)
    one = client.users.by_user_id((await client.users.post(new_user(fresh("borne")))).id)
    badge = fresh("W")
    await one.patch(User(additional_data={defined.name: badge, courses.id: {"points": 7}}))
    found = await one.get(asking(UserItemRequestBuilder, select=["id", defined.name, courses.id]))
    equal(found.additional_data[defined.name], badge, "the directory extension")
    equal(found.additional_data[courses.id]["points"], 7, "the schema extension")
    for question in (f"{defined.name} eq '{badge}'", f"{courses.id}/points ge 7 and {defined.name} ne null"):
        people = await client.users.get(eventually(UsersRequestBuilder, filter=question, count=True))
        equal([person.id for person in people.value], [found.id], question)
    await one.extensions.post(
        OpenTypeExtension(
            odata_type="microsoft.graph.openTypeExtension", extension_name="com.waterkant.roaming",
            additional_data={"theme": "dark"},
        )
    )
    open_one = await one.extensions.by_extension_id("com.waterkant.roaming").get()
    equal((type(open_one), open_one.additional_data["theme"]), (OpenTypeExtension, "dark"), "the open extension")
    available = await client.directory_objects.get_available_extension_properties.post(
        GetAvailableExtensionPropertiesPostRequestBody(is_synced_from_on_premises=False)
    )
    check(defined.name in [known.name for known in available.value], "what is available")
    await one.extensions.by_extension_id("com.waterkant.roaming").delete()
    await client.schema_extensions.by_schema_extension_id(courses.id).delete()
    await client.applications.by_application_id(app.id).extension_properties.by_extension_property_id(defined.id).delete()
    await refused(one.get(asking(UserItemRequestBuilder, select=[defined.name])), 400, "BadRequest")
    await one.delete()
    await client.applications.by_application_id(app.id).delete()


@test("a call that is turned away for a moment is sent again, as the answer says")
async def _(world):
    client = world.as_person(world.admin)
    await client.me.get()
    for status in (429, 503):
        world.break_next("/v1.0/organization", status=status, retryAfter=1, count=2)
        began = time.monotonic()
        found = await client.organization.get()
        equal(len(found.value), 1, "organisations")
        check(time.monotonic() - began >= 2, "it waited twice")
    world.break_next("/v1.0/organization", status=504, count=1)
    equal(len((await client.organization.get()).value), 1, "organisations after a gateway's time-out")


@test("the schema is OData's own, every type in it is there, and it has what the SDK's models have")
async def _(world):
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    async with httpx.AsyncClient(base_url=f"{world.base}/v1.0", verify=world.authority_file) as plain:
        root = xml.etree.ElementTree.fromstring((await plain.get("/$metadata")).content)
    schema = root.find(f".//{edm}Schema")
    kinds = {one.get("Name"): one for one in schema if one.tag != f"{edm}EntityContainer"}
    named = [part.get("Type") for kind in kinds.values() for part in kind if part.get("Type")]
    missing = {one for one in (re.sub(r"^Collection\((.*)\)$", r"\1", name) for name in named)
               if one.startswith("microsoft.graph.") and one.removeprefix("microsoft.graph.") not in kinds}
    equal(missing, set(), "types that are named and not there")

    def own(kind):
        base = (kinds[kind].get("BaseType") or "").removeprefix("microsoft.graph.")
        return (own(base) if base else set()) | {part.get("Name") for part in kinds[kind] if part.get("Name")}

    for model, kind in [(User, "user"), (Group, "group"), (Application, "application"), (AdministrativeUnit, "administrativeUnit")]:
        names = set(model().get_field_deserializers()) - {"@odata.type"}
        known = names & own(kind)
        check(len(known) > len(names) * 0.5, f"{kind}: {len(known)} of {len(names)}")


@test("the description of Graph is OpenAPI 3.1, and names what the server answers")
async def _(world):
    document = json.loads((pathlib.Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
    validate(document, cls=OpenAPIV31SpecValidator)
    headers = {"Authorization": f"Bearer {ByPassword(world, world.admin).get_token(DEFAULT).token}", "ConsistencyLevel": "eventual"}
    async with httpx.AsyncClient(base_url=f"{world.base}/v1.0", verify=world.authority_file, headers=headers) as plain:
        lists = [path for path, entry in document["paths"].items() if "get" in entry and "{" not in path]
        check(len(lists) > 30, f"{len(lists)} lists")
        for path in lists:
            answer = await plain.get(path)
            missed = path in ("/me/manager", "/me/photo", "/me/photo/$value") and answer.status_code == 404
            known = answer.status_code == 200 or missed
            check(known, f"GET {path}: {answer.status_code} {answer.text[:200]}")
