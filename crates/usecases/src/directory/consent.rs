//! Consent by whoever runs the house: what the consent page does for an organisation or for one person, without a browser.

use super::grants::{Between, ConsentPath, GrantWriter, joined};
use crate::access::Permit;
use crate::resources::{Resource, by_app, by_name};
use crate::settle::{Facing, UseCase};
use crate::signin::review::approve;
use crate::{Fault, Origins};
use mandate_base::{AppId, AppRoleId, CorrelationId, Draw, Moment, UserId};
use mandate_domain::application::{AccessKind, AppCard};
use mandate_domain::consent::request::{ConsentRequest, Pending};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::record::Plan;
use mandate_domain::service_principal::ServicePrincipal;
use std::sync::Arc;

pub enum Wanted<'a> {
    /// All that the registration lists, of both kinds.
    Registered,
    /// Of one API, by the values of its scopes and app roles.
    Named { resource: &'a str, scopes: &'a [String], roles: &'a [String] },
}

pub struct GrantByHand<'a> {
    pub permit: &'a Permit,
    pub origins: &'a Origins,
    pub client: AppId,
    pub wanted: Wanted<'a>,
    /// `None`: everybody.
    pub principal: Option<UserId>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHandRefusal {
    NoSuchClient,
    NoSuchResource(String),
    NoSuchPermission(String),
    NoSuchUser,
    /// Application permissions are nobody's in particular.
    RolesAreForEverybody,
    NothingWanted,
}

/// One API of the list, and what stands of it.
pub struct Sought {
    card: Arc<AppCard>,
    sp: Option<Arc<ServicePrincipal>>,
    scopes: Vec<String>,
    roles: Vec<AppRoleId>,
    grant: Option<Grant>,
    held: Vec<AppRoleAssignment>,
}

impl Sought {
    /// Now or before.
    fn gives(&self, pending: &Pending) -> bool {
        let permission = &pending.permission;
        let named = |scope: &String| scope.eq_ignore_ascii_case(&permission.value);
        let has = match permission.kind {
            AccessKind::Scope => {
                self.scopes.iter().any(named) || self.grant.as_ref().is_some_and(|grant| grant.holds(&permission.value))
            }
            AccessKind::Role => {
                let role = AppRoleId::from(permission.id);
                self.roles.contains(&role) || self.held.iter().any(|held| held.role == role)
            }
        };
        self.card.app_id == pending.resource && has
    }
}

pub struct Client {
    card: Arc<AppCard>,
    sp: Option<Arc<ServicePrincipal>>,
    sought: Vec<Sought>,
    /// What people asked for, and this may answer.
    waiting: Vec<ConsentRequest>,
}

impl UseCase for GrantByHand<'_> {
    type Facts = Result<Client, ByHandRefusal>;
    type Reply = ();
    type Refusal = ByHandRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let Some(Resource { card, sp }) = by_app(facing, self.client).await? else {
            return Ok(Err(ByHandRefusal::NoSuchClient));
        };
        if let Some(user) = self.principal
            && facing.view.user_by_id(user).await?.is_none()
        {
            return Ok(Err(ByHandRefusal::NoSuchUser));
        }
        let mut sought = match self.sought(facing, &card).await? {
            Ok(sought) => sought,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for one in &mut sought {
            if let (Some(sp), Some(api)) = (&sp, &one.sp) {
                let grants = facing.view.grants_of_client(sp.id).await?;
                let fits = |grant: &Grant| grant.resource == api.id && grant.principal == self.principal;
                one.grant = grants.into_iter().find(fits);
                one.held = facing.view.assignments_of(sp.id, api.id).await?;
            }
        }
        let waiting = match self.principal {
            None => facing.view.consent_requests_undecided(self.client).await?,
            Some(_) => Vec::new(),
        };
        Ok(Ok(Client { card, sp, sought, waiting }))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<(), ByHandRefusal> {
        let client = match facts {
            Ok(client) => client,
            Err(refusal) => return Plan::refuse(refusal),
        };
        if client.sought.iter().all(|one| one.scopes.is_empty() && one.roles.is_empty()) {
            return Plan::refuse(ByHandRefusal::NothingWanted);
        }
        if self.principal.is_some() && client.sought.iter().any(|one| !one.roles.is_empty()) {
            return Plan::refuse(ByHandRefusal::RolesAreForEverybody);
        }
        let doer = self.permit.doer(self.correlation);
        let mut writer = GrantWriter::new(&doer, now, draw);
        self.write(&client, &mut writer);
        let mut record = writer.record;
        let given = |pending: &Pending| client.sought.iter().any(|one| one.gives(pending));
        approve(&client.waiting, given, None, client.card.name(), &doer, now, &mut record);
        Plan::answer((), record)
    }
}

impl GrantByHand<'_> {
    async fn sought(&self, facing: Facing<'_>, client: &AppCard) -> Result<Result<Vec<Sought>, ByHandRefusal>, Fault> {
        match &self.wanted {
            Wanted::Registered => registered(facing, client, self.principal.is_none()).await,
            Wanted::Named { resource, scopes, roles } => {
                let found = by_name(facing, self.origins, Some(resource)).await?;
                let Some(api) = found else { return Ok(Err(ByHandRefusal::NoSuchResource((*resource).to_owned()))) };
                Ok(named(api, scopes, roles).map(|one| vec![one]))
            }
        }
    }

    fn write(&self, client: &Client, writer: &mut GrantWriter<'_>) {
        let instance = (writer.instance(&client.card, client.sp.as_deref()), client.card.name());
        for one in &client.sought {
            let api = (writer.instance(&one.card, one.sp.as_deref()), one.card.name());
            let between = Between { client: instance, api };
            let held = one.grant.as_ref().map_or(&[][..], |grant| &grant.scopes);
            writer.scopes(between, self.principal, one.grant.as_ref(), joined(held, &one.scopes));
            for role in one.roles.iter().filter(|role| one.held.iter().all(|held| held.role != **role)) {
                let value = one.card.registration.role_by_id((*role).into()).and_then(|role| role.value.clone());
                writer.role(between, *role, value);
            }
        }
        writer.consented(instance, self.principal.is_none(), ConsentPath::Order);
    }
}

fn seek(api: Resource, scopes: Vec<String>, roles: Vec<AppRoleId>) -> Sought {
    Sought { card: api.card, sp: api.sp, scopes, roles, grant: None, held: Vec::new() }
}

/// One person gets the delegated ones alone.
async fn registered(
    facing: Facing<'_>,
    client: &AppCard,
    with_roles: bool,
) -> Result<Result<Vec<Sought>, ByHandRefusal>, Fault> {
    let mut sought = Vec::new();
    for required in &client.registration.required_resource_access {
        let Some(api) = by_app(facing, required.resource_app_id).await? else {
            return Ok(Err(ByHandRefusal::NoSuchResource(required.resource_app_id.to_string())));
        };
        let of_kind = |kind| required.resource_access.iter().filter(move |access| access.kind == kind);
        let scopes = of_kind(AccessKind::Scope)
            .filter_map(|access| api.card.registration.scope_by_id(access.id))
            .map(|scope| scope.value.clone());
        let scopes = scopes.collect();
        let roles = of_kind(AccessKind::Role).filter(|_| with_roles).map(|access| access.id.into()).collect();
        sought.push(seek(api, scopes, roles));
    }
    Ok(Ok(sought))
}

fn named(api: Resource, scopes: &[String], roles: &[String]) -> Result<Sought, ByHandRefusal> {
    let missing = |value: &String| ByHandRefusal::NoSuchPermission(value.clone());
    let registration = &api.card.registration;
    let scopes = scopes
        .iter()
        .map(|value| registration.scope_named(value).map(|scope| scope.value.clone()).ok_or_else(|| missing(value)));
    let scopes = scopes.collect::<Result<Vec<_>, _>>()?;
    let roles = roles.iter().map(|value| {
        let found = registration.app_roles.iter().find(|role| role.value.as_ref() == Some(value));
        found.map(|role| role.id).ok_or_else(|| missing(value))
    });
    let roles = roles.collect::<Result<Vec<_>, _>>()?;
    Ok(seek(api, scopes, roles))
}
