//! What a client holds at an API, and the instances that hold it: each written with its audit entry, whoever decided.

use mandate_base::{AppId, AppRoleId, Draw, Moment, ObjectId, ServicePrincipalId, UserId};
use mandate_domain::application::AppCard;
use mandate_domain::audit::{Activity, AuditEntry, Doer};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::MemberKind;
use mandate_domain::record::{Change, Record};
use mandate_domain::service_principal::ServicePrincipal;
use std::collections::HashMap;

/// Writes one decision.
pub struct GrantWriter<'a> {
    pub doer: &'a Doer,
    pub now: Moment,
    pub draw: &'a mut dyn Draw,
    pub record: Record,
    /// Instances that this decision makes: a client of one app may be the resource of another.
    made: HashMap<AppId, ServicePrincipalId>,
}

/// A client and an API, by their instances and by the names that the audit shows.
#[derive(Clone, Copy)]
pub struct Between<'a> {
    pub client: (ServicePrincipalId, &'a str),
    pub api: (ServicePrincipalId, &'a str),
}

impl<'a> GrantWriter<'a> {
    pub fn new(doer: &'a Doer, now: Moment, draw: &'a mut dyn Draw) -> GrantWriter<'a> {
        GrantWriter { doer, now, draw, record: Record::default(), made: HashMap::new() }
    }

    pub fn instance(&mut self, card: &AppCard, held: Option<&ServicePrincipal>) -> ServicePrincipalId {
        if let Some(made) = self.made.get(&card.app_id) {
            return *made;
        }
        let id = sp_of(card, held, self.doer, self.now, &mut self.record, self.draw);
        self.made.insert(card.app_id, id);
        id
    }

    /// What one principal, or everybody, lets the client do in their name. Nothing new is nothing to write.
    pub fn scopes(
        &mut self,
        between: Between<'_>,
        principal: Option<UserId>,
        held: Option<&Grant>,
        scopes: Vec<String>,
    ) {
        let before = held.map_or(&[][..], |grant| &grant.scopes);
        let same = scopes.len() == before.len() && scopes.iter().all(|scope| before.contains(scope));
        if same || scopes.is_empty() {
            return;
        }
        match held {
            Some(held) => self.change(between, held, scopes),
            None => drop(self.grant(between, principal, scopes)),
        }
    }

    pub fn grant(&mut self, between: Between<'_>, principal: Option<UserId>, scopes: Vec<String>) -> Grant {
        let entry = self.of_grant(Activity::AddDelegatedPermissionGrant, between, &[], &scopes);
        let (client, resource) = (between.client.0, between.api.0);
        let id = self.draw.id().into();
        let grant = Grant { id, client, resource, principal, scopes, created: self.now, version: 1 };
        self.record.change(Change::GrantAdded(grant.clone()), entry);
        grant
    }

    pub fn change(&mut self, between: Between<'_>, held: &Grant, scopes: Vec<String>) {
        let entry = self.of_grant(Activity::AddDelegatedPermissionGrant, between, &held.scopes, &scopes);
        self.record.change(Change::GrantScopes { grant: held.id, scopes, version: held.version }, entry);
    }

    fn of_grant(&self, activity: Activity, between: Between<'_>, before: &[String], after: &[String]) -> AuditEntry {
        let Between { client, api } = between;
        self.doer
            .entry(activity)
            .target(client.0, "ServicePrincipal", client.1)
            .target(api.0, "ServicePrincipal", api.1)
            .changed("DelegatedPermissionGrant.Scope", Some(before.join(" ")), Some(after.join(" ")))
    }

    pub fn role(&mut self, between: Between<'_>, role: AppRoleId, value: Option<String>) {
        let Between { client, api } = between;
        self.assign((client.0.into(), MemberKind::ServicePrincipal, client.1), api, role, value);
    }

    /// To whoever it is: id, kind and name.
    pub fn assign(
        &mut self,
        to: (ObjectId, MemberKind, &str),
        api: (ServicePrincipalId, &str),
        role: AppRoleId,
        value: Option<String>,
    ) -> AppRoleAssignment {
        let (principal, kind, name) = to;
        let activity = match kind {
            MemberKind::User => Activity::AddAppRoleAssignmentToUser,
            MemberKind::Group => Activity::AddAppRoleAssignmentToGroup,
            MemberKind::ServicePrincipal => Activity::AddAppRoleAssignmentToServicePrincipal,
        };
        let entry = self
            .doer
            .entry(activity)
            .target(principal, kind.word(), name)
            .target(api.0, "ServicePrincipal", api.1)
            .changed("AppRole.Value", None, value);
        let id = self.draw.id().into();
        let assignment = AppRoleAssignment { id, principal, kind, resource: api.0, role, created: self.now };
        self.record.change(Change::AppRoleAssigned(assignment), entry);
        assignment
    }
}

/// The scopes that were held, and those that come.
pub fn joined<'s>(held: &[String], more: impl IntoIterator<Item = &'s String>) -> Vec<String> {
    let mut all = held.to_vec();
    for scope in more {
        if !all.iter().any(|known| known.eq_ignore_ascii_case(scope)) {
            all.push(scope.clone());
        }
    }
    all
}

/// The app's instance here; the first who consents makes it (features S4-31, S4-32).
pub fn sp_of(
    card: &AppCard,
    held: Option<&ServicePrincipal>,
    doer: &Doer,
    now: Moment,
    record: &mut Record,
    draw: &mut dyn Draw,
) -> ServicePrincipalId {
    if let Some(sp) = held {
        return sp.id;
    }
    let sp = ServicePrincipal::begin(card, draw.id().into(), now);
    let id = sp.id;
    let entry =
        doer.entry(Activity::AddServicePrincipal).target(id, "ServicePrincipal", &card.registration.display_name);
    record.change(Change::ServicePrincipalAdded(Box::new(sp)), entry);
    id
}
