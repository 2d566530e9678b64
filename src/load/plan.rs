//! What the office would have after a load, and what of it changes.

use super::read::{Files, table_of};
use super::report::{At, Report};
use super::secret::Secret;
use super::{Change, Rows};
use crate::domain::master::segment::{affected, audience};
use crate::domain::master::{Masters, Row, RowKey, Table};
use crate::wire::row;
use std::collections::{BTreeMap, BTreeSet};

/// The files, the office's rows before, and those after.
pub(super) struct Plan<'a> {
    pub(super) files: Files<'a>,
    pub(super) before: Masters,
    pub(super) after: Masters,
    /// Where each key stands in the files.
    pub(super) places: BTreeMap<RowKey, usize>,
    /// What is not in the files, of the tables that they replace.
    pub(super) deleted: Vec<RowKey>,
}

/// What the office has.
pub(super) fn before(rows: &dyn Rows, report: &mut Report) -> Result<Masters, String> {
    let mut masters = Masters::default();
    rows.each(&mut |key, bytes| match row::decode(key.table, bytes) {
        Ok(row) => masters.put(row),
        Err(error) => {
            let name = key.name.replace(crate::domain::master::PART, " / ");
            let rule =
                format!("{} {name} cannot be read and is left as it is: {error}; load it anew", key.table.slug());
            report.warn(At::file("the office's rows"), rule);
        }
    })?;
    Ok(masters)
}

/// What would be there after the files are taken.
pub(super) fn plan<'a>(files: Files<'a>, before: Masters, replace: &BTreeSet<Table>, report: &mut Report) -> Plan<'a> {
    let tables: BTreeSet<Table> = files.sources.iter().filter_map(|source| table_of(&source.name)).collect();
    tables.iter().for_each(|table| {
        report.count(*table);
    });
    let mut plan = Plan { files, after: before.clone(), before, places: BTreeMap::new(), deleted: Vec::new() };
    for at in 0..plan.files.rows.len() {
        let found = &plan.files.rows[at];
        let key = found.row.key();
        if let Some(first) = plan.places.get(&key) {
            let first = &plan.files.rows[*first];
            let rule = format!(
                "{} is there already, in {}:{}: take one out",
                key.name.replace(crate::domain::master::PART, " / "),
                plan.files.sources[first.source].name,
                first.line
            );
            report.error(plan.files.at(found), rule);
            continue;
        }
        plan.places.insert(key, at);
        let row = plan.with_kept_secrets(at);
        plan.put(at, row);
    }
    // A table that no file names is not emptied by its name alone.
    let gone = tables.intersection(replace).flat_map(|table| plan.before.rows(*table)).map(|row| row.key());
    plan.deleted = gone.filter(|key| !plan.places.contains_key(key)).collect();
    for key in &plan.deleted {
        plan.after.delete(key);
    }
    plan
}

impl Plan<'_> {
    /// Puts a row in the place of the one that stands there.
    pub(super) fn put(&mut self, at: usize, row: Row) {
        self.files.rows[at].row = row.clone();
        self.after.put(row);
    }

    /// A user's line that says nothing of PIN or badge leaves them.
    fn with_kept_secrets(&self, at: usize) -> Row {
        let found = &self.files.rows[at];
        let mut row = found.row.clone();
        if let Row::User(user) = &mut row
            && let Some(before) = self.before.user(user.name.as_str())
        {
            if found.secrets.pin == Secret::Kept {
                user.pin_hash.clone_from(&before.pin_hash);
            }
            if found.secrets.badge == Secret::Kept {
                user.badge_hash.clone_from(&before.badge_hash);
            }
        }
        row
    }
}

/// What changes, and how much of each table.
pub(super) fn changes(plan: &Plan<'_>, report: &mut Report) -> Vec<Change> {
    let mut changed = BTreeSet::new();
    for (key, at) in &plan.places {
        let count = report.count(key.table);
        match plan.before.get(key) {
            Some(before) if before == plan.files.rows[*at].row => count.unchanged += 1,
            Some(_) => {
                count.changed += 1;
                changed.insert(key.clone());
            }
            None => {
                count.new += 1;
                changed.insert(key.clone());
            }
        }
    }
    for key in &plan.deleted {
        report.count(key.table).deleted += 1;
    }
    // A warehouse that goes to another site takes its stock and orders along, though they are the same.
    let moved: Vec<RowKey> = changed.iter().chain(&plan.deleted).flat_map(|key| affected(key, &plan.after)).collect();
    changed.extend(moved);
    let deleted = plan.deleted.iter().map(|key| (key.clone(), None));
    let put = changed.into_iter().filter_map(|key| {
        let row = plan.after.get(&key)?;
        let readers = audience(&row, &plan.after);
        Some((key, Some((row::encode(&row), readers))))
    });
    deleted.chain(put).collect()
}
