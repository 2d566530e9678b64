//! What an office answers below `/api`: the desk's questions and decisions.
//!
//! In: a request that keeps the rules ([`crate::web`]). Out: JSON, as docs/PAGES.md and `openapi.json` have it. Who asks, and whether their
//! role is enough, is looked at first; an answer is then made on a thread that may block. Deliberately absent: what the answers are made
//! of, which `outpost` at the office's terminal asks for as well ([`super::answers`]).

mod erpnext;
mod imports;
mod keys;
mod login;
mod quarantine;
mod sessions;
mod throttle;
mod transactions;

use super::answers::Answers;
use super::users::{Role, Roll};
use crate::moment::rough_ms;
use crate::passwords::Checker;
use crate::web::{self, Asked, Fault, Found, Query, Reply, StatusCode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use imports::Imports;
use serde_json::json;
use sessions::{SessionKey, Sessions};
use std::sync::{Arc, Mutex};
use throttle::Throttle;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Questions that are worked on at once.
const AT_ONCE: usize = 4;

/// What the answers are made of.
pub(super) struct Desk {
    office: Arc<Answers>,
    working: Arc<Semaphore>,
    imports: Arc<Imports>,
    roll: Roll,
    sessions: Sessions,
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
const ROUTES: &[&[Route]] =
    &[HOUSE, login::ROUTES, imports::ROUTES, keys::ROUTES, quarantine::ROUTES, transactions::ROUTES, erpnext::ROUTES];

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
            (Some(bytes), Whose::Of(role)) => self.member(head, *role).map(|_| bytes),
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
        let imports = Imports::open(&dir);
        tokio::spawn(Imports::tend(Arc::downgrade(&imports)));
        Ok(Self {
            office,
            working: Arc::new(Semaphore::new(AT_ONCE)),
            imports,
            roll: Roll::open(&dir)?,
            sessions: Sessions::new()?,
            throttle: Mutex::default(),
            checker: Checker::new()?,
            runtime: Handle::current(),
        })
    }

    async fn reply(self: Arc<Self>, asked: Asked) -> Result<Reply, Fault> {
        let index = match web::find(paths(), asked.method.as_str(), &asked.path) {
            Found::Route(index, _) => index,
            Found::WrongMethod => return Err(Fault::method(&web::methods(paths(), &asked.path))),
            Found::Nothing => return Err(Fault::no_path()),
        };
        let &(_, _, whose, answer) = routes().nth(index).expect("invariant: it was found among them");
        let stopping = || Fault::not_now("the office is being stopped");
        let working = Arc::clone(&self.working).acquire_owned().await.map_err(|_| stopping())?;
        let work = move || {
            let _working = working;
            let Found::Route(_, places) = web::find(paths(), asked.method.as_str(), &asked.path) else {
                return Err(Fault::no_path());
            };
            let member = match whose {
                Whose::Anybody => None,
                Whose::Of(role) => Some(self.member(&asked, role)?),
            };
            answer(&self, &Question { asked: &asked, places, who: member.as_ref() })
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
    use std::collections::BTreeSet;

    #[test]
    fn every_path_is_in_the_contract_and_every_path_of_the_contract_is_answered() {
        let contract: serde_json::Value = serde_json::from_str(CONTRACT).unwrap();
        let methods = |(path, entry): (&String, &serde_json::Value)| {
            let methods = entry.as_object().unwrap().keys().map(|method| method.to_uppercase());
            methods.map(|method| (method, path.clone())).collect::<Vec<_>>()
        };
        let told: BTreeSet<(String, String)> =
            contract["paths"].as_object().unwrap().iter().flat_map(methods).collect();
        let answered = paths().map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
        assert_eq!(told, answered);
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
}
