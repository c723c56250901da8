//! One site: health, Graph, the sign-in wire. Requests are read whole, within limits, before anything looks at them.

use crate::dev::Steer;
use crate::manager;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use mandate_base::CorrelationId;
use mandate_usecases::House;
use mandate_web::answer::{self, Answer};
use mandate_web::{Incoming, Params};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone)]
pub struct Site {
    pub house: Arc<House>,
    /// Only an emulator has one.
    pub steer: Option<Arc<Steer>>,
}

/// A Graph batch fits.
const LARGEST_GRAPH_BODY: usize = 1024 * 1024;
/// `…/photo/$value`: one byte more than a photo may have, so that it is refused as one.
const LARGEST_PHOTO: usize = mandate_domain::photo::LARGEST + 1;
/// A form with an assertion and a sealed request fits; who sends more is not signing in.
const LARGEST_FORM: usize = 128 * 1024;
const LONGEST_TARGET: usize = 32 * 1024;
/// A body that trickles is given up.
const BODY_TIME: Duration = Duration::from_secs(15);

impl Site {
    pub async fn answer<B>(&self, request: Request<B>, peer: IpAddr) -> Answer
    where
        B: hyper::body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        if head.uri.path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_TARGET) {
            return answer::text(StatusCode::URI_TOO_LONG, "The address is too long.");
        }
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or("").to_owned();
        let head_only = head.method == Method::HEAD;
        let mut incoming = self.incoming(head.method, path, query, head.headers, peer);
        let graph = ["v1.0", "beta"].iter().any(|version| incoming.first_segment().eq_ignore_ascii_case(version));
        // A HEAD is a GET whose body stays here (RFC 9110 §9.3.2); Graph's table of operations knows only the GET.
        if graph && head_only {
            incoming.method = Method::GET;
        }
        let largest = match graph {
            true if is_of_photo(&incoming.path) => LARGEST_PHOTO,
            true => LARGEST_GRAPH_BODY,
            false => LARGEST_FORM,
        };
        match read(body, largest).await {
            Ok(body) => incoming.body = body,
            Err(Unread::TooLarge) if !graph => return mandate_entra::too_large(&self.house, &incoming),
            Err(unread) => return unread.answer(),
        }
        let mut answer = self.steered(&incoming).await;
        if head_only {
            *answer.body_mut() = http_body_util::Full::default();
        }
        answer
    }

    fn incoming(
        &self,
        method: Method,
        path: String,
        query: String,
        headers: http::HeaderMap,
        peer: IpAddr,
    ) -> Incoming {
        let body = Bytes::new();
        let now = self.house.now();
        let (correlation, trace) = self.house.draw(|draw| (draw.timed_id(now).into(), draw.timed_id(now).into()));
        let mut incoming = Incoming { method, path, query, headers, body, peer, correlation, trace, now };
        if let Some(sent) = sent_correlation(&incoming) {
            incoming.correlation = sent;
        }
        incoming
    }

    async fn steered(&self, request: &Incoming) -> Answer {
        let Some(steer) = &self.steer else { return self.dispatch(request).await };
        let answer = match steer.before(request).await {
            Some(answer) => answer,
            None => self.dispatch(request).await,
        };
        steer.after(request, &answer);
        answer
    }

    async fn dispatch(&self, request: &Incoming) -> Answer {
        if request.first_segment().eq_ignore_ascii_case("health") {
            match request.folded_segments().iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["health", "live"] => return answer::text(StatusCode::OK, "live"),
                ["health", "ready"] => return self.ready().await,
                _ => {}
            }
        }
        if let Some(answer) = mandate_graph::answer(&self.house, request).await {
            return answer;
        }
        if let Some(answer) = manager::answer(&self.house, request).await {
            return answer;
        }
        let found = mandate_entra::answer(&self.house, request).await;
        found.unwrap_or_else(|| answer::text(StatusCode::NOT_FOUND, "There is nothing at this address."))
    }

    /// Ready means that the store answers.
    async fn ready(&self) -> Answer {
        match self.house.store.global().tenants(1).await {
            Ok(_) => answer::text(StatusCode::OK, "ready"),
            Err(fault) => {
                tracing::error!(%fault, "not ready");
                answer::text(StatusCode::SERVICE_UNAVAILABLE, "not ready")
            }
        }
    }
}

enum Unread {
    TooLarge,
    Broken,
    TooSlow,
}

impl Unread {
    fn answer(self) -> Answer {
        match self {
            Unread::TooLarge => answer::text(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
            Unread::Broken => answer::text(StatusCode::BAD_REQUEST, "The body could not be read."),
            Unread::TooSlow => answer::text(StatusCode::REQUEST_TIMEOUT, "The body took too long."),
        }
    }
}

async fn read<B>(body: B, largest: usize) -> Result<Bytes, Unread>
where
    B: hyper::body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Nothing comes behind the head of most requests that only read.
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match tokio::time::timeout(BODY_TIME, Limited::new(body, largest).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Ok(Err(_)) => Err(Unread::Broken),
        Err(_) => Err(Unread::TooSlow),
    }
}

fn is_of_photo(path: &str) -> bool {
    let end = path.trim_end_matches('/').to_ascii_lowercase();
    ["/photo/$value", "/photo/%24value"].iter().any(|tail| end.ends_with(tail))
}

const QUERY_ID: &str = "client-request-id";

/// Clients send their own id in a header, some in the query (protocol.md §7.2).
fn sent_correlation(request: &Incoming) -> Option<CorrelationId> {
    let header = request.header("client-request-id").or(request.header("x-ms-client-request-id"));
    let parsed = header.and_then(|text| CorrelationId::parse(text).ok());
    parsed.or_else(|| {
        // Most queries are not about it, and need not be taken apart.
        let at = request.query.as_bytes().windows(QUERY_ID.len());
        at.into_iter().find(|window| window.eq_ignore_ascii_case(QUERY_ID.as_bytes()))?;
        let params: Params = request.query_params().ok()?;
        CorrelationId::parse(params.any(QUERY_ID)?).ok()
    })
}
