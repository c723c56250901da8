//! Tells when a connection has gone quiet for too long.
//!
//! The HTTP library has one limit, for the head of an HTTP/1.1 request, and it runs between requests too: idle
//! connections would be closed as early as slow ones. So the limits are counted here, the same for both protocols.
//! Never: a connection closed while a request is being answered, or while a response still moves.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Version;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::Limits;

/// What a connection that is asked to end may still take, counted from its last progress.
const LINGER: Duration = Duration::from_secs(1);

pub(super) struct Pulse {
    state: Mutex<State>,
}

struct State {
    opened: Instant,
    in_flight: usize,
    version: Option<Version>,
    /// The first bytes that came after the last request was handed over.
    heard: Option<Instant>,
    /// The last progress: bytes written, or a request answered.
    moved: Instant,
}

impl Pulse {
    pub fn starting(now: Instant) -> Arc<Pulse> {
        let state = State { opened: now, in_flight: 0, version: None, heard: None, moved: now };
        Arc::new(Pulse { state: Mutex::new(state) })
    }

    /// A request has arrived whole, but for its body. It is in flight until the guard is dropped.
    pub fn begin(self: &Arc<Self>, version: Version) -> InFlight {
        let mut state = self.state();
        state.in_flight += 1;
        state.version = Some(version);
        state.heard = None;
        InFlight(Arc::clone(self))
    }

    fn end(&self, now: Instant) {
        let mut state = self.state();
        state.in_flight -= 1;
        state.moved = now;
    }

    fn heard(&self, now: Instant) {
        let mut state = self.state();
        // Bytes during a request are its body.
        if state.in_flight == 0 {
            state.heard = state.heard.or(Some(now));
        }
    }

    fn moved(&self, now: Instant) {
        self.state().moved = now;
    }

    /// When to lose patience, unless something happens first. None while a request is being answered, which has no
    /// limit of ours. `leaving` is since when the connection has been asked to end.
    pub fn due(&self, limits: &Limits, leaving: Option<Instant>) -> Option<Instant> {
        let state = self.state();
        if state.in_flight > 0 {
            return None;
        }
        if let Some(leaving) = leaving {
            return Some(leaving.max(state.moved) + LINGER);
        }
        Some(match (state.version, state.heard) {
            (None, _) => state.opened + limits.header_read,
            // What comes between two requests of HTTP/2 is mostly its own housekeeping.
            (Some(Version::HTTP_2), _) | (_, None) => state.moved + limits.idle,
            (Some(_), Some(heard)) => heard + limits.header_read,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can stop half-way, so a poisoned state is still right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct InFlight(Arc<Pulse>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.end(Instant::now());
    }
}

/// A stream that lets its pulse know of every byte.
pub(super) struct Felt<I> {
    io: I,
    pulse: Arc<Pulse>,
}

impl<I> Felt<I> {
    pub fn new(io: I, pulse: Arc<Pulse>) -> Felt<I> {
        Felt { io, pulse }
    }

    fn feel_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(1..)) = written {
            self.pulse.moved(Instant::now());
        }
        written
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Felt<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pulse.heard(Instant::now());
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Felt<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, buf);
        self.feel_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.feel_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn limits() -> Limits {
        Limits { header_read: secs(15), idle: secs(75), ..Limits::default() }
    }

    /// A connection that answered one request, ten seconds after it was opened.
    fn after_one(version: Version, opened: Instant) -> Arc<Pulse> {
        let pulse = Pulse::starting(opened);
        pulse.heard(opened);
        drop(pulse.begin(version));
        pulse.moved(opened + secs(10));
        pulse
    }

    #[test]
    fn the_first_head_is_due_from_the_start_whatever_trickles_in() {
        let start = Instant::now();
        let pulse = Pulse::starting(start);
        assert_eq!(pulse.due(&limits(), None), Some(start + secs(15)));
        pulse.heard(start + secs(14));
        pulse.moved(start + secs(14));
        assert_eq!(pulse.due(&limits(), None), Some(start + secs(15)));
    }

    #[test]
    fn a_later_head_is_due_from_its_first_byte() {
        let start = Instant::now();
        let pulse = after_one(Version::HTTP_11, start);
        assert_eq!(pulse.due(&limits(), None), Some(start + secs(10 + 75)));
        pulse.heard(start + secs(40));
        pulse.heard(start + secs(50));
        assert_eq!(pulse.due(&limits(), None), Some(start + secs(40 + 15)));
    }

    #[test]
    fn housekeeping_of_http_2_is_no_head() {
        let start = Instant::now();
        let pulse = after_one(Version::HTTP_2, start);
        pulse.heard(start + secs(11));
        assert_eq!(pulse.due(&limits(), None), Some(start + secs(10 + 75)));
    }

    #[test]
    fn nothing_is_due_while_one_of_several_requests_is_being_answered() {
        let start = Instant::now();
        let pulse = Pulse::starting(start);
        let (one, other) = (pulse.begin(Version::HTTP_2), pulse.begin(Version::HTTP_2));
        drop(one);
        assert_eq!(pulse.due(&limits(), None), None);
        assert_eq!(pulse.due(&limits(), Some(start)), None);
        drop(other);
        assert!(pulse.due(&limits(), None).is_some());
    }

    #[test]
    fn a_body_is_no_head_of_the_next_request() {
        let start = Instant::now();
        let pulse = Pulse::starting(start);
        let request = pulse.begin(Version::HTTP_11);
        pulse.heard(start + secs(1));
        drop(request);
        pulse.moved(start + secs(2));
        assert_eq!(pulse.due(&limits(), None), Some(start + secs(2 + 75)));
    }

    #[test]
    fn a_response_that_still_moves_is_not_cut_off() {
        let start = Instant::now();
        let pulse = after_one(Version::HTTP_11, start);
        assert_eq!(pulse.due(&limits(), Some(start + secs(30))), Some(start + secs(30) + LINGER));
        pulse.moved(start + secs(33));
        assert_eq!(pulse.due(&limits(), Some(start + secs(30))), Some(start + secs(33) + LINGER));
    }
}
