//! Version 1 of the segment format. Do not change this test, and do not change its file: journals in the field have these
//! bytes. A new version gets a new file and a new test beside this one.

use super::*;
use outpost::domain::id::RecordHash;
use outpost::journal::Replica;
use outpost::wire::frame::Kind;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1/segment.seg")
}

/// Writes the journal that the golden file is the first segment of.
fn write(dir: &Path) {
    let options = Options { segment_bytes: 16 * 1024, ..Options::new(site(), store(1), key_of) };
    let (mut replica, _) = Replica::open(dir, options).unwrap();
    replica.put(at(1, 1), RecordHash::NONE, b"the first record", None).unwrap();
    replica.sync().unwrap();
    replica.put(at(1, 2), RecordHash([0x22; 32]), &keyed(7, 4000), Some(key(7))).unwrap();
    replica.sync().unwrap();
    replica.put_lost(at(1, 3), RecordHash([0x33; 32])).unwrap();
    replica.put(at(2, 1), RecordHash([0x44; 32]), b"another epoch", None).unwrap();
    replica.sync().unwrap();
}

#[test]
fn version_1_is_written_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    write(&in_dir(dir.path()));
    let written = std::fs::read(in_dir(dir.path()).join("00000001.seg")).unwrap();
    assert!(written == std::fs::read(golden()).unwrap(), "the bytes of a segment have changed");
}

#[test]
fn version_1_is_read_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(in_dir(dir.path())).unwrap();
    std::fs::copy(golden(), in_dir(dir.path()).join("00000001.seg")).unwrap();
    let (replica, report) = Replica::open(&in_dir(dir.path()), Options::new(site(), store(1), key_of)).unwrap();
    assert!(report.damages.is_empty() && report.torn_bytes == 0);
    let all = everything(&replica.reader());
    let told: Vec<_> = all.iter().map(|s| (s.position, s.kind, s.locator.offset, s.body.len())).collect();
    assert_eq!(
        told,
        [
            (at(1, 1), Kind::Record, 4096, 16),
            (at(1, 2), Kind::Record, 8192, 4000),
            (at(1, 3), Kind::Lost, 12288, 32),
            (at(2, 1), Kind::Record, 12384, 13),
        ]
    );
    assert_eq!(replica.reader().find(&key(7)).unwrap(), Some(all[1].locator));
    assert_eq!(
        all[0].hash(&site()).to_string(),
        "db919f23d44836a6b1158cfdbac86187f8ae90b69a6edf6388e21a305ecf58b6",
        "the hash of a record is part of the format"
    );
}
