//! Small files that must be whole after a power cut, and secret ones that nobody else may read.
//!
//! In go a path and bytes; what is on the disk afterwards is either the old content or the new one. One writer per path.
//! Deliberately absent: journals and everything else that is appended to.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Who may read a file with a secret in it: its owner.
pub const PRIVATE: u32 = 0o600;
/// Who may read any other file: everybody.
pub const PUBLIC: u32 = 0o644;

/// Replaces the file at `path` with `bytes` under the permission bits `mode`, and returns when that is on the disk:
/// written beside it, synced, renamed, the directory synced. After a power cut at any moment the file is the old or
/// the new one. A leftover of an earlier, cut-off call is replaced by the next one.
pub fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let beside = beside(path)?;
    // The leftover may have been opened by another mode or be a link: it is removed, never reused.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = write_and_rename(&beside, path, bytes, mode);
    if written.is_err() {
        // The error that matters is the one above; a leftover is harmless.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_and_rename(beside: &Path, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(beside)?;
    // The umask may have taken bits away at creation.
    file.set_permissions(Permissions::from_mode(mode))?;
    keep_owner(&file, path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(beside, path)?;
    sync_directory(path)
}

/// What root writes for a program that does not run as root stays that program's: its owner is that of the file before, or of the
/// directory.
fn keep_owner(file: &File, path: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let before = std::fs::metadata(path).or_else(|_| std::fs::metadata(parent(path)))?;
    std::os::unix::fs::fchown(file, Some(before.uid()), Some(before.gid()))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Syncs the directory that holds `path`, so that a name made or changed in it survives a power cut.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(parent(path))?.sync_all()
}

/// The temporary name of `path`: hidden, in the same directory, always the same, so that leftovers do not pile up.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file's name"))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".new");
    Ok(path.with_file_name(hidden))
}

/// Free space of the file system that holds `dir`, in megabytes, as far as it is ours to use.
pub fn free_mb(dir: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize) / 1_000_000)
}

/// Why a settings file was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct BadToml {
    /// The file.
    pub path: PathBuf,
    /// What is wrong, with the line.
    pub what: String,
}

/// Reads a file of settings; what is absent, or the whole file, takes its defaults.
pub fn read_toml<T: serde::de::DeserializeOwned + Default>(path: &Path) -> Result<T, BadToml> {
    let bad = |what: String| BadToml { path: path.to_owned(), what };
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| bad(error.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(bad(error.to_string())),
    }
}

/// Why a secret file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadPrivateError {
    /// There is none.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Others can read the secret.
    #[error("{} can be read by others (mode {mode:o}): run chmod 600 {}", path.display(), path.display())]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is no small secret file at all.
    #[error("{} has more than {limit} bytes: it is not the file this should be", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What was expected at most, in bytes.
        limit: u64,
    },
    /// The disk refused.
    #[error("{} cannot be read: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Reads a file of at most `limit` bytes that nobody but its owner may read or write. Mode and content are of the same
/// open file.
pub fn read_private(path: &Path, limit: u64) -> Result<Vec<u8>, ReadPrivateError> {
    let failed = |error| ReadPrivateError::Io { path: path.to_owned(), error };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ReadPrivateError::Missing { path: path.to_owned() });
        }
        other => other.map_err(failed)?,
    };
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(ReadPrivateError::ReadableByOthers { path: path.to_owned(), mode });
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadPrivateError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_writes_stays_its_owners() {
        let dir = tempfile::tempdir().unwrap();
        let owner = |path: &Path| std::fs::metadata(path).map(|meta| (meta.uid(), meta.gid())).unwrap();
        let is_root = rustix::process::geteuid().is_root();
        let somebody = if is_root { (54_321, 54_322) } else { owner(dir.path()) };
        std::os::unix::fs::chown(dir.path(), Some(somebody.0), Some(somebody.1)).unwrap();
        let path = dir.path().join("users.toml");
        write_atomically(&path, b"1", PRIVATE).unwrap();
        assert_eq!(owner(&path), somebody, "the directory's");
        if is_root {
            std::os::unix::fs::chown(&path, Some(54_323), Some(54_324)).unwrap();
            write_atomically(&path, b"2", PRIVATE).unwrap();
            assert_eq!(owner(&path), (54_323, 54_324), "the file's that was there");
        }
    }

    fn mode_of(path: &Path) -> u32 {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    fn names_in(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).expect("a directory");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_without_leftovers() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        write_atomically(&path, b"old and long", PUBLIC).expect("written");
        assert_eq!(mode_of(&path), PUBLIC);
        write_atomically(&path, b"new", PRIVATE).expect("written");
        assert_eq!((std::fs::read(&path).expect("there"), mode_of(&path)), (b"new".to_vec(), PRIVATE));
        assert_eq!(names_in(dir.path()), ["key"]);
    }

    #[test]
    fn a_leftover_of_a_cut_off_write_is_replaced_and_its_open_mode_not_kept() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        let leftover = beside(&path).expect("a name");
        std::fs::write(&leftover, b"half").expect("written");
        std::fs::set_permissions(&leftover, Permissions::from_mode(0o666)).expect("set");
        write_atomically(&path, b"whole", PRIVATE).expect("written");
        assert_eq!((std::fs::read(&path).expect("there"), mode_of(&path)), (b"whole".to_vec(), PRIVATE));
        assert_eq!(names_in(dir.path()), ["key"]);
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file_and_no_leftover() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("taken");
        std::fs::create_dir(&path).expect("made");
        std::fs::write(path.join("x"), b"x").expect("written");
        assert!(write_atomically(&path, b"new", PUBLIC).is_err(), "a directory in its place cannot be replaced");
        assert_eq!(names_in(dir.path()), ["taken"]);
    }

    #[test]
    fn a_secret_that_others_can_read_or_write_is_refused_with_the_remedy() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        write_atomically(&path, b"secret", PRIVATE).expect("written");
        assert_eq!(read_private(&path, 6).expect("read"), b"secret");
        for open in [0o640, 0o604, 0o620, 0o601] {
            std::fs::set_permissions(&path, Permissions::from_mode(open)).expect("set");
            let error = read_private(&path, 6).expect_err("refused").to_string();
            assert!(error.contains("chmod 600") && error.contains("key"), "{error}");
        }
    }

    #[test]
    fn a_secret_file_is_read_up_to_its_limit_and_not_past_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        write_atomically(&path, b"1234567", PRIVATE).expect("written");
        assert!(read_private(&path, 7).is_ok());
        assert!(matches!(read_private(&path, 6), Err(ReadPrivateError::TooLarge { .. })));
        assert!(matches!(read_private(&path.with_extension("x"), 6), Err(ReadPrivateError::Missing { .. })));
    }
}
