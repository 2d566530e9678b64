//! Why a request has no answer that is of use, read from what ERPNext, or something before it, has answered.

use serde_json::Value;

/// Most characters of ERPNext's own words that are kept.
const MAX_WORDS: usize = 600;

/// Why a request has no answer that is of use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// ERPNext has refused it, and would again until something changes there or here.
    #[error("{exc_type} ({status}): {words}")]
    Refused {
        /// HTTP's.
        status: u16,
        /// Frappe's name of the exception, as `NegativeStockError`; empty where it gave none.
        exc_type: String,
        /// What it said to a person, without HTML.
        words: String,
        /// The exception's text: of a duplicate it names the key.
        exception: String,
    },
    /// It may go through later: a deadlock, a timeout, a restart, a line that broke. Whether it was done is not known.
    #[error("{0}")]
    Again(String),
    /// The key is not taken, so nothing will be: a person has to mend that.
    #[error("ERPNext does not take the connector's key: {0}")]
    Denied(String),
}

impl Failure {
    /// True where it is a refusal with this exception.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Refused { exc_type, .. } if exc_type == name)
    }

    /// True where it is a refusal since a value is there already, unless its exception says that it is another field's. ERPNext tells the
    /// exception where its System Settings allow that, and else the field's label alone.
    pub fn is_taken(&self, field: &str, label: &str) -> bool {
        let Self::Refused { exception, words, .. } = self else { return false };
        let says =
            if exception.is_empty() { words.is_empty() || words.contains(label) } else { exception.contains(field) };
        self.is("UniqueValidationError") && says
    }

    /// True where it takes nothing from anybody, though it may answer questions: that says nothing of what it was told.
    pub fn takes_nothing(&self) -> bool {
        matches!(self, Self::Again(why) if why.starts_with(TAKES_NOTHING))
    }

    /// True where somebody has changed the document between two looks of ERPNext's at it: what is there is looked at anew.
    pub fn came_between(&self) -> bool {
        self.is("TimestampMismatchError")
    }
}

/// What an answer that is no success means.
pub(super) fn failure(status: u16, bytes: &[u8]) -> Failure {
    let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    // Version 2 has its errors in a list, and no `exc_type`.
    let second = body.pointer("/errors/0");
    let exc_type = match second {
        Some(error) => text(error.get("type")),
        None => text(body.get("exc_type")),
    };
    let exception = match second {
        Some(error) => text(error.get("exception")),
        None => text(body.get("exception")),
    };
    let mut words = match second {
        Some(error) => plain(&text(error.get("message"))),
        None => said(&text(body.get("_server_messages"))),
    };
    if words.is_empty() {
        words = plain(exception.lines().last().unwrap_or_default());
    }
    let transient = ["QueryDeadlockError", "QueryTimeoutError"];
    let shown = if exc_type.is_empty() { format!("HTTP {status}") } else { exc_type.clone() };
    match status {
        401 => Failure::Denied(words),
        // As 503, or as a refusal: while it is updated it answers questions, and takes nothing.
        _ if takes_nothing(&exc_type, &exception) => Failure::Again(format!("{TAKES_NOTHING}: {shown} {words}")),
        408 | 429 | 502..=504 => Failure::Again(format!("ERPNext answered {shown} {words}").trim_end().to_owned()),
        _ if transient.contains(&exc_type.as_str()) => Failure::Again(shown),
        _ if has_no_database(&exception) => Failure::Again(format!("ERPNext has no database: {shown} {words}")),
        // No word of Frappe's: a proxy in front of one that is being restarted or moved, or a server that is none.
        _ if exc_type.is_empty() && exception.is_empty() => {
            Failure::Again(format!("what answers does not speak as ERPNext does: {shown}"))
        }
        _ => Failure::Refused { status, exc_type, words, exception },
    }
}

/// How it is told that it takes nothing from anybody, whatever else it answers.
const TAKES_NOTHING: &str = "ERPNext takes nothing now";

/// Errors of a database that does so: full disk or table, too many connections, stopping, read only.
const OF_A_DATABASE: [&str; 7] = ["1021", "1040", "1053", "1114", "1290", "1792", "1836"];

/// Frappe's own words for it: it is being updated, or its workers are away.
const OF_FRAPPE: [&str; 2] = ["InReadOnlyMode", "QueueOverloaded"];

/// The number of a database's error.
fn number(exception: &str) -> Option<&str> {
    exception.split_once("OperationalError: (").and_then(|(_, rest)| rest.split(',').next())
}

/// Whether it, its database, or the Redis beside it, takes nothing. The exception may be a whole traceback.
fn takes_nothing(exc_type: &str, exception: &str) -> bool {
    OF_FRAPPE.contains(&exc_type)
        || number(exception).is_some_and(|number| OF_A_DATABASE.contains(&number))
        || exception.lines().any(|line| line.starts_with("redis.exceptions."))
}

/// Errors of the database's client, 2000 to 2999, are about the connection alone, never about what was said over it; but what was said may
/// be what breaks it.
fn has_no_database(exception: &str) -> bool {
    let of_client = |number: &str| {
        number.len() == 4 && number.starts_with('2') && number.bytes().all(|digit| digit.is_ascii_digit())
    };
    number(exception).is_some_and(of_client)
}

/// The human part of `_server_messages`: a JSON list of JSON objects, with HTML in them. What was raised stands last there, behind hints
/// that may be many: here it is the first.
fn said(messages: &str) -> String {
    let lines: Vec<String> = serde_json::from_str(messages).unwrap_or_default();
    let read = |line: &String| serde_json::from_str(line).unwrap_or(Value::Null);
    let is_raised =
        |message: &Value| message.get("raise_exception").is_some_and(|raised| *raised != 0 && *raised != false);
    let (raised, hints): (Vec<Value>, Vec<Value>) = lines.iter().map(read).partition(is_raised);
    let text = |message: &Value| message.get("message").and_then(Value::as_str).map(plain);
    raised.iter().chain(&hints).filter_map(text).collect::<Vec<_>>().join("; ").chars().take(MAX_WORDS).collect()
}

/// Text without its HTML.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out.trim().chars().take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_raised_is_told_before_the_hints_however_many_there_are() {
        let hint = json!({"message": "Row 1: Expense Head changed to Stock Received But Not Billed"}).to_string();
        let raised = json!({"message": "Books have been closed", "raise_exception": 1}).to_string();
        let messages = json!([hint, hint, hint, hint, hint, hint, hint, hint, hint, hint, hint, raised]).to_string();
        let told = json!({"exc_type": "ValidationError", "exception": "x", "_server_messages": messages}).to_string();
        let Failure::Refused { words, .. } = super::failure(417, told.as_bytes()) else { panic!("{told}") };
        assert!(words.starts_with("Books have been closed; Row 1: "), "{words}");
        assert_eq!(words.chars().count(), MAX_WORDS);
    }

    #[test]
    fn what_may_go_through_later_is_told_from_what_will_not() {
        let refused = br#"{"exception":"erpnext.stock.NegativeStockError: x","exc_type":"NegativeStockError",
            "_server_messages":"[\"{\\\"message\\\": \\\"2.0 units of <a href='#'>Item X</a> needed\\\"}\"]"}"#;
        let failure = super::failure(417, refused);
        assert!(failure.is("NegativeStockError"));
        assert!(failure.to_string().ends_with("2.0 units of Item X needed"), "{failure}");
        let deadlock = br#"{"exc_type":"QueryDeadlockError","exception":"1213"}"#;
        assert!(matches!(super::failure(500, deadlock), Failure::Again(_)));
        assert!(matches!(super::failure(500, br#"{"exc_type":"AttributeError"}"#), Failure::Refused { .. }));
        let other = br#"{"exc_type":"OperationalError","exception":"pymysql.err.OperationalError: (1292, \"Incorrect date\")"}"#;
        assert!(matches!(super::failure(500, other), Failure::Refused { .. }));
        for (number, passes) in [
            ("2003", true),
            ("2013", true),
            ("1999", false),
            ("3000", false),
            ("200", false),
            ("1290", true),
            ("1054", false),
        ] {
            let told = format!(r#"{{"exc_type":"X","exception":"pymysql.err.OperationalError: ({number}, 'x')"}}"#);
            let passing = matches!(super::failure(500, told.as_bytes()), Failure::Again(_));
            assert_eq!(passing, passes, "{number}");
        }
        let traceback = r"Traceback (most recent call last):\n  File x\nredis.exceptions.ConnectionError: Error 111";
        for (status, told) in [
            (503, r#"{"exc_type":"InReadOnlyMode","exception":"frappe.exceptions.InReadOnlyMode"}"#.to_owned()),
            (417, r#"{"exc_type":"QueueOverloaded","exception":"frappe.exceptions.QueueOverloaded"}"#.to_owned()),
            (500, format!(r#"{{"errors":[{{"type":"ConnectionError","message":"","exception":"{traceback}"}}]}}"#)),
        ] {
            assert!(super::failure(status, told.as_bytes()).takes_nothing(), "{told}");
        }
        let queue = br#"{"exc_type":"ConnectionError","exception":"redis.exceptions.ConnectionError: Error 111"}"#;
        assert!(matches!(super::failure(500, queue), Failure::Again(_)));
        assert!(matches!(super::failure(502, b"<html>bad gateway</html>"), Failure::Again(_)));
        for status in [301, 403, 404, 413, 500] {
            assert!(matches!(super::failure(status, b"<html>a proxy's word</html>"), Failure::Again(_)), "{status}");
        }
        assert!(matches!(super::failure(401, b"{}"), Failure::Denied(_)));
        let second =
            br#"{"errors":[{"type":"UniqueValidationError","message":"Outpost ID must be unique","exception":"e"}]}"#;
        assert!(super::failure(417, second).is("UniqueValidationError"));
        let of = |more: &str| {
            let body = format!(r#"{{"exc_type":"UniqueValidationError"{more},"_server_messages":"[\"{{}}\"]"}}"#);
            super::failure(417, body.as_bytes()).is_taken("outpost_id", "Outpost ID")
        };
        let of_key =
            |key: &str| of(&format!(r#","exception":"IntegrityError(1062, 'Duplicate entry for key {key}')""#));
        assert_eq!((of(""), of_key("outpost_id"), of_key("tax_id")), (true, true, false));
    }
}
