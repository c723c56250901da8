//! The one kind of fault in this room: key material that cannot be used.
//!
//! Never: what a stranger sent; that is a refusal ([`crate::TokenRefusal`]) or an absence.

use std::fmt;

/// Our own key material or its making is broken; says which step, never a byte of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CryptoFault(pub(crate) &'static str);

impl fmt::Display for CryptoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for CryptoFault {}
