//! The certificates of dev mode: kept, renewed, and accepted by a TLS client.

use std::fs;

use rustls::pki_types::pem::PemObject;

use super::*;

const NOW: Moment = Moment::from_secs(1_800_000_000);

fn made(folder: &Path, now: Moment, extra: &[&str]) -> DevCertificates {
    let extra: Vec<String> = extra.iter().copied().map(String::from).collect();
    dev_certificates(folder, now, &extra).unwrap()
}

/// Everything that a client or a listener gets to see.
fn seen(certificates: &DevCertificates) -> (&str, &[Vec<u8>], &[u8]) {
    (&certificates.ca_pem, &certificates.chain_der, &certificates.key_der)
}

fn validity_of_leaf(certificates: &DevCertificates) -> validity::Validity {
    validity::Validity::of(&certificates.chain_der[0]).unwrap()
}

#[test]
fn a_second_start_finds_everything_as_the_first_left_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path(), NOW, &["box.localhost"]);
    let second = made(folder.path(), NOW + 300 * DAY, &["box.localhost"]);
    assert_eq!(seen(&first), seen(&second));
}

#[test]
fn other_names_on_this_machine_make_a_new_leaf_under_the_same_ca() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path(), NOW, &[]);
    let second = made(folder.path(), NOW, &["box.localhost", "127.0.0.9"]);
    assert_eq!(first.ca_pem, second.ca_pem);
    assert_ne!(first.chain_der, second.chain_der);
    assert_ne!(first.key_der, second.key_der);
}

#[test]
fn a_leaf_with_less_than_thirty_days_left_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path(), NOW, &[]);
    let until = validity_of_leaf(&first).until;
    let before = made(folder.path(), until - 31 * DAY, &[]);
    assert_eq!(seen(&first), seen(&before));
    let after = made(folder.path(), until - 29 * DAY, &[]);
    assert_eq!(first.ca_pem, after.ca_pem);
    assert!(validity_of_leaf(&after).until > until);
}

#[test]
fn a_ca_near_its_end_is_made_anew_and_no_leaf_outlives_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = made(folder.path(), NOW, &[]);
    let ca = CertificateDer::from_pem_slice(first.ca_pem.as_bytes()).unwrap();
    let until = validity::Validity::of(&ca).unwrap().until;
    let last_year = made(folder.path(), until - 200 * DAY, &[]);
    assert_eq!(first.ca_pem, last_year.ca_pem);
    assert_eq!(validity_of_leaf(&last_year).until, until);
    assert_ne!(first.ca_pem, made(folder.path(), until - 29 * DAY, &[]).ca_pem);
}

#[test]
fn a_name_the_ca_may_not_vouch_for_makes_a_new_ca_once() {
    let folder = tempfile::tempdir().unwrap();
    let local = made(folder.path(), NOW, &[]);
    let wider = made(folder.path(), NOW, &["*.works.example.test", "192.0.2.7"]);
    assert_ne!(local.ca_pem, wider.ca_pem);
    // A name within the zone, and none at all, are both within what it may vouch for.
    assert_eq!(wider.ca_pem, made(folder.path(), NOW, &["login.works.example.test"]).ca_pem);
    assert_eq!(wider.ca_pem, made(folder.path(), NOW, &[]).ca_pem);
}

#[test]
fn a_leaf_beyond_the_constraints_does_not_verify() {
    let authority = Authority::make(&Names::with(&[]).unwrap(), NOW).unwrap();
    for beyond in ["example.test", "notlocalhost", "192.0.2.7", "2001:db8::7"] {
        let names = Names::with(&[beyond.to_owned()]).unwrap();
        let leaf = authority.issue(&names, NOW).unwrap();
        assert!(leaf.check(&authority, NOW).is_err(), "{beyond}");
    }
}

#[test]
fn damaged_or_foreign_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = tempfile::tempdir().unwrap();
    made(stranger.path(), NOW, &[]);
    let empty_pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for name in ["ca.pem", "ca-key.pem", "leaf.pem", "leaf-key.pem"] {
        let foreign = fs::read(stranger.path().join(name)).unwrap();
        // A foreign key beside our CA shows only when it has to sign; that is the next test.
        let foreign = if name == "ca-key.pem" { &[][..] } else { &foreign[..] };
        for content in [&b""[..], &b"\xff\xfe"[..], &empty_pem[..], foreign] {
            let before = made(folder.path(), NOW, &[]);
            fs::write(folder.path().join(name), content).unwrap();
            let after = made(folder.path(), NOW, &[]);
            assert_ne!(seen(&before), seen(&after), "{name}");
            assert_eq!(before.ca_pem == after.ca_pem, name.starts_with("leaf"), "{name}");
            assert_eq!(seen(&after), seen(&made(folder.path(), NOW, &[])), "{name}");
            server_config(&after).unwrap();
        }
    }
}

#[test]
fn a_foreign_key_beside_the_ca_costs_the_ca_when_it_has_to_sign() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = tempfile::tempdir().unwrap();
    made(stranger.path(), NOW, &[]);
    let before = made(folder.path(), NOW, &[]);
    fs::copy(stranger.path().join("ca-key.pem"), folder.path().join("ca-key.pem")).unwrap();
    assert_eq!(seen(&before), seen(&made(folder.path(), NOW, &[])));
    assert_ne!(before.ca_pem, made(folder.path(), NOW, &["box.localhost"]).ca_pem);
}

#[test]
fn a_name_that_is_none_is_refused_and_nothing_is_written() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let refused = dev_certificates(&folder, NOW, &["not a name".to_owned()]).err().unwrap();
    assert_eq!(refused.to_string(), "`not a name` is neither a host name nor an address");
    assert!(!folder.exists());
}

#[test]
fn the_folder_holds_these_files_and_no_drafts() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), NOW, &[]);
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["ca-key.pem", "ca.pem", "leaf-key.pem", "leaf.names", "leaf.pem"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_keys() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), NOW, &[]);
    for name in ["ca-key.pem", "leaf-key.pem"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_key_of_another_certificate_makes_no_settings() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut mixed = made(one.path(), NOW, &[]);
    mixed.key_der = made(other.path(), NOW, &[]).key_der;
    assert!(server_config(&mixed).is_err());
}
