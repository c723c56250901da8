//! The life of one connection: handshake, conversation, farewell.
//!
//! Never: an end to the process. A panic in the handler ends here, logged, and costs the client its connection (its
//! stream, on HTTP/2, where other requests share the connection).

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulConnection;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::pulse::{Felt, InFlight, Pulse};
use super::{Handler, Limits, told_to_stop};

/// What all connections of a listener share.
pub(super) struct Reception {
    tls: Option<TlsAcceptor>,
    handler: Handler,
    limits: Limits,
    http: auto::Builder<TokioExecutor>,
}

impl Reception {
    pub fn new(tls: Option<Arc<ServerConfig>>, handler: Handler, limits: Limits) -> Reception {
        let http = protocols(&limits);
        Reception { tls: tls.map(TlsAcceptor::from), handler, limits, http }
    }

    pub async fn attend(&self, stream: TcpStream, peer: SocketAddr, mut stop: watch::Receiver<bool>) {
        // Small answers must not wait for each other's acknowledgement.
        if let Err(err) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %err, "cannot send without delay");
        }
        let Some(tls) = &self.tls else {
            // Which protocol it is shows in the first bytes, and `header_read` covers the wait for them.
            return self.converse(stream, &self.http, peer, stop).await;
        };
        let greeted = tokio::select! {
            biased;
            () = told_to_stop(&mut stop) => return,
            greeted = timeout(self.limits.handshake, greet(tls, stream)) => greeted,
        };
        match greeted {
            Ok(Ok(Some(stream))) => {
                let http = self.http.clone();
                let http = match stream.get_ref().1.alpn_protocol() {
                    Some(b"h2") => http.http2_only(),
                    _ => http.http1_only(),
                };
                self.converse(stream, &http, peer, stop).await;
            }
            Ok(Ok(None)) => tracing::debug!(%peer, "the client does not speak TLS"),
            Ok(Err(err)) => tracing::debug!(%peer, %err, "the TLS handshake failed"),
            Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
        }
    }

    async fn converse<I>(
        &self,
        io: I,
        http: &auto::Builder<TokioExecutor>,
        peer: SocketAddr,
        stop: watch::Receiver<bool>,
    ) where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let pulse = Pulse::starting(Instant::now());
        let service = service_fn({
            let (handler, pulse) = (Arc::clone(&self.handler), Arc::clone(&pulse));
            move |request: Request<Incoming>| {
                let in_flight = pulse.begin(request.version());
                answer(Arc::clone(&handler), request, peer, in_flight)
            }
        });
        let io = TokioIo::new(Felt::new(io, Arc::clone(&pulse)));
        let talk = pin!(http.serve_connection(io, service));
        match see_through(talk, &pulse, &self.limits, stop).await {
            Some(Ok(())) => (),
            Some(Err(err)) => tracing::debug!(%peer, %err, "the connection ended in an error"),
            None => tracing::debug!(%peer, "the connection was quiet for too long"),
        }
    }
}

fn protocols(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    // The pulse counts the time. The buffer is what bounds a head; the library accepts no smaller one.
    http.http1().header_read_timeout(None::<Duration>).max_buf_size(limits.max_header_bytes.max(8 * 1024));
    http.http2()
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX));
    http
}

/// Polls the connection to its end, and asks it to end when it is told to stop or gone quiet. None when it did not end
/// in spite of that and has to be cut off.
async fn see_through<C: GracefulConnection>(
    mut talk: Pin<&mut C>,
    pulse: &Pulse,
    limits: &Limits,
    mut stop: watch::Receiver<bool>,
) -> Option<Result<(), C::Error>> {
    let mut told = pin!(told_to_stop(&mut stop));
    let mut alarm = pin!(sleep_until(Instant::now() + limits.header_read));
    let mut leaving = None;
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(ended) = talk.as_mut().poll(cx) {
                return Poll::Ready(Some(ended));
            }
            if leaving.is_none() && told.as_mut().poll(cx).is_ready() {
                leaving = Some(Instant::now());
                talk.as_mut().graceful_shutdown();
                continue;
            }
            // The alarm is only ever drawn forward here. If it then rings too early it is set again, which is cheaper
            // than setting it at every byte.
            let due = pulse.due(limits, leaving);
            if let Some(due) = due
                && due < alarm.deadline()
            {
                alarm.as_mut().reset(due);
            }
            ready!(alarm.as_mut().poll(cx));
            let now = Instant::now();
            match due {
                None => alarm.as_mut().reset(now + limits.header_read),
                Some(due) if due > now => alarm.as_mut().reset(due),
                Some(_) if leaving.is_some() => return Poll::Ready(None),
                Some(_) => {
                    leaving = Some(now);
                    talk.as_mut().graceful_shutdown();
                }
            }
        }
    })
    .await
}

/// The first byte of every TLS connection: a handshake record (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 0x16;

/// None when the client speaks something else; plain HTTP has been told so.
async fn greet(tls: &TlsAcceptor, stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    match first[0] {
        HANDSHAKE_RECORD => tls.accept(stream).await.map(Some),
        // The first letter of an HTTP method.
        b'A'..=b'Z' => hint_at_https(stream).await.map(|()| None),
        _ => Ok(None),
    }
}

const HINT: &str = "HTTP/1.1 400 Bad Request\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 58\r\n\
    connection: close\r\n\
    \r\n\
    this port speaks https: begin the address with `https://`\n";

async fn hint_at_https(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(HINT.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing with unread bytes resets the connection, and the reset can overtake the hint. Whatever the client still
    // sends is read for a moment and forgotten.
    let mut rest = stream.take(64 * 1024);
    let _ = timeout(Duration::from_secs(1), tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    Ok(())
}

async fn answer(
    handler: Handler,
    request: Request<Incoming>,
    peer: SocketAddr,
    _in_flight: InFlight,
) -> Result<Response<Full<Bytes>>, Panicked> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    // The call is inside, so that a panic before the handler's future exists is caught too.
    let mut work = pin!(async move { handler(request, peer).await });
    // UnwindSafe: after a panic the future is dropped and never polled again.
    let outcome = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(progress) => progress.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    });
    outcome.await.map_err(|panic| {
        // The path only: a query may hold codes and tokens.
        tracing::error!(%peer, %method, path = ?uri.path(), panic = ?words(&*panic), "a request ended in a panic");
        Panicked
    })
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

#[derive(Debug)]
struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request ended in a panic")
    }
}

impl std::error::Error for Panicked {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_as_long_as_it_says() {
        let (head, body) = HINT.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())));
    }
}
