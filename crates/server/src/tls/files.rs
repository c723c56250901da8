//! Small files that are there whole or not at all.
//!
//! Never: a private key that others could read, not even for the moment between making the file and closing it off.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use zeroize::Zeroizing;

pub(super) enum Readers {
    Anyone,
    Owner,
}

pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(|err| while_doing("making", folder, &err))
}

/// None when there is no such file, or when it holds no text and so nothing of ours.
pub(super) fn read(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => Ok(None),
        Err(err) => Err(while_doing("reading", path, &err)),
    }
}

/// A reader sees the old file or the new one, also after a crash.
pub(super) fn write(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = fill(&draft, content, readers).and_then(|()| fs::rename(&draft, path));
    written.map_err(|err| {
        // The draft may hold half a key. If it cannot be removed either, the first error is the one to tell.
        let _ = fs::remove_file(&draft);
        while_doing("writing", path, &err)
    })
}

fn fill(draft: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    // One that a crashed process with our number left behind.
    match fs::remove_file(draft) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(err),
        _ => (),
    }
    // `create_new` follows no link and takes over no file: the mode below is the mode the content gets.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, readers);
    let mut file = options.open(draft)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, readers: Readers) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(match readers {
        Readers::Anyone => 0o644,
        Readers::Owner => 0o600,
    });
}

#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: Readers) {}

fn while_doing(deed: &str, path: &Path, err: &io::Error) -> io::Error {
    io::Error::new(err.kind(), format!("{deed} `{}`: {err}", path.display()))
}
