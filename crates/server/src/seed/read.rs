//! The way of a seed file: text → tree → objects of every tenant → what refers to them → value.
//!
//! Two passes, since a reference may point forward or into another tenant. A misfit never stops a pass; it is told,
//! and a stand-in is read in its place so that it causes no second message.

use super::apps::Apps;
use super::directory::Directory;
use super::node::{self, Node};
use super::problems::{Once, Problems, SeedError, Shown};
use super::shape::{Fields, items};
use super::{Seed, SeedTenant, assignments, extensions, grants, graph, links, people, principals, settings};
use mandate_base::{AppId, Folded, Moment, ObjectId, TenantId};
use mandate_domain::address::is_domain;
use mandate_domain::group::LinkRole;
use mandate_domain::tenant::{Tenant, TenantProfile, VerifiedDomain};
use std::collections::{BTreeSet, HashSet};

/// The space in which a tenant without an id gets one, from its name.
const TENANTS: &[u8; 16] = b"mandate.tenants.";

/// Reads a seed file. All problems are told, the first fifty, in the order of the file.
pub fn read(text: &str, now: Moment) -> Result<Seed, Vec<SeedError>> {
    let root = node::parse(text).map_err(|problem| vec![SeedError { path: String::new(), problem }])?;
    let mut reading = Reading {
        problems: Problems::of(&root),
        now,
        tenants: Once::default(),
        domains: Once::default(),
        app_ids: Once::default(),
    };
    let seed = read_root(&root, &mut reading);
    let errors = reading.problems.into_errors();
    if errors.is_empty() { Ok(seed) } else { Err(errors) }
}

/// What the whole file shares.
pub(super) struct Reading<'t> {
    pub problems: Problems<'t>,
    pub now: Moment,
    pub tenants: Once<TenantId>,
    pub domains: Once<Folded>,
    pub app_ids: Once<AppId>,
}

/// A tenant while it is read.
pub(super) struct Draft<'t> {
    pub node: &'t Node,
    pub out: SeedTenant,
    pub directory: Directory,
    /// Its verified domains; a file that lists none is not asked about them.
    pub domains: BTreeSet<Folded>,
    /// Members, owners and managers, as they are written.
    pub links: Vec<(ObjectId, LinkRole, &'t Node)>,
    pub once: OncePerTenant,
    /// Service principals of an export whose apps nobody here knows, by id and by appId.
    pub left_out: HashSet<ObjectId>,
}

#[derive(Default)]
pub(super) struct OncePerTenant {
    pub ids: Once<ObjectId>,
    pub upns: Once<Folded>,
    pub uris: Once<Folded>,
    pub instances: Once<AppId>,
}

fn read_root<'t>(root: &'t Node, reading: &mut Reading<'t>) -> Seed {
    Fields::read(root, graph::SEED, &reading.problems).need("tenants", &reading.problems);
    let mut apps = Apps::default();
    let mut drafts = Vec::new();
    for (place, node) in items(root, "tenants", &reading.problems).iter().enumerate() {
        let mut draft = tenant(node, reading);
        people::read(&mut draft, reading);
        apps.read(place, &mut draft, reading);
        drafts.push(draft);
    }
    apps.settle(&drafts, &reading.problems);
    for draft in &mut drafts {
        principals::read(draft, &apps, reading);
        extensions::settle(draft, &apps, reading);
        grants::read(draft, &apps, reading);
        assignments::read(draft, &apps, reading);
        links::read(draft, reading);
    }
    apps.hand_out(&mut drafts);
    Seed { tenants: drafts.into_iter().map(|draft| draft.out).collect() }
}

fn tenant<'t>(node: &'t Node, reading: &mut Reading<'t>) -> Draft<'t> {
    let mut fields = Fields::read(node, graph::TENANT, &reading.problems);
    for key in ["drives", "mailboxes"] {
        if let Some(at) = node.get(key) {
            reading.problems.add(at, "not served yet");
        }
    }
    let display_name = fields.need_text("displayName", &reading.problems).unwrap_or_else(|| fields.stand_in());
    let id = tenant_id(&mut fields, &display_name, reading);
    let verified_domains = domains(node, reading);
    let folded = verified_domains.iter().map(|domain| Folded::of(&domain.name)).collect();
    let mut profile = TenantProfile {
        display_name,
        country_letter_code: fields.text("countryLetterCode"),
        preferred_language: fields.text("preferredLanguage"),
        verified_domains,
        branding: settings::branding(&mut fields, &reading.problems),
        ..TenantProfile::default()
    };
    let settings = settings::settings(&mut fields, &reading.problems);
    let created = fields.when("createdDateTime").unwrap_or(reading.now);
    for ours in ["deletedDateTime", "tenantType"] {
        fields.take(ours);
    }
    profile.more = fields.rest();
    Draft {
        node,
        out: empty(Tenant { id, created, profile, settings, version: 1 }),
        directory: Directory::default(),
        domains: folded,
        links: Vec::new(),
        once: OncePerTenant::default(),
        left_out: HashSet::new(),
    }
}

fn empty(tenant: Tenant) -> SeedTenant {
    SeedTenant {
        tenant,
        users: Vec::new(),
        groups: Vec::new(),
        units: Vec::new(),
        links: Vec::new(),
        applications: Vec::new(),
        service_principals: Vec::new(),
        grants: Vec::new(),
        app_role_assignments: Vec::new(),
        role_assignments: Vec::new(),
    }
}

fn tenant_id(fields: &mut Fields<'_>, name: &str, reading: &mut Reading<'_>) -> TenantId {
    let Reading { problems, tenants, .. } = reading;
    match fields.id::<TenantId>("id") {
        Some(id) => {
            tenants.claim(id, format_args!("`{id}`"), fields.at("id"), problems);
            id
        }
        None => {
            let id = TenantId::named(TENANTS, Folded::of(name).as_str());
            tenants.claim_made(id, fields.node, problems);
            id
        }
    }
}

fn domains(node: &Node, reading: &mut Reading<'_>) -> Vec<VerifiedDomain> {
    let Reading { problems, domains, .. } = reading;
    let mut verified = Vec::new();
    for node in items(node, "verifiedDomains", problems) {
        let mut fields = Fields::read(node, graph::VERIFIED_DOMAIN, problems);
        let Some(name) = fields.need_text("name", problems) else { continue };
        let at = fields.at("name");
        if !is_domain(&name) {
            let shown = Shown(&name);
            problems.add(at, format_args!("{shown} is not a domain name: letters, digits and hyphens, dots between"));
        }
        domains.claim(Folded::of(&name), Shown(&name), at, problems);
        let is_default = fields.flag("isDefault").unwrap_or(false);
        verified.push(VerifiedDomain { name, is_default, ..VerifiedDomain::default() });
    }
    verified
}

impl Draft<'_> {
    pub fn id(&self) -> TenantId {
        self.out.tenant.id
    }

    /// The id of an object, claimed in its tenant: as written, or as made from its name.
    pub fn claim_id(&mut self, id: ObjectId, fields: &Fields<'_>, problems: &Problems<'_>) {
        match fields.node.get("id") {
            Some(at) => self.once.ids.claim(id, format_args!("`{id}`"), at, problems),
            None => self.once.ids.claim_made(id, fields.node, problems),
        };
    }

    pub fn is_left_out(&self, text: &str) -> bool {
        ObjectId::parse(text).is_ok_and(|id| self.left_out.contains(&id))
    }

    /// A grant or an assignment goes with the service principal that it names; a scope names it as `/{id}`.
    pub fn names_left_out(&self, node: &Node, keys: &[&str]) -> bool {
        let mut named = keys.iter().filter_map(|key| node.get(key)?.text());
        named.any(|text| self.is_left_out(text.strip_prefix('/').unwrap_or(text)))
    }
}
