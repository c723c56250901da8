//! One HTTPS connection that is kept alive, HTTP/1.1, one request at a time.
//! Next: `load.rs` drives many, `probe.rs` watches one.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

pub type Asking = Request<Full<Bytes>>;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body of a success.
    pub fn ok(self) -> Result<Bytes, String> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.shown()) }
    }

    pub fn shown(&self) -> String {
        let start: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        format!("the server answered {}: {start}", self.status)
    }
}

/// A server on this machine, and the certificate to trust it by.
pub struct Target {
    port: u16,
    tls: TlsConnector,
}

impl Target {
    pub fn new(port: u16, ca: &Path) -> Result<Self, String> {
        let trust = |err: &dyn Display| format!("trusting {}: {err}", ca.display());
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(ca).map_err(|err| trust(&err))?;
        roots.add(certificate).map_err(|err| trust(&err))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|err| trust(&err))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Target { port, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// The same trust at another port.
    pub fn at(port: u16, known: &Target) -> Self {
        Target { port, tls: known.tls.clone() }
    }

    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub fn get(&self, path: &str, bearer: Option<&str>) -> Asking {
        let mut asking = self.asking(Method::GET, path, Bytes::new());
        if let Some(token) = bearer {
            let value: HeaderValue =
                format!("Bearer {token}").parse().expect("checked when it was issued: base64url text with dots");
            asking.headers_mut().insert(header::AUTHORIZATION, value);
        }
        asking
    }

    pub fn post_json(&self, path: &str, bearer: &str, body: String) -> Asking {
        let mut asking = self.get(path, Some(bearer));
        *asking.method_mut() = Method::POST;
        asking.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *asking.body_mut() = Full::new(Bytes::from(body));
        asking
    }

    pub fn post_form(&self, path: &str, form: &str) -> Asking {
        let mut asking = self.asking(Method::POST, path, Bytes::copy_from_slice(form.as_bytes()));
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        asking.headers_mut().insert(header::CONTENT_TYPE, form_type);
        asking
    }

    fn asking(&self, method: Method, path: &str, body: Bytes) -> Asking {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, format!("localhost:{}", self.port))
            .header(header::ACCEPT, "application/json")
            .body(Full::new(body))
            .expect("paths here are made of ids, plain words and what is encoded already")
    }
}

pub struct Line(SendRequest<Full<Bytes>>);

impl Line {
    pub async fn open(target: &Target) -> Result<Self, String> {
        let opening = async {
            let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, target.port))
                .await
                .map_err(|err| format!("connecting: {err}"))?;
            tcp.set_nodelay(true).map_err(|err| format!("connecting: {err}"))?;
            let name = ServerName::try_from("localhost").expect("`localhost` is a host name");
            let tls = target.tls.connect(name, tcp).await;
            let tls = tls.map_err(|err| format!("securing the connection: {err}"))?;
            http1::handshake::<_, Full<Bytes>>(TokioIo::new(tls)).await.map_err(|err| format!("connecting: {err}"))
        };
        let (sender, connection) = timeout(ANSWERS_WITHIN, opening).await.map_err(|_| too_late("connection"))??;
        // Ends with the sender. What goes wrong in between, the sender tells.
        tokio::spawn(connection);
        Ok(Line(sender))
    }

    pub async fn ask(&mut self, asking: Asking) -> Result<Answer, String> {
        let exchange = async {
            self.0.ready().await?;
            let response = self.0.send_request(asking).await?;
            let (head, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Answer { status: head.status, headers: head.headers, body })
        };
        timeout(ANSWERS_WITHIN, exchange).await.map_err(|_| too_late("answer"))?.map_err(|err| format!("asking: {err}"))
    }
}

/// Another form for the same address: cheaper than a request that is made anew.
pub fn with_form(template: &Asking, form: String) -> Asking {
    let mut asking = template.clone();
    *asking.body_mut() = Full::new(Bytes::from(form));
    asking
}

/// Opens a connection for one request.
pub async fn ask_once(target: &Target, asking: Asking) -> Result<Bytes, String> {
    Line::open(target).await?.ask(asking).await?.ok()
}

fn too_late(what: &str) -> String {
    format!("no {what} within {} s", ANSWERS_WITHIN.as_secs())
}
