//! The resource manager, as far as a login of Azure CLI or Terraform needs it (protocol.md §7.9): where everything is,
//! which tenants a person has, and one subscription in each, named after the tenant. It manages no resources.
//!
//! Its tokens are Graph's: `az rest` takes whatever is at the resource manager's origin to want a token for that, and
//! Graph is at the same origin. A token for the resource manager's own names does as well.

use http::{Method, StatusCode, header};
use mandate_base::{ObjectId, TenantId};
use mandate_usecases::access::enter_manager;
use mandate_usecases::{Fault, House, authority};
use mandate_web::Incoming;
use mandate_web::answer::{self, Answer};
use serde_json::{Value, json};

/// `None`: the path is not the resource manager's.
pub async fn answer(house: &House, request: &Incoming) -> Option<Answer> {
    let segments = request.folded_segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let known = matches!(path[..], ["metadata", "endpoints"] | ["tenants"] | ["subscriptions"] | ["subscriptions", _]);
    if !known {
        return None;
    }
    if request.method != Method::GET {
        let mut answer = refused(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Only GET is served here.");
        answer::put(&mut answer, header::ALLOW, http::HeaderValue::from_static("GET"));
        return Some(answer);
    }
    if path == ["metadata", "endpoints"] {
        return Some(answer::json(StatusCode::OK, &cloud(house)));
    }
    Some(match of_caller(house, request, &path).await {
        Ok(answer) => answer,
        Err(fault) => {
            tracing::error!(request_id = %request.trace, %fault, "call of the resource manager failed");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "An internal error occurred.")
        }
    })
}

/// What `az cloud register` and Terraform's `metadata_host` read.
fn cloud(house: &House) -> Value {
    let origins = &house.origins;
    let graph = format!("{}/", origins.graph);
    json!({
        "name": "Mandate",
        "portal": origins.login,
        "authentication": {
            "loginEndpoint": origins.login,
            "audiences": [graph],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": origins.login,
        "graph": graph,
        "graphAudience": graph,
        "microsoftGraphResourceId": graph,
        "media": origins.login,
        "gallery": origins.login,
        "batch": origins.login,
        "sqlManagement": origins.login,
        "suffixes": {},
    })
}

async fn of_caller(house: &House, request: &Incoming, path: &[&str]) -> Result<Answer, Fault> {
    let sent = request.header("authorization").and_then(|value| value.split_once(' '));
    let bearer = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    let Some(bearer) = bearer else { return Ok(unproven(house, "Authentication failed: there is no bearer token.")) };
    let Ok(tenant) = enter_manager(house, bearer).await? else {
        return Ok(unproven(house, "Authentication failed: the access token is not valid here."));
    };
    let Some(known) = authority::tenant(house, tenant).await? else {
        return Ok(unproven(house, "Authentication failed: the tenant is not known."));
    };
    let (name, id) = (known.profile.display_name.as_str(), subscription_of(tenant).to_string());
    let subscription = json!({
        "id": format!("/subscriptions/{id}"),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": id,
        "tenantId": tenant.to_string(),
        "displayName": name,
        "state": "Enabled",
        "subscriptionPolicies": { "spendingLimit": "Off" },
    });
    Ok(match path {
        ["tenants"] => answer::json(
            StatusCode::OK,
            &json!({ "value": [{
                "id": format!("/tenants/{tenant}"),
                "tenantId": tenant.to_string(),
                "tenantCategory": "Home",
                "displayName": name,
                "defaultDomain": known.default_domain(),
                "countryCode": known.profile.country_letter_code,
                "domains": known.profile.verified_domains.iter().map(|domain| &domain.name).collect::<Vec<_>>(),
            }] }),
        ),
        ["subscriptions"] => answer::json(StatusCode::OK, &json!({ "value": [subscription] })),
        ["subscriptions", asked] if *asked == id => answer::json(StatusCode::OK, &subscription),
        _ => refused(StatusCode::NOT_FOUND, "SubscriptionNotFound", "The subscription could not be found."),
    })
}

/// One of each tenant, always the same.
fn subscription_of(tenant: TenantId) -> ObjectId {
    ObjectId::named(tenant.bytes(), "subscription")
}

fn unproven(house: &House, text: &str) -> Answer {
    let mut answer = refused(StatusCode::UNAUTHORIZED, "AuthenticationFailed", text);
    let challenge = format!(r#"Bearer authorization_uri="{}/common/oauth2/authorize""#, house.origins.login);
    answer::put_text(&mut answer, header::WWW_AUTHENTICATE, &challenge);
    answer
}

fn refused(status: StatusCode, code: &str, message: &str) -> Answer {
    answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}
