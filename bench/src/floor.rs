//! The least that could do the job: one thread that reads the form, signs once and answers a body of a token's size,
//! the same each time; to a GET, as many bytes as its path asks for, and below `/verified/` a signature is verified first. What the product is slower than this is the product's doing; the rest is HTTP, TLS and the kernel.
//! Never: a parameter looked at, a secret checked, anything stored.

use std::fs;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::raw::{Signer, Verifier};

/// What a token of the sample's daemon measures, give or take its roles.
const TOKEN_LENGTH: usize = 1400;
const TENANT: &str = "11111111-1111-4111-8111-111111111111";

/// Longer than any document that is measured against it.
const LONGEST_DOCUMENT: usize = 64 * 1024;

struct Floor {
    signer: Signer,
    verifier: Verifier,
    body: Bytes,
    document: Bytes,
}

/// `mandate-bench floor FOLDER`: serves until its standard input ends, and says in `FOLDER/dev.env` where, the way
/// `mandate dev` does.
pub fn serve(folder: &Path) -> Result<(), String> {
    // The parent holds the other end. If it dies without a word, this is how we learn of it.
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let signer = Signer::new()?;
    let floor = Arc::new(Floor {
        verifier: Verifier::of(&signer, TOKEN_LENGTH),
        signer,
        body: Bytes::from(format!(
            r#"{{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{}"}}"#,
            "x".repeat(TOKEN_LENGTH)
        )),
        document: Bytes::from(vec![b'x'; LONGEST_DOCUMENT]),
    });
    crate::run_async(async move {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|err| format!("listening: {err}"))?;
        let port = listener.local_addr().map_err(|err| format!("listening: {err}"))?.port();
        let acceptor = announce(folder, port)?;
        accept(&listener, &acceptor, &floor).await.map_err(|err| format!("accepting: {err}"))
    })
}

async fn accept(listener: &TcpListener, acceptor: &TlsAcceptor, floor: &Arc<Floor>) -> io::Result<()> {
    loop {
        let (tcp, _) = listener.accept().await?;
        tcp.set_nodelay(true)?;
        let (acceptor, floor) = (acceptor.clone(), Arc::clone(floor));
        tokio::spawn(async move {
            let Ok(tls) = acceptor.accept(tcp).await else { return };
            let answers = service_fn(move |request| answer(Arc::clone(&floor), request));
            // A client that went away is no matter of ours.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(tls), answers).await;
        });
    }
}

async fn answer(floor: Arc<Floor>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let body = if request.method() == Method::GET {
        let path = request.uri().path();
        let length = match path.strip_prefix("/verified") {
            Some(length) => {
                floor.verifier.verify();
                length
            }
            None => path,
        };
        floor.document.slice(..asked_length(length))
    } else {
        let form = request.into_body().collect().await?.to_bytes();
        floor.signer.sign(&form);
        floor.body.clone()
    };
    let mut response = Response::new(Full::new(body));
    let json = header::HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

/// `/1776` asks for so many bytes.
fn asked_length(path: &str) -> usize {
    path.trim_start_matches('/').parse().unwrap_or(0).min(LONGEST_DOCUMENT)
}

/// Makes a certificate, and writes `dev.env` last and whole.
fn announce(folder: &Path, port: u16) -> Result<TlsAcceptor, String> {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])
        .map_err(|err| format!("making a certificate: {err}"))?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).map_err(str::to_owned)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key))
        .map_err(|err| format!("setting TLS up: {err}"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];

    let (ca, draft) = (folder.join("ca.pem"), folder.join("dev.env.tmp"));
    let env = format!("MANDATE_BASE=https://localhost:{port}\nMANDATE_CA={}\nMANDATE_TENANT={TENANT}\n", ca.display());
    fs::write(&ca, cert.pem())
        .and_then(|()| fs::write(&draft, env))
        .and_then(|()| fs::rename(&draft, folder.join("dev.env")))
        .map_err(|err| format!("writing to {}: {err}", folder.display()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_says_how_long_the_document_is() {
        assert_eq!(asked_length("/1776"), 1776);
        assert_eq!(asked_length("/99999999"), LONGEST_DOCUMENT);
        assert_eq!(asked_length("/x"), 0);
    }
}
