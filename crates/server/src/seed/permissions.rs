//! Permissions by their id or their value: what people write, and what exports hold.

use super::apps::Apps;
use super::graph;
use super::node::Node;
use super::problems::{Hint, Problems, Shown};
use super::shape::{Fields, items};
use mandate_base::{AppId, ObjectId};
use mandate_domain::application::{AccessKind, AppCard, Registration, RequiredAccess, RequiredResource};
use mandate_domain::permission::{AppRole, Scope};
use std::fmt::{self, Display};

pub(super) fn scope<'a>(api: &'a Registration, text: &str) -> Option<&'a Scope> {
    match ObjectId::parse(text) {
        Ok(id) => api.scope_by_id(id),
        Err(_) => api.scope_named(text),
    }
}

pub(super) fn app_role<'a>(api: &'a Registration, text: &str) -> Option<&'a AppRole> {
    let named = |role: &&AppRole| role.value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case(text));
    match ObjectId::parse(text) {
        Ok(id) => api.role_by_id(id),
        Err(_) => api.app_roles.iter().find(named),
    }
}

/// Says that an API publishes no such permission, and which one is near.
pub(super) struct NoPermission<'a> {
    api: &'a Registration,
    kind: AccessKind,
    text: &'a str,
}

pub(super) const fn no_scope<'a>(api: &'a Registration, text: &'a str) -> NoPermission<'a> {
    NoPermission { api, kind: AccessKind::Scope, text }
}

pub(super) const fn no_app_role<'a>(api: &'a Registration, text: &'a str) -> NoPermission<'a> {
    NoPermission { api, kind: AccessKind::Role, text }
}

impl Display for NoPermission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoPermission { api, kind, text } = *self;
        let (name, shown) = (Shown(&api.display_name), Shown(text));
        match kind {
            AccessKind::Scope => {
                let names = api.api.oauth2_permission_scopes.iter().map(|scope| scope.value.as_str());
                write!(f, "{name} has no delegated permission {shown}{}", Hint { word: text, names })
            }
            AccessKind::Role => {
                let names = api.app_roles.iter().filter_map(|role| role.value.as_deref());
                write!(f, "{name} has no app role {shown}{}", Hint { word: text, names })
            }
        }
    }
}

/// Says that neither the file nor the house knows an app.
pub(super) struct NoApp(pub AppId);

impl Display for NoApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no application of this file has the appId `{}`, and none is built in", self.0)
    }
}

/// `requiredResourceAccess` of one application.
pub(super) fn required(app: &Node, apps: &Apps<'_>, problems: &Problems<'_>) -> Vec<RequiredResource> {
    let listed = items(app, "requiredResourceAccess", problems).iter();
    listed.filter_map(|node| required_resource(node, apps, problems)).collect()
}

fn required_resource(node: &Node, apps: &Apps<'_>, problems: &Problems<'_>) -> Option<RequiredResource> {
    let mut fields = Fields::read(node, graph::REQUIRED_RESOURCE, problems);
    let resource_app_id = fields.need_id("resourceAppId", problems)?;
    let (card, listed) = (apps.card(resource_app_id), items(node, "resourceAccess", problems));
    if card.is_none() && listed.iter().any(goes_by_value) {
        problems.add(fields.at("resourceAppId"), NoApp(resource_app_id));
        return None;
    }
    let resource_access = listed.iter().filter_map(|node| required_access(node, card, problems)).collect();
    Some(RequiredResource { resource_app_id, resource_access })
}

/// Only the API itself can say which permission a value is.
fn goes_by_value(access: &Node) -> bool {
    access.get("id").and_then(Node::text).is_some_and(|id| ObjectId::parse(id).is_err())
}

/// Of an API that nobody here knows, as an export names it, the ids are kept as they stand.
fn required_access(node: &Node, card: Option<&AppCard>, problems: &Problems<'_>) -> Option<RequiredAccess> {
    let mut fields = Fields::read(node, graph::REQUIRED_ACCESS, problems);
    let (text, kind) = (fields.need_text("id", problems), fields.need("type", problems));
    let (text, kind) = (text?, kind?.text()?);
    let Some(card) = card else { return kept(&text, kind) };
    let (at, api) = (fields.at("id"), &card.registration);
    let found = match kind {
        "Scope" => scope(api, &text).map(|scope| (scope.id.into(), AccessKind::Scope)),
        "Role" => app_role(api, &text).map(|role| (role.id.into(), AccessKind::Role)),
        _ => return None,
    };
    if let Some((id, kind)) = found {
        return Some(RequiredAccess { id, kind });
    }
    match kind {
        "Scope" if app_role(api, &text).is_some() => problems.add(at, "is an app role, so its type is Role"),
        "Role" if scope(api, &text).is_some() => problems.add(at, "is a delegated permission, so its type is Scope"),
        "Scope" => problems.add(at, no_scope(api, &text)),
        _ => problems.add(at, no_app_role(api, &text)),
    }
    None
}

fn kept(id: &str, kind: &str) -> Option<RequiredAccess> {
    let kind = match kind {
        "Scope" => AccessKind::Scope,
        "Role" => AccessKind::Role,
        _ => return None,
    };
    Some(RequiredAccess { id: ObjectId::parse(id).ok()?, kind })
}
