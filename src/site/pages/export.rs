//! Documents as CSV.

use super::documents::{DAY, kind};
use super::{Pages, Question};
use crate::books;
use crate::site::start::SITE_NO;
use crate::web::{Fault, Query, Reply};
use jiff::civil::Date;

/// Most days of one file.
const MOST_DAYS: i32 = 366;

impl Pages {
    pub(super) fn export(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["kind", "from", "to"])?;
        let missing = |name: &'static str| move || Fault::bad(name, "it is missing", "send kind, from and to");
        let kind = kind(&query)?.ok_or_else(missing("kind"))?;
        let from: Date = query.read_as("from", DAY.0, DAY.1)?.ok_or_else(missing("from"))?;
        let to: Date = query.read_as("to", DAY.0, DAY.1)?.ok_or_else(missing("to"))?;
        let days = (to - from).get_days() + 1;
        if !(1..=MOST_DAYS).contains(&days) {
            let rule = format!("an export has 1 to {MOST_DAYS} days, the first one first");
            return Err(Fault::bad("to", rule, "ask for fewer at once"));
        }
        question.must_read(kind)?;
        let mut csv = Vec::new();
        let exported = books::export(&self.views, &*self.shelves, kind, (from, to), vec![SITE_NO], &mut csv);
        exported.map_err(Fault::not_now)?;
        Ok(Reply::csv(&format!("{}-{}-{from}-{to}.csv", self.site, kind.slug()), csv))
    }
}
