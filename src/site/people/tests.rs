//! Whose a PIN or a badge is.

use super::proof::{Checker, MAX_BADGES, NotProven};
use crate::domain::document::Text;
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, Row, User};
use crate::domain::people::People;
use crate::domain::person::{Act, Person, Proof};
use crate::domain::record::{Entry, Record};
use crate::domain::time::{Quality, Stamp};
use crate::intake::people::{self, Ask, Showing};
use crate::passwords;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use rustix::time::{ClockId, clock_gettime};

fn text(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

/// A hash that costs nothing: argon2 is not what is tried here.
fn cheap(secret: &str) -> Box<str> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2.hash_password_with_salt(secret.as_bytes(), &[7; 16]).unwrap();
    hash.to_string().into()
}

fn user(name: &str, sites: &[&str], pin: Option<&str>, badge: Option<&str>) -> Row {
    Row::User(User {
        name: text(name),
        full_name: text(name),
        sites: sites.iter().map(|site| site.parse().unwrap()).collect(),
        roles: Vec::new(),
        is_manager: false,
        pin_hash: pin.map(cheap),
        badge_hash: badge.map(cheap),
    })
}

fn shown(json: &str) -> Showing {
    let device = "till-1".parse().unwrap();
    match people::read(&device, "me/till-1/login", json.as_bytes()).unwrap() {
        Ask::Login(showing) => showing,
        other => panic!("{other:?}"),
    }
}

fn who(checker: &mut Checker, json: &str, people: &People, masters: &Masters) -> Result<(String, Proof), NotProven> {
    let site: SiteId = "bdg".parse().unwrap();
    let found = checker.who(&shown(json), (people, 10), (masters, &site));
    found.map(|(user, proof)| (user.name.to_string(), proof))
}

#[test]
fn a_pin_is_its_persons_alone_and_only_where_they_work() {
    let mut masters = Masters::default();
    masters.put(user("wati", &[], Some("4711"), None));
    masters.put(user("joko", &["sby"], Some("0815"), None));
    masters.put(user("nina", &["bdg", "sby"], None, None));
    let (mut checker, people) = (Checker::new().unwrap(), People::default());
    let mut who = |json: &str| who(&mut checker, json, &people, &masters);
    assert_eq!(who(r#"{"user":"wati","pin":"4711"}"#), Ok(("wati".into(), Proof::Pin)));
    assert_eq!(who(r#"{"user":"wati","pin":"0815"}"#), Err(NotProven::Wrong(Some(text("wati")))));
    assert_eq!(who(r#"{"user":"joko","pin":"0815"}"#), Err(NotProven::Wrong(None)), "works elsewhere");
    assert_eq!(who(r#"{"user":"nina","pin":"0000"}"#), Err(NotProven::Wrong(Some(text("nina")))), "has no PIN");
    assert_eq!(who(r#"{"user":"4711","pin":"4711"}"#), Err(NotProven::Wrong(None)), "is nobody");
}

#[test]
fn a_badge_is_found_without_a_name_and_forgotten_with_its_hash() {
    let mut masters = Masters::default();
    masters.put(user("wati", &[], None, Some("W-1")));
    masters.put(user("joko", &[], Some("4711"), Some("J-1")));
    let (mut checker, people) = (Checker::new().unwrap(), People::default());
    for _ in 0..2 {
        let found = who(&mut checker, r#"{"badge":"J-1"}"#, &people, &masters);
        assert_eq!(found, Ok(("joko".into(), Proof::Badge)));
    }
    assert_eq!(who(&mut checker, r#"{"badge":"X"}"#, &people, &masters), Err(NotProven::Wrong(None)));
    assert_eq!(who(&mut checker, r#"{"badge":"4711"}"#, &people, &masters), Err(NotProven::Wrong(None)));
    let named = who(&mut checker, r#"{"user":"wati","badge":"J-1"}"#, &people, &masters);
    assert_eq!(named, Err(NotProven::Wrong(Some(text("wati")))));
    masters.put(user("joko", &[], None, Some("J-2")));
    assert_eq!(who(&mut checker, r#"{"badge":"J-1"}"#, &people, &masters), Err(NotProven::Wrong(None)));
}

#[test]
fn a_badge_is_looked_for_among_so_many_and_not_more() {
    let (mut masters, mut checker) = (Masters::default(), Checker::new().unwrap());
    for n in 1..=MAX_BADGES {
        masters.put(user(&format!("u{n}"), &[], None, Some(&format!("B-{n}"))));
    }
    let people = People::default();
    let last = format!(r#"{{"badge":"B-{MAX_BADGES}"}}"#);
    assert!(who(&mut checker, &last, &people, &masters).is_ok());
    masters.put(user("v", &[], None, Some("V")));
    assert_eq!(who(&mut checker, r#"{"badge":"V"}"#, &people, &masters), Err(NotProven::NameNeeded));
    assert!(who(&mut checker, r#"{"user":"v","badge":"V"}"#, &people, &masters).is_ok());
}

#[test]
fn a_temporary_pin_is_known_as_one() {
    let mut masters = Masters::default();
    masters.put(user("wati", &[], Some("4711"), None));
    let act = Act::GavePin { whom: text("wati"), pin_hash: cheap("9999"), until_ms: 20 };
    let entry = Entry::Person(Person { device: "till-1".parse().unwrap(), user: text("sari"), act });
    let mut people = People::default();
    people.apply(&Record { stamp: Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Network }, entry });
    let mut checker = Checker::new().unwrap();
    let proof = |checker: &mut Checker, pin: &str| {
        let json = format!(r#"{{"user":"wati","pin":"{pin}"}}"#);
        who(checker, &json, &people, &masters).map(|(_, proof)| proof)
    };
    assert_eq!(proof(&mut checker, "9999"), Ok(Proof::TemporaryPin));
    assert_eq!(proof(&mut checker, "4711"), Ok(Proof::Pin));
}

/// For `docs/SECURITY.md`: what one guess at a stolen hash costs a core of this machine.
#[test]
#[ignore = "measures; run it alone with --nocapture"]
fn what_a_guess_costs() {
    const GUESSES: u32 = 50;
    let hash = passwords::phc("471108").unwrap();
    let spent = || {
        let spent = clock_gettime(ClockId::ThreadCPUTime);
        spent.tv_sec * 1_000_000 + spent.tv_nsec / 1_000
    };
    let before = spent();
    (0..GUESSES).for_each(|guess| assert!(!passwords::verify(&guess.to_string(), &hash)));
    println!("{} us of a core for each guess", (spent() - before) / i64::from(GUESSES));
}
