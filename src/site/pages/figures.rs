//! Figures: stock, goods under way, the till, a day, scans, an item's price.

use super::{Pages, Question};
use crate::chain;
use crate::domain::document::{Kind, Text};
use crate::domain::record::Submitted;
use crate::domain::shop::day_at;
use crate::pages::parameters::{day, name};
use crate::pages::scan as scan_line;
use crate::site::show::word;
use crate::web::{Fault, Paging, Query, Reply};
use serde_json::{Value, json};

impl Pages {
    pub(super) fn stock(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["warehouse", "item", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        let warehouse: Option<Text> = name(&query, "warehouse")?;
        let item: Option<Text> = name(&query, "item")?;
        let standing = self.figures.standing(question.masters, warehouse.as_ref());
        let wanted = standing.iter().filter(|(_, code, _)| item.as_ref().is_none_or(|item| item == code));
        let line = |(warehouse, item, there): &(Text, Text, crate::domain::shop::Standing)| {
            json!({
                "warehouse": warehouse,
                "item_code": item,
                "here": there.qty,
                "office": there.office,
                "ahead": there.ahead,
            })
        };
        paging.of_all(&wanted.map(line).collect::<Vec<_>>())
    }

    pub(super) fn transit(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &Paging::KNOWN)?;
        let paging = Paging::read(&query)?;
        let line =
            |(way, line, received): (&crate::domain::master::Transit, &crate::domain::master::TransitLine, _)| {
                json!({
                    "entry": way.entry,
                    "number": way.number,
                    "from": way.from,
                    "warehouse": way.warehouse,
                    "sent_on": way.sent_on,
                    "row": line.name,
                    "item_code": line.item_code,
                    "qty": line.qty,
                    "received": received,
                })
            };
        let lines: Vec<Value> = self.figures.under_way(question.masters).into_iter().map(line).collect();
        paging.of_all(&lines)
    }

    pub(super) fn till(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let till = self.fold.ask(|shop| shop.till().clone());
        let opened = till.opened().map(|opened| json!({ "id": opened.by, "day": opened.day }));
        let expected = till.expected();
        let expected: Vec<Value> =
            expected.iter().map(|(mode, amount)| json!({ "mode_of_payment": mode, "amount": amount })).collect();
        Ok(Reply::json(&json!({ "opened": opened, "expected": expected })))
    }

    pub(super) fn day(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["day"])?;
        let day = day(&query, "day")?;
        let day = day.unwrap_or_else(|| day_at(self.moment.now_ms(), self.utc_offset_minutes));
        self.catch_up()?;
        let (state, totals) = self.fold.ask(|shop| (shop.day_state(day), shop.totals(day)));
        let kinds: Vec<Value> = totals
            .iter()
            .filter(|total| question.may_read(total.kind))
            .map(|total| {
                json!({
                    "kind": total.kind.slug(),
                    "documents": total.documents,
                    "cancelled": total.cancelled,
                    "sum": total.sum,
                })
            })
            .collect();
        let closings = match question.may_read(Kind::TillClosing) {
            true => self.figures.closings(question.masters, day).map_err(Fault::not_now)?,
            false => Vec::new(),
        };
        let tills: Vec<Value> = closings.iter().map(|(closing, number)| till(closing, number.as_deref())).collect();
        Ok(Reply::json(&json!({ "day": day, "state": word(state), "kinds": kinds, "tills": tills })))
    }

    pub(super) fn scans(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["day", "unknown", "limit", "after"])?;
        let paging = Paging::read(&query)?;
        let unknown = query.switch("unknown")?;
        let day = day(&query, "day")?;
        let offset = self.utc_offset_minutes;
        let day = day.unwrap_or_else(|| day_at(self.moment.now_ms(), offset));
        let mut scans = Vec::new();
        let listed = chain::scans(
            &self.journal,
            |at_ms| day_at(at_ms, offset) == day,
            |at_ms, quality, scan| {
                let item = question.masters.item_of_barcode(&scan.code).map(|(item, _)| &item.item_code);
                if unknown && item.is_some() {
                    return;
                }
                scans.push(scan_line(at_ms, offset, quality, &scan, item));
            },
        );
        listed.map_err(|error| Fault::not_now(error.to_string()))?;
        paging.of_all(&scans)
    }

    pub(super) fn barcode(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let query = Query::read(question.asked, &["code"])?;
        let rule = "the code that was read is missing";
        let code = query.text("code").ok_or_else(|| Fault::bad("code", rule, "send code=8991234567890"))?;
        let masters = question.masters;
        let absent = || Fault::absent(Some("code"), "no item has this barcode", "ask the office for it");
        let (item, uom) = masters.item_of_barcode(code).ok_or_else(absent)?;
        let uom = uom.unwrap_or(&item.stock_uom);
        let list = masters.settings(&self.site).and_then(|settings| settings.selling_price_list.as_ref());
        let today = day_at(self.moment.now_ms(), self.utc_offset_minutes);
        let price = list.and_then(|list| masters.price(item.item_code.as_str(), list.as_str(), uom.as_str(), today));
        Ok(Reply::json(&json!({ "item_code": item.item_code, "uom": uom, "price": price, "price_list": list })))
    }
}

/// The sheet of a till's closing.
fn till(closing: &Submitted, number: Option<&str>) -> Value {
    let lines = closing.booked.iter().flat_map(|booked| &booked.till);
    let mode = |line: &crate::domain::booked::TillLine| {
        json!({
            "mode_of_payment": line.mode_of_payment,
            "opening": line.opening,
            "expected": line.expected,
            "closing": line.closing,
            "difference": line.difference(),
        })
    };
    json!({ "number": number, "id": closing.id, "modes": lines.map(mode).collect::<Vec<_>>() })
}
