//! Parameters of a query or a form. A repeated one is refused when somebody asks for it (RFC 6749 §3.1).

use crate::percent::decode_form;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamRefusal {
    /// Not percent-encoded UTF-8, or with a NUL in it.
    Malformed,
    TooMany,
    Repeated(&'static str),
}

const MOST: usize = 200;

impl Params {
    pub fn parse(text: &str) -> Result<Params, ParamRefusal> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MOST {
                return Err(ParamRefusal::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decode_form(name), decode_form(value)) else {
                return Err(ParamRefusal::Malformed);
            };
            if name.contains('\0') || value.contains('\0') {
                return Err(ParamRefusal::Malformed);
            }
            pairs.push((name, value));
        }
        Ok(Params(pairs))
    }

    /// The value, when it is there and not empty. Named twice with different values, it is refused: two readers could
    /// take different ones.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, ParamRefusal> {
        let mut found = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = found.next();
        if found.next().is_some() {
            return Err(ParamRefusal::Repeated(name));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The first value, for what only decorates.
    pub fn any(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As a query again: decoded and encoded once, so that what is carried along is well-formed.
    pub fn text(&self) -> String {
        crate::percent::encode_pairs(self.pairs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused_when_asked_for() {
        let params = Params::parse("a=1&b=2&a=3&c=").expect("well-formed");
        assert_eq!(params.one("a"), Err(ParamRefusal::Repeated("a")));
        assert_eq!(params.one("b"), Ok(Some("2")));
        assert_eq!(params.one("c"), Ok(None));
        assert_eq!(params.any("a"), Some("1"));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["a=%00", "a=%ff", "%=1"] {
            assert_eq!(Params::parse(bad), Err(ParamRefusal::Malformed), "{bad}");
        }
        assert_eq!(Params::parse(&"a=1&".repeat(201)), Err(ParamRefusal::TooMany));
    }
}
