//! What is written is there, and what each errno is called.

use super::*;
use jiff::civil::{Date, date};

fn days() -> (Date, Date) {
    (date(2026, 11, 1), date(2026, 11, 30))
}

fn csv(folder: &Folder, doctype: &str, text: &str) -> Result<PathBuf, StickError> {
    folder.write_csv(&delhi(), days().0, days().1, doctype, &mut |out| out.write_all(text.as_bytes()))
}

#[test]
fn what_is_written_is_listed_oldest_first_and_read() {
    let stick = Plugged::new();
    let folder = stick.open();
    let written = [(Content::Word(3), 4), (parcel(11, 20), 5), (parcel(1, 10), 6), (Content::Key, 7)];
    for (content, byte) in written {
        folder.write(Way::ToOffice, &delhi(), &content, &[byte; 100]).expect("written");
    }
    let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
    let order: Vec<_> = listing.ours.iter().map(|(name, bytes)| (name.content, *bytes)).collect();
    assert_eq!(order, [Content::Key, parcel(1, 10), parcel(11, 20), Content::Word(3)].map(|content| (content, 100)));
    for (name, _) in &listing.ours {
        let bytes = folder.read(Way::ToOffice, &delhi(), name.to_string().as_ref()).expect("read");
        assert!(written.contains(&(name.content, bytes[0])) && bytes.len() == 100);
    }
    assert_eq!(folder.sites(Way::ToOffice).expect("listed"), [delhi()]);
    assert_eq!(folder.sites(Way::ToSite).expect("listed"), []);
    assert_eq!(folder.list(Way::ToSite, &delhi()).expect("listed"), Listing::default());
    assert!(matches!(folder.read(Way::ToSite, &delhi(), "x.op".as_ref()), Err(FileError::Missing { .. })));
    stick.assert_nothing_outside_was_touched();
}

#[test]
fn an_open_folder_explains_itself_once_and_lets_a_persons_text_stand() {
    let stick = Plugged::new();
    let folder = stick.open();
    let text = std::fs::read_to_string(stick.at("README.txt")).expect("there");
    assert!(text.contains("please return it") && text.contains("mohon kembalikan"), "{text}");
    assert!(folder.is_writable());
    std::fs::write(stick.at("README.txt"), b"call 0812").expect("written");
    stick.open();
    assert_eq!(std::fs::read(stick.at("README.txt")).expect("there"), b"call 0812");
    assert_eq!(stick.names(""), ["README.txt"]);
}

#[test]
fn a_file_is_synced_before_it_has_its_name_and_after_and_then_its_folder() {
    use Step::*;
    let stick = Plugged::new();
    stick.open();
    let (hook, steps) = noting(|_, _| Ok(()));
    let folder = Folder::open_with(stick.path(), hook).expect("opened");
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), &long()).expect("written");
    let folders = [MakeDir, SyncDir, MakeDir, SyncDir];
    let file = [Create, Write, Write, Write, Write, SyncFile, Rename, SyncFile, SyncDir];
    assert_eq!(*steps.lock().expect("not poisoned"), [&folders[..], &file[..]].concat());
    steps.lock().expect("not poisoned").clear();
    folder.sync().expect("synced");
    assert_eq!(*steps.lock().expect("not poisoned"), [SyncAll]);
}

#[test]
fn a_whole_file_is_not_written_again_but_synced_for_its_writer_may_have_been_cut() {
    let stick = Plugged::new();
    let name = stick.open().write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("written");
    let (hook, steps) = noting(|_, _| Ok(()));
    let folder = Folder::open_with(stick.path(), hook).expect("opened");
    assert_eq!(folder.write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("there"), name);
    assert_eq!(*steps.lock().expect("not poisoned"), [Step::SyncFile, Step::SyncDir]);
}

#[test]
fn a_damaged_file_of_the_same_name_makes_room() {
    let stick = Plugged::new();
    let folder = stick.open();
    let name = folder.write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("written").to_string();
    for damaged in [&long()[1..], &[], &[9; 3 * PIECE_BYTES + 77], &[long(), long()].concat()] {
        stick.put(&format!("to-site/delhi/{name}"), damaged);
        folder.write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("written");
        assert_eq!(folder.read(Way::ToSite, &delhi(), name.as_ref()).expect("whole"), long());
        assert_eq!(stick.names("to-site/delhi"), std::slice::from_ref(&name));
    }
}

#[test]
fn a_bit_flipped_or_a_byte_cut_anywhere_is_told_by_the_name() {
    let stick = Plugged::new();
    let folder = stick.open();
    let whole: Vec<u8> = (0..40).collect();
    let name = folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), &whole).expect("written").to_string();
    let path = stick.at(&format!("to-office/delhi/{name}"));
    let assert_damaged = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("written");
        let error = folder.read(Way::ToOffice, &delhi(), name.as_ref()).expect_err("damaged");
        assert!(matches!(error, FileError::Damaged { .. }) && error.to_string().contains("comes again"), "{error}");
    };
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_damaged(&flipped);
    }
    (0..whole.len()).for_each(|len| assert_damaged(&whole[..len]));
    assert_damaged(&[&whole[..], b"x"].concat());
}

#[test]
fn only_the_named_file_is_removed_and_twice_is_fine() {
    let stick = Plugged::new();
    let folder = stick.open();
    let [first, second] =
        [(1, 2), (3, 4)].map(|(a, b)| folder.write(Way::ToOffice, &delhi(), &parcel(a, b), b"x").expect("written"));
    for _ in 0..2 {
        folder.remove(Way::ToOffice, &delhi(), &first).expect("removed");
        assert_eq!(stick.names("to-office/delhi"), [second.to_string()]);
    }
    folder.remove(Way::ToSite, &delhi(), &first).expect("there is nothing");
}

#[test]
fn names_in_upper_case_are_found_read_and_removed() {
    let stick = Plugged::new();
    let folder = stick.open();
    let name = folder.write(Way::ToOffice, &delhi(), &parcel(0xa, 0xb), b"x").expect("written");
    let upper = name.to_string().to_ascii_uppercase();
    let from = stick.at("to-office/delhi");
    std::fs::rename(from.join(name.to_string()), from.join(&upper)).expect("renamed");
    std::fs::rename(from, stick.at("to-office/DELHI")).expect("renamed");
    std::fs::rename(stick.at("to-office"), stick.at("TO-OFFICE")).expect("renamed");
    std::fs::rename(stick.at(""), stick.path().join("outpost")).expect("renamed");
    let folder = stick.open();
    assert_eq!(folder.sites(Way::ToOffice).expect("listed"), [delhi()]);
    assert_eq!(folder.list(Way::ToOffice, &delhi()).expect("listed").ours, [(name, 1)]);
    assert_eq!(folder.read(Way::ToOffice, &delhi(), name.to_string().as_ref()).expect("read"), b"x");
    folder.write(Way::ToOffice, &delhi(), &parcel(0xa, 0xb), b"x").expect("there");
    assert_eq!(everything_in(stick.path(), &[]).keys().filter(|path| path.ends_with(&upper)).count(), 1);
    folder.remove(Way::ToOffice, &delhi(), &name).expect("removed");
    assert_eq!(folder.list(Way::ToOffice, &delhi()).expect("listed"), Listing::default());
}

#[test]
fn copies_that_a_person_made_are_listed_and_read_though_their_name_says_nothing() {
    let stick = Plugged::new();
    let folder = stick.open();
    let name = folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    let copy = format!("Copy of {name}");
    stick.put(&format!("to-office/delhi/{copy}"), b"y");
    stick.put("to-office/delhi/UNKNOWN.OP", b"z");
    stick.put("to-office/delhi/notes.txt", b"buy milk");
    let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
    assert_eq!((listing.ours.len(), listing.strange), (1, 1));
    assert_eq!(listing.others, [copy.as_str(), "UNKNOWN.OP"]);
    assert_eq!(folder.read(Way::ToOffice, &delhi(), copy.as_ref()).expect("read"), b"y");
}

#[test]
fn each_errno_has_its_word_and_a_remedy() {
    let words = [
        (Errno::ROFS, "can only be read"),
        (Errno::ACCESS, "user who runs outpost"),
        (Errno::PERM, "user who runs outpost"),
        (Errno::NOSPC, "is full"),
        (Errno::DQUOT, "is full"),
        (Errno::IO, "is failing; take another"),
        (Errno::UCLEAN, "is failing; take another"),
        (Errno::BADMSG, "is failing; take another"),
        (Errno::NODEV, "pulled too early"),
        (Errno::NXIO, "pulled too early"),
        (Errno::STALE, "pulled too early"),
        (Errno::NOTCONN, "pulled too early"),
        (Errno::NOMEDIUM, "pulled too early"),
        (Errno::NAMETOOLONG, "try again"),
    ];
    for (errno, word) in words {
        for step in [Step::MakeDir, Step::Create, Step::Write, Step::SyncFile, Step::Rename, Step::SyncDir] {
            let stick = Plugged::new();
            let folder = failing(&stick, step, errno);
            let error = folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect_err("refused").to_string();
            assert!(error.contains(word) && error.contains("\"OUTPOST"), "{step:?} {errno}: {error}");
        }
        let stick = Plugged::new();
        let error = failing(&stick, Step::SyncAll, errno).sync().expect_err("refused").to_string();
        assert!(error.contains(word), "{errno}: {error}");
    }
}

#[test]
fn an_io_error_of_a_device_that_is_gone_is_a_pulled_stick() {
    let stick = Plugged::new();
    let mut folder = failing(&stick, Step::Create, Errno::IO);
    let entry = stick.path().join("music");
    Arc::get_mut(&mut folder.root.stick).expect("not shared").in_sys_at(entry.clone());
    let write = |folder: &Folder| folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect_err("refused");
    assert!(matches!(write(&folder), StickError::Dying(_)));
    std::fs::remove_dir(entry).expect("removed");
    assert!(matches!(write(&folder), StickError::Pulled(_)));
}

#[test]
fn no_stick_and_a_stick_that_can_only_be_read_and_has_no_folder_are_told_apart() {
    let stick = Plugged::new();
    let error = Folder::open(&stick.path().join("sdb1")).expect_err("refused");
    assert!(matches!(&error, StickError::Pulled(_)) && error.to_string().contains("there is no stick"), "{error}");
    let open = || Folder::open_with(stick.path(), noting(|_, _| Err(errno(Errno::ROFS))).0);
    assert!(matches!(open(), Err(StickError::ReadOnly(_))));
    stick.open();
    let folder = open().expect("it can be read");
    assert!(matches!(folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x"), Err(StickError::ReadOnly(_))));
}

#[test]
fn a_full_stick_is_read_and_what_is_removed_from_it_makes_room() {
    let stick = Plugged::new();
    let name = stick.open().write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    std::fs::remove_file(stick.at("README.txt")).expect("removed");
    let (hook, _) = noting(|_, step| if step == Step::Write { Err(errno(Errno::NOSPC)) } else { Ok(()) });
    let folder = Folder::open_with(stick.path(), hook).expect("opened without its README.txt");
    assert_eq!(stick.names(""), ["to-office"]);
    let error = folder.write(Way::ToOffice, &delhi(), &parcel(3, 4), b"y").expect_err("full");
    assert!(matches!(error, StickError::Full(_)), "{error}");
    assert_eq!(stick.names("to-office/delhi"), [name.to_string()]);
    assert_eq!(folder.read(Way::ToOffice, &delhi(), name.to_string().as_ref()).expect("read"), b"x");
    folder.remove(Way::ToOffice, &delhi(), &name).expect("removed");
}

#[test]
fn a_csv_is_written_whole_and_an_earlier_one_kept_beside_it() {
    let stick = Plugged::new();
    let folder = stick.open();
    let long = "a,b\n".repeat(PIECE_BYTES);
    let places = ["1", &long, "3"].map(|text| csv(&folder, "Sales Invoice", text).expect("written"));
    let folder_of = "OUTPOST/csv/delhi/2026-11-01_2026-11-30";
    let names = ["Sales Invoice.csv", "Sales Invoice (2).csv", "Sales Invoice (3).csv"];
    assert_eq!(places, names.map(|name| Path::new(folder_of).join(name)));
    let texts = places.map(|place| std::fs::read_to_string(stick.path().join(place)).expect("there"));
    assert_eq!(texts, ["1".to_owned(), long, "3".to_owned()]);
}

#[test]
fn a_csv_whose_content_fails_or_that_does_not_fit_leaves_nothing() {
    let stick = Plugged::new();
    let folder = stick.open();
    let (from, to) = days();
    let error = folder.write_csv(&delhi(), from, to, "Item", &mut |out| {
        out.write_all(&long())?;
        Err(io::Error::other("the journal cannot be read"))
    });
    let error = error.expect_err("refused");
    assert!(matches!(&error, StickError::NoContent { .. }) && error.to_string().contains("journal"), "{error}");
    let full = failing(&stick, Step::Write, Errno::NOSPC);
    // Whoever writes may hide the error, or may not even look at it.
    let hidden = full.write_csv(&delhi(), from, to, "Item", &mut |out| {
        out.write_all(&long()).map_err(|_| io::Error::other("something"))
    });
    let ignored = full.write_csv(&delhi(), from, to, "Item", &mut |out| {
        let _ = out.write_all(&long());
        Ok(())
    });
    assert!(matches!((hidden, ignored), (Err(StickError::Full(_)), Err(StickError::Full(_)))));
    assert_eq!(stick.names("csv/delhi/2026-11-01_2026-11-30"), Vec::<String>::new());
}

#[test]
fn what_a_pulled_stick_left_of_a_csv_is_swept_when_other_days_are_written() {
    let stick = Plugged::new();
    let folder = stick.open();
    stick.put("csv/delhi/2026-10-01_2026-10-31/Item.csv.new", b"half");
    stick.put("csv/delhi/2026-10-01_2026-10-31/mine.csv", b"");
    stick.put("csv/delhi/mine/Item.csv.new", b"not ours");
    csv(&folder, "Item", "1").expect("written");
    assert_eq!(stick.names("csv/delhi/2026-10-01_2026-10-31"), ["mine.csv"]);
    assert_eq!(stick.names("csv/delhi/mine"), ["Item.csv.new"]);
}

#[test]
fn a_kind_of_document_cannot_lead_out_of_its_folder() {
    let stick = Plugged::new();
    let folder = stick.open();
    for doctype in ["../../../holiday", "/etc/x", "", ".", "..", "a\0b", "Ö", " end ", &"x".repeat(1000)] {
        csv(&folder, doctype, "1").expect("written");
    }
    let mut expected =
        ["_________holiday.csv", "_etc_x.csv", "Documents.csv", "_.csv", "__.csv", "a_b.csv", "_ (2).csv", "end.csv"]
            .map(str::to_owned)
            .to_vec();
    expected.push(format!("{}.csv", "x".repeat(100)));
    expected.sort();
    assert_eq!(stick.names("csv/delhi/2026-11-01_2026-11-30"), expected);
    stick.assert_nothing_outside_was_touched();
}

#[test]
fn enrolments_come_back_by_site_and_a_new_one_takes_the_place_of_the_old() {
    let stick = Plugged::new();
    let folder = stick.open();
    assert_eq!(folder.enrolments().expect("none"), []);
    let pune: SiteId = "pune".parse().expect("a name");
    folder.write_enrolment(&pune, b"p").expect("written");
    folder.write_enrolment(&delhi(), b"old").expect("written");
    folder.write_enrolment(&delhi(), b"new").expect("written");
    stick.put("enrol/not a site.enrol", b"x");
    stick.put("enrol/empty.enrol", b"");
    stick.put("enrol/letter.txt", b"x");
    std::fs::create_dir(stick.at("enrol/dir.enrol")).expect("made");
    assert_eq!(folder.enrolments().expect("read"), [(delhi(), b"new".to_vec()), (pune, b"p".to_vec())]);
}
