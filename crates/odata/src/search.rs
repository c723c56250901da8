//! `$search`: `"displayName:wil" AND ("mail:a" OR "mail:b")` → tree. Each term names a property and the beginning of a
//! word in it.

use crate::shown;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    All(Vec<Search>),
    Any(Vec<Search>),
    /// Without a property the operation decides in which it looks.
    Term {
        property: Option<String>,
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchError {
    Unexpected(String),
    Unterminated,
    TooMany,
}

const MOST_TERMS: usize = 15;
const DEEPEST: usize = 5;

impl Search {
    pub fn parse(text: &str) -> Result<Search, SearchError> {
        let mut parser = Parser { rest: text, terms: 0, depth: 0 };
        let search = parser.any()?;
        match parser.next()? {
            None => Ok(search),
            Some(token) => Err(unexpected(&token)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
    Quoted(String),
}

struct Parser<'t> {
    rest: &'t str,
    terms: usize,
    depth: usize,
}

fn unexpected(token: &Token) -> SearchError {
    SearchError::Unexpected(match token {
        Token::Open => "(".to_owned(),
        Token::Close => ")".to_owned(),
        Token::Word(text) | Token::Quoted(text) => shown(text),
    })
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Search, SearchError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SearchError::TooMany);
        }
        let mut terms = vec![self.all()?];
        while self.takes("OR")? {
            terms.push(self.all()?);
        }
        self.depth -= 1;
        Ok(if terms.len() == 1 { terms.remove(0) } else { Search::Any(terms) })
    }

    fn all(&mut self) -> Result<Search, SearchError> {
        let mut terms = vec![self.term()?];
        while self.takes("AND")? {
            terms.push(self.term()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Search::All(terms) })
    }

    fn term(&mut self) -> Result<Search, SearchError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(SearchError::TooMany);
        }
        match self.next()? {
            Some(Token::Open) => {
                let inner = self.any()?;
                match self.next()? {
                    Some(Token::Close) => Ok(inner),
                    Some(token) => Err(unexpected(&token)),
                    None => Err(SearchError::Unterminated),
                }
            }
            Some(Token::Quoted(text)) => Ok(term(&text)),
            Some(token) => Err(unexpected(&token)),
            None => Err(SearchError::Unexpected(String::new())),
        }
    }

    fn takes(&mut self, word: &str) -> Result<bool, SearchError> {
        let before = self.rest;
        let taken = self.next()? == Some(Token::Word(word.to_owned()));
        if !taken {
            self.rest = before;
        }
        Ok(taken)
    }

    fn next(&mut self) -> Result<Option<Token>, SearchError> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        Ok(Some(match first {
            '(' => self.take(1, Token::Open),
            ')' => self.take(1, Token::Close),
            '"' => self.quoted()?,
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
                let length = self.rest.find(ends).unwrap_or(self.rest.len());
                let word = Token::Word(self.rest[..length].to_owned());
                self.take(length, word)
            }
        }))
    }

    fn take(&mut self, length: usize, token: Token) -> Token {
        self.rest = &self.rest[length..];
        token
    }

    /// A backslash takes the next character as it is.
    fn quoted(&mut self) -> Result<Token, SearchError> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((place, c)) = chars.next() {
            match c {
                '"' => return Ok(self.take(place + 1, Token::Quoted(text))),
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                _ => text.push(c),
            }
        }
        Err(SearchError::Unterminated)
    }
}

fn term(text: &str) -> Search {
    let named = text.split_once(':').filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric()));
    match named {
        Some((property, text)) => Search::Term { property: Some(property.to_owned()), text: text.trim().to_owned() },
        None => Search::Term { property: None, text: text.trim().to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(property: &str, text: &str) -> Search {
        Search::Term { property: Some(property.to_owned()), text: text.to_owned() }
    }

    #[test]
    fn terms_are_quoted_and_joined() {
        assert_eq!(Search::parse("\"displayName:wil\""), Ok(of("displayName", "wil")));
        let text = "\"displayName:de vries\" AND (\"mail:a\" OR \"mail:b\")";
        let either = Search::Any(vec![of("mail", "a"), of("mail", "b")]);
        assert_eq!(Search::parse(text), Ok(Search::All(vec![of("displayName", "de vries"), either])));
        assert_eq!(Search::parse(r#""displayName:a\"b\\c""#), Ok(of("displayName", r#"a"b\c"#)));
        assert_eq!(Search::parse("\"wil\""), Ok(Search::Term { property: None, text: "wil".to_owned() }));
    }

    #[test]
    fn what_is_no_search_is_refused() {
        for bad in ["", "wil", "\"a", "\"a:b\" \"c:d\"", "\"a:b\" and \"c:d\"", "(\"a:b\"", "\"a:b\")", "AND", "()"] {
            assert!(Search::parse(bad).is_err(), "{bad}");
        }
        let many = vec!["\"a:b\""; 16].join(" OR ");
        assert_eq!(Search::parse(&many), Err(SearchError::TooMany));
        assert_eq!(Search::parse(&"(".repeat(4000)), Err(SearchError::TooMany));
    }
}
