//! Questions about what is related to an object: `$filter`, `$search` and `$orderby` on members, memberships and their kin.
//!
//! The relation says who may be found, the store's facets who of them is: so many at once, by their ids. One page is held in
//! memory, however many there are.

use super::related::{CHUNK, MemberObject, Related, ids, of_query};
use crate::access::{Caller, Permit};
use crate::{Fault, House};
use mandate_domain::query::{Condition, Noun, Order, Place, Query, compared, compared_moment};

/// What is asked for.
pub struct RelatedQuery {
    pub which: Related,
    /// The kinds that are meant, and what is asked of each.
    pub of: Vec<(Noun, Option<Condition>)>,
    pub order: Order,
    pub after: Option<Place>,
    pub most: usize,
    /// Whether all of them are counted, on whatever page.
    pub counted: bool,
}

pub struct RelatedPage {
    pub objects: Vec<MemberObject>,
    /// The last one's place, where another page follows.
    pub next: Option<Place>,
    pub count: i64,
}

/// What the caller may learn of one that is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Nothing,
    /// That it is there. Its name orders nothing.
    ItsId,
    Whole,
}

pub async fn related_where(
    house: &House,
    caller: &Caller,
    _: &Permit,
    query: &RelatedQuery,
    told: impl Fn(&MemberObject) -> Told,
) -> Result<RelatedPage, Fault> {
    let view = house.store.tenant(caller.tenant);
    let whole = query.counted || query.order != Order::Id || matches!(query.which, Related::MadeBy(_));
    // In the order of ids, what was on the pages before need not be looked at again.
    let after = query.after.as_ref().filter(|_| !whole).map(|place| place.id);
    let all = ids(view, query.which, after, i64::MAX).await?;
    let (mut count, mut kept): (i64, Vec<(Place, MemberObject)>) = (0, Vec::new());
    for some in all.chunks(CHUNK) {
        for (noun, condition) in &query.of {
            let terms = std::iter::once(Condition::Id(some.to_vec())).chain(condition.clone());
            let asked = Query {
                noun: *noun,
                condition: Some(Condition::All(terms.collect())),
                order: Order::Id,
                after: None,
                most: some.len() as i64,
            };
            let found = of_query(house, view, &asked).await?.into_iter().filter_map(|object| match told(&object) {
                Told::Nothing => None,
                Told::ItsId => Some((Place { id: object.id(), name: String::new() }, object)),
                Told::Whole => Some((place_of(&object, query.order), object)),
            });
            let before = kept.len();
            kept.extend(found);
            count += (kept.len() - before) as i64;
        }
        kept.retain(|(place, _)| query.after.as_ref().is_none_or(|after| is_behind(query.order, place, after)));
        kept.sort_by(|(one, _), (other, _)| order_of(query.order, one, other));
        kept.truncate(query.most + 1);
        if !whole && kept.len() > query.most {
            break;
        }
    }
    let more = kept.len() > query.most;
    kept.truncate(query.most);
    let next = kept.last().filter(|_| more).map(|(place, _)| place.clone());
    Ok(RelatedPage { objects: kept.into_iter().map(|(_, object)| object).collect(), next, count })
}

fn place_of(object: &MemberObject, order: Order) -> Place {
    let name = match (order, object) {
        (Order::Id, _) => String::new(),
        (Order::Upn { .. }, MemberObject::User(user)) => user.upn.folded().into_string(),
        (Order::Created { .. }, object) => object.created().map(compared_moment).unwrap_or_default(),
        (_, object) => compared(object.display_name()),
    };
    Place { id: object.id(), name }
}

fn order_of(order: Order, one: &Place, other: &Place) -> std::cmp::Ordering {
    let by_name = (&one.name, one.id).cmp(&(&other.name, other.id));
    match order {
        Order::Id => one.id.cmp(&other.id),
        _ if order.is_descending() => by_name.reverse(),
        _ => by_name,
    }
}

fn is_behind(order: Order, place: &Place, after: &Place) -> bool {
    order_of(order, place, after).is_gt()
}
