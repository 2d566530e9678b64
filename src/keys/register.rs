//! The office's register of sites: who is expected, who is enrolled, and under which keys.
//!
//! In go a site's name and what was handed in for it; out come the enrolment file, the word on an offered key, and the
//! keys by which envelopes of a site are opened. One file, replaced whole at every change, before the change is told to
//! anybody. Deliberately absent: who may read the register in the program, and the gate's password hashes.

use super::enrolment::{BrokerLogin, Enrolment, OfficeFacts};
use super::file::{KeyFile, KeyFileError};
use super::key::{Fingerprint, PublicKey, Secret};
use crate::domain::id::{Position, SiteId};
use crate::domain::letters::{Borne, Given, Letters, UsedUp};
use crate::domain::number::Series;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Version of the file.
const VERSION: u32 = 1;
const FILE: KeyFile = KeyFile {
    version: VERSION,
    // Ten thousand sites with a few keys each.
    max_bytes: 8 * 1024 * 1024,
    heading: "Outpost: the sites of this office, their keys, and the one-time secrets of those that are expected.",
    stays: "it names every site of this office and is not replaced",
    remedy: "Restore it from the backup of the office",
};
/// How long a replaced key is still known, in seconds: what was written to a stick under it may still be on its way.
pub const OLD_KEY_KNOWN_SECS: u64 = 90 * 24 * 3600;

/// A public key of a site, and when it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownKey {
    /// The key.
    pub key: PublicKey,
    /// Accepted at this time, seconds since 1970 by the office's clock.
    pub since: u64,
    /// What is sealed under it is no longer opened from this time on; `None` while it is the site's own.
    pub until: Option<u64>,
    /// Somebody has compared its fingerprint with the one that the box shows. Registers from before this was asked have it
    /// nowhere: there it is still to be done.
    #[serde(default)]
    pub confirmed: bool,
}

/// What the office knows of a site.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// When its last enrolment file was written, seconds since 1970.
    pub enrolled_at: u64,
    /// User name at the broker.
    pub login: String,
    /// The secret in the last enrolment file. Kept when a key has been accepted, so that a repeat of the box's word (its
    /// answer was lost) can still be opened; it then admits no other key.
    pub one_time_secret: Secret,
    /// Whether an enrolment file is out and its key has not come.
    pub waiting: bool,
    /// The key that comes is taken for confirmed: whoever enrols the box has it on the table.
    #[serde(default)]
    pub trust: bool,
    /// The latest letter: of the box that the last enrolment file is for, of a life of `lives`, or seen in a record.
    #[serde(default)]
    pub series: Series,
    /// Where its journal parts: the letters of the branches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lives: Vec<Given>,
    /// Its keys, the newest last.
    #[serde(default)]
    pub keys: Vec<KnownKey>,
}

/// What became of an offered key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is the site's key from now on, and stored.
    Now,
    /// It was already: the box asks again because it has not heard.
    Already,
}

/// What became of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// This key counts no more, from now on.
    Now(PublicKey),
    /// It had ended before.
    Already(PublicKey),
}

/// Why something was not entered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Its file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The office is no workshop.
    #[error("a workshop cannot have the name of the office: choose another name")]
    OfficeItself,
    /// No box could use the file.
    #[error("no box could use this enrolment: {fault}. Set the office's broker addresses and CA first")]
    Unusable {
        /// What is missing.
        fault: &'static str,
    },
    /// It is enrolled already.
    #[error("{site} is enrolled already: to replace its box, say so; its present box then stops being {site}")]
    AlreadyEnrolled {
        /// The site.
        site: SiteId,
    },
    /// Nobody knows it.
    #[error("{site} is not known here: enrol it first, or look for a typing error in the name")]
    Unknown {
        /// The site.
        site: SiteId,
    },
    /// A second, different key. A person has to look: the enrolment file was used twice.
    #[error(
        "{site} is enrolled with the key {known}, and now another key asks, {offered}: if its box was replaced, enrol \
         the replacement; else somebody has used its enrolment file a second time"
    )]
    AlreadyEnrolledWithAnother {
        /// The site.
        site: SiteId,
        /// Fingerprint of the key that counts.
        known: Fingerprint,
        /// Fingerprint of the one that was refused.
        offered: Fingerprint,
    },
    /// There is nothing to compare.
    #[error("{site} has no key that counts: its box has not come yet, or was revoked")]
    NoKey {
        /// The site.
        site: SiteId,
    },
    /// The compared fingerprint is another one.
    #[error(
        "the key that waits at {site} has the fingerprint {waiting}, and what was typed is {typed}: look for a typing \
         error; if its box really shows another one, somebody else has used the enrolment file: revoke {site} and enrol \
         its box anew"
    )]
    OtherFingerprint {
        /// The site.
        site: SiteId,
        /// Fingerprint of the key that waits.
        waiting: Fingerprint,
        /// What was typed.
        typed: Fingerprint,
    },
    /// Which key is meant is not said.
    #[error("{site} has more than one key that counts, say which one to revoke by its fingerprint: {keys}")]
    WhichKey {
        /// The site.
        site: SiteId,
        /// Their fingerprints.
        keys: String,
    },
    /// The site never had it.
    #[error("{site} has no key with the fingerprint {typed}; it has: {keys}")]
    NotItsKey {
        /// The site.
        site: SiteId,
        /// What was typed.
        typed: Fingerprint,
        /// The fingerprints of its keys.
        keys: String,
    },
}

/// The register, and the one writer of its file.
pub struct Register {
    path: PathBuf,
    sites: BTreeMap<SiteId, Site>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    #[serde(default)]
    sites: BTreeMap<SiteId, Site>,
}

impl Register {
    /// An empty register in a new file.
    pub fn create(path: &Path) -> Result<Self, RegisterError> {
        FILE.is_new(path)?;
        let mut register = Self { path: path.to_owned(), sites: BTreeMap::new() };
        register.put(BTreeMap::new())?;
        Ok(register)
    }

    /// Reads the register. A missing one is an error, never an empty start.
    pub fn load(path: &Path) -> Result<Self, RegisterError> {
        let Stored { sites, .. } = FILE.read(path)?;
        Ok(Self { path: path.to_owned(), sites })
    }

    /// Every site, by name.
    pub fn sites(&self) -> impl Iterator<Item = (&SiteId, &Site)> {
        self.sites.iter()
    }

    /// One site.
    pub fn site(&self, site: &SiteId) -> Option<&Site> {
        self.sites.get(site)
    }

    /// Expects a new site and makes its enrolment file from `one_time_secret` (32 random bytes). A site that is only
    /// expected gets a fresh file, and its earlier one becomes worthless. `now` in seconds since 1970.
    pub fn enrol(
        &mut self,
        site: &SiteId,
        office: &OfficeFacts,
        login: BrokerLogin,
        one_time_secret: [u8; 32],
        now: u64,
    ) -> Result<Enrolment, RegisterError> {
        if self.sites.get(site).is_some_and(|known| !known.keys.is_empty()) {
            return Err(RegisterError::AlreadyEnrolled { site: site.clone() });
        }
        self.expect(site, office, login, one_time_secret, now)
    }

    /// The same for a site whose box is replaced. The present key goes on counting until the new box's has come, then
    /// for [`OLD_KEY_KNOWN_SECS`]; [`Register::revoke`] ends it at once.
    pub fn replace(
        &mut self,
        site: &SiteId,
        office: &OfficeFacts,
        login: BrokerLogin,
        one_time_secret: [u8; 32],
        now: u64,
    ) -> Result<Enrolment, RegisterError> {
        if !self.sites.contains_key(site) {
            return Err(RegisterError::Unknown { site: site.clone() });
        }
        self.expect(site, office, login, one_time_secret, now)
    }

    fn expect(
        &mut self,
        site: &SiteId,
        office: &OfficeFacts,
        login: BrokerLogin,
        one_time_secret: [u8; 32],
        now: u64,
    ) -> Result<Enrolment, RegisterError> {
        if *site == SiteId::office() {
            return Err(RegisterError::OfficeItself);
        }
        let secret = Secret(one_time_secret);
        // An earlier file may have been taken by a box that sells without a line: its letter is never given again.
        let lives = self.sites.get(site).map(|known| known.lives.clone()).unwrap_or_default();
        let series = match self.sites.get(site) {
            None => Series::FIRST,
            Some(known) => {
                known.series.next().ok_or(RegisterError::Unusable { fault: "the letters of its boxes are used up" })?
            }
        };
        let enrolment = Enrolment::new(site.clone(), office, login.clone(), secret.clone(), (series, now));
        enrolment.check().map_err(|fault| RegisterError::Unusable { fault })?;
        let mut sites = self.sites.clone();
        let keys = sites.remove(site).map(|known| known.keys).unwrap_or_default();
        let entry = Site {
            enrolled_at: now,
            login: login.user,
            one_time_secret: secret,
            waiting: true,
            trust: false,
            series,
            lives,
            keys,
        };
        sites.insert(site.clone(), entry);
        self.put(sites)?;
        Ok(enrolment)
    }

    /// What a box that is enrolled has to know of its office anew, for the root to sign: the key that it has goes on counting,
    /// and its login at the broker is its own. Changes nothing here.
    pub fn moved(&self, site: &SiteId, office: &OfficeFacts, now: u64) -> Result<Enrolment, RegisterError> {
        let known = self.known(site)?;
        if self.own(site).is_none() {
            return Err(RegisterError::NoKey { site: site.clone() });
        }
        let login = BrokerLogin { user: known.login.clone(), password: String::new() };
        let enrolment = Enrolment::new(site.clone(), office, login, known.one_time_secret.clone(), (known.series, now));
        enrolment.check().map_err(|fault| RegisterError::Unusable { fault })?;
        Ok(enrolment)
    }

    /// Takes in where a site's journal parts and which letters its records bear: each branch gets a letter of its own, once. False
    /// where there is no letter left for one; that is told by whoever asks.
    pub fn letters(
        &mut self,
        site: &SiteId,
        lives: &[Position],
        borne: &BTreeSet<Borne>,
    ) -> Result<bool, RegisterError> {
        let known = self.known(site)?;
        let given = |Given { first, series }: &Given| (*first, *series);
        let before = Letters { latest: known.series, lives: known.lives.iter().map(given).collect() };
        let mut letters = before.clone();
        letters.note(borne);
        let enough = match crate::sabotage::is("letters") {
            true => Ok(()),
            false => letters.give(lives),
        };
        if letters != before {
            let lives = letters.lives.into_iter().map(|(first, series)| Given { first, series }).collect();
            self.change(site, |known| (known.series, known.lives) = (letters.latest, lives))?;
        }
        Ok(enough != Err(UsedUp))
    }

    /// The key that comes for the enrolment that is out needs no comparison. The next enrolment does again.
    pub fn trust(&mut self, site: &SiteId) -> Result<(), RegisterError> {
        self.known(site)?;
        self.change(site, |known| known.trust = true)
    }

    /// The secret under which a box's first word is sealed, if one was ever given out for `site`.
    pub fn one_time_secret(&self, site: &SiteId) -> Option<&Secret> {
        self.sites.get(site).map(|known| &known.one_time_secret)
    }

    /// Takes `key` as the site's, if one is expected. Call it only for a key that came under the one-time secret.
    pub fn accept(&mut self, site: &SiteId, key: PublicKey, now: u64) -> Result<Accepted, RegisterError> {
        let known = self.known(site)?;
        let newest = known.keys.last().filter(|newest| newest.until.is_none());
        match newest {
            Some(newest) if newest.key == key => {
                // Whoever replaces a box and puts the old one back has its key confirmed, and the wait is over.
                if known.waiting {
                    self.change(site, |known| known.waiting = false)?;
                }
                return Ok(Accepted::Already);
            }
            _ if known.waiting => {}
            newest => {
                let known = newest.or(known.keys.last()).map_or(key, |known| known.key).fingerprint();
                let offered = key.fingerprint();
                return Err(RegisterError::AlreadyEnrolledWithAnother { site: site.clone(), known, offered });
            }
        }
        self.change(site, |known| {
            for old in known.keys.iter_mut().filter(|old| old.until.is_none()) {
                old.until = Some(now.saturating_add(OLD_KEY_KNOWN_SECS));
            }
            known.keys.push(KnownKey { key, since: now, until: None, confirmed: known.trust });
            known.waiting = false;
        })?;
        Ok(Accepted::Now)
    }

    /// Somebody has compared the fingerprint that the box shows with that of the site's key. `false` if that was done before.
    pub fn confirm(&mut self, site: &SiteId, typed: Fingerprint) -> Result<bool, RegisterError> {
        self.known(site)?;
        let own = self.own(site).ok_or_else(|| RegisterError::NoKey { site: site.clone() })?;
        let waiting = own.key.fingerprint();
        if waiting != typed {
            return Err(RegisterError::OtherFingerprint { site: site.clone(), waiting, typed });
        }
        if own.confirmed {
            return Ok(false);
        }
        self.change(site, |known| {
            known.keys.iter_mut().filter(|known| known.key == own.key).for_each(|known| known.confirmed = true);
        })?;
        Ok(true)
    }

    /// Ends a key at once: a box was lost or stolen. Without a fingerprint the only one that counts at `now`.
    pub fn revoke(&mut self, site: &SiteId, which: Option<Fingerprint>, now: u64) -> Result<Revoked, RegisterError> {
        let keys = &self.known(site)?.keys;
        let named = |keys: &mut dyn Iterator<Item = PublicKey>| {
            keys.map(|key| key.fingerprint().to_string()).collect::<Vec<_>>().join(", ")
        };
        let counting = self.keys(site, now);
        let key = match (which, &counting[..]) {
            (Some(typed), _) => {
                let meant = keys.iter().rev().find(|known| known.key.fingerprint() == typed);
                let other = || {
                    let keys = named(&mut keys.iter().map(|known| known.key));
                    RegisterError::NotItsKey { site: site.clone(), typed, keys }
                };
                meant.ok_or_else(other)?.key
            }
            (None, [only]) => only.key,
            (None, []) => return Err(RegisterError::NoKey { site: site.clone() }),
            (None, several) => {
                let keys = named(&mut several.iter().map(|known| known.key));
                return Err(RegisterError::WhichKey { site: site.clone(), keys });
            }
        };
        if !counting.iter().any(|known| known.key == key) {
            return Ok(Revoked::Already(key));
        }
        self.change(site, |known| {
            for revoked in known.keys.iter_mut().filter(|known| known.key == key) {
                revoked.until = Some(revoked.until.map_or(now, |until| until.min(now)));
            }
        })?;
        Ok(Revoked::Now(key))
    }

    /// The keys under which envelopes of `site` are opened at `now`, the newest first.
    pub fn keys(&self, site: &SiteId, now: u64) -> Vec<KnownKey> {
        let known = self.sites.get(site).map_or(&[][..], |known| &known.keys);
        known.iter().rev().filter(|known| known.until.is_none_or(|until| now < until)).copied().collect()
    }

    /// The keys that `site` once had and that count no more at `now`: revoked, or replaced long enough ago.
    pub fn ended(&self, site: &SiteId, now: u64) -> Vec<PublicKey> {
        let counting = self.keys(site, now);
        let known = self.sites.get(site).map_or(&[][..], |known| &known.keys);
        let ended = known.iter().map(|known| known.key);
        ended.filter(|key| !counting.iter().any(|known| known.key == *key)).collect()
    }

    /// The site's own key: the newest, unless it was revoked.
    pub fn own(&self, site: &SiteId) -> Option<KnownKey> {
        self.sites.get(site)?.keys.last().filter(|newest| newest.until.is_none()).copied()
    }

    /// The key to seal to, confirmed or not.
    pub fn key(&self, site: &SiteId) -> Option<PublicKey> {
        self.own(site).map(|own| own.key)
    }

    fn known(&self, site: &SiteId) -> Result<&Site, RegisterError> {
        self.sites.get(site).ok_or_else(|| RegisterError::Unknown { site: site.clone() })
    }

    fn change(&mut self, site: &SiteId, change: impl FnOnce(&mut Site)) -> Result<(), RegisterError> {
        let mut sites = self.sites.clone();
        sites.get_mut(site).map(change).expect("invariant: the site was looked up before");
        self.put(sites)
    }

    /// First the disk, then the memory: what cannot be stored has not happened.
    fn put(&mut self, sites: BTreeMap<SiteId, Site>) -> Result<(), RegisterError> {
        let stored = Stored { version: VERSION, sites };
        FILE.write(&self.path, &stored)?;
        self.sites = stored.sites;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
