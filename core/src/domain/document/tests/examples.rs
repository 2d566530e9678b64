//! The examples in FORMAT.md are true.

use super::*;
use crate::domain::record::{Entry, Record, Sent, Submitted};
use crate::domain::time::{Quality, Stamp};
use crate::intake;
use crate::intake::tests::as_cbor;
use crate::wire::record;

const FORMAT: &str = include_str!("../../../../../FORMAT.md");

/// The examples: kind, and fields with their id.
pub(super) fn examples() -> Vec<(Kind, Value)> {
    let blocks = FORMAT.split("```json ").skip(1);
    let read = |block: &str| {
        let (slug, rest) = block.split_once('\n').unwrap();
        let (json, _) = rest.split_once("```").unwrap();
        (Kind::named(slug).unwrap_or_else(|| panic!("{slug}")), serde_json::from_str(json).expect(json))
    };
    blocks.map(read).collect()
}

/// As the intake reads it.
pub(super) fn taken(kind: Kind, payload: &[u8]) -> Result<Submitted, String> {
    let topic = format!("tx/till-1/{}", kind.slug());
    let sent = Sent { session: 0, packet: 7, dup: false };
    match intake::read(&"till-1".parse().unwrap(), &topic, payload, sent) {
        Ok(Entry::Submitted(submitted)) => Ok(submitted),
        Ok(other) => panic!("{other:?}"),
        Err(reason) => Err(reason.to_string()),
    }
}

/// The same from JSON, from CBOR, and from a record on disk.
pub(super) fn same_everywhere(kind: Kind, payload: &Value) -> Result<Submitted, String> {
    let submitted = taken(kind, payload.to_string().as_bytes());
    assert_eq!(submitted, taken(kind, &as_cbor(payload)), "{payload}");
    let submitted = submitted?;
    let stamp = Stamp { boot_at_ms: 1_793_581_347_000, up_ms: 1, quality: Quality::Network };
    let entry = Entry::Submitted(submitted.clone());
    let bytes = record::body(&stamp, &record::entry(&entry));
    assert_eq!(record::decode(&bytes).unwrap(), Record { stamp, entry }, "{payload}");
    let json = submitted.document.serialize_fields(serde_json::value::Serializer).unwrap();
    assert_eq!(Document::deserialize_as(kind, &json).unwrap(), submitted.document, "{payload}");
    Ok(submitted)
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
        same_everywhere(kind, &payload).unwrap_or_else(|reason| panic!("{reason}: {payload}"));
    }
}

#[test]
fn the_examples_of_one_order_fit_together() {
    let find = |id: &str| {
        let found = examples().into_iter().find(|(_, payload)| payload["id"].as_str().unwrap().ends_with(id)).unwrap();
        same_everywhere(found.0, &found.1).unwrap().document
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
                let reason = taken(kind, odd.to_string().as_bytes()).unwrap_err();
                assert!(reason.contains(&format!("{}[{i}].colour", field.name)), "{reason}");
            }
        }
        let odd = with(&payload, &[("/allocate_advances_automatically", 1.into())]);
        assert!(taken(kind, odd.to_string().as_bytes()).unwrap_err().contains("unknown field"));
    }
}

#[test]
fn a_field_that_must_be_there_is_missed() {
    for (kind, payload) in examples() {
        for field in kind.fields().into_iter().filter(|field| field.required) {
            let without = with(&payload, &[(&format!("/{}", field.name), Value::Null)]);
            let reason = taken(kind, without.to_string().as_bytes()).unwrap_err();
            assert!(reason.contains(&format!("missing field `{}`", field.name)), "{reason}");
        }
    }
}
