//! Just enough of HTML to read our own pages: tags with their attributes, and the text between them.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    attributes: Vec<(String, String)>,
    /// `</name>`
    pub closes: bool,
    /// Where it stands: from its `<` to behind its `>`.
    pub start: usize,
    pub end: usize,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn is(&self, name: &str) -> bool {
        !self.closes && self.name == name
    }

    /// One of its classes.
    pub fn is_of(&self, class: &str) -> bool {
        self.get("class").unwrap_or("").split_ascii_whitespace().any(|known| known == class)
    }
}

/// Every tag in order. Whoever writes `<` in a text escapes it, so that each `<` begins a tag.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|place| at + place) {
        let (tag, end) = tag(html, open);
        found.extend(tag);
        at = end;
    }
    found
}

fn tag(html: &str, start: usize) -> (Option<Tag>, usize) {
    let bytes = html.as_bytes();
    if bytes.get(start + 1) == Some(&b'!') {
        let end = html[start..].find('>').map_or(html.len(), |place| start + place + 1);
        return (None, end);
    }
    let closes = bytes.get(start + 1) == Some(&b'/');
    let name_at = start + 1 + usize::from(closes);
    let mut at = name_at + length(&bytes[name_at..], |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let name = html[name_at..at].to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        at += length(&bytes[at..], |byte| byte.is_ascii_whitespace() || byte == b'/');
        match bytes.get(at) {
            None => break,
            Some(b'>') => {
                at += 1;
                break;
            }
            Some(_) => {
                let (attribute, behind) = attribute(html, at);
                attributes.push(attribute);
                at = behind;
            }
        }
    }
    (Some(Tag { name, attributes, closes, start, end: at }), at)
}

fn attribute(html: &str, start: usize) -> ((String, String), usize) {
    let bytes = html.as_bytes();
    let ends_name = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/');
    // At least one byte, so that a stray character cannot hold the loop up.
    let at = start + length(&bytes[start..], |byte| !ends_name(byte)).max(1);
    let name = html[start..at].to_ascii_lowercase();
    if bytes.get(at) != Some(&b'=') {
        return ((name, String::new()), at);
    }
    let at = at + 1;
    match bytes.get(at).copied() {
        Some(quote @ (b'"' | b'\'')) => {
            let long = length(&bytes[at + 1..], |byte| byte != quote);
            ((name, unescaped(&html[at + 1..at + 1 + long])), at + long + 2)
        }
        _ => {
            let long = length(&bytes[at..], |byte| !byte.is_ascii_whitespace() && byte != b'>');
            ((name, unescaped(&html[at..at + long])), at + long)
        }
    }
}

fn length(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !fits(*byte)).unwrap_or(bytes.len())
}

/// A text with its tags left out, its blanks joined and its references resolved.
pub fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    for tag in tags(html) {
        text.push_str(&html[at..tag.start]);
        text.push(' ');
        at = tag.end;
    }
    text.push_str(&html[at..]);
    unescaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('&') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let known = rest.find(';').and_then(|close| Some((referenced(&rest[1..close])?, close + 1)));
        let (c, long) = known.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[long..];
    }
    out.push_str(rest);
    out
}

fn referenced(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_with_their_attributes() {
        let html = r#"<!doctype html><p class="a b" data-x='1>2' hidden>x &#60; y<br/></p>"#;
        let found = tags(html);
        let names: Vec<(&str, bool)> = found.iter().map(|tag| (tag.name.as_str(), tag.closes)).collect();
        assert_eq!(names, [("p", false), ("br", false), ("p", true)]);
        assert_eq!(found[0].get("data-x"), Some("1>2"));
        assert_eq!(found[0].get("hidden"), Some(""));
        assert!(found[0].is_of("b") && !found[0].is_of("c"));
        assert_eq!(plain("<p class=\"a\">x &#60;  y<br/></p>"), "x < y");
    }

    #[test]
    fn references_are_resolved_once() {
        assert_eq!(unescaped("&#38;lt; &amp;&quot;&#x41; & &nothing;"), "&lt; &\"A & &nothing;");
    }
}
