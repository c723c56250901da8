//! Administrative units made, changed and deleted, and what is made inside one (graph-api.md §2.14).

use super::key::{Meant, by_key};
use super::unit::UNIT;
use super::{deleted, group_write, made, sent_back, unit, user_write};
use crate::body::{self, Written};
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::Method;
use mandate_base::AdministrativeUnitId;
use mandate_domain::query::Noun;
use mandate_usecases::directory::{ChangeUnit, NewUnit, UnitRefusal};
use mandate_usecases::settle;
use mandate_web::Answer;

const COST: u8 = 1;
const READ_ONLY: &[&str] = &["id", "deletedDateTime"];

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::AdministrativeUnitsCreate, None)?;
    let properties = body::read_object(call, "administrativeUnit", READ_ONLY)?.properties;
    let deed = NewUnit { permit: &permit, properties, correlation: call.correlation };
    let unit = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, ""))?;
    let location = format!("{}/{}/{}", call.root(), UNIT.set, unit.id);
    Ok(made(call, UNIT.set, &unit, &location, COST))
}

pub(super) async fn answer(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::AdministrativeUnit, key).await?;
    match call.method {
        Method::PATCH => change(call, &meant).await,
        Method::DELETE => deleted::remove(call, Op::AdministrativeUnitsDelete, Noun::AdministrativeUnit, &meant).await,
        _ => unit::show(call, &meant).await,
    }
}

async fn change(call: &Call<'_>, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(Op::AdministrativeUnitsUpdate, meant.id).await?;
    let Written { properties, fixed, .. } = body::read_whole(call, "administrativeUnit", READ_ONLY, &meant.own())?;
    sent_back(call, &permit, meant.known()?, &fixed).await?;
    let unit = meant.known()?.into();
    let deed = ChangeUnit { permit: &permit, unit, properties, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, &meant.name))?;
    Ok(respond::nothing())
}

fn told(refusal: UnitRefusal, name: &str) -> Refusal {
    match refusal {
        UnitRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        UnitRefusal::Broken(broken) => Refusal::Broken(broken),
    }
}

/// `POST …/members`: a person or a group that is in the unit from the beginning. Whoever may change what a unit holds
/// may make it there; so may whoever holds a role in the unit that lets one make it.
pub(super) async fn create_member(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let meant = by_key(call, Noun::AdministrativeUnit, key).await?;
    if let Err(refusal) = call.permit(Op::AdministrativeUnitsMembersUpdate, meant.id) {
        let id = meant.id.ok_or(refusal.clone())?;
        call.within(id).permit_in(Op::AdministrativeUnitsMembersCreate, id).map_err(|_| refusal)?;
    }
    let unit = AdministrativeUnitId::from(meant.known()?);
    match body::type_of(call)?.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("#microsoft.graph.user") => user_write::create_in(call, Some(unit)).await,
        Some("#microsoft.graph.group") => group_write::create_in(call, Some(unit)).await,
        Some(_) => Err(Refusal::Invalid("A user or a group is made in an administrative unit.".to_owned()).into()),
        None => Err(Refusal::Missing("@odata.type".to_owned()).into()),
    }
}
