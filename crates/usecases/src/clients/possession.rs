//! Proof that a caller holds a key which an object has already: what `addKey` and `removeKey` ask for (graph-api.md §2.5).

use super::assertion::{moment, read_assertion, signed_by_registered};
use crate::{Fault, House};
use mandate_base::{MINUTE, Moment, ObjectId, TenantId};
use mandate_domain::application::ClientCertificate;
use mandate_domain::query::{Condition, Noun, Order, Query};
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PossessionRefusal {
    NoSuchObject,
    NotProven,
}

/// The directory itself, by the appId of its older API.
const DIRECTORY: &str = "00000002-0000-0000-c000-000000000000";
const LONGEST_LIFE: i64 = 10 * MINUTE;
/// Clocks differ.
const SKEW: i64 = 5 * MINUTE;

pub async fn prove_possession(
    house: &House,
    tenant: TenantId,
    noun: Noun,
    object: ObjectId,
    proof: &str,
) -> Result<Result<(), PossessionRefusal>, Fault> {
    let Some(certificates) = certificates(house, tenant, noun, object).await? else {
        return Ok(Err(PossessionRefusal::NoSuchObject));
    };
    let now = house.now();
    let proven = read_assertion(proof).is_ok_and(|assertion| {
        says(&assertion.payload, object, now).is_some() && signed_by_registered(&certificates, &assertion, now).is_ok()
    });
    Ok(if proven { Ok(()) } else { Err(PossessionRefusal::NotProven) })
}

async fn certificates(
    house: &House,
    tenant: TenantId,
    noun: Noun,
    object: ObjectId,
) -> Result<Option<Vec<ClientCertificate>>, Fault> {
    let view = house.store.tenant(tenant);
    if noun == Noun::ServicePrincipal {
        return Ok(view.sp_by_id(object.into()).await?.map(|sp| sp.more.certificates));
    }
    let condition = Some(Condition::Id(vec![object]));
    let query = Query { noun: Noun::Application, condition, order: Order::Id, after: None, most: 1 };
    Ok(view.applications_where(&query).await?.into_iter().next().map(|card| card.certificates))
}

/// For the directory, of the object, and for a few minutes.
fn says(payload: &[u8], object: ObjectId, now: Moment) -> Option<()> {
    let all: Map<String, Value> = serde_json::from_slice(payload).ok()?;
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    let (from, until) = (moment(all.get("nbf")?)?, moment(all.get("exp")?)?);
    let named = text("iss").and_then(|issuer| ObjectId::parse(issuer).ok()) == Some(object);
    let meant = text("aud").is_some_and(|audience| audience.trim_end_matches('/') == DIRECTORY);
    let timely = from <= now + SKEW && until > now - SKEW && until - from <= LONGEST_LIFE;
    (named && meant && timely).then_some(())
}
