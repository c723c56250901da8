//! `$filter`: text → tree (OData 4.01 part 2 §5.1.1, as far as Graph speaks it).
//!
//! A tree says what is asked, not whether a property may be asked so; the Graph wire knows its properties. Strangers
//! write filters, so length, depth and width have limits.

use crate::shown;
use lexer::{Lexer, Token};

mod lexer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare {
        member: Member,
        op: Compare,
        value: Literal,
    },
    In {
        member: Member,
        values: Vec<Literal>,
    },
    Text {
        test: TextTest,
        member: Member,
        value: String,
    },
    /// `tags/any(t:…)`. Without a body: is there one at all?
    Lambda {
        member: Member,
        quantifier: Quantifier,
        body: Option<Box<Filter>>,
    },
    /// `owners/$count eq 0`
    Count {
        member: Member,
        op: Compare,
        value: i64,
    },
    /// `isof('microsoft.graph.user')`
    IsOf(String),
}

/// A property, or one of a property's. In a lambda's body those of its variable are marked, and an empty path is the
/// variable itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub of_variable: bool,
    pub path: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    Any,
    All,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    Null,
    Truth(bool),
    Number(i64),
    Text(String),
    /// What is written bare and is none of the others: an id or a moment.
    Bare(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// What was met, and at which character.
    Unexpected {
        found: String,
        at: usize,
    },
    /// A string without its end.
    Unterminated {
        at: usize,
    },
    TooDeep,
    TooMany,
}

/// `(`, `not` and lambdas inside each other.
const DEEPEST: usize = 12;
/// Terms of one filter.
const MOST_TERMS: usize = 60;
/// Alternatives beside each other, and values of one `in` (graph-api.md §3.4).
const WIDEST: usize = 15;
const MOST_SEGMENTS: usize = 5;

impl Filter {
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        let mut parser = Parser { lexer: Lexer::of(text), depth: 0, terms: 0, variable: None };
        let filter = parser.any()?;
        match parser.lexer.next()? {
            None => Ok(filter),
            Some((token, at)) => Err(unexpected(&token, at)),
        }
    }

    /// Every property that is asked about.
    pub fn members(&self, with: &mut dyn FnMut(&Member)) {
        match self {
            Filter::All(terms) | Filter::Any(terms) => terms.iter().for_each(|term| term.members(with)),
            Filter::Not(inner) => inner.members(with),
            Filter::Lambda { member, body, .. } => {
                with(member);
                body.iter().for_each(|body| body.members(with));
            }
            Filter::Compare { member, .. }
            | Filter::In { member, .. }
            | Filter::Text { member, .. }
            | Filter::Count { member, .. } => with(member),
            Filter::IsOf(_) => {}
        }
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    depth: usize,
    terms: usize,
    /// Of the lambda that is being read. Graph nests none.
    variable: Option<String>,
}

fn unexpected(token: &Token<'_>, at: usize) -> FilterError {
    FilterError::Unexpected { found: shown(token.text()), at }
}

impl<'t> Parser<'t> {
    fn any(&mut self) -> Result<Filter, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FilterError::TooDeep);
        }
        let mut terms = vec![self.all()?];
        while self.lexer.takes_word("or")? {
            terms.push(self.all()?);
        }
        self.depth -= 1;
        if terms.len() > WIDEST {
            return Err(FilterError::TooMany);
        }
        Ok(one_or(terms, Filter::Any))
    }

    fn all(&mut self) -> Result<Filter, FilterError> {
        let mut terms = vec![self.term()?];
        while self.lexer.takes_word("and")? {
            terms.push(self.term()?);
        }
        Ok(one_or(terms, Filter::All))
    }

    fn term(&mut self) -> Result<Filter, FilterError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(FilterError::TooMany);
        }
        if self.lexer.takes_word("not")? {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(FilterError::TooDeep);
            }
            let inner = self.term()?;
            self.depth -= 1;
            return Ok(Filter::Not(Box::new(inner)));
        }
        if self.lexer.takes(&Token::Open)? {
            let inner = self.any()?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        let (word, at) = self.word()?;
        match self.function(word) {
            Some(test) if self.lexer.takes(&Token::Open)? => self.text(test),
            _ if word.eq_ignore_ascii_case("isof") && self.lexer.takes(&Token::Open)? => {
                let kind = self.string()?;
                self.expect(&Token::Close)?;
                Ok(Filter::IsOf(kind))
            }
            _ => self.of_member(word, at),
        }
    }

    fn function(&self, word: &str) -> Option<TextTest> {
        let known =
            [("startswith", TextTest::StartsWith), ("endswith", TextTest::EndsWith), ("contains", TextTest::Contains)];
        known.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, test)| test)
    }

    /// `startsWith(displayName,'a')`, with `eq true` or `eq false` behind it if one likes.
    fn text(&mut self, test: TextTest) -> Result<Filter, FilterError> {
        let (word, at) = self.word()?;
        let member = self.member(word, at)?;
        self.expect(&Token::Comma)?;
        let value = self.string()?;
        self.expect(&Token::Close)?;
        let filter = Filter::Text { test, member, value };
        if !self.lexer.takes_word("eq")? {
            return Ok(filter);
        }
        let (word, at) = self.word()?;
        match word {
            _ if word.eq_ignore_ascii_case("true") => Ok(filter),
            _ if word.eq_ignore_ascii_case("false") => Ok(Filter::Not(Box::new(filter))),
            _ => Err(FilterError::Unexpected { found: shown(word), at }),
        }
    }

    fn of_member(&mut self, word: &'t str, at: usize) -> Result<Filter, FilterError> {
        let (path, last) = word.rsplit_once('/').unwrap_or(("", word));
        let quantifier = match last {
            _ if last.eq_ignore_ascii_case("any") => Some(Quantifier::Any),
            _ if last.eq_ignore_ascii_case("all") => Some(Quantifier::All),
            _ => None,
        };
        if let Some(quantifier) = quantifier.filter(|_| !path.is_empty())
            && self.lexer.takes(&Token::Open)?
        {
            let member = self.member(path, at)?;
            return self.lambda(member, quantifier);
        }
        if last.eq_ignore_ascii_case("$count") && !path.is_empty() {
            let member = self.member(path, at)?;
            let op = self.compare()?;
            let (word, at) = self.word()?;
            let value = word.parse().map_err(|_| FilterError::Unexpected { found: shown(word), at })?;
            return Ok(Filter::Count { member, op, value });
        }
        let member = self.member(word, at)?;
        if self.lexer.takes_word("in")? {
            return Ok(Filter::In { member, values: self.values()? });
        }
        let op = self.compare()?;
        Ok(Filter::Compare { member, op, value: self.literal()? })
    }

    fn lambda(&mut self, member: Member, quantifier: Quantifier) -> Result<Filter, FilterError> {
        if self.lexer.takes(&Token::Close)? {
            return Ok(Filter::Lambda { member, quantifier, body: None });
        }
        let (variable, at) = self.word()?;
        if self.variable.is_some() {
            return Err(FilterError::Unexpected { found: shown(variable), at });
        }
        self.expect(&Token::Colon)?;
        self.variable = Some(variable.to_owned());
        let body = self.any()?;
        self.variable = None;
        self.expect(&Token::Close)?;
        Ok(Filter::Lambda { member, quantifier, body: Some(Box::new(body)) })
    }

    fn member(&self, word: &str, at: usize) -> Result<Member, FilterError> {
        let mut path: Vec<String> = word.split('/').map(str::to_owned).collect();
        let named = |part: &String| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        };
        if path.len() > MOST_SEGMENTS || !path.iter().all(named) {
            return Err(FilterError::Unexpected { found: shown(word), at });
        }
        let of_variable = self.variable.as_ref().is_some_and(|variable| path[0] == *variable);
        if of_variable {
            path.remove(0);
        }
        Ok(Member { of_variable, path })
    }

    fn compare(&mut self) -> Result<Compare, FilterError> {
        let (word, at) = self.word()?;
        let known = [
            ("eq", Compare::Equal),
            ("ne", Compare::NotEqual),
            ("gt", Compare::Greater),
            ("ge", Compare::AtLeast),
            ("lt", Compare::Less),
            ("le", Compare::AtMost),
        ];
        let found = known.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, op)| op);
        found.ok_or_else(|| FilterError::Unexpected { found: shown(word), at })
    }

    fn values(&mut self) -> Result<Vec<Literal>, FilterError> {
        self.expect(&Token::Open)?;
        let mut values = vec![self.literal()?];
        while self.lexer.takes(&Token::Comma)? {
            values.push(self.literal()?);
            if values.len() > WIDEST {
                return Err(FilterError::TooMany);
            }
        }
        self.expect(&Token::Close)?;
        Ok(values)
    }

    fn literal(&mut self) -> Result<Literal, FilterError> {
        let Some((token, at)) = self.lexer.next()? else { return Err(self.end()) };
        match token {
            Token::Text(text) => Ok(Literal::Text(text)),
            Token::Word(word) => literal(word).ok_or_else(|| FilterError::Unexpected { found: shown(word), at }),
            other => Err(unexpected(&other, at)),
        }
    }

    fn string(&mut self) -> Result<String, FilterError> {
        match self.lexer.next()? {
            Some((Token::Text(text), _)) => Ok(text),
            Some((token, at)) => Err(unexpected(&token, at)),
            None => Err(self.end()),
        }
    }

    fn word(&mut self) -> Result<(&'t str, usize), FilterError> {
        match self.lexer.next()? {
            Some((Token::Word(word), at)) => Ok((word, at)),
            Some((token, at)) => Err(unexpected(&token, at)),
            None => Err(self.end()),
        }
    }

    fn expect(&mut self, wanted: &Token<'_>) -> Result<(), FilterError> {
        match self.lexer.next()? {
            Some((token, _)) if token == *wanted => Ok(()),
            Some((token, at)) => Err(unexpected(&token, at)),
            None => Err(self.end()),
        }
    }

    fn end(&self) -> FilterError {
        FilterError::Unexpected { found: String::new(), at: self.lexer.length() }
    }
}

fn one_or(mut terms: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match terms.len() {
        1 => terms.remove(0),
        _ => join(terms),
    }
}

fn literal(word: &str) -> Option<Literal> {
    if word.eq_ignore_ascii_case("null") {
        return Some(Literal::Null);
    }
    if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
        return Some(Literal::Truth(word.eq_ignore_ascii_case("true")));
    }
    if let Ok(number) = word.parse() {
        return Some(Literal::Number(number));
    }
    let of_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+');
    (word.starts_with(|c: char| c.is_ascii_hexdigit()) && word.chars().all(of_bare))
        .then(|| Literal::Bare(word.to_owned()))
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
