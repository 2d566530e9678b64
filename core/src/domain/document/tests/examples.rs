//! The examples in FORMAT.md are true.

use super::*;

const FORMAT: &str = include_str!("../../../../../FORMAT.md");

/// The examples: kind, and fields with their id.
pub(crate) fn examples() -> Vec<(Kind, Value)> {
    let blocks = FORMAT.split("```json ").skip(1);
    let read = |block: &str| {
        let (slug, rest) = block.split_once('\n').unwrap();
        let (json, _) = rest.split_once("```").unwrap();
        (Kind::named(slug).unwrap_or_else(|| panic!("{slug}")), serde_json::from_str(json).expect(json))
    };
    blocks.map(read).collect()
}

/// As [`read`], of a payload.
pub(super) fn taken(kind: Kind, payload: &Value) -> Result<Document, String> {
    read(kind, &with(payload, &[("/id", Value::Null), ("/user", Value::Null)]))
}

#[test]
fn every_kind_has_an_example_and_every_example_is_taken() {
    let examples = examples();
    for kind in Kind::ALL {
        assert!(examples.iter().any(|(shown, _)| shown == kind), "{}", kind.slug());
        let row = format!("| {} |", kind.abbreviation());
        let listed = FORMAT.contains(&row) || FORMAT.contains(&format!(" {}", kind.abbreviation()));
        assert!(listed && FORMAT.contains(&format!("`{}`", kind.slug())), "{}", kind.slug());
    }
    for (kind, payload) in examples {
        taken(kind, &payload).unwrap_or_else(|reason| panic!("{reason}: {payload}"));
    }
}

#[test]
fn the_examples_of_one_order_fit_together() {
    let find = |id: &str| {
        let found = examples().into_iter().find(|(_, payload)| payload["id"].as_str().unwrap().ends_with(id)).unwrap();
        taken(found.0, &found.1).unwrap()
    };
    let (order, deposit, invoice, balance) = (find("ad"), find("ae"), find("b0"), find("b1"));
    assert_eq!(allows(&order, Some("1"), Progress::Billed), Some("2".into()));
    assert_eq!(allows(&deposit, None, Progress::Used), Some("100000".into()));
    assert_eq!(allows(&deposit, Some("1"), Progress::Used), Some("100000".into()));
    // 10 % of 500,000 off.
    let booked = Booked { total: Some(n("450000")), ..Booked::default() };
    assert_eq!(invoice.rules().allows(&booked, None, Progress::Paid), Some(n("350000")));
    assert_eq!(effects(&balance).steps[0].by, n("350000"));
    assert_eq!(
        steps(&effects(&invoice))[2..],
        [
            "Used of 01936e5b-5a00-7000-8000-0123456789ae all by 100000",
            "Used of 01936e5b-5a00-7000-8000-0123456789ae 1 by 100000"
        ]
    );
    assert_eq!(settles(&find("ab"), "55600"), Ok(()));
}

#[test]
fn a_field_that_nobody_knows_is_refused_in_every_table() {
    for (kind, payload) in examples() {
        for field in kind.fields() {
            let Some(rows) = payload.get(field.name).and_then(Value::as_array) else { continue };
            for i in 0..rows.len() {
                let odd = with(&payload, &[(&format!("/{}/{i}/colour", field.name), "red".into())]);
                let reason = taken(kind, &odd).unwrap_err();
                assert!(reason.contains("unknown field `colour`"), "{reason}");
            }
        }
        let odd = with(&payload, &[("/allocate_advances_automatically", 1.into())]);
        assert!(taken(kind, &odd).unwrap_err().contains("unknown field"));
    }
}

#[test]
fn a_field_that_must_be_there_is_missed() {
    for (kind, payload) in examples() {
        for field in kind.fields().into_iter().filter(|field| field.required) {
            let without = with(&payload, &[(&format!("/{}", field.name), Value::Null)]);
            let reason = taken(kind, &without).unwrap_err();
            assert!(reason.contains(&format!("missing field `{}`", field.name)), "{reason}");
        }
    }
}
