//! What codes stand for: who says so, what is refused, and whose word counts.

use super::*;
use crate::domain::record::NamedCode;
use crate::domain::shop::StandsFor;

impl Bench {
    /// Somebody says what a code stands for.
    pub(super) fn name(&mut self, n: u128, code: &str, item: &str, uom: Option<&str>) -> Result<(), Refusal> {
        let device = "tablet-1".parse().unwrap();
        let (item_code, uom) = (text(item), uom.map(text));
        let named = NamedCode { id: id(n), device, user: None, code: code.into(), item_code, uom };
        let entry = self.admit(Entry::Barcode(named.clone()))?;
        assert_eq!(entry, Entry::Barcode(named), "it stays as it was sent, so that a repeat is known");
        assert_eq!(self.append(entry), Apply::Done);
        Ok(())
    }

    /// The item of a code, its unit, and whether that is the office's word.
    fn stands_for(&self, code: &str) -> Option<(String, Option<String>, bool)> {
        let uom = |uom: Option<&Text>| uom.map(Text::to_string);
        Some(match self.shop.stands_for(&self.masters, code)? {
            StandsFor::Office(item, unit) => (item.item_code.to_string(), uom(unit), true),
            StandsFor::Site(said) => (said.item_code.to_string(), uom(said.uom.as_ref()), false),
        })
    }

    fn unanswered(&self) -> Vec<&str> {
        self.shop.unanswered(&self.masters).map(|(code, _)| code).collect()
    }
}

fn said(item: &str, uom: Option<&str>) -> Option<(String, Option<String>, bool)> {
    Some((item.into(), uom.map(Into::into), false))
}

#[test]
fn the_sites_latest_word_counts_until_the_office_has_one() {
    let mut bench = Bench::tailor();
    assert_eq!((bench.stands_for("1"), bench.shop.said_at()), (None, None));
    bench.name(1, "1", "BUTTON", Some("Dozen")).unwrap();
    bench.name(2, "2", "CLOTH", None).unwrap();
    assert_eq!(bench.stands_for("1"), said("BUTTON", Some("Dozen")));
    assert_eq!(bench.unanswered(), ["1", "2"]);
    // A mistake is put right by saying it again.
    bench.name(3, "1", "CLOTH", None).unwrap();
    assert_eq!(bench.stands_for("1"), said("CLOTH", None));
    assert_eq!(bench.shop.said_at().map(|at| at.seq), Some(Seq(3)));
    let by_the_office =
        json!({"item_code": "SEWING", "item_name": "Sewing", "stock_uom": "Nos", "barcodes": [{"barcode": "1"}]});
    bench.put(Table::Item, by_the_office);
    assert_eq!(bench.stands_for("1"), Some(("SEWING".into(), None, true)), "whatever was said here");
    assert_eq!(bench.unanswered(), ["2"]);
    bench.put(Table::Item, json!({"item_code": "SEWING", "item_name": "Sewing", "stock_uom": "Nos"}));
    assert_eq!(bench.stands_for("1"), said("CLOTH", None), "the office has taken its own away");
}

#[test]
fn the_item_is_known_in_use_and_kept_in_the_unit() {
    let mut bench = Bench::tailor();
    let mut name = |item: &str, uom: Option<&str>| bench.name(1, "1", item, uom);
    assert_eq!(refused(name("NOPE", None)), (Why::Reference, "item_code".into()));
    assert_eq!(refused(name("OLD", None)), (Why::Reference, "item_code".into()));
    assert_eq!(refused(name("BUTTON", Some("Meter"))), (Why::Rule, "uom".into()));
    name("BUTTON", Some("Nos")).unwrap();
    // One that the site made itself has the units of its document, until the office has taken it in.
    let horn = json!({"item_code": "HORN", "item_group": "Raw", "stock_uom": "Nos", "uoms": [{"uom": "Dozen", "conversion_factor": "12"}]});
    bench.submit(2, "item", horn).unwrap();
    assert_eq!(refused(bench.name(3, "1", "HORN", Some("Meter"))), (Why::Rule, "uom".into()));
    bench.name(3, "1", "HORN", Some("Dozen")).unwrap();
    assert_eq!(bench.stands_for("1"), said("HORN", Some("Dozen")));
    bench.cancel(4, 2).unwrap();
    assert_eq!(refused(bench.name(5, "1", "HORN", None)), (Why::Reference, "item_code".into()));
}

#[test]
fn what_the_office_says_otherwise_is_refused_with_what_it_is() {
    let mut bench = Bench::tailor();
    let dozen = json!({"item_code": "BUTTON", "item_name": "Button", "stock_uom": "Nos", "is_stock_item": 1,
        "uoms": [{"uom": "Dozen", "conversion_factor": "12"}], "barcodes": [{"barcode": "1", "uom": "Dozen"}]});
    bench.put(Table::Item, dozen);
    for (item, uom) in [("CLOTH", None), ("BUTTON", None), ("BUTTON", Some("Nos"))] {
        let refusal = bench.name(1, "1", item, uom).unwrap_err();
        assert_eq!((refusal.why, &*refusal.field), (Why::Reference, "code"), "{refusal}");
        assert!(refusal.rule.contains("BUTTON (Button) in Dozen"), "{refusal}");
    }
    // It was said while the tablet had not heard of the office's word, which is the same.
    bench.name(1, "1", "BUTTON", Some("Dozen")).unwrap();
    assert!(bench.unanswered().is_empty());
}

#[test]
fn without_the_offices_data_every_word_is_taken() {
    let mut bench = Bench::bare();
    bench.name(1, "1", "ANYTHING", Some("Any")).unwrap();
    assert_eq!(bench.stands_for("1"), said("ANYTHING", Some("Any")));
}

#[test]
fn a_word_means_the_same_only_with_all_that_it_says() {
    let named = |code: &str, item: &str, uom: Option<&str>, user: Option<&str>| {
        let (item_code, uom, user) = (text(item), uom.map(text), user.map(text));
        Entry::Barcode(NamedCode { id: id(1), device: "t".parse().unwrap(), user, code: code.into(), item_code, uom })
    };
    let first = named("1", "CLOTH", None, Some("wati"));
    assert!(first.same_meaning(&named("1", "CLOTH", None, None)), "the box has filled in who");
    for other in [
        named("2", "CLOTH", None, None),
        named("1", "BUTTON", None, None),
        named("1", "CLOTH", Some("Meter"), None),
        named("1", "CLOTH", None, Some("joko")),
    ] {
        assert!(!first.same_meaning(&other), "{other:?}");
    }
}
