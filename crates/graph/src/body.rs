//! Bodies of writes: JSON objects whose members are all known (graph-api.md §3.6).

use crate::call::Call;
use crate::errors::Refusal;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Annotations (`@odata.type`, `x@odata.type`) say how a client reads its own words, and are passed over.
pub(crate) fn read<T: DeserializeOwned>(call: &Call<'_>) -> Result<T, Refusal> {
    // Graph's libraries send what they compressed again, plain, when they hear so (graph-api.md §5.5).
    if call.encoded {
        return Err(Refusal::Encoded);
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(call.body) else { return Err(Refusal::Unreadable) };
    members.retain(|name, _| !name.contains('@'));
    serde_json::from_value(Value::Object(members)).map_err(|error| told(&error.to_string()))
}

/// In our words, by the name that the reader puts in backticks.
fn told(error: &str) -> Refusal {
    let name = error.split('`').nth(1).unwrap_or("").chars().take(64).collect();
    match () {
        () if error.starts_with("missing field") => Refusal::Missing(name),
        () if error.starts_with("unknown field") => Refusal::UnknownMember(name),
        () => Refusal::Invalid(format!("Invalid value specified in the request body: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        assert_eq!(told("missing field `clientId`"), Refusal::Missing("clientId".to_owned()));
        assert_eq!(told("unknown field `x`, expected `scope`"), Refusal::UnknownMember("x".to_owned()));
        assert!(matches!(told("invalid type: map, expected a string"), Refusal::Invalid(_)));
    }
}
