//! `OUTPOST/csv/SITE/FROM_TO/DOCTYPE.csv`: files for people and their spreadsheets.
//!
//! In goes whoever writes one; out comes where it is, whole. An earlier file is never touched: somebody may have worked
//! in it. Deliberately absent: what is in one, and who may ask for it.

use super::dir::Dir;
use super::error::StickError;
use super::name::spellings;
use super::whole::Unfinished;
use super::{Folder, PIECE_BYTES};
use crate::domain::id::SiteId;
use jiff::civil::Date;
use std::io::{self, Write};
use std::path::PathBuf;

/// Files of one kind and the same days, each kept beside the one before. Somebody who asks more often has not looked.
pub const MAX_COPIES: usize = 99;

/// Longest part of a file's name that a kind of document gives, in bytes. ERPNext's own are under 40.
const MAX_STEM: usize = 100;
const DIRECTORY: &str = "csv";
const ENDING: &str = ".csv";

impl Folder {
    /// Writes what `write` says as the documents `doctype` of those days, and returns where that is, from the top of
    /// the stick. When `write` fails nothing is left. Where there is such a file already the new one is called `DOCTYPE
    /// (2).csv`, and so on.
    pub fn write_csv(
        &self,
        site: &SiteId,
        from: Date,
        to: Date,
        doctype: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<PathBuf, StickError> {
        let of_site = self.root.child_or_new(DIRECTORY)?.child_or_new(site.as_str())?;
        self.sweep_days(&of_site)?;
        let dir = of_site.child_or_new(&format!("{from}_{to}"))?;
        let mut pieces = Pieces { file: dir.begin(&free_name(&dir, doctype)?)?, buffer: Vec::new(), failed: None };
        let written = write(&mut pieces).and_then(|()| pieces.flush());
        let Pieces { file, failed, .. } = pieces;
        let place = file.place();
        match (failed, written) {
            (Some(error), _) => Err(error),
            (None, Err(source)) => Err(StickError::NoContent { place, source }),
            (None, Ok(())) => file.finish().map(|()| place),
        }
    }

    /// Removes what a pulled stick left of files for people, whatever days they were for.
    fn sweep_days(&self, of_site: &Dir) -> Result<(), StickError> {
        for name in of_site.names(self.limits.entries)?.0 {
            let Some(name) = name.to_str().filter(|name| is_days(name)) else { continue };
            let dir = match of_site.child(name) {
                Ok(Some(dir)) => dir,
                Ok(None) | Err(StickError::NotAFolder { .. }) => continue,
                Err(error) => return Err(error),
            };
            // An empty file without a header may be somebody's own.
            dir.sweep_unfinished(self.limits.entries, |name| name.to_ascii_lowercase().ends_with(ENDING))?;
        }
        Ok(())
    }
}

fn is_days(name: &str) -> bool {
    name.split_once('_').is_some_and(|(from, to)| from.parse::<Date>().is_ok() && to.parse::<Date>().is_ok())
}

/// A name that nothing has.
fn free_name(dir: &Dir, doctype: &str) -> Result<String, StickError> {
    let stem = stem(doctype);
    for copy in 1..=MAX_COPIES {
        let name = if copy == 1 { format!("{stem}{ENDING}") } else { format!("{stem} ({copy}){ENDING}") };
        let mut is_free = true;
        for spelled in spellings(&name) {
            is_free &= dir.found(spelled.as_ref())?.is_none();
        }
        if is_free {
            return Ok(name);
        }
    }
    let place = dir.place.join(format!("{stem}{ENDING}"));
    Err(StickError::TooMany { place, what: "copies of this file", limit: MAX_COPIES })
}

/// The kind of document as a name that every file system takes.
fn stem(doctype: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, ' ' | '-') { c } else { '_' };
    let stem: String = doctype.trim().chars().take(MAX_STEM).map(plain).collect();
    // A name that ends in a space is another one to vfat.
    let stem = stem.trim_end();
    if stem.is_empty() { "Documents".to_owned() } else { stem.to_owned() }
}

/// Gathers what comes in pieces of the size that one call writes. Keeps what the stick said: whoever writes through it
/// may wrap an error until nothing can be told from it.
struct Pieces<'a> {
    file: Unfinished<'a>,
    buffer: Vec<u8>,
    failed: Option<StickError>,
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE_BYTES - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == PIECE_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.is_none() {
            self.failed = self.file.write(&self.buffer).err();
            self.buffer.clear();
        }
        match &self.failed {
            Some(error) => Err(io::Error::other(error.to_string())),
            None => Ok(()),
        }
    }
}
