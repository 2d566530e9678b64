//! Documents as CSV.

use super::{Pages, Question};
use crate::books;
use crate::pages::parameters::{days, kind, none_lost};
use crate::site::start::SITE_NO;
use crate::web::{Fault, Query, Reply};

impl Pages {
    pub(super) fn export(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["kind", "from", "to"])?;
        let missing = || Fault::bad("kind", "it is missing", "send kind, from and to");
        let kind = kind(&query)?.ok_or_else(missing)?;
        let (from, to) = days(&query)?;
        question.must_read(kind)?;
        let mut csv = Vec::new();
        let exported = books::export_left(&self.views, &*self.shelves, kind, (from, to), vec![SITE_NO], &mut csv);
        none_lost(exported.map_err(Fault::not_now)?)?;
        Ok(Reply::csv(&format!("{}-{}-{from}-{to}.csv", self.site, kind.slug()), csv))
    }
}
