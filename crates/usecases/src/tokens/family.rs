//! How a family of refresh tokens begins, whatever grant it comes of.

use crate::tickets::Ticket;
use mandate_base::{AppId, Draw, FamilyId, Moment, SessionId, TenantId, UserId};
use mandate_domain::record::{Record, Trace};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::token::refresh::{Family, RefreshToken};

pub struct Beginning<'a> {
    pub tenant: TenantId,
    pub family: FamilyId,
    pub client: AppId,
    pub user: UserId,
    pub session: SessionId,
    /// Decides whether its tokens rotate.
    pub platform: Platform,
    pub signed_in: Moment,
    pub scope: &'a str,
    pub ends: Option<Moment>,
}

/// The family, and its first token.
pub fn begin(beginning: Beginning<'_>, now: Moment, record: &mut Record, draw: &mut dyn Draw) -> Ticket {
    let Beginning { tenant, family, client, user, session, platform, signed_in, scope, ends } = beginning;
    let ticket = Ticket::draw(tenant, draw);
    record.trace(Trace::FamilyBegun(Box::new(Family {
        id: family,
        user,
        client,
        session,
        platform,
        signed_in,
        scope: scope.to_owned(),
        ends,
        revoked: None,
    })));
    record.trace(Trace::RefreshIssued(RefreshToken { hash: ticket.hash, family, issued: now, replaced: None }));
    ticket
}
