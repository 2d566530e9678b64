//! Documents of every kind through the intake: the same from JSON, from CBOR, and from a record on disk.

use super::tests::as_cbor;
use super::*;
use crate::domain::document::tests::any::any_payload;
use crate::domain::document::tests::examples::examples;
use crate::domain::record::Record;
use crate::domain::time::{Quality, Stamp};
use crate::wire::record;
use proptest::prelude::*;
use serde_json::Value;

fn taken(kind: Kind, payload: &[u8]) -> Result<Submitted, String> {
    let topic = format!("tx/till-1/{}", kind.slug());
    let sent = Sent { session: 0, packet: 7, dup: false };
    match read(&"till-1".parse().unwrap(), &topic, payload, sent) {
        Ok(Entry::Submitted(submitted)) => Ok(submitted),
        Ok(other) => panic!("{other:?}"),
        Err(reason) => Err(reason.to_string()),
    }
}

fn same_everywhere(kind: Kind, payload: &Value) -> Result<Submitted, String> {
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
fn every_example_of_the_format_is_taken_and_the_same_everywhere() {
    for (kind, payload) in examples() {
        same_everywhere(kind, &payload).unwrap_or_else(|reason| panic!("{reason}: {payload}"));
    }
}

#[test]
fn a_row_s_unknown_field_is_told_with_its_path() {
    for (kind, mut payload) in examples() {
        let Some(rows) = payload.get_mut("items").and_then(Value::as_array_mut) else { continue };
        rows[0]["colour"] = "red".into();
        let reason = taken(kind, payload.to_string().as_bytes()).unwrap_err();
        assert!(reason.contains("items[0].colour: unknown field"), "{reason}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn json_cbor_and_disk_give_the_same_document((kind, payload) in any_payload()) {
        let _ = same_everywhere(kind, &payload);
    }
}
