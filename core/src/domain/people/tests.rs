//! The fold against what must hold of it, whatever people do in whatever order.

use super::super::document::{Document, Kind};
use super::super::id::{Epoch, Position, Seq};
use super::super::master::{Approvals, Masters, Permission, Row, Settings, Table, User, Warehouse};
use super::super::record::{Asked, Cancelled, DayClosed, NamedCode, Submitted};
use super::super::request::Requested;
use super::judge::{Why, World, judge};
use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn text(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

fn device(n: u8) -> DeviceId {
    format!("till-{n}").parse().unwrap()
}

fn session(n: u8) -> SessionId {
    SessionId([n; 16])
}

fn id(n: u8) -> IntentId {
    IntentId(Uuid::from_bytes([n.max(1); 16]))
}

fn at(at_ms: i64, quality: Quality, at: u8, user: &str, act: Act) -> Record {
    let person = Person { device: device(at), user: text(user), act };
    Record { stamp: Stamp { boot_at_ms: at_ms, up_ms: 0, quality }, entry: Entry::Person(person) }
}

fn known(at_ms: i64, user: &str, act: Act) -> Record {
    at(at_ms, Quality::Network, 1, user, act)
}

fn login(at_ms: i64, n: u8, user: &str) -> Record {
    known(at_ms, user, Act::LoggedIn { session: session(n), by: Proof::Pin })
}

fn folded(records: &[Record]) -> People {
    let mut people = People::default();
    records.iter().for_each(|record| people.apply(record));
    people
}

#[test]
fn a_session_speaks_for_its_person_at_its_device_and_for_nobody_else() {
    let people = folded(&[login(0, 1, "wati")]);
    assert_eq!(people.may_submit(&session(1), &device(1), None, HOUR).unwrap().user, text("wati"));
    assert!(people.may_submit(&session(1), &device(1), Some(&text("wati")), HOUR).is_ok());
    let other = people.may_submit(&session(1), &device(1), Some(&text("joko")), HOUR);
    assert!(matches!(other, Err(NoSession::SomebodyElse { .. })));
    assert_eq!(people.may_submit(&session(1), &device(2), None, HOUR), Err(NoSession::OtherDevice));
    assert_eq!(people.may_submit(&session(2), &device(1), None, HOUR), Err(NoSession::Unknown));
}

#[test]
fn what_was_done_in_a_session_is_taken_for_thirty_days_after_it_and_not_longer() {
    let out = Act::LoggedOut { session: session(2) };
    let people = folded(&[login(0, 1, "wati"), login(0, 2, "wati"), known(HOUR, "wati", out)]);
    for (n, end) in [(1, SESSION_MS), (2, HOUR)] {
        assert!(people.present(&session(n), &device(1), end - 1).is_ok() == (n == 1));
        assert_eq!(people.present(&session(n), &device(1), end), Err(NoSession::Ended));
        assert!(people.may_submit(&session(n), &device(1), None, end + LATE_MS).is_ok());
        let late = people.may_submit(&session(n), &device(1), None, end + LATE_MS + 1);
        assert_eq!(late, Err(NoSession::TooOld { ended_ms: end }));
    }
}

#[test]
fn five_wrong_pins_close_the_person_and_the_device_and_a_right_one_opens_both() {
    let wrong = |n: i64| known(n, "wati", Act::Failed);
    let mut people = folded(&(0..4).map(wrong).collect::<Vec<_>>());
    assert_eq!(people.closed_until(Some(&text("wati")), &device(2), 4), None);
    people.apply(&wrong(4));
    assert_eq!(people.closed_until(Some(&text("wati")), &device(2), 5), Some(60_004), "at another device too");
    assert_eq!(people.closed_until(Some(&text("joko")), &device(1), 5), Some(60_004), "anybody at that device");
    assert_eq!(people.closed_until(Some(&text("joko")), &device(2), 5), None);
    people.apply(&login(60_004, 1, "wati"));
    assert_eq!(people.closed_until(Some(&text("wati")), &device(1), 60_005), None);
}

#[test]
fn names_that_nobody_has_close_the_device_alone() {
    let people = folded(&vec![known(0, "?", Act::Failed); 6]);
    assert_eq!(people.closed_until(None, &device(1), 1), Some(120_000));
    assert_eq!(people.closed_until(Some(&nobody()), &device(2), 1), None);
}

#[test]
fn a_lock_ends_sessions_for_good_and_unlocking_forgives_wrong_pins() {
    let mut people = folded(&[login(0, 1, "wati"), known(1, "sari", Act::Locked { whom: text("wati") })]);
    let refused = people.may_submit(&session(1), &device(1), None, 2);
    assert_eq!(refused, Err(NoSession::Locked { user: text("wati"), by: text("sari") }));
    people.apply(&known(3, "sari", Act::Unlocked { whom: text("wati") }));
    assert_eq!(people.may_submit(&session(1), &device(1), None, 4), Err(NoSession::Void));
    people.apply(&login(5, 2, "wati"));
    assert!(people.may_submit(&session(2), &device(1), None, 6).is_ok());
}

#[test]
fn a_revoked_device_speaks_for_nobody_until_it_is_restored_and_its_old_sessions_never_again() {
    let mut people = folded(&[login(0, 1, "wati"), known(1, "sari", Act::RevokedDevice { which: device(1) })]);
    let refused = people.may_submit(&session(1), &device(1), None, 2);
    assert_eq!(refused, Err(NoSession::Revoked { by: text("sari") }));
    people.apply(&known(3, "sari", Act::RestoredDevice { which: device(1) }));
    assert_eq!(people.may_submit(&session(1), &device(1), None, 4), Err(NoSession::Void));
}

#[test]
fn a_temporary_pin_holds_until_its_end_and_is_on_the_managers_account() {
    let give = Act::GavePin { whom: text("wati"), pin_hash: "hash".into(), until_ms: DAY };
    let into = Act::LoggedIn { session: session(1), by: Proof::TemporaryPin };
    let people = folded(&[known(0, "sari", give), known(1, "wati", into)]);
    assert!(people.temporary_pin(&text("wati"), DAY - 1).is_some());
    assert!(people.temporary_pin(&text("wati"), DAY).is_none());
    assert_eq!(people.session(&session(1)).unwrap().charged_to, Some(text("sari")));
}

#[test]
fn a_session_from_before_the_time_was_known_gets_its_date_when_it_is() {
    let boot = Uuid::from_u128(7);
    let opened = |boot| {
        let (store, program) = (crate::domain::id::StoreId::new(1, [0; 10]), String::new());
        let entry = Entry::Opened(crate::domain::record::Opened { follows: None, store, boot, program });
        Record { stamp: Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Floor }, entry }
    };
    let mut login = login(0, 1, "wati");
    login.stamp = Stamp { boot_at_ms: 0, up_ms: HOUR as u64, quality: Quality::Floor };
    let mut set = known(0, "wati", Act::SetClock { at_ms: 400 * DAY });
    set.stamp = Stamp { boot_at_ms: 0, up_ms: 2 * HOUR as u64, quality: Quality::Floor };
    let people = folded(&[opened(boot), login.clone(), set.clone()]);
    assert_eq!(people.session(&session(1)).unwrap().since_ms, 400 * DAY - HOUR);
    let before = folded(&[opened(boot), login.clone()]);
    assert!(before.present(&session(1), &device(1), 400 * DAY).is_ok(), "a leap of the clock ends nothing");
    let rebooted = folded(&[opened(boot), login, opened(Uuid::from_u128(8)), set]);
    assert_eq!(
        rebooted.session(&session(1)).unwrap().since_ms,
        400 * DAY - 2 * HOUR,
        "before that boot is all there is"
    );
}

fn user(name: &str, is_manager: bool, role: &str) -> Row {
    Row::User(User {
        name: text(name),
        full_name: text(name),
        sites: Vec::new(),
        roles: vec![text(role)],
        is_manager,
        pin_hash: Some("a hash".into()),
        badge_hash: None,
    })
}

fn masters(approvals: Approvals) -> Masters {
    let mut masters = Masters::default();
    let settings = serde_json::from_str::<Settings>(r#"{"site":"bdg","company":"C","currency":"IDR"}"#).unwrap();
    masters.put(Row::Settings(Settings { approvals, ..settings }));
    for (name, is_manager, role) in [("wati", false, "Till"), ("joko", false, "Till"), ("sari", true, "None")] {
        masters.put(user(name, is_manager, role));
    }
    masters.put(Row::Warehouse(Warehouse {
        name: text("W"),
        site: Some("bdg".parse().unwrap()),
        is_transit: false,
        disabled: false,
        company: None,
    }));
    for (document, cancel) in [(Kind::SalesInvoice, true), (Kind::StockEntry, false)] {
        let (read, create, submit) = (true, true, true);
        masters.put(Row::Permission(Permission { role: text("Till"), document, read, create, submit, cancel }));
    }
    masters.set_complete(true);
    masters
}

fn sale(n: u8, user: Option<&str>) -> Submitted {
    let json = r#"{"customer":"A","posting_date":"2026-11-02","items":[{"item_code":"I","qty":1,"rate":1}]}"#;
    let document = Document::deserialize_as(Kind::SalesInvoice, &mut serde_json::Deserializer::from_str(json)).unwrap();
    Submitted::new(id(n), device(1), user.map(text), document)
}

fn world<'a>(people: &'a People, masters: &'a Masters, site: &'a crate::domain::id::SiteId) -> World<'a> {
    World { site, people, masters, now_ms: HOUR, today: date(2026, 11, 2), clock_known: true }
}

#[test]
fn a_document_is_the_persons_who_logged_in_and_needs_them() {
    let (people, masters, site) =
        (folded(&[login(0, 1, "wati")]), masters(Approvals::default()), "bdg".parse().unwrap());
    let world = world(&people, &masters, &site);
    let mut entry = Entry::Submitted(sale(1, None));
    judge(&world, &mut entry, Some(&session(1)), |_| None).unwrap();
    assert!(matches!(&entry, Entry::Submitted(Submitted { user: Some(user), .. }) if *user == text("wati")));
    for (named, with) in [(Some("joko"), Some(session(1))), (Some("wati"), None), (None, Some(session(9)))] {
        let refused = judge(&world, &mut Entry::Submitted(sale(1, named)), with.as_ref(), |_| None).unwrap_err();
        assert_eq!(refused.why, Why::Session, "{refused}");
    }
}

#[test]
fn a_rate_below_the_offices_list_is_a_discount_whatever_its_document_says() {
    let approvals = Approvals { discount_over_percent: Some(10.into()), ..Approvals::default() };
    let (mut masters, site) = (masters(approvals), "bdg".parse().unwrap());
    let Some(mut settings) = masters.settings(&site).cloned() else { panic!("it has settings") };
    settings.selling_price_list = Some(text("Retail"));
    masters.put(Row::Settings(settings));
    let row = |table, json| Row::deserialize_as(table, &mut serde_json::Deserializer::from_str(json)).unwrap();
    masters.put(row(Table::Item, r#"{"item_code":"I","item_name":"I","stock_uom":"Nos"}"#));
    let price = r#"{"item_code":"I","price_list":"Retail","uom":"Nos","price_list_rate":"1.12"}"#;
    masters.put(row(Table::ItemPrice, price));
    let people = folded(&[login(0, 1, "wati")]);
    let judged = |masters: &Masters| {
        judge(&world(&people, masters, &site), &mut Entry::Submitted(sale(1, None)), Some(&session(1)), |_| None)
    };
    let refused = judged(&masters).unwrap_err();
    assert!(refused.why == Why::Approval && refused.text.contains("10.71"), "{refused}");
    masters.put(row(Table::ItemPrice, &price.replace("1.12", "1.11")));
    judged(&masters).unwrap();
}

#[test]
fn a_return_has_the_discount_of_its_sale_and_needs_nobody_for_it() {
    let approvals = Approvals { discount_over_percent: Some(10.into()), ..Approvals::default() };
    let (masters, site) = (masters(approvals), "bdg".parse().unwrap());
    let people = folded(&[login(0, 1, "wati")]);
    let judged = |document: Document| {
        let submitted = Submitted::new(id(1), device(1), None, document);
        judge(&world(&people, &masters, &site), &mut Entry::Submitted(submitted), Some(&session(1)), |_| None)
    };
    let fields = |sign: &str, more: serde_json::Value| {
        let mut fields = serde_json::json!({"customer": "Bu Sari", "additional_discount_percentage": "20",
            "items": [{"item_code": "I", "qty": format!("{sign}1"), "rate": "1"}]});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if sign == "-" {
            fields["items"][0]["sales_invoice_item"] = "1".into();
        }
        Document::deserialize_as(Kind::SalesInvoice, fields).unwrap()
    };
    assert_eq!(judged(fields("", serde_json::json!({}))).unwrap_err().why, Why::Approval);
    judged(fields("-", serde_json::json!({"is_return": 1, "return_against": "ACC-SINV-1"}))).unwrap();
}

#[test]
fn a_day_is_closed_by_whoever_may_close_a_till() {
    let (mut masters, site) = (masters(Approvals::default()), "bdg".parse().unwrap());
    let people = folded(&[login(0, 1, "wati")]);
    let asked = || {
        let last = Position { epoch: Epoch(uuid::Uuid::nil()), seq: Seq(0) };
        let asked = Some(Asked { id: id(7), device: device(1) });
        Entry::DayClosed(DayClosed { day: date(2026, 11, 2), last, kinds: Vec::new(), by: None, asked })
    };
    let judged = |masters: &Masters, session: Option<&SessionId>| {
        let mut entry = asked();
        judge(&world(&people, masters, &site), &mut entry, session, |_| None).map(|()| entry)
    };
    assert_eq!(judged(&masters, None).unwrap_err().why, Why::Session);
    assert_eq!(judged(&masters, Some(&session(1))).unwrap_err().why, Why::Rights);
    let (read, create, submit, cancel) = (true, true, true, false);
    let document = Kind::TillClosing;
    masters.put(Row::Permission(Permission { role: text("Till"), document, read, create, submit, cancel }));
    let Entry::DayClosed(closed) = judged(&masters, Some(&session(1))).unwrap() else { panic!("a close") };
    assert_eq!(closed.by, Some(text("wati")));
}

#[test]
fn a_code_is_named_by_whoever_may_read_items_or_sell_them() {
    let (mut masters, site) = (masters(Approvals::default()), "bdg".parse().unwrap());
    let people = folded(&[login(0, 1, "wati")]);
    let judged = |masters: &Masters, session: Option<&SessionId>| {
        let code = NamedCode {
            id: id(7),
            device: device(1),
            user: None,
            code: "899".into(),
            item_code: text("SHIRT"),
            uom: None,
        };
        let mut entry = Entry::Barcode(code);
        judge(&world(&people, masters, &site), &mut entry, session, |_| None).map(|()| entry)
    };
    assert_eq!(judged(&masters, None).unwrap_err().why, Why::Session);
    let by = |entry: Entry| if let Entry::Barcode(named) = entry { named.user } else { None };
    assert_eq!(by(judged(&masters, Some(&session(1))).unwrap()), Some(text("wati")), "who may sell");
    let may = |document, read, submit| {
        Row::Permission(Permission { role: text("Till"), document, read, create: submit, submit, cancel: false })
    };
    masters.put(may(Kind::SalesInvoice, true, false));
    assert_eq!(judged(&masters, Some(&session(1))).unwrap_err().why, Why::Rights);
    masters.put(may(Kind::Item, true, false));
    assert_eq!(by(judged(&masters, Some(&session(1))).unwrap()), Some(text("wati")), "who may read items");
}

#[test]
fn without_the_offices_people_a_document_is_whose_it_says() {
    let (people, mut masters, site) = (folded(&[]), masters(Approvals::default()), "bdg".parse().unwrap());
    masters.set_complete(false);
    let mut entry = Entry::Submitted(sale(1, Some("anybody")));
    judge(&world(&people, &masters, &site), &mut entry, Some(&session(9)), |_| None).unwrap();
    assert!(matches!(entry, Entry::Submitted(Submitted { user: Some(user), .. }) if user == text("anybody")));
}

#[test]
fn what_the_office_wants_needs_nobody_at_the_box_and_touches_no_other_sites_warehouse() {
    let approvals = Approvals { discount_over_percent: Some("1".parse().unwrap()), ..Approvals::default() };
    let (people, mut masters, site) = (folded(&[]), masters(approvals), "bdg".parse().unwrap());
    let row = |fields| Row::deserialize_as(Table::Warehouse, fields).unwrap();
    masters.put(row(serde_json::json!({"name": "Stores", "site": "bdg"})));
    masters.put(row(serde_json::json!({"name": "Elsewhere", "site": "surabaya"})));
    let wanted = |warehouse: &str| {
        let fields = serde_json::json!({"stock_entry_type": "Material Receipt", "to_warehouse": warehouse,
            "items": [{"item_code": "CLOTH", "qty": "1"}]});
        let document = Document::deserialize_as(Kind::StockEntry, fields).unwrap();
        Requested { id: id(1), by: text("lia"), document }.submission()
    };
    let world = world(&people, &masters, &site);
    let mut entry = wanted("Stores");
    judge(&world, &mut entry, None, |_| None).unwrap();
    assert_eq!(entry, wanted("Stores"), "and it stays whose it was");
    let refused = judge(&world, &mut wanted("Elsewhere"), None, |_| None).unwrap_err();
    assert!(refused.why == Why::Rights && refused.text.contains("surabaya"), "{refused}");
    let unset = World { clock_known: false, ..world };
    assert_eq!(judge(&unset, &mut wanted("Stores"), None, |_| None).unwrap_err().why, Why::Clock);
}

#[test]
fn a_cancellation_takes_a_second_person_who_is_another_one_and_may() {
    let approvals = Approvals { cancellation: true, ..Approvals::default() };
    let (masters, site) = (masters(approvals), "bdg".parse().unwrap());
    let agreed = |by: &str| known(1, by, Act::Approved { document: id(2) });
    let cancel = || {
        let (user, approved_by) = (None, None);
        Entry::Cancelled(Cancelled {
            id: id(2),
            device: device(1),
            user,
            document: id(1),
            reason: text("wrong"),
            approved_by,
        })
    };
    let judged = |records: &[Record]| {
        let people = folded(records);
        let mut entry = cancel();
        judge(&world(&people, &masters, &site), &mut entry, Some(&session(1)), |_| Some(sale(1, None))).map(|()| entry)
    };
    let refused = judged(&[login(0, 1, "wati")]).unwrap_err();
    assert!(refused.why == Why::Approval && refused.text.contains("me/<device>/approve"), "{refused}");
    assert_eq!(judged(&[login(0, 1, "wati"), agreed("wati")]).unwrap_err().why, Why::Approval, "the same person");
    assert_eq!(judged(&[login(0, 1, "wati"), agreed("nina")]).unwrap_err().why, Why::Approval, "a stranger");
    let locked = known(2, "sari", Act::Locked { whom: text("joko") });
    assert_eq!(judged(&[login(0, 1, "wati"), agreed("joko"), locked]).unwrap_err().why, Why::Approval, "locked since");
    for second in ["joko", "sari"] {
        let entry = judged(&[login(0, 1, "wati"), agreed(second)]).unwrap();
        assert!(matches!(entry, Entry::Cancelled(Cancelled { approved_by: Some(by), .. }) if by == text(second)));
    }
}

#[test]
fn nothing_undated_or_dated_ahead_is_taken_while_the_time_is_not_known() {
    let (people, masters, site) =
        (folded(&[login(0, 1, "wati")]), masters(Approvals::default()), "bdg".parse().unwrap());
    let judged = |day: Option<&str>, clock_known| {
        let mut sale = sale(1, None);
        let Document::SalesInvoice(invoice) = &mut sale.document else { panic!("a sale") };
        invoice.posting_date = day.map(|day| day.parse().unwrap());
        let world = World { clock_known, ..world(&people, &masters, &site) };
        judge(&world, &mut Entry::Submitted(sale), Some(&session(1)), |_| None).map_err(|refused| refused.why)
    };
    assert_eq!(judged(None, true), Ok(()));
    assert_eq!(judged(Some("2026-11-02"), true), Ok(()));
    assert_eq!(judged(None, false), Err(Why::Clock));
    assert_eq!(judged(Some("2026-11-02"), false), Ok(()), "the box knows that it is no earlier than that day");
    assert_eq!(judged(Some("2026-11-03"), false), Err(Why::Clock));
}

fn any_act() -> impl Strategy<Value = Act> {
    let whom = || prop::sample::select(vec!["wati", "joko", "sari"]).prop_map(text);
    prop_oneof![
        4 => (0_u8..6).prop_map(|n| Act::LoggedIn { session: session(n), by: Proof::Pin }),
        1 => (0_u8..6).prop_map(|n| Act::LoggedOut { session: session(n) }),
        3 => Just(Act::Failed),
        2 => (0_u8..4).prop_map(|n| Act::Approved { document: id(n) }),
        1 => whom().prop_map(|whom| Act::Locked { whom }),
        1 => whom().prop_map(|whom| Act::Unlocked { whom }),
        1 => whom().prop_map(|whom| Act::GavePin { whom, pin_hash: "h".into(), until_ms: 3 * DAY }),
        1 => (0_u8..3).prop_map(|n| Act::RevokedDevice { which: device(n) }),
        1 => (0_u8..3).prop_map(|n| Act::RestoredDevice { which: device(n) }),
    ]
}

fn any_records() -> impl Strategy<Value = Vec<Record>> {
    let who = prop::sample::select(vec!["wati", "joko", "sari", "?"]);
    let step = (0_i64..20 * DAY, who, 0_u8..3, any_act());
    prop::collection::vec(step, 0..60).prop_map(|steps| {
        let mut now = 0;
        let made = steps.into_iter().map(|(pause, who, n, act)| {
            now += pause;
            at(now, Quality::Network, n, who, act)
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn no_session_outlives_a_lock_or_a_revocation(records in any_records()) {
        let mut people = People::default();
        // By session: the person, the device, and whether nothing has happened since that ends it.
        let mut model: BTreeMap<SessionId, (Text, DeviceId, bool)> = BTreeMap::new();
        let (mut locked, mut revoked) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        for record in &records {
            let Entry::Person(Person { device, user, act }) = &record.entry else { continue };
            match act {
                Act::LoggedIn { session, .. } => {
                    let stands = !locked.contains(user) && !revoked.contains(device);
                    model.insert(*session, (user.clone(), device.clone(), stands));
                }
                Act::Locked { whom } => {
                    locked.insert(whom.clone());
                    model.values_mut().filter(|(user, ..)| user == whom).for_each(|(.., stands)| *stands = false);
                }
                Act::Unlocked { whom } => { locked.remove(whom); }
                Act::RevokedDevice { which } => {
                    revoked.insert(which.clone());
                    model.values_mut().filter(|(_, at, _)| at == which).for_each(|(.., stands)| *stands = false);
                }
                Act::RestoredDevice { which } => { revoked.remove(which); }
                _ => {}
            }
            people.apply(record);
            let now = record.stamp.at_ms();
            for (id, (user, device, stands)) in &model {
                let taken = people.may_submit(id, device, Some(user), now);
                prop_assert!(*stands || taken.is_err(), "{:?}", taken);
                prop_assert!(people.present(id, device, now).is_err() || taken.is_ok());
            }
        }
    }

    #[test]
    fn a_restart_at_any_moment_changes_nothing(records in any_records(), at in 0_usize..60) {
        let cut = at.min(records.len());
        let mut bytes = Vec::new();
        ciborium::into_writer(&folded(&records[..cut]), &mut bytes).unwrap();
        let kept: People = ciborium::from_reader(&*bytes).unwrap();
        let mut people = kept;
        records[cut..].iter().for_each(|record| people.apply(record));
        prop_assert_eq!(people, folded(&records));
    }

    #[test]
    fn nobody_agrees_to_their_own_document(records in any_records(), n in 0_u8..4) {
        let people = folded(&records);
        for who in ["wati", "joko", "sari"].map(text) {
            prop_assert_ne!(people.approved_by(id(n), Some(&who), |_| true), Some(&who));
        }
    }
}
