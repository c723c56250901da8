//! The tenant segment of a URL: a GUID, a verified domain, or one of the aliases.

use crate::known::LONGEST_DOMAIN;
use crate::{Fault, House};
use mandate_base::{Folded, TenantId};
use mandate_domain::signin::ask::{Authority, CONSUMERS};
use mandate_domain::tenant::Tenant;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityRefusal {
    Unknown,
    /// Neither a GUID nor anything that could be a domain.
    Malformed,
}

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
        && folded.len() <= LONGEST_DOMAIN
        && folded.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if !domain_like {
        return Ok(Err(AuthorityRefusal::Malformed));
    }
    let found = tenant_of_domain(house, &Folded::of(folded)).await?;
    Ok(found.map(Authority::Tenant).ok_or(AuthorityRefusal::Unknown))
}

pub async fn tenant_of_domain(house: &House, domain: &Folded) -> Result<Option<TenantId>, Fault> {
    house.known.tenant_of_domain(&house.store, domain).await
}

/// The tenant itself.
pub async fn tenant(house: &House, id: TenantId) -> Result<Option<Arc<Tenant>>, Fault> {
    house.known.tenant(&house.store, id).await
}
