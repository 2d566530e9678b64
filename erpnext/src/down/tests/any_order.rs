//! Whatever changes at ERPNext between whatever steps: in the end the rows are those of a full load.

use super::fake::{COMPANY, Fake, Office};
use crate::down::Round;
use proptest::prelude::*;
use serde_json::json;

#[derive(Clone, Debug)]
enum Act {
    Item(u8, u8),
    Customer(u8),
    Order(u8, bool),
    Price(u8, u8),
    Delete(u8),
    DeleteCustomer(u8),
    Rename(u8, u8),
    RenameCustomer(u8, u8),
    /// Goods that somebody has sent: through which warehouse, how much of them was received, cancelled or not.
    Sent(u8, u8, u8, bool),
    /// Somebody receives of them, and their time says nothing of it; or cancels that, which sets it where all had been received.
    Received(u8, u8),
    DeleteSent(u8),
    /// Whose a transit warehouse is, by its own word.
    Transit(u8, u8),
    /// A warehouse of a site, and which transit warehouse is its own.
    Shop(u8, u8, u8),
    /// A change that shows up later than its time says.
    Late(u8, u8),
    /// All at once, by a statement.
    Together,
    Pass(u16),
    Steps(u8),
    All,
    Break(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let few = 0u8..12;
    prop_oneof![
        4 => (few.clone(), any::<u8>()).prop_map(|(i, name)| Act::Item(i, name)),
        2 => few.clone().prop_map(Act::Customer),
        2 => (few.clone(), any::<bool>()).prop_map(|(i, open)| Act::Order(i, open)),
        2 => (few.clone(), 1u8..4).prop_map(|(i, day)| Act::Price(i, day)),
        1 => few.clone().prop_map(Act::Delete),
        1 => few.clone().prop_map(Act::DeleteCustomer),
        1 => (few.clone(), few.clone()).prop_map(|(from, to)| Act::Rename(from, to)),
        1 => (few.clone(), few.clone()).prop_map(|(from, to)| Act::RenameCustomer(from, to)),
        3 => (few.clone(), 0u8..3, 0u8..11, any::<bool>()).prop_map(|(i, at, came, gone)| Act::Sent(i, at, came, gone)),
        1 => (few.clone(), 0u8..11).prop_map(|(i, came)| Act::Received(i, came)),
        1 => few.clone().prop_map(Act::DeleteSent),
        2 => (0u8..3, 0u8..4).prop_map(|(at, whose)| Act::Transit(at, whose)),
        2 => (0u8..3, 0u8..3, 0u8..4).prop_map(|(i, whose, at)| Act::Shop(i, whose, at)),
        2 => (few, 0u8..118).prop_map(|(i, late)| Act::Late(i, late)),
        1 => Just(Act::Together),
        1 => (0u16..400).prop_map(Act::Pass),
        4 => (1u8..60).prop_map(Act::Steps),
        1 => Just(Act::All),
        1 => any::<u8>().prop_map(Act::Break),
    ]
}

/// A site's own id of a customer: every second has one.
fn id(i: u8) -> Option<String> {
    i.is_multiple_of(2).then(|| format!("00000000-0000-7000-8000-0000000000{i:02x}"))
}

fn there(fake: &Fake, doctype: &str, name: &str) -> bool {
    fake.tables.get(doctype).is_some_and(|table| table.contains_key(name))
}

fn run(fake: &mut Fake, office: &mut Office, act: Act) {
    match act {
        Act::Item(i, name) => fake.item(&format!("I{i}"), &format!("n{name}")),
        Act::Customer(i) => {
            // A site makes a customer once: after that its id is at the document, under whatever name.
            let mine = id(i);
            let has = |row: &serde_json::Value| mine.is_some() && row["outpost_id"].as_str() == mine.as_deref();
            if !fake.tables.get("Customer").is_some_and(|table| table.values().any(has)) {
                fake.customer(&format!("C{i}"), mine.as_deref());
            }
        }
        Act::Order(i, open) => {
            let status = if open { "To Deliver and Bill" } else { "Completed" };
            fake.order(&format!("SO-{i}"), status, id(i).as_deref());
        }
        // Of the same item as long as it lives; no two for one day.
        Act::Price(i, day) => {
            let valid_from = format!("2026-{:02}-{day:02}", i / 3 + 1);
            fake.price(&format!("p{i}"), &format!("I{}", i % 3), "5.5", &valid_from);
        }
        Act::Sent(i, at, came, cancelled) => {
            let docstatus = if cancelled { 2 } else { 1 };
            fake.sent(&format!("STE-{i}"), &transit(at), came, docstatus, id(i).filter(|_| i > 8).as_deref());
        }
        Act::Received(i, came) if there(fake, "Stock Entry", &format!("STE-{i}")) => {
            let name = format!("STE-{i}");
            let row = format!("{name}-Stock Entry Detail-0");
            let entry = fake.tables.get_mut("Stock Entry").unwrap().get_mut(&name).unwrap();
            let was_whole = entry["per_transferred"] == 100.0;
            entry["per_transferred"] = (10.0 * f64::from(came)).into();
            // Receiving sets the time by ERPNext's public source, and so does cancelling that; what is not under way any more is known by that alone.
            if was_whole && came < 10 {
                fake.put("Stock Entry", &name, json!({}));
            }
            fake.tables.get_mut("Stock Entry Detail").unwrap().get_mut(&row).unwrap()["transferred_qty"] =
                f64::from(came).into();
        }
        Act::DeleteSent(i) if there(fake, "Stock Entry", &format!("STE-{i}")) => {
            fake.delete("Stock Entry", &format!("STE-{i}"));
        }
        Act::Transit(at, whose) => fake.transit(&transit(at), site(whose)),
        Act::Shop(i, whose, at) => {
            let fields = json!({ "company": COMPANY, "warehouse_type": null, "is_group": 0, "disabled": 0,
                "outpost_site": site(whose), "default_in_transit_warehouse": (at < 3).then(|| transit(at)) });
            fake.put("Warehouse", &format!("Shop {i}"), fields);
        }
        Act::Delete(i) if there(fake, "Item", &format!("I{i}")) => fake.delete("Item", &format!("I{i}")),
        // A site's own stays in the office's rows until the site is told otherwise.
        Act::DeleteCustomer(i) if i % 2 == 1 && there(fake, "Customer", &format!("C{i}")) => {
            fake.delete("Customer", &format!("C{i}"));
        }
        Act::Rename(from, to) => {
            let (from, to) = (format!("I{from}"), format!("R{to}"));
            if there(fake, "Item", &from) && !there(fake, "Item", &to) {
                fake.rename("Item", &from, &to);
                // frappe moves the rows along.
                let barcode = json!({ "barcode": format!("899{from}"), "uom": null });
                fake.parts("Item Barcode", "Item", &from, &[]);
                fake.parts("Item Barcode", "Item", &to, &[barcode]);
            }
        }
        Act::RenameCustomer(from, to) => {
            let (from, to) = (format!("C{from}"), format!("D{to}"));
            if there(fake, "Customer", &from) && !there(fake, "Customer", &to) {
                fake.rename("Customer", &from, &to);
            }
        }
        Act::Late(i, late) => {
            fake.item(&format!("I{i}"), "late");
            fake.put_at("Item", &format!("I{i}"), json!({}), fake.now - i64::from(late));
            // No two changes have the same microsecond.
            let document = fake.tables.get_mut("Item").and_then(|table| table.get_mut(&format!("I{i}"))).unwrap();
            document["modified"] = format!("{}.{:06}", document["modified"].as_str().unwrap(), fake.now).into();
        }
        Act::Together => {
            fake.now += 1;
            let now = Fake::time(fake.now);
            for row in fake.tables.get_mut("Item").into_iter().flat_map(|table| table.values_mut()) {
                row["modified"] = now.clone().into();
                row["item_group"] = now.clone().into();
            }
        }
        Act::Pass(seconds) => fake.now += i64::from(seconds),
        Act::Steps(steps) => (0..steps).for_each(|_| {
            let _ = office.step(fake, Round::Changes);
        }),
        Act::All => {
            let _ = office.step(fake, Round::All);
        }
        Act::Break(at) => fake.fails.set(Some(at.into())),
        Act::Delete(_) | Act::DeleteCustomer(_) | Act::DeleteSent(_) | Act::Received(..) => {}
    }
}

fn transit(at: u8) -> String {
    format!("Transit {at}")
}

/// Two sites, and nobody.
fn site(whose: u8) -> Option<&'static str> {
    [Some("bandung"), Some("solo"), None, None][usize::from(whose)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_changes_between_any_steps_end_in_the_rows_of_a_full_load(acts in prop::collection::vec(act(), 1..60), page in 1usize..6) {
        let (mut fake, mut office) = (Fake::new(), Office { page: Some(page), ..Office::default() });
        for act in acts {
            run(&mut fake, &mut office, act);
        }
        fake.fails.set(None);
        // What is under way comes to its end; then one round of changes and one of names.
        if office.progress.is_under_way() {
            office.round(&fake, Round::Changes);
        }
        office.round(&fake, Round::All);
        prop_assert_eq!(&office.kept, &Office::afresh(&fake).kept);
        // Nothing more comes then.
        let before = office.kept.clone();
        office.round(&fake, Round::All);
        prop_assert_eq!(office.kept, before);
    }

    #[test]
    fn changes_alone_do_where_nothing_is_deleted_or_renamed(acts in prop::collection::vec(act(), 1..60), page in 1usize..6) {
        let (mut fake, mut office) = (Fake::new(), Office { page: Some(page), ..Office::default() });
        for act in acts {
            match act {
                Act::Delete(_) | Act::DeleteCustomer(_) | Act::Rename(..) | Act::RenameCustomer(..) | Act::All => {}
                act => run(&mut fake, &mut office, act),
            }
        }
        fake.fails.set(None);
        if office.progress.is_under_way() {
            office.round(&fake, Round::Changes);
        }
        office.round(&fake, Round::Changes);
        prop_assert_eq!(office.kept, Office::afresh(&fake).kept);
    }
}
