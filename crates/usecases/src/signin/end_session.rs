//! Signs people out at this browser. Tokens of apps live on (protocol.md §1.11).

use super::back_channel::{Over, tell_apps};
use crate::clients;
use crate::settle::{Facing, UseCase, settle};
use crate::{Fault, House};
use mandate_base::{Draw, Moment, SessionId};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::session::{Ended, EndedBy};
use mandate_domain::signin::steps::SignedIn;

/// Each in their own tenant.
pub async fn end_sessions(house: &House, people: &[&SignedIn]) -> Result<(), Fault> {
    let over =
        people.iter().map(|person| Over { tenant: person.tenant, user: person.user.id, session: person.session.id });
    tell_apps(house, &over.collect::<Vec<_>>()).await?;
    for person in people {
        let _: Result<(), Never> = settle(house, person.tenant, &EndSession { session: person.session.id }).await?;
    }
    Ok(())
}

/// The apps that hear of the end of these sessions in the browser: their addresses, with the session's id
/// (protocol.md §1.9; OpenID Connect Front-Channel Logout 1.0).
pub async fn told_at_the_end(house: &House, people: &[&SignedIn]) -> Result<Vec<String>, Fault> {
    let mut addresses = Vec::new();
    for person in people {
        let view = house.store.tenant(person.tenant);
        for app in view.apps_of_session(person.session.id).await? {
            let Some(card) = clients::card(house, app).await? else { continue };
            let registration = &card.registration;
            let Some(uri) = registration.web.logout_url.as_deref().filter(|uri| may_be_called(uri)) else { continue };
            let with = if uri.contains('?') { '&' } else { '?' };
            let mut address = format!("{uri}{with}sid={}", person.session.id);
            if registration.mandate.issuer_at_logout {
                let issuer = house.origins.issuer(person.tenant, 2);
                address.push_str(&format!("&iss={issuer}"));
            }
            addresses.push(address);
        }
    }
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

/// https, or http on the developer's own machine (protocol.md §1.9); nothing that could end a policy's directive.
fn may_be_called(uri: &str) -> bool {
    let local = ["http://localhost/", "http://localhost:", "http://127.0.0.1/", "http://127.0.0.1:"];
    let fine = uri.starts_with("https://") || local.iter().any(|start| uri.starts_with(start));
    fine && uri.len() <= 2048 && !uri.contains(|c: char| c.is_whitespace() || c.is_control() || "\"';,#".contains(c))
}

struct EndSession {
    session: SessionId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Never {}

impl UseCase for EndSession {
    type Facts = ();
    type Reply = ();
    type Refusal = Never;

    async fn load(&self, _: Facing<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn plan(&self, (): (), now: Moment, _: &mut dyn Draw) -> Plan<(), Never> {
        let mut record = Record::default();
        let ended = Ended { at: now, how: EndedBy::SignOut };
        record.trace(Trace::SessionEnded { session: self.session, ended });
        Plan::answer((), record)
    }
}
