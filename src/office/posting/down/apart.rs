//! What is in the books of sites that are posted no more: their documents are in ERPNext's figures as those of the others are.
//!
//! In: the sites that are posted, the journals and words of the others. Out: the sums of all. Of a site that nobody posts no word changes, so
//! its sums are made once.

use crate::domain::id::SiteId;
use crate::office::posting::held::Board;
use crate::office::posting::library::Books;
use crate::office::posting::lock;
use crate::views::{Journals, Stream};
use outpost_erpnext::map::Settings;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long it is waited until the views have what is durable.
const CATCH_UP: Duration = Duration::from_secs(60);
/// Said while somebody's sums are not known.
const LATE: &str = "the journals are being read since the start: orders and invoices wait for that";

/// The sums of the sites that are not posted.
#[derive(Default)]
pub(super) struct Apart(RefCell<BTreeMap<SiteId, Arc<Board>>>);

impl Apart {
    /// The boards of all sites, each with sums. An error where those of one are not known yet.
    pub(super) fn all(&self, books: &Books, settings: &Settings) -> Result<Vec<Arc<Board>>, String> {
        let posted = lock(&books.hub.board).clone();
        if posted.values().any(|board| !board.keeps_sums()) {
            return Err(LATE.into());
        }
        let mut apart = self.0.borrow_mut();
        apart.retain(|site, _| !posted.contains_key(site));
        for (site, number) in books.sites.numbers() {
            if posted.contains_key(&site) || apart.contains_key(&site) {
                continue;
            }
            if settings.sites.contains_key(&site) {
                return Err(LATE.into());
            }
            for stream in [Stream::Down(number), Stream::Up(number)] {
                let there = books.shelves.records(stream);
                books.views.wait_for(stream, there, CATCH_UP).map_err(|error| error.to_string())?;
            }
            let board = Arc::new(Board::default());
            board.keep_sums(books.sums_of((&site, number))?.ok_or(LATE)?);
            apart.insert(site, board);
        }
        Ok(posted.into_values().chain(apart.values().cloned()).collect())
    }
}
