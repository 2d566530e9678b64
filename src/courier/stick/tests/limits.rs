//! Each limit at its edge and past it.

use super::*;
use jiff::civil::date;
use std::time::{Duration, Instant};

fn fill(stick: &Plugged, below: &str, count: usize, name: impl Fn(usize) -> String) {
    let dir = stick.at(below);
    std::fs::create_dir_all(&dir).expect("made");
    (0..count).for_each(|i| drop(std::fs::File::create(dir.join(name(i))).expect("made")));
}

#[test]
fn an_envelope_is_written_and_read_at_its_limit_and_not_past_it() {
    let stick = Plugged::new();
    let folder = stick.open();
    let mut bytes = vec![1; MAX_ENVELOPE];
    let name = folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), &bytes).expect("written").to_string();
    assert_eq!(folder.read(Way::ToOffice, &delhi(), name.as_ref()).expect("read"), bytes);
    bytes.push(1);
    let refused = folder.write(Way::ToOffice, &delhi(), &parcel(3, 4), &bytes);
    assert!(matches!(refused, Err(StickError::TooLarge { bytes, limit: MAX_ENVELOPE }) if bytes == MAX_ENVELOPE + 1));
    stick.put(&format!("to-office/delhi/{name}"), &bytes);
    let refused = folder.read(Way::ToOffice, &delhi(), name.as_ref());
    assert!(matches!(refused, Err(FileError::TooLarge { limit: MAX_ENVELOPE, .. })));
}

#[test]
fn a_crowded_folder_is_cut_short_past_the_limit_and_not_at_it() {
    let stick = Plugged::new();
    let mut folder = stick.open();
    folder.limits.entries = 10;
    fill(&stick, "to-office/delhi", 9, |i| format!("{i}.op"));
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
    assert_eq!((listing.ours.len(), listing.others.len(), listing.cut_short), (1, 9, false));
    fill(&stick, "to-office/delhi", 1, |_| "one more".into());
    let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
    let seen = listing.ours.len() + listing.others.len() + listing.strange as usize;
    assert_eq!((seen, listing.cut_short), (10, true));
}

#[test]
fn more_files_than_the_real_limit_are_listed_in_bounded_time_and_written_beside() {
    let stick = Plugged::new();
    let folder = stick.open();
    let hostile = |i: usize| if i.is_multiple_of(2) { format!("{i:0200}.op") } else { format!("{i}") };
    fill(&stick, "to-office/delhi", MAX_ENTRIES + 1000, hostile);
    let began = Instant::now();
    let listing = folder.list(Way::ToOffice, &delhi()).expect("listed");
    assert!(listing.cut_short && listing.others.len() + listing.strange as usize == MAX_ENTRIES);
    folder.sweep(Way::ToOffice, &delhi()).expect("swept");
    folder.write(Way::ToOffice, &delhi(), &parcel(1, 2), b"x").expect("written");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn sites_are_counted_at_their_limit_and_refused_past_it() {
    let stick = Plugged::new();
    let mut folder = stick.open();
    let make = |i: usize| std::fs::create_dir_all(stick.at(&format!("to-site/s{i}"))).expect("made");
    (0..MAX_SITES).for_each(make);
    assert_eq!(folder.sites(Way::ToSite).expect("listed").len(), MAX_SITES);
    make(MAX_SITES);
    let error = folder.sites(Way::ToSite).expect_err("too many").to_string();
    assert!(error.contains("more than 1000 sites") && error.contains("take an empty stick"), "{error}");
    folder.limits = Limits { entries: MAX_SITES, sites: MAX_SITES + 1, ..folder.limits };
    let error = folder.sites(Way::ToSite).expect_err("too many").to_string();
    assert!(error.contains("more than 1000 entries"), "{error}");
}

#[test]
fn enrolments_are_taken_at_their_limits_and_refused_past_them() {
    let stick = Plugged::new();
    let mut folder = stick.open();
    let site = |i: usize| format!("s{i}").parse::<SiteId>().expect("a name");
    folder.write_enrolment(&site(0), &[1; MAX_ENROLMENT_BYTES]).expect("written");
    let refused = folder.write_enrolment(&site(0), &[1; MAX_ENROLMENT_BYTES + 1]);
    assert!(matches!(refused, Err(StickError::TooLarge { limit: MAX_ENROLMENT_BYTES, .. })));
    (1..MAX_ENROLMENTS).for_each(|i| drop(stick.put(&format!("enrol/{}.enrol", site(i)), b"x")));
    stick.put("enrol/large.enrol", &[1; MAX_ENROLMENT_BYTES + 1]);
    let enrolments = folder.enrolments().expect("read");
    assert_eq!((enrolments.len(), enrolments[0].1.len()), (MAX_ENROLMENTS, MAX_ENROLMENT_BYTES));
    stick.put("enrol/one-more.enrol", b"x");
    assert!(folder.enrolments().expect_err("too many").to_string().contains("more than 256 enrolments"));
    folder.limits = Limits { entries: MAX_ENROLMENTS, enrolments: 1000, ..folder.limits };
    assert!(folder.enrolments().expect_err("too many").to_string().contains("more than 256 entries"));
}

#[test]
fn copies_of_a_csv_are_kept_up_to_their_limit_and_none_is_lost_past_it() {
    let stick = Plugged::new();
    let folder = stick.open();
    let day = date(2026, 1, 1);
    let write = |i: usize| folder.write_csv(&delhi(), day, day, "Item", &mut |out| write!(out, "{i}"));
    let places: Vec<_> = (0..MAX_COPIES).map(|i| write(i).expect("written")).collect();
    let error = write(MAX_COPIES).expect_err("too many").to_string();
    assert!(error.contains("Item.csv") && error.contains("more than 99 copies"), "{error}");
    for (i, place) in places.iter().enumerate() {
        assert_eq!(std::fs::read_to_string(stick.path().join(place)).expect("there"), i.to_string());
    }
}
