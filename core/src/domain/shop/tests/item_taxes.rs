//! Items with taxes of their own: what a sale of them comes to, and what is kept with it.

use super::*;
use crate::domain::decimal::Decimal;
use crate::domain::document::Priced;

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Cloth is free of tax and buttons are not; 11 % on top, for sales that name no template.
fn taxed() -> Bench {
    let mut bench = Bench::tailor();
    for account in ["PPN - TW", "PPnBM - TW"] {
        bench.put(Table::Account, json!({"name": account, "account_type": "Tax"}));
    }
    let rule =
        json!({"charge_type": "On Net Total", "account_head": "PPN - TW", "rate": "11", "description": "PPN 11%"});
    bench.put(Table::TaxTemplate, json!({"name": "PPN", "is_default": 1, "taxes": [rule]}));
    template(&mut bench, "Free", json!([{"tax_type": "PPN - TW", "tax_rate": "0"}]));
    template(&mut bench, "Half", json!([{"tax_type": "PPN - TW", "tax_rate": "5.5"}]));
    template(&mut bench, "Luxury", json!([{"tax_type": "PPnBM - TW", "tax_rate": "20"}]));
    cloth_is(&mut bench, json!([{"item_tax_template": "Free"}]));
    bench
}

fn template(bench: &mut Bench, name: &str, taxes: Value) {
    bench.put(Table::ItemTaxTemplate, json!({"name": name, "taxes": taxes}));
}

fn cloth_is(bench: &mut Bench, taxes: Value) {
    let item =
        json!({"item_code": "CLOTH", "item_name": "Cloth", "stock_uom": "Meter", "is_stock_item": 1, "taxes": taxes});
    bench.put(Table::Item, item);
}

fn both() -> Value {
    sale(
        json!([{"item_code": "CLOTH", "qty": "2", "rate": "500"}, {"item_code": "BUTTON", "qty": "10", "rate": "100"}]),
    )
}

fn cloth(named: Option<&str>) -> Value {
    let mut row = json!({"item_code": "CLOTH", "qty": "1", "rate": "1000"});
    if let Some(named) = named {
        row["item_tax_template"] = json!(named);
    }
    sale(json!([row]))
}

fn paid(mut sale: Value, amount: &str) -> Value {
    sale["payments"] = json!([{"mode_of_payment": "Cash", "amount": amount}]);
    sale
}

/// The names of the templates by row.
fn by_row(booked: &Booked, rows: usize) -> Vec<Option<&str>> {
    (0..rows).map(|i| booked.item_taxed(i).map(|taxed| taxed.item_tax_template.as_str())).collect()
}

#[test]
fn a_sale_comes_to_what_each_item_is_taxed_by_and_keeps_it() {
    let mut bench = taxed();
    // 1000 free of tax, and 1000 with 110.
    let booked = bench.submit(1, "sales-invoice", both()).unwrap();
    assert_eq!((booked.net, booked.total), (Some(n("2000")), Some(n("2110"))));
    assert_eq!(booked.taxes.len(), 1);
    assert_eq!(by_row(&booked, 2), [Some("Free"), None]);
    let kept = booked.item_taxed(0).unwrap();
    assert_eq!((kept.taxes[0].tax_type.as_str(), kept.taxes[0].tax_rate), ("PPN - TW", Decimal::ZERO));
    assert_eq!(kept.rows, [1]);
    // Without any there is nothing to keep.
    let buttons = sale(json!([{"item_code": "BUTTON", "qty": "10", "rate": "100"}]));
    assert!(bench.submit(2, "sales-invoice", buttons).unwrap().item_taxes.is_empty());
}

#[test]
fn a_payment_fits_the_total_with_the_items_taxes() {
    let mut bench = taxed();
    let refusal = refused(bench.submit(1, "sales-invoice", paid(both(), "2220")));
    assert_eq!(refusal, (Why::Rule, "payments".into()), "as if both were taxed");
    bench.submit(1, "sales-invoice", paid(both(), "2110")).unwrap();
}

#[test]
fn every_priced_document_is_taxed_by_its_items() {
    let mut bench = taxed();
    bench.put(
        Table::TaxTemplate,
        json!({"name": "PPN Masukan", "buying": 1, "is_default": 1, "taxes": [
            {"charge_type": "On Net Total", "account_head": "PPN - TW", "rate": "11"}]}),
    );
    let rows = both()["items"].take();
    let sold = |more: &[(&str, &str)]| {
        let mut fields = json!({"set_warehouse": "Stores", "items": rows});
        more.iter().for_each(|(field, value)| fields[*field] = json!(value));
        fields
    };
    for (i, (kind, more)) in [
        ("sales-order", &[("customer", "Bu Sari"), ("delivery_date", "2026-11-20")][..]),
        ("delivery-note", &[("customer", "Bu Sari")]),
        ("purchase-receipt", &[("supplier", "Toko Kain")]),
        ("purchase-invoice", &[("supplier", "Toko Kain")]),
    ]
    .into_iter()
    .enumerate()
    {
        let booked = bench.submit(i as u128 + 1, kind, sold(more)).unwrap();
        assert_eq!(booked.total, Some(n("2110")), "{kind}");
        assert_eq!(by_row(&booked, 2), [Some("Free"), None], "{kind}");
    }
}

#[test]
fn an_account_that_only_an_item_s_template_has_gets_a_row_on_top() {
    let mut bench = taxed();
    cloth_is(&mut bench, json!([{"item_tax_template": "Luxury"}]));
    // 11 % of both, 20 % of the cloth.
    let booked = bench.submit(1, "sales-invoice", both()).unwrap();
    assert_eq!(booked.total, Some(n("2420")));
    let rows: Vec<_> = booked.taxes.iter().map(|row| (row.account_head.as_str(), row.rate)).collect();
    assert_eq!(rows, [("PPN - TW", n("11")), ("PPnBM - TW", Decimal::ZERO)]);
    assert_eq!(booked.taxes[1].description, Some(text("PPnBM - TW")));
    // Where a document has rows itself, they are all there are, as for what is posted to ERPNext.
    let mut own = both();
    own["taxes"] =
        json!([{"charge_type": "On Net Total", "account_head": "PPN - TW", "rate": "10", "description": "PPN"}]);
    let booked = bench.submit(2, "sales-invoice", own).unwrap();
    assert_eq!((booked.total, booked.taxes.len()), (Some(n("2200")), 0));
    assert_eq!(by_row(&booked, 2), [Some("Luxury"), None]);
    // Without any template of taxes the item's are taxed all the same.
    bench.put(Table::TaxTemplate, json!({"name": "PPN", "taxes": []}));
    assert_eq!(bench.submit(3, "sales-invoice", both()).unwrap().total, Some(n("2200")));
}

#[test]
fn a_row_names_a_template_that_is_known_and_that_its_item_has() {
    let mut bench = taxed();
    let named = |name| cloth(Some(name));
    let field = "items[0].item_tax_template".to_owned();
    assert_eq!(refused(bench.submit(1, "sales-invoice", named("Nope"))), (Why::Reference, field.clone()));
    assert_eq!(refused(bench.submit(1, "sales-invoice", named("Half"))), (Why::Rule, field));
    cloth_is(&mut bench, json!([{"item_tax_template": "Free"}, {"item_tax_template": "Half"}]));
    assert_eq!(bench.submit(1, "sales-invoice", named("Half")).unwrap().total, Some(n("1055")));
    // An item without any may be taxed by all of them.
    cloth_is(&mut bench, json!([]));
    assert_eq!(bench.submit(2, "sales-invoice", named("Half")).unwrap().total, Some(n("1055")));
    // What the office's own row names has to be here.
    cloth_is(&mut bench, json!([{"item_tax_template": "Nope"}]));
    let refusal = refused(bench.submit(3, "sales-invoice", cloth(None)));
    assert_eq!(refusal, (Why::Reference, "items[0].item_code".into()));
}

#[test]
fn the_day_decides_by_which_template_an_item_is_taxed() {
    let mut bench = taxed();
    let taxes = json!([{"item_tax_template": "Free"}, {"item_tax_template": "Half", "valid_from": "2026-11-02"}]);
    cloth_is(&mut bench, taxes);
    assert_eq!(bench.submit(1, "sales-invoice", cloth(None)).unwrap().total, Some(n("1055")));
    let mut before = cloth(None);
    before["posting_date"] = json!("2026-11-01");
    // The lines alone add up to it.
    assert_eq!(bench.submit(2, "sales-invoice", before).unwrap().total, None);
    // A bill's own day goes before that of the booking.
    let rows = json!([{"item_code": "CLOTH", "qty": "1", "rate": "1000"}]);
    let bill = json!({"supplier": "Toko Kain", "bill_no": "B-1", "bill_date": "2026-11-01", "items": rows});
    let booked = bench.submit(3, "purchase-invoice", bill).unwrap();
    assert_eq!(by_row(&booked, 1), [Some("Free")]);
}

#[test]
fn what_comes_back_is_taxed_as_it_was_sold() {
    let mut bench = taxed();
    assert_eq!(bench.submit(1, "sales-invoice", both()).unwrap().total, Some(n("2110")));
    cloth_is(&mut bench, json!([{"item_tax_template": "Half"}]));
    let mut back = sale(json!([
        {"item_code": "CLOTH", "qty": "-2", "rate": "500", "sales_invoice_item": "1"},
        {"item_code": "BUTTON", "qty": "-10", "rate": "100", "sales_invoice_item": "2"}]));
    (back["is_return"], back["return_against"]) = (json!(1), json!(id(1).to_string()));
    let booked = bench.submit(2, "sales-invoice", back).unwrap();
    assert_eq!((booked.total, by_row(&booked, 2)), (Some(n("-2110")), vec![Some("Free"), None]));
}

#[test]
fn what_was_kept_comes_to_the_same_whatever_the_office_says_later() {
    use crate::domain::totals::{Rounding, Sheet};
    let mut bench = taxed();
    let booked = bench.submit(1, "sales-invoice", both()).unwrap();
    let sold = document("sales-invoice", both());
    let Priced { lines, discount, .. } = sold.rules().priced().unwrap();
    let item_rates = (0..2).map(|i| booked.item_taxed(i).map_or(&[][..], |taxed| &taxed.taxes)).collect();
    let rounding = Rounding { precision: 2, smallest: Some(Decimal::ZERO) };
    let totals = Sheet { lines, taxes: &booked.taxes, item_rates, discount, rounding }.totals().unwrap();
    assert_eq!(Some(totals.payable), booked.total);
}

#[test]
fn without_the_offices_data_a_named_template_taxes_nothing_and_refuses_nothing() {
    let mut bench = Bench::bare();
    let booked = bench.submit(1, "sales-invoice", cloth(Some("Anything"))).unwrap();
    assert!(booked.item_taxes.is_empty() && booked.total.is_none());
}
