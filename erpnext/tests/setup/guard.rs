//! The guard: installed, seen by the check, mended, taken away; and what stands in its way.

use super::*;
use erpnext_stand_in::Doc;
use outpost_erpnext::guard::{self, LINK, Mode};
use outpost_erpnext::setup::{Plan, Step, Wish, check_settings, undo};

fn guarded(known: &Key) -> Wishes {
    Wishes { known_key: Some(known.key.clone()), guard: Wish::There(Mode::Asking), ..wishes() }
}

fn carry_out(plan: &Plan, admin: &Client) {
    plan.carry_out(admin, &mut |_| {}, &mut |_| Ok(())).unwrap();
}

/// What there is of the guard.
fn there(stand_in: &StandIn) -> (usize, bool) {
    (stand_in.documents("Server Script").len(), stand_in.document("DocType", LINK).is_some())
}

fn without_stamps(mut doc: Doc) -> Doc {
    doc.retain(|field, _| !field.starts_with("modified") && field != "creation");
    doc
}

#[test]
fn it_is_there_where_somebody_wishes_it_and_goes_again() {
    let stand_in = bare();
    stand_in.set_server_scripts(true);
    let admin = admin(&stand_in);
    let key = set_up(&stand_in);
    assert_eq!(there(&stand_in), (0, false), "nobody has wished for it");

    let first = plan(&admin, &guarded(&key)).unwrap();
    let words = first.to_string();
    for line in [
        "make the doctype Outpost Link, where the office keeps when it heard each workshop",
        "Stock Entry: add the field outpost_ask (Check, not copied)",
        "Delivery Note: add the field outpost_answer (Small Text, not copied, read only)",
        "Stock Entry: make the Server Script Outpost Guard: Stock Entry Before Submit, which refuses it for a workshop's warehouse",
        "Purchase Invoice: make the Server Script Outpost Guard: Purchase Invoice Before Cancel, which refuses it for",
        "Stock Entry: make the Server Script Outpost Guard: Stock Entry Before Save, which refuses changes of a draft",
        "Stock Entry: make the Server Script Outpost Guard: Stock Entry Before Delete, which refuses to delete a draft",
    ] {
        assert!(words.lines().any(|said| said.starts_with(line)), "{line}\n{words}");
    }
    assert!(!words.contains("Stock Reconciliation: add the field"), "a count is never asked for: {words}");
    assert_eq!(first.steps.len(), 1 + 10 + 12 + 10);
    carry_out(&first, &admin);
    assert_eq!(there(&stand_in), (22, true));
    assert_eq!(plan(&admin, &guarded(&key)).unwrap(), Plan::default());
    let as_it_is = Wishes { guard: Wish::AsItIs, ..guarded(&key) };
    assert_eq!(plan(&admin, &as_it_is).unwrap(), Plan::default(), "a plan without the wish leaves it");

    // Somebody has changed one, and switched another off.
    let name = "Outpost Guard: Stock Entry Before Submit";
    let whole = without_stamps(stand_in.document("Server Script", name).unwrap());
    stand_in.set("Server Script", name, "script", json!("pass"));
    stand_in.set("Server Script", "Outpost Guard: Delivery Note Before Cancel", "disabled", json!(1));
    let mend = plan(&admin, &guarded(&key)).unwrap();
    assert!(matches!(&mend.steps[..], [Step::MendScript(_), Step::MendScript(_)]), "{mend}");
    carry_out(&mend, &admin);
    assert_eq!(without_stamps(stand_in.document("Server Script", name).unwrap()), whole);

    // Somebody wishes for the weaker one, and for the other again. Not while a box is asked, for nobody would tell what it says.
    let weak = Wishes { guard: Wish::There(Mode::WhileDown), ..guarded(&key) };
    stand_in.add_item("BUTTON", "Raw Material", "Nos", true);
    let draft = json!({ "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "company": "Tailor Works",
        "items": [{ "item_code": "BUTTON", "qty": 1, "basic_rate": 5 }], "outpost_id": "1", "outpost_answer": "it is asked" });
    let draft = stand_in.make("Stock Entry", draft);
    let gone = Wishes { guard: Wish::Gone, ..guarded(&key) };
    for wishes in [&weak, &gone] {
        let stopped = plan(&admin, wishes).unwrap();
        let [obstacle] = &stopped.obstacles[..] else { panic!("{stopped}") };
        assert!(obstacle.starts_with("of 1 drafts of Stock Entry a workshop's box is asked"), "{obstacle}");
    }
    stand_in.lose("Stock Entry", &draft);
    let change = plan(&admin, &weak).unwrap();
    assert_eq!(change.steps.len(), 12 + 10 + 10, "what is submitted, saving and deleting, the fields: {change}");
    carry_out(&change, &admin);
    assert_eq!(plan(&admin, &weak).unwrap(), Plan::default());
    let script = stand_in.document("Server Script", name).unwrap()["script"].clone();
    assert!(script.as_str().unwrap().contains("asks = False"), "{script}");
    carry_out(&plan(&admin, &guarded(&key)).unwrap(), &admin);
    assert_eq!(without_stamps(stand_in.document("Server Script", name).unwrap()), whole);

    guard::say(&with_key(&stand_in, &key), "bandung", "2026-11-23 16:15:00").unwrap();
    let back = plan(&admin, &gone).unwrap();
    assert!(
        matches!(back.steps.last(), Some(Step::RemoveLinks)),
        "without links the scripts refuse everything: {back}"
    );
    carry_out(&back, &admin);
    assert_eq!(there(&stand_in), (0, false));
    assert_eq!(plan(&admin, &gone).unwrap(), Plan::default());
    carry_out(&plan(&admin, &guarded(&key)).unwrap(), &admin);
    carry_out(&undo(&admin, &wishes()).unwrap(), &admin);
    assert_eq!(there(&stand_in), (0, false), "all of setup taken back takes the guard as well");
}

#[test]
fn people_read_the_links_and_the_office_alone_writes_them() {
    let stand_in = bare();
    stand_in.set_server_scripts(true);
    let admin = admin(&stand_in);
    let key = set_up(&stand_in);
    carry_out(&plan(&admin, &guarded(&key)).unwrap(), &admin);
    let connector = with_key(&stand_in, &key);
    guard::say(&connector, "bandung", "2026-11-23 16:15:00").unwrap();
    guard::say(&connector, "bandung", "2026-11-23 16:16:00").unwrap();
    let wati = client(&stand_in, &stand_in.add_user("wati@tailor.local", &["Stock User", "Accounts User"]));
    let only_reads = || {
        wati.get(LINK, "bandung").unwrap();
        let heard = json!({ "heard": "2026-11-23 18:00:00" });
        let refused = [
            wati.update(LINK, "bandung", &heard).unwrap_err(),
            wati.insert(LINK, &json!({ "site": "garut", "heard": "2026-11-23 18:00:00" })).unwrap_err(),
            wati.delete(LINK, "bandung").unwrap_err(),
        ];
        refused.iter().all(|refused| refused.is("PermissionError"))
    };
    assert!(only_reads());

    // As it was installed before: of each right that was not said ERPNext took yes.
    let (mut settings, masters) = workshop(&stand_in);
    settings.guard = serde_json::from_value(json!({})).unwrap();
    let told = || check(&connector, &settings, &masters).into_iter().find(|line| line.field == "guard.Outpost Link");
    assert_eq!(told(), None);
    let mut rights = admin.get("DocType", LINK).unwrap()["permissions"].clone();
    let reader = rights.as_array_mut().unwrap().iter_mut().find(|row| row["role"] == "Stock User").unwrap();
    for right in ["write", "create", "delete", "share", "print"] {
        reader[right] = json!(1);
    }
    admin.update("DocType", LINK, &json!({ "permissions": rights })).unwrap();
    wati.update(LINK, "bandung", &json!({ "heard": "2026-11-23 18:00:00" })).unwrap();
    let line = told().unwrap();
    assert_eq!(line.level, Level::Error);
    assert!(line.found.starts_with("Stock User may write") && line.remedy.contains("setup --guard"), "{line}");

    let mend = plan(&admin, &guarded(&key)).unwrap();
    assert!(matches!(&mend.steps[..], [Step::MendLinks]), "{mend}");
    carry_out(&mend, &admin);
    assert!(only_reads());
    assert_eq!((told(), plan(&admin, &guarded(&key)).unwrap()), (None, Plan::default()));
}

#[test]
fn what_would_make_erpnext_refuse_everything_is_not_installed() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let key = set_up(&stand_in);
    let only = |admin: &Client| {
        let plan = plan(admin, &guarded(&key)).unwrap();
        let [obstacle] = &plan.obstacles[..] else { panic!("{plan}") };
        assert!(plan.carry_out(admin, &mut |_| panic!("nothing is done"), &mut |_| Ok(())).is_err());
        obstacle.clone()
    };
    let off = only(&admin);
    assert!(off.contains("switched off") && off.contains("bench set-config -g server_script_enabled 1"), "{off}");
    stand_in.set_server_scripts(true);
    let boss = client(&stand_in, &stand_in.add_user("boss@tailor.local", &["System Manager"]));
    assert!(only(&boss).contains("has not the role Script Manager"));
    let somebodys = json!({
        "name": LINK, "module": "Custom", "custom": 1, "autoname": "hash",
        "fields": [{ "fieldname": "site", "label": "Site", "fieldtype": "Data" }],
    });
    stand_in.make("DocType", somebodys);
    assert!(only(&admin).contains("there is a doctype Outpost Link that is not named by a field `site`"));
    let back = undo(&admin, &wishes()).unwrap();
    assert!(!back.steps.contains(&Step::RemoveLinks), "somebody else's stays");
}

#[test]
fn who_may_not_see_scripts_takes_all_back_where_there_is_no_guard_and_else_nothing() {
    let stand_in = bare();
    stand_in.set_server_scripts(true);
    let admin = admin(&stand_in);
    let key = set_up(&stand_in);
    let boss = client(&stand_in, &stand_in.add_user("boss@tailor.local", &["System Manager"]));
    let gone = Wishes { guard: Wish::Gone, ..guarded(&key) };
    assert_eq!(plan(&boss, &gone).unwrap(), Plan::default());
    assert_eq!(undo(&boss, &wishes()).unwrap(), undo(&admin, &wishes()).unwrap());

    carry_out(&plan(&admin, &guarded(&key)).unwrap(), &admin);
    for stopped in [plan(&boss, &gone).unwrap(), undo(&boss, &wishes()).unwrap()] {
        let [obstacle] = &stopped.obstacles[..] else { panic!("{stopped}") };
        assert!(obstacle.contains("boss@tailor.local that role") && obstacle.contains("Script Manager"), "{obstacle}");
        assert!(stopped.carry_out(&boss, &mut |_| panic!("nothing is done"), &mut |_| Ok(())).is_err());
    }
    carry_out(&undo(&admin, &wishes()).unwrap(), &admin);
    assert_eq!(there(&stand_in), (0, false));
}

#[test]
fn the_check_says_whether_it_works() {
    let stand_in = bare();
    stand_in.set_server_scripts(true);
    let admin = admin(&stand_in);
    let key = set_up(&stand_in);
    let (mut settings, masters) = workshop(&stand_in);
    let told = |settings: &Settings| {
        let mut findings = check(&with_key(&stand_in, &key), settings, &masters);
        findings.extend(check_settings(&admin, settings, &masters));
        let lines: Vec<_> = findings.into_iter().filter(|line| line.field.starts_with("guard")).collect();
        lines.iter().map(|line| (line.level, format!("{}: {}", line.field, line.found))).collect::<Vec<_>>()
    };
    let worst = |settings: &Settings| told(settings).into_iter().max().unwrap();
    assert_eq!(
        told(&settings),
        [(Level::Ok, "guard: not installed".into()), (Level::Ok, "guard: it has no scripts in ERPNext".into())]
    );

    settings.guard = serde_json::from_value(json!({})).unwrap();
    assert!(matches!(worst(&settings), (Level::Error, words) if words.contains("ERPNext has no Outpost Link")));
    carry_out(&plan(&admin, &guarded(&key)).unwrap(), &admin);
    assert!(matches!(worst(&settings), (Level::Warning, words) if words.contains("no warehouse in ERPNext")));
    change(&stand_in, "Warehouse", "Bandung - TW", json!({ "outpost_site": "bandung" }));
    assert!(matches!(worst(&settings), (Level::Warning, words) if words.contains("was never written")));
    let connector = with_key(&stand_in, &key);
    guard::say(&connector, "bandung", "2026-11-23 16:15:00").unwrap();
    guard::say(&connector, "bandung", "2026-11-23 16:16:00").unwrap();
    let good = told(&settings);
    assert!(good.iter().all(|(level, _)| *level == Level::Ok), "{good:?}");
    assert!(good[0].1.starts_with("guard.bandung: heard 2026-11-23 16:16:00, written 20"), "{good:?}");

    // Nobody writes any more; a script is gone; scripts are switched off.
    let unheard = Settings { guard: None, ..settings.clone() };
    assert!(matches!(worst(&unheard), (Level::Error, words) if words.contains("no office writes there")));
    stand_in.lose("Server Script", "Outpost Guard: Stock Entry Before Submit");
    assert!(matches!(worst(&settings), (Level::Warning, words) if words.contains("1 of its 22 scripts")));
    stand_in.set_server_scripts(false);
    assert!(matches!(worst(&settings), (Level::Error, words) if words.contains("Server Scripts are switched off")));
    // So it is: ERPNext refuses what the guard would let through.
    stand_in.add_item("BUTTON", "Raw Material", "Nos", true);
    let count = json!({ "docstatus": 1, "purpose": "Stock Reconciliation", "company": "Tailor Works", "outpost_id": "1",
        "items": [{ "item_code": "BUTTON", "warehouse": "Stores - TW", "qty": 5, "valuation_rate": 500 }] });
    let refused = connector.insert("Stock Reconciliation", &count).unwrap_err();
    assert!(refused.is("ServerScriptNotEnabled"), "{refused}");
    stand_in.set_server_scripts(true);
    connector.insert("Stock Reconciliation", &count).unwrap();
}
