//! `/oidc/userinfo`: who the person is (OpenID Connect Core §5.3, protocol.md §1.8).

use crate::call::Call;
use crate::errors::{Refusal, Stop, Unproven};
use crate::operations::Op;
use crate::respond;
use mandate_usecases::Fault;
use mandate_usecases::tokens::{self, UserInfo};
use mandate_web::Answer;
use serde_json::{Map, Value};

pub(super) fn show(call: &Call<'_>) -> Result<Answer, Stop> {
    // An app's own token is nobody's, whatever it holds: it is invalid here, not short of a scope (RFC 6750 §3.1).
    let own = call.caller.user().ok_or(Refusal::Unproven(Unproven::AppOnly))?.id;
    call.permit(Op::UserInfo, Some(own.into())).map_err(without_openid)?;
    let info = tokens::userinfo(call.house, &call.caller);
    // The gate and the deed ask the same of a token; only a bug makes them differ.
    let info = info.ok_or_else(|| Fault::new("answering userinfo", "the gate let a token without openid pass"))?;
    Ok(respond::claims(&claims(&info, &call.house.origins.graph)))
}

/// RFC 6750 §3.1 names the scope that was missing.
fn without_openid(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Denied { operation, explanation } => Refusal::NoOpenId { operation, explanation },
        other => other,
    }
}

fn claims(info: &UserInfo, graph: &str) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        claims.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    };
    put("sub", Some(&info.sub));
    if info.profile {
        put("name", Some(&info.user.display_name));
        put("given_name", info.user.text("givenName"));
        put("family_name", info.user.text("surname"));
        put("picture", Some(&format!("{graph}/v1.0/me/photo/$value")));
    }
    if info.email {
        put("email", info.user.mail.as_deref());
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::user::tests::joris;
    use serde_json::json;

    fn told(profile: bool, email: bool) -> Value {
        let mut user = joris();
        user.mail = Some("joris@waterkant.example".to_owned());
        Value::Object(claims(&UserInfo { sub: "s".to_owned(), user, profile, email }, "https://graph.example"))
    }

    #[test]
    fn each_scope_adds_its_claims() {
        assert_eq!(told(false, false), json!({ "sub": "s" }));
        assert_eq!(told(false, true), json!({ "sub": "s", "email": "joris@waterkant.example" }));
        let profile = json!({
            "sub": "s", "name": "Joris Bakker", "given_name": "Joris", "family_name": "Bakker",
            "picture": "https://graph.example/v1.0/me/photo/$value",
        });
        assert_eq!(told(true, false), profile);
    }
}
