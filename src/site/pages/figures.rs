//! Figures: stock, goods under way, the till, a day.

use super::{Pages, Question};
use crate::domain::document::{Kind, Text};
use crate::domain::record::Submitted;
use crate::domain::shop::day_at;
use crate::pages::parameters::{day, name};
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
