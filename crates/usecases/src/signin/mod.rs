//! Signing in: sessions, encounters of a person with an app, consent, codes.

mod begin_session;
mod device;
mod encounter;
mod end_session;
mod grant_consent;
mod granting;
mod guesses;
mod issue_code;
mod password;
mod sessions;
mod who_can_help;

pub use begin_session::{BeginSession, Begun};
pub use device::{
    ApproveDevice, ApproveRefusal, AskForDevice, CodeNotFound, ask_for_device, decline_device, device_of, find_device,
};
pub use encounter::{Asking, Encounter, EncounterRefusal, Loaded, encounter, of_first_resource, resolve};
pub use end_session::end_sessions;
pub use grant_consent::{ConsentRefusal, GrantConsent, Surveyed, shown, together};
pub use guesses::{Guesses, Network};
pub use issue_code::{IssueCode, IssueRefusal, Issued};
pub use password::{Attempt, Authenticated, PasswordRefusal, authenticate};
pub use sessions::{MOST_SESSIONS, here};
pub use who_can_help::{WhoCanHelp, who_can_help};
