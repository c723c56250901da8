//! The development CA: kept, made, and issuing.
//!
//! Never: a certificate for a name outside the zones the CA was made for; the constraints are in the CA itself, so
//! clients enforce them even if the key is stolen.

use std::io;
use std::path::Path;
use std::time::Duration;

use mandate_base::{DAY, Moment};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use super::MARGIN;
use super::files::{self, Readers};
use super::leaf::Leaf;
use super::names::Names;
use super::validity::Validity;

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";

const AUTHORITY_LIFE: i64 = 3650 * DAY;
/// Some platforms refuse a server certificate that is valid for more than 398 days.
const LEAF_LIFE: i64 = 397 * DAY;
/// Clients in containers and virtual machines may run behind.
const BACKDATE: i64 = DAY;

pub(super) struct Authority {
    key: KeyPair,
    pem: String,
    certificate: CertificateDer<'static>,
    until: Moment,
}

impl Authority {
    /// None when nothing usable is kept. A file that exists but may not be read is an error: writing over it would
    /// take a CA away that clients trust.
    pub fn kept(folder: &Path, now: Moment) -> io::Result<Option<Authority>> {
        let (Some(pem), Some(key)) = (files::read(&folder.join(CERTIFICATE))?, files::read(&folder.join(KEY))?) else {
            return Ok(None);
        };
        let (Ok(certificate), Ok(key)) = (CertificateDer::from_pem_slice(pem.as_bytes()), KeyPair::from_pem(&key))
        else {
            return Ok(None);
        };
        let Some(Validity { from, until }) = Validity::of(&certificate) else {
            return Ok(None);
        };
        if now < from || until < now + MARGIN {
            return Ok(None);
        }
        // Whether key and certificate belong together shows when a leaf of theirs is checked.
        Ok(Some(Authority { key, pem: pem.to_string(), certificate, until }))
    }

    pub fn make(names: &Names, now: Moment) -> Result<Authority, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let from = now - BACKDATE;
        let until = from + AUTHORITY_LIFE;
        let mut params = params_of(&key);
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: names.zones(), excluded_subtrees: Vec::new() });
        set_validity(&mut params, from, until);
        let made = params.self_signed(&key)?;
        Ok(Authority { key, pem: made.pem(), certificate: made.der().clone(), until })
    }

    pub fn keep(&self, folder: &Path) -> io::Result<()> {
        let key = Zeroizing::new(self.key.serialize_pem());
        files::write(&folder.join(KEY), key.as_bytes(), Readers::Owner)?;
        files::write(&folder.join(CERTIFICATE), self.pem.as_bytes(), Readers::Anyone)
    }

    pub fn issue(&self, names: &Names, now: Moment) -> Result<Leaf, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let from = now - BACKDATE;
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = named("localhost");
        // "Explicit" also writes the subject key identifier, which strict verifiers look for.
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, from, self.until.min(from + LEAF_LIFE));

        let authority = params_of(&self.key);
        let made = params.signed_by(&key, &Issuer::from_params(&authority, &self.key))?;
        Ok(Leaf::new(made.pem(), made.der().clone(), Zeroizing::new(key.serialize_der())))
    }

    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }
}

/// All that follows from the key. The name too: an issuer can then be put together again from the kept key alone, and
/// the CAs of two folders are told apart in a trust store.
fn params_of(key: &KeyPair) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mark: String = params.key_identifier(key).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    params.distinguished_name = named(&format!("Mandate development CA {mark}"));
    // RFC 5280 §4.2.1.9: it signs servers' certificates and no further CA.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn set_validity(params: &mut CertificateParams, from: Moment, until: Moment) {
    let epoch = date_time_ymd(1970, 1, 1);
    let since_epoch = |moment: Moment| Duration::from_secs(u64::try_from(moment.secs()).unwrap_or(0));
    params.not_before = epoch + since_epoch(from);
    params.not_after = epoch + since_epoch(until);
}
