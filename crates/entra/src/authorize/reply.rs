//! The answer to the client: a redirect by query or fragment, or a form that posts itself (protocol.md §2.5).

use super::check::ReplyTo;
use super::flow::Errand;
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::show;
use http::StatusCode;
use mandate_domain::signin::ask::{ResponseMode, Version};
use mandate_domain::signin::redirect::origin_of;
use mandate_usecases::signin::decline_device;
use mandate_web::answer::{self, Answer, PagePolicy};
use mandate_web::pages::FormPostPage;
use mandate_web::percent::encode_pairs;

pub async fn error(cx: Cx<'_>, trouble: &Trouble, to: &ReplyTo) -> Answer {
    let word = match to.errand {
        Errand::Device(Some(hash)) => return of_device(cx, trouble, hash).await,
        // There is no app to go back to.
        Errand::My => return show::refuse(cx, trouble).await,
        Errand::Review if trouble.code == DECLINED => return answer::redirect(&to.uri),
        Errand::Review => return show::refuse(cx, trouble).await,
        // The older address has its own word for no (protocol.md §1.10).
        Errand::AdminConsent if trouble.code == DECLINED && to.version == Version::V2 => "consent_required",
        _ => trouble.authorize_error(),
    };
    trouble.log(cx.request);
    let mut fields = vec![
        ("error".to_owned(), word.to_owned()),
        ("error_description".to_owned(), trouble.description(cx.request)),
        ("error_uri".to_owned(), format!("{}/error?code={}", cx.origins().login, trouble.code)),
    ];
    if let Some(subcode) = trouble.subcode {
        fields.push(("error_subcode".to_owned(), subcode.to_owned()));
    }
    if to.errand == Errand::AdminConsent {
        fields.push(("admin_consent".to_owned(), "True".to_owned()));
    }
    let mut answer = send(cx, fields, to);
    answer::tell(&mut answer, trouble.reason());
    answer
}

const DECLINED: u32 = 65_004;

/// A device hears nothing but yes or no; everything else is told on the page.
async fn of_device(cx: Cx<'_>, trouble: &Trouble, hash: [u8; 32]) -> Answer {
    if trouble.code != DECLINED {
        return show::refuse(cx, trouble).await;
    }
    match decline_device(cx.house, hash).await {
        // What no longer waits was answered, or is too old: the device does not sign in here either way.
        Ok(_) => show::device_done(cx, None).await,
        Err(fault) => show::refuse(cx, &fault.into()).await,
    }
}

pub fn send(cx: Cx<'_>, mut fields: Vec<(String, String)>, to: &ReplyTo) -> Answer {
    if let Some(state) = &to.state {
        fields.push(("state".to_owned(), state.clone()));
    }
    match to.mode {
        ResponseMode::Query => {
            answer::redirect(&appended(&to.uri, if to.uri.contains('?') { '&' } else { '?' }, &fields))
        }
        ResponseMode::Fragment => answer::redirect(&appended(&to.uri, '#', &fields)),
        ResponseMode::FormPost => form_post(cx, fields, to),
    }
}

/// A redirect URI without a path gets one: `http://localhost:5173` → `http://localhost:5173/#…`.
fn appended(uri: &str, with: char, fields: &[(String, String)]) -> String {
    let slash = if origin_of(uri).is_some_and(|origin| origin.len() == uri.len()) { "/" } else { "" };
    let pairs = encode_pairs(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    format!("{uri}{slash}{with}{pairs}")
}

fn form_post(cx: Cx<'_>, fields: Vec<(String, String)>, to: &ReplyTo) -> Answer {
    let nonce = cx.house.draw(|draw| mandate_web::base64::url(&draw.bytes::<16>()));
    let page = FormPostPage { lang: show::lang(cx, None), action: to.uri.clone(), fields, nonce };
    let targets = show::targets(&to.uri);
    let policy = PagePolicy { form_targets: &targets, script_nonce: Some(&page.nonce), frames: to.silent };
    answer::html(StatusCode::OK, page.html(), &policy)
}
