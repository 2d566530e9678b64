//! A document for a site's warehouse that somebody at the office wants to enter.
//!
//! In: the document as a tablet would send it. Out: the rule of the one that refuses it. By `domain/rights` a warehouse is the site's whose it
//! is, and what moves its stock is that site's box to decide: whether the goods are there is known in its journal alone. So it is judged whose
//! the warehouses are, and whether the box is there to be asked; then the box would have to say yes. **Asking it is deliberately absent**: the
//! journal of the office's word has no entry for it and no box answers one (an agreement between two sites is the design's "later"). So what
//! gets as far as that is refused too, with who refuses and what to do in its place. Nothing is recorded here, and nothing made up.

use super::{Desk, Question, Role, Route, Whose};
use crate::domain::id::{DeviceId, SiteId};
use crate::domain::record::{Entry, Sent};
use crate::domain::rights::{self, Deed, Refused, World};
use crate::domain::time::rfc3339;
use crate::intake::{self, Code};
use crate::office::ledger;
use crate::web::{Fault, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) const ROUTES: &[Route] = &[("POST", "/api/transactions", Whose::Of(Role::Work), Desk::enter)];

/// What stands for the device that a document of the office's comes from.
const DEVICE: &str = "office";
/// Through somebody else's broker a box that has said nothing for so long counts as away, as it does for the guard in ERPNext.
const QUIET_MS: i64 = 120_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enter {
    site: SiteId,
    kind: String,
    document: Map<String, Value>,
}

fn against(input: Option<&str>, rule: impl Into<String>, remedy: &str) -> Fault {
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, input, rule, remedy)
}

impl Desk {
    fn enter(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Enter { site, kind, document } = question.asked.json()?;
        let sites = &self.office.sites;
        if !sites.names().contains(&site) {
            return Err(Fault::absent(Some("site"), format!("{site} is not served here"), "look at /api/sites"));
        }
        let device: DeviceId = DEVICE.parse().expect("invariant: it is a device's id");
        let payload = Value::Object(document).to_string();
        let sent = Sent { session: 0, packet: 1, dup: false };
        let entry = intake::read(&device, &format!("tx/{DEVICE}/{kind}"), payload.as_bytes(), sent);
        let entry = entry.map_err(|reason| {
            let input = if reason.code == Code::UnknownDocument { "kind" } else { "document" };
            against(Some(input), reason.to_string(), "correct it, and send it again")
        })?;
        let Entry::Submitted(submitted) = entry else {
            return Err(against(
                Some("kind"),
                "only documents are entered here",
                "send a kind of document, like stock-entry",
            ));
        };
        let masters = ledger::masters(sites.rows());
        let world = World { site: &site, masters: &masters };
        rights::check(&submitted.document, None, Deed::Submit, &world).map_err(|refused| {
            let field = match &refused {
                Refused::Place { field, .. } => format!("document.{field}"),
                Refused::Person(_) => "document".to_owned(),
            };
            against(Some(&field), refused.to_string(), "change the warehouse, or send it to the site whose it is")
        })?;
        let now_ms = sites.now_ms();
        let is_there = sites.seen_at_ms().iter().any(|(other, at_ms)| *other == site && now_ms - at_ms < QUIET_MS);
        if !is_there {
            let mut heard_at_ms = None;
            sites.each(|other, running| {
                if *other == site {
                    heard_at_ms = running.state.borrow().heard_at_ms;
                }
            });
            let since =
                heard_at_ms.map_or("was never up".to_owned(), |at_ms| format!("was last heard of {}", rfc3339(at_ms)));
            let rule = format!("the box of {site} decides about its warehouses, and it {since}: its line is down");
            let remedy = "send the goods through a transit warehouse, or let the site enter it";
            return Err(against(Some("site"), rule, remedy));
        }
        let rule =
            format!("the box of {site} decides about its warehouses, and does not take documents from the office yet");
        let remedy = "let the site enter it, send the goods through a transit warehouse, or enter it in ERPNext while the line is up";
        Err(against(Some("site"), rule, remedy))
    }
}
