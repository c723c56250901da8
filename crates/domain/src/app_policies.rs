//! Policies that apps are put under: how long tokens live, which claims they hold, which secrets may be made
//! (graph-api.md §2.11).
//!
//! One of a kind counts for an app; without one the organisation's default does. Next: `token/lifetime` for what the first
//! kind does.

use crate::properties::{Broken, Properties, Rule, check_text};
use crate::tenant::Settings;
use crate::token::lifetime::LifetimeRefusal;
use mandate_base::{DAY, HOUR, MINUTE, Moment, ObjectId, SECOND};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    TokenLifetime,
    ClaimsMapping,
    AppManagement,
}

/// Graph's `stsPolicy`: its rule is a text of JSON in a list of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StsPolicy {
    pub id: Option<ObjectId>,
    pub display_name: String,
    pub description: Option<String>,
    pub definition: Vec<String>,
    pub is_organization_default: bool,
}

/// Graph's `appManagementPolicy`: in the place of the organisation's default for the apps that it is given to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppManagementPolicy {
    pub id: Option<ObjectId>,
    pub display_name: String,
    pub description: Option<String>,
    pub is_enabled: bool,
    pub restrictions: Restrictions,
}

/// Graph's `tenantAppManagementPolicy`: one of each organisation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DefaultAppManagementPolicy {
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub is_enabled: bool,
    pub application_restrictions: Restrictions,
    pub service_principal_restrictions: Restrictions,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Restrictions {
    pub password_credentials: Vec<CredentialRule>,
    pub key_credentials: Vec<CredentialRule>,
    /// Of the default, for applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier_uris: Option<UriRules>,
    /// Of a policy of single apps: the same one level down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_restrictions: Option<ApplicationRules>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApplicationRules {
    pub identifier_uris: Option<UriRules>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CredentialRule {
    pub restriction_type: Option<String>,
    pub state: Option<String>,
    /// ISO 8601: `P90D`.
    pub max_lifetime: Option<String>,
    pub restrict_for_apps_created_after_date_time: Option<String>,
    pub exclude_actors: Option<Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UriRules {
    pub non_default_uri_addition: Option<UriRule>,
    pub uri_addition_without_unique_tenant_identifier: Option<UriRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UriRule {
    pub state: Option<String>,
    pub restrict_for_apps_created_after_date_time: Option<String>,
    pub exclude_apps_receiving_v2_tokens: Option<bool>,
    pub exclude_saml: Option<bool>,
    pub is_state_set_by_microsoft: bool,
    pub exclude_actors: Option<Value>,
}

/// What a policy keeps somebody from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// Credentials of this kind.
    Credential,
    /// One that lives so long.
    Lifetime,
    /// An address of this form.
    Uri,
}

const MOST: usize = 100;
const LONGEST_NAME: usize = 256;
const LONGEST_TEXT: usize = 1024;
const LONGEST_DEFINITION: usize = 65_536;
const PASSWORDS: [&str; 5] =
    ["passwordAddition", "passwordLifetime", "symmetricKeyAddition", "symmetricKeyLifetime", "customPasswordAddition"];
const KEYS: [&str; 1] = ["asymmetricKeyLifetime"];

impl PolicyKind {
    pub const ALL: [PolicyKind; 3] = [PolicyKind::TokenLifetime, PolicyKind::ClaimsMapping, PolicyKind::AppManagement];

    /// The collection under `/policies`, and the relation of an app.
    pub const fn word(self) -> &'static str {
        match self {
            PolicyKind::TokenLifetime => "tokenLifetimePolicies",
            PolicyKind::ClaimsMapping => "claimsMappingPolicies",
            PolicyKind::AppManagement => "appManagementPolicies",
        }
    }
}

impl Settings {
    /// All of a kind, by the names that Graph has.
    pub fn app_policies(&self, kind: PolicyKind) -> Vec<Properties> {
        match kind {
            PolicyKind::TokenLifetime => self.token_lifetime_policies.iter().filter_map(as_properties).collect(),
            PolicyKind::ClaimsMapping => self.claims_mapping_policies.iter().filter_map(as_properties).collect(),
            PolicyKind::AppManagement => self.app_management_policies.iter().filter_map(as_properties).collect(),
        }
    }

    pub fn app_policy(&self, kind: PolicyKind, id: ObjectId) -> Option<Properties> {
        self.app_policies(kind).into_iter().find(|policy| id_of(policy) == Some(id))
    }

    pub fn add_app_policy(&mut self, kind: PolicyKind, id: ObjectId, properties: &Properties) -> Result<(), Broken> {
        if self.app_policies(kind).len() >= MOST {
            return Err(Broken::new(kind.word(), Rule::TooMany(MOST)));
        }
        let mut policy = properties.clone();
        policy.insert("id".to_owned(), id.to_string().into());
        self.put_app_policy(kind, id, policy)
    }

    /// `None`: there is none of this id.
    pub fn change_app_policy(
        &mut self,
        kind: PolicyKind,
        id: ObjectId,
        change: &Properties,
    ) -> Option<Result<(), Broken>> {
        let mut policy = self.app_policy(kind, id)?;
        // As Graph writes policies: a property is replaced whole (graph-api.md §3.6).
        policy.extend(change.iter().map(|(name, value)| (name.clone(), value.clone())));
        Some(self.put_app_policy(kind, id, policy))
    }

    pub fn remove_app_policy(&mut self, kind: PolicyKind, id: ObjectId) -> bool {
        let before = self.app_policies(kind).len();
        let other = |held: &Option<ObjectId>| *held != Some(id);
        match kind {
            PolicyKind::TokenLifetime => self.token_lifetime_policies.retain(|policy| other(&policy.id)),
            PolicyKind::ClaimsMapping => self.claims_mapping_policies.retain(|policy| other(&policy.id)),
            PolicyKind::AppManagement => self.app_management_policies.retain(|policy| other(&policy.id)),
        }
        self.app_policies(kind).len() < before
    }

    fn put_app_policy(&mut self, kind: PolicyKind, id: ObjectId, policy: Properties) -> Result<(), Broken> {
        let is_default = policy.get("isOrganizationDefault").and_then(Value::as_bool) == Some(true);
        let others = self.app_policies(kind);
        let has_other_default = others.iter().any(|other| {
            id_of(other) != Some(id) && other.get("isOrganizationDefault").and_then(Value::as_bool) == Some(true)
        });
        if is_default && has_other_default {
            return Err(Broken::new("isOrganizationDefault", Rule::Bad("another policy is the default already")));
        }
        match kind {
            PolicyKind::TokenLifetime => {
                let read: StsPolicy = read(&policy)?;
                read.check_texts()?;
                read.life().map_err(told)?;
                put(&mut self.token_lifetime_policies, read, |held| held.id);
            }
            PolicyKind::ClaimsMapping => {
                let read: StsPolicy = read(&policy)?;
                read.check_texts()?;
                read.check_claims_mapping()?;
                put(&mut self.claims_mapping_policies, read, |held| held.id);
            }
            PolicyKind::AppManagement => {
                let read: AppManagementPolicy = read(&policy)?;
                check_text("displayName", &read.display_name, LONGEST_NAME)?;
                check_long("description", read.description.as_deref())?;
                read.restrictions.check("restrictions")?;
                put(&mut self.app_management_policies, read, |held| held.id);
            }
        }
        Ok(())
    }

    pub fn default_app_management_merged(&self, change: &Properties) -> Result<DefaultAppManagementPolicy, Broken> {
        let mut policy = as_properties(&self.default_app_management_policy).unwrap_or_default();
        policy.extend(change.iter().map(|(name, value)| (name.clone(), value.clone())));
        let policy: DefaultAppManagementPolicy = read(&policy)?;
        check_long("displayName", policy.display_name.as_deref())?;
        check_long("description", policy.description.as_deref())?;
        policy.application_restrictions.check("applicationRestrictions")?;
        policy.service_principal_restrictions.check("servicePrincipalRestrictions")?;
        Ok(policy)
    }

    /// What holds for an app that was put under these policies: the first that is enabled, or else the default.
    fn restrictions(&self, under: &[ObjectId], of_instance: bool) -> Option<&Restrictions> {
        let mut own = self.app_management_policies.iter().filter(|policy| policy.is_enabled);
        if let Some(policy) = own.find(|policy| policy.id.is_some_and(|id| under.contains(&id))) {
            return Some(&policy.restrictions);
        }
        let default = &self.default_app_management_policy;
        let restrictions =
            if of_instance { &default.service_principal_restrictions } else { &default.application_restrictions };
        default.is_enabled.then_some(restrictions)
    }

    /// Of an application: what its policy says of credentials and addresses.
    pub fn rules_of_app(&self, under: &[ObjectId], created: Moment) -> AppRules<'_> {
        AppRules { restrictions: self.restrictions(under, false), created }
    }

    /// Of a service principal's own credentials.
    pub fn rules_of_instance(&self, under: &[ObjectId], created: Moment) -> AppRules<'_> {
        AppRules { restrictions: self.restrictions(under, true), created }
    }
}

/// The rules that hold for one app.
#[derive(Clone, Copy, Debug)]
pub struct AppRules<'s> {
    restrictions: Option<&'s Restrictions>,
    created: Moment,
}

impl AppRules<'_> {
    /// Nothing is restricted.
    pub const NONE: AppRules<'static> = AppRules { restrictions: None, created: Moment::EPOCH };

    /// A secret that the service makes.
    pub fn check_secret(&self, start: Moment, end: Moment) -> Result<(), Broken> {
        let Some(restrictions) = self.restrictions else { return Ok(()) };
        let rules = &restrictions.password_credentials;
        if rules.iter().any(|rule| rule.is("passwordAddition") && rule.holds(self.created)) {
            return Err(Broken::new("passwordCredentials", Rule::ByPolicy(Forbidden::Credential)));
        }
        self.check_life("passwordCredentials", rules, "passwordLifetime", end - start)
    }

    pub fn check_certificate(&self, start: Moment, end: Moment) -> Result<(), Broken> {
        let Some(restrictions) = self.restrictions else { return Ok(()) };
        self.check_life("keyCredentials", &restrictions.key_credentials, "asymmetricKeyLifetime", end - start)
    }

    fn check_life(&self, name: &str, rules: &[CredentialRule], kind: &str, life: i64) -> Result<(), Broken> {
        let mut lives = rules.iter().filter(|rule| rule.is(kind) && rule.holds(self.created));
        let exceeds =
            |rule: &CredentialRule| rule.max_lifetime.as_deref().and_then(duration).is_some_and(|most| life > most);
        if lives.any(exceeds) { Err(Broken::new(name, Rule::ByPolicy(Forbidden::Lifetime))) } else { Ok(()) }
    }

    /// An address that comes to an application. `own`: texts of which one marks it as this organisation's.
    pub fn check_uri(&self, uri: &str, app_id: &str, own: &[String], v2_tokens: bool) -> Result<(), Broken> {
        let Some(restrictions) = self.restrictions else { return Ok(()) };
        let of_app = restrictions.application_restrictions.as_ref().and_then(|rules| rules.identifier_uris.as_ref());
        let Some(rules) = restrictions.identifier_uris.as_ref().or(of_app) else { return Ok(()) };
        let refused = || Err(Broken::new("identifierUris", Rule::ByPolicy(Forbidden::Uri)));
        let holds = |rule: &Option<UriRule>| {
            rule.as_ref().is_some_and(|rule| {
                rule.holds(self.created) && !(v2_tokens && rule.exclude_apps_receiving_v2_tokens == Some(true))
            })
        };
        let low = uri.to_ascii_lowercase();
        let is_default = low.strip_prefix("api://").is_some_and(|rest| rest.rsplit('/').next() == Some(app_id));
        if holds(&rules.non_default_uri_addition) && !is_default {
            return refused();
        }
        let is_marked = low.contains(app_id) || own.iter().any(|mark| low.contains(&mark.to_ascii_lowercase()));
        if holds(&rules.uri_addition_without_unique_tenant_identifier) && !is_marked {
            return refused();
        }
        Ok(())
    }
}

impl CredentialRule {
    fn is(&self, kind: &str) -> bool {
        self.restriction_type.as_deref() == Some(kind)
    }

    fn holds(&self, created: Moment) -> bool {
        is_on(self.state.as_deref()) && is_of(created, self.restrict_for_apps_created_after_date_time.as_deref())
    }
}

impl UriRule {
    fn holds(&self, created: Moment) -> bool {
        is_on(self.state.as_deref()) && is_of(created, self.restrict_for_apps_created_after_date_time.as_deref())
    }
}

/// Unless it says otherwise, it counts.
fn is_on(state: Option<&str>) -> bool {
    state != Some("disabled")
}

fn is_of(created: Moment, after: Option<&str>) -> bool {
    after.and_then(crate::time::parse).is_none_or(|after| created > after)
}

impl Restrictions {
    fn check(&self, path: &str) -> Result<(), Broken> {
        for (name, list, kinds) in [
            ("passwordCredentials", &self.password_credentials, &PASSWORDS[..]),
            ("keyCredentials", &self.key_credentials, &KEYS[..]),
        ] {
            if list.len() > MOST {
                return Err(Broken::new(format!("{path}/{name}"), Rule::TooMany(MOST)));
            }
            list.iter().try_for_each(|rule| rule.check(&format!("{path}/{name}"), kinds))?;
        }
        let of_app = self.application_restrictions.as_ref().and_then(|rules| rules.identifier_uris.as_ref());
        for rules in self.identifier_uris.iter().chain(of_app) {
            let both = [&rules.non_default_uri_addition, &rules.uri_addition_without_unique_tenant_identifier];
            for rule in both.into_iter().flatten() {
                check_state(&format!("{path}/identifierUris"), rule.state.as_deref(), rule.exclude_actors.as_ref())?;
            }
        }
        Ok(())
    }
}

impl CredentialRule {
    fn check(&self, path: &str, kinds: &[&str]) -> Result<(), Broken> {
        let kind = self.restriction_type.as_deref().unwrap_or("");
        if !kinds.contains(&kind) {
            return Err(Broken::new(format!("{path}/restrictionType"), Rule::Required));
        }
        let most = self.max_lifetime.as_deref();
        if kind.ends_with("Lifetime") && most.and_then(duration).is_none() {
            let sentence = "expected a duration of days and hours, as in P90D";
            return Err(Broken::new(format!("{path}/maxLifetime"), Rule::Bad(sentence)));
        }
        if !kind.ends_with("Lifetime") && most.is_some() {
            return Err(Broken::new(format!("{path}/maxLifetime"), Rule::Bad("only a lifetime has one")));
        }
        check_state(path, self.state.as_deref(), self.exclude_actors.as_ref())
    }
}

fn check_state(path: &str, state: Option<&str>, exempt: Option<&Value>) -> Result<(), Broken> {
    if !matches!(state, None | Some("enabled" | "disabled")) {
        return Err(Broken::new(format!("{path}/state"), Rule::Mistyped));
    }
    match exempt {
        Some(Value::Object(members)) if !members.values().all(Value::is_null) => {
            Err(Broken::new(format!("{path}/excludeActors"), Rule::Bad("exemptions of actors are not offered")))
        }
        _ => Ok(()),
    }
}

/// `P1DT12H30M5S`, without years and months, as OData has it.
pub fn duration(text: &str) -> Option<i64> {
    let (days, clock) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, clock)) if !clock.is_empty() => (days, clock),
        Some(_) => return None,
        None => (&text[1..], ""),
    };
    let mut total = parts(days, &[('D', DAY)])?;
    total += parts(clock, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)])?;
    (total > 0).then_some(total)
}

fn parts(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut rest, mut total) = (text, 0i64);
    for (unit, length) in units {
        if let Some((number, behind)) = rest.split_once(*unit) {
            let is_number = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
            total += number.parse::<i64>().ok().filter(|_| is_number)? * length;
            rest = behind;
        }
    }
    rest.is_empty().then_some(total)
}

impl StsPolicy {
    fn check_texts(&self) -> Result<(), Broken> {
        check_text("displayName", &self.display_name, LONGEST_NAME)?;
        check_long("description", self.description.as_deref())?;
        match &self.definition[..] {
            [only] if only.len() <= LONGEST_DEFINITION => Ok(()),
            [_] => Err(Broken::new("definition", Rule::TooLong(LONGEST_DEFINITION))),
            _ => Err(Broken::new("definition", Rule::Bad("expected a list of one text of JSON"))),
        }
    }

    /// It is kept and shown; that it is one is all that is judged of it.
    fn check_claims_mapping(&self) -> Result<(), Broken> {
        let bad = |sentence| Broken::new("definition", Rule::Bad(sentence));
        let text = self.definition.first().map_or("", String::as_str);
        let read: Value = serde_json::from_str(text).map_err(|_| bad("expected a text of JSON"))?;
        let policy = read.get("ClaimsMappingPolicy").ok_or_else(|| bad("expected a ClaimsMappingPolicy"))?;
        let version = policy.get("Version").and_then(Value::as_i64);
        if version != Some(1) {
            return Err(bad("expected Version 1 of a ClaimsMappingPolicy"));
        }
        match policy.get("ClaimsSchema") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::Array(claims)) if claims.iter().all(Value::is_object) => Ok(()),
            Some(_) => Err(bad("ClaimsSchema is a list of claims")),
        }
    }
}

fn told(refusal: LifetimeRefusal) -> Broken {
    let sentence = match refusal {
        LifetimeRefusal::Malformed => "expected a TokenLifetimePolicy in a text of JSON",
        LifetimeRefusal::NoTime => "expected AccessTokenLifetime as hh:mm:ss",
        LifetimeRefusal::OutOfRange => "expected an AccessTokenLifetime of ten minutes to a day",
    };
    Broken::new("definition", Rule::Bad(sentence))
}

fn check_long(name: &str, text: Option<&str>) -> Result<(), Broken> {
    match text {
        Some(text) if text.chars().nth(LONGEST_TEXT).is_some() => Err(Broken::new(name, Rule::TooLong(LONGEST_TEXT))),
        _ => Ok(()),
    }
}

fn put<T>(list: &mut Vec<T>, policy: T, id: impl Fn(&T) -> Option<ObjectId>) {
    match list.iter_mut().find(|held| id(held) == id(&policy)) {
        Some(held) => *held = policy,
        None => list.push(policy),
    }
}

fn as_properties(policy: &impl Serialize) -> Option<Properties> {
    match serde_json::to_value(policy) {
        Ok(Value::Object(properties)) => Some(properties),
        _ => None,
    }
}

fn id_of(policy: &Properties) -> Option<ObjectId> {
    policy.get("id").and_then(Value::as_str).and_then(|id| ObjectId::parse(id).ok())
}

/// Null is what is left out.
fn read<T: DeserializeOwned>(policy: &Properties) -> Result<T, Broken> {
    let set = policy.iter().filter(|(_, value)| !value.is_null());
    let set: Properties = set.map(|(name, value)| (name.clone(), value.clone())).collect();
    let unfit = |_| Broken::new("policy", Rule::Mistyped);
    serde_json::from_value(Value::Object(set)).map_err(unfit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: ObjectId = ObjectId::from_u128(7);
    const NOW: Moment = Moment::from_secs(1_795_435_200);

    fn object(value: Value) -> Properties {
        let Value::Object(properties) = value else { panic!("an object") };
        properties
    }

    fn under(restrictions: Value) -> Settings {
        let mut settings = Settings::default();
        let policy = object(json!({ "displayName": "Short", "isEnabled": true, "restrictions": restrictions }));
        settings.add_app_policy(PolicyKind::AppManagement, ID, &policy).expect("a policy");
        settings
    }

    #[test]
    fn durations_are_of_days_and_hours() {
        for (text, life) in
            [("P90D", 90 * DAY), ("PT12H", 12 * HOUR), ("P1DT2H3M4S", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND)]
        {
            assert_eq!(duration(text), Some(life), "{text}");
        }
        for text in ["", "P", "PT", "90D", "P1Y", "P1M", "PT1D", "P-1D", "P0D", "P1D1D", "P1234567D", "PT1S1H"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_lives_no_longer_than_the_policy_lets_it() {
        let rule =
            |state: &str| json!({ "restrictionType": "passwordLifetime", "maxLifetime": "P90D", "state": state });
        let settings = under(json!({ "passwordCredentials": [rule("enabled")] }));
        let rules = settings.rules_of_app(&[ID], NOW);
        assert_eq!(rules.check_secret(NOW, NOW + 90 * DAY), Ok(()));
        let broken = rules.check_secret(NOW, NOW + 90 * DAY + 1).expect_err("too long");
        assert_eq!(broken.rule, Rule::ByPolicy(Forbidden::Lifetime));
        // Of others, and when it is turned off, it says nothing.
        assert_eq!(settings.rules_of_app(&[], NOW).check_secret(NOW, NOW + 900 * DAY), Ok(()));
        let off = under(json!({ "passwordCredentials": [rule("disabled")] }));
        assert_eq!(off.rules_of_app(&[ID], NOW).check_secret(NOW, NOW + 900 * DAY), Ok(()));
    }

    #[test]
    fn a_rule_may_be_for_apps_of_later() {
        let settings = under(json!({ "passwordCredentials": [{
            "restrictionType": "passwordAddition", "state": "enabled",
            "restrictForAppsCreatedAfterDateTime": "2026-11-23T00:00:00Z",
        }] }));
        let check = |created| settings.rules_of_app(&[ID], created).check_secret(NOW, NOW + DAY);
        assert_eq!(check(NOW - 30 * DAY), Ok(()));
        assert_eq!(check(NOW).map_err(|broken| broken.rule), Err(Rule::ByPolicy(Forbidden::Credential)));
    }

    #[test]
    fn the_default_counts_where_no_policy_is_given_and_tells_apps_from_instances() {
        let mut settings = Settings::default();
        let addition = json!([{ "restrictionType": "passwordAddition", "state": "enabled" }]);
        let change =
            object(json!({ "isEnabled": true, "servicePrincipalRestrictions": { "passwordCredentials": addition } }));
        settings.default_app_management_policy = settings.default_app_management_merged(&change).expect("a change");
        assert_eq!(settings.rules_of_app(&[], NOW).check_secret(NOW, NOW + DAY), Ok(()));
        assert!(settings.rules_of_instance(&[], NOW).check_secret(NOW, NOW + DAY).is_err());
        let own = object(json!({ "displayName": "Free", "isEnabled": true, "restrictions": {} }));
        settings.add_app_policy(PolicyKind::AppManagement, ID, &own).expect("a policy");
        assert_eq!(settings.rules_of_instance(&[ID], NOW).check_secret(NOW, NOW + DAY), Ok(()));
    }

    #[test]
    fn addresses_are_the_apps_own_or_the_organisations() {
        let rule = json!({ "state": "enabled" });
        let of = |name: &str| under(json!({ "applicationRestrictions": { "identifierUris": { name: rule.clone() } } }));
        let check = |settings: &Settings, uri: &str| {
            settings.rules_of_app(&[ID], NOW).check_uri(uri, "abc-1", &["waterkant.example".to_owned()], false).is_ok()
        };
        let strict = of("nonDefaultUriAddition");
        assert!(check(&strict, "api://abc-1") && check(&strict, "api://tenant/abc-1"));
        assert!(!check(&strict, "https://waterkant.example/x"));
        let marked = of("uriAdditionWithoutUniqueTenantIdentifier");
        assert!(check(&marked, "https://api.waterkant.example/x") && check(&marked, "api://abc-1"));
        assert!(!check(&marked, "api://orders"));
    }

    #[test]
    fn what_is_no_policy_is_refused_by_its_property() {
        let mut settings = Settings::default();
        let mut add =
            |kind, value: Value| settings.add_app_policy(kind, ID, &object(value)).map_err(|broken| broken.property);
        let lifetime = r#"{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"4:00:00"}}"#;
        let mapping = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[]}}"#;
        for (kind, value, property) in [
            (PolicyKind::TokenLifetime, json!({ "displayName": "x", "definition": ["{}"] }), "definition"),
            (PolicyKind::TokenLifetime, json!({ "definition": [lifetime] }), "displayName"),
            (PolicyKind::ClaimsMapping, json!({ "displayName": "x", "definition": [lifetime] }), "definition"),
            (PolicyKind::ClaimsMapping, json!({ "displayName": "x", "definition": [mapping, mapping] }), "definition"),
            (
                PolicyKind::AppManagement,
                json!({ "displayName": "x", "restrictions": { "passwordCredentials": [{ "restrictionType": "passwordLifetime" }] } }),
                "restrictions/passwordCredentials/maxLifetime",
            ),
            (
                PolicyKind::AppManagement,
                json!({ "displayName": "x", "restrictions": { "keyCredentials": [{ "restrictionType": "passwordLifetime" }] } }),
                "restrictions/keyCredentials/restrictionType",
            ),
        ] {
            assert_eq!(add(kind, value.clone()), Err(property.to_owned()), "{value}");
        }
        assert_eq!(add(PolicyKind::ClaimsMapping, json!({ "displayName": "x", "definition": [mapping] })), Ok(()));
        let first = json!({ "displayName": "x", "definition": [lifetime], "isOrganizationDefault": true });
        assert_eq!(add(PolicyKind::TokenLifetime, first.clone()), Ok(()));
        let second = settings.add_app_policy(PolicyKind::TokenLifetime, ObjectId::from_u128(8), &object(first));
        assert_eq!(second.map_err(|broken| broken.property), Err("isOrganizationDefault".to_owned()));
    }
}
