//! `erpnext.toml` and the connector's key in the office's directory.

use super::library::{Books, OfSite};
use super::lock;
use crate::domain::id::SiteId;
use crate::files;
use crate::moment::up_ms;
use crate::posting::Sink;
use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::map::{Settings, SiteMap};
use outpost_erpnext::sink::Erpnext;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The file of settings, in the office's directory.
pub const NAME: &str = "erpnext.toml";
/// The file with the connector's key and secret, `KEY:SECRET`, which nobody else may read.
pub const KEY: &str = "erpnext.key";
/// The file with the address of the connector's user, so that a later setup means the same one.
pub const USER: &str = "erpnext.user";
/// Longest such file, in bytes.
const MAX_KEY: u64 = 1024;

/// The settings in `dir`; none where the office has no ERPNext.
pub fn read(dir: &Path) -> anyhow::Result<Option<Settings>> {
    let settings: Option<Settings> = files::read_toml(&dir.join(NAME))?;
    if let Some(why) = settings.as_ref().and_then(Settings::contradiction) {
        bail!("{}: {why}", dir.join(NAME).display());
    }
    Ok(settings)
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

/// The address that the office was set up with; none where it never was.
pub fn user(dir: &Path) -> anyhow::Result<Option<String>> {
    let path = dir.join(USER);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|address| !address.is_empty())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
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

/// What is wrong with the files, for people who need not know where they lie.
pub(super) fn told(dir: &Path, error: &anyhow::Error) -> String {
    format!("{error:#}").replace(&format!("{}/", dir.display()), "")
}

/// When the files of settings were written.
pub(super) type Written = [Option<SystemTime>; 2];

/// How often the files are looked at, milliseconds: each document asks whether they are as they were.
const LOOK_EVERY_MS: u64 = 100;

/// Makes sinks by what the files say at that moment.
pub(super) struct Source {
    dir: PathBuf,
    books: Arc<Books>,
    /// What was seen last, and when.
    seen: Mutex<Option<(u64, Written)>>,
}

impl Source {
    pub(super) fn new(dir: PathBuf, books: Arc<Books>) -> Self {
        Self { dir, books, seen: Mutex::default() }
    }

    /// When the files were written: a sink of before says something else than they do.
    pub(super) fn written(&self) -> Written {
        let (mut seen, now_ms) = (lock(&self.seen), up_ms());
        let anew =
            || [NAME, KEY].map(|name| std::fs::metadata(self.dir.join(name)).and_then(|found| found.modified()).ok());
        let fresh = seen.filter(|(at_ms, _)| now_ms < at_ms + LOOK_EVERY_MS);
        let (_, written) = *seen.insert(fresh.unwrap_or_else(|| (now_ms, anew())));
        written
    }

    /// Somebody may have written them just now.
    pub(super) fn look_again(&self) {
        *lock(&self.seen) = None;
    }

    /// The settings as they are now.
    pub(super) fn settings(&self) -> Result<Settings, String> {
        let settings = read(&self.dir).and_then(|found| found.with_context(|| format!("there is no {NAME}")));
        settings.map_err(|error| told(&self.dir, &error))
    }

    /// Whether the settings have a section for the site; nothing where they cannot be read.
    pub(super) fn names(&self, site: &SiteId) -> Option<bool> {
        read(&self.dir).ok().map(|found| found.is_some_and(|settings| settings.sites.contains_key(site)))
    }

    /// ERPNext under the connector's key.
    pub(super) fn client(&self, settings: &Settings) -> Result<Client, String> {
        let client = key(&self.dir.join(KEY)).and_then(|key| client(&self.dir, settings, &key));
        client.map_err(|error| told(&self.dir, &error))
    }

    /// What is set for a site now.
    pub(super) fn map(&self, site: &SiteId) -> Result<SiteMap, String> {
        let map = self.settings()?.sites.get(site).cloned();
        map.ok_or_else(|| format!("{NAME} has no [sites.{site}]"))
    }

    /// A site's way into the books; fails while they cannot be reached.
    pub(super) fn sink(&self, site: &SiteId) -> Result<Box<dyn Sink>, String> {
        let settings = self.settings()?;
        let map = settings.sites.get(site).ok_or_else(|| format!("{NAME} has no [sites.{site}]"))?.clone();
        let client = self.client(&settings)?;
        let zone = zone(&client)?;
        let library = Arc::new(OfSite::new(self.books.clone(), site));
        Ok(Box::new(Erpnext::new(client, site.clone(), map, zone, library)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told_with_its_remedy() {
        let read = |more: &str| {
            let text = format!("url = \"https://books.example\"\n[master_data]\ncompany = \"Tailor Works\"\n{more}");
            toml::from_str::<Settings>(&text).unwrap().contradiction()
        };
        assert_eq!(read(""), None);
        assert_eq!(read("changes_every_s = 1\nstock_every_s = 604800\n"), None);
        assert!(read("changes_every_s = 0\n").unwrap().contains("changes_every_s = 0"));
        assert!(read("stock_every_s = 604801\n").unwrap().contains("604800"));
        assert_eq!(read("[sites.bandung]\ncompany = \"Tailor Works\"\n"), None);
        let mapped = read("[sites.bandung.warehouses]\nShop = \"Bandung - TW\"\n").unwrap();
        assert!(mapped.contains("sites.bandung") && mapped.contains("take the maps out"), "{mapped}");
    }
}
