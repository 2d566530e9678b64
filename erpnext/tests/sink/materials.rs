//! Materials that are transferred to a Work Order more than once: ERPNext counts for how many pieces, and takes no more than are ordered.

use crate::common::{Case, done, place, post};
use outpost_core::domain::record::Submitted;
use outpost_core::posting::Verdict;
use serde_json::{Value, json};

const OF: &str = "bandung";
const WIP: &str = "Work In Progress - TW";

struct Work {
    case: Case,
    order: String,
}

impl Work {
    /// Five shirts are ordered.
    fn new() -> Self {
        let case = Case::new(OF);
        for item in ["CLOTH-1", "BUTTON"] {
            case.books.erp.add_stock_at(item, "Bandung - TW", 100.0, 1_000.0, "2026-11-19");
        }
        let order = case.books.erp.make(
            "Work Order",
            json!({"docstatus": 1, "production_item": "SHIRT", "bom_no": "BOM-SHIRT-001", "qty": 5, "company": "Tailor Works",
                "wip_warehouse": WIP, "fg_warehouse": "Bandung - TW", "source_warehouse": "Bandung - TW",
                "planned_start_date": "2026-11-20 08:00:00", "operations": []}),
        );
        Self { case, order }
    }

    fn moved(&mut self, pieces: &str, item: &str, qty: &str) -> Submitted {
        let fields = json!({"stock_entry_type": "Material Transfer for Manufacture", "work_order": self.order,
            "bom_no": "BOM-SHIRT-001", "fg_completed_qty": pieces, "from_warehouse": "Bandung - TW",
            "to_warehouse": WIP, "items": [{"item_code": item, "qty": qty}]});
        self.case.shop.make("stock-entry", fields)
    }

    fn field(&self, doctype: &str, name: &str, field: &str) -> Value {
        self.case.books.erp.document(doctype, name).unwrap()[field].clone()
    }
}

#[test]
fn materials_beyond_what_is_ordered_go_in_for_no_piece() {
    let mut work = Work::new();
    let transfers = [("3", "CLOTH-1", "4.5", 3.0), ("5", "BUTTON", "35", 2.0), ("2", "CLOTH-1", "4", 0.0)];
    for (pieces, item, qty, counted) in transfers {
        let moved = work.moved(pieces, item, qty);
        let name = done(&mut work.case.sink, OF, &moved);
        assert_eq!(work.field("Stock Entry", &name, "fg_completed_qty"), json!(counted), "{item} for {pieces}");
        // Nobody knows any more what was left then.
        let again = post(&mut work.case.sink, &moved, &place(OF, true));
        assert!(matches!(again, Verdict::Done(_)), "{again:?}");
    }
    assert_eq!(work.field("Work Order", &work.order, "material_transferred_for_manufacturing"), json!(5.0));
    let moved = work.field("Work Order", &work.order, "required_items");
    assert_eq!((&moved[0]["transferred_qty"], &moved[1]["transferred_qty"]), (&json!(8.5), &json!(35.0)));
    let fields = json!({"stock_entry_type": "Manufacture", "work_order": work.order, "fg_completed_qty": "5", "items": [
        {"item_code": "CLOTH-1", "qty": "8.5", "s_warehouse": WIP}, {"item_code": "BUTTON", "qty": "35", "s_warehouse": WIP},
        {"item_code": "SHIRT", "qty": "5", "t_warehouse": "Bandung - TW", "is_finished_item": 1}]});
    let made = work.case.shop.make("stock-entry", fields);
    done(&mut work.case.sink, OF, &made);
    let state = ["produced_qty", "status"].map(|field| work.field("Work Order", &work.order, field));
    assert_eq!(state, [json!(5.0), json!("Completed")]);
}
