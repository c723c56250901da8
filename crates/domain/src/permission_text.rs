//! What a permission gives, in plain words and three languages (`data/permission-texts.tsv`).
//!
//! A permission without a text of its own gets a plain sentence made from its name.

use crate::catalogue::PermKind;
use std::collections::HashMap;
use std::sync::OnceLock;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionText {
    pub purpose: &'static str,
    pub title: String,
    pub gives: String,
    pub not: Option<String>,
}

/// The place of a language's columns: en, nl, de.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    En,
    Nl,
    De,
}

type Row = [&'static str; 12];

fn table() -> &'static HashMap<(PermKind, String), Row> {
    static TABLE: OnceLock<HashMap<(PermKind, String), Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = include_str!("../data/permission-texts.tsv").lines().skip(1);
        rows.map(|line| {
            let mut cells = line.split('\t');
            let row: Row = [(); 12].map(|()| cells.next().unwrap_or(""));
            let kind = if row[1] == "application" { PermKind::Application } else { PermKind::Delegated };
            ((kind, row[0].to_ascii_lowercase()), row)
        })
        .collect()
    })
}

pub fn text(kind: PermKind, value: &str, tongue: Tongue) -> PermissionText {
    let Some(row) = table().get(&(kind, value.to_ascii_lowercase())) else { return made(kind, value, tongue) };
    let first = match tongue {
        Tongue::En => 3,
        Tongue::Nl => 6,
        Tongue::De => 9,
    };
    PermissionText {
        purpose: row[2],
        title: row[first].to_owned(),
        gives: row[first + 1].to_owned(),
        not: (!row[first + 2].is_empty()).then(|| row[first + 2].to_owned()),
    }
}

/// `DeviceManagementApps.ReadWrite.All` → "Read and change: device management apps (whole organisation)".
fn made(kind: PermKind, value: &str, tongue: Tongue) -> PermissionText {
    let mut parts = value.split('.');
    let subject = spaced(parts.next().unwrap_or(value));
    let rest: Vec<&str> = parts.collect();
    let verb = rest.first().copied().unwrap_or("");
    let whole = rest.iter().skip(1).any(|part| part.eq_ignore_ascii_case("All"));
    let title = format!("{}: {subject}{}", verb_text(verb, tongue), if whole { everything(tongue) } else { "" });
    let gives = match (kind, tongue) {
        (PermKind::Delegated, Tongue::En) => {
            format!("The app gets the permission {value}, limited to what you may do yourself.")
        }
        (PermKind::Delegated, Tongue::Nl) => {
            format!("De app krijgt de machtiging {value}, begrensd tot wat u zelf mag.")
        }
        (PermKind::Delegated, Tongue::De) => {
            format!("Die App erhält die Berechtigung {value}, begrenzt auf das, was Sie selbst dürfen.")
        }
        (PermKind::Application, Tongue::En) => {
            format!("The app gets the permission {value} for itself, without a signed-in user.")
        }
        (PermKind::Application, Tongue::Nl) => {
            format!("De app krijgt de machtiging {value} voor zichzelf, zonder aangemelde gebruiker.")
        }
        (PermKind::Application, Tongue::De) => {
            format!("Die App erhält die Berechtigung {value} für sich selbst, ohne angemeldete Person.")
        }
    };
    PermissionText { purpose: "other", title, gives, not: None }
}

fn verb_text(verb: &str, tongue: Tongue) -> &'static str {
    let place = match verb.to_ascii_lowercase().as_str() {
        "read" | "readbasic" => 0,
        "readwrite" => 1,
        "create" => 2,
        "send" => 3,
        "manage" => 4,
        _ => 5,
    };
    let words = match tongue {
        Tongue::En => ["Read", "Read and change", "Create", "Send", "Manage", "Use"],
        Tongue::Nl => ["Lezen", "Lezen en wijzigen", "Aanmaken", "Verzenden", "Beheren", "Gebruiken"],
        Tongue::De => ["Lesen", "Lesen und ändern", "Anlegen", "Senden", "Verwalten", "Verwenden"],
    };
    words[place]
}

const fn everything(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::En => " (whole organisation)",
        Tongue::Nl => " (hele organisatie)",
        Tongue::De => " (ganze Organisation)",
    }
}

/// `DeviceManagementApps` → `device management apps`; runs of capitals stay together.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            text.push(' ');
        }
        text.extend(if c == '-' || c == '_' { Some(' ') } else { c.to_lowercase().next() });
        before = c;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn every_text_is_of_a_real_permission_and_complete() {
        for ((kind, value), row) in table() {
            assert!(catalogue().perm(*kind, value).is_some(), "{value}");
            for cell in [2, 3, 4, 6, 7, 9, 10] {
                assert!(!row[cell].trim().is_empty(), "{value}, column {cell}");
            }
        }
    }

    #[test]
    fn a_permission_without_a_text_gets_a_plain_sentence() {
        let made = text(PermKind::Delegated, "DeviceManagementApps.ReadWrite.All", Tongue::En);
        assert_eq!(made.title, "Read and change: device management apps (whole organisation)");
    }
}
