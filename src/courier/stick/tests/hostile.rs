//! Sticks that mean harm: nothing outside is touched, nothing blocks, each has its word.

use super::*;
use jiff::civil::date;
use rustix::fs::{CWD, FileType, Mode, mkfifoat, mknodat};
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

const DAYS: &str = "2026-01-01_2026-01-02";

/// All that writes or removes, one after the other; how many of them were refused because of what is in the way.
fn everything(stick: &Plugged) -> usize {
    let folder = match Folder::open(stick.path()) {
        Ok(folder) => folder,
        Err(StickError::NotAFolder { .. }) => return 1,
        Err(error) => panic!("{error}"),
    };
    let name = Name::of(parcel(1, 2), b"x");
    let mut refused = 0;
    let mut note = |result: Result<(), StickError>| match result {
        Ok(()) => {}
        Err(error @ (StickError::NotAFolder { .. } | StickError::NotAFile { .. })) => {
            assert!(error.to_string().contains("rename or delete it"), "{error}");
            refused += 1;
        }
        Err(error) => panic!("{error}"),
    };
    for way in [Way::ToOffice, Way::ToSite] {
        note(folder.sites(way).map(drop));
        note(folder.list(way, &delhi()).map(drop));
        note(folder.write(way, &delhi(), &parcel(1, 2), b"x").map(drop));
        note(folder.sweep(way, &delhi()).map(drop));
        note(folder.remove(way, &delhi(), &name));
    }
    note(folder.write_enrolment(&delhi(), b"x"));
    note(folder.enrolments().map(drop));
    let mut text = |out: &mut dyn io::Write| out.write_all(b"x");
    note(folder.write_csv(&delhi(), date(2026, 1, 1), date(2026, 1, 2), "Item", &mut text).map(drop));
    refused
}

type Put = dyn Fn(&Path);

/// Puts what `put` puts at a place on a fresh stick and does everything.
fn with(below: &str, put: impl Fn(&Path)) -> (Plugged, usize) {
    let stick = Plugged::new();
    let path = stick.path().join(below);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    put(&path);
    let refused = everything(&stick);
    (stick, refused)
}

fn socket(path: &Path) {
    mknodat(CWD, path, FileType::Socket, Mode::RWXU, 0).expect("made");
}

#[test]
fn a_symbolic_link_at_any_level_leads_nowhere() {
    let name = Name::of(parcel(1, 2), b"x");
    let folders = [
        "OUTPOST",
        "OUTPOST/to-office",
        "OUTPOST/to-site",
        "OUTPOST/to-office/delhi",
        "OUTPOST/to-site/delhi",
        "OUTPOST/enrol",
        "OUTPOST/csv",
        "OUTPOST/csv/delhi",
        &format!("OUTPOST/csv/delhi/{DAYS}"),
    ];
    let files = [
        &format!("OUTPOST/to-office/delhi/{name}"),
        &format!("OUTPOST/to-office/delhi/{name}.new"),
        &format!("OUTPOST/to-site/delhi/{name}"),
        "OUTPOST/enrol/delhi.enrol",
        "OUTPOST/enrol/delhi.enrol.new",
        &format!("OUTPOST/csv/delhi/{DAYS}/Item.csv.new"),
    ];
    for below in folders.into_iter().chain(files) {
        let outside = tempfile::tempdir().expect("a directory");
        std::fs::write(outside.path().join("secret"), b"secret").expect("written");
        let before = everything_in(outside.path(), &[]);
        for target in [outside.path().to_owned(), outside.path().join("secret"), outside.path().join("new")] {
            let (stick, refused) = with(below, |path| symlink(&target, path).expect("linked"));
            assert!(refused > 0, "{below} was followed or replaced");
            assert!(stick.path().join(below).is_symlink(), "{below} was removed");
            assert_eq!(everything_in(outside.path(), &[]), before, "{below}");
        }
    }
}

#[test]
fn a_link_in_place_of_the_text_for_the_finder_is_left_alone() {
    let outside = tempfile::tempdir().expect("a directory");
    for name in ["README.txt", "README.txt.new"] {
        let (stick, refused) = with(&format!("OUTPOST/{name}"), |path| {
            symlink(outside.path().join("new"), path).expect("linked");
        });
        assert!(refused == 0 && stick.at(name).is_symlink());
        assert_eq!(everything_in(outside.path(), &[]), BTreeMap::new());
    }
}

#[test]
fn a_file_a_pipe_or_a_socket_where_a_folder_should_be_has_its_word() {
    for below in ["OUTPOST", "OUTPOST/to-office", "OUTPOST/to-site/delhi", "OUTPOST/csv", "OUTPOST/enrol"] {
        let (stick, refused) = with(below, |path| std::fs::write(path, b"mine").expect("written"));
        assert!(refused > 0 && std::fs::read(stick.path().join(below)).expect("there") == b"mine", "{below}");
        let (_, refused) = with(below, |path| mkfifoat(CWD, path, Mode::RWXU).expect("made"));
        assert!(refused > 0, "{below}");
        let (_, refused) = with(below, socket);
        assert!(refused > 0, "{below}");
    }
    let error = Folder::open(with("OUTPOST", |path| std::fs::write(path, b"mine").expect("written")).0.path());
    let error = error.expect_err("a file").to_string();
    assert!(error.contains("\"OUTPOST\" on the stick is a file where a folder has to be"), "{error}");
}

#[test]
fn what_is_named_as_a_parcel_and_is_no_file_is_not_opened_and_blocks_nothing() {
    let name = Name::of(parcel(1, 2), b"x");
    let below = format!("OUTPOST/to-office/delhi/{name}");
    let secret = tempfile::NamedTempFile::new().expect("a file");
    let target = secret.path().to_owned();
    let things: [(&str, Box<Put>); 4] = [
        ("a pipe", Box::new(|path| mkfifoat(CWD, path, Mode::RWXU).expect("made"))),
        ("a folder", Box::new(|path| std::fs::create_dir(path).expect("made"))),
        ("a socket", Box::new(socket)),
        ("a symbolic link", Box::new(move |path| symlink(&target, path).expect("linked"))),
    ];
    for (thing, put) in things {
        let (stick, refused) = with(&below, put);
        assert_eq!(refused, 2, "{thing}: neither written over nor removed");
        let folder = stick.open();
        let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
        assert_eq!((listing.ours.len(), listing.others.len(), listing.strange), (0, 0, 1), "{thing}");
        let error = folder.read(Way::ToOffice, &delhi(), name.to_string().as_ref()).expect_err("no file").to_string();
        assert!(error.contains(thing) && error.contains("no file"), "{error}");
        folder.write(Way::ToOffice, &delhi(), &parcel(3, 4), b"y").expect("others are written");
    }
}

#[test]
fn a_name_cannot_lead_out_of_its_folder() {
    let stick = Plugged::new();
    let folder = stick.open();
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    for file in ["../../../holiday.jpg", "/etc/passwd", ".", "..", "", "../delhi", "a\0b"] {
        let read = folder.read(Way::ToOffice, &delhi(), file.as_ref());
        assert!(matches!(read, Err(FileError::Missing { .. })), "{file:?}: {read:?}");
    }
}

#[test]
fn a_file_of_10_gb_costs_nothing_and_is_refused() {
    let stick = Plugged::new();
    let folder = stick.open();
    let name = Name::of(parcel(1, 2), b"x").to_string();
    for name in [&name, "copy.op"] {
        let path = stick.put(&format!("to-office/delhi/{name}"), b"");
        std::fs::File::options().write(true).open(path).expect("opened").set_len(10_000_000_000).expect("sparse");
        let began = Instant::now();
        let error = folder.read(Way::ToOffice, &delhi(), name.as_ref()).expect_err("too large");
        assert!(matches!(error, FileError::TooLarge { bytes: 10_000_000_000, .. }), "{error}");
        assert!(began.elapsed() < Duration::from_secs(1));
    }
    let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
    assert_eq!((listing.ours[0].1, listing.others.len()), (10_000_000_000, 1));
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("it makes room");
}

#[test]
fn another_file_system_below_the_folder_is_not_entered() {
    let stick = Plugged::new();
    let mut folder = stick.open();
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    Arc::get_mut(&mut folder.root.stick).expect("not shared").device ^= 1;
    let error = folder.list(Way::ToOffice, &delhi()).expect_err("refused").to_string();
    assert!(error.contains("another file system"), "{error}");
}

#[test]
fn names_that_mean_harm_to_a_terminal_are_printed_escaped() {
    let stick = Plugged::new();
    let folder = stick.open();
    let hostile = "\u{1b}]0;owned\u{7}\n.op";
    std::fs::create_dir_all(stick.at("to-office/delhi").join(hostile)).expect("made");
    let error = folder.read(Way::ToOffice, &delhi(), hostile.as_ref()).expect_err("no file").to_string();
    assert!(!error.contains('\u{1b}') && !error.contains('\n'), "{error:?}");
}

#[test]
fn things_beside_the_sites_are_passed_over() {
    let stick = Plugged::new();
    let folder = stick.open();
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    stick.put("to-office/pune", b"a file");
    symlink(stick.path().join("music"), stick.at("to-office/agra")).expect("linked");
    std::fs::create_dir(stick.at("to-office/not a site")).expect("made");
    std::fs::create_dir(stick.at("to-office/Mixed")).expect("made");
    mkfifoat(CWD, stick.at("to-office/goa"), Mode::RWXU).expect("made");
    assert_eq!(folder.sites(Way::ToOffice).expect("listed"), [delhi()]);
}
