//! The end-to-end tests: whole requests through the whole house, in one process, on a store of each test's own.
//!
//! Never: a port, a real clock, an order between tests. Next: `contact_sync` and `delegation` for the features by their
//! ids, `revocation` for what ends access, `bad_*` and `attacks` for what is refused, `hints` for what clients say of
//! themselves, `transcripts` for the wire field by field.

mod accounts;
mod admin_consent;
mod attacks;
mod bad_authorize;
mod bad_forms;
mod bad_token;
mod browsers;
mod client_assertions;
mod codes;
mod consent;
mod consent_policy;
mod consent_requests;
mod contact_sync;
mod delegation;
mod device_code;
mod feature_rows;
mod first_consent;
mod front_channel;
mod graph_app_policies;
mod graph_apps;
mod graph_assignments;
mod graph_delta;
mod graph_domains;
mod graph_extensions;
mod graph_grants;
mod graph_logs;
mod graph_people;
mod graph_policies;
mod graph_queries;
mod graph_roles;
mod graph_spellings;
mod graph_subscriptions;
mod graph_together;
mod graph_units;
mod hints;
mod injection;
mod lockout;
mod logout;
mod my_page;
mod not_served;
mod on_behalf_of;
mod optional_claims;
mod password_grant;
mod permission_rows;
mod reference;
mod refresh_tokens;
mod revocation;
mod rounds;
mod sign_in;
mod silent;
mod single_page_apps;
mod stores;
mod strangers;
mod sweep;
mod time;
mod transcripts;
mod v1_endpoints;
mod wrong_tenant_or_app;
