//! Clients that prove themselves with a certificate, or with somebody else's token (protocol.md §3.10, RFC 7523).

use jsonwebtoken::{Algorithm, Header};
use mandate_tests::app::EXPORT;
use mandate_tests::people::{WATERKANT, ZONNEBEL};
use mandate_tests::signer::{Signer, another, one};
use mandate_tests::{LOGIN, NOON, Pairs, TokenReply, World, days, minutes, tokens};
use serde_json::{Value, json};

const SCOPE: &str = "https://graph.microsoft.com/.default";
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CI: &str = "https://ci.example";

/// The sample, in which the nightly export has a certificate instead of a secret, and trusts a build server.
async fn world() -> World {
    world_with(|_| {}).await
}

async fn world_with(change: impl FnOnce(&mut Value)) -> World {
    World::with(|tenant| {
        let apps = tenant["applications"].as_array_mut().expect("a list");
        let export = apps.iter_mut().find(|app| app["appId"] == EXPORT.id).expect("the export");
        export["passwordCredentials"] = json!([]);
        export["keyCredentials"] = json!([one().key_credential()]);
        export["federatedIdentityCredentials"] =
            json!([{ "name": "build", "issuer": CI, "subject": "repo:waterkant/export:main" }]);
        change(export);
    })
    .await
}

fn endpoint() -> String {
    format!("{LOGIN}/{WATERKANT}/oauth2/v2.0/token")
}

fn claims() -> Value {
    json!({
        "iss": EXPORT.id, "sub": EXPORT.id, "aud": endpoint(), "jti": "a-first",
        "nbf": NOON.secs(), "exp": (NOON + minutes(10)).secs(),
    })
}

fn with(change: Value) -> Value {
    let mut all = claims();
    for (name, value) in change.as_object().expect("members") {
        all[name] = value.clone();
    }
    all
}

fn named(signer: &'static Signer) -> impl FnOnce(&mut Header) {
    move |header| header.x5t_s256 = Some(signer.certificate.sha256.clone())
}

fn signed(claims: &Value) -> String {
    one().sign(Algorithm::PS256, claims, named(one()))
}

async fn send(world: &World, assertion: &str) -> TokenReply {
    world.client(EXPORT).send(&request(assertion)).await
}

fn request(assertion: &str) -> Pairs {
    Pairs::of(&[
        ("client_id", EXPORT.id),
        ("grant_type", "client_credentials"),
        ("scope", SCOPE),
        ("client_assertion_type", BEARER),
        ("client_assertion", assertion),
    ])
}

#[tokio::test]
async fn a_certificate_proves_its_client_in_each_way_that_libraries_sign() {
    let world = world().await;
    let sha1 = |header: &mut Header| header.x5t = Some(one().certificate.sha1.clone());
    // MSAL Go writes the thumbprint in standard base64, with padding.
    let standard = |header: &mut Header| {
        header.x5t_s256 = Some(format!("{}=", one().certificate.sha256.replace('-', "+").replace('_', "/")));
    };
    let plain = signed(&claims());
    let exp = (NOON + minutes(10)).secs();
    for (what, assertion) in [
        ("PS256, x5t#S256", plain.clone()),
        ("the same again, as a library that keeps it does", plain),
        ("RS256, x5t", one().sign(Algorithm::RS256, &with(json!({ "jti": "b" })), sha1)),
        ("standard base64", one().sign(Algorithm::PS256, &with(json!({ "jti": "c" })), standard)),
        ("no thumbprint", one().sign(Algorithm::RS256, &with(json!({ "jti": "d" })), |_| {})),
        ("padding", one().sign_padded(&with(json!({ "jti": "padded!" })))),
        (
            "floats, no nbf",
            signed(&with(
                json!({ "jti": "e", "exp": 0.5 + f64::from(i32::try_from(exp).expect("small")), "nbf": null }),
            )),
        ),
        ("texts", signed(&with(json!({ "jti": "f", "exp": exp.to_string(), "nbf": NOON.secs().to_string() })))),
        ("no jti", signed(&with(json!({ "jti": null })))),
        ("audience in a list", signed(&with(json!({ "jti": "g", "aud": [endpoint()] })))),
        ("v1.0 endpoint", signed(&with(json!({ "jti": "h", "aud": format!("{LOGIN}/{WATERKANT}/oauth2/token") })))),
        ("alias", signed(&with(json!({ "jti": "i", "aud": format!("{LOGIN}/common/oauth2/v2.0/token") })))),
        (
            "domain",
            signed(&with(json!({ "jti": "j", "aud": format!("{LOGIN}/waterkant.example/oauth2/v2.0/token/") }))),
        ),
        ("issuer", signed(&with(json!({ "jti": "k", "aud": format!("{LOGIN}/{WATERKANT}/v2.0") })))),
    ] {
        let reply = send(&world, &assertion).await;
        assert_eq!(reply.status, 200, "{what}: {}", reply.json);
        let told = tokens::claims(&world, WATERKANT, reply.access()).await;
        assert_eq!(told["appidacr"], "2", "{what}");
    }
    // The assertion names the client as well.
    let unnamed = request(&signed(&claims())).without("client_id");
    world.client(EXPORT).send(&unnamed).await.granted();
}

#[tokio::test]
async fn what_is_wrong_with_an_assertion_is_told_and_nothing_is_given() {
    let world = world().await;
    let other = "c1000000-0000-4000-8000-000000000001";
    let hour = 60 * 60;
    for (what, change, code) in [
        ("another audience", json!({ "aud": "https://elsewhere.example/token" }), 700_023),
        ("another tenant's", json!({ "aud": format!("{LOGIN}/{ZONNEBEL}/oauth2/v2.0/token") }), 700_023),
        ("many audiences", json!({ "aud": [endpoint(), "https://elsewhere.example"] }), 700_023),
        ("no audience in a list", json!({ "aud": [] }), 700_023),
        ("a suffix", json!({ "aud": format!("{}.evil.example", endpoint()) }), 700_023),
        ("expired", json!({ "exp": NOON.secs() - 301 }), 700_024),
        ("not yet valid", json!({ "nbf": NOON.secs() + 301 }), 700_024),
        ("valid for a week", json!({ "exp": NOON.secs() + 7 * 24 * hour }), 700_024),
        ("another client's", json!({ "iss": other, "sub": other }), 700_021),
        ("another subject", json!({ "sub": other }), 50_048),
    ] {
        let refused = send(&world, &signed(&with(change))).await;
        assert_eq!(refused.refusal(), (401, "invalid_client", code), "{what}");
        assert!(world.signed_in_with(u32::try_from(code).expect("small")).await > 0, "{what}");
    }
    for (what, change) in
        [("no exp", json!({ "exp": null })), ("odd exp", json!({ "exp": "soon" })), ("no iss", json!({ "iss": null }))]
    {
        assert_eq!(send(&world, &signed(&with(change))).await.refusal(), (400, "invalid_request", 50_027), "{what}");
    }
    for text in ["", "x", "a.b.c", &"A".repeat(20_000)] {
        let refused = send(&world, text).await;
        assert!(refused.status == 400 || refused.status == 401, "{} {}", refused.status, refused.json);
        assert!(!refused.has("access_token"));
    }
}

#[tokio::test]
async fn only_the_holder_of_the_registered_key_signs() {
    let world = world().await;
    let refused = async |assertion: &str| send(&world, assertion).await.refusal().2;
    // Signed by another key, with the registered thumbprint or its own.
    assert_eq!(refused(&another().sign(Algorithm::PS256, &claims(), named(one()))).await, 700_027);
    assert_eq!(refused(&another().sign(Algorithm::PS256, &claims(), named(another()))).await, 700_027);
    assert_eq!(refused(&another().sign(Algorithm::RS256, &claims(), |_| {})).await, 700_027);
    // A certificate that comes along proves nothing.
    let brings =
        |header: &mut Header| header.x5c = Some(vec![mandate_web::base64::standard(&another().certificate.der)]);
    assert_eq!(refused(&another().sign(Algorithm::PS256, &claims(), brings)).await, 700_027);
    // No algorithm, or a digest keyed with what everybody knows.
    let part = |value: &Value| mandate_jose::b64url_encode(value.to_string().as_bytes());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims()));
    assert_eq!(refused(&unsigned).await, 700_027);
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&claims()));
    let keyed = mandate_jose::hash::hmac_sha256(&one().certificate.der, &[signed.as_bytes()]);
    assert_eq!(refused(&format!("{signed}.{}", mandate_jose::b64url_encode(&keyed))).await, 700_027);
    // Another signature's claims.
    let (mine, theirs) = (self::signed(&claims()), self::signed(&with(json!({ "jti": "other" }))));
    let (head, signature) = (mine.rsplit_once('.').expect("parts").0, theirs.rsplit_once('.').expect("parts").1);
    assert_eq!(refused(&format!("{head}.{signature}")).await, 700_027);
}

#[tokio::test]
async fn a_jti_names_one_assertion_and_an_app_can_ask_that_each_counts_once() {
    let world = world().await;
    let first = signed(&claims());
    for _ in 0..3 {
        send(&world, &first).await.granted();
    }
    let other = signed(&with(json!({ "exp": (NOON + minutes(9)).secs() })));
    assert_eq!(send(&world, &other).await.refusal(), (401, "invalid_client", 50_012));

    let strict = world_with(|app| app["mandate"] = json!({ "singleUseAssertions": true })).await;
    send(&strict, &first).await.granted();
    assert_eq!(send(&strict, &first).await.refusal(), (401, "invalid_client", 50_012));
    send(&strict, &signed(&with(json!({ "jti": "a-second" })))).await.granted();
}

#[tokio::test]
async fn certificates_begin_end_and_overlap() {
    let starts = (NOON + days(1)).secs();
    let later = mandate_domain::time::iso(mandate_base::Moment::from_secs(starts));
    let world = world_with(|app| {
        let mut second = another().key_credential();
        second["startDateTime"] = json!(later);
        app["keyCredentials"] = json!([one().key_credential(), second]);
    })
    .await;
    let assertion = |signer: &'static Signer, world: &World| {
        let now = world.now();
        let fresh =
            with(json!({ "jti": now.secs().to_string(), "nbf": now.secs(), "exp": (now + minutes(10)).secs() }));
        signer.sign(Algorithm::PS256, &fresh, named(signer))
    };
    send(&world, &assertion(one(), &world)).await.granted();
    assert_eq!(send(&world, &assertion(another(), &world)).await.refusal().2, 700_027);
    world.later(days(2));
    send(&world, &assertion(one(), &world)).await.granted();
    world.later(1000);
    send(&world, &assertion(another(), &world)).await.granted();
    world.later(days(60));
    assert_eq!(send(&world, &assertion(one(), &world)).await.refusal().2, 700_027);
}

#[tokio::test]
async fn two_proofs_at_once_a_strange_type_and_a_public_clients_assertion_are_refused() {
    let world = world().await;
    let client = world.client(EXPORT);
    let good = request(&signed(&claims()));
    let twice = good.clone().and("client_secret", "x");
    assert_eq!(client.send(&twice).await.refusal(), (400, "invalid_request", 9_002_313));
    let untyped = good.clone().without("client_assertion_type");
    assert_eq!(client.send(&untyped).await.refusal(), (400, "invalid_request", 900_144));
    let strange =
        good.clone().with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
    assert_eq!(client.send(&strange).await.refusal(), (400, "invalid_request", 90_023));
    let mobile = "c1000000-0000-4000-8000-000000000003";
    let public = good.with("client_id", mobile);
    assert_eq!(client.send(&public).await.refusal(), (401, "invalid_client", 700_025));
}

fn foreign() -> Value {
    json!({
        "iss": CI, "sub": "repo:waterkant/export:main", "aud": "api://AzureADTokenExchange",
        "nbf": NOON.secs(), "exp": (NOON + minutes(10)).secs(), "run": 7,
    })
}

fn by_ci(change: Value) -> String {
    let mut all = foreign();
    for (name, value) in change.as_object().expect("members") {
        all[name] = value.clone();
    }
    another().sign(Algorithm::RS256, &all, |header| header.kid = Some(another().kid()))
}

#[tokio::test]
async fn a_build_servers_token_proves_the_app_that_trusts_it() {
    let world = world().await;
    let token = by_ci(json!({}));
    assert_eq!(send(&world, &token).await.refusal(), (401, "invalid_client", 700_222), "nobody answers there yet");
    world.elsewhere.issuer(CI, another());
    world.later(minutes(2));
    let reply = send(&world, &token).await.granted();
    assert_eq!(tokens::claims(&world, WATERKANT, reply.access()).await["appidacr"], "2");
    for (what, change, code) in [
        ("issuer", json!({ "iss": "https://ci.example/" }), 700_211),
        ("issuer's case", json!({ "iss": "https://CI.example" }), 700_211),
        ("subject", json!({ "sub": "repo:waterkant/export" }), 700_213),
        ("subject's case", json!({ "sub": "repo:Waterkant/export:main" }), 700_213),
        ("audience", json!({ "aud": "api://other" }), 700_212),
        ("audiences", json!({ "aud": ["api://AzureADTokenExchange", "x"] }), 700_212),
        ("expired", json!({ "exp": NOON.secs() - 400 }), 700_024),
    ] {
        assert_eq!(send(&world, &by_ci(change)).await.refusal(), (401, "invalid_client", code), "{what}");
    }
    let forged = one().sign(Algorithm::RS256, &foreign(), |header| header.kid = Some(another().kid()));
    assert_eq!(send(&world, &forged).await.refusal(), (401, "invalid_client", 700_027));
}

#[tokio::test]
async fn an_apps_own_token_of_ours_may_stand_for_another_app_and_a_persons_may_not() {
    let intranet = mandate_tests::app::INTRANET;
    let world = world_with(|app| {
        app["federatedIdentityCredentials"] = json!([
            { "name": "sibling", "issuer": format!("{LOGIN}/{WATERKANT}/"), "subject": "ffffffff-0000-4000-8000-000000000001", "audiences": ["https://graph.microsoft.com"] },
        ]);
    })
    .await;
    let own = world.client(intranet).client_credentials(SCOPE).await.granted();
    send(&world, own.access()).await.granted();
    let (head, _) = own.access().rsplit_once('.').expect("parts");
    assert_eq!(send(&world, &format!("{head}.AAAA")).await.refusal().2, 700_027);
}
