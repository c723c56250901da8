//! Collections that are asked for by properties: one page of a query, and how many there are.

use super::expand::Expansion;
use super::{collection, tell_restricted};
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, shown};
use crate::queries::Question;
use crate::respond;
use mandate_base::Moment;
use mandate_domain::query::{Noun, Order, Place, Query, compared};
use mandate_domain::time;
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::{Fault, House, directory};
use mandate_web::Answer;

const COST: u8 = 2;

/// A kind of object that is kept in a table of its own.
pub(super) trait Listed: Entity + Sized {
    const NOUN: Noun;
    const LIST: Op;
    const COUNT: Op;

    /// What the collection is sorted by, where it is not by id.
    fn name(&self) -> &str;

    /// When it was made, as exactly as it is kept to be sorted by.
    fn created(&self) -> Option<Moment> {
        time::parse(self.column("createdDateTime").as_str()?)
    }

    /// One page, and whether more follows.
    fn find(
        house: &House,
        caller: &Caller,
        permit: &Permit,
        query: Query,
    ) -> impl Future<Output = Result<(Vec<Self>, bool), Fault>> + Send;
}

pub(super) async fn list<E: Listed>(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(E::LIST, None)?;
    let selection = call.selection(&[E::KIND])?;
    let expansion = Expansion::asked(call, E::NOUN)?;
    let Question { condition, order, .. } = call.question(E::NOUN, E::KIND)?;
    let path = format!("/{}", E::KIND.set);
    E::KIND.may_ask(condition.as_ref(), permit.view())?;
    let pages = Pages::of(call, E::LIST, &path);
    let after = pages.place()?;
    let counted = call.counts();
    let query = Query { noun: E::NOUN, condition, order, after, most: pages.most() as i64 };
    let count = match counted {
        true => Some(directory::count(call.house, &call.caller, &permit, &query).await?),
        false => None,
    };
    let (found, more) = E::find(call.house, &call.caller, &permit, query).await?;
    let next = found.last().filter(|_| more).map(|last| pages.next_place(&place(last, order)));
    let mut value = Vec::with_capacity(found.len());
    for object in &found {
        let mut properties = shown(object, &selection, permit.view());
        tell_restricted(call, &permit, object.id(), &mut properties).await?;
        if let Some(expansion) = &expansion {
            expansion.add(call, object.id(), &mut properties).await?;
        }
        value.push(properties);
    }
    Ok(collection(call, call.context(E::KIND.set, &selection, false), count, value, next, COST))
}

fn place<E: Listed>(last: &E, order: Order) -> Place {
    let name = match order {
        Order::Id => String::new(),
        Order::Name { .. } => compared(last.name()),
        Order::Upn { .. } => compared(last.column("userPrincipalName").as_str().unwrap_or("")),
        Order::Created { .. } => last.created().map(|moment| moment.millis().to_string()).unwrap_or_default(),
    };
    Place { id: last.id(), name }
}

/// `/users/$count`: a number and nothing else.
pub(super) async fn count<E: Listed>(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(E::COUNT, None)?;
    if !call.eventual {
        return Err(Refusal::NoCountSegment.into());
    }
    let condition = call.counting(E::NOUN, E::KIND)?;
    E::KIND.may_ask(condition.as_ref(), permit.view())?;
    let query = Query { noun: E::NOUN, condition, order: Order::Id, after: None, most: 0 };
    let count = directory::count(call.house, &call.caller, &permit, &query).await?;
    Ok(respond::number(count, call.cost(1)))
}
