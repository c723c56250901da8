//! The forms of the pages: password, account, consent, language. Each opens its sealed request first.

use super::flow::{Errand, Flow};
use super::proceed::{self, Standing, again, stand};
use super::reply;
use crate::browser::Browser;
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::show;
use mandate_base::{Secret, SessionId};
use mandate_domain::signin::ask::Version;
use mandate_domain::signin::steps::SignedIn;
use mandate_usecases::settle;
use mandate_usecases::signin::{
    Attempt, Authenticated, BeginSession, ConsentRefusal, GrantConsent, Network, NewPassword, PasswordRefusal,
    RequestConsent, RequestRefusal, authenticate, change_password, end_sessions,
};
use mandate_web::Params;
use mandate_web::answer::Answer;
use mandate_web::pages::{MySaid, RequestError, SignInError};
use mandate_web::words::Lang;

/// What a form of ours may carry. A field that comes twice would be read by one and logged by another.
const FIELDS: [&str; 10] =
    ["loginfmt", "passwd", "kmsi", "cancel", "account", "ucaccept", "consentForOrg", "confirm", "lang", "reason"];

fn open(cx: Cx<'_>) -> Result<(Params, Flow), Trouble> {
    let form = cx.request.form().ok_or_else(|| Trouble::malformed("the body is not a form"))??;
    for field in FIELDS {
        form.one(field)?;
    }
    let flow = Flow::open(cx, &form)?;
    Ok((form, flow))
}

/// A form of ours, with the request behind it checked anew.
async fn opened(cx: Cx<'_>) -> Result<(Params, Flow, Browser, Standing), Answer> {
    let (form, flow) = match open(cx) {
        Ok(opened) => opened,
        Err(trouble) => return Err(show::refuse(cx, &trouble).await),
    };
    let browser = Browser::of(cx);
    let standing = stand(cx, flow.clone(), &browser).await?;
    Ok((form, flow, browser, standing))
}

/// A name and a password.
pub async fn login(cx: Cx<'_>) -> Answer {
    let (form, mut flow) = match open(cx) {
        Ok(opened) => opened,
        Err(trouble) => return show::refuse(cx, &trouble).await,
    };
    let browser = Browser::of(cx);
    flow.another = false;
    let standing = match stand(cx, flow.clone(), &browser).await {
        Ok(standing) => standing,
        Err(answer) => return answer,
    };
    if form.any("cancel").is_some() {
        return cancelled(cx, &standing).await;
    }
    let name = form.any("loginfmt").unwrap_or("").trim();
    let password = form.any("passwd").unwrap_or("");
    if name.is_empty() {
        return again(cx, &standing, Some(SignInError::Missing), "").await;
    }
    if password.is_empty() {
        return again(cx, &standing, None, name).await;
    }
    let kmsi = form.any("kmsi").is_some();
    match begin(cx, &standing, browser, (name, password), kmsi).await {
        Ok(Begun::In(session, browser)) => {
            proceed::run(cx, Flow { chosen: Some(session), fresh: true, ..flow }, *browser).await
        }
        Ok(Begun::MustChange) => show::new_password(cx, &standing, name, None).await,
        Err(error) => again(cx, &standing, Some(error), name).await,
    }
}

/// What a right password leads to.
enum Begun {
    In(SessionId, Box<Browser>),
    /// It is an administrator's: one of their own comes first.
    MustChange,
}

/// A password of their own, and then on as after any sign-in.
pub async fn new_password(cx: Cx<'_>) -> Answer {
    let (form, flow, browser, standing) = match opened(cx).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if form.any("cancel").is_some() {
        return cancelled(cx, &standing).await;
    }
    let name = form.any("loginfmt").unwrap_or("").trim();
    let (old, new) = (form.any("oldpasswd").unwrap_or(""), form.any("newpasswd").unwrap_or(""));
    if new != form.any("newpasswd2").unwrap_or("") {
        return show::new_password(cx, &standing, name, Some(MySaid::NotTheSame)).await;
    }
    if let Err(said) = change(cx, &standing, name, old, new).await {
        return show::new_password(cx, &standing, name, Some(said)).await;
    }
    match begin(cx, &standing, browser, (name, new), false).await {
        Ok(Begun::In(session, browser)) => {
            proceed::run(cx, Flow { chosen: Some(session), fresh: true, another: false, ..flow }, *browser).await
        }
        Ok(Begun::MustChange) => show::new_password(cx, &standing, name, None).await,
        Err(error) => again(cx, &standing, Some(error), name).await,
    }
}

async fn change(cx: Cx<'_>, standing: &Standing, name: &str, old: &str, new: &str) -> Result<(), MySaid> {
    let broken = |fault: mandate_usecases::Fault| {
        Trouble::from(fault).log(cx.request);
        MySaid::Busy
    };
    // Whoever does not know the old one learns nothing here that the sign-in page would not tell.
    let person = attempt(cx, standing, name, old).await.map_err(|error| match error {
        SignInError::Locked => MySaid::Locked,
        SignInError::Busy => MySaid::Busy,
        _ => MySaid::WrongOld,
    })?;
    let change = NewPassword {
        tenant: person.tenant,
        user: &person.user,
        old: Secret::new(old.to_owned()),
        new: Secret::new(new.to_owned()),
        network: Network::of(cx.request.peer),
        keep: None,
        correlation: cx.request.correlation,
    };
    change_password(cx.house, change).await.map_err(broken)?.map_err(show::of_refusal)
}

async fn attempt(cx: Cx<'_>, standing: &Standing, name: &str, password: &str) -> Result<Authenticated, SignInError> {
    let ask = &standing.checked.ask;
    let attempt = Attempt {
        authority: ask.authority,
        name,
        password: Secret::new(password.to_owned()),
        network: Network::of(cx.request.peer),
        client: ask.client,
        correlation: cx.request.correlation,
    };
    let outcome = authenticate(cx.house, attempt).await.map_err(|fault| {
        Trouble::from(fault).log(cx.request);
        SignInError::Busy
    })?;
    outcome.map_err(|refusal| match refusal {
        PasswordRefusal::WrongNameOrPassword => SignInError::WrongNameOrPassword,
        PasswordRefusal::Disabled => SignInError::Disabled,
        PasswordRefusal::OtherOrganisation => SignInError::NotInThisOrganisation,
        PasswordRefusal::Locked => SignInError::Locked,
        PasswordRefusal::Busy => SignInError::Busy,
    })
}

async fn cancelled(cx: Cx<'_>, standing: &Standing) -> Answer {
    let mut declined = Trouble::new(65_004, &[]);
    declined.subcode = Some("cancel");
    reply::error(cx, &declined, &standing.reply_to()).await
}

async fn begin(
    cx: Cx<'_>,
    standing: &Standing,
    mut browser: Browser,
    (name, password): (&str, &str),
    persistent: bool,
) -> Result<Begun, SignInError> {
    let broken = |fault: mandate_usecases::Fault| {
        Trouble::from(fault).log(cx.request);
        SignInError::Busy
    };
    let ask = &standing.checked.ask;
    let person = attempt(cx, standing, name, password).await?;
    if person.user.must_change_password() {
        return Ok(Begun::MustChange);
    }
    let same = |known: &&SignedIn| known.tenant == person.tenant && known.user.id == person.user.id;
    let before = standing.people.iter().find(same);
    let deed = BeginSession {
        tenant: person.tenant,
        user: person.user.id,
        persistent,
        client: ask.client,
        replaces: before.map(|known| known.session.clone()),
        correlation: cx.request.correlation,
    };
    let begun = settle(cx.house, person.tenant, &deed).await.map_err(broken)?;
    let begun = begun.map_err(|_| SignInError::WrongNameOrPassword)?;
    let others: Vec<&SignedIn> = standing.people.iter().filter(|known| !same(known)).collect();
    let pushed_out = browser.begin(&begun.ticket, persistent, &others);
    end_sessions(cx.house, &pushed_out).await.map_err(broken)?;
    Ok(Begun::In(begun.session.id, Box::new(browser)))
}

/// An account, another account, or back to the picker.
pub async fn reselect(cx: Cx<'_>) -> Answer {
    let (form, mut flow) = match open(cx) {
        Ok(opened) => opened,
        Err(trouble) => return show::refuse(cx, &trouble).await,
    };
    let browser = Browser::of(cx);
    if form.any("cancel").is_some() {
        return match stand(cx, flow, &browser).await {
            Ok(standing) => cancelled(cx, &standing).await,
            Err(answer) => answer,
        };
    }
    // Another account begins anew: a password or a consent that was given counts for the account that gave it.
    (flow.chosen, flow.another, flow.fresh, flow.consented) = (None, false, false, false);
    match form.any("account").unwrap_or("") {
        "other" => flow.another = true,
        "list" => {
            return match stand(cx, flow, &browser).await {
                Ok(standing) => show::accounts(cx, &standing).await,
                Err(answer) => answer,
            };
        }
        // Whether that session is at this browser, and stands, is found when it is looked for among the people here.
        chosen => flow.chosen = SessionId::parse(chosen).ok(),
    }
    proceed::run(cx, flow, browser).await
}

/// Accept or decline.
pub async fn consent(cx: Cx<'_>) -> Answer {
    let (form, mut flow, browser, standing) = match opened(cx).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if form.any("ucaccept") != Some("Yes") {
        return cancelled(cx, &standing).await;
    }
    let chosen = standing.people.iter().find(|person| Some(person.session.id) == flow.chosen);
    let Some(person) = chosen else { return proceed::run(cx, flow, browser).await };
    let deed = GrantConsent {
        origins: cx.origins(),
        client: standing.checked.ask.client,
        user: person.user.id,
        session: person.session.id,
        scopes: &standing.checked.ask.scopes,
        whole_list: standing.wants_page(),
        for_organisation: standing.for_organisation() || form.any("consentForOrg").is_some(),
        authoritative: standing.for_organisation() && standing.checked.ask.version == Version::V1,
        shown: &flow.shown,
        correlation: cx.request.correlation,
    };
    match settle(cx.house, person.tenant, &deed).await {
        Ok(Ok(())) => flow.consented = true,
        // The next step finds out what is different now, and shows it.
        Ok(Err(ConsentRefusal::Changed | ConsentRefusal::OrganisationOnly)) => {}
        Ok(Err(refusal)) => tracing::info!(?refusal, correlation = %cx.request.correlation, "consent refused"),
        Err(fault) => return reply::error(cx, &fault.into(), &standing.reply_to()).await,
    }
    proceed::run(cx, flow, browser).await
}

/// A word to the administrators (features S1-16). What the page says next is found anew.
pub async fn request_consent(cx: Cx<'_>) -> Answer {
    let (form, mut flow, browser, standing) = match opened(cx).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let chosen = standing.people.iter().find(|person| Some(person.session.id) == flow.chosen);
    let Some(person) = chosen else { return proceed::run(cx, flow, browser).await };
    let ask = &standing.checked.ask;
    let named = ask.version == Version::V2 && ask.scopes.resources.iter().all(|resource| !resource.default);
    let reason = form.any("reason").unwrap_or("");
    let deed = RequestConsent {
        origins: cx.origins(),
        client: ask.client,
        user: person.user.id,
        session: person.session.id,
        scopes: &ask.scopes,
        whole_list: standing.wants_page(),
        for_organisation: standing.for_organisation(),
        scope: Some(standing.checked.scope.as_str()).filter(|_| named),
        shown: &flow.shown,
        reason,
        correlation: cx.request.correlation,
    };
    match settle(cx.house, person.tenant, &deed).await {
        Ok(Ok(())) => {}
        Ok(Err(RequestRefusal::NoReason)) => flow.typed = Some((reason.to_owned(), RequestError::NoReason)),
        Ok(Err(RequestRefusal::TooMany)) => flow.typed = Some((reason.to_owned(), RequestError::TooMany)),
        // The next step finds out how it is now, and shows it.
        Ok(Err(refusal)) => tracing::info!(?refusal, correlation = %cx.request.correlation, "request not taken"),
        Err(fault) => return reply::error(cx, &fault.into(), &standing.reply_to()).await,
    }
    proceed::run(cx, flow, browser).await
}

/// Is the device theirs?
pub async fn confirm_device(cx: Cx<'_>) -> Answer {
    let (form, mut flow) = match open(cx) {
        Ok(opened) => opened,
        Err(trouble) => return show::refuse(cx, &trouble).await,
    };
    let browser = Browser::of(cx);
    if form.any("confirm") != Some("Yes") {
        return match stand(cx, flow, &browser).await {
            Ok(standing) => cancelled(cx, &standing).await,
            Err(answer) => answer,
        };
    }
    flow.confirmed = true;
    proceed::run(cx, flow, browser).await
}

/// Another language: the same step again.
pub async fn language(cx: Cx<'_>) -> Answer {
    match open(cx) {
        Ok((form, mut flow)) => {
            flow.lang = form.any("lang").and_then(Lang::parse).map(|lang| lang.tag().to_owned());
            match flow.errand {
                Errand::SignOut => crate::logout::again(cx, flow).await,
                Errand::Device(None) => super::device::again(cx, flow).await,
                Errand::My if flow.chosen.is_some() => crate::my::again(cx, flow).await,
                _ => proceed::run(cx, flow, Browser::of(cx)).await,
            }
        }
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}
