//! Addresses: where an app may send people, what its pages may link to, and what an API may be called.

use super::{A, API, C, GRAPH, NOBODY, TENANT, errors, one, seed, tenant, two_tenants};

const LOOPBACK: &str = "http://localhost:5173/cb";
const NATIVE: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";

/// An application with one redirect URI, which is written so that YAML takes any character.
fn redirects_to(platform: &str, uri: &str) -> String {
    tenant(&[&format!("applications: [{{ displayName: P, {platform}: {{ redirectUris: [{uri:?}] }} }}]")])
}

#[test]
fn redirect_uris_that_fit_their_platform_are_read() {
    let longest = format!("https://t.example/{}", "a".repeat(238));
    for platform in ["web", "spa", "publicClient"] {
        let uris = [
            "https://t.example",
            "HTTPS://T.example:8443/cb?x=1@y",
            "http://localhost",
            LOOPBACK,
            "http://127.0.0.1:80/",
            NATIVE,
            longest.as_str(),
        ];
        for uri in uris {
            seed(&redirects_to(platform, uri));
        }
    }
    let own = ["msalc1000000-0000-4000-8000-000000000003://auth", "com.t.example:/back", "my-app+1.x://auth"];
    for uri in own.into_iter().chain(["msauth://t.example/a%3D", "urn:ietf:wg:oauth:2.0:oob"]) {
        seed(&redirects_to("publicClient", uri));
    }
}

#[test]
fn redirect_uris_break_no_rule_on_any_platform() {
    let too_long = format!("https://t.example/{}", "a".repeat(239));
    let cases = [
        (too_long.as_str(), "a redirect URI holds at most 256 characters"),
        ("https://t.example/a b", "may not hold blanks or control characters"),
        ("https://t.example/\tb", "may not hold blanks or control characters"),
        (" https://t.example/", "may not hold blanks or control characters"),
        ("java\nscript:alert(1)", "may not hold blanks or control characters"),
        ("https://t.example/#x", "a redirect URI may not hold a fragment (#)"),
        ("https://*.t.example/", "a redirect URI may not hold a wildcard (*)"),
        ("https://t.example@u.example/", "a redirect URI may not hold a user name (@) before its host"),
        ("https://u.example\\@t.example/", "a redirect URI may not hold a user name (@) before its host"),
        ("https://t.example\\.u.example/", "needs a host name behind https:// or http://"),
        ("https:///cb", "needs a host name behind https:// or http://"),
        ("https:t.example", "needs a host name behind https:// or http://"),
        ("https:/\\t.example", "needs a host name behind https:// or http://"),
        ("https://t.example:port/", "needs a host name behind https:// or http://"),
        ("http://[::1]/", "needs a host name behind https:// or http://"),
    ];
    for (uri, said) in cases {
        for platform in ["web", "spa", "publicClient"] {
            let at = format!("tenants[0].applications[0].{platform}.redirectUris[0]");
            assert_eq!(errors(&redirects_to(platform, uri)), [format!("{at}: {said}")], "{uri}");
        }
    }
}

#[test]
fn schemes_are_those_of_the_platform() {
    let of_a_site = "a redirect URI of web or spa begins with https://, or with http:// on localhost or 127.0.0.1";
    for uri in ["", "t.example/cb", "http://t.example/", "http://localhost.t.example/", "myapp://auth", "javascript:x"]
    {
        for platform in ["web", "spa"] {
            let said = format!("tenants[0].applications[0].{platform}.redirectUris[0]: {of_a_site}");
            assert_eq!(errors(&redirects_to(platform, uri)), [said], "{uri}");
        }
    }
    let of_a_client = "a redirect URI of publicClient begins with https://, with http:// on localhost or 127.0.0.1, \
                       or with a scheme of the app's own";
    let of_browsers = "javascript, data, vbscript, file, about and blob are schemes of browsers, not of an app";
    let cases = [
        ("", of_a_client),
        ("auth", of_a_client),
        ("://auth", of_a_client),
        ("my_app://auth", of_a_client),
        ("1app://auth", of_a_client),
        ("myapp:", of_a_client),
        ("http://t.example/", of_a_client),
        ("http://192.168.0.1/", of_a_client),
        ("JavaScript:alert(1)", of_browsers),
        ("data:text/html,x", of_browsers),
        ("vbscript:x", of_browsers),
        ("file:///x.html", of_browsers),
        ("about:blank", of_browsers),
        ("blob:https://t.example/x", of_browsers),
        ("urn:ietf:wg:oauth:2.0:oob:auto", "of all urn: only urn:ietf:wg:oauth:2.0:oob is a redirect URI"),
        ("myapp://t.example@auth", "a redirect URI may not hold a user name (@) before its host"),
    ];
    for (uri, said) in cases {
        let at = "tenants[0].applications[0].publicClient.redirectUris[0]";
        assert_eq!(errors(&redirects_to("publicClient", uri)), [format!("{at}: {said}")], "{uri}");
    }
}

#[test]
fn pages_are_on_the_web() {
    let page = "an address of a page begins with https:// or http://";
    let said = |key: &str, said: &str| format!("tenants[0].applications[0].{key}: {said}");
    let text = tenant(&[
        "applications: [{ displayName: P, web: { homePageUrl: 'javascript:alert(1)', logoutUrl: t.example/out }, \
         info: { logoUrl: 'data:image/png;base64,AAAA', marketingUrl: 'https://', privacyStatementUrl: /privacy, \
         supportUrl: 'mailto:ann@t.example', termsOfServiceUrl: 'https://t.example/a b' } }]",
    ]);
    let told = [
        said("web.homePageUrl", page),
        said("web.logoutUrl", page),
        said("info.logoUrl", page),
        said("info.marketingUrl", "needs a host name behind https:// or http://"),
        said("info.privacyStatementUrl", page),
        said("info.supportUrl", page),
        said("info.termsOfServiceUrl", "may not hold blanks or control characters"),
    ];
    assert_eq!(errors(&text), told);
    one(&["applications: [{ displayName: P, web: { homePageUrl: 'http://t.example', logoutUrl: null }, \
           info: { supportUrl: 'HTTPS://t.example:8443/help?a=b#c' } }]"]);
}

/// The applications of `API`, and one that goes by this name.
fn named(uri: &str) -> String {
    API.replacen('[', &format!("[{{ displayName: P, identifierUris: ['{uri}'] }}, "), 1)
}

#[test]
fn an_api_is_called_by_its_own_ids_or_by_free_words() {
    for rest in ["", "/", "/orders"] {
        one(&[&format!("applications: [{{ appId: {A}, displayName: P, identifierUris: ['api://{A}{rest}'] }}]")]);
    }
    let uris = [
        format!("API://{TENANT}/orders"),
        format!("api://orders/{C}"),
        "api://orders".to_owned(),
        "https://t.example".to_owned(),
        "https://Orders.T.example:8443/api".to_owned(),
        "http://elsewhere.example/saml".to_owned(),
        "urn:orders".to_owned(),
    ];
    for uri in uris {
        one(&[&named(&uri)]);
    }
    // Nobody can say whose hosts these are where no domain is listed.
    seed(&two_tenants(&[], &["applications: [{ displayName: P, identifierUris: ['https://elsewhere.example'] }]"]));
}

#[test]
fn nobody_goes_by_the_id_of_another() {
    let rule = ", and behind api:// an app names its own appId, or its tenant's id with a path";
    let upper = C.to_ascii_uppercase();
    let cases = [
        (format!("api://{A}"), format!("`{A}` is the appId of `Api`")),
        (format!("API://{upper}/x"), format!("`{C}` is the appId of `Client`")),
        (format!(" api://{C}?x"), format!("`{C}` is the appId of `Client`")),
        (format!("api://{GRAPH}"), format!("`{GRAPH}` is the appId of `Microsoft Graph`")),
        (format!("api://{TENANT}"), format!("`{TENANT}` is the id of tenant `T`")),
        (format!("api://{TENANT}/"), format!("`{TENANT}` is the id of tenant `T`")),
        (format!("api://{NOBODY}"), format!("`{NOBODY}` is the id of no application and no tenant of this file")),
    ];
    for (uri, said) in &cases {
        let at = "tenants[0].applications[0].identifierUris[0]";
        assert_eq!(errors(&tenant(&[&named(uri)])), [format!("{at}: {said}{rule}")], "{uri}");
    }
    let stolen = |id: &str| format!("applications: [{{ displayName: Q, identifierUris: ['api://{id}/x'] }}]");
    for (id, whose) in [(A, "the appId of `Api`"), (TENANT, "the id of tenant `T`")] {
        let said = format!("tenants[1].applications[0].identifierUris[0]: `{id}` is {whose}{rule}");
        assert_eq!(errors(&two_tenants(&[API], &[&stolen(id)])), [said]);
    }
}

#[test]
fn an_https_identifier_is_in_a_domain_of_the_tenant() {
    let (stranger, near) = ("is not in a verified domain of the tenant", ", did you mean t.example");
    let cases = [
        ("https://t.exampel/x", format!("`t.exampel` {stranger}{near}")),
        ("https://bt.example", format!("`bt.example` {stranger}{near}")),
        ("https://t.example.elsewhere.test/", format!("`t.example.elsewhere.test` {stranger}{near}")),
        ("https://zzz.test:8443", format!("`zzz.test` {stranger}")),
        ("https://t.example@zzz.test/", "needs a host name, one in a verified domain of the tenant".to_owned()),
    ];
    for (uri, said) in cases {
        let said = format!("tenants[0].applications[0].identifierUris[0]: {said}");
        assert_eq!(errors(&tenant(&[&named(uri)])), [said]);
    }
}
