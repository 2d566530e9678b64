//! What may stand where: the pure core imports nothing impure, and each crate that may have to be replaced one day
//! is known in one place.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

/// The files of a directory, or the one file that this is.
fn sources(dir: &Path) -> Vec<PathBuf> {
    if dir.is_file() {
        return vec![dir.to_owned()];
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|ext| ext == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

/// The lines of code of a file, without comments; behind them what its grouped imports name, written out.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let imports = code.split(';').filter_map(|statement| Some(statement.rsplit_once("use ")?.1));
    let grouped: Vec<String> = imports.filter(|tree| tree.contains('{')).flat_map(written_out).collect();
    grouped.iter().for_each(|path| code.extend(["\n", path]));
    code
}

/// The paths of a tree of imports.
fn written_out(tree: &str) -> Vec<String> {
    let Some((before, group)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let (mut paths, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                paths.extend(written_out(&group[start..at]).iter().map(|path| format!("{}{path}", before.trim())));
                start = at + 1;
            }
            _ => {}
        }
    }
    paths
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src")
}

/// Where a layer's sources are: a directory, or one file.
fn layer_dir(layer: &str) -> PathBuf {
    let places = [core().join(layer), src().join(layer), src().join(format!("{layer}.rs"))];
    places.into_iter().find(|place| place.exists()).unwrap_or_else(|| panic!("{layer} has no sources"))
}

/// Where `word` stands as a whole word in code under `dir`.
fn users(dir: &Path, word: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let uses = |text: &str| {
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    };
    let files = sources(dir).into_iter().filter(|path| uses(&code(path)));
    let mut names: Vec<String> = files
        .map(|path| path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&path).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_pure_core_knows_no_io_no_clock_and_no_randomness_of_its_own() {
    let forbidden = [
        "tokio",
        "sled",
        "rumqttc",
        "rumqttd",
        "std::fs",
        "std::net",
        "std::io",
        "std::thread",
        "std::env",
        "std::process",
        "Instant",
        "SystemTime",
        "getrandom",
        "SysRng",
        "OsRng",
        "new_v4",
        "now_v7",
        "Timestamp::now",
        "Zoned::now",
        "rustix",
        "tracing",
    ];
    for layer in ["domain", "wire", "sync", "intake", "posting", "reconcile"] {
        let dir = core().join(layer);
        assert!(!sources(&dir).is_empty(), "{layer} has no sources: is the fence in the right place?");
        for word in forbidden {
            assert_eq!(users(&dir, word), Vec::<String>::new(), "{layer} must not know {word}");
        }
    }
}

/// What stands above the files, the clock, the disk's name and the hashes.
const EVERYTHING: &[&str] = &[
    "wire",
    "sync",
    "intake",
    "posting",
    "reconcile",
    "journal",
    "rows",
    "views",
    "gate",
    "web",
    "courier",
    "carry",
    "exchange",
    "keys",
    "load",
    "control",
    "books",
    "chain",
    "show",
    "pages",
    "site",
    "office",
    "cli",
];

#[test]
fn the_layers_are_imported_downwards_only() {
    let upwards = [
        ("domain", &["wire", "sync", "intake", "journal", "views", "gate", "courier", "site", "office"][..]),
        ("wire", &["sync", "intake", "journal", "views", "gate", "courier", "site", "office"][..]),
        ("sync", &["intake", "journal", "views", "gate", "courier", "site", "office"][..]),
        ("intake", &["sync", "journal", "views", "gate", "courier", "site", "office"][..]),
        ("posting", &["wire", "sync", "intake", "journal", "views", "gate", "courier", "site", "office"][..]),
        (
            "reconcile",
            &["wire", "sync", "intake", "posting", "journal", "views", "gate", "courier", "site", "office"][..],
        ),
        ("journal", &["sync", "intake", "views", "gate", "courier", "site", "office"][..]),
        ("views", &["sync", "gate", "courier", "site", "office"][..]),
        ("gate", &["wire", "sync", "intake", "journal", "views", "web", "courier", "site", "office"][..]),
        ("web", &["wire", "sync", "intake", "journal", "views", "courier", "site", "office"][..]),
        ("courier", &["sync", "intake", "journal", "views", "gate", "site", "office"][..]),
        ("exchange", &["intake", "views", "gate", "courier", "site", "office"][..]),
        ("carry", &["intake", "views", "gate", "keys", "site", "office"][..]),
        ("keys", &["sync", "intake", "journal", "views", "gate", "courier", "site", "office"][..]),
        ("pages", &["sync", "gate", "courier", "site", "office"][..]),
        ("rows", &["intake", "posting", "views", "gate", "web", "courier", "exchange", "site", "office"][..]),
        ("load", &["files", "rows", "journal", "views", "gate", "web", "courier", "exchange", "site", "office"][..]),
        ("control", &["journal", "views", "gate", "web", "courier", "exchange", "rows", "site", "office"][..]),
        ("books", &["gate", "web", "courier", "exchange", "site", "office"][..]),
        ("chain", &["gate", "web", "courier", "exchange", "site", "office"][..]),
        ("show", &["gate", "web", "courier", "exchange", "site", "office"][..]),
        ("files", EVERYTHING),
        ("moment", EVERYTHING),
        ("store", EVERYTHING),
        ("passwords", EVERYTHING),
        ("site", &["office"][..]),
        ("office", &["site"][..]),
    ];
    for (layer, above) in upwards {
        let dir = layer_dir(layer);
        let up = if dir.is_file() { "super" } else { "super::super" };
        for other in above {
            for form in [format!("crate::{other}"), format!("outpost_core::{other}"), format!("{up}::{other}")] {
                assert_eq!(users(&dir, &form), Vec::<String>::new(), "{layer} must not know {other}");
            }
        }
    }
}

#[test]
fn each_crate_to_be_replaced_one_day_has_one_place() {
    let erpnext = Path::new(env!("CARGO_MANIFEST_DIR")).join("erpnext/src");
    let users = |word| [users(&core(), word), users(&src(), word), users(&erpnext, word)].concat();
    assert_eq!(users("serde_cbor"), ["core/src/wire/cbor.rs"]);
    assert_eq!(users("hpke"), ["core/src/wire/envelope.rs"]);
    assert_eq!(users("zstd"), ["core/src/wire/compress.rs"]);
    let ureq = users("ureq");
    assert!(!ureq.is_empty() && ureq.iter().all(|path| path.starts_with("erpnext/src/client")), "{ureq:?}");
    assert_eq!(users("rumqttd"), ["src/gate/router.rs"]);
    assert_eq!(users("qrcodegen"), ["src/web/qr.rs"]);
    let sled = users("sled");
    assert!(!sled.is_empty() && sled.iter().all(|path| path.starts_with("src/views/")), "{sled:?}");
    for word in ["hyper", "hyper_util", "http_body_util", "axum"] {
        assert!(users(word).iter().all(|path| path.starts_with("src/web/")), "{word}: {:?}", users(word));
    }
}

#[test]
fn the_fence_sees_a_breach() {
    let dir = tempfile::tempdir().unwrap();
    let breach = dir.path().join("breach.rs");
    let seen = |text: &str, word: &str| {
        std::fs::write(&breach, text).unwrap();
        !users(dir.path(), word).is_empty()
    };
    assert!(seen("// tokio in a comment\nuse tokio::net;\n", "tokio"));
    assert!(!seen("// tokio in a comment\nuse tokio_rustls::net;\n", "tokio"));
    assert!(seen("use crate::gate::Desk;\n", "crate::gate"));
    assert!(!seen("use crate::{domain, gateway};\n", "crate::gate"));
    for group in [
        "use crate::{domain, gate};\n",
        "use crate::{gate::{self, Desk}, domain};\n",
        "pub(crate) use crate::{\n    domain::{id, time::{Quality, Stamp}},\n    gate,\n};\n",
    ] {
        assert!(seen(group, "crate::gate"), "{group}");
    }
    assert!(seen("use std::{collections::{BTreeMap, BTreeSet}, io};\n", "std::io"));
    assert!(seen("use super::{super::{domain, gate}, Own};\n", "super::super::gate"));
}
