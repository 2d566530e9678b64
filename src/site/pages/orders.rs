//! What is open with customers and suppliers: orders, invoices with something to pay, Work Orders.

use super::{Pages, Question};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Document, Kind, Ref, Text};
use crate::domain::effects::Progress;
use crate::domain::id::IntentId;
use crate::domain::master::{Masters, SalesOrderRow, WorkOrder};
use crate::domain::record::Submitted;
use crate::domain::shop::Shop;
use crate::pages::parameters::name;
use crate::site::start::SITE_NO;
use crate::views::DocumentLine;
use crate::web::{Fault, Paging, Query, Reply};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A document of this site that stands, with its line.
type Own = (DocumentLine, Submitted);

fn sum(a: Decimal, b: Decimal) -> Decimal {
    a.plus(b).unwrap_or(a)
}

fn less(a: Decimal, b: Decimal) -> Decimal {
    a.minus(b).unwrap_or(a)
}

/// How far documents were brought, by this site and by others.
struct Progressed<'a> {
    shop: &'a Shop,
    masters: &'a Masters,
}

impl Pages {
    /// The site's own documents of a kind that are not cancelled, the latest first.
    fn own(&self, kind: Kind) -> Result<Vec<Own>, Fault> {
        let mut own = Vec::new();
        for (day, count) in self.views.days(SITE_NO, kind, i32::MIN, i32::MAX)? {
            let lines = self.views.documents(SITE_NO, kind, day, 0, count)?;
            let standing = lines.into_iter().filter(|line| line.cancelled.is_none());
            own.extend(standing.filter_map(|line| Some((line, self.read(&line)?.submitted))));
        }
        own.reverse();
        Ok(own)
    }

    pub(super) fn orders(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["customer", "open", "limit", "after"])?;
        let (paging, open) = (Paging::read(&query)?, query.switch("open")?);
        let customer = name(&query, "customer")?;
        question.must_read(Kind::SalesOrder)?;
        self.catch_up()?;
        let (masters, prefix) = (question.masters, question.masters.number_prefix(&self.site));
        let (orders, payments) = (self.own(Kind::SalesOrder)?, self.own(Kind::PaymentEntry)?);
        let known: BTreeSet<IntentId> = orders.iter().map(|(line, _)| line.id).collect();
        let is_wanted = |of: &Text| customer.as_ref().is_none_or(|customer| customer == of);
        let told = self.fold.ask(|shop| {
            let progressed = Progressed { shop, masters };
            let mine = orders.iter().filter_map(|(line, submitted)| match &submitted.document {
                Document::SalesOrder(order) if is_wanted(&order.customer) => {
                    let number = submitted.number(&prefix);
                    Some(progressed.own_order((line.id, number), submitted, order))
                }
                _ => None,
            });
            // What the office has of this site's own is in it already.
            let is_own = |of: &Ref| matches!(of, Ref::Own(id) if known.contains(id));
            let office = masters.sales_orders().filter(|order| !is_own(&order.order) && is_wanted(&order.customer));
            let mut told: Vec<(bool, Value)> = mine.collect();
            told.extend(office.map(|order| progressed.office_order(order)));
            for (_, order) in &mut told {
                order["advances"] = advances(shop, order["order"].as_str().unwrap_or_default(), &payments);
            }
            told
        });
        let wanted: Vec<Value> =
            told.into_iter().filter(|(is_open, _)| *is_open || !open).map(|(_, order)| order).collect();
        paging.of_all(&wanted)
    }

    pub(super) fn invoices(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["customer", "supplier", "open", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        query.switch("open")?;
        let (customer, supplier) = (name(&query, "customer")?, name(&query, "supplier")?);
        let kind = match (&customer, &supplier) {
            (Some(_), None) => Kind::SalesInvoice,
            (None, Some(_)) => Kind::PurchaseInvoice,
            _ => {
                let rule = "invoices are asked for by customer or by supplier: one of them";
                return Err(Fault::bad("customer", rule, "send customer=NAME or supplier=NAME"));
            }
        };
        question.must_read(kind)?;
        let party = customer.or(supplier);
        self.catch_up()?;
        let (masters, prefix) = (question.masters, question.masters.number_prefix(&self.site));
        let own = self.of_party_and_kind(party.as_ref().map_or("", Text::as_str), kind)?;
        let known: BTreeSet<IntentId> = own.iter().map(|(line, _)| line.id).collect();
        let told: Vec<Value> = self.fold.ask(|shop| {
            let mine = own.iter().filter_map(|(line, submitted)| {
                let total = submitted.effects().sum;
                let outstanding = outstanding(shop, line.id, submitted)?;
                let number = submitted.number(&prefix);
                Some(json!({
                    "invoice": line.id,
                    "number": number,
                    "party": party,
                    "posting_date": submitted.day(),
                    "total": total,
                    "outstanding": outstanding,
                }))
            });
            let is_own = |of: &Ref| matches!(of, Ref::Own(id) if known.contains(id));
            let of_office = masters.open_invoices().filter(|invoice| {
                let buying = kind == Kind::PurchaseInvoice;
                invoice.buying == buying && Some(&invoice.party) == party.as_ref() && !is_own(&invoice.invoice)
            });
            let office = of_office.filter_map(|invoice| {
                let paid = Progressed { shop, masters }.by_sites(&invoice.invoice, None, Progress::Paid);
                let left = less(sum(invoice.outstanding_amount, invoice.included), paid);
                let open = !left.is_zero() && !left.is_negative();
                open.then(|| {
                    json!({
                        "invoice": invoice.invoice,
                        "number": null,
                        "party": invoice.party,
                        "posting_date": invoice.posting_date,
                        "total": null,
                        "outstanding": left,
                    })
                })
            });
            mine.chain(office).collect()
        });
        paging.of_all(&told)
    }

    /// The documents of a kind with one customer or supplier that stand, the latest first.
    fn of_party_and_kind(&self, party: &str, kind: Kind) -> Result<Vec<Own>, Fault> {
        const AT_A_TIME: usize = 500;
        let (mut own, mut after) = (Vec::new(), None);
        loop {
            let found = self.views.documents_of(SITE_NO, party, after, AT_A_TIME)?;
            let standing = found.lines.into_iter().filter(|line| line.kind == kind && line.cancelled.is_none());
            own.extend(standing.filter_map(|line| Some((line, self.read(&line)?.submitted))));
            let Some(more) = found.more else { return Ok(own) };
            after = Some(more);
        }
    }

    pub(super) fn work_orders(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &Paging::KNOWN)?;
        let paging = Paging::read(&query)?;
        let told: Vec<Value> = self.fold.ask(|shop| {
            let open = |order: &WorkOrder| {
                let of = Ref::Office(order.name.clone());
                let here = shop.progress(&of, None, Progress::Produced);
                let elsewhere = question.masters.done_elsewhere(&of, None, Progress::Produced);
                let by_others = sum(order.produced_qty, elsewhere);
                let left = less(less(order.qty, by_others), here);
                if left.is_zero() || left.is_negative() {
                    return None;
                }
                let mut row = serde_json::to_value(order).ok()?;
                row["produced_qty"] = json!(by_others);
                row["produced_here"] = json!(here);
                Some(row)
            };
            question.masters.work_orders().filter_map(open).collect()
        });
        paging.of_all(&told)
    }
}

/// What is left to pay of an invoice of this site; none where nothing is.
fn outstanding(shop: &Shop, id: IntentId, submitted: &Submitted) -> Option<Decimal> {
    let nothing = crate::domain::booked::Booked::default();
    let booked = submitted.booked.as_ref().unwrap_or(&nothing);
    let limit = submitted.document.rules().allows(booked, None, Progress::Paid)?;
    let left = less(limit, shop.progress(&Ref::Own(id), None, Progress::Paid));
    (!left.is_zero() && !left.is_negative()).then_some(left)
}

impl Progressed<'_> {
    /// How far this site and the others have brought a document, or a row of it.
    fn by_sites(&self, of: &Ref, row: Option<&Text>, what: Progress) -> Decimal {
        sum(self.shop.progress(of, row, what), self.masters.done_elsewhere(of, row, what))
    }

    /// How far one row of an order is: what no site did, and what the sites did.
    fn row(&self, order: &Ref, row: &Text, by_no_site: Decimal, what: Progress) -> Decimal {
        sum(by_no_site, self.by_sites(order, Some(row), what))
    }

    /// Whether it is open, and the order.
    fn own_order(
        &self,
        (id, number): (IntentId, Option<String>),
        submitted: &Submitted,
        order: &crate::domain::document::SalesOrder,
    ) -> (bool, Value) {
        let of = Ref::Own(id);
        let others = self.masters.sales_order(&of);
        let mut is_open = false;
        let row = |(index, item): (usize, &crate::domain::document::OrderItem)| {
            let name = Text::try_from((index + 1).to_string()).ok()?;
            let other = others.and_then(|order| order.items.iter().find(|line| line.name == name));
            let by_no_site = |of: fn(&crate::domain::master::OrderRow) -> Decimal| other.map(of).unwrap_or_default();
            let delivered = self.row(&of, &name, by_no_site(|line| line.delivered_qty), Progress::Delivered);
            let billed = self.row(&of, &name, by_no_site(|line| line.billed_qty), Progress::Billed);
            is_open |= delivered < item.qty || billed < item.qty;
            Some(json!({
                "row": name,
                "item_code": item.item_code,
                "qty": item.qty,
                "uom": item.uom,
                "rate": item.rate,
                "warehouse": item.warehouse.as_ref().or(order.set_warehouse.as_ref()),
                "description": item.description,
                "delivered": delivered,
                "billed": billed,
            }))
        };
        let items: Vec<Value> = order.items.iter().enumerate().filter_map(row).collect();
        let ahead = others.map(|order| order.advance_paid).unwrap_or_default();
        let told = json!({
            "order": id,
            "number": number,
            "customer": order.customer,
            "transaction_date": submitted.day(),
            "delivery_date": order.delivery_date,
            "grand_total": submitted.effects().sum,
            "additional_discount_percentage": order.additional_discount_percentage,
            "discount_amount": order.discount_amount,
            "paid_ahead": sum(ahead, self.by_sites(&of, None, Progress::Advanced)),
            "items": items,
        });
        (is_open, told)
    }

    /// The same of an order that the office sent.
    fn office_order(&self, order: &SalesOrderRow) -> (bool, Value) {
        let of = &order.order;
        let mut is_open = false;
        let row = |item: &crate::domain::master::OrderRow| {
            let delivered = self.row(of, &item.name, item.delivered_qty, Progress::Delivered);
            let billed = self.row(of, &item.name, item.billed_qty, Progress::Billed);
            is_open |= delivered < item.qty || billed < item.qty;
            json!({
                "row": item.name,
                "item_code": item.item_code,
                "qty": item.qty,
                "uom": item.uom,
                "rate": item.rate,
                "warehouse": item.warehouse,
                "description": null,
                "delivered": delivered,
                "billed": billed,
            })
        };
        let items: Vec<Value> = order.items.iter().map(row).collect();
        let told = json!({
            "order": of,
            "number": null,
            "customer": order.customer,
            "transaction_date": null,
            "delivery_date": order.delivery_date,
            "grand_total": order.grand_total,
            "additional_discount_percentage": null,
            "discount_amount": null,
            "paid_ahead": sum(order.advance_paid, self.by_sites(of, None, Progress::Advanced)),
            "items": items,
        });
        (is_open, told)
    }
}

/// The payments ahead of this site for an order that no invoice has used up yet: what an invoice may name in `advances`.
fn advances(shop: &Shop, order: &str, payments: &[Own]) -> Value {
    let mut open = Vec::new();
    for (line, submitted) in payments {
        let Document::PaymentEntry(payment) = &submitted.document else { continue };
        for (index, reference) in payment.references.iter().enumerate() {
            if reference.reference_name.to_string() != order {
                continue;
            }
            let Ok(row) = Text::try_from((index + 1).to_string()) else { continue };
            let used = shop.progress(&Ref::Own(line.id), Some(&row), Progress::Used);
            let left = less(reference.allocated_amount, used);
            if !left.is_zero() && !left.is_negative() {
                open.push(json!({ "reference_name": line.id, "reference_row": row, "open": left }));
            }
        }
    }
    Value::Array(open)
}
