//! A document from a draft that somebody has written in ERPNext: [`crate::payload`] backwards, so that a workshop's box can be asked of it.
//!
//! In: the draft, whole; what its doctypes' fields are ([`Shapes`]); what is known of the site ([`About`]); a way to ask for the documents
//! that it names ([`Origins`]). Out: a document of ours, or the field that it could not say, with the remedy. Pure but for the questions.
//!
//! **Nothing is dropped in silence.** Of each field that has something in it one of these is true: our document says it; ERPNext has worked it
//! out; it names neither goods nor money (an address, terms, an account that ERPNext fills in, a field of people's own), and stays on the
//! draft, which becomes the document; or the draft cannot be asked for (`kept` has the lists). What it comes to is worked out once more as a
//! box does, and has to be what the draft says.
//!
//! Absent: whose the warehouses are, whether the goods are there, and what is done with the answer.

mod kept;
mod read;
mod shapes;
mod total;

pub use kept::TABLES;
pub use shapes::{Shape, Shapes};

use crate::client::Failure;
use crate::payload::About;
use outpost_core::domain::document::{Document, Kind, Purpose};
use outpost_core::domain::id::IntentId;
use outpost_core::domain::request;
use serde_json::Value;

/// A document that a draft names, as ERPNext has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The id under which a site made it; none where it is ERPNext's own.
    pub id: Option<IntentId>,
    /// The names of the rows of its items, in order.
    pub rows: Vec<String>,
}

/// How ERPNext's name of another document becomes ours.
pub trait Origins {
    /// The document; nothing where ERPNext has none of that name.
    fn origin(&mut self, kind: Kind, name: &str) -> Result<Option<Origin>, Failure>;
}

/// Why a draft is no document of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsayable {
    /// What is wrong with a field, with the remedy.
    #[error("{field}: {rule}")]
    Field {
        /// Its path, as `items[0].qty`.
        field: String,
        /// The rule and the remedy.
        rule: String,
    },
    /// ERPNext could not be asked.
    #[error(transparent)]
    Books(#[from] Failure),
}

impl Unsayable {
    pub(crate) fn at(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Field { field: field.into(), rule: rule.into() }
    }
}

/// The document.
pub fn document(
    kind: Kind,
    draft: &Value,
    shapes: &Shapes,
    about: &About<'_>,
    origins: &mut dyn Origins,
) -> Result<Document, Unsayable> {
    let empty = serde_json::Map::new();
    let draft = draft.as_object().unwrap_or(&empty);
    kept::check(kind, draft, shapes, kept::Ours::Any)?;
    let fields = read::Reading { kind, about, origins }.head(draft)?;
    let document = Document::deserialize_as(kind, Value::Object(fields)).map_err(|error| {
        Unsayable::at(
            "this draft",
            format!("it cannot be said at a workshop: {error}. Correct it, or let the workshop enter it"),
        )
    })?;
    if let Document::StockEntry(entry) = &document
        && !matches!(entry.stock_entry_type, Purpose::Issue | Purpose::Receipt | Purpose::Transfer)
    {
        let rule = "what is made of what is known at the workshop: let the workshop enter it";
        return Err(Unsayable::at("stock_entry_type", rule));
    }
    document
        .rules()
        .validate()
        .map_err(|invalid| Unsayable::at("this draft", format!("{invalid}. Correct it, and tick it again")))?;
    request::check(&document).map_err(|rule| Unsayable::at("this draft", rule))?;
    total::check(&document, draft, about)?;
    Ok(document)
}

/// What stands on a draft beside what its document says, which was taken off it: ERPNext would book it along.
pub fn unsaid(kind: Kind, draft: &Value, shapes: &Shapes) -> Result<(), Unsayable> {
    draft.as_object().map_or(Ok(()), |draft| kept::check(kind, draft, shapes, kept::Ours::None))
}
