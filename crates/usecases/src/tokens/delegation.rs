//! What a user's tokens are made of, once it is decided that the client may have them.

use super::echo::echo;
use crate::resources::audience;
use crate::signin::{Encounter, EncounterRefusal};
use crate::{Fault, people};
use futures_util::future::try_join;
use mandate_base::{AppId, GroupId, Moment, RoleTemplateId, SessionId};
use mandate_domain::application::AppCard;
use mandate_domain::catalogue::{GRAPH, OIDC_SCOPES};
use mandate_domain::consent::{Asked, ScopeRefusal, Wants, standing_scopes};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::steps::NotLetIn;
use mandate_domain::tenant::Tenant;
use mandate_domain::token::claims::Proof;
use mandate_domain::token::lifetime::policy_life;
use mandate_domain::user::User;
use mandate_store::TenantView;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Delegation {
    pub tenant: Arc<Tenant>,
    pub user: Arc<User>,
    pub client: Arc<AppCard>,
    pub resource: Arc<AppCard>,
    pub audience: String,
    /// The resource, as the request named it.
    pub named: Option<String>,
    /// What stands of the resource for this client and user.
    pub scopes: Vec<String>,
    pub session: SessionPart,
    pub proof: Proof,
    pub wids: Vec<RoleTemplateId>,
    pub of_resource: PersonAt,
    pub of_client: PersonAt,
    pub lives: Lives,
    /// The `scope` of the answer.
    pub echo: String,
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
}

/// The session that a token comes of.
#[derive(Clone, Copy, Debug)]
pub struct SessionPart {
    pub id: SessionId,
    /// When the password was given.
    pub signed_in: Moment,
    /// "Stay signed in".
    pub persistent: bool,
}

/// What policies say of the lives of tokens; `None`: the built-in ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lives {
    pub access: Option<i64>,
    pub id: Option<i64>,
}

/// A person as one app sees them.
#[derive(Clone, Debug, Default)]
pub struct PersonAt {
    pub groups: Vec<GroupId>,
    pub roles: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DelegationRefusal {
    Encounter(EncounterRefusal),
    Scope(ScopeRefusal),
    NotLetIn(NotLetIn),
    UserDisabled,
    /// Everything from before this moment was revoked.
    SessionsRevoked,
    ConsentMissing,
    SeveralResources,
    ResourceNotHere {
        app: AppId,
    },
}

/// Judges an encounter at the token endpoint: the same rules as on the pages, with nobody to ask.
pub fn judge(met: &Encounter, signed_in: Moment) -> Result<(), DelegationRefusal> {
    if !met.user.account_enabled {
        return Err(DelegationRefusal::UserDisabled);
    }
    if signed_in < met.user.sessions_valid_from {
        return Err(DelegationRefusal::SessionsRevoked);
    }
    met.let_in().map_err(DelegationRefusal::NotLetIn)?;
    let survey = met.survey().map_err(DelegationRefusal::Scope)?;
    if !survey.is_complete() {
        return Err(DelegationRefusal::ConsentMissing);
    }
    let app = target(met);
    let usable = met.loaded(app).and_then(|loaded| loaded.sp.as_ref()).is_some_and(|sp| sp.account_enabled);
    if usable || app == met.client.app_id { Ok(()) } else { Err(DelegationRefusal::ResourceNotHere { app }) }
}

/// The app that the token is for.
fn target(met: &Encounter) -> AppId {
    met.asked.first().map_or(GRAPH, |ask| ask.resource)
}

/// Puts the parts together. `scopes` is what this token request asks for; `flow` what the whole sign-in asked for.
pub fn assemble(
    met: &Encounter,
    scopes: &ScopeAsk,
    flow: &ScopeAsk,
    people: &(PersonAt, PersonAt),
    session: SessionPart,
    proof: Proof,
) -> Option<Delegation> {
    let app = target(met);
    let loaded = met.loaded(app)?;
    let named = scopes.resources.first();
    let held = held_scopes(met, app);
    let (openid, profile, email) =
        (scopes.openid || flow.openid, scopes.profile || flow.profile, scopes.email || flow.email);
    let echo = echo(scopes, app, &held, [openid, profile, email]);
    let lives = Lives {
        access: policy_life(&met.tenant, &loaded.card, loaded.sp.as_deref()),
        id: policy_life(&met.tenant, &met.client, met.client_sp.as_deref()),
    };
    Some(Delegation {
        lives,
        audience: audience(&loaded.card, named.and_then(|ask| ask.name.as_deref())),
        named: named.and_then(|ask| ask.name.clone()),
        resource: loaded.card.clone(),
        scopes: held,
        session,
        proof,
        wids: met.roles.clone(),
        of_resource: people.0.clone(),
        of_client: people.1.clone(),
        echo,
        openid,
        profile,
        email,
        tenant: met.tenant.clone(),
        user: met.user.clone(),
        client: met.client.clone(),
    })
}

/// All that stands for this resource, not only what was asked (protocol.md §5.1). A token to itself holds what the app
/// exposes; an app that exposes nothing gets the sign-in scopes, which it has by that rule.
fn held_scopes(met: &Encounter, app: AppId) -> Vec<String> {
    let Some(loaded) = met.loaded(app) else { return Vec::new() };
    if app == met.client.app_id {
        let own = loaded.card.registration.api.oauth2_permission_scopes.iter().filter(|scope| scope.is_enabled);
        let own: Vec<String> = own.map(|scope| scope.value.clone()).collect();
        return if own.is_empty() { vec!["openid".to_owned(), "profile".to_owned()] } else { own };
    }
    let mut held: Vec<String> = standing_scopes(met.client.app_id, &loaded.card, &loaded.grants)
        .into_iter()
        .map(|scope| scope.value.clone())
        .filter(|value| value != "offline_access")
        .collect();
    // Sign-in scopes that ride on a pre-authorised API stand for this sign-in, though no grant is written.
    let riders = met.asked.iter().filter(|ask| ask.resource == app).flat_map(asked_oidc);
    for rider in riders.filter(|rider| *rider != "offline_access") {
        if !held.iter().any(|scope| scope == rider) {
            held.push(rider.to_owned());
        }
    }
    held
}

fn asked_oidc(ask: &Asked) -> impl Iterator<Item = &'static str> {
    let values: &[String] = if let Wants::Named(values) = &ask.wants { values } else { &[] };
    OIDC_SCOPES.into_iter().filter(|scope| values.iter().any(|value| value.eq_ignore_ascii_case(scope)))
}

/// The person as the resource sees them, and as the client does.
pub async fn people_at(view: TenantView<'_>, met: &Encounter) -> Result<(PersonAt, PersonAt), Fault> {
    let resource = async {
        match met.loaded(target(met)) {
            Some(loaded) => person_at(view, met, &loaded.card, loaded.sp.as_deref()).await,
            None => Ok(PersonAt::default()),
        }
    };
    try_join(resource, person_at(view, met, &met.client, met.client_sp.as_deref())).await
}

async fn person_at(
    view: TenantView<'_>,
    met: &Encounter,
    app: &AppCard,
    sp: Option<&mandate_domain::service_principal::ServicePrincipal>,
) -> Result<PersonAt, Fault> {
    let groups = people::groups(view, met.user.id, &app.registration, sp);
    let (groups, roles) = try_join(groups, people::app_roles(view, met.user.id, app, sp)).await?;
    Ok(PersonAt { groups, roles })
}

/// What tokens at the authorization endpoint are made of: nothing is proven yet but the person.
pub async fn at_sign_in(
    house: &crate::House,
    met: Encounter,
    scopes: &ScopeAsk,
    session: SessionPart,
) -> Result<Result<Delegation, DelegationRefusal>, Fault> {
    if let Err(refusal) = judge(&met, session.signed_in) {
        return Ok(Err(refusal));
    }
    let people = people_at(house.store.tenant(met.tenant.id), &met).await?;
    let app = target(&met);
    let assembled = assemble(&met, scopes, scopes, &people, session, Proof::None);
    Ok(assembled.ok_or(DelegationRefusal::ResourceNotHere { app }))
}

impl DelegationRefusal {
    pub const fn code(&self) -> u32 {
        match self {
            DelegationRefusal::Encounter(EncounterRefusal::NoSuchTenant) => 90002,
            DelegationRefusal::Encounter(EncounterRefusal::NoSuchClient) => 700016,
            DelegationRefusal::Encounter(EncounterRefusal::NoSuchUser) => 50034,
            DelegationRefusal::Encounter(EncounterRefusal::NoSuchResource { .. }) => 500011,
            DelegationRefusal::Encounter(EncounterRefusal::ItselfByUri) => 90009,
            // At the token endpoint nobody can be asked: a client hears that consent is missing, and asks for a page.
            DelegationRefusal::Scope(ScopeRefusal::NotInRegistration { .. }) => 65001,
            DelegationRefusal::Scope(ScopeRefusal::NoSuchScope { .. }) => 70011,
            DelegationRefusal::Scope(ScopeRefusal::NoSuchResource) => 500011,
            DelegationRefusal::NotLetIn(refusal) => not_let_in_code(*refusal),
            DelegationRefusal::UserDisabled => 50057,
            DelegationRefusal::SessionsRevoked => 50173,
            DelegationRefusal::ConsentMissing => 65001,
            DelegationRefusal::SeveralResources => 28000,
            DelegationRefusal::ResourceNotHere { .. } => 500011,
        }
    }
}

pub const fn not_let_in_code(refusal: NotLetIn) -> u32 {
    match refusal {
        NotLetIn::AppDisabled => 7000112,
        NotLetIn::OtherOrganisation => 700016,
        NotLetIn::NotAssigned => 50105,
    }
}
