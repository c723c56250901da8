//! The organisation of the client suites: the sample, with one more app that proves itself with a certificate, and that
//! trusts another app's tokens, a person who must choose a password, an app that hears of a sign-out, and a page
//! with a server. The key is
//! made for the run and gone with it.
//! Never: a key in the repository. Next: `dev_server.rs` starts the server with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{root, run};

/// The app, for the suites.
pub const SIGNED_CLIENT: &str = "c1000000-0000-4000-8000-000000000008";

/// Key and certificate in one PEM file, as clients take them.
pub fn signed_pem(home: &Path) -> PathBuf {
    home.join("signed.pem")
}

/// Makes the key, and the seed that names its certificate.
pub fn write(home: &Path, port: u16) -> Result<PathBuf, String> {
    let (key, cert) = (home.join("signed.key"), home.join("signed.crt"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "2"]);
    openssl.args(["-subj", "/CN=signed.waterkant.example", "-keyout"]).arg(&key).arg("-out").arg(&cert);
    openssl.stderr(std::process::Stdio::null());
    run(&mut openssl)?;
    let told = |err: std::io::Error| format!("writing the organisation of the clients: {err}");
    let (key, cert) = (fs::read_to_string(key).map_err(told)?, fs::read_to_string(cert).map_err(told)?);
    fs::write(signed_pem(home), format!("{key}{cert}")).map_err(told)?;
    let body: String = cert.lines().filter(|line| !line.starts_with("-----")).collect();
    let sample = fs::read_to_string(root().join("crates/server/sample.yaml")).map_err(told)?;
    let seed = home.join("organisation.yaml");
    fs::write(&seed, with_signed_app(&sample, &body, port)?).map_err(told)?;
    Ok(seed)
}

/// Behind the other apps of the first tenant, so that those which dev.env names stay the first.
fn with_signed_app(sample: &str, certificate: &str, port: u16) -> Result<String, String> {
    let app = format!(
        "      - id: cccccccc-0000-4000-8000-000000000008
        appId: {SIGNED_CLIENT}
        displayName: Waterkant Signed Job
        signInAudience: AzureADMyOrg
        identifierUris: [api://waterkant-signed]
        web: {{ redirectUris: [http://localhost:5008/callback] }}
        requiredResourceAccess: [{{ resourceAppId: 00000003-0000-0000-c000-000000000000, resourceAccess: [{{ id: User.Read, type: Scope }}, {{ id: User.Read.All, type: Role }}] }}]
        keyCredentials: [{{ displayName: made for this run, type: AsymmetricX509Cert, usage: Verify, key: {certificate} }}]
        federatedIdentityCredentials:
          - {{ name: nightly-export, issuer: \"https://localhost:{port}/11111111-1111-4111-8111-111111111111/\", subject: ffffffff-0000-4000-8000-000000000004, audiences: [\"https://graph.microsoft.com\"] }}
"
    );
    let assignment = format!(
        "      - {{ principalId: {SIGNED_CLIENT}, resourceId: 00000003-0000-0000-c000-000000000000, appRole: User.Read.All }}\n"
    );
    let principal = format!("      - {{ id: ffffffff-0000-4000-8000-000000000008, appId: {SIGNED_CLIENT} }}\n");
    let with = insert(sample, "    servicePrincipals:\n", &app, Side::Before)?;
    let with = insert(&with, "    groups:\n", NEWCOMER, Side::Before)?;
    let with = insert(&with, PAYROLL, ", logoutUrl: http://localhost:5003/signed-out", Side::After)?;
    let with = insert(&with, PLANNER, PLANNER_SERVER, Side::After)?;
    let with = insert(&with, "    servicePrincipals:\n", &principal, Side::After)?;
    // MSAL asks for it in every sign-in.
    let with = insert(&with, "consentType: AllPrincipals, scope: openid profile", " offline_access", Side::After)?;
    insert(&with, "    appRoleAssignments:\n", &assignment, Side::After)
}

/// An administrator gave her a password that she must change: a page of its own.
const NEWCOMER: &str = "      - { id: aaaaaaaa-0000-4000-8000-000000000012, userPrincipalName: noor.hendriks@waterkant.example, displayName: Noor Hendriks, givenName: Noor, surname: Hendriks, mail: noor.hendriks@waterkant.example, jobTitle: Matroos, department: Operations, officeLocation: Dordrecht, preferredLanguage: nl-NL, passwordProfile: { password: Polder-Fiets-42, forceChangePasswordNextSignIn: true } }\n";
/// A page with a server of its own, which signs people in and hands the page a code.
const PLANNER: &str = "spa: { redirectUris: [http://localhost:5173, http://localhost:5173/redirect.html] }\n";
const PLANNER_SERVER: &str = "        web: { redirectUris: [http://localhost:5173/server] }\n        passwordCredentials: [{ displayName: server, secretText: planner-secret-for-tests-only }]\n";
/// An app that is told of a sign-out.
const PAYROLL: &str = "web: { redirectUris: [http://localhost:5003/callback]";

enum Side {
    Before,
    After,
}

/// At the first place where the mark stands.
fn insert(text: &str, mark: &str, more: &str, side: Side) -> Result<String, String> {
    let place = text.find(mark).ok_or_else(|| format!("the sample has no `{}`", mark.trim()))?;
    let place = if matches!(side, Side::Before) { place } else { place + mark.len() };
    Ok([&text[..place], more, &text[place..]].concat())
}
