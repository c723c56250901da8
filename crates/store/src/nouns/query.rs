//! Queries: a condition becomes SQL on the facets, whose key finds every comparison by a range.
//!
//! The only statements whose text is made while the program runs. Text of strangers is bound, never written into one.

use super::TenantView;
use super::application::sp_of;
use super::global::card_of;
use super::group::group_of;
use super::unit::unit_of;
use super::user::user_of;
use crate::Fault;
use crate::sql::TenantSql;
use crate::value::{Row, Value, id};
use mandate_base::{Moment, ObjectId, SECOND};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::AppCard;
use mandate_domain::audit::{Activity, LOGGED_BY, SignInKind};
use mandate_domain::group::Group;
use mandate_domain::query::{
    self, Condition, DISPLAY_NAME, LogQuery, MAKER, Noun, Number, Order, Place, Query, Source, Test, added_prefix,
    compared_moment, compared_truth, end_of, facet_number, reversed, words_of,
};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::time;
use mandate_domain::user::User;
use std::borrow::Cow;

/// The facets of one value lie in the order of objects' numbers: a page of each of the five kinds, and of these the first.
const MADE_AFTER: TenantSql = TenantSql::new(
    "SELECT made.id FROM (
        SELECT * FROM (SELECT o.id AS id, f.object AS object FROM facets f CROSS JOIN users o WHERE f.tenant_id = $1 AND f.facet = $2
            AND f.value = $7 AND f.object > $8 AND o.tenant_id = $1 AND o.number = f.object ORDER BY f.object LIMIT $9) page2 UNION ALL
        SELECT * FROM (SELECT o.id AS id, f.object AS object FROM facets f CROSS JOIN user_groups o WHERE f.tenant_id = $1 AND f.facet = $3
            AND f.value = $7 AND f.object > $8 AND o.tenant_id = $1 AND o.number = f.object ORDER BY f.object LIMIT $9) page3 UNION ALL
        SELECT * FROM (SELECT o.id AS id, f.object AS object FROM facets f CROSS JOIN applications o WHERE f.tenant_id = $1 AND f.facet = $4
            AND f.value = $7 AND f.object > $8 AND o.tenant_id = $1 AND o.number = f.object ORDER BY f.object LIMIT $9) page4 UNION ALL
        SELECT * FROM (SELECT o.id AS id, f.object AS object FROM facets f CROSS JOIN service_principals o WHERE f.tenant_id = $1 AND f.facet = $5
            AND f.value = $7 AND f.object > $8 AND o.tenant_id = $1 AND o.number = f.object ORDER BY f.object LIMIT $9) page5 UNION ALL
        SELECT * FROM (SELECT o.id AS id, f.object AS object FROM facets f CROSS JOIN administrative_units o WHERE f.tenant_id = $1 AND f.facet = $6
            AND f.value = $7 AND f.object > $8 AND o.tenant_id = $1 AND o.number = f.object ORDER BY f.object LIMIT $9) page6
     ) made ORDER BY made.object LIMIT $9",
);
const MADE_COUNT: TenantSql = TenantSql::new(
    "SELECT COUNT(*) FROM facets f WHERE f.tenant_id = $1 AND f.facet IN ($2, $3, $4, $5, $6) AND f.value = $7",
);

impl TenantView<'_> {
    pub async fn users_where(&self, query: &Query) -> Result<Vec<User>, Fault> {
        self.found(query, user_of).await
    }

    pub async fn groups_where(&self, query: &Query) -> Result<Vec<Group>, Fault> {
        self.found(query, group_of).await
    }

    pub async fn units_where(&self, query: &Query) -> Result<Vec<AdministrativeUnit>, Fault> {
        self.found(query, unit_of).await
    }

    pub async fn applications_where(&self, query: &Query) -> Result<Vec<AppCard>, Fault> {
        self.found(query, card_of).await
    }

    pub async fn sps_where(&self, query: &Query) -> Result<Vec<ServicePrincipal>, Fault> {
        self.found(query, sp_of).await
    }

    pub(super) async fn counted(&self, built: &Built) -> Result<i64, Fault> {
        let rows = self.driver.rows_built(&built.sql, &built.values).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// How many there are, whatever the page.
    pub async fn count_where(&self, noun: Noun, condition: Option<&Condition>) -> Result<i64, Fault> {
        let mut built = Built::of(self.key().await?, format!("SELECT COUNT(*) FROM {} o", table(noun)));
        built.only(noun.into(), condition);
        self.counted(&built).await
    }

    /// What somebody made, of every kind, by number.
    pub async fn made_after(
        &self,
        maker: ObjectId,
        after: Option<ObjectId>,
        most: i64,
    ) -> Result<Vec<ObjectId>, Fault> {
        let after = self.number_after(after).await?;
        let values = made_by(maker, &Noun::ALL).chain([after.into(), most.into()]);
        self.all(&MADE_AFTER, values, |row| row.id(0)).await
    }

    /// How many there are, of some kinds.
    pub async fn made_count(&self, maker: ObjectId, kinds: &[Noun]) -> Result<i64, Fault> {
        let found = self.one(&MADE_COUNT, made_by(maker, kinds), |row| row.int(0)).await?;
        Ok(found.unwrap_or_default())
    }

    async fn found<T>(&self, query: &Query, read: fn(&Row) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let tenant = self.key().await?;
        let lead = query.condition.as_ref().and_then(|condition| leading(query, condition));
        // By columns a page begins behind what is in the place itself; by facets, behind the number of its object.
        let after = match (&lead, query.order, query.noun) {
            (None, Order::Id | Order::Upn { .. }, _) => None,
            (None, Order::Created { .. }, Noun::User | Noun::Group) => None,
            _ => match &query.after {
                Some(place) => Some(self.number_after(Some(place.id)).await?),
                None => None,
            },
        };
        let built = match lead {
            Some(lead) if matches!(lead.test, Test::Equal(_)) => Built::led_by(tenant, query, lead, after),
            Some(lead) => Built::gathered_from(tenant, query, lead, after),
            None if query.order != Order::Id => Built::in_order(tenant, query, after),
            None => {
                let mut built =
                    Built::of(self.key().await?, format!("SELECT {} FROM {}", columns(query.noun), from(query.noun)));
                built.only(query.noun.into(), query.condition.as_ref());
                built.page(query);
                built
            }
        };
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(read).collect()
    }

    /// The number behind which a page goes on. Of an object that nobody remembers, it begins anew.
    async fn number_after(&self, after: Option<ObjectId>) -> Result<i64, Fault> {
        match after {
            Some(object) => Ok(self.number_of(object).await?.unwrap_or(0)),
            None => Ok(0),
        }
    }
}

/// Five facets, of which some may be none.
fn made_by(maker: ObjectId, kinds: &[Noun]) -> impl Iterator<Item = Value> {
    let facets = Noun::ALL.map(|noun| {
        let facet = facet_number(noun, MAKER).filter(|_| kinds.contains(&noun));
        facet.unwrap_or_default().into()
    });
    facets.into_iter().chain([Value::Bytes(query::compared(&maker.to_string()).into_bytes())])
}

const fn table(noun: Noun) -> &'static str {
    match noun {
        Noun::User => "users",
        Noun::Group => "user_groups",
        Noun::Application => "applications",
        Noun::ServicePrincipal => "service_principals",
        Noun::AdministrativeUnit => "administrative_units",
    }
}

const fn from(noun: Noun) -> &'static str {
    match noun {
        Noun::User => "users o",
        Noun::Group => "user_groups o",
        Noun::Application => "applications o JOIN app_cards c ON c.app_id = o.app_id",
        Noun::ServicePrincipal => "service_principals o",
        Noun::AdministrativeUnit => "administrative_units o",
    }
}

const fn columns(noun: Noun) -> &'static str {
    match noun {
        Noun::User => {
            "o.id, o.upn_key, o.upn, o.display_name, o.mail, o.enabled, o.guest, o.created, o.sessions_from, o.password, o.more, o.version"
        }
        Noun::Group => "o.id, o.display_name, o.security, o.mail, o.created, o.more, o.version",
        Noun::Application => {
            "c.app_id, c.application, c.home, c.created, c.registration, c.secrets, c.certificates, c.federated, c.version"
        }
        Noun::ServicePrincipal => {
            "o.id, o.app_id, o.home, o.display_name, o.enabled, o.assignment_required, o.created, o.more, o.version"
        }
        Noun::AdministrativeUnit => "o.id, o.display_name, o.restricted, o.more, o.version",
    }
}

/// What has a column of its own.
#[derive(Clone, Copy)]
enum Column {
    Truth(&'static str),
    Moment(&'static str),
    /// One of a few words, as they are written.
    Word(&'static str, &'static [&'static str]),
    /// A text in the form that is compared, as bytes.
    Key(&'static str),
    Id(&'static str),
    Number(&'static str),
    /// A moment that is told by the entry's own id.
    Time,
    /// The same for every entry.
    Always(&'static str),
    /// What an audit entry is about.
    Target,
}

fn column(source: Source, property: &str) -> Option<Column> {
    match source {
        Source::Objects(noun) => object_column(noun, property),
        Source::Audits => audit_column(property),
        Source::SignIns => sign_in_column(property),
    }
}

fn object_column(noun: Noun, property: &str) -> Option<Column> {
    Some(match (noun, property) {
        (Noun::User | Noun::ServicePrincipal, "accountEnabled") => Column::Truth("o.enabled"),
        (Noun::User | Noun::Group, "createdDateTime") => Column::Moment("o.created"),
        (Noun::User, "userPrincipalName") => Column::Key("o.upn_key"),
        (Noun::Group, "securityEnabled") => Column::Truth("o.security"),
        (Noun::Group, "mailEnabled") => Column::Truth("o.mail"),
        (Noun::AdministrativeUnit, "isMemberManagementRestricted") => Column::Truth("o.restricted"),
        (Noun::ServicePrincipal, "appRoleAssignmentRequired") => Column::Truth("o.assignment_required"),
        _ => return None,
    })
}

fn audit_column(property: &str) -> Option<Column> {
    Some(match property {
        "activityDateTime" => Column::Time,
        "activityDisplayName" => Column::Word("o.activity", Activity::NAMES),
        "category" => Column::Word("o.category", &Activity::CATEGORIES),
        "correlationId" => Column::Id("o.correlation"),
        "loggedByService" => Column::Always(LOGGED_BY),
        "result" => Column::Always("success"),
        "initiatedBy/user/id" => Column::Id("o.actor_user"),
        "initiatedBy/user/userPrincipalName" => Column::Key("o.actor_key"),
        "initiatedBy/app/appId" => Column::Id("o.actor_app"),
        "targetResources/id" => Column::Target,
        _ => return None,
    })
}

fn sign_in_column(property: &str) -> Option<Column> {
    Some(match property {
        "createdDateTime" => Column::Time,
        "appId" => Column::Id("o.client"),
        "resourceId" => Column::Id("o.resource"),
        "userId" => Column::Id("o.user_id"),
        "userPrincipalName" => Column::Key("o.name_key"),
        "correlationId" => Column::Id("o.correlation"),
        "status/errorCode" => Column::Number("o.code"),
        "signInEventTypes" => Column::Word("o.kind", SignInKind::WORDS),
        _ => return None,
    })
}

pub(super) struct Built {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Built {
    pub fn of(tenant: Value, select: String) -> Built {
        Built { sql: format!("{select} WHERE o.tenant_id = $1"), values: vec![tenant] }
    }

    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub fn also(&mut self, column: &str, op: &str, value: Option<Value>) {
        if let Some(value) = value {
            let place = self.bind(value);
            self.sql.push_str(&format!(" AND {column} {op} {place}"));
        }
    }

    pub fn only(&mut self, source: Source, condition: Option<&Condition>) {
        if let Some(condition) = condition {
            self.sql.push_str(" AND ");
            self.condition(source, condition);
        }
    }

    fn condition(&mut self, source: Source, condition: &Condition) {
        match condition {
            Condition::All(terms) => self.joined(source, terms, " AND ", "1 = 1"),
            Condition::Any(terms) => self.joined(source, terms, " OR ", "1 = 0"),
            Condition::Not(inner) => {
                self.sql.push_str("NOT (");
                self.condition(source, inner);
                self.sql.push(')');
            }
            Condition::Id(ids) => {
                let places: Vec<String> = ids.iter().map(|one| self.bind(id(*one))).collect();
                // No row has an empty id.
                let places = if places.is_empty() { vec![self.bind(Value::Bytes(Vec::new()))] } else { places };
                self.sql.push_str(&format!("o.id IN ({})", places.join(", ")));
            }
            Condition::Owners(number, count) => {
                let op = match number {
                    Number::Equal => "=",
                    Number::NotEqual => "<>",
                    Number::Above => ">",
                    Number::AtLeast => ">=",
                    Number::Below => "<",
                    Number::AtMost => "<=",
                };
                let count = self.bind(*count);
                self.sql.push_str(&format!(
                    "(SELECT COUNT(*) FROM links l WHERE l.tenant_id = $1 AND l.group_id = o.id AND l.role = 'owner') {op} {count}"
                ));
            }
            Condition::Is { property, test } => match (column(source, property), source) {
                // From behind it is found by a facet.
                (Some(Column::Key(_)), Source::Objects(noun)) if matches!(test, Test::EndsWith(_)) => {
                    self.by_facet(noun, property, test);
                }
                (Some(column), _) => self.by_column(column, test),
                (None, Source::Objects(noun)) => self.by_facet(noun, property, test),
                // A log has what its columns have.
                (None, Source::Audits | Source::SignIns) => self.sql.push_str("1 = 0"),
            },
        }
    }

    fn joined(&mut self, source: Source, terms: &[Condition], between: &str, none: &str) {
        self.sql.push('(');
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                self.sql.push_str(between);
            }
            self.condition(source, term);
        }
        if terms.is_empty() {
            self.sql.push_str(none);
        }
        self.sql.push(')');
    }

    fn by_column(&mut self, column: Column, test: &Test) {
        match column {
            Column::Always(value) => {
                let truth = matches!(test, Test::Equal(wanted) if *wanted == query::compared(value));
                self.sql.push_str(if truth || *test == Test::Present { "1 = 1" } else { "1 = 0" });
            }
            Column::Target => self.by_target(test),
            Column::Time => self.by_time(test),
            Column::Word(name, words) => self.by_word(name, words, test),
            Column::Truth(name)
            | Column::Moment(name)
            | Column::Key(name)
            | Column::Id(name)
            | Column::Number(name) => {
                self.by_value(column, name, test);
            }
        }
    }

    fn by_value(&mut self, column: Column, name: &str, test: &Test) {
        let (op, wanted) = match test {
            Test::Present => return self.sql.push_str(&present(column, name)),
            Test::Equal(wanted) => ("=", wanted),
            Test::AtLeast(wanted) => (">=", wanted),
            Test::AtMost(wanted) => ("<=", wanted),
            Test::Above(wanted) => (">", wanted),
            Test::Below(wanted) => ("<", wanted),
            Test::StartsWith(wanted) if matches!(column, Column::Key(_)) => {
                let range: Vec<String> = beginning(wanted)
                    .into_iter()
                    .map(|(op, value)| format!("{name} {op} {}", self.bind(value)))
                    .collect();
                return self.sql.push_str(&format!("({name} IS NOT NULL AND {})", range.join(" AND ")));
            }
            Test::StartsWith(_) | Test::EndsWith(_) | Test::WordStartsWith(_) => return self.sql.push_str("1 = 0"),
        };
        match column_value(column, wanted) {
            // What is no value of the column's kind is equal to none and beyond none.
            Value::Null => self.sql.push_str("1 = 0"),
            value => {
                let place = self.bind(value);
                // Where there is nothing, nothing is equal: `not` must find it.
                self.sql.push_str(&format!("({name} IS NOT NULL AND {name} {op} {place})"));
            }
        }
    }

    /// The words are few: which of them is meant is known before the store is asked.
    fn by_word(&mut self, name: &str, words: &[&'static str], test: &Test) {
        let meant = |word: &&&str| {
            let word = query::compared(word);
            match test {
                Test::Present => true,
                Test::Equal(wanted) => word == *wanted,
                Test::StartsWith(wanted) => word.starts_with(wanted.as_str()),
                _ => false,
            }
        };
        let places: Vec<String> = words.iter().filter(meant).map(|word| self.bind(*word)).collect();
        if places.is_empty() {
            return self.sql.push_str("1 = 0");
        }
        self.sql.push_str(&format!("{name} IN ({})", places.join(", ")));
    }

    /// The id begins with the time, and the log is kept by it. What is asked for counts seconds, as what is shown does.
    fn by_time(&mut self, test: &Test) {
        let (Test::Equal(wanted)
        | Test::AtLeast(wanted)
        | Test::AtMost(wanted)
        | Test::Above(wanted)
        | Test::Below(wanted)) = test
        else {
            return self.sql.push_str(if *test == Test::Present { "1 = 1" } else { "1 = 0" });
        };
        let Some(moment) = time::parse(&wanted.to_ascii_uppercase()) else { return self.sql.push_str("1 = 0") };
        let (from, to) = (id(ObjectId::first_at(moment)), id(ObjectId::first_at(moment + SECOND)));
        match test {
            Test::AtLeast(_) => self.id_bound(">=", from),
            Test::Below(_) => self.id_bound("<", from),
            Test::Above(_) => self.id_bound(">=", to),
            Test::AtMost(_) => self.id_bound("<", to),
            _ => {
                self.sql.push('(');
                self.id_bound(">=", from);
                self.sql.push_str(" AND ");
                self.id_bound("<", to);
                self.sql.push(')');
            }
        }
    }

    fn id_bound(&mut self, op: &str, value: Value) {
        let place = self.bind(value);
        self.sql.push_str(&format!("o.id {op} {place}"));
    }

    fn by_target(&mut self, test: &Test) {
        let wanted = match test {
            Test::Equal(text) => ObjectId::parse(text).ok(),
            Test::Present => return self.sql.push_str("o.targets <> '[]'"),
            _ => None,
        };
        let Some(wanted) = wanted else { return self.sql.push_str("1 = 0") };
        let place = self.bind(id(wanted));
        self.sql
            .push_str(&format!("o.id IN (SELECT entry FROM audit_targets WHERE tenant_id = $1 AND target = {place})"));
    }

    pub fn log_page(&mut self, query: &LogQuery) {
        let (op, order) = if query.newest_first { ("<", "DESC") } else { (">", "ASC") };
        if let Some(after) = query.after {
            self.sql.push_str(" AND ");
            self.id_bound(op, id(after));
        }
        let most = self.bind(query.most);
        self.sql.push_str(&format!(" ORDER BY o.id {order} LIMIT {most}"));
    }

    fn by_facet(&mut self, noun: Noun, property: &str, test: &Test) {
        let Some(facet) = self.facet(noun, property, test) else { return self.sql.push_str("1 = 0") };
        // A single value is looked up beside each object; of many, those that have one are gathered first.
        match test {
            Test::Equal(_) => self.sql.push_str(&format!(
                "EXISTS (SELECT 1 FROM facets f WHERE f.tenant_id = $1 AND {facet} AND f.object = o.number)"
            )),
            _ => {
                self.sql.push_str(&format!(
                    "o.number IN (SELECT f.object FROM facets f WHERE f.tenant_id = $1 AND {facet})"
                ));
            }
        }
    }

    /// The rows of a facet that pass a test. `None`: there is no such facet.
    fn facet(&mut self, noun: Noun, property: &str, test: &Test) -> Option<String> {
        let prefix = added_prefix(property);
        let behind = |text: &str| format!("{}{text}", prefix.as_deref().unwrap_or(""));
        let bytes = |text: &str| Value::Bytes(behind(text).into_bytes());
        let name = match test {
            Test::EndsWith(_) => end_of(property).into(),
            Test::WordStartsWith(_) => words_of(property).into(),
            _ => Cow::Borrowed(property),
        };
        let number = facet_number(noun, &name)?;
        let mut told = format!("f.facet = {number}");
        if let (Test::WordStartsWith(_), Some(whole)) = (test, facet_number(noun, property)) {
            // The first word is the beginning of the whole.
            told = format!("f.facet IN ({whole}, {number})");
        }
        // Of an extension, the values of the others are no bound.
        let all = prefix.as_deref().map(beginning).unwrap_or_default();
        let range = match test {
            Test::Present => all,
            Test::Equal(value) => vec![("=", bytes(value))],
            Test::AtLeast(value) => with_end((">=", bytes(value)), all),
            Test::Above(value) => with_end((">", bytes(value)), all),
            Test::AtMost(value) => with_start(("<=", bytes(value)), all),
            Test::Below(value) => with_start(("<", bytes(value)), all),
            Test::StartsWith(value) | Test::WordStartsWith(value) => beginning(&behind(value)),
            Test::EndsWith(value) => beginning(&reversed(value)),
        };
        for (op, value) in range {
            let place = self.bind(value);
            told.push_str(&format!(" AND f.value {op} {place}"));
        }
        Some(told)
    }

    /// The rows of one value lie in the order of their objects' numbers: a page begins where the last one ended, however many
    /// have the value.
    fn led_by(tenant: Value, query: &Query, Lead { property, test, rest }: Lead<'_>, after: Option<i64>) -> Built {
        let select = format!("SELECT {} FROM {}, facets f", columns(query.noun), from(query.noun));
        let mut built = Built::of(tenant, select);
        let facet = built.facet(query.noun, property, test).unwrap_or_else(|| "1 = 0".to_owned());
        built.sql.push_str(&format!(" AND f.tenant_id = $1 AND o.number = f.object AND {facet}"));
        built.also("f.object", ">", after.map(Value::from));
        for condition in rest {
            built.only(query.noun.into(), Some(condition));
        }
        let most = built.bind(query.most);
        built.sql.push_str(&format!(" ORDER BY f.object LIMIT {most}"));
        built
    }

    /// The rows of many values: their objects are gathered and put in order before one of them is read, and no more of
    /// them than the page holds, where nothing else is asked.
    fn gathered_from(
        tenant: Value,
        query: &Query,
        Lead { property, test, rest }: Lead<'_>,
        after: Option<i64>,
    ) -> Built {
        let mut built = Built { sql: String::new(), values: vec![tenant] };
        let gathered = match object_column(query.noun, property) {
            Some(Column::Key(name)) if !matches!(test, Test::EndsWith(_)) => {
                built.numbers_by_key(query.noun, name, test)
            }
            _ => {
                let facet = built.facet(query.noun, property, test).unwrap_or_else(|| "1 = 0".to_owned());
                format!("SELECT DISTINCT f.object AS object FROM facets f WHERE f.tenant_id = $1 AND {facet}")
            }
        };
        let after = built.bind(after.unwrap_or(0));
        let most = built.bind(query.most);
        let limit = if rest.is_empty() { format!(" LIMIT {most}") } else { String::new() };
        built.sql = format!(
            "SELECT {} FROM (SELECT a.object AS object FROM ({gathered}) a WHERE a.object > {after}
               ORDER BY a.object{limit}) g CROSS JOIN {} WHERE o.tenant_id = $1 AND o.number = g.object",
            columns(query.noun),
            from(query.noun)
        );
        for condition in rest {
            built.only(query.noun.into(), Some(condition));
        }
        built.sql.push_str(&format!(" ORDER BY g.object LIMIT {most}"));
        built
    }

    /// Of a key that is a column: the same, by its own index. `DISTINCT` keeps SQLite from going by the number instead.
    fn numbers_by_key(&mut self, noun: Noun, name: &'static str, test: &Test) -> String {
        let before = std::mem::take(&mut self.sql);
        self.by_column(Column::Key(name), test);
        let told = std::mem::replace(&mut self.sql, before);
        format!("SELECT DISTINCT o.number AS object FROM {} o WHERE o.tenant_id = $1 AND {told}", table(noun))
    }

    /// What objects are put in order by is a key of its own, a column with an index, or a facet.
    fn in_order(tenant: Value, query: &Query, after: Option<i64>) -> Built {
        match (query.order, query.noun) {
            (Order::Upn { .. }, _) => Built::by_key(tenant, query),
            (Order::Created { .. }, Noun::User | Noun::Group) => Built::by_age(tenant, query),
            (Order::Created { .. }, _) => Built::in_order_of(tenant, query, "createdDateTime", after),
            (Order::Name { .. } | Order::Id, _) => Built::in_order_of(tenant, query, DISPLAY_NAME, after),
        }
    }

    fn by_key(tenant: Value, query: &Query) -> Built {
        let mut built = Built::of(tenant, format!("SELECT {} FROM {}", columns(query.noun), from(query.noun)));
        let (op, direction) = way(query.order);
        let after = query.after.as_ref().map(|place| Value::Bytes(place.name.as_bytes().to_vec()));
        built.also("o.upn_key", op, after);
        built.only(query.noun.into(), query.condition.as_ref());
        let most = built.bind(query.most);
        built.sql.push_str(&format!(" ORDER BY o.upn_key{direction} LIMIT {most}"));
        built
    }

    fn by_age(tenant: Value, query: &Query) -> Built {
        let mut built = Built::of(tenant, format!("SELECT {} FROM {}", columns(query.noun), from(query.noun)));
        let (op, direction) = way(query.order);
        if let Some(place) = &query.after {
            let created = moment_of(place);
            let (created, last) = (built.bind(created), built.bind(id(place.id)));
            built.sql.push_str(&format!(" AND (o.created, o.id) {op} ({created}, {last})"));
        }
        built.only(query.noun.into(), query.condition.as_ref());
        let most = built.bind(query.most);
        built.sql.push_str(&format!(" ORDER BY o.created{direction}, o.id{direction} LIMIT {most}"));
        built
    }

    /// The rows of a facet lie in the order of its values.
    fn in_order_of(tenant: Value, query: &Query, property: &str, after: Option<i64>) -> Built {
        let select = format!("SELECT {} FROM facets n CROSS JOIN {}", columns(query.noun), from(query.noun));
        let mut built = Built::of(tenant, select);
        let number = facet_number(query.noun, property).unwrap_or_default();
        built.sql.push_str(&format!(" AND n.tenant_id = $1 AND n.facet = {number} AND o.number = n.object"));
        let (op, direction) = way(query.order);
        if let (Some(place), Some(after)) = (&query.after, after) {
            let name = match query.order {
                Order::Created { .. } => compared_moment(moment_of(place)),
                _ => place.name.clone(),
            };
            let name = built.bind(Value::Bytes(name.into_bytes()));
            let after = built.bind(after);
            built.sql.push_str(&format!(" AND (n.value, n.object) {op} ({name}, {after})"));
        }
        built.only(query.noun.into(), query.condition.as_ref());
        let most = built.bind(query.most);
        built.sql.push_str(&format!(" ORDER BY n.value{direction}, n.object{direction} LIMIT {most}"));
        built
    }

    fn page(&mut self, query: &Query) {
        self.also("o.id", ">", query.after.as_ref().map(|after| id(after.id)));
        let most = self.bind(query.most);
        self.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
    }
}

/// As [`Order::Created`] has it in a place.
fn moment_of(place: &Place) -> Moment {
    Moment::from_millis(place.name.parse().unwrap_or(0))
}

const fn way(order: Order) -> (&'static str, &'static str) {
    if order.is_descending() { ("<", " DESC") } else { (">", "") }
}

/// The term by which the store begins to look, and the others.
struct Lead<'c> {
    property: &'c str,
    test: &'c Test,
    rest: Vec<&'c Condition>,
}

/// The first term that asks for one value of a facet, or else the first that asks for a range of them. `None`: neither, or
/// another order.
fn leading<'c>(query: &Query, condition: &'c Condition) -> Option<Lead<'c>> {
    if query.order != Order::Id {
        return None;
    }
    let terms: Vec<&Condition> = match condition {
        Condition::All(terms) => terms.iter().collect(),
        term => vec![term],
    };
    let facet = |term: &&'c Condition| match term {
        Condition::Is { property, test } => match object_column(query.noun, property) {
            None => Some((&**property, test)),
            // A key finds one by itself; more of them are gathered.
            Some(Column::Key(_)) if !matches!(test, Test::Equal(_)) => Some((&**property, test)),
            Some(_) => None,
        },
        _ => None,
    };
    let by_value = |term: &&Condition| matches!(term, Condition::Is { test: Test::Equal(_), .. });
    let by_range = |term: &&Condition| {
        let Condition::Is { test, .. } = term else { return false };
        matches!(test, Test::StartsWith(_) | Test::EndsWith(_) | Test::WordStartsWith(_))
    };
    let first = |is: &dyn Fn(&&Condition) -> bool| terms.iter().position(|term| is(term) && facet(term).is_some());
    let place = first(&by_value).or_else(|| first(&by_range))?;
    let (property, test) = facet(&terms[place])?;
    let rest = terms.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, term)| *term).collect();
    Some(Lead { property, test, rest })
}

type Bound = (&'static str, Value);

fn with_end(start: Bound, all: Vec<Bound>) -> Vec<Bound> {
    std::iter::once(start).chain(all.into_iter().skip(1)).collect()
}

fn with_start(end: Bound, all: Vec<Bound>) -> Vec<Bound> {
    all.into_iter().take(1).chain([end]).collect()
}

/// All that begins so: no text has a byte of 255.
fn beginning(text: &str) -> Vec<Bound> {
    let end = [text.as_bytes(), &[0xff]].concat();
    vec![(">=", Value::Bytes(text.as_bytes().to_vec())), ("<", Value::Bytes(end))]
}

fn present(column: Column, name: &str) -> String {
    match column {
        // No bytes stand for none.
        Column::Id(_) => format!("({name} IS NOT NULL AND LENGTH({name}) > 0)"),
        _ => format!("{name} IS NOT NULL"),
    }
}

/// `Null`: no value of that kind.
fn column_value(column: Column, text: &str) -> Value {
    match column {
        Column::Truth(_) if text == compared_truth(true) => true.into(),
        Column::Truth(_) if text == compared_truth(false) => false.into(),
        Column::Moment(_) => time::parse(&text.to_ascii_uppercase()).into(),
        Column::Key(_) => Value::Bytes(text.as_bytes().to_vec()),
        Column::Id(_) => ObjectId::parse(text).map_or(Value::Null, id),
        Column::Number(_) => text.parse::<i64>().map_or(Value::Null, Value::from),
        _ => Value::Null,
    }
}
