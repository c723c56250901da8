//! Accepts connections, puts TLS on them, and hands every request to one handler.
//!
//! A listener must outlive whatever strangers send: it limits how many connections are open, how long each may take to
//! say what it wants, and how much it may say. A request that panics costs its own connection and nothing else.
//! Never: what a request means; that is the handler's. Bodies are the handler's to limit as well.
//! Next: `connection` is the life of one connection, `pulse` tells when it has gone quiet.

mod connection;
mod pulse;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};

use connection::Reception;

/// Makes the response to one request. It is dropped unfinished when the client goes away: whatever must happen as a
/// whole must be one step of it.
pub type Handler = Arc<dyn Fn(http::Request<Incoming>, SocketAddr) -> Answer + Send + Sync>;
pub type Answer = Pin<Box<dyn Future<Output = http::Response<Full<Bytes>>> + Send>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request: from the end of the handshake for the first, from its first byte for a later one.
    pub header_read: Duration,
    /// For the head of a request. HTTP/1.1 answers a longer one with 431; less than 8 KiB is taken as 8 KiB.
    pub max_header_bytes: usize,
    /// Open at once, per listener. Further ones wait in the system's queue.
    pub max_connections: usize,
    /// Requests at once on one HTTP/2 connection.
    pub max_streams: u32,
    /// Without a request and without progress of a response.
    pub idle: Duration,
    /// For the requests in flight at shutdown.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            handshake: Duration::from_secs(10),
            header_read: Duration::from_secs(15),
            max_header_bytes: 64 * 1024,
            max_connections: 4096,
            max_streams: 200,
            idle: Duration::from_secs(75),
            grace: Duration::from_secs(3),
        }
    }
}

/// What the system may queue up while we are at the limit; it takes less if it is configured so.
const BACKLOG: u32 = 1024;

/// Must be called within the runtime that will serve. `localhost` is two addresses, and so two listeners.
pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    open(addr).map_err(|err| io::Error::new(err.kind(), format!("listening on `{addr}`: {err}")))
}

fn open(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart must not wait until the connections of the last run are forgotten. On Windows the option means
    // something else: it would let another program take the port over.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Serves until `shutdown` becomes true or its sender is gone. It then accepts nothing more, closes what is idle, lets
/// the requests in flight finish within `limits.grace`, and returns. Without `tls` it speaks plain HTTP, for a trusted
/// proxy in front.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    handler: Handler,
    limits: Limits,
    mut shutdown: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(limits.max_connections.min(Semaphore::MAX_PERMITS)));
    let grace = limits.grace;
    let reception = Arc::new(Reception::new(tls, handler, limits));
    let mut connections = JoinSet::new();
    let mut pause = None;
    loop {
        tokio::select! {
            biased;
            () = told_to_stop(&mut shutdown) => break,
            Some(ended) = connections.join_next() => {
                report(ended);
                // A descriptor has become free.
                pause = None;
            }
            arrived = accept(&listener, &slots, pause) => match arrived {
                Ok((stream, peer, slot)) => {
                    pause = None;
                    let (reception, stop) = (Arc::clone(&reception), shutdown.clone());
                    connections.spawn(async move {
                        reception.attend(stream, peer, stop).await;
                        drop(slot);
                    });
                }
                Err(err) => pause = pause_after(&err, pause),
            }
        }
    }

    drop(listener);
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(grace, all_ended).await.is_err() {
        tracing::warn!(connections = connections.len(), "closing connections whose requests did not finish in time");
        connections.abort_all();
    }
}

async fn told_to_stop(shutdown: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and with it whoever could have told us.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

/// The slot comes first: a connection beyond the limit stays in the system's queue and costs us nothing.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    pause: Option<Duration>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    if let Some(pause) = pause {
        tokio::time::sleep(pause).await;
    }
    let slot = Arc::clone(slots).acquire_owned().await.expect("nobody closes the semaphore");
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, slot))
}

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Out of descriptors or memory, `accept` fails at once and for as long as that lasts. Waiting a little longer each time
/// leaves the processor to those whose work sets something free.
fn pause_after(err: &io::Error, last: Option<Duration>) -> Option<Duration> {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    // The connection failed, not the listener.
    if matches!(err.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
        return None;
    }
    let Some(last) = last else {
        tracing::warn!(%err, "cannot accept connections; trying again");
        return Some(FIRST_PAUSE);
    };
    Some(LONGEST_PAUSE.min(last * 2))
}

fn report(ended: Result<(), JoinError>) {
    if let Err(err) = ended
        && err.is_panic()
    {
        tracing::error!(%err, "a connection ended in a panic");
    }
}

#[cfg(test)]
mod tests;
