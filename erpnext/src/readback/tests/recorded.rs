//! What was recorded: documents that were booked as they were sent say no difference, and each field that is changed says one.
//!
//! A submit in one request answers with a status and an outstanding amount that are stale; they are put to what a GET says (FACTS, 2b).

use super::*;

const MONEY: &str = "transcripts-money.jsonl";
const FIRST: &str = "transcripts.jsonl";

struct Recorded {
    what: &'static str,
    kind: Kind,
    /// The file, the call that sent it, and the call that answered last.
    call: (&'static str, usize, usize),
    fields: Value,
    booked: Value,
    /// What a GET says otherwise, or what was cut off.
    again: Value,
}

const TOTALS: [&str; 5] = ["/grand_total", "/rounded_total", "/net_total", "/total", "/total_taxes_and_charges"];

/// What is derived, by kind.
fn derived(kind: Kind) -> Vec<&'static str> {
    let of_invoice =
        ["/paid_amount", "/outstanding_amount", "/discount_amount", "/items/0/amount", "/items/0/stock_qty"];
    let more: &[&str] = match kind {
        Kind::SalesInvoice | Kind::PurchaseInvoice => &of_invoice[..4],
        Kind::SalesOrder | Kind::DeliveryNote | Kind::PurchaseReceipt => &of_invoice[2..4],
        Kind::PaymentEntry => return vec!["/total_allocated_amount", "/unallocated_amount", "/difference_amount"],
        Kind::JournalEntry => return vec!["/total_debit", "/total_credit"],
        Kind::Timesheet => return vec!["/total_hours"],
        kind if kind.is_master() => return vec!["/name"],
        _ => return Vec::new(),
    };
    TOTALS.iter().chain(more).copied().collect()
}

fn recorded() -> Vec<Recorded> {
    [sales(), trade(), stock(), others()].into_iter().flatten().collect()
}

fn row(item: &str, qty: &str, rate: &str) -> Value {
    json!({"item_code": item, "qty": qty, "rate": rate})
}

fn answered(item: &str, qty: f64, rate: f64) -> Value {
    json!([{"idx": 1, "item_code": item, "qty": qty, "rate": rate, "amount": qty * rate, "conversion_factor": 1.0}])
}

fn ppn(included: u8) -> Value {
    json!([{"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": "11", "description": "PPN 11%",
        "included_in_print_rate": included}])
}

fn taxed(included: u8, amount: f64) -> Value {
    json!([{"idx": 1, "charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": 11.0, "description": "PPN 11%",
        "included_in_print_rate": included, "tax_amount": amount, "tax_amount_after_discount_amount": amount}])
}

fn sales() -> Vec<Recorded> {
    let kind = Kind::SalesInvoice;
    let sari = |more: Value| merged(json!({"customer": "Bu Sari"}), more);
    let joko = |more: Value| merged(json!({"customer": "Pak Joko"}), more);
    let cash = json!([{"mode_of_payment": "Cash", "amount": "50000"}]);
    let sale = |what, numbers: (usize, usize), fields, booked, again| Recorded {
        what,
        kind,
        call: (MONEY, numbers.0, numbers.1),
        fields,
        booked,
        again,
    };
    vec![
        sale(
            "tax in the prices",
            (2, 2),
            sari(json!({"items": [row("SEWING", "3", "33333")], "taxes": ppn(1)})),
            json!({}),
            json!({"status": "Unpaid", "outstanding_amount": 99999.0, "items": answered("SEWING", 3.0, 33333.0),
                "taxes": taxed(1, 9909.81)}),
        ),
        sale(
            "tax on top, and a discount",
            (3, 3),
            sari(
                json!({"items": [row("SEWING", "1", "150000")], "taxes": ppn(0), "additional_discount_percentage": "10"}),
            ),
            json!({"total": "149850"}),
            json!({"status": "Unpaid", "outstanding_amount": 149850.0, "items": answered("SEWING", 1.0, 150000.0),
                "taxes": taxed(0, 14850.0)}),
        ),
        sale(
            "a line's discount",
            (5, 5),
            sari(json!({"items": [{"item_code": "SEWING", "qty": "2", "rate": "127500", "price_list_rate": "150000",
                "discount_percentage": "15"}]})),
            json!({}),
            json!({"status": "Unpaid", "outstanding_amount": 255000.0}),
        ),
        sale(
            "rounded to whole rupiah",
            (6, 6),
            sari(json!({"items": [row("BUTTON", "7", "1000.55")]})),
            json!({"total": "7004"}),
            json!({"status": "Unpaid", "outstanding_amount": 7004.0}),
        ),
        sale(
            "paid with too much, a draft first",
            (7, 8),
            sari(
                json!({"items": [row("BUTTON", "3", "11100")], "taxes": ppn(1), "payments": cash, "change_amount": "16700"}),
            ),
            json!({"total": "33300"}),
            json!({"docstatus": 1, "items": answered("BUTTON", 3.0, 11100.0), "taxes": taxed(1, 3300.0),
                "payments": [{"mode_of_payment": "Cash", "amount": 50000.0}]}),
        ),
        sale(
            "paid with too much, at once",
            (9, 9),
            sari(
                json!({"items": [row("BUTTON", "3", "11100")], "taxes": ppn(1), "payments": cash, "change_amount": "16700"}),
            ),
            json!({"total": "33300"}),
            json!({"items": answered("BUTTON", 3.0, 11100.0), "taxes": taxed(1, 3300.0), "status": "Paid",
                "payments": [{"mode_of_payment": "Cash", "amount": 50000.0, "base_amount": 50000.0, "account": "Cash - TW", "type": "Cash"}]}),
        ),
        sale(
            "paid in part, in two ways",
            (10, 11),
            sari(
                json!({"items": [row("SEWING", "1", "150000")], "payments": [{"mode_of_payment": "Cash", "amount": "50000"},
                {"mode_of_payment": "Wire Transfer", "amount": "20000"}]}),
            ),
            json!({}),
            json!({}),
        ),
        sale(
            "a return with the money back",
            (12, 13),
            sari(json!({"is_return": 1, "return_against": "ACC-SINV-2026-00620", "taxes": ppn(1),
                "items": [{"item_code": "BUTTON", "qty": "-1", "rate": "11100", "sales_invoice_item": "x"}],
                "payments": [{"mode_of_payment": "Cash", "amount": "-11100"}]})),
            json!({"total": "-11100"}),
            json!({"items": answered("BUTTON", -1.0, 11100.0), "taxes": taxed(1, -1100.0),
                "payments": [{"mode_of_payment": "Cash", "amount": -11100.0}]}),
        ),
        sale(
            "a credit note of its own",
            (16, 16),
            sari(json!({"is_return": 1, "return_against": "ACC-SINV-2026-00625",
                "items": [{"item_code": "SEWING", "qty": "-1", "rate": "150000", "sales_invoice_item": "x"}]})),
            json!({}),
            json!({"status": "Return", "outstanding_amount": -150000.0}),
        ),
        sale(
            "a credit note that is taken off",
            (34, 34),
            joko(json!({"is_return": 1, "return_against": "ACC-SINV-2026-00629", "update_outstanding_for_self": 0,
                "items": [{"item_code": "SEWING", "qty": "-1", "rate": "150000", "sales_invoice_item": "x"}]})),
            json!({}),
            json!({"status": "Return"}),
        ),
        sale(
            "what was paid ahead",
            (31, 31),
            joko(
                json!({"update_stock": 1, "set_warehouse": "Finished Goods - TW", "items": [row("SHIRT", "1", "250000")],
                "advances": [{"reference_name": "ACC-PAY-2026-00008", "reference_row": "blmegihqn9", "allocated_amount": "100000"}]}),
            ),
            json!({}),
            json!({"status": "Unpaid", "outstanding_amount": 150000.0}),
        ),
        sale(
            "a batch",
            (40, 40),
            joko(json!({"items": [row("DYE", "1", "2000")]})),
            json!({}),
            json!({"status": "Unpaid", "outstanding_amount": 2000.0}),
        ),
        sale(
            "a serial number",
            (43, 43),
            joko(json!({"items": [row("MACHINE", "1", "200000")]})),
            json!({}),
            json!({"status": "Unpaid", "outstanding_amount": 200000.0}),
        ),
        Recorded {
            what: "an earlier day",
            kind,
            call: (FIRST, 107, 107),
            fields: sari(json!({"items": [row("SEWING", "1", "1000")]})),
            booked: json!({}),
            again: json!({"status": "Overdue", "outstanding_amount": 1000.0, "posting_time": "9:00:00"}),
        },
        Recorded {
            what: "a series of one's own",
            kind,
            call: (FIRST, 117, 117),
            fields: sari(json!({"items": [row("SEWING", "1", "1000")]})),
            booked: json!({}),
            again: json!({"status": "Unpaid", "outstanding_amount": 1000.0}),
        },
    ]
}

fn trade() -> Vec<Recorded> {
    vec![
        Recorded {
            what: "an order",
            kind: Kind::SalesOrder,
            call: (MONEY, 17, 17),
            fields: json!({"customer": "Bu Sari", "delivery_date": "2026-12-01", "set_warehouse": "Finished Goods - TW",
                "items": [row("SHIRT", "2", "250000")]}),
            booked: json!({}),
            again: json!({"status": "To Deliver and Bill"}),
        },
        Recorded {
            what: "a delivery",
            kind: Kind::DeliveryNote,
            call: (MONEY, 20, 20),
            fields: json!({"customer": "Bu Sari", "set_warehouse": "Finished Goods - TW", "items": [row("SHIRT", "2", "250000")]}),
            booked: json!({}),
            again: json!({}),
        },
        Recorded {
            what: "a receipt",
            kind: Kind::PurchaseReceipt,
            call: (FIRST, 162, 162),
            fields: json!({"supplier": "Toko Kain", "set_warehouse": "Stores - TW", "items": [row("CLOTH-1", "10", "48000")]}),
            booked: json!({}),
            again: json!({}),
        },
        Recorded {
            what: "a bill that is paid",
            kind: Kind::PurchaseInvoice,
            call: (FIRST, 172, 172),
            fields: json!({"supplier": "Toko Kain", "items": [row("SEWING", "1", "30000")], "is_paid": 1,
                "mode_of_payment": "Cash", "paid_amount": "30000"}),
            booked: json!({}),
            again: json!({"status": "Paid"}),
        },
        Recorded {
            what: "a bill on account",
            kind: Kind::PurchaseInvoice,
            call: (FIRST, 171, 171),
            fields: json!({"supplier": "Toko Kain", "update_stock": 1, "set_warehouse": "Stores - TW",
                "items": [row("CLOTH-1", "3", "50000")]}),
            booked: json!({}),
            again: json!({"status": "Unpaid", "outstanding_amount": 150000.0}),
        },
    ]
}

fn stock() -> Vec<Recorded> {
    let entry = |what, file, number, fields| Recorded {
        what,
        kind: Kind::StockEntry,
        call: (file, number, number),
        fields,
        booked: json!({}),
        again: json!({}),
    };
    let plain = |qty: &str| json!([{"item_code": "BUTTON", "qty": qty}]);
    vec![
        entry(
            "an issue",
            FIRST,
            71,
            json!({"stock_entry_type": "Material Issue", "from_warehouse": "A", "items": plain("2")}),
        ),
        entry(
            "out to another site",
            MONEY,
            25,
            json!({"stock_entry_type": "Material Transfer", "from_warehouse": "A", "to_warehouse": "B", "items": plain("10")}),
        ),
        entry(
            "in from another site",
            MONEY,
            26,
            json!({"stock_entry_type": "Material Transfer", "from_warehouse": "A", "to_warehouse": "B", "items": plain("8")}),
        ),
        entry(
            "two serial numbers",
            MONEY,
            42,
            json!({"stock_entry_type": "Material Receipt", "to_warehouse": "B", "items": plain("2")}),
        ),
        entry(
            "a shirt is made",
            MONEY,
            46,
            json!({"stock_entry_type": "Manufacture", "bom_no": "B", "fg_completed_qty": "1", "items": [
                {"item_code": "SHIRT", "qty": "1", "t_warehouse": "B", "is_finished_item": 1}]}),
        ),
        entry(
            "materials for a Work Order",
            FIRST,
            206,
            json!({"stock_entry_type": "Material Transfer for Manufacture", "work_order": "W", "fg_completed_qty": "1",
                "from_warehouse": "A", "to_warehouse": "B", "items": plain("8")}),
        ),
        Recorded {
            what: "a count",
            kind: Kind::StockReconciliation,
            call: (FIRST, 182, 182),
            fields: json!({"set_warehouse": "A", "items": plain("8")}),
            booked: json!({}),
            again: json!({}),
        },
    ]
}

fn others() -> Vec<Recorded> {
    let others = |what, kind, (file, number), fields| Recorded {
        what,
        kind,
        call: (file, number, number),
        fields,
        booked: json!({}),
        again: json!({}),
    };
    let payment = |amount: &str| {
        json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
            "paid_amount": amount,
            "references": [{"reference_doctype": "Sales Order", "reference_name": "S", "allocated_amount": amount}]})
    };
    vec![
        others("a deposit", Kind::PaymentEntry, (MONEY, 18), payment("100000")),
        others("the balance", Kind::PaymentEntry, (MONEY, 32), payment("150000")),
        others(
            "the payment of a bill that has the supplier's number",
            Kind::PaymentEntry,
            (FIRST, 176),
            json!({"payment_type": "Pay", "party_type": "Supplier", "party": "Toko Kain", "mode_of_payment": "Cash",
                "paid_amount": "30000", "references": [{"reference_doctype": "Purchase Invoice", "reference_name": "B",
                    "allocated_amount": "30000"}]}),
        ),
        others(
            "an expense",
            Kind::JournalEntry,
            (FIRST, 186),
            json!({"mode_of_payment": "Cash", "accounts": [{"account": "M", "debit_in_account_currency": "20000"},
                {"account": "C", "credit_in_account_currency": "20000"}]}),
        ),
        others(
            "hours",
            Kind::Timesheet,
            (FIRST, 220),
            json!({"employee": "E", "time_logs": [{"activity_type": "Execution", "from_time": "2026-11-23 08:00:00",
                "to_time": "2026-11-23 10:30:00"}]}),
        ),
        others("a customer", Kind::Customer, (FIRST, 21), json!({"customer_name": "Bu Sari"})),
        others("a supplier", Kind::Supplier, (FIRST, 24), json!({"supplier_name": "Toko Kain"})),
        others(
            "an item",
            Kind::Item,
            (FIRST, 26),
            json!({"item_code": "CLOTH-1", "item_group": "Raw Material", "stock_uom": "Meter"}),
        ),
    ]
}

/// What was sent, what is expected, and what was answered.
fn as_booked(recorded: Recorded) -> (Value, Expected, Value) {
    let Recorded { kind, call: (file, first, last), fields, booked, again, .. } = recorded;
    let (mut sent, _) = call(file, first);
    if let Some(rows) = sent.get_mut("items").and_then(Value::as_array_mut).filter(|_| kind == Kind::StockEntry) {
        // Each row says its ends itself, as bodies do: ERPNext took them from the head here.
        let of = |field: &str| call(file, first).0.get(field).cloned();
        for row in rows {
            let own = row.get("s_warehouse").is_some() || row.get("t_warehouse").is_some();
            for (end, head) in [("s_warehouse", "from_warehouse"), ("t_warehouse", "to_warehouse")] {
                if let (Some(name), false) = (of(head), own) {
                    row[end] = name;
                }
            }
        }
    }
    if let Some(row) = sent.pointer_mut("/items/0").filter(|row| row.get("discount_percentage").is_some()) {
        // A body always says the rate as well.
        row["rate"] = json!(127500);
    }
    let (_, got) = call(file, last);
    (sent, expected(kind, &fields, &booked, Reading::First), merged(got, again))
}

#[test]
fn what_was_booked_as_it_was_sent_says_no_difference_and_each_change_one() {
    for recorded in recorded() {
        println!("{}", recorded.what);
        let derived = derived(recorded.kind);
        let (sent, expected, got) = as_booked(recorded);
        each_change_is_told(&sent, &expected, &got, &derived);
    }
}

#[test]
fn a_column_that_is_not_looked_at_says_nothing_whatever_it_reads() {
    let (mut kept, mut left) = (0, 0);
    for recorded in recorded() {
        let what = recorded.what;
        let (sent, expected, got) = as_booked(recorded);
        let mut pointers = Vec::new();
        scalars(&got, "", &mut pointers);
        for pointer in pointers {
            let mut changed = got.clone();
            let value = changed.pointer_mut(&pointer).unwrap();
            *value = other(value);
            let listed = as_listed(&sent, &changed);
            let count = if listed.pointer(&pointer).is_some() { &mut kept } else { &mut left };
            *count += 1;
            let said = |got: &Value| said(&differences(&sent, &expected, got));
            assert_eq!(said(&listed), said(&changed), "{what}: {pointer}");
        }
    }
    println!("{kept} fields are looked at, {left} are not");
    assert!(left > kept);
}
