//! What an organisation decides for all: who may do what by default, who may allow what to apps, and who is asked
//! (graph-api.md §2.11).

use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{CorrelationId, Draw, Moment};
use mandate_domain::audit::Activity;
use mandate_domain::consent::policy::{ConditionSet, GrantPolicy, built_in};
use mandate_domain::properties::{Broken, Properties};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::tenant::{Settings, Tenant};

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
    /// Users allow by it.
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
}

impl UseCase for ChangePolicy<'_> {
    type Facts = Option<Tenant>;
    type Reply = Changed;
    type Refusal = PolicyRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Tenant>, Fault> {
        facing.global.tenant_by_id(facing.view.tenant_id()).await
    }

    fn plan(&self, tenant: Option<Tenant>, _: Moment, draw: &mut dyn Draw) -> Plan<Changed, PolicyRefusal> {
        let Some(mut tenant) = tenant else { return Plan::refuse(PolicyRefusal::NoSuchTenant) };
        let conditions = match self.edit.apply(&mut tenant.settings, draw) {
            Ok(conditions) => conditions,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let settings = tenant.settings.clone();
        let entry = self.permit.doer(self.correlation).entry(self.edit.activity());
        let entry = entry.target(tenant.id, "Policy", self.edit.name());
        let mut record = Record::default();
        record.change(Change::TenantSettings(Box::new(tenant)), entry);
        Plan::answer(Changed { settings, conditions }, record)
    }
}

impl PolicyEdit {
    fn apply(&self, settings: &mut Settings, draw: &mut dyn Draw) -> Result<Option<ConditionSet>, PolicyRefusal> {
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
                return Ok(Some(made));
            }
            PolicyEdit::RemoveConditions(id, sets, name) => {
                let held = sets.of_mut(own(settings, id)?);
                let place = held.iter().position(|set| set.is(name)).ok_or(PolicyRefusal::NoSuchConditions)?;
                held.remove(place);
            }
        }
        Ok(None)
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
        }
    }
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
