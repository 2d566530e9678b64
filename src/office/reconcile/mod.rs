//! A site's days side by side: its journal, the office's books, and ERPNext where the site is posted.
//!
//! In: a question, the office's stores, `erpnext.toml`. Out: a sheet (`outpost_core::reconcile`). It runs on the thread of whoever asks,
//! with a connection to ERPNext of its own, and writes nothing: neither posting nor the lines wait for it. In memory are the documents of
//! the days that are asked for, and never the journal.
//!
//! The three move on while they are read. So they are read in the order in which a document goes through them backwards (words, books,
//! journal) and then ERPNext, and what differs is looked at once more before it is told.

mod again;
mod foreign;
mod journal;
mod listed;
mod posted;

use super::ledger::masters;
use super::posting::{Clerk, NAME};
use super::sites::Sites;
use crate::books::{Shelves, catch_up};
use crate::domain::decimal::Decimal;
use crate::domain::id::SiteId;
use crate::domain::master::{Masters, Warehouse};
use crate::reconcile::{Question, Sheet, Sources, compare};
use crate::show::MOST_DAYS;
use crate::views::{self, NotNow, SiteNo};
use jiff::civil::Date;
use posted::Posted;

/// Digits of a currency where the site's settings are not known.
const DIGITS: u8 = 2;

/// Whom it asks.
pub(super) struct Reconciling<'a> {
    pub(super) sites: &'a Sites,
    pub(super) shelves: &'a Shelves,
    pub(super) views: &'a views::Reader,
    pub(super) clerk: &'a Clerk,
}

/// One site's days, while they are compared.
struct About<'a> {
    shelves: &'a Shelves,
    views: &'a views::Reader,
    clerk: &'a Clerk,
    site: &'a SiteId,
    number: SiteNo,
    /// All that are enrolled.
    sites: &'a [(SiteId, SiteNo)],
    /// The site's own, by the workshop's names.
    warehouses: Vec<String>,
    days: (Date, Date),
    utc_offset_minutes: i16,
    digits: u32,
    /// What the numbers on the site's paper begin with today.
    prefix: String,
}

impl Reconciling<'_> {
    /// Compares.
    pub(super) fn sheet(&self, site: &SiteId, (from, to): (Date, Date)) -> Result<Sheet, String> {
        look_at_days(from, to)?;
        let numbers = self.sites.numbers();
        let number = numbers.iter().find(|(name, _)| name == site).map(|(_, number)| *number);
        let number = number.ok_or_else(|| format!("no site {site} is enrolled here: `outpost status` lists them"))?;
        let masters = masters(self.sites.rows());
        let about = About {
            shelves: self.shelves,
            views: self.views,
            clerk: self.clerk,
            site,
            number,
            sites: &numbers,
            warehouses: warehouses(&masters, site),
            days: (from, to),
            utc_offset_minutes: self.sites.with_premises(|premises| premises.config.utc_offset_minutes),
            digits: digits(&masters, site),
            prefix: masters.number_prefix(site),
        };
        let question = Question { site: site.clone(), from, to };
        about.compare(&question)
    }
}

/// Whether so many days can be asked for at once, both ends with them.
fn look_at_days(from: Date, to: Date) -> Result<(), String> {
    if to < from {
        return Err(format!("the last day {to} is before the first, {from}"));
    }
    if views::days_since_1970(to) - views::days_since_1970(from) >= MOST_DAYS {
        // The documents of a sheet's days are in memory.
        return Err(format!("more than {MOST_DAYS} days: ask for them in parts"));
    }
    Ok(())
}

impl About<'_> {
    fn compare(&self, question: &Question) -> Result<Sheet, String> {
        // Who has no ERPNext is told so; who has one that does not answer is told that nothing was compared.
        let (posted, without) = match Posted::open(self)? {
            Ok(posted) => (Some(posted), None),
            Err(why) => (None, Some(why)),
        };
        catch_up(self.views, self.shelves, self.number)?;
        let mut sources = Sources::default();
        self.listed(&mut sources)?;
        self.journal(&mut sources)?;
        if let Some(posted) = &posted {
            posted.read(&mut sources)?;
        }
        let first = compare(question, &sources);
        let told: Vec<_> =
            first.differences.iter().filter_map(|difference| Some((difference.id?, difference.why))).collect();
        let sheet = match self.look_again(&told, &mut sources)? {
            true => compare(question, &sources),
            false => first,
        };
        Ok(Sheet { without, ..sheet })
    }

    fn asked(&self, day: Date) -> bool {
        (self.days.0..=self.days.1).contains(&day)
    }

    /// An amount as the company's books keep it.
    fn rounded(&self, sum: Decimal) -> Decimal {
        sum.rounded(self.digits).unwrap_or(sum)
    }

    /// An error once the office is being stopped.
    fn goes_on(&self) -> Result<(), String> {
        match self.clerk.is_stopped() {
            true => Err("the office is being stopped: ask again when it runs".into()),
            false => Ok(()),
        }
    }
}

/// A site's own warehouses, those as well that are out of use by now. Goods in transit are under way, and none of its stock yet.
fn warehouses(masters: &Masters, site: &SiteId) -> Vec<String> {
    let is_own = |place: &&Warehouse| masters.owner(place) == Some(site) && !place.is_transit;
    masters.warehouses().filter(is_own).map(|place| place.name.to_string()).collect()
}

fn digits(masters: &Masters, site: &SiteId) -> u32 {
    masters.settings(site).map_or(DIGITS, |settings| settings.currency_precision).into()
}

fn not_now(error: NotNow) -> String {
    error.to_string()
}

/// Why a site is not compared with ERPNext.
fn not_posted(site: &SiteId) -> String {
    format!("{site} is not posted: {NAME} has no [sites.{site}]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_leap_year_is_asked_for_at_once_and_not_a_day_more() {
        let first = date(2028, 1, 1);
        assert_eq!(look_at_days(first, first), Ok(()));
        assert_eq!(look_at_days(first, date(2028, 12, 31)), Ok(()), "366 days");
        assert!(look_at_days(first, date(2029, 1, 1)).unwrap_err().starts_with("more than 366 days"));
        assert!(look_at_days(first, date(2027, 12, 31)).unwrap_err().contains("is before the first"));
    }
}
