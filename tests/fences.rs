//! What may stand where: the pure core imports nothing impure, and each crate that may have to be replaced one day
//! is known in one place.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

fn sources(dir: &Path) -> Vec<PathBuf> {
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

/// The lines of code of a file, without comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src")
}

/// Where a layer's sources are.
fn layer_dir(layer: &str) -> PathBuf {
    let pure = core().join(layer);
    if pure.is_dir() { pure } else { src().join(layer) }
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
        .map(|path| path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_string_lossy().into_owned())
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
        ("site", &["office"][..]),
        ("office", &["site"][..]),
    ];
    for (layer, above) in upwards {
        for other in above {
            for form in [format!("crate::{other}"), format!("super::super::{other}")] {
                assert_eq!(users(&layer_dir(layer), &form), Vec::<String>::new(), "{layer} must not know {other}");
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
    std::fs::write(dir.path().join("breach.rs"), "// tokio in a comment\nuse tokio::net;\n").unwrap();
    assert_eq!(code(&dir.path().join("breach.rs")), "use tokio::net;");
}
