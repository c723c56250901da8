//! UserInfo: who the person is, for a token that holds `openid` (OpenID Connect Core §5.3).

use crate::House;
use crate::access::Caller;
use mandate_domain::user::User;

pub struct UserInfo {
    /// The same as in the ID token of this client.
    pub sub: String,
    pub user: User,
    pub profile: bool,
    pub email: bool,
}

/// `None`: the token is not a person's, or does not hold `openid`.
pub fn userinfo(house: &House, caller: &Caller) -> Option<UserInfo> {
    let person = caller.person()?;
    let holds = |scope: &str| person.scopes.iter().any(|held| held.eq_ignore_ascii_case(scope));
    let sub = house.keys().pairwise(caller.tenant.bytes(), person.user.id.bytes(), caller.client.bytes());
    let info = UserInfo { sub, user: (*person.user).clone(), profile: holds("profile"), email: holds("email") };
    holds("openid").then_some(info)
}
