//! Whether ERPNext is reached, and what a look says where it is not.

use super::*;
use erpnext_stand_in::{Faults, Reach};
use outpost_erpnext::client::Failure;
use outpost_erpnext::map::{MasterData, Settings, SiteMap};
use outpost_erpnext::setup::{Plan, check_settings, check_sight, status};

#[test]
fn the_status_says_who_answers_what() {
    let stand_in = bare();
    let said = status(&client(&stand_in, &stand_in.connector()));
    let reached = said.reached.clone().unwrap();
    assert_eq!((reached.user.as_str(), reached.erpnext.as_deref()), ("connector@tailor.local", Some("15.71.1")));
    assert!(said.to_string().starts_with("ERPNext 15.71.1 answers in "), "{said}");
    let wrong = Key { key: "a".into(), secret: "b".into() };
    assert!(matches!(status(&with_key(&stand_in, &wrong)).reached, Err(Failure::Denied(_))));
    stand_in.set_reach(Reach::Refused);
    let said = status(&client(&stand_in, &stand_in.connector()));
    assert!(matches!(said.reached, Err(Failure::Again(_))), "{said}");
    assert!(said.to_string().starts_with("not reached in "), "{said}");
}

#[test]
fn a_look_at_nothing_says_one_thing() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let workshop = workshop(&stand_in);
    let wrong = Key { key: key.key.clone(), secret: "another".into() };
    let findings = looked(&stand_in, &wrong, &workshop);
    assert!(matches!(&bad(&findings)[..], [one] if one.field == "key"), "{findings:?}");
    stand_in.set_reach(Reach::Refused);
    let findings = looked(&stand_in, &key, &workshop);
    assert!(matches!(&bad(&findings)[..], [one] if one.field == "erpnext" && !one.remedy.is_empty()), "{findings:?}");
}

#[test]
fn an_erpnext_that_nobody_has_tried_is_told() {
    for (version, zone, level, field, words) in [
        ("16.1.0", "Asia/Jakarta", Level::Warning, "version", "ERPNext 16.1.0, Frappe 15.72.4"),
        ("", "Asia/Jakarta", Level::Error, "version", "ERPNext is not installed there"),
        ("15.80.0", "Asia/Bandung", Level::Error, "time_zone", "ERPNext's is \"Asia/Bandung\", which is not known"),
    ] {
        let options = Options { start: Start::Bare, version: version.into(), zone: zone.into(), ..Options::default() };
        let stand_in = StandIn::start(options).unwrap();
        let key = set_up(&stand_in);
        let findings = looked(&stand_in, &key, &workshop(&stand_in));
        let told = bad(&findings);
        let [one] = &told[..] else { panic!("{told:#?}") };
        assert_eq!((one.level, one.field.as_str(), one.found.as_str()), (level, field, words));
    }
}

#[test]
fn whether_stock_may_be_less_than_nothing_is_told() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let workshop = workshop(&stand_in);
    for (allowed, words) in [(0, "off: "), (1, "on: ")] {
        change(&stand_in, "Stock Settings", "Stock Settings", json!({ "allow_negative_stock": allowed }));
        let findings = looked(&stand_in, &key, &workshop);
        let line = findings.iter().find(|line| line.field == "Stock Settings.allow_negative_stock").unwrap();
        assert!(line.level == Level::Ok && line.found.starts_with(words), "{line}");
    }
}

#[test]
fn a_credit_limit_that_the_connector_may_pass_is_none_to_it() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let workshop = workshop(&stand_in);
    let limits = json!([{ "company": "Tailor Works", "credit_limit": 1_000_000 }]);
    change(&stand_in, "Customer", "Bu Sari", json!({ "credit_limits": limits }));
    for (role, level) in [("Accounts User", Level::Ok), ("Chief", Level::Warning)] {
        change(&stand_in, "Accounts Settings", "Accounts Settings", json!({ "credit_controller": role }));
        let findings = looked(&stand_in, &key, &workshop);
        let line = findings.iter().find(|line| line.field == "Accounts Settings.credit_controller").unwrap();
        assert_eq!(line.level, level, "{line}");
    }
}

#[test]
fn a_unit_with_more_digits_than_erpnext_keeps_is_told() {
    let stand_in = bare();
    set_up(&stand_in);
    let (settings, mut masters) = workshop(&stand_in);
    let cloth = json!({"item_code": "CLOTH-1", "item_name": "Cloth", "stock_uom": "Meter", "is_stock_item": 1,
        "uoms": [{"uom": "Yard", "conversion_factor": "0.9144"}]});
    masters.put(Row::deserialize_as(Table::Item, cloth).unwrap());
    for (digits, told) in [("", true), ("3", true), ("4", false)] {
        change(&stand_in, "System Settings", "System Settings", json!({ "float_precision": digits }));
        let findings = check_settings(&admin(&stand_in), &settings, &masters);
        let line = findings.iter().find(|line| line.field == "System Settings.float_precision").unwrap();
        assert_eq!(
            line.level == Level::Warning && line.found.contains("a Yard of CLOTH-1 is 0.9144 Meter"),
            told,
            "{line}"
        );
    }
}

#[test]
fn an_administrator_sees_what_the_connector_may_not() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let (settings, masters) = workshop(&stand_in);
    let admin = admin(&stand_in);
    assert_eq!(bad(&check_settings(&admin, &settings, &masters)), Vec::<&Finding>::new());
    for (single, fields, level, field) in [
        ("System Settings", json!({ "rounding_method": "Commercial Rounding" }), Level::Error, "rounding_method"),
        ("System Settings", json!({ "float_precision": "2" }), Level::Warning, "float_precision"),
        ("System Settings", json!({ "currency_precision": "0" }), Level::Error, "currency_precision"),
        ("Global Defaults", json!({ "disable_rounded_total": 1 }), Level::Warning, "disable_rounded_total"),
        ("Selling Settings", json!({ "cust_master_name": "Naming Series" }), Level::Warning, "cust_master_name"),
        ("Buying Settings", json!({ "supp_master_name": "Naming Series" }), Level::Warning, "supp_master_name"),
        ("Selling Settings", json!({ "so_required": "Yes" }), Level::Warning, "so_required"),
        ("Selling Settings", json!({ "dn_required": "Yes" }), Level::Warning, "dn_required"),
        ("Selling Settings", json!({ "validate_selling_price": 1 }), Level::Warning, "validate_selling_price"),
        ("Selling Settings", json!({ "allow_multiple_items": 0 }), Level::Warning, "allow_multiple_items"),
        ("Buying Settings", json!({ "allow_multiple_items": 0 }), Level::Warning, "allow_multiple_items"),
        ("Buying Settings", json!({ "po_required": "Yes" }), Level::Warning, "po_required"),
        ("Buying Settings", json!({ "pr_required": "Yes" }), Level::Warning, "pr_required"),
    ] {
        let backup = stand_in.snapshot();
        change(&stand_in, single, single, fields);
        let findings = check_settings(&admin, &settings, &masters);
        let told = bad(&findings);
        let [one] = &told[..] else { panic!("{told:?}") };
        assert_eq!((one.level, one.field.as_str()), (level, format!("{single}.{field}").as_str()));
        assert!(!one.remedy.is_empty());
        let seen = check(&with_key(&stand_in, &key), &settings, &masters);
        let line = seen.iter().find(|line| line.field == single).unwrap();
        assert!(line.found.starts_with("not looked at"), "{line}");
        stand_in.restore(&backup);
    }
}

#[test]
fn a_workflow_on_what_is_submitted_is_told_by_setup_and_by_a_check_with_an_administrators_key() {
    let stand_in = bare();
    let known = Wishes { known_key: Some(set_up(&stand_in).key), ..wishes() };
    let (settings, masters) = workshop(&stand_in);
    let admin = admin(&stand_in);
    let told = |client: &Client| {
        let findings = check_settings(client, &settings, &masters);
        let lines = findings.into_iter().filter(|line| line.field.starts_with("Workflow"));
        lines.map(|line| (line.level, format!("{}: {}", line.field, line.found))).collect::<Vec<_>>()
    };
    for (name, doctype, active) in [
        ("Buying", "Purchase Invoice", 1),
        ("Old", "Sales Invoice", 0),
        ("People", "Customer", 1),
        ("Tasks", "Task", 1),
    ] {
        stand_in.seed("Workflow", name, json!({ "document_type": doctype, "is_active": active }));
    }
    let found = "Purchase Invoice has the active Workflow Buying: what a workshop has made is booked at once";
    let [(Level::Error, line)] = &told(&admin)[..] else { panic!("{:?}", told(&admin)) };
    assert!(line.starts_with(&format!("Workflow.Buying: {found}")), "{line}");
    let said = plan(&admin, &known).unwrap();
    assert!(said.is_empty(), "it stops nothing: {said}");
    assert!(said.to_string().starts_with(&format!("nothing is to be done\nmind: {found}")), "{said}");

    stand_in.set("Workflow", "Buying", "is_active", json!(0));
    assert_eq!(told(&admin), [(Level::Ok, "Workflow: none is active on what is posted".into())]);
    assert_eq!(plan(&admin, &known).unwrap(), Plan::default());
    let connector = client(&stand_in, &stand_in.connector());
    assert!(matches!(&told(&connector)[..], [(Level::Ok, line)] if line.contains("not looked at")));
}

#[test]
fn what_narrows_the_connectors_lists_is_told() {
    let stand_in = bare();
    let own = with_key(&stand_in, &set_up(&stand_in));
    let admin = admin(&stand_in);
    assert!(matches!(&check_sight(&admin, &own)[..], [one] if one.level == Level::Ok));
    let user = status(&own).reached.unwrap().user;
    for (user, warehouse) in [(user.as_str(), "Stores - TW"), ("Administrator", "Finished Goods - TW")] {
        let permission = json!({ "user": user, "allow": "Warehouse", "for_value": warehouse });
        stand_in.seed("User Permission", &format!("{user}-1"), permission);
    }
    let told = check_sight(&admin, &own);
    let [one] = &told[..] else { panic!("{told:?}") };
    assert!(one.level == Level::Warning && one.found.contains("only what is of Warehouse Stores - TW: "), "{one}");
}

#[test]
fn a_line_that_breaks_is_not_taken_for_a_right_that_is_missing() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let (settings, masters) = workshop(&stand_in);
    let own =
        MasterData { company: "Tailor Works".into(), changes_every_s: 60, stock_every_s: 300, warehouses: [].into() };
    let settings = Settings { master_data: Some(own), ..settings };
    let look = || check(&with_key(&stand_in, &key), &settings, &masters);
    let lacking = |findings: &[Finding]| {
        findings.iter().find(|one| one.found.starts_with("cannot be read: ")).map(|one| one.found.clone())
    };
    let whole = lacking(&look());
    let breaks_there = |seed: u64| {
        stand_in.set_faults(Faults { seed, error_502: 0.03, ..Faults::default() });
        let findings = look();
        let told = lacking(&findings);
        assert!(told.is_none() || told == whole, "{told:?}");
        findings.iter().any(|one| one.field == "master_data" && one.level == Level::Error)
    };
    assert!((0..60).any(breaks_there), "none has broken while the rights were looked at");
}

#[test]
fn where_master_data_comes_from_there_its_names_are_looked_at() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let (settings, masters) = workshop(&stand_in);
    let look = |company: &str, warehouse: &str| {
        let own = MasterData {
            company: company.into(),
            changes_every_s: 60,
            stock_every_s: 300,
            warehouses: [(warehouse.to_owned(), "bandung".parse().unwrap())].into(),
        };
        let settings = Settings { master_data: Some(own), ..settings.clone() };
        let found = check(&with_key(&stand_in, &key), &settings, &masters);
        found.into_iter().filter(|finding| finding.field.starts_with("master_data")).collect::<Vec<_>>()
    };
    let good = look("Tailor Works", "Stores - TW");
    assert!(good.iter().all(|finding| finding.level != Level::Error), "{good:#?}");
    assert!(good.iter().any(|finding| finding.found == "Stores - TW is bandung's"), "{good:#?}");
    let wrong = look("Tailor Work", "Stores - TW");
    assert!(
        matches!(&wrong[..], [one] if one.level == Level::Error && one.field == "master_data.company"),
        "{wrong:#?}"
    );
    let wrong = look("Tailor Works", "Store - TW");
    assert!(
        wrong.iter().any(|one| one.level == Level::Error && one.found == "Store - TW is not in ERPNext"),
        "{wrong:#?}"
    );
    let wrong = look("Tailor Works", "All Warehouses - TW");
    assert!(wrong.iter().any(|one| one.level == Level::Error && one.found.contains("is a group")), "{wrong:#?}");
}

#[test]
fn of_several_companies_each_is_looked_at_and_whether_its_warehouses_are_its_own() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    stand_in.make(
        "Company",
        json!({ "company_name": "Cutter Works", "abbr": "CW", "default_currency": "IDR",
        "country": "Indonesia" }),
    );
    let (settings, masters) = workshop(&stand_in);
    let look = |company: &str, warehouse: &str| {
        let own = MasterData {
            company: "Tailor Works".into(),
            changes_every_s: 60,
            stock_every_s: 300,
            warehouses: [(warehouse.to_owned(), "solo".parse().unwrap())].into(),
        };
        let mut settings = Settings { master_data: Some(own), ..settings.clone() };
        let solo = SiteMap { company: Some(company.into()), ..SiteMap::default() };
        settings.sites.insert("solo".parse().unwrap(), solo);
        let found = check(&with_key(&stand_in, &key), &settings, &masters);
        let told = found.into_iter().filter(|finding| finding.field.starts_with("master_data"));
        told.map(|finding| (finding.level, finding.found)).collect::<Vec<_>>()
    };
    let good = look("Cutter Works", "Stores - CW");
    assert!(good.iter().all(|(level, _)| *level != Level::Error), "{good:#?}");
    assert!(good.contains(&(Level::Ok, "Cutter Works".into())) && good.contains(&(Level::Ok, "Tailor Works".into())));
    let wrong = look("Cutter Work", "Stores - CW");
    assert!(wrong.contains(&(Level::Error, "ERPNext has no company \"Cutter Work\"".into())), "{wrong:#?}");
    let wrong = look("Cutter Works", "Stores - TW");
    let rule = "Stores - TW is of the company \"Tailor Works\", and the site of \"Cutter Works\"";
    assert!(wrong.contains(&(Level::Error, rule.into())), "{wrong:#?}");
    change(&stand_in, "Warehouse", "Finished Goods - TW", json!({ "outpost_site": "solo" }));
    let wrong = look("Cutter Works", "Stores - CW");
    let rule =
        "Finished Goods - TW is of the company \"Tailor Works\", and solo, whose it is said to be, of \"Cutter Works\"";
    assert!(wrong.contains(&(Level::Error, rule.into())), "{wrong:#?}");
}
