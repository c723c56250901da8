//! Addresses that a file may hold: where an application sends people, what its pages link to, and domain names.
//!
//! The rules are the domain's. Next: `identifiers` for the names of APIs.

use super::node::Node;
use super::problems::Problems;
use mandate_domain::address::{Checked, page, redirect};
use mandate_domain::signin::redirect::Platform;

const PAGES: [(&str, &[&str]); 3] = [
    ("mandate", &["backChannelLogoutUri"]),
    ("web", &["homePageUrl", "logoutUrl"]),
    ("info", &["logoUrl", "marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl"]),
];

/// All redirect URIs and page addresses of an application.
pub(super) fn check(app: &Node, problems: &Problems<'_>) {
    for (key, platform) in [("web", Platform::Web), ("spa", Platform::Spa), ("publicClient", Platform::Public)] {
        let listed = app.get(key).and_then(|part| part.get("redirectUris"));
        for at in listed.map_or(&[][..], Node::items) {
            tell(at, at.text().map(|uri| redirect(uri, platform)), problems);
        }
    }
    for (part, keys) in PAGES {
        let Some(part) = app.get(part) else { continue };
        for at in keys.iter().filter_map(|key| part.get(key)) {
            tell(at, at.text().map(page), problems);
        }
    }
}

fn tell(at: &Node, checked: Option<Checked>, problems: &Problems<'_>) {
    if let Some(Err(broken)) = checked {
        problems.add(at, broken);
    }
}
