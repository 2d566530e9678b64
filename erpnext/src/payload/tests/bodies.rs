//! A document of every kind, and the body that is written for it by hand. [`all`] hands them to the other tests.

use super::*;

/// A document, its names, and its body.
pub(crate) struct Case {
    pub(crate) submitted: Submitted,
    pub(crate) names: Names,
    pub(crate) by_hand: Value,
}

fn case(kind: Kind, fields: Value, booked: Value, names: Names, by_hand: Value) -> Case {
    let mut booked = booked;
    booked["no"] = json!(["A", 7]);
    Case { submitted: submitted(kind, &fields, &booked), names, by_hand }
}

fn day() -> Value {
    json!({"day": "2026-11-20", "time": "09:30:15"})
}

fn with_day(fields: Value) -> Value {
    let mut all = day();
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    all
}

const POSTED: [(&str, &str); 2] = [("posting_date", "2026-11-20"), ("posting_time", "09:30:15")];

fn posted(mut fields: Value) -> Value {
    for (name, value) in POSTED {
        fields[name] = value.into();
    }
    fields["set_posting_time"] = 1.into();
    fields
}

fn ppn(included: u8) -> Value {
    json!({"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": "11", "description": "PPN 11%",
        "included_in_print_rate": included})
}

/// Every case there is.
pub(crate) fn all() -> Vec<Case> {
    [sales(), orders(), purchases(), stock(), money(), others()].into_iter().flatten().collect()
}

fn sales() -> Vec<Case> {
    let kind = Kind::SalesInvoice;
    let row = json!({"item_code": "BUTTON", "qty": "3", "rate": "11100"});
    let mut told = json!({"item_code": "BUTTON", "qty": 3, "rate": 11100, "uom": "Nos", "conversion_factor": 1,
        "warehouse": "Bandung - TW"});
    let tax = json!({"charge_type": "On Net Total", "account_head": "PPN Keluaran - TW", "rate": 11, "description": "PPN 11%",
        "included_in_print_rate": 1});
    let at_once = case(
        kind,
        json!({"customer": "Bu Sari", "posting_date": "2026-11-02", "posting_time": "01:02:27", "currency": "IDR",
            "update_stock": 1, "set_warehouse": "Shop", "items": [row], "taxes_and_charges": "PPN 11 incl - TW",
            "payments": [{"mode_of_payment": "Wire Transfer", "amount": "20000"}, {"mode_of_payment": "Cash", "amount": "30000"}],
            "change_amount": "16700"}),
        json!({"taxes": [ppn(1)], "net": "30000"}),
        names(&[]),
        trade(
            kind,
            json!({"customer": "Bu Sari", "posting_date": "2026-11-02", "posting_time": "01:02:27",
            "set_posting_time": 1, "update_stock": 1, "items": [told], "taxes": [tax], "taxes_and_charges": "PPN 11 incl - TW",
            "is_pos": 1, "paid_amount": 50000, "base_paid_amount": 50000, "change_amount": 16700, "base_change_amount": 16700,
            "account_for_change_amount": "Cash - TW", "payments": [
                {"mode_of_payment": "Wire Transfer", "amount": 20000, "base_amount": 20000, "account": "Bank Account - TW", "type": "Bank"},
                {"mode_of_payment": "Cash", "amount": 30000, "base_amount": 30000, "account": "Cash - TW", "type": "Cash"}]}),
        ),
    );
    told["qty"] = json!(-1);
    told["sales_invoice_item"] = json!("row-b");
    told["batch_no"] = json!("LOT-7");
    told["use_serial_batch_fields"] = json!(1);
    let returned = case(
        kind,
        json!({"customer": OTHER, "is_return": 1, "return_against": OTHER, "update_outstanding_for_self": 0, "update_stock": 1,
            "set_warehouse": "Shop",
            "items": [{"item_code": "BUTTON", "qty": "-1", "rate": "11100", "batch_no": "LOT-7", "sales_invoice_item": "2"}]}),
        day(),
        names(&[(kind, OTHER, "ACC-SINV-2", &["row-a", "row-b"]), (Kind::Customer, OTHER, "Bu Sari", &[])]),
        trade(
            kind,
            posted(json!({"customer": "Bu Sari", "is_return": 1, "return_against": "ACC-SINV-2", "update_stock": 1,
            "update_outstanding_for_self": 0, "items": [told]})),
        ),
    );
    let refund = case(
        kind,
        json!({"customer": "Bu Sari", "is_return": 1, "return_against": "ACC-SINV-1",
            "items": [{"item_code": "SEWING", "qty": "-1", "rate": "5000", "sales_invoice_item": "xyz"}],
            "payments": [{"mode_of_payment": "Cash", "amount": "-5000"}]}),
        day(),
        names(&[]),
        trade(
            kind,
            posted(json!({"customer": "Bu Sari", "is_return": 1, "return_against": "ACC-SINV-1", "update_stock": 0,
            "update_outstanding_for_self": 1, "is_pos": 1, "paid_amount": -5000, "base_paid_amount": -5000,
            "items": [{"item_code": "SEWING", "qty": -1, "rate": 5000, "sales_invoice_item": "xyz", "uom": "Nos", "conversion_factor": 1}],
            "payments": [{"mode_of_payment": "Cash", "amount": -5000, "base_amount": -5000, "account": "Cash - TW", "type": "Cash"}]})),
        ),
    );
    let mut ahead = case(
        kind,
        json!({"customer": "Bu Sari", "due_date": "2026-12-20", "discount_amount": "50000", "remarks": "by her brother",
            "project": "PROJ-0001",
            "items": [{"item_code": "SHIRT", "qty": "2", "rate": "250000", "sales_order": OTHER, "so_detail": "1",
                "delivery_note": OTHER, "dn_detail": "1"}],
            "advances": [{"reference_name": OTHER, "reference_row": "1", "allocated_amount": "100000"}]}),
        with_day(json!({"total": "450000"})),
        names(&[(Kind::SalesOrder, OTHER, "SAL-ORD-3", &["so-1"]), (Kind::DeliveryNote, OTHER, "MAT-DN-4", &["dn-1"])]),
        trade(
            kind,
            posted(json!({"customer": "Bu Sari", "due_date": "2026-12-20", "discount_amount": 50000,
            "apply_discount_on": "Grand Total", "remarks": "by her brother", "project": "PROJ-0001", "update_stock": 0,
            "items": [{"item_code": "SHIRT", "qty": 2, "rate": 250000, "sales_order": "SAL-ORD-3", "so_detail": "so-1",
                "delivery_note": "MAT-DN-4", "dn_detail": "dn-1", "conversion_factor": 1}],
            "advances": [{"reference_type": "Payment Entry", "reference_name": "ACC-PAY-8", "reference_row": "pe-1",
                "advance_amount": 120000, "allocated_amount": 100000, "remarks": "BDG-SI-A000007"}]})),
        ),
    );
    let part = Part { row: Some("pe-1".into()), amount: n("120000") };
    ahead.names.1.push(Left { payment: "ACC-PAY-8".into(), parts: vec![part] });
    vec![at_once, returned, refund, ahead]
}

fn orders() -> Vec<Case> {
    let (order, note) = (Kind::SalesOrder, Kind::DeliveryNote);
    vec![
        case(
            order,
            json!({"customer": "Bu Sari", "transaction_date": "2026-11-02", "delivery_date": "2026-11-20", "po_no": "7",
                "set_warehouse": "Shop", "additional_discount_percentage": "10", "apply_discount_on": "Net Total",
                "items": [{"item_code": "SHIRT", "qty": "2", "rate": "250000", "description": "Chest 96\nWaist 80",
                    "additional_notes": "blue thread"},
                    {"item_code": "SEWING", "qty": "1", "rate": "0", "delivery_date": "2026-11-10", "warehouse": "Else - TW"}]}),
            json!({"total": "450000", "factors": ["1", "0"]}),
            names(&[]),
            trade(
                order,
                json!({"customer": "Bu Sari", "transaction_date": "2026-11-02", "delivery_date": "2026-11-20",
                "po_no": "7", "additional_discount_percentage": 10, "apply_discount_on": "Net Total",
                "items": [{"item_code": "SHIRT", "qty": 2, "rate": 250000, "description": "Chest 96\nWaist 80",
                    "additional_notes": "blue thread", "warehouse": "Bandung - TW", "conversion_factor": 1,
                    "delivery_date": "2026-11-20"},
                    {"item_code": "SEWING", "qty": 1, "rate": 0, "price_list_rate": 0, "delivery_date": "2026-11-10",
                    "warehouse": "Else - TW", "uom": "Nos", "conversion_factor": 1}]}),
            ),
        ),
        case(
            note,
            json!({"customer": "Bu Sari", "posting_date": "2026-11-20", "set_warehouse": "Shop", "instructions": "ring twice",
                "items": [{"item_code": "SHIRT", "qty": "2", "rate": "250000", "against_sales_order": OTHER, "so_detail": "1"}]}),
            json!({}),
            names(&[(order, OTHER, "SAL-ORD-3", &["so-1"])]),
            // It takes goods out, at a time that nobody says: the last of its day.
            trade(
                note,
                json!({"customer": "Bu Sari", "posting_date": "2026-11-20", "posting_time": "23:59:59",
                "set_posting_time": 1, "instructions": "ring twice",
                "items": [{"item_code": "SHIRT", "qty": 2, "rate": 250000, "against_sales_order": "SAL-ORD-3",
                    "so_detail": "so-1", "warehouse": "Bandung - TW", "conversion_factor": 1}]}),
            ),
        ),
        case(
            note,
            json!({"customer": "Bu Sari", "set_warehouse": "Shop", "is_return": 1, "return_against": OTHER,
                "items": [{"item_code": "BUTTON", "qty": "-2", "rate": "1000", "dn_detail": "1"}]}),
            day(),
            names(&[(note, OTHER, "MAT-DN-4", &["dn-1"])]),
            trade(
                note,
                posted(json!({"customer": "Bu Sari", "is_return": 1, "return_against": "MAT-DN-4",
                "items": [{"item_code": "BUTTON", "qty": -2, "rate": 1000, "dn_detail": "dn-1", "warehouse": "Bandung - TW",
                    "uom": "Nos", "conversion_factor": 1}]})),
            ),
        ),
    ]
}

fn purchases() -> Vec<Case> {
    let (receipt, bill) = (Kind::PurchaseReceipt, Kind::PurchaseInvoice);
    let tax = json!({"charge_type": "On Previous Row Total", "account_head": "Freight - TW", "rate": 2, "description": "Freight - TW",
        "included_in_print_rate": 0, "row_id": "1", "category": "Valuation", "add_deduct_tax": "Deduct"});
    let actual = json!({"charge_type": "Actual", "account_head": "Freight - TW", "tax_amount": 500, "description": "Truck",
        "included_in_print_rate": 0, "category": "Total", "add_deduct_tax": "Add"});
    vec![
        case(
            receipt,
            json!({"supplier": "Toko Kain", "supplier_delivery_note": "SJ-991", "posting_date": "2026-11-03",
                "set_warehouse": "Shop", "items": [{"item_code": "CLOTH-001", "qty": "1.5", "rate": "480000", "uom": "Roll"}]}),
            json!({"factors": ["25"], "taxes": [
                {"charge_type": "Actual", "account_head": "Freight - TW", "tax_amount": "500", "description": "Truck"},
                {"charge_type": "On Previous Row Total", "account_head": "Freight - TW", "rate": "2", "row_id": 1,
                    "category": "Valuation", "add_deduct_tax": "Deduct"}], "total": "720500"}),
            names(&[]),
            // It brings goods in, at a time that nobody says: the first of its day.
            trade(
                receipt,
                json!({"supplier": "Toko Kain", "supplier_delivery_note": "SJ-991", "posting_date": "2026-11-03",
                "posting_time": "00:00:00", "set_posting_time": 1, "taxes": [actual, tax],
                "items": [{"item_code": "CLOTH-001", "qty": 1.5, "rate": 480000, "uom": "Roll", "conversion_factor": 25,
                    "warehouse": "Bandung - TW"}]}),
            ),
        ),
        case(
            receipt,
            json!({"supplier": "Toko Kain", "set_warehouse": "Shop", "is_return": 1, "return_against": OTHER,
                "items": [{"item_code": "CLOTH-001", "qty": "-1", "rate": "48000", "purchase_receipt_item": "1"}]}),
            day(),
            names(&[(receipt, OTHER, "MAT-PRE-1", &["pr-1"])]),
            trade(
                receipt,
                posted(json!({"supplier": "Toko Kain", "is_return": 1, "return_against": "MAT-PRE-1",
                "items": [{"item_code": "CLOTH-001", "qty": -1, "rate": 48000, "purchase_receipt_item": "pr-1", "uom": "Meter",
                    "conversion_factor": 1, "warehouse": "Bandung - TW"}]})),
            ),
        ),
        case(
            bill,
            json!({"supplier": "Toko Kain", "bill_no": "B-1", "bill_date": "2026-11-03", "due_date": "2026-12-03",
                "items": [{"item_code": "CLOTH-001", "qty": "1.5", "rate": "480000", "uom": "Roll", "purchase_receipt": OTHER,
                    "pr_detail": "1"}], "is_paid": 1, "mode_of_payment": "Cash", "paid_amount": "720000"}),
            with_day(json!({"factors": ["25"]})),
            names(&[(receipt, OTHER, "MAT-PRE-1", &["pr-1"])]),
            trade(
                bill,
                posted(json!({"supplier": "Toko Kain", "bill_no": "B-1", "bill_date": "2026-11-03",
                "due_date": "2026-12-03", "update_stock": 0, "is_paid": 1, "mode_of_payment": "Cash",
                "cash_bank_account": "Cash - TW", "paid_amount": 720000, "base_paid_amount": 720000,
                "items": [{"item_code": "CLOTH-001", "qty": 1.5, "rate": 480000, "uom": "Roll", "conversion_factor": 25,
                    "purchase_receipt": "MAT-PRE-1", "pr_detail": "pr-1"}]})),
            ),
        ),
        case(
            bill,
            json!({"supplier": "Toko Kain", "is_return": 1, "return_against": OTHER,
                "items": [{"item_code": "SEWING", "qty": "-1", "rate": "30000", "purchase_invoice_item": "1"}]}),
            day(),
            names(&[(bill, OTHER, "ACC-PINV-1", &["pi-1"])]),
            trade(
                bill,
                posted(
                    json!({"supplier": "Toko Kain", "is_return": 1, "return_against": "ACC-PINV-1", "update_stock": 0,
                "update_outstanding_for_self": 1, "items": [{"item_code": "SEWING", "qty": -1, "rate": 30000,
                    "purchase_invoice_item": "pi-1", "uom": "Nos", "conversion_factor": 1}]}),
                ),
            ),
        ),
    ]
}

fn stock() -> Vec<Case> {
    let kind = Kind::StockEntry;
    let plain = |qty: &str| json!([{"item_code": "BUTTON", "qty": qty}]);
    let told = |qty: u32, more: Value| {
        let mut row = json!({"item_code": "BUTTON", "qty": qty, "uom": "Nos", "conversion_factor": 1});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let entry =
        |fields: Value, names: Names, by_hand: Value| case(kind, fields, day(), names, head(kind, posted(by_hand)));
    let mut all = vec![
        entry(
            json!({"stock_entry_type": "Material Issue", "from_warehouse": "Shop", "remarks": "torn", "items": plain("2")}),
            names(&[]),
            json!({"stock_entry_type": "Material Issue", "remarks": "torn", "items": [told(2, json!({"s_warehouse": "Bandung - TW"}))]}),
        ),
        entry(
            json!({"stock_entry_type": "Material Receipt", "to_warehouse": "Shop", "project": "PROJ-0001",
                "items": [{"item_code": "BUTTON", "qty": "2", "basic_rate": "500", "serial_no": "M-1\nM-2"},
                    {"item_code": "BUTTON", "qty": "1", "basic_rate": "0"}]}),
            names(&[]),
            json!({"stock_entry_type": "Material Receipt", "project": "PROJ-0001", "items": [
                told(2, json!({"t_warehouse": "Bandung - TW", "basic_rate": 500, "serial_no": "M-1\nM-2", "use_serial_batch_fields": 1})),
                told(1, json!({"t_warehouse": "Bandung - TW", "basic_rate": 0, "allow_zero_valuation_rate": 1}))]}),
        ),
        entry(
            json!({"stock_entry_type": "Material Transfer", "add_to_transit": 1, "from_warehouse": "Shop",
                "to_warehouse": "In Transit - TW", "items": plain("10")}),
            names(&[]),
            json!({"stock_entry_type": "Material Transfer", "add_to_transit": 1,
                "items": [told(10, json!({"s_warehouse": "Bandung - TW", "t_warehouse": "In Transit - TW"}))]}),
        ),
        entry(
            json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": OTHER, "from_warehouse": "In Transit - TW",
                "to_warehouse": "Shop", "items": [{"item_code": "BUTTON", "qty": "8", "ste_detail": "1"}]}),
            names(&[(kind, OTHER, "MAT-STE-550", &["ste-1"])]),
            json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": "MAT-STE-550",
                "items": [told(8, json!({"s_warehouse": "In Transit - TW", "t_warehouse": "Bandung - TW",
                    "against_stock_entry": "MAT-STE-550", "ste_detail": "ste-1"}))]}),
        ),
        entry(
            json!({"stock_entry_type": "Material Transfer for Manufacture", "work_order": "MFG-WO-1", "bom_no": "BOM-1",
                "fg_completed_qty": "1", "from_warehouse": "Shop", "to_warehouse": "WIP - TW", "items": plain("7")}),
            names(&[]),
            json!({"stock_entry_type": "Material Transfer for Manufacture", "work_order": "MFG-WO-1", "bom_no": "BOM-1",
                "from_bom": 1, "fg_completed_qty": 1,
                "items": [told(7, json!({"s_warehouse": "Bandung - TW", "t_warehouse": "WIP - TW"}))]}),
        ),
    ];
    // What the office sent is named as ERPNext names it, and counted in the stock unit.
    all.push(case(
        kind,
        json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": "MAT-STE-7", "from_warehouse": "In Transit - TW",
            "to_warehouse": "Shop", "items": [{"item_code": "CLOTH-001", "qty": "1.5", "uom": "Roll", "ste_detail": "blg3uv0q98"},
                {"item_code": "BUTTON", "qty": "8", "ste_detail": "blg3uv0q99"}]}),
        with_day(json!({"factors": ["25", "1"]})),
        names(&[]),
        head(kind, posted(json!({"stock_entry_type": "Material Transfer", "outgoing_stock_entry": "MAT-STE-7",
            "items": [{"item_code": "CLOTH-001", "qty": 37.5, "uom": "Meter", "conversion_factor": 1,
                "s_warehouse": "In Transit - TW", "t_warehouse": "Bandung - TW",
                "against_stock_entry": "MAT-STE-7", "ste_detail": "blg3uv0q98"},
                told(8, json!({"s_warehouse": "In Transit - TW", "t_warehouse": "Bandung - TW",
                    "against_stock_entry": "MAT-STE-7", "ste_detail": "blg3uv0q99"}))]}))),
    ));
    all.push(case(
        kind,
        json!({"stock_entry_type": "Manufacture", "work_order": "MFG-WO-1", "bom_no": "BOM-1", "fg_completed_qty": "1",
            "items": [{"item_code": "SHIRT", "qty": "1", "t_warehouse": "Finished - TW", "is_finished_item": 1}]}),
        with_day(json!({"filled": [{"item_code": "CLOTH-001", "warehouse": "WIP - TW", "qty": "-1.5"},
            {"item_code": "SCRAP", "warehouse": "Shop", "qty": "0.1"}]})),
        names(&[]),
        head(kind, posted(json!({"stock_entry_type": "Manufacture", "work_order": "MFG-WO-1", "bom_no": "BOM-1", "from_bom": 1,
            "fg_completed_qty": 1, "items": [
                {"item_code": "CLOTH-001", "qty": 1.5, "s_warehouse": "WIP - TW", "uom": "Meter", "conversion_factor": 1},
                {"item_code": "SCRAP", "qty": 0.1, "t_warehouse": "Bandung - TW", "is_scrap_item": 1, "conversion_factor": 1},
                {"item_code": "SHIRT", "qty": 1, "t_warehouse": "Finished - TW", "is_finished_item": 1, "conversion_factor": 1}]}))),
    ));
    let count = Kind::StockReconciliation;
    all.push(case(
        count,
        json!({"set_warehouse": "Shop", "items": [{"item_code": "BUTTON", "qty": "905"},
            {"item_code": "THREAD-RED", "qty": "0", "batch_no": "LOT-8", "warehouse": "Else - TW"}]}),
        day(),
        names(&[]),
        head(count, posted(json!({"purpose": "Stock Reconciliation", "items": [
            {"item_code": "BUTTON", "qty": 905, "warehouse": "Bandung - TW"},
            {"item_code": "THREAD-RED", "qty": 0, "batch_no": "LOT-8", "warehouse": "Else - TW", "use_serial_batch_fields": 1}]}))),
    ));
    all
}

fn money() -> Vec<Case> {
    let (payment, journal) = (Kind::PaymentEntry, Kind::JournalEntry);
    vec![
        case(
            payment,
            json!({"payment_type": "Receive", "party_type": "Customer", "party": OTHER, "mode_of_payment": "Wire Transfer",
                "paid_amount": "100000", "remarks": "deposit",
                "references": [{"reference_doctype": "Sales Order", "reference_name": OTHER, "allocated_amount": "90000"}]}),
            day(),
            names(&[(Kind::SalesOrder, OTHER, "SAL-ORD-3", &[]), (Kind::Customer, OTHER, "Bu Sari", &[])]),
            // A bank asks for a number, and the paper has one.
            head(
                payment,
                json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari",
                "posting_date": "2026-11-20", "mode_of_payment": "Wire Transfer", "paid_to": "Bank Account - TW",
                "paid_amount": 100000, "received_amount": 100000, "remarks": "deposit", "custom_remarks": 1,
                "reference_no": "BDG-PE-A000007", "reference_date": "2026-11-20",
                "references": [{"reference_doctype": "Sales Order", "reference_name": "SAL-ORD-3", "allocated_amount": 90000}]}),
            ),
        ),
        case(
            payment,
            json!({"payment_type": "Pay", "party_type": "Supplier", "party": "Toko Kain", "mode_of_payment": "Cash",
                "posting_date": "2026-11-04", "paid_amount": "1000", "project": "PROJ-0001"}),
            json!({}),
            names(&[]),
            head(
                payment,
                json!({"payment_type": "Pay", "party_type": "Supplier", "party": "Toko Kain",
                "posting_date": "2026-11-04", "mode_of_payment": "Cash", "paid_from": "Cash - TW", "paid_amount": 1000,
                "received_amount": 1000, "project": "PROJ-0001"}),
            ),
        ),
        case(
            journal,
            json!({"mode_of_payment": "Cash", "posting_date": "2026-11-04", "user_remark": "needles",
                "bill_no": "7", "bill_date": "2026-11-03", "accounts": [
                {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": "20000", "project": "PROJ-0001"},
                {"account": "Cash - TW", "credit_in_account_currency": "20000"}]}),
            json!({}),
            names(&[]),
            head(
                journal,
                json!({"voucher_type": "Journal Entry", "mode_of_payment": "Cash", "posting_date": "2026-11-04",
                "user_remark": "needles", "bill_no": "7", "bill_date": "2026-11-03", "accounts": [
                {"account": "Miscellaneous Expenses - TW", "debit_in_account_currency": 20000, "project": "PROJ-0001"},
                {"account": "Cash - TW", "credit_in_account_currency": 20000}]}),
            ),
        ),
    ]
}

fn others() -> Vec<Case> {
    let (sheet, item) = (Kind::Timesheet, Kind::Item);
    let master = |kind: Kind, fields: Value| {
        let mut body = head(kind, fields);
        for field in ["docstatus", "company"] {
            body.as_object_mut().unwrap().remove(field);
        }
        body
    };
    vec![
        case(
            sheet,
            json!({"employee": "HR-EMP-00001", "note": "overtime", "parent_project": "PROJ-0001", "time_logs": [
                {"activity_type": "Execution", "from_time": "2026-11-04 08:00:00", "to_time": "2026-11-04 09:10:00",
                    "hours": "1.17", "description": "hems"}]}),
            json!({}),
            names(&[]),
            head(
                sheet,
                json!({"employee": "HR-EMP-00001", "note": "overtime", "parent_project": "PROJ-0001", "time_logs": [
                {"activity_type": "Execution", "from_time": "2026-11-04 08:00:00", "to_time": "2026-11-04 09:10:00",
                    "hours": 1.166666667, "project": "PROJ-0001", "description": "hems"}]}),
            ),
        ),
        case(
            Kind::Customer,
            json!({"customer_name": "Pak Joko", "mobile_no": "+62 812 0000 000", "customer_details": "Chest 104\nlikes wide sleeves"}),
            json!({}),
            names(&[]),
            master(
                Kind::Customer,
                json!({"customer_name": "Pak Joko", "customer_type": "Company", "mobile_no": "+62 812 0000 000",
                "customer_details": "Chest 104\nlikes wide sleeves"}),
            ),
        ),
        // Numbers that were recorded before boxes refused them.
        case(
            Kind::Customer,
            json!({"customer_name": "Pak Joko", "mobile_no": "0812 / 0813", "customer_details": "Chest 104"}),
            json!({}),
            names(&[]),
            master(
                Kind::Customer,
                json!({"customer_name": "Pak Joko", "customer_type": "Company", "customer_details": "Chest 104\n0812 / 0813"}),
            ),
        ),
        case(
            Kind::Supplier,
            json!({"supplier_name": "Toko Benang", "mobile_no": "0".repeat(21)}),
            json!({}),
            names(&[]),
            master(
                Kind::Supplier,
                json!({"supplier_name": "Toko Benang", "supplier_type": "Company", "supplier_details": "0".repeat(21)}),
            ),
        ),
        case(
            Kind::Supplier,
            json!({"supplier_name": "Toko Benang", "email_id": "benang@example.com", "supplier_type": "Individual", "tax_id": "1"}),
            json!({}),
            names(&[]),
            master(
                Kind::Supplier,
                json!({"supplier_name": "Toko Benang", "supplier_type": "Individual",
                "email_id": "benang@example.com", "tax_id": "1"}),
            ),
        ),
        case(
            item,
            json!({"item_code": "BTN-099", "item_name": "Button, horn", "item_group": "Raw Material", "stock_uom": "Nos",
                "has_batch_no": 1, "barcodes": [{"barcode": "8991234567890", "uom": "Box"}],
                "uoms": [{"uom": "Box", "conversion_factor": "144"}], "standard_rate": "1500"}),
            json!({}),
            names(&[]),
            master(
                item,
                json!({"item_code": "BTN-099", "item_name": "Button, horn", "item_group": "Raw Material",
                "stock_uom": "Nos", "is_stock_item": 1, "has_batch_no": 1, "create_new_batch": 0,
                "barcodes": [{"barcode": "8991234567890", "uom": "Box"}],
                "uoms": [{"uom": "Box", "conversion_factor": 144}], "standard_rate": 1500}),
            ),
        ),
    ]
}

#[test]
fn each_document_has_the_body_that_was_written_by_hand() {
    for mut case in all() {
        same(&made(&case.submitted, &mut case.names), &case.by_hand);
    }
}

#[test]
fn every_kind_is_posted_added_or_said_not_to_be() {
    for kind in Kind::ALL {
        let posted = all().iter().any(|case| case.submitted.document.kind() == *kind);
        let apart = matches!(kind, Kind::JobCard | Kind::TillOpening | Kind::TillClosing);
        assert!(posted != apart, "{}", kind.name());
    }
    let opening = json!({"balance_details": [{"mode_of_payment": "Cash", "opening_amount": "1"}]});
    let closing = json!({"payment_reconciliation": [{"mode_of_payment": "Cash", "closing_amount": "1"}]});
    for (kind, fields) in [(Kind::TillOpening, opening), (Kind::TillClosing, closing)] {
        let asked = ask(&submitted(kind, &fields, &json!({})), &map(), &mut names(&[]));
        assert!(matches!(asked, Ok(Ask::Nothing(why)) if why.contains("Journal Entry")), "{asked:?}");
    }
}

/// Knows every document.
struct Everything;

impl super::super::Names for Everything {
    fn document(&mut self, kind: Kind, _: IntentId) -> Result<Option<Known>, Failure> {
        let rows = (1..=9).map(|row| format!("row-{row}")).collect();
        Ok(Some(Known { name: format!("{}-1", kind.abbreviation()), rows, cancelled: false, project: None }))
    }

    fn advance(&mut self, _: &Ref, row: Option<&Text>) -> Result<Option<Left>, Failure> {
        let part = Part { row: row.map(Text::to_string), amount: n("999999999") };
        Ok(Some(Left { payment: "PE-1".into(), parts: vec![part] }))
    }
}

#[test]
fn every_example_of_the_format_has_a_body() {
    let format = include_str!("../../../../FORMAT.md");
    let (masters, site, zone, map) = (masters(), site(), TimeZone::UTC, map());
    let about = About { site: &site, masters: &masters, map: &map, erp_zone: &zone, post_on: None };
    let mut count = 0;
    for block in format.split("```json ").skip(1) {
        let (slug, rest) = block.split_once('\n').unwrap();
        let mut fields: Value = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
        for field in ["id", "user"] {
            fields.as_object_mut().unwrap().remove(field);
        }
        let example = submitted(Kind::named(slug).unwrap(), &fields, &with_day(json!({"no": ["A", 1]})));
        body(&example, &about, &mut Everything).unwrap_or_else(|error| panic!("{error}: {fields}"));
        count += 1;
    }
    assert!(count >= Kind::ALL.len());
}
