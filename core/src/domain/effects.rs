//! What a submitted document does to the workshop's figures, as sums: a cancellation does the opposite, and the order in which
//! documents are added does not matter. Counts of stock alone set a figure, and are told apart.

use super::decimal::Decimal;
use super::document::{Moment, Ref, Text};

/// What one document does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Stock that comes and goes, in the items' stock units.
    pub moves: Vec<StockMove>,
    /// Pieces with serial numbers that come and go.
    pub pieces: Vec<Piece>,
    /// Pieces with serial numbers that were counted: each lies in `to` from here on, wherever it came from.
    pub found: Vec<Piece>,
    /// Stock that was counted, in the items' stock units: the figure that counts from here on.
    pub counts: Vec<StockMove>,
    /// Money that came in (positive) or went out, by mode of payment; change is taken off.
    pub money: Vec<Money>,
    /// How much further it brings other documents.
    pub steps: Vec<Step>,
    /// Who worked when.
    pub worked: Vec<Worked>,
    /// What it adds to its day's sum: its total, or its amount; zero where it has none.
    pub sum: Decimal,
}

/// Stock of an item in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockMove {
    /// The item's code.
    pub item_code: Text,
    /// The warehouse.
    pub warehouse: Text,
    /// More is positive, less is negative.
    pub qty: Decimal,
}

/// A piece with a serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The item's code.
    pub item_code: Text,
    /// The number.
    pub serial_no: Text,
    /// The warehouse that it leaves.
    pub from: Option<Text>,
    /// The warehouse that it comes to.
    pub to: Option<Text>,
}

impl Piece {
    /// One for each line of a row's `serial_no`.
    pub(crate) fn of_row<'a>(
        item_code: &'a Text,
        serials: Option<&'a str>,
        from: Option<&'a Text>,
        to: Option<&'a Text>,
    ) -> impl Iterator<Item = Self> + 'a {
        let numbers = serials.unwrap_or_default().lines().filter_map(|line| Text::try_from(line.trim()).ok());
        numbers.map(move |serial_no| Self {
            item_code: item_code.clone(),
            serial_no,
            from: from.cloned(),
            to: to.cloned(),
        })
    }
}

/// A stretch of somebody's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    /// Who.
    pub employee: Text,
    /// From when.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
}

/// Money of one mode of payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// The mode.
    pub mode_of_payment: Text,
    /// In is positive.
    pub amount: Decimal,
}

/// Progress of another document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which document.
    pub of: Ref,
    /// Which of its rows: the row's name, or its number from 1; the whole document where absent.
    pub row: Option<Text>,
    /// In what respect.
    pub what: Progress,
    /// By how much: a quantity in the unit of that row, or an amount.
    pub by: Decimal,
}

/// In what respect a document gets on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Quantity of a row that came back.
    Returned,
    /// Quantity of a row that was delivered.
    Delivered,
    /// Quantity of a row that was billed.
    Billed,
    /// Amount that was paid on an invoice, credit notes included.
    Paid,
    /// Amount that was paid ahead on an order.
    Advanced,
    /// Amount of a payment that was used up by invoices.
    Used,
    /// Quantity of a row of a transfer that was received.
    Received,
    /// Quantity of a Work Order's material, by item, that was moved to work in progress.
    Transferred,
    /// Quantity of a Work Order's material, by item, that was used up.
    Consumed,
    /// Quantity that a Work Order has produced.
    Produced,
    /// Quantity that an operation of a Work Order, by its name, has completed.
    Completed,
    /// Minutes that were logged on an operation of a Work Order, by its name.
    Minutes,
}
