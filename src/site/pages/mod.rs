//! What a box answers below `/api`: the tablet's questions.
//!
//! In: a request that keeps the rules ([`crate::web`]). Out: JSON, as docs/PAGES.md and `openapi.json` have it. Who asks is looked at
//! first ([`who`]); an answer is then made on a thread that may block. Deliberately absent: everything that changes the books, which goes
//! by MQTT with its receipt.

mod codes;
mod documents;
mod export;
mod figures;
mod line;
mod marks;
mod orders;
mod pairing;
mod print;
mod rows;
mod stick;
mod who;

pub(super) use pairing::Pairing;
pub(super) use rows::Cursor;

use super::fold::Fold;
use super::people;
use super::printer::Printer;
use super::show::Figures;
use super::start::Trusted;
use super::state::State;
use super::sticks::Asker;
use crate::books::{self, Shelves};
use crate::domain::document::Kind;
use crate::domain::id::{DeviceId, SiteId};
use crate::domain::master::{Masters, User};
use crate::journal::Reader;
use crate::moment::Moment;
use crate::rows::SharedRows;
use crate::views;
use crate::web::{self, Asked, Fault, Found, Query, Reply, StatusCode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// Questions that are worked on at once. Each may read the journal; a Pi has four cores, and devices come first.
const AT_ONCE: usize = 2;

/// The turns for that.
pub(super) fn working() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

/// What the answers are made of.
pub(super) struct Pages {
    pub(super) site: SiteId,
    pub(super) state: State,
    pub(super) views: views::Reader,
    pub(super) shelves: Arc<Shelves>,
    pub(super) journal: Reader,
    pub(super) figures: Figures,
    pub(super) fold: Arc<Fold>,
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    pub(super) rows: SharedRows,
    pub(super) people: people::Shared,
    pub(super) door: Arc<people::Door>,
    pub(super) moment: Arc<Moment>,
    pub(super) utc_offset_minutes: i16,
    /// What browsers are to trust for HTTPS; none where nothing listens for it.
    pub(super) trusted: Option<Trusted>,
    /// The file of the devices' logins.
    pub(super) devices: PathBuf,
    pub(super) pairing: Pairing,
    pub(super) sticks: Asker,
    pub(super) printer: Option<Printer>,
    pub(super) working: Arc<Semaphore>,
}

/// Whose question a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Anybody's.
    Anybody,
    /// A tablet's, by its login.
    Tablet,
    /// A person's at a tablet, where people are told apart.
    Person,
}

/// A question, and who asks it.
struct Question<'a> {
    asked: &'a Asked,
    /// What stands in the path's `{…}`.
    segment: &'a str,
    /// The tablet; none where anybody may ask.
    device: Option<&'a DeviceId>,
    /// The person; none where nobody is told apart.
    person: Option<&'a User>,
    masters: &'a Arc<Masters>,
}

type Answer = fn(&Pages, &Question<'_>) -> Result<Reply, Fault>;

/// Every path: the method, the path, whose, and the answer.
const ROUTES: &[(&str, &str, Whose, Answer)] = &[
    ("GET", "/api/openapi.json", Whose::Anybody, |_, question| contract(question)),
    ("GET", "/api/hello", Whose::Anybody, Pages::hello),
    ("GET", "/api/ca", Whose::Anybody, Pages::ca),
    ("GET", "/api/pairing", Whose::Anybody, Pages::pairing),
    ("POST", "/api/pairing", Whose::Anybody, Pages::begin_pairing),
    ("POST", "/api/pair", Whose::Anybody, Pages::pair),
    ("GET", "/api/status", Whose::Tablet, Pages::status),
    ("GET", "/api/rows", Whose::Tablet, Pages::rows),
    ("GET", "/api/stock", Whose::Tablet, Pages::stock),
    ("GET", "/api/transit", Whose::Tablet, Pages::transit),
    ("GET", "/api/work-orders", Whose::Tablet, Pages::work_orders),
    ("GET", "/api/barcode", Whose::Tablet, Pages::barcode),
    ("GET", "/api/barcodes", Whose::Tablet, Pages::barcodes),
    ("POST", "/api/marks", Whose::Tablet, Pages::marks),
    ("GET", "/api/orders", Whose::Person, Pages::orders),
    ("GET", "/api/invoices", Whose::Person, Pages::invoices),
    ("GET", "/api/till", Whose::Person, Pages::till),
    ("GET", "/api/day", Whose::Person, Pages::day),
    ("GET", "/api/documents", Whose::Person, Pages::documents),
    ("GET", "/api/documents/{id}", Whose::Person, Pages::document),
    ("GET", "/api/scans", Whose::Person, Pages::scans),
    ("GET", "/api/export", Whose::Person, Pages::export),
    ("POST", "/api/print", Whose::Person, Pages::print),
    ("POST", "/api/stick/csv", Whose::Person, Pages::stick_csv),
];

fn paths() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().map(|(method, path, ..)| (*method, *path))
}

/// The contract, as it is checked in.
const CONTRACT: &str = include_str!("openapi.json");

fn contract(question: &Question<'_>) -> Result<Reply, Fault> {
    Query::read(question.asked, &[])?;
    Ok(Reply::json_text(CONTRACT))
}

impl web::Pages for Pages {
    fn answer(self: Arc<Self>, asked: Asked) -> BoxFuture<'static, Reply> {
        async move {
            let moment = Arc::clone(&self.moment);
            self.reply(asked).await.unwrap_or_else(Reply::from).dated(moment.now_ms())
        }
        .boxed()
    }
}

impl Pages {
    async fn reply(self: Arc<Self>, asked: Asked) -> Result<Reply, Fault> {
        let route = match web::find(paths(), asked.method.as_str(), &asked.path) {
            Found::Route(index, places) => (index, places.first().copied().unwrap_or_default().to_owned()),
            Found::WrongMethod => return Err(Fault::method(&web::methods(paths(), &asked.path))),
            Found::Nothing => return Err(Fault::no_path()),
        };
        let (index, segment) = route;
        let (_, _, whose, answer) = ROUTES[index];
        let device = if whose == Whose::Anybody { None } else { Some(self.tablet(&asked).await?) };
        let stopping = || Fault::not_now("the box is being stopped");
        // Who waits for a stick or a printer keeps nobody from asking; each of those hears one at a time.
        let working = match ["/api/stick/csv", "/api/print"].contains(&asked.path.as_str()) {
            true => None,
            false => Some(Arc::clone(&self.working).acquire_owned().await.map_err(|_| stopping())?),
        };
        let work = move || {
            let _working = working;
            let masters = self.masters.borrow().clone();
            let person = match (whose, &device) {
                (Whose::Person, Some(device)) => self.person(&asked, device, &masters)?,
                _ => None,
            };
            let (device, person) = (device.as_ref(), person.as_ref());
            answer(&self, &Question { asked: &asked, segment: &segment, device, person, masters: &masters })
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a question of a page was not answered");
            let rule = "the box could not answer: its log says why";
            Err(Fault::new(StatusCode::INTERNAL_SERVER_ERROR, None, rule, "ask again, and tell whoever keeps the box"))
        })
    }

    fn hello(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let version = env!("CARGO_PKG_VERSION");
        Ok(Reply::json(&json!({ "role": "box", "site": self.site, "version": version, "api": 1 })))
    }

    /// The box's CA, for a tablet to be told to trust it.
    fn ca(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let absent = || Fault::absent(None, "the box has no secure pages", "set https in box.toml");
        let trusted = self.trusted.as_ref().ok_or_else(absent)?;
        Ok(Reply::certificate(&format!("outpost-{}.crt", self.site), trusted.pem.clone()))
    }

    fn status(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        Ok(Reply::json(&self.state.for_tablets(&self.views.progress())))
    }

    /// Waits until the views have what is durable, for who has a receipt in hand.
    fn catch_up(&self) -> Result<(), Fault> {
        books::catch_up(&self.views, &*self.shelves, super::start::SITE_NO).map_err(Fault::not_now)
    }
}

impl Question<'_> {
    /// Whether one of the person's roles may read documents of this kind.
    fn may_read(&self, kind: Kind) -> bool {
        self.person.is_none_or(|person| crate::domain::rights::may_read(kind, person, self.masters))
    }

    /// Refuses a kind that the person may not read.
    fn must_read(&self, kind: Kind) -> Result<(), Fault> {
        if self.may_read(kind) {
            return Ok(());
        }
        let rule = format!("none of your roles may read a {}", kind.name());
        Err(Fault::forbidden(Some("Outpost-Session"), rule, "ask somebody who may, or the office for the right"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_in_the_contract_and_every_path_of_the_contract_is_answered() {
        let answered = paths().map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
        assert_eq!(crate::pages::contract::told(CONTRACT), answered);
        assert!(crate::pages::contract::has_all_kinds(CONTRACT));
    }

    #[test]
    fn the_contract_says_whose_each_path_is() {
        let contract: serde_json::Value = serde_json::from_str(CONTRACT).unwrap();
        for (method, path, whose, _) in ROUTES {
            let told = &contract["paths"][path][method.to_lowercase()]["security"];
            let wanted = match whose {
                Whose::Anybody => json!([]),
                Whose::Tablet => json!([{ "device": [] }]),
                Whose::Person => json!([{ "device": [], "session": [] }]),
            };
            assert_eq!(*told, wanted, "{method} {path}");
        }
    }
}
