//! What somebody at the office asks a site's box to record, and what the box makes of it.
//!
//! A site's warehouses are its own, and whether the goods are there is known in its journal alone. So the office enters nothing for
//! them: it writes what it wants into its journal for the site ([`Requested`]), and the box decides when that arrives, by whichever
//! road. It records the document as one of its own, under the request's id and as sent by [`DeviceId::office`], or why it does not
//! ([`Declined`]). **Until one of the two is at the office nothing is decided**, and screens say so. A request can be taken back
//! ([`TakenBack`]) as long as the box has not met it: then it declines.
//!
//! Absent: whether the document fits ([`super::shop`]), and whose the warehouses are ([`super::rights`]).

use super::booked::Booked;
use super::document::{Document, Text, Touch};
use super::id::{DeviceId, IntentId};
use super::outcome::short;
use super::person::nobody;
use super::record::{Entry, Submitted};
use serde::{Deserialize, Serialize};

/// The office's wish that a site record a document: a record of the office's journal for the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// The id that the document gets, and by which it is known whatever becomes of it.
    pub id: IntentId,
    /// Who at the office wants it.
    pub by: Text,
    /// What.
    pub document: Document,
}

/// The office wants it no more: a record of the office's journal for the site, made by a person who takes it back, or by the office
/// itself once the answer is there ([`TakenBack::decided`]). It counts where the box had not answered before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// The request's id.
    pub request: IntentId,
    /// Who at the office took it back.
    pub by: Text,
}

/// The box's word that it does not record what the office wants: a record of the site's journal. Where a copied card has answered both
/// ways, the document stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// The request's id.
    pub request: IntentId,
    /// Why, for people.
    pub reason: String,
}

impl TakenBack {
    /// It is decided: a box that has lost its answer, or stands in the place of one that is broken, does not decide again.
    pub fn decided(request: IntentId) -> Self {
        Self { request, by: nobody() }
    }

    /// Who took it back; nobody where it was decided.
    pub fn by(&self) -> Option<&Text> {
        Some(&self.by).filter(|by| **by != nobody())
    }
}

impl Declined {
    /// With words that are cut to what a record takes.
    pub fn new(request: IntentId, reason: impl Into<String>) -> Self {
        Self { request, reason: short(reason.into()) }
    }

    /// Since it was taken back, or decided before.
    pub fn taken_back(word: &TakenBack) -> Self {
        let reason = match word.by() {
            Some(by) => format!("{by} took it back at the office"),
            None => "it was decided before, by a box or a card that this one stands for".into(),
        };
        Self::new(word.request, reason)
    }
}

impl Requested {
    /// The document as the box submits it to itself.
    pub fn submission(&self) -> Entry {
        Entry::Submitted(Submitted::new(self.id, DeviceId::office(), Some(self.by.clone()), self.document.clone()))
    }
}

impl Submitted {
    /// Whether the site recorded it because the office wanted it.
    pub fn is_requested(&self) -> bool {
        self.device == DeviceId::office()
    }
}

impl Entry {
    /// The request that it answers.
    pub fn answers(&self) -> Option<IntentId> {
        match self {
            Self::Submitted(submitted) if submitted.is_requested() => Some(submitted.id),
            Self::Declined(declined) => Some(declined.request),
            _ => None,
        }
    }
}

/// Whether a record's bytes may be an answer: told without reading all of it, since few are.
pub fn may_answer(body: &[u8]) -> bool {
    [&b"\x68declined"[..], b"\x66device\x66office"].iter().any(|key| body.windows(key.len()).any(|at| at == *key))
}

/// What no box records for the office, whatever the goods: known before anybody is asked.
pub fn check(document: &Document) -> Result<(), &'static str> {
    let rules = document.rules();
    let places = rules.places();
    if places.is_empty() {
        return Err("it touches no warehouse of the site: enter it in the books");
    }
    // A figure of some days ago would undo what was sold since.
    if places.iter().any(|place| place.touch == Touch::Count) {
        return Err("it is a count: whoever stands before the shelf enters it, at the site");
    }
    if !rules.effects(&Booked::default()).money.is_empty() {
        return Err("it moves money of the site's till: enter it without payments, and the money in the books");
    }
    Ok(())
}
