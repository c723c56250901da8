//! One of every thing that a tenant can hold, and all that a view can read of it.
//!
//! Two tenants may hold things of the same ids: only what is global (the tenant, its domain, its app) differs.

use crate::sample::{
    NOON, app_id, assigned, assignment_id, card, code, entry, family, family_id, grant, grant_id, group, group_id,
    group_in, owner_of, photo, refresh, request, request_id, role, role_id, schema_extension, session, session_id,
    sign_in, sp, sp_id, subscription, subscription_id, tenant, unit, unit_id, user, user_id, user_in, user_in_unit,
};
use mandate_base::{AppId, Folded, GroupId, Moment, ObjectId, TenantId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::audit::{Activity, AuditEntry};
use mandate_domain::consent::request::ConsentRequest;
use mandate_domain::deleted::{Attached, Deleted, DeletedObject};
use mandate_domain::grant::{AppRoleAssignment, AssignmentQuery, Grant, GrantParties, GrantQuery};
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};
use mandate_domain::photo::Photo;
use mandate_domain::query::{Condition, LogQuery, MAKER, Noun, Order, Query, Test};
use mandate_domain::record::{Change, Record, Trace};
use mandate_domain::role::{RoleAssignment, RoleQuery};
use mandate_domain::schema_extension::{SchemaExtension, SchemaQuery};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::signin::code::Code;
use mandate_domain::signin::session::Session;
use mandate_domain::subscription::Subscription;
use mandate_domain::tenant::Tenant;
use mandate_domain::token::refresh::{Family, RefreshToken};
use mandate_domain::user::User;
use mandate_store::{
    Assignee, ChangedGrant, ChangedLink, ChangedObject, Committed, Gone, HoldingUnit, Store, TenantView,
};

/// One of every thing.
pub struct Organisation {
    pub tenant: Tenant,
    pub user: User,
    /// The user is in the first, which is in the second, which the user owns.
    pub groups: [Group; 2],
    /// It holds the user.
    pub unit: AdministrativeUnit,
    pub photo: Photo,
    /// Its own, and not yet for others.
    pub schema_extension: SchemaExtension,
    pub links: [Link; 4],
    pub card: AppCard,
    /// The client, and the API that it calls.
    pub sps: [ServicePrincipal; 2],
    /// Everybody's, and the user's own.
    pub grants: [Grant; 2],
    /// The first group's, and the user's own.
    pub assignments: [AppRoleAssignment; 2],
    pub role: RoleAssignment,
    pub deleted: Deleted,
    pub request: ConsentRequest,
    pub session: Session,
    pub code: Code,
    pub family: Family,
    pub refresh: RefreshToken,
    pub subscription: Subscription,
}

fn made_by_the_user(group: Group) -> Group {
    let more = serde_json::Map::from_iter([(MAKER.to_owned(), user_id(1).to_string().into())]);
    Group { more, ..group }
}

impl Organisation {
    /// `name` goes into whatever has one; `app` is the number of its own application.
    pub fn new(id: TenantId, name: &str, app: u128) -> Organisation {
        let domain = format!("{}.example", Folded::of(name));
        Organisation {
            tenant: tenant(id, name, &[domain.as_str()]),
            user: User { display_name: name.to_owned(), ..user(1, "sanne.devries") },
            groups: [group(1, name), group(2, name)].map(made_by_the_user),
            unit: unit(1, name),
            photo: photo(name),
            schema_extension: schema_extension(id, &format!("{}_courses", Folded::of(name)), app),
            links: [user_in(1, 1), group_in(2, 1), owner_of(2, 1), user_in_unit(1, 1)],
            card: card(app, id, name),
            sps: [1, 2].map(|number| sp(number, number, name)),
            grants: [grant(1, None, &["openid", name]), grant(2, Some(user_id(1)), &["User.Read", name])],
            assignments: [assigned(1, group_id(1), MemberKind::Group), assigned(2, user_id(1), MemberKind::User)],
            role: role(1, user_id(1), 1),
            deleted: Deleted {
                at: NOON,
                object: DeletedObject::Group(group(9, name)),
                attached: Attached { links: vec![user_in(9, 1)], ..Attached::default() },
            },
            request: ConsentRequest { reason: name.to_owned(), ..request(1) },
            session: session(1, 1),
            code: code(1),
            family: Family { scope: name.to_owned(), ..family(1) },
            refresh: refresh(1, 1),
            subscription: woken(subscription(1, name)),
        }
    }

    pub fn id(&self) -> TenantId {
        self.tenant.id
    }

    pub async fn store(&self, store: &Store) {
        // Apart from the rest: of a tenant that begins nobody asks what changed.
        for record in [self.beginning(), self.record()] {
            let committed = store.commit(self.id(), &record, NOON).await.expect("a store that works");
            assert_eq!(committed, Committed::Done);
        }
    }

    fn beginning(&self) -> Record {
        let mut record = Record::default();
        record.change(Change::TenantAdded(Box::new(self.tenant.clone())), told());
        record
    }

    fn changes(&self) -> Vec<Change> {
        let mut list = vec![
            Change::UserAdded(Box::new(self.user.clone())),
            Change::ApplicationAdded(Box::new(self.card.clone())),
            Change::RoleAssigned(self.role),
            Change::ConsentRequested(Box::new(self.request.clone())),
        ];
        list.push(Change::Kept(Box::new(self.deleted.clone())));
        list.extend(self.groups.clone().map(|group| Change::GroupAdded(Box::new(group))));
        list.push(Change::AdministrativeUnitAdded(Box::new(self.unit.clone())));
        let (object, noun) = (self.user.id.into(), Noun::User);
        list.push(Change::PhotoSet { object, noun, photo: self.photo.clone() });
        list.push(Change::SchemaExtensionAdded(Box::new(self.schema_extension.clone())));
        list.extend(self.links.map(Change::LinkAdded));
        list.extend(self.sps.clone().map(|sp| Change::ServicePrincipalAdded(Box::new(sp))));
        list.extend(self.grants.clone().map(Change::GrantAdded));
        list.extend(self.assignments.map(Change::AppRoleAssigned));
        list
    }

    fn record(&self) -> Record {
        let mut record = Record::default();
        for change in self.changes() {
            record.change(change, told());
        }
        record.trace(Trace::SessionBegun(self.session.clone()));
        record.trace(Trace::SessionUsed { session: self.session.id, client: self.card.app_id });
        record.trace(Trace::CodeIssued(Box::new(self.code.clone())));
        record.trace(Trace::FamilyBegun(Box::new(self.family.clone())));
        record.trace(Trace::RefreshIssued(self.refresh));
        record.trace(Trace::SubscriptionMade(Box::new(self.subscription.clone())));
        record.sign_in(sign_in(NOON, &self.tenant.profile.display_name));
        record
    }

    /// What its own view shows of it.
    pub fn seen(&self) -> Snapshot {
        let [first, second] = [self.groups[0].id, self.groups[1].id];
        let [client, resource] = self.sps.clone();
        Snapshot {
            user_by_id: Some(self.user.clone()),
            user_by_upn: Some(self.user.clone()),
            users_after: vec![self.user.clone()],
            users_where: vec![self.user.clone()],
            groups_where: self.groups.to_vec(),
            applications_where: vec![self.card.clone()],
            sps_where: self.sps.to_vec(),
            count_where: 1,
            group_by_id: Some(self.groups[0].clone()),
            photo: Some(self.photo.image.clone()),
            unit_by_id: Some(self.unit.clone()),
            units_where: vec![self.unit.clone()],
            units_of: vec![HoldingUnit { id: self.unit.id, restricted: false }],
            members: vec![Assignee { id: first.into(), kind: MemberKind::Group }],
            owners: vec![Assignee { id: self.user.id.into(), kind: MemberKind::User }],
            groups_of: vec![first],
            groups_above: vec![first, second],
            sp_by_id: Some(client.clone()),
            sp_by_app: Some(client),
            sp_by_name: Some(resource),
            sp_count: 1,
            applications: vec![self.card.clone()],
            grants_between: self.grants.to_vec(),
            grants_of_client: self.grants.to_vec(),
            grants_of_principal: vec![self.grants[1].clone()],
            grant_by_id: Some(self.grants[1].clone()),
            grant_by_parties: Some(self.grants[1].clone()),
            grants_where: self.grants.to_vec(),
            assignment_by_id: Some(self.assignments[1]),
            assignments_where: self.assignments.to_vec(),
            assignments_count: self.assignments.len() as i64,
            grants_count: self.grants.len() as i64,
            assignments_of: vec![self.assignments[1]],
            assignments_of_principal: vec![self.assignments[1]],
            assignments_of_user: self.assignments.to_vec(),
            roles_of: vec![self.role],
            role_holders: vec![self.role],
            role_assignment_by_id: Some(self.role),
            role_assignments_where: vec![self.role],
            consent_request_by_id: Some(self.request.clone()),
            consent_requests_waiting: vec![self.request.clone()],
            consent_requests_undecided: vec![self.request.clone()],
            consent_requests_of: vec![self.request.clone()],
            link: Some(self.links[2]),
            linked_after: vec![second.into()],
            made_after: vec![first.into(), second.into()],
            made_count: 2,
            members_below: vec![
                Assignee { id: self.user.id.into(), kind: MemberKind::User },
                Assignee { id: first.into(), kind: MemberKind::Group },
            ],
            deleted_by_id: Some(self.deleted.clone()),
            deleted_after: vec![self.deleted.clone()],
            attached_to: Attached {
                links: vec![self.links[0], self.links[2], self.links[3]],
                grants: vec![self.grants[1].clone()],
                assignments: vec![self.assignments[1]],
                roles: vec![self.role],
            },
            session_by_hash: Some(self.session.clone()),
            session_by_id: Some(self.session.clone()),
            sessions_of_user: vec![self.session.clone()],
            apps_of_session: vec![self.card.app_id],
            code_by_hash: Some(self.code.clone()),
            family_by_id: Some(self.family.clone()),
            refresh_by_hash: Some((self.refresh, self.family.clone())),
            audits_where: vec![told(); self.changes().len() + 1],
            sign_ins_where: vec![self.tenant.profile.display_name.clone()],
            subscription_by_id: Some(self.subscription.clone()),
            subscriptions_of: vec![self.subscription.clone()],
            subscription_count: 1,
            schema_extensions_where: vec![self.schema_extension.clone()],
            change_count: 1,
            changed_after: vec![ChangedObject {
                noun: Noun::User,
                object: self.user.id.into(),
                seq: 1,
                gone: Gone::No,
            }],
            links_changed: vec![ChangedLink { link: self.links[1], gone: Gone::No }],
            grants_changed_after: self.grants.iter().map(changed).collect(),
        }
    }
}

/// An answer of every reading method of a view, asked for the ids of an [`Organisation`]. Nothing is the default.
#[derive(Debug, Default, PartialEq)]
pub struct Snapshot {
    user_by_id: Option<User>,
    user_by_upn: Option<User>,
    users_after: Vec<User>,
    users_where: Vec<User>,
    groups_where: Vec<Group>,
    applications_where: Vec<AppCard>,
    sps_where: Vec<ServicePrincipal>,
    count_where: i64,
    group_by_id: Option<Group>,
    photo: Option<Vec<u8>>,
    unit_by_id: Option<AdministrativeUnit>,
    units_where: Vec<AdministrativeUnit>,
    units_of: Vec<HoldingUnit>,
    members: Vec<Assignee>,
    owners: Vec<Assignee>,
    groups_of: Vec<GroupId>,
    groups_above: Vec<GroupId>,
    sp_by_id: Option<ServicePrincipal>,
    sp_by_app: Option<ServicePrincipal>,
    sp_by_name: Option<ServicePrincipal>,
    sp_count: i64,
    applications: Vec<AppCard>,
    grants_between: Vec<Grant>,
    grants_of_client: Vec<Grant>,
    grants_of_principal: Vec<Grant>,
    grant_by_id: Option<Grant>,
    grant_by_parties: Option<Grant>,
    grants_where: Vec<Grant>,
    assignment_by_id: Option<AppRoleAssignment>,
    assignments_where: Vec<AppRoleAssignment>,
    assignments_count: i64,
    grants_count: i64,
    assignments_of: Vec<AppRoleAssignment>,
    assignments_of_principal: Vec<AppRoleAssignment>,
    assignments_of_user: Vec<AppRoleAssignment>,
    roles_of: Vec<RoleAssignment>,
    role_holders: Vec<RoleAssignment>,
    role_assignment_by_id: Option<RoleAssignment>,
    role_assignments_where: Vec<RoleAssignment>,
    consent_request_by_id: Option<ConsentRequest>,
    consent_requests_waiting: Vec<ConsentRequest>,
    consent_requests_undecided: Vec<ConsentRequest>,
    consent_requests_of: Vec<ConsentRequest>,
    link: Option<Link>,
    linked_after: Vec<ObjectId>,
    made_after: Vec<ObjectId>,
    made_count: i64,
    members_below: Vec<Assignee>,
    deleted_by_id: Option<Deleted>,
    deleted_after: Vec<Deleted>,
    attached_to: Attached,
    session_by_hash: Option<Session>,
    session_by_id: Option<Session>,
    sessions_of_user: Vec<Session>,
    apps_of_session: Vec<AppId>,
    code_by_hash: Option<Code>,
    family_by_id: Option<Family>,
    refresh_by_hash: Option<(RefreshToken, Family)>,
    audits_where: Vec<AuditEntry>,
    sign_ins_where: Vec<String>,
    subscription_by_id: Option<Subscription>,
    subscriptions_of: Vec<Subscription>,
    subscription_count: i64,
    schema_extensions_where: Vec<SchemaExtension>,
    change_count: i64,
    changed_after: Vec<ChangedObject>,
    links_changed: Vec<ChangedLink>,
    grants_changed_after: Vec<ChangedGrant>,
}

/// By the changes that are stored with it.
fn woken(mut subscription: Subscription) -> Subscription {
    subscription.progress.due = NOON;
    subscription
}

fn told() -> AuditEntry {
    entry(Activity::CreateCompany).target(user_id(1), "User", "Sanne de Vries")
}

fn changed(grant: &Grant) -> ChangedGrant {
    ChangedGrant { parties: grant.parties(), seq: 1, gone: Gone::No }
}

const MEMBER: LinkRole = LinkRole::Member;
const ALL: i64 = 1000;

/// All that have a name, found by it.
fn named(noun: Noun) -> Query {
    let condition = Condition::is("displayName", Test::Present);
    Query { noun, condition: Some(condition), order: Order::Id, after: None, most: ALL }
}

impl Snapshot {
    pub async fn through(view: TenantView<'_>) -> Snapshot {
        let (user, [group, above]) = (user_id(1), [1, 2].map(group_id));
        let upn = Folded::of("sanne.devries@waterkant.example");
        let api = Folded::of(&app_id(2).to_string());
        let parties = GrantParties { client: sp_id(1), resource: sp_id(2), principal: Some(user) };
        let of_all = SchemaQuery::default();
        let sign_ins = view.sign_ins_where(&LogQuery::newest(ALL)).await.expect("reads");
        let audits = view.audits_where(&LogQuery::newest(ALL)).await.expect("reads");
        Snapshot {
            user_by_id: view.user_by_id(user).await.expect("reads"),
            user_by_upn: view.user_by_upn(&upn).await.expect("reads"),
            users_after: view.users_after(None, ALL).await.expect("reads"),
            users_where: view.users_where(&named(Noun::User)).await.expect("reads"),
            groups_where: view.groups_where(&named(Noun::Group)).await.expect("reads"),
            applications_where: view.applications_where(&named(Noun::Application)).await.expect("reads"),
            sps_where: view.sps_where(&named(Noun::ServicePrincipal)).await.expect("reads"),
            count_where: view.count_where(Noun::User, named(Noun::User).condition.as_ref()).await.expect("reads"),
            group_by_id: view.group_by_id(group).await.expect("reads"),
            photo: view.photo(user.into()).await.expect("reads"),
            unit_by_id: view.unit_by_id(unit_id(1)).await.expect("reads"),
            units_where: view.units_where(&named(Noun::AdministrativeUnit)).await.expect("reads"),
            units_of: view.units_of(user).await.expect("reads"),
            members: view.links_after(above, LinkRole::Member, None, ALL).await.expect("reads"),
            owners: view.links_after(above, LinkRole::Owner, None, ALL).await.expect("reads"),
            groups_of: view.groups_of(user).await.expect("reads"),
            groups_above: view.groups_above(user, true).await.expect("reads"),
            sp_by_id: view.sp_by_id(sp_id(1)).await.expect("reads"),
            sp_by_app: view.sp_by_app(app_id(1)).await.expect("reads"),
            sp_by_name: view.sp_by_name(&api).await.expect("reads"),
            sp_count: view.sp_count(app_id(1)).await.expect("reads"),
            applications: view.applications(ALL).await.expect("reads"),
            grants_between: view.grants_between(sp_id(1), sp_id(2), user).await.expect("reads"),
            grants_of_client: view.grants_of_client(sp_id(1)).await.expect("reads"),
            grants_of_principal: view.grants_of_principal(user).await.expect("reads"),
            grant_by_id: view.grant_by_id(grant_id(2)).await.expect("reads"),
            grant_by_parties: view.grant_by_parties(parties).await.expect("reads"),
            grants_where: view.grants_where(&GrantQuery::default(), None, ALL).await.expect("reads"),
            assignment_by_id: view.assignment_by_id(assignment_id(2)).await.expect("reads"),
            assignments_where: view.assignments_where(AssignmentQuery::default(), None, ALL).await.expect("reads"),
            assignments_count: view.assignments_count(AssignmentQuery::default()).await.expect("reads"),
            grants_count: view.grants_count(&GrantQuery::default()).await.expect("reads"),
            assignments_of: view.assignments_of(user, sp_id(2)).await.expect("reads"),
            assignments_of_principal: view.assignments_of_principal(user).await.expect("reads"),
            assignments_of_user: view.assignments_of_user(user, sp_id(2)).await.expect("reads"),
            roles_of: view.roles_of(user).await.expect("reads"),
            role_holders: view.role_holders(role_id(1), ALL).await.expect("reads"),
            role_assignment_by_id: view.role_assignment_by_id(assignment_id(1)).await.expect("reads"),
            role_assignments_where: view.role_assignments_where(RoleQuery::default(), None, ALL).await.expect("reads"),
            consent_request_by_id: view.consent_request_by_id(request_id(1)).await.expect("reads"),
            consent_requests_waiting: view.consent_requests_waiting(NOON, ALL).await.expect("reads"),
            consent_requests_undecided: view.consent_requests_undecided(app_id(1)).await.expect("reads"),
            consent_requests_of: view.consent_requests_of(user, ALL).await.expect("reads"),
            link: view.link(above, LinkRole::Owner, user).await.expect("reads"),
            linked_after: view.linked_after(user, LinkRole::Owner, None, ALL).await.expect("reads"),
            made_after: view.made_after(user.into(), None, ALL).await.expect("reads"),
            made_count: view.made_count(user.into(), &Noun::ALL).await.expect("reads"),
            members_below: view.members_below(above, None, ALL).await.expect("reads"),
            deleted_by_id: view.deleted_by_id(group_id(9).into()).await.expect("reads"),
            deleted_after: view.deleted_after(Noun::Group, Moment::EPOCH, None, ALL).await.expect("reads"),
            attached_to: view.attached_to(user).await.expect("reads"),
            session_by_hash: view.session_by_hash(&[1; 32]).await.expect("reads"),
            session_by_id: view.session_by_id(session_id(1)).await.expect("reads"),
            sessions_of_user: view.sessions_of_user(user, NOON, ALL).await.expect("reads"),
            apps_of_session: view.apps_of_session(session_id(1)).await.expect("reads"),
            code_by_hash: view.code_by_hash(&[1; 32]).await.expect("reads"),
            family_by_id: view.family_by_id(family_id(1)).await.expect("reads"),
            refresh_by_hash: view.refresh_by_hash(&[1; 32]).await.expect("reads"),
            audits_where: audits.into_iter().map(|audited| audited.entry).collect(),
            sign_ins_where: sign_ins.into_iter().map(|sign_in| sign_in.name).collect(),
            subscription_by_id: view.subscription_by_id(subscription_id(1)).await.expect("reads"),
            subscriptions_of: view.subscriptions_of(app_id(1), NOON, ALL).await.expect("reads"),
            subscription_count: view.subscription_count().await.expect("reads"),
            schema_extensions_where: view.schema_extensions_where(&of_all, "", ALL).await.expect("reads"),
            change_count: view.change_count().await.expect("reads"),
            changed_after: view.changed_after(&[Noun::User], (0, user.into()), ALL).await.expect("reads"),
            links_changed: view.links_changed(above.into(), MEMBER, 0, None, ALL).await.expect("reads"),
            grants_changed_after: view.grants_changed_after(1, None, ALL).await.expect("reads"),
        }
    }
}

/// A tenant, with what is global of it.
#[derive(Debug, PartialEq)]
pub struct Dump {
    pub own: Snapshot,
    pub tenant: Option<Tenant>,
    pub domain: Option<TenantId>,
    pub card: Option<AppCard>,
}

impl Dump {
    pub async fn of(organisation: &Organisation, store: &Store) -> Dump {
        let domain = Folded::of(organisation.tenant.default_domain().expect("it has one"));
        let app: AppId = organisation.card.app_id;
        Dump {
            own: Snapshot::through(store.tenant(organisation.id())).await,
            tenant: store.global().tenant_by_id(organisation.id()).await.expect("reads"),
            domain: store.global().tenant_of_domain(&domain).await.expect("reads"),
            card: store.global().card_by_app_id(app).await.expect("reads").as_deref().cloned(),
        }
    }

    pub fn expected(organisation: &Organisation) -> Dump {
        Dump {
            own: organisation.seen(),
            tenant: Some(organisation.tenant.clone()),
            domain: Some(organisation.id()),
            card: Some(organisation.card.clone()),
        }
    }
}

/// A reading method that is not in the snapshot is one that nobody has tried from another tenant.
#[test]
fn every_reading_method_of_a_view_is_in_the_snapshot() {
    let nouns = concat!(env!("CARGO_MANIFEST_DIR"), "/src/nouns");
    let mut missing = Vec::new();
    let mut found = 0;
    for file in std::fs::read_dir(nouns).expect("the store's nouns are there") {
        let path = file.expect("a folder that can be listed").path();
        let text = std::fs::read_to_string(&path).expect("a source file");
        // What a view reads, not what is global: the part behind `impl TenantView`.
        let Some((_, methods)) = text.split_once("impl TenantView<'_> {") else { continue };
        let body = methods.split_once("\n}").map_or(methods, |(body, _)| body);
        for method in body.split("pub async fn ").skip(1) {
            let name = method.split('(').next().unwrap_or("");
            found += 1;
            if !include_str!("snapshot.rs").contains(&format!("view.{name}(")) {
                missing.push(name.to_owned());
            }
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(found >= 25, "only {found} methods were found: has the look of the sources changed?");
}
