//! What others have moved in the site's warehouses, by ERPNext's ledger of stock: documents that are no workshop's, by neither their Outpost
//! Site nor the office's word that they were entered by hand.
//!
//! In: what was read of the site's documents. Out: each document of others with the first of what it moved. In memory are theirs alone.
//! Absent: transit warehouses, into which goods can always be sent, and what is of before the site's first day.

use super::posted::{Posted, failed};
use crate::domain::document::Kind;
use crate::domain::outcome::Outcome;
use crate::domain::record::Entry;
use crate::reconcile::{Foreign, Goods, There};
use crate::views::{Journals, Stream};
use crate::wire::record;
use outpost_erpnext::reconcile::{AT_ONCE, Moved};
use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

/// Of a document, so many items in warehouses are told.
const TOLD: usize = 5;

/// How `by`, who has said something, stands in a word: few have it, and there are as many words as documents.
const BY: &[u8] = b"\x62by";

/// By doctype and name.
type Others = BTreeMap<(String, String), Foreign>;

impl Posted<'_> {
    /// Reads it; `there` is what was read of the site's.
    pub(super) fn foreign(&self, there: &[There]) -> Result<Vec<Foreign>, String> {
        let (from, to) = self.about.days;
        let days = (self.first.map_or(from, |first| first.max(from)), to);
        let own: HashSet<(&str, &str)> = there.iter().map(|line| (line.kind.name(), line.name.as_str())).collect();
        let mut others = Others::new();
        let mut going = Ok(());
        let mut take = |moved: Moved| {
            if !own.contains(&(moved.doctype.as_str(), moved.name.as_str())) {
                add(&mut others, moved);
            }
            going = self.about.goes_on();
            going.is_ok()
        };
        self.reader().moved(&self.warehouses, days, &mut take).map_err(failed)?;
        going?;
        self.without_sites(&mut others)?;
        self.without_those_by_hand(&mut others)?;
        Ok(others.into_values().collect())
    }

    /// Takes out what is another workshop's of this office, or came while the ledger was read.
    fn without_sites(&self, others: &mut Others) -> Result<(), String> {
        let mut named: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
        for (doctype, name) in others.keys() {
            // A doctype that is none of ours has no field for a site.
            if let Some(kind) = Kind::named(doctype) {
                named.entry(kind).or_default().push(name.clone());
            }
        }
        for (kind, names) in named {
            for names in names.chunks(AT_ONCE) {
                self.about.goes_on()?;
                let sites = self.reader().sites_of(kind, names).map_err(failed)?;
                let is_ours = |site: &String| self.about.sites.iter().any(|(known, _)| known.as_str() == site);
                for (name, _) in sites.into_iter().filter(|(_, site)| is_ours(site)) {
                    others.remove(&(kind.name().to_owned(), name));
                }
            }
        }
        Ok(())
    }

    /// Takes out what somebody has said to be a workshop's document.
    fn without_those_by_hand(&self, others: &mut Others) -> Result<(), String> {
        if others.is_empty() {
            return Ok(());
        }
        let about = self.about;
        let names: HashSet<&str> = others.keys().map(|(_, name)| name.as_str()).collect();
        let mut said = Vec::new();
        for (_, number) in about.sites {
            let mut going = Ok(());
            let scanned = about.shelves.scan(Stream::Down(*number), None, &mut |_, body| {
                going = about.goes_on();
                if going.is_err() {
                    return ControlFlow::Break(());
                }
                if body.windows(BY.len()).any(|some| some == BY)
                    && let Ok(record) = record::decode(body)
                    && let Entry::Outcome(Outcome { of, fate }) = record.entry
                    && let Some(name) = fate.by_hand().filter(|name| names.contains(name.as_str()))
                {
                    said.push((*number, of, name.clone()));
                }
                ControlFlow::Continue(())
            });
            scanned.map_err(|error| format!("the journal cannot be read: {error}: run `outpost doctor`"))?;
            going?;
        }
        for (number, of, name) in said {
            let line = about.views.document(number, of).map_err(super::not_now)?;
            let fate = about.views.fate(number, of).map_err(super::not_now)?;
            // Its word may be another by now.
            if let Some(line) = line.filter(|_| fate.is_some_and(|fate| fate.by_hand() == Some(&name))) {
                others.remove(&(line.kind.name().to_owned(), name.to_string()));
            }
        }
        Ok(())
    }
}

/// Adds what was moved to its document's: an item in a warehouse stands there once.
fn add(others: &mut Others, Moved { doctype, name, day, goods }: Moved) {
    let key = (doctype, name);
    let foreign = others.entry(key).or_insert_with_key(|(doctype, name)| Foreign {
        doctype: doctype.clone(),
        name: name.clone(),
        day,
        goods: Vec::new(),
        more: 0,
    });
    let is_same = |known: &Goods| known.item == goods.item && known.warehouse == goods.warehouse;
    if let Some(at) = foreign.goods.iter().position(is_same) {
        let known = &mut foreign.goods[at];
        known.qty = known.qty.plus(goods.qty).unwrap_or(known.qty);
    } else if foreign.goods.len() < TOLD {
        foreign.goods.push(goods);
    } else {
        foreign.more += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn moved(name: &str, item: &str, qty: i32) -> Moved {
        let goods = Goods { item: item.into(), warehouse: "Stores - TW".into(), qty: qty.to_string().parse().unwrap() };
        Moved { doctype: "Delivery Note".into(), name: name.into(), day: date(2026, 11, 20), goods }
    }

    #[test]
    fn an_item_of_a_document_stands_there_once_and_of_many_the_first() {
        let mut others = Others::new();
        add(&mut others, moved("D-1", "BUTTON", -2));
        add(&mut others, moved("D-1", "BUTTON", -3));
        add(&mut others, moved("D-2", "BUTTON", 1));
        for n in 0..7 {
            add(&mut others, moved("D-1", &format!("CLOTH-{n}"), -1));
        }
        let found: Vec<_> = others.into_values().collect();
        let [first, second] = &found[..] else { panic!("{found:?}") };
        assert_eq!((first.goods.len(), first.more, first.goods[0].qty.to_string().as_str()), (TOLD, 3, "-5"));
        assert_eq!((second.goods.len(), second.more), (1, 0));
    }
}
