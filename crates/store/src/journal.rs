//! Sign-ins that wait to be written in a batch.

use mandate_base::TenantId;
use mandate_domain::audit::SignIn;
use std::sync::{Mutex, PoisonError};

const MOST_WAITING: usize = 200_000;

#[derive(Default)]
pub struct Journal(Mutex<Vec<(TenantId, SignIn)>>);

impl Journal {
    pub fn note(&self, tenant: TenantId, sign_in: SignIn) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((tenant, sign_in));
    }

    pub fn take(&self) -> Vec<(TenantId, SignIn)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// In front of what came meanwhile. Past the limit the oldest are given up: memory must not grow with an outage.
    pub fn put_back(&self, mut noted: Vec<(TenantId, SignIn)>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.append(&mut waiting);
        let surplus = noted.len().saturating_sub(MOST_WAITING);
        noted.drain(..surplus);
        *waiting = noted;
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
