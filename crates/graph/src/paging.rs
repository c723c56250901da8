//! Pages: how many rows, after which one, and the link to the next.
//!
//! A page token is sealed and bound to tenant, client, operation and query: it opens for the call that it was made for.
//! It holds no right; the next page passes the gate like the first.

use crate::call::Call;
use crate::errors::Refusal;
use crate::operations::Op;
use mandate_base::{ObjectId, fnv1a};
use mandate_domain::query::Place;
use mandate_usecases::House;
use mandate_web::percent;

/// Rows of a page when `$top` does not say (graph-api.md §3.5).
const PAGE: usize = 100;
const PURPOSE: &str = "skiptoken";
const BOUND: usize = 16 + 16 + 8;

pub(crate) struct Pages<'a> {
    house: &'a House,
    /// The link to this very query, without the place to go on from.
    link: String,
    bound: [u8; BOUND],
    token: Option<&'a str>,
    top: Option<u16>,
}

impl<'a> Pages<'a> {
    /// `path` is below the version, with ids instead of names.
    pub fn of(call: &'a Call<'_>, op: Op, path: &str) -> Pages<'a> {
        let options = call.options.repeated();
        let query: Vec<String> =
            options.iter().map(|(name, value)| format!("{name}={}", percent::encode(value))).collect();
        let link = format!("{}{path}?{}", call.root(), query.join("&"));
        let mut bound = [0; BOUND];
        bound[..16].copy_from_slice(call.caller.tenant.bytes());
        bound[16..32].copy_from_slice(call.caller.client.bytes());
        bound[32..].copy_from_slice(&digest([op.name(), &link]).to_be_bytes());
        Pages { house: call.house, link, bound, token: call.options.skip_token.as_deref(), top: call.options.top }
    }

    pub fn most(&self) -> usize {
        self.top.map_or(PAGE, usize::from)
    }

    /// The last row of the page before, of a list by id.
    pub fn after(&self) -> Result<Option<ObjectId>, Refusal> {
        Ok(self.place()?.map(|place| place.id))
    }

    /// The last row of the page before.
    pub fn place(&self) -> Result<Option<Place>, Refusal> {
        let Some(token) = self.token else { return Ok(None) };
        let plain = self.house.keys().unseal(PURPOSE, token).ok_or(Refusal::PageToken)?;
        opened(&plain, &self.bound).map(Some).ok_or(Refusal::PageToken)
    }

    pub fn next(&self, last: ObjectId) -> String {
        self.next_place(&Place { id: last, name: String::new() })
    }

    pub fn next_place(&self, last: &Place) -> String {
        let plain = [self.bound.as_slice(), last.id.bytes(), last.name.as_bytes()].concat();
        let between = if self.link.ends_with('?') { "" } else { "&" };
        format!("{}{between}$skiptoken={}", self.link, self.house.keys().seal(PURPOSE, &plain))
    }
}

fn opened(plain: &[u8], bound: &[u8; BOUND]) -> Option<Place> {
    let (id, name) = plain.strip_prefix(bound.as_slice())?.split_first_chunk()?;
    Some(Place { id: ObjectId::from_bytes(*id), name: String::from_utf8(name.to_vec()).ok()? })
}

/// The seal keeps the value from being made by others; this only tells one query from another.
fn digest(parts: [&str; 2]) -> u64 {
    fnv1a(parts.iter().flat_map(|part| part.bytes().chain([0])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_for_what_it_was_bound_to() {
        let (bound, id) = ([7; BOUND], ObjectId::from_u128(5));
        let place = Place { id, name: "ünal".to_owned() };
        let plain = [bound.as_slice(), id.bytes(), place.name.as_bytes()].concat();
        assert_eq!(opened(&plain, &bound), Some(place));
        let mut other = bound;
        other[BOUND - 1] = 8;
        assert_eq!(opened(&plain, &other), None);
        assert_eq!(opened(&plain[..BOUND + 15], &bound), None);
        assert_eq!(opened(&[plain.as_slice(), &[0xff]].concat(), &bound), None);
    }

    #[test]
    fn another_query_has_another_digest() {
        let queries = [
            ["users.list", "/users?$top=4"],
            ["users.list", "/users?$top=5"],
            ["x", "/users?$top=4"],
            ["a", "b"],
            ["ab", ""],
        ];
        let mut digests: Vec<u64> = queries.into_iter().map(digest).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), queries.len());
    }
}
