//! What each site did with orders and invoices, for the other sites that have the same ones.
//!
//! In: the documents of all sites, in any order, whatever becomes of them in the books; a cancellation takes a document back. Out: the rows that
//! tell the others ([`SiteProgress`]), one for each order and site that did something with it, of those orders that the office's master
//! data has. So there are at most as many as open orders and invoices times the sites that touched them. The sums are one for each
//! line that was delivered, billed or completed, and each document that was paid. Absent: who gets which row
//! ([`segment`](super::master::segment)); what nobody shares, as returns and transfers.

use super::decimal::Decimal;
use super::document::{Ref, Text};
use super::effects::{Effects, Progress};
use super::id::SiteId;
use super::master::{LineProgress, MAX_PROGRESS_LINES, Masters, SiteProgress};
use super::record::Submitted;
use std::collections::{BTreeMap, BTreeSet};

type Sums = BTreeMap<(Option<Text>, Progress), Decimal>;

/// The progress of documents by whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitesProgress {
    sums: BTreeMap<Ref, BTreeMap<SiteId, Sums>>,
}

impl SitesProgress {
    /// A document of a site counts from now on.
    pub fn add(&mut self, site: &SiteId, document: &Submitted) {
        self.bring_on(site, &document.effects(), false);
    }

    /// A document of a site counts no more.
    pub fn take_back(&mut self, site: &SiteId, document: &Submitted) {
        self.bring_on(site, &document.effects(), true);
    }

    fn bring_on(&mut self, site: &SiteId, effects: &Effects, undo: bool) {
        for step in effects.steps.iter().filter(|step| is_shared(step.what)) {
            let sites = self.sums.entry(step.of.clone()).or_default();
            let sums = sites.entry(site.clone()).or_default();
            let sum = sums.entry((step.row.clone(), step.what)).or_default();
            let brought = if undo { sum.minus(step.by) } else { sum.plus(step.by) };
            // A box without master data takes what it is told: a sum that would leave the range of the books stays as it was.
            *sum = brought.unwrap_or(*sum);
            // What came to nothing is kept nowhere.
            if !sum.is_zero() {
                continue;
            }
            sums.remove(&(step.row.clone(), step.what));
            sites.retain(|_, sums| !sums.is_empty());
            if sites.is_empty() {
                self.sums.remove(&step.of);
            }
        }
    }

    /// What the sites are to be told of each other.
    pub fn rows(&self, masters: &Masters) -> Vec<SiteProgress> {
        let mut lines: BTreeMap<Ref, BTreeSet<&Text>> = BTreeMap::new();
        for order in masters.sales_orders() {
            lines.entry(order.order.clone()).or_default().extend(order.items.iter().map(|line| &line.name));
        }
        for order in masters.work_orders() {
            let operations = order.operations.iter().map(|step| &step.operation);
            lines.entry(Ref::from(order.name.clone())).or_default().extend(operations);
        }
        for invoice in masters.open_invoices() {
            lines.entry(invoice.invoice.clone()).or_default();
        }
        let mut rows = Vec::new();
        for (of, names) in &lines {
            for (site, sums) in self.sums.get(of).into_iter().flatten() {
                rows.extend(rows_of(of, site, sums, names));
            }
        }
        rows
    }
}

/// What one site did with one order; nothing where it did nothing that the others can know the lines of.
fn rows_of(of: &Ref, site: &SiteId, sums: &Sums, names: &BTreeSet<&Text>) -> Vec<SiteProgress> {
    let whole = |what| sums.get(&(None, what)).copied().unwrap_or_default();
    let line = |name: &&Text| {
        let done = |what| sums.get(&(Some((*name).clone()), what)).copied().unwrap_or_default();
        let (delivered_qty, billed_qty) = (done(Progress::Delivered), done(Progress::Billed));
        let completed_qty = done(Progress::Completed);
        let any = [delivered_qty, billed_qty, completed_qty].iter().any(|qty| !qty.is_zero());
        any.then(|| LineProgress { name: (*name).clone(), delivered_qty, billed_qty, completed_qty })
    };
    let lines: Vec<LineProgress> = names.iter().filter_map(line).collect();
    let row = |part: u32, lines: &[LineProgress]| SiteProgress {
        of: of.clone(),
        site: site.clone(),
        part,
        advance_paid: Decimal::ZERO,
        paid: Decimal::ZERO,
        produced_qty: Decimal::ZERO,
        lines: lines.to_vec(),
    };
    let mut rows: Vec<SiteProgress> = (0..).zip(lines.chunks(MAX_PROGRESS_LINES)).map(|(n, of)| row(n, of)).collect();
    let (advance_paid, paid, produced_qty) =
        (whole(Progress::Advanced), whole(Progress::Paid), whole(Progress::Produced));
    if [advance_paid, paid, produced_qty].iter().any(|sum| !sum.is_zero()) {
        if rows.is_empty() {
            rows.push(row(0, &[]));
        }
        rows[0] = SiteProgress { advance_paid, paid, produced_qty, ..rows[0].clone() };
    }
    rows
}

/// In what respect sites can bring one document on together.
fn is_shared(what: Progress) -> bool {
    use Progress::{Advanced, Billed, Completed, Delivered, Paid, Produced};
    matches!(what, Delivered | Billed | Advanced | Paid | Produced | Completed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::{Document, Kind};
    use crate::domain::id::IntentId;
    use crate::domain::master::{Row, Table};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn of_json(kind: Kind, n: u128, fields: Value) -> Submitted {
        let document = Document::deserialize_as(kind, fields).unwrap();
        Submitted::new(IntentId(Uuid::from_u128(n)), "till-1".parse().unwrap(), None, document)
    }

    fn delivered(n: u128, order: &str, row: &str, qty: &str) -> Submitted {
        let item =
            json!({"item_code": "CLOTH", "qty": qty, "rate": "1", "against_sales_order": order, "so_detail": row});
        of_json(Kind::DeliveryNote, n, json!({"customer": "Bu Sari", "set_warehouse": "A", "items": [item]}))
    }

    fn paid(n: u128, doctype: &str, of: &str, amount: &str) -> Submitted {
        let named = json!({"reference_doctype": doctype, "reference_name": of, "allocated_amount": amount});
        let fields = json!({"payment_type": "Receive", "party_type": "Customer", "party": "Bu Sari", "mode_of_payment": "Cash",
            "paid_amount": amount, "references": [named]});
        of_json(Kind::PaymentEntry, n, fields)
    }

    fn site(name: &str) -> SiteId {
        name.parse().unwrap()
    }

    fn order(name: &str, lines: usize) -> Row {
        let line = |n: usize| json!({"name": format!("row-{n:03}"), "item_code": "CLOTH", "qty": "9", "uom": "Nos", "rate": "1"});
        let items: Vec<Value> = (0..lines).map(line).collect();
        let fields = json!({"order": name, "customer": "Bu Sari", "grand_total": "9", "items": items});
        Row::deserialize_as(Table::SalesOrderRow, fields).unwrap()
    }

    /// Site, part, and lines with what was delivered, of each row.
    fn told(progress: &SitesProgress, masters: &Masters) -> Vec<(String, u32, Vec<String>)> {
        let line = |line: &LineProgress| format!("{} {}", line.name, line.delivered_qty);
        let row = |row: SiteProgress| (row.site.to_string(), row.part, row.lines.iter().map(line).collect());
        progress.rows(masters).into_iter().map(row).collect()
    }

    #[test]
    fn what_two_sites_delivered_of_one_order_is_told_apart_and_goes_with_its_cancellation() {
        let mut masters = Masters::default();
        masters.put(order("SO-1", 2));
        let mut progress = SitesProgress::default();
        progress.add(&site("bogor"), &delivered(1, "SO-1", "row-001", "3"));
        progress.add(&site("solo"), &delivered(2, "SO-1", "row-001", "2"));
        progress.add(&site("solo"), &delivered(3, "SO-2", "row-001", "1"));
        let both = [("bogor".into(), 0, vec!["row-001 3".into()]), ("solo".into(), 0, vec!["row-001 2".into()])];
        assert_eq!(told(&progress, &masters), both, "SO-2 is not open");
        progress.take_back(&site("bogor"), &delivered(1, "SO-1", "row-001", "3"));
        assert_eq!(told(&progress, &masters), both[1..]);
        masters.put(order("SO-2", 1));
        assert_eq!(told(&progress, &masters).len(), 1, "a row that the order has not is told to nobody");
        progress.take_back(&site("solo"), &delivered(3, "SO-2", "row-001", "1"));
        progress.take_back(&site("solo"), &delivered(2, "SO-1", "row-001", "2"));
        assert_eq!(progress, SitesProgress::default(), "nothing is left of what was taken back");
    }

    #[test]
    fn a_sum_beyond_the_books_stays_as_it_was() {
        let mut masters = Masters::default();
        masters.put(order("SO-1", 1));
        let mut progress = SitesProgress::default();
        progress.add(&site("solo"), &delivered(1, "SO-1", "row-000", "999999999999"));
        progress.add(&site("solo"), &delivered(2, "SO-1", "row-000", "1"));
        assert_eq!(told(&progress, &masters)[0].2, ["row-000 999999999999"]);
    }

    #[test]
    fn payments_count_by_what_they_are_for() {
        let mut masters = Masters::default();
        masters.put(order("SO-1", 1));
        let invoice =
            json!({"invoice": "SINV-1", "party": "Bu Sari", "posting_date": "2026-11-01", "outstanding_amount": "9"});
        masters.put(Row::deserialize_as(Table::OpenInvoice, invoice).unwrap());
        let mut progress = SitesProgress::default();
        progress.add(&site("solo"), &paid(1, "Sales Order", "SO-1", "4"));
        progress.add(&site("solo"), &paid(2, "Sales Invoice", "SINV-1", "5"));
        progress.rows(&masters).into_iter().map(Row::SiteProgress).for_each(|row| masters.put(row));
        let done = |of: &str, what| {
            let of: Ref = Text::try_from(of).unwrap().into();
            masters.done_elsewhere(&of, None, what).to_string()
        };
        assert_eq!(done("SO-1", Progress::Advanced), "4");
        assert_eq!(done("SINV-1", Progress::Paid), "5");
        assert_eq!((done("SO-1", Progress::Paid), done("SINV-1", Progress::Advanced)), ("0".into(), "0".into()));
    }

    #[test]
    fn an_order_with_more_lines_than_a_row_takes_has_another_row() {
        let mut masters = Masters::default();
        masters.put(order("SO-1", MAX_PROGRESS_LINES + 1));
        let mut progress = SitesProgress::default();
        let mut deliver = |n: usize| {
            progress.add(&site("solo"), &delivered(n as u128, "SO-1", &format!("row-{n:03}"), "1"));
            let parts = told(&progress, &masters).into_iter().map(|(_, part, lines)| (part, lines.len()));
            parts.collect::<Vec<_>>()
        };
        let parts = (0..=MAX_PROGRESS_LINES).map(&mut deliver).collect::<Vec<_>>();
        assert_eq!(parts[MAX_PROGRESS_LINES - 1], [(0, MAX_PROGRESS_LINES)]);
        assert_eq!(parts[MAX_PROGRESS_LINES], [(0, MAX_PROGRESS_LINES), (1, 1)]);
        progress.rows(&masters).into_iter().map(Row::SiteProgress).for_each(|row| masters.put(row));
        let last = Text::try_from(format!("row-{MAX_PROGRESS_LINES:03}")).unwrap();
        let of: Ref = Text::try_from("SO-1").unwrap().into();
        assert_eq!(masters.done_elsewhere(&of, Some(&last), Progress::Delivered), 1.into());
    }
}
