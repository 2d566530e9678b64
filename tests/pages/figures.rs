//! Figures: stock, the till, a day, orders, invoices, goods under way, codes.

use crate::house::{DAY, Shop, id, receipt, sale};
use crate::http::{ask, get};
use crate::socket::Tablet;
use serde_json::{Value, json};

#[test]
fn stock_till_and_day_are_those_of_the_records() {
    let level = ("level", json!({"item_code": "BUTTON", "warehouse": "Stores", "actual_qty": "10", "included": "0"}));
    let shop = Shop::open(&[level]);
    let at = shop.at;
    let mut till = Tablet::log_on(at, "till");
    let opening = json!({"id": id(1), "posting_date": DAY, "balance_details": [{"mode_of_payment": "Cash", "opening_amount": "500"}]});
    till.submit("till-opening", &opening);
    till.submit("stock-entry", &receipt(2, 5));
    till.submit("sales-invoice", &sale(3, 3, None));
    let stock = ask(at, "/api/stock?warehouse=Stores&item=BUTTON");
    let line = json!({"warehouse": "Stores", "item_code": "BUTTON", "here": "12", "office": "10", "ahead": "2"});
    assert_eq!(stock, json!({"items": [line], "next": null}));
    assert_eq!(ask(at, "/api/stock?item=NOTHING")["items"], json!([]));
    let money = ask(at, "/api/till");
    assert_eq!(money["opened"], json!({"id": id(1), "day": DAY}));
    assert_eq!(money["expected"], json!([{"mode_of_payment": "Cash", "amount": "3500"}]));
    let closing = json!({"id": id(4), "posting_date": DAY, "payment_reconciliation": [{"mode_of_payment": "Cash", "closing_amount": "3400"}]});
    till.submit("till-closing", &closing);
    let day = ask(at, &format!("/api/day?day={DAY}"));
    let sales = day["kinds"].as_array().unwrap().iter().find(|kind| kind["kind"] == "sales-invoice").unwrap();
    assert_eq!((&sales["documents"], &sales["sum"]), (&json!(1), &json!("3000")), "{day}");
    let mode = &day["tills"][0]["modes"][0];
    assert_eq!(
        (&mode["opening"], &mode["expected"], &mode["difference"]),
        (&json!("500"), &json!("3500"), &json!("-100")),
        "{day}"
    );
    assert_eq!(ask(at, "/api/till")["opened"], Value::Null);
    assert_eq!(ask(at, "/api/day?day=2026-01-06")["state"], "nothing");
}

#[test]
fn orders_invoices_and_advances_are_as_far_as_documents_brought_them() {
    let order = json!({"order": "SO-1", "customer": "Bu Sari", "delivery_date": "2026-02-01", "grand_total": "4000",
        "advance_paid": "500",
        "items": [{"name": "row-a", "item_code": "BUTTON", "qty": "4", "uom": "Nos", "rate": "1000", "delivered_qty": "1"}]});
    let invoice =
        json!({"invoice": "SINV-1", "party": "Bu Sari", "posting_date": "2026-01-02", "outstanding_amount": "700"});
    let shop = Shop::open(&[("sales-order", order), ("open-invoice", invoice)]);
    let at = shop.at;
    let mut till = Tablet::log_on(at, "till");
    till.submit("sales-order", &json!({
        "id": id(1), "customer": "Bu Sari", "transaction_date": DAY, "delivery_date": "2026-02-02", "set_warehouse": "Stores",
        "items": [{"item_code": "BUTTON", "qty": "3", "rate": "1000", "description": "blue"}],
    }));
    till.submit(
        "payment-entry",
        &json!({
            "id": id(2), "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "posting_date": DAY,
            "mode_of_payment": "Cash", "paid_amount": "800",
            "references": [{"reference_doctype": "Sales Order", "reference_name": id(1), "allocated_amount": "800"}],
        }),
    );
    let mut credit = sale(3, 2, None);
    credit["payments"] = json!([]);
    till.submit("sales-invoice", &credit);
    let orders = ask(at, "/api/orders?customer=Bu+Sari&open=1");
    let [own, office] = [&orders["items"][0], &orders["items"][1]];
    assert_eq!((&own["order"], &own["number"]), (&json!(id(1)), &json!("BDG-SO-A000001")), "{orders}");
    assert_eq!((&own["grand_total"], &own["paid_ahead"]), (&json!("3000"), &json!("800")), "{orders}");
    let row = &own["items"][0];
    assert_eq!(
        (&row["row"], &row["delivered"], &row["warehouse"]),
        (&json!("1"), &json!("0"), &json!("Stores")),
        "{orders}"
    );
    assert_eq!(own["advances"], json!([{"reference_name": id(2), "reference_row": "1", "open": "800"}]));
    assert_eq!((&office["order"], &office["paid_ahead"]), (&json!("SO-1"), &json!("500")), "{orders}");
    assert_eq!(
        (&office["items"][0]["row"], &office["items"][0]["delivered"]),
        (&json!("row-a"), &json!("1")),
        "{orders}"
    );
    assert_eq!(ask(at, "/api/orders?customer=Nobody")["items"], json!([]));

    let invoices = ask(at, "/api/invoices?customer=Bu+Sari&open=1");
    let told: Vec<_> =
        invoices["items"].as_array().unwrap().iter().map(|line| (&line["invoice"], &line["outstanding"])).collect();
    assert_eq!(told, [(&json!(id(3)), &json!("2000")), (&json!("SINV-1"), &json!("700"))], "{invoices}");
    till.submit(
        "payment-entry",
        &json!({
            "id": id(4), "payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "posting_date": DAY,
            "mode_of_payment": "Cash", "paid_amount": "2000",
            "references": [{"reference_doctype": "Sales Invoice", "reference_name": id(3), "allocated_amount": "2000"}],
        }),
    );
    let invoices = ask(at, "/api/invoices?customer=Bu+Sari");
    assert_eq!(invoices["items"].as_array().unwrap().len(), 1, "what is paid is open no more: {invoices}");
    assert_eq!(get(at, "/api/invoices").refused(400), "customer");
}

#[test]
fn codes_goods_under_way_and_work_orders_are_told_by_name() {
    let transit = json!({"entry": "STE-1", "number": "GRT-SE-A000007", "from": "garut", "to": "bandung", "warehouse": "Transit",
        "sent_on": "2026-01-03", "items": [{"name": "1", "item_code": "BUTTON", "qty": "9"}]});
    let work = json!({"name": "WO-1", "production_item": "BUTTON", "bom_no": "BOM-1", "qty": "5", "produced_qty": "2",
        "fg_warehouse": "Stores", "required_items": []});
    let shop = Shop::open(&[("transit", transit), ("work-order", work)]);
    let at = shop.at;
    let code = ask(at, "/api/barcode?code=8991234567890");
    assert_eq!(
        code,
        json!({"item_code": "BUTTON", "uom": "Nos", "price": "1000", "price_list": "Retail", "said": false})
    );
    assert_eq!(get(at, "/api/barcode?code=1").refused(404), "code");
    let way = &ask(at, "/api/transit")["items"][0];
    assert_eq!((&way["entry"], &way["qty"], &way["received"]), (&json!("STE-1"), &json!("9"), &json!("0")), "{way}");
    let order = &ask(at, "/api/work-orders")["items"][0];
    assert_eq!(
        (&order["name"], &order["qty"], &order["produced_here"]),
        (&json!("WO-1"), &json!("5"), &json!("0")),
        "{order}"
    );
}
