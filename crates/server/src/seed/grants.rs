//! `oauth2PermissionGrants`: which scopes of an API stand for an app, for everybody or for one user.

use super::apps::Apps;
use super::directory::{Found, noun};
use super::node::Node;
use super::read::{Draft, Reading};
use super::shape::{Fields, items};
use super::{graph, permissions, principals};
use mandate_base::{GrantId, ObjectId, ServicePrincipalId, UserId};
use mandate_domain::grant::Grant;
use mandate_domain::group::MemberKind;
use std::collections::HashMap;

/// Who uses what for whom: one grant stands for each, as Graph keeps them.
type Key = (ServicePrincipalId, ServicePrincipalId, Option<UserId>);

pub(super) fn read<'t>(draft: &mut Draft<'t>, apps: &Apps<'t>, reading: &Reading<'t>) {
    let mut places = HashMap::new();
    for node in items(draft.node, "oauth2PermissionGrants", &reading.problems) {
        grant(node, draft, apps, reading, &mut places);
    }
}

fn grant<'t>(
    node: &'t Node,
    draft: &mut Draft<'t>,
    apps: &Apps<'t>,
    reading: &Reading<'t>,
    places: &mut HashMap<Key, usize>,
) {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::GRANT, problems);
    if draft.names_left_out(node, &["clientId", "resourceId"]) {
        return;
    }
    let client = fields.need("clientId", problems).and_then(|at| principals::named(at, draft, apps, reading));
    let resource = fields.need("resourceId", problems).and_then(|at| principals::named(at, draft, apps, reading));
    let principal = principal(&mut fields, draft, reading);
    let scopes = scopes(&mut fields, resource, draft, apps, reading);
    let (Some(client), Some(resource), Some(principal)) = (client, resource, principal) else { return };
    if let Some(place) = places.get(&(client, resource, principal)) {
        let standing = &mut draft.out.grants[*place];
        let fresh: Vec<_> = scopes.into_iter().filter(|scope| !standing.holds(scope)).collect();
        return standing.scopes.extend(fresh);
    }
    let of_whom = principal.map_or("all".to_owned(), |user| user.to_string());
    let id = fields.id::<GrantId>("id");
    let id = id.unwrap_or_else(|| GrantId::named(draft.id().bytes(), &format!("grant:{client}:{resource}:{of_whom}")));
    draft.once.ids.claim(id.into(), format_args!("`{id}`"), fields.at("id"), problems);
    places.insert((client, resource, principal), draft.out.grants.len());
    let created = fields.when("createdDateTime").unwrap_or(reading.now);
    draft.out.grants.push(Grant { id, client, resource, principal, scopes, created, version: 1 });
}

/// `Some(None)`: everybody. `None`: it cannot be told, and why was told.
fn principal(fields: &mut Fields<'_>, draft: &Draft<'_>, reading: &Reading<'_>) -> Option<Option<UserId>> {
    let problems = &reading.problems;
    fields.need("consentType", problems)?;
    if fields.text("consentType")? == "AllPrincipals" {
        let Some(at) = fields.node.get("principalId") else { return Some(None) };
        problems.add(at, "a grant for AllPrincipals has no principalId");
        return None;
    }
    let at = fields.need("principalId", problems)?;
    let text = at.text()?;
    match draft.directory.find(text) {
        Found::One(id, MemberKind::User) => return Some(Some(id.into())),
        Found::One(_, kind) => problems.add(at, format_args!("is a {}, not a user", noun(kind))),
        found => problems.add(at, draft.directory.unfound(text, found)),
    }
    None
}

/// As the API spells them.
fn scopes(
    fields: &mut Fields<'_>,
    resource: Option<ServicePrincipalId>,
    draft: &Draft<'_>,
    apps: &Apps<'_>,
    reading: &Reading<'_>,
) -> Vec<String> {
    let mut scopes = Vec::new();
    let Some(at) = fields.need("scope", &reading.problems) else { return scopes };
    let card = resource.and_then(|sp| draft.directory.app_of(sp)).and_then(|app_id| apps.card(app_id));
    let (Some(text), Some(card)) = (fields.text("scope"), card) else { return scopes };
    let api = &card.registration;
    for word in text.split_whitespace() {
        // A grant holds values only: an id here is a mistake that would never match.
        let found = ObjectId::parse(word).is_err().then(|| permissions::scope(api, word)).flatten();
        match found {
            Some(scope) if scopes.contains(&scope.value) => {}
            Some(scope) => scopes.push(scope.value.clone()),
            None => reading.problems.add(at, permissions::no_scope(api, word)),
        }
    }
    scopes
}
