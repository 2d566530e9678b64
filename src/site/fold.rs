//! The workshop's figures for whoever asks: the checkpoint's and what the journal has beyond it, so that the writer is never asked. What was
//! folded for one question is kept for the next.

use super::floor;
use crate::domain::master::Masters;
use crate::domain::shop::{Said, Shop};
use crate::journal::Reader;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// See the module.
pub(super) struct Fold {
    /// Where the checkpoint is.
    path: PathBuf,
    utc_offset_minutes: i16,
    reader: Reader,
    /// What was folded, and the ordinal of the first record that was not.
    kept: Mutex<Option<(Shop, u64)>>,
}

impl Fold {
    /// Of a journal, with its checkpoint at `path`.
    pub(super) fn new(path: PathBuf, utc_offset_minutes: i16, reader: Reader) -> Self {
        Self { path, utc_offset_minutes, reader, kept: Mutex::default() }
    }

    /// Answers a question by all that is durable now. Others wait until it is answered.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Shop) -> T) -> T {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || (Shop::new(self.utc_offset_minutes), 0);
        let load = || floor::load(&self.path, self.utc_offset_minutes, &self.reader).unwrap_or_else(fresh);
        let (shop, next) = kept.get_or_insert_with(load);
        *next = floor::catch_up(shop, &self.reader, *next);
        question(shop)
    }

    /// What is said here of codes that the office does not know: for who reads the journal beside it, and lets nobody wait meanwhile.
    pub(super) fn words(&self, masters: &Masters) -> BTreeMap<String, Said> {
        self.ask(|shop| shop.unanswered(masters).map(|(code, said)| (code.to_owned(), said.clone())).collect())
    }
}
