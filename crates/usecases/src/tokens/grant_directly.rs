//! Tokens for somebody who has just proven themselves without a browser's redirect: the password grant.
//!
//! The same rules as at the token endpoint elsewhere; there is nobody to ask for consent.

use super::delegation::{DelegationRefusal, SessionPart};
use super::family::{self, Beginning};
use super::redeem_code::Redeemed;
use super::sought::{Seeking, Sought};
use crate::settle::{Facing, UseCase};
use crate::tickets::Ticket;
use crate::{Fault, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Moment, TenantId, UserId};
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::record::{Plan, Record};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims::Proof;
use mandate_domain::token::claims_ask::ClaimsAsk;
use std::sync::Arc;

pub struct GrantDirectly<'a> {
    pub origins: &'a Origins,
    pub tenant: TenantId,
    pub client: AppId,
    pub proof: Proof,
    pub user: UserId,
    pub session: &'a Session,
    pub scopes: &'a ScopeAsk,
    /// The `scope` parameter as it was sent.
    pub scope: &'a str,
    pub correlation: CorrelationId,
}

impl UseCase for GrantDirectly<'_> {
    type Facts = Arc<Sought>;
    type Reply = Redeemed;
    type Refusal = DelegationRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let seeking =
            Seeking { origins: self.origins, client: self.client, user: self.user, scopes: Some(self.scopes) };
        Sought::load(facing, seeking, self.scopes.clone()).await
    }

    fn plan(&self, sought: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Redeemed, DelegationRefusal> {
        let mut record = Record::default();
        let verdict = judge(&sought, self.session.signed_in);
        let refusal = verdict
            .as_ref()
            .err()
            .map_or((0, "granted".to_owned()), |refusal| (refusal.code(), format!("refused: {refusal:?}")));
        record.sign_in(self.entry(&sought, refusal, now, draw));
        let verdict = verdict.and_then(|()| self.grant(&sought, now, &mut record, draw));
        Plan { verdict, record }
    }
}

fn judge(sought: &Sought, signed_in: Moment) -> Result<(), DelegationRefusal> {
    if sought.several { Err(DelegationRefusal::SeveralResources) } else { sought.judge(signed_in) }
}

impl GrantDirectly<'_> {
    fn grant(
        &self,
        sought: &Sought,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Result<Redeemed, DelegationRefusal> {
        let refresh = self.scopes.offline_access.then(|| self.begin_family(now, record, draw));
        let session = SessionPart { id: self.session.id, signed_in: self.session.signed_in, persistent: false };
        let missing = DelegationRefusal::ResourceNotHere { app: self.client };
        let delegation = sought.assemble(session, self.proof).ok_or(missing)?;
        let claims = ClaimsAsk::default();
        Ok(Redeemed::of(delegation, refresh, claims))
    }

    /// Whoever proved a secret is confidential; everybody else's tokens rotate.
    fn begin_family(&self, now: Moment, record: &mut Record, draw: &mut dyn Draw) -> Ticket {
        let beginning = Beginning {
            tenant: self.tenant,
            family: draw.timed_id(now).into(),
            client: self.client,
            user: self.user,
            session: self.session.id,
            platform: if self.proof == Proof::None { Platform::Public } else { Platform::Web },
            signed_in: self.session.signed_in,
            scope: self.scope,
            ends: None,
        };
        family::begin(beginning, now, record, draw)
    }

    fn entry(&self, sought: &Sought, (code, reason): (u32, String), now: Moment, draw: &mut dyn Draw) -> SignIn {
        let (name, resource) = sought.named();
        SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: Some(self.user),
            name,
            code,
            reason: format!("password grant {reason}"),
            resource,
            correlation: self.correlation,
        }
    }
}
