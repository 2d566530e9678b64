//! What one waits for that refers to others, by the words on these.

use super::super::work::{Need, What, Work};
use super::Fates;
use crate::domain::outcome::Fate;

/// What it has to wait for, in words.
pub(super) fn lacks(work: &Work, fates: &dyn Fates) -> Option<String> {
    let lack = |need: &Need| {
        let name = || fates.called(need.id());
        match (need, fates.fate(need.id())) {
            (Need::Posted(_), Some(Fate::Posted { .. } | Fate::Kept)) => None,
            (Need::Posted(_), Some(fate)) if fate.is_before() => {
                let (does, remedy) = match work.what {
                    What::Cancel(_) => ("cancels", "cancel that one in the books by hand, and give this up"),
                    What::Post(_) => {
                        ("refers to", "enter this in the books by hand, and say under which name it is there")
                    }
                };
                Some(format!("It {does} {}, which is of before the first day that is posted: {remedy}.", name()))
            }
            // What it stands for was never there: it is posted as one of its own. So it is where that was there by hand, which is to be
            // cancelled by hand before its cancellation is given up.
            (Need::Cancelled { by: Some(_), .. }, Some(fate)) if fate.is_before() => None,
            (Need::Cancelled { document, by: Some(_) }, Some(Fate::GivenUp { .. }))
                if fates.fate(*document).is_some_and(|fate| fate.is_before()) =>
            {
                None
            }
            (Need::Posted(_), Some(Fate::GivenUp { .. } | Fate::Withdrawn)) => {
                Some(format!("It refers to {}, which never went into the books: cancel it, or give it up.", name()))
            }
            (Need::Posted(_), Some(Fate::Held { .. })) => Some(format!("It waits for {}, which is held.", name())),
            (Need::Posted(_), None) => Some(format!("It waits for {}, which is not in the books yet.", name())),
            (Need::Cancelled { by: Some(_), .. }, Some(Fate::Posted { .. } | Fate::Withdrawn)) => None,
            (Need::Cancelled { document, by: Some(_) }, Some(Fate::GivenUp { .. })) => {
                let document = fates.called(*document);
                Some(format!(
                    "It stands for {document}, whose cancellation was given up, so that one counts: give this one up, or cancel that one in \
                     the books, enter this there by hand, and say under which name it is there."
                ))
            }
            (Need::Cancelled { document, .. }, _) => {
                let document = fates.called(*document);
                Some(format!("It stands for {document}, whose cancellation is not in the books."))
            }
        }
    };
    work.needs.iter().find_map(lack)
}
