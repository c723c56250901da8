//! On behalf of: an API that was called with a person's token asks for one to the next API (protocol.md §3.8).
//!
//! The token that it hands in must have been for it, must be a person's, and everything that it came of must still
//! stand: the session, the person, and what the first client was allowed. Then the API is a client like any other.

use super::delegation::{DelegationRefusal, SessionPart};
use super::family::{self, Beginning};
use super::redeem_code::Redeemed;
use super::sought::{Seeking, Sought};
use crate::settle::{Facing, UseCase};
use crate::signin::{Asking, Encounter, EncounterRefusal, encounter};
use crate::tickets::Ticket;
use crate::{Fault, House, Origins};
use mandate_base::{AppId, CorrelationId, Draw, Moment, ObjectId, SessionId, TenantId, UserId};
use mandate_domain::application::AppCard;
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::consent::standing_scopes;
use mandate_domain::record::{Plan, Record};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::scopes::{ResourceAsk, ScopeAsk};
use mandate_domain::signin::session::Session;
use mandate_domain::token::claims::Proof;
use mandate_domain::token::claims_ask::ClaimsAsk;
use serde::Deserialize;
use std::sync::Arc;

/// A token that was handed in, verified as far as it alone can tell.
#[derive(Clone, Debug)]
pub struct HandedIn {
    pub tenant: TenantId,
    /// Who called the API with it.
    pub caller: AppId,
    pub user: UserId,
    session: SessionId,
    scopes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandedInRefusal {
    /// Not signed here, or no token at all.
    NotOurs,
    /// An ID token says who somebody is, not what may be done.
    IdToken,
    /// Nobody is behind an app's own token.
    AppOnly,
    /// For another API.
    OtherAudience,
    Expired,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    exp: i64,
    nbf: i64,
    tid: String,
    oid: Option<String>,
    scp: Option<String>,
    sid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    idtyp: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

const LONGEST: usize = 32 * 1024;

/// Whose token is this, and may `api` hand it in?
pub fn handed_in(house: &House, api: &AppCard, text: &str) -> Result<HandedIn, HandedInRefusal> {
    let keys = house.keys();
    let verified = keys.ring.verify(text, LONGEST).map_err(|_| HandedInRefusal::NotOurs)?;
    let claims: Claims = serde_json::from_slice(&verified.payload).map_err(|_| HandedInRefusal::NotOurs)?;
    let tenant = TenantId::parse(&claims.tid).map_err(|_| HandedInRefusal::NotOurs)?;
    if [1, 2].iter().all(|version| claims.iss != house.origins.issuer(tenant, *version)) {
        return Err(HandedInRefusal::NotOurs);
    }
    if claims.idtyp.as_deref() == Some("app") || (claims.scp.is_none() && !claims.roles.is_empty()) {
        return Err(HandedInRefusal::AppOnly);
    }
    let Some(scp) = &claims.scp else { return Err(HandedInRefusal::IdToken) };
    if !is_named(api, &claims.aud) {
        return Err(HandedInRefusal::OtherAudience);
    }
    let now = house.now().secs();
    if claims.exp <= now || claims.nbf > now {
        return Err(HandedInRefusal::Expired);
    }
    Ok(HandedIn {
        tenant,
        caller: id(claims.azp.as_deref().or(claims.appid.as_deref()))?.into(),
        user: id(claims.oid.as_deref())?.into(),
        session: id(claims.sid.as_deref())?.into(),
        scopes: scp.split(' ').map(str::to_owned).collect(),
    })
}

fn id(text: Option<&str>) -> Result<ObjectId, HandedInRefusal> {
    text.and_then(|text| ObjectId::parse(text).ok()).ok_or(HandedInRefusal::NotOurs)
}

/// By its appId or one of its identifier URIs; `api://{appId}` is every API's own name.
fn is_named(api: &AppCard, audience: &str) -> bool {
    let bare = audience.trim_end_matches('/');
    let mut uris = api.registration.identifier_uris.iter();
    AppId::parse(bare.strip_prefix("api://").unwrap_or(bare)) == Ok(api.app_id)
        || uris.any(|uri| uri.trim_end_matches('/').eq_ignore_ascii_case(bare))
}

pub struct OnBehalfOf<'a> {
    pub origins: &'a Origins,
    /// The API that asks.
    pub client: AppId,
    pub proof: Proof,
    pub token: &'a HandedIn,
    pub scopes: &'a ScopeAsk,
    /// The scopes, as they are kept with a refresh token.
    pub kept: &'a str,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnBehalfRefusal {
    CredentialMissing,
    SessionRevoked,
    /// The first client may not call the API any more.
    CallerRevoked,
    Delegation(DelegationRefusal),
}

pub struct BehalfFacts {
    session: Option<Session>,
    /// The first client, as it meets the API.
    caller: Result<Encounter, EncounterRefusal>,
    sought: Arc<Sought>,
}

impl UseCase for OnBehalfOf<'_> {
    type Facts = Box<BehalfFacts>;
    type Reply = Redeemed;
    type Refusal = OnBehalfRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let (origins, user) = (self.origins, self.token.user);
        let seeking = Seeking { origins, client: self.client, user, scopes: Some(self.scopes) };
        let sought = Sought::load(facing, seeking, self.scopes.clone()).await?;
        let name = Some(self.client.to_string());
        let resources = vec![ResourceAsk { name, default: true, values: Vec::new() }];
        let scopes = ScopeAsk { resources, ..ScopeAsk::default() };
        let asking = Asking { origins, client: self.token.caller, user, scopes: &scopes, whole_list: false };
        let caller = encounter(facing, &asking).await?;
        let session = facing.view.session_by_id(self.token.session).await?;
        Ok(Box::new(BehalfFacts { session, caller, sought }))
    }

    fn plan(&self, facts: Self::Facts, now: Moment, draw: &mut dyn Draw) -> Plan<Redeemed, OnBehalfRefusal> {
        let mut record = Record::default();
        let judged = self.judge(&facts);
        record.sign_in(self.entry(&facts, judged.as_ref().err(), now, draw));
        let verdict = judged.and_then(|session| self.grant(&facts.sought, &session, now, &mut record, draw));
        Plan { verdict, record }
    }
}

impl OnBehalfOf<'_> {
    fn judge(&self, facts: &BehalfFacts) -> Result<Session, OnBehalfRefusal> {
        if self.proof == Proof::None {
            return Err(OnBehalfRefusal::CredentialMissing);
        }
        let session = facts.session.as_ref().filter(|session| !session.is_revoked() && session.user == self.token.user);
        let session = session.ok_or(OnBehalfRefusal::SessionRevoked)?;
        if !self.caller_stands(facts) {
            return Err(OnBehalfRefusal::CallerRevoked);
        }
        let refuse = OnBehalfRefusal::Delegation;
        if facts.sought.several {
            return Err(refuse(DelegationRefusal::SeveralResources));
        }
        facts.sought.judge(session.signed_in).map_err(refuse)?;
        Ok(session.clone())
    }

    /// Something of what the token says the first client may do here must still be so.
    fn caller_stands(&self, facts: &BehalfFacts) -> bool {
        let Ok(met) = &facts.caller else { return false };
        if met.let_in().is_err() {
            return false;
        }
        if self.token.caller == self.client {
            return true;
        }
        let Some(api) = met.loaded(self.client) else { return false };
        let standing = standing_scopes(self.token.caller, &api.card, &api.grants);
        standing.iter().any(|scope| self.token.scopes.contains(&scope.value))
    }

    fn grant(
        &self,
        sought: &Sought,
        session: &Session,
        now: Moment,
        record: &mut Record,
        draw: &mut dyn Draw,
    ) -> Result<Redeemed, OnBehalfRefusal> {
        let refresh = self.scopes.offline_access.then(|| self.begin_family(session, now, record, draw));
        let part = SessionPart { id: session.id, signed_in: session.signed_in, persistent: session.persistent };
        let client = self.client;
        let missing = OnBehalfRefusal::Delegation(DelegationRefusal::ResourceNotHere { app: client });
        let delegation = sought.assemble(part, self.proof).ok_or(missing)?;
        let claims = ClaimsAsk::default();
        Ok(Redeemed::of(delegation, refresh, claims))
    }

    fn begin_family(&self, session: &Session, now: Moment, record: &mut Record, draw: &mut dyn Draw) -> Ticket {
        let beginning = Beginning {
            tenant: self.token.tenant,
            family: draw.timed_id(now).into(),
            client: self.client,
            user: self.token.user,
            session: session.id,
            platform: Platform::Web,
            signed_in: session.signed_in,
            scope: self.kept,
            ends: None,
        };
        family::begin(beginning, now, record, draw)
    }

    fn entry(
        &self,
        facts: &BehalfFacts,
        refusal: Option<&OnBehalfRefusal>,
        now: Moment,
        draw: &mut dyn Draw,
    ) -> SignIn {
        let (name, resource) = facts.sought.named();
        let told = format!("on behalf of a person who called through {}", self.token.caller);
        SignIn {
            id: draw.timed_id(now),
            at: now,
            kind: SignInKind::NonInteractive,
            client: Some(self.client),
            user: Some(self.token.user),
            name,
            code: refusal.map_or(0, OnBehalfRefusal::code),
            reason: refusal.map_or_else(|| told.clone(), |refusal| format!("{told}, refused: {refusal:?}")),
            resource,
            correlation: self.correlation,
        }
    }
}

impl HandedInRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(&self) -> u32 {
        match self {
            HandedInRefusal::NotOurs => 50_013,
            HandedInRefusal::IdToken => 240_002,
            HandedInRefusal::AppOnly => 7_000_114,
            HandedInRefusal::OtherAudience => 500_131,
            HandedInRefusal::Expired => 500_133,
        }
    }
}

impl OnBehalfRefusal {
    /// The AADSTS number, for the sign-in log; the wire's catalogue has the same.
    pub const fn code(&self) -> u32 {
        match self {
            OnBehalfRefusal::CredentialMissing => 7_000_218,
            OnBehalfRefusal::SessionRevoked | OnBehalfRefusal::CallerRevoked => 50_173,
            OnBehalfRefusal::Delegation(refusal) => refusal.code(),
        }
    }
}
