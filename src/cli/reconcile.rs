//! `outpost office reconcile`: a site's journal, the office's books and ERPNext, side by side.
//!
//! Its exit code is for cron, as that of `cmp` is: 0 where nothing differs, 1 where something does, 2 where it was not compared.

use crate::control::{self, Ask};
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::reconcile::{Difference, Figures, Row, Sheet, State, Why};
use crate::show;
use anyhow::Context;
use clap::Args;
use jiff::civil::Date;
use std::path::Path;
use std::process::ExitCode;

/// Something differs.
const DIFFERS: u8 = 1;
/// It was not compared.
const NOT_COMPARED: u8 = 2;

#[derive(Args)]
pub(super) struct Reconcile {
    /// The workshop.
    #[arg(long)]
    site: SiteId,
    /// The first day, like 2026-11-02.
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    to: Date,
    /// As JSON, for other programs.
    #[arg(long)]
    json: bool,
}

impl Reconcile {
    pub(super) fn run(self, dir: &Path) -> ExitCode {
        match self.show(dir) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(DIFFERS),
            Err(error) => {
                eprintln!("outpost: {error:#}");
                ExitCode::from(NOT_COMPARED)
            }
        }
    }

    /// Whether nothing differs.
    fn show(self, dir: &Path) -> anyhow::Result<bool> {
        let Self { site, from, to, json } = self;
        let mut answer = Vec::new();
        control::ask(dir, &Ask::Reconcile { site, from, to }, &mut answer)?;
        let sheet: Sheet = serde_json::from_slice(&answer).context("the answer is cut off: ask again")?;
        match json {
            true => println!("{}", serde_json::to_string(&sheet)?),
            false => print!("{}", words(&sheet)),
        }
        Ok(sheet.equal)
    }
}

/// The sheet for a person.
fn words(sheet: &Sheet) -> String {
    let columns = ["day", "kind", "journal", "books", "ERPNext", "state"];
    let title = format!("{} from {} to {}: documents, cancelled ones, sum", sheet.site, sheet.from, sheet.to);
    let mut shown = show::Sheet::new(title, &columns);
    sheet.rows.iter().for_each(|row| shown.row(cells(row)));
    if let Some(why) = &sheet.without {
        shown.notes.push(format!("not compared with ERPNext: {why}"));
    }
    if sheet.unread > 0 {
        shown.notes.push(format!(
            "NOT READ: {} records that this version cannot read, of a newer box, on whichever days: update the office",
            sheet.unread
        ));
        shown.notes.extend(sheet.unread_first.iter().map(|at| format!("  {at}")));
    }
    let by_others = sheet.differences.iter().filter(|one| one.why == Why::Foreign && !one.counts).count();
    if by_others > 0 {
        shown.notes.push(format!("stock of its warehouses was moved by others, told below as settled: {by_others}"));
    }
    let mut text = shown.to_string();
    for difference in &sheet.differences {
        text.push_str(&told(difference));
    }
    let count = sheet.differences.iter().filter(|difference| difference.counts).count();
    text.push_str(&match (sheet.equal, count) {
        (true, _) => "equal\n".to_owned(),
        (false, 0) => "not all was read\n".to_owned(),
        (false, 1) => "1 difference\n".to_owned(),
        (false, count) => format!("{count} differences\n"),
    });
    text
}

fn cells(row: &Row) -> Vec<String> {
    let figures = |figures: &Figures| format!("{}  {}  {}", figures.documents, figures.cancelled, figures.sum);
    let state = match row.state {
        State::Equal => "equal",
        State::Settled => "settled",
        State::Differs => "DIFFERS",
    };
    vec![
        row.day.to_string(),
        row.kind.name().into(),
        figures(&row.journal),
        figures(&row.books),
        row.there.as_ref().map(figures).unwrap_or_default(),
        state.into(),
    ]
}

/// A document, what is wrong with it, and its id.
fn told(difference: &Difference) -> String {
    let Difference { kind, day, words, .. } = difference;
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".into());
    let number = text(difference.number.clone());
    let name = text(difference.name.clone());
    let [ours, theirs] = [difference.ours, difference.theirs].map(|sum| text(sum.map(|sum| sum.to_string())));
    let mark = if difference.counts { "DIFFERS" } else { "settled" };
    let id = difference.id.map_or_else(|| "none".to_owned(), |id| id.to_string());
    format!(
        "{mark} {number}  {day}  {}  in ERPNext {name}  by its paper {ours}, there {theirs}\n    {words}\n    id {id}\n",
        kind.map_or("-", Kind::name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_sheet_with_records_that_were_not_read_says_which_and_never_that_it_is_equal() {
        let day = date(2026, 11, 20);
        let mut sheet = Sheet {
            site: "bandung".parse().unwrap(),
            from: day,
            to: day,
            equal: true,
            without: None,
            unread: 0,
            unread_first: Vec::new(),
            rows: Vec::new(),
            differences: Vec::new(),
        };
        assert!(words(&sheet).ends_with("equal\n"));
        (sheet.equal, sheet.unread, sheet.unread_first) = (false, 2, vec!["e-1/12".into()]);
        let said = words(&sheet);
        assert!(said.contains("NOT READ: 2 records") && said.contains("e-1/12"), "{said}");
        assert!(said.ends_with("not all was read\n"), "{said}");
    }
}
