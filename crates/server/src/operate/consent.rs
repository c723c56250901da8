//! `mandate consent list | grant | revoke`: what administrators do on the consent page, from a shell.

use super::{At, told};
use clap::{Args, Subcommand};
use mandate_base::{AppId, CorrelationId, Folded, GrantId, TenantId, UserId};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_store::TenantView;
use mandate_usecases::access::Permit;
use mandate_usecases::authority::authority;
use mandate_usecases::directory::{ByHandRefusal, GrantByHand, Revocation, Revoke, Wanted};
use mandate_usecases::{House, settle};

#[derive(Subcommand)]
pub enum Deed {
    /// What an app was granted, one line each: id, API, for whom, permissions.
    List(Of),
    /// Grant what its registration lists, or what is named, for everybody or for one person.
    Grant(Grant),
    /// Take a grant back, or everything that the app was granted.
    Revoke(Revoked),
}

#[derive(Args)]
pub struct Of {
    /// The organisation: id or domain.
    #[arg(long)]
    tenant: String,
    /// The app's id (appId).
    #[arg(long)]
    client: String,
}

#[derive(Args)]
pub struct Grant {
    #[command(flatten)]
    of: Of,
    /// The API whose permissions are named: appId or identifier URI. Without it, all that the registration lists.
    #[arg(long)]
    resource: Option<String>,
    /// A delegated permission of it; more than once for several.
    #[arg(long, requires = "resource")]
    scope: Vec<String>,
    /// An application permission of it; more than once for several.
    #[arg(long, requires = "resource")]
    role: Vec<String>,
    /// One person, by user principal name or id; everybody when not given.
    #[arg(long)]
    user: Option<String>,
}

#[derive(Args)]
pub struct Revoked {
    #[command(flatten)]
    of: Of,
    /// The id that `list` shows; everything when not given.
    #[arg(long)]
    id: Option<String>,
}

pub async fn run(at: &At, deed: Deed) -> Result<String, String> {
    let house = at.house().await?;
    match deed {
        Deed::List(of) => {
            let (tenant, client) = parties(&house, &of).await?;
            list(&house, tenant, client).await
        }
        Deed::Grant(wanted) => grant(&house, &wanted).await,
        Deed::Revoke(wanted) => revoke(&house, &wanted).await,
    }
}

fn permit() -> Permit {
    Permit::system("mandate consent")
}

fn correlation() -> CorrelationId {
    CorrelationId::from_bytes(mandate_jose::random_bytes())
}

async fn parties(house: &House, of: &Of) -> Result<(TenantId, AppId), String> {
    let found = authority(house, &of.tenant).await.map_err(told)?.ok().and_then(|found| found.tenant());
    let tenant = found.ok_or_else(|| format!("no organisation `{}`", of.tenant))?;
    let client = AppId::parse(&of.client).map_err(|_| format!("`{}` is no app id", of.client))?;
    Ok((tenant, client))
}

async fn grant(house: &House, wanted: &Grant) -> Result<String, String> {
    let (tenant, client) = parties(house, &wanted.of).await?;
    let principal = match &wanted.user {
        Some(name) => Some(person(house.store.tenant(tenant), name).await?),
        None => None,
    };
    let permit = permit();
    let deed = GrantByHand {
        permit: &permit,
        origins: &house.origins,
        client,
        wanted: match &wanted.resource {
            Some(resource) => Wanted::Named { resource, scopes: &wanted.scope, roles: &wanted.role },
            None => Wanted::Registered,
        },
        principal,
        correlation: correlation(),
    };
    settle(house, tenant, &deed).await.map_err(told)?.map_err(|refusal| match refusal {
        ByHandRefusal::NoSuchClient => format!("no app `{client}` that this organisation can use"),
        ByHandRefusal::NoSuchResource(name) => format!("no API `{name}` that this organisation can use"),
        ByHandRefusal::NoSuchPermission(name) => format!("that API has no permission `{name}`"),
        ByHandRefusal::NoSuchUser => "no such user".to_owned(),
        ByHandRefusal::RolesAreForEverybody => {
            "application permissions are not one person's: leave --user out".to_owned()
        }
        ByHandRefusal::NothingWanted => {
            "nothing to grant: the registration lists nothing, or nothing is named".to_owned()
        }
    })?;
    list(house, tenant, client).await
}

async fn person(view: TenantView<'_>, name: &str) -> Result<UserId, String> {
    let found = match UserId::parse(name) {
        Ok(id) => view.user_by_id(id).await,
        Err(_) => view.user_by_upn(&Folded::of(name)).await,
    };
    found.map_err(told)?.map(|user| user.id).ok_or_else(|| format!("no user `{name}`"))
}

async fn instance(view: TenantView<'_>, client: AppId) -> Result<ServicePrincipal, String> {
    let found = view.sp_by_app(client).await.map_err(told)?;
    found.ok_or_else(|| format!("the app `{client}` is not used in this organisation"))
}

async fn revoke(house: &House, wanted: &Revoked) -> Result<String, String> {
    let (tenant, client) = parties(house, &wanted.of).await?;
    let view = house.store.tenant(tenant);
    let sp = instance(view, client).await?;
    let grants = view.grants_of_client(sp.id).await.map_err(told)?;
    let held = view.assignments_of_principal(sp.id).await.map_err(told)?;
    let all = grants.iter().map(|grant| (grant.id.to_string(), Revocation::Grant(grant.id)));
    let all = all.chain(held.iter().map(|role| (role.id.to_string(), Revocation::AppRole(role.id))));
    let named = |id: &str| wanted.id.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(id));
    let chosen: Vec<Revocation> = all.filter(|(id, _)| named(id)).map(|(_, what)| what).collect();
    if let (Some(id), true) = (&wanted.id, chosen.is_empty()) {
        return Err(format!("this app was granted nothing under the id `{id}`"));
    }
    let permit = permit();
    for what in chosen {
        let deed = Revoke { permit: &permit, what, correlation: correlation() };
        // What went meanwhile is gone as well.
        let _ = settle(house, tenant, &deed).await.map_err(told)?;
    }
    list(house, tenant, client).await
}

async fn list(house: &House, tenant: TenantId, client: AppId) -> Result<String, String> {
    let view = house.store.tenant(tenant);
    let sp = instance(view, client).await?;
    let mut lines = String::new();
    for grant in view.grants_of_client(sp.id).await.map_err(told)? {
        let api = view.sp_by_id(grant.resource).await.map_err(told)?.map_or_else(String::new, |api| api.display_name);
        let whose = match grant.principal {
            Some(user) => view.user_by_id(user).await.map_err(told)?.map(|user| user.upn.as_str().to_owned()),
            None => Some("everybody".to_owned()),
        };
        let whose = whose.unwrap_or_default();
        lines += &line(grant.id, &api, &whose, &grant.scope_text());
    }
    for held in view.assignments_of_principal(sp.id).await.map_err(told)? {
        let Some(api) = view.sp_by_id(held.resource).await.map_err(told)? else { continue };
        let card = house.store.global().card_by_app_id(api.app_id).await.map_err(told)?;
        let role = card.as_ref().and_then(|card| card.registration.role_by_id(held.role.into()));
        let value = role.and_then(|role| role.value.clone()).unwrap_or_else(|| held.role.to_string());
        lines += &format!("{}\t{}\tthe app itself\t{value}\n", held.id, api.display_name);
    }
    Ok(lines)
}

fn line(id: GrantId, api: &str, whose: &str, scopes: &str) -> String {
    format!("{id}\t{api}\t{whose}\t{scopes}\n")
}
