//! The data folder: for its owner only, and never with a new key over old ones.

use super::*;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

/// A folder that this test made, in one that goes when the test ends.
fn fresh() -> (TempDir, Folder) {
    let around = tempfile::tempdir().unwrap();
    let folder = Folder::open(&around.path().join("outer").join("data")).unwrap();
    (around, folder)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn rows() -> Vec<KeyRow> {
    let row = |name: &str, purpose, material: &[u8]| KeyRow {
        name: name.to_owned(),
        purpose,
        material: material.to_vec(),
        created: Moment::from_secs(1_800_000_000),
        active_from: Moment::from_secs(1_800_000_000),
    };
    vec![row("one", KeyUse::Signing, b"sealed"), row("house", KeyUse::House, &[0, 255])]
}

#[test]
fn only_the_owner_may_look_into_the_folder_and_into_what_is_secret_in_it() {
    let (around, folder) = fresh();
    folder.kek().map(drop).unwrap();
    folder.keep_keys(&rows()).unwrap();
    folder.write_env("MANDATE_BASE=https://localhost:8443\n").unwrap();
    folder.note_seed("tenants: []").unwrap();
    assert_eq!((mode(folder.path()), mode(&around.path().join("outer"))), (0o700, 0o700));
    for name in [KEK, KEYS, ENV, SEED] {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_file_that_others_could_read_is_closed_when_it_is_written_again() {
    let (_around, folder) = fresh();
    let env = folder.path().join(ENV);
    fs::write(&env, "old").unwrap();
    fs::set_permissions(&env, fs::Permissions::from_mode(0o644)).unwrap();
    folder.write_env("new").unwrap();
    assert_eq!((mode(&env), fs::read_to_string(&env).unwrap().as_str()), (0o600, "new"));
}

#[test]
fn a_second_start_finds_the_keys_of_the_first() {
    let (_around, folder) = fresh();
    folder.kek().map(drop).unwrap();
    let kek = fs::read(folder.path().join(KEK)).unwrap();
    folder.keep_keys(&rows()).unwrap();
    let again = Folder::open(folder.path()).unwrap();
    again.kek().map(drop).unwrap();
    assert_eq!(fs::read(folder.path().join(KEK)).unwrap(), kek);
    assert_eq!(again.spare_keys(), Ok(rows()));
}

#[test]
fn a_fresh_folder_has_no_keys() {
    let (_around, folder) = fresh();
    assert_eq!(folder.spare_keys(), Ok(Vec::new()));
}

#[test]
fn a_missing_kek_beside_keys_is_refused_and_not_replaced() {
    let (_around, folder) = fresh();
    folder.kek().map(drop).unwrap();
    folder.keep_keys(&rows()).unwrap();
    let kek = folder.path().join(KEK);
    fs::remove_file(&kek).unwrap();
    let told = format!("{} is missing, and keys.json was sealed with it", kek.display());
    assert_eq!(folder.kek().err(), Some(told));
    assert!(!kek.exists());
}

#[test]
fn a_damaged_kek_is_refused_and_not_replaced() {
    let (_around, folder) = fresh();
    let kek = folder.path().join(KEK);
    for text in ["", "x", "not base64url!", &b64url_encode(&[7; 31]), &b64url_encode(&[7; 33])] {
        fs::write(&kek, text).unwrap();
        assert_eq!(folder.kek().err(), Some(format!("{} is damaged", kek.display())), "{text}");
        assert_eq!(fs::read_to_string(&kek).unwrap(), text);
    }
}

#[test]
fn damaged_keys_are_refused() {
    let (_around, folder) = fresh();
    let keys = folder.path().join(KEYS);
    folder.keep_keys(&rows()).unwrap();
    let whole = fs::read_to_string(&keys).unwrap();
    for text in ["", "{}", &whole[..whole.len() - 1], &whole.replace(&b64url_encode(b"sealed"), "!")] {
        fs::write(&keys, text).unwrap();
        assert_eq!(folder.spare_keys(), Err(format!("{} is damaged", keys.display())), "{text}");
    }
}

#[test]
fn a_changed_seed_is_noticed_and_the_same_one_is_not() {
    let (_around, folder) = fresh();
    assert_eq!(folder.seed_changed("tenants: []"), Ok(false), "nothing was noted yet");
    folder.note_seed("tenants: []").unwrap();
    assert_eq!(folder.seed_changed("tenants: []"), Ok(false));
    assert_eq!(folder.seed_changed("tenants: [] "), Ok(true));
    folder.note_seed("tenants: [] ").unwrap();
    assert_eq!(folder.seed_changed("tenants: [] "), Ok(false));
    assert_eq!(folder.seed_changed("tenants: []"), Ok(true));
}

#[test]
fn an_old_env_is_forgotten_and_its_absence_is_no_trouble() {
    let (_around, folder) = fresh();
    folder.write_env("x").unwrap();
    folder.forget_env().unwrap();
    assert!(!folder.path().join(ENV).exists());
    assert_eq!(folder.forget_env(), Ok(()));
}
