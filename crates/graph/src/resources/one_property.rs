//! One property of an object, by its name behind the object's (OData 4.0 §11.2.3): `/users/{id}/displayName`, and as it is,
//! `…/$value`. It is the object with nothing else selected, so whoever may not read that may not read this.

use super::relation::kind_of;
use crate::call::Call;
use crate::dispatch::{Cast, Object};
use crate::errors::{Refusal, Stop};
use crate::respond;
use http::StatusCode;
use http_body_util::BodyExt;
use mandate_domain::query::Noun;
use mandate_web::{Answer, answer};
use serde_json::{Map, Value};

const COST: u8 = 1;

pub(super) async fn show(call: &Call<'_>, object: &Object, name: &'static str, bare: bool) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    if call.options.select.is_some() {
        return Err(Refusal::NoQuery("$select").into());
    }
    let whole = Box::pin(super::of_object(&call.selecting(&["id", name]), object)).await?;
    if whole.status() != StatusCode::OK {
        return Ok(whole);
    }
    let body = whole.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut shown: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    let value = shown.remove(name).unwrap_or(Value::Null);
    match value {
        Value::Null => Ok(respond::nothing()),
        Value::String(text) if bare => Ok(answer::bytes(StatusCode::OK, PLAIN, text)),
        Value::Array(_) | Value::Object(_) if bare => Err(Refusal::NoSuchSegment("$value".to_owned()).into()),
        value if bare => Ok(answer::bytes(StatusCode::OK, PLAIN, value.to_string())),
        value => {
            let id = shown.get("id").and_then(Value::as_str).unwrap_or("");
            let context = format!("{}/$metadata#{}('{id}')/{name}", call.root(), set(object.noun()));
            let mut told = Map::new();
            call.metadata.say(&mut told, "@odata.context", context);
            told.insert("value".to_owned(), value);
            Ok(respond::found(told, call.metadata, call.cost(COST)))
        }
    }
}

const PLAIN: &str = "text/plain; charset=utf-8";

fn set(noun: Option<Noun>) -> &'static str {
    noun.map_or("directoryObjects", |noun| kind_of(Cast::to(noun)).set)
}
