//! `docs/RIGHTS.md` is what the code decides: document × role × whose warehouse. Made here, and compared.
//!
//! `OUTPOST_WRITE_RIGHTS=1` writes the page anew. The roles are ERPNext's own, from its definitions under `../shared`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use outpost::domain::document::{Kind, Text, Touch};
use outpost::domain::id::SiteId;
use outpost::domain::master::{Masters, Permission, Row, User};
use outpost::domain::rights::{Decision, Deed, Whose, decide, may, work};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/RIGHTS.md";
/// ERPNext's definitions that are not at hand: the office's own permissions count for them.
const NO_DEFINITION: [Kind; 2] = [Kind::TillOpening, Kind::TillClosing];

const HEAD: &str = "# Who may do what, where

Made from the code by `tests/rights.rs`; do not edit it (`OUTPOST_WRITE_RIGHTS=1 cargo test --test rights` writes it anew).

A document is taken at a box when **somebody may** (one of their roles lets them, below) and **it may there** (whose its warehouses
are, the second table). Who is refused is told the role, the warehouse or the site that lacks. The roles below are ERPNext's
defaults; what counts is what the office sends as `permission` rows. Where it has sent none at all, roles are not looked at; where it
has sent nobody's PIN or badge, or not yet all of its data, nobody is told apart.

- Submitting at a box makes the document as well, so it takes *create* and *submit* of one and the same role.
- A second person, where the office asks for one, is a manager or somebody who may cancel that kind of document, and never who
  sends it. A temporary PIN only logs in: it neither agrees nor manages.
- Who may read an Item or submit a Sales Invoice may say which item a code stands for (`tx/<device>/barcode`).
- Managers (`is_manager` of a user) lock and unlock people, give PINs for a day, revoke and restore tablets; not on themselves.

## Whose warehouse

What touches only the site's own warehouses works always, with or without a line. What goes between sites goes through a transit
warehouse, so that neither side waits for the other. What touches another's warehouse is refused for now, with the name of the
site that it needs: agreement between two sites comes in here later (`domain/rights`, `decide`). The office asks a site's box to record a
document for the site's warehouses, and the box decides: it records what is there by its figures, whatever the settings say of shortages.

";

fn text(text: &str) -> Text {
    Text::try_from(text).unwrap()
}

/// The doctype's permissions of level 0, as rows.
fn permissions(kind: Kind) -> Vec<Permission> {
    if NO_DEFINITION.contains(&kind) {
        return Vec::new();
    }
    let name = format!("{}.json", kind.name().to_lowercase().replace(' ', "_"));
    let path = shared().join(name);
    let json = std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}: ERPNext's definition of {} is missing", path.display(), kind.name())
    });
    let doctype: Value = serde_json::from_slice(&json).unwrap();
    let is_set = |row: &Value, what: &str| row[what].as_u64() == Some(1);
    let rows = doctype["permissions"].as_array().unwrap().iter();
    let level0 = rows.filter(|row| row["permlevel"].as_u64().unwrap_or(0) == 0);
    let permission = |row: &Value| Permission {
        role: text(row["role"].as_str().unwrap()),
        document: kind,
        read: is_set(row, "read"),
        create: is_set(row, "create"),
        submit: is_set(row, "submit"),
        cancel: is_set(row, "cancel"),
    };
    level0.map(permission).collect()
}

/// The definitions lie beside the repository, or one further up where this is a worktree.
fn shared() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["..", "../.."].map(|up| here.join(up).join("shared/erpnext/doctypes"));
    places.iter().find(|place| place.is_dir()).unwrap_or(&places[0]).clone()
}

const SEEN: [(&str, &str); 4] =
    [("the site's own", "own"), ("in transit", "transit"), ("another site's", "site"), ("the office's", "office")];

fn whose(word: &str) -> Whose {
    match word {
        "own" => Whose::Own,
        "transit" => Whose::Transit,
        "site" => Whose::Site("surabaya".parse::<SiteId>().unwrap()),
        "office" => Whose::Office,
        _ => Whose::Unknown,
    }
}

fn named(touch: Touch) -> &'static str {
    match touch {
        Touch::Out => "takes out",
        Touch::In => "puts in",
        Touch::Send => "sends into",
        Touch::Receive => "receives from",
        Touch::Count => "counts",
        Touch::Promise => "promises of",
    }
}

/// The word of a cell; reasons are numbered in the order in which they first come.
fn decided(kind: Kind, touch: Touch, whose: &Whose, reasons: &mut Vec<String>) -> String {
    let Decision::Refused(why) = decide(kind, touch, whose) else { return "allowed".into() };
    let why = why.to_string();
    let known = reasons.iter().position(|known| *known == why);
    let number = known.unwrap_or_else(|| {
        reasons.push(why);
        reasons.len() - 1
    });
    format!("refused ({})", number + 1)
}

fn places(page: &mut String) {
    writeln!(page, "| document | {} |", SEEN.map(|(name, _)| name).join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---|".repeat(SEEN.len())).unwrap();
    let mut reasons = Vec::new();
    for kind in Kind::ALL {
        for touch in work(*kind) {
            let cells = SEEN.map(|(_, word)| decided(*kind, *touch, &whose(word), &mut reasons));
            writeln!(page, "| {} {} | {} |", kind.name(), named(*touch), cells.join(" | ")).unwrap();
        }
        if work(*kind).is_empty() {
            writeln!(page, "| {} | touches no warehouse ||||", kind.name()).unwrap();
        }
    }
    let more = [("of a name that the office has not told of", Whose::Unknown), ("that is out of use", Whose::Disabled)];
    let more = more
        .map(|(what, whose)| format!("one {what}: {}", decided(Kind::SalesInvoice, Touch::Out, &whose, &mut reasons)));
    writeln!(page, "\nA warehouse is also refused to all: {}.\n\nWhy, as the device is told it:\n", more.join("; "))
        .unwrap();
    for (number, reason) in (1..).zip(&reasons) {
        writeln!(page, "{number}. the warehouse {reason}").unwrap();
    }
}

/// In how many of the ways in which a kind touches warehouses of `whose` it may.
fn there(kind: Kind, whose: &Whose) -> &'static str {
    let may = work(kind).iter().filter(|touch| decide(kind, **touch, whose) == Decision::Allowed).count();
    match may {
        _ if work(kind).is_empty() => "allowed",
        0 => "refused (whose)",
        _ => "allowed",
    }
}

fn roles(page: &mut String) {
    writeln!(page, "\n## Document, role, whose warehouse\n").unwrap();
    writeln!(page, "*refused (role)*: the role lacks the right. *refused (whose)*: the table above says why.\n")
        .unwrap();
    writeln!(page, "| document | role | {} | cancel |", SEEN.map(|(name, _)| name).join(" | ")).unwrap();
    writeln!(page, "|---|---|{}---|", "---|".repeat(SEEN.len())).unwrap();
    for kind in Kind::ALL {
        let defaults = permissions(*kind);
        if defaults.is_empty() {
            writeln!(page, "| {} | as the office says: ERPNext's own defaults are not at hand ||||||", kind.name())
                .unwrap();
        }
        let mut masters = Masters::default();
        defaults.iter().for_each(|permission| masters.put(Row::Permission(permission.clone())));
        let names: BTreeSet<&Text> = defaults.iter().map(|permission| &permission.role).collect();
        for role in names {
            let user = User {
                name: text("wati"),
                full_name: text("Wati"),
                sites: Vec::new(),
                roles: vec![role.clone()],
                is_manager: false,
                pin_hash: None,
                badge_hash: None,
            };
            let lets = |deed| may(deed, *kind, &user, &masters).is_ok();
            let cells =
                SEEN.map(|(_, word)| if lets(Deed::Submit) { there(*kind, &whose(word)) } else { "refused (role)" });
            let cancel = if lets(Deed::Cancel) { "allowed" } else { "refused (role)" };
            writeln!(page, "| {} | {role} | {} | {cancel} |", kind.name(), cells.join(" | ")).unwrap();
        }
    }
    writeln!(page, "\nCancelling undoes what the document did, so it asks whose the warehouses are in the same way.")
        .unwrap();
}

#[test]
fn the_page_says_what_the_code_decides() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let mut page = HEAD.to_owned();
    places(&mut page);
    if !shared().is_dir() {
        eprintln!("{} is missing: the table of roles is not compared, that of warehouses is", shared().display());
        assert!(kept.starts_with(&page), "{PAGE} is not what the code decides of warehouses");
        return;
    }
    roles(&mut page);
    if std::env::var_os("OUTPOST_WRITE_RIGHTS").is_some() {
        return std::fs::write(&path, &page).unwrap();
    }
    let same = kept == page;
    assert!(
        same,
        "{PAGE} is not what the code decides: OUTPOST_WRITE_RIGHTS=1 cargo test --test rights writes it anew"
    );
}
