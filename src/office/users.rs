//! Who may log in at the desk: `users.toml` in the office's directory.
//!
//! In: names, roles, passwords, from `outpost office user` and from the desk itself. Out: the file, which is written whole and which nobody
//! else may read; a running office sees that it changed. Two programs may change it: each holds a lock while it reads and writes.
//! Deliberately absent: sessions, and what a role may do.

use crate::files;
use crate::passwords::{self, MAX_PASSWORD, NoHash, Stamp, stamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

/// The file's name in the office's directory.
pub const NAME: &str = "users.toml";
/// Held by who changes it.
const LOCK: &str = "users.lock";
/// Shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// Most users: an office with more has a directory of its own for them.
pub const MAX_USERS: usize = 500;
/// Longest name, in bytes.
const MAX_NAME: usize = 32;
/// Longest full name, in characters.
const MAX_FULL_NAME: usize = 100;

/// What a user may do. Each role may what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at everything but users and audit.
    Look,
    /// Decides about held documents, takes files in, sends transactions.
    Work,
    /// Keeps sites, keys, users and months.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Look, Self::Work, Self::Admin];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Work => "work",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| "a role is look, work or admin".into())
    }
}

/// A user's name: of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit, at most 32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = (1..=MAX_NAME).contains(&text.len())
            && text.bytes().next().is_some_and(plain)
            && text.bytes().all(|byte| plain(byte) || b"._-".contains(&byte));
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("a user's name is 1 to {MAX_NAME} of a-z, 0-9, '.', '_' and '-'")),
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One user, as in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What they log in with.
    pub name: UserName,
    /// What others read.
    pub full_name: String,
    /// What they may do.
    pub role: Role,
    /// Nobody logs in under the name.
    #[serde(default)]
    pub disabled: bool,
    /// argon2id in PHC form.
    pub hash: String,
    /// When they last logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<String>,
}

/// Why the file was not read, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{} cannot be understood: {reason}; correct it, or put last night's copy back", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is one already.
    #[error("there is a user {0} already; choose another name")]
    Exists(UserName),
    /// There is none.
    #[error("there is no user {0}; `outpost office user list` shows all")]
    Unknown(UserName),
    /// It would be the last.
    #[error("{0} is the last admin who may log in: make somebody else one first")]
    LastAdmin(UserName),
    /// The password is too short or too long.
    #[error("a password has at least {MIN_PASSWORD} characters and at most {MAX_PASSWORD} bytes")]
    Password,
    /// The full name is empty, too long, or no text.
    #[error("a full name has 1 to {MAX_FULL_NAME} characters, all of them to be seen")]
    FullName,
    /// There are too many.
    #[error("there are {MAX_USERS} users already: remove one first")]
    Full,
    /// It could not be hashed.
    #[error(transparent)]
    Hash(#[from] NoHash),
}

/// Every user, by name.
pub type Users = BTreeMap<UserName, User>;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    user: Vec<User>,
}

/// Reads the users in `dir`; nobody where there is no file.
pub fn read(dir: &Path) -> Result<Users, UsersError> {
    let path = dir.join(NAME);
    let syntax = |reason: String| UsersError::Syntax { path: path.clone(), reason };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Users::new()),
        Err(source) => return Err(UsersError::Io { path, source }),
    };
    let document: Document = toml::from_str(&text).map_err(|error| syntax(error.message().to_owned()))?;
    let mut users = Users::new();
    for user in document.user {
        if let Some(why) = passwords::objection(&user.hash) {
            return Err(syntax(format!("hash of {}: {why}", user.name)));
        }
        if let Some(twice) = users.insert(user.name.clone(), user) {
            return Err(syntax(format!("user {} is there twice", twice.name)));
        }
    }
    Ok(users)
}

/// Changes the users in `dir`, alone. Where `change` fails, nothing is changed.
pub fn change<T>(dir: &Path, change: impl FnOnce(&mut Users) -> Result<T, UsersError>) -> Result<T, UsersError> {
    let failed = |path: PathBuf| move |source| UsersError::Io { path, source };
    let lock = dir.join(LOCK);
    let alone = File::create(&lock).map_err(failed(lock.clone()))?;
    alone.lock().map_err(failed(lock))?;
    let mut users = read(dir)?;
    let done = change(&mut users)?;
    let document = Document { user: users.into_values().collect() };
    let text = toml::to_string(&document).expect("invariant: users are plain strings");
    let path = dir.join(NAME);
    files::write_atomically(&path, text.as_bytes(), files::PRIVATE).map_err(failed(path))?;
    Ok(done)
}

/// The hash of a new password, where it is long enough.
pub fn hash(password: &str) -> Result<String, UsersError> {
    if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
        return Err(UsersError::Password);
    }
    Ok(passwords::phc(password)?)
}

/// Adds one.
pub fn add(users: &mut Users, user: User) -> Result<(), UsersError> {
    if users.contains_key(&user.name) {
        return Err(UsersError::Exists(user.name));
    }
    if users.len() >= MAX_USERS {
        return Err(UsersError::Full);
    }
    check_full_name(&user.full_name)?;
    users.insert(user.name.clone(), user);
    Ok(())
}

/// Whether it can be read, and ends no line.
pub fn check_full_name(full_name: &str) -> Result<(), UsersError> {
    let fits = (1..=MAX_FULL_NAME).contains(&full_name.chars().count())
        && !full_name.trim().is_empty()
        && !full_name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(UsersError::FullName) }
}

/// One of them, to be changed.
pub fn one<'a>(users: &'a mut Users, name: &UserName) -> Result<&'a mut User, UsersError> {
    users.get_mut(name).ok_or_else(|| UsersError::Unknown(name.clone()))
}

fn has_admin(users: &Users) -> bool {
    users.values().any(|user| user.role == Role::Admin && !user.disabled)
}

/// Changes something about `name`, and refuses what takes the last admin away.
pub fn keeping_an_admin<T>(
    users: &mut Users,
    name: &UserName,
    change: impl FnOnce(&mut Users) -> Result<T, UsersError>,
) -> Result<T, UsersError> {
    let had_one = has_admin(users);
    let done = change(users)?;
    if had_one && !has_admin(users) { Err(UsersError::LastAdmin(name.clone())) } else { Ok(done) }
}

struct Known {
    stamp: Stamp,
    users: Arc<Users>,
}

/// The file as a running office has it: read again whenever it was changed.
pub(super) struct Roll {
    dir: PathBuf,
    known: RwLock<Known>,
}

impl Roll {
    /// Reads the file, which need not be there yet.
    pub(super) fn open(dir: &Path) -> Result<Self, UsersError> {
        let stamp = stamp(&dir.join(NAME));
        let users = Arc::new(read(dir)?);
        Ok(Self { dir: dir.to_owned(), known: RwLock::new(Known { stamp, users }) })
    }

    /// The users as they are now. A file that cannot be read leaves those that were known.
    pub(super) fn now(&self) -> Arc<Users> {
        let seen = stamp(&self.dir.join(NAME));
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.stamp == seen {
                return known.users.clone();
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.stamp != seen {
            match read(&self.dir) {
                Ok(users) => {
                    tracing::info!(users = users.len(), "the desk's users were read again");
                    known.users = Arc::new(users);
                }
                Err(error) => tracing::warn!(%error, "users were not read again: those known before stay in force"),
            }
            known.stamp = seen;
        }
        known.users.clone()
    }

    /// As [`change`].
    pub(super) fn change<T>(&self, what: impl FnOnce(&mut Users) -> Result<T, UsersError>) -> Result<T, UsersError> {
        change(&self.dir, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn user(name: &str, role: Role) -> User {
        let hash = passwords::phc("correct horse").unwrap();
        let name: UserName = name.parse().unwrap();
        User { full_name: name.to_string(), name, role, disabled: false, hash, last_login: None }
    }

    #[test]
    fn a_name_is_one_that_stands_in_a_path_as_it_is() {
        for name in ["ani", "ani.w", "7", "a_b-c", &"a".repeat(32)] {
            assert!(name.parse::<UserName>().is_ok(), "{name}");
        }
        for name in ["", "Ani", "ani w", ".ani", "-ani", "ani/..", "añi", "ani%", &"a".repeat(33)] {
            assert!(name.parse::<UserName>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_running_office_sees_what_was_changed_beside_it_and_keeps_what_it_knew_of_a_broken_file() {
        let dir = tempfile::tempdir().unwrap();
        let roll = Roll::open(dir.path()).unwrap();
        assert!(roll.now().is_empty());
        change(dir.path(), |users| add(users, user("ani", Role::Admin))).unwrap();
        assert_eq!(roll.now().len(), 1);
        let path = dir.path().join(NAME);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "[[user]]\nname = \"Ani\"\n").unwrap();
        assert_eq!(roll.now().len(), 1);
    }

    #[test]
    fn what_was_refused_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        change(dir.path(), |users| add(users, user("ani", Role::Admin))).unwrap();
        let before = std::fs::read(dir.path().join(NAME)).unwrap();
        let name: UserName = "ani".parse().unwrap();
        let refused = change(dir.path(), |users| {
            keeping_an_admin(users, &name, |users| one(users, &name).map(|user| user.role = Role::Look))
        });
        assert!(matches!(refused, Err(UsersError::LastAdmin(_))), "{refused:?}");
        let twice = change(dir.path(), |users| add(users, user("ani", Role::Look)));
        assert!(matches!(twice, Err(UsersError::Exists(_))), "{twice:?}");
        assert_eq!(std::fs::read(dir.path().join(NAME)).unwrap(), before);
    }

    #[test]
    fn a_password_has_ten_characters() {
        assert!(matches!(hash("123456789"), Err(UsersError::Password)));
        assert!(matches!(hash("éééé"), Err(UsersError::Password)));
        assert!(matches!(hash(&"x".repeat(129)), Err(UsersError::Password)));
        assert!(passwords::verify("1234567890", &hash("1234567890").unwrap()));
    }
}
