//! What a tenant decides for itself: consent policies, default rights, and how its sign-in pages look.

use super::node::Node;
use super::problems::{Hint, Once, Problems, Shown};
use super::shape::{Fields, noun};
use mandate_base::{Folded, ObjectId};
use mandate_domain::app_policies::StsPolicy;
use mandate_domain::consent::policy::{
    APPLICATION_ADMIN, COMPANY_ADMIN, GrantPolicy, LEGACY, LOW, RECOMMENDED, built_in,
};
use mandate_domain::consent::request::ReviewerRule;
use mandate_domain::policies::{FOR_OWNED_RESOURCE, FOR_SELF};
use mandate_domain::tenant::{AdminConsentRequestPolicy, Branding, Settings};
use mandate_domain::token::lifetime::LifetimeRefusal;

const BUILT_IN: [&str; 5] = [LOW, RECOMMENDED, LEGACY, APPLICATION_ADMIN, COMPANY_ADMIN];

const MAX_LOGO_BYTES: usize = 100_000;
/// No SVG: it can carry script.
const LOGO_TYPES: [&str; 3] = ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,"];

pub(super) fn settings(fields: &mut Fields<'_>, problems: &Problems<'_>) -> Settings {
    let (value, Some(at)) = (fields.take("settings"), fields.node.get("settings")) else { return Settings::default() };
    let mut settings: Settings = value.map(|value| noun(value, at, problems)).unwrap_or_default();
    if let Some(policies) = at.get("permissionGrantPolicies") {
        check_policies(policies, problems);
    }
    // An export lists the built-in policies too; they are the same in every tenant and nobody can change them.
    settings.permission_grant_policies.retain(|policy| built_in(&policy.id).is_none());
    let defaults = at.get("authorizationPolicy").and_then(|policy| policy.get("defaultUserRolePermissions"));
    if let Some(assigned) = defaults.and_then(|defaults| defaults.get("permissionGrantPoliciesAssigned")) {
        for entry in assigned.items() {
            check_assigned(entry, &settings.permission_grant_policies, problems);
        }
    }
    if let Some(requests) = at.get("adminConsentRequestPolicy") {
        check_requests(requests, &settings.admin_consent_request_policy, problems);
    }
    if let Some(policies) = at.get("tokenLifetimePolicies") {
        check_lifetimes(policies, &settings.token_lifetime_policies, problems);
    }
    settings
}

fn check_lifetimes(at: &Node, policies: &[StsPolicy], problems: &Problems<'_>) {
    let mut ids = Once::default();
    for (node, policy) in at.items().iter().zip(policies) {
        match (policy.id, node.get("id")) {
            (Some(id), Some(at)) => {
                ids.claim(id, format_args!("`{id}`"), at, problems);
            }
            _ => problems.add(node, "id is missing"),
        }
        let Err(refusal) = policy.life() else { continue };
        let definition = node.get("definition").unwrap_or(node);
        problems.add(
            definition,
            match refusal {
                LifetimeRefusal::Malformed => {
                    r#"expected one text of the form {"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"4:00:00"}}"#
                }
                LifetimeRefusal::NoTime => "expected AccessTokenLifetime as hh:mm:ss",
                LifetimeRefusal::OutOfRange => "expected an AccessTokenLifetime of ten minutes to a day",
            },
        );
    }
}

/// The policies that an app or its instance names, all of them of its own tenant.
pub(super) fn lifetimes(of: &Node, settings: &Settings, problems: &Problems<'_>) -> Vec<ObjectId> {
    let Some(at) = of.get("tokenLifetimePolicies") else { return Vec::new() };
    let listed: Vec<(&Node, ObjectId)> =
        at.items().iter().filter_map(|node| Some((node, ObjectId::parse(node.text()?).ok()?))).collect();
    for (node, id) in &listed {
        if settings.token_lifetime_policies.iter().all(|policy| policy.id != Some(*id)) {
            problems.add(node, format_args!("no token lifetime policy `{id}` in this tenant's settings"));
        }
    }
    listed.into_iter().map(|(_, id)| id).collect()
}

fn check_requests(at: &Node, policy: &AdminConsentRequestPolicy, problems: &Problems<'_>) {
    if let Some(days) = at.get("requestDurationInDays").filter(|_| !(1..=60).contains(&policy.request_duration_in_days))
    {
        problems.add(days, "expected 1 to 60 days");
    }
    for reviewer in at.get("reviewers").into_iter().flat_map(Node::items) {
        match reviewer.get("query").and_then(|query| Some((query, query.text()?))) {
            Some((_, query)) if ReviewerRule::parse(query).is_some() => {}
            Some((query, text)) => problems.add(
                query,
                format_args!(
                    "expected /users/{{id}}, /groups/{{id}}/members, /groups/{{id}}/transitiveMembers or /roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{{id}}', found {}",
                    Shown(text)
                ),
            ),
            None => problems.add(reviewer, "query is missing"),
        }
    }
}

fn check_policies(policies: &Node, problems: &Problems<'_>) {
    let mut ids = Once::default();
    for policy in policies.items() {
        match policy.get("id").and_then(|id| Some((id, id.text()?))) {
            Some((at, id)) => {
                ids.claim(Folded::of(id), Shown(id), at, problems);
            }
            None => problems.add(policy, "id is missing"),
        }
    }
}

fn check_assigned(entry: &Node, own: &[GrantPolicy], problems: &Problems<'_>) {
    let Some(text) = entry.text() else { return };
    let (prefix, id) = text.split_once('.').unwrap_or((text, ""));
    // What owners may let an app do in one team or chat names policies that belong to those; nobody asks them here.
    if prefix.eq_ignore_ascii_case(FOR_OWNED_RESOURCE) && !id.is_empty() {
        return;
    }
    if !prefix.eq_ignore_ascii_case(FOR_SELF) || id.is_empty() {
        return problems.add(entry, format_args!("expected {FOR_SELF} with a policy's id, found {}", Shown(text)));
    }
    if built_in(id).is_some() || own.iter().any(|policy| policy.id.eq_ignore_ascii_case(id)) {
        return;
    }
    let names = BUILT_IN.into_iter().chain(own.iter().map(|policy| policy.id.as_str()));
    problems.add(entry, format_args!("no permission grant policy {}{}", Shown(id), Hint { word: id, names }));
}

pub(super) fn branding(fields: &mut Fields<'_>, problems: &Problems<'_>) -> Branding {
    let (value, Some(at)) = (fields.take("branding"), fields.node.get("branding")) else { return Branding::default() };
    let branding: Branding = value.map(|value| noun(value, at, problems)).unwrap_or_default();
    if let (Some(colour), Some(at)) = (&branding.background_color, at.get("backgroundColor"))
        && !is_colour(colour)
    {
        problems.add(at, format_args!("expected a colour as #rrggbb, found {}", Shown(colour)));
    }
    if let (Some(logo), Some(at)) = (&branding.square_logo, at.get("squareLogo")) {
        check_logo(logo, at, problems);
    }
    branding
}

fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.strip_prefix('#').is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_logo(logo: &str, at: &Node, problems: &Problems<'_>) {
    let Some(data) = LOGO_TYPES.iter().find_map(|kind| logo.strip_prefix(kind)) else {
        return problems.add(at, "expected a data: URI of a PNG, JPEG or WebP image in base64");
    };
    if !data.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')) {
        return problems.add(at, "the image is not base64");
    }
    if data.len() / 4 * 3 > MAX_LOGO_BYTES {
        problems.add(at, "the image is larger than 100 kB");
    }
}
