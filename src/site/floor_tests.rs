//! The figures on disk: what a checkpoint saves, and that it is never believed against the journal.

use super::*;
use crate::domain::document::Text;
use crate::domain::id::{DeviceId, Epoch, Seq, StoreId};
use crate::domain::record::{Cancelled, Opened};
use crate::journal::{Options, Own};
use crate::wire::record::{body, entry};
use uuid::Uuid;

fn key_of(body: &[u8]) -> Option<crate::journal::Key> {
    record::decode(body).ok()?.entry.intent().map(|id| *id.0.as_bytes())
}

fn id(n: u128) -> IntentId {
    IntentId(Uuid::from_u128(n))
}

fn stamp() -> Stamp {
    Stamp { boot_at_ms: 1_793_581_347_000, up_ms: 0, quality: Quality::Network }
}

fn sale(n: u128) -> Entry {
    use crate::domain::document::{Document, Kind};
    let fields = serde_json::json!({"customer": "Bu Sari", "update_stock": 1, "set_warehouse": "Stores",
        "items": [{"item_code": "CLOTH", "qty": "2", "rate": "5"}]});
    let document = Document::deserialize_as(Kind::SalesInvoice, fields).unwrap();
    Entry::Submitted(Submitted::new(id(n), device(), None, document))
}

fn device() -> DeviceId {
    "tablet-1".parse().unwrap()
}

fn cancel(n: u128, of: u128) -> Entry {
    let reason = Text::try_from("mistyped").unwrap();
    Entry::Cancelled(Cancelled { id: id(n), device: device(), user: None, document: id(of), reason, approved_by: None })
}

/// A journal, begun.
fn journal(dir: &Path, epoch: u64) -> Own {
    let store = StoreId(Uuid::from_u128(7));
    let (mut own, _) = Own::open(dir, Options::new("bandung".parse().unwrap(), store, key_of)).unwrap();
    let opened = Opened { follows: None, store, boot: Uuid::nil(), program: "test".into() };
    own.begin(Epoch::new(epoch, [1; 10]), &body(&stamp(), &entry(&Entry::Opened(opened)))).unwrap();
    own
}

fn append(own: &mut Own, entries: &[Entry]) {
    for one in entries {
        own.append_one(&body(&stamp(), &entry(one)), one.intent().map(|id| *id.0.as_bytes())).unwrap();
    }
    own.sync().unwrap();
}

fn open(path: &Path, own: &Own) -> Floor {
    let settings = Settings {
        path: path.to_owned(),
        utc_offset_minutes: 420,
        series: Series::FIRST,
        masters: watch::channel(Arc::new(Masters::default())).1,
        changed: watch::channel(super::Changed::default()).0,
    };
    Floor::open(settings, &own.reader())
}

fn stock(floor: &Floor) -> String {
    let text = |text: &str| Text::try_from(text).unwrap();
    let standing = floor.shop.stock(&Masters::default(), &text("Stores"), &text("CLOTH"));
    standing.map_or_else(|| "-".into(), |standing| standing.qty.to_string())
}

#[test]
fn the_figures_after_a_restart_are_those_of_the_journal_with_a_checkpoint_and_without() {
    let dir = tempfile::tempdir().unwrap();
    let (journal_dir, path) = (dir.path().join("journal"), dir.path().join("shop"));
    let mut own = journal(&journal_dir, 1);
    // The second of the same id counts for nothing.
    append(&mut own, &[sale(1), sale(2), sale(1), cancel(3, 1)]);
    let floor = open(&path, &own);
    assert_eq!(stock(&floor), "-2");
    let (was, reached) = (floor.shop.clone(), floor.next_ordinal);
    drop(floor);
    assert_eq!(load(&path, 420, &own.reader()), Some((was, reached)));

    append(&mut own, &[sale(4), cancel(5, 2)]);
    let floor = open(&path, &own);
    assert_eq!(stock(&floor), "-2");
    let was = floor.shop.clone();
    drop(floor);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(open(&path, &own).shop, was);
}

#[test]
fn a_checkpoint_that_is_damaged_or_of_another_journal_or_time_zone_is_as_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shop");
    let mut own = journal(&dir.path().join("journal"), 1);
    append(&mut own, &[sale(1), sale(2)]);
    drop(open(&path, &own));
    assert!(load(&path, 420, &own.reader()).is_some());
    assert_eq!(load(&path, 0, &own.reader()), None, "its days would be others");
    let mut other = journal(&dir.path().join("other"), 2);
    append(&mut other, &[sale(1), sale(2)]);
    assert_eq!(load(&path, 420, &other.reader()), None);
    let bytes = std::fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(7) {
        let mut bad = bytes.clone();
        bad[at] ^= 4;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(load(&path, 420, &own.reader()), None, "byte {at}");
    }
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(stock(&open(&path, &own)), "-4");
}

#[test]
fn what_the_disk_refused_is_not_in_the_figures() {
    let dir = tempfile::tempdir().unwrap();
    let own = journal(&dir.path().join("journal"), 1);
    let mut floor = open(&dir.path().join("shop"), &own);
    let record = Record { stamp: stamp(), entry: sale(1) };
    floor.shop.apply(Position { epoch: Epoch::new(1, [1; 10]), seq: Seq(9) }, &record, &|_| None);
    floor.settled(None);
    assert_eq!(stock(&floor), "-");
}

#[test]
fn the_office_says_under_which_letter_a_restored_box_goes_on_and_it_never_goes_back() {
    use crate::domain::booked::Booked;
    use crate::domain::master::{Life, Row};
    use crate::domain::number::Number;
    let dir = tempfile::tempdir().unwrap();
    let (journal_dir, path) = (dir.path().join("journal"), dir.path().join("shop"));
    let own = journal(&journal_dir, 1);
    let mut floor = open(&path, &own);
    let at = |epoch, seq| Position { epoch: Epoch::new(epoch, [1; 10]), seq: Seq(seq) };
    let masters = |lives: &[(Position, &str)]| {
        let mut masters = Masters::default();
        for (first, series) in lives {
            let site = "bandung".parse().unwrap();
            masters.put(Row::Life(Life { site, first: *first, series: series.parse().unwrap() }));
        }
        Arc::new(masters)
    };
    let mut letter = |lives: &[_]| floor.letter(&masters(lives)).to_string();
    assert_eq!(letter(&[]), "A");
    // Of a card that this one was copied to, and of what was on this one after its image was taken.
    assert_eq!(letter(&[(at(2, 1), "B"), (at(1, 2), "C")]), "A");
    assert_eq!(letter(&[(at(1, 1), "D"), (at(2, 1), "B")]), "D");
    assert_eq!(letter(&[]), "D", "the office was restored: what was in force stays");
    drop(floor);

    // After a start what it has used says so, even where the office says less.
    let mut own = own;
    let Entry::Submitted(mut sold) = sale(1) else { unreachable!("a sale is submitted") };
    let no = Some(Number { series: "E".parse().unwrap(), count: 1 });
    sold.booked = Some(Booked { no, ..Booked::default() });
    append(&mut own, &[Entry::Submitted(sold)]);
    let mut floor = open(&path, &own);
    assert_eq!(floor.letter(&masters(&[(at(1, 1), "D")])).to_string(), "E");
    assert_eq!(floor.shop.last_number("E".parse().unwrap(), crate::domain::document::Kind::SalesInvoice), 1);
}
