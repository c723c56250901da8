//! The browser's side of a session: the tickets in its cookies, the people they stand for, and the cookies it is to keep.
//!
//! Two cookies, since one may outlive the browser and the other must not: whoever did not ask to stay signed in is
//! gone when it closes, whatever others at it asked for.

use crate::cx::Cx;
use crate::errors::Trouble;
use http::HeaderValue;
use mandate_base::AppId;
use mandate_domain::signin::session::PERSISTENT_SESSION;
use mandate_domain::signin::steps::SignedIn;
use mandate_usecases::signin::{MOST_SESSIONS, here};
use mandate_usecases::tickets::{Ticket, TicketKind};
use mandate_web::answer::{self, Answer};
use mandate_web::cookies;

pub struct Browser {
    tickets: Vec<Held>,
    changed: bool,
}

#[derive(Clone)]
struct Held {
    text: String,
    /// "Stay signed in".
    lasting: bool,
}

impl Browser {
    pub fn of(cx: Cx<'_>) -> Browser {
        let of_cookie = |name: &str, lasting: bool| {
            let value = cx.request.cookie(name).unwrap_or("");
            let texts = value.split('~').filter(|ticket| !ticket.is_empty()).take(MOST_SESSIONS);
            texts.map(|text| Held { text: text.to_owned(), lasting }).collect::<Vec<_>>()
        };
        let mut tickets = of_cookie(cookies::SESSION, false);
        tickets.extend(of_cookie(cookies::STAY, true));
        Browser { tickets, changed: false }
    }

    pub async fn people(&self, cx: Cx<'_>) -> Result<Vec<SignedIn>, Trouble> {
        let tickets: Vec<&str> = self.tickets.iter().map(|held| held.text.as_str()).collect();
        Ok(here(cx.house, &tickets).await?)
    }

    /// The new session first; of the others those that stand, up to the limit. Whoever had to make room is answered:
    /// their session ends, since no cookie shows it any more.
    #[must_use]
    pub fn begin<'p>(&mut self, ticket: &Ticket, lasting: bool, standing: &[&'p SignedIn]) -> Vec<&'p SignedIn> {
        self.keep_only(standing);
        // The oldest goes when there is no room, whichever cookie it lies in.
        let signed_in = |held: &Held| person_of(held, standing).map(|person| person.session.signed_in);
        self.tickets.sort_by_key(|held| std::cmp::Reverse(signed_in(held)));
        self.tickets.insert(0, Held { text: ticket.text(TicketKind::Session), lasting });
        let pushed_out = self.tickets.split_off(self.tickets.len().min(MOST_SESSIONS));
        pushed_out.iter().filter_map(|held| person_of(held, standing)).collect()
    }

    pub fn keep_only(&mut self, people: &[&SignedIn]) {
        self.changed = true;
        self.tickets.retain(|held| person_of(held, people).is_some());
    }

    /// The cookies of an answer, when something changed.
    pub fn write(&self, cx: Cx<'_>, answer: &mut Answer) {
        if !self.changed {
            return;
        }
        for (name, lasting) in [(cookies::SESSION, false), (cookies::STAY, true)] {
            let texts = self.tickets.iter().filter(|held| held.lasting == lasting).map(|held| held.text.as_str());
            let value = texts.collect::<Vec<_>>().join("~");
            if let Some(cookie) = cookie(name, &value, lasting, cx.request.cookie(name).is_some()) {
                answer::add_cookie(answer, cookie);
            }
        }
    }
}

fn person_of<'p>(held: &Held, people: &[&'p SignedIn]) -> Option<&'p SignedIn> {
    let ticket = Ticket::read(TicketKind::Session, &held.text)?;
    people.iter().copied().find(|person| person.session.hash == ticket.hash)
}

fn cookie(name: &str, value: &str, lasting: bool, sent: bool) -> Option<HeaderValue> {
    match value {
        "" if sent => Some(cookies::session(name, "", Some(0))),
        "" => None,
        value => Some(cookies::session(name, value, lasting.then_some(PERSISTENT_SESSION / 1000))),
    }
}

/// Whom an ID token of ours was for: the client, and which of the people here. An expired one still names them.
pub fn named_by<'p>(cx: Cx<'_>, id_token: &str, people: &'p [SignedIn]) -> Option<(AppId, Option<&'p SignedIn>)> {
    const LONGEST: usize = 32 * 1024;
    let keys = cx.house.keys();
    let verified = keys.ring.verify(id_token, LONGEST).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&verified.payload).ok()?;
    let client = AppId::parse(claims["aud"].as_str()?).ok()?;
    let sub = claims["sub"].as_str()?;
    let of_person = |person: &&SignedIn| {
        cx.house.keys().pairwise(person.tenant.bytes(), person.user.id.bytes(), client.bytes()) == sub
    };
    Some((client, people.iter().find(of_person)))
}
