//! Queries: a condition becomes SQL on the facets, whose key finds every comparison by a range.
//!
//! The only statements whose text is made while the program runs. Text of strangers is bound, never written into one.

use super::TenantView;
use super::access::{assignment_of, grant_of, role_of};
use super::application::sp_of;
use super::global::card_of;
use super::group::group_of;
use super::user::user_of;
use crate::Fault;
use crate::value::{Row, Value, id, id_or_none};
use mandate_base::{AssignmentId, GrantId, ObjectId, RoleTemplateId, UserId};
use mandate_domain::application::AppCard;
use mandate_domain::grant::{AppRoleAssignment, AssignmentQuery, Grant, GrantQuery, Whose};
use mandate_domain::group::Group;
use mandate_domain::query::{Condition, Noun, Order, Query, Test, compared_truth, end_of, reversed, words_of};
use mandate_domain::role::RoleAssignment;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::time;
use mandate_domain::user::User;

impl TenantView<'_> {
    pub async fn users_where(&self, query: &Query) -> Result<Vec<User>, Fault> {
        self.found(query, user_of).await
    }

    pub async fn groups_where(&self, query: &Query) -> Result<Vec<Group>, Fault> {
        self.found(query, group_of).await
    }

    pub async fn applications_where(&self, query: &Query) -> Result<Vec<AppCard>, Fault> {
        self.found(query, card_of).await
    }

    pub async fn sps_where(&self, query: &Query) -> Result<Vec<ServicePrincipal>, Fault> {
        self.found(query, sp_of).await
    }

    /// By id, so that a page neither repeats nor loses a grant that stays.
    pub async fn grants_where(
        &self,
        query: &GrantQuery,
        after: Option<GrantId>,
        most: i64,
    ) -> Result<Vec<Grant>, Fault> {
        let select = "SELECT o.id, o.client, o.resource, o.principal, o.scope, o.created, o.version FROM grants o";
        let mut built = Built::of(self, select.to_owned());
        built.also("o.client", "=", query.client.map(id));
        built.also("o.resource", "=", query.resource.map(id));
        match query.whose {
            Whose::Anybodys => {}
            Whose::Everybodys => built.also("o.principal", "=", Some(id_or_none(None::<UserId>))),
            Whose::Peoples => built.also("o.principal", ">", Some(id_or_none(None::<UserId>))),
            Whose::Of(user) => built.also("o.principal", "=", Some(id(user))),
            Whose::Nobodys => return Ok(Vec::new()),
        }
        built.also("o.id", ">", after.map(id));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(grant_of).collect()
    }

    /// By id, as grants are.
    pub async fn assignments_where(
        &self,
        query: AssignmentQuery,
        after: Option<AssignmentId>,
        most: i64,
    ) -> Result<Vec<AppRoleAssignment>, Fault> {
        let select = "SELECT o.id, o.principal, o.kind, o.resource, o.role, o.created FROM app_role_assignments o";
        let mut built = Built::of(self, select.to_owned());
        built.also("o.principal", "=", query.principal.map(id));
        built.also("o.resource", "=", query.resource.map(id));
        built.also("o.id", ">", after.map(id));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(assignment_of).collect()
    }

    /// Directory roles as they were given, to the principal itself or at all. By id, as grants are.
    pub async fn role_assignments_where(
        &self,
        principal: Option<ObjectId>,
        role: Option<RoleTemplateId>,
        after: Option<AssignmentId>,
        most: i64,
    ) -> Result<Vec<RoleAssignment>, Fault> {
        let select = "SELECT o.id, o.principal, o.role, o.within, o.created FROM role_assignments o";
        let mut built = Built::of(self, select.to_owned());
        built.also("o.principal", "=", principal.map(id));
        built.also("o.role", "=", role.map(id));
        built.also("o.id", ">", after.map(id));
        let most = built.bind(most);
        built.sql.push_str(&format!(" ORDER BY o.id LIMIT {most}"));
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(role_of).collect()
    }

    /// How many there are, whatever the page.
    pub async fn count_where(&self, noun: Noun, condition: Option<&Condition>) -> Result<i64, Fault> {
        let mut built = Built::of(self, format!("SELECT COUNT(*) FROM {} o", table(noun)));
        built.only(noun, condition);
        let rows = self.driver.rows_built(&built.sql, &built.values).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    async fn found<T>(&self, query: &Query, read: fn(&Row) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let mut built = Built::of(self, format!("SELECT {} FROM {}", columns(query.noun), from(query.noun)));
        built.only(query.noun, query.condition.as_ref());
        built.page(query);
        self.driver.rows_built(&built.sql, &built.values).await?.iter().map(read).collect()
    }
}

const fn table(noun: Noun) -> &'static str {
    match noun {
        Noun::User => "users",
        Noun::Group => "user_groups",
        Noun::Application => "applications",
        Noun::ServicePrincipal => "service_principals",
    }
}

const fn from(noun: Noun) -> &'static str {
    match noun {
        Noun::User => "users o",
        Noun::Group => "user_groups o",
        Noun::Application => "applications o JOIN app_cards c ON c.app_id = o.app_id",
        Noun::ServicePrincipal => "service_principals o",
    }
}

const fn columns(noun: Noun) -> &'static str {
    match noun {
        Noun::User => {
            "o.id, o.upn, o.display_name, o.mail, o.enabled, o.kind, o.created, o.sessions_from, o.password, o.more, o.version"
        }
        Noun::Group => "o.id, o.display_name, o.security, o.mail, o.created, o.more, o.version",
        Noun::Application => {
            "c.app_id, c.application, c.home, c.created, c.registration, c.secrets, c.certificates, c.federated, c.version"
        }
        Noun::ServicePrincipal => {
            "o.id, o.app_id, o.home, o.display_name, o.enabled, o.assignment_required, o.created, o.more, o.version"
        }
    }
}

/// As it stands in `facets`.
pub const fn number(noun: Noun) -> i64 {
    match noun {
        Noun::User => 1,
        Noun::Group => 2,
        Noun::Application => 3,
        Noun::ServicePrincipal => 4,
    }
}

/// What has a column of the object's own.
#[derive(Clone, Copy)]
enum Column {
    Truth(&'static str),
    Moment(&'static str),
    /// One of a few words, as they are written.
    Word(&'static str, &'static [&'static str]),
}

fn column(noun: Noun, property: &str) -> Option<Column> {
    Some(match (noun, property) {
        (Noun::User | Noun::ServicePrincipal, "accountEnabled") => Column::Truth("o.enabled"),
        (Noun::User | Noun::Group, "createdDateTime") => Column::Moment("o.created"),
        (Noun::User, "userType") => Column::Word("o.kind", &["Member", "Guest"]),
        (Noun::Group, "securityEnabled") => Column::Truth("o.security"),
        (Noun::Group, "mailEnabled") => Column::Truth("o.mail"),
        (Noun::ServicePrincipal, "appRoleAssignmentRequired") => Column::Truth("o.assignment_required"),
        _ => return None,
    })
}

struct Built {
    sql: String,
    values: Vec<Value>,
}

impl Built {
    fn of(view: &TenantView<'_>, select: String) -> Built {
        Built { sql: format!("{select} WHERE o.tenant_id = $1"), values: vec![id(view.tenant)] }
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn also(&mut self, column: &str, op: &str, value: Option<Value>) {
        if let Some(value) = value {
            let place = self.bind(value);
            self.sql.push_str(&format!(" AND {column} {op} {place}"));
        }
    }

    fn only(&mut self, noun: Noun, condition: Option<&Condition>) {
        if let Some(condition) = condition {
            self.sql.push_str(" AND ");
            self.condition(noun, condition);
        }
    }

    fn condition(&mut self, noun: Noun, condition: &Condition) {
        match condition {
            Condition::All(terms) => self.joined(noun, terms, " AND ", "1 = 1"),
            Condition::Any(terms) => self.joined(noun, terms, " OR ", "1 = 0"),
            Condition::Not(inner) => {
                self.sql.push_str("NOT (");
                self.condition(noun, inner);
                self.sql.push(')');
            }
            Condition::Id(ids) => {
                let places: Vec<String> = ids.iter().map(|one| self.bind(id(*one))).collect();
                // No row has an empty id.
                let places = if places.is_empty() { vec![self.bind(Value::Bytes(Vec::new()))] } else { places };
                self.sql.push_str(&format!("o.id IN ({})", places.join(", ")));
            }
            Condition::Is { property, test } => match column(noun, property) {
                Some(column) => self.by_column(column, test),
                None => self.by_facet(noun, property, test),
            },
        }
    }

    fn joined(&mut self, noun: Noun, terms: &[Condition], between: &str, none: &str) {
        self.sql.push('(');
        for (place, term) in terms.iter().enumerate() {
            if place > 0 {
                self.sql.push_str(between);
            }
            self.condition(noun, term);
        }
        if terms.is_empty() {
            self.sql.push_str(none);
        }
        self.sql.push(')');
    }

    fn by_column(&mut self, column: Column, test: &Test) {
        let (Column::Truth(name) | Column::Moment(name) | Column::Word(name, _)) = column;
        let (op, wanted) = match test {
            Test::Present => return self.sql.push_str("1 = 1"),
            Test::Equal(wanted) => ("=", wanted),
            Test::AtLeast(wanted) => (">=", wanted),
            Test::AtMost(wanted) => ("<=", wanted),
            Test::Above(wanted) => (">", wanted),
            Test::Below(wanted) => ("<", wanted),
            Test::StartsWith(_) | Test::EndsWith(_) | Test::WordStartsWith(_) => return self.sql.push_str("1 = 0"),
        };
        match column_value(column, wanted) {
            // What is no value of the column's kind is equal to none and beyond none.
            Value::Null => self.sql.push_str("1 = 0"),
            value => {
                let place = self.bind(value);
                self.sql.push_str(&format!("{name} {op} {place}"));
            }
        }
    }

    fn by_facet(&mut self, noun: Noun, property: &str, test: &Test) {
        let bytes = |text: &str| Value::Bytes(text.as_bytes().to_vec());
        let (property, range) = match test {
            Test::Present => (property.to_owned(), Vec::new()),
            Test::Equal(value) => (property.to_owned(), vec![("=", bytes(value))]),
            Test::AtLeast(value) => (property.to_owned(), vec![(">=", bytes(value))]),
            Test::AtMost(value) => (property.to_owned(), vec![("<=", bytes(value))]),
            Test::Above(value) => (property.to_owned(), vec![(">", bytes(value))]),
            Test::Below(value) => (property.to_owned(), vec![("<", bytes(value))]),
            Test::StartsWith(value) => (property.to_owned(), beginning(value)),
            Test::EndsWith(value) => (end_of(property), beginning(&reversed(value))),
            Test::WordStartsWith(value) => (words_of(property), beginning(value)),
        };
        let name = self.bind(property);
        self.sql.push_str(&format!(
            "o.id IN (SELECT object FROM facets WHERE tenant_id = $1 AND noun = {} AND property = {name}",
            number(noun)
        ));
        for (op, value) in range {
            let place = self.bind(value);
            self.sql.push_str(&format!(" AND value {op} {place}"));
        }
        self.sql.push(')');
    }

    fn page(&mut self, query: &Query) {
        let (columns, order) = match query.order {
            Order::Id => ("o.id", "o.id"),
            Order::Name { descending: false } => ("(o.display_key, o.id)", "o.display_key, o.id"),
            Order::Name { descending: true } => ("(o.display_key, o.id)", "o.display_key DESC, o.id DESC"),
        };
        if let Some(after) = &query.after {
            let place = match query.order {
                Order::Id => self.bind(id(after.id)),
                Order::Name { .. } => format!("({}, {})", self.bind(after.name.as_str()), self.bind(id(after.id))),
            };
            let op = if query.order == (Order::Name { descending: true }) { "<" } else { ">" };
            self.sql.push_str(&format!(" AND {columns} {op} {place}"));
        }
        let most = self.bind(query.most);
        self.sql.push_str(&format!(" ORDER BY {order} LIMIT {most}"));
    }
}

/// All that begins so: no text has a byte of 255.
fn beginning(text: &str) -> Vec<(&'static str, Value)> {
    let end = [text.as_bytes(), &[0xff]].concat();
    vec![(">=", Value::Bytes(text.as_bytes().to_vec())), ("<", Value::Bytes(end))]
}

/// `Null`: no value of that kind.
fn column_value(column: Column, text: &str) -> Value {
    match column {
        Column::Truth(_) if text == compared_truth(true) => true.into(),
        Column::Truth(_) if text == compared_truth(false) => false.into(),
        Column::Truth(_) => Value::Null,
        Column::Moment(_) => time::parse(&text.to_ascii_uppercase()).into(),
        Column::Word(_, words) => words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied().into(),
    }
}
