//! What ERPNext has of some days of a site: what is said to be the site's on these days, and then what of the journal was not among that,
//! by its id, or by its name where it has no id of ours: what somebody has entered by hand is known by that alone.

use super::{About, not_now, not_posted};
use crate::domain::document::Kind;
use crate::domain::id::IntentId;
use crate::domain::outcome::Fate;
use crate::office::posting::{self, KEY, NAME};
use crate::reconcile::{Document, Sources, There};
use jiff::civil::Date;
use outpost_erpnext::client::{Client, Failure};
use outpost_erpnext::map::SiteMap;
use outpost_erpnext::reconcile::{AT_ONCE, Reader};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// ERPNext, and the site.
pub(super) struct Posted<'a> {
    pub(super) about: &'a About<'a>,
    client: Client,
    /// The site's own, by ERPNext's names.
    pub(super) warehouses: Vec<String>,
    /// The first day whose documents are posted.
    pub(super) first: Option<Date>,
}

/// Why nothing could be compared.
pub(super) fn failed(failure: Failure) -> String {
    // Which of the two it is depends on where in the question the field that is missing stands.
    let lacks_a_field = failure.is("DataError") || failure.is("OperationalError");
    let remedy = match &failure {
        _ if lacks_a_field => "run `outpost office erpnext setup`",
        failure if failure.is("PermissionError") => "run `outpost office erpnext check`",
        _ => "ask again",
    };
    format!("ERPNext could not be read, and nothing was compared: {failure}: {remedy}")
}

impl<'a> Posted<'a> {
    /// ERPNext by the settings as they are now; in words why this site is not in it, where it is not.
    pub(super) fn open(about: &'a About<'a>) -> Result<Result<Self, String>, String> {
        let dir = about.clerk.dir();
        let open = || {
            let Some(settings) = posting::read(dir)? else {
                return Ok(Err(format!("no ERPNext is set up: there is no {NAME}")));
            };
            let Some(map) = settings.sites.get(about.site) else { return Ok(Err(not_posted(about.site))) };
            let warehouses = about.warehouses.iter().map(|name| SiteMap::name(&map.warehouses, name).to_owned());
            let warehouses = Vec::from_iter(warehouses);
            let client = posting::client(dir, &settings, &posting::key(&dir.join(KEY))?)?;
            anyhow::Ok(Ok(Self { about, client, warehouses, first: map.from }))
        };
        open().map_err(|error| format!("{error:#}"))
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { client: &self.client, digits: self.about.digits }
    }

    /// Reads it.
    pub(super) fn read(&self, sources: &mut Sources) -> Result<(), String> {
        let mut there = Vec::new();
        for kind in Kind::ALL {
            self.about.goes_on()?;
            let mut going = Ok(());
            let mut take = |line: There| {
                there.push(line);
                going = self.about.goes_on();
                going.is_ok()
            };
            self.reader().of_days(self.about.site, *kind, self.about.days, &mut take).map_err(failed)?;
            going?;
        }
        self.strays(&there, sources)?;
        self.by_id(&mut there, sources)?;
        self.by_name(&mut there, sources)?;
        sources.foreign = self.foreign(&there)?;
        sources.there = Some(there);
        Ok(())
    }

    /// Documents that ERPNext has on one of these days and the office on another: the office's side of them.
    fn strays(&self, there: &[There], sources: &mut Sources) -> Result<(), String> {
        let known: HashSet<IntentId> =
            sources.books.iter().chain(&sources.journal).map(|document| document.id).collect();
        for id in there.iter().filter_map(|line| line.id).filter(|id| !known.contains(id)).collect::<BTreeSet<_>>() {
            let Some(line) = self.about.views.document(self.about.number, id).map_err(not_now)? else { continue };
            let document = self.about.line(&line)?;
            self.about.words(&document, sources)?;
            // The record was read in the journal: both have it.
            sources.books.push(document.clone());
            sources.journal.push(document);
        }
        Ok(())
    }

    fn by_id(&self, there: &mut Vec<There>, sources: &Sources) -> Result<(), String> {
        for (kind, ids) in lacking(there, sources) {
            for ids in ids.chunks(AT_ONCE) {
                self.about.goes_on()?;
                there.extend(self.reader().of_ids(kind, ids).map_err(failed)?);
            }
        }
        Ok(())
    }

    /// A Job Card has no id of ours, nor has what was entered by hand, and a customer that two sites have made has that of the other.
    fn by_name(&self, there: &mut Vec<There>, sources: &Sources) -> Result<(), String> {
        for (kind, ids) in lacking(there, sources) {
            let has_none = kind == Kind::JobCard || kind.is_master();
            let name = |id: &IntentId| match sources.said.get(id) {
                Some(Fate::Posted { name, by, .. }) if has_none || by.is_some() => {
                    Some((*id, name.to_string(), by.is_some()))
                }
                _ => None,
            };
            let named: Vec<_> = ids.iter().filter_map(name).collect();
            for named in named.chunks(AT_ONCE) {
                self.about.goes_on()?;
                let names: BTreeSet<String> = named.iter().map(|(_, name, _)| name.clone()).collect();
                let found = self.reader().of_names(kind, &Vec::from_iter(names)).map_err(failed)?;
                for (id, name, by_hand) in named {
                    let Some(line) = found.iter().find(|line| line.name == *name) else { continue };
                    // Somebody may have said there whose it is: then it stands among the site's already.
                    there.retain(|line| !by_hand || line.kind != kind || line.name != *name);
                    // What has no id is not of a day there that its paper would know.
                    let day = line.day.filter(|_| *by_hand);
                    there.push(There { id: Some(*id), day, ..line.clone() });
                }
            }
        }
        Ok(())
    }
}

/// The documents of which no line was found, by kind.
fn lacking(there: &[There], sources: &Sources) -> BTreeMap<Kind, Vec<IntentId>> {
    let found: HashSet<IntentId> = there.iter().filter_map(|line| line.id).collect();
    let mut lacking: BTreeMap<Kind, BTreeSet<IntentId>> = BTreeMap::new();
    let lacks = |document: &&Document| !found.contains(&document.id);
    for document in sources.books.iter().chain(&sources.journal).filter(lacks) {
        lacking.entry(document.kind).or_default().insert(document.id);
    }
    lacking.into_iter().map(|(kind, ids)| (kind, Vec::from_iter(ids))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_done_is_said_by_what_erpnext_refuses() {
        let said = |exc_type: &str| {
            let (words, exception) = (String::new(), String::new());
            failed(Failure::Refused { status: 403, exc_type: exc_type.into(), words, exception })
        };
        assert!(said("PermissionError").ends_with("run `outpost office erpnext check`"));
        assert!(said("DataError").ends_with("run `outpost office erpnext setup`"));
        assert!(said("AttributeError").ends_with("ask again"));
    }
}
