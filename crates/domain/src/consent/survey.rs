//! The survey of one request: every permission it asks for, with its standing.

use super::policy::{self, Event, EventKind, GrantPolicy};
use crate::application::{AccessKind, AppCard};
use crate::catalogue::{GRAPH, OIDC_SCOPES};
use crate::grant::Grant;
use crate::permission::{MemberType, Scope, ScopeConsent};
use crate::role::{APPLICATION_DEVELOPER, roles};
use crate::service_principal::ServicePrincipal;
use crate::tenant::Tenant;
use mandate_base::{AppId, AppRoleId, ObjectId, RoleTemplateId};
use serde::{Deserialize, Serialize};

/// What a request wants of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub resource: AppId,
    pub wants: Wants,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Wants {
    /// `/.default`: what stands, or the whole static list when nothing does.
    Default,
    /// `/.default` with `prompt=consent`: the whole static list, whether it stands or not.
    Whole,
    Named(Vec<String>),
}

/// One API that the request, or the app's static list, touches.
#[derive(Clone, Debug)]
pub struct ResourceFacts<'a> {
    pub card: &'a AppCard,
    pub sp: Option<&'a ServicePrincipal>,
    /// Of this client to this resource: the tenant-wide one and this user's.
    pub grants: &'a [Grant],
    /// Application permissions that the client holds on it.
    pub roles_held: &'a [AppRoleId],
}

#[derive(Clone, Debug)]
pub struct SurveyFacts<'a> {
    pub tenant: &'a Tenant,
    pub client: &'a AppCard,
    pub client_sp: Option<&'a ServicePrincipal>,
    /// The user's tenant-wide directory roles.
    pub roles: &'a [RoleTemplateId],
    pub resources: &'a [ResourceFacts<'a>],
}

#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    pub items: Vec<Item>,
    /// The person may consent for everybody, as far as this request goes.
    pub may_grant_for_all: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub resource: AppId,
    pub permission: Permission,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    pub id: ObjectId,
    pub value: String,
    pub kind: AccessKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Granted,
    /// The API's owner lets this client in without consent.
    PreAuthorized,
    /// The app asks for a token to itself.
    Itself,
    /// Not granted, and this person may grant it.
    Missing,
    /// Not granted, and this person may not grant it.
    Blocked(Why),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The API's owner wants an administrator.
    AdminOnly,
    /// The tenant lets no user consent.
    TurnedOff,
    /// The tenant lets users consent to low-risk permissions only.
    NotClassifiedLow,
    /// The tenant's policy does not include it.
    OutsidePolicy,
    /// The app admits assigned people only; its consent is an administrator's.
    AssignmentRequired,
    /// An application permission is never a user's to grant.
    ApplicationPermission,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeRefusal {
    NoSuchScope {
        resource: AppId,
        scope: String,
    },
    /// `/.default` of a resource that the registration does not name, and of which nothing stands.
    NotInRegistration {
        resource: AppId,
    },
    /// A client asks for itself by URI instead of by GUID.
    NoSuchResource,
}

/// Judges every permission that the request asks for.
pub fn survey(asked: &[Asked], facts: &SurveyFacts<'_>) -> Result<Survey, ScopeRefusal> {
    let mut items = Vec::new();
    for ask in asked {
        match &ask.wants {
            Wants::Named(values) => named(ask.resource, values, facts, &mut items)?,
            Wants::Default => default(ask.resource, facts, &mut items)?,
            Wants::Whole if facts.client.app_id == ask.resource => {}
            Wants::Whole => whole_list(ask.resource, facts, &mut items)?,
        }
    }
    cover_riders(asked, facts, &mut items);
    let mut seen = Vec::new();
    items.retain(|item| {
        let known = seen.contains(&(item.resource, item.permission.clone()));
        seen.push((item.resource, item.permission.clone()));
        !known
    });
    let may_grant_for_all = facts.may_grant_for_all(&items);
    Ok(Survey { items, may_grant_for_all })
}

fn named(
    resource: AppId,
    values: &[String],
    facts: &SurveyFacts<'_>,
    items: &mut Vec<Item>,
) -> Result<(), ScopeRefusal> {
    let api = facts.resource(resource)?;
    for value in values {
        let scope = api.card.registration.scope_named(value).filter(|scope| scope.is_enabled);
        let Some(scope) = scope else { return Err(ScopeRefusal::NoSuchScope { resource, scope: value.clone() }) };
        items.push(facts.delegated(api, scope));
    }
    Ok(())
}

/// protocol.md §5.1: what stands is enough; when nothing stands, the whole static list of all APIs is asked.
fn default(resource: AppId, facts: &SurveyFacts<'_>, items: &mut Vec<Item>) -> Result<(), ScopeRefusal> {
    let api = facts.resource(resource)?;
    if facts.client.app_id == resource {
        return Ok(());
    }
    let standing = facts.standing_items(api);
    if !standing.is_empty() {
        items.extend(standing);
        return Ok(());
    }
    whole_list(resource, facts, items)
}

/// The whole static list, whatever stands of it: `prompt=consent` shows it again (protocol.md §5.6).
fn whole_list(resource: AppId, facts: &SurveyFacts<'_>, items: &mut Vec<Item>) -> Result<(), ScopeRefusal> {
    let listed = &facts.client.registration.required_resource_access;
    if !listed.iter().any(|required| required.resource_app_id == resource) {
        return Err(ScopeRefusal::NotInRegistration { resource });
    }
    items.extend(static_list(facts));
    Ok(())
}

/// Everything that the registration lists (`requiredResourceAccess`), of all APIs, with its standing.
fn static_list<'a>(facts: &'a SurveyFacts<'_>) -> impl Iterator<Item = Item> + 'a {
    facts.client.registration.required_resource_access.iter().flat_map(move |required| {
        let api = facts.resources.iter().find(|api| api.card.app_id == required.resource_app_id);
        required.resource_access.iter().filter_map(move |access| match access.kind {
            AccessKind::Scope => {
                let scope = api?.card.registration.scope_by_id(access.id).filter(|scope| scope.is_enabled)?;
                Some(facts.delegated(api?, scope))
            }
            AccessKind::Role => facts.application(api?, access.id),
        })
    })
}

/// The sign-in scopes ride along without consent when the app asks for nothing but itself (features S1-25), or only
/// for what the API's owner pre-authorised: a client that is let in without a prompt must not get one for its riders.
fn cover_riders(asked: &[Asked], facts: &SurveyFacts<'_>, items: &mut [Item]) {
    let beyond = |item: &&mut Item| !(item.resource == GRAPH && is_oidc(&item.permission.value));
    // Features S1-25 speaks of apps made in the tenant: another organisation's app learns nobody's name this way.
    let to_itself = facts.client.home == facts.tenant.id
        && asked.iter().any(|ask| ask.resource == facts.client.app_id)
        && asked.iter().all(|ask| ask.resource == facts.client.app_id || asks_sign_in_only(ask));
    let mut api_items = items.iter_mut().filter(beyond).peekable();
    let pre_authorized = api_items.peek().is_some() && api_items.all(|item| item.standing == Standing::PreAuthorized);
    let cover = match (to_itself, pre_authorized) {
        (true, _) => Standing::Itself,
        (false, true) => Standing::PreAuthorized,
        (false, false) => return,
    };
    for item in items.iter_mut().filter(|item| item.resource == GRAPH && is_oidc(&item.permission.value)) {
        if item.standing != Standing::Granted {
            item.standing = cover;
        }
    }
}

fn asks_sign_in_only(ask: &Asked) -> bool {
    ask.resource == GRAPH && matches!(&ask.wants, Wants::Named(values) if values.iter().all(|value| is_oidc(value)))
}

fn is_oidc(value: &str) -> bool {
    OIDC_SCOPES.iter().any(|scope| scope.eq_ignore_ascii_case(value))
}

/// The delegated permissions that stand for a client at a resource: grants and pre-authorisation, of scopes that
/// their owner still publishes.
pub fn standing_scopes<'a>(client: AppId, resource: &'a AppCard, grants: &[Grant]) -> Vec<&'a Scope> {
    let registration = &resource.registration;
    let stands = |scope: &&Scope| {
        scope.is_enabled
            && (grants.iter().any(|grant| grant.holds(&scope.value)) || registration.pre_authorizes(client, scope))
    };
    registration.api.oauth2_permission_scopes.iter().filter(stands).collect()
}

/// May whoever holds these roles give the client this scope: in one person's name, or in everybody's? What one person may
/// be asked for, whoever manages grants may write down for them; the rest takes a role's policy.
pub fn may_give(facts: &SurveyFacts<'_>, api: &ResourceFacts<'_>, value: &str, in_ones_name: bool) -> bool {
    let scope = api.card.registration.scope_named(value);
    if in_ones_name && scope.is_some_and(|scope| scope.consent == ScopeConsent::User) {
        return true;
    }
    // A scope that the API does not publish has no id: only a policy that includes everything includes it.
    let id = scope.map_or(ObjectId::from_u128(0), |scope| scope.id.into());
    let event = facts.event(api, id, EventKind::Delegated { user_consentable: false });
    facts.for_all_policies().any(|policy| policy.passes(&event))
}

/// May whoever holds these roles give the client this application permission? Never by a person's own right.
pub fn may_assign(facts: &SurveyFacts<'_>, api: &ResourceFacts<'_>, role: AppRoleId) -> bool {
    let event = facts.event(api, role.into(), EventKind::Application);
    facts.for_all_policies().any(|policy| policy.passes(&event))
}

impl<'a> SurveyFacts<'a> {
    fn resource(&self, app_id: AppId) -> Result<&ResourceFacts<'a>, ScopeRefusal> {
        self.resources.iter().find(|api| api.card.app_id == app_id).ok_or(ScopeRefusal::NoSuchResource)
    }

    fn standing_items(&self, api: &ResourceFacts<'_>) -> Vec<Item> {
        let scopes = standing_scopes(self.client.app_id, api.card, api.grants);
        scopes.into_iter().map(|scope| self.delegated(api, scope)).collect()
    }

    fn delegated(&self, api: &ResourceFacts<'_>, scope: &Scope) -> Item {
        let standing = if self.client.app_id == api.card.app_id {
            Standing::Itself
        } else if api.grants.iter().any(|grant| grant.holds(&scope.value)) {
            Standing::Granted
        } else if api.sp.is_some() && api.card.registration.pre_authorizes(self.client.app_id, scope) {
            Standing::PreAuthorized
        } else {
            self.missing(api, scope)
        };
        let permission = Permission { id: scope.id.into(), value: scope.value.clone(), kind: AccessKind::Scope };
        Item { resource: api.card.app_id, permission, standing }
    }

    fn missing(&self, api: &ResourceFacts<'_>, scope: &Scope) -> Standing {
        let event = self.event(
            api,
            scope.id.into(),
            EventKind::Delegated { user_consentable: scope.consent == ScopeConsent::User },
        );
        if self.for_all_policies().any(|policy| policy.passes(&event)) {
            return Standing::Missing;
        }
        // The API's owner decides first: no policy of a tenant gives users what its owner keeps for administrators.
        if scope.consent == ScopeConsent::Admin {
            return Standing::Blocked(Why::AdminOnly);
        }
        if self.client_sp.is_some_and(|sp| sp.app_role_assignment_required) {
            return Standing::Blocked(Why::AssignmentRequired);
        }
        let own: Vec<_> = self.own_policies().collect();
        if own.iter().any(|policy| policy.passes(&event)) {
            return Standing::Missing;
        }
        Standing::Blocked(match () {
            () if own.is_empty() => Why::TurnedOff,
            () if own.iter().all(|policy| policy.id.eq_ignore_ascii_case(policy::LOW)) => Why::NotClassifiedLow,
            () => Why::OutsidePolicy,
        })
    }

    fn application(&self, api: &ResourceFacts<'_>, id: ObjectId) -> Option<Item> {
        let role = api.card.registration.role_by_id(id)?;
        let usable = role.is_enabled && role.allowed_member_types.contains(&MemberType::Application);
        let event = self.event(api, id, EventKind::Application);
        let standing = if api.roles_held.contains(&role.id) {
            Standing::Granted
        } else if self.for_all_policies().any(|policy| policy.passes(&event)) {
            Standing::Missing
        } else {
            Standing::Blocked(Why::ApplicationPermission)
        };
        let value = role.value.clone().unwrap_or_default();
        let permission = Permission { id, value, kind: AccessKind::Role };
        usable.then_some(Item { resource: api.card.app_id, permission, standing })
    }

    fn event(&self, api: &ResourceFacts<'_>, permission: ObjectId, kind: EventKind) -> Event<'_> {
        Event {
            client: self.client,
            tenant: self.tenant.id,
            resource: api.card.app_id,
            permission,
            kind,
            class: api.sp.and_then(|sp| sp.class_of(permission)),
        }
    }

    /// `ManagePermissionGrantsForSelf.{id}`: what every user may grant for their own account.
    fn own_policies(&self) -> impl Iterator<Item = &GrantPolicy> {
        let assigned =
            &self.tenant.settings.authorization_policy.default_user_role_permissions.permission_grant_policies_assigned;
        let of_tenant = assigned.iter().filter_map(|entry| {
            let (prefix, id) = entry.split_once('.')?;
            prefix.eq_ignore_ascii_case("ManagePermissionGrantsForSelf").then(|| self.policy(id))?
        });
        // This role gives back what the tenant took from users (consent-and-governance.md 1.9).
        let developer = self.roles.contains(&APPLICATION_DEVELOPER);
        of_tenant.chain(developer.then(|| policy::built_in(policy::LEGACY)).flatten())
    }

    /// `managePermissionGrantsForAll.{id}`: what a role lets its holder grant for the organisation.
    fn for_all_policies(&self) -> impl Iterator<Item = &GrantPolicy> {
        let held = self.roles.iter().filter_map(|id| roles().template(*id));
        held.flat_map(|role| role.grants_for_all.iter()).filter_map(|id| self.policy(id))
    }

    fn policy(&self, id: &str) -> Option<&GrantPolicy> {
        // Built-in ones first: a tenant's own policy cannot take the place of one (consent-and-governance.md 2.1.4).
        let mut own = self.tenant.settings.permission_grant_policies.iter();
        policy::built_in(id).or_else(|| own.find(|policy| policy.id.eq_ignore_ascii_case(id)))
    }

    fn may_grant_for_all(&self, items: &[Item]) -> bool {
        let passes = |item: &Item| {
            let Ok(api) = self.resource(item.resource) else { return false };
            let kind = match item.permission.kind {
                AccessKind::Role => EventKind::Application,
                AccessKind::Scope => EventKind::Delegated { user_consentable: false },
            };
            let event = self.event(api, item.permission.id, kind);
            self.for_all_policies().any(|policy| policy.passes(&event))
        };
        // An application permission that already stands is not granted again; where nothing else is asked, it still takes
        // somebody who could have granted it.
        let held = |item: &Item| item.permission.kind == AccessKind::Role && item.standing == Standing::Granted;
        let all_held = items.iter().all(held);
        !items.is_empty() && items.iter().filter(|item| all_held || !held(item)).all(passes)
    }
}

impl Survey {
    pub fn missing(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(item.standing, Standing::Missing | Standing::Blocked(_)))
    }

    pub fn blocked(&self) -> impl Iterator<Item = (&Item, Why)> {
        self.items.iter().filter_map(|item| match item.standing {
            Standing::Blocked(why) => Some((item, why)),
            _ => None,
        })
    }

    /// Is it more than this person may decide? For everybody decides only who may grant to all.
    pub fn needs_admin(&self, for_organisation: bool) -> bool {
        self.blocked().next().is_some() || (for_organisation && !self.may_grant_for_all)
    }

    pub fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }
}
