//! The page where a person types a device's code, and what that code stands for (RFC 8628 §3.3; protocol.md §1.12).

use super::check::{Checked, Stop, meets};
use super::flow::{Errand, Flow};
use super::proceed;
use crate::browser::Browser;
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::show;
use mandate_domain::signin::ask::{Ask, Prompt, Redirect, ResponseMode, ResponseType, Version};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_usecases::clients;
use mandate_usecases::signin::{CodeNotFound, device_of, find_device};
use mandate_web::answer::{self, Answer};
use mandate_web::pages::DeviceCodeError;
use mandate_web::{Params, cookies};

/// A form with one field. Some clients bring the code along.
pub async fn page(cx: Cx<'_>) -> Answer {
    let params = cx.request.query_params().unwrap_or_default();
    let typed = params.any("user_code").or(params.any("otc")).unwrap_or("");
    let flow = Flow { errand: Errand::Device(None), ..Flow::begin(cx, &Params::default()) };
    let mut answer = show::device_code(cx, &flow, typed, None).await;
    if cx.request.cookie(cookies::FLOW) != Some(flow.browser.as_str()) {
        answer::add_cookie(&mut answer, cookies::flow(&flow.browser));
    }
    answer
}

/// The page again, in the language that was switched to.
pub async fn again(cx: Cx<'_>, flow: Flow) -> Answer {
    show::device_code(cx, &flow, "", None).await
}

/// A code was typed.
pub async fn enter(cx: Cx<'_>) -> Answer {
    match entered(cx).await {
        Ok(answer) => answer,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

async fn entered(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let form = cx.request.form().ok_or_else(|| Trouble::malformed("the body is not a form"))??;
    let flow = Flow::open(cx, &form)?;
    let typed = form.one("otc")?.unwrap_or("");
    let found = match find_device(cx.house, typed, cx.request.peer).await? {
        Ok(found) => found,
        Err(refusal) => {
            let error = match refusal {
                CodeNotFound::Wrong => DeviceCodeError::Wrong,
                CodeNotFound::Locked => DeviceCodeError::Locked,
            };
            return Ok(show::device_code(cx, &flow, typed, Some(error)).await);
        }
    };
    let segment = cx.canonical(found.asked.authority);
    let flow = Flow { errand: Errand::Device(Some(found.hash)), segment, ..flow };
    Ok(proceed::run(cx, flow, Browser::of(cx)).await)
}

/// The request behind a code, as one of an app.
pub async fn check(cx: Cx<'_>, hash: [u8; 32]) -> Result<Checked, Stop> {
    let page = |trouble: Trouble| Stop::Page(Box::new(trouble), None);
    let found = device_of(cx.house, &hash).await.map_err(|fault| page(fault.into()))?;
    let found = found.ok_or_else(|| page(Trouble::new(70_018, &[])))?;
    let client = found.asked.client;
    let unknown = || Trouble::new(700_016, &[("client", &client.to_string())]);
    let card = clients::card(cx.house, client).await.map_err(|fault| page(fault.into()))?;
    let card = card.ok_or_else(|| page(unknown()))?;
    let name = card.registration.display_name.clone();
    let named = |trouble: Trouble| Stop::Page(Box::new(trouble), Some(name.clone()));
    meets(found.asked.authority, &card).map_err(named)?;
    if !found.waits(cx.request.now) {
        return Err(named(Trouble::new(if found.expires <= cx.request.now { 70_020 } else { 90_120 }, &[])));
    }
    let ask = Ask {
        version: Version::V2,
        authority: found.asked.authority,
        client,
        redirect: Redirect { uri: String::new(), platform: Platform::Public, mode: ResponseMode::Query },
        response: ResponseType { code: true, ..ResponseType::default() },
        scopes: ScopeAsk::restore(&found.asked.scope),
        state: None,
        nonce: None,
        prompt: Prompt::Unset,
        login_hint: None,
        hint: None,
        realm: None,
        max_age: None,
        challenge: None,
        claims: found.asked.claims,
        client_info: false,
        correlation: cx.request.correlation,
    };
    Ok(Checked { ask, card, scope: found.asked.scope, redirect_named: false })
}
