//! The words of a filter.

use super::FilterError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    Open,
    Close,
    Comma,
    /// Behind a lambda's variable.
    Colon,
    /// A name, a path, an operator, or a literal without quotes.
    Word(&'t str),
    /// What stood in quotes.
    Text(String),
}

impl Token<'_> {
    pub fn text(&self) -> &str {
        match self {
            Token::Open => "(",
            Token::Close => ")",
            Token::Comma => ",",
            Token::Colon => ":",
            Token::Word(word) => word,
            Token::Text(text) => text,
        }
    }
}

pub struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub fn of(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0 }
    }

    pub fn length(&self) -> usize {
        self.text.len()
    }

    /// The next word, and where it begins.
    pub fn next(&mut self) -> Result<Option<(Token<'t>, usize)>, FilterError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let at = self.at;
        let rest = &self.text[at..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let token = match first {
            '(' => self.single(Token::Open),
            ')' => self.single(Token::Close),
            ',' => self.single(Token::Comma),
            ':' => self.single(Token::Colon),
            '\'' => self.quoted(at)?,
            _ => self.word(rest),
        };
        Ok(Some((token, at)))
    }

    pub fn takes(&mut self, wanted: &Token<'_>) -> Result<bool, FilterError> {
        self.takes_if(|token| token == wanted)
    }

    pub fn takes_word(&mut self, wanted: &str) -> Result<bool, FilterError> {
        self.takes_if(|token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted)))
    }

    fn takes_if(&mut self, fits: impl Fn(&Token<'_>) -> bool) -> Result<bool, FilterError> {
        let before = self.at;
        let taken = self.next()?.is_some_and(|(token, _)| fits(&token));
        if !taken {
            self.at = before;
        }
        Ok(taken)
    }

    fn single(&mut self, token: Token<'t>) -> Token<'t> {
        self.at += 1;
        token
    }

    /// A quote inside is doubled.
    fn quoted(&mut self, at: usize) -> Result<Token<'t>, FilterError> {
        let mut text = String::new();
        let mut chars = self.text[at + 1..].char_indices().peekable();
        while let Some((place, c)) = chars.next() {
            if c != '\'' {
                text.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
                text.push('\'');
            } else {
                self.at = at + 1 + place + 1;
                return Ok(Token::Text(text));
            }
        }
        Err(FilterError::Unterminated { at })
    }

    /// A colon ends a name and belongs to a moment: `t:t eq 'x'`, `2026-11-23T06:14:52Z`.
    fn word(&mut self, rest: &'t str) -> Token<'t> {
        let moment = rest.starts_with(|c: char| c.is_ascii_digit());
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '\'') || (c == ':' && !moment);
        let length = rest.find(ends).unwrap_or(rest.len());
        self.at += length;
        Token::Word(&rest[..length])
    }
}
