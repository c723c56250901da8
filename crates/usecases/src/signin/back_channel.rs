//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): apps that ask for it are told of the end of a session
//! by a token that only this house can make. An addition of ours; Entra tells browsers alone.

use crate::{Fault, House, clients};
use mandate_base::{AppId, SessionId, TenantId, UserId};
use mandate_jose::{Header, b64url_encode};
use serde_json::json;

/// Seconds; long enough for a post that is slow, too short to be kept.
const LIFE: i64 = 120;
const FORM: &str = "application/x-www-form-urlencoded";

/// One session of one person, as the apps know them.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
}

/// Tells the apps of these sessions, behind the back of whoever waits for an answer: an app that does not answer is the
/// log's business.
pub async fn tell_apps(house: &House, over: &[Over]) -> Result<(), Fault> {
    let mut letters = Vec::new();
    for one in over {
        for app in house.store.tenant(one.tenant).apps_of_session(one.session).await? {
            let card = clients::card(house, app).await?;
            let address = card.and_then(|card| card.registration.mandate.back_channel_logout_uri.clone());
            if let Some(address) = address {
                letters.push((address, logout_token(house, one, app).await));
            }
        }
    }
    if letters.is_empty() {
        return Ok(());
    }
    let outside = house.outside.clone();
    tokio::spawn(async move {
        for (address, token) in letters {
            let Some(token) = token else { continue };
            if let Err(refusal) = outside.post(address.clone(), FORM, format!("logout_token={token}")).await {
                tracing::warn!(address, %refusal, "an app was not told of a sign-out");
            }
        }
    });
    Ok(())
}

async fn logout_token(house: &House, over: &Over, app: AppId) -> Option<String> {
    let keys = house.keys();
    let now = house.now().secs();
    let claims = json!({
        "iss": house.origins.issuer(over.tenant, 2),
        "aud": app.to_string(),
        "sub": keys.pairwise(over.tenant.bytes(), over.user.bytes(), app.bytes()),
        "sid": over.session.to_string(),
        "iat": now,
        "exp": now + LIFE,
        "jti": b64url_encode(&house.draw(|draw| draw.bytes::<16>())),
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let key = keys.signing.clone();
    house.signers.run(move || key.sign_jwt(Header::Logout, claims.to_string().as_bytes())).await.ok()
}
