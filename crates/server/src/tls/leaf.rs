//! The server's own certificate: kept, and checked the way a client would check it.
//!
//! Never: trust in what lies in the folder. A leaf is used when it verifies under the CA, whoever wrote the files.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mandate_base::Moment;
use rcgen::KeyPair;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use super::authority::Authority;
use super::files::{self, Readers};
use super::names::Names;
use super::{private_key, provider};

const CERTIFICATE: &str = "leaf.pem";
const KEY: &str = "leaf-key.pem";
const NAMES: &str = "leaf.names";

pub(super) struct Leaf {
    pem: String,
    certificate: CertificateDer<'static>,
    key: Zeroizing<Vec<u8>>,
}

impl Leaf {
    pub fn new(pem: String, certificate: CertificateDer<'static>, key: Zeroizing<Vec<u8>>) -> Leaf {
        Leaf { pem, certificate, key }
    }

    /// None when nothing is kept for exactly these names, or when key and certificate do not belong together.
    pub fn kept(folder: &Path, names: &Names) -> io::Result<Option<Leaf>> {
        if files::read(&folder.join(NAMES))?.is_none_or(|kept| *kept != names.text()) {
            return Ok(None);
        }
        let (Some(pem), Some(key)) = (files::read(&folder.join(CERTIFICATE))?, files::read(&folder.join(KEY))?) else {
            return Ok(None);
        };
        let (Ok(certificate), Ok(key)) = (CertificateDer::from_pem_slice(pem.as_bytes()), KeyPair::from_pem(&key))
        else {
            return Ok(None);
        };
        let key = Zeroizing::new(key.serialize_der());
        let paired =
            private_key(&key).and_then(|key| CertifiedKey::from_der(vec![certificate.clone()], key, &provider()));
        Ok(paired.is_ok().then(|| Leaf { pem: pem.to_string(), certificate, key }))
    }

    pub fn keep(&self, folder: &Path, names: &Names) -> io::Result<()> {
        let key = Zeroizing::new(key_pem(&self.key)?);
        files::write(&folder.join(KEY), key.as_bytes(), Readers::Owner)?;
        files::write(&folder.join(CERTIFICATE), self.pem.as_bytes(), Readers::Anyone)?;
        // The names come last: after a crash in between, the old list makes the next start issue a leaf again.
        files::write(&folder.join(NAMES), names.text().as_bytes(), Readers::Anyone)
    }

    /// Whether a client that trusts `authority` accepts this leaf at that moment: signature, time, purpose, and every
    /// name against the CA's constraints.
    pub fn check(&self, authority: &Authority, at: Moment) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate().clone())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|err| rustls::Error::General(err.to_string()))?;
        let host = ServerName::try_from("localhost").expect("`localhost` is a host name");
        let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.secs()).unwrap_or(0)));
        verifier.verify_server_cert(&self.certificate, &[], &host, &[], at)?;
        Ok(())
    }

    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub fn into_key(self) -> Zeroizing<Vec<u8>> {
        self.key
    }
}

fn key_pem(der: &[u8]) -> io::Result<String> {
    let key = KeyPair::try_from(der).map_err(io::Error::other)?;
    Ok(key.serialize_pem())
}
