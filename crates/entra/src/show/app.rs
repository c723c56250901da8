//! The app and the account, as a page shows them.

use crate::authorize::Standing;
use crate::cx::Cx;
use mandate_domain::signin::redirect::origin_of;
use mandate_domain::signin::steps::SignedIn;
use mandate_usecases::authority::tenant;
use mandate_usecases::signin::Encounter;
use mandate_web::pages::{AccountTile, AppShown};

pub fn account(person: &SignedIn) -> AccountTile {
    AccountTile {
        value: person.session.id.to_string(),
        name: person.user.display_name.clone(),
        upn: person.user.upn.as_str().to_owned(),
        initials: initials(&person.user.display_name),
        signed_in: true,
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

pub async fn app_shown(cx: Cx<'_>, standing: &Standing, met: &Encounter) -> AppShown {
    let registration = &met.client.registration;
    let foreign = met.client.home != met.tenant.id;
    let home = match foreign {
        true => tenant(cx.house, met.client.home).await.ok().flatten(),
        false => None,
    };
    // A domain that was given up since may be somebody else's by now.
    let held = &home.as_deref().unwrap_or(&met.tenant).profile;
    let publisher_domain = registration.publisher_domain.clone().filter(|name| held.verifies(name));
    let home_name = home.as_ref().map(|home| home.profile.display_name.clone());
    let verified = registration.verified_publisher_name();
    let uri = &standing.checked.ask.redirect.uri;
    let reply_host = origin_of(uri).and_then(|origin| Some(origin.split_once("://")?.1.to_owned()));
    AppShown {
        name: registration.display_name.clone(),
        publisher: verified.map(str::to_owned).or_else(|| home_name.clone()),
        verified: verified.is_some(),
        publisher_domain,
        logo: registration.info.logo_url.as_deref().and_then(|address| own_picture(cx, address)),
        home_tenant: foreign.then(|| home_name.unwrap_or_else(|| met.client.home.to_string())),
        privacy_url: registration.info.privacy_statement_url.clone(),
        terms_url: registration.info.terms_of_service_url.clone(),
        reply_host: reply_host.unwrap_or_else(|| uri.clone()),
    }
}

/// Its path, where it is one of ours: a page asks no other server for anything.
fn own_picture(cx: Cx<'_>, address: &str) -> Option<String> {
    let path = address.strip_prefix(cx.origins().login.as_str())?;
    path.starts_with("/assets/logos/").then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        for (name, expected) in [("Sanne de Vries", "SV"), ("Jürgen", "J"), ("", ""), ("ärzte öffnen", "ÄÖ")] {
            assert_eq!(initials(name), expected);
        }
    }
}
