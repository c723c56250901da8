//! Documents that are the same for everybody, rendered once: metadata and key sets are asked for more than anything else.

use bytes::Bytes;
use mandate_domain::signin::ask::Authority;
use mandate_jose::{b64url_encode, hash};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A body and its entity tag (RFC 9110 §8.8.3).
#[derive(Clone, Debug)]
pub struct Document {
    pub body: Bytes,
    pub tag: Arc<str>,
}

impl Document {
    pub fn of(body: String) -> Document {
        let tag = format!("\"{}\"", &b64url_encode(&hash::sha256(body.as_bytes()))[..16]);
        Document { body: body.into(), tag: tag.into() }
    }
}

/// By what they depend on. Bounded: there are as many as there are tenants.
#[derive(Default)]
pub struct Documents(RwLock<HashMap<Which, Document>>);

/// Whose metadata, and of which version.
type Which = (Authority, u8);

const MOST: usize = 2_000;

impl Documents {
    pub fn get(&self, which: Which, render: impl FnOnce() -> String) -> Document {
        if let Some(found) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&which) {
            return found.clone();
        }
        let document = Document::of(render());
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(which, document.clone());
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_rendered_once_and_tagged_by_what_it_says() {
        let documents = Documents::default();
        let first = documents.get((Authority::Common, 1), || "one".to_owned());
        let again = documents.get((Authority::Common, 1), || unreachable!("it is there"));
        assert_eq!((first.body, &first.tag), (again.body, &again.tag));
        assert_ne!(documents.get((Authority::Common, 2), || "two".to_owned()).tag, first.tag);
        assert!(first.tag.starts_with('"') && first.tag.ends_with('"'));
    }
}
