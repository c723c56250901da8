//! Applications as the file lists them, with the permissions they publish.
//!
//! What an app asks of others (`requiredResourceAccess`) is settled when all apps of the file are known.
//! Next: `permissions` for that, `credentials` for their proofs, `principals` for the instances in tenants.

use super::node::Node;
use super::problems::{Once, Problems, Shown};
use super::read::{Draft, Reading};
use super::shape::{Fields, items, noun};
use super::{SeedApplication, addresses, credentials, extensions, graph, identifiers, permissions, settings};
use mandate_base::{AppId, AppRoleId, ApplicationId, Folded, ObjectId, ScopeId};
use mandate_domain::application::{AppCard, PreAuthorized, Registration};
use mandate_domain::group::LinkRole;
use mandate_domain::permission::{AppRole, MemberType, Scope, ScopeConsent};
use mandate_domain::well_known::well_known;
use serde_json::Value;
use std::collections::HashMap;

/// The applications of all tenants of the file.
#[derive(Default)]
pub(super) struct Apps<'t> {
    drafts: Vec<AppDraft<'t>>,
    places: HashMap<AppId, usize>,
}

struct AppDraft<'t> {
    node: &'t Node,
    /// The place of its home among the tenants.
    home: usize,
    seed: SeedApplication,
}

impl<'t> Apps<'t> {
    pub fn read(&mut self, home: usize, draft: &mut Draft<'t>, reading: &mut Reading<'t>) {
        for node in items(draft.node, "applications", &reading.problems) {
            let seed = application(node, draft, reading);
            self.places.entry(seed.card.app_id).or_insert(self.drafts.len());
            self.drafts.push(AppDraft { node, home, seed });
        }
    }

    /// An app of the file, or the built-in one.
    pub fn card(&self, app_id: AppId) -> Option<&AppCard> {
        if let Some(card) = well_known(app_id) {
            return Some(card);
        }
        self.places.get(&app_id).map(|place| &self.drafts[*place].seed.card)
    }

    pub fn cards(&self) -> impl Iterator<Item = &AppCard> {
        self.drafts.iter().map(|draft| &draft.seed.card)
    }

    /// What each app asks of the others, and that it bears none of their names.
    pub fn settle(&mut self, tenants: &[Draft<'_>], problems: &Problems<'_>) {
        let all = &*self;
        for app in &all.drafts {
            identifiers::check_ids(app.node, &app.seed.card, all, tenants, problems);
        }
        let settled: Vec<_> = all
            .drafts
            .iter()
            .map(|app| {
                let mut other = app.seed.card.registration.other.clone();
                extensions::keep(&mut other, all);
                (permissions::required(app.node, all, problems), other)
            })
            .collect();
        for (draft, (required, other)) in self.drafts.iter_mut().zip(settled) {
            let registration = &mut draft.seed.card.registration;
            (registration.required_resource_access, registration.other) = (required, other);
        }
    }

    pub fn hand_out(self, drafts: &mut [Draft<'_>]) {
        for app in self.drafts {
            drafts[app.home].out.applications.push(app.seed);
        }
    }
}

fn application<'t>(node: &'t Node, draft: &mut Draft<'t>, reading: &mut Reading<'t>) -> SeedApplication {
    let mut fields = Fields::read(node, graph::APPLICATION, &reading.problems);
    let display_name = fields.need_text("displayName", &reading.problems).unwrap_or_else(|| fields.stand_in());
    let (app_id, fresh) = claim_app_id(&mut fields, &display_name, draft, reading);
    let problems = &reading.problems;
    let application = fields.id("id");
    let application =
        application.unwrap_or_else(|| ApplicationId::named(draft.id().bytes(), &format!("application:{app_id}")));
    if fresh {
        draft.claim_id(application.into(), &fields, problems);
    }
    let owners = items(node, "owners", problems).iter();
    draft.links.extend(owners.map(|owner| (application.into(), LinkRole::Owner, owner)));
    identifiers::claim(node, draft, problems);
    addresses::check(node, problems);
    let created = fields.when("createdDateTime").unwrap_or(reading.now);
    let mut registration: Registration = noun(Value::Object(fields.rest()), node, problems);
    registration.display_name = display_name;
    registration.app_roles = app_roles(node, app_id, problems);
    if let Some(api) = node.get("api") {
        registration.api.oauth2_permission_scopes = scopes(api, app_id, problems);
        registration.api.pre_authorized_applications = pre_authorized(api, &registration, problems);
    }
    registration.extension_properties = extensions::defined(node, app_id, problems);
    registration.token_lifetime_policies = settings::lifetimes(node, &draft.out.tenant.settings, problems);
    let card = AppCard {
        app_id,
        application,
        home: draft.id(),
        created,
        registration,
        secrets: Vec::new(),
        certificates: credentials::certificates(node, app_id, reading),
        federated: credentials::federated(node, app_id, reading),
        version: 1,
    };
    SeedApplication { card, secrets: credentials::secrets(node, app_id, reading) }
}

/// The appId, as written or as made from the name; and whether no other app of the file has it.
fn claim_app_id(fields: &mut Fields<'_>, name: &str, draft: &Draft<'_>, reading: &mut Reading<'_>) -> (AppId, bool) {
    let Reading { problems, app_ids, .. } = reading;
    let Some(app_id) = fields.id::<AppId>("appId") else {
        let made = AppId::named(draft.id().bytes(), &format!("app:{}", Folded::of(name)));
        return (made, app_ids.claim_made(made, fields.node, problems));
    };
    let at = fields.at("appId");
    if let Some(card) = well_known(app_id) {
        problems.add(at, format_args!("this is the appId of {}, which is built in", card.name()));
    }
    (app_id, app_ids.claim(app_id, format_args!("`{app_id}`"), at, problems))
}

fn scopes(api: &Node, app_id: AppId, problems: &Problems<'_>) -> Vec<Scope> {
    let (mut ids, mut values) = (Once::default(), Once::default());
    let mut scopes = Vec::new();
    for node in items(api, "oauth2PermissionScopes", problems) {
        let mut fields = Fields::read(node, graph::SCOPE, problems);
        let Some(value) = fields.need_text("value", problems) else { continue };
        let at = fields.at("value");
        // Requests and grants write scopes as one text with blanks between (RFC 6749 §3.3).
        if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
            problems.add(at, "a permission's value may not hold blanks");
        }
        let id = fields.id("id").unwrap_or_else(|| ScopeId::named(app_id.bytes(), &format!("scope:{value}")));
        if values.claim(Folded::of(&value), Shown(&value), at, problems) {
            ids.claim(id, format_args!("`{id}`"), fields.at("id"), problems);
        }
        scopes.push(Scope {
            id,
            value,
            consent: match fields.text("type").as_deref() {
                Some("Admin") => ScopeConsent::Admin,
                _ => ScopeConsent::User,
            },
            is_enabled: fields.flag("isEnabled").unwrap_or(true),
            admin_consent_display_name: fields.text("adminConsentDisplayName"),
            admin_consent_description: fields.text("adminConsentDescription"),
            user_consent_display_name: fields.text("userConsentDisplayName"),
            user_consent_description: fields.text("userConsentDescription"),
        });
    }
    scopes
}

fn app_roles(node: &Node, app_id: AppId, problems: &Problems<'_>) -> Vec<AppRole> {
    let (mut ids, mut values) = (Once::default(), Once::default());
    let mut roles = Vec::new();
    for node in items(node, "appRoles", problems) {
        let mut fields = Fields::read(node, graph::APP_ROLE, problems);
        let (id, value) = (fields.id("id"), fields.text("value").filter(|value| !value.is_empty()));
        let id = match (id, &value) {
            (Some(id), _) => id,
            (None, Some(value)) => AppRoleId::named(app_id.bytes(), &format!("role:{value}")),
            (None, None) => {
                problems.add(node, "needs an id or a value");
                continue;
            }
        };
        let at = fields.at("value");
        let fresh = value.as_ref().is_none_or(|value| values.claim(Folded::of(value), Shown(value), at, problems));
        if fresh {
            ids.claim(id, format_args!("`{id}`"), fields.at("id"), problems);
        }
        let allowed = fields.texts("allowedMemberTypes");
        roles.push(AppRole {
            id,
            display_name: fields.text("displayName").or_else(|| value.clone()).unwrap_or_default(),
            value,
            description: fields.text("description"),
            allowed_member_types: allowed.iter().map(|word| member_type(word)).collect(),
            is_enabled: fields.flag("isEnabled").unwrap_or(true),
        });
    }
    roles
}

fn member_type(word: &str) -> MemberType {
    if word == "Application" { MemberType::Application } else { MemberType::User }
}

fn pre_authorized(api: &Node, own: &Registration, problems: &Problems<'_>) -> Vec<PreAuthorized> {
    let mut clients = Vec::new();
    for node in items(api, "preAuthorizedApplications", problems) {
        let mut fields = Fields::read(node, graph::PRE_AUTHORIZED, problems);
        let Some(app_id) = fields.need_id("appId", problems) else { continue };
        let lists = ["delegatedPermissionIds", "permissionIds"].into_iter().filter_map(|key| node.get(key));
        let mut delegated_permission_ids: Vec<ObjectId> = Vec::new();
        for at in lists.flat_map(Node::items) {
            let Some(text) = at.text() else { continue };
            match permissions::scope(own, text) {
                Some(scope) => delegated_permission_ids.push(scope.id.into()),
                None => problems.add(at, permissions::no_scope(own, text)),
            }
        }
        clients.push(PreAuthorized { app_id, delegated_permission_ids });
    }
    clients
}
