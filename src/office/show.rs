//! What an office shows of its sites: goods under way to them, their stock, days and documents.

use super::figures::{Day, figures_of};
use super::ledger::{UnderWay, masters};
use super::sites::Sites;
use crate::books::{Shelves, catch_up};
use crate::domain::document::Text;
use crate::domain::id::SiteId;
use crate::domain::master::Masters;
use crate::domain::number::Number;
use crate::show::{self, DOCUMENT, MAX_LINES, MOST_DAYS, Sheet, Show};
use crate::views::{self, DocumentLine, SiteNo, Stream, days_since_1970};
use jiff::ToSpan;
use jiff::civil::Date;

/// Whom it asks.
pub(super) struct Shown<'a> {
    pub(super) sites: &'a Sites,
    pub(super) shelves: &'a Shelves,
    pub(super) views: &'a views::Reader,
    pub(super) under_way: &'a UnderWay,
}

impl Shown<'_> {
    /// Answers.
    pub(super) fn show(&self, what: Show) -> Result<Sheet, String> {
        let masters = masters(self.sites.rows());
        match what {
            Show::Transit => self.transit(&masters),
            Show::Stock { warehouse } => self.stock(warehouse.as_ref()),
            Show::Days { from, to, site } => self.days(from, to, site.as_ref()),
            Show::Day { day } => self.days(day, day, None),
            Show::Documents { kind, day } => self.documents(&masters, format!("{} of {day}", kind.name()), |number| {
                self.views.documents(number, kind, days_since_1970(day), 0, MAX_LINES as u32)
            }),
            Show::Scans { day } => {
                let mut sheet = Sheet::new(format!("scans on {day}"), &show::SCAN);
                let offset = self.sites.with_premises(|premises| premises.config.utc_offset_minutes);
                for (site, number) in self.sites.numbers() {
                    if let Some(reader) = self.shelves.reader(Stream::Up(number)) {
                        let figures = figures_of(self.sites, self.shelves, &site)?;
                        let known = |code: &str| show::stands_for(&masters, figures.shop.said(code), code);
                        show::scans(&mut sheet, &reader, (day, offset), known)?;
                    }
                }
                Ok(sheet)
            }
            Show::Barcodes => {
                let mut sheet = Sheet::new("what workshops say of codes that are no item's yet", &show::SAID);
                for (site, _) in self.sites.numbers() {
                    let figures = figures_of(self.sites, self.shelves, &site)?;
                    show::said(&mut sheet, &site, &figures.shop, &masters);
                }
                Ok(sheet)
            }
            Show::Party { name } => self.documents(&masters, name.to_string(), |number| {
                Ok(self.views.documents_of(number, name.as_str(), None, MAX_LINES)?.lines)
            }),
            Show::Number { number } => {
                let (prefix, kind, no) = Number::read(&number)
                    .ok_or_else(|| format!("{number:?} is no number of a document: they look like BDG-SI-A000123"))?;
                let mut sheet = Sheet::new(number, &DOCUMENT);
                for (site, at) in self.sites.numbers() {
                    catch_up(self.views, self.shelves, at)?;
                    let mut lines = self.views.numbered(at, kind, no).map_err(|error| error.to_string())?;
                    let (reader, today) = (self.shelves.reader(Stream::Up(at)), masters.number_prefix(&site));
                    lines.retain(|line| {
                        let read = reader.as_ref().and_then(|reader| show::submitted(reader, line));
                        line.begins_with(&prefix, read.as_ref(), &today)
                    });
                    self.lines(&mut sheet, &masters, (&site, at), &lines);
                }
                Ok(sheet)
            }
            Show::SharedNumbers => self.documents(&masters, "numbers of more than one document".into(), |number| {
                self.views.shared_numbers(number, MAX_LINES)
            }),
            Show::Till => Err("a till is at its box: ask there, or for the day with `outpost show day`".into()),
            Show::Barcode { .. } => Err("barcodes are read at a box: ask there".into()),
        }
    }

    fn transit(&self, masters: &Masters) -> Result<Sheet, String> {
        let columns = ["from", "to", "number", "sent on", "item", "sent", "received", "state"];
        let mut sheet = Sheet::new("under way to sites", &columns);
        self.under_way.look(|transfers| {
            for way in transfers.under_way(masters) {
                let state = if way.is_short() { "short" } else { "under way" };
                for line in &way.lines {
                    sheet.row(vec![
                        way.from.as_ref().map_or_else(|| "office".into(), SiteId::to_string),
                        line.to.as_ref().map_or_else(|| line.warehouse.to_string(), SiteId::to_string),
                        way.number.as_ref().map(Text::to_string).unwrap_or_default(),
                        way.sent_on.map(|day| day.to_string()).unwrap_or_default(),
                        line.item_code.to_string(),
                        line.sent.to_string(),
                        line.received.to_string(),
                        state.into(),
                    ]);
                }
            }
            for (entry, row, qty) in transfers.unmatched() {
                sheet
                    .notes
                    .push(format!("received {qty} of row {row} of {entry}, whose sender's word has not come yet"));
            }
        })?;
        Ok(sheet)
    }

    fn stock(&self, warehouse: Option<&Text>) -> Result<Sheet, String> {
        let mut sheet = Sheet::new(
            "what the sites' documents moved, since their latest count",
            &["site", "warehouse", "item", "quantity"],
        );
        for (site, _) in self.sites.numbers() {
            let figures = figures_of(self.sites, self.shelves, &site)?;
            let nothing = Masters::default();
            for (place, item) in figures.shop.touched() {
                let (Ok(place), Ok(item)) = (Text::try_from(place), Text::try_from(item)) else { continue };
                if let Some(there) = figures.shop.stock(&nothing, &place, &item)
                    && warehouse.is_none_or(|wanted| *wanted == place)
                {
                    sheet.row(vec![site.to_string(), place.to_string(), item.to_string(), there.qty.to_string()]);
                }
            }
        }
        Ok(sheet)
    }

    fn days(&self, from: Date, to: Date, wanted: Option<&SiteId>) -> Result<Sheet, String> {
        let days: Vec<Date> = from.series(1.day()).take_while(|day| *day <= to).take(MOST_DAYS as usize + 1).collect();
        if days.len() > MOST_DAYS as usize {
            return Err(format!("more than {MOST_DAYS} days: ask for them in parts"));
        }
        let mut sheet = Sheet::new("days", &["site", "day", "state", "kind", "documents", "cancelled", "sum"]);
        let mut lacking = Vec::new();
        self.sites.each(|site, running| {
            if wanted.is_none_or(|wanted| wanted == site) {
                lacking.push((site.clone(), !running.state.borrow().missing.is_empty()));
            }
        });
        if let (true, Some(site)) = (lacking.is_empty(), wanted) {
            return Err(format!("no site {site} is enrolled here: `outpost status` lists them"));
        }
        for (site, lacking) in lacking {
            let figures = figures_of(self.sites, self.shelves, &site)?;
            for day in &days {
                let state = match figures.day(*day, lacking) {
                    Day::Complete => "complete".to_owned(),
                    Day::Differs(kinds) => {
                        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                        format!("DIFFERS from what the site closed: {}", kinds.join(", "))
                    }
                    Day::Idle => "nothing done".into(),
                    Day::Open => "open".into(),
                    Day::Unknown => "not known".into(),
                };
                let totals = figures.shop.totals(*day);
                if totals.is_empty() {
                    let none = String::new;
                    sheet.row(vec![site.to_string(), day.to_string(), state, none(), none(), none(), none()]);
                    continue;
                }
                for total in totals {
                    sheet.row(vec![
                        site.to_string(),
                        day.to_string(),
                        state.clone(),
                        total.kind.name().into(),
                        total.documents.to_string(),
                        total.cancelled.to_string(),
                        total.sum.to_string(),
                    ]);
                }
            }
        }
        Ok(sheet)
    }

    fn documents(
        &self,
        masters: &Masters,
        title: String,
        find: impl Fn(SiteNo) -> Result<Vec<DocumentLine>, views::NotNow>,
    ) -> Result<Sheet, String> {
        let mut sheet = Sheet::new(title, &DOCUMENT);
        for (site, number) in self.sites.numbers() {
            catch_up(self.views, self.shelves, number)?;
            let lines = find(number).map_err(|error| error.to_string())?;
            self.lines(&mut sheet, masters, (&site, number), &lines);
        }
        Ok(sheet)
    }

    fn lines(&self, sheet: &mut Sheet, masters: &Masters, (site, number): (&SiteId, SiteNo), lines: &[DocumentLine]) {
        let (reader, prefix) = (self.shelves.reader(Stream::Up(number)), masters.number_prefix(site));
        for line in lines {
            let fate = self.views.fate(number, line.id).ok().flatten();
            sheet.row(show::document(line, reader.as_ref(), &prefix, fate.as_ref()));
        }
    }
}
