//! Tells the program when it was built (no box's clock is right that says something earlier), and builds the pages in that lie in
//! `tablet/dist`. Where nothing lies there, a page that says how to build them; cargo alone always works.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse::<u64>().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    println!("cargo::rustc-env=OUTPOST_BUILT_AT_MS={}000", given.unwrap_or_else(now));
    pages();
}

/// Writes the list of files that `src/web/assets.rs` includes.
fn pages() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo tells where the sources are"));
    let dist = root.join("tablet/dist");
    // Cargo takes a path that is not there for one that has always changed; an empty directory it can watch. Where it cannot be made,
    // cargo runs this more often, and that is all.
    if root.join("tablet").is_dir() && !dist.exists() {
        let _ = fs::create_dir(&dist);
    }
    println!("cargo::rerun-if-changed=tablet/dist");
    println!("cargo::rerun-if-changed=src/web/unbuilt.html");
    let mut files = Vec::new();
    gather(&dist, "", &mut files);
    if !files.iter().any(|(name, _)| name == "index.html") {
        let unbuilt = root.join("src/web/unbuilt.html");
        files = ["index.html", "desk.html"].map(|name| (name.to_owned(), unbuilt.clone())).into();
    }
    files.sort();
    let mut list = String::from("static FILES: &[File] = &[\n");
    for (name, path) in &files {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let packed = |ext: &str| {
            let packed = PathBuf::from(format!("{}.{ext}", path.display()));
            if packed.is_file() { format!("Some(include_bytes!({packed:?}))") } else { "None".to_owned() }
        };
        let (kind, tag, brotli, gzip) = (kind(name), tag(&bytes), packed("br"), packed("gz"));
        writeln!(
            list,
            "    File {{ name: {name:?}, kind: {kind:?}, tag: {tag:?}, plain: include_bytes!({path:?}), brotli: {brotli}, gzip: {gzip} }},"
        )
        .expect("text takes text");
    }
    list.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo tells where to write"));
    fs::write(out.join("files.rs"), list).expect("the list of pages is written");
}

/// The files below `dir`, by their names from there; those that are another one compressed come with it.
fn gather(dir: &Path, before: &str, files: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), format!("{before}{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            gather(&path, &format!("{name}/"), files);
        } else if !["br", "gz", "map"].iter().any(|ext| path.extension().is_some_and(|is| is == *ext)) {
            files.push((name, path));
        }
    }
}

/// What a file is, by its name.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ext)| ext) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// What tells one content from another: FNV-1a of 64 bits, and the length. Nobody who could choose the content is to be kept out.
fn tag(bytes: &[u8]) -> String {
    let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{digest:016x}{:x}", bytes.len())
}
