//! `identifierUris`: the names by which clients ask for an API's tokens. A name that points at somebody is only theirs.

use super::apps::Apps;
use super::node::Node;
use super::problems::{Hint, Problems, Shown};
use super::read::Draft;
use mandate_base::{Folded, ObjectId};
use mandate_domain::address::Uri;
use mandate_domain::application::AppCard;
use mandate_domain::catalogue::GRAPH_URI;
use std::fmt::{self, Display};

fn listed(app: &Node) -> &[Node] {
    app.get("identifierUris").map_or(&[][..], Node::items)
}

/// What can be told while the other apps are still unread.
pub(super) fn claim(app: &Node, draft: &mut Draft<'_>, problems: &Problems<'_>) {
    for at in listed(app) {
        let Some(uri) = at.text() else { continue };
        let folded = Folded::of(uri);
        // Another resource by this name would be sent the tokens that are meant for Graph.
        if folded.as_str().trim_end_matches('/') == GRAPH_URI {
            problems.add(at, "this is the identifier of Microsoft Graph, which is built in");
        } else {
            check_host(&folded, at, draft, problems);
        }
        draft.once.uris.claim(folded, Shown(uri), at, problems);
    }
}

/// An https URI says by its host whose it is. A tenant that lists no domains is not asked about them.
fn check_host(uri: &Folded, at: &Node, draft: &Draft<'_>, problems: &Problems<'_>) {
    let Some(uri) = Uri::of(uri.as_str()).filter(|uri| uri.is("https")) else { return };
    if draft.domains.is_empty() {
        return;
    }
    let Some(host) = uri.host() else {
        return problems.add(at, "needs a host name, one in a verified domain of the tenant");
    };
    let left = |domain: &Folded| host.strip_suffix(domain.as_str());
    if draft.domains.iter().filter_map(left).any(|left| left.is_empty() || left.ends_with('.')) {
        return;
    }
    let hint = Hint { word: host, names: draft.domains.iter().map(Folded::as_str) };
    problems.add(at, format_args!("{} is not in a verified domain of the tenant{hint}", Shown(host)));
}

/// `api://{GUID}` means the app with that appId, whoever else claims it; so it may hold no id but the app's own, or
/// that of its tenant with a path behind.
pub(super) fn check_ids(app: &Node, card: &AppCard, apps: &Apps<'_>, tenants: &[Draft<'_>], problems: &Problems<'_>) {
    for at in listed(app) {
        let Some((id, path)) = at.text().and_then(id_in) else { continue };
        if id == ObjectId::from(card.app_id) || (id == ObjectId::from(card.home) && path.len() > 1) {
            continue;
        }
        problems.add(at, NotOwn { id, apps, tenants });
    }
}

/// The GUID behind `api://`, and what follows it.
fn id_in(uri: &str) -> Option<(ObjectId, &str)> {
    let (scheme, behind) = uri.trim().split_once("://")?;
    if !scheme.eq_ignore_ascii_case("api") {
        return None;
    }
    let (name, path) = behind.split_at(behind.find(['/', '?', '#']).unwrap_or(behind.len()));
    Some((ObjectId::parse(name).ok()?, path))
}

/// Says whose id a URI holds.
struct NotOwn<'a> {
    id: ObjectId,
    apps: &'a Apps<'a>,
    tenants: &'a [Draft<'a>],
}

impl Display for NotOwn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotOwn { id, apps, tenants } = *self;
        let tenant = tenants.iter().map(|draft| &draft.out.tenant).find(|tenant| ObjectId::from(tenant.id) == id);
        match (apps.card(id.into()), tenant) {
            (Some(card), _) => write!(f, "`{id}` is the appId of {}", Shown(&card.registration.display_name))?,
            (None, Some(tenant)) => write!(f, "`{id}` is the id of tenant {}", Shown(&tenant.profile.display_name))?,
            (None, None) => write!(f, "`{id}` is the id of no application and no tenant of this file")?,
        }
        f.write_str(", and behind api:// an app names its own appId, or its tenant's id with a path")
    }
}
