//! The nouns of the house and their rules: tenants, users, applications, service principals, grants, consent, tokens.
//!
//! Never: async, HTTP, SQL, clocks, randomness, cryptography. Next: `record` for how a plan becomes rows.
#![forbid(unsafe_code)]

pub mod address;
pub mod administrative_unit;
pub mod app_policies;
pub mod application;
pub mod audit;
pub mod catalogue;
pub mod consent;
pub mod deleted;
pub mod domains;
pub mod extension;
pub mod federated;
pub mod grant;
pub mod group;
pub mod group_properties;
pub mod logo;
pub mod open_extension;
pub mod permission;
pub mod permission_text;
pub mod photo;
pub mod policies;
pub mod properties;
pub mod query;
pub mod query_held;
pub mod record;
pub mod registration;
pub mod role;
pub mod schema_extension;
pub mod service_principal;
pub mod signin;
pub mod subscription;
pub mod tenant;
pub mod time;
pub mod token;
pub mod user;
pub mod user_properties;
pub mod well_known;
