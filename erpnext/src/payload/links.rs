//! ERPNext's names of what a document names: each document is asked for once.

use super::{Known, Left, Names, Unmappable};
use outpost_core::domain::decimal::Decimal;
use outpost_core::domain::document::{Kind, Ref, Text};
use outpost_core::domain::id::IntentId;
use std::collections::BTreeMap;

/// Documents that were asked for.
pub(super) struct Links<'a> {
    names: &'a mut dyn Names,
    seen: BTreeMap<(Kind, IntentId), Known>,
    /// The projects of the office's documents.
    projects: BTreeMap<(Kind, String), Option<String>>,
}

impl<'a> Links<'a> {
    pub(super) fn new(names: &'a mut dyn Names) -> Self {
        Self { names, seen: BTreeMap::new(), projects: BTreeMap::new() }
    }

    fn known(&mut self, kind: Kind, id: IntentId) -> Result<&Known, Unmappable> {
        if !self.seen.contains_key(&(kind, id)) {
            let known = self.names.document(kind, id)?.ok_or(Unmappable::NotThere(kind, id))?;
            if known.cancelled && !self.names.later() {
                return Err(Unmappable::Cancelled(kind, id));
            }
            self.seen.insert((kind, id), known);
        }
        self.seen.get(&(kind, id)).ok_or(Unmappable::NotThere(kind, id))
    }

    /// The name of a document.
    pub(super) fn document(&mut self, kind: Kind, of: &Ref) -> Result<String, Unmappable> {
        match of {
            Ref::Office(name) => Ok(name.to_string()),
            Ref::Own(id) => Ok(self.known(kind, *id)?.name.clone()),
        }
    }

    /// The project of a document; nothing where it names none, or where ours is there already, with whatever project.
    pub(super) fn project(&mut self, kind: Kind, of: &Ref) -> Result<Option<String>, Unmappable> {
        if self.names.later() {
            return Ok(None);
        }
        match of {
            Ref::Own(id) => Ok(self.known(kind, *id)?.project.clone()),
            Ref::Office(name) => {
                let key = (kind, name.to_string());
                if !self.projects.contains_key(&key) {
                    let project = self.names.project(kind, name.as_str())?;
                    self.projects.insert(key.clone(), project);
                }
                Ok(self.projects.get(&key).cloned().flatten())
            }
        }
    }

    /// The name of a row: of a site's document it is named by its number from 1, of the office's by its name.
    pub(super) fn row(&mut self, kind: Kind, of: &Ref, row: &Text, field: &str) -> Result<String, Unmappable> {
        let Ref::Own(id) = of else { return Ok(row.to_string()) };
        let known = self.known(kind, *id)?;
        let number = row.as_str().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let name = number.and_then(|i| known.rows.get(i)).filter(|name| !name.is_empty());
        name.cloned().ok_or_else(|| {
            let rule = format!("{} has no row {row} in ERPNext: somebody has changed it there", known.name);
            Unmappable::unfit(field, rule)
        })
    }

    /// The name of a customer or supplier, that may be the id of the document that made them.
    pub(super) fn party(&mut self, kind: Kind, name: &Text) -> Result<String, Unmappable> {
        self.document(kind, &Ref::from(name.clone()))
    }

    /// For how many pieces materials may still be transferred; not asked of what is there already, with whatever was left then.
    pub(super) fn transferable(&mut self, order: &str) -> Result<Option<Decimal>, Unmappable> {
        if self.names.later() {
            return Ok(None);
        }
        Ok(self.names.transferable(order)?)
    }

    /// Items that ERPNext has not valued where they are; not asked of what is there already, for it has valued them since.
    pub(super) fn unvalued(&mut self, places: &[[&str; 2]]) -> Result<Vec<Option<Decimal>>, Unmappable> {
        if self.names.later() || places.is_empty() {
            return Ok(vec![None; places.len()]);
        }
        Ok(self.names.unvalued(places)?)
    }

    /// The cost center of a company; not asked for what is there already, with whatever it was given.
    pub(super) fn cost_center(&mut self, company: &str) -> Result<Option<String>, Unmappable> {
        if self.names.later() {
            return Ok(None);
        }
        Ok(self.names.cost_center(company)?)
    }

    /// What is left of a payment.
    pub(super) fn advance(&mut self, payment: &Ref, row: Option<&Text>) -> Result<Option<Left>, Unmappable> {
        Ok(self.names.advance(payment, row)?)
    }

    /// The name of a cancelled document, for the one that stands for it.
    pub(super) fn amended(&mut self, kind: Kind, id: IntentId) -> Result<Option<String>, Unmappable> {
        Ok(self.names.document(kind, id)?.filter(|known| known.cancelled).map(|known| known.name))
    }
}
