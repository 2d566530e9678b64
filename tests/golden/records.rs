//! What the first golden files left out: records of every kind with every field that version 1 has, a move, the dictionaries.

use super::*;
use outpost::domain::record::{Asked, Cancelled, DayClosed, DayTotal};
use outpost::keys::moving::{Came, NotMoved, sign};
use outpost::keys::root::RootSecret;
use outpost::wire::envelope::Header;
use sha2::{Digest, Sha256};

fn id(last: u8) -> IntentId {
    IntentId(format!("01a199c7-7166-7c53-bc5e-39fabe561c{last:02x}").parse().unwrap())
}

fn is_golden(name: &str, entry: Entry) {
    let body = record::body(&stamp(), &record::entry(&entry));
    golden(&format!("record-{name}.cbor"), &body);
    assert_eq!(record::decode(&body).unwrap(), Record { stamp: stamp(), entry }, "{name}");
}

#[test]
fn cancellations_v1() {
    let whole = Cancelled {
        id: id(0x58),
        device: "till-1".parse().unwrap(),
        user: Some("joko".try_into().unwrap()),
        document: id(0x57),
        reason: "torn paper".try_into().unwrap(),
        approved_by: Some("wati".try_into().unwrap()),
    };
    let bare = Cancelled { user: None, approved_by: None, ..whole.clone() };
    is_golden("cancelled", Entry::Cancelled(whole));
    is_golden("cancelled-bare", Entry::Cancelled(bare));
}

#[test]
fn days_closes_v1() {
    let total =
        |kind, documents, cancelled, sum: &str| DayTotal { kind, documents, cancelled, sum: sum.parse().unwrap() };
    let whole = DayClosed {
        day: "2026-11-02".parse().unwrap(),
        last: Position { epoch: Epoch::new(1_793_581_347_000, [1; 10]), seq: Seq(70_000) },
        kinds: vec![total(Kind::SalesInvoice, 12, 1, "1250000.5"), total(Kind::StockEntry, 3, 0, "0")],
        by: Some("wati".try_into().unwrap()),
        asked: Some(Asked { id: id(0x59), device: "till-1".parse().unwrap() }),
    };
    let by_the_box = DayClosed { kinds: Vec::new(), by: None, asked: None, ..whole.clone() };
    is_golden("day-closed", Entry::DayClosed(whole));
    is_golden("day-closed-by-the-box", Entry::DayClosed(by_the_box));
}

/// A document that stands for a cancelled one and took two people, and all that a box works out.
#[test]
fn what_a_box_worked_out_v1() {
    let sale = r#"{"customer":"CV Wati","items":[{"item_code":"BTN-018","qty":2,"rate":500}]}"#;
    let booked = r#"{"no":["B",123],"day":"2026-11-02","time":"08:02:27","net":"1000","total":"1110",
        "taxes":[{"charge_type":"On Net Total","account_head":"PPN - TW","rate":"11","tax_amount":"5","description":"PPN 11%",
        "included_in_print_rate":true,"row_id":1,"category":"Total","add_deduct_tax":"Add"}],
        "item_taxes":[{"item_tax_template":"PPN free","taxes":[{"tax_type":"PPN - TW","tax_rate":"0"}],"rows":[1]}],
        "factors":["12"],"filled":[{"item_code":"CLOTH-1","warehouse":"Bandung - TW","qty":"-2.4"}],
        "till":[{"mode_of_payment":"Cash","opening":"100000","expected":"350000","closing":"349000"}],
        "marks":[{"short":{"item_code":"BTN-018","warehouse":"Bandung - TW","by":"3"}},
        {"misplaced":{"item_code":"IRON","serial_no":"SN-1"}},{"unmatched":{"entry":"01a199c7-7166-7c53-bc5e-39fabe561c57"}},
        {"not_booked":{"mode_of_payment":"Cash","why":"no account"}},"unchecked"]}"#;
    let mut submitted = Submitted::new(
        id(0x5a),
        "till-1".parse().unwrap(),
        Some("joko".try_into().unwrap()),
        document(Kind::SalesInvoice, sale),
    );
    submitted.amends = Some(id(0x57));
    submitted.approved_by = Some("wati".try_into().unwrap());
    submitted.booked = Some(serde_json::from_str(booked).unwrap());
    is_golden("submitted-booked", Entry::Submitted(submitted));
}

/// A number with what it began with, which records of before do not say.
#[test]
fn a_number_and_its_prefix_v1() {
    let sale = r#"{"customer":"CV Wati","items":[{"item_code":"BTN-018","qty":2,"rate":500}]}"#;
    let mut submitted = Submitted::new(id(0x5b), "till-1".parse().unwrap(), None, document(Kind::SalesInvoice, sale));
    submitted.booked = Some(serde_json::from_str(r#"{"no":["B",124],"p":"BDG","day":"2026-11-02"}"#).unwrap());
    assert_eq!(submitted.number("NEW").as_deref(), Some("BDG-SI-B000124"));
    is_golden("submitted-prefix", Entry::Submitted(submitted));
}

/// An enrolment with the root's signature below it. The signature is made the same each time.
#[test]
fn move_v1() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1/enrolment.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let root = RootSecret::from_random([6; 32]);
    let made = sign(&text, &root);
    golden("move.toml", made.as_bytes());
    let came = Came::read(made.as_bytes());
    assert!(came.is_move() && came.text == text.as_bytes());
    let new = Enrolment::from_bytes(&came.text, None).unwrap();
    let mut known = new.clone();
    known.office_root = Some(RootSecret::from_random([7; 32]).key());
    assert_eq!(came.may_move(&known, &new), Err(NotMoved::NotSigned));
    // Signed by the root that is known, and only not later than what is known.
    known.office_root = Some(root.key());
    assert_eq!(came.may_move(&known, &new), Err(NotMoved::Old));
}

/// What all write today. zstd may pick other matches one day: the kept bytes open for ever.
#[test]
fn envelope_of_dictionary_2_v1() {
    let (site, office) = (Secret::from_random([1; 32]), Secret::from_random([2; 32]));
    let (from, to) = ("bdg".parse().unwrap(), SiteId::office());
    let plain = cbor::to_vec(&message());
    let mut random = ChaCha8Rng::from_seed([8; 32]);
    let made =
        seal(Purpose::Records, (&from, Proof::Key(&site)), (&to, &office.public()), 2, &plain, &mut random).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1/envelope-records-dictionary-2.bin");
    if !path.exists() {
        golden("envelope-records-dictionary-2.bin", &made);
    }
    let kept = std::fs::read(path).unwrap();
    assert_eq!(Header::read(&kept).unwrap().0.dictionary, 2);
    assert_eq!(open(&kept, &office, Known::Key(&site.public())).unwrap(), plain);
}

/// What was packed with a dictionary is read with the same bytes alone.
#[test]
fn dictionaries_never_change() {
    let digest = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let one = include_bytes!("../../core/src/wire/dictionary/1.zdict");
    assert_eq!(digest(one), "765cdde2cf4549d28b8fdcfe60f90963eb2edaa67e33d5143129364f4fa99a7c");
    let two = include_bytes!("../../core/src/wire/dictionary/2.zdict");
    assert_eq!(digest(two), "42427de568bd7658cd279ae3cbbffc6270af0e39052451ab06f81cbbe01bd177");
}
