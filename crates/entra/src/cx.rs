//! What every handler has at hand: the house, the request, and the tenant segment as it was sent.

use crate::errors::Trouble;
use mandate_domain::signin::ask::{Authority, Version};
use mandate_usecases::authority::{AuthorityRefusal, authority};
use mandate_usecases::{House, Origins};
use mandate_web::Incoming;

#[derive(Clone, Copy)]
pub struct Cx<'a> {
    pub house: &'a House,
    pub request: &'a Incoming,
    /// As sent, decoded.
    pub segment: &'a str,
    /// Which generation of endpoints was called.
    pub version: Version,
}

impl Cx<'_> {
    pub fn origins(&self) -> &Origins {
        &self.house.origins
    }

    pub async fn authority(&self) -> Result<Authority, Trouble> {
        let refused = |refusal| match refusal {
            AuthorityRefusal::Unknown => Trouble::new(90_002, &[("tenant", self.segment)]),
            AuthorityRefusal::Malformed => Trouble::new(900_021, &[("tenant", self.segment)]),
        };
        authority(self.house, self.segment).await?.map_err(refused)
    }

    /// The segment that URLs and forms of ours carry: the GUID, or the alias.
    pub fn canonical(&self, authority: Authority) -> String {
        match authority {
            Authority::Tenant(id) => id.to_string(),
            other => other.alias().unwrap_or("common").to_owned(),
        }
    }
}
