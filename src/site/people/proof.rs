//! Whether a PIN or a badge is somebody's. Slow by intent: argon2, one at a time, on the reception's thread.
//!
//! A name that nobody has costs as much as one that somebody has. A badge without a name is looked for among all that work here;
//! once it was right it is remembered, in memory only and as a keyed digest, so that the second login does not cost all of them.

use crate::domain::document::Text;
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, User};
use crate::domain::people::People;
use crate::domain::person::Proof;
use crate::intake::people::{Secret, Showing};
use crate::passwords;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Most people whose badges are tried for one without a name: each takes as long as a PIN. A larger shop's tablets send the name.
pub(super) const MAX_BADGES: usize = 64;

/// Why nobody was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotProven {
    /// The PIN or badge is wrong. Whose it was to be, where there is such a person.
    Wrong(Option<Text>),
    /// Too many people for a badge without a name.
    NameNeeded,
}

/// Checks what people show.
pub(super) struct Checker {
    /// A hash that nothing has.
    decoy: String,
    key: [u8; 32],
    /// By keyed digest of a badge: whose it was, and by which hash.
    badges: HashMap<[u8; 32], (Text, Box<str>)>,
}

/// The people who work at `site`.
pub(super) fn here<'a>(masters: &'a Masters, site: &SiteId, name: &Text) -> Option<&'a User> {
    masters.user(name.as_str()).filter(|user| works_at(user, site))
}

fn works_at(user: &User, site: &SiteId) -> bool {
    user.sites.is_empty() || user.sites.contains(site)
}

impl Checker {
    pub(super) fn new() -> Result<Self, passwords::NoHash> {
        Ok(Self { decoy: passwords::decoy()?, key: passwords::random()?, badges: HashMap::new() })
    }

    /// Whose it is, and by what they are known.
    pub(super) fn who<'a>(
        &mut self,
        showing: &Showing,
        (people, now_ms): (&People, i64),
        (masters, site): (&'a Masters, &SiteId),
    ) -> Result<(&'a User, Proof), NotProven> {
        match showing {
            Showing::Pin { user: name, pin } => {
                let user = here(masters, site, name);
                if let Some(user) = user.filter(|_| self.is_right(pin, user.and_then(|user| user.pin_hash.as_deref())))
                {
                    return Ok((user, Proof::Pin));
                }
                let temporary = user.and_then(|user| people.temporary_pin(&user.name, now_ms));
                match (user, temporary) {
                    (Some(user), Some(temporary)) if self.is_right(pin, Some(&temporary.pin_hash)) => {
                        Ok((user, Proof::TemporaryPin))
                    }
                    (user, _) => Err(NotProven::Wrong(user.map(|user| user.name.clone()))),
                }
            }
            Showing::Badge { user: Some(name), badge } => {
                let user = here(masters, site, name);
                let right = self.is_right(badge, user.and_then(|user| user.badge_hash.as_deref()));
                user.filter(|_| right)
                    .map(|user| (user, Proof::Badge))
                    .ok_or(NotProven::Wrong(user.map(|user| user.name.clone())))
            }
            Showing::Badge { user: None, badge } => self.badge_of(badge, masters, site),
        }
    }

    fn badge_of<'a>(
        &mut self,
        badge: &Secret,
        masters: &'a Masters,
        site: &SiteId,
    ) -> Result<(&'a User, Proof), NotProven> {
        let digest: [u8; 32] = Sha256::new().chain_update(self.key).chain_update(badge.expose()).finalize().into();
        if let Some((name, hash)) = self.badges.get(&digest)
            && let Some(user) = here(masters, site, name)
            && user.badge_hash.as_ref() == Some(hash)
        {
            return Ok((user, Proof::Badge));
        }
        let all: Vec<(&User, &Box<str>)> = masters
            .users()
            .filter(|user| works_at(user, site))
            .filter_map(|user| Some((user, user.badge_hash.as_ref()?)))
            .take(MAX_BADGES + 1)
            .collect();
        match all.len() {
            0 => {
                self.is_right(badge, None);
            }
            1..=MAX_BADGES => {}
            _ => return Err(NotProven::NameNeeded),
        }
        let found = all.into_iter().find(|(_, hash)| passwords::verify(badge.expose(), hash));
        let (user, hash) = found.ok_or(NotProven::Wrong(None))?;
        self.badges.retain(|_, (name, _)| *name != user.name);
        self.badges.insert(digest, (user.name.clone(), hash.clone()));
        Ok((user, Proof::Badge))
    }

    /// Checks against the hash, or against the decoy, which is never right.
    fn is_right(&self, secret: &Secret, hash: Option<&str>) -> bool {
        passwords::verify(secret.expose(), hash.unwrap_or(&self.decoy)) && hash.is_some()
    }
}
