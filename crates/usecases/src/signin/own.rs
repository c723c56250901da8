//! What a person does with their own account: sees where they are signed in and what they allowed, ends either, and
//! chooses a password.

use super::guesses::{Network, Refused};
use crate::access::Permit;
use crate::directory::removal;
use crate::passwords::{self, Verdict};
use crate::settle::{Facing, UseCase, settle};
use crate::{Fault, House};
use mandate_base::{CorrelationId, Draw, GrantId, Moment, Secret, SessionId, TenantId, UserId};
use mandate_domain::audit::Activity;
use mandate_domain::grant::Grant;
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::signin::session::Session;
use mandate_domain::user::User;

pub struct OwnSession {
    pub session: Session,
    /// The apps it signed the person in to, by name.
    pub apps: Vec<String>,
}

pub struct OwnGrant {
    pub grant: Grant,
    pub client: String,
    pub resource: String,
}

pub struct Overview {
    pub sessions: Vec<OwnSession>,
    pub grants: Vec<OwnGrant>,
}

const MOST_SESSIONS: i64 = 50;

pub async fn overview(house: &House, tenant: TenantId, user: UserId) -> Result<Overview, Fault> {
    let (view, global) = (house.store.tenant(tenant), house.store.global());
    let mut sessions = Vec::new();
    for session in view.sessions_of_user(user, house.now(), MOST_SESSIONS).await? {
        let mut apps = Vec::new();
        for app in view.apps_of_session(session.id).await? {
            apps.extend(global.card_by_app_id(app).await?.map(|card| card.registration.display_name.clone()));
        }
        sessions.push(OwnSession { session, apps });
    }
    let mut grants = Vec::new();
    for grant in view.grants_of_principal(user).await? {
        let name = async |sp| Ok::<_, Fault>(view.sp_by_id(sp).await?.map(|sp| sp.display_name).unwrap_or_default());
        let (client, resource) = (name(grant.client).await?, name(grant.resource).await?);
        grants.push(OwnGrant { grant, client, resource });
    }
    Ok(Overview { sessions, grants })
}

/// One's own, and nobody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Everything that came of it is dead as well.
    Session(SessionId),
    Grant(GrantId),
}

pub struct EndOwn {
    pub user: UserId,
    pub what: Own,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOnesOwn;

impl UseCase for EndOwn {
    type Facts = (Option<User>, Option<Session>, Option<Grant>);
    type Reply = ();
    type Refusal = NotOnesOwn;

    async fn load(&self, facing: Facing<'_>) -> Result<Self::Facts, Fault> {
        let view = facing.view;
        let (session, grant) = match self.what {
            Own::Session(id) => (view.session_by_id(id).await?, None),
            Own::Grant(id) => (None, view.grant_by_id(id).await?),
        };
        Ok((view.user_by_id(self.user).await?, session, grant))
    }

    fn plan(&self, (user, session, grant): Self::Facts, now: Moment, _: &mut dyn Draw) -> Plan<(), NotOnesOwn> {
        let session = session.filter(|session| session.user == self.user);
        let grant = grant.filter(|grant| grant.principal == Some(self.user));
        let Some(user) = user else { return Plan::refuse(NotOnesOwn) };
        let doer = Permit::of_self(&user).doer(self.correlation);
        let mut record = Record::default();
        match (session, grant) {
            (Some(session), _) => {
                let entry = doer.entry(Activity::RevokeSession).target(session.id, "Session", user.upn.as_str());
                record.change(Change::SessionRevoked { session: session.id, at: now }, entry);
            }
            (_, Some(grant)) => {
                let entry = removal(&doer, &grant, "client", "resource");
                record.change(Change::GrantRemoved(grant.id), entry);
            }
            (None, None) => return Plan::refuse(NotOnesOwn),
        }
        Plan::answer((), record)
    }
}

pub struct NewPassword<'a> {
    pub tenant: TenantId,
    pub user: &'a User,
    pub old: Secret<String>,
    pub new: Secret<String>,
    pub network: Network,
    /// The session that goes on.
    pub keep: Option<SessionId>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordChangeRefusal {
    WrongOld,
    Locked,
    Busy,
    TooShort,
    TooLong,
    /// The old one, the name, or one that everybody tries first.
    TooEasy,
    Gone,
}

pub const SHORTEST: usize = 8;

/// What must be true of a new password, whatever the old one is.
fn check(user: &User, new: &str, old: &str) -> Result<(), PasswordChangeRefusal> {
    if new.chars().count() < SHORTEST {
        return Err(PasswordChangeRefusal::TooShort);
    }
    if new.len() > passwords::LONGEST {
        return Err(PasswordChangeRefusal::TooLong);
    }
    let folded = new.to_lowercase();
    let name = user.upn.as_str().split('@').next().unwrap_or("").to_lowercase();
    let named = name.len() >= 3 && folded.contains(&name);
    let one_letter = new.chars().all(|letter| new.starts_with(letter));
    let common =
        COMMON.iter().any(|known| folded.trim_end_matches(|c: char| c.is_ascii_digit() || "!.".contains(c)) == *known);
    if new == old || named || one_letter || common { Err(PasswordChangeRefusal::TooEasy) } else { Ok(()) }
}

/// With digits or an exclamation mark behind them, too.
const COMMON: [&str; 12] = [
    "password",
    "passwort",
    "wachtwoord",
    "welcome",
    "welkom",
    "willkommen",
    "qwerty",
    "qwertz",
    "azerty",
    "letmein",
    "changeme",
    "",
];

/// Checks the old one as a sign-in would, and counts guesses at it as one.
pub async fn change_password(
    house: &House,
    change: NewPassword<'_>,
) -> Result<Result<(), PasswordChangeRefusal>, Fault> {
    if change.old.expose().is_empty() {
        return Ok(Err(PasswordChangeRefusal::WrongOld));
    }
    let (account, now) = (change.user.upn.folded(), house.now());
    let _under_way = match house.guesses.begin(&account, change.network, now) {
        Ok(under_way) => under_way,
        Err(Refused::Locked { .. }) => return Ok(Err(PasswordChangeRefusal::Locked)),
        Err(Refused::Busy) => return Ok(Err(PasswordChangeRefusal::Busy)),
    };
    match passwords::verify(house, change.old.clone(), change.user.password.as_ref()).await {
        Ok(Verdict::Right) => house.guesses.right(&account, change.network),
        Ok(Verdict::Wrong) => {
            house.guesses.wrong(&account, change.network, now);
            return Ok(Err(PasswordChangeRefusal::WrongOld));
        }
        Err(_) => return Ok(Err(PasswordChangeRefusal::Busy)),
    }
    if let Err(refusal) = check(change.user, change.new.expose(), change.old.expose()) {
        return Ok(Err(refusal));
    }
    let Ok(password) = passwords::hash(house, change.new.clone()).await else {
        return Ok(Err(PasswordChangeRefusal::Busy));
    };
    let deed = SetPassword {
        user: change.user.id,
        checked: change.user.password.clone(),
        password,
        keep: change.keep,
        correlation: change.correlation,
    };
    Ok(settle(house, change.tenant, &deed).await?.map_err(|Gone| PasswordChangeRefusal::Gone))
}

struct SetPassword {
    user: UserId,
    /// The hash that the old password was checked against; another one means that somebody was faster.
    checked: Option<Secret<String>>,
    password: Secret<String>,
    keep: Option<SessionId>,
    correlation: CorrelationId,
}

struct Gone;

impl UseCase for SetPassword {
    type Facts = Option<User>;
    type Reply = ();
    type Refusal = Gone;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<User>, Fault> {
        facing.view.user_by_id(self.user).await
    }

    fn plan(&self, user: Option<User>, now: Moment, _: &mut dyn Draw) -> Plan<(), Gone> {
        let user = user.filter(|user| user.account_enabled && user.password == self.checked);
        let Some(user) = user else { return Plan::refuse(Gone) };
        let doer = Permit::of_self(&user).doer(self.correlation);
        let entry = doer.entry(Activity::ChangeUserPassword).target(user.id, "User", user.upn.as_str());
        let mut record = Record::default();
        let change = Change::UserPassword {
            user: user.id,
            password: self.password.clone(),
            more: user.more_with_own_password(now),
            at: now,
            keep: self.keep,
        };
        record.change(change, entry);
        Plan::answer((), record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mandate_domain::user::{Upn, UserKind};

    #[test]
    fn a_new_password_is_long_enough_and_not_the_first_that_comes_to_mind() {
        let user = User {
            id: UserId::from_u128(1),
            upn: Upn::parse("joris.bakker@waterkant.example").expect("a name"),
            display_name: "Joris Bakker".into(),
            mail: None,
            account_enabled: true,
            kind: UserKind::Member,
            created: Moment::EPOCH,
            sessions_valid_from: Moment::EPOCH,
            password: None,
            more: serde_json::Map::new(),
            version: 1,
        };
        let told = |new: &str| check(&user, new, "Polder-Fiets-42");
        assert_eq!(told("een-lange-zin-over-boten"), Ok(()));
        assert_eq!(told("kort"), Err(PasswordChangeRefusal::TooShort));
        assert_eq!(told(&"a".repeat(300)), Err(PasswordChangeRefusal::TooLong));
        for easy in ["Polder-Fiets-42", "Joris.Bakker1", "aaaaaaaaaa", "Welkom2026!", "12345678", "Password1"] {
            assert_eq!(told(easy), Err(PasswordChangeRefusal::TooEasy), "{easy}");
        }
    }
}
