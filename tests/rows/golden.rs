//! Version 1 of what is said of rows, and of the logs that keep them. Do not change this test, and do not change its files: they
//! are on the wire, on sticks and on disks in the field. A new version gets new files and a new test beside this one.

use super::*;
use outpost::domain::id::Generation;
use outpost::rows::{BoxRows, OfficeRows};
use outpost::sync::rows::Change;
use outpost::wire::cbor;
use outpost::wire::message::Message;
use outpost::wire::rows::{Cursor, Delta, Jump, Key, Line};
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(name)
}

/// Whether one that is missing is to be made; otherwise it is a failure.
fn is_to_be_written(name: &str) -> bool {
    !golden(name).exists() && std::env::var_os("OUTPOST_WRITE_GOLDEN").is_some()
}

/// Written once, with `OUTPOST_WRITE_GOLDEN=1`, and the same for ever after.
fn is_golden(name: &str, bytes: &[u8]) {
    let path = golden(name);
    if is_to_be_written(name) {
        std::fs::write(&path, bytes).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(kept == bytes, "the bytes of {name} have changed");
}

fn generation() -> Generation {
    Generation::new(1_790_000_000_000, [3; 10])
}

fn lines() -> Vec<Line> {
    let line = |table, name: &str, version, body: Option<&[u8]>| Line {
        key: Key { table, name: name.into() },
        version,
        body: body.map(Into::into),
    };
    vec![
        line(4, "COTTON-1", 12, Some(b"\xa0")),
        line(7, "Andi", 13, None),
        line(200, "of a later version", 40, Some(b"?")),
    ]
}

#[test]
fn version_1_of_a_message_with_rows_is_written_as_it_was_and_read_for_ever() {
    let jumps = vec![Jump { after: 13, first: 40 }];
    let rows = Some(Delta { generation: generation(), from: 10, through: 40, newest: 90, jumps, rows: lines() });
    let cursor = Some(Cursor { generation: generation(), version: 10, ahead: 3, whole: true });
    let message = Message { rows, cursor, ..Message::default() };
    is_golden("message-rows.cbor", &cbor::to_vec(&message));
    let read: Message = cbor::from_slice(&std::fs::read(golden("message-rows.cbor")).unwrap()).unwrap();
    assert_eq!(read, message);
}

#[test]
fn version_1_of_a_boxs_rows_is_written_as_it_was_and_read_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let cursor = Cursor { generation: generation(), version: 40, ahead: 50, whole: false };
    let (mut rows, _) = BoxRows::open(dir.path(), Box::new(())).unwrap();
    rows.apply(Change { rows: lines(), begins: true, cursor }).unwrap();
    let end = Cursor { version: 90, ahead: 0, whole: true, ..cursor };
    rows.apply(Change { rows: vec![], begins: false, cursor: end }).unwrap();
    drop(rows);
    is_golden("box.rows", &std::fs::read(dir.path().join("a.rows")).unwrap());
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(golden("box.rows"), dir.path().join("a.rows")).unwrap();
    let (rows, loaded) = BoxRows::open(dir.path(), Box::new(())).unwrap();
    assert_eq!((rows.len(), loaded.unread, loaded.is_damaged, rows.cursor()), (2, 2, false, end));
    assert!(rows.is_complete());
}

#[test]
fn version_1_of_an_offices_rows_is_read_for_ever() {
    let sites = |n: &[u8]| Audience::Sites(n.iter().map(|n| site(*n)).collect());
    let dir = tempfile::tempdir().unwrap();
    // Versions and generations are of the moment, so that the file is written once, and only read since.
    if is_to_be_written("office.rows") {
        let rows = OfficeRows::open(dir.path()).unwrap();
        let one = |audience| (told(1).0, Some((b"one".to_vec(), audience)));
        rows.put(vec![one(sites(&[1])), (told(2).0, Some((b"two".to_vec(), Audience::All)))]).unwrap();
        rows.put(vec![one(sites(&[1, 2])), (told(2).0, None)]).unwrap();
        rows.renew_for(&site(9), rows.generation()).unwrap();
        std::fs::copy(dir.path().join("a.rows"), golden("office.rows")).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let kept = golden("office.rows");
    std::fs::copy(&kept, dir.path().join("a.rows")).unwrap_or_else(|error| panic!("{}: {error}", kept.display()));
    let rows = OfficeRows::open(dir.path()).unwrap();
    assert_eq!(rows.all(), [(told(1).0, b"one".to_vec().into_boxed_slice(), sites(&[1, 2]))]);
    let generation = |n| rows.of(&site(n), |table| outpost::sync::rows::Table::generation(table));
    assert!(generation(1) == rows.generation() && generation(9) > rows.generation());
    let lines = |n| rows.of(&site(n), |table| outpost::sync::rows::Table::since(table, 1, 1 << 20, 99).rows.len());
    assert_eq!([lines(1), lines(2), lines(3)], [2, 2, 1], "a row and a deletion, and for others the deletion");
}
