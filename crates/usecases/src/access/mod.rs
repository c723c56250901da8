//! The one gate: who is calling, what stands for them *now*, and whether they may do this to that.
//!
//! A token says what was granted when it was issued; the store says what holds. Both must. Next: `enter` for the first
//! half, `permit` for the second.

mod enter;
mod permit;
mod verified;

pub use enter::{Caller, Daemon, EnterRefusal, Person, Who, enter, enter_manager, stand};
pub use mandate_jose::TokenRefusal;
pub use permit::{Denial, Operation, Permit, permit, permit_in, permit_on};

use crate::tokens::AppStandings;
use enter::{AppCallers, People};
use mandate_store::Memo;
use verified::Verified;

pub(crate) struct AccessMemos {
    pub apps: AppStandings,
    people: People,
    app_callers: AppCallers,
    verified: Verified,
}

impl AccessMemos {
    pub fn holding(most: usize) -> AccessMemos {
        AccessMemos {
            apps: Memo::holding(most),
            people: Memo::holding(most),
            app_callers: Memo::holding(most),
            verified: Verified::default(),
        }
    }
}
