//! What a registration may hold (graph-api.md §2.5): the rules of every property that means something here.

use crate::address::{Uri, page, redirect};
use crate::application::{AppCard, Audience, Registration};
use crate::catalogue::GRAPH_URI;
use crate::extension::check_count;
use crate::permission::{AppRole, Scope};
use crate::properties::{Broken, Properties, Rule, check_text, merge};
use crate::signin::redirect::Platform;
use crate::tenant::Tenant;
use mandate_base::{Folded, ObjectId};
use serde_json::{Value, json};
use std::collections::HashSet;

const LONGEST_NAME: usize = 120;
const LONGEST_TEXT: usize = 1024;
const LONGEST_URI: usize = 255;
const LONGEST_VALUE: usize = 120;
const LONGEST_TAG: usize = 256;
const MOST_REDIRECTS: usize = 256;
const MOST_RESOURCES: usize = 50;
const MOST_ACCESSES: usize = 400;
/// Of all collections together, about what Graph takes.
const MOST_ENTRIES: usize = 1200;

impl Registration {
    /// With what was written; `Mistyped` names the first property that cannot hold its value.
    pub fn merged(&self, change: &Properties) -> Result<Registration, Broken> {
        let Ok(Value::Object(held)) = serde_json::to_value(self) else { return Ok(self.clone()) };
        let with = |change: &Properties| {
            let mut all = held.clone();
            merge(&mut all, change);
            // Read from text, as from the store: a null among them stands for nothing.
            serde_json::from_value::<Registration>(Value::Object(all))
        };
        if let Ok(whole) = with(change) {
            return Ok(whole);
        }
        let alone = |name: &str, value: &Value| Properties::from_iter([(name.to_owned(), value.clone())]);
        let culprit = change.iter().find(|(name, value)| with(&alone(name, value)).is_err());
        Err(Broken::new(culprit.map_or("", |(name, _)| name.as_str()), Rule::Mistyped))
    }
}

/// `before`: as it was, where it is not new. Only what is new is judged: an import may hold what nobody could write here.
pub fn check(card: &AppCard, before: Option<&AppCard>, tenant: &Tenant) -> Result<(), Broken> {
    let registration = &card.registration;
    let old = before.map(|before| &before.registration);
    check_text("displayName", &registration.display_name, LONGEST_NAME)?;
    for (name, text) in [("description", &registration.description), ("notes", &registration.notes)] {
        if text.as_ref().is_some_and(|text| text.chars().nth(LONGEST_TEXT).is_some()) {
            return Err(Broken::new(name, Rule::TooLong(LONGEST_TEXT)));
        }
    }
    let is_new = |part: fn(&Registration) -> Value| old.is_none_or(|old| part(old) != part(registration));
    if is_new(|of| json!([of.web, of.spa, of.public_client, of.info])) {
        check_addresses(registration)?;
    }
    check_identifiers(card, before, tenant)?;
    check_count(old.map(|old| &old.other), &registration.other)?;
    if is_new(|of| json!([of.api, of.app_roles])) {
        check_permissions(registration)?;
    }
    if is_new(|of| json!(of.required_resource_access)) {
        check_asked(registration)?;
    }
    if is_new(|of| json!(of.tags)) {
        check_tags(&registration.tags)?;
    }
    if is_new(|of| json!([of.sign_in_audience, of.api])) {
        check_audience(registration)?;
    }
    match before {
        Some(before) => check_turned_off(&before.registration, registration),
        None => Ok(()),
    }
}

fn check_addresses(registration: &Registration) -> Result<(), Broken> {
    let lists = [
        ("web/redirectUris", &registration.web.redirect_uris, Platform::Web),
        ("spa/redirectUris", &registration.spa.redirect_uris, Platform::Spa),
        ("publicClient/redirectUris", &registration.public_client.redirect_uris, Platform::Public),
    ];
    let count: usize = lists.iter().map(|(_, uris, _)| uris.len()).sum();
    if count > MOST_REDIRECTS {
        return Err(Broken::new("web/redirectUris", Rule::TooMany(MOST_REDIRECTS)));
    }
    for (name, uris, platform) in lists {
        for uri in uris {
            redirect(uri, platform).map_err(|sentence| Broken::new(name, Rule::Bad(sentence)))?;
        }
    }
    let info = &registration.info;
    let pages = [
        ("web/homePageUrl", &registration.web.home_page_url),
        ("web/logoutUrl", &registration.web.logout_url),
        ("info/marketingUrl", &info.marketing_url),
        ("info/privacyStatementUrl", &info.privacy_statement_url),
        ("info/supportUrl", &info.support_url),
        ("info/termsOfServiceUrl", &info.terms_of_service_url),
    ];
    for (name, address) in pages {
        let Some(address) = address.as_deref().filter(|address| !address.is_empty()) else { continue };
        if address.len() > LONGEST_TEXT {
            return Err(Broken::new(name, Rule::TooLong(LONGEST_TEXT)));
        }
        page(address).map_err(|sentence| Broken::new(name, Rule::Bad(sentence)))?;
    }
    Ok(())
}

const IDENTIFIERS: &str = "identifierUris";

/// Only what is new is judged: a domain may be gone since.
fn check_identifiers(card: &AppCard, before: Option<&AppCard>, tenant: &Tenant) -> Result<(), Broken> {
    let held = before.map_or(&[][..], |before| &before.registration.identifier_uris);
    let mut seen = HashSet::new();
    for uri in &card.registration.identifier_uris {
        if !seen.insert(Folded::of(uri)) {
            return Err(Broken::new(IDENTIFIERS, Rule::Repeated(uri.clone())));
        }
        if !held.contains(uri) {
            check_identifier(uri, card, tenant)?;
        }
    }
    Ok(())
}

fn check_identifier(uri: &str, card: &AppCard, tenant: &Tenant) -> Result<(), Broken> {
    let bad = |rule| Err(Broken::new(IDENTIFIERS, rule));
    if uri.chars().nth(LONGEST_URI).is_some() {
        return bad(Rule::TooLong(LONGEST_URI));
    }
    if uri.contains(['*', '#', '?']) || uri.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return bad(Rule::Bad("an identifier URI may not hold a wildcard, a blank, # or ?"));
    }
    let folded = Folded::of(uri);
    // Another resource by this name would be sent the tokens that are meant for Graph.
    if folded.as_str().trim_end_matches('/') == GRAPH_URI {
        return bad(Rule::Taken);
    }
    let Some(parts) = Uri::of(folded.as_str()) else {
        return bad(Rule::Bad("an identifier URI begins with api://, https:// or another scheme"));
    };
    let host = folded.as_str().split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(""));
    match () {
        () if parts.is("api") => match ObjectId::parse(host) {
            Ok(id) if id == card.app_id.into() => Ok(()),
            Ok(id) if id == card.home.into() && folded.as_str().matches('/').count() > 2 => Ok(()),
            // `api://{GUID}` means the app with that appId, whoever else claims it.
            Ok(_) => bad(Rule::Bad("behind api:// an app names its own appId, or its tenant's id with a path")),
            Err(_) => Ok(()),
        },
        () if parts.is("https") || parts.is("http") => {
            let host = parts.host().unwrap_or("");
            if tenant.profile.is_within_proven(&Folded::of(host)) {
                Ok(())
            } else {
                bad(Rule::NotVerified(host.to_owned()))
            }
        }
        () => Ok(()),
    }
}

const SCOPES: &str = "api/oauth2PermissionScopes";
const ROLES: &str = "appRoles";

fn check_permissions(registration: &Registration) -> Result<(), Broken> {
    let (scopes, roles) = (&registration.api.oauth2_permission_scopes, &registration.app_roles);
    if scopes.len() + roles.len() > MOST_ENTRIES {
        return Err(Broken::new(SCOPES, Rule::TooMany(MOST_ENTRIES)));
    }
    check_scopes(scopes)?;
    check_roles(roles)?;
    let ids = scopes.iter().map(|scope| ObjectId::from(scope.id));
    check_pre_authorized(registration, &ids.collect())
}

fn check_scopes(scopes: &[Scope]) -> Result<(), Broken> {
    let (mut ids, mut values) = (HashSet::new(), HashSet::new());
    for scope in scopes {
        check_value(SCOPES, &scope.value)?;
        let lacks = scope.admin_consent_display_name.as_ref().is_none_or(|text| text.trim().is_empty());
        if scope.is_enabled && lacks {
            return Err(Broken::new(format!("{SCOPES}/adminConsentDisplayName"), Rule::Required));
        }
        if !ids.insert(scope.id) {
            return Err(Broken::new(SCOPES, Rule::Repeated(scope.id.to_string())));
        }
        if scope.is_enabled && !values.insert(Folded::of(&scope.value)) {
            return Err(Broken::new(SCOPES, Rule::Repeated(scope.value.clone())));
        }
    }
    Ok(())
}

fn check_roles(roles: &[AppRole]) -> Result<(), Broken> {
    let (mut ids, mut values) = (HashSet::new(), HashSet::new());
    for role in roles {
        check_text("appRoles/displayName", &role.display_name, LONGEST_NAME)?;
        if role.allowed_member_types.is_empty() {
            return Err(Broken::new("appRoles/allowedMemberTypes", Rule::Required));
        }
        if !ids.insert(role.id) {
            return Err(Broken::new(ROLES, Rule::Repeated(role.id.to_string())));
        }
        let Some(value) = role.value.as_deref().filter(|value| !value.is_empty()) else { continue };
        check_value(ROLES, value)?;
        if role.is_enabled && !values.insert(Folded::of(value)) {
            return Err(Broken::new(ROLES, Rule::Repeated(value.to_owned())));
        }
    }
    Ok(())
}

/// Requests and grants write values as one text with blanks between (RFC 6749 §3.3).
fn check_value(property: &str, value: &str) -> Result<(), Broken> {
    check_text(&format!("{property}/value"), value, LONGEST_VALUE)?;
    let proper = value.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\'));
    if proper && !value.starts_with('.') {
        return Ok(());
    }
    let sentence = "a permission's value holds no blanks, quotes or backslashes and does not begin with a dot";
    Err(Broken::new(format!("{property}/value"), Rule::Bad(sentence)))
}

fn check_pre_authorized(registration: &Registration, scopes: &HashSet<ObjectId>) -> Result<(), Broken> {
    const NAME: &str = "api/preAuthorizedApplications";
    for client in &registration.api.pre_authorized_applications {
        if !client.delegated_permission_ids.iter().all(|id| scopes.contains(id)) {
            return Err(Broken::new(NAME, Rule::Bad("an id is that of no delegated permission of this app")));
        }
    }
    Ok(())
}

fn check_asked(registration: &Registration) -> Result<(), Broken> {
    const NAME: &str = "requiredResourceAccess";
    let asked = &registration.required_resource_access;
    if asked.len() > MOST_RESOURCES {
        return Err(Broken::new(NAME, Rule::TooMany(MOST_RESOURCES)));
    }
    if asked.iter().map(|resource| resource.resource_access.len()).sum::<usize>() > MOST_ACCESSES {
        return Err(Broken::new(NAME, Rule::TooMany(MOST_ACCESSES)));
    }
    let mut seen = HashSet::new();
    match asked.iter().find(|resource| !seen.insert(resource.resource_app_id)) {
        Some(twice) => Err(Broken::new(NAME, Rule::Repeated(twice.resource_app_id.to_string()))),
        None => Ok(()),
    }
}

/// Of applications and service principals alike.
pub fn check_tags(tags: &[String]) -> Result<(), Broken> {
    let mut seen = HashSet::new();
    for tag in tags {
        check_text("tags", tag, LONGEST_TAG)?;
        if !seen.insert(tag) {
            return Err(Broken::new("tags", Rule::Repeated(tag.clone())));
        }
    }
    Ok(())
}

fn check_audience(registration: &Registration) -> Result<(), Broken> {
    let personal = matches!(registration.sign_in_audience, Audience::OrgsAndPersonal | Audience::Personal);
    match registration.api.requested_access_token_version {
        None | Some(1) if personal && !registration.api.oauth2_permission_scopes.is_empty() => Err(Broken::new(
            "api/requestedAccessTokenVersion",
            Rule::Bad("must be 2 for an API that personal accounts may use"),
        )),
        None | Some(1 | 2) => Ok(()),
        Some(_) => Err(Broken::new("api/requestedAccessTokenVersion", Rule::Bad("is 1, 2 or null"))),
    }
}

/// Whoever holds a permission must not find another in its place: it is turned off first (graph-api.md §2.5).
fn check_turned_off(before: &Registration, after: &Registration) -> Result<(), Broken> {
    for held in before.api.oauth2_permission_scopes.iter().filter(|scope| scope.is_enabled) {
        let now = after.scope_by_id(held.id.into());
        if now.is_none_or(|now| now.value != held.value) {
            return Err(Broken::new(SCOPES, Rule::StillEnabled));
        }
    }
    for held in before.app_roles.iter().filter(|role| role.is_enabled) {
        let now = after.role_by_id(held.id.into());
        if now.is_none_or(|now| now.value != held.value) {
            return Err(Broken::new(ROLES, Rule::StillEnabled));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "registration_tests.rs"]
mod tests;
