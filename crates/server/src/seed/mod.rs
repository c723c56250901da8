//! The seed file: whole organisations as text, JSON or YAML, in Graph's own property names.
//!
//! Text in, value out; what does not fit is told with its place in the file, all of it at once. Never: files, clocks,
//! hashing. Secrets and passwords leave in the clear, as `Secret`, for the caller to digest.
//! Next: `read` for the two passes (objects, then what refers to them), `graph` for the property names.

mod addresses;
mod apps;
mod assignments;
mod credentials;
mod directory;
mod extensions;
mod grants;
mod graph;
mod identifiers;
mod links;
mod node;
mod people;
mod permissions;
mod principals;
mod problems;
mod read;
mod settings;
mod shape;
#[cfg(test)]
mod tests;

pub use problems::SeedError;
pub use read::read;

use mandate_base::{Moment, ObjectId, Secret};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::{Group, Link};
use mandate_domain::role::RoleAssignment;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;

#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    pub tenants: Vec<SeedTenant>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeedTenant {
    pub tenant: Tenant,
    pub users: Vec<SeedUser>,
    pub groups: Vec<Group>,
    pub units: Vec<AdministrativeUnit>,
    pub links: Vec<Link>,
    pub applications: Vec<SeedApplication>,
    pub service_principals: Vec<ServicePrincipal>,
    pub grants: Vec<Grant>,
    pub app_role_assignments: Vec<AppRoleAssignment>,
    pub role_assignments: Vec<RoleAssignment>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeedUser {
    /// Its `password` is `None`; the clear one stands beside it until the caller has hashed it.
    pub user: User,
    pub password: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeedApplication {
    /// Its `secrets` are empty; the clear ones stand beside it until the caller has digested them.
    pub card: AppCard,
    pub secrets: Vec<SeedSecret>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeedSecret {
    pub key_id: ObjectId,
    pub display_name: Option<String>,
    pub secret: Secret<String>,
    pub start: Moment,
    pub end: Moment,
}
