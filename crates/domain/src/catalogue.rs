//! The built-in Graph resource: its real appId and the whole catalogue of its permissions.
//!
//! Values, ids and flags are facts (`data/graph-permissions.tsv`); texts are in `permission_text`.

use crate::application::{Api, AppCard, Audience, Registration};
use crate::permission::{AppRole, Scope, ScopeConsent};
use crate::well_known::pre_authorized;
use mandate_base::{AppId, ApplicationId, Moment, ObjectId, TenantId};
use mandate_decide::{Perm, PermSet};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Microsoft Graph's appId, the same in every cloud and here.
pub const GRAPH: AppId = AppId::from_u128(0x00000003_0000_0000_c000_000000000000);
/// The tenant that owns the first-party applications.
pub const SERVICES_TENANT: TenantId = TenantId::from_u128(0xf8cdef31_a31e_4b4a_93e4_5f571e91255a);
/// What Graph is called by its clients, beside its appId and this deployment's own Graph origin.
pub const GRAPH_URI: &str = "https://graph.microsoft.com";

/// The four scopes of OpenID Connect. They are delegated permissions of Graph, but name no resource in a request.
pub const OIDC_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PermKind {
    Delegated,
    Application,
}

pub struct Catalogue {
    pub card: Arc<AppCard>,
    delegated: Side,
    application: Side,
}

#[derive(Default)]
struct Side {
    values: Vec<&'static str>,
    places: HashMap<String, usize>,
    exact: HashMap<&'static str, usize>,
}

/// Read once; the text is part of the binary, so a defect in it is found by the first test.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| read(include_str!("../data/graph-permissions.tsv")))
}

fn read(table: &'static str) -> Catalogue {
    let (mut delegated, mut application) = (Side::default(), Side::default());
    let (mut scopes, mut roles) = (Vec::new(), Vec::new());
    for line in table.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(value), Some(kind), Some(guid), Some(admin)) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let Ok(id) = ObjectId::parse(guid) else { continue };
        match kind {
            "delegated" => {
                delegated.push(value);
                let consent = if admin == "true" { ScopeConsent::Admin } else { ScopeConsent::User };
                scopes.push(Scope::bare(id.into(), value, consent));
            }
            _ => {
                application.push(value);
                roles.push(AppRole::bare(id.into(), value));
            }
        }
    }
    Catalogue { card: Arc::new(card(scopes, roles)), delegated, application }
}

fn card(scopes: Vec<Scope>, roles: Vec<AppRole>) -> AppCard {
    AppCard {
        app_id: GRAPH,
        application: ApplicationId::named(GRAPH.bytes(), "application"),
        home: SERVICES_TENANT,
        created: Moment::EPOCH,
        registration: Registration {
            display_name: "Microsoft Graph".to_owned(),
            sign_in_audience: Audience::MultipleOrgs,
            identifier_uris: vec![GRAPH_URI.to_owned()],
            api: Api {
                pre_authorized_applications: pre_authorized(&scopes),
                oauth2_permission_scopes: scopes,
                ..Api::default()
            },
            app_roles: roles,
            ..Registration::default()
        },
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    }
}

impl Side {
    fn push(&mut self, value: &'static str) {
        self.places.insert(value.to_ascii_lowercase(), self.values.len());
        self.exact.insert(value, self.values.len());
        self.values.push(value);
    }

    fn find(&self, value: &str) -> Option<Perm> {
        // Nearly always it is written as here.
        let place = self.exact.get(value).or_else(|| self.places.get(&value.to_ascii_lowercase()));
        place.and_then(|place| Perm::at(*place))
    }
}

impl Catalogue {
    fn side(&self, kind: PermKind) -> &Side {
        match kind {
            PermKind::Delegated => &self.delegated,
            PermKind::Application => &self.application,
        }
    }

    pub fn perm(&self, kind: PermKind, value: &str) -> Option<Perm> {
        self.side(kind).find(value)
    }

    pub fn value(&self, kind: PermKind, perm: Perm) -> &'static str {
        self.side(kind).values.get(perm.place()).copied().unwrap_or("")
    }

    pub fn set<'a>(&self, kind: PermKind, values: impl IntoIterator<Item = &'a str>) -> PermSet {
        values.into_iter().filter_map(|value| self.perm(kind, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_every_permission_with_its_real_id() {
        let catalogue = catalogue();
        let registration = &catalogue.card.registration;
        assert_eq!(registration.api.oauth2_permission_scopes.len(), 807);
        assert_eq!(registration.app_roles.len(), 716);
        let group_member = registration.scope_named("groupmember.read.all").expect("in the catalogue");
        assert_eq!(group_member.id.to_string(), "bc024368-1153-4739-b217-4326f2e966d0");
        assert_eq!(group_member.consent, ScopeConsent::Admin);
        assert_eq!(registration.scope_named("User.Read").expect("in the catalogue").consent, ScopeConsent::User);
    }

    #[test]
    fn every_permission_has_a_place_in_the_sets() {
        let catalogue = catalogue();
        for kind in [PermKind::Delegated, PermKind::Application] {
            for value in &catalogue.side(kind).values {
                let perm = catalogue.perm(kind, value).expect("within the capacity of PermSet");
                assert_eq!(catalogue.value(kind, perm), *value);
            }
        }
    }
}
