//! Splits Rust source into code and string literals, line by line; comments fall away.
//! Not a parser: it knows just enough that a word in a comment or a string is never taken for code, nor the reverse.

/// What one line of source holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The code, with comments gone and string literals empty.
    pub code: String,
    /// The text of the string literals. A literal that goes on below ends in a space, as its line break would read.
    pub text: String,
}

/// Keeps two literals of one line from reading as one.
const BETWEEN: char = '\0';

enum State {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text,
    RawText { hashes: usize },
}

pub fn split(source: &str) -> Vec<Line> {
    let mut splitter = Splitter { rest: source, state: State::Code, line: Line::default(), lines: Vec::new() };
    while !splitter.rest.is_empty() {
        splitter.step();
    }
    if splitter.line != Line::default() {
        splitter.lines.push(splitter.line);
    }
    splitter.lines
}

struct Splitter<'a> {
    rest: &'a str,
    state: State,
    line: Line,
    lines: Vec<Line>,
}

impl Splitter<'_> {
    fn step(&mut self) {
        if self.skip("\n") {
            return self.end_line();
        }
        match self.state {
            State::Code => self.code(),
            State::LineComment => drop(self.take()),
            State::BlockComment { depth } => self.comment(depth),
            State::Text => self.text(),
            State::RawText { hashes } => self.raw_text(hashes),
        }
    }

    fn end_line(&mut self) {
        match self.state {
            State::LineComment => self.state = State::Code,
            State::Text | State::RawText { .. } => self.line.text.push(' '),
            State::Code | State::BlockComment { .. } => {}
        }
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn code(&mut self) {
        if self.skip("//") {
            self.state = State::LineComment;
        } else if self.skip("/*") {
            self.state = State::BlockComment { depth: 1 };
        } else if self.skip("\"") {
            self.line.code.push_str("\"\"");
            self.state = State::Text;
        } else if let Some(hashes) = self.raw_opening() {
            self.rest = &self.rest[hashes + 2..];
            self.line.code.push_str("\"\"");
            self.state = State::RawText { hashes };
        } else if let Some(length) = self.char_literal() {
            self.rest = &self.rest[length..];
        } else {
            let next = self.take();
            self.line.code.push(next);
        }
    }

    fn comment(&mut self, depth: usize) {
        if self.skip("/*") {
            self.state = State::BlockComment { depth: depth + 1 };
        } else if self.skip("*/") {
            self.state = if depth == 1 { State::Code } else { State::BlockComment { depth: depth - 1 } };
        } else {
            self.take();
        }
    }

    fn text(&mut self) {
        if self.skip("\"") {
            self.close();
        } else if self.skip("\\") {
            // A backslash before a line break leaves the break to `step`, which counts lines.
            if !self.rest.is_empty() && !self.rest.starts_with('\n') {
                self.take();
            }
        } else {
            let next = self.take();
            self.line.text.push(next);
        }
    }

    fn raw_text(&mut self, hashes: usize) {
        let next = self.take();
        if next == '"' && leading_hashes(self.rest) >= hashes {
            self.rest = &self.rest[hashes..];
            self.close();
        } else {
            self.line.text.push(next);
        }
    }

    fn close(&mut self) {
        self.line.text.push(BETWEEN);
        self.state = State::Code;
    }

    /// The number of hashes when a raw string begins here; `r#type` is a name, not a string.
    fn raw_opening(&self) -> Option<usize> {
        let after = self.rest.strip_prefix('r')?;
        let hashes = leading_hashes(after);
        after[hashes..].starts_with('"').then_some(hashes)
    }

    /// The length of the character literal that begins here; a lifetime is none.
    fn char_literal(&self) -> Option<usize> {
        let inside = self.rest.strip_prefix('\'')?;
        let first = inside.chars().next()?;
        let (shortest, after) = match first {
            '\\' => (2, inside.get(2..)?),
            _ => (first.len_utf8(), &inside[first.len_utf8()..]),
        };
        let end = if first == '\\' { after.find('\'')? } else { after.starts_with('\'').then_some(0)? };
        Some(1 + shortest + end + 1)
    }

    fn skip(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn take(&mut self) -> char {
        let next = self.rest.chars().next().expect("`split` and the branches above stop at the end");
        self.rest = &self.rest[next.len_utf8()..];
        next
    }
}

fn leading_hashes(text: &str) -> usize {
    text.len() - text.trim_start_matches('#').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(source: &str) -> Vec<String> {
        split(source).into_iter().map(|line| line.code).collect()
    }

    fn texts(source: &str) -> Vec<String> {
        split(source).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn comments_fall_away() {
        assert_eq!(codes("a; // b\nc /* d /* e */ f\n g */ h"), ["a; ", "c ", " h"]);
    }

    #[test]
    fn a_literal_is_text_and_leaves_quotes_in_the_code() {
        assert_eq!(split("f(\"x // y\");"), [Line { code: "f(\"\");".into(), text: "x // y\0".into() }]);
    }

    #[test]
    fn a_literal_over_several_lines_reads_with_spaces() {
        assert_eq!(texts("let s = \"one\n two \\\n three\";"), ["one ", " two  ", " three\0"]);
    }

    #[test]
    fn an_escaped_quote_does_not_end_the_literal() {
        assert_eq!(texts(r#"f("a\"b", "c\\");"#), ["ab\0c\0"]);
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        assert_eq!(split("r#\"a\"b\"#; br\"c\""), [Line { code: "\"\"; b\"\"".into(), text: "a\"b\0c\0".into() }]);
    }

    #[test]
    fn raw_names_and_lifetimes_are_code() {
        assert_eq!(codes("r#type: &'a str"), ["r#type: &'a str"]);
    }

    #[test]
    fn quotes_in_character_literals_open_nothing() {
        assert_eq!(codes(r"['\'', '\\', '\u{22}', b'!', 'é']; x // y"), ["[, , , b, ]; x "]);
        assert_eq!(codes("'\"'; x"), ["; x"]);
    }
}
