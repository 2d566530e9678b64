//! What the office has already, for whoever reads ERPNext: its rows, and what sites' documents did to ERPNext's figures.

use crate::domain::decimal::Decimal;
use crate::domain::document::{Ref, Text};
use crate::domain::effects::Progress;
use crate::domain::id::IntentId;
use crate::domain::master::{Row, RowKey, Table};
use crate::domain::shop::InBooks;
use crate::office::ledger::UnderWay;
use crate::office::posting::held::Board;
use crate::rows::OfficeRows;
use crate::sabotage;
use crate::wire::row;
use outpost_erpnext::down::Known;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows that are read at once.
const AT_ONCE: usize = 500;

/// Customers and suppliers by the id that their site gave them.
type Made = HashMap<(Table, IntentId), RowKey>;

/// The office's, for one step.
pub(super) struct Own<'a> {
    rows: &'a OfficeRows,
    boards: Vec<Arc<Board>>,
    under_way: &'a UnderWay,
    made: RefCell<Option<Made>>,
}

impl<'a> Own<'a> {
    pub(super) fn new(rows: &'a OfficeRows, boards: Vec<Arc<Board>>, under_way: &'a UnderWay) -> Self {
        Self { rows, boards, under_way, made: RefCell::default() }
    }

    /// A sum over what all sites have in the books.
    fn sum(&self, of: impl Fn(&InBooks) -> Decimal) -> Decimal {
        self.boards.iter().fold(Decimal::ZERO, |sum, board| {
            let own = board.sums(|books| of(&books.sums)).unwrap_or_default();
            sum.plus(own).unwrap_or(sum)
        })
    }

    fn all_made(&self) -> Made {
        let mut made = Made::new();
        for table in [Table::Customer, Table::Supplier] {
            each(self.rows, table, &mut |row| {
                let id = match &row {
                    Row::Customer(row) => row.outpost_id,
                    Row::Supplier(row) => row.outpost_id,
                    _ => None,
                };
                if let Some(id) = id {
                    made.insert((table, id), row.key());
                }
            });
        }
        made
    }
}

/// Goes through a table.
pub(in crate::office::posting) fn each(rows: &OfficeRows, table: Table, take: &mut dyn FnMut(Row)) {
    let mut after = String::new();
    loop {
        let page = rows.after(table, &after, AT_ONCE);
        let Some((last, ..)) = page.last() else { return };
        after = last.name.to_string();
        page.iter().filter_map(|(_, body, _)| row::decode(table, body).ok()).for_each(&mut *take);
    }
}

impl Known for Own<'_> {
    fn row(&self, key: &RowKey) -> Option<Row> {
        row::decode(key.table, &self.rows.get(key)?.0).ok()
    }

    fn after(&self, table: Table, after: &str, most: usize) -> Vec<Row> {
        let page = self.rows.after(table, after, most);
        page.iter().filter_map(|(_, body, _)| row::decode(table, body).ok()).collect()
    }

    fn made(&self, table: Table, id: IntentId) -> Option<RowKey> {
        self.made.borrow_mut().get_or_insert_with(|| self.all_made()).get(&(table, id)).cloned()
    }

    fn is_awaited(&self, row: &Row) -> bool {
        match row {
            Row::Customer(row) => row.outpost_id.is_some(),
            Row::Supplier(row) => row.outpost_id.is_some(),
            // Until all journals were read nobody knows what sites have made.
            Row::Item(row) => self.under_way.is_made(&row.item_code).unwrap_or(true),
            _ => false,
        }
    }

    fn done(&self, order: &Ref, row: &Text) -> (Decimal, Decimal) {
        let of = |what| self.sum(|in_books| in_books.step(order, Some(row), what));
        (of(Progress::Delivered), of(Progress::Billed))
    }

    fn advance(&self, order: &Ref) -> Decimal {
        self.sum(|in_books| in_books.step(order, None, Progress::Advanced))
    }

    fn produced(&self, work_order: &Text) -> Decimal {
        let order = Ref::from(work_order.clone());
        self.sum(|in_books| in_books.step(&order, None, Progress::Produced))
    }

    fn received(&self, entry: &Ref, row: &Text) -> Decimal {
        if sabotage::is("received") {
            return Decimal::ZERO;
        }
        self.sum(|in_books| in_books.step(entry, Some(row), Progress::Received))
    }

    fn paid(&self, invoice: &Ref) -> Decimal {
        self.sum(|in_books| in_books.step(invoice, None, Progress::Paid))
    }
}
