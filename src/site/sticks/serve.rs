//! What one stick gets: what lies there for this box is taken in, what the office lacks is written.

use super::shown::{Board, Doing, Mirror, Phase, Shown};
use super::{Csv, Premises};
use crate::carry::place::{Open, Place};
use crate::carry::{self, Exported, Folder, Import, Progress, Stopped, Way};
use crate::courier::stick::{Content, Name};
use crate::domain::document::Kind;
use crate::moment::up_ms;
use crate::site::waiting;
use board::buzzer::Tune;

/// Serves a stick and tells how it went; aloud, where `aloud` says that somebody waits for it.
pub(super) fn serve(premises: &Premises, place: &Place, key: &str, csv: Option<Csv>, aloud: bool) {
    let shown = |label: Option<String>, phase| Shown { name: place.name(), label, phase };
    let working = |doing| Phase::Working { doing, since_ms: up_ms(), progress: Progress::default() };
    premises.board.show(key, shown(None, working(Doing::Opening)));
    let mut label = None;
    let through = premises.own.last();
    let served = place.open(&premises.mounts).and_then(|open| {
        label = open.label.clone();
        premises.board.show(key, shown(label.clone(), working(Doing::Reading)));
        let served = all(premises, &open, key, csv.as_ref());
        // Whatever went wrong before, it is put away in order.
        match (served, open.close()) {
            (Ok(word), Ok(())) => Ok(word),
            (Err(problem), _) | (Ok(_), Err(problem)) => Err(problem),
        }
    });
    if let Some(csv) = csv {
        csv.answer(served.as_ref().map(Served::word).map_err(Clone::clone));
    }
    let whole = served.as_ref().is_ok_and(|served| served.exported.is_some());
    let mirror = through.filter(|_| whole).map(|through| Mirror { through, at_ms: premises.moment.now_ms() });
    premises.board.mirrors(key, mirror);
    let phase = match served {
        Ok(served) => {
            let word = format!("you may pull it: {}", served.word());
            tracing::info!(stick = place.name(), word, "a stick was served");
            if served.needs_a_look { Phase::Problem { word } } else { Phase::MayPull { word } }
        }
        Err(word) => {
            tracing::warn!(stick = place.name(), word, "a stick was not served");
            Phase::Problem { word }
        }
    };
    if aloud {
        premises.board.ring(if matches!(phase, Phase::MayPull { .. }) { Tune::MayPull } else { Tune::Problem });
    }
    premises.board.show(key, shown(label, phase));
}

/// What is shown of a stick whose thread panicked.
pub(super) fn fallen(premises: &Premises, place: &Place, key: &str) {
    let word = "the program failed on this stick: take another one, and tell who maintains outpost".to_owned();
    premises.board.ring(Tune::Problem);
    premises.board.mirrors(key, None);
    premises.board.show(key, Shown { name: place.name(), label: None, phase: Phase::Problem { word } });
}

/// What a stick got.
struct Served {
    imported: Import,
    exported: Option<Exported>,
    csv_files: usize,
    needs_a_look: bool,
}

impl Served {
    fn word(&self) -> String {
        let mut words = Vec::new();
        match self.exported {
            Some(Exported { records: 0, .. }) => words.push("the office has everything".to_owned()),
            Some(Exported { records, .. }) => words.push(format!("{records} records are on it for the office")),
            None => words.push("it can only be read, so nothing was written".to_owned()),
        }
        if self.imported.new > 0 {
            words.push(format!("{} records came from the office", self.imported.new));
        }
        let refused = self.imported.refused.len() as u64 + self.imported.more_refused;
        if let Some(first) = self.imported.refused.first() {
            words.push(format!("{refused} files were refused, the first ({}): {}", first.file, first.why));
        }
        if self.csv_files > 0 {
            words.push(format!("{} CSV files were written", self.csv_files));
        }
        words.join("; ")
    }
}

fn all(premises: &Premises, open: &Open, key: &str, csv: Option<&Csv>) -> Result<Served, String> {
    let words = |stopped: Stopped| stopped.to_string();
    let folder = Folder::open(&open.path).map_err(|error| error.to_string())?;
    let (site, hand, board) = (&premises.site, &premises.hand(), &premises.board);
    let take = &mut |bytes| hand.take(bytes);
    let imported = carry::import(&folder, (Way::ToSite, site), take, &mut tell(board, key, Doing::Reading));
    let imported = imported.map_err(words)?;
    let refused = !imported.refused.is_empty() || imported.cut_short;
    // A move waits for its code; that it cannot be kept is no reason not to serve the stick.
    if let Err(why) = waiting::keep_from(&folder, &premises.dir, Some(site)) {
        tracing::warn!(why, "an enrolment on the stick was not kept");
    }
    if !folder.is_writable() {
        return Ok(Served { imported, exported: None, csv_files: 0, needs_a_look: true });
    }
    introduce(premises, &folder).map_err(|error| error.to_string())?;
    let exported = carry::export(&folder, (Way::ToOffice, site), hand, &mut tell(board, key, Doing::Writing));
    let exported = exported.map_err(words)?;
    let csv_files = csv.map_or(Ok(0), |csv| write_csv(premises, &folder, csv))?;
    folder.sync().map_err(|error| error.to_string())?;
    Ok(Served { imported, exported: Some(exported), csv_files, needs_a_look: refused })
}

/// Has the stick carry this box's key until the office has answered, and no longer.
fn introduce(premises: &Premises, folder: &Folder) -> Result<(), carry::StickError> {
    let Some(introduction) = &premises.introduction else { return Ok(()) };
    match premises.is_introducing() {
        true => folder.write(Way::ToOffice, &premises.site, &Content::Key, introduction).map(|_| ()),
        false => folder.remove(Way::ToOffice, &premises.site, &Name::of(Content::Key, introduction)),
    }
}

fn tell<'a>(board: &'a Board, key: &'a str, doing: Doing) -> impl FnMut(Progress) + 'a {
    let since_ms = up_ms();
    move |progress| board.progress(key, doing, since_ms, progress)
}

/// Writes every kind of document of the days that were asked for. This is readable by whoever finds the stick, and so is
/// written only because a person asked.
fn write_csv(premises: &Premises, folder: &Folder, csv: &Csv) -> Result<usize, String> {
    let (from, to) = csv.days;
    for kind in Kind::ALL {
        let mut reason: Option<String> = None;
        let written = folder.write_csv(&premises.site, from, to, kind.name(), &mut |out| {
            premises.export(*kind, csv.days, out).map_err(|why| {
                reason = Some(why.clone());
                std::io::Error::other(why)
            })
        });
        written.map_err(|error| reason.take().unwrap_or_else(|| error.to_string()))?;
    }
    Ok(Kind::ALL.len())
}
