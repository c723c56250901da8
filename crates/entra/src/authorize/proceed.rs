//! From a request to the first unmet step, again at each form, until the client is answered.

use super::check::{Checked, ReplyTo, Stop, check};
use super::flow::{Errand, Flow};
use super::{admin, reply};
use crate::browser::{Browser, named_by};
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::my;
use crate::show;
use mandate_base::{AppId, Folded, SessionId, TenantId};
use mandate_domain::consent::ScopeRefusal;
use mandate_domain::signin::ask::{Ask, Hint, Prompt};
use mandate_domain::signin::steps::{
    AccountStep, ConsentStep, Done, NotLetIn, SignedIn, SilentRefusal, account_step, consent_step,
};
use mandate_usecases::authority::tenant_of_domain;
use mandate_usecases::settle;
use mandate_usecases::signin::{
    ApproveDevice, ApproveRefusal, Asking, EncounterRefusal, IssueCode, IssueRefusal, Issued, Surveyed, device_of,
    encounter, shown, together,
};
use mandate_usecases::tickets::TicketKind;
use mandate_usecases::tokens::{IdTokenAsk, SessionPart, at_sign_in, mint_access, mint_id_token};
use mandate_web::answer::{self, Answer};
use mandate_web::pages::SignInError;
use mandate_web::{base64, cookies};

/// A request that is right, with the people at this browser.
pub struct Standing {
    pub checked: Checked,
    pub flow: Flow,
    pub people: Vec<SignedIn>,
}

impl Standing {
    pub fn reply_to(&self) -> ReplyTo {
        let ask = &self.checked.ask;
        ReplyTo {
            uri: ask.redirect.uri.clone(),
            mode: ask.redirect.mode,
            state: ask.state.clone(),
            silent: ask.prompt == Prompt::None,
            errand: self.flow.errand,
            version: ask.version,
        }
    }

    /// The consent page is wanted whatever stands, and was not answered yet.
    pub fn wants_page(&self) -> bool {
        let asked = matches!(self.checked.ask.prompt, Prompt::Consent | Prompt::AdminConsent);
        asked && !self.flow.consented
    }

    /// What is allowed is allowed for everybody in the organisation.
    pub fn for_organisation(&self) -> bool {
        self.checked.ask.prompt == Prompt::AdminConsent
    }

    fn done(&self) -> Done {
        Done { chosen: self.flow.chosen, fresh: self.flow.fresh, consented: self.flow.consented }
    }
}

pub async fn run(cx: Cx<'_>, flow: Flow, browser: Browser) -> Answer {
    let cookie = flow.browser.clone();
    let mut answer = match stand(cx, flow, &browser).await {
        Ok(standing) => step(cx, standing).await,
        Err(answer) => answer,
    };
    if cx.request.cookie(cookies::FLOW) != Some(cookie.as_str()) {
        answer::add_cookie(&mut answer, cookies::flow(&cookie));
    }
    browser.write(cx, &mut answer);
    answer
}

/// The request checked, or the answer that says what is wrong with it.
pub async fn stand(cx: Cx<'_>, flow: Flow, browser: &Browser) -> Result<Standing, Answer> {
    let cx = Cx { version: flow.version, ..cx };
    let checked = match check(cx, &flow).await {
        Ok(checked) => checked,
        Err(Stop::Page(trouble, app)) => return Err(show::refuse_for(cx, &trouble, app).await),
        Err(Stop::Client(trouble, to)) => return Err(reply::error(cx, &trouble, &to).await),
    };
    match browser.people(cx).await {
        Ok(people) => {
            let hint = hint(cx, &flow, checked.ask.client, &people);
            let ask = Ask { hint, realm: realm(cx, &flow).await, ..checked.ask };
            Ok(Standing { checked: Checked { ask, ..checked }, flow, people })
        }
        Err(trouble) => Err(show::refuse(cx, &trouble).await),
    }
}

/// Which session the client means: the one it names, or that of the person its ID token was for (protocol.md §2.1).
fn hint(cx: Cx<'_>, flow: &Flow, client: AppId, people: &[SignedIn]) -> Option<Hint> {
    let params = flow.params();
    if let Some(sid) = params.any("sid") {
        return Some(SessionId::parse(sid).map_or(Hint::Unknown, Hint::Session));
    }
    let named = named_by(cx, params.any("id_token_hint")?, people).filter(|(of, _)| *of == client);
    let person = named.and_then(|(_, person)| person);
    Some(person.map_or(Hint::Nobody, |person| Hint::Session(person.session.id)))
}

/// The organisation that `domain_hint` names by one of its domains. It is a hint: what names none is nothing.
async fn realm(cx: Cx<'_>, flow: &Flow) -> Option<TenantId> {
    let params = flow.params();
    let domain = params.any("domain_hint").filter(|hint| hint.contains('.'))?;
    tenant_of_domain(cx.house, &Folded::of(domain)).await.ok().flatten()
}

async fn step(cx: Cx<'_>, standing: Standing) -> Answer {
    let ask = &standing.checked.ask;
    if standing.flow.another {
        return show::sign_in(cx, &standing, None, "").await;
    }
    match account_step(ask, &standing.people, &standing.done(), cx.request.now) {
        AccountStep::SignIn(_) => {
            let hint = standing.checked.ask.login_hint.clone().unwrap_or_default();
            show::sign_in(cx, &standing, None, &hint).await
        }
        AccountStep::PickAccount => show::accounts(cx, &standing).await,
        AccountStep::Silent(SilentRefusal::LoginRequired) => refuse(cx, &standing, Trouble::new(50_058, &[])).await,
        AccountStep::Silent(SilentRefusal::NoSuchSession) => refuse(cx, &standing, Trouble::new(160_021, &[])).await,
        AccountStep::Silent(SilentRefusal::SeveralAccounts) => refuse(cx, &standing, Trouble::new(16_000, &[])).await,
        AccountStep::Use(place) => with_account(cx, standing, place).await,
    }
}

async fn refuse(cx: Cx<'_>, standing: &Standing, trouble: Trouble) -> Answer {
    reply::error(cx, &trouble, &standing.reply_to()).await
}

async fn with_account(cx: Cx<'_>, standing: Standing, place: usize) -> Answer {
    let person = &standing.people[place];
    if standing.flow.errand == Errand::My {
        return answer::redirect(&my::address(person.session.id));
    }
    let facing = cx.house.facing(person.tenant);
    let asking = Asking {
        origins: cx.origins(),
        client: standing.checked.ask.client,
        user: person.user.id,
        scopes: &standing.checked.ask.scopes,
        whole_list: standing.wants_page(),
    };
    let met = match encounter(facing, &asking).await {
        Ok(Ok(met)) => met,
        Ok(Err(refusal)) => return refuse(cx, &standing, encounter_trouble(&refusal, &standing.checked.ask)).await,
        Err(fault) => return refuse(cx, &standing, fault.into()).await,
    };
    if let Err(refusal) = met.let_in() {
        return not_let_in(cx, &standing, refusal).await;
    }
    if matches!(standing.flow.errand, Errand::Device(_)) && !standing.flow.confirmed {
        return confirm_device(cx, standing, place).await;
    }
    match met.surveys() {
        Ok(surveys) => with_surveys(cx, standing, place, &surveys).await,
        Err(refusal) => refuse(cx, &standing, scope_trouble(&refusal, &standing.checked.ask)).await,
    }
}

/// Somebody else may have started this and sent the code along (RFC 8628 §5.4): the person is told what it is for, before
/// anything is given.
async fn confirm_device(cx: Cx<'_>, mut standing: Standing, place: usize) -> Answer {
    let Errand::Device(Some(hash)) = standing.flow.errand else {
        return refuse(cx, &standing, Trouble::new(70_018, &[])).await;
    };
    let found = match device_of(cx.house, &hash).await {
        Ok(Some(found)) => found,
        Ok(None) => return refuse(cx, &standing, Trouble::new(70_018, &[])).await,
        Err(fault) => return refuse(cx, &standing, fault.into()).await,
    };
    standing.flow.chosen = Some(standing.people[place].session.id);
    show::device_confirm(cx, &standing, place, &found.asked).await
}

async fn with_surveys(cx: Cx<'_>, mut standing: Standing, place: usize, surveys: &[Surveyed<'_>]) -> Answer {
    let silent = standing.checked.ask.prompt == Prompt::None;
    let client = standing.checked.ask.client.to_string();
    match consent_step(&standing.checked.ask, &together(surveys), &standing.done()) {
        ConsentStep::Nothing => finish(cx, standing, place).await,
        _ if silent => refuse(cx, &standing, Trouble::new(65_001, &[("client", &client)])).await,
        ConsentStep::Ask => {
            standing.flow.shown = shown(surveys, standing.wants_page());
            standing.flow.chosen = Some(standing.people[place].session.id);
            show::consent(cx, &standing, place, surveys).await
        }
        ConsentStep::NeedsAdmin => {
            standing.flow.shown = shown(surveys, standing.wants_page());
            standing.flow.chosen = Some(standing.people[place].session.id);
            show::needs_admin(cx, &standing, place, surveys).await
        }
    }
}

/// The person may not use the app: their page says so, and a silent request hears it.
async fn not_let_in(cx: Cx<'_>, standing: &Standing, refusal: NotLetIn) -> Answer {
    let client = standing.checked.card.registration.display_name.as_str();
    let code = mandate_usecases::tokens::not_let_in_code(refusal);
    let trouble = Trouble::new(code, &[("client", client)]);
    if standing.checked.ask.prompt == Prompt::None {
        return refuse(cx, standing, trouble).await;
    }
    show::refuse_for(cx, &trouble, Some(client.to_owned())).await
}

pub fn encounter_trouble(refusal: &EncounterRefusal, ask: &Ask) -> Trouble {
    let client = ask.client.to_string();
    match refusal {
        EncounterRefusal::NoSuchTenant => Trouble::new(90_002, &[("tenant", "")]),
        EncounterRefusal::NoSuchClient => Trouble::new(700_016, &[("client", &client)]),
        EncounterRefusal::NoSuchUser => Trouble::new(50_034, &[]),
        EncounterRefusal::NoSuchResource { name } => Trouble::new(500_011, &[("resource", name)]),
        EncounterRefusal::ItselfByUri => Trouble::new(90_009, &[]),
    }
}

pub fn scope_trouble(refusal: &ScopeRefusal, ask: &Ask) -> Trouble {
    let client = ask.client.to_string();
    match refusal {
        ScopeRefusal::NoSuchScope { scope, .. } => {
            Trouble::new(70_011, &[("scope", scope), ("detail", "The resource publishes no such scope.")])
        }
        ScopeRefusal::NotInRegistration { resource } => {
            Trouble::new(650_057, &[("resource", &resource.to_string()), ("client", &client)])
        }
        ScopeRefusal::NoSuchResource => Trouble::new(500_011, &[("resource", "")]),
    }
}

/// Nothing is left to ask.
async fn finish(cx: Cx<'_>, standing: Standing, place: usize) -> Answer {
    match standing.flow.errand {
        Errand::Device(Some(hash)) => approve(cx, standing, place, hash).await,
        Errand::Review => answer::redirect(&my::approved(standing.people[place].session.id)),
        Errand::AdminConsent => {
            let fields = admin::answer(&standing.checked.ask, &standing.checked.scope, standing.people[place].tenant);
            reply::send(cx, fields, &standing.reply_to())
        }
        _ => issue(cx, standing, place).await,
    }
}

async fn approve(cx: Cx<'_>, standing: Standing, place: usize, hash: [u8; 32]) -> Answer {
    let person = &standing.people[place];
    let deed = ApproveDevice {
        origins: cx.origins(),
        hash,
        client: standing.checked.ask.client,
        user: person.user.id,
        session: person.session.id,
        scopes: &standing.checked.ask.scopes,
        correlation: cx.request.correlation,
    };
    match settle(cx.house, person.tenant, &deed).await {
        Ok(Ok(())) => {
            let app = standing.checked.card.registration.display_name.clone();
            show::device_done(cx, Some((app, person.tenant, standing.flow.lang.as_deref()))).await
        }
        Ok(Err(ApproveRefusal::NoLongerWaits)) => refuse(cx, &standing, Trouble::new(90_120, &[])).await,
        Ok(Err(ApproveRefusal::Issue(refusal))) => {
            refuse(cx, &standing, issue_trouble(&refusal, &standing.checked.ask)).await
        }
        Err(fault) => refuse(cx, &standing, fault.into()).await,
    }
}

async fn issue(cx: Cx<'_>, standing: Standing, place: usize) -> Answer {
    let person = &standing.people[place];
    let deed = IssueCode {
        origins: cx.origins(),
        tenant: person.tenant,
        user: person.user.id,
        session: person.session.id,
        ask: &standing.checked.ask,
        scope: &standing.checked.scope,
        redirect_named: standing.checked.redirect_named,
    };
    match settle(cx.house, person.tenant, &deed).await {
        Ok(Ok(issued)) => match success(cx, &standing, place, issued).await {
            Ok(fields) => reply::send(cx, fields, &standing.reply_to()),
            Err(trouble) => refuse(cx, &standing, trouble).await,
        },
        Ok(Err(refusal)) => refuse(cx, &standing, issue_trouble(&refusal, &standing.checked.ask)).await,
        Err(fault) => refuse(cx, &standing, fault.into()).await,
    }
}

/// Something changed between the step and the code.
fn issue_trouble(refusal: &IssueRefusal, ask: &Ask) -> Trouble {
    let client = ask.client.to_string();
    match refusal {
        IssueRefusal::Encounter(refusal) => encounter_trouble(refusal, ask),
        IssueRefusal::Scope(refusal) => scope_trouble(refusal, ask),
        IssueRefusal::NotLetIn(refusal) => {
            Trouble::new(mandate_usecases::tokens::not_let_in_code(*refusal), &[("client", &client)])
        }
        IssueRefusal::SessionOver => Trouble::new(50_058, &[]),
        IssueRefusal::ConsentMissing => Trouble::new(65_001, &[("client", &client)]),
    }
}

async fn success(
    cx: Cx<'_>,
    standing: &Standing,
    place: usize,
    issued: Issued,
) -> Result<Vec<(String, String)>, Trouble> {
    let ask = &standing.checked.ask;
    let person = &standing.people[place];
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| fields.push((name.to_owned(), value));
    let code = issued.code.as_ref().map(|ticket| ticket.text(TicketKind::Code));
    if let Some(code) = &code {
        put("code", code.clone());
    }
    if ask.client_info {
        let info = mandate_domain::token::claims::client_info(person.user.id.into(), person.tenant);
        put("client_info", base64::url(info.as_bytes()));
    }
    put("session_state", issued.session.id.to_string());
    if ask.response.id_token || ask.response.token {
        fields.extend(front_channel(cx, ask, issued, code.as_deref()).await?);
    }
    Ok(fields)
}

async fn front_channel(
    cx: Cx<'_>,
    ask: &Ask,
    issued: Issued,
    code: Option<&str>,
) -> Result<Vec<(String, String)>, Trouble> {
    let busy = |_| Trouble::new(90_033, &[]);
    let session = SessionPart {
        id: issued.session.id,
        signed_in: issued.session.signed_in,
        persistent: issued.session.persistent,
    };
    let delegation = at_sign_in(cx.house, issued.met, &ask.scopes, session).await?;
    let client = ask.client.to_string();
    let delegation =
        delegation.map_err(|refusal| Trouble::new(refusal.code(), &[("client", &client)]).because(&refusal))?;
    let mut fields = Vec::new();
    let mut access_token = None;
    if ask.response.token {
        let (token, expires_in) = mint_access(cx.house, &delegation, ask.claims.capable).await.map_err(busy)?;
        fields.push(("access_token".to_owned(), token.clone()));
        fields.push(("token_type".to_owned(), "Bearer".to_owned()));
        fields.push(("expires_in".to_owned(), expires_in.to_string()));
        fields.push(("scope".to_owned(), delegation.echo.clone()));
        access_token = Some(token);
    }
    if ask.response.id_token {
        let id_ask = IdTokenAsk {
            version: ask.version,
            nonce: ask.nonce.as_deref(),
            with_auth_time: ask.max_age.is_some(),
            code,
            access_token: access_token.as_deref(),
            asked: ask.claims,
            in_url: ask.redirect.mode != mandate_domain::signin::ask::ResponseMode::FormPost,
        };
        fields.push(("id_token".to_owned(), mint_id_token(cx.house, &delegation, &id_ask).await.map_err(busy)?));
    }
    Ok(fields)
}

/// The sign-in page again, with what went wrong.
pub async fn again(cx: Cx<'_>, standing: &Standing, error: Option<SignInError>, login: &str) -> Answer {
    show::sign_in(cx, standing, error, login).await
}
