//! Codes: what scanners read on a day, what a code stands for, and what people here say of those that the office does not know.

use super::{Pages, Question};
use crate::chain;
use crate::domain::document::Text;
use crate::domain::shop::{StandsFor, day_at};
use crate::pages;
use crate::pages::parameters::day;
use crate::web::{Fault, Paging, Query, Reply};
use serde_json::{Value, json};

impl Pages {
    pub(super) fn scans(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["day", "unknown", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        let unknown = query.switch("unknown")?;
        let day = day(&query, "day")?;
        let offset = self.utc_offset_minutes;
        let day = day.unwrap_or_else(|| day_at(self.moment.now_ms(), offset));
        let words = self.fold.words(question.masters);
        let mut scans = Vec::new();
        let listed = chain::scans(
            &self.journal,
            |at_ms| day_at(at_ms, offset) == day,
            |at_ms, quality, scan| {
                let item = question.masters.item_of_barcode(&scan.code).map(|(item, _)| &item.item_code);
                if unknown && item.is_some() {
                    return;
                }
                scans.push(pages::scan(at_ms, offset, quality, &scan, (item, words.get(&scan.code))));
            },
        );
        listed.map_err(|error| Fault::not_now(error.to_string()))?;
        paging.of_all(&scans)
    }

    pub(super) fn barcodes(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &Paging::KNOWN)?;
        let paging = Paging::read(&query)?;
        let lines: Vec<Value> = self.fold.ask(|shop| shop.unanswered(question.masters).map(pages::said).collect());
        paging.of_all(&lines)
    }

    pub(super) fn barcode(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["code"])?;
        let rule = "the code that was read is missing";
        let code = query.text("code").ok_or_else(|| Fault::bad("code", rule, "send code=8991234567890"))?;
        let masters = question.masters;
        let known = self.fold.ask(|shop| {
            Some(match shop.stands_for(masters, code)? {
                StandsFor::Office(item, uom) => (item.item_code.clone(), uom.cloned(), false),
                StandsFor::Site(said) => (said.item_code.clone(), said.uom.clone(), true),
            })
        });
        let remedy = "say which item it is (tx/<device>/barcode), or ask the office for it";
        let (item_code, uom, said) =
            known.ok_or_else(|| Fault::absent(Some("code"), "no item has this barcode", remedy))?;
        // An item that the site made is not in the office's data yet.
        let own = masters.item(item_code.as_str()).map(|item| &item.stock_uom);
        let uom = uom.as_ref().or(own);
        let list = masters.settings(&self.site).and_then(|settings| settings.selling_price_list.as_ref());
        let today = day_at(self.moment.now_ms(), self.utc_offset_minutes);
        let price = |(list, uom): (&Text, &Text)| masters.price(item_code.as_str(), list.as_str(), uom.as_str(), today);
        let price = list.zip(uom).and_then(price);
        Ok(Reply::json(&json!({
            "item_code": item_code,
            "uom": uom,
            "price": price,
            "price_list": list,
            "said": said,
        })))
    }
}
