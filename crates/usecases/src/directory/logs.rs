//! Reading the logs: pages of them, and the names of the apps that they know by id.

use super::read::page;
use crate::access::{Caller, Permit};
use crate::{Fault, House, clients};
use mandate_base::{AppId, ServicePrincipalId};
use mandate_domain::audit::{Audited, SignIn};
use mandate_domain::query::LogQuery;
use std::collections::HashMap;

/// One page of the directory audit, and whether there is more.
pub async fn audits(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: LogQuery,
) -> Result<(Vec<Audited>, bool), Fault> {
    let most = usize::try_from(query.most).unwrap_or_default();
    let query = LogQuery { most: query.most + 1, ..query };
    Ok(page(house.store.tenant(caller.tenant).audits_where(&query).await?, most))
}

/// One page of the sign-in log, and whether there is more. Those that wait to be written are in it.
pub async fn sign_ins(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: LogQuery,
) -> Result<(Vec<SignIn>, bool), Fault> {
    house.store.flush().await?;
    let most = usize::try_from(query.most).unwrap_or_default();
    let query = LogQuery { most: query.most + 1, ..query };
    Ok(page(house.store.tenant(caller.tenant).sign_ins_where(&query).await?, most))
}

/// An app as a log shows it.
#[derive(Clone, Debug)]
pub struct AppNamed {
    pub name: String,
    /// Its instance here, if it has one.
    pub instance: Option<ServicePrincipalId>,
}

pub async fn app_names(
    house: &House,
    caller: &Caller,
    _: &Permit,
    apps: &[AppId],
) -> Result<HashMap<AppId, AppNamed>, Fault> {
    let view = house.store.tenant(caller.tenant);
    let mut names = HashMap::new();
    for &app in apps {
        if names.contains_key(&app) {
            continue;
        }
        let named = match view.sp_by_app(app).await? {
            Some(sp) => Some(AppNamed { name: sp.display_name, instance: Some(sp.id) }),
            None => clients::card(house, app)
                .await?
                .map(|card| AppNamed { name: card.registration.display_name.clone(), instance: None }),
        };
        names.extend(named.map(|named| (app, named)));
    }
    Ok(names)
}
