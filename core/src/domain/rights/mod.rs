//! Who may do what, where: document × role × whose warehouse → allowed, or refused and why.
//!
//! In: a document, who, what is to be done, and the office's data. Out: yes, or the role, warehouse or site that lacks.
//! `docs/RIGHTS.md` is the table, made from this code. Absent: sessions, which are [`super::people`]'s.

mod place;
mod role;
#[cfg(test)]
mod tests;

pub use place::{Decision, Whose, Why, decide, whose, work};
pub use role::{Deed, NotAllowed, allows, may, may_read};

use super::document::{Document, Text};
use super::id::SiteId;
use super::master::Masters;

/// Where the question is asked, and what is known there.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// What the office has told.
    pub masters: &'a Masters,
}

/// What lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A role.
    #[error("user: {0}")]
    Person(#[from] NotAllowed),
    /// A warehouse, or another site's word.
    #[error("{field}: {warehouse} {why}")]
    Place {
        /// The field that names the warehouse.
        field: String,
        /// The warehouse.
        warehouse: Text,
        /// Why.
        why: Why,
    },
}

/// Whether `user` (nobody where people are not told apart) may do this with the document at this site. The first
/// thing that lacks is named.
pub fn check(document: &Document, user: Option<&Text>, deed: Deed, world: &World<'_>) -> Result<(), Refused> {
    if let Some(name) = user {
        let user = world.masters.user(name.as_str()).ok_or_else(|| NotAllowed::Nobody(name.clone()))?;
        may(deed, document.kind(), user, world.masters)?;
    }
    for place in document.rules().places() {
        let whose = whose(place.warehouse, world.site, world.masters);
        if let Decision::Refused(why) = decide(document.kind(), place.touch, &whose) {
            return Err(Refused::Place { field: place.field, warehouse: place.warehouse.clone(), why });
        }
    }
    Ok(())
}
