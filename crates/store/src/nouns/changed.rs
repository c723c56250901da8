//! What changed since a count.

use super::TenantView;
use super::query::Built;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, Value, id, id_or_none};
use mandate_base::ObjectId;
use mandate_domain::grant::GrantParties;
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::query::Noun;

const COUNT: TenantSql = TenantSql::new("SELECT count FROM change_counts WHERE tenant_id = $1");
const LINKS: TenantSql = TenantSql::new(
    "SELECT group_id, role, member, kind, gone FROM changed_links
      WHERE tenant_id = $1 AND group_id = $2 AND role = $3 AND seq > $4 AND member > $5 ORDER BY member LIMIT $6",
);
const GRANTS: TenantSql = TenantSql::new(
    "SELECT client, resource, principal, seq, gone FROM changed_grants
      WHERE tenant_id = $1 AND (seq, client, resource, principal) > ($2, $3, $4, $5)
      ORDER BY seq, client, resource, principal LIMIT $6",
);

/// Whether what changed is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    No,
    /// It can be brought back.
    ForNow,
    ForGood,
}

impl Gone {
    /// As Graph's `@removed` says it.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Gone::No => None,
            Gone::ForNow => Some("changed"),
            Gone::ForGood => Some("deleted"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedObject {
    pub noun: Noun,
    pub object: ObjectId,
    pub seq: i64,
    pub gone: Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedLink {
    pub link: Link,
    pub gone: Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedGrant {
    pub parties: GrantParties,
    pub seq: i64,
    pub gone: Gone,
}

impl TenantView<'_> {
    /// How often the tenant was changed. What is above a count is what changed since.
    pub async fn change_count(&self) -> Result<i64, Fault> {
        Ok(self.one(&COUNT, [], |row| row.int(0)).await?.unwrap_or(0))
    }

    /// Objects of these kinds, each once, in the order of their last changes.
    pub async fn changed_after(
        &self,
        nouns: &[Noun],
        after: (i64, ObjectId),
        most: i64,
    ) -> Result<Vec<ChangedObject>, Fault> {
        let select = "SELECT o.noun, o.object, o.seq, o.gone FROM changed_objects o".to_owned();
        let mut built = Built::of(self.key().await?, select);
        let (seq, object) = (built.bind(after.0), built.bind(id(after.1)));
        let nouns: Vec<String> = nouns.iter().map(|noun| noun.number().to_string()).collect();
        let most = built.bind(most);
        let nouns = nouns.join(", ");
        built.sql.push_str(&format!(
            " AND o.noun IN ({nouns}) AND (o.seq, o.object) > ({seq}, {object}) ORDER BY o.seq, o.object LIMIT {most}"
        ));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(object_of).collect()
    }

    /// Links of one object that came or went since a count, by member.
    pub async fn links_changed(
        &self,
        of: ObjectId,
        role: LinkRole,
        since: i64,
        after: Option<ObjectId>,
        most: i64,
    ) -> Result<Vec<ChangedLink>, Fault> {
        let after = id(after.unwrap_or(ObjectId::from_u128(0)));
        self.all(&LINKS, [id(of), role.word().into(), since.into(), after, most.into()], link_of).await
    }

    /// Grants, each once, in the order of their last changes.
    pub async fn grants_changed_after(
        &self,
        seq: i64,
        after: Option<GrantParties>,
        most: i64,
    ) -> Result<Vec<ChangedGrant>, Fault> {
        let nothing = || Value::Bytes(Vec::new());
        let [client, resource, principal] = match after {
            Some(after) => [id(after.client), id(after.resource), id_or_none(after.principal)],
            // Below every grant of that count.
            None => [nothing(), nothing(), nothing()],
        };
        self.all(&GRANTS, [seq.into(), client, resource, principal, most.into()], grant_of).await
    }
}

fn gone_of(row: &Row, place: usize) -> Result<Gone, Fault> {
    Ok(match row.int(place)? {
        0 => Gone::No,
        1 => Gone::ForNow,
        _ => Gone::ForGood,
    })
}

fn object_of(row: &Row) -> Result<ChangedObject, Fault> {
    let kind = row.int(0)?;
    let noun = Noun::ALL.into_iter().find(|noun| noun.number() == kind);
    let noun = noun.ok_or_else(|| Fault::new("reading what changed", "an object of an unknown kind"))?;
    Ok(ChangedObject { noun, object: row.id(1)?, seq: row.int(2)?, gone: gone_of(row, 3)? })
}

fn link_of(row: &Row) -> Result<ChangedLink, Fault> {
    let unknown = || Fault::new("reading what changed", "a link of an unknown kind");
    let link = Link {
        of: row.id(0)?,
        role: LinkRole::parse(&row.text(1)?).ok_or_else(unknown)?,
        member: row.id(2)?,
        kind: MemberKind::parse(&row.text(3)?).ok_or_else(unknown)?,
    };
    Ok(ChangedLink { link, gone: gone_of(row, 4)? })
}

fn grant_of(row: &Row) -> Result<ChangedGrant, Fault> {
    let parties = GrantParties { client: row.id(0)?, resource: row.id(1)?, principal: row.id_or_none(2)? };
    Ok(ChangedGrant { parties, seq: row.int(3)?, gone: gone_of(row, 4)? })
}
