//! Service principals: those that the file lists, those that every tenant has, and those that a reference brings.

use super::apps::Apps;
use super::directory::{Found, noun};
use super::graph;
use super::node::Node;
use super::permissions::{self, NoApp};
use super::problems::{Problems, Shown};
use super::read::{Draft, Reading};
use super::settings;
use super::shape::{Fields, items};
use mandate_base::{AppId, Folded, Moment, ObjectId, ServicePrincipalId, TenantId};
use mandate_domain::application::{AppCard, Registration};
use mandate_domain::group::{LinkRole, MemberKind};
use mandate_domain::service_principal::{Class, Classification, ServicePrincipal};
use mandate_domain::well_known::{IN_EVERY_TENANT, well_known};

pub(super) fn read<'t>(draft: &mut Draft<'t>, apps: &Apps<'t>, reading: &Reading<'t>) {
    if draft.node.get("servicePrincipals").is_some() {
        for node in items(draft.node, "servicePrincipals", &reading.problems) {
            listed(node, draft, apps, reading);
        }
    } else {
        own(draft, apps, reading.now);
    }
    for card in IN_EVERY_TENANT.into_iter().filter_map(well_known) {
        if draft.directory.of_app(card.app_id).is_none() {
            let sp = instance(card, draft.id(), reading.now);
            draft.add_service_principal(sp);
        }
    }
}

/// A tenant that lists none has one of each of its own applications, as the portal would make them.
fn own(draft: &mut Draft<'_>, apps: &Apps<'_>, now: Moment) {
    let tenant = draft.id();
    for card in apps.cards().filter(|card| card.home == tenant) {
        if draft.directory.of_app(card.app_id).is_none() {
            draft.add_service_principal(instance(card, tenant, now));
        }
    }
}

/// How an app enters a tenant when nothing else is said.
fn instance(card: &AppCard, tenant: TenantId, now: Moment) -> ServicePrincipal {
    let id = ServicePrincipalId::named(tenant.bytes(), &format!("sp:{}", card.app_id));
    ServicePrincipal::begin(card, id, now)
}

fn listed<'t>(node: &'t Node, draft: &mut Draft<'t>, apps: &Apps<'t>, reading: &Reading<'t>) {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::SERVICE_PRINCIPAL, problems);
    let given = fields.id::<ServicePrincipalId>("id");
    let Some(app_id) = fields.need_id("appId", problems) else {
        if let Some(id) = given {
            draft.directory.add_service_principal(id, ObjectId::from(id).into(), Folded::default());
        }
        return;
    };
    let at = fields.at("appId");
    let fresh = draft.once.instances.claim(app_id, format_args!("`{app_id}`"), at, problems);
    let Some(card) = apps.card(app_id) else {
        if is_exported(node) {
            return leave_out(app_id, given.filter(|_| fresh), &fields, draft, problems);
        }
        // It stays known by its id, so that what refers to it is not told as well.
        let made = || ServicePrincipalId::named(draft.id().bytes(), &format!("sp:{app_id}"));
        let id = given.unwrap_or_else(made);
        draft.directory.add_service_principal(id, app_id, Folded::default());
        return problems.add(at, NoApp(app_id));
    };
    check_home(card, at, draft.id(), problems);
    let mut sp = instance(card, draft.id(), reading.now);
    sp.id = given.unwrap_or(sp.id);
    if fresh {
        draft.claim_id(sp.id.into(), &fields, problems);
    }
    let owners = items(node, "owners", problems).iter();
    draft.links.extend(owners.map(|owner| (sp.id.into(), LinkRole::Owner, owner)));
    sp.display_name = fields.text("displayName").unwrap_or(sp.display_name);
    sp.account_enabled = fields.flag("accountEnabled").unwrap_or(true);
    sp.app_role_assignment_required = fields.flag("appRoleAssignmentRequired").unwrap_or(false);
    sp.created = fields.when("createdDateTime").unwrap_or(sp.created);
    sp.more.tags = fields.texts("tags");
    sp.more.notes = fields.text("notes");
    sp.more.token_lifetime_policies = settings::lifetimes(node, &draft.out.tenant.settings, problems);
    sp.more.delegated_permission_classifications = classifications(node, &card.registration, problems);
    draft.add_service_principal(sp);
}

/// Properties that Graph answers and nobody writes by hand.
fn is_exported(node: &Node) -> bool {
    ["appOwnerOrganizationId", "servicePrincipalType"].iter().any(|key| node.get(key).is_some())
}

/// An export lists the instances of all apps that a tenant uses. Those of apps that are not in the file cannot be
/// served, so they are left out, and what names them too.
fn leave_out(
    app_id: AppId,
    id: Option<ServicePrincipalId>,
    fields: &Fields<'_>,
    draft: &mut Draft<'_>,
    problems: &Problems<'_>,
) {
    draft.left_out.insert(app_id.into());
    if let Some(id) = id {
        // Claimed all the same: a user of this id would otherwise vanish from groups without a word.
        draft.claim_id(id.into(), fields, problems);
        draft.left_out.insert(id.into());
    }
}

/// An app leaves its home only when its audience says so.
fn check_home(card: &AppCard, at: &Node, tenant: TenantId, problems: &Problems<'_>) {
    if card.home == tenant || card.registration.sign_in_audience.crosses_tenants() {
        return;
    }
    let name = Shown(&card.registration.display_name);
    problems.add(at, format_args!("{name} is of another tenant, and its signInAudience is not multi-tenant"));
}

fn classifications(node: &Node, api: &Registration, problems: &Problems<'_>) -> Vec<Classification> {
    let mut classes = Vec::new();
    for node in items(node, "delegatedPermissionClassifications", problems) {
        let mut fields = Fields::read(node, graph::CLASSIFICATION, problems);
        let key = if node.get("permissionId").is_some() { "permissionId" } else { "permissionName" };
        let (text, class) = (fields.need_text(key, problems), fields.need("classification", problems));
        let (Some(text), Some(class)) = (text, class.and_then(class_of)) else { continue };
        match permissions::scope(api, &text) {
            Some(scope) => classes.push(Classification {
                permission_id: scope.id.into(),
                permission_name: scope.value.clone(),
                classification: class,
            }),
            None => problems.add(fields.at(key), permissions::no_scope(api, &text)),
        }
    }
    classes
}

fn class_of(node: &Node) -> Option<Class> {
    match node.text()? {
        "low" => Some(Class::Low),
        "medium" => Some(Class::Medium),
        "high" => Some(Class::High),
        _ => None,
    }
}

/// A service principal by its id, or by its app's id, which brings the app into the tenant.
pub(super) fn named<'t>(
    node: &'t Node,
    draft: &mut Draft<'t>,
    apps: &Apps<'t>,
    reading: &Reading<'t>,
) -> Option<ServicePrincipalId> {
    let text = node.text()?;
    let Ok(id) = ObjectId::parse(text) else {
        reading.problems.add(node, format_args!("expected GUID, found {}", Shown(text)));
        return None;
    };
    match draft.directory.kind(id) {
        Some(MemberKind::ServicePrincipal) => Some(id.into()),
        Some(kind) => {
            reading.problems.add(node, format_args!("is a {}, not a service principal", noun(kind)));
            None
        }
        None => brought(id.into(), node, draft, apps, reading).or_else(|| {
            reading.problems.add(node, format_args!("no service principal and no application {}", Shown(text)));
            None
        }),
    }
}

/// A user, a group or a service principal, by any of its names.
pub(super) fn any<'t>(
    node: &'t Node,
    draft: &mut Draft<'t>,
    apps: &Apps<'t>,
    reading: &Reading<'t>,
) -> Option<(ObjectId, MemberKind)> {
    let text = node.text()?;
    let found = draft.directory.find(text);
    if let Found::One(id, kind) = found {
        return Some((id, kind));
    }
    if let Ok(app_id) = AppId::parse(text)
        && let Some(id) = brought(app_id, node, draft, apps, reading)
    {
        return Some((id.into(), MemberKind::ServicePrincipal));
    }
    reading.problems.add(node, draft.directory.unfound(text, found));
    None
}

/// The instance of an app; made when the tenant has none yet.
fn brought<'t>(
    app_id: AppId,
    node: &'t Node,
    draft: &mut Draft<'t>,
    apps: &Apps<'t>,
    reading: &Reading<'t>,
) -> Option<ServicePrincipalId> {
    if let Some(id) = draft.directory.of_app(app_id) {
        return Some(id);
    }
    let card = apps.card(app_id)?;
    check_home(card, node, draft.id(), &reading.problems);
    let sp = instance(card, draft.id(), reading.now);
    let id = sp.id;
    draft.add_service_principal(sp);
    Some(id)
}

impl Draft<'_> {
    fn add_service_principal(&mut self, sp: ServicePrincipal) {
        self.directory.add_service_principal(sp.id, sp.app_id, Folded::of(&sp.display_name));
        self.out.service_principals.push(sp);
    }
}
