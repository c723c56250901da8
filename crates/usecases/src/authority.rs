//! The tenant segment of a URL: a GUID, a verified domain, or one of the aliases.

use crate::{Fault, House};
use mandate_base::{Folded, TenantId};
use mandate_domain::signin::ask::{Authority, CONSUMERS};
use mandate_domain::tenant::Tenant;
use mandate_store::Memo;
use std::sync::Arc;

pub(crate) struct AuthorityMemos {
    tenants: Memo<(), Option<Arc<Tenant>>>,
    domains: Memo<Folded, Option<TenantId>>,
}

impl AuthorityMemos {
    pub fn holding(most: usize) -> AuthorityMemos {
        AuthorityMemos { tenants: Memo::holding(most), domains: Memo::holding(most) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityRefusal {
    Unknown,
    /// Neither a GUID nor anything that could be a domain.
    Malformed,
}

/// Longer than any domain name (RFC 1035 §2.3.4).
const LONGEST: usize = 253;
/// Memos are kept per tenant; what belongs to none is kept under this one.
pub(crate) const NO_TENANT: TenantId = TenantId::from_u128(0);

pub async fn authority(house: &House, segment: &str) -> Result<Result<Authority, AuthorityRefusal>, Fault> {
    let found = match segment.to_ascii_lowercase().as_str() {
        "common" => Authority::Common,
        "organizations" => Authority::Organizations,
        "consumers" => Authority::Consumers,
        folded => match TenantId::parse(folded) {
            Ok(CONSUMERS) => Authority::Consumers,
            Ok(id) => {
                let known = tenant(house, id).await?.is_some();
                return Ok(if known { Ok(Authority::Tenant(id)) } else { Err(AuthorityRefusal::Unknown) });
            }
            Err(_) => return by_domain(house, folded).await,
        },
    };
    Ok(Ok(found))
}

async fn by_domain(house: &House, folded: &str) -> Result<Result<Authority, AuthorityRefusal>, Fault> {
    let domain_like = folded.contains('.')
        && folded.len() <= LONGEST
        && folded.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if !domain_like {
        return Ok(Err(AuthorityRefusal::Malformed));
    }
    let found = tenant_of_domain(house, &Folded::of(folded)).await?;
    Ok(found.map(Authority::Tenant).ok_or(AuthorityRefusal::Unknown))
}

pub async fn tenant_of_domain(house: &House, domain: &Folded) -> Result<Option<TenantId>, Fault> {
    // Before it becomes a key in memory.
    if domain.as_str().len() > LONGEST {
        return Ok(None);
    }
    let ask = async || house.store.global().tenant_of_domain(domain).await;
    let found = house.authorities.domains.get(&house.store, NO_TENANT, domain.clone(), ask).await?;
    Ok(*found)
}

/// The tenant itself, kept until something in it changes.
pub async fn tenant(house: &House, id: TenantId) -> Result<Option<Arc<Tenant>>, Fault> {
    let ask = async || Ok(house.store.global().tenant_by_id(id).await?.map(Arc::new));
    let found = house.authorities.tenants.get(&house.store, id, (), ask).await?;
    Ok((*found).clone())
}
