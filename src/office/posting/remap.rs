//! A name of the workshops gets another in the books: one line of `erpnext.toml`, the rest of which stays as somebody wrote it.
//!
//! In: a table, the workshops' name, the books'. Out: the file, written whole; each site's posting looks at it before its next document.

use super::settings::{self, NAME};
use super::{Clerk, lock};
use crate::domain::id::{IntentId, SiteId};
use crate::files;
use outpost_erpnext::map::Settings;
use std::os::unix::fs::PermissionsExt;
use toml_edit::{DocumentMut, InlineTable, Item, TableLike, table, value};

/// The tables of a site that map names.
pub(crate) const TABLES: [&str; 4] = ["warehouses", "modes_of_payment", "accounts", "price_lists"];
/// Longest name in ERPNext, in characters.
const MAX_NAME: usize = 140;

/// What is to be called otherwise.
pub(in crate::office) struct Remap<'a> {
    /// One of a site's tables of names.
    pub(in crate::office) table: &'a str,
    /// The workshops' name.
    pub(in crate::office) from: &'a str,
    /// The books'.
    pub(in crate::office) to: &'a str,
}

/// Why it was not.
#[derive(Debug, thiserror::Error)]
pub(in crate::office) enum RemapError {
    /// There is no such table.
    #[error("a table is one of {}", TABLES.join(", "))]
    Table,
    /// A name that nothing has.
    #[error("a name has 1 to {MAX_NAME} characters, all of them to be seen")]
    Name {
        /// The field.
        field: &'static str,
    },
    /// The settings have no place for it.
    #[error("{0}")]
    Settings(String),
    /// The file was not written.
    #[error("{NAME} cannot be written: {0}")]
    Disk(#[from] std::io::Error),
}

fn check(remap: &Remap<'_>) -> Result<(), RemapError> {
    if !TABLES.contains(&remap.table) {
        return Err(RemapError::Table);
    }
    for (field, name) in [("from", remap.from), ("to", remap.to)] {
        let is_seen = !name.trim().is_empty() && !name.chars().any(char::is_control);
        if !is_seen || name.chars().count() > MAX_NAME {
            return Err(RemapError::Name { field });
        }
    }
    Ok(())
}

/// The text with the line in it, for these sites.
fn changed(text: &str, sites: &[SiteId], remap: &Remap<'_>) -> Result<String, RemapError> {
    let own = |why: &str| RemapError::Settings(format!("{NAME}: {why}"));
    let mut document: DocumentMut = text.parse().map_err(|_| own("it cannot be understood"))?;
    for site in sites {
        let all = document.get_mut("sites");
        let own_table = all.and_then(|all| all.get_mut(site.as_str()));
        let own_table = own_table.ok_or_else(|| own(&format!("there is no [sites.{site}]")))?;
        let names = names(own_table, remap.table);
        let names = names.ok_or_else(|| own(&format!("sites.{site}.{} is no table", remap.table)))?;
        put(names, remap);
    }
    let text = document.to_string();
    // What is written has been read as it will be.
    let settings: Settings = toml::from_str(&text).map_err(|error| own(error.message()))?;
    match settings.contradiction() {
        Some(why) => Err(own(&why)),
        None => Ok(text),
    }
}

/// Puts the line in; of one that is there its comments stay.
fn put(names: &mut dyn TableLike, remap: &Remap<'_>) {
    match names.get_mut(remap.from).and_then(Item::as_value_mut) {
        Some(line) => {
            let around = line.decor().clone();
            *line = remap.to.into();
            *line.decor_mut() = around;
        }
        None => drop(names.insert(remap.from, value(remap.to))),
    }
}

/// The table of names, made where there is none.
fn names<'a>(site: &'a mut Item, name: &str) -> Option<&'a mut dyn TableLike> {
    let empty = if site.is_inline_table() { value(InlineTable::new()) } else { table() };
    let site = site.as_table_like_mut()?;
    if !site.contains_key(name) {
        site.insert(name, empty);
    }
    site.get_mut(name)?.as_table_like_mut()
}

impl Clerk {
    /// Has a name of `site`, or of every site that is posted, called otherwise in the books from now on.
    pub(in crate::office) fn remap(&self, site: Option<&SiteId>, remap: &Remap<'_>) -> Result<(), RemapError> {
        check(remap)?;
        let _alone = lock(&self.hub.remapping);
        let settings =
            settings::read(&self.dir).map_err(|error| RemapError::Settings(settings::told(&self.dir, &error)))?;
        let settings = settings.ok_or_else(|| RemapError::Settings(format!("there is no {NAME}")))?;
        let sites: Vec<SiteId> = match site {
            Some(site) => vec![site.clone()],
            None => settings.sites.keys().cloned().collect(),
        };
        let path = self.dir.join(NAME);
        let text = std::fs::read_to_string(&path)?;
        let mode = std::fs::metadata(&path)?.permissions().mode() & 0o777;
        files::write_atomically(&path, changed(&text, &sites, remap)?.as_bytes(), mode)?;
        Ok(())
    }

    /// The same of a held document's site, or of all, whose held ones are tried again; how many are.
    pub(in crate::office) fn remap_held(&self, id: IntentId, all: bool, remap: &Remap<'_>) -> Result<usize, String> {
        let site =
            self.holder(id).ok_or_else(|| format!("{id} is not held: `outpost office held list` lists what is"))?;
        let site = Some(&site).filter(|_| !all);
        self.remap(site, remap).map_err(|error| error.to_string())?;
        self.retry(site, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# The books.\nurl = \"https://books.example\"\n\n[sites.bandung] # the first\ncompany = \"Tailor Works\"\n\n\
        [sites.bandung.warehouses]\n# By hand:\nStores = \"Stores - TW\" # sic\n\n[sites.solo]\n";

    fn remapped(text: &str, sites: &[&str], table: &str, from: &str, to: &str) -> Result<String, RemapError> {
        let sites: Vec<SiteId> = sites.iter().map(|site| site.parse().unwrap()).collect();
        let remap = Remap { table, from, to };
        check(&remap)?;
        changed(text, &sites, &remap)
    }

    #[test]
    fn a_name_is_called_otherwise_and_the_rest_stays_as_it_was_written() {
        let text = remapped(FILE, &["bandung"], "warehouses", "Toko \"A\"", "Toko - TW").unwrap();
        for line in FILE.lines() {
            assert!(text.contains(line), "{line}: {text}");
        }
        let settings: Settings = toml::from_str(&text).unwrap();
        let map = &settings.sites[&"bandung".parse().unwrap()].warehouses;
        assert_eq!((map["Stores"].as_str(), map["Toko \"A\""].as_str()), ("Stores - TW", "Toko - TW"));
        let again = remapped(&text, &["bandung"], "warehouses", "Stores", "Gudang - TW").unwrap();
        let settings: Settings = toml::from_str(&again).unwrap();
        assert_eq!(settings.sites[&"bandung".parse().unwrap()].warehouses["Stores"], "Gudang - TW");
        assert!(again.contains("# By hand:") && again.contains("\"Gudang - TW\" # sic"), "{again}");
    }

    #[test]
    fn a_table_that_is_not_there_yet_is_made_for_each_site_however_the_site_is_written() {
        let text = remapped(FILE, &["bandung", "solo"], "accounts", "Cash", "1110 - Cash - TW").unwrap();
        let settings: Settings = toml::from_str(&text).unwrap();
        assert!(settings.sites.values().all(|site| site.accounts["Cash"] == "1110 - Cash - TW"), "{text}");
        for inline in [
            "sites.solo = {}\n",
            "sites = { solo = { company = \"T\" } }\n",
            "[sites]\nsolo = {accounts = {A = \"B\"}}\n",
        ] {
            let text = format!("url = \"https://books.example\"\n{inline}");
            let text = remapped(&text, &["solo"], "accounts", "Cash", "C").unwrap();
            let settings: Settings = toml::from_str(&text).unwrap();
            assert_eq!(settings.sites[&"solo".parse().unwrap()].accounts["Cash"], "C", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |table, from, to| remapped(FILE, &["bandung"], table, from, to).is_err();
        assert!(refused("companies", "a", "b") && refused("accounts", " ", "b") && refused("accounts", "a", "b\n"));
        assert!(refused("accounts", "a", &"x".repeat(141)));
        assert!(remapped(FILE, &["medan"], "accounts", "a", "b").is_err());
        let own = format!("{FILE}[master_data]\ncompany = \"T\"\n");
        let refused = remapped(&own, &["solo"], "accounts", "a", "b").unwrap_err().to_string();
        assert!(refused.contains("take the maps out"), "{refused}");
    }
}
