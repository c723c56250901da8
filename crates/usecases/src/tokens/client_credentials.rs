//! The client credentials grant: an app asks for itself. Reads memory, writes a sign-in entry, signs once.

use crate::clients::{self, Credential, ProofRefusal};
use crate::pool::Busy;
use crate::resources::{self, Resource};
use crate::{Fault, House, people};
use mandate_base::{AppId, CorrelationId, RoleTemplateId, TenantId};
use mandate_domain::application::AppCard;
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::catalogue::GRAPH;
use mandate_domain::permission::MemberType;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::signin::ask::Authority;
use mandate_domain::token::access_life;
use mandate_domain::token::claims::{self, Issue};
use mandate_domain::token::lifetime::policy_life;
use mandate_jose::{Header, b64url_encode};
use mandate_store::Memo;
use std::sync::Arc;

pub struct AppTokenAsk<'a> {
    pub tenant: TenantId,
    pub client: AppId,
    pub credential: Credential<'a>,
    /// As the client spelled it, without `/.default`; `None` is Graph's short form.
    pub resource: Option<&'a str>,
    pub correlation: CorrelationId,
}

pub struct AppToken {
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    /// As the client named it.
    pub resource: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppTokenRefusal {
    NoSuchClient,
    /// The app exists, but has no instance in this tenant.
    NotInTenant,
    Disabled,
    Proof(ProofRefusal),
    /// No credential at all.
    CredentialMissing,
    NoSuchResource {
        name: String,
    },
    /// The resource admits assigned apps only.
    NotAssigned,
    Busy,
}

/// What an app may have of one resource in one tenant.
pub struct AppStanding {
    resource: Option<Resource>,
    roles: Vec<String>,
    /// Directory roles that the app itself holds.
    wids: Vec<RoleTemplateId>,
    assigned: bool,
    /// What a policy says; `None`: the built-in life.
    life: Option<i64>,
}

pub type AppStandings = Memo<(AppId, Option<String>), AppStanding>;

pub async fn client_credentials(
    house: &House,
    ask: &AppTokenAsk<'_>,
) -> Result<Result<AppToken, AppTokenRefusal>, Fault> {
    let outcome = attempt(house, ask).await?;
    note(house, ask, &outcome);
    Ok(outcome)
}

async fn attempt(house: &House, ask: &AppTokenAsk<'_>) -> Result<Result<AppToken, AppTokenRefusal>, Fault> {
    let now = house.now();
    let Some(card) = clients::card(house, ask.client).await? else { return Ok(Err(AppTokenRefusal::NoSuchClient)) };
    let instance = clients::instance(house, ask.tenant, ask.client).await?;
    // The proof comes before the instance: a stranger must not learn which tenants use an app.
    if matches!(ask.credential, Credential::None) {
        return Ok(Err(AppTokenRefusal::CredentialMissing));
    }
    let proof = match clients::prove(house, &card, ask.credential, Authority::Tenant(ask.tenant)).await? {
        Ok(proof) => proof,
        Err(refusal) => return Ok(Err(AppTokenRefusal::Proof(refusal))),
    };
    let Some(sp) = instance else { return Ok(Err(AppTokenRefusal::NotInTenant)) };
    let crosses = card.home == ask.tenant || card.registration.sign_in_audience.crosses_tenants();
    if !card.registration.is_enabled() || !sp.account_enabled || !crosses {
        return Ok(Err(AppTokenRefusal::Disabled));
    }
    let standing = standing(house, ask, &card, &sp).await?;
    let unknown = || AppTokenRefusal::NoSuchResource { name: ask.resource.unwrap_or_default().to_owned() };
    let Some(resource) = &standing.resource else { return Ok(Err(unknown())) };
    let Some(api) = resource.sp.as_ref().filter(|api| api.account_enabled) else { return Ok(Err(unknown())) };
    if api.app_role_assignment_required && !standing.assigned && api.id != sp.id {
        return Ok(Err(AppTokenRefusal::NotAssigned));
    }
    let (uti, drawn) = house.draw(|draw| (b64url_encode(&draw.bytes::<16>()), access_life(draw)));
    let life = standing.life.unwrap_or(drawn);
    let audience = resources::audience(&resource.card, ask.resource);
    let registration = &resource.card.registration;
    let issue = Issue {
        origins: house.token_origins(),
        tenant: ask.tenant,
        now,
        life,
        uti: &uti,
        client: ask.client,
        client_name: (resource.card.app_id == GRAPH).then_some(card.name()),
        proof,
    };
    let claims = claims::app_only(&issue, registration, &audience, sp.id, &standing.roles, &standing.wids).json();
    let header = if registration.token_version() == 1 { Header::WithX5t } else { Header::Plain };
    let key = house.keys().signing.clone();
    match house.signers.run(move || key.sign_jwt(header, &claims)).await {
        Ok(access_token) => {
            let resource = ask.resource.unwrap_or(&audience).to_owned();
            Ok(Ok(AppToken { access_token, expires_in: life / 1000, resource }))
        }
        Err(Busy) => Ok(Err(AppTokenRefusal::Busy)),
    }
}

async fn standing(
    house: &House,
    ask: &AppTokenAsk<'_>,
    card: &AppCard,
    sp: &ServicePrincipal,
) -> Result<Arc<AppStanding>, Fault> {
    let key = (card.app_id, ask.resource.map(str::to_owned));
    let facing = house.facing(ask.tenant);
    let load = async || {
        let resource = resources::by_name(facing, &house.origins, ask.resource).await?;
        let Some(api) = resource.as_ref().and_then(|resource| resource.sp.as_ref()) else {
            return Ok(AppStanding { resource, roles: Vec::new(), wids: Vec::new(), assigned: false, life: None });
        };
        let held = facing.view.assignments_of(sp.id, api.id).await?;
        let registration = resource.as_ref().map(|resource| &resource.card.registration);
        let roles = held
            .iter()
            .filter_map(|assignment| registration?.role_by_id(assignment.role.into()))
            .filter(|role| role.allowed_member_types.contains(&MemberType::Application))
            .filter_map(|role| role.value.clone())
            .collect();
        let wids = people::tenant_wide(&facing.view.roles_of(sp.id).await?);
        let tenant = facing.tenant().await?;
        let life = tenant.zip(resource.as_ref());
        let life = life.and_then(|(tenant, api)| policy_life(&tenant, &api.card, api.sp.as_deref()));
        Ok(AppStanding { assigned: !held.is_empty(), resource, roles, wids, life })
    };
    house.access.apps.get(&house.store, ask.tenant, key, load).await
}

fn note(house: &House, ask: &AppTokenAsk<'_>, outcome: &Result<AppToken, AppTokenRefusal>) {
    let now = house.now();
    let reason = match outcome {
        Ok(_) => "token issued".to_owned(),
        Err(refusal) => format!("refused: {refusal:?}"),
    };
    house.store.note(
        ask.tenant,
        SignIn {
            id: house.draw(|draw| draw.timed_id(now)),
            at: now,
            kind: SignInKind::ServicePrincipal,
            client: Some(ask.client),
            user: None,
            name: String::new(),
            code: outcome.as_ref().err().map_or(0, AppTokenRefusal::code),
            reason,
            resource: None,
            correlation: ask.correlation,
        },
    );
}

impl AppTokenRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(&self) -> u32 {
        match self {
            AppTokenRefusal::NoSuchClient => 700016,
            AppTokenRefusal::NotInTenant => 7000229,
            AppTokenRefusal::Disabled => 7000112,
            AppTokenRefusal::Proof(refusal) => refusal.code(),
            AppTokenRefusal::CredentialMissing => 7000218,
            AppTokenRefusal::NoSuchResource { .. } => 500011,
            AppTokenRefusal::NotAssigned => 501051,
            AppTokenRefusal::Busy => 90055,
        }
    }
}
