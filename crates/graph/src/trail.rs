//! The two ids by which a call is found again: ours, and the client's.

use mandate_base::{CorrelationId, Moment};
use mandate_web::Incoming;

pub(crate) struct Trail {
    pub request: String,
    /// The client's own GUID, as it spelled it; ours when it sent none.
    pub client: String,
    pub now: Moment,
}

impl Trail {
    pub fn of(request: &Incoming) -> Trail {
        let ours = request.trace.to_string();
        // Azure CLI spells the header with a prefix (graph-api.md §5.1).
        let mut sent =
            ["client-request-id", "x-ms-client-request-id"].into_iter().filter_map(|name| request.header(name));
        // Only a GUID is echoed: nothing else of a stranger's goes into headers and logs.
        let client = sent.find(|text| CorrelationId::parse(text).is_ok());
        Trail { client: client.unwrap_or(&ours).to_owned(), request: ours, now: request.now }
    }
}
