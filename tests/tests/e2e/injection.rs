//! What a stranger writes into a request must not end a header, a page, or the way back to the app.

use mandate_tests::app::{CONTACTS, INTRANET, NONCE};
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::{Answered, Ask, Outcome, Pairs, World};

const LINES: &str = "x\r\nSet-Cookie: injected=1\r\n\r\n<script>alert(1)</script>";
const MARKUP: &str = "\"><script>alert(1)</script><input value=\"";

fn is_clean(headers: &http::HeaderMap) -> bool {
    let injected = |value: &http::HeaderValue| value.as_bytes().windows(9).any(|part| part == b"injected=");
    let mut cookies = headers.get_all("set-cookie").iter();
    !cookies.any(injected) && !headers.contains_key("x-injected")
}

#[tokio::test]
async fn a_state_with_line_ends_and_markup_comes_back_as_it_was_and_does_nothing() {
    let world = World::new().await;
    for mode in ["query", "fragment", "form_post"] {
        let asked = INTRANET.ask("openid").with("state", LINES).and("response_mode", mode).without("scope");
        let answer: Answered = world.browser().authorize(WATERKANT, &asked).await.answer();
        assert_eq!(answer.get("state"), Some(LINES), "{mode}");
        assert_eq!(answer.uri, INTRANET.redirect, "{mode}");
        assert!(is_clean(&answer.headers), "{mode}");
    }
}

#[tokio::test]
async fn a_state_cannot_add_a_parameter_to_the_answer() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let forged = "x&code=stolen#access_token=stolen";
    let answer = joris.silently(WATERKANT, INTRANET.ask("openid").with("state", forged)).await;
    assert_eq!(answer.get("state"), Some(forged));
    assert_eq!(answer.pairs.0.iter().filter(|(name, _)| name == "code").count(), 1);
    assert_ne!(answer.code(), "stolen");
}

#[tokio::test]
async fn markup_in_a_hint_stays_text() {
    let world = World::new().await;
    let asked = INTRANET.ask("openid").and("login_hint", MARKUP);
    let page = world.browser().authorize(WATERKANT, &asked).await.page("signin");
    assert!(!page.html.contains("<script>alert(1)"), "{}", page.html);
    assert_eq!(page.value_of("i0116"), MARKUP);
}

#[tokio::test]
async fn markup_in_a_name_that_was_typed_stays_text() {
    let world = World::new().await;
    let mut somebody = world.browser();
    somebody.authorize(WATERKANT, &INTRANET.ask("openid")).await.page("signin");
    let page = somebody.sign_in_with(MARKUP, "wrong").await.page("signin");
    assert!(!page.html.contains("<script>alert(1)"));
    assert_eq!(page.value_of("i0116"), MARKUP);
}

#[tokio::test]
async fn markup_in_what_an_error_page_repeats_stays_text() {
    let world = World::new().await;
    let cases = [
        INTRANET.ask("openid").with("client_id", MARKUP),
        INTRANET.ask("openid").with("redirect_uri", "https://evil.example/\"><script>alert(1)</script>"),
    ];
    for pairs in cases {
        let page = world.browser().authorize(WATERKANT, &pairs).await.page("error");
        assert!(!page.html.contains("<script>alert(1)"));
        assert!(page.text_of("errorCode").starts_with("AADSTS"));
    }
    let reply = world.get("/error?code=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!reply.text().contains("<script>alert(1)"));
}

#[tokio::test]
async fn an_apps_own_words_stay_text_on_the_consent_page() {
    let world = World::new().await;
    world
        .change_app(CONTACTS.id, |app| {
            app.display_name = format!("Contacts {MARKUP}");
            app.info.privacy_statement_url = Some("javascript:alert(1)".to_owned());
            app.info.terms_of_service_url = Some("https://zonnebel.example/\"><script>alert(1)</script>".to_owned());
        })
        .await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &CONTACTS.ask("openid")).await.page("signin");
    let page = joris.sign_in(JORIS).await.page("consent");
    assert!(!page.html.contains("<script>alert(1)") && !page.html.contains("javascript:"));
}

#[tokio::test]
async fn pages_that_ask_for_something_deny_frames_and_scripts() {
    let world = World::new().await;
    let mut joris = world.browser();
    let sign_in = joris.authorize(WATERKANT, &INTRANET.ask("openid User.Read")).await.page("signin");
    let consent = joris.sign_in(JORIS).await.page("consent");
    let error = joris.authorize(WATERKANT, &INTRANET.ask("openid").without("client_id")).await.page("error");
    for page in [sign_in, consent, error] {
        let header = |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let csp = header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(!csp.contains("script-src") && !csp.contains("unsafe"), "{csp}");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store, no-cache");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
}

/// A page's policy is built from the redirect URI, which its owner wrote.
#[tokio::test]
async fn a_registered_redirect_cannot_loosen_the_policy_of_our_pages() {
    let world = World::new().await;
    let sly = "sly;script-src*://x";
    world.change_app(INTRANET.id, |app| app.public_client.redirect_uris.push(sly.to_owned())).await;
    let asked = INTRANET.ask("openid").with("redirect_uri", sly);
    let page = world.browser().authorize(WATERKANT, &asked).await.page("signin");
    let csp = page.headers["content-security-policy"].to_str().expect("text").to_owned();
    assert!(!csp.contains("script-src"), "{csp}");
}

#[tokio::test]
async fn a_self_posting_answer_runs_one_script_and_posts_to_the_app_only() {
    let world = World::new().await;
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let asked = INTRANET.ask("openid").and("response_mode", "form_post").with("state", MARKUP);
    let outcome = joris.authorize(WATERKANT, &asked).await;
    let Outcome::FormPost(answer) = outcome else { panic!("{outcome:?}") };
    assert_eq!((answer.uri.as_str(), answer.get("state")), (INTRANET.redirect, Some(MARKUP)));
    let csp = answer.headers["content-security-policy"].to_str().expect("text").to_owned();
    assert!(csp.contains("form-action 'self' http://localhost:5000;"), "{csp}");
    assert!(csp.contains("script-src 'nonce-") && csp.contains("frame-ancestors 'none'"), "{csp}");
    let silent = joris.silently(WATERKANT, asked).await;
    let csp = silent.headers["content-security-policy"].to_str().expect("text").to_owned();
    assert!(!csp.contains("frame-ancestors") && !silent.headers.contains_key("x-frame-options"), "made for a frame");
}

#[tokio::test]
async fn a_sign_out_leads_to_registered_addresses_only() {
    let world = World::new().await;
    let leave = |pairs: &Pairs| Ask::get(format!("/{WATERKANT}/oauth2/v2.0/logout?{}", pairs.text()));
    let foreign = [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "https://intranet.waterkant.example/signin-oidc/../evil",
        "https://intranet.waterkant.example/signin-oidc\r\nX-Injected: y",
        "https://intranet.waterkant.example",
        "%",
    ];
    for uri in foreign {
        let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
        let page = joris.go(leave(&Pairs::of(&[("post_logout_redirect_uri", uri)]))).await.page("signed-out");
        assert!(is_clean(&page.headers), "{uri}");
        assert_eq!(joris.cookie("__Host-mandate-session"), None, "{uri}");
    }
    let (mut joris, _) = world.let_in(INTRANET, JORIS, "openid").await;
    let registered = Pairs::of(&[("post_logout_redirect_uri", INTRANET.redirect), ("state", LINES)]);
    let answer = joris.go(leave(&registered)).await.answer();
    assert_eq!((answer.uri.as_str(), answer.get("state")), (INTRANET.redirect, Some(LINES)));
    assert!(is_clean(&answer.headers));
    // A token that names another client leads nowhere of this one's.
    let hinted = registered.and("client_id", CONTACTS.id);
    joris.go(leave(&hinted)).await.page("signed-out");
}

#[tokio::test]
async fn a_nonce_is_carried_into_the_token_as_text() {
    let world = World::new().await;
    let mut joris = world.browser();
    let nonce = format!("{NONCE}\",\"oid\":\"forged");
    joris.authorize(WATERKANT, &INTRANET.ask("openid").and("nonce", &nonce)).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    let code = joris.accept().await.answer().code();
    let tokens = world.client(INTRANET).redeem(&code).await.granted();
    let id = mandate_tests::tokens::claims(&world, WATERKANT, tokens.id_token()).await;
    assert_eq!((&id["nonce"], id.get("oid")), (&serde_json::Value::from(nonce), None));
}
