//! Whose word counts for a site's: keys that boxes offer, and what people decide about them.
//!
//! A box's key comes under the one-time secret of its enrolment. Until somebody has compared its fingerprint the office
//! takes in what it sends and tells it nothing; a revoked key's envelopes go into the quarantine (see
//! [`super::super::quarantine`]) until a person releases or drops them.

use super::{Inner, Sites};
use crate::courier::Purpose;
use crate::domain::id::SiteId;
use crate::keys::key::{Fingerprint, PublicKey};
use crate::keys::register::{Accepted, Register, RegisterError, Revoked};
use crate::moment::up_ms;
use crate::office::line::{Done, Event, Keys, Order};
use crate::wire::cbor;
use crate::wire::envelope::{self, Header, Known, Proof, Public, Secret};
use crate::wire::refusal::Refusal;
use anyhow::Context;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// How often one that offers a key that is not taken is told so.
const TELL_EVERY_MS: u64 = 60_000;
/// How many are told in that time. Only who has an enrolment of ours is told at all.
const MOST_TOLD: usize = 1024;

impl Sites {
    /// Seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.moment.now_ms() / 1000).unwrap_or(0)
    }

    /// A site's keys as they count now.
    pub(super) fn keys(&self, register: &Register, site: &SiteId) -> Keys {
        let now = self.now();
        // The register names the newest first; an exchange seals to its last.
        let counting = register.keys(site, now).iter().rev().map(|known| Public(known.key.0)).collect();
        let ended = register.ended(site, now).iter().map(|key| Public(key.0)).collect();
        let hold_back = !register.own(site).is_some_and(|own| own.confirmed);
        Keys { counting, ended, hold_back }
    }

    /// Tells a running line its keys, where they have changed.
    pub(super) fn tell_keys(&self, inner: &mut Inner, site: &SiteId) {
        let keys = self.keys(&inner.register, site);
        let Some(running) = inner.running.get_mut(site).filter(|running| running.keys != keys) else { return };
        // A full queue is told later: the lines are tended.
        if running.events.try_send(Event::Keys(keys.clone())).is_ok() {
            running.keys = keys;
        }
    }

    /// A box makes its key known.
    pub(in crate::office) fn introduced(&self, header: &Header, bytes: &[u8]) -> anyhow::Result<()> {
        let site = &header.sender;
        let mut inner = self.lock();
        let inner = &mut *inner;
        let key = offered(inner, header, bytes)?;
        if inner.register.accept(site, key, self.now())? == Accepted::Now {
            let fingerprint = key.fingerprint();
            match inner.register.own(site).is_some_and(|own| own.confirmed) {
                true => tracing::info!(%site, %fingerprint, "a box was enrolled"),
                false => tracing::warn!(
                    %site, %fingerprint,
                    "a box was enrolled: compare its fingerprint, then `outpost office confirm`"
                ),
            }
        }
        self.tell_keys(inner, site);
        match inner.running.get(site) {
            // It has come anew: hello is said again.
            Some(running) if inner.road_up => {
                let _ = running.events.try_send(Event::Road(true));
            }
            Some(_) => {}
            None => self.start_line(inner, site)?,
        }
        Ok(())
    }

    /// What a box is told whose introduction was not taken; `None` where nobody is to be told, or was told just now: it came
    /// under no one-time secret of ours, or its key is the site's.
    pub(in crate::office) fn refusal(&self, header: &Header, bytes: &[u8]) -> Option<Vec<u8>> {
        let site = &header.sender;
        let mut inner = self.lock();
        let key = offered(&inner, header, bytes).ok()?;
        let own = inner.register.own(site).map(|own| own.key);
        if inner.register.site(site)?.waiting || own == Some(key) {
            return None;
        }
        if !inner.refused.may_tell(key, up_ms()) {
            return None;
        }
        let was_its = inner.register.ended(site, self.now()).contains(&key);
        let reason = match (was_its, own) {
            (true, _) => format!("this box was {site} and is no longer; ask the office for a new enrolment"),
            (false, Some(_)) => format!("another box already is {site}; ask the office for a new enrolment"),
            (false, None) => format!("the box of {site} was revoked; ask the office for a new enrolment"),
        };
        let refusal = Refusal { reason, fingerprint: own.map(|own| own.fingerprint().to_string()) };
        let secret = Secret(inner.premises.identity.secret.0);
        let (from, to) = ((&SiteId::office(), Proof::Key(&secret)), Public(key.0));
        let random = &mut UnwrapErr(SysRng);
        envelope::seal(Purpose::Refusal, from, (site, &to), 0, &cbor::to_vec(&refusal), random).ok()
    }

    /// The keys that nobody has compared yet, with their sites.
    pub(in crate::office) fn to_compare(&self) -> Vec<(SiteId, Fingerprint)> {
        let inner = self.lock();
        let sites = inner.register.sites().map(|(site, _)| site);
        let waiting = sites.filter_map(|site| {
            let own = inner.register.own(site).filter(|own| !own.confirmed)?;
            Some((site.clone(), own.key.fingerprint()))
        });
        waiting.collect()
    }

    /// Every key that a site has or had, the newest first, and whether it counts: `compare` waits for a person, `counts` is its own,
    /// `known` was replaced and may still be on a stick, `ended` was revoked or replaced long ago. None where nobody knows the site.
    pub(in crate::office) fn keys_told(&self, site: &SiteId) -> Option<Vec<(Fingerprint, &'static str)>> {
        let (inner, now) = (self.lock(), self.now());
        let known = inner.register.site(site)?;
        let told = known.keys.iter().rev().map(|key| {
            let state = match key.until {
                None if key.confirmed => "counts",
                None => "compare",
                Some(until) if now < until => "known",
                Some(_) => "ended",
            };
            (key.key.fingerprint(), state)
        });
        Some(told.collect())
    }

    /// Somebody has compared the fingerprint.
    pub(in crate::office) fn confirm(&self, site: &SiteId, typed: Fingerprint) -> Result<String, RegisterError> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let said = confirm(&mut inner.register, site, typed)?;
        self.tell_keys(inner, site);
        Ok(said)
    }

    /// A box was lost.
    pub(in crate::office) fn revoke(&self, site: &SiteId, which: Option<Fingerprint>) -> Result<String, RegisterError> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let said = revoke(&mut inner.register, site, which, self.now())?;
        self.tell_keys(inner, site);
        Ok(said)
    }

    /// Has a person's word on the quarantine done, of one site or of all that have one. Blocks.
    pub(in crate::office) fn quarantine(&self, site: Option<&SiteId>, order: &Order) -> Done {
        let lines: Vec<_> = {
            let inner = self.lock();
            let wanted = inner.running.iter().filter(|(name, _)| site.is_none_or(|site| site == *name));
            wanted.map(|(_, running)| running.events.clone()).collect()
        };
        if let (Some(site), true) = (site, lines.is_empty()) {
            return Err(format!("{site} is not served here: `outpost status` lists the sites"));
        }
        let mut done = Vec::new();
        for events in lines {
            let (tell, told) = oneshot::channel();
            let gone = || "the line of a site has just failed: ask again in a minute".to_owned();
            events.blocking_send(Event::Quarantine(order.clone(), tell)).map_err(|_| gone())?;
            done.extend(told.blocking_recv().map_err(|_| gone())??);
        }
        Ok(done)
    }
}

/// Who was told that his key is not taken, so that a box that asks all the time is not answered all the time.
#[derive(Default)]
pub(super) struct Refused(BTreeMap<PublicKey, u64>);

impl Refused {
    /// Whether whoever offers `key` is to be told now, by the uptime.
    fn may_tell(&mut self, key: PublicKey, now_ms: u64) -> bool {
        self.0.retain(|_, told_ms| now_ms < *told_ms + TELL_EVERY_MS);
        if self.0.contains_key(&key) || self.0.len() >= MOST_TOLD {
            return false;
        }
        self.0.insert(key, now_ms);
        true
    }
}

/// The key in a box's introduction.
fn offered(inner: &Inner, header: &Header, bytes: &[u8]) -> anyhow::Result<PublicKey> {
    let secret = inner.register.one_time_secret(&header.sender).context("nobody is expected under this name")?;
    let own = Secret(inner.premises.identity.secret.0);
    let plain = envelope::open(bytes, &own, Known::OneTime(&secret.0))?;
    Ok(PublicKey(plain.as_slice().try_into().context("not a key")?))
}

/// Notes that somebody has compared the fingerprint; what to say of it.
pub fn confirm(register: &mut Register, site: &SiteId, typed: Fingerprint) -> Result<String, RegisterError> {
    Ok(match register.confirm(site, typed)? {
        true => {
            tracing::info!(%site, fingerprint = %typed, "the key of this site was confirmed");
            format!("{site} is confirmed: from now on its box gets what the office has for it")
        }
        false => format!("{site} was confirmed before"),
    })
}

/// Ends a key of the site; what to say of it.
pub fn revoke(
    register: &mut Register,
    site: &SiteId,
    which: Option<Fingerprint>,
    now: u64,
) -> Result<String, RegisterError> {
    let (key, already) = match register.revoke(site, which, now)? {
        Revoked::Now(key) => (key, false),
        Revoked::Already(key) => (key, true),
    };
    let fingerprint = key.fingerprint();
    if already {
        return Ok(format!("the key {fingerprint} of {site} counts no more, since before"));
    }
    tracing::warn!(%site, %fingerprint, "a key of this site was revoked");
    Ok(format!(
        "The key {fingerprint} of {site} counts no more. What it had sent before stays in the books; what comes under it \
         from now on is kept aside: `outpost office quarantine list {site}`. For a new box: `outpost enrol {site} --replace`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_offers_a_refused_key_is_told_once_a_minute_and_not_everybody_at_once() {
        let key = |n: u64| PublicKey(std::array::from_fn(|at| n.to_le_bytes()[at % 8]));
        let mut refused = Refused::default();
        assert!(refused.may_tell(key(0), 5) && !refused.may_tell(key(0), 5 + TELL_EVERY_MS - 1));
        assert!(refused.may_tell(key(0), 5 + TELL_EVERY_MS));
        let told = (0..5000).filter(|n| refused.may_tell(key(*n), 10 * TELL_EVERY_MS)).count();
        assert_eq!(told, MOST_TOLD);
        assert!(refused.may_tell(key(4999), 20 * TELL_EVERY_MS), "those from before are forgotten");
    }
}
