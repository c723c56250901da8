//! Permissions in plain words: what each gives, what it does not, why it is blocked.

use mandate_domain::application::AccessKind;
use mandate_domain::catalogue::{GRAPH, PermKind};
use mandate_domain::consent::{Item, Standing, Why};
use mandate_domain::permission::ScopeConsent;
use mandate_domain::permission_text::{PermissionText, Tongue, text};
use mandate_usecases::signin::{Encounter, Loaded};
use mandate_web::pages::{Blocked, PermissionGroup, PermissionLine, Purpose};
use mandate_web::words::Lang;

/// For whom the reader decides: an API's owner has words for each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Deciding {
    ForThemselves,
    ForEverybody,
}

/// By purpose, in the order of the purposes.
pub fn grouped(items: &[&Item], met: &Encounter, lang: Lang, deciding: Deciding) -> Vec<PermissionGroup> {
    let mut groups: Vec<PermissionGroup> = Vec::new();
    for item in items {
        let purpose = purpose(item, met, lang);
        let line = line(item, met, lang, deciding);
        match groups.iter_mut().find(|group| group.purpose == purpose) {
            Some(group) => group.lines.push(line),
            None => groups.push(PermissionGroup { purpose, lines: vec![line] }),
        }
    }
    groups.sort_by(|one, other| one.purpose.cmp(&other.purpose));
    groups
}

pub fn line(item: &Item, met: &Encounter, lang: Lang, deciding: Deciding) -> PermissionLine {
    let loaded = met.loaded(item.resource);
    let words = words(item, loaded, lang, deciding);
    PermissionLine {
        value: item.permission.value.clone(),
        resource: loaded.map(|api| api.card.registration.display_name.clone()).unwrap_or_default(),
        title: words.title,
        gives: words.gives,
        not: words.not,
        admin: wants_admin(item, loaded),
        alone: item.permission.kind == AccessKind::Role,
        why_blocked: match item.standing {
            Standing::Blocked(why) => Some(blocked(why)),
            _ => None,
        },
    }
}

fn kind(item: &Item) -> PermKind {
    match item.permission.kind {
        AccessKind::Scope => PermKind::Delegated,
        AccessKind::Role => PermKind::Application,
    }
}

fn tongue(lang: Lang) -> Tongue {
    match lang {
        Lang::En => Tongue::En,
        Lang::Nl => Tongue::Nl,
        Lang::De => Tongue::De,
    }
}

/// Graph's texts are ours; another API's are its owner's.
fn words(item: &Item, loaded: Option<&Loaded>, lang: Lang, deciding: Deciding) -> PermissionText {
    let value = &item.permission.value;
    let of_owner = loaded.filter(|api| api.card.app_id != GRAPH).and_then(|api| owners_words(item, api, deciding));
    let (title, gives) = match of_owner {
        Some(found) => found,
        None => return text(kind(item), value, tongue(lang)),
    };
    PermissionText { purpose: "other", title, gives, not: None }
}

fn owners_words(item: &Item, api: &Loaded, deciding: Deciding) -> Option<(String, String)> {
    let registration = &api.card.registration;
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    if item.permission.kind == AccessKind::Role {
        let role = registration.role_by_id(item.permission.id)?;
        return Some((role.display_name.clone(), filled(&role.description).unwrap_or_default()));
    }
    let scope = registration.scope_by_id(item.permission.id)?;
    let of_person = (&scope.user_consent_display_name, &scope.user_consent_description);
    let of_admin = (&scope.admin_consent_display_name, &scope.admin_consent_description);
    let (first, other) = match deciding {
        Deciding::ForThemselves => (of_person, of_admin),
        Deciding::ForEverybody => (of_admin, of_person),
    };
    let title = filled(first.0).or_else(|| filled(other.0));
    let gives = filled(first.1).or_else(|| filled(other.1));
    Some((title.unwrap_or_else(|| scope.value.clone()), gives.unwrap_or_default()))
}

fn wants_admin(item: &Item, loaded: Option<&Loaded>) -> bool {
    let scope = loaded.and_then(|api| api.card.registration.scope_by_id(item.permission.id));
    item.permission.kind == AccessKind::Role || scope.is_some_and(|scope| scope.consent == ScopeConsent::Admin)
}

fn purpose(item: &Item, met: &Encounter, lang: Lang) -> Purpose {
    if item.resource != GRAPH {
        let api = met.loaded(item.resource).map(|api| api.card.registration.display_name.clone());
        return Purpose::ThisApi(api.unwrap_or_default());
    }
    match text(kind(item), &item.permission.value, tongue(lang)).purpose {
        "signin" => Purpose::SignIn,
        "profile" => Purpose::Profile,
        "offline" => Purpose::Offline,
        "people" => Purpose::People,
        "groups" => Purpose::Groups,
        "directory" => Purpose::Directory,
        "apps" => Purpose::Apps,
        "mail" => Purpose::Mail,
        "calendar" => Purpose::Calendar,
        "contacts" => Purpose::Contacts,
        "files" => Purpose::Files,
        "chat" => Purpose::Chat,
        "tasks" => Purpose::Tasks,
        "security" => Purpose::Security,
        _ => Purpose::Other,
    }
}

const fn blocked(why: Why) -> Blocked {
    match why {
        Why::AdminOnly => Blocked::AdminOnly,
        Why::TurnedOff => Blocked::TurnedOff,
        Why::NotClassifiedLow => Blocked::NotClassifiedLow,
        Why::OutsidePolicy => Blocked::OutsidePolicy,
        Why::AssignmentRequired => Blocked::AssignmentRequired,
        Why::ApplicationPermission => Blocked::ApplicationPermission,
    }
}
