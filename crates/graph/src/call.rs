//! One call on its way through a resource: who calls, for what, and how its answer is addressed.

use crate::accept::Metadata;
use crate::dispatch::Version;
use crate::errors::Refusal;
use crate::operations::{Op, operation};
use crate::property::{Kind, Selection};
use mandate_base::ObjectId;
use mandate_decide::{Target, View};
use mandate_odata::Options;
use mandate_usecases::House;
use mandate_usecases::access::{self, Caller, Denial, Permit};
use mandate_usecases::explain;

pub(crate) struct Call<'a> {
    pub house: &'a House,
    pub caller: Caller,
    pub version: Version,
    pub options: Options,
    pub metadata: Metadata,
}

impl Call<'_> {
    /// Like [`gate`]; a denial comes with its explanation.
    pub fn permit(&self, op: Op, object: Option<ObjectId>) -> Result<Permit, Refusal> {
        gate(&self.caller, op, object).map_err(|denial| {
            let explanation = Box::new(explain::denial(&self.caller, &denial));
            Refusal::Denied { operation: op.name(), explanation }
        })
    }

    /// How much of an object the caller may see that another operation came by. `None`: that it is there.
    pub fn view_of(&self, op: Op, object: ObjectId) -> Option<View> {
        gate(&self.caller, op, Some(object)).ok().map(|permit| permit.view())
    }

    /// For what is one object (OData 4.01 part 2 §5.1.5 and §5.1.8).
    pub fn refuse_paging(&self) -> Result<(), Refusal> {
        let Options { top, skip_token, count, .. } = &self.options;
        let asked = top.is_some() || skip_token.is_some() || count.is_some();
        if asked { Err(Refusal::NotACollection) } else { Ok(()) }
    }

    pub fn selection(&self, kinds: &[&'static Kind]) -> Result<Selection, Refusal> {
        Selection::of(self.options.select.as_ref(), kinds)
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

/// `None` is a whole collection, or an object that nothing is known by.
pub(crate) fn gate(caller: &Caller, op: Op, object: Option<ObjectId>) -> Result<Permit, Denial> {
    access::permit(caller, operation(op), &Target { object, ..Target::default() })
}
