//! Tokens whose signatures were verified: a client calls many times with one token, and its signature stays what it is.
//!
//! What is remembered is that *these keys* signed it, and what it says. Everything that can change is asked each time:
//! whether it has expired, for whom it is, and all that stands behind it. The token itself is not kept, only its digest.

use super::enter::Presented;
use crate::bounded::make_room;
use crate::keys::Keys;
use mandate_base::{AppId, TenantId};
use mandate_jose::hash::sha256;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Those that expire first go first.
const MOST: usize = 4096;

#[derive(Default)]
pub(super) struct Verified(Mutex<HashMap<[u8; 32], Known>>);

#[derive(Clone)]
pub(super) struct Known {
    pub token: Arc<Presented>,
    pub tenant: TenantId,
    /// `None`: it names no app.
    pub client: Option<AppId>,
    keys: Arc<Keys>,
}

impl Verified {
    /// `None`: it was not seen, or other keys are in use since.
    pub fn find(&self, digest: &[u8; 32], keys: &Arc<Keys>) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned();
        known.filter(|known| Arc::ptr_eq(&known.keys, keys))
    }

    pub fn note(
        &self,
        digest: [u8; 32],
        token: Presented,
        (tenant, client): (TenantId, Option<AppId>),
        keys: Arc<Keys>,
    ) -> Known {
        let known = Known { token: Arc::new(token), tenant, client, keys };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, MOST, |known| known.token.exp);
        all.insert(digest, known.clone());
        known
    }
}

pub(super) fn digest(bearer: &str) -> [u8; 32] {
    sha256(bearer.as_bytes())
}
