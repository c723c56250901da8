//! Begins a browser session for somebody who has just given their password.

use crate::Fault;
use crate::settle::{Facing, UseCase};
use crate::tickets::Ticket;
use mandate_base::{AppId, CorrelationId, Draw, Moment, TenantId, UserId};
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::session::{Ended, EndedBy, Session};
use mandate_domain::user::User;

pub struct BeginSession {
    pub tenant: TenantId,
    pub user: UserId,
    pub persistent: bool,
    pub client: AppId,
    /// A session of the same person that this one takes the place of: the cookie is rotated at each sign-in.
    pub replaces: Option<Session>,
    pub correlation: CorrelationId,
}

pub struct Begun {
    pub session: Session,
    pub ticket: Ticket,
}

/// The account was disabled or removed between the password and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLongerThere;

impl UseCase for BeginSession {
    type Facts = Option<User>;
    type Reply = Begun;
    type Refusal = NoLongerThere;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<User>, Fault> {
        facing.view.user_by_id(self.user).await
    }

    fn plan(&self, user: Option<User>, now: Moment, draw: &mut dyn Draw) -> Plan<Begun, NoLongerThere> {
        let Some(user) = user.filter(|user| user.account_enabled) else { return Plan::refuse(NoLongerThere) };
        let ticket = Ticket::draw(self.tenant, draw);
        let session = Session {
            id: draw.timed_id(now).into(),
            hash: ticket.hash,
            user: user.id,
            signed_in: now,
            expires: now + Session::lifetime(self.persistent),
            persistent: self.persistent,
            ended: None,
        };
        let mut record = Record::default();
        record.trace(Trace::SessionBegun(session.clone()));
        if let Some(old) = &self.replaces {
            record.trace(Trace::SessionEnded { session: old.id, ended: Ended { at: now, how: EndedBy::SignOut } });
        }
        record.sign_in(SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::Interactive,
            client: Some(self.client),
            user: Some(user.id),
            name: user.upn.as_str().to_owned(),
            code: 0,
            reason: "signed in with a password".to_owned(),
            resource: None,
            correlation: self.correlation,
        });
        Plan::answer(Begun { session, ticket }, record)
    }
}
