//! Assertions that were used, until they expire.
//!
//! A client library keeps its assertion and sends it again (protocol.md §8, trap 18), so the same claims may come again;
//! others under the same `jti` may not (RFC 7519 §4.1.7). An application can ask that each counts once.

use super::assertion::Claims;
use crate::bounded::make_room;
use mandate_base::{AppId, MINUTE, Moment};
use mandate_jose::{Assertion, hash};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(crate) struct Replays(Mutex<HashMap<[u8; 32], Used>>);

struct Used {
    claims: [u8; 32],
    forget: Moment,
}

/// More are not remembered: those that expire first go.
const MOST: usize = 100_000;

impl Replays {
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Is this a first use, or one that is allowed again?
    pub(super) fn note(&self, client: AppId, claims: &Claims, assertion: &Assertion, once: bool, now: Moment) -> bool {
        let said = hash::sha256(&assertion.payload);
        let place = match &claims.id {
            Some(id) => hash::sha256(&[client.bytes().as_slice(), id.as_bytes()].concat()),
            None => said,
        };
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = used.get(&place).filter(|known| known.forget > now) {
            return !once && known.claims == said;
        }
        make_room(&mut used, MOST, |known| known.forget);
        used.insert(place, Used { claims: said, forget: claims.expires + 6 * MINUTE });
        true
    }
}
