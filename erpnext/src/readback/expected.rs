//! What the receipt says, where that is more than what was sent: totals, what is left to pay, and that nothing was added.

use super::{Found, unsaid, values};
use crate::payload::{hours, number, sheet};
use outpost_core::domain::booked::Booked;
use outpost_core::domain::decimal::{Decimal, MAX_SCALE};
use outpost_core::domain::document::{Document, Flag, Kind, PurchaseInvoice, Purpose, SalesInvoice};
use outpost_core::domain::id::SiteId;
use outpost_core::domain::master::Masters;
use outpost_core::domain::record::Submitted;
use outpost_core::domain::totals::{FLOAT_PRECISION, SheetLine, Totals};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// When a document is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Right after it was posted.
    First,
    /// It was found there, since an answer was lost: others may have paid, billed or used it since.
    Later,
}

/// Tables in which a row more is goods, money or tax that no receipt has.
const TABLES: [&str; 10] = [
    "items",
    "taxes",
    "payments",
    "advances",
    "references",
    "accounts",
    "time_logs",
    "deductions",
    "additional_costs",
    "timesheets",
];

/// What the receipt says.
#[derive(Clone, Debug)]
pub struct Expected {
    kind: Kind,
    precision: u32,
    reading: Reading,
    /// It is a sale that is paid at once.
    is_pos: bool,
    /// It is materials for a Work Order.
    is_to_work: bool,
    /// What is to be paid, of what has a total.
    payable: Option<Decimal>,
    /// What that is before taxes, where it was added up.
    net: Option<Decimal>,
    /// How that comes about, where it can be worked out again as it was.
    totals: Option<Totals>,
    settled: Option<Settled>,
    /// The sum of a Journal Entry's sides, or of a payment's rows.
    sum: Decimal,
}

/// How an invoice is paid.
#[derive(Clone, Copy, Debug)]
struct Settled {
    paid: Decimal,
    advanced: Decimal,
    outstanding: Decimal,
}

impl Expected {
    /// Works it out.
    pub fn of(submitted: &Submitted, masters: &Masters, site: &SiteId, reading: Reading) -> Self {
        let booked = submitted.booked.clone().unwrap_or_default();
        let payable = submitted.total();
        let net = sheet::net(submitted);
        let totals = sheet::totals(submitted, masters, site);
        // With another coin than the receipt was made with they are the receipt's all but what is paid, which it says itself. Where it has
        // another net as well, they say nothing of it.
        let totals = totals.filter(|totals| {
            [totals.payable, totals.grand_total].map(Some).contains(&payable) || net == Some(totals.net_total)
        });
        let said = submitted.booked.as_ref().and_then(|booked| booked.net);
        Self {
            kind: submitted.document.kind(),
            precision: u32::from(sheet::precision(masters, site)),
            reading,
            is_pos: matches!(&submitted.document, Document::SalesInvoice(sale) if !sale.payments.is_empty()),
            is_to_work: matches!(&submitted.document, Document::StockEntry(entry) if entry.stock_entry_type == Purpose::ToWork),
            settled: payable.and_then(|total| settled(&submitted.document, total)),
            payable,
            net: said.or(totals.as_ref().map(|totals| totals.net_total)).or(net),
            totals,
            sum: sum(&submitted.document, &booked),
        }
    }

    pub(super) fn precision(&self) -> u32 {
        self.precision
    }

    pub(super) fn is_later(&self) -> bool {
        self.reading == Reading::Later
    }

    /// A customer, supplier or item that another site has made as well by now has no site any more.
    pub(super) fn is_shared(&self, field: &str, got: &Value) -> bool {
        self.kind.is_master()
            && field == "outpost_site"
            && got.get(field).and_then(Value::as_str).is_none_or(str::is_empty)
    }

    /// Whether a field is compared as it was sent. Of a sale that is paid at once ERPNext has the list of prices of the customer, of its
    /// group or of the POS Profile, whatever it is told; each row says its own price.
    pub(super) fn compares(&self, field: &str) -> bool {
        !(self.moves_on() && field == "references" || self.is_pos && field == "selling_price_list")
    }

    /// What is compared of a field: of a count's rows those that ERPNext has kept, in their order. For how many pieces of a Work Order
    /// materials could still be transferred is not known any more where they are found later, but that it was for no more than the paper says.
    pub(super) fn kept<'v>(&self, field: &str, ours: &'v Value, got: &Value) -> Cow<'v, Value> {
        if self.is_to_work && self.is_later() && field == "fg_completed_qty" {
            let (said, theirs) = (values::decimal(ours), got.get(field).and_then(values::decimal).unwrap_or_default());
            let fewer = !theirs.is_negative() && said.is_some_and(|said| theirs < said);
            return if fewer { Cow::Owned(number(theirs)) } else { Cow::Borrowed(ours) };
        }
        let (Kind::StockReconciliation, "items", Some(rows)) = (self.kind, field, ours.as_array()) else {
            return Cow::Borrowed(ours);
        };
        let theirs = self::rows(got.get("items"));
        if theirs.len() >= rows.len() {
            return Cow::Borrowed(ours);
        }
        let counted = |row: &Value| {
            let text = |field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            ["item_code", "warehouse", "batch_no"].map(text)
        };
        let mut theirs = theirs.iter().map(counted).peekable();
        let kept = rows.iter().filter(|row| theirs.next_if_eq(&counted(row)).is_some());
        Cow::Owned(kept.cloned().collect())
    }

    /// What that is held against: of an invoice that is found later its advances by their payments, whose rows are not known any more.
    pub(super) fn theirs<'v>(&self, field: &str, got: &'v Value) -> Option<Cow<'v, Value>> {
        let theirs = got.get(field)?;
        match (self.reading, field, theirs.as_array()) {
            (Reading::Later, "advances", Some(rows)) => Some(Cow::Owned(by_payment(rows))),
            _ => Some(Cow::Borrowed(theirs)),
        }
    }

    /// Whether amounts are the same in the books' currency: not what hours cost, which no paper says and ERPNext may fill in once.
    pub(super) fn doubles(&self) -> bool {
        self.kind != Kind::Timesheet
    }

    /// A payment's rows are others once an invoice has used it.
    fn moves_on(&self) -> bool {
        self.reading == Reading::Later && self.kind == Kind::PaymentEntry
    }

    /// What is compared beyond what was sent.
    pub(super) fn beyond(&self, sent: &Map<String, Value>, got: &Value, found: &mut Found) {
        unsaid::check(self, sent, got, found);
        if let Some(of) = name_of(self.kind) {
            // ERPNext gives a second one of the same name another, and says nothing.
            found.field("", "name", "name", sent.get(of).unwrap_or(&Value::Null), got.get("name"));
            found.field("", "docstatus", "docstatus", &Value::Null, got.get("docstatus"));
            return;
        }
        if let Some(status @ ("Draft" | "Cancelled")) = got.get("status").and_then(Value::as_str) {
            found.differ("status", "submitted", status);
        }
        if let (Kind::StockEntry, Some(purpose)) = (self.kind, got.get("purpose")) {
            found.field("", "purpose", "purpose", sent.get("stock_entry_type").unwrap_or(&Value::Null), Some(purpose));
        }
        for table in TABLES.iter().filter(|table| !sent.contains_key(**table) && self.compares(table)) {
            let count = rows(got.get(*table)).len();
            if count > 0 {
                found.differ(table, "no rows", format!("{count} rows"));
            }
        }
        self.packed(sent, got, found);
        self.rows(sent, got, found);
        self.sums(sent, got, found);
        self.whole(sent, got, found);
        self.settled(got, found);
        self.other(got, found);
    }

    /// What a set is packed of is ERPNext's to know: goods more are only those that are parts of nothing that was sent.
    fn packed(&self, sent: &Map<String, Value>, got: &Value, found: &mut Found) {
        let item = |row: &Value, field: &str| row.get(field).and_then(Value::as_str).map(str::to_owned);
        let sent: Vec<String> = rows(sent.get("items")).iter().filter_map(|row| item(row, "item_code")).collect();
        let is_part = |row: &&Value| item(row, "parent_item").is_some_and(|set| sent.contains(&set));
        let more = rows(got.get("packed_items")).iter().filter(|row| !is_part(row)).count();
        if more > 0 {
            found.differ("packed_items", "parts of what was sold", format!("{more} rows of others"));
        }
    }

    fn rows(&self, sent: &Map<String, Value>, got: &Value, found: &mut Found) {
        for (i, (ours, theirs)) in rows(sent.get("items")).iter().zip(rows(got.get("items"))).enumerate() {
            let at = |field: &str| format!("items[{i}].{field}");
            let number = |field: &str, digits: u32| ours.get(field).and_then(values::decimal)?.rounded(digits);
            let qty = number("qty", FLOAT_PRECISION).unwrap_or_default();
            let rate = ours.get("rate").and_then(values::decimal).filter(|_| self.payable.is_some());
            let digits = u8::try_from(self.precision).unwrap_or(u8::MAX);
            if let Some(amount) = rate.and_then(|rate| SheetLine { qty, rate }.amount(digits)) {
                found.amount(&at("amount"), amount, theirs.get("amount"), self.precision);
            }
            for field in ["stock_qty", "transfer_qty"] {
                let factor = ours.get("conversion_factor").and_then(values::decimal);
                if let (Some(theirs), Some(factor)) = (theirs.get(field), factor)
                    && !is_in_stock_unit(qty, factor, theirs)
                {
                    let ours = qty.times(factor).unwrap_or_default();
                    found.amount(&at(field), ours, Some(theirs), FLOAT_PRECISION);
                }
            }
            // The ends that a row does not say: what is bought comes out of none of one's own.
            let ends: &[&str] = match self.kind {
                Kind::StockEntry => &["s_warehouse", "t_warehouse"],
                Kind::PurchaseReceipt | Kind::PurchaseInvoice => &["from_warehouse"],
                _ => &[],
            };
            for field in ends {
                if ours.get(field).is_none() {
                    found.field("items", field, &at(field), &Value::Null, theirs.get(field));
                }
            }
        }
    }

    /// Sums of rows, and what each row has of them.
    fn sums(&self, sent: &Map<String, Value>, got: &Value, found: &mut Found) {
        if self.payable.is_none() {
            return;
        }
        let number = |row: &Value, field: &str| row.get(field).and_then(values::decimal);
        let (ours, theirs) = (rows(sent.get("items")), rows(got.get("items")));
        let sum = |rows: &[Value], field: &str| all(rows.iter().map(|row| number(row, field).unwrap_or_default()));
        let qty = |row: &Value| number(row, "qty").unwrap_or_default().rounded(FLOAT_PRECISION).unwrap_or_default();
        if let (Some(qty), Some(read)) = (all(ours.iter().map(qty)), got.get("total_qty")) {
            found.amount("total_qty", qty, Some(read), FLOAT_PRECISION);
        }
        let has = |field: &str| theirs.iter().all(|row| number(row, field).is_some());
        if let (true, Some(net), Some(read)) = (has("net_amount"), sum(theirs, "net_amount"), got.get("net_total")) {
            found.amount("items.net_amount", net, Some(read), self.precision);
        }
        for (i, row) in theirs.iter().enumerate() {
            let qty = number(row, "qty").unwrap_or_default();
            let factor = number(row, "conversion_factor").unwrap_or_else(|| 1.into());
            for (rate, pieces, made) in
                [("net_rate", qty, number(row, "net_amount")), ("stock_uom_rate", factor, number(row, "rate"))]
            {
                if let (Some(value), Some(made)) = (number(row, rate).filter(|value| !value.is_zero()), made)
                    && !unsaid::fits(value, pieces, made, self.precision)
                {
                    found.differ(&format!("items[{i}].{rate}"), format!("of {made}"), value.to_string());
                }
            }
        }
    }

    fn whole(&self, sent: &Map<String, Value>, got: &Value, found: &mut Found) {
        let rounds = sent.get("disable_rounded_total").is_some_and(values::is_nothing);
        let Some(payable) = self.payable else { return };
        let rounded = got.get("rounded_total").filter(|total| values::decimal(total).is_some_and(|n| !n.is_zero()));
        let field = if rounded.is_some() { "rounded_total" } else { "grand_total" };
        found.amount(field, payable, got.get(field), self.precision);
        if let Some(net) = self.net {
            found.amount("net_total", net, got.get("net_total"), self.precision);
        }
        let Some(totals) = &self.totals else { return };
        // As ERPNext has it: without what rounding left between prices and taxes.
        let taxed = totals.grand_total.minus(totals.adjustment).and_then(|with| with.minus(totals.net_total));
        for (field, ours) in [
            ("total", totals.total),
            ("total_taxes_and_charges", taxed.unwrap_or_default()),
            ("discount_amount", totals.discount_amount),
        ] {
            found.amount(field, ours, got.get(field), self.precision);
        }
        let mut adjusted = Decimal::ZERO;
        if field != "grand_total" {
            found.amount("grand_total", totals.grand_total, got.get("grand_total"), self.precision);
            adjusted = payable.minus(totals.grand_total).unwrap_or_default();
        } else if rounds {
            // What is rounded to nothing is owed as it stands, and the adjustment says all of it all the same.
            adjusted = totals.grand_total.negated();
        }
        if let Some(read) = got.get("rounding_adjustment") {
            found.amount("rounding_adjustment", adjusted, Some(read), self.precision);
        }
        for (i, (ours, theirs)) in totals.taxes.iter().zip(rows(got.get("taxes"))).enumerate() {
            let field = "tax_amount_after_discount_amount";
            found.amount(&format!("taxes[{i}].{field}"), *ours, theirs.get(field), self.precision);
        }
    }

    fn settled(&self, got: &Value, found: &mut Found) {
        let Some(Settled { paid, advanced, outstanding }) = self.settled else { return };
        found.amount("paid_amount", paid, got.get("paid_amount"), self.precision);
        found.amount("total_advance", advanced, got.get("total_advance"), self.precision);
        let theirs = got.get("outstanding_amount");
        let read = theirs.and_then(values::decimal).unwrap_or_default();
        let less =
            read.abs() < outstanding.abs() && (read.is_zero() || read.is_negative() == outstanding.is_negative());
        if !(less && self.reading == Reading::Later) {
            found.amount("outstanding_amount", outstanding, theirs, self.precision);
        }
    }

    fn other(&self, got: &Value, found: &mut Found) {
        let number = |field: &str| got.get(field).and_then(values::decimal).unwrap_or_default();
        let of = |field: &'static str, ours: Decimal, found: &mut Found, digits: u32| {
            found.amount(field, ours, got.get(field), digits);
        };
        match self.kind {
            Kind::JournalEntry => {
                of("total_debit", self.sum, found, self.precision);
                of("total_credit", self.sum, found, self.precision);
                of("difference", Decimal::ZERO, found, self.precision);
                if !number("total_amount").is_zero() {
                    of("total_amount", self.sum, found, self.precision);
                }
            }
            Kind::Timesheet => {
                of("total_hours", self.sum, found, FLOAT_PRECISION);
                let day = |field: &str| got.get(field).and_then(Value::as_str).and_then(|day| day.get(..10));
                let days = |field: &str| -> Vec<&str> {
                    rows(got.get("time_logs")).iter().filter_map(|row| row.get(field)?.as_str()?.get(..10)).collect()
                };
                let ends = [
                    ("start_date", days("from_time").into_iter().min()),
                    ("end_date", days("to_time").into_iter().max()),
                ];
                for (field, end) in ends {
                    if day(field).is_some() && day(field) != end {
                        found.differ(field, end.unwrap_or_default(), day(field).unwrap_or_default());
                    }
                }
            }
            Kind::PaymentEntry => {
                let paid = number("paid_amount");
                of("difference_amount", Decimal::ZERO, found, self.precision);
                let allocated = if self.moves_on() { number("total_allocated_amount") } else { self.sum };
                of("total_allocated_amount", allocated, found, self.precision);
                of("unallocated_amount", paid.minus(allocated).unwrap_or_default(), found, self.precision);
            }
            _ => {}
        }
    }
}

/// Whether ERPNext may rightly have so much of the stock unit: of what is sold and bought it rounds the factor first, to as many digits as
/// it is set to keep, and of what is moved it takes the whole factor.
fn is_in_stock_unit(qty: Decimal, factor: Decimal, theirs: &Value) -> bool {
    let Some(read) = values::decimal(theirs).and_then(|read| read.rounded(FLOAT_PRECISION)) else { return false };
    (FLOAT_PRECISION..=MAX_SCALE).any(|digits| {
        let stock = factor.rounded(digits).and_then(|factor| qty.times(factor));
        stock.and_then(|stock| stock.rounded(FLOAT_PRECISION)) == Some(read)
    })
}

/// The rows of a table.
fn rows(table: Option<&Value>) -> &[Value] {
    table.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Rows of advances, one for each payment, with what is used of all of it.
fn by_payment(rows: &[Value]) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for row in rows {
        let amount = |row: &Value| row.get("allocated_amount").and_then(values::decimal).unwrap_or_default();
        match all.iter_mut().find(|other| other.get("reference_name") == row.get("reference_name")) {
            Some(same) => same["allocated_amount"] = amount(same).plus(amount(row)).map_or(Value::Null, number),
            None => all.push(row.clone()),
        }
    }
    Value::Array(all)
}

/// The field by which a master is named.
fn name_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Customer => Some("customer_name"),
        Kind::Supplier => Some("supplier_name"),
        Kind::Item => Some("item_code"),
        _ => None,
    }
}

fn settled(document: &Document, total: Decimal) -> Option<Settled> {
    let (paid, change, advanced, alone) = match document {
        Document::SalesInvoice(invoice) => of_sale(invoice)?,
        Document::PurchaseInvoice(bill) => of_bill(bill),
        _ => return None,
    };
    // A return that is taken off what it returns leaves nothing of its own.
    let left = total.minus(paid)?.plus(change)?.minus(advanced)?;
    Some(Settled { paid, advanced, outstanding: if alone { left } else { Decimal::ZERO } })
}

type Money = (Decimal, Decimal, Decimal, bool);

fn of_sale(invoice: &SalesInvoice) -> Option<Money> {
    let change = invoice.change_amount.unwrap_or_default();
    let given = invoice.paid()?.plus(change)?;
    let advanced = invoice.advances.iter().try_fold(Decimal::ZERO, |sum, row| sum.plus(row.allocated_amount))?;
    let alone = !(invoice.is_return && invoice.update_outstanding_for_self == Some(Flag(false)));
    // Where nothing is paid at once there is no change either: it is not sent.
    let change = if invoice.payments.is_empty() { Decimal::ZERO } else { change };
    let given = if invoice.payments.is_empty() { Decimal::ZERO } else { given };
    Some((given, change, advanced, alone))
}

fn of_bill(bill: &PurchaseInvoice) -> Money {
    let paid = bill.paid_amount.filter(|_| bill.is_paid).unwrap_or_default();
    let alone = !(bill.is_return && bill.update_outstanding_for_self == Some(Flag(false)));
    (paid, Decimal::ZERO, Decimal::ZERO, alone)
}

fn sum(document: &Document, booked: &Booked) -> Decimal {
    let sum = match document {
        Document::JournalEntry(_) => Some(document.rules().effects(booked).sum),
        Document::PaymentEntry(payment) => all(payment.references.iter().map(|row| row.allocated_amount)),
        Document::Timesheet(sheet) => all(sheet.time_logs.iter().map(|row| hours(row.from_time, row.to_time))),
        _ => None,
    };
    sum.unwrap_or_default()
}

fn all(mut amounts: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    amounts.try_fold(Decimal::ZERO, Decimal::plus)
}
