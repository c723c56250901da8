//! What an accepted consent writes: instances that are new here, grants, app-role assignments, each with its audit entry.
//!
//! An API that knows its client is consented to together with it, so that one page serves both (protocol.md §5.4).

use super::encounter::{Encounter, Loaded};
use mandate_base::{AppId, Draw, Moment, ServicePrincipalId, UserId};
use mandate_domain::application::{AccessKind, AppCard};
use mandate_domain::audit::{Activity, Doer};
use mandate_domain::consent::{Item, Standing, Survey};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::MemberKind;
use mandate_domain::record::{Change, Record};
use mandate_domain::service_principal::{ServicePrincipal, SpMore};
use std::collections::HashMap;

/// For whom, and how much of what was there before.
#[derive(Clone, Copy)]
pub struct Extent {
    pub user: UserId,
    pub for_organisation: bool,
    /// What was granted already was on the page, too.
    pub whole_list: bool,
    pub authoritative: bool,
}

impl Extent {
    fn principal(self) -> Option<UserId> {
        (!self.for_organisation).then_some(self.user)
    }

    /// What was on the page and nothing else: what this person granted before is everybody's only when it was shown
    /// again. What needs no grant, since the API's owner lets the client in, gets none.
    pub fn covers(self, item: &Item) -> bool {
        match item.standing {
            Standing::Missing => true,
            Standing::Granted => self.for_organisation && self.whole_list,
            Standing::PreAuthorized | Standing::Itself | Standing::Blocked(_) => false,
        }
    }
}

pub struct Granting<'a> {
    pub extent: Extent,
    pub doer: &'a Doer,
    pub now: Moment,
    pub draw: &'a mut dyn Draw,
    pub record: Record,
    /// Instances that this consent makes: a client of one app may be the resource of another.
    made: HashMap<AppId, ServicePrincipalId>,
}

impl<'a> Granting<'a> {
    pub fn new(extent: Extent, doer: &'a Doer, now: Moment, draw: &'a mut dyn Draw) -> Granting<'a> {
        Granting { extent, doer, now, draw, record: Record::default(), made: HashMap::new() }
    }

    /// Everything that one client gets. `standing` are its grants for everybody, for those that go.
    pub fn client(&mut self, met: &Encounter, survey: &Survey, standing: &[Grant]) {
        let client = self.instance(&met.client, met.client_sp.as_ref());
        for loaded in &met.resources {
            let of_resource = |item: &&Item| item.resource == loaded.card.app_id && self.extent.covers(item);
            let items: Vec<&Item> = survey.items.iter().filter(of_resource).collect();
            if items.is_empty() {
                continue;
            }
            let api = self.instance(&loaded.card, loaded.sp.as_ref());
            self.scopes(loaded, (client, api), &items);
            self.roles(loaded, met, (client, api), &items);
        }
        if self.extent.authoritative {
            self.take_back(met, survey, standing);
        }
        let given = survey.items.iter().filter(|item| self.extent.covers(item));
        let consented: Vec<&str> = given.map(|item| item.permission.value.as_str()).collect();
        let entry = self
            .doer
            .entry(Activity::ConsentToApplication)
            .target(client, "ServicePrincipal", &met.client.registration.display_name)
            .changed("ConsentContext.IsAdminConsent", None, Some(self.extent.for_organisation.to_string()))
            .changed("ConsentAction.Permissions", None, Some(consented.join(" ")));
        self.record.note(entry);
    }

    fn instance(&mut self, card: &AppCard, held: Option<&ServicePrincipal>) -> ServicePrincipalId {
        if let Some(made) = self.made.get(&card.app_id) {
            return *made;
        }
        let id = sp_of(card, held, self.doer, self.now, &mut self.record, self.draw);
        self.made.insert(card.app_id, id);
        id
    }

    fn scopes(&mut self, loaded: &Loaded, (client, api): (ServicePrincipalId, ServicePrincipalId), items: &[&Item]) {
        let principal = self.extent.principal();
        let held = loaded.grants.iter().find(|grant| grant.principal == principal);
        let before: Vec<String> = held.map(|grant| grant.scopes.clone()).unwrap_or_default();
        let mut after = if self.extent.authoritative { Vec::new() } else { before.clone() };
        for item in items.iter().filter(|item| item.permission.kind == AccessKind::Scope) {
            if !after.iter().any(|scope| scope.eq_ignore_ascii_case(&item.permission.value)) {
                after.push(item.permission.value.clone());
            }
        }
        let same = after.len() == before.len() && after.iter().all(|scope| before.contains(scope));
        if same || after.is_empty() {
            return;
        }
        let entry = self
            .doer
            .entry(Activity::AddDelegatedPermissionGrant)
            .target(client, "ServicePrincipal", "client")
            .target(api, "ServicePrincipal", &loaded.card.registration.display_name)
            .changed("DelegatedPermissionGrant.Scope", Some(before.join(" ")), Some(after.join(" ")));
        let change = match held {
            Some(grant) => Change::GrantScopes { grant: grant.id, scopes: after, version: grant.version },
            None => Change::GrantAdded(Grant {
                id: self.draw.id().into(),
                client,
                resource: api,
                principal,
                scopes: after,
                created: self.now,
                version: 1,
            }),
        };
        self.record.change(change, entry);
    }

    fn roles(
        &mut self,
        loaded: &Loaded,
        met: &Encounter,
        (client, api): (ServicePrincipalId, ServicePrincipalId),
        items: &[&Item],
    ) {
        let missing = |item: &&&Item| {
            item.permission.kind == AccessKind::Role && !loaded.roles_held.contains(&item.permission.id.into())
        };
        for item in items.iter().filter(missing) {
            let entry = self
                .doer
                .entry(Activity::AddAppRoleAssignmentToServicePrincipal)
                .target(client, "ServicePrincipal", &met.client.registration.display_name)
                .changed("AppRole.Value", None, Some(item.permission.value.clone()));
            let assignment = AppRoleAssignment {
                id: self.draw.id().into(),
                principal: client.into(),
                kind: MemberKind::ServicePrincipal,
                resource: api,
                role: item.permission.id.into(),
                created: self.now,
            };
            self.record.change(Change::AppRoleAssigned(assignment), entry);
        }
    }

    /// Grants for everybody, of resources that the list no longer names.
    fn take_back(&mut self, met: &Encounter, survey: &Survey, standing: &[Grant]) {
        let listed = |grant: &Grant| {
            met.resources.iter().any(|loaded| {
                loaded.sp.as_ref().is_some_and(|sp| sp.id == grant.resource)
                    && survey
                        .items
                        .iter()
                        .any(|item| item.resource == loaded.card.app_id && item.permission.kind == AccessKind::Scope)
            })
        };
        for grant in standing.iter().filter(|grant| grant.principal.is_none() && !listed(grant)) {
            let entry = self
                .doer
                .entry(Activity::RemoveDelegatedPermissionGrant)
                .target(grant.client, "ServicePrincipal", &met.client.registration.display_name)
                .target(grant.resource, "ServicePrincipal", "resource")
                .changed("DelegatedPermissionGrant.Scope", Some(grant.scope_text()), None);
            self.record.change(Change::GrantRemoved(grant.id), entry);
        }
    }
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
    let sp = new_sp(card, draw.id().into(), now);
    let id = sp.id;
    let entry =
        doer.entry(Activity::AddServicePrincipal).target(id, "ServicePrincipal", &card.registration.display_name);
    record.change(Change::ServicePrincipalAdded(Box::new(sp)), entry);
    id
}

fn new_sp(card: &AppCard, id: ServicePrincipalId, now: Moment) -> ServicePrincipal {
    let registration = &card.registration;
    let names = std::iter::once(card.app_id.to_string()).chain(registration.identifier_uris.iter().cloned());
    ServicePrincipal {
        id,
        app_id: card.app_id,
        home: card.home,
        display_name: registration.display_name.clone(),
        account_enabled: true,
        app_role_assignment_required: false,
        created: now,
        more: SpMore { service_principal_names: names.collect(), ..SpMore::default() },
    }
}
