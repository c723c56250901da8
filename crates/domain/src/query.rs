//! Which objects of a kind are meant: a condition on their properties, an order, a page.
//!
//! What can be asked is kept as *facets* beside the object: one for each value of each property that Graph filters by,
//! in the form that is compared. A store answers from an index of them and never reads its objects to find some.

use crate::administrative_unit::AdministrativeUnit;
use crate::application::AppCard;
use crate::extension::is_added;
use crate::group::Group;
use crate::service_principal::ServicePrincipal;
use crate::time;
use crate::user::User;
use mandate_base::{Folded, Moment, ObjectId};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What is kept in a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    User,
    Group,
    Application,
    ServicePrincipal,
    AdministrativeUnit,
}

impl Noun {
    pub const ALL: [Noun; 5] =
        [Noun::User, Noun::Group, Noun::Application, Noun::ServicePrincipal, Noun::AdministrativeUnit];

    /// As the audit names its kind.
    pub const fn word(self) -> &'static str {
        match self {
            Noun::User => "User",
            Noun::Group => "Group",
            Noun::Application => "Application",
            Noun::ServicePrincipal => "ServicePrincipal",
            Noun::AdministrativeUnit => "AdministrativeUnit",
        }
    }
}

/// What is asked: objects of a kind, or entries of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Objects(Noun),
    Audits,
    SignIns,
}

impl From<Noun> for Source {
    fn from(noun: Noun) -> Source {
        Source::Objects(noun)
    }
}

/// A page of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogQuery {
    pub condition: Option<Condition>,
    /// Newest first, or oldest.
    pub newest_first: bool,
    /// The last entry of the page before.
    pub after: Option<ObjectId>,
    pub most: i64,
}

impl LogQuery {
    pub fn newest(most: i64) -> LogQuery {
        LogQuery { condition: None, newest_first: true, after: None, most }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// All the others, those without the property among them.
    Not(Box<Condition>),
    Id(Vec<ObjectId>),
    /// How many own it.
    Owners(Number, i64),
    /// Of a property by its path: `displayName`, `employeeOrgData/division`.
    Is {
        property: Cow<'static, str>,
        test: Test,
    },
}

impl Condition {
    /// The paths of all that is asked for, beside ids.
    pub fn properties(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Condition::All(terms) | Condition::Any(terms) => Box::new(terms.iter().flat_map(Condition::properties)),
            Condition::Not(inner) => inner.properties(),
            Condition::Id(_) => Box::new(std::iter::empty()),
            Condition::Owners(..) => Box::new(std::iter::once(OWNERS)),
            Condition::Is { property, .. } => Box::new(std::iter::once(property.as_ref())),
        }
    }

    pub fn is(property: impl Into<Cow<'static, str>>, test: Test) -> Condition {
        Condition::Is { property: property.into(), test }
    }
}

/// As [`Condition::properties`] names what is asked of owners.
pub const OWNERS: &str = "owners";

/// Of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Equal,
    NotEqual,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// On the compared form of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    Present,
    Equal(String),
    AtLeast(String),
    AtMost(String),
    Above(String),
    Below(String),
    StartsWith(String),
    EndsWith(String),
    /// A word of the text does.
    WordStartsWith(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub noun: Noun,
    pub condition: Option<Condition>,
    pub order: Order,
    pub after: Option<Place>,
    pub most: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Id,
    /// By display name, and by age among those of one name.
    Name { descending: bool },
    /// By user principal name.
    Upn { descending: bool },
    /// By when it was made; a place's name is the moment in milliseconds.
    Created { descending: bool },
}

impl Order {
    pub const fn is_descending(self) -> bool {
        match self {
            Order::Id => false,
            Order::Name { descending } | Order::Upn { descending } | Order::Created { descending } => descending,
        }
    }
}

/// The last object of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: ObjectId,
    /// What it is put in order by, as that is compared; empty where the order is by id.
    pub name: String,
}

/// One value that an object can be found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Facet {
    pub property: String,
    pub value: String,
}

/// Every property that is kept as a facet, of whatever kind of object. A store knows them by their places here: what is
/// new goes to the end, and nothing is ever taken out.
const CODED: &[&str] = &[
    "displayName",
    "userPrincipalName",
    "mail",
    "description",
    "mailNickname",
    "proxyAddresses",
    "otherMails",
    "givenName",
    "surname",
    "jobTitle",
    "department",
    "city",
    "country",
    "companyName",
    "employeeId",
    "employeeType",
    "officeLocation",
    "mobilePhone",
    "businessPhones",
    "preferredLanguage",
    "usageLocation",
    "state",
    "streetAddress",
    "postalCode",
    "faxNumber",
    "imAddresses",
    "ageGroup",
    "consentProvidedForMinor",
    "creationType",
    "employeeHireDate",
    "employeeOrgData/costCenter",
    "employeeOrgData/division",
    "externalUserState",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "passwordPolicies",
    "preferredDataLocation",
    "classification",
    "expirationDateTime",
    "groupTypes",
    "isAssignableToRole",
    "membershipRule",
    "membershipRuleProcessingState",
    "renewedDateTime",
    "uniqueName",
    "visibility",
    "appId",
    "createdDateTime",
    "signInAudience",
    "identifierUris",
    "tags",
    "publisherDomain",
    "notes",
    "requiredResourceAccess/resourceAppId",
    "passwordCredentials/keyId",
    "keyCredentials/keyId",
    "appOwnerOrganizationId",
    "servicePrincipalType",
    "servicePrincipalNames",
    "alternativeNames",
    "preferredSingleSignOnMode",
    "policies",
    ADDED,
    DEFINES,
    MAKER,
    "userType",
    "resourceProvisioningOptions",
    "web/redirectUris",
    "spa/redirectUris",
    "publicClient/redirectUris",
    "web/homePageUrl",
    "onPremisesExtensionAttributes/extensionAttribute1",
    "onPremisesExtensionAttributes/extensionAttribute2",
    "onPremisesExtensionAttributes/extensionAttribute3",
    "onPremisesExtensionAttributes/extensionAttribute4",
    "onPremisesExtensionAttributes/extensionAttribute5",
    "onPremisesExtensionAttributes/extensionAttribute6",
    "onPremisesExtensionAttributes/extensionAttribute7",
    "onPremisesExtensionAttributes/extensionAttribute8",
    "onPremisesExtensionAttributes/extensionAttribute9",
    "onPremisesExtensionAttributes/extensionAttribute10",
    "onPremisesExtensionAttributes/extensionAttribute11",
    "onPremisesExtensionAttributes/extensionAttribute12",
    "onPremisesExtensionAttributes/extensionAttribute13",
    "onPremisesExtensionAttributes/extensionAttribute14",
    "onPremisesExtensionAttributes/extensionAttribute15",
];

/// Every extension: their names are known only where they are defined, so each stands in front of its values.
const ADDED: &str = "extensions";
/// In no name of an extension.
const AFTER_NAME: char = '=';

impl Noun {
    /// As a store knows it.
    pub const fn number(self) -> i64 {
        match self {
            Noun::User => 1,
            Noun::Group => 2,
            Noun::Application => 3,
            Noun::ServicePrincipal => 4,
            Noun::AdministrativeUnit => 5,
        }
    }
}

/// A facet's number: kind of object, property, and whether it is the property's words or its end. `None`: it is not kept.
pub fn facet_number(noun: Noun, property: &str) -> Option<i64> {
    let (name, form) = match property.strip_suffix(WORDS) {
        Some(name) => (name, 1),
        None => property.strip_suffix(END).map_or((property, 0), |name| (name, 2)),
    };
    let name = kept_under(name);
    let place = CODED.iter().position(|known| *known == name)?;
    // The commonest ones are the least, and take the fewest bytes.
    Some((noun.number() - 1) * 1_000 + i64::try_from(place).ok()? * 4 + form)
}

/// Under what a property is kept: extensions together, the others by themselves.
pub fn kept_under(property: &str) -> &str {
    if is_added(property) { ADDED } else { property }
}

/// What stands in front of each value of an extension. `None`: the property is Graph's own.
pub fn added_prefix(property: &str) -> Option<String> {
    is_added(property).then(|| format!("{}{AFTER_NAME}", property.to_lowercase()))
}

const WORDS: char = '~';
const END: char = '<';

/// Longer values are found by their beginning.
const LONGEST: usize = 256;
const MOST_WORDS: usize = 12;

/// By which every kind is put in order.
pub const DISPLAY_NAME: &str = "displayName";

/// Properties that are found by their words, too (`$search`).
const IN_WORDS: [&str; 2] = [DISPLAY_NAME, "description"];
/// Properties that are found by their end, too.
const BY_END: [&str; 4] = ["mail", "otherMails", "proxyAddresses", "userPrincipalName"];

/// Facets of user, group, application and service principal that are properties of Graph's kept as they were set.
const OF_USER: &[&str] = &[
    "ageGroup",
    "businessPhones",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    MAKER,
    "creationType",
    "department",
    "employeeHireDate",
    "employeeId",
    "employeeOrgData/costCenter",
    "employeeOrgData/division",
    "employeeType",
    "externalUserState",
    "faxNumber",
    "givenName",
    "imAddresses",
    "jobTitle",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onPremisesExtensionAttributes/extensionAttribute1",
    "onPremisesExtensionAttributes/extensionAttribute2",
    "onPremisesExtensionAttributes/extensionAttribute3",
    "onPremisesExtensionAttributes/extensionAttribute4",
    "onPremisesExtensionAttributes/extensionAttribute5",
    "onPremisesExtensionAttributes/extensionAttribute6",
    "onPremisesExtensionAttributes/extensionAttribute7",
    "onPremisesExtensionAttributes/extensionAttribute8",
    "onPremisesExtensionAttributes/extensionAttribute9",
    "onPremisesExtensionAttributes/extensionAttribute10",
    "onPremisesExtensionAttributes/extensionAttribute11",
    "onPremisesExtensionAttributes/extensionAttribute12",
    "onPremisesExtensionAttributes/extensionAttribute13",
    "onPremisesExtensionAttributes/extensionAttribute14",
    "onPremisesExtensionAttributes/extensionAttribute15",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "otherMails",
    "passwordPolicies",
    "postalCode",
    "preferredDataLocation",
    "preferredLanguage",
    "proxyAddresses",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
];
const OF_GROUP: &[&str] = &[
    "classification",
    MAKER,
    "description",
    "expirationDateTime",
    "groupTypes",
    "isAssignableToRole",
    "mail",
    "mailNickname",
    "membershipRule",
    "membershipRuleProcessingState",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSyncEnabled",
    "preferredLanguage",
    "proxyAddresses",
    "renewedDateTime",
    "resourceProvisioningOptions",
    "uniqueName",
    "visibility",
];

/// Who made an object, by whom it is found (`createdObjects`). Graph shows it of no object.
pub const MAKER: &str = "createdBy";

/// What an app was put under, by which a policy finds its apps.
pub const POLICIES: &str = "policies";

/// What an app adds to the schema, by which such apps are found.
pub const DEFINES: &str = "extensionProperties/name";

const OF_UNIT: &[&str] = &[MAKER, "description", "visibility"];

const OF_SERVICE_PRINCIPAL: &[&str] = &["alternativeNames", MAKER, "description", "preferredSingleSignOnMode"];

/// The compared form.
pub fn compared(text: &str) -> String {
    let folded = Folded::of(text).into_string();
    match folded.char_indices().nth(LONGEST) {
        Some((end, _)) => folded[..end].to_owned(),
        None => folded,
    }
}

pub fn compared_moment(moment: Moment) -> String {
    // Digits of one length, so that text and time have one order.
    time::iso(moment).to_ascii_lowercase()
}

/// Digits of one length, negative ones first.
pub fn compared_number(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

pub const fn compared_truth(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

/// Backwards, so that an end is a beginning.
pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// The name under which words, or the other direction, are kept.
pub fn words_of(property: &str) -> String {
    format!("{property}{WORDS}")
}

pub fn end_of(property: &str) -> String {
    format!("{property}{END}")
}

#[derive(Default)]
struct Facets(Vec<Facet>);

impl Facets {
    fn text(&mut self, property: &str, text: &str) {
        let value = compared(text);
        // Names are an order as well, in which everything has its place.
        if value.is_empty() && property != DISPLAY_NAME {
            return;
        }
        if IN_WORDS.contains(&property) {
            // The first one is found by the value's own beginning.
            for word in words(&value).filter(|word| !value.starts_with(word)) {
                self.put(words_of(property), word.to_owned());
            }
        }
        self.end(property, &value);
        self.put(property.to_owned(), value);
    }

    /// By which it is found from behind, where it can be.
    fn end(&mut self, property: &str, value: &str) {
        if BY_END.contains(&property) {
            self.put(end_of(property), reversed(value));
        }
    }

    fn put(&mut self, property: String, value: String) {
        let facet = Facet { property, value };
        if !self.0.contains(&facet) {
            self.0.push(facet);
        }
    }

    fn moment(&mut self, property: &str, moment: Moment) {
        self.put(property.to_owned(), compared_moment(moment));
    }

    fn truth(&mut self, property: &str, truth: bool) {
        self.put(property.to_owned(), compared_truth(truth).to_owned());
    }

    /// As Graph's JSON has it. What is no value of its own (an object, null) is not found by.
    fn value(&mut self, property: &str, value: &Value) {
        match value {
            Value::String(text) if property.ends_with("Date") || property.ends_with("DateTime") => {
                match time::parse(text) {
                    Some(moment) => self.moment(property, moment),
                    None => self.text(property, text),
                }
            }
            Value::String(text) => self.text(property, text),
            Value::Bool(truth) => self.truth(property, *truth),
            Value::Number(number) => self.text(property, &number.to_string()),
            Value::Array(values) => values.iter().for_each(|value| self.value(property, value)),
            Value::Null | Value::Object(_) => {}
        }
    }

    /// Those of extensions, which are found by the forms of their values alone.
    fn added(&mut self, more: &Map<String, Value>) {
        for (name, value) in more.iter().filter(|(name, _)| is_added(name)) {
            match value {
                Value::Object(members) => {
                    members.iter().for_each(|(member, value)| self.added_value(&format!("{name}/{member}"), value));
                }
                value => self.added_value(name, value),
            }
        }
    }

    fn added_value(&mut self, name: &str, value: &Value) {
        let Some(prefix) = added_prefix(name) else { return };
        let value = match value {
            Value::String(text) => compared(text),
            Value::Bool(truth) => compared_truth(*truth).to_owned(),
            Value::Number(number) => number.as_i64().map(compared_number).unwrap_or_default(),
            Value::Array(values) => return values.iter().for_each(|value| self.added_value(name, value)),
            Value::Null | Value::Object(_) => return,
        };
        self.put(ADDED.to_owned(), prefix + &value);
    }

    fn more(&mut self, properties: &[&str], more: &Map<String, Value>) {
        for property in properties {
            let (first, rest) = property.split_once('/').unwrap_or((property, ""));
            let found = more.get(first);
            let found = if rest.is_empty() { found } else { found.and_then(|value| value.get(rest)) };
            if let Some(value) = found {
                self.value(property, value);
            }
        }
    }
}

/// What stands between blanks and punctuation.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MOST_WORDS)
}

pub fn of_user(user: &User) -> Vec<Facet> {
    let mut facets = Facets::default();
    facets.text(DISPLAY_NAME, &user.display_name);
    // Forwards it is a key of its own.
    facets.end("userPrincipalName", &compared(user.upn.as_str()));
    facets.text("userType", if user.is_guest() { "Guest" } else { "Member" });
    if let Some(mail) = &user.mail {
        facets.text("mail", mail);
    }
    facets.more(OF_USER, &user.more);
    facets.added(&user.more);
    facets.0
}

pub fn of_group(group: &Group) -> Vec<Facet> {
    let mut facets = Facets::default();
    facets.text(DISPLAY_NAME, &group.display_name);
    facets.more(OF_GROUP, &group.more);
    facets.added(&group.more);
    facets.0
}

pub fn of_unit(unit: &AdministrativeUnit) -> Vec<Facet> {
    let mut facets = Facets::default();
    facets.text(DISPLAY_NAME, &unit.display_name);
    facets.more(OF_UNIT, &unit.more);
    facets.added(&unit.more);
    facets.0
}

pub fn of_application(card: &AppCard) -> Vec<Facet> {
    let (mut facets, registration) = (Facets::default(), &card.registration);
    facets.text(DISPLAY_NAME, &registration.display_name);
    facets.text("appId", &card.app_id.to_string());
    facets.moment("createdDateTime", card.created);
    facets.text("signInAudience", registration.sign_in_audience.word());
    for (property, values) in [
        ("identifierUris", &registration.identifier_uris),
        ("tags", &registration.tags),
        ("web/redirectUris", &registration.web.redirect_uris),
        ("spa/redirectUris", &registration.spa.redirect_uris),
        ("publicClient/redirectUris", &registration.public_client.redirect_uris),
    ] {
        values.iter().for_each(|value| facets.text(property, value));
    }
    for (property, value) in [
        ("publisherDomain", &registration.publisher_domain),
        ("description", &registration.description),
        ("notes", &registration.notes),
        ("web/homePageUrl", &registration.web.home_page_url),
    ] {
        value.iter().for_each(|value| facets.text(property, value));
    }
    facets.added(&registration.other);
    registration.extension_properties.iter().for_each(|defined| facets.text(DEFINES, &defined.name));
    facets.more(&["uniqueName", MAKER], &registration.other);
    for required in &registration.required_resource_access {
        facets.text("requiredResourceAccess/resourceAppId", &required.resource_app_id.to_string());
    }
    for policy in registration.token_lifetime_policies.iter().chain(&registration.app_management_policies) {
        facets.text(POLICIES, &policy.to_string());
    }
    for held in &card.secrets {
        facets.text("passwordCredentials/keyId", &held.key_id.to_string());
    }
    for held in &card.certificates {
        facets.text("keyCredentials/keyId", &held.key_id.to_string());
    }
    facets.0
}

pub fn of_service_principal(sp: &ServicePrincipal) -> Vec<Facet> {
    let mut facets = Facets::default();
    facets.text(DISPLAY_NAME, &sp.display_name);
    facets.text("appId", &sp.app_id.to_string());
    facets.text("appOwnerOrganizationId", &sp.home.to_string());
    facets.text("servicePrincipalType", sp.kind());
    facets.moment("createdDateTime", sp.created);
    let more = &sp.more;
    for (property, values) in [("servicePrincipalNames", &more.service_principal_names), ("tags", &more.tags)] {
        values.iter().for_each(|value| facets.text(property, value));
    }
    more.notes.iter().for_each(|notes| facets.text("notes", notes));
    let policies = more.token_lifetime_policies.iter().chain(&more.claims_mapping_policies);
    for policy in policies.chain(&more.app_management_policies) {
        facets.text(POLICIES, &policy.to_string());
    }
    facets.more(OF_SERVICE_PRINCIPAL, &more.other);
    facets.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found_by(facets: &Facets, property: &str) -> Vec<String> {
        facets.0.iter().filter(|facet| facet.property == property).map(|facet| facet.value.clone()).collect()
    }

    #[test]
    fn a_text_is_found_by_itself_its_words_and_its_end() {
        let mut facets = Facets::default();
        facets.text(DISPLAY_NAME, " Sanne de Vries-Ünal ");
        facets.text("mail", "Sanne@Waterkant.example");
        assert_eq!(found_by(&facets, "displayName"), ["sanne de vries-ünal"]);
        assert_eq!(found_by(&facets, "displayName~"), ["de", "vries", "ünal"]);
        assert_eq!(found_by(&facets, "mail"), ["sanne@waterkant.example"]);
        assert_eq!(found_by(&facets, "mail<"), ["elpmaxe.tnakretaw@ennas"]);
        assert!(found_by(&facets, "mail~").is_empty());
    }

    #[test]
    fn every_facet_has_a_number_of_its_own() {
        let mut numbers = Vec::new();
        for noun in Noun::ALL {
            for property in CODED {
                for form in [(*property).to_owned(), words_of(property), end_of(property)] {
                    numbers.push(facet_number(noun, &form).unwrap_or_else(|| panic!("{form}")));
                }
            }
        }
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
        for property in OF_USER.iter().chain(OF_GROUP).chain(OF_UNIT).chain(OF_SERVICE_PRINCIPAL) {
            assert!(CODED.contains(property), "{property}");
        }
        assert_eq!(facet_number(Noun::User, "aboutMe"), None);
        // Stores hold these: they never change.
        assert_eq!(facet_number(Noun::User, "displayName"), Some(0));
        assert_eq!(facet_number(Noun::ServicePrincipal, "servicePrincipalNames"), Some(3_244));
    }

    #[test]
    fn values_of_json_are_found_by_what_they_are() {
        let Value::Object(more) = json!({
            "otherMails": ["A@x.example", "a@x.example", "b@x.example"],
            "onPremisesSyncEnabled": false,
            "employeeHireDate": "2026-11-23T07:14:52+01:00",
            "employeeOrgData": { "division": "North", "costCenter": null },
            "city": "",
        }) else {
            unreachable!("an object");
        };
        let mut facets = Facets::default();
        facets.more(OF_USER, &more);
        assert_eq!(found_by(&facets, "otherMails"), ["a@x.example", "b@x.example"]);
        assert_eq!(found_by(&facets, "onPremisesSyncEnabled"), ["false"]);
        assert_eq!(found_by(&facets, "employeeHireDate"), ["2026-11-23t06:14:52z"]);
        assert_eq!(found_by(&facets, "employeeOrgData/division"), ["north"]);
        assert!(found_by(&facets, "employeeOrgData/costCenter").is_empty());
        assert!(found_by(&facets, "city").is_empty());
    }

    #[test]
    fn extensions_are_found_by_name_and_value_in_the_order_of_what_they_are() {
        let Value::Object(more) = json!({
            "extension_1_Badge": ["W-1", "W-2"],
            "ext1_course": { "points": -2, "done": true, "none": null },
            "city": "Zwolle",
        }) else {
            unreachable!("an object");
        };
        let mut facets = Facets::default();
        facets.added(&more);
        let points = format!("ext1_course/points={}", compared_number(-2));
        let mut found = found_by(&facets, ADDED);
        found.sort_unstable();
        assert_eq!(found, ["ext1_course/done=true", points.as_str(), "extension_1_badge=w-1", "extension_1_badge=w-2"]);
        let mut ordered = [i64::MIN, -10, -9, -1, 0, 1, 9, 10, i64::MAX].map(compared_number);
        assert!(ordered.is_sorted());
        ordered.reverse();
        assert!(!ordered.is_sorted());
    }

    #[test]
    fn a_long_value_is_found_by_its_beginning() {
        let long = "Ä".repeat(1000);
        assert_eq!(compared(&long).chars().count(), LONGEST);
        assert_eq!(words(&"a ".repeat(50)).count(), MOST_WORDS);
    }
}
