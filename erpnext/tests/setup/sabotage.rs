//! Each line of the check: one thing is broken, and that line alone says so.

use super::*;
use outpost_core::domain::master::RowKey;

/// What is broken: ERPNext, the map, or the office's data.
type Break = fn(&StandIn, &mut Settings, &mut Masters);

/// What is broken, how bad that is, the line, and a word of it.
const CASES: &[(Break, Level, &str, &str)] = &[
    (|_, map, _| map.sites.clear(), Level::Warning, "sites", "no site is posted"),
    (|_, map, _| map.url = "http://books.example".into(), Level::Warning, "url", "is not encrypted"),
    (
        |erp, _, _| field(erp, "Payment Entry", json!({ "unique": 0, "no_copy": 1 })),
        Level::Error,
        "Payment Entry.outpost_id",
        "it is not unique",
    ),
    (|erp, _, _| drop_field(erp, "Item", "outpost_id"), Level::Error, "Item.outpost_id", "there is no such field"),
    (
        |erp, _, _| erp.lose_column("Sales Order", "outpost_no"),
        Level::Error,
        "Sales Order.outpost_no",
        "without its column",
    ),
    (
        |erp, _, _| drop_field(erp, "Stock Entry", "outpost_date"),
        Level::Error,
        "Stock Entry.outpost_date",
        "there is no such field",
    ),
    (
        |erp, _, _| older(erp, "Stock Entry"),
        Level::Warning,
        "Stock Entry",
        "outpost_site, outpost_user, outpost_date of it are copied to what people make of a document",
    ),
    (
        |erp, _, _| {
            let (name, older) = ("Stock Entry-outpost_user", json!({ "read_only": 0, "in_standard_filter": 0 }));
            admin(erp).update("Custom Field", name, &older).unwrap();
        },
        Level::Warning,
        "Stock Entry",
        "outpost_user of it are as an older setup made them: people may write in them",
    ),
    (
        |erp, _, _| drop_field(erp, "Warehouse", "outpost_site"),
        Level::Error,
        "Warehouse.outpost_site",
        "there is no such field",
    ),
    (
        |erp, _, _| change(erp, "Stock Settings", "Stock Settings", json!({ "item_naming_by": "Naming Series" })),
        Level::Warning,
        "Stock Settings.item_naming_by",
        "Naming Series",
    ),
    (
        |erp, _, _| {
            let role = json!({ "role_allowed_to_create_edit_back_dated_transactions": "Auditor" });
            change(erp, "Stock Settings", "Stock Settings", role);
        },
        Level::Error,
        "Stock Settings.role_allowed_to_create_edit_back_dated_transactions",
        "only Auditor may post stock of before an item's last movement",
    ),
    (
        |erp, _, _| change(erp, "Stock Settings", "Stock Settings", json!({ "stock_frozen_upto_days": 7 })),
        Level::Warning,
        "Stock Settings.stock_frozen_upto_days",
        "more than 7 days ago is frozen",
    ),
    (
        |erp, _, _| {
            let unique = json!({ "check_supplier_invoice_uniqueness": 1 });
            change(erp, "Accounts Settings", "Accounts Settings", unique);
        },
        Level::Warning,
        "Accounts Settings.check_supplier_invoice_uniqueness",
        "second bill of the same number",
    ),
    (
        |erp, _, _| change(erp, "Stock Settings", "Stock Settings", json!({ "stock_auth_role": "Stock Manager" })),
        Level::Error,
        "Stock Settings.stock_auth_role",
        "Stock Manager may post into what is frozen",
    ),
    (
        |erp, _, _| {
            change(
                erp,
                "Accounts Settings",
                "Accounts Settings",
                json!({ "frozen_accounts_modifier": "Accounts Manager" }),
            );
        },
        Level::Error,
        "Accounts Settings.frozen_accounts_modifier",
        "Accounts Manager may post into what is frozen",
    ),
    (
        |erp, _, _| {
            let limits = json!([{ "company": "Tailor Works", "credit_limit": 1_000_000 }]);
            change(erp, "Customer", "Bu Sari", json!({ "credit_limits": limits }));
        },
        Level::Warning,
        "Accounts Settings.credit_controller",
        "there are credit limits, and nobody may pass them",
    ),
    (
        |erp, _, _| {
            change(erp, "Company", "Tailor Works", json!({ "credit_limit": 1_000_000 }));
            let role = json!({ "credit_controller": "Chief" });
            change(erp, "Accounts Settings", "Accounts Settings", role);
        },
        Level::Warning,
        "Accounts Settings.credit_controller",
        "there are credit limits, and Chief may pass them",
    ),
    (
        |erp, _, _| {
            change(erp, "Accounts Settings", "Accounts Settings", json!({ "post_change_gl_entries": 0 }));
        },
        Level::Warning,
        "Accounts Settings.post_change_gl_entries",
        "the change is taken off twice",
    ),
    (
        |_, map, masters| {
            site(map).company = Some("Tailor Works".into());
            masters.delete(&RowKey { table: Table::Settings, name: "bandung".into() });
        },
        Level::Error,
        "sites.bandung.settings",
        "has no settings of this site",
    ),
    (
        |_, map, _| site(map).time_zone = Some("Asia/Bandung".into()),
        Level::Error,
        "sites.bandung.time_zone",
        "no time zone that is known",
    ),
    (
        |_, map, _| site(map).company = Some("Tailor".into()),
        Level::Error,
        "sites.bandung.company",
        "ERPNext has no company \"Tailor\"",
    ),
    (
        |_, map, _| site(map).cost_center = Some("Nowhere - TW".into()),
        Level::Error,
        "sites.bandung.cost_center",
        "is not in ERPNext",
    ),
    (
        |_, map, _| site(map).cost_center = Some("Tailor Works - TW".into()),
        Level::Error,
        "sites.bandung.cost_center",
        "is a group",
    ),
    (
        |erp, map, _| {
            site(map).cost_center = None;
            change(erp, "Company", "Tailor Works", json!({ "cost_center": null }));
        },
        Level::Error,
        "sites.bandung.cost_center",
        "neither the site nor Tailor Works has one",
    ),
    (
        |_, map, _| site(map).pos_profile = Some("Counter 9".into()),
        Level::Error,
        "sites.bandung.pos_profile",
        "is not in ERPNext",
    ),
    (
        |erp, _, _| change(erp, "POS Profile", "Bandung", json!({ "disabled": 1 })),
        Level::Error,
        "sites.bandung.pos_profile",
        "is disabled",
    ),
    (
        |erp, _, _| change(erp, "POS Profile", "Bandung", json!({ "account_for_change_amount": "Petty - TW" })),
        Level::Error,
        "sites.bandung.pos_profile",
        "gives change out of Petty - TW, and the site out of Cash - TW",
    ),
    (
        |erp, _, _| change(erp, "POS Profile", "Bandung", json!({ "taxes_and_charges": "PPN - TW" })),
        Level::Error,
        "sites.bandung.pos_profile",
        "puts the taxes PPN - TW on a sale that has none",
    ),
    (
        |erp, _, _| change(erp, "POS Profile", "Bandung", json!({ "selling_price_list": "Wholesale" })),
        Level::Warning,
        "sites.bandung.pos_profile",
        "has the price list Wholesale, and the site Standard Selling",
    ),
    (
        |_, map, _| site(map).pos_profile = None,
        Level::Warning,
        "sites.bandung.pos_profile",
        "ERPNext takes one of Tailor Works by itself: Bandung",
    ),
    (
        |erp, map, _| {
            site(map).pos_profile = None;
            change(erp, "POS Profile", "Bandung", json!({ "income_account": "Service - TW" }));
        },
        Level::Error,
        "sites.bandung.pos_profile",
        "Bandung books what is sold on Service - TW",
    ),
    (
        |erp, map, _| {
            (site(map).pos_profile, site(map).cost_center) = (None, None);
            change(erp, "POS Profile", "Bandung", json!({ "cost_center": "Solo - TW" }));
        },
        Level::Error,
        "sites.bandung.pos_profile",
        "Bandung books on the cost center Solo - TW",
    ),
    (
        |_, map, _| drop(site(map).warehouses.insert("Shop".into(), "Nowhere - TW".into())),
        Level::Error,
        "sites.bandung.warehouses.Shop",
        "ERPNext has no warehouse",
    ),
    (
        |_, map, _| drop(site(map).warehouses.insert("Shop".into(), "All Warehouses - TW".into())),
        Level::Error,
        "sites.bandung.warehouses.Shop",
        "is a group",
    ),
    (
        |erp, _, _| change(erp, "Warehouse", "Bandung - TW", json!({ "disabled": 1 })),
        Level::Error,
        "sites.bandung.warehouses.Shop",
        "is disabled",
    ),
    (
        |erp, _, _| change(erp, "Warehouse", "Bandung - TW", json!({ "company": "Another" })),
        Level::Error,
        "sites.bandung.warehouses.Shop",
        "is of the company \"Another\"",
    ),
    (
        |erp, _, _| change(erp, "Warehouse", "Bandung - TW", json!({ "outpost_site": "solo" })),
        Level::Warning,
        "sites.bandung.warehouses.Shop",
        "of the site solo",
    ),
    (
        |_, map, _| site(map).from = Some(jiff::civil::date(2999, 1, 1)),
        Level::Warning,
        "sites.bandung.from",
        "still to come",
    ),
    (
        |_, _, masters| put(masters, Table::Warehouse, json!({ "name": "Shop" })),
        Level::Warning,
        "sites.bandung.warehouses",
        "has none of this site",
    ),
    (
        |erp, _, _| {
            let year = erp.documents("Fiscal Year").pop().unwrap()["name"].as_str().unwrap().to_owned();
            change(erp, "Fiscal Year", &year, json!({ "disabled": 1 }));
        },
        Level::Error,
        "sites.bandung.fiscal_year",
        "Tailor Works has none for",
    ),
    (
        |erp, _, _| {
            let year = erp.documents("Fiscal Year").pop().unwrap()["name"].as_str().unwrap().to_owned();
            change(erp, "Fiscal Year", &year, json!({ "companies": [{ "company": "Another" }] }));
        },
        Level::Error,
        "sites.bandung.fiscal_year",
        "Tailor Works has none for",
    ),
    (
        |_, map, _| drop(site(map).modes_of_payment.insert("Tunai".into(), "Qris".into())),
        Level::Error,
        "sites.bandung.modes_of_payment.Tunai",
        "ERPNext has no mode of payment",
    ),
    (
        |erp, _, _| change(erp, "Mode of Payment", "Cash", json!({ "enabled": 0 })),
        Level::Error,
        "sites.bandung.modes_of_payment.Tunai",
        "is disabled",
    ),
    (
        |erp, _, _| change(erp, "Mode of Payment", "Cash", json!({ "accounts": [] })),
        Level::Error,
        "sites.bandung.modes_of_payment.Tunai",
        "has no account of Tailor Works",
    ),
    (
        |erp, _, _| erp.add_mode_of_payment("Cash", "Bank Account - TW"),
        Level::Warning,
        "sites.bandung.modes_of_payment.Tunai",
        "goes into Bank Account - TW in ERPNext, and into Cash - TW here",
    ),
    (
        |_, _, masters| put(masters, Table::Account, json!({ "name": "Petty - TW", "is_expense": 1 })),
        Level::Error,
        "sites.bandung.accounts.Petty - TW",
        "is not in ERPNext",
    ),
    (
        |erp, _, _| change(erp, "Account", "PPN - TW", json!({ "disabled": 1 })),
        Level::Error,
        "sites.bandung.accounts.PPN - TW",
        "is disabled",
    ),
    (
        |erp, _, _| change(erp, "Account", "Miscellaneous Expenses - TW", json!({ "company": "Another" })),
        Level::Warning,
        "sites.bandung.accounts.Miscellaneous Expenses - TW",
        "is of the company \"Another\"",
    ),
    (
        |erp, _, _| change(erp, "Account", "PPN - TW", json!({ "company": "Another" })),
        Level::Error,
        "sites.bandung.accounts.PPN - TW",
        "is of the company \"Another\"",
    ),
    (
        |_, map, _| drop(site(map).price_lists.insert("Counter".into(), "Nowhere".into())),
        Level::Error,
        "sites.bandung.price_lists.Counter",
        "ERPNext has no price list",
    ),
    (
        |_, map, _| drop(site(map).price_lists.insert("Counter".into(), "Standard Buying".into())),
        Level::Error,
        "sites.bandung.price_lists.Counter",
        "is not for selling",
    ),
    (
        |_, map, masters| {
            put(masters, Table::PriceList, json!({ "price_list_name": "Club", "currency": "IDR", "selling": 1 }));
            site(map).price_lists.insert("Club".into(), "Standrad Selling".into());
        },
        Level::Error,
        "sites.bandung.price_lists.Club",
        "ERPNext has no price list \"Standrad Selling\"",
    ),
    (
        |_, map, masters| {
            put(masters, Table::PriceList, json!({ "price_list_name": "Club", "currency": "IDR", "selling": 1 }));
            site(map).price_lists.insert("Club".into(), "Standard Buying".into());
        },
        Level::Error,
        "sites.bandung.price_lists.Club",
        "is not for selling",
    ),
    (
        |_, map, _| drop(site(map).warehouses.insert("Stores - TW".into(), "Store - TW".into())),
        Level::Error,
        "sites.bandung.warehouses.Stores - TW",
        "Store - TW is not in ERPNext",
    ),
    (
        |_, map, masters| {
            put(masters, Table::Account, json!({ "name": "Old till", "disabled": 1 }));
            site(map).accounts.insert("Old till".into(), "Cash - WT".into());
        },
        Level::Error,
        "sites.bandung.accounts.Old till",
        "Cash - WT is not in ERPNext",
    ),
    (
        |_, map, masters| {
            let mode = json!({ "mode_of_payment": "Giro", "default_account": "Till", "enabled": 0 });
            put(masters, Table::ModeOfPayment, mode);
            site(map).modes_of_payment.insert("Giro".into(), "Cheq".into());
        },
        Level::Error,
        "sites.bandung.modes_of_payment.Giro",
        "Cheq is not in ERPNext",
    ),
    (
        |erp, _, _| change(erp, "Price List", "Standard Buying", json!({ "enabled": 0 })),
        Level::Error,
        "sites.bandung.price_lists.Standard Buying",
        "is disabled",
    ),
    (
        |erp, _, _| change(erp, "Price List", "Standard Selling", json!({ "currency": "USD" })),
        Level::Error,
        "sites.bandung.price_lists.Counter",
        "is in USD",
    ),
    (
        |erp, _, _| change(erp, "Company", "Tailor Works", json!({ "default_currency": "USD" })),
        Level::Error,
        "sites.bandung.currency",
        "the site's is IDR",
    ),
    (
        |erp, _, _| change(erp, "Currency", "IDR", json!({ "smallest_currency_fraction_value": 50.0 })),
        Level::Error,
        "sites.bandung.currency",
        "rounded to 0 at the site and to 50",
    ),
    (
        |erp, _, _| change(erp, "Customer", "Bu Sari", json!({ "disabled": 1 })),
        Level::Error,
        "sites.bandung.walk_in_customer",
        "is disabled",
    ),
    (
        |erp, _, _| {
            let on = json!({ "book_advance_payments_in_separate_party_account": 1 });
            change(erp, "Company", "Tailor Works", on);
        },
        Level::Error,
        "sites.bandung.deposits",
        "books what is paid ahead in an account of its own",
    ),
    (
        |_, map, _| drop(site(map).warehouses.insert("Shpo".into(), "Stores - TW".into())),
        Level::Warning,
        "sites.bandung.warehouses.Shpo",
        "nothing of this name",
    ),
];

fn site(map: &mut Settings) -> &mut outpost_erpnext::map::SiteMap {
    map.sites.values_mut().next().unwrap()
}

fn put(masters: &mut Masters, table: Table, row: Value) {
    masters.put(Row::deserialize_as(table, row).unwrap());
}

fn drop_field(erp: &StandIn, doctype: &str, field: &str) {
    admin(erp).delete("Custom Field", &format!("{doctype}-{field}")).unwrap();
}

/// Another `outpost_id` in the place of the one that setup made.
fn field(erp: &StandIn, doctype: &str, fields: Value) {
    drop_field(erp, doctype, "outpost_id");
    let mut whole = json!({ "dt": doctype, "fieldname": "outpost_id", "label": "Outpost ID", "fieldtype": "Data" });
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    erp.make("Custom Field", whole);
}

/// Its fields as older setups made them.
fn older(erp: &StandIn, doctype: &str) {
    for field in ["outpost_site", "outpost_user", "outpost_date"] {
        admin(erp).update("Custom Field", &format!("{doctype}-{field}"), &json!({ "no_copy": 0 })).unwrap();
    }
}

#[test]
fn what_is_broken_is_told_and_nothing_else() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let (settings, masters) = workshop(&stand_in);
    let whole = stand_in.snapshot();
    for (break_it, level, field, words) in CASES {
        let (mut map, mut data) = (settings.clone(), masters.clone());
        break_it(&stand_in, &mut map, &mut data);
        let findings = looked(&stand_in, &key, &(map, data));
        let told = bad(&findings);
        let [one] = &told[..] else { panic!("{field}, {words}: {told:#?}") };
        assert_eq!((one.level, one.field.as_str()), (*level, *field), "{one}");
        assert!(one.found.contains(words), "{one}");
        assert!(!one.remedy.is_empty(), "{one}");
        stand_in.restore(&whole);
    }
    assert_eq!(bad(&looked(&stand_in, &key, &(settings, masters))), Vec::<&Finding>::new());
}

#[test]
fn sites_whose_numbers_begin_alike_are_told() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let (settings, mut masters) = workshop(&stand_in);
    let solo = |prefix: &str| {
        json!({ "site": "solo", "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix,
            "smallest_currency_fraction_value": "0" })
    };
    for (prefix, naming, words) in [
        ("SOLO", "number", None),
        ("Bandung", "number", Some("named by their numbers, the second one of two documents is refused")),
        ("BANDUNG", "erpnext", Some("two of their papers have the same number")),
    ] {
        put(&mut masters, Table::Settings, solo(prefix));
        let mut settings = settings.clone();
        let naming = serde_json::from_value(json!(naming)).unwrap();
        site(&mut settings).naming = naming;
        let map = settings.sites.values().next().unwrap().clone();
        settings.sites.insert("solo".parse().unwrap(), map);
        let found = looked(&stand_in, &key, &(settings, masters.clone()));
        let line = found.iter().find(|line| line.field == "sites.solo.number_prefix").unwrap();
        match words {
            None => assert_eq!(line.level, Level::Ok, "{line}"),
            Some(words) => {
                assert!(
                    line.level == Level::Error && line.found.contains(words) && line.found.contains("bandung"),
                    "{line}"
                );
                assert!(!line.remedy.is_empty());
            }
        }
    }
}

#[test]
fn roles_that_the_connector_does_not_need_are_named() {
    let stand_in = bare();
    let key = set_up(&stand_in);
    let workshop = workshop(&stand_in);
    let roles = |key: &Key| {
        let found = looked(&stand_in, key, &workshop);
        let line = found.iter().find(|line| line.field == "roles").unwrap();
        (line.level, line.found.clone())
    };
    assert_eq!(roles(&key).0, Level::Ok);
    let all: Vec<_> = outpost_erpnext::setup::ROLES.iter().map(|(role, _)| *role).collect();
    let more = [&all[..], &["Website Manager", "Accounts Chief", "Credit Passer"]].concat();
    let user = stand_in.add_user("kept@tailor.local", &more);
    let kept = Key { key: user.key, secret: user.secret };
    let (level, found) = roles(&kept);
    assert_eq!(level, Level::Warning);
    assert!(found.ends_with("does not need: Accounts Chief, Credit Passer, Website Manager"), "{found}");
    // One that it was given since ERPNext's settings ask for it is needed.
    change(&stand_in, "Accounts Settings", "Accounts Settings", json!({ "credit_controller": "Credit Passer" }));
    assert!(roles(&kept).1.ends_with("does not need: Accounts Chief, Website Manager"));
}

#[test]
fn a_connector_with_too_few_roles_is_told_what_it_may_not() {
    let stand_in = bare();
    set_up(&stand_in);
    let workshop = workshop(&stand_in);
    let all: Vec<_> = outpost_erpnext::setup::ROLES.iter().map(|(role, _)| *role).collect();
    for (without, lines) in [
        ("Accounts Manager", &["Sales Invoice: the connector may not cancel it"][..]),
        ("Sales User", &["Customer: the connector may not write, create it"]),
        (
            "Sales Manager",
            &[
                "Sales Order.ignore_pricing_rule: the connector may not read, write it, at level 1: ERPNext's pricing rules change its \
               documents, which are then held",
            ],
        ),
        (
            "Stock Manager",
            &[
                "Stock Reconciliation: the connector may not read, write, create, submit, cancel it",
                "Delivery Note.ignore_pricing_rule: the connector may not read, write it, at level 1: ERPNext's pricing rules change its \
                 documents, which are then held",
            ],
        ),
        ("Item Manager", &["Item: the connector may not write, create it"]),
        (
            "Purchase Master Manager",
            &["Supplier: the connector may not write, create it", "Item Price: the connector may not read it"],
        ),
        (
            "Manufacturing User",
            &["Job Card: the connector may not read, write, submit it", "BOM: the connector may not read it"],
        ),
        ("Projects User", &["Project: the connector may not read it"]),
        ("HR User", &["Employee: the connector may not read it"]),
    ] {
        let roles: Vec<_> = all.iter().copied().filter(|role| *role != without).collect();
        let name = format!("{}@tailor.local", without.to_lowercase().replace(' ', "-"));
        let user = stand_in.add_user(&name, &roles);
        let key = Key { key: user.key, secret: user.secret };
        let findings = looked(&stand_in, &key, &workshop);
        let told: Vec<_> = bad(&findings).iter().map(|line| format!("{}: {}", line.field, line.found)).collect();
        for line in lines {
            assert!(told.iter().any(|said| said == line), "without {without}: {told:#?}");
        }
    }
    let boss = stand_in.add_user("boss@tailor.local", &[&all[..], &["System Manager"]].concat());
    let findings = looked(&stand_in, &Key { key: boss.key, secret: boss.secret }, &workshop);
    assert!(
        bad(&findings).iter().any(|line| line.field == "key" && line.found.contains("System Manager")),
        "{findings:?}"
    );
}
