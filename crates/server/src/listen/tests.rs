//! Over real sockets: what these promise lies between the system, TLS and HTTP, and nowhere else.

use http::{Request, Response, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use mandate_base::Moment;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::tls::{DevCertificates, dev_certificates, server_config};

const NOW: Moment = Moment::from_secs(1_800_000_000);
const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    done: JoinHandle<()>,
}

impl Served {
    fn new(tls: Option<Arc<ServerConfig>>, handler: Handler, limits: Limits) -> Served {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let done = tokio::spawn(serve(listener, tls, handler, limits, stopped));
        Served { address, stop, done }
    }

    fn plain(handler: Handler, limits: Limits) -> Served {
        Served::new(None, handler, limits)
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stopped(self) {
        self.stop.send(true).unwrap();
        soon(self.done).await.unwrap();
    }
}

/// Far above what any of this takes, so that a hang is a failure.
async fn soon<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), event).await.expect("must not hang")
}

fn saying(text: &'static str) -> Handler {
    Arc::new(move |_: Request<Incoming>, _: SocketAddr| -> Answer {
        Box::pin(async move { Response::new(Full::from(text)) })
    })
}

fn certificates() -> DevCertificates {
    let folder = tempfile::tempdir().unwrap();
    dev_certificates(folder.path(), NOW, &[]).unwrap()
}

#[derive(Debug)]
struct Noon;

impl TimeProvider for Noon {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(NOW.secs().unsigned_abs())))
    }
}

async fn connect_tls(
    address: SocketAddr,
    ca_pem: &str,
    name: &'static str,
    protocols: &[&str],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(Noon))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(name).unwrap(), stream).await
}

/// All that still comes. A reset counts as an end.
async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    let _ = soon(stream.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads on until `text` has come.
async fn read_until(stream: &mut TcpStream, text: &str) {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(text) {
        bytes.push(soon(stream.read_u8()).await.unwrap());
    }
}

#[tokio::test]
async fn a_client_that_trusts_the_ca_speaks_http_2() {
    let certificates = certificates();
    let tls = server_config(&certificates).unwrap();
    let version_told: Handler = Arc::new(|request: Request<Incoming>, _: SocketAddr| -> Answer {
        Box::pin(async move { Response::new(Full::from(format!("{:?}", request.version()))) })
    });
    let served = Served::new(Some(tls), version_told, Limits::default());

    let stream = connect_tls(served.address, &certificates.ca_pem, "localhost", &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("https://localhost/").body(Empty::<Bytes>::new()).unwrap();
    let response = soon(sender.send_request(request)).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "HTTP/2.0");

    // An idle connection does not hold the shutdown up, and its client is told in the protocol's own words.
    served.stopped().await;
    assert!(soon(connection).await.unwrap().is_ok());
}

#[tokio::test]
async fn every_name_and_protocol_is_served() {
    let certificates = certificates();
    let tls = server_config(&certificates).unwrap();
    let served = Served::new(Some(tls), saying("hello"), Limits::default());
    for name in ["localhost", "127.0.0.1", "::1", "mandate.localhost", "login.mandate.localhost"] {
        for protocols in [&["http/1.1"][..], &[]] {
            let mut stream = connect_tls(served.address, &certificates.ca_pem, name, protocols).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
            let answer = rest(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello"), "{name}: {answer}");
        }
    }
    assert!(connect_tls(served.address, &certificates.ca_pem, "example.test", &["h2"]).await.is_err());
    served.stopped().await;
}

#[tokio::test]
async fn plain_http_on_the_tls_port_gets_a_hint() {
    let tls = server_config(&certificates()).unwrap();
    let served = Served::new(Some(tls), saying("never"), Limits::default());
    let mut stream = served.connect().await;
    stream.write_all(ASK).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.contains("this port speaks https"), "{answer}");

    let mut other = served.connect().await;
    other.write_all(b"\x00\x01\x02").await.unwrap();
    assert_eq!(rest(&mut other).await, "");
    served.stopped().await;
}

#[tokio::test]
async fn a_handshake_that_never_comes_is_not_waited_for() {
    let tls = server_config(&certificates()).unwrap();
    let limits = Limits { handshake: Duration::from_millis(50), ..Limits::default() };
    let served = Served::new(Some(tls), saying("never"), limits);
    let mut silent = served.connect().await;
    let mut half = served.connect().await;
    half.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut half).await, "");
    served.stopped().await;
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let limits = Limits { header_read: Duration::from_millis(400), ..Limits::default() };
    let served = Served::plain(saying("hello"), limits);
    let mut streams = Vec::new();
    for half in [&b""[..], b"G", b"GET / HTTP/1.1\r\nhost: loc", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00"] {
        let mut stream = served.connect().await;
        stream.write_all(half).await.unwrap();
        streams.push(stream);
    }
    // The second head of a connection too, though the time between the two is limited by `idle` alone.
    let mut stream = served.connect().await;
    stream.write_all(ASK).await.unwrap();
    read_until(&mut stream, "hello").await;
    stream.write_all(b"GET / HT").await.unwrap();
    streams.push(stream);

    for mut stream in streams {
        let answer = rest(&mut stream).await;
        assert!(!answer.contains("hello"), "{answer}");
    }
    served.stopped().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let limits = Limits { idle: Duration::from_millis(50), ..Limits::default() };
    let served = Served::plain(saying("hello"), limits);
    let mut stream = served.connect().await;
    stream.write_all(ASK).await.unwrap();
    read_until(&mut stream, "hello").await;
    assert_eq!(rest(&mut stream).await, "");
    served.stopped().await;
}

#[tokio::test]
async fn a_head_beyond_the_limit_is_answered_431() {
    let limits = Limits { max_header_bytes: 8 * 1024, ..Limits::default() };
    let served = Served::plain(saying("never"), limits);
    let mut stream = served.connect().await;
    // Exactly the limit, without an end: nothing is left unread that would turn the close into a reset.
    let mut head = b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ".to_vec();
    head.resize(8 * 1024, b'y');
    stream.write_all(&head).await.unwrap();
    read_until(&mut stream, "HTTP/1.1 431").await;
    served.stopped().await;
}

/// A handler that tells when it is called, and answers when it is let go.
fn held(called: &Arc<Notify>, let_go: &Arc<Notify>) -> Handler {
    let (called, let_go) = (Arc::clone(called), Arc::clone(let_go));
    Arc::new(move |_: Request<Incoming>, _: SocketAddr| -> Answer {
        let (called, let_go) = (Arc::clone(&called), Arc::clone(&let_go));
        Box::pin(async move {
            called.notify_one();
            let_go.notified().await;
            Response::new(Full::from("done"))
        })
    })
}

#[tokio::test]
async fn shutdown_waits_for_a_request_in_flight() {
    let (called, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    // Patience with heads and idleness is no limit for answers.
    let short = Duration::from_millis(1);
    let limits = Limits {
        header_read: Duration::from_secs(20),
        idle: short,
        grace: Duration::from_secs(20),
        ..Limits::default()
    };
    let served = Served::plain(held(&called, &let_go), limits);
    let mut stream = served.connect().await;
    stream.write_all(ASK).await.unwrap();
    soon(called.notified()).await;

    served.stop.send(true).unwrap();
    // The listener goes first: once a connection is refused, the shutdown is under way.
    soon(async { while TcpStream::connect(served.address).await.is_ok() {} }).await;
    assert!(!served.done.is_finished());
    let_go.notify_one();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("done"), "{answer}");
    soon(served.done).await.unwrap();
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let (called, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let limits = Limits { grace: Duration::from_millis(50), ..Limits::default() };
    let served = Served::plain(held(&called, &let_go), limits);
    let mut stream = served.connect().await;
    stream.write_all(ASK).await.unwrap();
    soon(called.notified()).await;
    served.stopped().await;
    assert_eq!(rest(&mut stream).await, "");
}

fn later() -> Response<Full<Bytes>> {
    panic!("later")
}

#[tokio::test]
async fn a_panic_closes_its_connection_and_no_other() {
    let handler: Handler = Arc::new(|request: Request<Incoming>, _: SocketAddr| -> Answer {
        match request.uri().path() {
            "/at-once" => panic!("at once"),
            "/later" => Box::pin(async {
                tokio::task::yield_now().await;
                later()
            }),
            _ => Box::pin(async { Response::new(Full::from("hello")) }),
        }
    });
    let served = Served::plain(handler, Limits::default());
    let mut bystander = served.connect().await;
    bystander.write_all(ASK).await.unwrap();
    read_until(&mut bystander, "hello").await;
    for path in ["/at-once", "/later"] {
        let mut stream = served.connect().await;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{path}");
    }
    bystander.write_all(ASK).await.unwrap();
    read_until(&mut bystander, "hello").await;
    served.stopped().await;
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_for_a_slot() {
    let limits = Limits { max_connections: 1, ..Limits::default() };
    let served = Served::plain(saying("hello"), limits);
    let mut first = served.connect().await;
    first.write_all(ASK).await.unwrap();
    read_until(&mut first, "hello").await;

    let mut second = served.connect().await;
    second.write_all(ASK).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(50), second.read_u8()).await;
    assert!(early.is_err(), "served beyond the limit");
    drop(first);
    read_until(&mut second, "hello").await;
    served.stopped().await;
}

#[tokio::test]
async fn a_taken_port_is_told_by_its_address() {
    let first = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = first.local_addr().unwrap();
    let err = bind(address).err().unwrap();
    assert_eq!(err.kind(), io::ErrorKind::AddrInUse);
    assert!(err.to_string().starts_with(&format!("listening on `{address}`: ")), "{err}");
}

#[test]
fn the_pause_grows_while_accept_keeps_failing_and_not_for_the_peers_faults() {
    let ours = io::Error::other("too many open files");
    let theirs = io::Error::from(io::ErrorKind::ConnectionAborted);
    assert_eq!(pause_after(&ours, None), Some(FIRST_PAUSE));
    assert_eq!(pause_after(&ours, Some(FIRST_PAUSE)), Some(FIRST_PAUSE * 2));
    assert_eq!(pause_after(&ours, Some(LONGEST_PAUSE)), Some(LONGEST_PAUSE));
    assert_eq!(pause_after(&theirs, Some(LONGEST_PAUSE)), None);
}
