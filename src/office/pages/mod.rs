//! What an office answers below `/api`: the desk's questions and decisions.
//!
//! In: a request that keeps the rules ([`crate::web`]). Out: JSON, as docs/PAGES.md and `openapi.json` have it. Who asks, and whether their
//! role is enough, is looked at first; an answer is then made on a thread that may block. Deliberately absent: what the answers are made
//! of, which `outpost` at the office's terminal asks for as well ([`super::answers`]).

mod audit;
mod books;
mod days;
mod document;
mod documents;
mod erpnext;
mod events;
mod feed;
mod held;
mod imports;
mod keys;
mod login;
mod months;
mod quarantine;
mod sessions;
mod sites;
mod stock;
mod throttle;
mod transactions;
mod turn;
mod users;
mod watch;

use super::answers::Answers;
use super::audit::Audit;
use super::users::{Role, Roll};
use crate::moment::rough_ms;
use crate::passwords::Checker;
use crate::web::{self, Asked, Fault, Found, Method, Query, Reply, StatusCode};
use anyhow::Context;
use events::Listeners;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use imports::Imports;
use serde_json::json;
use sessions::{SessionKey, Sessions};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use throttle::Throttle;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Questions that are worked on at once, and beside them quick ones.
const AT_ONCE: usize = 4;
/// What waits for no journal and no ERPNext: nobody waits for others to log in, or to see that something is slow.
const QUICK: [&str; 10] = [
    "/api/openapi.json",
    "/api/hello",
    "/api/login",
    "/api/me",
    "/api/logout",
    "/api/password",
    "/api/events",
    "/api/status",
    "/api/sites",
    "/api/sites/{site}",
];
/// How long a question waits for its turn.
const TURN: Duration = Duration::from_secs(30);

/// What the answers are made of.
pub(super) struct Desk {
    office: Arc<Answers>,
    working: Arc<Semaphore>,
    quick: Arc<Semaphore>,
    roll: Arc<Roll>,
    audit: Audit,
    sessions: Arc<Sessions>,
    listeners: Arc<Listeners>,
    imports: Arc<Imports>,
    throttle: Mutex<Throttle>,
    checker: Checker,
    /// Where what waits for its turn to check a password waits.
    runtime: Handle,
}

/// Whose question a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Anybody's.
    Anybody,
    /// A user's, with at least this role.
    Of(Role),
}

/// A user who is logged in.
struct Member {
    user: String,
    full_name: String,
    role: Role,
    session: SessionKey,
    /// What the session's page sends along with what changes something.
    csrf: String,
    until_ms: i64,
}

/// A question, and who asks it.
struct Question<'a> {
    asked: &'a Asked,
    /// What stands in the places of the path's `{…}`.
    places: Vec<&'a str>,
    /// None where anybody may ask.
    who: Option<&'a Member>,
}

type Answer = fn(&Desk, &Question<'_>) -> Result<Reply, Fault>;

/// The method, the path, whose, and the answer.
type Route = (&'static str, &'static str, Whose, Answer);

/// Every path: what is beside the answers, module by module.
const ROUTES: &[&[Route]] = &[
    HOUSE,
    login::ROUTES,
    documents::ROUTES,
    document::ROUTES,
    stock::ROUTES,
    days::ROUTES,
    months::ROUTES,
    books::ROUTES,
    sites::ROUTES,
    held::ROUTES,
    users::ROUTES,
    audit::ROUTES,
    events::ROUTES,
    imports::ROUTES,
    keys::ROUTES,
    quarantine::ROUTES,
    transactions::ROUTES,
    erpnext::ROUTES,
];

/// What is of the office as a whole.
const HOUSE: &[Route] = &[
    ("GET", "/api/openapi.json", Whose::Anybody, |_, question| contract(question)),
    ("GET", "/api/hello", Whose::Anybody, Desk::hello),
    ("GET", "/api/status", Whose::Of(Role::Look), Desk::status),
];

fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied().flatten()
}

fn paths() -> impl Iterator<Item = (&'static str, &'static str)> {
    routes().map(|(method, path, ..)| (*method, *path))
}

/// The contract, as it is checked in.
const CONTRACT: &str = include_str!("openapi.json");

fn contract(question: &Question<'_>) -> Result<Reply, Fault> {
    Query::read(question.asked, &[])?;
    Ok(Reply::json_text(CONTRACT))
}

/// Whether a request is for more than an answer.
fn changes(asked: &Asked) -> bool {
    ![Method::GET, Method::HEAD].contains(&asked.method)
}

impl Question<'_> {
    /// The user who asks; nobody where anybody may.
    fn user(&self) -> &str {
        self.who.map_or("", |who| who.user.as_str())
    }
}

impl web::Pages for Desk {
    fn room(&self, head: &Asked) -> Result<usize, Fault> {
        let Found::Route(index, _) = web::find(paths(), head.method.as_str(), &head.path) else {
            return Ok(web::USUAL_BODY);
        };
        let (_, path, whose, _) = routes().nth(index).expect("invariant: it was found among them");
        match (imports::room(path), whose) {
            // Whoever may not send it is told so before the office has it in memory.
            (Some(bytes), Whose::Of(role)) => {
                let member = self.member(head)?;
                self.may(&member, head, *role).map(|()| bytes)
            }
            _ => Ok(web::USUAL_BODY),
        }
    }

    fn answer(self: Arc<Self>, asked: Asked) -> BoxFuture<'static, Reply> {
        async move {
            self.reply(asked).await.unwrap_or_else(Reply::from).dated(i64::try_from(rough_ms()).unwrap_or(i64::MAX))
        }
        .boxed()
    }
}

impl Desk {
    pub(super) fn new(office: Arc<Answers>) -> anyhow::Result<Self> {
        let dir = office.sites.with_premises(|premises| premises.paths.dir.clone());
        let (roll, audit) = (Roll::open(&dir)?, Audit::open(&dir).context("the audit of the desk")?);
        let imports = Imports::open(&dir);
        tokio::spawn(Imports::tend(Arc::downgrade(&imports)));
        Ok(Self {
            office,
            working: Arc::new(Semaphore::new(AT_ONCE)),
            quick: Arc::new(Semaphore::new(AT_ONCE)),
            roll: Arc::new(roll),
            audit,
            sessions: Arc::new(Sessions::new()?),
            listeners: Arc::new(Listeners::new()?),
            imports,
            throttle: Mutex::default(),
            checker: Checker::new()?,
            runtime: Handle::current(),
        })
    }

    /// Looks for what those that listen are to be told, until [`Desk::close`].
    pub(super) async fn watch(self: Arc<Self>) {
        let stop = self.listeners.stopping();
        watch::run(self, stop).await;
    }

    async fn reply(self: Arc<Self>, asked: Asked) -> Result<Reply, Fault> {
        let index = match web::find(paths(), asked.method.as_str(), &asked.path) {
            Found::Route(index, _) => index,
            Found::WrongMethod => return Err(Fault::method(&web::methods(paths(), &asked.path))),
            Found::Nothing => return Err(Fault::no_path()),
        };
        let &(_, pattern, whose, answer) = routes().nth(index).expect("invariant: it was found among them");
        let turns = if QUICK.contains(&pattern) { &self.quick } else { &self.working };
        let turn = tokio::time::timeout(TURN, Arc::clone(turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Fault::not_now("the office is still working on what others have asked"))?;
        let working = turn.map_err(|_| Fault::not_now("the office is being stopped"))?;
        let work = move || {
            let _working = working;
            let Found::Route(_, places) = web::find(paths(), asked.method.as_str(), &asked.path) else {
                return Err(Fault::no_path());
            };
            let Whose::Of(role) = whose else {
                return answer(&self, &Question { asked: &asked, places, who: None });
            };
            let member = self.member(&asked)?;
            let question = Question { asked: &asked, places, who: Some(&member) };
            let answered = self.may(&member, &asked, role).and_then(|()| answer(&self, &question));
            if changes(&asked) {
                self.write_down((&asked, &member.user), (pattern, &question.places), &answered);
            }
            answered
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a question of the desk was not answered");
            let rule = "the office could not answer: its log says why";
            Err(Fault::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                None,
                rule,
                "ask again, and tell whoever keeps the office",
            ))
        })
    }

    fn hello(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let version = env!("CARGO_PKG_VERSION");
        Ok(Reply::json(&json!({ "role": "office", "version": version, "api": 1 })))
    }

    fn status(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        Ok(Reply::json(&self.office.status()))
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
    fn what_is_quick_is_a_path() {
        assert!(QUICK.iter().all(|quick| paths().any(|(_, path)| path == *quick)));
    }

    #[test]
    fn the_contract_says_whose_each_path_is() {
        let contract: serde_json::Value = serde_json::from_str(CONTRACT).unwrap();
        for (method, path, whose, _) in routes() {
            let told = &contract["paths"][path][method.to_lowercase()]["security"];
            let wanted = match whose {
                Whose::Anybody => json!([]),
                Whose::Of(Role::Look) => json!([{ "session": ["look"] }]),
                Whose::Of(Role::Work) => json!([{ "session": ["work"] }]),
                Whose::Of(Role::Admin) => json!([{ "session": ["admin"] }]),
            };
            assert_eq!(*told, wanted, "{method} {path}");
        }
    }

    #[test]
    fn the_contract_asks_for_the_sessions_word_where_something_is_changed() {
        let contract: serde_json::Value = serde_json::from_str(CONTRACT).unwrap();
        let word = json!({ "$ref": "#/components/parameters/Csrf" });
        for (method, path, whose, _) in routes() {
            let told = contract["paths"][path][method.to_lowercase()]["parameters"].as_array();
            let wanted = *method != "GET" && *whose != Whose::Anybody;
            assert_eq!(told.is_some_and(|told| told.contains(&word)), wanted, "{method} {path}");
        }
    }
}
