//! `$expand`: relations that come along with an object, each with its own `$select` (OData 4.01 part 2 §5.1.3).

use crate::options::{OptionError, Select, select};
use crate::shown;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expand {
    /// As it was spelled.
    pub relation: String,
    pub select: Option<Select>,
    /// `$levels=max`: the same relation of what comes along, and so on.
    pub all_levels: bool,
}

const MOST: usize = 8;

/// Every relation that there is.
pub const ALL: &str = "*";

/// `members($select=id,displayName),owners`
pub(crate) fn expand(value: &str) -> Result<Vec<Expand>, OptionError> {
    let mut all = Vec::new();
    for item in split(value, ',').ok_or_else(|| OptionError::NoExpand(shown(value)))? {
        all.push(one(item.trim())?);
    }
    if all.len() > MOST { Err(OptionError::TooLong("$expand")) } else { Ok(all) }
}

fn one(item: &str) -> Result<Expand, OptionError> {
    let refused = || OptionError::NoExpand(shown(item));
    let (relation, inside) = match item.split_once('(') {
        None => (item, None),
        Some((relation, rest)) => (relation, Some(rest.strip_suffix(')').ok_or_else(refused)?)),
    };
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/');
    let is_name = relation == ALL || relation.chars().all(of_name);
    if relation.is_empty() || relation.chars().count() > 128 || !is_name {
        return Err(refused());
    }
    let mut expand = Expand { relation: relation.to_owned(), select: None, all_levels: false };
    for option in inside.into_iter().flat_map(|inside| split(inside, ';')).flatten() {
        let (name, value) = option.split_once('=').ok_or_else(refused)?;
        let name = name.trim();
        match name.strip_prefix('$').unwrap_or(name) {
            bare if bare.eq_ignore_ascii_case("select") && expand.select.is_none() => {
                expand.select = Some(select(value)?);
            }
            bare if bare.eq_ignore_ascii_case("levels") && value.trim() == "1" => {}
            bare if bare.eq_ignore_ascii_case("levels") && value.trim().eq_ignore_ascii_case("max") => {
                expand.all_levels = true;
            }
            _ => return Err(refused()),
        }
    }
    Ok(expand)
}

/// At a mark outside of parentheses. `None`: they do not pair.
fn split(text: &str, mark: char) -> Option<Vec<&str>> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            c if c == mark && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (depth == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Option<Select> {
        Some(Select::Names(names.iter().map(|name| (*name).to_owned()).collect()))
    }

    #[test]
    fn relations_come_with_their_own_select() {
        let of = |relation: &str, select| Expand { relation: relation.to_owned(), select, all_levels: false };
        assert_eq!(expand("manager"), Ok(vec![of("manager", None)]));
        assert_eq!(
            expand("members($select=id,displayName), owners"),
            Ok(vec![of("members", names(&["id", "displayName"])), of("owners", None)])
        );
        assert_eq!(expand("manager($levels=1;$select=id)"), Ok(vec![of("manager", names(&["id"]))]));
    }

    #[test]
    fn what_is_no_expansion_is_named() {
        for bad in ["", "a(", "a)", "a()b", "a($top=1)", "a($select)", "a($select=id", "a($levels=two)", "a b"] {
            assert!(matches!(expand(bad), Err(OptionError::NoExpand(_))), "{bad}");
        }
        assert_eq!(expand("a,b,c,d,e,f,g,h,i"), Err(OptionError::TooLong("$expand")));
    }
}
