use super::*;
use crate::wire::cbor;
use proptest::prelude::*;
use serde_json::{Value, json};

const SENT: Sent = Sent { session: 0, packet: 7, dup: false };
const ID: &str = "01936e5b-5a00-7000-8000-0123456789ab";

fn device() -> DeviceId {
    "till-1".parse().unwrap()
}

fn sale() -> Value {
    // The shape of a real till's sales.
    json!({"id": ID, "customer": "Bu Sari", "posting_date": "2026-11-02", "posting_time": "01:02:27",
        "items": [{"item_code": "CLOTH-001", "qty": "1", "rate": "48000", "uom": "Nos", "warehouse": "Bandung - TW"},
                  {"item_code": "BTN-014", "qty": "10", "rate": "12500", "uom": "Nos", "warehouse": "Bandung - TW"}],
        "payments": [{"mode_of_payment": "Cash", "amount": "173000"}], "user": "wati"})
}

fn read_json(leaf: &str, value: &Value) -> Result<Entry, Reason> {
    read(&device(), leaf, value.to_string().as_bytes(), SENT)
}

fn invoice(value: &Value) -> Result<Entry, Reason> {
    read_json("tx/till-1/sales-invoice", value)
}

fn bare_weight(text: &str) -> Result<String, Code> {
    match read(&device(), "in/till-1/weight", text.as_bytes(), SENT) {
        Ok(Entry::Weight(weight)) => Ok(format!("{} {}", weight.weight, weight.unit)),
        Ok(other) => panic!("{other:?}"),
        Err(reason) => Err(reason.code),
    }
}

fn bare_scan(bytes: &[u8]) -> Result<String, Code> {
    match read(&device(), "in/till-1/scan", bytes, SENT) {
        Ok(Entry::Scan(scan)) => Ok(scan.code),
        Ok(other) => panic!("{other:?}"),
        Err(reason) => Err(reason.code),
    }
}

#[test]
fn a_sale_is_read_with_its_id_its_user_and_every_digit() {
    let Ok(Entry::Submitted(submitted)) = invoice(&sale()) else { panic!("refused") };
    assert_eq!(submitted.id.to_string(), ID);
    assert_eq!(submitted.user.unwrap().as_str(), "wati");
    let Document::SalesInvoice(invoice) = submitted.document else { panic!("another kind") };
    assert_eq!(invoice.net_total().unwrap().to_string(), "173000");
    assert_eq!(invoice.items[1].qty.to_string(), "10");
}

#[test]
fn numbers_keep_their_digits_though_no_float_could() {
    let text = sale().to_string().replace("\"48000\"", "48000.123456789");
    let Ok(Entry::Submitted(submitted)) = read(&device(), "tx/till-1/sales-invoice", text.as_bytes(), SENT) else {
        panic!("refused")
    };
    let Document::SalesInvoice(invoice) = submitted.document else { panic!("another kind") };
    assert_eq!(invoice.items[0].rate.to_string(), "48000.123456789");
}

#[test]
fn what_is_wrong_is_told_with_its_path() {
    let told = |change: &dyn Fn(&mut Value)| {
        let mut value = sale();
        change(&mut value);
        invoice(&value).expect_err("taken").to_string()
    };
    type Change<'a> = &'a dyn Fn(&mut Value);
    let cases: [(Change, &str); 14] = [
        (&|v| v["items"][1]["qty"] = json!("x"), "field: items[1].qty: \"x\" is not a decimal number"),
        (&|v| v["items"][1]["qty"] = json!(0), "rule: items[1].qty: 0 is not above zero"),
        (&|v| v["items"][1]["rate"] = json!(1.0000000001), "field: items[1].rate: 1.0000000001 has more than 9"),
        (&|v| v["items"][0]["colour"] = json!("red"), "field: items[0].colour: unknown field `colour`"),
        (&|v| v["items"][0] = json!(["CLOTH-001", "1", "2"]), "field: items[0]: invalid type: a list"),
        (&|v| v["items"] = json!({}), "field: items: invalid type: an object"),
        (&|v| v["customer"] = json!(5), "field: customer: invalid type: a number"),
        (&|v| v["customer"] = json!(5.5), "field: customer: invalid type: a number"),
        (&|v| v["customer"] = json!(" x"), "field: customer: \" x\" is empty or has blanks"),
        (&|v| v["posting_date"] = json!("31-12-2026"), "field: posting_date: "),
        (&|v| v["update_stock"] = json!(2), "field: update_stock: 2 is neither 0 nor 1"),
        (&|v| v["user"] = json!(1), "field: user: "),
        (&|v| v["docstatus"] = json!(1), "field: docstatus: unknown field `docstatus`"),
        (&|v| drop(v.as_object_mut().unwrap().remove("customer")), "field: missing field `customer`"),
    ];
    for (change, expected) in cases {
        let reason = told(change);
        assert!(reason.starts_with(expected), "{reason}\nexpected {expected}");
    }
}

#[test]
fn a_field_given_twice_is_refused_wherever_it_stands() {
    let text = sale().to_string();
    for (once, twice) in [
        ("\"uom\":\"Nos\"", "\"uom\":\"Nos\",\"uom\":\"Kg\""),
        ("\"user\":\"wati\"", "\"user\":\"wati\",\"user\":\"joko\""),
        ("\"customer\":\"Bu Sari\"", "\"customer\":\"Bu Sari\",\"customer\":\"Bu Sari\""),
    ] {
        assert!(text.contains(once), "{once}");
        let reason = read(&device(), "tx/till-1/sales-invoice", text.replacen(once, twice, 1).as_bytes(), SENT);
        let reason = reason.unwrap_err().to_string();
        assert!(reason.contains("given twice"), "{reason}");
    }
}

#[test]
fn an_id_must_be_a_uuid_that_somebody_made() {
    let code = |id: Value| {
        let mut value = sale();
        value["id"] = id;
        invoice(&value).map(|_| ()).map_err(|reason| reason.code)
    };
    assert_eq!(code(json!(ID)), Ok(()));
    assert_eq!(code(Value::Null), Err(Code::NoId));
    assert_eq!(code(json!("1")), Err(Code::BadId));
    assert_eq!(code(json!(1)), Err(Code::BadId));
    assert_eq!(code(json!("00000000-0000-0000-0000-000000000000")), Err(Code::BadId));
}

#[test]
fn topics_are_taken_exactly() {
    let code = |topic: &str| read(&device(), topic, b"899", SENT).map(|_| ()).map_err(|reason| reason.code);
    assert_eq!(code("in/till-1/scan"), Ok(()));
    assert_eq!(code("in/till-2/scan"), Err(Code::NotYours));
    assert_eq!(code("tx/till-1/Sales Invoice"), Err(Code::UnknownDocument));
    for topic in
        ["", "in", "in/till-1", "in/till-1/", "in/till-1/scan/", "/in/till-1/scan", "IN/till-1/scan", "state/x/y"]
    {
        assert_eq!(code(topic), Err(Code::UnknownTopic), "{topic}");
    }
}

#[test]
fn a_payload_is_taken_at_its_limit_and_refused_past_it() {
    let pad = |n: usize| format!("{}{}", sale(), " ".repeat(n));
    let room = MAX_PAYLOAD - pad(0).len();
    let at = |n| read(&device(), "tx/till-1/sales-invoice", pad(n).as_bytes(), SENT).map(|_| ()).map_err(|r| r.code);
    assert_eq!(at(room), Ok(()));
    assert_eq!(at(room + 1), Err(Code::TooLarge));
}

#[test]
fn a_code_is_taken_at_its_limit_and_refused_past_it() {
    assert!(bare_scan(&vec![b'9'; MAX_CODE]).is_ok());
    assert_eq!(bare_scan(&vec![b'9'; MAX_CODE + 1]), Err(Code::Rule));
    let mut with_end = vec![b'9'; MAX_CODE];
    with_end.extend_from_slice(b"\r\n");
    assert!(bare_scan(&with_end).is_ok(), "the line end is not part of the code");
}

#[test]
fn depth_and_fields_are_taken_at_their_limits_and_refused_past_them() {
    let nested = |n: usize| format!("{{\"a\":{}1.5{}}}", "[".repeat(n - 1), "]".repeat(n - 1));
    let tree = |text: String| Tree::read(text.as_bytes()).unwrap().map_err(|reason| reason.code);
    assert!(tree(nested(tree::MAX_DEPTH)).is_ok());
    assert_eq!(tree(nested(tree::MAX_DEPTH + 1)), Err(Code::TooDeep));
    let deep_cbor = [&[0xa1, 0x61, b'a'][..], &[0x81; 200][..], &[0x01]].concat();
    assert_eq!(Tree::read(&deep_cbor).unwrap().unwrap_err().code, Code::TooDeep);
    let fields = |n: usize| format!("{{{}}}", (0..n).map(|i| format!("\"f{i}\":1")).collect::<Vec<_>>().join(","));
    assert!(tree(fields(tree::MAX_FIELDS)).is_ok());
    assert_eq!(tree(fields(tree::MAX_FIELDS + 1)), Err(Code::Field));
}

#[test]
fn codes_keep_their_group_separators_and_lose_only_the_line_end() {
    assert_eq!(bare_scan(b"0108991\x1d10LOT\x1d21\r\n").unwrap(), "0108991\u{1d}10LOT\u{1d}21");
    assert_eq!(bare_scan(b"\x1d\x00\x07 a \t").unwrap(), "\u{1d}\0\u{7} a \t");
    assert_eq!(bare_scan(b"\r\n"), Err(Code::Empty));
    assert_eq!(bare_scan(b""), Err(Code::Empty));
    assert_eq!(bare_scan(b"99\xff"), Err(Code::Format), "not UTF-8");
    assert_eq!(bare_scan(br#"{"code":"a\u001db"}"#).unwrap(), "a\u{1d}b");
    assert_eq!(bare_scan(br#"{"code":"a","x":1}"#), Err(Code::Field));
    assert_eq!(bare_scan(b"{12}"), Err(Code::Format));
}

#[test]
fn weights_are_read_as_scales_send_them() {
    for (text, expected) in [
        ("1.250 kg", "1.25 kg"),
        ("  1.250kg\r\n", "1.25 kg"),
        ("0,5kg", "0.5 kg"),
        ("0,500 g", "0.5 g"),
        ("1,250 kg", "1.25 kg"),
        ("12,5 g", "12.5 g"),
        ("1250,125 g", "1250.125 g"),
        ("-3 g", "-3 g"),
        ("+3 g", "3 g"),
        ("7 pcs", "7 pcs"),
    ] {
        assert_eq!(bare_weight(text).as_deref(), Ok(expected), "{text}");
    }
    for (text, code) in [
        ("1,250 g", Code::Ambiguous),
        ("1.250,5 kg", Code::Ambiguous),
        ("1,250.5 kg", Code::Ambiguous),
        ("1,2,3 kg", Code::Ambiguous),
        ("1.2.3 kg", Code::Field),
        ("1 2 kg", Code::Field),
        ("1.5", Code::Field),
        ("kg", Code::Field),
        ("ST,GS,+1.250kg", Code::Field),
        ("", Code::Empty),
        (" \r\n", Code::Empty),
    ] {
        assert_eq!(bare_weight(text), Err(code), "{text}");
    }
    let told = read_json("in/till-1/weight", &json!({"weight": "1.250", "unit": "kg", "id": ID}));
    assert!(matches!(told, Ok(Entry::Weight(weight)) if weight.id.is_some() && weight.weight.to_string() == "1.25"));
}

#[test]
fn a_float_in_cbor_is_refused_and_names_the_remedy() {
    #[derive(serde::Serialize)]
    struct Floats {
        weight: f64,
        unit: &'static str,
    }
    let bytes = cbor::to_vec(&Floats { weight: 1.5, unit: "kg" });
    let reason = read(&device(), "in/till-1/weight", &bytes, SENT).unwrap_err();
    assert_eq!(reason.to_string(), "field: weight: a float is not exact: send the number as text, like \"12.50\"");
}

#[test]
fn cbor_with_numbers_for_field_names_is_refused() {
    // {0: "899"}: serde would take it for the first field.
    assert_eq!(bare_scan(&[0xa1, 0x00, 0x63, b'8', b'9', b'9']), Err(Code::Format));
}

#[test]
fn an_id_in_cbor_may_be_its_sixteen_bytes() {
    let id: Uuid = ID.parse().unwrap();
    let mut bytes = vec![0xa2, 0x62, b'i', b'd', 0x50];
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend_from_slice(&[0x64, b'c', b'o', b'd', b'e', 0x61, b'x']);
    let Ok(Entry::Scan(scan)) = read(&device(), "in/till-1/scan", &bytes, SENT) else { panic!("refused") };
    assert_eq!(scan.id, Some(IntentId(id)));
    let marked = [&[0xd9, 0xd9, 0xf7][..], &bytes].concat();
    assert!(read(&device(), "in/till-1/scan", &marked, SENT).is_ok(), "marked as CBOR");
    assert_eq!(id_of(&bytes), Some(IntentId(id)));
}

#[test]
fn a_refusal_keeps_the_beginning_and_a_reason_stays_short() {
    let reason = Reason::new(Code::Rule, "ö".repeat(reason::MAX_TEXT + 1));
    assert_eq!(reason.text.chars().count(), reason::MAX_TEXT);
    let entry = refused(&device(), &"ö".repeat(REFUSED_TOPIC + 1), &[1; REFUSED_BYTES + 1], SENT, &reason);
    let Entry::Refused(refused) = entry else { panic!("another entry") };
    assert_eq!((refused.bytes.len(), refused.topic.chars().count()), (REFUSED_BYTES, REFUSED_TOPIC));
    assert_eq!(id_of(sale().to_string().as_bytes()).unwrap().to_string(), ID);
    assert_eq!(id_of(b"899"), None);
}

#[test]
fn the_written_codes_are_those_of_the_format() {
    for code in Code::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), json!(code.as_str()));
    }
}

#[test]
fn a_receipt_has_every_field_always() {
    use crate::domain::booked::Mark;
    use crate::domain::id::{Epoch, Position, RecordHash, Seq};
    use crate::domain::outcome::{Fate, Hold};
    let site = "bandung".parse().unwrap();
    let reason = Reason::new(Code::Qos, "publish at QoS 1");
    let mut receipt = Receipt {
        id: Some(IntentId(ID.parse().unwrap())),
        status: Status::Recorded,
        site: &site,
        position: Position { epoch: Epoch(ID.parse().unwrap()), seq: Seq(42) },
        hash: RecordHash([0xab; 32]),
        at_ms: 1_793_581_347_000,
        reason: None,
        packet: Some(7),
        number: Some("BDG-SI-A000042"),
        total: Some("7004".parse().unwrap()),
        marks: &[Mark::Unchecked],
        outcome: None,
    };
    let expected = concat!(
        r#"{"id":"01936e5b-5a00-7000-8000-0123456789ab","status":"recorded","site":"bandung","#,
        r#""epoch":"01936e5b-5a00-7000-8000-0123456789ab","seq":42,"hash":"abababab","at":"2026-11-02T01:02:27Z","#,
        r#""reason":null,"number":"BDG-SI-A000042","total":"7004","marks":["unchecked"],"outcome":null,"packet":7}"#
    );
    assert_eq!(String::from_utf8(receipt.to_json()).unwrap(), expected);
    (receipt.status, receipt.id, receipt.reason) = (Status::Refused, None, Some(&reason));
    let written: Value = serde_json::from_slice(&receipt.to_json()).unwrap();
    assert_eq!(written["reason"], json!({"code": "qos", "text": "publish at QoS 1"}));
    assert_eq!(written["id"], Value::Null);
    let held = Fate::held(Hold::Stock, "too little");
    (receipt.status, receipt.outcome) = (Status::from(&held), Some(&held));
    let written: Value = serde_json::from_slice(&receipt.to_json()).unwrap();
    assert_eq!(written["status"], "held");
    assert_eq!(written["outcome"], json!({"held": {"hold": "stock", "why": "too little"}}));
}

fn any_sale() -> impl Strategy<Value = Value> {
    let amount = "[0-9]{1,9}(\\.[0-9]{1,9})?";
    let row = ("[A-Z]{1,6}-[0-9]{3}", amount, amount, proptest::option::of("[A-Za-z]{1,5}"), any::<bool>());
    let row = row.prop_map(|(code, qty, rate, uom, as_number)| {
        let mut row = json!({"item_code": code, "qty": qty, "rate": rate});
        if as_number {
            row["qty"] = json!(qty.split('.').next().unwrap().parse::<u64>().unwrap());
        }
        if let Some(uom) = uom {
            row["uom"] = json!(uom);
        }
        row
    });
    let rows = proptest::collection::vec(row, 0..5);
    (rows, "[a-zé]{0,9}", any::<bool>(), any::<u128>()).prop_map(|(rows, customer, stock, id)| {
        json!({"items": rows, "customer": customer, "update_stock": stock, "set_warehouse": "W",
            "id": Uuid::from_u128(id).to_string()})
    })
}

/// The same value as CBOR, a whole number as one.
pub(super) fn as_cbor(value: &Value) -> Vec<u8> {
    fn tree(value: &Value) -> ciborium::Value {
        match value {
            Value::Null => ciborium::Value::Null,
            Value::Bool(flag) => ciborium::Value::Bool(*flag),
            Value::Number(number) => ciborium::Value::Integer(number.as_u64().expect("whole").into()),
            Value::String(text) => ciborium::Value::Text(text.clone()),
            Value::Array(list) => ciborium::Value::Array(list.iter().map(tree).collect()),
            Value::Object(map) => {
                ciborium::Value::Map(map.iter().map(|(k, v)| (ciborium::Value::Text(k.clone()), tree(v))).collect())
            }
        }
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&tree(value), &mut bytes).unwrap();
    bytes
}

proptest! {
    #[test]
    fn json_and_cbor_of_one_document_give_the_same_entry(sale in any_sale()) {
        let topic = "tx/till-1/sales-invoice";
        let from_json = read(&device(), topic, sale.to_string().as_bytes(), SENT);
        let from_cbor = read(&device(), topic, &as_cbor(&sale), SENT);
        prop_assert_eq!(from_json, from_cbor);
    }

    #[test]
    fn garbage_is_refused_or_read_and_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), as_cbor in any::<bool>()) {
        let mut bytes = bytes;
        if as_cbor && !bytes.is_empty() {
            bytes[0] = 0xa0 | (bytes[0] & 0x1f);
        }
        for topic in ["in/till-1/scan", "in/till-1/weight", "tx/till-1/sales-invoice", "tx/till-1/stock-entry"] {
            let _ = read(&device(), topic, &bytes, SENT);
        }
        let _ = id_of(&bytes);
    }

    #[test]
    fn mutated_sales_are_refused_or_read_and_never_panic(sale in any_sale(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cbor in any::<bool>()) {
        let mut bytes = if cbor { as_cbor(&sale) } else { sale.to_string().into_bytes() };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Err(reason) = read(&device(), "tx/till-1/sales-invoice", &bytes, SENT) {
            prop_assert!(!reason.text.is_empty());
        }
        bytes.truncate(at);
        prop_assert!(read(&device(), "tx/till-1/sales-invoice", &bytes, SENT).is_err());
    }
}

#[test]
fn a_cancellation_names_its_document_and_says_why() {
    let device: DeviceId = "till-1".parse().unwrap();
    let read = |payload: &str| super::read(&device, "tx/till-1/cancellation", payload.as_bytes(), SENT);
    let (id, document) = ("01936e5b-5a00-7000-8000-0123456789ab", "01936e5b-5a00-7000-8000-0123456789ac");
    let entry = read(&format!(r#"{{"id":"{id}","user":"wati","document":"{document}","reason":"twice"}}"#)).unwrap();
    let Entry::Cancelled(cancelled) = entry else { panic!("{entry:?}") };
    assert_eq!((cancelled.id.to_string(), cancelled.document.to_string()), (id.into(), document.into()));
    assert_eq!((cancelled.reason.as_str(), cancelled.approved_by), ("twice", None));
    for (payload, code) in [
        (format!(r#"{{"document":"{document}","reason":"x"}}"#), Code::NoId),
        (format!(r#"{{"id":"{id}","reason":"x"}}"#), Code::Field),
        (format!(r#"{{"id":"{id}","document":"SINV-1","reason":"x"}}"#), Code::BadId),
        (format!(r#"{{"id":"{id}","document":"{document}"}}"#), Code::Field),
        (format!(r#"{{"id":"{id}","document":"{document}","reason":"x","customer":"A"}}"#), Code::Field),
    ] {
        assert_eq!(read(&payload).unwrap_err().code, code, "{payload}");
    }
}

#[test]
fn a_document_names_what_it_amends_and_the_session_it_was_made_in() {
    let device: DeviceId = "till-1".parse().unwrap();
    let (id, token) = ("01936e5b-5a00-7000-8000-0123456789ab", "8f14e45fceea167a5a36dedd4bea2543");
    let sale = |more: &str| {
        let rows = r#""items":[{"item_code":"A","qty":1,"rate":1}]"#;
        let payload = format!(r#"{{"id":"{id}","customer":"A",{more}{rows}}}"#);
        read_with_session(&device, "tx/till-1/sales-invoice", payload.as_bytes(), SENT)
    };
    let (entry, session) = sale(&format!(r#""amends":"{id}","session":"{token}","#)).unwrap();
    assert_eq!(session, Some(SessionId::of_token(token)));
    assert!(matches!(entry, Entry::Submitted(Submitted { amends: Some(amended), .. }) if amended.to_string() == id));
    assert_eq!(sale("").unwrap().1, None);
    assert_eq!(sale(r#""session":"short","#).unwrap_err().code, Code::Field);
    assert_eq!(sale(r#""amends":"SINV-1","#).unwrap_err().code, Code::BadId);
}

#[test]
fn what_was_refused_is_kept_without_what_is_secret() {
    let device: DeviceId = "till-1".parse().unwrap();
    let reason = Reason::new(Code::Rule, "no");
    let bytes = |topic: &str, payload: &str| match refused(&device, topic, payload.as_bytes(), SENT, &reason) {
        Entry::Refused(refused) => String::from_utf8(refused.bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(bytes("tx/till-1/x", r#"{"pin":"4711","a":1}"#), r#"{"pin":"****","a":1}"#);
    assert_eq!(bytes("me/till-1/login", r#"{"user":"4711"}"#), "");
}

fn named(value: &Value) -> Result<crate::domain::record::NamedCode, Code> {
    let json = read_json("tx/till-1/barcode", value);
    assert_eq!(read(&device(), "tx/till-1/barcode", &as_cbor(value), SENT), json, "{value}");
    match json {
        Ok(Entry::Barcode(named)) => Ok(named),
        Ok(other) => panic!("{other:?}"),
        Err(reason) => Err(reason.code),
    }
}

#[test]
fn what_a_code_stands_for_is_read_with_item_unit_and_who_says_so() {
    let whole = json!({"id": ID, "user": "wati", "code": "899\u{1d}1\r\n", "item_code": "BTN-014", "uom": "Dozen"});
    let read = named(&whole).unwrap();
    assert_eq!((read.id.to_string(), &*read.code), (ID.to_owned(), "899\u{1d}1"), "without the line end");
    let text = |text: &str| Some(Text::try_from(text).unwrap());
    assert_eq!((Some(read.item_code), read.uom, read.user), (text("BTN-014"), text("Dozen"), text("wati")));
    let bare = named(&json!({"id": ID, "code": "899", "item_code": "BTN-014", "uom": null})).unwrap();
    assert_eq!((bare.uom, bare.user), (None, None));
    let with = |field: &str, value: Value| {
        let mut other = whole.clone();
        other[field] = value;
        named(&other).unwrap_err()
    };
    assert_eq!(with("id", Value::Null), Code::NoId);
    assert_eq!(with("code", Value::Null), Code::Field);
    assert_eq!(with("code", json!("\r\n")), Code::Empty);
    assert_eq!(with("item_code", Value::Null), Code::Field);
    assert_eq!(with("item_code", json!("")), Code::Field);
    assert_eq!(with("uom", json!(12)), Code::Field);
    assert_eq!(with("qty", json!("1")), Code::Field);
    assert_eq!(read_json("tx/till-1/barcode", &json!("899")).unwrap_err().code, Code::Format);
}

#[test]
fn a_code_that_is_named_is_as_long_as_one_that_is_read() {
    let of = |length: usize| named(&json!({"id": ID, "code": "9".repeat(length), "item_code": "A"})).map(|_| ());
    assert_eq!((of(1), of(MAX_CODE)), (Ok(()), Ok(())));
    assert_eq!(of(MAX_CODE + 1), Err(Code::Rule));
}

#[test]
fn a_session_beside_a_code_goes_no_further() {
    let token = "8f14e45fceea167a5a36dedd4bea2543";
    let payload = json!({"id": ID, "session": token, "code": "899", "item_code": "A"}).to_string();
    let read = read_with_session(&device(), "tx/till-1/barcode", payload.as_bytes(), SENT);
    let Ok((entry, Some(_))) = read else { panic!("{read:?}") };
    assert!(!format!("{entry:?}").contains(token));
}
