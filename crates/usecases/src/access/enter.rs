//! A bearer token at our own Graph → a caller, with what stands for it at this moment.

use super::verified::{Known, digest};
use crate::resources::is_graph;
use crate::settle::Facing;
use crate::{Fault, House, resources};
use mandate_base::{AppId, Moment, ObjectId, ServicePrincipalId, SessionId, TenantId, UserId};
use mandate_decide::{ActionSet, PermSet, ScopedAction};
use mandate_domain::catalogue::{GRAPH, PermKind, catalogue};
use mandate_domain::consent::standing_scopes;
use mandate_domain::grant::Grant;
use mandate_domain::role::{RoleAssignment, roles};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::signin::session::Session;
use mandate_domain::signin::steps::may_cross;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use mandate_domain::well_known::{RESOURCE_MANAGER, well_known};
use mandate_jose::TokenRefusal;
use mandate_store::Memo;
use serde::Deserialize;
use std::sync::Arc;

/// Whoever made this call.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: TenantId,
    pub client: AppId,
    pub client_sp: ServicePrincipalId,
    pub who: Who,
}

#[derive(Clone, Debug)]
pub enum Who {
    App(Box<Daemon>),
    Person(Box<Person>),
}

/// An app that calls for itself.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// In the token *and* still standing.
    pub granted: PermSet,
    /// What directory roles give to its service principal.
    pub everywhere: ActionSet,
    pub scoped: Vec<ScopedAction>,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub user: Arc<User>,
    /// In the token *and* still standing.
    pub scopes: Vec<String>,
    pub granted: PermSet,
    pub everywhere: ActionSet,
    pub scoped: Vec<ScopedAction>,
    pub roles: Arc<[RoleAssignment]>,
    /// The grants that stand behind the scopes, for explanations.
    pub grants: Arc<[Grant]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnterRefusal {
    Token(TokenRefusal),
    /// Signed by us, but not an access token for this resource's callers.
    NotAnAccessToken,
    WrongAudience,
    WrongIssuer,
    Expired,
    NotYetValid,
    NoSuchIdentity,
    IdentityDisabled,
    /// The session, or everything from before a moment, was revoked after the token was issued.
    Revoked {
        since: Moment,
    },
}

/// Far above any token of ours; a limit, so that nobody makes us hash megabytes.
const LONGEST: usize = 32 * 1024;

#[derive(Deserialize)]
pub(super) struct Presented {
    aud: String,
    iss: String,
    pub exp: i64,
    nbf: i64,
    iat: i64,
    tid: String,
    oid: String,
    #[serde(default)]
    appid: Option<String>,
    #[serde(default)]
    scp: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    idtyp: Option<String>,
}

pub async fn enter(house: &House, bearer: &str) -> Result<Result<Caller, EnterRefusal>, Fault> {
    match read(house, bearer, |audience| is_graph(&house.origins, audience)) {
        Ok((token, tenant, client)) if token.idtyp.as_deref() == Some("app") => {
            as_app(house, &token, tenant, client).await
        }
        Ok((token, tenant, client)) => as_person(house, &token, tenant, client).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Whose token it is that the resource manager was shown. Of the directory, it opens nothing.
pub async fn enter_manager(house: &House, bearer: &str) -> Result<Result<TenantId, EnterRefusal>, Fault> {
    let is_meant = |audience: &str| is_manager(audience) || is_graph(&house.origins, audience);
    let (token, tenant, client) = match read(house, bearer, is_meant) {
        Ok(read) => read,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let facing = house.facing(tenant);
    let instance = facing.instance(client).await?;
    if !instance.is_some_and(|instance| instance.account_enabled) {
        return Ok(Err(EnterRefusal::IdentityDisabled));
    }
    if token.idtyp.as_deref() == Some("app") {
        return Ok(Ok(tenant));
    }
    let Ok(user) = UserId::parse(&token.oid) else { return Ok(Err(EnterRefusal::NotAnAccessToken)) };
    let user = facing.view.user_by_id(user).await?;
    Ok(match user {
        None => Err(EnterRefusal::NoSuchIdentity),
        Some(user) if !user.account_enabled => Err(EnterRefusal::IdentityDisabled),
        Some(user) if user.sessions_valid_from.secs() > token.iat => {
            Err(EnterRefusal::Revoked { since: user.sessions_valid_from })
        }
        Some(_) => Ok(tenant),
    })
}

fn is_manager(audience: &str) -> bool {
    let Some(card) = well_known(RESOURCE_MANAGER) else { return false };
    let bare = audience.trim_end_matches('/');
    let mut uris = card.registration.identifier_uris.iter();
    audience == card.app_id.to_string() || uris.any(|uri| uri.trim_end_matches('/').eq_ignore_ascii_case(bare))
}

/// Everything that the token alone can tell.
fn read(
    house: &House,
    bearer: &str,
    is_meant: impl Fn(&str) -> bool,
) -> Result<(Arc<Presented>, TenantId, AppId), EnterRefusal> {
    let Known { token, tenant, client, .. } = signed(house, bearer)?;
    if !is_meant(&token.aud) {
        return Err(EnterRefusal::WrongAudience);
    }
    if token.iss != house.origins.issuer(tenant, 1) {
        return Err(EnterRefusal::WrongIssuer);
    }
    let now = house.now().secs();
    if token.exp <= now {
        return Err(EnterRefusal::Expired);
    }
    if token.nbf > now {
        return Err(EnterRefusal::NotYetValid);
    }
    Ok((token, tenant, client.ok_or(EnterRefusal::NotAnAccessToken)?))
}

/// What a key of ours signed. A client comes again and again with one token: it is verified once.
fn signed(house: &House, bearer: &str) -> Result<Known, EnterRefusal> {
    if bearer.len() > LONGEST {
        return Err(EnterRefusal::Token(TokenRefusal::TooLong));
    }
    let (keys, digest) = (house.keys(), digest(bearer));
    if let Some(known) = house.access.verified.find(&digest, &keys) {
        return Ok(known);
    }
    let verified = keys.ring.verify(bearer, LONGEST).map_err(EnterRefusal::Token)?;
    let token: Presented = serde_json::from_slice(&verified.payload).map_err(|_| EnterRefusal::NotAnAccessToken)?;
    let tenant = TenantId::parse(&token.tid).map_err(|_| EnterRefusal::NotAnAccessToken)?;
    let client = token.appid.as_deref().and_then(|app| AppId::parse(app).ok());
    Ok(house.access.verified.note(digest, token, (tenant, client), keys))
}

/// What stands for an app at Graph in one tenant.
pub struct AppCaller {
    sp: Option<Arc<ServicePrincipal>>,
    enabled: bool,
    roles: Vec<String>,
    everywhere: ActionSet,
    scoped: Vec<ScopedAction>,
}

pub type AppCallers = Memo<AppId, AppCaller>;

async fn as_app(
    house: &House,
    token: &Presented,
    tenant: TenantId,
    client: AppId,
) -> Result<Result<Caller, EnterRefusal>, Fault> {
    let facing = house.facing(tenant);
    let load = async || load_app(facing, client).await;
    let standing = house.access.app_callers.get(&house.store, tenant, client, load).await?;
    let Some(sp) = standing.sp.as_ref().filter(|sp| sp.id.to_string() == token.oid) else {
        return Ok(Err(EnterRefusal::NoSuchIdentity));
    };
    if !standing.enabled {
        return Ok(Err(EnterRefusal::IdentityDisabled));
    }
    let roles = token.roles.iter().filter(|role| standing.roles.contains(role));
    let granted = catalogue().set(PermKind::Application, roles.map(String::as_str));
    let daemon = Daemon { granted, everywhere: standing.everywhere.clone(), scoped: standing.scoped.clone() };
    Ok(Ok(Caller { tenant, client, client_sp: sp.id, who: Who::App(Box::new(daemon)) }))
}

async fn load_app(facing: Facing<'_>, client: AppId) -> Result<AppCaller, Fault> {
    let absent =
        AppCaller { sp: None, enabled: false, roles: Vec::new(), everywhere: ActionSet::EMPTY, scoped: Vec::new() };
    let Some(card) = facing.card(client).await? else { return Ok(absent) };
    let Some(sp) = facing.instance(client).await? else { return Ok(absent) };
    let Some(graph) = resources::by_app(facing, GRAPH).await? else { return Ok(absent) };
    let Some(api) = graph.sp else { return Ok(absent) };
    let held = facing.view.assignments_of(sp.id, api.id).await?;
    let of_role = |role: ObjectId| graph.card.registration.role_by_id(role).and_then(|role| role.value.clone());
    let values = held.iter().filter_map(|assignment| of_role(assignment.role.into())).collect();
    let enabled = card.registration.is_enabled()
        && sp.account_enabled
        && api.account_enabled
        && may_cross(&card, facing.view.tenant_id());
    let held = facing.view.roles_of(sp.id).await?;
    let (everywhere, scoped) = match facing.tenant().await? {
        Some(tenant) => given(&tenant, &held),
        None => (ActionSet::EMPTY, Vec::new()),
    };
    Ok(AppCaller { sp: Some(sp), enabled, roles: values, everywhere, scoped })
}

/// What stands for an app in a person's name, in one session.
pub struct PersonStanding {
    sp: Option<Arc<ServicePrincipal>>,
    client_enabled: bool,
    user: Option<Arc<User>>,
    session: Option<Session>,
    scopes: Vec<String>,
    grants: Arc<[Grant]>,
    roles: Arc<[RoleAssignment]>,
    everywhere: ActionSet,
    scoped: Vec<ScopedAction>,
}

pub type People = Memo<(AppId, UserId, SessionId), PersonStanding>;

async fn as_person(
    house: &House,
    token: &Presented,
    tenant: TenantId,
    client: AppId,
) -> Result<Result<Caller, EnterRefusal>, Fault> {
    let ids = (UserId::parse(&token.oid), token.sid.as_deref().map(SessionId::parse), &token.scp);
    let (Ok(user), Some(Ok(session)), Some(scp)) = ids else { return Ok(Err(EnterRefusal::NotAnAccessToken)) };
    let facing = house.facing(tenant);
    let load = async || load_person(facing, client, user, session).await;
    let standing = house.access.people.get(&house.store, tenant, (client, user, session), load).await?;
    let (Some(sp), Some(user)) = (&standing.sp, &standing.user) else { return Ok(Err(EnterRefusal::NoSuchIdentity)) };
    if !standing.client_enabled || !user.account_enabled {
        return Ok(Err(EnterRefusal::IdentityDisabled));
    }
    if let Some(since) = revoked_since(&standing, user, token.iat) {
        return Ok(Err(EnterRefusal::Revoked { since }));
    }
    let in_token = |held: &&String| scp.split_ascii_whitespace().any(|scope| scope.eq_ignore_ascii_case(held));
    let scopes: Vec<String> = standing.scopes.iter().filter(in_token).cloned().collect();
    let person = standing.person(user, scopes);
    Ok(Ok(Caller { tenant, client, client_sp: sp.id, who: Who::Person(Box::new(person)) }))
}

/// Whoever an app would be without a token, by what stands at this moment: for what goes on while nobody calls.
pub async fn stand(
    house: &House,
    tenant: TenantId,
    client: AppId,
    user: Option<UserId>,
) -> Result<Option<Caller>, Fault> {
    let facing = house.facing(tenant);
    let Some(user) = user else {
        let standing = load_app(facing, client).await?;
        let Some(sp) = standing.sp.as_ref().filter(|_| standing.enabled) else { return Ok(None) };
        let granted = catalogue().set(PermKind::Application, standing.roles.iter().map(String::as_str));
        let daemon = Daemon { granted, everywhere: standing.everywhere, scoped: standing.scoped };
        return Ok(Some(Caller { tenant, client, client_sp: sp.id, who: Who::App(Box::new(daemon)) }));
    };
    let standing = load_person(facing, client, user, SessionId::from_u128(0)).await?;
    let (Some(sp), Some(user)) = (&standing.sp, &standing.user) else { return Ok(None) };
    if !standing.client_enabled || !user.account_enabled {
        return Ok(None);
    }
    let person = standing.person(user, standing.scopes.clone());
    Ok(Some(Caller { tenant, client, client_sp: sp.id, who: Who::Person(Box::new(person)) }))
}

impl PersonStanding {
    fn person(&self, user: &Arc<User>, scopes: Vec<String>) -> Person {
        Person {
            user: user.clone(),
            granted: catalogue().set(PermKind::Delegated, scopes.iter().map(String::as_str)),
            scopes,
            everywhere: self.everywhere.clone(),
            scoped: self.scoped.clone(),
            roles: self.roles.clone(),
            grants: self.grants.clone(),
        }
    }
}

/// A signed-out session's tokens live on; a revoked one's do not (protocol.md §1.11).
fn revoked_since(standing: &PersonStanding, user: &User, issued: i64) -> Option<Moment> {
    let session = standing.session.as_ref();
    if user.sessions_valid_from.secs() > issued {
        return Some(user.sessions_valid_from);
    }
    match session {
        None => Some(user.sessions_valid_from),
        Some(session) if session.is_revoked() => session.ended.map(|ended| ended.at),
        // `iat` counts whole seconds; the sign-in behind the token is known to the millisecond.
        Some(session) if session.signed_in < user.sessions_valid_from => Some(user.sessions_valid_from),
        Some(_) => None,
    }
}

async fn load_person(
    facing: Facing<'_>,
    client: AppId,
    user: UserId,
    session: SessionId,
) -> Result<PersonStanding, Fault> {
    let view = facing.view;
    let card = facing.card(client).await?;
    let sp = facing.instance(client).await?;
    let graph = resources::by_app(facing, GRAPH).await?;
    let grants = match (&sp, graph.as_ref().and_then(|graph| graph.sp.as_ref())) {
        (Some(sp), Some(api)) => view.grants_between(sp.id, api.id, user).await?,
        _ => Vec::new(),
    };
    let standing = graph.as_ref().map(|graph| standing_scopes(client, &graph.card, &grants)).unwrap_or_default();
    let scopes = standing.iter().map(|scope| scope.value.clone()).collect();
    let graph_enabled = graph.as_ref().and_then(|graph| graph.sp.as_ref()).is_some_and(|api| api.account_enabled);
    let let_in = match &sp {
        Some(sp) if sp.app_role_assignment_required => !view.assignments_of_user(user, sp.id).await?.is_empty(),
        _ => true,
    };
    let client_enabled = graph_enabled
        && let_in
        && card.as_ref().is_some_and(|card| card.registration.is_enabled() && may_cross(card, view.tenant_id()))
        && sp.as_ref().is_some_and(|sp| sp.account_enabled);
    let tenant = facing.tenant().await?;
    let user = view.user_by_id(user).await?;
    let roles = match &user {
        Some(user) => view.roles_of(user.id).await?,
        None => Vec::new(),
    };
    let (everywhere, scoped) = rights(user.as_ref(), tenant.as_deref(), &roles);
    let session = view.session_by_id(session).await?;
    let (user, grants, roles) = (user.map(Arc::new), grants.into(), roles.into());
    Ok(PersonStanding { sp, client_enabled, user, session, scopes, grants, roles, everywhere, scoped })
}

/// What directory roles add, and where each adds it.
fn given(tenant: &Tenant, held: &[RoleAssignment]) -> (ActionSet, Vec<ScopedAction>) {
    let (mut everywhere, mut scoped) = (ActionSet::EMPTY, Vec::new());
    for assignment in held {
        let Some(actions) = roles().actions_of(assignment.role, &tenant.settings) else { continue };
        match assignment.within {
            None => everywhere.unite(&actions),
            Some(within) => scoped.extend(actions.iter().map(|action| ScopedAction { action, within })),
        }
    }
    (everywhere, scoped)
}

/// What a person may do: the default rights of members or guests, and what each role adds, where it adds it.
fn rights(user: Option<&User>, tenant: Option<&Tenant>, held: &[RoleAssignment]) -> (ActionSet, Vec<ScopedAction>) {
    let (Some(user), Some(tenant)) = (user, tenant) else { return (ActionSet::EMPTY, Vec::new()) };
    let policy = &tenant.settings.authorization_policy;
    let mut everywhere = roles().default_rights(user.kind, policy);
    let (wide, scoped) = given(tenant, held);
    everywhere.unite(&wide);
    (everywhere, scoped)
}

impl Caller {
    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::App(_) => None,
        }
    }

    /// The same caller with no more than what roles in these units give. A person stays who they are to themselves.
    pub fn only_within(&self, units: &[ObjectId]) -> Caller {
        let kept =
            |scoped: &[ScopedAction]| scoped.iter().filter(|held| units.contains(&held.within)).copied().collect();
        let who = match &self.who {
            Who::App(daemon) => Who::App(Box::new(Daemon {
                granted: PermSet::EMPTY,
                everywhere: ActionSet::EMPTY,
                scoped: kept(&daemon.scoped),
            })),
            Who::Person(person) => Who::Person(Box::new(Person {
                everywhere: ActionSet::EMPTY,
                scoped: kept(&person.scoped),
                ..person.as_ref().clone()
            })),
        };
        Caller { who, ..self.clone() }
    }

    /// Who owns what this caller makes, and is asked for as an owner.
    pub fn object(&self) -> ObjectId {
        match &self.who {
            Who::Person(person) => person.user.id.into(),
            Who::App(_) => self.client_sp.into(),
        }
    }

    pub fn user(&self) -> Option<&User> {
        self.person().map(|person| &*person.user)
    }
}
