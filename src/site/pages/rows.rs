//! Master data for tablets: what changed since they last asked, in the order of its versions.

use super::{Pages, Question};
use crate::domain::id::{Generation, SiteId};
use crate::domain::master::{Row, RowKey, Table, User};
use crate::sync::rows::{Place, Read};
use crate::web::{Fault, Query, Reply};
use crate::wire::row;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// Rows of a page where nobody says how many, and at most.
const USUAL: usize = 500;
const MOST: usize = 2000;
/// Most bytes of a page, about; its last row may go beyond.
const BYTES: usize = 1024 * 1024 - crate::wire::rows::MAX_ROW;

/// What a tablet is given to come back with: `<generation>.<version>`, and on the way there from nothing also where it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site) struct Cursor {
    generation: Generation,
    read: Read,
}

impl Cursor {
    /// All that is here.
    pub(in crate::site) fn all(generation: Generation, version: u64) -> Self {
        Self { generation, read: Read { place: Place::Current(version), began: 0 } }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.read.place {
            Place::Current(version) => write!(f, "{}.{version}", self.generation)?,
            Place::Former(version) => write!(f, "{}.former-{version}", self.generation)?,
        }
        if self.read.began > 0 { write!(f, ".{}", self.read.began) } else { Ok(()) }
    }
}

impl FromStr for Cursor {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(());
        let generation = Generation(part()?.parse().map_err(drop)?);
        let version = part()?;
        let number = |text: &str| text.parse::<u64>().map_err(drop);
        let place = match version.strip_prefix("former-") {
            Some(version) => Place::Former(number(version)?),
            None => Place::Current(number(version)?),
        };
        let began = part().map_or(Ok(0), number)?;
        if parts.next().is_some() { Err(()) } else { Ok(Self { generation, read: Read { place, began } }) }
    }
}

impl Pages {
    pub(super) fn rows(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["after", "limit"])?;
        let rule = format!("a limit is a number from 1 to {MOST}");
        let limit: usize = query.read_as("limit", &rule, "send limit=500")?.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Fault::bad("limit", rule, "send limit=500"));
        }
        let rule = "it is the cursor of an answer before";
        let after: Option<Cursor> = query.read_as("after", rule, "leave it out, and begin anew")?;
        let complete = question.masters.is_complete();
        let kept = self.rows.read();
        let here = kept.cursor();
        // What means nothing any more begins anew, with no other word than `reset`.
        let known = after.filter(|after| after.generation == here.generation).map(|after| after.read);
        let going_on = known.and_then(|read| Some((read, kept.changes(read)?)));
        let reset = going_on.is_none();
        let (read, changes) = match going_on {
            Some(going_on) => going_on,
            None => {
                let beginning = kept.beginning();
                (beginning, kept.changes(beginning).unwrap_or_default())
            }
        };
        let (mut rows, mut bytes, mut place) = (Vec::new(), 0, read.place);
        let mut more = false;
        for (at, key, body) in changes {
            // Those of one version come together, since a cursor stands between versions.
            if (rows.len() >= limit || bytes >= BYTES) && at != place {
                more = true;
                break;
            }
            place = at;
            let Some(key) = key.known() else { continue };
            let Some(told) = told(&self.site, &key, body) else { continue };
            bytes += body.map_or(0, <[u8]>::len) + key.name.len() + 64;
            rows.push(told);
        }
        drop(kept);
        let cursor = match more {
            true => Cursor { generation: here.generation, read: Read { place, began: read.began } },
            false => Cursor::all(here.generation, here.version),
        };
        let cursor = cursor.to_string();
        Ok(Reply::json(&json!({ "reset": reset, "rows": rows, "cursor": cursor, "more": more, "complete": complete })))
    }
}

/// A row as tablets see it; none where it is not for them, or cannot be read.
fn told(site: &SiteId, key: &RowKey, body: Option<&[u8]>) -> Option<Value> {
    if key.table == Table::Life || (key.table == Table::Settings && *key.name != *site.as_str()) {
        return None;
    }
    let row = match body {
        Some(body) => fields(&row::decode(key.table, body).ok()?),
        None => Value::Null,
    };
    Some(json!({ "table": key.table.slug(), "name": key.name, "row": row }))
}

/// The fields of a row; of a person only that there are secrets.
fn fields(row: &Row) -> Value {
    // Every field is named, so that none is added to tablets unseen.
    if let Row::User(User { name, full_name, sites, roles, is_manager, pin_hash, badge_hash }) = row {
        return json!({
            "name": name,
            "full_name": full_name,
            "sites": sites,
            "roles": roles,
            "is_manager": is_manager,
            "has_pin": pin_hash.is_some(),
            "has_badge": badge_hash.is_some(),
        });
    }
    serde_json::to_value(Fields(row)).unwrap_or_default()
}

struct Fields<'a>(&'a Row);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_fields(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let generation = Generation::new(1, [1; 10]);
        let cursor = |place, began| Cursor { generation, read: Read { place, began } };
        for cursor in [cursor(Place::Current(7), 0), cursor(Place::Current(7), 9), cursor(Place::Former(3), 2)] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        assert_eq!(Cursor::all(generation, 7).to_string(), format!("{generation}.7"));
        for broken in ["", "x.1", &format!("{generation}"), &format!("{generation}.x"), &format!("{generation}.1.2.3")]
        {
            assert_eq!(broken.parse::<Cursor>(), Err(()), "{broken}");
        }
    }

    #[test]
    fn what_is_told_of_people_has_no_hash() {
        let user = User {
            name: "wati".try_into().unwrap(),
            full_name: "Wati".try_into().unwrap(),
            sites: vec![],
            roles: vec![],
            is_manager: true,
            pin_hash: Some("$argon2id$secret".into()),
            badge_hash: None,
        };
        let told = fields(&Row::User(user));
        assert!(!told.to_string().contains("argon2"), "{told}");
        assert_eq!((&told["has_pin"], &told["has_badge"]), (&json!(true), &json!(false)));
    }
}
