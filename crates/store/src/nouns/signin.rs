//! The state of sign-in: sessions, codes, refresh tokens.

use super::TenantView;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, id};
use mandate_base::{AppId, FamilyId, Moment, SessionId, UserId};
use mandate_domain::signin::code::Code;
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::session::{Ended, EndedBy, Session};
use mandate_domain::token::refresh::{Family, RefreshToken};

const SESSION_BY_HASH: TenantSql = TenantSql::new(
    "SELECT id, hash, user_id, signed_in, expires, persistent, ended, ended_by FROM sessions
      WHERE tenant_id = $1 AND hash = $2",
);
const SESSION_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, hash, user_id, signed_in, expires, persistent, ended, ended_by FROM sessions
      WHERE tenant_id = $1 AND id = $2",
);
const CODE_BY_HASH: TenantSql =
    TenantSql::new("SELECT hash, expires, used, family, bound FROM codes WHERE tenant_id = $1 AND hash = $2");
/// A token and what it belongs to, which decides about it.
const REFRESH_BY_HASH: TenantSql = TenantSql::new(
    "SELECT t.hash, t.family, t.issued, t.replaced,
            f.id, f.user_id, f.client, f.session_id, f.platform, f.signed_in, f.scope, f.ends, f.revoked
       FROM refresh_tokens t JOIN families f ON f.tenant_id = t.tenant_id AND f.id = t.family
      WHERE t.tenant_id = $1 AND t.hash = $2",
);
const FAMILY_BY_ID: TenantSql = TenantSql::new(
    "SELECT id, user_id, client, session_id, platform, signed_in, scope, ends, revoked FROM families
      WHERE tenant_id = $1 AND id = $2",
);

/// Those that may still stand, the newest first.
const SESSIONS_OF_USER: TenantSql = TenantSql::new(
    "SELECT id, hash, user_id, signed_in, expires, persistent, ended, ended_by FROM sessions
      WHERE tenant_id = $1 AND user_id = $2 AND ended IS NULL AND expires > $3 ORDER BY signed_in DESC, id LIMIT $4",
);
const APPS_OF_SESSION: TenantSql =
    TenantSql::new("SELECT client FROM session_apps WHERE tenant_id = $1 AND session_id = $2 ORDER BY client LIMIT 50");

impl TenantView<'_> {
    pub async fn sessions_of_user(&self, user: UserId, now: Moment, most: i64) -> Result<Vec<Session>, Fault> {
        self.all(&SESSIONS_OF_USER, [id(user), now.into(), most.into()], session_of).await
    }

    /// The apps that a session signed its person in to.
    pub async fn apps_of_session(&self, session: SessionId) -> Result<Vec<AppId>, Fault> {
        self.all(&APPS_OF_SESSION, [id(session)], |row| row.id(0)).await
    }

    pub async fn session_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
        self.one(&SESSION_BY_HASH, [hash.into()], session_of).await
    }

    pub async fn session_by_id(&self, session: SessionId) -> Result<Option<Session>, Fault> {
        self.one(&SESSION_BY_ID, [id(session)], session_of).await
    }

    pub async fn code_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Code>, Fault> {
        self.one(&CODE_BY_HASH, [hash.into()], code_of).await
    }

    /// With its family, which decides about it.
    pub async fn refresh_by_hash(&self, hash: &[u8; 32]) -> Result<Option<(RefreshToken, Family)>, Fault> {
        let read = |row: &Row| Ok((refresh_of(row)?, family_of(&row.after(4))?));
        self.one(&REFRESH_BY_HASH, [hash.into()], read).await
    }

    pub async fn family_by_id(&self, family: FamilyId) -> Result<Option<Family>, Fault> {
        self.one(&FAMILY_BY_ID, [id(family)], family_of).await
    }
}

fn session_of(row: &Row) -> Result<Session, Fault> {
    let how = if row.text_or_none(7)?.as_deref() == Some(EndedBy::SignOut.word()) {
        EndedBy::SignOut
    } else {
        EndedBy::Revocation
    };
    Ok(Session {
        id: row.id(0)?,
        hash: row.hash(1)?,
        user: row.id(2)?,
        signed_in: row.moment(3)?,
        expires: row.moment(4)?,
        persistent: row.truth(5)?,
        ended: row.moment_or_none(6)?.map(|at| Ended { at, how }),
    })
}

fn code_of(row: &Row) -> Result<Code, Fault> {
    Ok(Code {
        hash: row.hash(0)?,
        expires: row.moment(1)?,
        used: row.moment_or_none(2)?,
        family: row.id(3)?,
        bound: row.json(4)?,
    })
}

fn refresh_of(row: &Row) -> Result<RefreshToken, Fault> {
    Ok(RefreshToken {
        hash: row.hash(0)?,
        family: row.id(1)?,
        issued: row.moment(2)?,
        replaced: row.moment_or_none(3)?,
    })
}

fn family_of(row: &Row) -> Result<Family, Fault> {
    Ok(Family {
        id: row.id(0)?,
        user: row.id(1)?,
        client: row.id(2)?,
        session: row.id(3)?,
        platform: platform_of(&row.text(4)?)?,
        signed_in: row.moment(5)?,
        scope: row.text(6)?,
        ends: row.moment_or_none(7)?,
        revoked: row.moment_or_none(8)?,
    })
}

const PLATFORMS: [(Platform, &str); 3] = [(Platform::Web, "web"), (Platform::Spa, "spa"), (Platform::Public, "public")];

pub(crate) fn platform_word(platform: Platform) -> &'static str {
    PLATFORMS.iter().find(|(known, _)| *known == platform).map_or("", |(_, word)| word)
}

fn platform_of(word: &str) -> Result<Platform, Fault> {
    let found = PLATFORMS.iter().find(|(_, known)| *known == word).map(|(platform, _)| *platform);
    found.ok_or_else(|| Fault::new("reading a family", format!("unknown platform {word}")))
}
