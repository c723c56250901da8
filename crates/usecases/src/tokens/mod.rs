//! Tokens: who gets one, for what, and what it says. Deciding is quick; signing happens on a pool, outside of any
//! transaction.

mod client_credentials;
mod delegation;
mod echo;
mod family;
mod grant_directly;
mod mint;
mod on_behalf_of;
mod redeem_code;
mod redeem_device;
mod refresh;
mod sought;
mod userinfo;

pub(crate) use client_credentials::AppStandings;
pub use client_credentials::{AppToken, AppTokenAsk, AppTokenRefusal, client_credentials};
pub use delegation::{Delegation, DelegationRefusal, PersonAt, SessionPart, at_sign_in, not_let_in_code};
pub use grant_directly::GrantDirectly;
pub use mint::{IdTokenAsk, UserTokens, mint_access, mint_id_token, mint_user_tokens};
pub use on_behalf_of::{HandedIn, HandedInRefusal, OnBehalfOf, OnBehalfRefusal, handed_in};
pub use redeem_code::{RedeemCode, RedeemRefusal, Redeemed};
pub use redeem_device::{RedeemDevice, RedeemDeviceRefusal, poll_device};
pub use refresh::{Refresh, RefreshRefused};
pub(crate) use sought::{Sought, SoughtFor};
pub use userinfo::{UserInfo, userinfo};
