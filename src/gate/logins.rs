//! The logins of one gate, in a TOML file: name, kind, argon2id hash.
//!
//! `outpost device add|remove` edits the file while the box runs: it is written whole to a temporary name, synced,
//! renamed, and the directory synced; the running gate sees the new time or length and reads it again. A file that
//! cannot be read keeps the logins that were known. A password that was verified once is remembered as a keyed hash,
//! in memory only, so that a hundred devices that reconnect at once do not cost a hundred argon2 runs. What is absent:
//! rights; the owner gives them per name and kind.

use super::doorkeeper::{Denied, Doorkeeper, Knock, Pass};
use super::throttle::Throttle;
use super::topics::TopicFilter;
use crate::domain::id::DeviceId;
use crate::passwords::{self, Checker, MAX_PASSWORD, NoHash, Stamp, stamp};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

/// Shortest password that is taken: below it no hash helps.
pub const MIN_PASSWORD: usize = 8;

/// What could not be done with the file of logins.
#[derive(Debug, thiserror::Error)]
pub enum LoginsError {
    /// The file could not be read or written.
    #[error("logins file {path}: {source}; check that it exists and that outpost may read and write it")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("logins file {path} cannot be understood: {reason}; correct it, or put last night's copy back")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A login of this name is there already.
    #[error("there is a login {0} already; remove it first, or choose another name")]
    Exists(DeviceId),
    /// No login of this name.
    #[error("there is no login {0}; `outpost device list` shows all")]
    Unknown(DeviceId),
    /// The password is too short or too long.
    #[error("the password must have {MIN_PASSWORD} to {MAX_PASSWORD} bytes")]
    Password,
    /// No randomness, or the hash failed.
    #[error(transparent)]
    Hash(#[from] NoHash),
}

/// One login, as in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Its name.
    pub name: DeviceId,
    /// What sort it is, in the owner's words; decides its rights.
    pub kind: String,
    /// argon2id in PHC form.
    pub hash: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    login: Vec<Login>,
}

fn parse(path: &Path, text: &str) -> Result<BTreeMap<DeviceId, Login>, LoginsError> {
    let syntax = |reason: String| LoginsError::Syntax { path: path.to_owned(), reason };
    let document: Document = toml::from_str(text).map_err(|e| syntax(e.to_string()))?;
    let mut logins = BTreeMap::new();
    for login in document.login {
        if let Some(why) = passwords::objection(&login.hash) {
            return Err(syntax(format!("hash of {}: {why}", login.name)));
        }
        if let Some(twice) = logins.insert(login.name.clone(), login) {
            return Err(syntax(format!("login {} is there twice", twice.name)));
        }
    }
    Ok(logins)
}

fn read(path: &Path) -> Result<BTreeMap<DeviceId, Login>, LoginsError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(source) => Err(LoginsError::Io { path: path.to_owned(), source }),
    }
}

/// Writes the file so that a power cut leaves the old one or the new one.
fn write(path: &Path, logins: BTreeMap<DeviceId, Login>) -> Result<(), LoginsError> {
    let document = Document { login: logins.into_values().collect() };
    let text = toml::to_string(&document).expect("invariant: logins are plain strings");
    let temporary = path.with_extension("tmp");
    let whole = || -> io::Result<()> {
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()
    };
    whole().map_err(|source| LoginsError::Io { path: path.to_owned(), source })
}

/// Adds a login to the file; a running gate takes it up within seconds.
pub fn add(path: &Path, name: DeviceId, kind: &str, password: &str) -> Result<(), LoginsError> {
    let mut logins = read(path)?;
    if logins.contains_key(&name) {
        return Err(LoginsError::Exists(name));
    }
    let login = Login { name: name.clone(), kind: kind.to_owned(), hash: hash(password)? };
    logins.insert(name, login);
    write(path, logins)
}

/// Removes a login from the file; a running gate disconnects it within seconds.
pub fn remove(path: &Path, name: &DeviceId) -> Result<(), LoginsError> {
    let mut logins = read(path)?;
    if logins.remove(name).is_none() {
        return Err(LoginsError::Unknown(name.clone()));
    }
    write(path, logins)
}

/// Every login in the file, by name. A file that is not there has none.
pub fn list(path: &Path) -> Result<Vec<Login>, LoginsError> {
    Ok(read(path)?.into_values().collect())
}

fn hash(password: &str) -> Result<String, LoginsError> {
    if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&password.len()) {
        return Err(LoginsError::Password);
    }
    Ok(passwords::phc(password)?)
}

/// Rights of one login: what it may publish to, and what it may subscribe.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    /// See [`Pass::publish`].
    pub publish: Vec<TopicFilter>,
    /// See [`Pass::subscribe`].
    pub subscribe: Vec<TopicFilter>,
}

/// Gives the rights of a name and kind; `None` where the kind means nothing to the owner, and nobody of it comes in.
pub type RightsOf = Box<dyn Fn(&DeviceId, &str) -> Option<Rights> + Send + Sync>;

struct Known {
    stamp: Stamp,
    logins: BTreeMap<DeviceId, Login>,
}

/// A [`Doorkeeper`] that reads a file of logins.
pub struct Logins {
    path: PathBuf,
    rights: RightsOf,
    known: RwLock<Known>,
    /// Verified passwords: (hash in the file, keyed digest of the password), per login.
    verified: Mutex<HashMap<DeviceId, (String, [u8; 32])>>,
    key: [u8; 32],
    throttle: Mutex<Throttle>,
    checker: Checker,
}

impl Logins {
    /// Reads the file, which need not be there yet.
    pub fn open(path: &Path, rights: RightsOf) -> Result<Self, LoginsError> {
        let stamp = stamp(path);
        let logins = read(path)?;
        Ok(Self {
            path: path.to_owned(),
            rights,
            known: RwLock::new(Known { stamp, logins }),
            verified: Mutex::default(),
            key: passwords::random()?,
            throttle: Mutex::new(Throttle::default()),
            checker: Checker::new()?,
        })
    }

    fn digest(&self, password: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update(password).finalize().into()
    }

    fn login(&self, name: &DeviceId) -> Option<Login> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).logins.get(name).cloned()
    }

    fn remembered(&self, login: &Login, digest: &[u8; 32]) -> bool {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(&login.name).is_some_and(|(hash, known)| *hash == login.hash && known == digest)
    }

    fn throttle(&self) -> std::sync::MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn verified(&self, knock: &Knock, name: Option<&DeviceId>) -> Result<Login, Denied> {
        let login = name.and_then(|name| self.login(name));
        let digest = self.digest(&knock.password);
        if let Some(login) = &login
            && self.remembered(login, &digest)
        {
            return Ok(login.clone());
        }
        if !self.throttle().may_try(knock.from, &knock.user, std::time::Instant::now()) {
            return Err(Denied::TooMany);
        }
        let hash = login.as_ref().map(|login| login.hash.as_str());
        let right = self.checker.is_right(&knock.password, hash).await.map_err(|_| Denied::Unavailable)?;
        let Some(login) = login.filter(|_| right) else {
            self.throttle().failed(knock.from, &knock.user, std::time::Instant::now());
            return Err(Denied::BadLogin);
        };
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.insert(login.name.clone(), (login.hash.clone(), digest));
        Ok(login)
    }
}

impl Doorkeeper for Logins {
    fn check(&self, knock: Knock) -> BoxFuture<'_, Result<Pass, Denied>> {
        async move {
            if knock.password.len() > MAX_PASSWORD {
                return Err(Denied::BadLogin);
            }
            let name: Option<DeviceId> = knock.user.parse().ok();
            let login = self.verified(&knock, name.as_ref()).await?;
            if !knock.client_id.is_empty() && knock.client_id != login.name.as_str() {
                return Err(Denied::BadClientId);
            }
            let rights = (self.rights)(&login.name, &login.kind).ok_or(Denied::Unavailable)?;
            let Rights { publish, subscribe } = rights;
            Ok(Pass { device: login.name, kind: login.kind, publish, subscribe })
        }
        .boxed()
    }

    fn refresh(&self) {
        let seen = stamp(&self.path);
        if self.known.read().unwrap_or_else(PoisonError::into_inner).stamp == seen {
            return;
        }
        let logins = match read(&self.path) {
            Ok(logins) => logins,
            Err(error) => {
                tracing::warn!(%error, "logins were not read again: those known before stay in force");
                self.known.write().unwrap_or_else(PoisonError::into_inner).stamp = seen;
                return;
            }
        };
        tracing::info!(logins = logins.len(), "logins were read again");
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.retain(|name, (hash, _)| logins.get(name).is_some_and(|login| login.hash == *hash));
        drop(verified);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Known { stamp: seen, logins };
    }

    fn still_welcome(&self, pass: &Pass) -> bool {
        self.login(&pass.device).is_some_and(|login| login.kind == pass.kind)
    }
}

#[cfg(test)]
#[path = "logins_tests.rs"]
mod tests;
