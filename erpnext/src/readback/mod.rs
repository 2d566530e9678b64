//! What ERPNext says that it booked, held against what it was sent and what the receipt says.
//!
//! In: the body that was sent, what the receipt comes to ([`Expected`]), and the whole document as ERPNext has it, read with a GET: the
//! answer to a submit in one request is stale in all that is derived. Out: every [`Difference`], for a person; none means that the
//! books say what the paper says. Pure. Absent: what is done about a difference.
//!
//! Compared is each field that was sent, and each row in its place, and beyond what was sent the totals, what is left to pay, that it is
//! submitted, and that ERPNext added no rows of goods, money or taxes, and no references or sums, of its own ([`unsaid`]). Equal are `7:15:00` and `07:15:00.000000`, 1 and
//! true, and nothing, null, zero and an empty text. What ERPNext may rightly have otherwise:
//!
//! - amounts beyond the currency's digits, quantities, factors, hours and percent beyond three ([`FLOAT_PRECISION`]): it keeps no more;
//! - how much of the stock unit a row is: by its factor as ERPNext has rounded it, or by the whole one;
//! - text with `<` or `>` in it, which Frappe cleans as HTML: those may be written as `&lt;` and `&gt;`, and of free text the words are looked at
//!   and no tags;
//! - the order of a row's serial numbers;
//! - whose a customer, supplier or item is, where it is nobody's alone since another site has made it as well;
//! - further units and barcodes of an item: it adds the stock unit itself;
//! - rows of a count that change nothing: it leaves them out;
//! - where a document is found again [later](Reading::Later): what is left to pay is less where somebody has paid since, a payment's
//!   rows are others where an invoice has used it, which of a payment's rows an invoice has used is not known any more, but how much, nor
//!   for how many pieces of a Work Order materials could still be transferred;
//! - the list of prices of a sale that is paid at once: the POS Profile's, the customer's or its group's, whatever was sent;
//! - our own fields but the id, where they are not set up;
//! - the name of a template of taxes beside the rows, which alone count; and the words on an advance's row;
//! - that pricing rules are kept out: whoever may not read that is shown that they are not. What a rule changes is a price or a row;
//! - the type of what is paid at once, which it fetches from its mode of payment, whatever was sent: the account is what counts;
//! - whether a tax is part of what goods are worth, where it takes that back since none were bought;
//! - capitals in the name of an item's group, which it writes as that group has them;
//! - whether a party is another company of one's own, which it fetches, and the supplier's number of a bill that is paid;
//! - what people have decided since, of one that is found later: that it is on hold, or of use no more.
//!
//! Whatever else ERPNext has is not looked at, and so is not asked for where documents are listed ([`looked_at`]).

mod columns;
mod expected;
mod html;
#[cfg(test)]
mod tests;
mod unsaid;
mod values;

pub(crate) use columns::looked_at;
pub use expected::{Expected, Reading};
pub(crate) use unsaid::NOTHING;
pub(crate) use values::{decimal, same, same_moment};

use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::totals::FLOAT_PRECISION;
use serde_json::{Map, Value};
use std::fmt;

/// One field that ERPNext has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its path, like `items[0].rate`.
    pub field: String,
    /// As it was sent, or as the receipt says it.
    pub ours: String,
    /// As ERPNext has it.
    pub theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, ours, theirs } = self;
        write!(f, "{field} is {theirs} in ERPNext, and not {ours}")
    }
}

/// What ERPNext may have otherwise, beside what the module says of numbers and texts.
const IGNORED: [(&str, &str); 4] =
    [("", "taxes_and_charges"), ("", "ignore_pricing_rule"), ("advances", "remarks"), ("payments", "type")];

/// Fields of ours beside the id. One that is not set up there is missing from what ERPNext shows, and that is no difference.
const OURS: [&str; 4] = ["outpost_site", "outpost_user", "outpost_no", "outpost_date"];

/// What ERPNext had then, where a document is found later: what was left of a payment before the invoice used it, and in which row.
const THEN: [(&str, &str); 2] = [("advances", "advance_amount"), ("advances", "reference_row")];

/// Fields with three digits rather than a currency's: table, where it matters, and field.
const FLOATS: [(&str, &str); 8] = [
    ("", "qty"),
    ("", "completed_qty"),
    ("", "fg_completed_qty"),
    ("", "conversion_factor"),
    ("", "hours"),
    ("", "discount_percentage"),
    ("", "additional_discount_percentage"),
    ("taxes", "rate"),
];

/// Tables in which ERPNext may have more rows than it was sent.
const LONGER: [&str; 2] = ["uoms", "barcodes"];

/// Every difference, in the order of the fields.
pub fn differences(sent: &Value, expected: &Expected, got: &Value) -> Vec<Difference> {
    let mut found = Found::new(expected);
    let empty = Map::new();
    let sent = sent.as_object().unwrap_or(&empty);
    let is_set_up = |field: &str| !OURS.contains(&field) || got.get(field).is_some();
    let is_compared = |field: &str| expected.compares(field) && is_set_up(field) && !expected.is_shared(field, got);
    for (field, ours) in sent.iter().filter(|(field, _)| is_compared(field)) {
        let ours = expected.kept(field, ours, got);
        let theirs = expected.theirs(field, got);
        found.field("", field, field, &ours, theirs.as_deref());
    }
    expected.beyond(sent, got, &mut found);
    found.all
}

/// The differences so far.
struct Found {
    precision: u32,
    later: bool,
    /// What is there in the books' currency as well is the same in it.
    doubles: bool,
    all: Vec<Difference>,
}

impl Found {
    fn new(expected: &Expected) -> Self {
        let (precision, later, doubles) = (expected.precision(), expected.is_later(), expected.doubles());
        Self { precision, later, doubles, all: Vec::new() }
    }

    /// Compares a field of a table's row, or of the document where `table` is empty.
    fn field(&mut self, table: &str, name: &str, path: &str, ours: &Value, theirs: Option<&Value>) {
        if IGNORED.contains(&(table, name)) || (self.later && THEN.contains(&(table, name))) {
            return;
        }
        // Where neither goods nor assets are bought, ERPNext takes such a tax for one of the total alone.
        let is_plain = (table, name) == ("taxes", "category") && theirs.is_some_and(|theirs| theirs == "Total");
        if is_plain && ours == "Valuation and Total" {
            return;
        }
        match ours {
            Value::Array(rows) => self.rows(name, path, rows, theirs),
            Value::Object(fields) => self.row(name, path, fields, theirs),
            _ if values::same(name, ours, theirs, self.digits(table, name)) => {}
            _ => self.differ(path, values::shown(Some(ours)), values::shown(theirs)),
        }
    }

    fn rows(&mut self, table: &str, path: &str, ours: &[Value], theirs: Option<&Value>) {
        let theirs = theirs.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let enough = theirs.len() == ours.len() || (theirs.len() > ours.len() && LONGER.contains(&table));
        if !enough {
            self.differ(path, format!("{} rows", ours.len()), format!("{} rows", theirs.len()));
        }
        for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            self.field("", table, &format!("{path}[{i}]"), ours, Some(theirs));
        }
    }

    fn row(&mut self, table: &str, path: &str, ours: &Map<String, Value>, theirs: Option<&Value>) {
        for (name, ours) in ours {
            let theirs = theirs.and_then(|row| row.get(name));
            self.field(table, name, &format!("{path}.{name}"), ours, theirs);
        }
    }

    /// Holds a number of ERPNext's against the receipt's.
    fn amount(&mut self, path: &str, ours: Decimal, theirs: Option<&Value>, digits: u32) {
        let read = theirs.and_then(decimal);
        let gone = read.is_none() && theirs.is_some_and(|value| !value.is_null());
        if gone || ours.rounded(digits) != read.unwrap_or_default().rounded(digits) {
            self.differ(path, ours.to_string(), values::shown(theirs));
        }
    }

    fn differ(&mut self, path: &str, ours: impl Into<String>, theirs: impl Into<String>) {
        self.all.push(Difference { field: path.to_owned(), ours: ours.into(), theirs: theirs.into() });
    }

    fn digits(&self, table: &str, name: &str) -> u32 {
        let is_float = FLOATS.iter().any(|(of, field)| *field == name && (of.is_empty() || *of == table));
        if is_float { FLOAT_PRECISION } else { self.precision }
    }
}
