//! The certificates of `mandate dev`, and the TLS settings of every listener.
//!
//! A developer trusts our CA once, by its file. It therefore stays the same between starts, and it is fit to be trusted:
//! its name constraints keep it from vouching for anything but this machine and the names that were asked for.
//! Never: a change to the machine's trust store, a key in a log, a clock (the moment is an argument).
//! Next: `authority` issues, `leaf` judges what was kept, `listen` serves.

mod authority;
mod files;
mod leaf;
mod names;
mod validity;

use std::io;
use std::path::Path;
use std::sync::Arc;

use mandate_base::{DAY, Moment};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use zeroize::Zeroizing;

use authority::Authority;
use leaf::Leaf;
use names::Names;

/// A certificate with less time left than this is made anew, so that none expires under a running server.
const MARGIN: i64 = 30 * DAY;

pub struct DevCertificates {
    /// What a client must trust: the file that `MANDATE_CA` names.
    pub ca_pem: String,
    /// What the server shows, its own certificate first. The CA is not in it: who trusts it has it.
    pub chain_der: Vec<Vec<u8>>,
    pub key_der: Zeroizing<Vec<u8>>,
}

/// The certificates kept in `folder`, made or renewed where needed. `extra_names` are host names (a `*.` in front is
/// allowed) or addresses that the server answers to besides `localhost`.
///
/// The leaf is made anew when it expires within thirty days or its names are not the wanted ones. The CA is made anew,
/// which every client notices, only when it is missing, damaged, about to expire, or when its name constraints forbid a
/// wanted name: clients would refuse a leaf that oversteps them.
pub fn dev_certificates(folder: &Path, now: Moment, extra_names: &[String]) -> io::Result<DevCertificates> {
    let names = Names::with(extra_names)?;
    files::make_folder(folder)?;

    let kept = Authority::kept(folder, now)?;
    if let Some(authority) = &kept
        && let Some(leaf) = Leaf::kept(folder, &names)?
        && leaf.check(authority, now).is_ok()
        && leaf.check(authority, now + MARGIN).is_ok()
    {
        return Ok(together(authority, leaf));
    }

    if let Some(authority) = &kept {
        let leaf = authority.issue(&names, now).map_err(io::Error::other)?;
        if leaf.check(authority, now).is_ok() {
            leaf.keep(folder, &names)?;
            tracing::info!(folder = %folder.display(), "renewed the development certificate; its CA is the same");
            return Ok(together(authority, leaf));
        }
    }

    let authority = Authority::make(&names, now).map_err(io::Error::other)?;
    let leaf = authority.issue(&names, now).map_err(io::Error::other)?;
    leaf.check(&authority, now).map_err(io::Error::other)?;
    authority.keep(folder)?;
    leaf.keep(folder, &names)?;
    tracing::info!(folder = %folder.display(), "made a new development CA; clients have to trust it");
    Ok(together(&authority, leaf))
}

fn together(authority: &Authority, leaf: Leaf) -> DevCertificates {
    DevCertificates {
        ca_pem: authority.pem().to_owned(),
        chain_der: vec![leaf.certificate().to_vec()],
        key_der: leaf.into_key(),
    }
}

/// TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1. Fails when key and certificate do not belong together.
pub fn server_config(certificates: &DevCertificates) -> Result<Arc<ServerConfig>, rustls::Error> {
    let chain = certificates.chain_der.iter().cloned().map(CertificateDer::from).collect();
    let key = private_key(&certificates.key_der)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Named at every use: the process-wide default can be set once only, and a library in our process may have done so.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn private_key(der: &[u8]) -> Result<PrivateKeyDer<'static>, rustls::Error> {
    PrivateKeyDer::try_from(der.to_vec()).map_err(|reason| rustls::Error::General(reason.to_owned()))
}

#[cfg(test)]
mod tests;
