//! What a token request of a person's client seeks: one resource, whom it concerns, and what they are to each other.

use super::delegation::{self, Delegation, DelegationRefusal, PersonAt, SessionPart};
use crate::settle::Facing;
use crate::signin::{Asking, Encounter, EncounterRefusal, encounter, of_first_resource};
use crate::{Fault, Origins};
use mandate_base::{AppId, Moment, UserId};
use mandate_domain::signin::scopes::ScopeAsk;
use mandate_domain::token::claims::Proof;
use std::sync::Arc;

/// Who asks, for whom, and with which scopes, if the request names any.
#[derive(Clone, Copy)]
pub struct Seeking<'a> {
    pub origins: &'a Origins,
    pub client: AppId,
    pub user: UserId,
    pub scopes: Option<&'a ScopeAsk>,
}

/// What decides about it, but for the tenant.
pub type SoughtFor = (AppId, UserId, Option<ScopeAsk>, ScopeAsk);

/// Longer requests are answered and not remembered.
const LONGEST_KEPT: usize = 2000;

pub struct Sought {
    /// Of several resources the first (protocol.md §2.3).
    pub asked: ScopeAsk,
    /// The request itself names scopes of more than one resource.
    pub several: bool,
    /// What the whole sign-in asked for.
    pub flow: ScopeAsk,
    pub met: Result<Encounter, EncounterRefusal>,
    /// As the resource sees them, and as the client does.
    pub people: (PersonAt, PersonAt),
}

impl Sought {
    /// Remembered until something in the tenant changes: the same client asks for the same person every hour, and for
    /// several APIs in a row.
    pub async fn load(facing: Facing<'_>, seeking: Seeking<'_>, flow: ScopeAsk) -> Result<Arc<Sought>, Fault> {
        let Seeking { client, user, scopes, .. } = seeking;
        if flow.length() + scopes.map_or(0, ScopeAsk::length) > LONGEST_KEPT {
            return Sought::read(facing, seeking, flow).await.map(Arc::new);
        }
        let key = (client, user, scopes.cloned(), flow.clone());
        let (known, tenant) = (&facing.known.sought, facing.view.tenant_id());
        let read = async || Sought::read(facing, seeking, flow.clone()).await;
        let remembered = known.get(facing.store, tenant, key.clone(), read).await?;
        if remembered.judge(Moment::from_millis(i64::MAX)).is_ok() {
            return Ok(remembered);
        }
        // A no is worth a question: another process may have written the consent a moment ago.
        facing.store.notice_others().await?;
        known.get(facing.store, tenant, key, read).await
    }

    /// A request that names no resource means those of the sign-in.
    async fn read(facing: Facing<'_>, seeking: Seeking<'_>, flow: ScopeAsk) -> Result<Sought, Fault> {
        let Seeking { origins, client, user, scopes } = seeking;
        // What a sign-in did not have to ask for, its refresh does not either.
        let renewed = scopes.filter(|_| flow.unasked).map(|scopes| scopes.clone().unasked());
        let scopes = renewed.as_ref().or(scopes);
        let named = scopes.filter(|scopes| !scopes.resources.is_empty());
        let (resources, more) = of_first_resource(facing, origins, named.unwrap_or(&flow)).await?;
        // A sign-in may ask for several resources, a token request for one (protocol.md §2.3).
        let several = more && named.is_some();
        let asked = ScopeAsk { resources, ..scopes.unwrap_or(&flow).clone() };
        let met = encounter(facing, &Asking { origins, client, user, scopes: &asked, whole_list: false }).await?;
        let people = match &met {
            Ok(met) => delegation::people_at(facing.view, met).await?,
            Err(_) => Default::default(),
        };
        Ok(Sought { asked, several, flow, met, people })
    }

    pub fn judge(&self, signed_in: Moment) -> Result<(), DelegationRefusal> {
        let met = self.met.as_ref().map_err(|refusal| DelegationRefusal::Encounter(refusal.clone()))?;
        delegation::judge(met, signed_in)
    }

    /// Puts the tokens' parts together, for a client that may have them.
    pub fn assemble(&self, session: SessionPart, proof: Proof) -> Option<Delegation> {
        let met = self.met.as_ref().ok()?;
        delegation::assemble(met, &self.asked, &self.flow, &self.people, session, proof)
    }

    /// For the sign-in log: whose name, and of which resource.
    pub fn named(&self) -> (String, Option<AppId>) {
        self.met.as_ref().map_or_else(
            |_| (String::new(), None),
            |met| (met.user.upn.as_str().to_owned(), met.asked.first().map(|ask| ask.resource)),
        )
    }
}
