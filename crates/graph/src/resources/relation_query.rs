//! What is asked of a relation: `$filter`, `$search` and `$orderby` on members, memberships, reports and what is owned. All of
//! it is advanced: Graph wants `ConsistencyLevel: eventual` and `$count=true` for it (graph-api.md §3.4).

use super::collection;
use super::relation::{COST, Listed, Place, is_told_by, kind_of, sight};
use crate::call::Call;
use crate::dispatch::{Cast, Relation};
use crate::errors::{Refusal, Stop};
use crate::paging::Pages;
use crate::queries::{Question, question};
use crate::respond;
use mandate_domain::query::{Condition, Noun, Order};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, MemberObject, RelatedQuery, Told};
use mandate_web::Answer;

/// Whether more is asked than for the whole list.
pub(super) fn is_asked(call: &Call<'_>) -> bool {
    call.options.filter.is_some() || call.options.search.is_some() || !call.options.order_by.is_empty()
}

/// One page of those that are asked for.
pub(super) async fn list(
    call: &Call<'_>,
    (place, permit): (&Place, &Permit),
    relation: Relation,
    cast: Option<Cast>,
) -> Result<Answer, Stop> {
    let listed = Listed::of(call, cast)?;
    let asked = Asked::of(call, cast)?;
    if !(call.eventual && (call.options.count == Some(true) || call.options.search.is_some())) {
        return Err(if call.options.search.is_some() { Refusal::SearchWantsHeader } else { Refusal::Advanced }.into());
    }
    let path = format!("{}/{}{}", place.path, relation.word(), listed.path());
    let pages = Pages::of(call, place.op, &path);
    let after = pages.place()?;
    let counted = call.counts();
    let query = RelatedQuery {
        which: place.which,
        of: asked.of.clone(),
        order: asked.order,
        after,
        most: pages.most(),
        counted,
    };
    let told = |object: &MemberObject| asked.told(call, relation, place, object);
    let found = directory::related_where(call.house, &call.caller, permit, &query, told).await?;
    let value = found.objects.iter().filter_map(|object| listed.show(call, object)).collect();
    let next = found.next.map(|last| pages.next_place(&last));
    Ok(collection(call, listed.context(call), counted.then_some(found.count), value, next, COST))
}

/// How many there are: a number and nothing else.
pub(super) async fn count(
    call: &Call<'_>,
    (place, permit): (&Place, &Permit),
    relation: Relation,
    cast: Option<Cast>,
) -> Result<Answer, Stop> {
    let asked = Asked::of(call, cast)?;
    let query = RelatedQuery {
        which: place.which,
        of: asked.of.clone(),
        order: Order::Id,
        after: None,
        most: 0,
        counted: true,
    };
    let told = |object: &MemberObject| asked.told(call, relation, place, object);
    let found = directory::related_where(call.house, &call.caller, permit, &query, told).await?;
    Ok(respond::number(found.count, call.cost(1)))
}

/// The kinds that have what is asked for, and the question put to each.
struct Asked {
    of: Vec<(Noun, Option<Condition>)>,
    order: Order,
}

impl Asked {
    fn of(call: &Call<'_>, cast: Option<Cast>) -> Result<Asked, Refusal> {
        let nouns = match cast.map(Cast::noun) {
            None => Noun::ALL.to_vec(),
            Some(Some(noun)) => vec![noun],
            // A role is no object that could be asked for its properties.
            Some(None) => return Err(Refusal::NoQuery("$filter")),
        };
        let put = |noun: Noun| {
            let kind = kind_of(Cast::to(noun));
            question(noun, kind.name, &call.options, &call.extensions).map(|question| (noun, question))
        };
        let (mut asked, mut refused): (Vec<(Noun, Question)>, Option<Refusal>) = (Vec::new(), None);
        for noun in nouns {
            match put(noun) {
                Ok(question) => asked.push(question),
                Err(refusal) => refused = refused.or(Some(refusal)),
            }
        }
        match (asked.first(), refused) {
            (None, Some(refusal)) => Err(refusal),
            (first, _) => {
                let order = first.map_or(Order::Id, |(_, question)| question.order);
                let of = asked.into_iter().map(|(noun, question)| (noun, question.condition)).collect();
                Ok(Asked { of, order })
            }
        }
    }

    /// By what is found, nobody learns more than they see.
    fn told(&self, call: &Call<'_>, relation: Relation, place: &Place, object: &MemberObject) -> Told {
        if !is_told_by(relation, &call.caller, object, place.meant.id) {
            return Told::Nothing;
        }
        let (cast, view) = sight(call, object);
        let condition =
            self.of.iter().find(|(noun, _)| Some(*noun) == cast.noun()).and_then(|(_, asked)| asked.as_ref());
        match view {
            Some(view) if kind_of(cast).may_ask(condition, view).is_ok() => Told::Whole,
            None if condition.is_none() => Told::ItsId,
            _ => Told::Nothing,
        }
    }
}
