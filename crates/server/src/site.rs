//! One site: health, Graph, the sign-in wire. Requests are read whole, within limits, before anything looks at them.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use mandate_base::CorrelationId;
use mandate_usecases::House;
use mandate_web::answer::{self, Answer};
use mandate_web::{Incoming, Params};
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone)]
pub struct Site {
    pub house: Arc<House>,
}

/// A form with a SAML assertion or a Graph batch fits; a flood does not.
const LARGEST_BODY: usize = 1024 * 1024;
const LONGEST_TARGET: usize = 32 * 1024;
/// A body that trickles is given up.
const BODY_TIME: Duration = Duration::from_secs(15);

impl Site {
    pub async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: hyper::body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        if head.uri.path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_TARGET) {
            return answer::text(StatusCode::URI_TOO_LONG, "The address is too long.");
        }
        let body = match read(body).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or("").to_owned();
        let incoming = self.incoming(head.method, path, query, head.headers, body);
        let mut answer = self.dispatch(&incoming).await;
        if incoming.method == Method::HEAD {
            *answer.body_mut() = http_body_util::Full::default();
        }
        answer
    }

    fn incoming(&self, method: Method, path: String, query: String, headers: http::HeaderMap, body: Bytes) -> Incoming {
        let (correlation, trace) = self.house.draw(|draw| (draw.id().into(), draw.id().into()));
        let mut incoming = Incoming { method, path, query, headers, body, correlation, trace, now: self.house.now() };
        if let Some(sent) = sent_correlation(&incoming) {
            incoming.correlation = sent;
        }
        incoming
    }

    async fn dispatch(&self, request: &Incoming) -> Answer {
        match request.folded_segments().iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["health", "live"] => return answer::text(StatusCode::OK, "live"),
            ["health", "ready"] => return self.ready().await,
            _ => {}
        }
        if let Some(answer) = mandate_graph::answer(&self.house, request).await {
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

async fn read<B>(body: B) -> Result<Bytes, Answer>
where
    B: hyper::body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match tokio::time::timeout(BODY_TIME, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(answer::text(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 1 MiB."))
        }
        Ok(Err(_)) => Err(answer::text(StatusCode::BAD_REQUEST, "The body could not be read.")),
        Err(_) => Err(answer::text(StatusCode::REQUEST_TIMEOUT, "The body took too long.")),
    }
}

/// Clients send their own id in a header, some in the query (protocol.md §7.2).
fn sent_correlation(request: &Incoming) -> Option<CorrelationId> {
    let header = request.header("client-request-id").or(request.header("x-ms-client-request-id"));
    let parsed = header.and_then(|text| CorrelationId::parse(text).ok());
    parsed.or_else(|| {
        let params: Params = request.query_params().ok()?;
        CorrelationId::parse(params.any("client-request-id")?).ok()
    })
}
