//! Each field of each document of the day reads otherwise in turn: what the paper says otherwise is never done.

mod right;

use crate::common::day::{Act, day};
use crate::common::{Books, done, place, post};
use erpnext_stand_in::Alteration;
use outpost_core::domain::document::Kind;
use outpost_core::posting::{Sink, Verdict};
use right::{RIGHT, ROWS};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Never, whatever the kind.
const NEVER: &[&str] = &[
    "docstatus",
    "outpost_id",
    "outpost_no",
    "posting_date",
    "posting_time",
    "transaction_date",
    "customer",
    "supplier",
    "party",
    "grand_total",
    "rounded_total",
    "total",
    "net_total",
    "outstanding_amount",
    "paid_amount",
    "change_amount",
    "total_qty",
    "total_taxes_and_charges",
    "discount_amount",
    "total_advance",
    "unallocated_amount",
    "total_debit",
    "total_credit",
    "items/item_code",
    "items/qty",
    "items/uom",
    "items/conversion_factor",
    "items/stock_qty",
    "items/transfer_qty",
    "items/rate",
    "items/net_amount",
    "items/s_warehouse",
    "items/t_warehouse",
    "items/warehouse",
    "items/from_warehouse",
    "payments/amount",
    "payments/account",
    "payments/mode_of_payment",
    "taxes/account_head",
    "taxes/rate",
    "taxes/tax_amount_after_discount_amount",
    "advances/allocated_amount",
    "advances/reference_name",
    "accounts/account",
    "accounts/debit",
    "accounts/credit",
    "time_logs/hours",
    "time_logs/from_time",
    "time_logs/to_time",
    "time_logs/completed_qty",
];

/// What a document says and ERPNext has elsewhere: a place for all rows is said in each row.
const MOVED: [&str; 3] = ["set_warehouse", "from_warehouse", "to_warehouse"];

/// An invoice that uses a payment takes the payment's rows for itself: found later, those are others, and so is what was left then.
fn was_used(kind: Kind, pointer: &str) -> bool {
    match kind {
        Kind::PaymentEntry => pointer.starts_with("/references/"),
        _ => {
            pointer.starts_with("/advances/")
                && (pointer.ends_with("/advance_amount") || pointer.ends_with("/reference_row"))
        }
    }
}

/// What people may have decided of a document before it is found.
const SINCE: [&str; 3] = ["disabled", "is_frozen", "on_hold"];

/// Whether a field at this pointer may read otherwise; `said` is what the document says, and `again` that it is found later.
fn is_right(kind: Kind, said: &Value, pointer: &str, again: bool) -> bool {
    let field = pointer.rsplit('/').next().unwrap_or_default();
    if again && (was_used(kind, pointer) || SINCE.contains(&field)) {
        return true;
    }
    let plain: Vec<&str> = pointer.split('/').filter(|part| !part.is_empty() && part.parse::<u32>().is_err()).collect();
    if NEVER.contains(&plain.join("/").as_str()) && says(kind, said, field) {
        return false;
    }
    if said.pointer(pointer).is_some() && !MOVED.contains(&field) {
        return false;
    }
    if let [table, field] = plain[..]
        && ROWS.iter().any(|(of, fields, _)| *of == table && fields.contains(&field))
    {
        return true;
    }
    RIGHT.iter().any(|(of, fields, _)| (of.is_empty() || *of == kind.name()) && fields.contains(&field))
}

/// Whether the document itself says it: a card is the Work Order's, hours are a project's customer's, an item may be one's own, and where
/// nothing moves a place is none.
fn says(kind: Kind, said: &Value, field: &str) -> bool {
    match kind {
        _ if ["warehouse", "from_warehouse"].contains(&field) => moves_stock(kind, said),
        Kind::JobCard => !["outpost_id", "posting_date"].contains(&field),
        Kind::Item | Kind::Timesheet => field != "customer",
        Kind::StockEntry => field != "supplier",
        _ => true,
    }
}

/// Whether goods move in the one warehouse of each row.
fn moves_stock(kind: Kind, said: &Value) -> bool {
    let always = [Kind::DeliveryNote, Kind::PurchaseReceipt, Kind::StockReconciliation];
    let updates = said.get("update_stock").is_some_and(|flag| *flag == 1 || *flag == true);
    always.contains(&kind) || updates
}

/// Names of fields that slipped through, by kind and by whether it was posted or found.
type Slipped = BTreeMap<(&'static str, bool), BTreeSet<String>>;

#[test]
fn no_field_that_the_paper_has_may_read_otherwise() {
    let books = Books::with_fields();
    let mut slipped = Slipped::new();
    let mut tried = 0;
    for act in day(&books.office, &books.orders).0 {
        let (of, submitted) = match act {
            // Joined with another site's, of which nothing is known but name and number.
            Act::Post(of, "the same Bu Ani" | "the same item", submitted) => {
                done(&mut books.sink(of), of, &submitted);
                continue;
            }
            Act::Post(of, _, submitted) => (of, submitted),
            Act::Cancel(of, cancelled, submitted) => {
                let verdict = books.sink(of).cancel(&cancelled, &submitted, &place(of, false));
                assert!(matches!(verdict, Verdict::Done(_)), "{verdict:?}");
                continue;
            }
        };
        let kind = submitted.document.kind();
        if matches!(kind, Kind::TillOpening | Kind::TillClosing) {
            continue;
        }
        let said = submitted.document.serialize_fields(serde_json::value::Serializer).unwrap();
        let before = books.erp.snapshot();
        let (mut alone, mut listing) = (books.sink(of), books.sink(of).by_lists());
        let asked = |books: &Books| {
            let asked = books.erp.tally().requests.get(&format!("GET /api/resource/{}", kind.name())).copied();
            books.erp.reset_tally();
            asked
        };
        books.erp.reset_tally();
        let name = done(&mut alone, of, &submitted);
        let of_one = asked(&books);
        let after = books.erp.snapshot();
        books.erp.restore(&before);
        // As it is, lists alone are enough: there is one of its doctype in place of the document, and no document after it.
        done(&mut listing, of, &submitted);
        assert_eq!(asked(&books), of_one, "{}", kind.name());
        for pointer in books.erp.alterable(kind.name(), &name) {
            let alteration = Alteration { doctype: kind.name().into(), pointer: pointer.clone(), value: None };
            // Of what is found again a master is known by its name alone: the office may have put the rest right.
            let master = kind.is_master();
            for again in [false, true].into_iter().filter(|again| !(*again && master)) {
                tried += 1;
                books.erp.restore(if again { &after } else { &before });
                books.erp.alter(alteration.clone());
                // What reads otherwise in lists is read alone as well, so that it is not done says that neither hides it.
                let verdict = post(&mut listing, &submitted, &place(of, again));
                books.erp.alter_nothing();
                let is_done = matches!(verdict, Verdict::Done(_));
                if is_done && !is_right(kind, &said, &pointer, again) {
                    let plain: Vec<&str> = pointer.split('/').filter(|part| part.parse::<u32>().is_err()).collect();
                    slipped.entry((kind.name(), again)).or_default().insert(plain.join("/"));
                }
            }
        }
        books.erp.restore(&after);
    }
    println!("{tried} readings");
    let told: Vec<String> = slipped.iter().map(|(of, fields)| format!("{of:?}: {fields:?}")).collect();
    assert!(slipped.is_empty(), "done, though these read otherwise:\n{}", told.join("\n"));
}
