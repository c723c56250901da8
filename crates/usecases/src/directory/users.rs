//! People added and changed. What is sensitive of a person is changed only by who stands above them.

use super::units::{NoSuchUnit, named_unit, put_in};
use crate::access::{Caller, Permit, Who};
use crate::settle::{Facing, UseCase};
use crate::{Fault, House, people};
use mandate_base::{AdministrativeUnitId, CorrelationId, Draw, Folded, Moment, RoleTemplateId, Secret, UserId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::audit::Activity;
use mandate_domain::group::MemberKind;
use mandate_domain::properties::{Broken, Properties, Rule};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::role::{RoleAssignment, roles};
use mandate_domain::tenant::Tenant;
use mandate_domain::user::{Upn, User, UserKind, note_password};
use mandate_domain::user_properties::{SENSITIVE, check, check_password};
use mandate_store::HoldingUnit;
use serde_json::Value;
use std::sync::Arc;

/// A password as it was written, and its hash: rules look at the one, the store keeps the other.
pub struct WrittenPassword {
    pub text: Secret<String>,
    pub hash: Secret<String>,
}

/// `POST /users`
pub struct NewUser<'a> {
    pub permit: &'a Permit,
    pub properties: Properties,
    pub password: WrittenPassword,
    /// The person is in this unit from the beginning.
    pub unit: Option<AdministrativeUnitId>,
    pub correlation: CorrelationId,
}

/// `PATCH /users/{id}`
pub struct ChangeUser<'a> {
    pub permit: &'a Permit,
    pub caller: &'a Caller,
    pub user: UserId,
    pub properties: Properties,
    pub password: Option<WrittenPassword>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRefusal {
    NoSuchObject,
    NoSuchUnit,
    /// The person holds a role that the caller does not stand above.
    AboveTheCaller,
    Broken(Broken),
}

impl From<Broken> for UserRefusal {
    fn from(broken: Broken) -> UserRefusal {
        UserRefusal::Broken(broken)
    }
}

const UPN: &str = "userPrincipalName";

pub struct NewUserFacts {
    tenant: Option<Arc<Tenant>>,
    taken: bool,
    unit: Result<Option<AdministrativeUnit>, NoSuchUnit>,
}

impl UseCase for NewUser<'_> {
    type Facts = NewUserFacts;
    type Reply = User;
    type Refusal = UserRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<NewUserFacts, Fault> {
        Ok(NewUserFacts {
            tenant: facing.tenant().await?,
            taken: taken(facing, &self.properties, None).await?,
            unit: named_unit(facing, self.unit).await?,
        })
    }

    fn plan(&self, facts: NewUserFacts, now: Moment, draw: &mut dyn Draw) -> Plan<User, UserRefusal> {
        let user = match self.made(&facts, now, draw) {
            Ok(user) => user,
            Err(refusal) => return Plan::refuse(refusal),
        };
        let Ok(unit) = facts.unit else { return Plan::refuse(UserRefusal::NoSuchUnit) };
        let doer = self.permit.doer(self.correlation);
        let entry = doer.entry(Activity::AddUser).target(user.id, "User", user.upn.as_str());
        let mut record = Record::default();
        record.change(Change::UserAdded(Box::new(user.clone())), entry);
        if let Some(unit) = unit {
            put_in(&mut record, &doer, &unit, (user.id.into(), MemberKind::User, &user.display_name));
        }
        Plan::answer(user, record)
    }
}

impl NewUser<'_> {
    fn made(&self, facts: &NewUserFacts, now: Moment, draw: &mut dyn Draw) -> Result<User, UserRefusal> {
        let tenant = facts.tenant.as_ref().ok_or(UserRefusal::NoSuchObject)?;
        for name in ["accountEnabled", "displayName", "mailNickname", UPN] {
            if self.properties.get(name).is_none_or(Value::is_null) {
                return Err(Broken::new(name, Rule::Required).into());
            }
        }
        let upn = self.properties.get(UPN).and_then(Value::as_str).unwrap_or("");
        let bad = "is a name and a domain with one @ between, without blanks, of at most 113 characters";
        let empty = User {
            id: draw.timed_id(now).into(),
            upn: Upn::parse(upn).map_err(|_| Broken::new(UPN, Rule::Bad(bad)))?,
            display_name: String::new(),
            mail: None,
            account_enabled: true,
            kind: UserKind::Member,
            created: now,
            sessions_valid_from: now,
            password: Some(self.password.hash.clone()),
            more: Properties::new(),
            version: 1,
        };
        let mut user = empty.merged(&self.properties)?;
        check(&user, None, tenant)?;
        self.permit.sign(&mut user.more);
        check_password(self.password.text.expose(), &user)?;
        if facts.taken {
            return Err(Broken::new(UPN, Rule::Taken).into());
        }
        Ok(user)
    }
}

pub struct UserFacts {
    tenant: Option<Arc<Tenant>>,
    user: Option<User>,
    taken: bool,
    /// Of the person, and those of the caller that reach the person.
    roles: Vec<RoleTemplateId>,
    actor: Vec<RoleTemplateId>,
}

impl UseCase for ChangeUser<'_> {
    type Facts = UserFacts;
    type Reply = User;
    type Refusal = UserRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<UserFacts, Fault> {
        let roles = facing.view.roles_of(self.user).await?;
        let app_roles = match &self.caller.who {
            Who::App(_) => facing.view.roles_of(self.caller.client_sp).await?,
            Who::Person(_) => Vec::new(),
        };
        let units = facing.view.units_of(self.user).await?;
        Ok(UserFacts {
            tenant: facing.tenant().await?,
            user: facing.view.user_by_id(self.user).await?,
            taken: taken(facing, &self.properties, Some(self.user)).await?,
            roles: roles.iter().map(|held| held.role).collect(),
            actor: actor_roles(self.caller, &app_roles, self.user, &units),
        })
    }

    fn plan(&self, facts: UserFacts, now: Moment, _: &mut dyn Draw) -> Plan<User, UserRefusal> {
        let UserFacts { tenant: Some(tenant), user: Some(before), .. } = &facts else {
            return Plan::refuse(UserRefusal::NoSuchObject);
        };
        let above = || is_above(self.caller, self.user, &facts.actor, &facts.roles);
        if self.is_sensitive(before) && !above() {
            return Plan::refuse(UserRefusal::AboveTheCaller);
        }
        match self.changed(before, tenant, facts.taken, now) {
            Ok(after) => {
                let record = self.record(before, &after, now);
                Plan::answer(after, record)
            }
            Err(refusal) => Plan::refuse(refusal),
        }
    }
}

impl ChangeUser<'_> {
    /// What is written as it was already changes nothing: clients send back what they read.
    fn is_sensitive(&self, before: &User) -> bool {
        let held = properties_of(before);
        let is_other = |name: &str, value: &Value| !is_same(held.get(name).unwrap_or(&Value::Null), value);
        let mut written = self.properties.iter();
        self.password.is_some()
            || written.any(|(name, value)| SENSITIVE.contains(&name.as_str()) && is_other(name, value))
    }

    fn changed(&self, before: &User, tenant: &Tenant, taken: bool, now: Moment) -> Result<User, UserRefusal> {
        let mut after = before.merged(&self.properties)?;
        check(&after, Some(before), tenant)?;
        if let Some(password) = &self.password {
            check_password(password.text.expose(), &after)?;
        }
        if taken {
            return Err(Broken::new(UPN, Rule::Taken).into());
        }
        // Who is turned off, or whose password another person set, is signed out everywhere (graph-api.md §2.2).
        if self.password.is_some() || (before.account_enabled && !after.account_enabled) {
            after.sessions_valid_from = now;
        }
        if self.password.is_some() {
            note_password(&mut after.more, now);
        }
        Ok(after)
    }

    fn record(&self, before: &User, after: &User, now: Moment) -> Record {
        let doer = self.permit.doer(self.correlation);
        let entry = |activity| doer.entry(activity).target(after.id, "User", after.upn.as_str());
        let mut record = Record::default();
        if after != before {
            let activity = match (before.account_enabled, after.account_enabled) {
                (true, false) => Activity::DisableAccount,
                (false, true) => Activity::EnableAccount,
                _ => Activity::UpdateUser,
            };
            let told = entry(activity).differences(&properties_of(before), &properties_of(after));
            record.change(Change::UserUpdated(Box::new(after.clone())), told);
        }
        if let Some(password) = &self.password {
            let change = Change::UserPassword {
                user: after.id,
                password: password.hash.clone(),
                more: after.more.clone(),
                at: now,
                keep: None,
            };
            record.change(change, entry(Activity::ResetUserPassword));
        }
        record
    }
}

/// Nothing is nothing, as null, as no text and as an empty list.
fn is_same(held: &Value, written: &Value) -> bool {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    };
    held == written || (is_nothing(held) && is_nothing(written))
}

fn properties_of(user: &User) -> Properties {
    let mut properties = user.more.clone();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put(UPN, user.upn.as_str().into());
    put("displayName", user.display_name.clone().into());
    put("mail", user.mail.clone().into());
    put("accountEnabled", user.account_enabled.into());
    put("userType", if user.is_guest() { "Guest" } else { "Member" }.into());
    properties
}

async fn taken(facing: Facing<'_>, properties: &Properties, own: Option<UserId>) -> Result<bool, Fault> {
    let Some(upn) = properties.get(UPN).and_then(Value::as_str) else { return Ok(false) };
    let held = facing.view.user_by_upn(&Folded::of(upn)).await?;
    Ok(held.is_some_and(|held| own != Some(held.id)))
}

/// May the caller do to this person what is sensitive? (graph-api.md §1.4) To oneself, one may.
pub async fn stands_above(house: &House, caller: &Caller, user: UserId) -> Result<bool, Fault> {
    let view = house.store.tenant(caller.tenant);
    let target: Vec<RoleTemplateId> = view.roles_of(user).await?.iter().map(|held| held.role).collect();
    let app_roles = match &caller.who {
        Who::Person(_) => Vec::new(),
        Who::App(_) => view.roles_of(caller.client_sp).await?,
    };
    let units = view.units_of(user).await?;
    Ok(is_above(caller, user, &actor_roles(caller, &app_roles, user, &units), &target))
}

fn actor_roles(caller: &Caller, of_app: &[RoleAssignment], user: UserId, units: &[HoldingUnit]) -> Vec<RoleTemplateId> {
    let held = match &caller.who {
        Who::Person(person) => &person.roles[..],
        Who::App(_) => of_app,
    };
    people::reaching(held, user, units)
}

fn is_above(caller: &Caller, user: UserId, actor: &[RoleTemplateId], target: &[RoleTemplateId]) -> bool {
    // What of their own people may change, the gate has judged.
    let is_own = caller.user().is_some_and(|own| own.id == user);
    is_own || roles().stands_above(actor, target)
}
