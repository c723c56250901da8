//! The `scope` of a token answer: what was asked as it was spelled, then the rest of what the token carries.

use mandate_base::AppId;
use mandate_domain::catalogue::{GRAPH, OIDC_SCOPES};
use mandate_domain::signin::scopes::{ResourceAsk, ScopeAsk};

/// Clients key their caches by the spelling, so each requested one comes back (protocol.md §3.2). `held` is what the
/// token carries; Graph's scopes are short where the request was, others carry their resource's name.
pub fn echo(scopes: &ScopeAsk, app: AppId, held: &[String], signed: [bool; 3]) -> String {
    if scopes.v1 {
        // v1.0 names scopes short, since the answer names the resource beside them (protocol.md §3.2).
        return held.join(" ");
    }
    let mut words: Vec<String> = Vec::new();
    for ask in &scopes.resources {
        let kept = ask.values.iter().filter(|value| holds(held, value));
        words.extend(kept.map(|value| spelled(ask, value)));
        words.extend(ask.default.then(|| spelled(ask, ".default")));
    }
    let is_oidc = |value: &&String| OIDC_SCOPES.iter().any(|scope| scope.eq_ignore_ascii_case(value));
    for value in held.iter().filter(|value| !is_oidc(value)) {
        let word = scopes.resources.first().map_or_else(|| value.clone(), |ask| spelled(ask, value));
        let said = |known: &String| known.eq_ignore_ascii_case(&word) || ends_in(known, value);
        if !words.iter().any(said) {
            words.push(word);
        }
    }
    for (asked, word) in signed.into_iter().zip(OIDC_SCOPES) {
        if asked || (app == GRAPH && holds(held, word)) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

fn spelled(ask: &ResourceAsk, value: &str) -> String {
    ask.name.as_deref().map_or_else(|| value.to_owned(), |name| format!("{name}/{value}"))
}

/// The same permission under another spelling of its resource.
fn ends_in(word: &str, value: &str) -> bool {
    word.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(value))
}

fn holds(held: &[String], value: &str) -> bool {
    held.iter().any(|scope| scope.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_comes_back_and_nothing_twice() {
        let held = ["User.Read", "User.ReadBasic.All", "Mail.Read", "profile"].map(str::to_owned);
        let cases = [
            ("openid User.Read", "User.Read User.ReadBasic.All Mail.Read openid profile"),
            (
                "User.Read https://graph.microsoft.com/User.ReadBasic.All",
                "User.Read https://graph.microsoft.com/User.ReadBasic.All Mail.Read profile",
            ),
            (
                "https://graph.microsoft.com/.default",
                "https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read \
                 https://graph.microsoft.com/User.ReadBasic.All https://graph.microsoft.com/Mail.Read profile",
            ),
        ];
        for (asked, expected) in cases {
            let scopes = ScopeAsk::parse(asked).expect("well-formed");
            assert_eq!(echo(&scopes, GRAPH, &held, [scopes.openid, false, false]), expected, "{asked}");
        }
    }
}
