//! Whether the next document fits, and what the box works out for it.
//!
//! The box refuses what the office's books could never take: it looks at the same things as ERPNext, so that nothing comes back held
//! days later. What is only unusual (a shortage) is taken and marked. Without master data only what needs none is looked at.

mod back;
mod cancelling;
mod codes;
mod dates;
mod goods;
mod item_taxes;
mod links;
mod making;
mod money;
mod references;
mod same;
mod shelf;
mod tills;
mod time;

use super::{Refusal, Shop, Why, World};
use crate::domain::booked::{Booked, Mark};
use crate::domain::document::Document;
use crate::domain::number::Number;
use crate::domain::record::{DayClosed, Entry, Submitted};
use crate::domain::request;
use shelf::Short;

impl Shop {
    /// Completes what a device submits, or refuses it. Only for entries that are new to the journal; what is neither a document nor a
    /// cancellation passes as it is.
    pub fn admit(&self, world: &World<'_>, entry: Entry) -> Result<Entry, Refusal> {
        match entry {
            Entry::Submitted(submitted) => self.complete(world, submitted).map(Entry::Submitted),
            Entry::Cancelled(cancelled) => {
                self.may_cancel(world, &cancelled)?;
                Ok(Entry::Cancelled(cancelled))
            }
            Entry::DayClosed(closed) if world.clock_known && closed.day > world.today => {
                let rule = format!("{} is ahead of today, {}: close it when it is over", closed.day, world.today);
                Err(Refusal::new(Why::Period, "day", rule))
            }
            Entry::DayClosed(closed) => Ok(Entry::DayClosed(DayClosed {
                by: closed.by,
                asked: closed.asked,
                ..self.close(closed.day, closed.last)
            })),
            Entry::Barcode(named) => {
                self.may_name(world, &named)?;
                Ok(Entry::Barcode(named))
            }
            other => Ok(other),
        }
    }

    fn complete(&self, world: &World<'_>, mut submitted: Submitted) -> Result<Submitted, Refusal> {
        let document = &submitted.document;
        let (rules, kind) = (document.rules(), document.kind());
        let checked = world.masters.is_complete();
        if submitted.is_requested() {
            for_the_office(document, checked)?;
        }
        rules.of_late()?;
        let mut booked = Booked::default();
        if rules.posting_date().is_none() && world.clock_known {
            booked.day = Some(world.today);
            booked.time = Some(world.now);
        }
        if let Some(day) = rules.posting_date().or(booked.day) {
            dates::open(world, kind, day)?;
        }
        if checked {
            self.all_known(world, rules)?;
            rules.beside(world.masters, world.site)?;
            money::currency(world, rules)?;
            same::same_goods(world, document)?;
            booked.factors = goods::factors(world, document, rules.posting_date().or(booked.day))?;
            making::make(world, document, &mut booked)?;
        }
        self.close_till(document, &mut booked)?;
        money::total(world, rules, checked, &mut booked)?;
        if let (true, Some(total)) = (checked, booked.total) {
            rules.settles(total)?;
        }
        self.amends_one(world, &submitted)?;
        let count = self.last_number(world.series, kind).checked_add(1);
        let full = || Refusal::new(Why::Rule, "id", "all numbers of this box's letter are given: replace the box");
        booked.no = Some(Number { series: world.series, count: count.ok_or_else(full)? });
        booked.prefix = world.masters.settings(world.site).and_then(|settings| settings.number_prefix.clone());
        if !checked {
            booked.marks.push(Mark::Unchecked);
        }
        // What the lines add up to need not be said twice: a lone sale pays for each byte.
        let total = booked.total.take();
        let mut effects = rules.effects(&booked);
        if total.is_some_and(|total| total != effects.sum) {
            booked.total = total;
            effects = rules.effects(&booked);
        }
        submitted.booked = Some(booked);
        let mut marks = self.goes_so_far(world, &submitted.document, &effects)?;
        self.fits(&submitted, &effects, world)?;
        if checked {
            money::in_coins(world, kind, &effects)?;
        }
        self.has_time(kind, &effects)?;
        if checked {
            let short =
                if submitted.is_requested() { Short::Refused } else { Short::AsSet(submitted.approved_by.as_ref()) };
            marks.extend(self.shortages(world, &effects, short)?);
        }
        marks.extend(self.not_booked(world, &submitted));
        if let Some(booked) = &mut submitted.booked {
            booked.marks.extend(marks);
            booked.marks.dedup();
        }
        Ok(submitted)
    }
}

/// What the office wants has to be there by the box's figures, which takes its master data.
fn for_the_office(document: &Document, checked: bool) -> Result<(), Refusal> {
    if !checked {
        let rule = "the box does not have the office's master data yet: ask again when it has";
        return Err(Refusal::new(Why::Reference, "document", rule));
    }
    request::check(document).map_err(|rule| Refusal::new(Why::Rule, "document", rule))
}
