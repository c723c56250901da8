//! What applications of the file add to the schema, and the values that objects of the file have of it.
//!
//! A value is judged when all applications are known: the one that defines it may stand further down.

use super::apps::Apps;
use super::graph;
use super::node::{Kind, Node};
use super::problems::Problems;
use super::read::{Draft, Reading};
use super::shape::{Fields, items};
use mandate_base::{AppId, ObjectId};
use mandate_domain::extension::{Extension, ExtensionProperty, define, defined_by, full_name};
use mandate_domain::properties::{Broken, Properties, Rule};

pub(super) fn defined(node: &Node, app_id: AppId, problems: &Problems<'_>) -> Vec<ExtensionProperty> {
    let mut all: Vec<ExtensionProperty> = Vec::new();
    for node in items(node, "extensionProperties", problems) {
        let mut fields = Fields::read(node, graph::EXTENSION_PROPERTY, problems);
        let Some(name) = fields.need_text("name", problems) else { continue };
        // An export has the name in full.
        let name = name.strip_prefix(&full_name(app_id, "")).unwrap_or(&name).to_owned();
        let id = fields.id("id").unwrap_or_else(|| ObjectId::named(app_id.bytes(), &format!("extension:{name}")));
        let mut properties = fields.rest();
        properties.insert("name".to_owned(), name.into());
        match define(id, app_id, &all, &properties) {
            Ok(made) => all.push(made),
            Err(broken) => tell(node, &broken, problems),
        }
    }
    all
}

/// The values of every object of a tenant, in the form that they are kept in.
pub(super) fn settle(draft: &mut Draft<'_>, apps: &Apps<'_>, reading: &Reading<'_>) {
    let kinds = [
        ("User", "users"),
        ("Group", "groups"),
        ("AdministrativeUnit", "administrativeUnits"),
        ("Application", "applications"),
    ];
    check(draft.node, "Organization", draft, apps, &reading.problems);
    for (kind, key) in kinds {
        for node in draft.node.get(key).map_or(&[][..], Node::items) {
            check(node, kind, draft, apps, &reading.problems);
        }
    }
    let out = &mut draft.out;
    let users = out.users.iter_mut().map(|user| &mut user.user.more);
    let groups = out.groups.iter_mut().map(|group| &mut group.more);
    let units = out.units.iter_mut().map(|unit| &mut unit.more);
    users.chain(groups).chain(units).chain([&mut out.tenant.profile.more]).for_each(|more| keep(more, apps));
}

fn check(node: &Node, kind: &str, draft: &Draft<'_>, apps: &Apps<'_>, problems: &Problems<'_>) {
    let Kind::Object(entries) = &node.kind else { return };
    for (name, value) in entries {
        let Some(app) = defined_by(name) else { continue };
        let is_here = apps.card(app).is_some_and(|card| card.home == draft.id())
            || draft.out.service_principals.iter().any(|sp| sp.app_id == app);
        match extension(name, apps).filter(|extension| is_here && extension.is_of(kind)) {
            None => problems.add(value, "no application of this tenant adds such a property to these objects"),
            Some(extension) => {
                if let Err(broken) = extension.kept(&value.value()) {
                    tell(value, &broken, problems);
                }
            }
        }
    }
}

pub(super) fn keep(more: &mut Properties, apps: &Apps<'_>) {
    for (name, value) in more.iter_mut() {
        if let Some(kept) = extension(name, apps).and_then(|extension| extension.kept(value).ok()) {
            *value = kept;
        }
    }
}

fn extension(name: &str, apps: &Apps<'_>) -> Option<Extension> {
    let card = apps.card(defined_by(name)?)?;
    card.registration.extension_properties.iter().find(|defined| defined.name == name).map(Extension::from)
}

fn tell(node: &Node, broken: &Broken, problems: &Problems<'_>) {
    let at = node.get(&broken.property).unwrap_or(node);
    match broken.rule {
        Rule::Required => problems.add(at, format_args!("{} is missing", broken.property)),
        Rule::Mistyped => problems.add(at, "is no value of its type"),
        Rule::Taken => problems.add(at, "is the name of another one of this application"),
        Rule::Bad(sentence) => problems.add(at, sentence),
        _ => problems.add(at, "is more than it can hold"),
    }
}
