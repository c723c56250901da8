//! Sign-out (protocol.md §1.9): the browser's session ends; where it goes next must be registered.

use crate::authorize::{Errand, Flow, within_limit};
use crate::browser::{Browser, named_by};
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::show;
use http::Method;
use mandate_base::AppId;
use mandate_domain::application::{AppCard, Registration};
use mandate_domain::signin::redirect::uri_address;
use mandate_domain::signin::steps::SignedIn;
use mandate_usecases::clients;
use mandate_usecases::signin::{end_sessions, told_at_the_end};
use mandate_web::answer::{self, Answer};
use mandate_web::{Params, cookies};

pub async fn answer(cx: Cx<'_>) -> Answer {
    let outcome = if cx.request.method == Method::POST { posted(cx).await } else { asked(cx).await };
    match outcome {
        Ok(answer) => answer,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

async fn asked(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let params = cx.request.query_params()?;
    begin(cx, &params).await
}

/// A client may post its request; our own page posts its choice.
async fn posted(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let form = cx.request.form().ok_or_else(|| Trouble::malformed("the body is not a form"))??;
    if form.any("flow").is_none() {
        return begin(cx, &form).await;
    }
    let flow = Flow::open(cx, &form)?;
    let people = Browser::of(cx).people(cx).await?;
    let all = form.any("account") == Some("all");
    let chosen = |person: &&SignedIn| all || form.any("account") == Some(person.session.id.to_string().as_str());
    let ending: Vec<&SignedIn> = people.iter().filter(chosen).collect();
    end(cx, &flow.params(), &people, &ending).await
}

async fn begin(cx: Cx<'_>, params: &Params) -> Result<Answer, Trouble> {
    cx.authority().await?;
    let people = Browser::of(cx).people(cx).await?;
    let hint = params.one("logout_hint")?;
    let of_token = params.one("id_token_hint")?.and_then(|token| named_by(cx, token, &people)?.1);
    let hinted = |person: &&SignedIn| {
        hint.is_some_and(|hint| person.user.upn.as_str().eq_ignore_ascii_case(hint))
            || of_token.is_some_and(|named| named.session.id == person.session.id)
    };
    // Whoever is hinted at is signed out; somebody else is not, only because they are here alone.
    let is_hinted = hint.is_some() || params.any("id_token_hint").is_some();
    let ending: Vec<&SignedIn> = match people.as_slice() {
        [] => Vec::new(),
        [_] if !is_hinted => people.iter().collect(),
        several => several.iter().filter(hinted).collect(),
    };
    if ending.is_empty() && !people.is_empty() {
        // What is too long for the page's own form is no address of anybody's, and does not keep people from leaving.
        let (none, fits) = (Params::default(), within_limit(cx).is_ok());
        let flow = Flow { errand: Errand::SignOut, ..Flow::begin(cx, if fits { params } else { &none }) };
        return Ok(choose(cx, &flow, &people).await);
    }
    end(cx, params, &people, &ending).await
}

/// The page again, in the language that was switched to.
pub async fn again(cx: Cx<'_>, flow: Flow) -> Answer {
    match Browser::of(cx).people(cx).await {
        Ok(people) => choose(cx, &flow, &people).await,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

async fn choose(cx: Cx<'_>, flow: &Flow, people: &[SignedIn]) -> Answer {
    let accounts = people.iter().map(show::tile).collect();
    let params = flow.params();
    // Only an address that the answer may really go to is let into the page's policy.
    let reply = target(cx, &params).await.ok().flatten();
    let mut answer = show::signing_out(cx, flow, accounts, reply.as_deref()).await;
    if cx.request.cookie(cookies::FLOW) != Some(flow.browser.as_str()) {
        answer::add_cookie(&mut answer, cookies::flow(&flow.browser));
    }
    answer
}

async fn end(cx: Cx<'_>, params: &Params, people: &[SignedIn], ending: &[&SignedIn]) -> Result<Answer, Trouble> {
    let told = told_at_the_end(cx.house, ending).await?;
    end_sessions(cx.house, ending).await?;
    let mut answer = match target(cx, params).await? {
        // Where nobody has to hear of it, the browser goes straight on.
        Some(to) if told.is_empty() => answer::redirect(&to),
        next => show::signed_out(cx, told, next).await,
    };
    let stays = |person: &&SignedIn| ending.iter().all(|ended| ended.session.id != person.session.id);
    let staying: Vec<&SignedIn> = people.iter().filter(stays).collect();
    let mut browser = Browser::of(cx);
    browser.keep_only(&staying);
    browser.write(cx, &mut answer);
    Ok(answer)
}

const LONGEST_URI: usize = 2048;

/// Only to a redirect URI that the app registered; anything else gets the plain page. An ID token of ours names its
/// client even when it has expired.
async fn target(cx: Cx<'_>, params: &Params) -> Result<Option<String>, Trouble> {
    let Some(uri) = params.one("post_logout_redirect_uri")?.filter(|uri| uri.len() <= LONGEST_URI) else {
        return Ok(None);
    };
    let of_token = params.one("id_token_hint")?.and_then(|token| named_by(cx, token, &[])).map(|(client, _)| client);
    let named = params.one("client_id")?.map_or(of_token, |client| AppId::parse(client).ok());
    let goes_to = |card: &AppCard| {
        let proven = of_token == Some(card.app_id) || !card.registration.mandate.id_token_hint_at_logout;
        proven && registers(&card.registration, uri)
    };
    let registered = match named {
        Some(app) => clients::card(cx.house, app).await?.is_some_and(|card| goes_to(&card)),
        // A client that was named and is none leads nowhere.
        None if params.any("client_id").is_some() => false,
        None => cx.house.store.global().cards_at(&uri_address(uri)).await?.iter().any(goes_to),
    };
    if !registered {
        return Ok(None);
    }
    let state = params.one("state")?.map(|state| mandate_web::percent::encode_pairs([("state", state)]));
    let with = if uri.contains('?') { '&' } else { '?' };
    Ok(Some(state.map_or_else(|| uri.to_owned(), |state| format!("{uri}{with}{state}"))))
}

/// Exact, whatever the platform.
fn registers(registration: &Registration, uri: &str) -> bool {
    let web = registration.web.redirect_uris.iter();
    let all = web.chain(&registration.spa.redirect_uris).chain(&registration.public_client.redirect_uris);
    all.into_iter().any(|known| known == uri || format!("{known}/") == uri)
}
