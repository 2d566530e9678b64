//! PINs and badges: in clear in the file, as slow hashes in the rows.
//!
//! A hash that is there and still fits stays, so that loading a file twice changes nothing; a user whose line gives neither PIN
//! nor hash keeps theirs. No message says a PIN.

use super::plan::Plan;
use crate::domain::master::{Row, Table};
use crate::domain::person::PIN_DIGITS;
use crate::passwords;
use argon2::password_hash::phc::PasswordHash;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Characters of a badge's barcode: at least so many, since nothing else is asked of who shows it, and at most what a label of Code 128
/// holds at a readable width.
const BADGE_SIGNS: RangeInclusive<usize> = 8..=64;
/// Most PINs and badges in clear in one load: each takes a twentieth of a second or more to hash.
pub(super) const MAX_CLEAR: usize = 1000;
/// What stands in a file where a PIN or badge is to count no more.
const NONE: &str = "none";

/// What a line says about one secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Secret {
    /// Nothing: what is there stays.
    #[default]
    Kept,
    /// Its hash stands in the row.
    Hashed,
    /// There is to be none.
    Removed,
    /// This one.
    Clear(Box<str>),
}

/// What a line says about a user's secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Secrets {
    pub(super) pin: Secret,
    pub(super) badge: Secret,
}

impl Secrets {
    /// How many of them have to be hashed.
    pub(super) fn clear(&self) -> usize {
        [&self.pin, &self.badge].into_iter().filter(|secret| matches!(secret, Secret::Clear(_))).count()
    }

    /// Takes the secrets out of a line; or the field and the rule that it breaks.
    pub(super) fn take(table: Table, fields: &mut Map<String, Value>) -> Result<Self, (&'static str, String)> {
        if table != Table::User {
            return Ok(Self::default());
        }
        let pin = one(fields, "pin", "pin_hash", |pin| {
            let digits = pin.bytes().all(|byte| byte.is_ascii_digit());
            let fits = digits && PIN_DIGITS.contains(&pin.len());
            let (least, most) = (PIN_DIGITS.start(), PIN_DIGITS.end());
            fits.then_some(())
                .ok_or_else(|| format!("a PIN has {least} to {most} digits, and nothing else: choose another"))
        })?;
        let badge = one(fields, "badge", "badge_hash", |badge| {
            let printable = badge.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            let fits = printable && BADGE_SIGNS.contains(&badge.len());
            let (least, most) = (BADGE_SIGNS.start(), BADGE_SIGNS.end());
            fits.then_some(()).ok_or_else(|| {
                format!("a badge's code has {least} to {most} letters, digits and signs of ASCII: print a longer, random one")
            })
        })?;
        Ok(Self { pin, badge })
    }
}

fn one(
    fields: &mut Map<String, Value>,
    clear: &'static str,
    hashed: &'static str,
    rule: impl Fn(&str) -> Result<(), String>,
) -> Result<Secret, (&'static str, String)> {
    let given = match fields.remove(clear) {
        None => None,
        Some(Value::String(text)) => Some(text),
        // A leading zero is part of a PIN, and a number has none.
        Some(_) => return Err((clear, "it is text, in quotes: a number loses its zeros".into())),
    };
    match (given, fields.get(hashed).and_then(Value::as_str)) {
        (Some(_), Some(_)) => Err((clear, format!("{hashed} is given too: take one out"))),
        (Some(text), None) if text == NONE => Ok(Secret::Removed),
        (Some(text), None) => rule(&text).map(|()| Secret::Clear(text.into())).map_err(|rule| (clear, rule)),
        (None, Some(hash)) => match PasswordHash::new(hash) {
            Ok(hash) if hash.algorithm.as_str() == "argon2id" && hash.hash.is_some() => Ok(Secret::Hashed),
            _ => Err((
                hashed,
                format!("it is no argon2id hash in PHC form: give the {clear} in clear, it is hashed here"),
            )),
        },
        (None, None) => Ok(Secret::Kept),
    }
}

/// Puts the hashes into the users that are to be taken.
pub(super) fn hash_all(plan: &mut Plan<'_>) -> Result<(), String> {
    for at in 0..plan.files.rows.len() {
        let found = &plan.files.rows[at];
        let Row::User(user) = &found.row else { continue };
        if let (Secret::Kept | Secret::Hashed, Secret::Kept | Secret::Hashed) =
            (&found.secrets.pin, &found.secrets.badge)
        {
            continue;
        }
        let before = plan.before.user(user.name.as_str());
        let (pin, badge) =
            (before.and_then(|user| user.pin_hash.as_deref()), before.and_then(|user| user.badge_hash.as_deref()));
        let mut user = user.clone();
        set(&mut user.pin_hash, &found.secrets.pin, pin)?;
        set(&mut user.badge_hash, &found.secrets.badge, badge)?;
        plan.put(at, Row::User(user));
    }
    Ok(())
}

fn set(hash: &mut Option<Box<str>>, secret: &Secret, before: Option<&str>) -> Result<(), String> {
    match secret {
        Secret::Kept | Secret::Hashed => {}
        Secret::Removed => *hash = None,
        Secret::Clear(clear) => match before {
            Some(before) if passwords::verify(clear, before) => *hash = Some(before.into()),
            _ => *hash = Some(passwords::phc(clear).map_err(|error| error.to_string())?.into()),
        },
    }
    Ok(())
}
