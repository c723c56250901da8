//! `$filter`, `$search` and `$orderby` → what the store is asked: each property as far as Graph lets it be asked for
//! (`queries.tsv`, from graph-query-support.tsv and graph-api.md §3.4).
//!
//! What cannot be asked is refused and never passed over: a filter that is ignored answers with too much.

use crate::errors::Refusal;
use mandate_base::ObjectId;
use mandate_domain::extension::{DataType, Extension, Shape};
use mandate_domain::query::{
    Condition, Noun, Number, OWNERS, Order, Source, Test, compared, compared_moment, compared_number, compared_truth,
    words,
};
use mandate_domain::time;
use mandate_odata::{Compare, Filter, Literal, Member, Options, Quantifier, Search, TextTest};
use std::borrow::Cow;
use std::sync::OnceLock;

/// One property of one kind of object.
struct Askable {
    source: Source,
    /// `employeeOrgData/division`
    path: Cow<'static, str>,
    of: Type,
    operators: Vec<&'static str>,
    search: bool,
    order: Sorting,
}

/// Whether a collection can be put in order by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sorting {
    No,
    Yes,
    /// With `ConsistencyLevel: eventual` and `$count=true`.
    Advanced,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Id,
    Text,
    /// A collection of texts: asked for in a lambda.
    Texts,
    Truth,
    Moment,
    Number,
    /// In digits that are compared as texts are.
    Ordered,
}

/// The question that options put, and whether it is one that wants `ConsistencyLevel: eventual`.
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    pub condition: Option<Condition>,
    pub order: Order,
    pub advanced: bool,
}

impl Askable {
    fn is(&self, test: Test) -> Condition {
        Condition::is(self.path.clone(), test)
    }
}

const TABLE: &str = include_str!("../queries.tsv");

/// Every row is understood. The server asks before it listens.
pub(crate) fn check() -> Result<(), String> {
    let bad = TABLE.lines().skip(1).find(|line| read(line).is_none());
    bad.map_or(Ok(()), |line| Err(format!("row `{line}` of queries.tsv is not understood")))
}

fn table() -> &'static [Askable] {
    static ASKABLE: OnceLock<Vec<Askable>> = OnceLock::new();
    ASKABLE.get_or_init(|| TABLE.lines().skip(1).filter_map(read).collect())
}

fn read(line: &'static str) -> Option<Askable> {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let [noun, path, of, operators, search, order] = cells[..] else { return None };
    let source = match noun {
        "user" => Noun::User.into(),
        "group" => Noun::Group.into(),
        "administrativeUnit" => Noun::AdministrativeUnit.into(),
        "application" => Noun::Application.into(),
        "servicePrincipal" => Noun::ServicePrincipal.into(),
        "directoryAudit" => Source::Audits,
        "signIn" => Source::SignIns,
        _ => return None,
    };
    let of = match of {
        "id" => Type::Id,
        "text" => Type::Text,
        "texts" => Type::Texts,
        "truth" => Type::Truth,
        "moment" => Type::Moment,
        "number" => Type::Number,
        _ => return None,
    };
    let order = match order {
        "" => Sorting::No,
        "yes" => Sorting::Yes,
        "advanced" => Sorting::Advanced,
        _ => return None,
    };
    let path = Cow::Borrowed(path);
    Some(Askable { source, path, of, operators: operators.split(',').collect(), search: search == "yes", order })
}

/// What extensions of a kind's schema can be asked for (graph-api.md §2.15). Bytes cannot.
fn added(source: Source, kind: &str, extensions: &[Extension]) -> Vec<Askable> {
    let askable = |path: String, of: DataType, many: bool| {
        let of = match of {
            DataType::Binary => return None,
            DataType::String if many => Type::Texts,
            _ if many => return None,
            DataType::Boolean => Type::Truth,
            DataType::DateTime => Type::Moment,
            DataType::Integer | DataType::LargeInteger => Type::Ordered,
            DataType::String => Type::Text,
        };
        let operators = match of {
            Type::Truth => vec!["eq", "ne", "not", "in"],
            Type::Texts => vec!["eq", "not", "startsWith"],
            Type::Text => vec!["eq", "ne", "not", "ge", "le", "in", "startsWith"],
            _ => vec!["eq", "ne", "not", "ge", "le", "in"],
        };
        Some(Askable { source, path: path.into(), of, operators, search: false, order: Sorting::No })
    };
    let of_this = extensions.iter().filter(|extension| extension.is_of(kind));
    of_this
        .flat_map(|extension| match &extension.shape {
            Shape::One(of) => vec![askable(extension.name.clone(), *of, false)],
            Shape::Many(of) => vec![askable(extension.name.clone(), *of, true)],
            Shape::Members(members) => {
                let path = |name: &str| format!("{}/{name}", extension.name);
                members.iter().map(|member| askable(path(&member.name), member.of, false)).collect()
            }
        })
        .flatten()
        .collect()
}

pub(crate) fn question(
    noun: Noun,
    kind: &'static str,
    options: &Options,
    extensions: &[Extension],
) -> Result<Question, Refusal> {
    let source = noun.into();
    let mut asking = Asking { source, kind, advanced: false, added: &added(source, kind, extensions) };
    let filter = options.filter.as_ref().map(|filter| asking.filter(filter, None)).transpose()?;
    let search = options.search.as_ref().map(|search| asking.search(search)).transpose()?;
    asking.advanced |= search.is_some();
    let order = asking.order(options)?;
    // Graph sorts what is filtered only where it counts, too.
    asking.advanced |= order != Order::Id && (filter.is_some() || search.is_some());
    let condition = match (filter, search) {
        (Some(filter), Some(search)) => Some(Condition::All(vec![filter, search])),
        (filter, search) => filter.or(search),
    };
    Ok(Question { condition, order, advanced: asking.advanced })
}

/// What is asked of a log, and whether its newest entries come first. It is filtered and sorted by time, no more.
pub(crate) fn log_question(
    source: Source,
    kind: &'static str,
    time: &str,
    options: &Options,
) -> Result<(Option<Condition>, bool), Refusal> {
    let mut asking = Asking { source, kind, advanced: false, added: &[] };
    let condition = options.filter.as_ref().map(|filter| asking.filter(filter, None)).transpose()?;
    if options.search.is_some() {
        return Err(Refusal::NoQuery("$search"));
    }
    let newest_first = match &options.order_by[..] {
        [] => true,
        [only] if only.property.eq_ignore_ascii_case(time) => only.descending,
        [first, ..] => return Err(Refusal::Unsortable(first.property.clone())),
    };
    Ok((condition, newest_first))
}

struct Asking<'a> {
    source: Source,
    kind: &'static str,
    advanced: bool,
    /// What is no property of Graph's own.
    added: &'a [Askable],
}

impl<'a> Asking<'a> {
    /// `of` is the collection, inside a lambda.
    fn filter(&mut self, filter: &Filter, of: Option<&Member>) -> Result<Condition, Refusal> {
        match filter {
            Filter::All(terms) => Ok(Condition::All(self.terms(terms, of)?)),
            Filter::Any(terms) => Ok(Condition::Any(self.terms(terms, of)?)),
            Filter::Not(inner) => {
                self.advanced = true;
                self.mentions(inner, of, "not")?;
                Ok(Condition::Not(Box::new(self.filter(inner, of)?)))
            }
            Filter::Compare { member, op, value } => self.compare(member, of, *op, value),
            Filter::In { member, values } => {
                let found = self.askable(member, of)?;
                self.takes(found, "in")?;
                let equal = values.iter().map(|value| self.equal(found, value)).collect::<Result<_, _>>()?;
                Ok(Condition::Any(equal))
            }
            Filter::Text { test, member, value } => self.text(member, of, *test, value),
            Filter::Lambda { member, quantifier, body } => self.lambda(member, *quantifier, body.as_deref()),
            Filter::Count { member, op, value } => {
                self.advanced = true;
                self.counted(member, *op, *value)
            }
            Filter::IsOf(kind) => Err(self.unsupported(kind)),
        }
    }

    /// How many values or owners there are. Of values it is kept whether there are any.
    fn counted(&self, member: &Member, op: Compare, count: i64) -> Result<Condition, Refusal> {
        let is_owned = matches!(self.source, Source::Objects(Noun::Group | Noun::Application | Noun::ServicePrincipal));
        if is_owned && matches!(&member.path[..], [only] if only.eq_ignore_ascii_case(OWNERS)) {
            let number = match op {
                Compare::Equal => Number::Equal,
                Compare::NotEqual => Number::NotEqual,
                Compare::Greater => Number::Above,
                Compare::AtLeast => Number::AtLeast,
                Compare::Less => Number::Below,
                Compare::AtMost => Number::AtMost,
            };
            return Ok(Condition::Owners(number, count));
        }
        let found = self.collection(member)?;
        match (op, count) {
            (Compare::Equal, 0) | (Compare::Less, 1) => Ok(Condition::Not(Box::new(found.is(Test::Present)))),
            (Compare::NotEqual | Compare::Greater, 0) | (Compare::AtLeast, 1) => Ok(found.is(Test::Present)),
            _ => Err(self.unsupported(&member.path.join("/"))),
        }
    }

    fn terms(&mut self, terms: &[Filter], of: Option<&Member>) -> Result<Vec<Condition>, Refusal> {
        terms.iter().map(|term| self.filter(term, of)).collect()
    }

    /// `not` is an operator of the properties inside it.
    fn mentions(&self, filter: &Filter, of: Option<&Member>, operator: &str) -> Result<(), Refusal> {
        match filter {
            Filter::All(terms) | Filter::Any(terms) => {
                terms.iter().try_for_each(|term| self.mentions(term, of, operator))
            }
            Filter::Not(inner) => self.mentions(inner, of, operator),
            Filter::Compare { member, .. } | Filter::In { member, .. } | Filter::Text { member, .. } => {
                self.takes(self.askable(member, of)?, operator)
            }
            Filter::Lambda { member, body: None, .. } => self.takes(self.collection(member)?, operator),
            Filter::Lambda { member, body: Some(body), .. } => self.mentions(body, Some(member), operator),
            Filter::Count { .. } | Filter::IsOf(_) => Ok(()),
        }
    }

    fn compare(
        &mut self,
        member: &Member,
        of: Option<&Member>,
        op: Compare,
        value: &Literal,
    ) -> Result<Condition, Refusal> {
        let found = self.askable(member, of)?;
        match op {
            Compare::Equal => {
                self.takes(found, "eq")?;
                return self.equal(found, value);
            }
            Compare::NotEqual => {
                self.takes(found, "ne")?;
                self.advanced = true;
                return Ok(Condition::Not(Box::new(self.equal(found, value)?)));
            }
            Compare::AtLeast | Compare::Greater => self.takes(found, "ge")?,
            Compare::AtMost | Compare::Less => self.takes(found, "le")?,
        }
        let value = self.value(found, value)?;
        let test = match op {
            Compare::AtLeast => Test::AtLeast(value),
            Compare::Greater => Test::Above(value),
            Compare::AtMost => Test::AtMost(value),
            Compare::Less | Compare::Equal | Compare::NotEqual => Test::Below(value),
        };
        Ok(found.is(test))
    }

    /// Equal to null is to be without.
    fn equal(&self, found: &Askable, value: &Literal) -> Result<Condition, Refusal> {
        let is = |test| found.is(test);
        if *value == Literal::Null {
            return Ok(Condition::Not(Box::new(is(Test::Present))));
        }
        if found.of == Type::Id {
            let id = text_of(value).and_then(|text| ObjectId::parse(text).ok());
            return id.map(|id| Condition::Id(vec![id])).ok_or_else(|| self.mistyped(found));
        }
        Ok(is(Test::Equal(self.value(found, value)?)))
    }

    fn text(
        &mut self,
        member: &Member,
        of: Option<&Member>,
        test: TextTest,
        value: &str,
    ) -> Result<Condition, Refusal> {
        let found = self.askable(member, of)?;
        let value = compared(value);
        let test = match test {
            TextTest::StartsWith => {
                self.takes(found, "startsWith")?;
                Test::StartsWith(value)
            }
            TextTest::EndsWith => {
                self.takes(found, "endsWith")?;
                self.advanced = true;
                Test::EndsWith(value)
            }
            TextTest::Contains => return Err(self.unsupported(&found.path)),
        };
        Ok(found.is(test))
    }

    /// Each value of a collection is kept by itself, so one term is all that a lambda can hold, or several that any
    /// value may fulfil.
    fn lambda(&mut self, member: &Member, how: Quantifier, body: Option<&Filter>) -> Result<Condition, Refusal> {
        let name = member.path.join("/");
        if how == Quantifier::All || member.of_variable {
            return Err(self.unsupported(&name));
        }
        match body {
            None => {
                let found = self.collection(member)?;
                Ok(found.is(Test::Present))
            }
            Some(Filter::All(_) | Filter::Not(_) | Filter::Lambda { .. } | Filter::Count { .. } | Filter::IsOf(_)) => {
                Err(self.unsupported(&name))
            }
            Some(Filter::Compare { op: Compare::NotEqual, .. }) => Err(self.unsupported(&name)),
            Some(Filter::Any(terms)) => {
                let each = terms.iter().map(|term| self.lambda(member, how, Some(term)));
                Ok(Condition::Any(each.collect::<Result<_, _>>()?))
            }
            Some(body) => self.filter(body, Some(member)),
        }
    }

    fn search(&mut self, search: &Search) -> Result<Condition, Refusal> {
        match search {
            Search::All(terms) => {
                Ok(Condition::All(terms.iter().map(|term| self.search(term)).collect::<Result<_, _>>()?))
            }
            Search::Any(terms) => {
                Ok(Condition::Any(terms.iter().map(|term| self.search(term)).collect::<Result<_, _>>()?))
            }
            Search::Term { property, text } => self.searched(property.as_deref(), text),
        }
    }

    /// Words in any order, each by its beginning; a property that is not kept by its words is found by its own.
    fn searched(&self, property: Option<&str>, text: &str) -> Result<Condition, Refusal> {
        let property = property.ok_or_else(|| Refusal::Unsearchable(String::new()))?;
        let known = table().iter().filter(|known| known.source == self.source);
        let found = known.into_iter().find(|known| known.path.eq_ignore_ascii_case(property));
        let found = found.ok_or_else(|| self.unsupported(property))?;
        let text = compared(text);
        let is = |test| found.is(test);
        if found.search {
            let each: Vec<Condition> = words(&text).map(|word| is(Test::WordStartsWith(word.to_owned()))).collect();
            return if each.is_empty() {
                Err(Refusal::Unsearchable(property.to_owned()))
            } else {
                Ok(Condition::All(each))
            };
        }
        if found.operators.contains(&"startsWith") && !text.is_empty() {
            return Ok(is(Test::StartsWith(text)));
        }
        Err(Refusal::Unsearchable(property.to_owned()))
    }

    fn order(&mut self, options: &Options) -> Result<Order, Refusal> {
        let asked = match &options.order_by[..] {
            [] => return Ok(Order::Id),
            [only] => only,
            [first, ..] => return Err(Refusal::Unsortable(first.property.clone())),
        };
        let refused = || Refusal::Unsortable(asked.property.clone());
        let known = self.find(&asked.property).map_err(|_| refused())?;
        self.advanced |= known.order == Sorting::Advanced;
        let descending = asked.descending;
        match (known.order, &*known.path) {
            (Sorting::No, _) => Err(refused()),
            (_, "displayName") => Ok(Order::Name { descending }),
            (_, "userPrincipalName") => Ok(Order::Upn { descending }),
            (_, "createdDateTime") => Ok(Order::Created { descending }),
            _ => Err(refused()),
        }
    }

    fn askable(&self, member: &Member, of: Option<&Member>) -> Result<&'a Askable, Refusal> {
        let inside = of.map_or(&[][..], |of| &of.path[..]);
        if of.is_some() != member.of_variable {
            return Err(self.unsupported(&member.path.join("/")));
        }
        let path: Vec<&str> = inside.iter().chain(&member.path).map(String::as_str).collect();
        let found = self.find(&path.join("/"))?;
        // A collection is asked for by a lambda, and nothing else is.
        let fits = (found.of == Type::Texts) == of.is_some();
        if fits { Ok(found) } else { Err(self.unsupported(&found.path)) }
    }

    fn collection(&self, member: &Member) -> Result<&'a Askable, Refusal> {
        let found = self.find(&member.path.join("/"))?;
        if found.of == Type::Texts { Ok(found) } else { Err(self.unsupported(&found.path)) }
    }

    fn find(&self, path: &str) -> Result<&'a Askable, Refusal> {
        let mut known = table().iter().chain(self.added).filter(|known| known.source == self.source);
        known.find(|known| known.path.eq_ignore_ascii_case(path)).ok_or_else(|| self.unsupported(path))
    }

    fn takes(&self, found: &Askable, operator: &str) -> Result<(), Refusal> {
        if found.operators.contains(&operator) { Ok(()) } else { Err(self.unsupported(&found.path)) }
    }

    fn value(&self, found: &Askable, value: &Literal) -> Result<String, Refusal> {
        let value = match (found.of, value) {
            (Type::Text | Type::Texts, Literal::Text(text) | Literal::Bare(text)) => Some(compared(text)),
            (Type::Truth, Literal::Truth(truth)) => Some(compared_truth(*truth).to_owned()),
            (Type::Number, Literal::Number(number)) => Some(number.to_string()),
            (Type::Ordered, Literal::Number(number)) => Some(compared_number(*number)),
            (Type::Moment, Literal::Bare(text) | Literal::Text(text)) => time::parse(text).map(compared_moment),
            _ => None,
        };
        value.ok_or_else(|| self.mistyped(found))
    }

    fn unsupported(&self, path: &str) -> Refusal {
        Refusal::Unfilterable { property: path.chars().take(64).collect(), kind: self.kind }
    }

    fn mistyped(&self, found: &Askable) -> Refusal {
        Refusal::Mistyped { property: found.path.to_string(), kind: self.kind }
    }
}

fn text_of(value: &Literal) -> Option<&str> {
    match value {
        Literal::Text(text) | Literal::Bare(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
#[path = "queries_tests.rs"]
mod tests;
