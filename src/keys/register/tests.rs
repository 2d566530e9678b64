use super::*;
use crate::files::{PRIVATE, write_atomically};
use crate::keys::checked;
use std::os::unix::fs::PermissionsExt;

const DAY: u64 = 24 * 3600;
const NOW: u64 = 20_000 * DAY;
const FIRST: PublicKey = PublicKey([1; 32]);
const SECOND: PublicKey = PublicKey([2; 32]);

struct Office {
    _dir: tempfile::TempDir,
    path: PathBuf,
    register: Register,
}

fn site(name: &str) -> SiteId {
    name.parse().expect("a name")
}

fn facts() -> OfficeFacts {
    let brokers = vec!["mqtt://office.example:1883".into()];
    OfficeFacts { key: PublicKey([9; 32]), root: None, brokers, ca_pem: None }
}

fn login() -> BrokerLogin {
    BrokerLogin { user: "delhi".into(), password: "password of the broker".into() }
}

impl Office {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("sites.toml");
        let register = Register::create(&path).expect("created");
        Self { _dir: dir, path, register }
    }

    fn with_delhi(key: PublicKey) -> Self {
        let mut office = Self::new();
        office.register.enrol(&site("delhi"), &facts(), login(), [5; 32], NOW).expect("enrolled");
        assert_eq!(office.register.accept(&site("delhi"), key, NOW).expect("accepted"), Accepted::Now);
        office
    }

    fn restarted(&self) -> Register {
        Register::load(&self.path).expect("loaded")
    }
}

#[test]
fn a_site_is_expected_then_enrolled_and_stays_so_over_restarts() {
    let mut office = Office::new();
    let enrolment = office.register.enrol(&site("delhi"), &facts(), login(), [5; 32], NOW).expect("enrolled");
    let taken = Enrolment::from_bytes(enrolment.to_text().as_bytes(), None).expect("the box takes it");
    assert_eq!((taken.one_time_secret.0, taken.office_key), ([5; 32], facts().key));

    let mut register = office.restarted();
    assert!(register.site(&site("delhi")).expect("known").waiting);
    assert_eq!(register.key(&site("delhi")), None);
    assert_eq!(register.one_time_secret(&site("delhi")).expect("kept").0, [5; 32]);
    register.accept(&site("delhi"), FIRST, NOW + 1).expect("accepted");

    let register = office.restarted();
    assert!(!register.site(&site("delhi")).expect("known").waiting);
    assert_eq!(register.key(&site("delhi")), Some(FIRST));
    assert_eq!(
        register.keys(&site("delhi"), NOW),
        [KnownKey { key: FIRST, since: NOW + 1, until: None, confirmed: false }]
    );
    assert_eq!(register.sites().count(), 1);
}

#[test]
fn a_repeat_of_the_same_key_is_fine_and_a_second_one_is_refused_with_both_fingerprints() {
    let mut office = Office::with_delhi(FIRST);
    assert_eq!(office.register.accept(&site("delhi"), FIRST, NOW + 5).expect("fine"), Accepted::Already);
    let error = office.register.accept(&site("delhi"), SECOND, NOW + 5).expect_err("refused");
    let (known, offered) = (FIRST.fingerprint().to_string(), SECOND.fingerprint().to_string());
    assert!(error.to_string().contains(&known) && error.to_string().contains(&offered), "{error}");
    assert_eq!(office.restarted().key(&site("delhi")), Some(FIRST));
}

#[test]
fn a_key_for_a_site_that_nobody_expects_is_refused() {
    let mut office = Office::with_delhi(FIRST);
    let refused = office.register.accept(&site("pune"), FIRST, NOW);
    assert!(matches!(refused, Err(RegisterError::Unknown { .. })));
    let refused = office.register.replace(&site("pune"), &facts(), login(), [6; 32], NOW);
    assert!(matches!(refused, Err(RegisterError::Unknown { .. })));
    assert_eq!(office.register.one_time_secret(&site("pune")).map(|_| ()), None);
}

#[test]
fn an_enrolled_site_is_not_enrolled_again_by_a_typing_error_and_an_expected_one_gets_a_fresh_file() {
    let mut office = Office::with_delhi(FIRST);
    let refused = office.register.enrol(&site("delhi"), &facts(), login(), [6; 32], NOW);
    assert!(matches!(refused, Err(RegisterError::AlreadyEnrolled { .. })));
    let refused = office.register.enrol(&SiteId::office(), &facts(), login(), [6; 32], NOW);
    assert!(matches!(refused, Err(RegisterError::OfficeItself)));
    office.register.enrol(&site("pune"), &facts(), login(), [6; 32], NOW).expect("expected");
    office.register.enrol(&site("pune"), &facts(), login(), [7; 32], NOW).expect("expected again");
    assert_eq!(office.restarted().one_time_secret(&site("pune")).expect("kept").0, [7; 32]);
}

#[test]
fn an_enrolment_that_no_box_could_use_is_refused_at_the_office() {
    let mut office = Office::new();
    let tls_without_ca = OfficeFacts { brokers: vec!["mqtts://office.example".into()], ..facts() };
    for facts in [OfficeFacts { brokers: vec![], ..facts() }, tls_without_ca] {
        let refused = office.register.enrol(&site("delhi"), &facts, login(), [5; 32], NOW);
        assert!(matches!(refused, Err(RegisterError::Unusable { .. })));
    }
    assert!(office.register.site(&site("delhi")).is_none());
}

#[test]
fn a_replaced_box_brings_a_new_key_and_the_old_one_is_known_for_a_while() {
    let mut office = Office::with_delhi(FIRST);
    office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW + DAY).expect("replaced");
    assert_eq!(office.register.key(&site("delhi")), Some(FIRST), "the old box goes on until the new one has come");
    let at = NOW + 2 * DAY;
    assert_eq!(office.register.accept(&site("delhi"), SECOND, at).expect("accepted"), Accepted::Now);
    let register = office.restarted();
    assert_eq!(register.key(&site("delhi")), Some(SECOND));
    let keys_at = |now| register.keys(&site("delhi"), now).iter().map(|known| known.key).collect::<Vec<_>>();
    assert_eq!(keys_at(at + OLD_KEY_KNOWN_SECS - 1), [SECOND, FIRST]);
    assert_eq!(keys_at(at + OLD_KEY_KNOWN_SECS), [SECOND]);
}

#[test]
fn the_old_key_does_not_come_back_once_the_new_one_counts() {
    let mut office = Office::with_delhi(FIRST);
    office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW).expect("replaced");
    office.register.accept(&site("delhi"), SECOND, NOW).expect("accepted");
    let refused = office.register.accept(&site("delhi"), FIRST, NOW);
    assert!(matches!(refused, Err(RegisterError::AlreadyEnrolledWithAnother { .. })));
}

#[test]
fn a_revoked_key_counts_no_more_and_nothing_takes_its_place_unasked() {
    let mut office = Office::with_delhi(FIRST);
    let never = office.register.revoke(&site("delhi"), Some(SECOND.fingerprint()), NOW).expect_err("never its key");
    let (typed, known) = (SECOND.fingerprint().to_string(), FIRST.fingerprint().to_string());
    assert!(never.to_string().contains(&typed) && never.to_string().contains(&known), "{never}");
    assert_eq!(office.register.revoke(&site("delhi"), None, NOW + 9).expect("stored"), Revoked::Now(FIRST));
    let again = office.register.revoke(&site("delhi"), Some(FIRST.fingerprint()), NOW + 99).expect("nothing to do");
    assert_eq!(again, Revoked::Already(FIRST));
    let nothing = office.register.revoke(&site("delhi"), None, NOW + 99);
    assert!(matches!(nothing, Err(RegisterError::NoKey { .. })));
    assert_eq!(office.register.ended(&site("delhi"), NOW + 9), [FIRST]);
    assert_eq!(office.register.ended(&site("delhi"), NOW + 8), []);
    let mut register = office.restarted();
    assert_eq!((register.key(&site("delhi")), register.keys(&site("delhi"), NOW + 9)), (None, vec![]));
    assert_eq!(register.keys(&site("delhi"), NOW + 8).len(), 1, "what was sealed before is a person's to judge");
    for key in [FIRST, SECOND] {
        let refused = register.accept(&site("delhi"), key, NOW + 10);
        assert!(matches!(refused, Err(RegisterError::AlreadyEnrolledWithAnother { .. })));
    }
}

#[test]
fn where_two_keys_count_the_one_to_revoke_has_to_be_named() {
    let mut office = Office::with_delhi(FIRST);
    office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW).expect("replaced");
    office.register.accept(&site("delhi"), SECOND, NOW).expect("accepted");
    let error = office.register.revoke(&site("delhi"), None, NOW).expect_err("which one?").to_string();
    let (first, second) = (FIRST.fingerprint(), SECOND.fingerprint());
    assert!(error.contains(&first.to_string()) && error.contains(&second.to_string()), "{error}");
    assert_eq!(office.register.revoke(&site("delhi"), Some(first), NOW).expect("stored"), Revoked::Now(FIRST));
    let register = office.restarted();
    assert_eq!((register.key(&site("delhi")), register.ended(&site("delhi"), NOW)), (Some(SECOND), vec![FIRST]));
}

#[test]
fn a_key_is_confirmed_by_its_own_fingerprint_alone_and_its_successor_is_compared_anew() {
    let mut office = Office::new();
    assert!(matches!(office.register.confirm(&site("delhi"), FIRST.fingerprint()), Err(RegisterError::Unknown { .. })));
    office.register.enrol(&site("delhi"), &facts(), login(), [5; 32], NOW).expect("enrolled");
    assert!(matches!(office.register.confirm(&site("delhi"), FIRST.fingerprint()), Err(RegisterError::NoKey { .. })));
    office.register.accept(&site("delhi"), FIRST, NOW).expect("accepted");
    let error = office.register.confirm(&site("delhi"), SECOND.fingerprint()).expect_err("another").to_string();
    let (first, second) = (FIRST.fingerprint().to_string(), SECOND.fingerprint().to_string());
    assert!(error.contains(&first) && error.contains(&second), "{error}");
    assert!(!office.restarted().own(&site("delhi")).expect("its key").confirmed);
    assert!(office.register.confirm(&site("delhi"), FIRST.fingerprint()).expect("stored"));
    assert!(!office.register.confirm(&site("delhi"), FIRST.fingerprint()).expect("done before"));
    assert!(office.restarted().own(&site("delhi")).expect("its key").confirmed);

    office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW).expect("replaced");
    office.register.accept(&site("delhi"), SECOND, NOW).expect("accepted");
    assert!(!office.restarted().own(&site("delhi")).expect("its key").confirmed, "the new box's key is another one");
}

#[test]
fn a_trusted_box_needs_no_comparison_and_its_successor_does() {
    let mut office = Office::new();
    assert!(matches!(office.register.trust(&site("delhi")), Err(RegisterError::Unknown { .. })));
    office.register.enrol(&site("delhi"), &facts(), login(), [5; 32], NOW).expect("enrolled");
    office.register.trust(&site("delhi")).expect("stored");
    let mut register = office.restarted();
    register.accept(&site("delhi"), FIRST, NOW).expect("accepted");
    assert!(register.own(&site("delhi")).expect("its key").confirmed);
    register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW).expect("replaced");
    register.accept(&site("delhi"), SECOND, NOW).expect("accepted");
    assert!(!register.own(&site("delhi")).expect("its key").confirmed);
}

#[test]
fn a_register_from_before_keys_were_confirmed_is_read_and_asks_for_it() {
    let office = Office::with_delhi(FIRST);
    let text = std::fs::read_to_string(&office.path).expect("read");
    let old: String = text.lines().filter(|line| !line.starts_with("confirmed") && !line.starts_with("trust")).fold(
        String::new(),
        |text, line| match line.starts_with("# crc32") {
            true => format!("{text}# crc32 {:08x}\n", crc32fast::hash(text.as_bytes())),
            false => format!("{text}{line}\n"),
        },
    );
    assert_ne!(old, text);
    write_atomically(&office.path, old.as_bytes(), PRIVATE).expect("written");
    assert!(!office.restarted().own(&site("delhi")).expect("its key").confirmed);
}

#[test]
fn a_move_is_for_a_box_that_is_there_and_changes_neither_its_key_nor_its_secret() {
    let mut office = Office::new();
    assert!(matches!(office.register.moved(&site("delhi"), &facts(), NOW), Err(RegisterError::Unknown { .. })));
    office.register.enrol(&site("delhi"), &facts(), login(), [5; 32], NOW).expect("enrolled");
    assert!(matches!(office.register.moved(&site("delhi"), &facts(), NOW), Err(RegisterError::NoKey { .. })));
    office.register.accept(&site("delhi"), FIRST, NOW).expect("accepted");
    let new = OfficeFacts { key: PublicKey([8; 32]), ..facts() };
    let moved = office.register.moved(&site("delhi"), &new, NOW + DAY).expect("made");
    assert_eq!((moved.office_key, moved.written_at, moved.password.as_str()), (new.key, NOW + DAY, ""));
    assert_eq!(office.restarted().one_time_secret(&site("delhi")).expect("kept").0, [5; 32]);
    assert_eq!(office.restarted().key(&site("delhi")), Some(FIRST));
}

#[test]
fn what_cannot_be_stored_has_not_happened() {
    let mut office = Office::with_delhi(FIRST);
    std::fs::remove_file(&office.path).expect("removed");
    std::fs::create_dir_all(office.path.join("in the way")).expect("made");
    let refused = office.register.enrol(&site("pune"), &facts(), login(), [6; 32], NOW);
    assert!(matches!(refused, Err(RegisterError::File(KeyFileError::Write { .. }))));
    assert!(office.register.site(&site("pune")).is_none());
}

#[test]
fn a_register_is_private_and_a_missing_open_cut_changed_or_newer_one_is_refused() {
    let office = Office::with_delhi(FIRST);
    let refused = || Register::load(&office.path).map(|_| ()).expect_err("refused").to_string();
    let text = std::fs::read_to_string(&office.path).expect("read");
    assert_eq!(std::fs::metadata(&office.path).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(matches!(Register::create(&office.path), Err(RegisterError::File(KeyFileError::Exists { .. }))));

    std::fs::set_permissions(&office.path, std::fs::Permissions::from_mode(0o640)).expect("set");
    assert!(refused().contains("chmod 600"));
    std::fs::set_permissions(&office.path, std::fs::Permissions::from_mode(0o600)).expect("set");
    std::fs::write(&office.path, &text[..text.len() / 2]).expect("written");
    assert!(refused().contains("cut short"));
    std::fs::write(&office.path, text.replace("delhi", "dehli")).expect("written");
    assert!(refused().contains("changed"));
    std::fs::write(&office.path, checked::to_text("", &Stored { version: 2, sites: BTreeMap::new() }))
        .expect("written");
    assert!(refused().contains("version 2"));
    std::fs::remove_file(&office.path).expect("removed");
    assert!(refused().contains("does not exist"));
}

#[test]
fn each_box_of_a_site_prints_under_a_letter_of_its_own() {
    let mut office = Office::with_delhi(FIRST);
    let letter = |enrolment: Enrolment| enrolment.series.to_string();
    let replace = |office: &mut Office| office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW);
    assert_eq!(office.register.site(&site("delhi")).expect("known").series.to_string(), "A");
    assert_eq!(letter(replace(&mut office).expect("replaced")), "B");
    // Nobody knows whether a box took the last file and sells without a line: the next one has another letter.
    assert_eq!(letter(replace(&mut office).expect("replaced")), "C");
    let moved = office.register.moved(&site("delhi"), &facts(), NOW).expect("moved");
    assert_eq!(letter(moved), "C");
    let taken = Enrolment::from_bytes(replace(&mut office).expect("replaced").to_text().as_bytes(), None);
    assert_eq!(letter(taken.expect("the box takes it")), "D");
}

/// A record of an opening.
fn at(epoch: u64, seq: u64) -> Position {
    use crate::domain::id::{Epoch, Seq};
    Position { epoch: Epoch::new(epoch, [0; 10]), seq: Seq(seq) }
}

fn borne(series: &str, lives: &[Position]) -> BTreeSet<Borne> {
    [Borne { series: series.parse().expect("a letter"), lives: lives.iter().copied().collect() }].into()
}

fn lives(office: &Office) -> Vec<(Position, String)> {
    let known = office.register.site(&site("delhi")).expect("known");
    known.lives.iter().map(|given| (given.first, given.series.to_string())).collect()
}

#[test]
fn a_restored_card_gets_the_next_letter_once_and_the_next_box_one_after_it() {
    let mut office = Office::with_delhi(FIRST);
    let forked = [at(2, 1), at(1, 11)];
    for _ in 0..3 {
        assert!(office.register.letters(&site("delhi"), &forked, &borne("A", &[])).expect("written"));
        assert_eq!(lives(&office), [(at(1, 11), "C".into()), (at(2, 1), "B".into())]);
        office.register = Register::load(&office.path).expect("read");
    }
    let replaced = office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW).expect("replaced");
    assert_eq!(replaced.series.to_string(), "D");
    // A second one, learned once more by another road.
    let forked = [at(3, 1), at(2, 1), at(1, 11)];
    for _ in 0..2 {
        assert!(office.register.letters(&site("delhi"), &forked, &borne("B", &[at(2, 1)])).expect("written"));
    }
    assert_eq!(lives(&office), [(at(1, 11), "C".into()), (at(2, 1), "B".into()), (at(3, 1), "E".into())]);
    assert!(office.register.letters(&site("nowhere"), &forked, &BTreeSet::new()).is_err());
}

#[test]
fn an_office_from_a_backup_gives_no_letter_that_it_sees_in_use() {
    let mut office = Office::with_delhi(FIRST);
    office.register.letters(&site("delhi"), &[], &borne("D", &[])).expect("written");
    let replaced = office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW).expect("replaced");
    assert_eq!(replaced.series.to_string(), "E");
    office.register.letters(&site("delhi"), &[at(2, 1)], &borne("A", &[])).expect("written");
    assert_eq!(lives(&office), [(at(2, 1), "F".into())]);
    office.register.letters(&site("delhi"), &[at(2, 1)], &borne("F", &[])).expect("written");
    assert_eq!(lives(&office), [(at(2, 1), "G".into())], "another office had given it to another life");
}

#[test]
fn after_zz_the_office_says_that_there_is_no_letter_and_goes_on() {
    let mut office = Office::with_delhi(FIRST);
    office.register.letters(&site("delhi"), &[], &borne("ZY", &[])).expect("written");
    let forked = [at(2, 1), at(1, 11)];
    for _ in 0..2 {
        assert!(!office.register.letters(&site("delhi"), &forked, &BTreeSet::new()).expect("written"));
        assert_eq!(lives(&office), [(at(2, 1), "ZZ".into())]);
    }
    let replaced = office.register.replace(&site("delhi"), &facts(), login(), [6; 32], NOW);
    assert!(replaced.is_err_and(|error| error.to_string().contains("used up")));
}
