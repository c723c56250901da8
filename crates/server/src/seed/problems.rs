//! What is wrong with a seed file: every problem with its place, the first fifty in the order of the file.
//!
//! Texts are made only for problems that are kept, so that a file of a million mistakes costs no million sentences.

use super::node::Node;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display};
use std::hash::Hash;

const MOST: usize = 50;
/// Longer words have no near ones worth the search.
const LONGEST_WORD: usize = 128;
const LONGEST_SHOWN: usize = 80;
const NEAR: f64 = 0.85;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError {
    /// `tenants[0].users[3].mail`; empty when the text as a whole could not be read.
    pub path: String,
    pub problem: String,
}

impl Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.problem) } else { write!(f, "{}: {}", self.path, self.problem) }
    }
}

impl std::error::Error for SeedError {}

pub(super) struct Problems<'t> {
    root: &'t Node,
    /// By place, then by the order of telling.
    kept: RefCell<BTreeMap<(u32, u64), String>>,
    told: Cell<u64>,
}

impl<'t> Problems<'t> {
    pub fn of(root: &'t Node) -> Problems<'t> {
        Problems { root, kept: RefCell::default(), told: Cell::new(0) }
    }

    pub fn add(&self, node: &Node, problem: impl Display) {
        let key = (node.place, self.told.get());
        self.told.set(key.1 + 1);
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MOST && kept.last_key_value().is_some_and(|(last, _)| *last <= key) {
            return;
        }
        kept.insert(key, problem.to_string());
        if kept.len() > MOST {
            kept.pop_last();
        }
    }

    pub fn into_errors(self) -> Vec<SeedError> {
        let kept = self.kept.into_inner().into_iter();
        kept.map(|((place, _), problem)| SeedError { path: self.root.path(place), problem }).collect()
    }
}

/// Where a node stands, as text.
struct Path<'t>(&'t Node, u32);

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.path(self.1))
    }
}

/// What may stand once: the first place of each value.
pub(super) struct Once<K>(HashMap<K, u32>);

impl<K> Default for Once<K> {
    fn default() -> Once<K> {
        Once(HashMap::new())
    }
}

impl<K: Eq + Hash> Once<K> {
    /// Tells both places when `key` stood before, and whether it did not.
    pub fn claim(&mut self, key: K, shown: impl Display, node: &Node, problems: &Problems<'_>) -> bool {
        let Some(first) = self.first(key, node) else { return true };
        problems.add(node, format_args!("{shown} is already that of {}", Path(problems.root, first)));
        false
    }

    /// The same for an id that was made from a name: the reader of the message never wrote that id.
    pub fn claim_made(&mut self, key: K, node: &Node, problems: &Problems<'_>) -> bool {
        let Some(first) = self.first(key, node) else { return true };
        let first = Path(problems.root, first);
        problems.add(node, format_args!("has the same name as {first}, and no id to tell them apart"));
        false
    }

    /// The same for a thing that has no name: all of it stands there already.
    pub fn claim_same(&mut self, key: K, node: &Node, problems: &Problems<'_>) -> bool {
        let Some(first) = self.first(key, node) else { return true };
        problems.add(node, format_args!("is the same as {}", Path(problems.root, first)));
        false
    }

    pub fn holds(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    fn first(&mut self, key: K, node: &Node) -> Option<u32> {
        let first = *self.0.entry(key).or_insert(node.place);
        (first != node.place).then_some(first)
    }
}

/// Input in a message: in backticks, shortened, without control characters.
pub(super) struct Shown<'a>(pub &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        for c in self.0.chars().take(LONGEST_SHOWN) {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        f.write_str(if self.0.chars().nth(LONGEST_SHOWN).is_some() { "…`" } else { "`" })
    }
}

/// `, did you mean User.Read`, or nothing when no name is near.
pub(super) struct Hint<'a, I> {
    pub word: &'a str,
    pub names: I,
}

impl<'n, I: Iterator<Item = &'n str> + Clone> Display for Hint<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match nearest(self.word, self.names.clone()) {
            Some(name) => write!(f, ", did you mean {name}"),
            None => Ok(()),
        }
    }
}

/// The first of the nearest, without regard to case.
fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = word.to_lowercase();
    names
        .filter(|name| name.len() <= LONGEST_WORD && !name.chars().any(char::is_control))
        .map(|name| (strsim::jaro_winkler(&word, &name.to_lowercase()), name))
        .filter(|(nearness, _)| *nearness >= NEAR)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, name)| name)
}
