//! `/devicecode` (RFC 8628 §3.1; protocol.md §1.12): a device without a browser asks for a code that a person types.

use crate::authorize;
use crate::cx::Cx;
use crate::errors::Trouble;
use http::{Method, StatusCode};
use mandate_base::AppId;
use mandate_domain::signin::ask::Version;
use mandate_domain::signin::device::{DEVICE_INTERVAL, DEVICE_LIFE};
use mandate_usecases::clients;
use mandate_usecases::signin::{AskForDevice, ask_for_device};
use mandate_usecases::tickets::TicketKind;
use mandate_web::answer::{self, Answer};
use mandate_web::words::Lang;
use serde_json::json;

pub async fn answer(cx: Cx<'_>) -> Answer {
    match attempt(cx).await {
        Ok(answer) => answer,
        Err(trouble) => trouble.json(cx.request, &cx.origins().login),
    }
}

async fn attempt(cx: Cx<'_>) -> Result<Answer, Trouble> {
    if cx.request.method != Method::POST {
        return Err(Trouble::new(900_561, &[("accepts", "POST"), ("method", cx.request.method.as_str())]));
    }
    let authority = cx.authority().await?;
    let form = cx.request.form().ok_or_else(|| Trouble::malformed("the content type is not that of a form"))??;
    let text = form.one("client_id")?.ok_or_else(|| Trouble::missing("client_id"))?;
    let unknown = || Trouble::new(700_016, &[("client", text)]);
    let client = AppId::parse(text).map_err(|_| unknown())?;
    let card = clients::card(cx.house, client).await?.ok_or_else(unknown)?;
    authorize::meets(authority, &card)?;
    let asked = match cx.version {
        Version::V1 => authorize::v1_scopes(form.one("resource")?, &card, authorize::has_openid(&form)?)?,
        Version::V2 => authorize::scopes(form.one("scope")?.ok_or_else(|| Trouble::missing("scope"))?)?,
    };
    let ask = AskForDevice {
        client,
        authority,
        scope: asked.kept(form.any("scope").unwrap_or("")),
        claims: authorize::claims(&form)?,
        peer: cx.request.peer,
    };
    let issued = ask_for_device(cx.house, ask).await?;
    let verification = format!("{}/devicelogin", cx.origins().login);
    let (life, interval) = (DEVICE_LIFE / 1000, DEVICE_INTERVAL);
    let mut body = json!({
        "user_code": issued.user_code,
        "device_code": issued.ticket.text(TicketKind::Device),
        "message": message(cx, &verification, &issued.user_code),
    });
    if cx.version == Version::V1 {
        body["verification_url"] = json!(verification);
        (body["expires_in"], body["interval"]) = (json!(life.to_string()), json!(interval.to_string()));
    } else {
        body["verification_uri"] = json!(verification);
        (body["expires_in"], body["interval"]) = (json!(life), json!(interval));
    }
    let mut answer = answer::json(StatusCode::OK, &body);
    answer::no_store(&mut answer);
    Ok(answer)
}

/// Tools print it as it is (`mkt` names its language).
fn message(cx: Cx<'_>, verification: &str, code: &str) -> String {
    let params = cx.request.query_params().unwrap_or_default();
    let asked = params.any("mkt").or(params.any("lc")).and_then(Lang::parse);
    let words = asked.unwrap_or(Lang::En).words();
    mandate_web::words::fill(words.device_message, &[("address", verification), ("code", code)])
}
