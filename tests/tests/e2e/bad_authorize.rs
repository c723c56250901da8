//! `/authorize` with every parameter wrong in every way. Until client and redirect URI are right, the error stays on our
//! page; afterwards it goes to the client, with its state (RFC 6749 §4.1.2.1). Nothing of it leaves a trace.

use http::Method;
use mandate_tests::app::{CONTACTS, INTRANET, NONCE, PLANNER, STATE};
use mandate_tests::people::{JORIS, WATERKANT};
use mandate_tests::{Ask, Mode, Outcome, Pairs, World};
use mandate_web::base64;

fn right() -> Pairs {
    INTRANET.ask("openid User.Read")
}

fn path() -> String {
    format!("/{WATERKANT}/oauth2/v2.0/authorize")
}

async fn ask(world: &World, pairs: Pairs) -> Outcome {
    world.browser().authorize(WATERKANT, &pairs).await
}

#[tokio::test]
async fn before_client_and_redirect_are_right_the_error_stays_on_our_page() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let long = format!("http://localhost:5000/{}", "a".repeat(3000));
    let cases = [
        ("no client", right().without("client_id"), 900144),
        ("an empty client", right().with("client_id", ""), 900144),
        ("two clients", right().repeated("client_id"), 9002313),
        ("a client that is no GUID", right().with("client_id", "intranet"), 700016),
        ("a GUID in braces", right().with("client_id", &format!("{{{}}}", INTRANET.id)), 700016),
        ("an oversized client", right().with("client_id", &"c".repeat(10_000)), 700016),
        ("an unknown client", right().with("client_id", "c1000000-0000-4000-8000-0000000000ff"), 700016),
        ("no redirect of several", right().without("redirect_uri"), 900971),
        ("two redirects", right().repeated("redirect_uri"), 9002313),
        ("an oversized redirect", right().with("redirect_uri", &long), 50011),
    ];
    for (name, pairs, code) in cases {
        assert_eq!(ask(&world, pairs).await.stopped(), (400, code), "{name}");
    }
    assert_eq!(world.size_of_logs().await, before);
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_never_followed() {
    let world = World::new().await;
    let foreign = [
        "https://evil.example/",
        "https://intranet.waterkant.example.evil.example/signin-oidc",
        "https://intranet.waterkant.example@evil.example/signin-oidc",
        "https://evil.example\\@intranet.waterkant.example/signin-oidc",
        "https://intranet.waterkant.example/signin-oidc/../../evil",
        "https://intranet.waterkant.example/signin-oidc?next=https://evil.example",
        "https://intranet.waterkant.example/signin-oidc#",
        "https://intranet.waterkant.example/SIGNIN-OIDC",
        "https://intranet.waterkant.example:444/signin-oidc",
        "http://intranet.waterkant.example/signin-oidc",
        "http://127.0.0.1:5000/auth/callback",
        "http://localhost:5000/auth/callback\r\nLocation: https://evil.example",
        "http://localhost:5000/auth/callback ",
        "//evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "urn:ietf:wg:oauth:2.0:oob",
    ];
    for uri in foreign {
        assert_eq!(ask(&world, right().with("redirect_uri", uri)).await.stopped(), (400, 50011), "{uri}");
    }
}

#[tokio::test]
async fn a_loopback_redirect_may_come_from_any_port_and_keeps_its_path() {
    let world = World::new().await;
    let asked = right().with("redirect_uri", "http://localhost:61234/auth/callback").without("scope");
    assert_eq!(ask(&world, asked).await.answer().uri, "http://localhost:61234/auth/callback");
    let other_path = right().with("redirect_uri", "http://localhost:61234/auth/other");
    assert_eq!(ask(&world, other_path).await.stopped(), (400, 50011));
}

#[tokio::test]
async fn afterwards_the_client_hears_what_is_wrong_with_its_state() {
    let world = World::new().await;
    let before = world.size_of_logs().await;
    let short = "a".repeat(42);
    let challenged = || right().with("code_challenge", &"a".repeat(43));
    let cases = [
        ("no response type", right().without("response_type"), "invalid_request", 900144),
        ("an unknown response type", right().with("response_type", "none"), "unsupported_response_type", 70005),
        ("half an unknown one", right().with("response_type", "code magic"), "unsupported_response_type", 70005),
        ("a doubled response type", right().with("response_type", "code code"), "unsupported_response_type", 70005),
        ("an unknown mode", right().with("response_mode", "web_message"), "invalid_request", 70007),
        ("no scope", right().without("scope"), "invalid_request", 900144),
        ("a blank scope", right().with("scope", "  "), "invalid_scope", 28003),
        ("a scope without a name", right().with("scope", "api://waterkant-orders/"), "invalid_scope", 70011),
        ("a scope without a resource", right().with("scope", "/Orders.Read"), "invalid_scope", 70011),
        ("a scope with a quote", right().with("scope", "User\"Read"), "invalid_scope", 70011),
        ("the list beside a name", right().with("scope", "User.Read .default"), "invalid_scope", 70011),
        ("too many scopes", right().with("scope", &"User.Read ".repeat(201)), "invalid_scope", 70011),
        ("an unknown prompt", right().and("prompt", "sometimes"), "invalid_request", 90023),
        ("a request object", right().and("request", "eyJ"), "request_not_supported", 9000010),
        (
            "a request by reference",
            right().and("request_uri", "https://x.example"),
            "request_uri_not_supported",
            9000011,
        ),
        ("a short challenge", right().and("code_challenge", &short), "invalid_request", 50147),
        ("a long challenge", right().and("code_challenge", &"a".repeat(129)), "invalid_request", 50147),
        ("an unknown method", challenged().and("code_challenge_method", "S512"), "invalid_request", 501491),
        ("a method alone", right().and("code_challenge_method", "S256"), "invalid_request", 501491),
        ("claims that are no JSON", right().and("claims", "{"), "invalid_request", 9002313),
        ("claims that are no object", right().and("claims", "[]"), "invalid_request", 9002313),
        ("a negative age", right().and("max_age", "-1"), "invalid_request", 90100),
        ("an age in words", right().and("max_age", "soon"), "invalid_request", 90100),
        ("an age beyond numbers", right().and("max_age", &"9".repeat(40)), "invalid_request", 90100),
    ];
    for (name, pairs, word, code) in cases {
        let answer = ask(&world, pairs).await.answer();
        assert_eq!(answer.refusal(), (word, code), "{name}");
        assert_eq!((answer.uri.as_str(), answer.get("state")), (INTRANET.redirect, Some(STATE)), "{name}");
    }
    assert_eq!(world.size_of_logs().await, before);
}

#[tokio::test]
async fn a_repeated_parameter_is_refused_whichever_it_is() {
    let world = World::new().await;
    let names = [
        "response_type",
        "scope",
        "response_mode",
        "nonce",
        "prompt",
        "login_hint",
        "domain_hint",
        "max_age",
        "code_challenge",
        "code_challenge_method",
        "claims",
        "request",
    ];
    for name in names {
        let answer = ask(&world, right().repeated(name)).await.answer();
        assert_eq!(answer.refusal(), ("invalid_request", 9002313), "{name}");
        assert_eq!(answer.get("state"), Some(STATE), "{name}");
    }
    // Of two states nobody can tell which the client would take.
    assert_eq!(ask(&world, right().repeated("state")).await.stopped(), (400, 9002313));
    // What nobody reads may stand twice.
    ask(&world, right().repeated("x-client-SKU")).await.page("signin");
}

#[tokio::test]
async fn tokens_at_the_front_are_for_apps_that_turned_them_on() {
    let world = World::new().await;
    let with = |kind: &str| right().with("response_type", kind).and("nonce", NONCE);
    let cases = [
        ("token", with("token"), 700051),
        ("id_token token", with("id_token token"), 700051),
        ("id_token of another", CONTACTS.ask("openid").with("response_type", "id_token").and("nonce", NONCE), 700054),
    ];
    for (name, pairs, code) in cases {
        let answer = ask(&world, pairs).await.answer();
        assert_eq!((answer.refusal(), answer.mode), (("unsupported_response_type", code), Mode::Fragment), "{name}");
    }
    let without_nonce = ask(&world, right().with("response_type", "id_token")).await.answer();
    assert_eq!((without_nonce.refusal(), without_nonce.mode), (("invalid_request", 900144), Mode::Fragment));
    let in_query = ask(&world, with("code id_token").and("response_mode", "query")).await.answer();
    assert_eq!(in_query.refusal(), ("invalid_request", 70007));
}

#[tokio::test]
async fn text_that_is_no_text_is_refused_whole() {
    let world = World::new().await;
    let (right, flood) = (right().text(), "&a=b".repeat(200));
    for (name, extra) in [
        ("not UTF-8", "&login_hint=%ff"),
        ("half an escape", "&login_hint=%4"),
        ("no hexadecimal", "&login_hint=%zz"),
        ("a NUL", "&login_hint=a%00b"),
        ("a NUL in a name", "&a%00b=c"),
        ("a flood", flood.as_str()),
    ] {
        let outcome = world.browser().go(Ask::get(format!("{}?{right}{extra}", path()))).await;
        assert_eq!(outcome.stopped(), (400, 9002313), "{name}");
    }
}

#[tokio::test]
async fn a_state_may_be_long_and_comes_back_byte_for_byte() {
    let world = World::new().await;
    let long = "ä/+ %&=?#\"'<>|".repeat(300);
    let answer = ask(&world, right().with("state", &long).without("scope")).await.answer();
    assert_eq!(answer.get("state"), Some(long.as_str()));
    let none = ask(&world, right().without("state").without("scope")).await.answer();
    assert_eq!(none.get("state"), None);
    let flood = format!("{}?{}", path(), right().with("state", &"a".repeat(40_000)).text());
    assert_eq!(world.get(&flood).await.status, 414);
}

#[tokio::test]
async fn a_request_may_be_posted_as_a_form_and_as_nothing_else() {
    let world = World::new().await;
    world.browser().go(Ask::form(path(), &right())).await.page("signin");
    for kind in [Some("application/json"), Some("text/plain"), Some("multipart/form-data; boundary=x"), None] {
        let outcome = world.browser().go(Ask::post(path(), kind, right().text())).await;
        assert_eq!(outcome.stopped(), (400, 9002313), "{kind:?}");
    }
    let flood = Ask::form(path(), &right().with("state", &"a".repeat(1_100_000)));
    assert_eq!(world.send(flood).await.status, 413);
}

/// protocol.md §3.13, 90056 and 900561.
#[tokio::test]
async fn no_other_method_is_taken() {
    let world = World::new().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let reply = world.send(Ask::get(format!("{}?{}", path(), right().text())).by(method.clone())).await;
        assert_eq!(reply.status, 405, "{method}");
    }
}

#[tokio::test]
async fn what_the_tenant_does_not_publish_is_refused_once_it_is_known_who_asks() {
    let world = World::new().await;
    let mut joris = world.browser();
    joris.authorize(WATERKANT, &right()).await.page("signin");
    joris.sign_in(JORIS).await.page("consent");
    for (scope, word, code) in [
        ("Nothing.Read", "invalid_scope", 70011),
        ("api://waterkant-orders/Nothing.Read", "invalid_scope", 70011),
        ("api://nobody/read", "invalid_resource", 500011),
        ("https://archive.waterkant.example/nothing/read", "invalid_resource", 500011),
        ("c1000000-0000-4000-8000-0000000000ff/.default", "invalid_resource", 500011),
        // In the tenant, but not in the app's registration, and nothing of it was granted.
        ("api://waterkant-orders/.default", "invalid_resource", 650057),
    ] {
        let answer = joris.authorize(WATERKANT, &INTRANET.ask(scope)).await.answer();
        assert_eq!(answer.refusal(), (word, code), "{scope}");
        assert_eq!(answer.get("state"), Some(STATE), "{scope}");
    }
}

#[tokio::test]
async fn the_answer_goes_the_way_that_the_client_chose_even_when_it_is_a_refusal() {
    let world = World::new().await;
    let modes = [("query", Mode::Query), ("fragment", Mode::Fragment), ("form_post", Mode::FormPost)];
    for (name, mode) in modes {
        let answer = ask(&world, right().and("response_mode", name).without("scope")).await.answer();
        assert_eq!((answer.mode, answer.refusal()), (mode, ("invalid_request", 900144)));
    }
    let spa = ask(&world, PLANNER.ask("").without("scope").and("response_mode", "fragment")).await.answer();
    assert_eq!((spa.uri.as_str(), spa.mode), ("http://localhost:5173/", Mode::Fragment));
}

/// OpenID Connect Core §6.1: what says where the answer goes may stand in the object alone. Nothing else of it counts.
#[tokio::test]
async fn a_refused_request_object_says_how_its_client_wants_to_hear_of_it() {
    let world = World::new().await;
    let object =
        br#"{"state":"inside","response_mode":"fragment","redirect_uri":"https://x.example/","prompt":"none"}"#;
    let request = format!("{}.{}.", base64::url(br#"{"alg":"none"}"#), base64::url(object));
    let asked = right().without("state").and("request", &request);
    let answer = world.browser().authorize(WATERKANT, &asked).await.answer();
    assert_eq!(answer.refusal(), ("request_not_supported", 9_000_010));
    assert_eq!((answer.get("state"), answer.uri.as_str()), (Some("inside"), INTRANET.redirect));
    for garbled in ["x", "x.y.z", "..", "x.e30."] {
        let asked = right().and("request", garbled);
        let answer = world.browser().authorize(WATERKANT, &asked).await.answer();
        assert_eq!((answer.refusal().1, answer.get("state")), (9_000_010, Some(STATE)), "{garbled}");
    }
}
