//! Reads the pages as a browser's parser would meet them, by their text. Never: golden files; looks may change freely.

use super::*;

fn chrome(lang: Lang) -> Chrome {
    Chrome {
        lang,
        css_href: "/assets/mandate.css?v=1".to_owned(),
        brand_css_href: None,
        brand: Brand { name: "Waterkant".to_owned(), logo: None, text: None },
        tenant: "waterkant.example".to_owned(),
        flow: "sealed".to_owned(),
        canary: "canary".to_owned(),
        switch_language: true,
    }
}

fn joris() -> AccountTile {
    AccountTile {
        value: "0".to_owned(),
        name: "Joris Bakker".to_owned(),
        upn: "joris.bakker@waterkant.example".to_owned(),
        initials: "JB".to_owned(),
        signed_in: true,
    }
}

fn contacts(verified: bool, home: Option<&str>) -> AppShown {
    AppShown {
        name: "Zonnebel Contacts".to_owned(),
        publisher: Some("Zonnebel Software".to_owned()),
        verified,
        publisher_domain: Some("zonnebel.example".to_owned()),
        logo: None,
        home_tenant: home.map(str::to_owned),
        privacy_url: Some("https://zonnebel.example/privacy".to_owned()),
        terms_url: None,
        reply_host: "contacts.zonnebel.example".to_owned(),
    }
}

fn line(value: &str, why: Option<Blocked>) -> PermissionLine {
    PermissionLine {
        value: value.to_owned(),
        resource: "Microsoft Graph".to_owned(),
        title: format!("Title of {value}"),
        gives: format!("Gives {value}"),
        not: Some(format!("Leaves {value}")),
        admin: why.is_some(),
        alone: false,
        why_blocked: why,
    }
}

fn consent(lang: Lang, app: AppShown, can_grant_for_org: bool) -> ConsentPage {
    ConsentPage {
        chrome: chrome(lang),
        app,
        account: joris(),
        groups: vec![
            PermissionGroup { purpose: Purpose::Profile, lines: vec![line("User.Read", None)] },
            PermissionGroup {
                purpose: Purpose::ThisApi("Waterkant Orders API".to_owned()),
                lines: vec![line("Orders.Read", None)],
            },
        ],
        already: 2,
        can_grant_for_org,
        for_organisation: false,
        behind: Vec::new(),
        organisation: "Waterkant".to_owned(),
    }
}

fn sign_in(error: Option<SignInError>) -> SignInPage {
    SignInPage {
        chrome: chrome(Lang::Nl),
        app: "Waterkant Intranet".to_owned(),
        login: String::new(),
        login_fixed: false,
        ask_password: false,
        error,
        kmsi: false,
        can_cancel: true,
        several_accounts: false,
    }
}

fn error(lang: Lang, code: u32) -> ErrorPage {
    ErrorPage {
        chrome: chrome(lang),
        code,
        detail: None,
        correlation: "c0".to_owned(),
        trace: "t0".to_owned(),
        timestamp: "2026-11-26 06:42:11Z".to_owned(),
        app: None,
    }
}

/// Where `needle` stands; the assertion names it when it does not.
fn at(html: &str, needle: &str) -> usize {
    html.find(needle).unwrap_or_else(|| panic!("`{needle}` is missing in\n{html}"))
}

#[test]
fn every_page_has_one_main_one_heading_and_no_script_or_style_of_its_own() {
    for lang in Lang::ALL {
        let pages = [
            ("signin", sign_in(Some(SignInError::Busy)).html()),
            ("consent", consent(lang, contacts(false, Some("Zonnebel Software")), true).html()),
            ("error", error(lang, 50011).html()),
            (
                "signed-out",
                SignedOutPage { chrome: chrome(lang), told: Vec::new(), next: None, nonce: String::new() }.html(),
            ),
            ("signing-out", SigningOutPage { chrome: chrome(lang), accounts: vec![joris()] }.html()),
            (
                "accounts",
                AccountsPage {
                    chrome: chrome(lang),
                    app: "Waterkant Planner".to_owned(),
                    accounts: vec![joris()],
                    can_cancel: true,
                }
                .html(),
            ),
        ];
        for (name, html) in pages {
            at(&html, &format!("data-page=\"{name}\""));
            assert_eq!(html.matches("<main").count(), 1, "{name}");
            assert_eq!(html.matches("<h1>").count(), 1, "{name}");
            assert!(!html.contains("<script") && !html.contains("style=\"") && !html.contains("<style"), "{name}");
        }
    }
}

#[test]
fn a_wrong_password_is_told_next_to_the_fields_and_in_the_title() {
    let html = sign_in(Some(SignInError::WrongNameOrPassword)).html();
    at(&html, "<title>Fout: Aanmelden");
    at(&html, "id=\"error\" class=\"notice bad\" role=\"alert\"");
    assert_eq!(html.matches("aria-describedby=\"error\"").count(), 2);
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2);
}

#[test]
fn a_known_name_puts_the_focus_on_the_password_without_an_error() {
    let page = SignInPage { login: "joris.bakker@waterkant.example".to_owned(), ask_password: true, ..sign_in(None) };
    let html = page.html();
    assert!(at(&html, " autofocus") > at(&html, "id=\"i0118\""));
    assert!(!html.contains("id=\"error\""));
}

#[test]
fn the_accepting_button_comes_first_and_the_box_for_everyone_is_not_ticked() {
    let html = consent(Lang::En, contacts(true, Some("Zonnebel Software")), true).html();
    assert!(at(&html, "name=\"ucaccept\" value=\"Yes\"") < at(&html, "name=\"ucaccept\" value=\"No\""));
    at(&html, "id=\"onBehalf\" name=\"consentForOrg\" type=\"checkbox\" value=\"1\"");
    assert!(!html.contains("checked"));
    at(&html, "Allow this for everyone in Waterkant");
    at(&html, "<li data-permission=\"Orders.Read\">");
    at(&html, "In Waterkant Orders API");
}

#[test]
fn who_may_not_grant_for_everyone_does_not_see_the_box() {
    assert!(!consent(Lang::En, contacts(true, None), false).html().contains("onBehalf"));
}

#[test]
fn an_unverified_foreign_app_is_called_that_and_yes_is_not_emphasised() {
    let emphasised = "id=\"idSIButton9\" class=\"button main\"";
    let foreign = consent(Lang::En, contacts(false, Some("Zonnebel Software")), true).html();
    at(&foreign, "Publisher not verified.");
    at(&foreign, "Gives Zonnebel Software as its publisher");
    assert!(!foreign.contains(emphasised));
    at(&consent(Lang::En, contacts(true, Some("Zonnebel Software")), true).html(), emphasised);
    at(&consent(Lang::En, contacts(false, None), true).html(), emphasised);
}

#[test]
fn only_web_addresses_of_a_publisher_become_links() {
    for (url, linked) in [
        ("https://zonnebel.example/privacy", true),
        ("HTTP://zonnebel.example/", true),
        ("javascript:alert(1)//", false),
        ("javascript://zonnebel.example/%0aalert(1)", false),
        ("/privacy", false),
        ("", false),
    ] {
        assert_eq!(web_link(Some(url)).is_some(), linked, "{url}");
    }
}

#[test]
fn text_from_outside_is_escaped() {
    let app = AppShown { name: "<b>\"x\"&'".to_owned(), ..contacts(true, None) };
    let html = consent(Lang::En, app, false).html();
    assert!(!html.contains("<b>"));
}

#[test]
fn approval_needed_offers_no_way_to_accept_and_tells_what_blocks_and_who_helps() {
    let page = NeedsAdminPage {
        chrome: chrome(Lang::Nl),
        app: contacts(true, Some("Zonnebel Software")),
        account: joris(),
        blocked: vec![
            line("GroupMember.Read.All", Some(Blocked::AdminOnly)),
            line("User.Read.All", Some(Blocked::AdminOnly)),
        ],
        others: ["openid", "profile", "offline_access", "User.Read"].map(|value| line(value, None)).into(),
        helpers: vec![
            Helper {
                name: "Sanne de Vries".to_owned(),
                mail: Some("sanne.devries@waterkant.example".to_owned()),
                role: "Globale beheerder".to_owned(),
            },
            Helper { name: "Anneke Jansen".to_owned(), mail: None, role: "Applicatiebeheerder".to_owned() },
        ],
        request: None,
        correlation: "6f0c3b1e".to_owned(),
    };
    let html = page.html();
    assert!(!html.contains("value=\"Yes\"") && !html.contains("onBehalf"));
    at(&html, "2 daarvan kan alleen een beheerder toestaan");
    let (blocked, others) = (at(&html, "<ul class=\"blocked\""), at(&html, "<ul class=\"permissions"));
    assert!(blocked < at(&html, "data-permission=\"User.Read.All\""));
    assert!(at(&html, "data-permission=\"User.Read.All\"") < others);
    assert!(others < at(&html, "data-permission=\"openid\""));
    assert_eq!(html.matches("href=\"mailto:sanne.devries@waterkant.example?subject=").count(), 1);
    assert_eq!(html.matches("mailto:").count(), 1);
}

#[test]
fn a_letter_to_a_helper_survives_its_way_through_a_link() {
    assert_eq!(super::needs_admin::percent("a b\r\n&?=é+", ""), "a%20b%0D%0A%26%3F%3D%C3%A9%2B");
    assert_eq!(super::needs_admin::percent("o'neil+x@waterkant.example", "@"), "o%27neil%2Bx@waterkant.example");
}

#[test]
fn an_error_without_words_of_its_own_still_has_a_title_and_its_code() {
    let html = error(Lang::De, 1).html();
    at(&html, "Die Anmeldung hat nicht geklappt");
    at(&html, "<code id=\"errorCode\">AADSTS1</code>");
}

#[test]
fn a_form_post_sends_the_fields_escaped_under_the_nonce_it_was_given() {
    let page = FormPostPage {
        lang: Lang::En,
        action: "https://intranet.waterkant.example/signin-oidc".to_owned(),
        fields: vec![("code".to_owned(), "abc".to_owned()), ("state".to_owned(), "\"><i>".to_owned())],
        nonce: "bm9uY2U".to_owned(),
    };
    let html = page.html();
    at(&html, "<form method=\"post\" action=\"https://intranet.waterkant.example/signin-oidc\">");
    at(&html, "<input type=\"hidden\" name=\"code\" value=\"abc\">");
    at(&html, "<script nonce=\"bm9uY2U\">");
    assert!(!html.contains("<i>"));
}
