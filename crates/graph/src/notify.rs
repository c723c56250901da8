//! Change notifications: what a letter says, and whether its reader may still know (graph-api.md §2.16).
//!
//! A subscription stands on the rights of whoever made it, and they are asked again before each letter: a permission that
//! was taken away ends it. Never: a property of an object; a letter says that something changed, and of what.

use crate::call::gate;
use crate::operations::{Op, operation};
use crate::resources::watched_op;
use mandate_base::CorrelationId;
use mandate_domain::query::Noun;
use mandate_domain::subscription::{ChangeType, Subscription, Watched};
use mandate_domain::time;
use mandate_usecases::access::{self, Caller};
use mandate_usecases::subscriptions::{self, Changed, Held, News};
use mandate_usecases::{Fault, House};
use serde_json::{Map, Value, json};

/// At once, and no more before the next turn.
const MOST: i64 = 64;
const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Is somebody there who wants to be told? They say so by saying what they were sent.
pub(crate) async fn validate(house: &House, url: &str) -> Result<(), String> {
    let token = format!("Validation: {}", house.draw(|draw| CorrelationId::from(draw.id())));
    let between = if url.contains('?') { '&' } else { '?' };
    let asked = format!("{url}{between}validationToken={}", mandate_web::percent::encode(&token));
    match subscriptions::post(house, &asked, TEXT, String::new()).await {
        Ok(answer) if answer.trim_ascii() == token.as_bytes() => Ok(()),
        Ok(_) => Err("it answered with something else".to_owned()),
        Err(refusal) => Err(refusal.to_string()),
    }
}

/// Whoever something may have to be told to now. The server asks twice a second.
pub async fn due(house: &House) -> Result<Vec<Held>, Fault> {
    subscriptions::due(house, MOST).await
}

/// Tells one of them what there is to tell. A receiver may be slow: the server waits for none.
pub async fn tell(house: &House, held: &Held) -> Result<(), Fault> {
    let subscription = &held.subscription;
    let Some(caller) = reader(house, held).await? else {
        tracing::info!(subscription = %subscription.id, "its maker may not read it any more: it is over");
        subscriptions::end(house, held).await?;
        lifecycle(house, held, "subscriptionRemoved").await;
        return Ok(());
    };
    let news = subscriptions::news(house, held).await?;
    let letters = letters(house, held, &caller, &news).await?;
    if letters.is_empty() {
        return subscriptions::told(house, held, &news).await;
    }
    let body = json!({ "value": letters }).to_string();
    match subscriptions::post(house, &subscription.said.notification_url, JSON, body).await {
        Ok(_) => subscriptions::told(house, held, &news).await,
        Err(refusal) => {
            tracing::warn!(subscription = %subscription.id, %refusal, "a letter was not taken");
            if subscriptions::failed(house, held, &news).await? {
                lifecycle(house, held, "missed").await;
            }
            Ok(())
        }
    }
}

/// Whoever made it, if they may still read what it is about.
async fn reader(house: &House, held: &Held) -> Result<Option<Caller>, Fault> {
    let Subscription { client, user, said, .. } = &held.subscription;
    let Some(caller) = access::stand(house, held.tenant, *client, *user).await? else { return Ok(None) };
    let watched = said.watched;
    let judged = access::permit_on(house, &caller, operation(watched_op(watched)), watched.object()).await?;
    Ok(judged.is_ok().then_some(caller))
}

async fn letters(house: &House, held: &Held, caller: &Caller, news: &News) -> Result<Vec<Value>, Fault> {
    let said = &held.subscription.said;
    let mut letters = Vec::new();
    for changed in &news.objects {
        if !said.changes.contains(&changed.kind) {
            continue;
        }
        let links = links(house, held, caller, news).await?;
        // Of the members alone, another change of the group is none.
        if matches!(said.watched, Watched::Members(_)) && links.is_empty() && changed.kind != ChangeType::Deleted {
            continue;
        }
        letters.push(letter(held, changed, links));
    }
    Ok(letters)
}

/// Who came and who went, for whoever may know.
async fn links(house: &House, held: &Held, caller: &Caller, news: &News) -> Result<Vec<Value>, Fault> {
    let Some(group) = held.subscription.said.watched.object().filter(|_| !news.links.is_empty()) else {
        return Ok(Vec::new());
    };
    let hidden = subscriptions::hides_members(house, held.tenant, group).await?;
    if hidden && gate(caller, Op::GroupsHiddenMembers, Some(group)).is_err() {
        return Ok(Vec::new());
    }
    let told = news.links.iter().map(|link| match link.is_there {
        true => json!({ "id": link.member.to_string() }),
        false => json!({ "id": link.member.to_string(), "@removed": "deleted" }),
    });
    Ok(told.collect())
}

fn letter(held: &Held, changed: &Changed, links: Vec<Value>) -> Value {
    let (set, type_name) = match held.subscription.said.watched.noun() {
        Noun::Group => ("Groups", "#Microsoft.Graph.Group"),
        _ => ("Users", "#Microsoft.Graph.User"),
    };
    let address = format!("{set}/{}", changed.object);
    let mut data = json!({
        "@odata.type": type_name,
        "@odata.id": address,
        "id": changed.object.to_string(),
        "organizationId": held.tenant.to_string(),
        "sequenceNumber": changed.seq,
    });
    if !links.is_empty() {
        data["members@delta"] = Value::from(links);
    }
    let mut letter = envelope(held);
    letter.insert("changeType".to_owned(), Value::from(changed.kind.word()));
    letter.insert("resource".to_owned(), Value::from(address));
    letter.insert("resourceData".to_owned(), data);
    Value::Object(letter)
}

/// What every letter has.
fn envelope(held: &Held) -> Map<String, Value> {
    let Subscription { id, said, expires, .. } = &held.subscription;
    let told = [
        ("subscriptionId", Value::from(id.to_string())),
        ("clientState", Value::from(said.client_state.clone())),
        ("subscriptionExpirationDateTime", Value::from(time::iso(*expires))),
        ("tenantId", Value::from(held.tenant.to_string())),
    ];
    told.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What became of the subscription itself. Once, and to whoever asked for it.
async fn lifecycle(house: &House, held: &Held, event: &str) {
    let said = &held.subscription.said;
    let Some(url) = &said.lifecycle_notification_url else { return };
    let mut letter = envelope(held);
    letter.insert("lifecycleEvent".to_owned(), Value::from(event));
    letter.insert("resource".to_owned(), Value::from(said.resource.as_str()));
    let body = json!({ "value": [letter] }).to_string();
    if let Err(refusal) = subscriptions::post(house, url, JSON, body).await {
        tracing::warn!(subscription = %held.subscription.id, %refusal, event, "a letter was not taken");
    }
}
