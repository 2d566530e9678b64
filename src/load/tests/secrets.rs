//! Facts of PINs and badges.

use super::*;
use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;

fn user(rows: &Memory) -> crate::domain::master::User {
    let rows = rows.rows();
    rows.into_iter().find_map(|row| if let Row::User(row) = row { Some(row) } else { None }).unwrap()
}

fn fits(clear: &str, hash: &Option<Box<str>>) -> bool {
    let hash = PasswordHash::new(hash.as_deref().unwrap()).unwrap();
    Argon2::default().verify_password(clear.as_bytes(), &hash).is_ok()
}

#[test]
fn a_pin_and_a_badge_are_kept_as_slow_hashes_alone() {
    let mut rows = Memory::default();
    assert!(rows.take(&[("user.csv", "name,pin,badge\nani,004711,BADGE-9Q7X\n")]).taken);
    let user = user(&rows);
    assert!(fits("004711", &user.pin_hash) && fits("BADGE-9Q7X", &user.badge_hash));
    assert!(user.pin_hash.as_deref().unwrap().starts_with("$argon2id$v=19$m=7168,t=5,p=1$"));
    let holds = |needle: &str| {
        rows.0.values().any(|(bytes, _)| bytes.windows(needle.len()).any(|part| part == needle.as_bytes()))
    };
    assert!(!holds("004711") && !holds("BADGE-9Q7X"));
}

#[test]
fn the_same_pin_again_changes_nothing_and_another_one_does() {
    let mut rows = Memory::default();
    rows.take(&[("user.csv", "name,pin\nani,4711\n")]);
    let before = rows.clone();
    let again = rows.take(&[("user.csv", "name,pin\nani,4711\n")]);
    assert_eq!((again.tables[0].unchanged, again.tables[0].changed), (1, 0));
    assert_eq!(rows, before);
    let other = rows.take(&[("user.csv", "name,pin\nani,4712\n")]);
    assert_eq!(other.tables[0].changed, 1);
    assert!(fits("4712", &user(&rows).pin_hash));
}

#[test]
fn a_line_without_a_pin_leaves_it_and_none_takes_it_away() {
    let mut rows = Memory::default();
    rows.take(&[("user.csv", "name,pin\nani,4711\n")]);
    rows.take(&[("user.csv", "name,full_name\nani,Ani Lestari\n")]);
    assert!(fits("4711", &user(&rows).pin_hash));
    rows.take(&[("user.csv", "name,pin\nani,none\n")]);
    assert_eq!(user(&rows).pin_hash, None);
}

#[test]
fn a_pin_has_4_to_12_digits_and_no_message_says_it() {
    for good in ["1234", "123456789012"] {
        assert!(
            Memory::default()
                .load(&[("user.csv", &format!("name,pin\nani,{good}\n"))], Order { check: true, replace: false })
                .errors
                .is_empty()
        );
    }
    for bad in ["123", "1234567890123", "12a4", "+4711"] {
        let errors = wrong("user.csv", &format!("name,pin\nani,{bad}\n"));
        assert!(errors[0].starts_with("user.csv:2: pin: a PIN has 4 to 12 digits"), "{errors:#?}");
        assert!(!errors[0].contains(bad), "{errors:#?}");
    }
    is_wrong("user.json", "[{\"name\": \"ani\", \"pin\": 4711}]", "user.json:1: pin: ", "in quotes");
    is_wrong("user.csv", "name,badge\nani,1234567\n", "user.csv:2: badge: ", "8 to 64");
    is_wrong("user.csv", "name,pin_hash\nani,4711\n", "user.csv:2: pin_hash: ", "give the pin in clear");
}

#[test]
fn a_thousand_pins_are_hashed_at_once_and_no_more() {
    let csv = |n: usize| {
        let mut text = String::from("name,pin\n");
        (0..n).for_each(|n| text.push_str(&format!("user{n},4711\n")));
        text
    };
    let report = Memory::default().take(&[("user.csv", &csv(MAX_CLEAR + 1))]);
    assert!(report.errors[0].to_string().contains("in parts"), "{report}");
}
