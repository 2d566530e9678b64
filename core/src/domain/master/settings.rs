//! What the office decides for a site.

use super::keep::{Parts, parts};
use super::{Named, is_default};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Text, flag};
use crate::domain::id::SiteId;
use serde::{Deserialize, Serialize};

/// What is done where a document takes more stock than there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// It is taken and marked: the shirt lies on the counter, its receipt is still on paper.
    #[default]
    Warn,
    /// A second person's PIN is asked for.
    Approve,
    /// It is refused.
    Refuse,
}

/// What a second person has to agree to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// A discount, of a line or of the whole, of more percent than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_over_percent: Option<Decimal>,
    /// Every cancellation.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub cancellation: bool,
    /// Money given back.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub refund: bool,
}

/// The settings of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whose.
    pub site: SiteId,
    /// The company in the books.
    pub company: Text,
    /// The currency of the books, ISO 4217.
    pub currency: Text,
    /// Digits after the point of an amount.
    #[serde(default = "two")]
    pub currency_precision: u8,
    /// The smallest coin: what is paid is rounded to it. 0 rounds to whole units, as ERPNext does; absent rounds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_currency_fraction_value: Option<Decimal>,
    /// What the numbers on paper begin with; the site's id in capitals where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_prefix: Option<Text>,
    /// Where stock is short.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shortage: Shortage,
    /// What takes two.
    #[serde(default, skip_serializing_if = "is_default")]
    pub approvals: Approvals,
    /// Whose sale it is where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_in_customer: Option<Text>,
    /// The list of prices for sales.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selling_price_list: Option<Text>,
    /// The list of prices for purchases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buying_price_list: Option<Text>,
    /// What a till's count differs by is booked between cash and this account; absent books nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub till_difference_account: Option<Text>,
}

fn two() -> u8 {
    2
}

impl Named for Settings {
    fn parts(&self) -> Parts<'_> {
        parts([self.site.as_str()])
    }
}
