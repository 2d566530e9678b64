//! `outpost export`: documents as CSV, from a running box or office.

use crate::control::{self, Ask};
use crate::domain::document::Kind;
use crate::domain::id::SiteId;
use crate::files;
use anyhow::{Context, bail};
use jiff::civil::Date;
use std::path::Path;

pub(super) fn export(
    dir: &Path,
    kind: Kind,
    (from, to): (Date, Date),
    site: Option<SiteId>,
    out: Option<&Path>,
) -> anyhow::Result<()> {
    if to < from {
        bail!("the last day {to} is before the first, {from}");
    }
    let ask = Ask::Export { kind, from, to, site };
    match out {
        None => control::ask(dir, &ask, &mut std::io::stdout().lock())?,
        Some(path) => {
            // Whole or not at all: half a month in the books is worse than none.
            let mut csv = Vec::new();
            control::ask(dir, &ask, &mut csv)?;
            files::write_atomically(path, &csv, files::PUBLIC).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}
