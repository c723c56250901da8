//! Apps with their instances, what they were given, and organisations that have little more than a name.

use crate::people::{Numbers, number_in, numbered, other_id, user, user_id};
use crate::{THEN, World};
use mandate_base::{AppRoleId, ServicePrincipalId, TenantId};
use mandate_domain::application::{AppCard, Audience, Registration};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::MemberKind;
use mandate_domain::query::{self, Noun};
use mandate_domain::record::Change;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::{Settings, Tenant, TenantProfile, VerifiedDomain};
use mandate_domain::well_known::{IN_EVERY_TENANT, well_known};

fn card(number: u64, home: TenantId) -> AppCard {
    let registration = Registration {
        display_name: format!("App {number}"),
        sign_in_audience: Audience::MyOrg,
        identifier_uris: vec![format!("api://app-{number}")],
        ..Registration::default()
    };
    AppCard {
        app_id: other_id(3, number).into(),
        application: other_id(4, number).into(),
        home,
        created: THEN,
        registration,
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    }
}

fn instance(number: u64) -> ServicePrincipalId {
    other_id(5, number).into()
}

impl World {
    pub fn app_facets(&self, apps: &Numbers, instances: &Numbers) -> Vec<(i64, Vec<u8>, i64)> {
        let all = (0..self.size.apps).flat_map(|number| {
            let card = card(number, self.tenant);
            let sp = ServicePrincipal::begin(&card, instance(number), THEN);
            let of_card = numbered(Noun::Application, number_in(apps, card.application), query::of_application(&card));
            let of_sp = numbered(Noun::ServicePrincipal, number_in(instances, sp.id), query::of_service_principal(&sp));
            of_card.chain(of_sp).collect::<Vec<_>>()
        });
        all.collect()
    }

    pub fn apps(&self) -> impl Iterator<Item = Change> {
        (0..self.size.apps).flat_map(|number| {
            let card = card(number, self.tenant);
            let sp = ServicePrincipal::begin(&card, instance(number), THEN);
            [Change::ApplicationAdded(Box::new(card)), Change::ServicePrincipalAdded(Box::new(sp))]
        })
    }

    /// Three in five are grants of people to apps, the others assignments of people to apps.
    pub fn access(&self) -> impl Iterator<Item = Change> {
        let (users, apps) = (self.size.users.max(1), self.size.apps.max(1));
        (0..self.size.access).map(move |number| {
            let round = number / users;
            let (person, client) = (user_id(number % users), instance((number + 7 * round) % apps));
            let api = instance((number / 3 + 1 + round) % apps);
            if number % 5 < 3 {
                let scopes = vec!["User.Read".to_owned(), "openid".to_owned()];
                let id = other_id(6, number).into();
                let principal = Some(person);
                Change::GrantAdded(Grant { id, client, resource: api, principal, scopes, created: THEN, version: 1 })
            } else {
                Change::AppRoleAssigned(AppRoleAssignment {
                    id: other_id(7, number).into(),
                    principal: person.into(),
                    kind: MemberKind::User,
                    resource: client,
                    role: AppRoleId::from_u128(0),
                    created: THEN,
                })
            }
        })
    }

    /// A small organisation: its people, and what every tenant has.
    pub fn organisation(&self, number: u64) -> (TenantId, Vec<Change>) {
        let id: TenantId = other_id(8, number).into();
        let domain = format!("org-{number}.example");
        let profile = TenantProfile {
            display_name: format!("Organisation {number}"),
            verified_domains: vec![VerifiedDomain { name: domain.clone(), ..VerifiedDomain::default() }],
            ..TenantProfile::default()
        };
        let tenant = Tenant { id, created: THEN, profile, settings: Settings::default(), version: 1 };
        let mut changes = vec![Change::TenantAdded(Box::new(tenant))];
        for card in IN_EVERY_TENANT.into_iter().filter_map(well_known) {
            let sp = ServicePrincipalId::named(id.bytes(), &format!("sp:{}", card.app_id));
            changes.push(Change::ServicePrincipalAdded(Box::new(ServicePrincipal::begin(card, sp, THEN))));
        }
        changes.extend((0..5).map(|person| Change::UserAdded(Box::new(user(number * 5 + person, &domain)))));
        (id, changes)
    }
}
