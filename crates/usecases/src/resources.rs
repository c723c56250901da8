//! Resources by the names that requests give them: an appId, an identifier URI, or Graph's short form.

use crate::settle::Facing;
use crate::{Fault, Origins};
use mandate_base::{AppId, Folded};
use mandate_domain::application::{AppCard, OptionalClaim};
use mandate_domain::catalogue::{GRAPH, GRAPH_URI};
use mandate_domain::service_principal::ServicePrincipal;
use std::sync::Arc;

/// An API, as this tenant meets it.
#[derive(Clone, Debug)]
pub struct Resource {
    pub card: Arc<AppCard>,
    /// `None`: the API may be used here, but nobody has consented yet.
    pub sp: Option<Arc<ServicePrincipal>>,
}

/// `None`: nothing of that name can be reached from this tenant.
pub async fn by_name(facing: Facing<'_>, origins: &Origins, name: Option<&str>) -> Result<Option<Resource>, Fault> {
    let Some(name) = name else { return by_app(facing, GRAPH).await };
    if let Ok(app) = AppId::parse(name) {
        return by_app(facing, app).await;
    }
    if is_graph(origins, name) {
        return by_app(facing, GRAPH).await;
    }
    let bare = name.trim_end_matches('/');
    // `api://{appId}` is every API's own name, whatever others claim; also before the API has an instance here.
    let of_app = bare.split_once("://").filter(|(scheme, _)| scheme.eq_ignore_ascii_case("api"));
    if let Some(Ok(app)) = of_app.map(|(_, rest)| AppId::parse(rest)) {
        return by_app(facing, app).await;
    }
    for spelled in [name, bare, &format!("{bare}/")] {
        if let Some(sp) = facing.instance_named(&Folded::of(spelled)).await? {
            let card = facing.card(sp.app_id).await?;
            return Ok(card.map(|card| Resource { card, sp: Some(sp) }));
        }
    }
    Ok(None)
}

pub async fn by_app(facing: Facing<'_>, app: AppId) -> Result<Option<Resource>, Fault> {
    let Some(card) = facing.card(app).await? else { return Ok(None) };
    let sp = facing.instance(app).await?;
    let reachable =
        sp.is_some() || card.home == facing.view.tenant_id() || card.registration.sign_in_audience.crosses_tenants();
    Ok(reachable.then_some(Resource { card, sp }))
}

/// Graph answers to its well-known names and to this deployment's Graph origin, with its port or without: some
/// clients build the name from the host alone (clients.md §2.4).
pub fn is_graph(origins: &Origins, name: &str) -> bool {
    let name = name.trim_end_matches('/');
    let own = origins.graph.as_str();
    let host_only =
        own.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map(|(host, _)| host);
    name.eq_ignore_ascii_case(GRAPH_URI)
        || name.eq_ignore_ascii_case(own)
        || host_only.is_some_and(|host| name.eq_ignore_ascii_case(host))
        || AppId::parse(name) == Ok(GRAPH)
}

/// The `aud` of a token for this resource (protocol.md §4.3): v2.0 tokens name the appId, v1.0 what was asked for.
pub fn audience(resource: &AppCard, name: Option<&str>) -> String {
    let optional = resource.registration.optional_claims.as_ref().map_or(&[][..], |claims| &claims.access_token);
    let by_guid = |claim: &OptionalClaim| {
        claim.name == "aud" && claim.additional_properties.iter().any(|property| property == "use_guid")
    };
    match name {
        _ if optional.iter().any(by_guid) => resource.app_id.to_string(),
        Some(name) if resource.registration.token_version() == 1 => registered_spelling(resource, name),
        None if resource.app_id == GRAPH => GRAPH_URI.to_owned(),
        _ => resource.app_id.to_string(),
    }
}

/// APIs compare `aud` byte for byte, so a name that differs in case only becomes the registered one.
fn registered_spelling(resource: &AppCard, name: &str) -> String {
    let mut uris = resource.registration.identifier_uris.iter();
    uris.find(|uri| uri.eq_ignore_ascii_case(name)).map_or_else(|| name.to_owned(), Clone::clone)
}
