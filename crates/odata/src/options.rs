//! The system query options, read from decoded pairs. One that is known and not answered is refused, never dropped.

use crate::expand::{Expand, expand};
use crate::filter::{Filter, FilterError};
use crate::search::{Search, SearchError};
use crate::shown;
use std::fmt;

/// OData 4.01 part 2 §5.1, as far as it is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub select: Option<Select>,
    pub top: Option<u16>,
    pub skip_token: Option<String>,
    /// Where a round of changes goes on from.
    pub delta_token: Option<String>,
    pub count: Option<bool>,
    pub filter: Option<Filter>,
    pub search: Option<Search>,
    pub order_by: Vec<OrderBy>,
    pub expand: Vec<Expand>,
    /// As they were written, for the link to the next page.
    raw: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    pub property: String,
    pub descending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// `*`
    All,
    /// As they were spelled, in their order.
    Names(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionError {
    Repeated(&'static str),
    TooLong(&'static str),
    /// A system query option of OData that is not answered here.
    NotYet(&'static str),
    /// `$skip`: the directory has never taken it.
    Skip,
    /// It begins with `$`, and OData has none of that name.
    Unknown(String),
    /// A `$select` item that is no name.
    NoName(String),
    /// `$top` that is no number.
    NoNumber(String),
    /// `$top` out of range.
    PageSize(String),
    Filter(FilterError),
    Search(SearchError),
    /// An `$orderby` item that is no property with a direction.
    NoOrder(String),
    /// An `$expand` item that is no relation with options that are taken.
    NoExpand(String),
    /// `$count` that is neither `true` nor `false`.
    NoTruth(String),
}

/// The most rows of a page that `$top` may ask for (graph-api.md §3.3).
pub const MOST_IN_PAGE: u16 = 999;
/// Characters of one value. A `$select` of every property of a user stays below half of it.
const LONGEST: usize = 4096;
const MOST_NAMES: usize = 200;
const LONGEST_NAME: usize = 128;
const MOST_ORDERS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Select,
    Top,
    SkipToken,
    DeltaToken,
    Count,
    Filter,
    Search,
    OrderBy,
    Expand,
    Skip,
    NotYet,
}

static SYSTEM: [(&str, Taken); 13] = [
    ("$select", Taken::Select),
    ("$top", Taken::Top),
    ("$skiptoken", Taken::SkipToken),
    ("$count", Taken::Count),
    ("$skip", Taken::Skip),
    ("$filter", Taken::Filter),
    ("$search", Taken::Search),
    ("$orderby", Taken::OrderBy),
    ("$expand", Taken::Expand),
    ("$format", Taken::NotYet),
    ("$apply", Taken::NotYet),
    ("$compute", Taken::NotYet),
    ("$deltatoken", Taken::DeltaToken),
];

impl Options {
    /// Names match without regard to case, with their `$` or without it (graph-api.md §3.3). What is no system option
    /// is a custom one, and means nothing here.
    pub fn parse<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Options, OptionError> {
        let mut options = Options::default();
        let mut seen = Vec::new();
        for (name, value) in pairs {
            let Some((name, taken)) = system(name)? else { continue };
            // Two readers could take different ones.
            if seen.contains(&name) {
                return Err(OptionError::Repeated(name));
            }
            seen.push(name);
            if value.chars().count() > LONGEST {
                return Err(OptionError::TooLong(name));
            }
            match taken {
                Taken::Select => options.select = Some(select(value)?),
                Taken::Top => options.top = Some(top(value)?),
                Taken::SkipToken => options.skip_token = Some(value.to_owned()),
                Taken::DeltaToken => options.delta_token = Some(value.to_owned()),
                Taken::Count => options.count = Some(truth(value)?),
                Taken::Filter => {
                    options.filter = Some(Filter::parse(value).map_err(OptionError::Filter)?);
                    options.raw.push((name, value.to_owned()));
                }
                Taken::Search => {
                    options.search = Some(Search::parse(value).map_err(OptionError::Search)?);
                    options.raw.push((name, value.to_owned()));
                }
                Taken::OrderBy => {
                    options.order_by = order_by(value)?;
                    options.raw.push((name, value.to_owned()));
                }
                Taken::Expand => {
                    options.expand = expand(value)?;
                    options.raw.push((name, value.to_owned()));
                }
                Taken::Skip => return Err(OptionError::Skip),
                Taken::NotYet => return Err(OptionError::NotYet(name)),
            }
        }
        Ok(options)
    }

    /// What the next page must ask again: everything but the place to go on from.
    pub fn repeated(&self) -> Vec<(&'static str, String)> {
        let select = self.select.as_ref().map(|select| ("$select", select.to_string()));
        let top = self.top.map(|top| ("$top", top.to_string()));
        let count = self.count.map(|count| ("$count", count.to_string()));
        [select, top, count].into_iter().flatten().chain(self.raw.iter().cloned()).collect()
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Select::All => f.write_str("*"),
            Select::Names(names) => f.write_str(&names.join(",")),
        }
    }
}

fn system(name: &str) -> Result<Option<(&'static str, Taken)>, OptionError> {
    let bare = name.strip_prefix('$').unwrap_or(name);
    let known = SYSTEM.iter().find(|(known, _)| known.strip_prefix('$').is_some_and(|k| k.eq_ignore_ascii_case(bare)));
    match known {
        Some(option) => Ok(Some(*option)),
        None if name.starts_with('$') => Err(OptionError::Unknown(shown(name))),
        None => Ok(None),
    }
}

/// `*` stands alone: beside it, a misspelled name would go unnoticed.
pub(crate) fn select(value: &str) -> Result<Select, OptionError> {
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    if names.len() > MOST_NAMES {
        return Err(OptionError::TooLong("$select"));
    }
    if names == ["*"] {
        return Ok(Select::All);
    }
    match names.iter().find(|name| !is_name(name)) {
        Some(bad) => Err(OptionError::NoName(shown(bad))),
        None => Ok(Select::Names(names.into_iter().map(str::to_owned).collect())),
    }
}

fn order_by(value: &str) -> Result<Vec<OrderBy>, OptionError> {
    let orders: Result<Vec<OrderBy>, OptionError> = value.split(',').map(order).collect();
    orders
        .and_then(|orders| if orders.len() > MOST_ORDERS { Err(OptionError::TooLong("$orderby")) } else { Ok(orders) })
}

fn order(item: &str) -> Result<OrderBy, OptionError> {
    let mut words = item.split_whitespace();
    let property = words.next().filter(|name| is_name(name));
    let descending = match words.next() {
        None => Some(false),
        Some(word) if word.eq_ignore_ascii_case("asc") => Some(false),
        Some(word) if word.eq_ignore_ascii_case("desc") => Some(true),
        Some(_) => None,
    };
    match (property, descending, words.next()) {
        (Some(property), Some(descending), None) => Ok(OrderBy { property: property.to_owned(), descending }),
        _ => Err(OptionError::NoOrder(shown(item))),
    }
}

fn is_name(text: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '@' | '-');
    !text.is_empty() && text.chars().count() <= LONGEST_NAME && text.chars().all(of_name)
}

fn top(value: &str) -> Result<u16, OptionError> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OptionError::NoNumber(shown(value)));
    }
    let wanted = value.parse().ok().filter(|top| (1..=MOST_IN_PAGE).contains(top));
    wanted.ok_or_else(|| OptionError::PageSize(shown(value)))
}

fn truth(value: &str) -> Result<bool, OptionError> {
    match value {
        _ if value.eq_ignore_ascii_case("true") => Ok(true),
        _ if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(OptionError::NoTruth(shown(value))),
    }
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
