//! The applications that every tenant knows, with their real ids: APIs that apps ask beside Graph, and the clients that
//! people bring along, unconfigured.
//!
//! They live in no tenant here, so nobody changes them. Next: `catalogue` for Graph itself.

use crate::application::{Api, AppCard, Audience, PreAuthorized, RedirectUris, Registration};
use crate::catalogue::{GRAPH, SERVICES_TENANT, catalogue};
use crate::permission::{AppRole, Scope, ScopeConsent};
use mandate_base::{AppId, ApplicationId, Moment, ObjectId};
use std::sync::{Arc, OnceLock};

/// The older directory API.
const DIRECTORY: AppId = AppId::from_u128(0x00000002_0000_0000_c000_000000000000);
const MAIL: AppId = AppId::from_u128(0x00000002_0000_0ff1_ce00_000000000000);
const FILES: AppId = AppId::from_u128(0x00000003_0000_0ff1_ce00_000000000000);
/// The resource manager: every login of Azure CLI asks a token for it first.
pub const RESOURCE_MANAGER: AppId = AppId::from_u128(0x797f4846_ba00_4fd7_ba43_dac1f8f63013);
pub const AZURE_CLI: AppId = AppId::from_u128(0x04b07795_8ddb_461a_bbee_02f9e1bf7b46);
const AZURE_POWERSHELL: AppId = AppId::from_u128(0x1950a258_227b_4e31_a9cf_717495945fc2);
const GRAPH_COMMAND_LINE: AppId = AppId::from_u128(0x14d82eec_204b_4c2f_b7e8_296a70dab67e);

/// What the administrators' clients may do at Graph, as far as their user may: nobody is asked (graph-api.md §5.1).
const PRE_AUTHORIZED: [&str; 11] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Group.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "email",
    "openid",
    "profile",
];
const PRE_AUTHORIZED_CLIENTS: [AppId; 2] = [AZURE_CLI, AZURE_POWERSHELL];

/// In every tenant from its beginning: the APIs, and the client that signs people in to them.
pub const IN_EVERY_TENANT: [AppId; 6] = [GRAPH, DIRECTORY, MAIL, FILES, RESOURCE_MANAGER, AZURE_CLI];

const PERMISSIONS: &str = include_str!("../data/other-api-permissions.tsv");

/// An app that is known everywhere. `None`: a tenant's own, or nobody's.
pub fn well_known(app: AppId) -> Option<&'static Arc<AppCard>> {
    if app == GRAPH {
        return Some(&catalogue().card);
    }
    all().iter().find(|card| card.app_id == app)
}

fn all() -> &'static [Arc<AppCard>] {
    static ALL: OnceLock<Vec<Arc<AppCard>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let apis = [
            (DIRECTORY, "Windows Azure Active Directory", &["https://graph.windows.net"][..]),
            (MAIL, "Office 365 Exchange Online", &["https://outlook.office365.com", "https://outlook.office.com"]),
            (FILES, "Office 365 SharePoint Online", &[]),
            (
                RESOURCE_MANAGER,
                "Windows Azure Service Management API",
                &["https://management.core.windows.net/", "https://management.azure.com/"],
            ),
        ];
        let clients = [
            (AZURE_CLI, "Microsoft Azure CLI"),
            (AZURE_POWERSHELL, "Microsoft Azure PowerShell"),
            (GRAPH_COMMAND_LINE, "Microsoft Graph Command Line Tools"),
        ];
        let apis = apis.into_iter().map(|(app, name, uris)| api(app, name, uris));
        apis.chain(clients.into_iter().map(|(app, name)| client(app, name))).map(Arc::new).collect()
    })
}

fn card(app_id: AppId, registration: Registration) -> AppCard {
    AppCard {
        app_id,
        application: ApplicationId::named(app_id.bytes(), "application"),
        home: SERVICES_TENANT,
        created: Moment::EPOCH,
        registration: Registration { sign_in_audience: Audience::MultipleOrgs, ..registration },
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    }
}

fn api(app: AppId, name: &str, uris: &[&str]) -> AppCard {
    let (scopes, roles) = permissions(app);
    let pre_authorized_applications = if app == RESOURCE_MANAGER {
        let ids: Vec<ObjectId> = scopes.iter().map(|scope| scope.id.into()).collect();
        clients_with(&ids)
    } else {
        Vec::new()
    };
    card(
        app,
        Registration {
            display_name: name.to_owned(),
            identifier_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
            api: Api { oauth2_permission_scopes: scopes, pre_authorized_applications, ..Api::default() },
            app_roles: roles,
            ..Registration::default()
        },
    )
}

fn client(app: AppId, name: &str) -> AppCard {
    let redirect_uris = ["http://localhost", "https://login.microsoftonline.com/common/oauth2/nativeclient"];
    let redirect_uris = redirect_uris.into_iter().map(str::to_owned).collect();
    card(
        app,
        Registration {
            display_name: name.to_owned(),
            is_fallback_public_client: Some(true),
            public_client: RedirectUris { redirect_uris },
            ..Registration::default()
        },
    )
}

/// The scopes of Graph that need no consent for the administrators' clients.
pub(crate) fn pre_authorized(scopes: &[Scope]) -> Vec<PreAuthorized> {
    let wanted = scopes.iter().filter(|scope| PRE_AUTHORIZED.contains(&scope.value.as_str()));
    clients_with(&wanted.map(|scope| scope.id.into()).collect::<Vec<_>>())
}

fn clients_with(ids: &[ObjectId]) -> Vec<PreAuthorized> {
    let all = PRE_AUTHORIZED_CLIENTS.into_iter();
    all.map(|app_id| PreAuthorized { app_id, delegated_permission_ids: ids.to_vec() }).collect()
}

fn permissions(app: AppId) -> (Vec<Scope>, Vec<AppRole>) {
    let (mut scopes, mut roles) = (Vec::new(), Vec::new());
    for line in PERMISSIONS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [resource, _, kind, value, id] = cells[..] else { continue };
        let (Ok(resource), Ok(id)) = (AppId::parse(resource), ObjectId::parse(id)) else { continue };
        match kind {
            _ if resource != app => {}
            "delegated" => scopes.push(scope(value, id)),
            _ => roles.push(AppRole::bare(id.into(), value)),
        }
    }
    (scopes, roles)
}

/// As Graph judges the permission of the same name; else, what reaches everybody's is for administrators.
fn scope(value: &str, id: ObjectId) -> Scope {
    let same = catalogue().card.registration.scope_named(value).map(|scope| scope.consent);
    let wide = value.contains(".All") || value.contains("FullControl") || value.contains("Manage");
    let consent = same.unwrap_or(if wide { ScopeConsent::Admin } else { ScopeConsent::User });
    Scope::bare(id.into(), value, consent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_real_permissions() {
        let manager = well_known(RESOURCE_MANAGER).expect("it is known");
        let scope = manager.registration.scope_named("user_impersonation").expect("it publishes one");
        assert_eq!(scope.id.to_string(), "41094075-9dad-400e-a0bd-54e686782033");
        assert!(manager.registration.pre_authorizes(AZURE_CLI, scope));
        let directory = well_known(DIRECTORY).expect("it is known");
        assert_eq!(
            directory.registration.scope_named("User.Read").map(|scope| scope.consent),
            Some(ScopeConsent::User)
        );
        assert_eq!(directory.registration.app_roles.len(), 9);
        assert!(well_known(MAIL).is_some_and(|card| card.registration.app_roles.len() > 10));
        assert!(well_known(FILES).is_some_and(|card| !card.registration.api.oauth2_permission_scopes.is_empty()));
        assert!(well_known(AppId::from_u128(1)).is_none());
    }

    #[test]
    fn the_administrators_clients_are_asked_nothing_at_graph() {
        let graph = &catalogue().card.registration;
        for value in PRE_AUTHORIZED {
            let scope = graph.scope_named(value).unwrap_or_else(|| panic!("no scope `{value}`"));
            assert!(graph.pre_authorizes(AZURE_CLI, scope), "{value}");
        }
        let other = graph.scope_named("Mail.Read").expect("it is published");
        assert!(!graph.pre_authorizes(AZURE_CLI, other));
        assert!(!graph.pre_authorizes(GRAPH_COMMAND_LINE, graph.scope_named("User.Read.All").expect("published")));
    }
}
