//! What a request asks, what stands, and who may grant the rest (protocol.md §5, consent-and-governance.md §1, §8).
//!
//! Waterkant is the tenant; Zonnebel Contacts, an app of another tenant, asks of Graph and of Waterkant's Orders API.

use super::policy::{ConditionSet, GrantPolicy, LOW};
use super::*;
use crate::application::{
    AccessKind, Api, AppCard, Audience, PreAuthorized, Registration, RequiredAccess, RequiredResource,
    VerifiedPublisher,
};
use crate::catalogue::{GRAPH, SERVICES_TENANT, catalogue};
use crate::grant::Grant;
use crate::permission::{AppRole, MemberType, Scope, ScopeConsent};
use crate::role::roles;
use crate::service_principal::{Class, Classification, ServicePrincipal, SpMore};
use crate::tenant::{Settings, Tenant, TenantProfile};
use mandate_base::{
    AppId, AppRoleId, ApplicationId, GrantId, Moment, ObjectId, RoleTemplateId, ScopeId, ServicePrincipalId, TenantId,
    UserId,
};

const NOON: Moment = Moment::from_secs(1_795_428_000);
const WATERKANT: TenantId = TenantId::from_u128(0x11111111_1111_4111_8111_111111111111);
const ZONNEBEL: TenantId = TenantId::from_u128(0x22222222_2222_4222_8222_222222222222);
const CONTACTS: AppId = AppId::from_u128(0xc2000000_0000_4000_8000_000000000001);
const ORDERS: AppId = AppId::from_u128(0xc1000000_0000_4000_8000_000000000005);
const PLANNER: AppId = AppId::from_u128(0xc1000000_0000_4000_8000_000000000002);
const JORIS: UserId = UserId::from_u128(0xaaaaaaaa_0000_4000_8000_000000000002);

const SELF_LEGACY: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy";
const SELF_RECOMMENDED: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-recommended";
const SELF_LOW: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-low";
const OWNED: &str = "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team";

struct World {
    tenant: Tenant,
    client: AppCard,
    client_sp: Option<ServicePrincipal>,
    orders: AppCard,
    orders_sp: ServicePrincipal,
    graph_sp: ServicePrincipal,
    roles: Vec<RoleTemplateId>,
    grants: Vec<Grant>,
    roles_held: Vec<AppRoleId>,
}

impl World {
    fn new() -> World {
        World {
            tenant: Tenant {
                id: WATERKANT,
                created: NOON,
                profile: TenantProfile::default(),
                settings: Settings::default(),
                version: 1,
            },
            client: card(CONTACTS, ZONNEBEL, Registration::default()),
            client_sp: Some(principal(CONTACTS, ZONNEBEL)),
            orders: card(ORDERS, WATERKANT, orders_registration()),
            orders_sp: principal(ORDERS, WATERKANT),
            graph_sp: principal(GRAPH, SERVICES_TENANT),
            roles: Vec::new(),
            grants: Vec::new(),
            roles_held: Vec::new(),
        }
    }

    /// `requiredResourceAccess`: delegated permissions.
    fn lists(mut self, resource: AppId, values: &[&str]) -> World {
        let ids = values.iter().map(|value| self.scope_of(resource, value).id.into());
        let resource_access = ids.map(|id| RequiredAccess { id, kind: AccessKind::Scope }).collect();
        let required = RequiredResource { resource_app_id: resource, resource_access };
        self.client.registration.required_resource_access.push(required);
        self
    }

    /// `requiredResourceAccess`: application permissions.
    fn lists_roles(mut self, resource: AppId, values: &[&str]) -> World {
        let ids = values.iter().map(|value| self.role_of(resource, value).id.into());
        let resource_access = ids.map(|id| RequiredAccess { id, kind: AccessKind::Role }).collect();
        let required = RequiredResource { resource_app_id: resource, resource_access };
        self.client.registration.required_resource_access.push(required);
        self
    }

    fn granted(mut self, resource: AppId, principal: Option<UserId>, scopes: &str) -> World {
        self.grants.push(Grant {
            id: GrantId::from_u128(self.grants.len() as u128 + 1),
            client: sp_id(CONTACTS),
            resource: sp_id(resource),
            principal,
            scopes: Grant::scopes_of(scopes),
            created: NOON,
            version: 1,
        });
        self
    }

    fn lets_users(mut self, assigned: &[&str]) -> World {
        let defaults = &mut self.tenant.settings.authorization_policy.default_user_role_permissions;
        defaults.permission_grant_policies_assigned = assigned.iter().map(|entry| (*entry).to_owned()).collect();
        self
    }

    fn has_policy(mut self, id: &str, includes: Vec<ConditionSet>, excludes: Vec<ConditionSet>) -> World {
        let policy = GrantPolicy { id: id.to_owned(), includes, excludes, ..GrantPolicy::default() };
        self.tenant.settings.permission_grant_policies.push(policy);
        self
    }

    fn with_role(mut self, name: &str) -> World {
        self.roles.push(roles().named(name).expect("in the table of roles").id);
        self
    }

    fn orders_pre_authorizes(mut self, client: AppId, values: &[&str]) -> World {
        let delegated_permission_ids = values.iter().map(|value| self.scope_of(ORDERS, value).id.into()).collect();
        let pre = PreAuthorized { app_id: client, delegated_permission_ids };
        self.orders.registration.api.pre_authorized_applications.push(pre);
        self
    }

    fn orders_scope(&mut self, value: &str) -> &mut Scope {
        let scopes = &mut self.orders.registration.api.oauth2_permission_scopes;
        scopes.iter_mut().find(|scope| scope.value == value).expect("published by the Orders API")
    }

    /// The app publishes a delegated permission itself.
    fn exposes(mut self, value: &str, consent: ScopeConsent) -> World {
        self.client.registration.api.oauth2_permission_scopes.push(scope(9, value, consent));
        self
    }

    fn card_of(&self, resource: AppId) -> &AppCard {
        let cards: [&AppCard; 3] = [&catalogue().card, &self.orders, &self.client];
        cards.into_iter().find(|card| card.app_id == resource).expect("one of the three apps of these tests")
    }

    fn scope_of(&self, resource: AppId, value: &str) -> &Scope {
        self.card_of(resource).registration.scope_named(value).expect("a published scope")
    }

    fn role_of(&self, resource: AppId, value: &str) -> &AppRole {
        let roles = &self.card_of(resource).registration.app_roles;
        roles.iter().find(|role| role.value.as_deref() == Some(value)).expect("a published app role")
    }

    fn scope(&self, resource: AppId, value: &str, standing: Standing) -> Item {
        let scope = self.scope_of(resource, value);
        let permission = Permission { id: scope.id.into(), value: scope.value.clone(), kind: AccessKind::Scope };
        Item { resource, permission, standing }
    }

    fn role(&self, resource: AppId, value: &str, standing: Standing) -> Item {
        let id = self.role_of(resource, value).id.into();
        Item { resource, permission: Permission { id, value: value.to_owned(), kind: AccessKind::Role }, standing }
    }

    fn ask(&self, asked: &[Asked]) -> Result<Survey, ScopeRefusal> {
        let at = |resource| -> Vec<Grant> {
            self.grants.iter().filter(|grant| grant.resource == sp_id(resource)).cloned().collect()
        };
        let (at_graph, at_orders) = (at(GRAPH), at(ORDERS));
        let roles_held = &self.roles_held[..];
        let resources = [
            ResourceFacts { card: &catalogue().card, sp: Some(&self.graph_sp), grants: &at_graph, roles_held },
            ResourceFacts { card: &self.orders, sp: Some(&self.orders_sp), grants: &at_orders, roles_held },
            ResourceFacts { card: &self.client, sp: self.client_sp.as_ref(), grants: &[], roles_held: &[] },
        ];
        let facts = SurveyFacts {
            tenant: &self.tenant,
            client: &self.client,
            client_sp: self.client_sp.as_ref(),
            roles: &self.roles,
            resources: &resources,
        };
        survey(asked, &facts)
    }

    fn items(&self, asked: &[Asked]) -> Vec<Item> {
        self.ask(asked).expect("every permission asked exists").items
    }

    fn standing(&self, resource: AppId, value: &str) -> Standing {
        match &self.items(&[named(resource, &[value])])[..] {
            [only] => only.standing,
            items => panic!("one permission was asked, the survey has {items:?}"),
        }
    }
}

fn card(app_id: AppId, home: TenantId, registration: Registration) -> AppCard {
    AppCard {
        app_id,
        application: ApplicationId::named(app_id.bytes(), "application"),
        home,
        created: NOON,
        registration: Registration { sign_in_audience: Audience::MultipleOrgs, ..registration },
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    }
}

fn principal(app_id: AppId, home: TenantId) -> ServicePrincipal {
    ServicePrincipal {
        id: sp_id(app_id),
        app_id,
        home,
        display_name: String::new(),
        account_enabled: true,
        app_role_assignment_required: false,
        created: NOON,
        more: SpMore::default(),
        version: 1,
    }
}

fn sp_id(app_id: AppId) -> ServicePrincipalId {
    ServicePrincipalId::named(app_id.bytes(), "in Waterkant")
}

fn orders_registration() -> Registration {
    let scopes = [
        ("Orders.Read", ScopeConsent::User),
        ("Orders.Write", ScopeConsent::User),
        ("Orders.Approve", ScopeConsent::Admin),
    ];
    let scopes = scopes.into_iter().zip(1..).map(|((value, consent), id)| scope(id, value, consent)).collect();
    let roles = [("Orders.Read.All", MemberType::Application), ("Approver", MemberType::User)];
    let roles = roles.into_iter().zip(1..).map(|((value, member), id)| AppRole {
        id: AppRoleId::from_u128(0xeeeeeeee_0000_4000_8000_000000000000 + id),
        value: Some(value.to_owned()),
        display_name: value.to_owned(),
        description: None,
        allowed_member_types: vec![member],
        is_enabled: true,
    });
    Registration {
        api: Api { oauth2_permission_scopes: scopes, ..Api::default() },
        app_roles: roles.collect(),
        ..Registration::default()
    }
}

fn scope(id: u128, value: &str, consent: ScopeConsent) -> Scope {
    Scope::bare(ScopeId::from_u128(0xdddddddd_0000_4000_8000_000000000000 + id), value, consent)
}

fn named(resource: AppId, values: &[&str]) -> Asked {
    Asked { resource, wants: Wants::Named(values.iter().map(|value| (*value).to_owned()).collect()) }
}

fn by_default(resource: AppId) -> Asked {
    Asked { resource, wants: Wants::Default }
}

fn classified_low(permission: ObjectId, name: &str) -> Classification {
    Classification { permission_id: permission, permission_name: name.to_owned(), classification: Class::Low }
}

// `/.default`: the static list (protocol.md §5.1).

#[test]
fn default_asks_for_the_whole_list_of_all_apis_while_nothing_stands() {
    let world = World::new()
        .lists(GRAPH, &["User.Read"])
        .lists_roles(GRAPH, &["User.Read.All"])
        .lists(ORDERS, &["Orders.Read", "Orders.Approve"])
        .lists_roles(ORDERS, &["Orders.Read.All"]);
    let whole_list = [
        world.scope(GRAPH, "User.Read", Standing::Missing),
        world.role(GRAPH, "User.Read.All", Standing::Blocked(Why::ApplicationPermission)),
        world.scope(ORDERS, "Orders.Read", Standing::Missing),
        world.scope(ORDERS, "Orders.Approve", Standing::Blocked(Why::AdminOnly)),
        world.role(ORDERS, "Orders.Read.All", Standing::Blocked(Why::ApplicationPermission)),
    ];
    for resource in [GRAPH, ORDERS] {
        assert_eq!(world.items(&[by_default(resource)]), whole_list, "{resource}");
    }
}

#[test]
fn default_asks_for_nothing_more_once_something_stands() {
    for principal in [Some(JORIS), None] {
        let world = World::new()
            .lists(GRAPH, &["User.Read", "Files.Read"])
            .lists(ORDERS, &["Orders.Read", "Orders.Write"])
            .lists_roles(ORDERS, &["Orders.Read.All"])
            .granted(ORDERS, principal, "Orders.Write");
        let survey = world.ask(&[by_default(ORDERS)]).expect("registered");
        assert_eq!(survey.items, [world.scope(ORDERS, "Orders.Write", Standing::Granted)], "{principal:?}");
        assert!(survey.is_complete());
    }
}

#[test]
fn default_counts_what_stands_at_the_api_it_names_and_at_no_other() {
    let world = World::new().lists(GRAPH, &["User.Read"]).lists(ORDERS, &["Orders.Read"]).granted(
        GRAPH,
        Some(JORIS),
        "User.Read",
    );
    let whole_list =
        [world.scope(GRAPH, "User.Read", Standing::Granted), world.scope(ORDERS, "Orders.Read", Standing::Missing)];
    assert_eq!(world.items(&[by_default(ORDERS)]), whole_list);
    assert_eq!(world.items(&[by_default(GRAPH)]), whole_list[..1]);
}

#[test]
fn default_counts_a_grant_of_sign_in_scopes_as_standing() {
    // protocol.md §5.1 asks for the list "if no delegated grant" stands; one of `openid` is one.
    let world = World::new().lists(GRAPH, &["openid", "User.Read"]).granted(GRAPH, Some(JORIS), "openid profile");
    let standing = [world.scope(GRAPH, "openid", Standing::Granted), world.scope(GRAPH, "profile", Standing::Granted)];
    assert_eq!(world.items(&[by_default(GRAPH)]), standing);
}

#[test]
fn an_api_may_publish_a_scope_that_is_spelled_like_a_sign_in_scope() {
    let mut world = World::new();
    world.orders.registration.api.oauth2_permission_scopes.push(scope(8, "email", ScopeConsent::User));
    let world = world.lists(ORDERS, &["Orders.Read", "email"]).granted(ORDERS, Some(JORIS), "email");
    assert_eq!(world.items(&[by_default(ORDERS)]), [world.scope(ORDERS, "email", Standing::Granted)]);
}

#[test]
fn an_application_permission_is_not_a_delegated_grant() {
    let mut world = World::new().lists(ORDERS, &["Orders.Read"]).lists_roles(ORDERS, &["Orders.Read.All"]);
    world.roles_held = vec![world.role_of(ORDERS, "Orders.Read.All").id];
    let whole_list = [
        world.scope(ORDERS, "Orders.Read", Standing::Missing),
        world.role(ORDERS, "Orders.Read.All", Standing::Granted),
    ];
    assert_eq!(world.items(&[by_default(ORDERS)]), whole_list);
}

#[test]
fn default_of_an_api_outside_the_registration_is_refused_unless_something_stands_there() {
    let world = World::new().lists(GRAPH, &["User.Read"]);
    assert_eq!(world.ask(&[by_default(ORDERS)]), Err(ScopeRefusal::NotInRegistration { resource: ORDERS }));
    let world = world.granted(ORDERS, None, "Orders.Read");
    assert_eq!(world.items(&[by_default(ORDERS)]), [world.scope(ORDERS, "Orders.Read", Standing::Granted)]);
}

#[test]
fn an_api_that_is_not_here_is_no_resource() {
    let world = World::new();
    for asked in [by_default(PLANNER), named(PLANNER, &["Plans.Read"])] {
        assert_eq!(world.ask(&[asked]), Err(ScopeRefusal::NoSuchResource));
    }
}

// Named scopes: dynamic and incremental consent (protocol.md §2.3, §5.1).

#[test]
fn named_scopes_need_not_be_in_the_registration() {
    let world = World::new().lists(GRAPH, &["User.Read"]);
    assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Missing);
}

#[test]
fn only_what_is_missing_is_prompted() {
    const FOUR: [&str; 4] = ["User.Read", "Files.Read", "Calendars.Read", "Mail.Read"];
    let pick = |bits: u8| -> Vec<&str> {
        FOUR.into_iter().enumerate().filter(|(place, _)| bits & (1_u8 << *place) != 0).map(|(_, value)| value).collect()
    };
    for (asked, held) in (0_u8..16).flat_map(|asked| (0_u8..16).map(move |held| (asked, held))) {
        let world = World::new().granted(GRAPH, Some(JORIS), &pick(held).join(" "));
        let survey = world.ask(&[named(GRAPH, &pick(asked))]).expect("scopes of Graph");
        let missing: Vec<&str> = survey.missing().map(|item| item.permission.value.as_str()).collect();
        assert_eq!(missing, pick(asked & !held), "asked {:?}, granted {:?}", pick(asked), pick(held));
        assert_eq!(survey.is_complete(), asked & !held == 0);
    }
}

#[test]
fn scopes_compare_without_case_and_keep_the_registered_spelling() {
    let world = World::new().granted(GRAPH, Some(JORIS), "USER.READ");
    assert_eq!(
        world.items(&[named(GRAPH, &["user.read", "files.READ"])]),
        [world.scope(GRAPH, "User.Read", Standing::Granted), world.scope(GRAPH, "Files.Read", Standing::Missing)]
    );
}

#[test]
fn a_scope_that_its_api_does_not_publish_is_refused_by_name() {
    let world = World::new().granted(ORDERS, None, "Orders.Delete");
    for (resource, value) in [(ORDERS, "Orders.Delete"), (GRAPH, "Orders.Read"), (ORDERS, "Orders.Read.All")] {
        let refusal = ScopeRefusal::NoSuchScope { resource, scope: value.to_owned() };
        assert_eq!(world.ask(&[named(resource, &[value])]), Err(refusal), "{value}");
    }
}

#[test]
fn a_permission_that_is_asked_twice_is_listed_once() {
    let world = World::new().lists(GRAPH, &["openid", "User.Read"]);
    let (openid, user) =
        (world.scope(GRAPH, "openid", Standing::Missing), world.scope(GRAPH, "User.Read", Standing::Missing));
    let orders = world.scope(ORDERS, "Orders.Read", Standing::Missing);
    let cases = [
        (vec![by_default(GRAPH), named(GRAPH, &["openid"])], vec![openid, user.clone()]),
        // One API by two of its names, with another between.
        (
            vec![named(ORDERS, &["Orders.Read"]), named(GRAPH, &["User.Read"]), named(ORDERS, &["Orders.Read"])],
            vec![orders, user],
        ),
    ];
    for (asked, expected) in cases {
        assert_eq!(world.items(&asked), expected, "{asked:?}");
    }
}

#[test]
fn what_stands_is_the_union_of_the_tenants_grant_and_the_users_own() {
    let world = World::new().granted(ORDERS, None, "Orders.Read").granted(ORDERS, Some(JORIS), "orders.approve Gone");
    let standing = standing_scopes(CONTACTS, &world.orders, &world.grants);
    let values: Vec<&str> = standing.iter().map(|scope| scope.value.as_str()).collect();
    assert_eq!(values, ["Orders.Read", "Orders.Approve"]);
    assert_eq!(standing_scopes(CONTACTS, &world.orders, &[]), Vec::<&Scope>::new());
}

#[test]
fn an_app_that_is_new_in_the_tenant_is_judged_like_a_known_one() {
    let mut world = World::new();
    let asked = [named(GRAPH, &["User.Read", "User.Read.All"])];
    let known = world.ask(&asked);
    world.client_sp = None;
    assert_eq!(world.ask(&asked), known);
}

// A scope's own switches belong to the API's owner (features S2-22, S4-67).

#[test]
fn a_disabled_scope_cannot_be_asked_by_name_and_stands_no_more() {
    let mut world = World::new().granted(ORDERS, None, "Orders.Read Orders.Write");
    world.orders_scope("Orders.Read").is_enabled = false;
    let refusal = ScopeRefusal::NoSuchScope { resource: ORDERS, scope: "Orders.Read".to_owned() };
    assert_eq!(world.ask(&[named(ORDERS, &["Orders.Read"])]), Err(refusal));
    assert_eq!(world.items(&[by_default(ORDERS)]), [world.scope(ORDERS, "Orders.Write", Standing::Granted)]);
}

#[test]
fn a_disabled_scope_is_not_asked_with_the_static_list() {
    let mut world = World::new().lists(ORDERS, &["Orders.Read", "Orders.Write"]);
    world.orders_scope("Orders.Read").is_enabled = false;
    assert_eq!(world.items(&[by_default(ORDERS)]), [world.scope(ORDERS, "Orders.Write", Standing::Missing)]);
}

#[test]
fn an_app_role_that_is_off_or_for_people_is_not_asked_with_the_static_list() {
    let mut world = World::new().lists(ORDERS, &["Orders.Read"]).lists_roles(ORDERS, &["Orders.Read.All", "Approver"]);
    world.orders.registration.app_roles[0].is_enabled = false;
    assert_eq!(world.items(&[by_default(ORDERS)]), [world.scope(ORDERS, "Orders.Read", Standing::Missing)]);
}

#[test]
fn the_apis_owner_decides_whether_users_may_consent() {
    for policy in [SELF_LEGACY, SELF_RECOMMENDED] {
        let mut world = World::new().lets_users(&[policy]);
        assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Missing, "{policy}");
        world.orders_scope("Orders.Read").consent = ScopeConsent::Admin;
        assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Blocked(Why::AdminOnly), "{policy}");
        world.orders_scope("Orders.Read").consent = ScopeConsent::User;
        assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Missing, "{policy}");
    }
}

#[test]
fn a_low_classification_does_not_outlive_the_owners_wish_for_an_administrator() {
    // Only permissions that need no administrator can be classified (consent-and-governance.md 4.3), but the owner may
    // change the type afterwards; a plain user must then see no consent button (features S0-09, S4-67).
    let mut world = World::new().lets_users(&[SELF_LOW]);
    world.client.home = WATERKANT;
    let id = world.scope_of(ORDERS, "Orders.Read").id.into();
    world.orders_sp.more.delegated_permission_classifications = vec![classified_low(id, "Orders.Read")];
    assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Missing);
    world.orders_scope("Orders.Read").consent = ScopeConsent::Admin;
    assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Blocked(Why::AdminOnly));
}

#[test]
fn what_was_granted_stays_granted_when_the_rules_tighten() {
    // consent-and-governance.md 1.7.
    let mut world = World::new().granted(ORDERS, Some(JORIS), "Orders.Read").lets_users(&[]);
    world.orders_scope("Orders.Read").consent = ScopeConsent::Admin;
    assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Granted);
}

// Ways in without consent (protocol.md §5.4).

#[test]
fn a_pre_authorized_client_needs_no_consent_for_the_scopes_it_was_given() {
    let world = World::new().orders_pre_authorizes(CONTACTS, &["Orders.Read", "Orders.Approve"]).lets_users(&[]);
    let expected = [
        world.scope(ORDERS, "Orders.Read", Standing::PreAuthorized),
        world.scope(ORDERS, "Orders.Approve", Standing::PreAuthorized),
        world.scope(ORDERS, "Orders.Write", Standing::Blocked(Why::TurnedOff)),
    ];
    assert_eq!(world.items(&[named(ORDERS, &["Orders.Read", "Orders.Approve", "Orders.Write"])]), expected);
}

#[test]
fn pre_authorization_of_one_client_does_nothing_for_another() {
    let world = World::new().orders_pre_authorizes(PLANNER, &["Orders.Read"]);
    assert_eq!(world.standing(ORDERS, "Orders.Read"), Standing::Missing);
    assert_eq!(standing_scopes(CONTACTS, &world.orders, &[]), Vec::<&Scope>::new());
}

#[test]
fn default_of_a_pre_authorizing_api_shows_no_prompt() {
    let world = World::new()
        .lists(GRAPH, &["User.Read"])
        .lists(ORDERS, &["Orders.Read"])
        .orders_pre_authorizes(CONTACTS, &["Orders.Read"])
        .lets_users(&[]);
    let survey = world.ask(&[by_default(ORDERS), named(GRAPH, &["openid", "offline_access"])]).expect("registered");
    let expected = [
        world.scope(ORDERS, "Orders.Read", Standing::PreAuthorized),
        world.scope(GRAPH, "openid", Standing::PreAuthorized),
        world.scope(GRAPH, "offline_access", Standing::PreAuthorized),
    ];
    assert_eq!(survey.items, expected);
    assert!(survey.is_complete());
}

#[test]
fn sign_in_scopes_ride_on_pre_authorization_only_when_nothing_else_is_asked() {
    let world = World::new().orders_pre_authorizes(CONTACTS, &["Orders.Read"]);
    let expected = [
        world.scope(ORDERS, "Orders.Read", Standing::PreAuthorized),
        world.scope(ORDERS, "Orders.Write", Standing::Missing),
        world.scope(GRAPH, "openid", Standing::Missing),
    ];
    assert_eq!(world.items(&[named(ORDERS, &["Orders.Read", "Orders.Write"]), named(GRAPH, &["openid"])]), expected);
}

#[test]
fn sign_in_scopes_alone_are_asked_for() {
    let world = World::new();
    assert_eq!(
        world.items(&[named(GRAPH, &["openid", "profile"])]),
        [world.scope(GRAPH, "openid", Standing::Missing), world.scope(GRAPH, "profile", Standing::Missing)]
    );
}

#[test]
fn a_token_to_itself_needs_no_consent_whatever_the_policies_say() {
    // features S1-23 to S1-25.
    let world = World::new()
        .exposes("access_as_user", ScopeConsent::User)
        .exposes("access_as_admin", ScopeConsent::Admin)
        .lets_users(&[]);
    let world = World { client: AppCard { home: WATERKANT, ..world.client.clone() }, ..world };
    let own = [
        world.scope(CONTACTS, "access_as_user", Standing::Itself),
        world.scope(CONTACTS, "access_as_admin", Standing::Itself),
    ];
    let riders = [
        world.scope(GRAPH, "openid", Standing::Itself),
        world.scope(GRAPH, "profile", Standing::Itself),
        world.scope(GRAPH, "offline_access", Standing::Itself),
    ];
    let by_name = named(CONTACTS, &["access_as_user", "access_as_admin"]);
    let sign_in = named(GRAPH, &["openid", "profile", "offline_access"]);
    let cases = [
        (vec![by_default(CONTACTS)], vec![]),
        (vec![by_name.clone()], own.to_vec()),
        (vec![by_default(CONTACTS), sign_in.clone()], riders.to_vec()),
        (vec![by_name, sign_in], [&own[..], &riders[..]].concat()),
    ];
    for (asked, expected) in cases {
        let survey = world.ask(&asked).expect("published by the app itself");
        assert_eq!(survey.items, expected, "{asked:?}");
        assert!(survey.is_complete(), "{asked:?}");
    }
}

#[test]
fn a_token_to_itself_excuses_no_other_permission() {
    let world = World::new().exposes("access_as_user", ScopeConsent::User).lets_users(&[]);
    let expected = [
        world.scope(CONTACTS, "access_as_user", Standing::Itself),
        world.scope(GRAPH, "openid", Standing::Blocked(Why::TurnedOff)),
        world.scope(GRAPH, "User.Read", Standing::Blocked(Why::TurnedOff)),
    ];
    assert_eq!(world.items(&[named(CONTACTS, &["access_as_user"]), named(GRAPH, &["openid", "User.Read"])]), expected);
}

#[test]
fn an_app_cannot_ask_itself_for_what_it_does_not_publish() {
    let mut world = World::new().exposes("access_as_user", ScopeConsent::User);
    world.client.registration.api.oauth2_permission_scopes[0].is_enabled = false;
    for value in ["access_as_user", "access_as_nobody"] {
        let refusal = ScopeRefusal::NoSuchScope { resource: CONTACTS, scope: value.to_owned() };
        assert_eq!(world.ask(&[named(CONTACTS, &[value])]), Err(refusal));
    }
}

// Why a person may not consent (consent-and-governance.md §1, §4).

#[test]
fn the_tenants_policy_decides_what_a_user_may_grant() {
    let blocked = Standing::Blocked;
    let cases: [(&[&str], &str, Standing); 10] = [
        (&[], "User.Read", blocked(Why::TurnedOff)),
        (&[OWNED], "User.Read", blocked(Why::TurnedOff)),
        (&[SELF_LEGACY], "Mail.Read", Standing::Missing),
        (&[SELF_LEGACY], "GroupMember.Read.All", blocked(Why::AdminOnly)),
        (&[SELF_RECOMMENDED], "Files.Read", Standing::Missing),
        (&[SELF_RECOMMENDED], "Mail.Read", blocked(Why::OutsidePolicy)),
        (&[SELF_RECOMMENDED], "GroupMember.Read.All", blocked(Why::AdminOnly)),
        (&[SELF_LOW], "Files.Read", blocked(Why::NotClassifiedLow)),
        (&[SELF_LOW, SELF_LEGACY], "Files.Read", Standing::Missing),
        (&[OWNED, "managePERMISSIONgrantsForSelf.microsoft-user-default-legacy"], "Mail.Read", Standing::Missing),
    ];
    for (assigned, value, expected) in cases {
        assert_eq!(World::new().lets_users(assigned).standing(GRAPH, value), expected, "{value} under {assigned:?}");
    }
}

#[test]
fn with_the_low_policy_the_class_of_the_tenants_own_service_principal_counts() {
    let mut world = World::new().lets_users(&[SELF_LOW]);
    let publisher = VerifiedPublisher { verified_publisher_id: Some("900001".to_owned()), ..Default::default() };
    world.client.registration.verified_publisher = Some(publisher);
    let id = world.scope_of(GRAPH, "User.Read").id.into();
    world.graph_sp.more.delegated_permission_classifications = vec![classified_low(id, "User.Read")];
    assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Missing);
    assert_eq!(world.standing(GRAPH, "Files.Read"), Standing::Blocked(Why::NotClassifiedLow));
    world.client.registration.verified_publisher = None;
    assert!(matches!(world.standing(GRAPH, "User.Read"), Standing::Blocked(_)), "unverified, and not of this tenant");
}

#[test]
fn with_the_low_policy_and_nothing_classified_even_signing_in_is_blocked() {
    // consent-and-governance.md 4.6.
    let world = World::new().lets_users(&[SELF_LOW]);
    for value in ["openid", "profile", "email", "offline_access", "User.Read"] {
        assert_eq!(world.standing(GRAPH, value), Standing::Blocked(Why::NotClassifiedLow), "{value}");
    }
}

#[test]
fn an_app_for_assigned_people_is_an_administrators_to_consent_to() {
    // consent-and-governance.md 1.8: independent of every consent setting.
    let settings: [&[&str]; 3] = [&[SELF_LEGACY], &[SELF_LOW], &[]];
    for assigned in settings {
        let mut world = World::new().lets_users(assigned);
        let sp = world.client_sp.as_mut().expect("the app is known here");
        sp.app_role_assignment_required = true;
        assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Blocked(Why::AssignmentRequired), "{assigned:?}");
        let world = world.with_role("Global Administrator");
        assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Missing, "{assigned:?}");
    }
}

#[test]
fn one_policys_exclusion_does_not_weaken_anothers_inclusion() {
    // consent-and-governance.md 2.2.3.
    let files = |world: &World| ConditionSet {
        permissions: vec![world.scope_of(GRAPH, "Files.Read").id.to_string()],
        ..ConditionSet::default()
    };
    let world = World::new();
    let (but_files, only_files) = (files(&world), files(&world));
    let world = world.has_policy("all-but-files", vec![ConditionSet::default()], vec![but_files]).has_policy(
        "only-files",
        vec![only_files],
        vec![],
    );
    let (all_but, only) = ("ManagePermissionGrantsForSelf.all-but-files", "ManagePermissionGrantsForSelf.only-files");
    let world = world.lets_users(&[all_but]);
    assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Missing);
    assert_eq!(world.standing(GRAPH, "Files.Read"), Standing::Blocked(Why::OutsidePolicy));
    let world = world.lets_users(&[only]);
    assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Blocked(Why::OutsidePolicy));
    let world = world.lets_users(&[all_but, only]);
    assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Missing);
    assert_eq!(world.standing(GRAPH, "Files.Read"), Standing::Missing);
}

#[test]
fn a_tenants_own_policy_cannot_take_a_built_in_ones_place() {
    // consent-and-governance.md 2.1.2 and 2.1.4: the prefix is reserved, and built-ins cannot be edited.
    let world = World::new().has_policy(LOW, vec![ConditionSet::default()], vec![]).lets_users(&[SELF_LOW]);
    assert_eq!(world.standing(GRAPH, "Files.Read"), Standing::Blocked(Why::NotClassifiedLow));
}

#[test]
fn an_application_developer_may_consent_for_their_own_account_when_users_may_not() {
    // consent-and-governance.md 1.9.
    let world = World::new().lets_users(&[]).with_role("Application Developer");
    assert_eq!(world.standing(GRAPH, "User.Read"), Standing::Missing);
    assert_eq!(world.standing(GRAPH, "User.Read.All"), Standing::Blocked(Why::AdminOnly));
}

#[test]
fn no_built_in_policy_lets_a_user_grant_what_needs_an_administrator() {
    for policy in [SELF_LEGACY, SELF_RECOMMENDED] {
        let world = World::new().lets_users(&[policy]);
        for scope in &catalogue().card.registration.api.oauth2_permission_scopes {
            if scope.consent == ScopeConsent::Admin {
                let standing = world.standing(GRAPH, &scope.value);
                assert_eq!(standing, Standing::Blocked(Why::AdminOnly), "{} under {policy}", scope.value);
            }
        }
    }
}

#[test]
fn of_six_permissions_two_need_an_administrator_and_are_named() {
    // features S0-17.
    let six = ["GroupMember.Read.All", "offline_access", "openid", "profile", "User.Read", "User.Read.All"];
    let world = World::new().lists(GRAPH, &six);
    for asked in [named(GRAPH, &six), by_default(GRAPH)] {
        let survey = world.ask(&[asked]).expect("scopes of Graph");
        let blocked: Vec<_> = survey.blocked().map(|(item, why)| (item.permission.value.as_str(), why)).collect();
        assert_eq!(blocked, [("GroupMember.Read.All", Why::AdminOnly), ("User.Read.All", Why::AdminOnly)]);
        assert_eq!(survey.missing().count(), 6);
        assert!(!survey.may_grant_for_all);
    }
}

// Who may grant for everybody (consent-and-governance.md §8).

#[test]
fn administrators_grant_for_everybody_as_their_role_says() {
    // Columns: delegated permission of Graph, of another API, app role of another API, app role of Graph.
    let cases: [(Option<&str>, [bool; 4]); 7] = [
        (Some("Global Administrator"), [true; 4]),
        (Some("Privileged Role Administrator"), [true; 4]),
        (Some("Application Administrator"), [true, true, true, false]),
        (Some("Cloud Application Administrator"), [true, true, true, false]),
        (Some("User Administrator"), [false; 4]),
        (Some("Application Developer"), [false; 4]),
        (None, [false; 4]),
    ];
    for (role, may) in cases {
        let new = || role.into_iter().fold(World::new(), World::with_role);
        let worlds = [
            new().lists(GRAPH, &["User.Read.All"]),
            new().lists(ORDERS, &["Orders.Approve"]),
            new().lists_roles(ORDERS, &["Orders.Read.All"]),
            new().lists_roles(GRAPH, &["User.Read.All"]),
        ];
        for ((world, resource), may) in worlds.into_iter().zip([GRAPH, ORDERS, ORDERS, GRAPH]).zip(may) {
            let survey = world.ask(&[by_default(resource)]).expect("registered");
            assert_eq!(survey.may_grant_for_all, may, "{role:?}: {:?}", survey.items);
            assert_eq!(survey.blocked().next().is_none(), may, "{role:?}: {:?}", survey.items);
        }
    }
}

#[test]
fn one_permission_beyond_the_role_makes_the_whole_request_somebody_elses() {
    let world = World::new()
        .with_role("Application Administrator")
        .lists(GRAPH, &["User.Read.All"])
        .lists_roles(GRAPH, &["User.Read.All"]);
    let survey = world.ask(&[by_default(GRAPH)]).expect("registered");
    let expected = [
        world.scope(GRAPH, "User.Read.All", Standing::Missing),
        world.role(GRAPH, "User.Read.All", Standing::Blocked(Why::ApplicationPermission)),
    ];
    assert_eq!(survey, Survey { items: expected.to_vec(), may_grant_for_all: false });
}

#[test]
fn a_user_who_may_consent_does_so_for_nobody_else() {
    let world = World::new();
    let expected = Survey { items: vec![world.scope(GRAPH, "User.Read", Standing::Missing)], may_grant_for_all: false };
    assert_eq!(world.ask(&[named(GRAPH, &["User.Read"])]), Ok(expected));
}

#[test]
fn an_administrators_right_does_not_hang_on_what_users_may() {
    let world = World::new().lets_users(&[]).with_role("Global Administrator");
    let expected = Survey { items: vec![world.scope(GRAPH, "User.Read", Standing::Missing)], may_grant_for_all: true };
    assert_eq!(world.ask(&[named(GRAPH, &["User.Read"])]), Ok(expected));
}

#[test]
fn where_nothing_is_asked_nothing_is_granted_for_everybody() {
    let world = World::new().with_role("Global Administrator");
    let nothing = Survey { items: vec![], may_grant_for_all: false };
    assert_eq!(world.ask(&[by_default(CONTACTS)]), Ok(nothing));
}
