//! Everything that is not acked goes on the stick, oldest first, then the rows that the peer lacks; what it has makes room.

use super::hand::{Fate, Hand, Written, WrittenRows};
use super::{Folder, Progress, Stopped, Way};
use crate::courier::stick::{Content, FileError, Name};
use crate::domain::id::SiteId;
use crate::exchange::RowsExtent;
use crate::wire::envelope::Header;

/// What an export came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Records that are not acked, all of them on the stick now.
    pub records: u64,
    /// Those of them that were written this time.
    pub written: u64,
    /// Bytes written this time.
    pub bytes: u64,
    /// Parcels that made room because the peer has what was in them.
    pub cleared: u64,
    /// Files with rows of master data written this time.
    pub rows_files: u64,
}

/// Makes `folder` carry to the other end everything that `hand`'s owner owes it. Where it fails the stick has the oldest part
/// of it, whole; another stick, or this one again, gets the rest.
pub fn export(
    folder: &Folder,
    (way, site): (Way, &SiteId),
    hand: &Hand,
    progress: &mut dyn FnMut(Progress),
) -> Result<Exported, Stopped> {
    folder.sweep(way, site)?;
    let Lying { names, written, damaged } = lying(folder, way, site)?;
    let owed = hand.owed(written)?;
    let mut exported = Exported { records: owed.unacked, ..Exported::default() };
    let with = |wanted| names.iter().zip(&owed.fates).filter(move |(_, fate)| **fate == wanted).map(|(name, _)| name);
    for name in with(Fate::Done) {
        folder.remove(way, site, name)?;
        exported.cleared += 1;
    }
    write_word(folder, way, site, hand)?;
    let mut spans = owed.spans;
    let to_write: u64 = spans.iter().map(|span| span.last.0 - span.first.0 + 1).sum();
    let mut done = owed.unacked.saturating_sub(to_write);
    progress(Progress { done, total: owed.unacked });
    while !spans.is_empty() {
        let sealed = hand.parcel(&mut spans)?.ok_or(Stopped::Unsealed)?;
        folder.write(way, site, &Content::Parcel(sealed.extent), &sealed.envelope)?;
        exported.written += sealed.records;
        exported.bytes += sealed.envelope.len() as u64;
        done += sealed.records;
        progress(Progress { done, total: owed.unacked });
    }
    // Only now does something else carry what is in these.
    for name in with(Fate::Replaced).chain(&damaged) {
        folder.remove(way, site, name)?;
    }
    export_rows(folder, (way, site), hand, &mut exported)?;
    folder.sync()?;
    Ok(exported)
}

/// Master data, after all records: where the stick is full, it has the documents' outcomes.
fn export_rows(
    folder: &Folder,
    (way, site): (Way, &SiteId),
    hand: &Hand,
    exported: &mut Exported,
) -> Result<(), Stopped> {
    let (mut names, mut written, mut damaged) = (Vec::new(), Vec::new(), Vec::new());
    for (name, _) in folder.list(way, site)?.ours {
        let Content::Rows(generation, from, through) = name.content else { continue };
        match header(folder, way, site, &name)? {
            Some(header) => {
                written.push(WrittenRows { extent: RowsExtent { generation, from, through }, header });
                names.push(name);
            }
            None => damaged.push(name),
        }
    }
    let owed = hand.owed_rows(written)?;
    let with = |wanted| names.iter().zip(&owed.fates).filter(move |(_, fate)| **fate == wanted).map(|(name, _)| name);
    for name in with(Fate::Done) {
        folder.remove(way, site, name)?;
        exported.cleared += 1;
    }
    let mut through = owed.written;
    while let Some((extent, envelope)) = hand.rows(through)? {
        let content = Content::Rows(extent.generation, extent.from, extent.through);
        folder.write(way, site, &content, &envelope)?;
        exported.rows_files += 1;
        exported.bytes += envelope.len() as u64;
        through = Some(extent.through);
    }
    for name in with(Fate::Replaced).chain(&damaged) {
        folder.remove(way, site, name)?;
    }
    Ok(())
}

/// The parcels of ours that lie on a stick.
#[derive(Default)]
struct Lying {
    /// Of those that can be read as they were written.
    names: Vec<Name>,
    /// What each of them carries.
    written: Vec<Written>,
    /// Of the others.
    damaged: Vec<Name>,
}

fn lying(folder: &Folder, way: Way, site: &SiteId) -> Result<Lying, Stopped> {
    let mut lying = Lying::default();
    for (name, _) in folder.list(way, site)?.ours {
        let Content::Parcel(extent) = name.content else { continue };
        match header(folder, way, site, &name)? {
            Some(header) => {
                lying.written.push(Written { extent, header });
                lying.names.push(name);
            }
            None => lying.damaged.push(name),
        }
    }
    Ok(lying)
}

/// By which keys a file is sealed; none where it cannot be read as it was written.
fn header(folder: &Folder, way: Way, site: &SiteId, name: &Name) -> Result<Option<Header>, Stopped> {
    match folder.read(way, site, name.to_string().as_ref()) {
        Ok(bytes) => Ok(Header::read(&bytes).ok().map(|(header, _, _)| header)),
        Err(FileError::Stick(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// Writes the latest word, and removes the earlier ones.
fn write_word(folder: &Folder, way: Way, site: &SiteId, hand: &Hand) -> Result<(), Stopped> {
    let Some(word) = hand.word()? else { return Ok(()) };
    let before: Vec<(Name, u32)> = folder
        .list(way, site)?
        .ours
        .into_iter()
        .filter_map(|(name, _)| match name.content {
            Content::Word(number) => Some((name, number)),
            _ => None,
        })
        .collect();
    let next = before.iter().map(|(_, number)| number).max().map_or(1, |number| number.saturating_add(1));
    folder.write(way, site, &Content::Word(next), &word)?;
    for (name, _) in before.iter().filter(|(_, number)| *number < next) {
        folder.remove(way, site, name)?;
    }
    Ok(())
}
