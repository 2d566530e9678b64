//! Realistic sales: JSON documents of about 385 bytes from a seed, one every eighty seconds on average.
//!
//! Two lines each of a stock of 280 items, one payment, a customer of 48, prices in rupiah, ids that are UUIDv7 of the
//! sale's time: so that a compressor finds what it would find in a workshop, and no more.

use crate::seed::Seeded;

/// 2026-11-02T01:00:00Z, a Monday morning in Bandung, in seconds since 1970.
const FIRST_UNIX_S: f64 = 1_793_581_200.0;
const MEAN_GAP_S: f64 = 80.0;
const ITEM_KINDS: [&str; 7] = ["CLOTH", "BTN", "THR", "SHIRT", "TROUS", "SEW", "ZIP"];
const ITEMS_PER_KIND: u64 = 40;
const RATES: [u64; 5] = [5_000, 12_500, 48_000, 150_000, 275_000];
const QUANTITIES: [u64; 7] = [1, 1, 1, 2, 3, 5, 10];
const TITLES: [&str; 4] = ["Bu", "Pak", "Toko", "CV"];
const NAMES: [&str; 12] =
    ["Sari", "Joko", "Wati", "Agus", "Makmur", "Jaya", "Dewi", "Rina", "Slamet", "Bagus", "Lestari", "Indah"];
const PAYMENTS: [&str; 3] = ["Cash", "Cash", "Wire Transfer"];
const USERS: [&str; 3] = ["wati", "joko", "rina"];

/// One sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Its UUID, in the usual text form.
    pub id: String,
    /// The whole document, one line, without a newline.
    pub json: String,
}

/// A shop's sales, one after the other, without end.
pub struct Sales {
    seeded: Seeded,
    /// Item code and rate.
    items: Vec<(String, u64)>,
    now_s: f64,
}

impl Sales {
    /// The sales of this seed.
    pub fn new(seed: u64) -> Self {
        let mut seeded = Seeded::new(seed);
        let codes = ITEM_KINDS.iter().flat_map(|kind| (0..ITEMS_PER_KIND).map(move |n| format!("{kind}-{n:03}")));
        let items = codes.map(|code| (code, *seeded.one_of(&RATES))).collect();
        Sales { seeded, items, now_s: FIRST_UNIX_S }
    }

    fn uuid_v7(&mut self, unix_ms: u64) -> String {
        let (a, b) = (self.seeded.bits(), self.seeded.bits());
        let high = (unix_ms << 16) | 0x7000 | (a & 0x0fff);
        let low = 0x8000_0000_0000_0000 | (b >> 2);
        let hex = format!("{high:016x}{low:016x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// The lines in JSON, and what they come to.
    fn lines(&mut self) -> (String, u64) {
        let first = self.seeded.below(self.items.len() as u64) as usize;
        let step = 1 + self.seeded.below(self.items.len() as u64 - 1) as usize;
        let second = (first + step) % self.items.len();
        let mut total = 0;
        let lines = [first, second].map(|at| {
            let quantity = *self.seeded.one_of(&QUANTITIES);
            let (code, rate) = &self.items[at];
            total += quantity * rate;
            format!(
                r#"{{"item_code":"{code}","qty":"{quantity}","rate":"{rate}","uom":"Nos","warehouse":"Bandung - TW"}}"#
            )
        });
        (lines.join(","), total)
    }
}

impl Iterator for Sales {
    type Item = Sale;

    fn next(&mut self) -> Option<Sale> {
        self.now_s -= MEAN_GAP_S * (1.0 - self.seeded.unit()).ln();
        let id = self.uuid_v7((self.now_s * 1_000.0) as u64);
        let (lines, total) = self.lines();
        let customer = format!("{} {}", self.seeded.one_of(&TITLES), self.seeded.one_of(&NAMES));
        let payment = self.seeded.one_of(&PAYMENTS);
        let user = self.seeded.one_of(&USERS);
        let (date, time) = date_and_time(self.now_s as u64);
        let json = format!(
            concat!(
                r#"{{"id":"{}","customer":"{}","posting_date":"{}","posting_time":"{}","items":[{}],"#,
                r#""payments":[{{"mode_of_payment":"{}","amount":"{}"}}],"user":"{}"}}"#
            ),
            id, customer, date, time, lines, payment, total, user
        );
        Some(Sale { id, json })
    }
}

/// `2026-11-02` and `01:00:00`, in UTC.
fn date_and_time(unix_s: u64) -> (String, String) {
    let (mut days, of_day_s) = (unix_s / 86_400, unix_s % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let time = format!("{:02}:{:02}:{:02}", of_day_s / 3_600, of_day_s / 60 % 60, of_day_s % 60);
    (format!("{year}-{:02}-{:02}", month + 1, days + 1), time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;

    #[test]
    fn a_seed_gives_the_same_sales_and_another_gives_others() {
        let of = |seed| Sales::new(seed).take(20).collect::<Vec<_>>();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_sale_is_json_whose_payment_is_the_sum_of_its_two_different_lines() {
        for sale in Sales::new(3).take(500) {
            let json: Value = serde_json::from_str(&sale.json).unwrap();
            let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
            let lines = json["items"].as_array().unwrap();
            assert_eq!(lines.len(), 2);
            assert_ne!(lines[0]["item_code"], lines[1]["item_code"]);
            let sum: u64 = lines.iter().map(|line| number(&line["qty"]) * number(&line["rate"])).sum();
            assert_eq!(number(&json["payments"][0]["amount"]), sum);
            assert_eq!(json["id"], sale.id);
            assert!((370..=440).contains(&sale.json.len()), "{} bytes", sale.json.len());
        }
    }

    #[test]
    fn ids_are_version_seven_and_never_come_twice() {
        let ids: HashSet<String> = Sales::new(4).take(50_000).map(|sale| sale.id).collect();
        assert_eq!(ids.len(), 50_000);
        assert!(ids.iter().all(|id| id.len() == 36 && &id[14..15] == "7" && "89ab".contains(&id[19..20])));
    }

    #[test]
    fn the_first_sale_is_on_the_first_day_and_a_thousand_take_about_a_day() {
        let dates: Vec<String> = Sales::new(5).take(1_000).map(|sale| sale.json[75..].to_owned()).collect();
        assert!(dates[0].contains("2026-11-02"), "{}", dates[0]);
        assert!(dates[999].contains("2026-11-02") || dates[999].contains("2026-11-03"), "{}", dates[999]);
    }

    #[test]
    fn dates_know_leap_years() {
        assert_eq!(date_and_time(1_835_438_400), ("2028-02-29".into(), "12:00:00".into()));
        assert_eq!(date_and_time(FIRST_UNIX_S as u64), ("2026-11-02".into(), "01:00:00".into()));
    }
}
