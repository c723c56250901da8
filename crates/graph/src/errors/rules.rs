//! Broken rules of properties, in words that clients know (graph-api.md §2.2 to §2.6).

use mandate_domain::app_policies::Forbidden;
use mandate_domain::properties::{Broken, Rule};

pub(super) fn text(broken: &Broken) -> String {
    let name = &broken.property;
    match &broken.rule {
        Rule::Required => format!("A value is required for property '{name}' of the resource."),
        Rule::Mistyped => format!("Invalid value specified for property '{name}' of the resource."),
        Rule::Immutable => format!("Property '{name}' cannot be changed once it is set."),
        Rule::TooLong(most) => {
            format!("Invalid value specified for property '{name}' of the resource: at most {most} characters.")
        }
        Rule::TooMany(most) => {
            format!("Invalid value specified for property '{name}' of the resource: at most {most} entries.")
        }
        Rule::Repeated(value) => {
            let value: String = value.chars().take(128).collect();
            format!("Property '{name}' of the resource holds the value '{value}' more than once.")
        }
        Rule::Taken => format!("Another object with the same value for property {name} already exists."),
        Rule::NotVerified(host) if name == "userPrincipalName" => format!(
            "The domain portion of the userPrincipalName property is invalid: '{host}' is no verified domain of the \
             organization."
        ),
        Rule::NotVerified(host) => format!(
            "Values of {name} property must use a verified domain of the organization or its subdomain: '{host}'"
        ),
        Rule::StillEnabled => format!(
            "Property {name} is invalid. Permission (scope or role) cannot be deleted or updated unless disabled first."
        ),
        // Azure CLI and Terraform show the words.
        Rule::ByPolicy(Forbidden::Credential) => "Credential type not allowed as per assigned policy.".to_owned(),
        Rule::ByPolicy(Forbidden::Lifetime) => {
            "Credential lifetime exceeds the max value allowed as per assigned policy.".to_owned()
        }
        Rule::ByPolicy(Forbidden::Uri) => {
            "Failed to add identifier URI: it is not of a form that the assigned policy allows.".to_owned()
        }
        Rule::Bad(sentence) => format!("Invalid value specified for property '{name}' of the resource: {sentence}."),
    }
}

/// Of the refusal as a whole; `None`: that of any bad request.
pub(super) const fn code(broken: &Broken) -> Option<&'static str> {
    match broken.rule {
        Rule::ByPolicy(Forbidden::Credential) => Some("CredentialTypeNotAllowedAsPerAppPolicy"),
        Rule::ByPolicy(Forbidden::Lifetime) => Some("CredentialInvalidLifetimeAsPerAppPolicy"),
        _ => None,
    }
}

/// The same of a name that was asked about (graph-api.md §2.4).
pub(super) fn judged(broken: &Broken) -> (&'static str, &str) {
    let code = match broken.rule {
        Rule::Required | Rule::TooLong(_) => "InvalidLength",
        _ => "InvalidValue",
    };
    (code, &broken.property)
}

/// Code and target of `details`.
pub(super) fn detail(broken: &Broken) -> Option<(&'static str, &str)> {
    let code = match &broken.rule {
        Rule::Taken => "ObjectConflict",
        Rule::NotVerified(_) if broken.property != "userPrincipalName" => "HostNameNotOnVerifiedDomain",
        Rule::StillEnabled => "CannotDeleteOrUpdateEnabledEntitlement",
        _ => "InvalidValue",
    };
    Some((code, &broken.property))
}
