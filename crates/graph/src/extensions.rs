//! What a request names that is no property of Graph's own: looked up before the call, since it is defined elsewhere.
//!
//! Never: which kinds of objects have one; that is the extension's own to say (`Extension::is_of`).

use mandate_base::TenantId;
use mandate_domain::extension::{Extension, is_added};
use mandate_odata::{Options, Select};
use mandate_usecases::{Fault, House, directory};
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, BTreeSet};

/// Each needs a look into the house; more than these, no object can bear.
const MOST: usize = 100;

/// Those of a request's options and of its body.
pub(crate) async fn named(
    house: &House,
    tenant: TenantId,
    options: &Options,
    body: &[u8],
) -> Result<Vec<Extension>, Fault> {
    let mut names = BTreeSet::new();
    let selects = options.expand.iter().map(|expand| &expand.select).chain([&options.select]);
    for select in selects.flatten() {
        if let Select::Names(selected) = select {
            names.extend(selected.iter().cloned());
        }
    }
    if let Some(filter) = &options.filter {
        filter.members(&mut |member| names.extend(member.path.first().cloned()));
    }
    if body.contains(&b'_') {
        let members: BTreeMap<String, IgnoredAny> = serde_json::from_slice(body).unwrap_or_default();
        names.extend(members.into_keys().filter(|name| !name.contains('@')));
    }
    of(house, tenant, names).await
}

/// The one of this name, in whatever case, that objects of a kind have.
pub(crate) fn of_kind<'e>(extensions: &'e [Extension], name: &str, kind: &str) -> Option<&'e Extension> {
    extensions.iter().find(|extension| extension.name.eq_ignore_ascii_case(name) && extension.is_of(kind))
}

/// Those that these names mean. A name that means none is left to whoever reads it.
pub(crate) async fn of(
    house: &House,
    tenant: TenantId,
    names: impl IntoIterator<Item = String>,
) -> Result<Vec<Extension>, Fault> {
    let mut found = Vec::new();
    for name in names.into_iter().filter(|name| is_added(name)).take(MOST) {
        found.extend(directory::extension(house, tenant, &name).await?);
    }
    Ok(found)
}
