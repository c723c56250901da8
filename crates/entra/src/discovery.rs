//! Discovery: metadata documents, key sets, instance discovery, user realm (protocol.md §1.3–1.7).

use crate::cx::Cx;
use crate::errors::Trouble;
use http::{HeaderValue, Method, StatusCode, header};
use mandate_base::Folded;
use mandate_domain::signin::ask::{Authority, CONSUMERS};
use mandate_usecases::Origins;
use mandate_usecases::authority::tenant_of_domain;
use mandate_usecases::documents::Document;
use mandate_web::answer::{self, Answer, JSON};
use mandate_web::percent;
use serde_json::{Value, json};

pub async fn answer(cx: Cx<'_>, rest: &[&str]) -> Option<Answer> {
    let get = matches!(cx.request.method, Method::GET | Method::HEAD);
    let document = match rest {
        ["v2.0", ".well-known", "openid-configuration"] => metadata(cx, 2).await,
        [".well-known", "openid-configuration"] => metadata(cx, 1).await,
        ["discovery", "v2.0", "keys"] => keys(cx, &cx.house.keys().jwks_v2).await,
        ["discovery", "keys"] => keys(cx, &cx.house.keys().jwks_v1).await,
        ["discovery", "instance"] if cx.segment.eq_ignore_ascii_case("common") => instance(cx),
        ["userrealm", _] => user_realm(cx).await,
        _ => return None,
    };
    if cx.request.method == Method::OPTIONS {
        let mut answer = answer::bytes(StatusCode::NO_CONTENT, JSON, "");
        answer::public(&mut answer);
        answer::put_text(&mut answer, header::ACCESS_CONTROL_ALLOW_HEADERS, "*, content-type, client-request-id");
        return Some(answer);
    }
    if !get {
        let refused = Trouble::new(900_561, &[("accepts", "GET"), ("method", cx.request.method.as_str())]);
        return Some(refused.json(cx.request, &cx.origins().login));
    }
    Some(match document {
        Ok(mut answer) => {
            answer::public(&mut answer);
            answer
        }
        Err(trouble) => {
            let mut answer = trouble.json(cx.request, &cx.origins().login);
            answer::public(&mut answer);
            answer
        }
    })
}

/// Clients and proxies keep these for a day; a key is published longer than that before it signs.
fn keep(answer: &mut Answer) {
    answer::put(answer, header::CACHE_CONTROL, HeaderValue::from_static("max-age=86400, private"));
}

async fn metadata(cx: Cx<'_>, version: u8) -> Result<Answer, Trouble> {
    let authority = cx.authority().await?;
    let document = cx.house.documents.get((authority, version), || {
        let region = match authority {
            Authority::Tenant(_) => json!("EU"),
            _ => Value::Null,
        };
        let written =
            if version == 2 { document_v2(cx, authority, &region) } else { document_v1(cx, authority, &region) };
        written.to_string()
    });
    Ok(kept(cx, &document))
}

/// Whoever has it already is told so (RFC 9110 §13.1.2).
fn kept(cx: Cx<'_>, document: &Document) -> Answer {
    let known = cx.request.header(header::IF_NONE_MATCH.as_str()).unwrap_or("");
    let same = known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == &*document.tag || tag.trim() == "*");
    let mut answer = match same {
        true => answer::bytes(StatusCode::NOT_MODIFIED, JSON, ""),
        false => answer::bytes(StatusCode::OK, JSON, document.body.clone()),
    };
    answer::put_text(&mut answer, header::ETAG, &document.tag);
    keep(&mut answer);
    answer
}

/// The literal template stays in metadata of the aliases: validators put the token's own `tid` in.
fn issuer_of(origins: &Origins, authority: Authority, version: u8) -> String {
    match authority.tenant() {
        Some(tenant) => origins.issuer(tenant, version),
        None if version == 2 => format!("{}/{{tenantid}}/v2.0", origins.login),
        None => format!("{}/{{tenantid}}/", origins.sts),
    }
}

/// Entra does not list them; OpenID Connect Discovery §3 takes a missing list for code and implicit alone.
const GRANTS: [&str; 7] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "password",
    "implicit",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

fn document_v2(cx: Cx<'_>, authority: Authority, region: &Value) -> Value {
    let (login, graph) = (&cx.origins().login, &cx.origins().graph);
    let base = format!("{login}/{}", cx.canonical(authority));
    json!({
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "grant_types_supported": GRANTS,
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer_of(cx.origins(), authority, 2),
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{graph}/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid",
            "ver", "at_hash", "c_hash", "email"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "tenant_region_scope": region,
        "cloud_instance_name": cloud(login),
        "cloud_graph_host_name": host(graph),
        "msgraph_host": host(graph),
    })
}

fn document_v1(cx: Cx<'_>, authority: Authority, region: &Value) -> Value {
    let (login, graph) = (&cx.origins().login, &cx.origins().graph);
    let base = format!("{login}/{}", cx.canonical(authority));
    json!({
        "token_endpoint": format!("{base}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "jwks_uri": format!("{login}/common/discovery/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "scopes_supported": ["openid"],
        "issuer": issuer_of(cx.origins(), authority, 1),
        "microsoft_multi_refresh_token": true,
        "authorization_endpoint": format!("{base}/oauth2/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/oauth2/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name",
            "family_name", "nickname"],
        "userinfo_endpoint": format!("{graph}/oidc/userinfo"),
        "tenant_region_scope": region,
        "cloud_instance_name": cloud(login),
        "cloud_graph_host_name": host(graph),
        "msgraph_host": host(graph),
    })
}

/// What clients call the cloud: the host, without the word that says what it is for.
fn cloud(origin: &str) -> &str {
    let host = host(origin);
    host.strip_prefix("login.").unwrap_or(host)
}

fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

async fn keys(cx: Cx<'_>, set: &Document) -> Result<Answer, Trouble> {
    cx.authority().await?;
    Ok(kept(cx, set))
}

/// Which instance of the cloud is this? Only ourselves (protocol.md §1.6).
fn instance(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let params = cx.request.query_params()?;
    let version = params.one("api-version")?.filter(|version| matches!(*version, "1.0" | "1.1"));
    let version = version.ok_or_else(|| Trouble::new(500_501, &[]))?;
    let named = match (params.one("authorization_endpoint")?, params.one("issuer")?) {
        (Some(endpoint), None) | (None, Some(endpoint)) => endpoint,
        _ => return Err(Trouble::new(500_502, &[])),
    };
    let bare_name = named.strip_prefix("https://").ok_or_else(|| Trouble::new(50_050, &[]))?;
    let own = host(&cx.origins().login);
    let (asked, path) = bare_name.split_once('/').unwrap_or((bare_name, ""));
    // MSAL Python leaves the port out (clients.md §2.1).
    let bare = own.split(':').next().unwrap_or(own);
    let mut known = if own == bare { vec![own] } else { vec![own, bare] };
    known.extend(cx.origins().aliases.iter().map(String::as_str));
    if !known.iter().any(|name| asked.eq_ignore_ascii_case(name)) {
        return Err(Trouble::new(50_049, &[]));
    }
    let tenant = path.split('/').next().filter(|tenant| !tenant.is_empty()).unwrap_or("common");
    let v2 = if path.to_ascii_lowercase().contains("/v2.0") { "v2.0/" } else { "" };
    let login = &cx.origins().login;
    let document = format!("{login}/{}/{v2}.well-known/openid-configuration", percent::encode(tenant));
    let mut body = json!({ "tenant_discovery_endpoint": document, "api-version": version });
    if version == "1.1" {
        body["metadata"] = json!([{ "preferred_network": own, "preferred_cache": own, "aliases": known }]);
    }
    Ok(answer::json(StatusCode::OK, &body))
}

/// Of a domain, never of a user: the answer must not tell who exists.
async fn user_realm(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let name = cx.request.segments().last().and_then(|name| percent::decode_path(name)).unwrap_or_default();
    let domain = name.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    let known = tenant_of_domain(cx.house, &Folded::of(&domain)).await?.is_some_and(|tenant| tenant != CONSUMERS);
    let body = json!({
        "ver": "1.0",
        "account_type": if known { "Managed" } else { "Unknown" },
        "domain_name": domain,
        "cloud_instance_name": cloud(&cx.origins().login),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    Ok(answer::json(StatusCode::OK, &body))
}
