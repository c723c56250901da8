//! Signing in: sessions, encounters of a person with an app, consent, codes.

mod back_channel;
mod begin_session;
mod device;
mod encounter;
mod end_session;
mod grant_consent;
pub(crate) mod granting;
mod guesses;
mod issue_code;
mod own;
mod password;
mod request_consent;
pub(crate) mod review;
mod sessions;
mod who_can_help;

pub use back_channel::{Over, tell_apps};
pub use begin_session::{BeginSession, Begun};
pub use device::{
    ApproveDevice, ApproveRefusal, AskForDevice, CodeNotFound, ask_for_device, decline_device, device_of, find_device,
};
pub use encounter::{Asking, Encounter, EncounterRefusal, Loaded, encounter, of_first_resource, resolve};
pub use end_session::{end_sessions, told_at_the_end};
pub use grant_consent::{ConsentRefusal, GrantConsent, Surveyed, shown, together};
pub use guesses::{Guesses, Network};
pub use issue_code::{IssueCode, IssueRefusal, Issued};
pub use own::{
    EndOwn, NewPassword, NotOnesOwn, Overview, Own, OwnGrant, OwnSession, PasswordChangeRefusal, change_password,
    overview,
};
pub use password::{Attempt, Authenticated, PasswordRefusal, authenticate};
pub use request_consent::{RequestConsent, RequestRefusal, asked_before};
pub use review::{Asked, Decide, DecideRefusal, OwnRequest, Waiting, own_requests, queue, resource_names};
pub use sessions::{MOST_SESSIONS, here};
pub use who_can_help::{WhoCanHelp, who_can_help};
