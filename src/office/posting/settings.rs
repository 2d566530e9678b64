//! `erpnext.toml` and the connector's key in the office's directory.

use super::MakeSink;
use super::library::Books;
use crate::files;
use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::map::Settings;
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file of settings, in the office's directory.
pub const NAME: &str = "erpnext.toml";
/// The file with the connector's key and secret, `KEY:SECRET`, which nobody else may read.
pub const KEY: &str = "erpnext.key";
/// Longest such file, in bytes.
const MAX_KEY: u64 = 1024;

/// The settings in `dir`; none where the office has no ERPNext.
pub fn read(dir: &Path) -> anyhow::Result<Option<Settings>> {
    Ok(files::read_toml(&dir.join(NAME))?)
}

/// The key of a file.
pub fn key(path: &Path) -> anyhow::Result<Key> {
    let text = String::from_utf8(files::read_private(path, MAX_KEY)?).unwrap_or_default();
    match text.trim().split_once(':') {
        Some((key, secret)) if !key.is_empty() && !secret.is_empty() => {
            Ok(Key { key: key.into(), secret: secret.into() })
        }
        _ => bail!("{} holds no key: write KEY:SECRET in it", path.display()),
    }
}

/// ERPNext under a key.
pub fn client(dir: &Path, settings: &Settings, key: &Key) -> anyhow::Result<Client> {
    let ca = settings
        .ca_file
        .as_ref()
        .map(|path| std::fs::read_to_string(dir.join(path)).with_context(|| path.display().to_string()));
    Client::new(&settings.url, key, ca.transpose()?.as_deref()).map_err(anyhow::Error::msg)
}

/// ERPNext's own time zone.
pub fn zone(client: &Client) -> Result<TimeZone, String> {
    let said = client.call("frappe.client.get_time_zone", &json!({})).map_err(|failure| failure.to_string())?;
    let name = said.get("time_zone").and_then(Value::as_str).or(said.as_str()).unwrap_or_default();
    TimeZone::get(name).map_err(|error| format!("ERPNext's time zone: {error}"))
}

/// Makes sinks by what the files say at that moment.
pub(super) fn maker(dir: PathBuf, books: Arc<Books>) -> MakeSink {
    Arc::new(move |site| {
        let made = || {
            let settings = read(&dir)?.with_context(|| format!("there is no {NAME}"))?;
            let map = settings.sites.get(site).with_context(|| format!("{NAME} has no [sites.{site}]"))?.clone();
            anyhow::Ok((client(&dir, &settings, &key(&dir.join(KEY))?)?, map))
        };
        let (client, map) = made().map_err(|error| format!("{error:#}"))?;
        let zone = zone(&client)?;
        Ok(Box::new(Erpnext::new(client, site.clone(), map, zone, books.clone())))
    })
}
