//! What a document says of others: that they are there, not cancelled, and go as far as it would bring them.

use super::super::progress::{StepKey, summed};
use super::super::{Refusal, Shop, Why, World};
use super::same;
use crate::domain::booked::{Booked, Mark};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Document, Kind, Ref, Text};
use crate::domain::effects::{Effects, Progress};
use crate::domain::id::IntentId;
use crate::domain::master::Masters;
use crate::domain::record::Submitted;

/// How far a document may be brought.
enum Limit {
    /// So far, all sites' together.
    To(Decimal),
    /// As far as anybody likes.
    Open,
    /// It is known, and is not a document that gets on so, or has no such row.
    Never,
    /// It is not known.
    Unknown,
}

impl Shop {
    /// Refuses where a step goes too far; marks where nobody here can know.
    pub(super) fn goes_so_far(
        &self,
        world: &World<'_>,
        by_what: &Document,
        effects: &Effects,
    ) -> Result<Vec<Mark>, Refusal> {
        let mut marks = Vec::new();
        let mut found: Vec<(IntentId, Option<Submitted>)> = Vec::new();
        for (key, by) in summed(effects) {
            let (of, row, what) = &key;
            let own = match of {
                Ref::Own(id) => {
                    self.is_live(*id, field(*what))?;
                    if !found.iter().any(|(known, _)| known == id) {
                        found.push((*id, (world.lookup)(*id).map(|(_, submitted)| submitted)));
                    }
                    found.iter().find(|(known, _)| known == id).and_then(|(_, submitted)| submitted.as_ref())
                }
                Ref::Office(_) => None,
            };
            let limit = match own {
                Some(submitted) => {
                    of_its_kind(world, by_what, &submitted.document, &key)?;
                    moved_before(of, by_what, &submitted.document)?;
                    own_limit(world.masters, submitted, &key)
                }
                None if world.masters.is_complete() => {
                    same::same_party(world, by_what, &key)?;
                    office_limit(world.masters, of, row.as_ref(), *what)
                }
                None => continue,
            };
            if *what == Progress::Advanced && self.is_billed(world.masters, of, own) {
                let rule = format!("all of {of} is billed: take the money for its invoice, as a payment of that");
                return Err(Refusal::new(Why::Progress, field(*what), rule));
            }
            match limit {
                Limit::To(limit) => {
                    let elsewhere = world.masters.done_elsewhere(of, row.as_ref(), *what);
                    self.within(&key, by, (limit, elsewhere))?;
                }
                Limit::Open => {}
                Limit::Never => {
                    let row = row.as_ref().map(|row| format!(", row {row}")).unwrap_or_default();
                    let rule = format!("{of}{row} cannot be {}: name the right document and row", past(*what));
                    return Err(Refusal::new(Why::Reference, field(*what), rule));
                }
                // The goods are here; word of them is still under way.
                Limit::Unknown if matches!((what, of), (Progress::Received, Ref::Own(_))) => {
                    marks.push(Mark::Unmatched { entry: of.clone() });
                }
                Limit::Unknown if matches!(what, Progress::Returned | Progress::Used | Progress::Billed) => {
                    marks.push(Mark::Unchecked);
                }
                Limit::Unknown => {
                    let rule = format!("{of} is not known here, or has nothing open: choose one from the list");
                    return Err(Refusal::new(Why::Reference, field(*what), rule));
                }
            }
        }
        Ok(marks)
    }

    /// Whether nothing of an order that costs anything is left to bill, here and elsewhere: ERPNext takes no money ahead for it then.
    fn is_billed(&self, masters: &Masters, of: &Ref, own: Option<&Submitted>) -> bool {
        let left = |row: Text| {
            let key = (of.clone(), Some(row), Progress::Billed);
            let limit = match own {
                Some(order) => own_limit(masters, order, &key),
                None => office_limit(masters, of, key.1.as_ref(), Progress::Billed),
            };
            let Limit::To(limit) = limit else { return false };
            let done = self.progress(of, key.1.as_ref(), Progress::Billed);
            let done = done.plus(masters.done_elsewhere(of, key.1.as_ref(), Progress::Billed));
            done.is_some_and(|done| done < limit)
        };
        let number = |i: usize| Text::try_from((i + 1).to_string()).ok();
        let rows: Vec<Text> = match own {
            Some(order) => {
                let lines = order.document.rules().priced().map(|priced| priced.lines).unwrap_or_default();
                let costs = lines.iter().enumerate().filter(|(_, line)| !line.rate.is_zero());
                costs.filter_map(|(i, _)| number(i)).collect()
            }
            None => {
                let Some(order) = masters.sales_order(of) else { return false };
                let costs = order.items.iter().filter(|line| !line.rate.is_zero());
                costs.map(|line| line.name.clone()).collect()
            }
        };
        !rows.into_iter().any(left)
    }

    fn is_live(&self, id: IntentId, field: &str) -> Result<(), Refusal> {
        if !self.is_cancelled(id) {
            return Ok(());
        }
        let instead = match self.amended_by(id) {
            Some(amended) => format!("name {amended}, which stands for it"),
            None => "name another".into(),
        };
        Err(Refusal::new(Why::Reference, field, format!("{id} is cancelled: {instead}")))
    }

    /// Refuses what would go past a limit, of which other sites have used some.
    fn within(&self, key: &StepKey, by: Decimal, (all, elsewhere): (Decimal, Decimal)) -> Result<(), Refusal> {
        let (of, row, what) = key;
        // Two sites without a line may have gone too far together: then nothing is left, and not less than that.
        let limit = match elsewhere.is_zero() || all.is_negative() {
            true => all,
            false => all.minus(elsewhere).unwrap_or_default().max(Decimal::ZERO),
        };
        let so_far = self.progress(of, row.as_ref(), *what);
        let fits = |sum: &Decimal| match (limit.is_negative(), by.is_negative()) {
            (false, false) => *sum <= limit,
            (true, true) => limit <= *sum,
            // Towards nothing, and not past it.
            (false, true) => !sum.is_negative(),
            (true, false) => *sum <= Decimal::ZERO,
        };
        if so_far.plus(by).filter(fits).is_some() {
            return Ok(());
        }
        let row = row.as_ref().map(|row| format!(", row {row}")).unwrap_or_default();
        let mut left = limit.minus(so_far).unwrap_or_default();
        let mut others = String::new();
        if !elsewhere.is_zero() {
            left = left.max(Decimal::ZERO);
            others = format!(" ({elsewhere} by other sites)");
        }
        let rule = format!("{of}{row}: {left} of {all} may still be {}{others}, and this is {by}", past(*what));
        Err(Refusal::new(Why::Progress, field(*what), rule))
    }

    /// An amendment stands for a cancelled document of its kind that no other stands for.
    pub(super) fn amends_one(&self, world: &World<'_>, submitted: &Submitted) -> Result<(), Refusal> {
        let Some(original) = submitted.amends else { return Ok(()) };
        let refused = |rule: String| Err(Refusal::new(Why::Reference, "amended_from", rule));
        let kind = submitted.document.kind();
        match (world.lookup)(original) {
            Some((_, named)) if named.document.kind() != kind => {
                refused(format!("{original} is a {}, and this a {}", named.document.kind().name(), kind.name()))
            }
            Some(_) if !self.is_cancelled(original) => refused(format!("{original} is not cancelled: cancel it first")),
            Some(_) => match self.amended_by(original) {
                Some(other) => refused(format!("{other} stands for {original} already: cancel and amend that one")),
                None => Ok(()),
            },
            None => refused(format!("no document {original} was submitted here")),
        }
    }

    /// Refuses what would bring a sum out of the range of the books.
    pub(super) fn fits(&self, submitted: &Submitted, effects: &Effects, world: &World<'_>) -> Result<(), Refusal> {
        let day = submitted.day().unwrap_or(world.today);
        let moves = effects.moves.iter().all(|moved| {
            let there = self.stock(world.masters, &moved.warehouse, &moved.item_code);
            there.is_none_or(|there| there.qty.plus(moved.qty).is_some())
        });
        let till = self.till().expected();
        let money = effects
            .money
            .iter()
            .all(|money| till.get(&money.mode_of_payment).is_none_or(|there| there.plus(money.amount).is_some()));
        if moves && money && self.days.takes(day, submitted.document.kind(), effects.sum) {
            return Ok(());
        }
        Err(Refusal::new(
            Why::Rule,
            "items",
            "sums would grow too large for the books: correct the quantities or amounts",
        ))
    }
}

/// Whether a document of one kind may stand on one of another in this respect, and both are of the same customer or supplier.
fn of_its_kind(world: &World<'_>, by: &Document, on: &Document, key: &StepKey) -> Result<(), Refusal> {
    use Kind::{DeliveryNote, PaymentEntry, PurchaseInvoice, PurchaseReceipt, SalesInvoice, SalesOrder};
    let (of, _, what) = key;
    let fits = match (what, by.kind(), on.kind()) {
        (Progress::Returned, by, on) => by == on,
        (Progress::Billed, SalesInvoice, SalesOrder | DeliveryNote) => true,
        (Progress::Billed, PurchaseInvoice, PurchaseReceipt) => true,
        (Progress::Billed, ..) => false,
        (Progress::Paid, PaymentEntry, SalesInvoice | PurchaseInvoice) => true,
        (Progress::Paid, by, on) => by == on,
        _ => true,
    };
    if !fits {
        let (by, on) = (by.kind().name(), on.kind().name());
        let rule = format!("{of} is a {on}, and cannot be {} by a {by}: name the right document", past(*what));
        return Err(Refusal::new(Why::Reference, field(*what), rule));
    }
    let (Some(mine), Some(theirs)) = (by.rules().party(), on.rules().party()) else { return Ok(()) };
    same::of_one(world, (of, mine, theirs), field(*what))
}

/// As ERPNext: a return of an invoice brings no goods back that the invoice has not taken out of stock.
fn moved_before(of: &Ref, by: &Document, on: &Document) -> Result<(), Refusal> {
    let (Document::SalesInvoice(back), Document::SalesInvoice(sold)) = (by, on) else { return Ok(()) };
    if !(back.is_return && back.update_stock) || sold.update_stock || back.return_against.as_ref() != Some(of) {
        return Ok(());
    }
    let rule = format!(
        "{of} has moved no stock itself: leave update_stock out, and take the goods back with a return of the Delivery \
         Note that moved them"
    );
    Err(Refusal::new(Why::Rule, "update_stock", rule))
}

/// What one of the site's own documents allows, without what no site did to it as the office says.
fn own_limit(masters: &Masters, submitted: &Submitted, key: &StepKey) -> Limit {
    let (of, row, what) = key;
    let nothing = Booked::default();
    let booked = submitted.booked.as_ref().unwrap_or(&nothing);
    let Some(limit) = submitted.document.rules().allows(booked, row.as_ref(), *what) else { return Limit::Never };
    let order = masters.sales_order(of);
    let line = order.and_then(|order| order.items.iter().find(|line| Some(&line.name) == row.as_ref()));
    let others = match what {
        Progress::Delivered => line.map(|line| line.delivered_qty),
        Progress::Billed => line.map(|line| line.billed_qty),
        Progress::Advanced => order.map(|order| order.advance_paid),
        _ => None,
    };
    Limit::To(limit.minus(others.unwrap_or_default()).unwrap_or(limit))
}

/// What a document of the office, or of another site, allows by its row of master data.
fn office_limit(masters: &Masters, of: &Ref, row: Option<&Text>, what: Progress) -> Limit {
    let to = |limit: Option<Decimal>| limit.map_or(Limit::Never, Limit::To);
    let order_line = || {
        let order = masters.sales_order(of)?;
        Some(order.items.iter().find(|line| Some(&line.name) == row))
    };
    let work_order = || match of {
        Ref::Office(name) => masters.work_order(name.as_str()),
        Ref::Own(_) => None,
    };
    match what {
        Progress::Delivered => match order_line() {
            Some(line) => to(line.and_then(|line| line.qty.minus(line.delivered_qty))),
            None => Limit::Unknown,
        },
        Progress::Billed => match order_line() {
            Some(line) => to(line.and_then(|line| line.qty.minus(line.billed_qty))),
            None => Limit::Unknown,
        },
        Progress::Advanced => match masters.sales_order(of) {
            Some(order) => to(order.grand_total.minus(order.advance_paid)),
            None => Limit::Unknown,
        },
        // What is left to pay is less by what sites paid that the office has: all of the sites' together is as much more.
        Progress::Paid => match masters.open_invoice(of) {
            Some(invoice) => to(invoice.outstanding_amount.plus(invoice.included)),
            None => Limit::Unknown,
        },
        Progress::Received => match masters.transit(of) {
            Some(transit) => {
                let line = transit.items.iter().find(|line| Some(&line.name) == row);
                to(line.and_then(|line| transit.receivable(line)))
            }
            None => Limit::Unknown,
        },
        Progress::Produced => match work_order() {
            Some(order) => to(order.qty.minus(order.produced_qty)),
            None => Limit::Unknown,
        },
        Progress::Completed => match work_order() {
            // Where an operation stands in it more than once, each piece has it as often.
            Some(order) => {
                let times = order.operations.iter().filter(|step| Some(&step.operation) == row).count();
                let times = u32::try_from(times).ok().filter(|times| *times > 0);
                to(times.and_then(|times| order.qty.times(times.into())))
            }
            None => Limit::Unknown,
        },
        // More cloth than planned is cloth all the same, and time is as long as it took.
        Progress::Transferred | Progress::Consumed | Progress::Minutes => match work_order() {
            Some(_) => Limit::Open,
            None => Limit::Unknown,
        },
        Progress::Returned | Progress::Used => Limit::Unknown,
    }
}

/// The field in which such a document is named.
pub(super) fn field(what: Progress) -> &'static str {
    match what {
        Progress::Returned => "return_against",
        Progress::Delivered => "items.against_sales_order",
        Progress::Billed => "items.sales_order",
        Progress::Paid | Progress::Advanced => "references",
        Progress::Used => "advances",
        Progress::Received => "outgoing_stock_entry",
        Progress::Transferred | Progress::Consumed | Progress::Produced => "work_order",
        Progress::Completed | Progress::Minutes => "work_order",
    }
}

fn past(what: Progress) -> &'static str {
    match what {
        Progress::Returned => "returned",
        Progress::Delivered => "delivered",
        Progress::Billed => "billed",
        Progress::Paid => "paid",
        Progress::Advanced => "paid ahead",
        Progress::Used => "used up",
        Progress::Received => "received",
        Progress::Transferred => "moved to work in progress",
        Progress::Consumed => "used up in work",
        Progress::Produced => "produced",
        Progress::Completed => "completed",
        Progress::Minutes => "worked on",
    }
}
