//! A person's own page: their sessions, grants and requests, and what waits for their word.

use super::{account, chrome, civil, of_refusal, page};
use crate::authorize::Flow;
use crate::cx::Cx;
use crate::my::{Mine, Said};
use mandate_base::{AppId, ConsentRequestId};
use mandate_domain::consent::request::{RequestState, Verdict};
use mandate_domain::signin::steps::SignedIn;
use mandate_usecases::signin::{DecideRefusal, OwnGrant, OwnRequest, Waiting};
use mandate_web::Answer;
use mandate_web::pages::{MyApp, MyAsker, MyGrant, MyPage, MyRequest, MyRequestState, MyReview, MySaid, MySession};
use mandate_web::words::Lang;

pub async fn my(cx: Cx<'_>, flow: &Flow, person: &SignedIn, mine: &Mine, said: Option<Said>) -> Answer {
    let chrome = chrome(cx, Some(flow), Some(person.tenant)).await;
    let lang = chrome.lang;
    let sessions = mine.overview.sessions.iter().map(|own| MySession {
        value: own.session.id.to_string(),
        since: lang.date_and_time(civil(own.session.signed_in)),
        until: lang.date_and_time(civil(own.session.expires)),
        persistent: own.session.persistent,
        here: own.session.id == person.session.id,
        apps: own.apps.clone(),
    });
    let reviews = mine.queue.as_ref().map(|queue| queue.iter().map(|one| review(one, &mine.apis, lang)).collect());
    let page_of = MyPage {
        organisation: chrome.brand.name.clone(),
        account: account(person),
        sessions: sessions.collect(),
        apps: apps(&mine.overview.grants, lang),
        requests: mine.requests.iter().map(|own| request(own, lang)).collect(),
        reviews,
        said: said.map(of_said),
        has_password: person.user.password.is_some(),
        chrome,
    };
    page(page_of.html(), &[])
}

fn apps(grants: &[OwnGrant], lang: Lang) -> Vec<MyApp> {
    let mut apps: Vec<MyApp> = Vec::new();
    for own in grants {
        let grant = MyGrant {
            value: own.grant.id.to_string(),
            resource: own.resource.clone(),
            since: lang.date(civil(own.grant.created)),
            scopes: own.grant.scopes.clone(),
        };
        match apps.iter_mut().find(|app| app.name == own.client) {
            Some(app) => app.grants.push(grant),
            None => apps.push(MyApp { name: own.client.clone(), grants: vec![grant] }),
        }
    }
    apps
}

fn request(own: &OwnRequest, lang: Lang) -> MyRequest {
    let decision = own.request.decision.as_ref();
    MyRequest {
        app: own.app.clone(),
        since: lang.date_and_time(civil(own.request.created)),
        reason: own.request.reason.clone(),
        state: match own.state {
            RequestState::InProgress => MyRequestState::Waiting,
            RequestState::Expired => MyRequestState::Expired,
            RequestState::Decided(Verdict::Approved) => MyRequestState::Approved,
            RequestState::Decided(Verdict::Denied) => MyRequestState::Denied,
            RequestState::Decided(Verdict::Blocked) => MyRequestState::Blocked,
        },
        answer: decision.and_then(|decision| decision.justification.clone()),
    }
}

fn review(waiting: &Waiting, apis: &[(AppId, String)], lang: Lang) -> MyReview {
    let of_api = |(api, name): &(AppId, String)| {
        let here = waiting.permissions.iter().filter(|pending| pending.resource == *api);
        let values: Vec<String> = here.map(|pending| pending.permission.value.clone()).collect();
        (!values.is_empty()).then(|| (name.clone(), values))
    };
    let askers = waiting.requests.iter().map(|asked| MyAsker {
        name: asked.by.clone(),
        since: lang.date_and_time(civil(asked.at)),
        reason: asked.reason.clone(),
    });
    let ids: Vec<String> =
        waiting.requests.iter().map(|asked| asked.id).map(|id: ConsentRequestId| id.to_string()).collect();
    MyReview {
        value: ids.join(" "),
        app: waiting.app.clone(),
        whole_list: waiting.scope.is_none(),
        permissions: apis.iter().filter_map(of_api).collect(),
        askers: askers.collect(),
    }
}

/// What is said, and whether it went well.
const fn of_said(said: Said) -> (MySaid, bool) {
    match said {
        Said::Ended => (MySaid::Ended, true),
        Said::PasswordChanged => (MySaid::PasswordChanged, true),
        Said::Approved => (MySaid::ReviewApproved, true),
        Said::Decided => (MySaid::ReviewDone, true),
        Said::NotTheSame => (MySaid::NotTheSame, false),
        Said::Refused(refusal) => (of_refusal(refusal), false),
        Said::Undecided(refusal) => (of_undecided(refusal), false),
    }
}

const fn of_undecided(refusal: DecideRefusal) -> MySaid {
    match refusal {
        DecideRefusal::NothingWaits | DecideRefusal::NotAReviewer => MySaid::ReviewGone,
        DecideRefusal::NoJustification => MySaid::ReviewNoReason,
        DecideRefusal::MayNotBlock => MySaid::ReviewMayNotBlock,
    }
}
