//! Stock: the sum of what documents moved, per site, warehouse and item; exact, in billionths.

use super::keys::{Key, SiteNo, Tag};
use super::store::{Doubt, Pair, Store};
use crate::domain::decimal::{Decimal, MAX_SCALE};
use crate::domain::effects::StockMove;
use std::fmt;

/// A sum of quantities, in billionths. It holds what no single quantity may: 10^29 of anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nanos(pub i128);

impl From<Decimal> for Nanos {
    fn from(decimal: Decimal) -> Self {
        let text = decimal.to_string();
        let digits = text.trim_start_matches('-');
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let padded = format!("{whole}{fraction:0<width$}", width = MAX_SCALE as usize);
        let size: i128 = padded.parse().expect("invariant: a decimal is digits, at most nine after the point");
        Self(if text.starts_with('-') { -size } else { size })
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let (whole, fraction) = (size / 1_000_000_000, size % 1_000_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{}", format!("{fraction:09}").trim_end_matches('0'))
    }
}

/// How much of an item a site's documents left in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockLevel {
    /// The warehouse.
    pub warehouse: String,
    /// The item's code.
    pub item_code: String,
    /// The sum of all moves, in the units that the documents name; negative where more went out than came in.
    pub qty: Nanos,
}

/// Texts hold no control characters, so a zero byte parts them.
fn key(site: SiteNo, warehouse: &str, item_code: &str) -> Vec<u8> {
    Key::of(Tag::Stock).site(site).bytes(warehouse.as_bytes()).byte(0).bytes(item_code.as_bytes()).0
}

pub(super) fn moved(store: &mut Store, site: SiteNo, change: &StockMove) -> Result<(), Doubt> {
    let value = store.edit(&key(site, change.warehouse.as_str(), change.item_code.as_str()))?;
    let before = if value.is_empty() { Nanos(0) } else { sum(value)? };
    let after = before.0.saturating_add(Nanos::from(change.qty).0);
    value.clear();
    value.extend_from_slice(&after.to_be_bytes());
    Ok(())
}

fn sum(value: &[u8]) -> Result<Nanos, Doubt> {
    let bytes = value.try_into().map_err(|_| Doubt::new("a stock level is cut"))?;
    Ok(Nanos(i128::from_be_bytes(bytes)))
}

pub(super) fn levels(store: &Store, site: SiteNo, warehouse: Option<&str>) -> Result<Vec<StockLevel>, Doubt> {
    let prefix = match warehouse {
        Some(warehouse) => key(site, warehouse, ""),
        None => Key::of(Tag::Stock).site(site).0,
    };
    let level = |(key, value): Pair| {
        let text = key.get(3..).and_then(|text| std::str::from_utf8(text).ok());
        let (warehouse, item_code) =
            text.and_then(|text| text.split_once('\0')).ok_or_else(|| Doubt::new("the key of a stock level is cut"))?;
        Ok(StockLevel { warehouse: warehouse.into(), item_code: item_code.into(), qty: sum(&value)? })
    };
    store.scan_prefix(&prefix)?.into_iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_read_as_the_decimals_they_are_of() {
        for text in ["0", "1", "-1", "12.5", "-0.000000001", "999999999999.999999999"] {
            assert_eq!(Nanos::from(text.parse::<Decimal>().unwrap()).to_string(), text);
        }
    }
}
