//! A stick pulled, or a call failing, at every single step: whole files or none, and the next time goes through.

use super::*;
use jiff::civil::date;
use std::sync::atomic::{AtomicBool, Ordering};

type Work = fn(&Folder) -> Result<(), StickError>;

const KINDS: [Errno; 4] = [Errno::IO, Errno::NOSPC, Errno::INVAL, Errno::EXIST];

/// Everything that a box does with a stick: what it wrote last time is acked, more has come.
fn a_visit(folder: &Folder) -> Result<(), StickError> {
    folder.sweep(Way::ToOffice, &delhi())?;
    folder.write(Way::ToOffice, &delhi(), &parcel(11, 20), &long())?;
    folder.write(Way::ToOffice, &delhi(), &Content::Word(2), b"what I hold")?;
    folder.remove(Way::ToOffice, &delhi(), &Name::of(parcel(1, 10), &long()))?;
    folder.remove(Way::ToOffice, &delhi(), &Name::of(Content::Word(1), b"what I held"))?;
    folder.write_enrolment(&delhi(), &[2; 100])?;
    let days = (date(2026, 1, 1), date(2026, 1, 2));
    let mut rows = |out: &mut dyn io::Write| out.write_all(&[b'1'; 2 * PIECE_BYTES]);
    folder.write_csv(&delhi(), days.0, days.1, "Item", &mut rows)?;
    folder.sync()
}

/// A stick that has been here before.
fn known() -> Plugged {
    let stick = Plugged::new();
    let folder = stick.open();
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 10), &long()).expect("written");
    folder.write(Way::ToOffice, &delhi(), &Content::Word(1), b"what I held").expect("written");
    folder.write_enrolment(&delhi(), &[1; 100]).expect("written");
    stick
}

/// How many steps the work takes on such a stick.
fn steps_of(stick: &Plugged, work: Work) -> usize {
    let (hook, steps) = noting(|_, _| Ok(()));
    work(&Folder::open_with(stick.path(), hook).expect("opened")).expect("done");
    steps.lock().expect("not poisoned").len()
}

fn assert_whole_or_none(stick: &Plugged, when: &str) {
    for way in [Way::ToOffice, Way::ToSite] {
        for name in stick.names(&format!("{way}/delhi")) {
            let bytes = std::fs::read(stick.at(&format!("{way}/delhi/{name}"))).expect("there");
            let ours = Name::parse(name.as_ref());
            assert!(ours.is_none_or(|ours| ours.fits(&bytes)), "{when}: {name}");
        }
    }
    for enrolment in stick.names("enrol").iter().filter(|name| name.ends_with(".enrol")) {
        let bytes = std::fs::read(stick.at(&format!("enrol/{enrolment}"))).expect("there");
        assert!(bytes == [1; 100] || bytes == [2; 100], "{when}");
    }
    for csv in stick.names("csv/delhi/2026-01-01_2026-01-02").iter().filter(|name| name.ends_with(".csv")) {
        let bytes = std::fs::read(stick.at(&format!("csv/delhi/2026-01-01_2026-01-02/{csv}"))).expect("there");
        assert_eq!(bytes, [b'1'; 2 * PIECE_BYTES], "{when}");
    }
    let readme = std::fs::read(stick.at("README.txt")).unwrap_or_else(|_| README.1.into());
    assert_eq!(readme, README.1.as_bytes(), "{when}");
    stick.assert_nothing_outside_was_touched();
}

/// The next time the stick is put in all goes through and nothing is left over.
fn assert_next_time_is_as_ever(stick: &Plugged, when: &str) {
    a_visit(&stick.open()).unwrap_or_else(|error| panic!("{when}: {error}"));
    let expected = [Name::of(parcel(11, 20), &long()), Name::of(Content::Word(2), b"what I hold")];
    assert_eq!(stick.names("to-office/delhi"), expected.map(|name| name.to_string()), "{when}");
    assert_eq!(stick.names("enrol"), ["delhi.enrol"], "{when}");
    let csv = stick.names("csv/delhi/2026-01-01_2026-01-02");
    assert!(csv.iter().all(|name| name.ends_with(".csv")), "{when}: {csv:?}");
    let top = stick.names("");
    assert_eq!(top, ["README.txt", "csv", "enrol", "to-office"], "{when}");
}

#[test]
fn a_stick_pulled_before_any_step_has_whole_files_or_none_and_the_next_time_goes_through() {
    for fresh in [true, false] {
        let new = || if fresh { Plugged::new() } else { known() };
        let steps = steps_of(&new(), a_visit);
        assert!(steps > 25, "the visit has {steps} steps");
        for cut in 0..steps {
            let stick = new();
            let (hook, _) = noting(move |step, _| if step >= cut { Err(errno(Errno::NODEV)) } else { Ok(()) });
            let visit = Folder::open_with(stick.path(), hook).and_then(|folder| a_visit(&folder));
            let error = visit.expect_err("pulled");
            assert!(matches!(error, StickError::Pulled(_)), "{cut}: {error}");
            let when = format!("pulled before step {cut} of {steps}");
            assert_whole_or_none(&stick, &when);
            assert_next_time_is_as_ever(&stick, &when);
        }
    }
}

#[test]
fn what_was_written_and_not_synced_when_the_stick_was_pulled_is_lost_and_nothing_else() {
    let steps = steps_of(&known(), a_visit);
    for cut in 0..steps {
        let stick = known();
        let synced = AtomicBool::new(true);
        let hook = noting(move |step, kind| {
            if step >= cut {
                return Err(errno(Errno::NODEV));
            }
            match kind {
                Step::Create | Step::Write => synced.store(false, Ordering::Relaxed),
                Step::SyncFile | Step::SyncAll => synced.store(true, Ordering::Relaxed),
                Step::Rename => {
                    let synced = synced.load(Ordering::Relaxed);
                    assert!(synced, "step {step}: a file gets its name before its bytes are on the stick");
                }
                Step::MakeDir | Step::Unlink | Step::SyncDir => {}
            }
            Ok(())
        });
        Folder::open_with(stick.path(), hook.0).and_then(|folder| a_visit(&folder)).expect_err("pulled");
        for folder in ["to-office/delhi", "enrol", "csv/delhi/2026-01-01_2026-01-02"] {
            for name in stick.names(folder).iter().filter(|name| name.ends_with(".new")) {
                stick.put(&format!("{folder}/{name}"), b"");
            }
        }
        assert_whole_or_none(&stick, "after the loss");
        assert_next_time_is_as_ever(&stick, &format!("cut before step {cut}"));
    }
}

#[test]
fn a_step_that_fails_once_with_any_errno_leaves_whole_files_or_none_and_is_made_up_for() {
    let steps = steps_of(&known(), a_visit);
    for kind in KINDS {
        for failing in 0..steps {
            let stick = known();
            let (hook, _) = noting(move |step, _| if step == failing { Err(kind.into()) } else { Ok(()) });
            let folder = Folder::open_with(stick.path(), hook).expect("opened");
            let when = format!("{kind} at step {failing} of {steps}");
            // Where the file system cannot do a thing, another way is taken.
            if let Err(error) = a_visit(&folder) {
                assert!(!error.to_string().is_empty());
            } else {
                assert_eq!(kind, Errno::INVAL, "{when}: the failure was not told");
            }
            assert_whole_or_none(&stick, &when);
            a_visit(&folder).unwrap_or_else(|error| panic!("{when}, again: {error}"));
            assert_next_time_is_as_ever(&stick, &when);
        }
    }
}

#[test]
fn only_what_a_pulled_stick_left_of_ours_is_swept() {
    let stick = Plugged::new();
    let folder = stick.open();
    let of = |content| Name::of(content, b"x").to_string();
    let ours = folder.write(Way::ToSite, &delhi(), &parcel(1, 2), b"x").expect("written").to_string();
    stick.put(&format!("to-site/delhi/{}.new", of(parcel(3, 4))), b"half");
    stick.put(&format!("to-site/delhi/{}.NEW", of(Content::Key).to_ascii_uppercase()), b"");
    stick.put(&format!("to-site/delhi/{}", of(parcel(5, 6))), b"");
    let kept = ["letter.new", "letter.op", "letter.op.new", ".new"];
    kept.iter().for_each(|name| drop(stick.put(&format!("to-site/delhi/{name}"), b"mine")));
    std::fs::create_dir(stick.at(&format!("to-site/delhi/{}.new", of(Content::Refusal)))).expect("made");
    let listing = folder.list(Way::ToSite, &delhi()).expect("listed");
    assert_eq!((listing.ours.len(), listing.others.len(), listing.strange), (1, 1, 4), "{listing:?}");
    assert_eq!(folder.sweep(Way::ToSite, &delhi()).expect("swept"), 3);
    let mut expected = kept.map(str::to_owned).to_vec();
    expected.extend([ours, format!("{}.new", of(Content::Refusal))]);
    expected.sort();
    assert_eq!(stick.names("to-site/delhi"), expected);
    assert_eq!(folder.sweep(Way::ToSite, &delhi()).expect("swept"), 0);
    assert_eq!(folder.sweep(Way::ToOffice, &delhi()).expect("there is nothing"), 0);
}

#[test]
fn both_names_of_a_rename_that_vfat_was_cut_in_are_left_alone() {
    let stick = Plugged::new();
    let folder = stick.open();
    let name = folder.write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("written");
    stick.put(&format!("to-site/delhi/{name}.new"), &long());
    let both = stick.names("to-site/delhi");
    assert_eq!(folder.sweep(Way::ToSite, &delhi()).expect("swept"), 0);
    folder.remove(Way::ToSite, &delhi(), &name).expect("left alone");
    folder.write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("it is there");
    assert_eq!(stick.names("to-site/delhi"), both);
    assert_eq!(folder.list(Way::ToSite, &delhi()).expect("listed").ours.len(), 1);
    folder.write(Way::ToSite, &delhi(), &parcel(3, 4), b"x").expect("nothing else is blocked");
}

#[test]
fn a_name_that_vfat_gave_and_did_not_fill_counts_as_none_and_is_written_again() {
    let stick = Plugged::new();
    let folder = stick.open();
    let name = Name::of(parcel(1, 2), &long());
    stick.put(&format!("to-site/delhi/{name}"), b"");
    stick.put(&format!("to-site/delhi/{name}.new"), &long());
    assert_eq!(folder.list(Way::ToSite, &delhi()).expect("listed"), Listing::default());
    folder.write(Way::ToSite, &delhi(), &parcel(1, 2), &long()).expect("written");
    assert_eq!(stick.names("to-site/delhi"), [name.to_string()]);
}

#[test]
fn a_name_that_appears_meanwhile_is_never_renamed_over() {
    for can_say_so in [true, false] {
        let stick = Plugged::new();
        stick.open();
        let name = Name::of(parcel(1, 2), &long());
        let path = stick.at(&format!("to-office/delhi/{name}"));
        let (theirs, asked) = (path.clone(), AtomicBool::new(false));
        let (hook, _) = noting(move |_, step| {
            if step != Step::Rename || asked.swap(true, Ordering::Relaxed) {
                return Ok(());
            }
            std::fs::write(&theirs, b"theirs")?;
            if can_say_so { Ok(()) } else { Err(errno(Errno::INVAL)) }
        });
        let folder = Folder::open_with(stick.path(), hook).expect("opened");
        folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), &long()).expect_err("the name is taken");
        assert_eq!(std::fs::read(path).expect("there"), b"theirs");
    }
}

#[test]
fn a_file_system_that_cannot_sync_a_folder_is_synced_whole() {
    let stick = Plugged::new();
    stick.open();
    let (hook, steps) = noting(|_, step| if step == Step::SyncDir { Err(errno(Errno::INVAL)) } else { Ok(()) });
    let folder = Folder::open_with(stick.path(), hook).expect("opened");
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    let steps = steps.lock().expect("not poisoned");
    assert_eq!(steps.last_chunk(), Some(&[Step::SyncFile, Step::SyncDir, Step::SyncAll]));
}
