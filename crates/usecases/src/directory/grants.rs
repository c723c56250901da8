//! What a client holds at an API, and the instances that hold it: each written with its audit entry, whoever decided.

use mandate_base::{AppId, AppRoleId, Draw, Moment, ObjectId, ServicePrincipalId, UserId};
use mandate_domain::application::AppCard;
use mandate_domain::audit::{Activity, AuditEntry, Doer};
use mandate_domain::grant::{AppRoleAssignment, Grant, GrantParties};
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
    /// What the client at hand was given, as the audit tells it: a decision may be about several.
    given: Vec<String>,
}

/// On which road a consent came.
#[derive(Clone, Copy)]
pub enum ConsentPath {
    /// Somebody was shown what an app asks for, and allowed it.
    Page,
    /// An administrator's order, without a page.
    Order,
}

/// A client and an API, by their instances and by the names that the audit shows.
#[derive(Clone, Copy)]
pub struct Between<'a> {
    pub client: (ServicePrincipalId, &'a str),
    pub api: (ServicePrincipalId, &'a str),
}

impl<'a> GrantWriter<'a> {
    pub fn new(doer: &'a Doer, now: Moment, draw: &'a mut dyn Draw) -> GrantWriter<'a> {
        GrantWriter { doer, now, draw, record: Record::default(), made: HashMap::new(), given: Vec::new() }
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
        let entry = self.of_grant(between, principal, &[], &scopes);
        let (client, resource) = (between.client.0, between.api.0);
        let id = self.draw.timed_id(self.now).into();
        let grant = Grant { id, client, resource, principal, scopes, created: self.now, version: 1 };
        self.record.change(Change::GrantAdded(grant.clone()), entry);
        grant
    }

    pub fn change(&mut self, between: Between<'_>, held: &Grant, scopes: Vec<String>) {
        let entry = self.of_grant(between, held.principal, &held.scopes, &scopes);
        self.record.change(Change::GrantScopes { grant: held.id, scopes, version: held.version }, entry);
    }

    fn of_grant(
        &mut self,
        between: Between<'_>,
        principal: Option<UserId>,
        before: &[String],
        after: &[String],
    ) -> AuditEntry {
        let Between { client, api } = between;
        let id = GrantParties { client: client.0, resource: api.0, principal }.id_text();
        let whose = consent_type(principal);
        let scope = after.join(" ");
        self.given.push(format!("[Id: {id}, ResourceId: {}, ConsentType: {whose}, Scope: {scope}]", api.0));
        self.doer
            .entry(Activity::AddDelegatedPermissionGrant)
            .target(client.0, "ServicePrincipal", client.1)
            .target(api.0, "ServicePrincipal", api.1)
            .changed("DelegatedPermissionGrant.Id", None, Some(id))
            .changed("DelegatedPermissionGrant.ConsentType", None, Some(whose))
            .changed("DelegatedPermissionGrant.Scope", Some(before.join(" ")), Some(scope))
    }

    /// The entry that sums a consent up: who, on which road, for whom, and by which grants (features S4-66, S4-69).
    pub fn consented(&mut self, client: (ServicePrincipalId, &str), for_everybody: bool, path: ConsentPath) {
        let path = match path {
            ConsentPath::Page => "consentPage",
            ConsentPath::Order => "administratorOrder",
        };
        let given = std::mem::take(&mut self.given);
        let entry = self
            .doer
            .entry(Activity::ConsentToApplication)
            .target(client.0, "ServicePrincipal", client.1)
            .changed("ConsentContext.IsAdminConsent", None, Some(for_everybody.to_string()))
            .changed("ConsentContext.Path", None, Some(path.to_owned()))
            .changed("ConsentAction.Permissions", None, Some(given.join(", ")));
        self.record.note(entry);
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
        let entry =
            self.doer.entry(activity).target(principal, kind.word(), name).target(api.0, "ServicePrincipal", api.1);
        self.given.push(format!("[ResourceId: {}, AppRole: {}]", api.0, value.as_deref().unwrap_or("")));
        let entry = entry.changed("AppRole.Value", None, value);
        let id = self.draw.timed_id(self.now).into();
        let assignment = AppRoleAssignment { id, principal, kind, resource: api.0, role, created: self.now };
        self.record.change(Change::AppRoleAssigned(assignment), entry);
        assignment
    }
}

/// What is told of a grant that goes.
pub fn removal(doer: &Doer, grant: &Grant, client: &str, api: &str) -> AuditEntry {
    doer.entry(Activity::RemoveDelegatedPermissionGrant)
        .target(grant.client, "ServicePrincipal", client)
        .target(grant.resource, "ServicePrincipal", api)
        .changed("DelegatedPermissionGrant.Id", Some(grant.parties().id_text()), None)
        .changed("DelegatedPermissionGrant.ConsentType", Some(consent_type(grant.principal)), None)
        .changed("DelegatedPermissionGrant.Scope", Some(grant.scope_text()), None)
}

fn consent_type(principal: Option<UserId>) -> String {
    principal.map_or_else(|| "AllPrincipals".to_owned(), |user| format!("Principal {user}"))
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
    let sp = ServicePrincipal::begin(card, draw.timed_id(now).into(), now);
    let id = sp.id;
    let entry =
        doer.entry(Activity::AddServicePrincipal).target(id, "ServicePrincipal", &card.registration.display_name);
    record.change(Change::ServicePrincipalAdded(Box::new(sp)), entry);
    id
}
