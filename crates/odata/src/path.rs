//! The path: segments, decoded by the caller, → steps. A key may stand in parentheses or be a segment of its own.

use crate::shown;

/// OData 4.01 part 2 §4: resource path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A segment as it stands: a collection, a relation, a cast, or a key.
    Name(String),
    /// `('id')` behind a name, with its quotes resolved.
    Key(String),
    /// `(appId='id')`: an alternate key.
    NamedKey { name: String, value: String },
    /// `()` behind a name: a function without parameters.
    Call,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// More segments, or a longer one, than any real path has.
    TooLong,
    /// Two slashes with nothing between them.
    EmptySegment,
    /// Parentheses or quotes that do not pair, an empty or unquoted key, or a control character.
    Malformed(String),
}

const MOST_SEGMENTS: usize = 32;
/// Bytes of one segment; a user principal name has at most 113 characters.
const LONGEST: usize = 512;

impl Path {
    pub fn parse<'p>(segments: impl IntoIterator<Item = &'p str>) -> Result<Path, PathError> {
        let mut steps = Vec::new();
        for (place, segment) in segments.into_iter().enumerate() {
            if place == MOST_SEGMENTS || segment.len() > LONGEST {
                return Err(PathError::TooLong);
            }
            if segment.is_empty() {
                return Err(PathError::EmptySegment);
            }
            take(segment, &mut steps).ok_or_else(|| PathError::Malformed(shown(segment)))?;
        }
        Ok(Path(steps))
    }

    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

/// `None`: malformed.
fn take(segment: &str, steps: &mut Vec<Step>) -> Option<()> {
    if segment.chars().any(char::is_control) {
        return None;
    }
    let Some((name, rest)) = segment.split_once('(') else {
        steps.push(Step::Name(segment.to_owned()));
        return Some(());
    };
    if name.is_empty() {
        return None;
    }
    let inside = rest.strip_suffix(')')?;
    let behind = match inside.split_once('=') {
        _ if inside.is_empty() => Step::Call,
        _ if inside.starts_with('\'') => Step::Key(unquoted(inside)?),
        Some((key, value)) if is_identifier(key) => Step::NamedKey { name: key.to_owned(), value: unquoted(value)? },
        _ => return None,
    };
    steps.extend([Step::Name(name.to_owned()), behind]);
    Some(())
}

/// `'o''brien'` → `o'brien` (OData 4.01 ABNF, `string`). `None`: not one quoted text, or an empty one.
fn unquoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut plain = String::with_capacity(inside.len());
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        if c == '\'' && rest.next() != Some('\'') {
            return None;
        }
        plain.push(c);
    }
    (!plain.is_empty()).then_some(plain)
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Step {
    /// Is this the segment of that name? Names are compared without regard to case; a key is no name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Step::Name(text) if text.eq_ignore_ascii_case(name))
    }

    /// The key, in either spelling.
    pub fn key(&self) -> Option<&str> {
        match self {
            Step::Name(text) | Step::Key(text) => Some(text),
            Step::NamedKey { .. } | Step::Call => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Step {
        Step::Name(text.to_owned())
    }

    fn key(text: &str) -> Step {
        Step::Key(text.to_owned())
    }

    #[test]
    fn a_key_stands_in_parentheses_or_alone() {
        let cases: [(&[&str], Vec<Step>); 8] = [
            (&["me"], vec![name("me")]),
            (&["users", "a@b.example"], vec![name("users"), name("a@b.example")]),
            (&["users('a@b.example')", "memberOf"], vec![name("users"), key("a@b.example"), name("memberOf")]),
            (&["users('$x@b.example')"], vec![name("users"), key("$x@b.example")]),
            (&["users('o''brien@b.example')"], vec![name("users"), key("o'brien@b.example")]),
            (&["users", "o'brien@b.example"], vec![name("users"), name("o'brien@b.example")]),
            (&["users('a(b)=c')"], vec![name("users"), key("a(b)=c")]),
            (&["users", "delta()"], vec![name("users"), name("delta"), Step::Call]),
        ];
        for (segments, steps) in cases {
            assert_eq!(Path::parse(segments.iter().copied()), Ok(Path(steps)), "{segments:?}");
        }
    }

    #[test]
    fn an_alternate_key_has_a_name() {
        let steps = vec![name("groups"), Step::NamedKey { name: "uniqueName".to_owned(), value: "a=b".to_owned() }];
        assert_eq!(Path::parse(["groups(uniqueName='a=b')"]), Ok(Path(steps)));
    }

    #[test]
    fn malformed_segments_are_refused() {
        let cases = [
            "(",
            "()",
            "('a')",
            "users(",
            "users)(",
            "users('a'",
            "users('a)",
            "users(a')",
            "users(a)",
            "users(')",
            "users('')",
            "users(''')",
            "users('a'b')",
            "users('a')x",
            "users('a','b')",
            "users(x=)",
            "users(x=a)",
            "users(='a')",
            "users(1x='a')",
            "users(x y='a')",
            "users('a'))",
            "a\0b",
            "a\nb",
            "users('a\u{7f}')",
        ];
        for case in cases {
            assert_eq!(Path::parse([case]), Err(PathError::Malformed(case.to_owned())), "{case:?}");
        }
    }

    #[test]
    fn empty_and_oversized_paths_are_refused() {
        assert_eq!(Path::parse(["users", "", "x"]), Err(PathError::EmptySegment));
        assert_eq!(Path::parse([""]), Err(PathError::EmptySegment));
        assert_eq!(Path::parse(["a".repeat(513).as_str()]), Err(PathError::TooLong));
        assert_eq!(Path::parse(["a"; 33]), Err(PathError::TooLong));
        assert!(Path::parse(["a"; 32]).is_ok());
        assert_eq!(Path::parse([]), Ok(Path(Vec::new())));
    }

    #[test]
    fn an_error_repeats_only_the_beginning() {
        let long = format!("users({}", "ä".repeat(200));
        let Err(PathError::Malformed(shown)) = Path::parse([long.as_str()]) else { panic!("malformed") };
        assert_eq!(shown.chars().count(), 64);
    }

    #[test]
    fn names_are_compared_without_regard_to_case_and_keys_are_not_names() {
        assert!(name("MemberOf").is("memberOf"));
        assert!(!key("memberOf").is("memberOf"));
        assert_eq!(name("a").key(), Some("a"));
        assert_eq!(key("a").key(), Some("a"));
        assert_eq!(Step::Call.key(), None);
    }
}
