//! Signs people out at this browser. Tokens of apps live on (protocol.md §1.11).

use crate::settle::{Facing, UseCase, settle};
use crate::{Fault, House};
use mandate_base::{Draw, Moment, SessionId};
use mandate_domain::record::{Plan, Record, Trace};
use mandate_domain::signin::session::{Ended, EndedBy};
use mandate_domain::signin::steps::SignedIn;

/// Each in their own tenant.
pub async fn end_sessions(house: &House, people: &[&SignedIn]) -> Result<(), Fault> {
    for person in people {
        let _: Result<(), Never> = settle(house, person.tenant, &EndSession { session: person.session.id }).await?;
    }
    Ok(())
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
