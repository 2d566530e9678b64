//! `outpost office load`: master data from files, into a running office or into the directory of one that is not.

use crate::control::{self, Ask, AskError};
use crate::load::{MAX_FILE_BYTES, MAX_FILES, Order, Report, Source};
use crate::office;
use anyhow::{Context, bail};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Reads the files here, as whoever typed the command may, and hands them to the office.
pub(super) fn load(dir: &Path, paths: &[PathBuf], order: Order, json: bool) -> anyhow::Result<()> {
    let sources = read(paths)?;
    let files = sources.iter().map(|source| (source.name.clone(), source.bytes.len() as u64)).collect();
    let bodies: Vec<&[u8]> = sources.iter().map(|source| &*source.bytes).collect();
    let mut answer = Vec::new();
    let report: Report = match control::ask_with(dir, &Ask::Load { order, files }, &bodies, &mut answer) {
        Ok(()) => serde_json::from_slice(&answer).context("the office's answer was cut off: load again")?,
        Err(AskError::NotRunning(_)) => office::load_offline(dir, &sources, order)?,
        Err(error) => return Err(error.into()),
    };
    match json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => print!("{report}"),
    }
    if report.is_refused() {
        bail!("{} errors", report.errors.len() + report.more_errors);
    }
    Ok(())
}

/// The files that the paths name: a directory stands for the .csv and .json files in it.
fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in path.read_dir().with_context(|| path.display().to_string())? {
            let file = entry.with_context(|| path.display().to_string())?.path();
            let extension = file.extension().map(|extension| extension.to_ascii_lowercase());
            if extension.is_some_and(|extension| extension == "csv" || extension == "json") {
                found.push(file);
            }
        }
        if found.is_empty() {
            bail!("{} holds no .csv or .json files", path.display());
        }
        // In whatever order the directory has them, the messages come in one.
        found.sort();
        files.extend(found);
    }
    if files.len() > MAX_FILES {
        bail!("{} files are more than {MAX_FILES}: load them in parts", files.len());
    }
    files.iter().map(|file| one(file)).collect()
}

fn one(path: &Path) -> anyhow::Result<Source> {
    let shown = || path.display().to_string();
    let name =
        path.file_name().and_then(|name| name.to_str()).with_context(|| format!("{}: not a file's name", shown()))?;
    let mut bytes = Vec::new();
    // One byte more than is taken, so that what is too large is told as such.
    let file = std::fs::File::open(path).with_context(shown)?;
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).with_context(shown)?;
    Ok(Source { name: name.to_owned(), bytes })
}
