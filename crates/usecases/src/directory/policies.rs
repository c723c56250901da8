//! What an organisation decides for all: who may do what by default, who may allow what to apps, and who is asked
//! (graph-api.md §2.11).

use super::related::{MemberObject, of_query};
use crate::access::{Caller, Permit};
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{CorrelationId, Draw, Moment, ObjectId};
use mandate_domain::app_policies::PolicyKind;
use mandate_domain::audit::Activity;
use mandate_domain::consent::policy::{ConditionSet, GrantPolicy, built_in};
use mandate_domain::properties::{Broken, Properties};
use mandate_domain::query::{Condition, Noun, Order, POLICIES, Query, Test};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::tenant::{Settings, Tenant};
use mandate_store::TenantView;

pub struct ChangePolicy<'a> {
    pub permit: &'a Permit,
    pub edit: PolicyEdit,
    pub correlation: CorrelationId,
}

pub enum PolicyEdit {
    Authorization(Properties),
    /// Replaced whole.
    AdminConsentRequests(Properties),
    AddGrantPolicy(Properties),
    ChangeGrantPolicy(String, Properties),
    RemoveGrantPolicy(String),
    AddConditions(String, Sets, Properties),
    RemoveConditions(String, Sets, String),
    /// What apps are put under.
    AddAppPolicy(PolicyKind, Properties),
    ChangeAppPolicy(PolicyKind, ObjectId, Properties),
    RemoveAppPolicy(PolicyKind, ObjectId),
    DefaultAppManagement(Properties),
}

/// The two lists of a permission grant policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sets {
    Includes,
    Excludes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyRefusal {
    NoSuchTenant,
    NoSuchPolicy,
    NoSuchConditions,
    /// Nobody changes what is built in.
    BuiltIn,
    /// Users allow by it, or apps are under it.
    InUse,
    Broken(Broken),
}

impl From<Broken> for PolicyRefusal {
    fn from(broken: Broken) -> PolicyRefusal {
        PolicyRefusal::Broken(broken)
    }
}

/// The tenant's settings afterwards, and what was added.
pub struct Changed {
    pub settings: Settings,
    pub conditions: Option<ConditionSet>,
    /// The policy that was added.
    pub added: Option<ObjectId>,
}

#[derive(Default)]
struct Added {
    conditions: Option<ConditionSet>,
    policy: Option<ObjectId>,
}

impl From<Option<ConditionSet>> for Added {
    fn from(conditions: Option<ConditionSet>) -> Added {
        Added { conditions, policy: None }
    }
}

impl UseCase for ChangePolicy<'_> {
    /// And whether the policy that is to go is in use.
    type Facts = (Option<Tenant>, bool);
    type Reply = Changed;
    type Refusal = PolicyRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<(Option<Tenant>, bool), Fault> {
        let in_use = match &self.edit {
            PolicyEdit::RemoveAppPolicy(_, id) => is_in_use(facing.view, *id).await?,
            _ => false,
        };
        Ok((facing.global.tenant_by_id(facing.view.tenant_id()).await?, in_use))
    }

    fn plan(
        &self,
        (tenant, in_use): (Option<Tenant>, bool),
        _: Moment,
        draw: &mut dyn Draw,
    ) -> Plan<Changed, PolicyRefusal> {
        let Some(mut tenant) = tenant else { return Plan::refuse(PolicyRefusal::NoSuchTenant) };
        if in_use {
            return Plan::refuse(PolicyRefusal::InUse);
        }
        let Added { conditions, policy: added } = match self.edit.apply(&mut tenant.settings, draw) {
            Ok(added) => added,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let settings = tenant.settings.clone();
        let entry = self.permit.doer(self.correlation).entry(self.edit.activity());
        let entry = entry.target(tenant.id, "Policy", self.edit.name());
        let mut record = Record::default();
        record.change(Change::TenantSettings(Box::new(tenant)), entry);
        Plan::answer(Changed { settings, conditions, added }, record)
    }
}

impl PolicyEdit {
    fn apply(&self, settings: &mut Settings, draw: &mut dyn Draw) -> Result<Added, PolicyRefusal> {
        match self {
            PolicyEdit::Authorization(change) => {
                settings.authorization_policy = settings.authorization_merged(change)?;
            }
            PolicyEdit::AdminConsentRequests(properties) => {
                let replaced = settings.admin_consent_request_policy.replaced(properties)?;
                settings.admin_consent_request_policy = replaced;
            }
            PolicyEdit::AddGrantPolicy(properties) => {
                let made = settings.grant_policy_made(properties)?;
                settings.permission_grant_policies.push(made);
            }
            PolicyEdit::ChangeGrantPolicy(id, change) => {
                let policy = own(settings, id)?;
                *policy = policy.merged(change)?;
            }
            PolicyEdit::RemoveGrantPolicy(id) => {
                own(settings, id)?;
                if settings.assigns(id) {
                    return Err(PolicyRefusal::InUse);
                }
                settings.permission_grant_policies.retain(|policy| !policy.id.eq_ignore_ascii_case(id));
            }
            PolicyEdit::AddConditions(id, sets, properties) => {
                let held = sets.of_mut(own(settings, id)?);
                let made = ConditionSet::made(draw.id(), held.len(), properties)?;
                held.push(made.clone());
                return Ok(Some(made).into());
            }
            PolicyEdit::RemoveConditions(id, sets, name) => {
                let held = sets.of_mut(own(settings, id)?);
                let place = held.iter().position(|set| set.is(name)).ok_or(PolicyRefusal::NoSuchConditions)?;
                held.remove(place);
            }
            PolicyEdit::AddAppPolicy(kind, properties) => {
                let id = draw.id();
                settings.add_app_policy(*kind, id, properties)?;
                return Ok(Added { policy: Some(id), conditions: None });
            }
            PolicyEdit::ChangeAppPolicy(kind, id, change) => {
                settings.change_app_policy(*kind, *id, change).ok_or(PolicyRefusal::NoSuchPolicy)??;
            }
            PolicyEdit::RemoveAppPolicy(kind, id) => {
                if !settings.remove_app_policy(*kind, *id) {
                    return Err(PolicyRefusal::NoSuchPolicy);
                }
            }
            PolicyEdit::DefaultAppManagement(change) => {
                settings.default_app_management_policy = settings.default_app_management_merged(change)?;
            }
        }
        Ok(Added::default())
    }

    fn activity(&self) -> Activity {
        match self {
            PolicyEdit::Authorization(_) => Activity::UpdateAuthorizationPolicy,
            PolicyEdit::AdminConsentRequests(_) => Activity::UpdateAdminConsentRequestPolicy,
            PolicyEdit::AddGrantPolicy(_) => Activity::AddPermissionGrantPolicy,
            PolicyEdit::RemoveGrantPolicy(_) => Activity::DeletePermissionGrantPolicy,
            PolicyEdit::ChangeGrantPolicy(..) | PolicyEdit::AddConditions(..) | PolicyEdit::RemoveConditions(..) => {
                Activity::UpdatePermissionGrantPolicy
            }
            PolicyEdit::AddAppPolicy(..) => Activity::AddPolicy,
            PolicyEdit::ChangeAppPolicy(..) | PolicyEdit::DefaultAppManagement(_) => Activity::UpdatePolicy,
            PolicyEdit::RemoveAppPolicy(..) => Activity::DeletePolicy,
        }
    }

    fn name(&self) -> &str {
        match self {
            PolicyEdit::Authorization(_) => "authorizationPolicy",
            PolicyEdit::AdminConsentRequests(_) => "adminConsentRequestPolicy",
            PolicyEdit::AddGrantPolicy(properties) => {
                properties.get("id").and_then(serde_json::Value::as_str).unwrap_or("")
            }
            PolicyEdit::ChangeGrantPolicy(id, _)
            | PolicyEdit::RemoveGrantPolicy(id)
            | PolicyEdit::AddConditions(id, ..)
            | PolicyEdit::RemoveConditions(id, ..) => id,
            PolicyEdit::AddAppPolicy(kind, _)
            | PolicyEdit::ChangeAppPolicy(kind, ..)
            | PolicyEdit::RemoveAppPolicy(kind, _) => kind.word(),
            PolicyEdit::DefaultAppManagement(_) => "defaultAppManagementPolicy",
        }
    }
}

async fn is_in_use(view: TenantView<'_>, policy: ObjectId) -> Result<bool, Fault> {
    for noun in [Noun::Application, Noun::ServicePrincipal] {
        if view.count_where(noun, Some(&under(policy))).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was put under a policy.
fn under(policy: ObjectId) -> Condition {
    Condition::is(POLICIES, Test::Equal(policy.to_string()))
}

/// One page of the apps and instances that a policy is given to: all of the former, and then the latter.
pub async fn under_policy(
    house: &House,
    caller: &Caller,
    _: &Permit,
    policy: ObjectId,
    most: usize,
) -> Result<Vec<MemberObject>, Fault> {
    let view = house.store.tenant(caller.tenant);
    let mut all = Vec::new();
    for noun in [Noun::Application, Noun::ServicePrincipal] {
        let query = Query { noun, condition: Some(under(policy)), order: Order::Id, after: None, most: most as i64 };
        all.extend(of_query(house, view, &query).await?);
    }
    all.truncate(most);
    Ok(all)
}

/// The policies of a kind that an application or a service principal was put under. `None`: it is not there.
pub async fn policies_of(
    house: &House,
    caller: &Caller,
    _: &Permit,
    noun: Noun,
    id: ObjectId,
    kind: PolicyKind,
) -> Result<Option<Vec<ObjectId>>, Fault> {
    let facing = house.facing(caller.tenant);
    if noun == Noun::Application {
        let card = super::applications::application_by_id(facing, id.into()).await?;
        return Ok(card.map(|card| match kind {
            PolicyKind::TokenLifetime => card.registration.token_lifetime_policies,
            PolicyKind::AppManagement => card.registration.app_management_policies,
            PolicyKind::ClaimsMapping => Vec::new(),
        }));
    }
    let instance = facing.view.sp_by_id(id.into()).await?;
    Ok(instance.map(|instance| match kind {
        PolicyKind::TokenLifetime => instance.more.token_lifetime_policies,
        PolicyKind::ClaimsMapping => instance.more.claims_mapping_policies,
        PolicyKind::AppManagement => instance.more.app_management_policies,
    }))
}

impl Sets {
    pub fn of(self, policy: &GrantPolicy) -> &[ConditionSet] {
        match self {
            Sets::Includes => &policy.includes,
            Sets::Excludes => &policy.excludes,
        }
    }

    fn of_mut(self, policy: &mut GrantPolicy) -> &mut Vec<ConditionSet> {
        match self {
            Sets::Includes => &mut policy.includes,
            Sets::Excludes => &mut policy.excludes,
        }
    }
}

fn own<'s>(settings: &'s mut Settings, id: &str) -> Result<&'s mut GrantPolicy, PolicyRefusal> {
    if built_in(id).is_some() {
        return Err(PolicyRefusal::BuiltIn);
    }
    let mut own = settings.permission_grant_policies.iter_mut();
    own.find(|policy| policy.id.eq_ignore_ascii_case(id)).ok_or(PolicyRefusal::NoSuchPolicy)
}
