//! What an accepted consent writes: instances that are new here, grants, app-role assignments, each with its audit entry.
//!
//! An API that knows its client is consented to together with it, so that one page serves both (protocol.md §5.4).

use super::encounter::{Encounter, Loaded};
use crate::directory::{Between, ConsentPath, GrantWriter, joined, removal};
use mandate_base::{Draw, Moment, UserId};
use mandate_domain::application::AccessKind;
use mandate_domain::audit::Doer;
use mandate_domain::consent::{Item, Standing, Survey};
use mandate_domain::grant::Grant;
use mandate_domain::record::{Change, Record};

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
    writer: GrantWriter<'a>,
}

impl<'a> Granting<'a> {
    pub fn new(extent: Extent, doer: &'a Doer, now: Moment, draw: &'a mut dyn Draw) -> Granting<'a> {
        Granting { extent, writer: GrantWriter::new(doer, now, draw) }
    }

    pub fn record(self) -> Record {
        self.writer.record
    }

    /// Everything that one client gets. `standing` are its grants for everybody, for those that go.
    pub fn client(&mut self, met: &Encounter, survey: &Survey, standing: &[Grant]) {
        let client = (self.writer.instance(&met.client, met.client_sp.as_deref()), met.client.name());
        for loaded in &met.resources {
            let of_resource = |item: &&Item| item.resource == loaded.card.app_id && self.extent.covers(item);
            let items: Vec<&Item> = survey.items.iter().filter(of_resource).collect();
            if items.is_empty() {
                continue;
            }
            let api = (self.writer.instance(&loaded.card, loaded.sp.as_deref()), loaded.card.name());
            self.scopes(loaded, Between { client, api }, &items);
            self.roles(loaded, Between { client, api }, &items);
        }
        if self.extent.authoritative {
            self.take_back(met, survey, standing);
        }
        self.writer.consented(client, self.extent.for_organisation, ConsentPath::Page);
    }

    fn scopes(&mut self, loaded: &Loaded, between: Between<'_>, items: &[&Item]) {
        let principal = self.extent.principal();
        let held = loaded.grants.iter().find(|grant| grant.principal == principal);
        let kept = held.filter(|_| !self.extent.authoritative).map_or(&[][..], |grant| &grant.scopes);
        let scopes = items.iter().filter(|item| item.permission.kind == AccessKind::Scope);
        let after = joined(kept, scopes.map(|item| &item.permission.value));
        self.writer.scopes(between, principal, held, after);
    }

    fn roles(&mut self, loaded: &Loaded, between: Between<'_>, items: &[&Item]) {
        for item in items.iter().filter(|item| item.permission.kind == AccessKind::Role) {
            let role = item.permission.id.into();
            if !loaded.roles_held.contains(&role) {
                self.writer.role(between, role, Some(item.permission.value.clone()));
            }
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
            let entry = removal(self.writer.doer, grant, met.client.name(), "resource");
            self.writer.record.change(Change::GrantRemoved(grant.id), entry);
        }
    }
}
