//! The letters under which the boxes of a site number: given in the register where a site's journal parts, and told to its boxes as rows.
//!
//! The register is written before a box is told, so that no letter is given twice; rows are made from it, as often as anybody asks.

use super::{Inner, Sites};
use crate::domain::id::SiteId;
use crate::domain::letters::Given;
use crate::domain::master::segment::Audience;
use crate::domain::master::{Life, Row};
use crate::domain::number::Series;
use crate::keys::register::Site;
use crate::rows::Told;
use crate::wire::row;
use std::collections::BTreeMap;

/// What is known of a site's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LetterState {
    /// The latest.
    pub(crate) latest: Series,
    /// One of its boxes has none of its own, since there is none left.
    pub(crate) used_up: bool,
}

impl Sites {
    /// Waits until some site's journal says more than it did.
    pub(crate) async fn parted(&self) {
        self.parted.notified().await;
    }

    /// Gives a letter to each branch of a site's journal that has none, and tells the boxes.
    pub(crate) fn give_letters(&self) {
        let inner = &mut *self.lock();
        let sites: Vec<SiteId> = inner.running.keys().cloned().collect();
        for site in &sites {
            give(inner, site);
        }
        let told: Vec<_> = sites.iter().flat_map(|site| rows(inner, site)).collect();
        if !told.is_empty()
            && let Err(error) = self.rows.put(told)
        {
            tracing::error!(%error, "the letters of restored boxes cannot be kept for sending, and are tried again");
        }
    }

    /// What is known of every site's letters.
    pub(crate) fn letters(&self) -> BTreeMap<SiteId, LetterState> {
        let inner = self.lock();
        let state = |(site, known): (&SiteId, &Site)| {
            (site.clone(), LetterState { latest: known.series, used_up: inner.out_of_letters.contains(site) })
        };
        inner.register.sites().map(state).collect()
    }
}

fn give(inner: &mut Inner, site: &SiteId) {
    let Some(running) = inner.running.get(site) else { return };
    let parted = running.parted.borrow().clone();
    match inner.register.letters(site, &parted.lives, &parted.borne) {
        Ok(true) => drop(inner.out_of_letters.remove(site)),
        Ok(false) => {
            if inner.out_of_letters.insert(site.clone()) {
                tracing::error!(%site, "the letters for the numbers of its boxes are used up: one goes on under an old letter");
            }
        }
        Err(error) => {
            tracing::error!(%site, %error, "the letter of a restored box cannot be written down; tried again")
        }
    }
}

/// What a site's boxes are told.
fn rows(inner: &Inner, site: &SiteId) -> Vec<Told> {
    let lives = inner.register.site(site).map_or(&[][..], |known| &known.lives);
    let row = |Given { first, series }: &Given| {
        let row = Row::Life(Life { site: site.clone(), first: *first, series: *series });
        (row.key(), Some((row::encode(&row), Audience::Sites([site.clone()].into()))))
    };
    lives.iter().map(row).collect()
}
