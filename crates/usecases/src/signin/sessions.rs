//! Who is signed in at this browser.

use crate::tickets::{Ticket, TicketKind};
use crate::{Fault, House};
use mandate_domain::signin::steps::SignedIn;

/// More accounts in one browser than this push the oldest out.
pub const MOST_SESSIONS: usize = 5;

/// The people whose sessions stand, in the order of the cookie.
pub async fn here(house: &House, cookies: &[&str]) -> Result<Vec<SignedIn>, Fault> {
    let now = house.now();
    let mut people = Vec::new();
    for text in cookies.iter().take(MOST_SESSIONS) {
        let Some(ticket) = Ticket::read(TicketKind::Session, text) else { continue };
        let view = house.store.tenant(ticket.tenant);
        let Some(session) = view.session_by_hash(&ticket.hash).await? else { continue };
        let Some(user) = view.user_by_id(session.user).await? else { continue };
        if session.stands(&user, now) {
            people.push(SignedIn { tenant: ticket.tenant, session, user });
        }
    }
    Ok(people)
}
