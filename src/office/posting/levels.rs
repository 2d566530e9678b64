//! A site's stock as the books have it, read by the site's own thread between two of its documents: so it is known which of them are in
//! the figure.
//!
//! In: ERPNext's bins of the site's warehouses. Out: rows for the site. A row changes where others have moved something, or once a day:
//! what the site moved itself its box knows, and a line that is paid by the megabyte need not say it again.

use super::down;
use super::writer::SiteWriter;
use crate::domain::decimal::Decimal;
use crate::domain::document::Text;
use crate::domain::master::segment::Audience;
use crate::domain::master::{Level, Masters, Row, RowKey, Table};
use crate::moment::up_ms;
use crate::rows::Told;
use crate::sabotage;
use crate::wire::row;
use outpost_erpnext::down::levels;
use outpost_erpnext::map::Settings;
use std::collections::BTreeSet;

/// How often it is looked whether stock is due.
const LOOK_EVERY_MS: u64 = 1_000;
/// The pause after a failure.
const RETRY_MS: u64 = 60_000;
/// How often every row says how much of the figure is the site's own.
const WHOLE_EVERY_MS: u64 = 24 * 3_600_000;

/// When stock is read next.
#[derive(Default)]
pub(super) struct Due {
    look_ms: u64,
    read_ms: u64,
    whole_ms: u64,
}

impl Due {
    /// The next look reads it.
    pub(super) fn at_once(&mut self) {
        (self.look_ms, self.read_ms) = (0, 0);
    }
}

impl SiteWriter {
    /// Reads the site's stock where it is time to, and before that asks for held ones that may be in the books; without master data for that
    /// alone. Nothing of the site's may be on its way into the books.
    pub(super) fn look_at_stock(&mut self) {
        let now_ms = up_ms();
        if now_ms < self.stock.look_ms {
            return;
        }
        self.stock.look_ms = now_ms + LOOK_EVERY_MS;
        self.doubt_the_late(now_ms);
        let settings = self.source.settings().ok();
        let Some((settings, wanted)) = settings.and_then(|all| all.master_data.clone().map(|own| (all, own))) else {
            self.board.forget_sums();
            if let Err(why) = self.ask_for_doubtful() {
                self.stock.look_ms = up_ms() + RETRY_MS;
                tracing::warn!(site = %self.site, why, "what is held was not asked for, though it may be in the books");
            }
            return;
        };
        let mut look = || {
            if !self.board.keeps_sums() {
                let sums = self.books.sums_of((&self.site, self.number))?;
                sums.into_iter().for_each(|sums| self.board.keep_sums(sums));
            }
            if self.ask_for_doubtful()? > 0 || now_ms < self.stock.read_ms {
                return Ok(false);
            }
            let whole = now_ms >= self.stock.whole_ms;
            // What somebody else has booked lets through what lacked it, also where reading broke off.
            let mut came = BTreeSet::new();
            let read = self.read_stock(&settings, whole, &mut came);
            self.writer.stock_came(&came);
            read?;
            if whole {
                self.stock.whole_ms = now_ms + WHOLE_EVERY_MS;
            }
            Ok::<_, String>(true)
        };
        match look() {
            Ok(true) => {
                self.stock.read_ms = up_ms() + wanted.stock_every_s.saturating_mul(1_000);
                self.board.stock_read(None);
            }
            Ok(false) => {}
            Err(why) => {
                self.stock.look_ms = up_ms() + RETRY_MS;
                self.board.stock_read(Some(why));
            }
        }
    }

    /// `came` gets each item and warehouse to which others have brought some.
    fn read_stock(&self, settings: &Settings, whole: bool, came: &mut BTreeSet<(Text, Text)>) -> Result<(), String> {
        let rows = self.books.sites.rows();
        let mut masters = Masters::default();
        let key = RowKey { table: Table::Settings, name: self.site.as_str().into() };
        rows.get(&key)
            .and_then(|(body, _)| row::decode(key.table, &body).ok())
            .into_iter()
            .for_each(|row| masters.put(row));
        let mut warehouses = Vec::new();
        down::each(rows, Table::Warehouse, &mut |row| match row {
            Row::Warehouse(row) if masters.owner(&row) == Some(&self.site) => warehouses.push(row.name),
            _ => {}
        });
        // What is not ERPNext's any more, or lies nowhere, has no row.
        let mut gone: BTreeSet<RowKey> = BTreeSet::new();
        down::each(rows, Table::Level, &mut |row| match &row {
            Row::Level(level) if warehouses.contains(&level.warehouse) => drop(gone.insert(row.key())),
            _ => {}
        });
        let client = self.source.client(settings)?;
        let included = |warehouse: &Text, item: &Text| {
            if sabotage::is("included") {
                return Default::default();
            }
            self.board.sums(|books| books.sums.since_count(warehouse, item)).unwrap_or_default()
        };
        let readers = Audience::Sites([self.site.clone()].into());
        let mut failed = None;
        let told = levels(&client, &warehouses, &included, &mut |page| {
            let mut changes: Vec<Told> = Vec::new();
            for new in page {
                let key = new.key();
                gone.remove(&key);
                let before = rows.get(&key).and_then(|(body, _)| row::decode(key.table, &body).ok());
                if let Some(level) = risen(before.as_ref(), &new) {
                    came.insert((level.item_code.clone(), level.warehouse.clone()));
                }
                if whole || !says_the_same(before.as_ref(), &new) {
                    changes.push((key, Some((row::encode(&new), readers.clone()))));
                }
            }
            failed = failed.take().or(rows.put(changes).err());
        });
        let told = told.map_err(|failure| failure.to_string())?;
        if let Some(error) = failed {
            return Err(error.to_string());
        }
        for words in told {
            tracing::warn!(site = %self.site, words, "stock from ERPNext");
        }
        rows.put(gone.into_iter().map(|key| (key, None)).collect()).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// Both come to the same stock at the box: only the site itself moved something.
fn says_the_same(before: Option<&Row>, new: &Row) -> bool {
    match (before, new) {
        (Some(Row::Level(before)), Row::Level(new)) => before.counted == new.counted && others(before) == others(new),
        _ => false,
    }
}

/// The new figure, where others have brought some. Over a count nobody can tell, and then what is there may have come.
fn risen<'a>(before: Option<&Row>, new: &'a Row) -> Option<&'a Level> {
    let Row::Level(new) = new else { return None };
    let came = match before {
        Some(Row::Level(before)) if before.counted == new.counted => others(new) > others(before),
        _ => new.actual_qty > Decimal::ZERO,
    };
    came.then_some(new)
}

/// What of a figure is not the site's own.
fn others(level: &Level) -> Decimal {
    level.actual_qty.minus(level.included).unwrap_or(Decimal::ZERO)
}
