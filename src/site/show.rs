//! What a box shows of its own figures: stock, goods under way to it, the till, days, documents.
//!
//! The figures are those of [`Fold`].

use super::fold::Fold;
use super::start::SITE_NO;
use crate::books::{Shelves, catch_up};
use crate::domain::decimal::Decimal;
use crate::domain::document::{Kind, Text};
use crate::domain::effects::Progress;
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, Transit, TransitLine};
use crate::domain::number::Number;
use crate::domain::record::Submitted;
use crate::domain::shop::{DayState, Shop, Standing, StandsFor, day_at};
use crate::journal::Reader;
use crate::show::{self, DOCUMENT, MAX_LINES, Sheet, Show};
use crate::views::{self, DocumentLine, Stream, days_since_1970};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::watch;

/// What is asked.
#[derive(Clone)]
pub(super) struct Figures {
    pub(super) site: SiteId,
    pub(super) fold: Arc<Fold>,
    pub(super) utc_offset_minutes: i16,
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    pub(super) views: views::Reader,
    pub(super) shelves: Arc<Shelves>,
}

impl Figures {
    /// Answers.
    pub(super) fn show(&self, what: Show) -> Result<Sheet, String> {
        let masters = self.masters.borrow().clone();
        // Only what the views are asked for waits for them: figures are there while they are built anew.
        if matches!(what, Show::Day { .. } | Show::Documents { .. } | Show::Party { .. } | Show::Number { .. }) {
            catch_up(&self.views, &*self.shelves, SITE_NO)?;
        }
        match what {
            Show::Stock { warehouse } => Ok(self.stock(&masters, warehouse.as_ref())),
            Show::Transit => Ok(self.transit(&masters)),
            Show::Till => Ok(self.till()),
            Show::Day { day } => self.day(&masters, day),
            Show::Documents { kind, day } => {
                let lines = self.views.documents(SITE_NO, kind, days_since_1970(day), 0, MAX_LINES as u32);
                let lines = lines.map_err(|error| error.to_string())?;
                Ok(self.documents(&masters, format!("{} of {day}", kind.name()), &lines))
            }
            Show::Scans { day } => {
                let mut sheet = Sheet::new(format!("scans on {day}"), &show::SCAN);
                let words = self.fold.words(&masters);
                let known = |code: &str| show::stands_for(&masters, words.get(code), code);
                show::scans(&mut sheet, &self.reader()?, (day, self.utc_offset_minutes), known)?;
                Ok(sheet)
            }
            Show::Barcodes => {
                let mut sheet = Sheet::new("what is said here of codes that the office does not know", &show::SAID);
                self.fold.ask(|shop| show::said(&mut sheet, &self.site, shop, &masters));
                Ok(sheet)
            }
            Show::Party { name } => {
                let found = self.views.documents_of(SITE_NO, name.as_str(), None, MAX_LINES);
                let found = found.map_err(|error| error.to_string())?;
                Ok(self.documents(&masters, name.to_string(), &found.lines))
            }
            Show::Number { number } => {
                let (_, kind, no) = Number::read(&number)
                    .ok_or_else(|| format!("{number:?} is no number of a document: they look like BDG-SI-A000123"))?;
                let lines = self.views.numbered(SITE_NO, kind, no).map_err(|error| error.to_string())?;
                Ok(self.documents(&masters, number, &lines))
            }
            Show::Barcode { code } => {
                let now_ms = i64::try_from(crate::moment::rough_ms()).unwrap_or(i64::MAX);
                let today = day_at(now_ms, self.utc_offset_minutes);
                self.fold.ask(|shop| barcode(shop, &masters, &self.site, today, &code))
            }
            Show::SharedNumbers => Err("a box knows its own numbers alone: ask at the office".into()),
            Show::Days { .. } => Err("a box shows one day: ask for it with `outpost show day`".into()),
        }
    }

    fn reader(&self) -> Result<Reader, String> {
        self.shelves.reader(Stream::Up(SITE_NO)).ok_or_else(|| "there is no journal".to_owned())
    }

    /// What is in stock and where, of one warehouse or all.
    pub(super) fn standing(&self, masters: &Masters, warehouse: Option<&Text>) -> Vec<(Text, Text, Standing)> {
        self.fold.ask(|shop| {
            let touched = shop.touched().map(|(warehouse, item)| (warehouse.to_owned(), item.to_owned()));
            let mut places: BTreeSet<(String, String)> = touched.collect();
            places.extend(masters.levels().map(|level| (level.warehouse.to_string(), level.item_code.to_string())));
            let here = |(place, item): (String, String)| {
                let (place, item) = (Text::try_from(place).ok()?, Text::try_from(item).ok()?);
                let wanted = warehouse.is_none_or(|wanted| *wanted == place);
                let standing = wanted.then(|| shop.stock(masters, &place, &item))??;
                Some((place, item, standing))
            };
            places.into_iter().filter_map(here).collect()
        })
    }

    fn stock(&self, masters: &Masters, warehouse: Option<&Text>) -> Sheet {
        let mut sheet = Sheet::new("stock", &["warehouse", "item", "here", "office has", "not there yet"]);
        for (place, item, there) in self.standing(masters, warehouse) {
            let office = there.office.map_or_else(|| "-".into(), |office| office.to_string());
            let (qty, ahead) = (there.qty.to_string(), there.ahead.to_string());
            sheet.row(vec![place.to_string(), item.to_string(), qty, office, ahead]);
        }
        sheet
    }

    /// What is under way to this site, each line with what of it was received.
    pub(super) fn under_way<'a>(&self, masters: &'a Masters) -> Vec<(&'a Transit, &'a TransitLine, Decimal)> {
        self.fold.ask(|shop| {
            let ways = masters.transits().filter(|way| way.to == self.site);
            let lines = ways.flat_map(|way| way.items.iter().map(move |line| (way, line)));
            let received = |(way, line): (&'a Transit, &'a TransitLine)| {
                let received = way.received(line, shop.progress(&way.entry, Some(&line.name), Progress::Received));
                (received < line.qty).then_some((way, line, received))
            };
            lines.filter_map(received).collect()
        })
    }

    fn transit(&self, masters: &Masters) -> Sheet {
        let mut sheet =
            Sheet::new("under way to this site", &["from", "number", "sent on", "item", "sent", "received", "id"]);
        for (way, line, received) in self.under_way(masters) {
            let from = way.from.as_ref().map_or_else(|| "office".into(), SiteId::to_string);
            let number = way.number.as_ref().map(Text::to_string).unwrap_or_default();
            sheet.row(vec![
                from,
                number,
                way.sent_on.to_string(),
                line.item_code.to_string(),
                line.qty.to_string(),
                received.to_string(),
                way.entry.to_string(),
            ]);
        }
        sheet
    }

    fn till(&self) -> Sheet {
        let mut sheet = Sheet::new("till", &["mode of payment", "has to be there"]);
        let till = self.fold.ask(|shop| shop.till().clone());
        match till.opened() {
            Some(opened) => {
                let day = opened.day.map(|day| day.to_string()).unwrap_or_default();
                sheet.notes.push(format!("opened {day}"));
            }
            None => sheet.notes.push("not opened since the last closing".into()),
        }
        for (mode, amount) in till.expected() {
            sheet.row(vec![mode.to_string(), amount.to_string()]);
        }
        sheet
    }

    /// The closings of tills on a day that stand, each with its number on paper.
    pub(super) fn closings(&self, masters: &Masters, day: Date) -> Result<Vec<(Submitted, Option<String>)>, String> {
        let lines = self.views.documents(SITE_NO, Kind::TillClosing, days_since_1970(day), 0, MAX_LINES as u32);
        let (reader, prefix) = (self.reader()?, masters.number_prefix(&self.site));
        let standing = lines.map_err(|error| error.to_string())?.into_iter().filter(|line| line.cancelled.is_none());
        let closing = |line: DocumentLine| {
            let closing = show::submitted(&reader, &line)?;
            let number = closing.number(&prefix);
            Some((closing, number))
        };
        Ok(standing.filter_map(closing).collect())
    }

    fn day(&self, masters: &Masters, day: Date) -> Result<Sheet, String> {
        let (state, totals) = self.fold.ask(|shop| (shop.day_state(day), shop.totals(day)));
        let mut sheet =
            Sheet::new(format!("{} on {day}: {}", self.site, word(state)), &["kind", "documents", "cancelled", "sum"]);
        show::day(&mut sheet, &totals);
        for (closing, number) in self.closings(masters, day)? {
            show::till(&mut sheet, &closing, number);
        }
        Ok(sheet)
    }

    fn documents(&self, masters: &Masters, title: String, lines: &[DocumentLine]) -> Sheet {
        let mut sheet = Sheet::new(title, &DOCUMENT);
        let (reader, prefix) = (self.reader().ok(), masters.number_prefix(&self.site));
        for line in lines {
            let fate = self.views.fate(SITE_NO, line.id).ok().flatten();
            sheet.row(show::document(line, reader.as_ref(), &prefix, fate.as_ref()));
        }
        sheet
    }
}

/// How a day stands, in a word.
pub(super) fn word(state: DayState) -> &'static str {
    match state {
        DayState::Nothing => "nothing",
        DayState::Open => "open",
        DayState::Closed => "closed",
    }
}

fn barcode(shop: &Shop, masters: &Masters, site: &SiteId, today: Date, code: &str) -> Result<Sheet, String> {
    let known = shop.stands_for(masters, code);
    let (item, uom) = match known.ok_or_else(|| format!("no item has the barcode {code:?}: ask the office for it"))? {
        StandsFor::Office(item, uom) => (item, uom),
        StandsFor::Site(said) => {
            let item = masters.item(said.item_code.as_str());
            let absent =
                || format!("{code:?} is said to be {}, which the office's data does not have yet", said.item_code);
            (item.ok_or_else(absent)?, said.uom.as_ref())
        }
    };
    let uom = uom.unwrap_or(&item.stock_uom);
    let list = masters.settings(site).and_then(|settings| settings.selling_price_list.as_ref());
    let price = list.and_then(|list| masters.price(item.item_code.as_str(), list.as_str(), uom.as_str(), today));
    let mut sheet = Sheet::new(code, &["item", "name", "unit", "price", "list"]);
    if let Some(StandsFor::Site(said)) = known {
        let by = said.user.as_ref().map_or_else(|| said.device.to_string(), Text::to_string);
        sheet.notes.push(format!("said by {by}; the office has given no item this barcode yet"));
    }
    sheet.row(vec![
        item.item_code.to_string(),
        item.item_name.to_string(),
        uom.to_string(),
        price.map(|price| price.to_string()).unwrap_or_default(),
        list.map(Text::to_string).unwrap_or_default(),
    ]);
    Ok(sheet)
}
