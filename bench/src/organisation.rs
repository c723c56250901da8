//! The organisation of the measurements that the built-in sample is not enough for: the sample, with the consents that
//! nobody is there to give, and with a certificate for the app that has a secret already.
//! Never: a key in the repository; each one is made for its round.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SigningKey as _};
use serde_json::json;

use crate::clock;

const SAMPLE: &str = include_str!("../../crates/server/sample.yaml");

/// An app that people sign in to. What stands in forms and URLs is encoded for them.
pub struct App {
    pub id: &'static str,
    pub redirect: &'static str,
    /// What it adds to a token request to prove itself.
    pub proof: &'static str,
}

/// A web app with a secret.
pub const INTRANET: App = App {
    id: "c1000000-0000-4000-8000-000000000001",
    redirect: "http%3A%2F%2Flocalhost%3A5000%2Fauth%2Fcallback",
    proof: "&client_secret=intranet-secret-for-development-only",
};

/// A public app: its refresh tokens are replaced at each use.
pub const MOBILE: App =
    App { id: "c1000000-0000-4000-8000-000000000003", redirect: "http%3A%2F%2Flocalhost", proof: "" };

/// What MSAL asks for, whatever it is asked for.
pub const SCOPE: &str = "openid%20profile%20offline_access%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read";

/// Joris Bakker of the sample, in the fields of the sign-in page.
pub const SIGNS_IN: &str = "loginfmt=joris.bakker%40waterkant.example&passwd=Polder-Fiets-42";

/// The app with a secret and a certificate.
const DAEMON: &str = "c1000000-0000-4000-8000-000000000004";

/// The sample with consents, and with the daemon's certificate.
pub fn seed(certificate: Option<&Certificate>) -> Result<String, String> {
    let grants: String = [INTRANET, MOBILE].iter().map(consent).collect();
    let seed = behind(SAMPLE, "    oauth2PermissionGrants:\n", &grants)?;
    match certificate {
        None => Ok(seed),
        Some(certificate) => {
            behind(&seed, "        displayName: Waterkant Nightly Export\n", &certificate.credential())
        }
    }
}

fn consent(app: &App) -> String {
    format!(
        "      - {{ clientId: {}, resourceId: 00000003-0000-0000-c000-000000000000, consentType: AllPrincipals, \
         scope: openid profile offline_access User.Read }}\n",
        app.id
    )
}

fn behind(text: &str, mark: &str, more: &str) -> Result<String, String> {
    let place = text.find(mark).ok_or_else(|| format!("the sample has no `{}`", mark.trim()))? + mark.len();
    Ok([&text[..place], more, &text[place..]].concat())
}

/// The daemon's key and certificate.
pub struct Certificate {
    key: KeyPair,
    der: Vec<u8>,
}

impl Certificate {
    pub fn make() -> Result<Self, String> {
        let broken = |err: rcgen::Error| format!("making a client's certificate: {err}");
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(broken)?;
        let params = CertificateParams::new(vec!["daemon.waterkant.example".to_owned()]).map_err(broken)?;
        let certificate = params.self_signed(&key).map_err(broken)?;
        Ok(Certificate { key, der: certificate.der().to_vec() })
    }

    fn credential(&self) -> String {
        let key = STANDARD.encode(&self.der);
        format!("        keyCredentials: [{{ type: AsymmetricX509Cert, usage: Verify, key: {key} }}]\n")
    }

    /// What a client library sends (RFC 7523 §3), for one authority. `number` tells it from all others.
    pub fn assertion(&self, token_endpoint: &str, number: usize) -> Result<String, String> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.der));
        let now = clock::epoch();
        let header = part(json!({ "alg": "RS256", "typ": "JWT", "x5t#S256": thumbprint }));
        let claims = part(json!({
            "aud": token_endpoint, "iss": DAEMON, "sub": DAEMON, "jti": format!("bench-{number}"),
            "nbf": now, "iat": now, "exp": now + 600,
        }));
        let signed = format!("{header}.{claims}");
        let signature = self.key.sign(signed.as_bytes()).map_err(|err| format!("signing an assertion: {err}"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A token request of the daemon by an assertion.
pub fn asserted_form(assertion: &str) -> String {
    format!(
        "grant_type=client_credentials&client_id={DAEMON}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion={assertion}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_still_has_the_places_that_are_added_to() {
        let seed = seed(None).expect("the sample has grants");
        assert!(seed.contains("- { clientId: c1000000-0000-4000-8000-000000000003, resourceId: 00000003"), "{seed}");
        assert!(SAMPLE.contains("displayName: Waterkant Nightly Export\n"));
        for app in [INTRANET, MOBILE] {
            assert!(SAMPLE.contains(&format!("appId: {}\n", app.id)));
        }
    }
}
