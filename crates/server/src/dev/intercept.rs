//! `mandate dev --intercept`: the emulator stands in for the public cloud, under the names that clients have built in.
//!
//! It takes those names only where somebody leads them to it (a hosts file, a resolver of a container) and where its CA
//! is trusted. Never: a change to the machine's own names, and never outside of `mandate dev`.

use mandate_usecases::Origins;

/// The sign-in hosts; the first is what metadata and v2.0 tokens say.
const LOGIN: [&str; 4] = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];
const GRAPH: &str = "graph.microsoft.com";
/// Whom tokens of v1.0 name as their issuer.
const STS: &str = "sts.windows.net";

/// What a hosts file must lead here, and what the certificate is for.
pub fn hosts() -> Vec<String> {
    LOGIN.into_iter().chain([GRAPH]).map(str::to_owned).collect()
}

/// Without a port: these names are asked at 443, wherever the emulator itself listens.
pub fn origins() -> Origins {
    let at = |host: &str| format!("https://{host}");
    Origins {
        login: at(LOGIN[0]),
        sts: at(STS),
        graph: at(GRAPH),
        aliases: LOGIN[1..].iter().map(|host| (*host).to_owned()).collect(),
    }
}
