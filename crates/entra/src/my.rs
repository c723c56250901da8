//! `/my`: a person's own page. Where they are signed in, what they allowed apps, a way to end either, and their password.
//!
//! Who is at this browser is told by its session cookies, as for any app; each form is sealed to its browser and session.

use crate::authorize::{self, Errand, Flow};
use crate::browser::Browser;
use crate::cx::Cx;
use crate::errors::Trouble;
use crate::show;
use mandate_base::{AppId, ConsentRequestId, GrantId, Secret, SessionId};
use mandate_domain::signin::ask::Version;
use mandate_domain::signin::steps::SignedIn;
use mandate_usecases::signin::{
    Decide, DecideRefusal, EndOwn, Network, NewPassword, Over, Overview, Own, OwnRequest, PasswordChangeRefusal,
    Waiting, change_password, overview, own_requests, queue, resource_names, tell_apps,
};
use mandate_usecases::{Fault, settle};
use mandate_web::answer::{self, Answer};
use mandate_web::{Params, cookies, percent};

/// In logs: no app of a tenant's, but this page.
pub const MY_PAGE: AppId = AppId::from_u128(0x6d616e64_6174_6500_806d_790000000001);

/// What just happened, to be said on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Ended,
    PasswordChanged,
    Refused(PasswordChangeRefusal),
    /// The two new ones differ.
    NotTheSame,
    /// A reviewer said no.
    Decided,
    /// A reviewer's yes was a consent for everybody.
    Approved,
    Undecided(DecideRefusal),
}

/// All that the page shows.
pub struct Mine {
    pub overview: Overview,
    pub requests: Vec<OwnRequest>,
    pub queue: Option<Vec<Waiting>>,
    /// Names of the APIs in the queue.
    pub apis: Vec<(AppId, String)>,
}

async fn mine(cx: Cx<'_>, person: &SignedIn) -> Result<Mine, Fault> {
    let (tenant, user) = (person.tenant, person.user.id);
    let queue = queue(cx.house, tenant, user).await?;
    let permissions: Vec<_> = queue.iter().flatten().flat_map(|one| one.permissions.iter().cloned()).collect();
    Ok(Mine {
        overview: overview(cx.house, tenant, user).await?,
        requests: own_requests(cx.house, tenant, user).await?,
        apis: resource_names(cx.house, &permissions).await?,
        queue,
    })
}

pub async fn page(cx: Cx<'_>) -> Answer {
    let params = cx.request.query_params().unwrap_or_default();
    let people = match Browser::of(cx).people(cx).await {
        Ok(people) => people,
        Err(trouble) => return show::refuse(cx, &trouble).await,
    };
    let named = params.any("account").and_then(|text| SessionId::parse(text).ok());
    let flow = Flow { errand: Errand::My, ..Flow::begin(cx, &Params::default()) };
    let said = match params.any("said") {
        Some("ended") => Some(Said::Ended),
        Some("approved") => Some(Said::Approved),
        Some("decided") => Some(Said::Decided),
        _ => None,
    };
    match (named.and_then(|named| people.iter().find(|person| person.session.id == named)), people.as_slice()) {
        (Some(person), _) | (None, [person]) => shown(cx, flow, person, said).await,
        _ => authorize::run(cx, flow, Browser::of(cx)).await,
    }
}

async fn shown(cx: Cx<'_>, flow: Flow, person: &SignedIn, said: Option<Said>) -> Answer {
    let flow = Flow { chosen: Some(person.session.id), ..flow };
    let mine = match mine(cx, person).await {
        Ok(mine) => mine,
        Err(fault) => return show::refuse(cx, &fault.into()).await,
    };
    let mut answer = show::my(cx, &flow, person, &mine, said).await;
    if cx.request.cookie(cookies::FLOW) != Some(flow.browser.as_str()) {
        answer::add_cookie(&mut answer, cookies::flow(&flow.browser));
    }
    answer
}

/// The page again, in the language that was switched to.
pub async fn again(cx: Cx<'_>, flow: Flow) -> Answer {
    match person_of(cx, &flow).await {
        Ok(person) => shown(cx, flow, &person, None).await,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

/// Where the person goes who signed in for this page.
pub fn address(session: SessionId) -> String {
    format!("/my?account={session}")
}

/// And when they allowed what somebody asked for.
pub fn approved(session: SessionId) -> String {
    format!("{}&said=approved", address(session))
}

pub async fn end(cx: Cx<'_>) -> Answer {
    match ended(cx).await {
        Ok(answer) => answer,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

async fn ended(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let (form, flow) = open(cx)?;
    let person = person_of(cx, &flow).await?;
    let session = form.one("session")?.and_then(|text| SessionId::parse(text).ok()).map(Own::Session);
    let grant = form.one("grant")?.and_then(|text| GrantId::parse(text).ok()).map(Own::Grant);
    let what = session.or(grant).ok_or_else(|| Trouble::missing("session"))?;
    let deed = EndOwn { user: person.user.id, what, correlation: cx.request.correlation };
    // What is gone already, or was never theirs, is not here the next time either.
    let ended: Result<(), _> = settle(cx.house, person.tenant, &deed).await?;
    if let (Ok(()), Own::Session(session)) = (ended, what) {
        tell_apps(cx.house, &[Over { tenant: person.tenant, user: person.user.id, session }]).await?;
    }
    Ok(answer::redirect(&format!("{}&said=ended", address(person.session.id))))
}

/// A reviewer's word: no, never, or let me see.
pub async fn decide(cx: Cx<'_>) -> Answer {
    match decided(cx).await {
        Ok(answer) => answer,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

/// More than a page of the queue shows of one app.
const MOST_AT_ONCE: usize = 200;

async fn decided(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let (form, flow) = open(cx)?;
    let person = person_of(cx, &flow).await?;
    let named = form.one("requests")?.unwrap_or("").split_ascii_whitespace().take(MOST_AT_ONCE);
    let requests: Vec<ConsentRequestId> = named.filter_map(|id| ConsentRequestId::parse(id).ok()).collect();
    let block = match form.one("verdict")? {
        Some("review") => return review(cx, flow, &person, &requests).await,
        Some("deny") => false,
        Some("block") => true,
        _ => return Err(Trouble::missing("verdict")),
    };
    let deed = Decide {
        reviewer: person.user.id,
        requests: &requests,
        block,
        justification: form.one("reason")?.unwrap_or(""),
        correlation: cx.request.correlation,
    };
    Ok(match settle(cx.house, person.tenant, &deed).await? {
        Ok(()) => answer::redirect(&format!("{}&said=decided", address(person.session.id))),
        Err(refusal) => shown(cx, flow, &person, Some(Said::Undecided(refusal))).await,
    })
}

/// The consent page for everybody, of what was asked for. Whether this person may say yes is found there.
async fn review(cx: Cx<'_>, flow: Flow, person: &SignedIn, requests: &[ConsentRequestId]) -> Result<Answer, Trouble> {
    let queue = queue(cx.house, person.tenant, person.user.id).await?.unwrap_or_default();
    let first = requests.first();
    let found = queue.iter().find(|one| one.requests.iter().any(|asked| Some(&asked.id) == first));
    let Some(waiting) = found else {
        return Ok(shown(cx, flow, person, Some(Said::Undecided(DecideRefusal::NothingWaits))).await);
    };
    let (client, segment) = (waiting.client.to_string(), person.tenant.to_string());
    let mut pairs = vec![("client_id", client.as_str())];
    pairs.extend(waiting.scope.as_deref().map(|scope| ("scope", scope)));
    let params = percent::encode_pairs(pairs);
    let version = if waiting.scope.is_some() { Version::V2 } else { Version::V1 };
    let cx = Cx { segment: &segment, version, ..cx };
    let flow = Flow { errand: Errand::Review, params, segment: segment.clone(), version, ..flow };
    Ok(authorize::run(cx, flow, Browser::of(cx)).await)
}

pub async fn password(cx: Cx<'_>) -> Answer {
    match changed(cx).await {
        Ok(answer) => answer,
        Err(trouble) => show::refuse(cx, &trouble).await,
    }
}

async fn changed(cx: Cx<'_>) -> Result<Answer, Trouble> {
    let (form, flow) = open(cx)?;
    let person = person_of(cx, &flow).await?;
    let (old, new, again) = (form.one("oldpasswd")?, form.one("newpasswd")?, form.one("newpasswd2")?);
    let said = if new != again {
        Said::NotTheSame
    } else {
        let change = NewPassword {
            tenant: person.tenant,
            user: &person.user,
            old: Secret::new(old.unwrap_or("").to_owned()),
            new: Secret::new(new.unwrap_or("").to_owned()),
            network: Network::of(cx.request.peer),
            keep: Some(person.session.id),
            correlation: cx.request.correlation,
        };
        change_password(cx.house, change).await?.map_or_else(Said::Refused, |()| Said::PasswordChanged)
    };
    Ok(shown(cx, flow, &person, Some(said)).await)
}

fn open(cx: Cx<'_>) -> Result<(Params, Flow), Trouble> {
    let form = cx.request.form().ok_or_else(|| Trouble::malformed("the body is not a form"))??;
    let flow = Flow::open(cx, &form)?;
    if flow.errand != Errand::My {
        return Err(Trouble::new(50_089, &[]).because("a form of another errand"));
    }
    Ok((form, flow))
}

/// The person whose page it was, while they are still signed in at this browser.
async fn person_of(cx: Cx<'_>, flow: &Flow) -> Result<SignedIn, Trouble> {
    let people = Browser::of(cx).people(cx).await?;
    let found = people.into_iter().find(|person| Some(person.session.id) == flow.chosen);
    found.ok_or_else(|| Trouble::new(50_089, &[]).because("the session of the page is over"))
}
