//! Stock at the sites, goods under way to them, and what their scanners read, and what people there say of codes.

use super::turn::{Site, Turn, part_of};
use super::{Desk, Question, Role, Route, Whose};
use crate::chain;
use crate::domain::document::Text;
use crate::domain::master::Masters;
use crate::domain::shop::{Standing, day_at};
use crate::office::ledger::masters;
use crate::pages::parameters::{day, name};
use crate::pages::{said as said_line, scan as scan_line};
use crate::views::Stream;
use crate::web::{Fault, Reply};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/stock", Whose::Of(Role::Look), Desk::stock),
    ("GET", "/api/transit", Whose::Of(Role::Look), Desk::transit),
    ("GET", "/api/transit/unmatched", Whose::Of(Role::Look), Desk::unmatched),
    ("GET", "/api/scans", Whose::Of(Role::Look), Desk::scans),
    ("GET", "/api/barcodes", Whose::Of(Role::Look), Desk::barcodes),
];

impl Desk {
    fn stock(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["site", "warehouse", "item"])?;
        let wanted = (name(&turn.query, "warehouse")?, name(&turn.query, "item")?);
        let (sites, masters) = (self.sites_asked(&turn.query)?, masters(self.office.sites.rows()));
        turn.of_sites(&sites, |site, after, most| part_of(self.standing(&masters, site, &wanted)?, after, most))
    }

    /// By warehouse and item: what its documents have touched, and what the office has in its warehouses.
    fn standing(
        &self,
        masters: &Masters,
        site: &Site,
        (warehouse, item): &(Option<Text>, Option<Text>),
    ) -> Result<Vec<Value>, Fault> {
        let figures = self.figures(&site.0)?;
        let touched = figures.shop.touched().map(|(place, item)| (place.to_owned(), item.to_owned()));
        let mut places: BTreeSet<(String, String)> = touched.collect();
        let own =
            |place: &Text| masters.warehouse(place.as_str()).and_then(|known| known.site.as_ref()) == Some(&site.0);
        let levels = masters.levels().filter(|level| own(&level.warehouse));
        places.extend(levels.map(|level| (level.warehouse.to_string(), level.item_code.to_string())));
        let here = |(place, code): (String, String)| {
            let (place, code) = (Text::try_from(place).ok()?, Text::try_from(code).ok()?);
            let is_wanted =
                warehouse.as_ref().is_none_or(|it| *it == place) && item.as_ref().is_none_or(|it| *it == code);
            let Standing { qty, office, ahead } = is_wanted.then(|| figures.shop.stock(masters, &place, &code))??;
            Some(json!({
                "site": site.0,
                "warehouse": place,
                "item_code": code,
                "qty": qty,
                "level": office,
                "ahead": ahead,
            }))
        };
        Ok(places.into_iter().filter_map(here).collect())
    }

    fn transit(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &[])?;
        let masters = masters(self.office.sites.rows());
        let lines = self.office.under_way.look(|transfers| {
            let mut lines = Vec::new();
            for way in transfers.under_way(&masters) {
                let state = if way.is_short() { "short" } else { "under_way" };
                for line in &way.lines {
                    lines.push(json!({
                        "entry": way.entry,
                        "from": way.from,
                        "to": line.to,
                        "warehouse": line.warehouse,
                        "number": way.number,
                        "sent_on": way.sent_on,
                        "item_code": line.item_code,
                        "sent": line.sent,
                        "received": line.received,
                        "state": state,
                    }));
                }
            }
            lines
        });
        turn.of_all(&lines.map_err(|why| self.unread(why))?)
    }

    fn unmatched(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &[])?;
        let lines = self.office.under_way.look(|transfers| {
            let number = |row: &Text| row.as_str().parse::<u64>().ok();
            let line = |(entry, row, qty)| json!({ "entry": entry, "row": number(row), "received": qty });
            transfers.unmatched().map(line).collect::<Vec<_>>()
        });
        turn.of_all(&lines.map_err(|why| self.unread(why))?)
    }

    fn scans(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["site", "day", "unknown"])?;
        let unknown = turn.query.switch("unknown")?;
        let offset = self.utc_offset_minutes();
        let day = day(&turn.query, "day")?.unwrap_or_else(|| self.today());
        let (sites, masters) = (self.sites_asked(&turn.query)?, masters(self.office.sites.rows()));
        turn.of_sites(&sites, |site, after, most| {
            let Some(reader) = self.office.shelves.reader(Stream::Up(site.1)) else { return Ok((Vec::new(), None)) };
            let figures = self.figures(&site.0)?;
            let mut scans = Vec::new();
            let listed = chain::scans(
                &reader,
                |at_ms| day_at(at_ms, offset) == day,
                |at_ms, quality, scan| {
                    let item = masters.item_of_barcode(&scan.code).map(|(item, _)| &item.item_code);
                    if !(unknown && item.is_some()) {
                        let said = figures.shop.said(&scan.code);
                        let mut line = scan_line(at_ms, offset, quality, &scan, (item, said));
                        line["site"] = json!(site.0);
                        scans.push(line);
                    }
                },
            );
            listed.map_err(|error| self.unread(error))?;
            part_of(scans, after, most)
        })
    }

    /// What the sites say of codes that are nobody's yet: an item is given its barcode in the books, or in the files of master data.
    fn barcodes(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let turn = Turn::read(question, &["site"])?;
        let (sites, masters) = (self.sites_asked(&turn.query)?, masters(self.office.sites.rows()));
        turn.of_sites(&sites, |site, after, most| {
            let figures = self.figures(&site.0)?;
            let line = |word| {
                let mut line = said_line(word);
                line["site"] = json!(site.0);
                let code = line["item_code"].as_str().unwrap_or_default();
                line["item_name"] = json!(masters.item(code).map(|item| &item.item_name));
                line
            };
            part_of(figures.shop.unanswered(&masters).map(line).collect(), after, most)
        })
    }
}
