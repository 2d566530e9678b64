//! Goods under way to sites: what was sent, what of it came, what came short.
//!
//! In: the documents of all sites, in any order, since a receipt may be known before the sending it answers; a cancellation takes
//! a document back. What the office itself has sent is a row of master data. Out: the row that tells both sites what is coming and what came
//! ([`Transit`]), and the list for people ([`Way`]). Who receives is whose the transit warehouse is. Goods that came short stay in transit
//! until the office decides.

use super::decimal::Decimal;
use super::document::{Document, Kind, Ref, StockEntry, Text};
use super::effects::{Effects, Progress};
use super::id::{IntentId, SiteId};
use super::master::{Masters, Transit, TransitLine};
use super::number::Number;
use super::record::Submitted;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How long both sites know of a sending that was received: whoever mistyped one notices within two months.
pub const KEPT_DAYS: i32 = 62;

/// One sending and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The sender's Stock Entry.
    pub entry: Ref,
    /// Who sent it; the office where absent.
    pub from: Option<SiteId>,
    /// The number on its paper, as it is printed.
    pub number: Option<Text>,
    /// When, in the sender's time zone.
    pub sent_on: Option<Date>,
    /// Its lines, in the order of its rows.
    pub lines: Vec<WayLine>,
}

/// A line of a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayLine {
    /// The row's name: that of [`TransitLine`].
    pub name: Text,
    /// The item.
    pub item_code: Text,
    /// The transit warehouse.
    pub warehouse: Text,
    /// Who receives; absent where the warehouse is no site's.
    pub to: Option<SiteId>,
    /// How much was sent, in the item's stock unit.
    pub sent: Decimal,
    /// How much of it came.
    pub received: Decimal,
}

impl WayLine {
    /// What is not there yet; below zero where more came than was sent.
    pub fn open(&self) -> Decimal {
        self.sent.minus(self.received).unwrap_or_default()
    }
}

impl Way {
    /// Somebody has received some of it: what is open then came short, unless more of it comes.
    pub fn is_short(&self) -> bool {
        !self.is_closed() && self.lines.iter().any(|line| !line.received.is_zero())
    }

    /// All of it came.
    pub fn is_closed(&self) -> bool {
        self.lines.iter().all(|line| line.open() <= Decimal::ZERO)
    }
}

/// What is known of a sending beside what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    from: SiteId,
    number: Option<Number>,
    /// What it begins with, where the record says so.
    prefix: Option<Text>,
    sent_on: Option<Date>,
    lines: Vec<(Text, Text, Decimal)>,
}

/// All sendings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transfers {
    sent: BTreeMap<IntentId, Sent>,
    /// What sites have received, by sending and row: of a site's sending its number from 1.
    received: BTreeMap<(Ref, Text), Decimal>,
}

impl Transfers {
    /// A document of a site counts from now on.
    pub fn add(&mut self, site: &SiteId, document: &Submitted) {
        let effects = document.effects();
        self.receive(&effects, 1);
        if let Document::StockEntry(StockEntry { add_to_transit: true, .. }) = &document.document {
            let brought = effects.moves.into_iter().filter(|moved| !moved.qty.is_negative());
            let lines = brought.map(|moved| (moved.item_code, moved.warehouse, moved.qty)).collect();
            let booked = document.booked.as_ref();
            let (number, prefix) =
                (booked.and_then(|booked| booked.no), booked.and_then(|booked| booked.prefix.clone()));
            let sent = Sent { from: site.clone(), number, prefix, sent_on: document.day(), lines };
            self.sent.insert(document.id, sent);
        }
    }

    /// A document counts no more.
    pub fn take_back(&mut self, document: &Submitted) {
        self.receive(&document.effects(), -1);
        self.sent.remove(&document.id);
    }

    fn receive(&mut self, effects: &Effects, sign: i8) {
        for step in effects.steps.iter().filter(|step| step.what == Progress::Received) {
            let row = step.row.as_ref().and_then(|row| match step.of {
                Ref::Own(_) => row.as_str().parse().ok().map(numbered),
                Ref::Office(_) => Some(row.clone()),
            });
            let Some(row) = row else { continue };
            let received = self.received.entry((step.of.clone(), row)).or_default();
            let sum = if sign < 0 { received.minus(step.by) } else { received.plus(step.by) };
            // Two boxes that know no orders may have let through what nobody could receive.
            *received = sum.unwrap_or(*received);
        }
    }

    fn received_of(&self, entry: &Ref, row: &Text) -> Decimal {
        self.received.get(&(entry.clone(), row.clone())).copied().unwrap_or_default()
    }

    fn way(&self, entry: IntentId, sent: &Sent, masters: &Masters) -> Way {
        let entry = Ref::Own(entry);
        let line = |(i, (item_code, warehouse, qty)): (usize, &(Text, Text, Decimal))| {
            let name = numbered(i + 1);
            let received = self.received_of(&entry, &name);
            let to = masters.warehouse(warehouse.as_str()).and_then(|known| known.site.clone());
            WayLine { name, item_code: item_code.clone(), warehouse: warehouse.clone(), to, sent: *qty, received }
        };
        let lines = sent.lines.iter().enumerate().map(line).collect();
        let prefix = sent.prefix.as_ref().map_or_else(|| masters.number_prefix(&sent.from), Text::to_string);
        let number = sent.number.and_then(|number| Text::try_from(number.print(&prefix, Kind::StockEntry)).ok());
        Way { entry, from: Some(sent.from.clone()), number, sent_on: sent.sent_on, lines }
    }

    /// What the office has sent, with what all sites' documents took of it, also those that are not in its books yet.
    fn way_of_office(&self, row: &Transit) -> Way {
        let line = |line: &TransitLine| WayLine {
            name: line.name.clone(),
            item_code: line.item_code.clone(),
            warehouse: row.warehouse.clone(),
            to: Some(row.to.clone()),
            sent: line.qty,
            received: row.received(line, self.received_of(&row.entry, &line.name)),
        };
        Way {
            entry: row.entry.clone(),
            from: row.from.clone(),
            number: row.number.clone(),
            sent_on: Some(row.sent_on),
            lines: row.items.iter().map(line).collect(),
        }
    }

    /// Every sending of which something is open: the sites' by id, which is the order in which devices made them, and then the office's.
    pub fn under_way<'a>(&'a self, masters: &'a Masters) -> impl Iterator<Item = Way> + 'a {
        let of_sites = self.sent.iter().map(|(entry, sent)| self.way(*entry, sent, masters));
        let of_office = masters.transits().filter(|row| matches!(row.entry, Ref::Office(_)));
        of_sites.chain(of_office.map(|row| self.way_of_office(row))).filter(|way| !way.is_closed())
    }

    /// Receipts of sites' sendings that are not known (yet), by sending and row.
    pub fn unmatched(&self) -> impl Iterator<Item = (IntentId, &Text, Decimal)> + '_ {
        self.received.iter().filter_map(|((entry, row), qty)| match entry {
            Ref::Own(id) if !qty.is_zero() && !self.sent.contains_key(id) => Some((*id, row, *qty)),
            _ => None,
        })
    }

    /// What sender and receiver are to be told of sites' sendings: a row for each into a transit warehouse of a site that is open, or was
    /// sent in the [`KEPT_DAYS`] before its sender's last.
    pub fn rows(&self, masters: &Masters) -> Vec<Transit> {
        let mut last: BTreeMap<&SiteId, Option<Date>> = BTreeMap::new();
        for sent in self.sent.values() {
            let last = last.entry(&sent.from).or_default();
            *last = (*last).max(sent.sent_on);
        }
        let is_kept = |way: &Way| {
            let last = way.from.as_ref().and_then(|from| last.get(from).copied().flatten());
            let since = last.zip(way.sent_on);
            !way.is_closed() || since.is_some_and(|(last, sent)| (last - sent).get_days() <= KEPT_DAYS)
        };
        let ways = self.sent.iter().map(|(entry, sent)| self.way(*entry, sent, masters));
        ways.filter(is_kept).filter_map(row).collect()
    }
}

fn numbered(row: usize) -> Text {
    Text::try_from(row.to_string()).expect("invariant: a number is a text")
}

fn row(way: Way) -> Option<Transit> {
    let first = way.lines.first()?;
    let (warehouse, to) = (first.warehouse.clone(), first.to.clone()?);
    let line = |line: WayLine| TransitLine {
        name: line.name,
        item_code: line.item_code,
        qty: line.sent,
        received: line.received,
    };
    Some(Transit {
        entry: way.entry,
        number: way.number,
        from: way.from,
        to,
        warehouse,
        sent_on: way.sent_on?,
        items: way.lines.into_iter().map(line).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::booked::Booked;
    use crate::domain::master::{Row, Table, Warehouse};
    use uuid::Uuid;

    fn text(text: &str) -> Text {
        text.try_into().unwrap()
    }

    fn entry(n: u128, day: &str, more: &str) -> Submitted {
        let fields = format!(
            r#"{{"stock_entry_type":"Material Transfer","posting_date":"{day}","from_warehouse":"A","to_warehouse":"B",{more}}}"#
        );
        let json = &mut serde_json::Deserializer::from_str(&fields);
        let document = Document::deserialize_as(Kind::StockEntry, json).unwrap();
        document.rules().validate().unwrap();
        Submitted::new(IntentId(Uuid::from_u128(n)), "till-1".parse().unwrap(), None, document)
    }

    fn sent(n: u128, day: &str) -> Submitted {
        entry(n, day, r#""add_to_transit":1,"items":[{"item_code":"CLOTH","qty":5}]"#)
    }

    fn received(n: u128, of: u128, qty: u32) -> Submitted {
        let (of, day) = (Uuid::from_u128(of), "2026-09-02");
        let more =
            format!(r#""outgoing_stock_entry":"{of}","items":[{{"item_code":"CLOTH","qty":{qty},"ste_detail":"1"}}]"#);
        entry(n, day, &more)
    }

    #[test]
    fn a_sending_is_told_by_the_number_on_its_paper() {
        let mut masters = Masters::default();
        let settings = |prefix: &str| serde_json::json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "number_prefix": prefix});
        let mut transfers = Transfers::default();
        for (n, prefix) in [(1, Some(text("BDG"))), (2, None)] {
            let no = Some(("A".parse().unwrap(), n).into());
            let booked = Some(Booked { no, prefix, ..Booked::default() });
            transfers.add(&"bandung".parse().unwrap(), &Submitted { booked, ..sent(n.into(), "2026-09-01") });
        }
        masters.put(Row::deserialize_as(Table::Settings, settings("BD2")).unwrap());
        let numbers: Vec<_> = transfers.under_way(&masters).map(|way| way.number.unwrap().to_string()).collect();
        assert_eq!(numbers, ["BDG-SE-A000001", "BD2-SE-A000002"]);
    }

    #[test]
    fn what_was_received_is_told_to_both_for_two_months_and_what_was_not_for_ever() {
        let mut masters = Masters::default();
        let (solo, bandung) = ("solo".parse().unwrap(), "bandung".parse().unwrap());
        let site = Some(SiteId::clone(&solo));
        masters.put(Row::Warehouse(Warehouse {
            name: text("B"),
            site,
            is_transit: true,
            disabled: false,
            company: None,
        }));
        let mut transfers = Transfers::default();
        let told = |transfers: &Transfers| -> Vec<(u128, String)> {
            let row = |row: Transit| match row.entry {
                Ref::Own(id) => (id.0.as_u128(), row.items[0].received.to_string()),
                Ref::Office(name) => panic!("{name}"),
            };
            transfers.rows(&masters).into_iter().map(row).collect()
        };
        transfers.add(&bandung, &sent(1, "2026-09-01"));
        transfers.add(&solo, &received(11, 1, 5));
        transfers.add(&bandung, &sent(2, "2026-09-01"));
        transfers.add(&solo, &received(12, 2, 2));
        assert_eq!(told(&transfers), [(1, "5".into()), (2, "2".into())]);
        transfers.add(&bandung, &sent(3, "2026-11-02"));
        assert_eq!(told(&transfers).len(), 3, "62 days before the last");
        transfers.add(&bandung, &sent(4, "2026-11-03"));
        assert_eq!(told(&transfers), [(2, "2".into()), (3, "0".into()), (4, "0".into())]);
        transfers.take_back(&received(12, 2, 2));
        assert_eq!(told(&transfers)[0], (2, "0".into()));
    }

    #[test]
    fn what_the_office_sent_is_under_way_until_others_and_sites_together_have_received_it() {
        let mut masters = Masters::default();
        let bandung: SiteId = "bandung".parse().unwrap();
        let mut tell = |others: &str| {
            let row = serde_json::json!({"entry": "MAT-STE-1", "number": "MAT-STE-1", "to": "bandung", "warehouse": "B",
                "sent_on": "2026-09-01", "items": [{"name": "a1", "item_code": "CLOTH", "qty": "10", "received": others}]});
            masters.put(Row::deserialize_as(Table::Transit, row).unwrap());
            masters.clone()
        };
        let mut transfers = Transfers::default();
        let shown = |transfers: &Transfers, masters: &Masters| -> Vec<(String, bool)> {
            let ways = transfers.under_way(masters);
            ways.map(|way| (way.lines[0].received.to_string(), way.is_short())).collect()
        };
        assert_eq!(shown(&transfers, &tell("0")), [("0".into(), false)]);
        // Whose the row says, though nobody has said so of the warehouse.
        assert_eq!(transfers.under_way(&tell("0")).next().unwrap().lines[0].to, Some(bandung.clone()));
        assert_eq!(shown(&transfers, &tell("1")), [("1".into(), true)]);
        let came = |n, qty| {
            let row = format!(r#"{{"item_code":"CLOTH","qty":{qty},"ste_detail":"a1"}}"#);
            entry(n, "2026-09-02", &format!(r#""outgoing_stock_entry":"MAT-STE-1","items":[{row}]"#))
        };
        transfers.add(&bandung, &came(1, 7));
        assert_eq!(shown(&transfers, &tell("1")), [("8".into(), true)]);
        assert_eq!(shown(&transfers, &tell("3")), []);
        transfers.take_back(&came(1, 7));
        assert_eq!(shown(&transfers, &tell("3")), [("3".into(), true)]);
        assert_eq!((transfers.rows(&masters).len(), transfers.unmatched().count()), (0, 0), "no site's sending");
    }
}
