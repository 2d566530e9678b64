//! Who is logged in: sessions in memory, each under the SHA-256 of its token, so that nothing here opens one.
//!
//! A session ends after twelve hours, after two in which nothing was asked, when it is logged out, and when what the office has of its user
//! is another (role, password, disabled, removed). A start of the office ends all. Bounded: a user's sessions beyond the limit and those of
//! all beyond theirs end the one that was quiet longest.

use crate::office::users::{User, UserName};
use crate::passwords::{self, NoHash};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// From login to the end.
pub(super) const LONGEST: Duration = Duration::from_secs(12 * 3600);
/// In which nothing is asked.
const IDLE: Duration = Duration::from_secs(2 * 3600);
/// Sessions of one user: browsers on some machines, and what was not logged out.
const OF_ONE: usize = 20;
/// Sessions in all.
const IN_ALL: usize = 1_000;

type Digested = [u8; 32];

/// Which session; it cannot be used as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SessionKey(Digested);

struct Session {
    user: UserName,
    /// Of what the user was at login.
    seal: Digested,
    began: Instant,
    last: Instant,
    until_ms: i64,
}

impl Session {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= LONGEST || now.saturating_duration_since(self.last) >= IDLE
    }
}

/// What changes about a user end their sessions.
fn seal(user: &User) -> Digested {
    let parts = [user.name.as_str(), user.role.name(), &user.hash, if user.disabled { "disabled" } else { "" }];
    parts.into_iter().fold(Sha256::new(), |sum, part| sum.chain_update(part).chain_update([0])).finalize().into()
}

/// A session that was begun: the token, which is told once.
pub(super) struct Begun {
    pub(super) token: String,
    pub(super) key: SessionKey,
    pub(super) until_ms: i64,
}

/// Every session.
pub(super) struct Sessions {
    all: Mutex<HashMap<SessionKey, Session>>,
    /// So that nobody without a session's token knows its word against CSRF.
    key: Digested,
}

/// The session of a token.
pub(super) fn key_of(token: &str) -> SessionKey {
    SessionKey(Sha256::digest(token).into())
}

impl Sessions {
    pub(super) fn new() -> Result<Self, NoHash> {
        Ok(Self { all: Mutex::default(), key: passwords::random()? })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionKey, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one.
    pub(super) fn begin(&self, user: &User, (now, now_ms): (Instant, i64)) -> Result<Begun, NoHash> {
        let token = BASE64_URL_SAFE_NO_PAD.encode(passwords::random::<32>()?);
        let until_ms = now_ms.saturating_add(LONGEST.as_millis() as i64);
        let session = Session { user: user.name.clone(), seal: seal(user), began: now, last: now, until_ms };
        let key = key_of(&token);
        let mut all = self.lock();
        all.retain(|_, session| !session.is_over(now));
        if all.values().filter(|session| session.user == user.name).count() >= OF_ONE {
            end_quietest(&mut all, |session| session.user == user.name);
        }
        if all.len() >= IN_ALL {
            end_quietest(&mut all, |_| true);
        }
        all.insert(key, session);
        Ok(Begun { token, key, until_ms })
    }

    /// The word against CSRF of a session, from its token.
    pub(super) fn csrf(&self, token: &str) -> String {
        let sum = Sha256::new().chain_update(self.key).chain_update(token).chain_update(self.key).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(sum)
    }

    /// Whether this is the word; in the same time for whatever it is.
    pub(super) fn is_csrf(&self, token: &str, given: &str) -> bool {
        let keyed = |word: &str| -> Digested {
            Sha256::new().chain_update(self.key).chain_update(word).chain_update(self.key).finalize().into()
        };
        // Of keyed digests nobody learns anything by how far they are the same.
        keyed(&self.csrf(token)) == keyed(given)
    }

    /// Whose session it is and until when, where it goes on; `user` gives what the office has of one now. It is not idle then.
    pub(super) fn look<'a>(
        &self,
        key: SessionKey,
        now: Instant,
        user: impl FnOnce(&UserName) -> Option<&'a User>,
    ) -> Option<(&'a User, i64)> {
        self.see(key, now, user, true)
    }

    /// Whether it goes on. It is as idle as before.
    pub(super) fn goes_on<'a>(
        &self,
        key: SessionKey,
        now: Instant,
        user: impl FnOnce(&UserName) -> Option<&'a User>,
    ) -> bool {
        self.see(key, now, user, false).is_some()
    }

    fn see<'a>(
        &self,
        key: SessionKey,
        now: Instant,
        user: impl FnOnce(&UserName) -> Option<&'a User>,
        is_used: bool,
    ) -> Option<(&'a User, i64)> {
        let mut all = self.lock();
        let session = all.get_mut(&key)?;
        let found = user(&session.user).filter(|user| !user.disabled && seal(user) == session.seal);
        match found.filter(|_| !session.is_over(now)) {
            Some(user) => {
                if is_used {
                    session.last = now;
                }
                Some((user, session.until_ms))
            }
            None => {
                all.remove(&key);
                None
            }
        }
    }

    /// Ends one.
    pub(super) fn end(&self, key: SessionKey) {
        self.lock().remove(&key);
    }

    /// The user changed their own password in this session: it goes on, and their others end.
    pub(super) fn keep_only(&self, key: SessionKey, user: &User) {
        let mut all = self.lock();
        all.retain(|other, session| *other == key || session.user != user.name);
        if let Some(session) = all.get_mut(&key) {
            session.seal = seal(user);
        }
    }
}

fn end_quietest(all: &mut HashMap<SessionKey, Session>, among: impl Fn(&Session) -> bool) {
    let quietest = all.iter().filter(|(_, session)| among(session)).min_by_key(|(_, session)| session.last);
    if let Some(key) = quietest.map(|(key, _)| *key) {
        all.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::users::Role;

    fn user(name: &str) -> User {
        let hash = "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwc$BwcHBwcHBwcHBwcHBwcHBw".to_owned();
        let name: UserName = name.parse().unwrap();
        User { full_name: "Ani".into(), name, role: Role::Work, disabled: false, hash, last_login: None }
    }

    fn begun(sessions: &Sessions, user: &User, now: Instant) -> Begun {
        sessions.begin(user, (now, 0)).unwrap()
    }

    #[test]
    fn a_session_ends_after_two_idle_hours_and_after_twelve_of_work() {
        let (sessions, ani, now) = (Sessions::new().unwrap(), user("ani"), Instant::now());
        let key = begun(&sessions, &ani, now).key;
        let asks = |minutes: u64| sessions.look(key, now + Duration::from_secs(60 * minutes), |_| Some(&ani)).is_some();
        assert!((1..=6).all(|n| asks(119 * n)));
        assert!(asks(719) && !asks(720) && !asks(719));
        let key = begun(&sessions, &ani, now).key;
        assert!(sessions.goes_on(key, now + Duration::from_secs(7199), |_| Some(&ani)));
        assert!(!sessions.goes_on(key, now + IDLE, |_| Some(&ani)), "looking whether it goes on is no work");
    }

    #[test]
    fn a_session_ends_with_what_its_user_was() {
        let (sessions, ani, now) = (Sessions::new().unwrap(), user("ani"), Instant::now());
        let changes: [fn(&mut User); 3] =
            [|user| user.role = Role::Admin, |user| user.hash.push('x'), |user| user.disabled = true];
        for change in changes {
            let (key, mut other) = (begun(&sessions, &ani, now).key, ani.clone());
            change(&mut other);
            assert!(sessions.look(key, now, |_| Some(&ani)).is_some());
            assert!(sessions.look(key, now, |_| Some(&other)).is_none());
            assert!(sessions.look(key, now, |_| Some(&ani)).is_none(), "what ended does not come back");
        }
        let key = begun(&sessions, &ani, now).key;
        assert!(sessions.look(key, now, |_| None).is_none());
        let (key, mut renamed) = (begun(&sessions, &ani, now).key, ani.clone());
        renamed.full_name = "Ani Wijaya".into();
        renamed.last_login = Some("2026-11-02T08:00:00Z".into());
        assert!(sessions.look(key, now, |_| Some(&renamed)).is_some());
    }

    #[test]
    fn a_new_password_ends_every_other_session_of_the_user() {
        let (sessions, mut ani, budi, now) = (Sessions::new().unwrap(), user("ani"), user("budi"), Instant::now());
        let [here, there, budis] = [&ani, &ani, &budi].map(|user| begun(&sessions, user, now).key);
        ani.hash.push('x');
        sessions.keep_only(here, &ani);
        let is_there = |key, user| sessions.look(key, now, |_| Some(user)).is_some();
        assert!(is_there(here, &ani) && !is_there(there, &ani) && is_there(budis, &budi));
    }

    #[test]
    fn sessions_are_bounded_and_the_quietest_ends() {
        let (sessions, ani, now) = (Sessions::new().unwrap(), user("ani"), Instant::now());
        let at = |n: usize| now + Duration::from_secs(n as u64);
        let first = begun(&sessions, &ani, now).key;
        (1..OF_ONE).for_each(|n| drop(begun(&sessions, &ani, at(n))));
        assert!(sessions.look(first, at(30), |_| Some(&ani)).is_some());
        begun(&sessions, &ani, at(31));
        assert!(sessions.look(first, at(32), |_| Some(&ani)).is_some(), "the second was quiet longer");
        for n in 0..IN_ALL {
            begun(&sessions, &user(&format!("u{n}")), at(100 + n));
        }
        assert_eq!(sessions.lock().len(), IN_ALL);
    }

    #[test]
    fn the_word_against_csrf_is_of_its_session_alone() {
        let (sessions, other) = (Sessions::new().unwrap(), Sessions::new().unwrap());
        let word = sessions.csrf("token");
        assert!(sessions.is_csrf("token", &word));
        assert!(!sessions.is_csrf("tokem", &word) && !sessions.is_csrf("token", "") && !other.is_csrf("token", &word));
    }
}
