//! Who may log in at the desk: `users.toml` in the office's directory.
//!
//! In: names, roles, passwords, from `outpost office user` and from the desk itself. Out: the file, which is written whole and which nobody
//! else may read; a running office sees that it changed. Two programs may change it: each holds a lock while it reads and writes.
//! Deliberately absent: sessions, and what a role may do.

mod name;
mod role;
mod roll;

pub use name::UserName;
pub use role::Role;
pub(super) use roll::Roll;

use crate::files;
use crate::passwords::{self, MAX_PASSWORD, NoHash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The file's name in the office's directory.
pub const NAME: &str = "users.toml";
/// Held by who changes it.
const LOCK: &str = "users.lock";
/// Shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// Most users: an office with more has a directory of its own for them.
pub const MAX_USERS: usize = 500;
/// Longest full name, in characters.
const MAX_FULL_NAME: usize = 100;

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
    #[test]
    fn an_office_has_500_users() {
        let one = user("ani", Role::Admin);
        let of = |n: usize| User { name: format!("wati-{n}").parse().unwrap(), ..one.clone() };
        let mut users = Users::new();
        (0..500).for_each(|n| add(&mut users, of(n)).unwrap());
        assert!(matches!(add(&mut users, of(500)), Err(UsersError::Full)));
        users.remove(&of(7).name);
        add(&mut users, of(500)).unwrap();
    }
}
