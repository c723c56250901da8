//! The vocabulary every room shares: ids, moments, chance, secrets, folded text.
//!
//! Never: clocks, randomness, files or sockets; whoever needs those gets them as arguments.
//! Next: `mandate-decide` for permissions, `mandate-domain` for the nouns.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod draw;
mod fnv;
mod folded;
mod id;
mod moment;
mod secret;

pub use draw::Draw;
pub use fnv::fnv1a;
pub use folded::Folded;
pub use id::*;
pub use moment::{DAY, HOUR, MINUTE, Moment, SECOND};
pub use secret::Secret;
