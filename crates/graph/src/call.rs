//! One call on its way through a resource: who calls, for what, and how its answer is addressed.

use crate::accept::Metadata;
use crate::dispatch::Version;
use crate::errors::{Refusal, Stop};
use crate::operations::{Op, operation};
use crate::property::{Kind, Selection};
use crate::queries::{Question, question};
use http::Method;
use mandate_base::{AdministrativeUnitId, CorrelationId, ObjectId};
use mandate_decide::{Target, View};
use mandate_domain::extension::Extension;
use mandate_domain::query::{Condition, Noun};
use mandate_odata::{Options, Select};
use mandate_usecases::House;
use mandate_usecases::access::{self, Caller, Denial, Permit};
use mandate_usecases::explain;
use mandate_web::Incoming;

pub(crate) struct Call<'a> {
    pub house: &'a House,
    pub caller: Caller,
    pub version: Version,
    pub method: Method,
    pub body: &'a [u8],
    /// The body is compressed.
    pub encoded: bool,
    pub correlation: CorrelationId,
    /// Where the request came from.
    pub peer: std::net::IpAddr,
    pub options: Options,
    /// What options and body name that is no property of Graph's own, as far as it is known here.
    pub extensions: Vec<Extension>,
    /// `ConsistencyLevel: eventual`: the caller takes queries that Graph answers from an index.
    pub eventual: bool,
    pub metadata: Metadata,
    /// `Prefer: create-if-missing`
    pub upsert: bool,
    /// `?@id=…`: the address of what a reference is to (graph-api.md §3.6).
    pub referred: Option<&'a str>,
}

/// The body is not as its type says, but packed somehow.
pub(crate) fn is_encoded(request: &Incoming) -> bool {
    request.header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
}

impl Call<'_> {
    /// Like [`gate`]; a denial comes with its explanation.
    pub fn permit(&self, op: Op, object: Option<ObjectId>) -> Result<Permit, Refusal> {
        gate(&self.caller, op, object).map_err(|denial| self.denied(op, &denial))
    }

    /// Like [`Call::permit`], where owning the object opens the operation.
    pub async fn permit_on(&self, op: Op, object: Option<ObjectId>) -> Result<Permit, Stop> {
        let judged = access::permit_on(self.house, &self.caller, operation(op), object).await?;
        Ok(judged.map_err(|denial| self.denied(op, &denial))?)
    }

    /// For what is to be made, in an administrative unit or in none.
    pub fn permit_new(&self, op: Op, unit: Option<AdministrativeUnitId>) -> Result<Permit, Refusal> {
        match unit {
            Some(unit) => self.permit_in(op, unit.into()),
            None => self.permit(op, None),
        }
    }

    pub fn permit_in(&self, op: Op, unit: ObjectId) -> Result<Permit, Refusal> {
        access::permit_in(&self.caller, operation(op), unit).map_err(|denial| self.denied(op, &denial))
    }

    /// The same call of a caller who has nothing but what roles in this unit give.
    pub fn within(&self, unit: ObjectId) -> Call<'_> {
        Call {
            caller: self.caller.only_within(&[unit]),
            method: self.method.clone(),
            options: self.options.clone(),
            extensions: self.extensions.clone(),
            ..*self
        }
    }

    /// The same call, which selects these.
    pub fn selecting(&self, names: &[&str]) -> Call<'_> {
        let mut options = self.options.clone();
        options.select = Some(Select::Names(names.iter().map(|name| (*name).to_owned()).collect()));
        Call {
            caller: self.caller.clone(),
            method: self.method.clone(),
            options,
            extensions: self.extensions.clone(),
            ..*self
        }
    }

    fn denied(&self, op: Op, denial: &Denial) -> Refusal {
        let explanation = Box::new(explain::denial(&self.caller, denial));
        Refusal::Denied { operation: op.name(), explanation }
    }

    /// How much of an object the caller may see that another operation came by. `None`: that it is there.
    pub fn view_of(&self, op: Op, object: ObjectId) -> Option<View> {
        gate(&self.caller, op, Some(object)).ok().map(|permit| permit.view())
    }

    /// For what is one object (OData 4.01 part 2 §5.1.5 and §5.1.8).
    pub fn refuse_paging(&self) -> Result<(), Refusal> {
        let Options { top, skip_token, count, filter, search, order_by, .. } = &self.options;
        let paged = top.is_some() || skip_token.is_some() || count.is_some();
        if paged || filter.is_some() || search.is_some() || !order_by.is_empty() {
            Err(Refusal::NotACollection)
        } else {
            Ok(())
        }
    }

    /// For a collection that is listed whole or not at all. `$count` is passed over, as Graph does without its header.
    pub fn refuse_queries(&self) -> Result<(), Refusal> {
        refuse([("$filter", self.options.filter.is_some())])?;
        self.refuse_sorting()
    }

    /// For a collection of one order that is counted, where the caller takes what comes with it.
    pub fn refuse_queries_but_count(&self) -> Result<(), Refusal> {
        let Options { search, order_by, filter, .. } = &self.options;
        refuse([("$filter", filter.is_some()), ("$search", search.is_some()), ("$orderby", !order_by.is_empty())])
    }

    /// For a collection that is filtered, and has one order.
    pub fn refuse_sorting(&self) -> Result<(), Refusal> {
        let Options { search, order_by, count, .. } = &self.options;
        refuse([
            ("$search", search.is_some()),
            ("$orderby", !order_by.is_empty()),
            ("$count", self.eventual && *count == Some(true)),
        ])
    }

    /// For a collection that is filtered and counted, and has one order.
    pub fn refuse_order(&self) -> Result<(), Refusal> {
        let Options { search, order_by, .. } = &self.options;
        refuse([("$search", search.is_some()), ("$orderby", !order_by.is_empty())])
    }

    /// Whether all of a collection are counted beside its first page.
    pub fn counts(&self) -> bool {
        self.eventual && self.options.count == Some(true) && self.options.skip_token.is_none()
    }

    /// For `…/$count`, which is a question without a page.
    pub fn refuse_page_of_count(&self) -> Result<(), Refusal> {
        let Options { top, skip_token, count, .. } = &self.options;
        match () {
            () if !self.eventual => Err(Refusal::NoCountSegment),
            () if top.is_some() || skip_token.is_some() || count.is_some() => Err(Refusal::NotACollection),
            () => Ok(()),
        }
    }

    /// What is counted: a question without an order or a page.
    pub fn counting(&self, noun: Noun, kind: &Kind) -> Result<Option<Condition>, Refusal> {
        let Options { top, skip_token, count, select, order_by, .. } = &self.options;
        refuse([
            ("$top", top.is_some()),
            ("$skiptoken", skip_token.is_some()),
            ("$count", count.is_some()),
            ("$select", select.is_some()),
            ("$orderby", !order_by.is_empty()),
        ])?;
        question(noun, kind.name, &self.options, &self.extensions).map(|question| question.condition)
    }

    /// What the options ask of a collection, and whether the caller took what comes with it (graph-api.md §3.4).
    pub fn question(&self, noun: Noun, kind: &Kind) -> Result<Question, Refusal> {
        let question = question(noun, kind.name, &self.options, &self.extensions)?;
        if self.options.search.is_some() && !self.eventual {
            return Err(Refusal::SearchWantsHeader);
        }
        // A search counts by itself.
        let counts = self.options.count == Some(true) || self.options.search.is_some();
        if question.advanced && !(self.eventual && counts) {
            return Err(Refusal::Advanced);
        }
        Ok(question)
    }

    pub fn selection(&self, kinds: &[&'static Kind]) -> Result<Selection, Refusal> {
        self.selection_of(self.options.select.as_ref(), kinds)
    }

    pub fn selection_of(&self, select: Option<&Select>, kinds: &[&'static Kind]) -> Result<Selection, Refusal> {
        // Before a type is released it is shown whole, where it is shown in part afterwards (graph-api.md §3.3).
        let whole = self.version == Version::Beta && matches!(kinds, [kind] if kind.set == "users");
        if select.is_none() && whole { Ok(Selection::All) } else { Selection::of(select, kinds, &self.extensions) }
    }

    /// Of the configured origin, whatever host the request named: clients follow it with their token.
    pub fn root(&self) -> String {
        format!("{}/{}", self.house.origins.graph, self.version.word())
    }

    pub fn context(&self, set: &str, selection: &Selection, single: bool) -> String {
        let entity = if single { "/$entity" } else { "" };
        format!("{}/$metadata#{set}{}{entity}", self.root(), selection.in_context())
    }

    /// In resource units (graph-api.md §4.5).
    pub fn cost(&self, base: u8) -> u8 {
        let selects = u8::from(self.options.select.is_some());
        let few = u8::from(self.options.top.is_some_and(|top| top < 20));
        base.saturating_sub(selects + few).max(1)
    }
}

/// The first option that was asked and is not taken.
pub(crate) fn refuse(options: impl IntoIterator<Item = (&'static str, bool)>) -> Result<(), Refusal> {
    let asked = options.into_iter().find(|(_, asked)| *asked);
    asked.map_or(Ok(()), |(option, _)| Err(Refusal::NoQuery(option)))
}

/// `None` is a whole collection, or an object that nothing is known by.
pub(crate) fn gate(caller: &Caller, op: Op, object: Option<ObjectId>) -> Result<Permit, Denial> {
    access::permit(caller, operation(op), &Target { object, ..Target::default() })
}
