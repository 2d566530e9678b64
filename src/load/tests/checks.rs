//! Facts of rows that do not fit each other.

use super::*;

#[test]
fn a_key_that_stands_twice_is_refused() {
    is_wrong("uom.csv", "uom_name\nPair\nPair\n", "uom.csv:3: ", "Pair is there already, in uom.csv:2");
    let mut rows = workshop();
    let report = rows.take(&[("uom.csv", "uom_name\nPair\n"), ("uom.json", "[{\"uom_name\": \"Pair\"}]")]);
    assert!(report.errors[0].to_string().contains("uom.json:1: Pair is there already, in uom.csv:2"), "{report}");
}

#[test]
fn what_a_row_names_is_in_the_files_or_at_the_office() {
    let price = "item_code,price_list,uom,price_list_rate\nTIE,Retail,Nos,5\n";
    is_wrong(
        "item-price.csv",
        price,
        "item-price.csv:2: item_code: ",
        "there is no item TIE: correct it, or load it too",
    );
    assert!(workshop().take(&[("item-price.csv", price), ("item.csv", "item_code,stock_uom\nTIE,Nos\n")]).taken);
    is_wrong(
        "level.csv",
        "item_code,warehouse,actual_qty\nSHIRT,Bogor,5\n",
        "level.csv:2: warehouse: ",
        "no warehouse Bogor",
    );
    is_wrong(
        "mode-of-payment.csv",
        "mode_of_payment,default_account\nCash,Till\n",
        "mode-of-payment.csv:2: default_account: ",
        "no account Till",
    );
    is_wrong("item.csv", "item_code,stock_uom\nTIE,Pair\n", "item.csv:2: stock_uom: ", "no uom Pair");
}

#[test]
fn a_barcode_stands_for_one_item() {
    let csv = "item_code,stock_uom,barcodes.barcode\nTIE,Nos,1\nHAT,Nos,1\n";
    let errors = wrong("item.csv", csv);
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[1], "item.csv:3: barcodes[0].barcode: 1 stands for HAT too: take one out".replace("HAT", "TIE"));
    let csv = "item_code,stock_uom,barcodes.barcode\nTIE,Nos,1\n,,1\n";
    assert!(wrong("item.csv", csv)[0].contains("stands twice"));
    let mut rows = workshop();
    assert!(rows.take(&[("item.csv", "item_code,stock_uom,barcodes.barcode\nTIE,Nos,1\n")]).taken);
    assert!(rows.take(&[("item.csv", "item_code,stock_uom,barcodes.barcode\nHAT,Nos,1\n")]).is_refused());
    let both = "item_code,stock_uom,barcodes.barcode\nHAT,Nos,1\nTIE,Nos,2\n";
    assert!(rows.take(&[("item.csv", both)]).taken, "a barcode may go over to another item");
}

#[test]
fn nothing_is_made_of_itself() {
    let bom = |name: &str, item: &str, of: &str| format!("{name},{item},1,{of},1\n");
    let head = "name,item,quantity,items.item_code,items.stock_qty\n";
    let errors = wrong("bom.csv", &format!("{head}{}{}", bom("B1", "SHIRT", "CLOTH"), bom("B2", "CLOTH", "SHIRT")));
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(
        errors[0].starts_with("bom.csv:2: items: ") && errors[0].contains("CLOTH of SHIRT of CLOTH"),
        "{errors:#?}"
    );
    assert!(wrong("bom.csv", &format!("{head}{}", bom("B1", "SHIRT", "SHIRT")))[0].contains("SHIRT of SHIRT"));
    assert!(workshop().take(&[("bom.csv", &format!("{head}{}", bom("B1", "SHIRT", "CLOTH")))]).taken);
}

#[test]
fn bills_that_nest_a_hundred_thousand_deep_are_looked_through() {
    const DEEP: usize = 100_000;
    let mut items = String::from("item_code,stock_uom\n");
    let mut boms = String::from("name,item,quantity,items.item_code,items.stock_qty\n");
    for n in 0..DEEP {
        items.push_str(&format!("I{n},Nos\n"));
        boms.push_str(&format!("B{n},I{n},1,I{},1\n", (n + 1) % DEEP));
    }
    let report = workshop().take(&[("item.csv", &items), ("bom.csv", &boms)]);
    assert_eq!(report.errors.len(), 1);
    assert!(report.errors[0].rule.contains("in a circle"));
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    is_wrong(
        "item-price.csv",
        "item_code,price_list,uom,price_list_rate\nSHIRT,Retail,Nos,-1\n",
        "item-price.csv:2: price_list_rate: ",
        "below 0",
    );
    is_wrong(
        "item-price.csv",
        "item_code,price_list,uom,price_list_rate\nSHIRT,Retail,Meter,1\n",
        "item-price.csv:2: uom: ",
        "no unit of the item",
    );
    assert!(
        workshop().take(&[("item-price.csv", "item_code,price_list,uom,price_list_rate\nSHIRT,Retail,Box,11\n")]).taken
    );
    is_wrong(
        "item.csv",
        "item_code,stock_uom,uoms.uom,uoms.conversion_factor\nTIE,Nos,Box,0\n",
        "item.csv:2: uoms[0].conversion_factor: ",
        "not above 0",
    );
    is_wrong(
        "item.csv",
        "item_code,stock_uom,is_stock_item,has_batch_no\nTIE,Nos,0,1\n",
        "item.csv:2: has_batch_no: ",
        "without stock",
    );
    is_wrong(
        "price-list.csv",
        "price_list_name,currency,selling\nWeb,Rupiah,1\n",
        "price-list.csv:2: currency: ",
        "three capital letters",
    );
    is_wrong(
        "fiscal-year.csv",
        "year,year_start_date,year_end_date\n2026,2026-12-31,2026-01-01\n",
        "fiscal-year.csv:2: year_end_date: ",
        "before",
    );
    is_wrong(
        "settings.csv",
        "site,company,currency,approvals.discount_over_percent\nbogor,TW,IDR,120\n",
        "settings.csv:2: approvals.discount_over_percent: ",
        "0 to 100",
    );
    is_wrong("batch.csv", "batch_id,item\nB1,SHIRT\n", "batch.csv:2: item: ", "has no batches");
    let transit = r#"[{"entry": "STE-1", "to": "bandung", "warehouse": "Central - TW", "sent_on": "2026-11-26", "items": [{"name": "1", "item_code": "SHIRT", "qty": 1}]}]"#;
    is_wrong("transit.json", transit, "transit.json:1: warehouse: ", "no transit warehouse");
}

#[test]
fn taxes_are_charged_on_what_there_is() {
    let head = "name,taxes.charge_type,taxes.account_head,taxes.rate,taxes.row_id\n";
    let wrong_in = |rows: &str, begins: &str, contains: &str| {
        is_wrong("tax-template.csv", &format!("{head}{rows}"), begins, contains)
    };
    wrong_in("VAT,On Total,VAT - TW,11,\n", "tax-template.csv:2: taxes[0].charge_type: ", "it is On Net Total");
    wrong_in("VAT,On Previous Row Total,VAT - TW,11,1\n", "tax-template.csv:2: taxes[0].row_id: ", "no earlier row");
    wrong_in(
        "VAT,On Net Total,VAT - TW,11,\n,On Previous Row Amount,VAT - TW,1,\n",
        "tax-template.csv:2: taxes[1].row_id: ",
        "needs the number",
    );
    let purchases = "name,buying,taxes.charge_type,taxes.account_head,taxes.rate,taxes.add_deduct_tax\n";
    let withheld = |buying: u8, word: &str| format!("{purchases}VAT,{buying},On Net Total,VAT - TW,2,{word}\n");
    is_wrong("tax-template.csv", &withheld(0, "Deduct"), "tax-template.csv:2: taxes[0]: ", "only purchases");
    is_wrong(
        "tax-template.csv",
        &withheld(1, "Less"),
        "tax-template.csv:2: taxes[0].add_deduct_tax: ",
        "Add or Deduct",
    );
    assert!(workshop().take(&[("tax-template.csv", &withheld(1, "Deduct"))]).taken);
    assert!(
        workshop()
            .take(&[(
                "tax-template.csv",
                &format!("{head}VAT,On Net Total,VAT - TW,11,\n,On Previous Row Total,VAT - TW,1,1\n")
            )])
            .taken
    );
    let two =
        "name,is_default,taxes.charge_type,taxes.account_head\nA,1,On Net Total,VAT - TW\nB,1,On Net Total,VAT - TW\n";
    assert!(wrong("tax-template.csv", two)[0].contains("another template is the default too"));
}

#[test]
fn an_item_s_own_taxes_are_of_accounts_and_templates_that_are_there() {
    let head = "name,taxes.tax_type,taxes.tax_rate\n";
    let template = |rows: &str| format!("{head}{rows}");
    let file = "item-tax-template.csv";
    is_wrong(file, &template("Free,Tax,0\n"), "item-tax-template.csv:2: taxes[0].tax_type: ", "no account Tax");
    let twice = template("Free,VAT - TW,0\n,VAT - TW,5\n");
    is_wrong(file, &twice, "item-tax-template.csv:2: taxes[1].tax_type: ", "stands twice");
    is_wrong(
        "item-tax-template.json",
        "[{\"name\": \"Free\", \"taxes\": []}]",
        "item-tax-template.json:1: taxes: ",
        "no rate",
    );
    let items = "item_code,stock_uom,taxes.item_tax_template,taxes.tax_category,taxes.valid_from\n\
        TIE,Nos,Free,,\n,,Free,Export,2027-01-01\n";
    let errors = wrong("item.csv", items);
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert!(
        errors[0].starts_with("item.csv:2: taxes[0].item_tax_template: there is no item-tax-template Free"),
        "{errors:#?}"
    );
    let mut rows = workshop();
    assert!(rows.take(&[(file, &template("Free,VAT - TW,0\n")), ("item.csv", items)]).taken);
    // What is gone is told, with the items that name it.
    let other = template("Half,VAT - TW,5.5\n");
    let report = rows.load(&[(file, &other)], Order { check: true, replace: true });
    let told = report.warnings[0].to_string();
    assert!(told.contains("item TIE still names the item-tax-template Free, which is deleted"), "{report}");
    // A range of prices is nothing that a workshop can go by.
    let ranged = "item_code,stock_uom,taxes.item_tax_template,taxes.maximum_net_rate\nTIE,Nos,Free,1000\n";
    assert!(wrong("item.csv", ranged)[0].contains("maximum_net_rate"));
}

#[test]
fn a_work_order_is_made_by_a_bill_of_its_item() {
    let bom = ("bom.csv", "name,item,quantity,items.item_code,items.stock_qty\nB1,SHIRT,1,CLOTH,1.5\n");
    let order = |item: &str, skip: u8| {
        format!(
            "name,production_item,bom_no,qty,fg_warehouse,skip_transfer,required_items.item_code,required_items.required_qty\n\
            WO-1,{item},B1,2,Bandung - TW,{skip},CLOTH,3\n"
        )
    };
    assert!(workshop().take(&[bom, ("work-order.csv", &order("SHIRT", 1))]).taken);
    let report = workshop().take(&[bom, ("work-order.csv", &order("CLOTH", 1))]);
    assert!(report.errors[0].to_string().contains("bom_no: it does not make CLOTH"), "{report}");
    let report = workshop().take(&[bom, ("work-order.csv", &order("SHIRT", 0))]);
    assert!(report.errors[0].to_string().contains("wip_warehouse: it is missing"), "{report}");
}

#[test]
fn a_row_that_nobody_gets_or_a_role_that_may_nothing_is_told_and_taken() {
    let mut rows = workshop();
    let report = rows.take(&[
        ("level.csv", "item_code,warehouse,actual_qty\nSHIRT,Central - TW,5\n"),
        ("user.csv", "name,roles\nani,Tailor\n"),
        ("warehouse.csv", "name,site\nBogor - TW,bogro\n"),
        ("account.csv", "name,company\nCash - CW,Cutter Works\n"),
    ]);
    assert!(report.taken);
    let mut told: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    told.sort_by_key(|words| words.contains("Cutter Works"));
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(
        told[0].contains("no workshop gets this level") && told[1].contains("the role Tailor may do nothing"),
        "{told:#?}"
    );
    assert!(told[2].contains("the site bogro has no settings"), "{told:#?}");
    assert!(told[3].contains("company: no site is of the company Cutter Works"), "{told:#?}");
}
