//! Pages: from what is known to the typed templates of `web`.

mod app;
mod my;
mod permissions;

pub use my::my;

use crate::authorize::Flow;
use crate::authorize::Standing;
use crate::cx::Cx;
use crate::errors::Trouble;
use app::{account, app_shown};
use http::StatusCode;
use mandate_base::{Moment, TenantId};
use mandate_domain::application::AccessKind;
use mandate_domain::consent::{Item, Standing as ItemStanding, Survey};
use mandate_domain::signin::device::DeviceAsked;
use mandate_domain::signin::redirect::origin_of;
use mandate_domain::time;
use mandate_usecases::authority::tenant;
use mandate_usecases::signin::{Encounter, PasswordChangeRefusal, Surveyed, asked_before, together, who_can_help};
use mandate_web::answer::{self, Answer, PagePolicy};
use mandate_web::assets::css_href;
use mandate_web::pages::{
    AccountTile, AccountsPage, Blocked, Brand, Chrome, ConsentPage, DeviceCodeError, DeviceCodePage, DeviceConfirmPage,
    DeviceDonePage, ErrorPage, Helper, MySaid, NeedsAdminPage, NewPasswordPage, PermissionLine, PermissionsBehind,
    RequestForm, SignInError, SignInPage, SignedOutPage, SigningOutPage,
};
use mandate_web::words::{Civil, Lang};
use permissions::{Deciding, grouped, line};

/// The person's own switch first, then the client's `ui_locales`, then the browser.
pub fn lang(cx: Cx<'_>, flow: Option<&Flow>) -> Lang {
    let params = flow.map(Flow::params).or_else(|| cx.request.query_params().ok()).unwrap_or_default();
    let switched = flow.and_then(|flow| flow.lang.as_deref()).and_then(Lang::parse);
    let locales = params.any("ui_locales").or(params.any("mkt")).or(params.any("lc")).unwrap_or("").to_owned();
    let asked = locales.split_ascii_whitespace().find_map(Lang::parse);
    switched.or(asked).unwrap_or_else(|| Lang::from_accept_language(cx.request.accept_language()))
}

/// Where a page's form may lead in the end: our own address, and the app's. Schemes of installed apps have no origin.
pub fn targets(uri: &str) -> Vec<String> {
    let of_scheme = || {
        let (scheme, _) = uri.split_once(':')?;
        // A bare web scheme would admit every site.
        (!scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http")).then(|| format!("{scheme}:"))
    };
    origin_of(uri).or_else(of_scheme).into_iter().filter(|target| is_source(target)).collect()
}

/// A source in a policy: nothing in it may end the directive or the header.
fn is_source(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-_+".contains(&b))
}

async fn chrome(cx: Cx<'_>, flow: Option<&Flow>, of: Option<TenantId>) -> Chrome {
    let known = match of {
        Some(id) => tenant(cx.house, id).await.ok().flatten(),
        None => None,
    };
    let branding = known.as_ref().map(|tenant| tenant.profile.branding.clone()).unwrap_or_default();
    let colored = branding.background_color.is_some();
    let brand_css_href = of.filter(|_| colored).map(|id| format!("/{id}/branding.css"));
    let name = known.map_or_else(|| "Mandate".to_owned(), |tenant| tenant.profile.display_name.clone());
    Chrome {
        lang: lang(cx, flow),
        css_href: css_href().to_owned(),
        brand_css_href,
        brand: Brand { name, logo: branding.square_logo, text: branding.sign_in_page_text },
        tenant: mandate_web::percent::encode(flow.map_or(cx.segment, |flow| &flow.segment)),
        flow: flow.map(|flow| flow.seal(cx)).unwrap_or_default(),
        canary: flow.map(|flow| flow.canary(cx)).unwrap_or_default(),
        switch_language: flow.is_some(),
    }
}

fn page(html: String, targets: &[String]) -> Answer {
    answer::html(StatusCode::OK, html, &PagePolicy { form_targets: targets, script_nonce: None, frames: false })
}

/// The tenant whose house this is: the URL's, or that of the account.
fn house_of(standing: &Standing, place: Option<usize>) -> Option<TenantId> {
    let of_account = place.map(|place| standing.people[place].tenant);
    of_account.or(standing.checked.ask.authority.tenant())
}

pub async fn sign_in(cx: Cx<'_>, standing: &Standing, error: Option<SignInError>, login: &str) -> Answer {
    let page_of = SignInPage {
        chrome: chrome(cx, Some(&standing.flow), house_of(standing, None)).await,
        app: standing.checked.card.registration.display_name.clone(),
        login: login.to_owned(),
        login_fixed: false,
        ask_password: !login.is_empty() && error.is_none(),
        error,
        kmsi: false,
        can_cancel: true,
        several_accounts: !standing.people.is_empty(),
    };
    page(page_of.html(), &targets(&standing.checked.ask.redirect.uri))
}

pub async fn accounts(cx: Cx<'_>, standing: &Standing) -> Answer {
    let fits = |tenant: TenantId| standing.checked.ask.authority.tenant().is_none_or(|wanted| wanted == tenant);
    let people = standing.people.iter().filter(|person| fits(person.tenant));
    let page_of = AccountsPage {
        chrome: chrome(cx, Some(&standing.flow), house_of(standing, None)).await,
        app: standing.checked.card.registration.display_name.clone(),
        accounts: people.map(account).collect(),
        can_cancel: true,
    };
    page(page_of.html(), &targets(&standing.checked.ask.redirect.uri))
}

pub async fn consent(cx: Cx<'_>, standing: &Standing, place: usize, surveys: &[Surveyed<'_>]) -> Answer {
    let ((met, survey), all) = (&surveys[0], together(surveys));
    // `prompt=consent` shows what stands as well; otherwise only what is missing.
    let again = standing.wants_page();
    let shown = |item: &&Item| again || matches!(item.standing, ItemStanding::Missing);
    let lang = lang(cx, Some(&standing.flow));
    let deciding = deciding(standing);
    let items: Vec<&Item> = survey.items.iter().filter(shown).collect();
    let behind = surveys.iter().skip(1).filter_map(|(api, survey)| {
        let items: Vec<&Item> = survey.items.iter().filter(shown).collect();
        let app = api.client.registration.display_name.clone();
        (!items.is_empty()).then(|| PermissionsBehind { app, groups: grouped(&items, api, lang, deciding) })
    });
    let behind = behind.collect();
    let page_of = ConsentPage {
        chrome: chrome(cx, Some(&standing.flow), house_of(standing, Some(place))).await,
        app: app_shown(cx, standing, met).await,
        account: account(&standing.people[place]),
        groups: grouped(&items, met, lang, deciding),
        behind,
        already: survey.items.len() - items.len(),
        can_grant_for_org: all.may_grant_for_all,
        for_organisation: standing.for_organisation(),
        organisation: met.tenant.profile.display_name.clone(),
    };
    page(page_of.html(), &targets(&standing.checked.ask.redirect.uri))
}

fn deciding(standing: &Standing) -> Deciding {
    if standing.for_organisation() { Deciding::ForEverybody } else { Deciding::ForThemselves }
}

pub async fn needs_admin(cx: Cx<'_>, standing: &Standing, place: usize, surveys: &[Surveyed<'_>]) -> Answer {
    let (met, all) = (surveys[0].0, together(surveys));
    let lang = lang(cx, Some(&standing.flow));
    let deciding = deciding(standing);
    let lines = |blocked: bool| -> Vec<PermissionLine> {
        let of_kind = move |item: &&Item| match item.standing {
            ItemStanding::Blocked(_) => blocked,
            ItemStanding::Missing => !blocked,
            _ => false,
        };
        let each = surveys.iter().flat_map(|(met, survey)| survey.items.iter().map(move |item| (*met, item)));
        each.filter(|(_, item)| of_kind(item)).map(|(met, item)| line(item, met, lang, deciding)).collect()
    };
    let (mut blocked, mut others) = (lines(true), lines(false));
    if standing.for_organisation() {
        // What the person could allow for themselves is asked for everybody here.
        let for_everybody = |line| PermissionLine { why_blocked: Some(Blocked::ForEverybody), ..line };
        blocked.extend(std::mem::take(&mut others).into_iter().map(for_everybody));
    }
    let app_roles = all.blocked().any(|(item, _)| item.permission.kind == AccessKind::Role);
    let view = cx.house.store.tenant(met.tenant.id);
    let able = who_can_help(view, app_roles).await.unwrap_or_default();
    let helpers = able.into_iter().map(|helper| Helper {
        name: helper.name,
        mail: helper.mail,
        role: role_in(lang, helper.role).to_owned(),
    });
    let request = request_form(cx, standing, met, &all, lang).await;
    let page_of = NeedsAdminPage {
        chrome: chrome(cx, Some(&standing.flow), house_of(standing, Some(place))).await,
        app: app_shown(cx, standing, met).await,
        account: account(&standing.people[place]),
        blocked,
        others,
        helpers: helpers.collect(),
        request,
        correlation: cx.request.correlation.to_string(),
    };
    page(page_of.html(), &targets(&standing.checked.ask.redirect.uri))
}

/// `None`: the organisation takes no requests, or the store does not answer and the page does without.
async fn request_form(
    cx: Cx<'_>,
    standing: &Standing,
    met: &Encounter,
    survey: &Survey,
    lang: Lang,
) -> Option<RequestForm> {
    if !met.tenant.settings.admin_consent_request_policy.is_enabled {
        return None;
    }
    let view = cx.house.store.tenant(met.tenant.id);
    let before = asked_before(view, met.user.id, met.client.app_id, survey, cx.request.now).await.ok()?;
    if let Some(at) = before {
        return Some(RequestForm::Sent(lang.date_and_time(civil(at))));
    }
    let (reason, error) = standing.flow.typed.clone().map_or((String::new(), None), |(text, why)| (text, Some(why)));
    Some(RequestForm::Open { reason, error })
}

pub async fn device_code(cx: Cx<'_>, flow: &Flow, typed: &str, error: Option<DeviceCodeError>) -> Answer {
    let typed = typed.chars().take(16).collect();
    let page_of = DeviceCodePage { chrome: chrome(cx, Some(flow), None).await, typed, error };
    page(page_of.html(), &[])
}

pub async fn device_confirm(cx: Cx<'_>, standing: &Standing, place: usize, asked: &DeviceAsked) -> Answer {
    let chrome = chrome(cx, Some(&standing.flow), house_of(standing, Some(place))).await;
    let page_of = DeviceConfirmPage {
        app: standing.checked.card.registration.display_name.clone(),
        account: account(&standing.people[place]),
        from: asked.from.clone(),
        at: chrome.lang.date_and_time(civil(asked.at)),
        chrome,
    };
    page(page_of.html(), &[])
}

/// The app and the tenant it was approved in, and the language that the person chose; `None`: it was declined.
pub async fn device_done(cx: Cx<'_>, approved: Option<(String, TenantId, Option<&str>)>) -> Answer {
    let (app, of, switched) = match approved {
        Some((app, tenant, lang)) => (Some(app), Some(tenant), lang.and_then(Lang::parse)),
        None => (None, None, None),
    };
    let plain = chrome(cx, None, of).await;
    let lang = switched.unwrap_or(plain.lang);
    page(DeviceDonePage { chrome: Chrome { lang, ..plain }, app }.html(), &[])
}

/// The roles that can consent for an organisation, as the person's language calls them.
fn role_in(lang: Lang, role: &'static str) -> &'static str {
    match (lang, role) {
        (Lang::Nl, "Global Administrator") => "Globale beheerder",
        (Lang::Nl, "Privileged Role Administrator") => "Beheerder van bevoorrechte rollen",
        (Lang::Nl, "Application Administrator") => "Toepassingsbeheerder",
        (Lang::Nl, "Cloud Application Administrator") => "Beheerder van cloudtoepassingen",
        (Lang::De, "Global Administrator") => "Globale Administration",
        (Lang::De, "Privileged Role Administrator") => "Administration privilegierter Rollen",
        (Lang::De, "Application Administrator") => "Anwendungsadministration",
        (Lang::De, "Cloud Application Administrator") => "Cloudanwendungsadministration",
        (_, role) => role,
    }
}

/// The error page, for a request whose client cannot be told.
pub async fn refuse(cx: Cx<'_>, trouble: &Trouble) -> Answer {
    refuse_for(cx, trouble, None).await
}

pub async fn refuse_for(cx: Cx<'_>, trouble: &Trouble, app: Option<String>) -> Answer {
    trouble.log(cx.request);
    let status = if trouble.is_ours() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
    error_page(cx, trouble, app, status).await
}

pub async fn error_page(cx: Cx<'_>, trouble: &Trouble, app: Option<String>, status: StatusCode) -> Answer {
    let page_of = ErrorPage {
        chrome: chrome(cx, None, None).await,
        code: trouble.code,
        detail: Some(trouble.text().to_owned()).filter(|text| !text.is_empty() && !trouble.is_ours()),
        correlation: cx.request.correlation.to_string(),
        trace: cx.request.trace.to_string(),
        timestamp: time::spaced(cx.request.now),
        app,
    };
    let policy = PagePolicy { form_targets: &[], script_nonce: None, frames: false };
    let mut answer = answer::html(status, page_of.html(), &policy);
    answer::tell(&mut answer, trouble.reason());
    answer
}

/// `told`: addresses of apps that hear of it; `next`: where the person goes afterwards.
pub async fn signed_out(cx: Cx<'_>, told: Vec<String>, next: Option<String>) -> Answer {
    let mut frames: Vec<String> = told.iter().filter_map(|address| origin_of(address)).collect();
    frames.retain(|origin| is_source(origin));
    frames.dedup();
    let nonce = cx.house.draw(|draw| mandate_web::base64::url(&draw.bytes::<16>()));
    let page_of = SignedOutPage { chrome: chrome(cx, None, None).await, told, next, nonce };
    let script_nonce = page_of.next.is_some().then_some(page_of.nonce.as_str());
    let policy = PagePolicy { form_targets: &[], script_nonce, frames: false };
    let mut answer = answer::html(StatusCode::OK, page_of.html(), &policy);
    if !frames.is_empty() {
        answer::allow_frames_of(&mut answer, &frames);
    }
    answer
}

/// The page on which a password has to be chosen.
pub async fn new_password(cx: Cx<'_>, standing: &Standing, login: &str, error: Option<MySaid>) -> Answer {
    let page_of = NewPasswordPage {
        chrome: chrome(cx, Some(&standing.flow), house_of(standing, None)).await,
        login: login.to_owned(),
        error,
    };
    page(page_of.html(), &targets(&standing.checked.ask.redirect.uri))
}

fn civil(at: Moment) -> Civil {
    let (year, month, day, hour, minute) = time::parts(at);
    Civil { year, month, day, hour, minute }
}

pub const fn of_refusal(refusal: PasswordChangeRefusal) -> MySaid {
    match refusal {
        PasswordChangeRefusal::WrongOld | PasswordChangeRefusal::Gone => MySaid::WrongOld,
        PasswordChangeRefusal::Locked => MySaid::Locked,
        PasswordChangeRefusal::Busy => MySaid::Busy,
        PasswordChangeRefusal::TooShort => MySaid::TooShort,
        PasswordChangeRefusal::TooLong => MySaid::TooLong,
        PasswordChangeRefusal::TooEasy => MySaid::TooEasy,
    }
}

pub async fn signing_out(cx: Cx<'_>, flow: &Flow, accounts: Vec<AccountTile>, reply: Option<&str>) -> Answer {
    let page_of = SigningOutPage { chrome: chrome(cx, Some(flow), None).await, accounts };
    page(page_of.html(), &reply.map(targets).unwrap_or_default())
}

pub fn tile(person: &mandate_domain::signin::steps::SignedIn) -> AccountTile {
    account(person)
}
