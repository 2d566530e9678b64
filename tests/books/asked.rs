//! A draft in ERPNext is ticked Ask the Workshop: the workshop's box is asked, and the draft is submitted under its own name, once.

use super::shop::{self, Shop};
use super::{books, python, times, until};
use erpnext_stand_in::Doc;
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::guard::{LINK, Mode};
use outpost_erpnext::setup::{Wish, Wishes, plan};
use serde_json::{Value, json};

const SE: &str = "Stock Entry";
const SI: &str = "Sales Invoice";

/// A shop with ten buttons at Bandung, its guard in ERPNext, and Wati, who works there.
struct Asking {
    shop: Shop,
    wati: Client,
}

impl Asking {
    fn open() -> Self {
        let shop = Shop::open(&["bandung"]);
        shop.erp.set_server_scripts(true);
        shop.erp.run_scripts_with(python::runner());
        let user = shop.erp.admin();
        let admin = Client::new(&shop.erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
        let guard = Wish::There(Mode::Asking);
        let wishes = Wishes { email: "outpost@tailor.local".into(), guard, ..Wishes::default() };
        plan(&admin, &wishes).unwrap().carry_out(&admin, &mut |_| {}, &mut |_| Ok(())).unwrap();
        shop.erp.set("Warehouse", "Stores - TW", "outpost_site", json!("bandung"));
        let toml = shop.town.office.dir.join("erpnext.toml");
        let before = std::fs::read_to_string(&toml).unwrap();
        std::fs::write(&toml, format!("{before}[guard]\nevery_s = 1\nasks_every_s = 1\n")).unwrap();
        until("a link", || shop.erp.document(LINK, "bandung"), Option::is_some);
        shop.send(0, "stock-entry", &shop::receipt(1, "10"));
        until("the receipt in the books", || times(&shop.erp, &shop::id(1)), |times| *times == 1);
        let user = shop.erp.add_user("wati@tailor.local", &["Stock User", "Sales User", "Accounts User"]);
        let wati = Client::new(&shop.erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
        Self { shop, wati }
    }

    /// Wati saves a ticked draft of an issue of buttons; its name.
    fn tick(&self, qty: u32) -> String {
        let made = self.wati.insert(SE, &issue(qty)).unwrap();
        made["name"].as_str().unwrap().to_owned()
    }

    fn draft(&self, name: &str) -> Doc {
        let of = if name.contains("SINV") { SI } else { SE };
        self.shop.erp.document(of, name).unwrap()
    }

    fn wait(&self, what: &str, name: &str, is: impl Fn(&Doc) -> bool) -> Doc {
        until(what, || self.draft(name), |draft| is(draft))
    }

    /// Waits until it is submitted; its id.
    fn wait_submitted(&self, name: &str) -> String {
        let there = self.wait("the draft submitted", name, |draft| draft["docstatus"] == 1);
        let id = text(&there, "outpost_id").to_owned();
        let posted = format!("posted as {name}");
        until("the box told", || books(&self.shop.boxes[0], &id), |state| *state == posted);
        assert_eq!(times(&self.shop.erp, &id), 1);
        assert!(text(&there, "outpost_answer").starts_with("bandung's box has recorded it"), "{there:?}");
        id
    }

    /// The draft has the id that the office gives it, and the office was stopped then.
    fn set_asked(&self, name: &str, id: &str) {
        let fields =
            [("outpost_id", id), ("outpost_site", "bandung"), ("outpost_answer", "bandung's box is asked since then.")];
        let of = self.draft(name)["doctype"].as_str().unwrap().to_owned();
        for (field, value) in fields {
            self.shop.erp.set(&of, name, field, json!(value));
        }
    }

    /// What Bandung has less of than before, after its receipt.
    fn issued(&self) -> f64 {
        self.shop.stock_before + 10.0 - self.shop.erp.stock("BUTTON", "Stores - TW")
    }
}

fn issue(qty: u32) -> Value {
    json!({
        "stock_entry_type": "Material Issue", "company": "Tailor Works", "outpost_ask": 1,
        "items": [{ "item_code": "BUTTON", "qty": qty, "uom": "Nos", "s_warehouse": "Stores - TW" }],
    })
}

/// The same goods sold on credit.
fn invoice(qty: u32) -> Value {
    json!({
        "customer": "Bu Sari", "company": "Tailor Works", "update_stock": 1, "outpost_ask": 1,
        "items": [{ "item_code": "BUTTON", "qty": qty, "rate": 1000, "uom": "Nos", "warehouse": "Stores - TW" }],
    })
}

fn text<'a>(doc: &'a Doc, field: &str) -> &'a str {
    doc.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn a_draft_is_asked_and_becomes_the_document_under_its_own_name() {
    let asking = Asking::open();
    let mut at_once = issue(3);
    at_once["docstatus"] = json!(1);
    let refused = asking.wati.insert(SE, &at_once).unwrap_err().to_string();
    assert!(refused.contains("tick Ask the Workshop and save: bandung's box is asked"), "{refused}");
    let name = asking.tick(3);
    let id = asking.wait_submitted(&name);
    assert_eq!(asking.issued(), 3.0);
    let there = asking.draft(&name);
    assert_eq!((text(&there, "owner"), text(&there, "outpost_user")), ("wati@tailor.local", "wati@tailor.local"));
    // It is the workshop's from then on; and the same drafts are looked at in vain.
    let told = asking.shop.town.office.status().unwrap()["erpnext"]["guard"]["drafts"].clone();
    assert_eq!(told, json!({ "undecided": 0, "trouble": null }));
    assert_eq!(times(&asking.shop.erp, &id), 1);
    asking.shop.close();
}

#[test]
fn what_the_box_has_too_little_of_is_declined_with_its_words_and_asked_again_when_it_was_changed() {
    let asking = Asking::open();
    let name = asking.tick(11);
    let declined = asking.wait("that it is declined", &name, |draft| draft["outpost_ask"] == 0);
    assert!(text(&declined, "outpost_answer").starts_with("bandung's box has declined on "), "{declined:?}");
    assert!(text(&declined, "outpost_answer").contains("BUTTON"), "{declined:?}");
    assert_eq!((text(&declined, "outpost_id"), &declined["docstatus"]), ("", &json!(0)));
    let mut fewer = issue(10);
    fewer["items"][0]["name"] = declined["items"][0]["name"].clone();
    asking.wati.update(SE, &name, &fewer).unwrap();
    asking.wait_submitted(&name);
    assert_eq!(asking.issued(), 10.0);

    // What a workshop's document cannot say is not asked, and the field is named.
    let mut more = issue(1);
    more["additional_costs"] = json!([{ "expense_account": "Cash - TW", "description": "cart", "amount": 5 }]);
    let name = asking.wati.insert(SE, &more).unwrap()["name"].as_str().unwrap().to_owned();
    let told = asking.wait("that it is not asked", &name, |draft| draft["outpost_ask"] == 0);
    let answer = text(&told, "outpost_answer");
    assert!(answer.starts_with("Not asked (") && answer.contains("additional_costs"), "{answer}");
    asking.shop.close();
}

#[test]
fn what_the_box_has_recorded_and_is_given_up_at_the_office_gives_the_draft_back() {
    let asking = Asking::open();
    // What is in ERPNext has gone elsewhere, and the box does not know.
    let left = asking.shop.erp.stock("BUTTON", "Stores - TW");
    let mut gone = issue(left as u32 - 2);
    (gone["docstatus"], gone["outpost_id"], gone["outpost_ask"]) = (json!(1), json!("taken-1"), json!(0));
    asking.shop.erp.make(SE, gone);
    let name = asking.tick(5);
    let held = asking.shop.wait_held(1);
    let id = held["held"][0]["id"].as_str().unwrap();
    asking.wait("the word in the draft", &name, |draft| text(draft, "outpost_answer").contains("does not take it"));
    let give_up = ["office", "held", "give-up", id, "--by", "wati", "--reason", "torn paper"];
    asking.shop.town.office.command(&give_up, "").unwrap();
    let back = asking.wait("the draft given back", &name, |draft| text(draft, "outpost_answer").contains("torn paper"));
    assert_eq!((text(&back, "outpost_id"), &back["outpost_ask"], &back["docstatus"]), ("", &json!(0), &json!(0)));
    asking.wati.delete(SE, &name).unwrap();
    asking.shop.close();
}

#[test]
fn while_the_box_is_away_a_draft_is_its_writer_s_and_asked_once_it_is_there() {
    let mut asking = Asking::open();
    asking.shop.boxes[0].stop().unwrap();
    let name = asking.tick(3);
    let waits = asking.wait("that it is away", &name, |draft| !text(draft, "outpost_answer").is_empty());
    assert!(
        text(&waits, "outpost_answer").starts_with("The link to bandung is down: its box was last heard"),
        "{waits:?}"
    );
    assert_eq!(text(&waits, "outpost_id"), "");
    let untouched = asking.tick(1);
    asking.wait("that it is away too", &untouched, |draft| !text(draft, "outpost_answer").is_empty());
    let mut fewer = issue(2);
    fewer["items"][0]["name"] = waits["items"][0]["name"].clone();
    asking.wati.update(SE, &name, &fewer).unwrap();
    asking.shop.boxes[0].start().unwrap();
    asking.wait_submitted(&name);
    asking.wait_submitted(&untouched);
    // The office was the last to save it, and has asked for nobody.
    assert_eq!(text(&asking.draft(&untouched), "outpost_user"), "wati@tailor.local");
    assert_eq!(asking.issued(), 3.0);
    asking.shop.close();
}

#[test]
fn what_is_asked_is_changed_by_nobody_and_taken_back_by_the_tick() {
    let mut asking = Asking::open();
    asking.shop.town.office.stop().unwrap();
    let name = asking.tick(3);
    // The office was stopped between the id and the request, and the box is gone when it is back.
    asking.set_asked(&name, &shop::id(9));
    asking.shop.boxes[0].stop().unwrap();
    asking.shop.town.office.start().unwrap();
    let is_asked = |draft: &Doc| text(draft, "outpost_answer").contains("nothing is decided: the link is down");
    let waits = asking.wait("that it is asked", &name, is_asked);
    assert_eq!(text(&waits, "outpost_id"), shop::id(9), "it is asked under the id that it has");
    let refused = asking.wati.update(SE, &name, &json!({ "remarks": "soon" })).unwrap_err().to_string();
    assert!(refused.contains("untick Ask the Workshop"), "{refused}");
    let refused = asking.wati.update(SE, &name, &json!({ "docstatus": 1, "outpost_ask": 0 })).unwrap_err().to_string();
    assert!(refused.contains("untick Ask the Workshop"), "{refused}");
    asking.wati.update(SE, &name, &json!({ "outpost_ask": 0 })).unwrap();
    asking.wait("that it is being taken back", &name, |draft| text(draft, "outpost_answer").starts_with("Taken back."));
    asking.shop.boxes[0].start().unwrap();
    let free = asking.wait("that it is free", &name, |draft| text(draft, "outpost_id").is_empty());
    assert!(text(&free, "outpost_answer").contains("wati@tailor.local took it back at the office"), "{free:?}");
    assert_eq!(asking.issued(), 0.0);
    asking.wati.update(SE, &name, &json!({ "outpost_ask": 1 })).unwrap();
    assert_ne!(asking.wait_submitted(&name), shop::id(9), "what was declined is asked under another id");
    asking.shop.close();
}

#[test]
fn an_office_that_is_killed_at_any_step_of_asking_asks_once() {
    let mut asking = Asking::open();
    // After the id and before the request, with the box there.
    asking.shop.town.office.kill9().unwrap();
    let first = asking.tick(1);
    asking.set_asked(&first, &shop::id(9));
    let mut names = vec![first];
    asking.shop.town.office.start().unwrap();
    // At moments of its own: before the id, after it, after the request, before the box's word, before and after the posting.
    for round in 0..6u64 {
        names.push(asking.tick(1));
        let draft = || asking.draft(names.last().unwrap());
        if round % 2 == 0 {
            until("the id given", draft, |draft| !text(draft, "outpost_id").is_empty());
        }
        std::thread::sleep(std::time::Duration::from_millis(round * 37));
        asking.shop.town.office.kill9().unwrap();
        asking.shop.town.office.start().unwrap();
    }
    let ids: std::collections::BTreeSet<String> = names.iter().map(|name| asking.wait_submitted(name)).collect();
    assert_eq!((ids.len(), ids.contains(&shop::id(9))), (7, true));
    assert_eq!(asking.issued(), 7.0);
    let all = asking.shop.erp.documents(SE);
    assert_eq!(
        all.iter().filter(|doc| text(doc, "stock_entry_type") == "Material Issue").count(),
        7,
        "no draft was made anew"
    );
    asking.shop.close();
}

#[test]
fn a_draft_that_an_administrator_deletes_or_changes_meanwhile_is_booked_once_as_the_box_has_recorded_it() {
    let mut asking = Asking::open();
    asking.shop.town.office.stop().unwrap();
    let (deleted, changed) = (asking.tick(3), asking.tick(2));
    asking.set_asked(&deleted, &shop::id(8));
    asking.set_asked(&changed, &shop::id(9));
    asking.shop.boxes[0].stop().unwrap();
    asking.shop.town.office.start().unwrap();
    for name in [&deleted, &changed] {
        asking.wait("that it is asked", name, |draft| text(draft, "outpost_answer").contains("nothing is decided"));
    }
    asking.shop.erp.lose(SE, &deleted);
    let mut items = asking.draft(&changed)["items"].clone();
    items[0]["qty"] = json!(9.0);
    asking.shop.erp.set(SE, &changed, "items", items);
    asking.shop.boxes[0].start().unwrap();
    assert_eq!(asking.wait_submitted(&changed), shop::id(9));
    until("the other in the books", || times(&asking.shop.erp, &shop::id(8)), |times| *times == 1);
    assert_eq!(asking.issued(), 5.0, "what the box has recorded, and once");
    asking.shop.close();
}

#[test]
fn an_invoice_that_is_not_decided_by_midnight_is_asked_and_given_back_on_the_next_day() {
    let mut asking = Asking::open();
    asking.shop.town.office.stop().unwrap();
    let [few, many] = [2, 99].map(|qty| {
        let made = asking.wati.insert(SI, &invoice(qty)).unwrap();
        made["name"].as_str().unwrap().to_owned()
    });
    asking.set_asked(&many, &shop::id(9));
    asking.shop.boxes[0].stop().unwrap();
    asking.shop.town.office.start().unwrap();
    asking.wait("that it is away", &few, |draft| text(draft, "outpost_answer").starts_with("The link to bandung"));
    asking.wait("that it is asked", &many, |draft| text(draft, "outpost_answer").contains("nothing is decided"));
    let before = [&few, &many].map(|name| asking.draft(name));
    asking.shop.erp.put_clock_on(std::time::Duration::from_secs(24 * 3600));
    let late = asking.wati.update(SI, &few, &json!({ "remarks": "soon" })).unwrap_err().to_string();
    assert!(late.contains("Due Date cannot be before"), "{late}");

    asking.shop.boxes[0].start().unwrap();
    let given_back = asking.wait("that it is declined", &many, |draft| draft["outpost_ask"] == 0);
    assert!(text(&given_back, "outpost_answer").contains("has declined on"), "{given_back:?}");
    // It is due on the day of its posting as before, and is its writer's.
    assert_eq!(text(&before[1], "due_date"), text(&before[1], "posting_date"));
    assert_eq!(text(&given_back, "due_date"), text(&given_back, "posting_date"));
    assert_ne!(text(&given_back, "due_date"), text(&before[1], "due_date"));
    assert_eq!(given_back["set_posting_time"], before[1]["set_posting_time"]);
    asking.wati.update(SI, &many, &json!({ "remarks": "soon" })).unwrap();
    asking.wait_submitted(&few);
    assert_eq!(asking.issued(), 2.0);
    asking.shop.close();
}
