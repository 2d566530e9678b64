//! One thing to be done in the books, without the fields of its document: what it is, what it needs there first, what stock it moves.

use crate::domain::document::{Kind, Ref, Text};
use crate::domain::effects::{Progress, Step};
use crate::domain::id::IntentId;
use crate::domain::record::{Cancelled, Submitted};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The id of its intent.
    pub id: IntentId,
    /// Its place in the site's journal: what came first is tried first.
    pub order: u64,
    /// What.
    pub what: What,
    /// What has to be in the books first.
    pub needs: BTreeSet<Need>,
    /// Items and warehouses of which it takes stock.
    pub takes: BTreeSet<(Text, Text)>,
    /// Items and warehouses to which it brings stock.
    pub brings: BTreeSet<(Text, Text)>,
    /// The work that it is, where it is some: the books may want other work of the Work Order done first.
    pub of: Option<Of>,
}

/// Work on a Work Order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Of {
    /// The Work Order.
    pub order: Text,
    /// The operation; none of what is made by it.
    pub operation: Option<Text>,
}

impl Of {
    fn step(step: &Step) -> Option<Self> {
        let operation = match step.what {
            Progress::Completed => Some(step.row.clone()?),
            Progress::Produced => None,
            _ => return None,
        };
        match &step.of {
            Ref::Office(order) => Some(Self { order: order.clone(), operation }),
            Ref::Own(_) => None,
        }
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A document is posted.
    Post(Kind),
    /// The document of this id is cancelled.
    Cancel(IntentId),
}

/// Something that has to be in the books first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A document that it refers to.
    Posted(IntentId),
    /// The cancellation of the document that it stands for, carried out or not needed.
    Cancelled {
        /// The document.
        document: IntentId,
        /// Its cancellation, where one is known.
        by: Option<IntentId>,
    },
}

impl Need {
    /// The intent on which there has to be a word.
    pub fn id(self) -> IntentId {
        match self {
            Self::Posted(id) => id,
            Self::Cancelled { document, by } => by.unwrap_or(document),
        }
    }
}

impl Work {
    /// The posting of a document at a place of its site's journal. `cancelled_by` is the cancellation of the document that it amends.
    pub fn post(submitted: &Submitted, order: u64, cancelled_by: Option<IntentId>) -> Self {
        let effects = submitted.effects();
        let own = |of: &Ref| match of {
            Ref::Own(id) => Some(*id),
            Ref::Office(_) => None,
        };
        // Customers and suppliers that a site has made are named by their document's id.
        let rules = submitted.document.rules();
        let made = rules.references().into_iter().filter_map(|named| Uuid::parse_str(named.name.as_str()).ok());
        let referred = effects.steps.iter().filter_map(|step| own(&step.of)).chain(made.map(IntentId));
        let amended = submitted.amends.map(|document| Need::Cancelled { document, by: cancelled_by });
        let needs = referred.map(Need::Posted).chain(amended);
        let place = |moved: &crate::domain::effects::StockMove| (moved.item_code.clone(), moved.warehouse.clone());
        let takes = effects.moves.iter().filter(|moved| moved.qty.is_negative()).map(place).collect();
        let brings = effects.moves.iter().chain(&effects.counts).filter(|moved| !moved.qty.is_negative());
        Self {
            id: submitted.id,
            order,
            what: What::Post(submitted.document.kind()),
            needs: needs.filter(|need| need.id() != submitted.id).collect(),
            takes,
            brings: brings.map(place).collect(),
            of: effects.steps.iter().find_map(Of::step),
        }
    }

    /// The cancellation of a document: what that took comes back, and what it brought is taken.
    pub fn cancel(cancelled: &Cancelled, of: Option<&Submitted>, order: u64) -> Self {
        let undone = of.map(|of| Self::post(of, order, None));
        let (takes, brings, of) = undone.map(|undone| (undone.brings, undone.takes, undone.of)).unwrap_or_default();
        let needs = BTreeSet::from([Need::Posted(cancelled.document)]);
        Self { id: cancelled.id, order, what: What::Cancel(cancelled.document), needs, takes, brings, of }
    }
}
