//! Files that a person brings to the desk: a stick's, taken in as if the stick were put in here; a table's, taken as master data.
//!
//! In: an import is begun, files come into it one by one, and it is taken. Out: how far it is, what was new, known or refused, and what the
//! stick is to have. Whose an import is counts: somebody else's is not there. Deliberately absent: what is done with a stick
//! ([`crate::office::stick`]) and with tables ([`crate::load`]).

mod name;
mod shelf;
mod take;
mod zip;

pub(super) use shelf::{ImportId, Imports, Progress};

use super::{Desk, Question, Role, Route, Whose};
use crate::domain::master::Table;
use crate::load::{self, MAX_FILES, Source};
use crate::office::stick::For;
use crate::web::{Fault, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::json;
use shelf::{Import, MAX_FILE, No, State};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The path of a file that comes.
const FILE: &str = "/api/imports/{id}/files/{name}";

pub(super) const ROUTES: &[Route] = &[
    ("POST", "/api/imports", Whose::Of(Role::Work), Desk::begin_import),
    ("GET", "/api/imports/{id}", Whose::Of(Role::Work), Desk::import),
    ("DELETE", "/api/imports/{id}", Whose::Of(Role::Work), Desk::drop_import),
    ("PUT", FILE, Whose::Of(Role::Work), Desk::put_file),
    ("POST", "/api/imports/{id}/take", Whose::Of(Role::Work), Desk::take_import),
    ("GET", "/api/imports/{id}/answers", Whose::Of(Role::Work), Desk::import_answers),
    ("POST", "/api/master", Whose::Of(Role::Admin), Desk::take_master),
];

/// How large a body may be, where the path is one of these.
pub(super) fn room(path: &str) -> Option<usize> {
    (path == FILE).then_some(MAX_FILE)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    #[serde(default)]
    all_sites: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Load {
    import: ImportId,
    #[serde(default)]
    check: bool,
    #[serde(default)]
    replace_tables: BTreeSet<String>,
}

impl From<No> for Fault {
    fn from(no: No) -> Self {
        let rule = no.to_string();
        let against = |input, remedy: &str| Self::new(StatusCode::UNPROCESSABLE_ENTITY, input, rule.clone(), remedy);
        match no {
            No::Files | No::Bytes => against(None, "take this import, then make another for the rest"),
            No::Nothing => against(Some("name"), "leave it out"),
            No::Nobodys => against(Some("name"), "send it with its folders, like to-office/bandung/NAME"),
            No::Twice(_) => against(Some("name"), "send one of the two in an import of its own"),
            No::NotOpen(_) => Self::new(StatusCode::CONFLICT, None, rule, "make another import for more files"),
            No::Gone => absent(),
            No::TooManyOfOne | No::TooManyInAll => {
                Self::later(StatusCode::TOO_MANY_REQUESTS, None, format!("{rule}: take one, or let one go"), 60)
            }
            No::Full => Self::later(StatusCode::SERVICE_UNAVAILABLE, None, rule, 60),
            No::Disk(_) => Self::later(StatusCode::SERVICE_UNAVAILABLE, None, rule, 60),
        }
    }
}

fn absent() -> Fault {
    Fault::absent(
        Some("id"),
        "no such import of yours is here: one goes an hour after it was last used",
        "make another",
    )
}

impl Desk {
    fn begin_import(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Begin {} = question.asked.json()?;
        let import = self.imports.begin(question.user())?;
        Ok(Reply::of_json(StatusCode::CREATED, &import.told()))
    }

    /// The import that the path names.
    fn import_of(&self, question: &Question<'_>) -> Result<Arc<Import>, Fault> {
        let id = question.places[0].parse();
        let id = id.map_err(|_| Fault::bad("id", "an import's id is a UUID", "send the one that was given"))?;
        self.imports.of(question.user(), id).ok_or_else(absent)
    }

    fn import(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        Ok(Reply::json(&self.import_of(question)?.told()))
    }

    fn drop_import(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        self.imports.drop_one(&*self.import_of(question)?)?;
        Ok(Reply::nothing())
    }

    fn put_file(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let import = self.import_of(question)?;
        let read = name::read(question.places[1]);
        let name = read.map_err(|bad| Fault::bad("name", bad.to_string(), "send the file under its own name"))?;
        let bytes = question.asked.file()?;
        import.put(&name, bytes)?;
        Ok(Reply::of_json(StatusCode::CREATED, &json!({ "name": name, "bytes": bytes.len() })))
    }

    fn take_import(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let import = self.import_of(question)?;
        let Take { all_sites } = question.asked.json()?;
        let whom = if all_sites { For::Everybody } else { For::ThoseOnIt };
        import.begin_taking()?;
        let told = import.told();
        let (office, taken) = (self.office.clone(), import.clone());
        let thread = std::thread::Builder::new().name("import".into());
        if let Err(error) = thread.spawn(move || take::take(taken, &office.sites, whom)) {
            tracing::error!(%error, "an import was not taken");
            import.taken(State::Failed, shelf::Came::default());
            return Err(Fault::not_now("the office has no thread to take it in"));
        }
        Ok(Reply::of_json(StatusCode::ACCEPTED, &told))
    }

    fn import_answers(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let import = self.import_of(question)?;
        if !matches!(import.state(), State::Done | State::Failed) {
            let rule = "there are answers once the import was taken in";
            return Err(Fault::new(StatusCode::CONFLICT, None, rule, "take it, and wait until its state is done"));
        }
        let zip = take::answers(&import).map_err(Fault::not_now)?;
        Ok(Reply::zip("outpost-answers.zip", zip))
    }

    fn take_master(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Load { import, check, replace_tables } = question.asked.json()?;
        let import = self.imports.of(question.user(), import);
        let gone =
            || Fault::absent(Some("import"), "no such import of yours is here", "make one, and send files into it");
        let files = import.ok_or_else(gone)?.master();
        let against =
            |input, rule: String, remedy| Fault::new(StatusCode::UNPROCESSABLE_ENTITY, Some(input), rule, remedy);
        if files.is_empty() {
            let rule = "the import holds no files of master data".to_owned();
            return Err(against("import", rule, "send files named after their tables, like item.csv"));
        }
        if files.len() > MAX_FILES {
            let rule = format!("{} files are more than {MAX_FILES}", files.len());
            return Err(against("import", rule, "load them in parts"));
        }
        let read = |(_, path): (String, std::path::PathBuf)| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(Source { name, bytes: std::fs::read(path)? })
        };
        let sources: std::io::Result<Vec<Source>> = files.into_iter().map(read).collect();
        let sources =
            sources.map_err(|error| Fault::not_now(format!("a file of the import cannot be read: {error}")))?;
        let tables: BTreeSet<Table> = sources.iter().filter_map(|source| load::table_of(&source.name)).collect();
        let named = |slug: &String| tables.iter().copied().find(|table| table.slug() == slug);
        let replace: Result<BTreeSet<Table>, &String> =
            replace_tables.iter().map(|slug| named(slug).ok_or(slug)).collect();
        let replace = replace.map_err(|slug| {
            let rule = format!("{slug} is no table that a file of the import holds");
            against("replace_tables", rule, "name tables of the import's files, or none")
        })?;
        let report = self.office.load(&sources, check, &replace);
        let report = report.map_err(|word| Fault::later(StatusCode::SERVICE_UNAVAILABLE, None, word, 60))?;
        Ok(Reply::json(&report))
    }
}
