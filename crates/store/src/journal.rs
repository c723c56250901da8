//! Sign-ins that wait to be written in a batch.

use mandate_base::TenantId;
use mandate_domain::audit::SignIn;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub struct Journal(Mutex<Vec<(TenantId, SignIn)>>);

impl Journal {
    pub fn note(&self, tenant: TenantId, sign_in: SignIn) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((tenant, sign_in));
    }

    pub fn take(&self) -> Vec<(TenantId, SignIn)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
