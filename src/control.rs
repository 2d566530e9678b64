//! How `outpost status`, `export` and the like ask a running box or office: a Unix socket in its directory.
//!
//! One line of JSON in ([`Ask`]), with [`Ask::Load`] as many bytes as it says, one line of JSON back (`null`, or the reason why
//! not), then the answer's bytes until the end. Who runs the program may ask, and nobody else.

use crate::domain::document::{Kind, Text};
use crate::domain::id::{DeviceId, IntentId, SiteId};
use crate::keys::key::Fingerprint;
use crate::load::Order;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The socket's name in the directory.
pub const SOCKET: &str = "control.sock";
/// Longest question, in bytes: the names of a hundred files.
const MAX_ASK: u64 = 32 * 1024;
/// Questions answered at once: a person, a few scripts, and some that hang.
const MAX_ASKERS: usize = 8;
/// How long a silent asker is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// How it is: one JSON object.
    Status,
    /// Documents as CSV.
    Export {
        /// Which kind.
        kind: Kind,
        /// The first day, in the workshop's time zone.
        from: Date,
        /// The last day.
        to: Date,
        /// Of which site; all where none.
        site: Option<SiteId>,
    },
    /// The office: expect a new site, and give its enrolment file's text.
    Enrol {
        /// The site.
        site: SiteId,
        /// It is enrolled already, and its box is replaced.
        replace: bool,
        /// The key that comes needs no comparison.
        trust: bool,
        /// Its box stays, and learns anew where its office is.
        moves: bool,
        /// Where the box is to connect, instead of what the office's settings say.
        urls: Vec<String>,
    },
    /// The office: take in what lies on a stick, and write back what its sites are to have. One JSON object tells of it.
    Import {
        /// Where it is mounted.
        mount: PathBuf,
        /// Write for every site, not only for those that have something on it.
        all_sites: bool,
    },
    /// The box: documents of these days as CSV on the stick that is in, or is put in now. One line tells when they are on it.
    StickCsv {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// The box: let a tablet pair; one JSON object with code and address.
    Pair {
        /// What it is to be called; the box finds a name where none.
        name: Option<DeviceId>,
    },
    /// The office: somebody has compared the fingerprint of a new box; a line of text.
    Confirm {
        /// The site.
        site: SiteId,
        /// What its box shows.
        fingerprint: Fingerprint,
    },
    /// The office: a key of a site counts no more; a line of text.
    Revoke {
        /// The site.
        site: SiteId,
        /// Which key, where more than one counts.
        fingerprint: Option<Fingerprint>,
    },
    /// The office: what came under keys that count no more: a JSON array.
    Quarantine {
        /// Of which site; all where none.
        site: Option<SiteId>,
    },
    /// The office: take such envelopes in, or throw them away: a JSON array of those it was done to.
    Judge {
        /// Of which site.
        site: SiteId,
        /// Which envelope, by its id; all where none.
        id: Option<String>,
        /// Take it in.
        release: bool,
    },
    /// The office: take master data from files, which follow the question one after the other: a [`crate::load::Report`] as JSON.
    Load {
        /// What is to be done with them.
        order: Order,
        /// Their names and sizes in bytes, in the order in which they follow.
        files: Vec<(String, u64)>,
    },
    /// The office: go through ERPNext's master data now, what is there no more too; nothing is answered but that it begins.
    ErpnextRefresh,
    /// The office: look whether ERPNext has what documents will need: a line of text for each thing.
    ErpnextCheck {
        /// An administrator's key and secret, for what only such a one may see.
        admin: Option<(String, String)>,
    },
    /// The office: a site's journal, the office's books and ERPNext side by side: an [`outpost_core::reconcile::Sheet`] as JSON.
    Reconcile {
        /// Which site.
        site: SiteId,
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// The office: what is held: one JSON object with the count, a page of them, and after which one the next page begins.
    Held {
        /// Of which site; all where none.
        site: Option<SiteId>,
        /// After which one; from the first where none.
        #[serde(default)]
        after: Option<IntentId>,
    },
    /// The office: try held documents again; how many, as JSON.
    Retry {
        /// Of which site; all where none.
        site: Option<SiteId>,
        /// Which one; all where none.
        id: Option<IntentId>,
    },
    /// The office: a held document is never posted; lines of text that say what is not booked.
    GiveUp {
        /// Which one.
        id: IntentId,
        /// Who decided it.
        by: Text,
        /// Why.
        reason: String,
    },
    /// The office: what a held document calls `from` is `to` in the books, and what is held is tried again; how many, as a JSON number.
    Remap {
        /// Which one.
        id: IntentId,
        /// A site's table of names in `erpnext.toml`.
        table: String,
        /// The workshops' name.
        from: String,
        /// The books'.
        to: String,
        /// Of all sites that are posted, and not of its own alone.
        all_sites: bool,
    },
    /// The office: one that is held, was given up, or was posted and is gone, was entered in ERPNext by hand; lines of text that say what it is there.
    Entered {
        /// Which one.
        id: IntentId,
        /// Its name in ERPNext.
        name: Text,
        /// Who says so.
        by: Text,
        /// It may say otherwise than its paper.
        anyway: bool,
    },
    /// Stock, days, documents and the like: a [`crate::show::Sheet`] as JSON.
    Show(crate::show::Show),
    /// What is known of one document: one JSON object.
    Document {
        /// Its device's id for it.
        id: IntentId,
    },
}

/// Answers a question by writing to the asker.
pub trait Answer: Send + Sync + 'static {
    /// Writes the answer, or says in one line why there is none. Runs on a thread that may block.
    fn answer(&self, ask: Ask, out: &mut dyn Write) -> Result<(), String>;

    /// The same for a question that bytes follow. All of them are read before anything is written: the asker listens only after
    /// it has said everything.
    fn take(&self, _ask: Ask, _body: &mut dyn Read, _out: &mut dyn Write) -> Result<(), String> {
        Err("only an office takes files: name its directory with --dir".into())
    }
}

/// The listening side.
pub struct Control {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Control {
    /// Listens in `dir`. A socket that a dead process left is replaced; the journal's lock has told already whether
    /// another one runs.
    pub fn listen(dir: &Path, answers: Arc<dyn Answer>) -> std::io::Result<Self> {
        let path = dir.join(SOCKET);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        // Whatever the umask says: who may ask may enrol a site, and is given its secrets.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(crate::files::PRIVATE))?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let serve = move || {
            for stream in listener.incoming() {
                if stopping.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                // A slow asker keeps no other waiting, and a question that panics ends with its own thread.
                if Arc::strong_count(&answers) > MAX_ASKERS {
                    let _ = writeln!(&stream, "{}", serde_json::json!("too many ask at once: ask again in a moment"));
                    continue;
                }
                let answers = answers.clone();
                let one = move || {
                    if let Err(error) = serve(stream, answers.as_ref()) {
                        tracing::debug!(%error, "an asker went away");
                    }
                };
                if let Err(error) = std::thread::Builder::new().name("question".into()).spawn(one) {
                    tracing::warn!(%error, "a question was not answered");
                }
            }
        };
        let thread = std::thread::Builder::new().name("control".into()).spawn(serve)?;
        Ok(Self { path, stop, thread: Some(thread) })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // A connection wakes the listener, which then sees that it is to stop.
        if UnixStream::connect(&self.path).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

fn serve(stream: UnixStream, answers: &dyn Answer) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    let mut body = BufReader::new(&stream);
    (&mut body).take(MAX_ASK).read_line(&mut line)?;
    let mut out = std::io::BufWriter::new(Lazy { stream: &stream, begun: false });
    let told = match serde_json::from_str(&line) {
        Ok(ask @ Ask::Load { .. }) => answers.take(ask, &mut body, &mut out),
        Ok(ask) => answers.answer(ask, &mut out),
        Err(error) => Err(format!("not a question: {error}")),
    };
    out.flush()?;
    let lazy = out.into_inner().map_err(|error| error.into_error())?;
    match (told, lazy.begun) {
        (Err(reason), false) => writeln!(&stream, "{}", serde_json::json!(reason)),
        (Err(reason), true) => Err(std::io::Error::other(reason)),
        (Ok(()), true) => Ok(()),
        (Ok(()), false) => writeln!(&stream, "null"),
    }
}

/// Says that the answer is good with its first byte, so that a reason can still be given before.
struct Lazy<'a> {
    stream: &'a UnixStream,
    begun: bool,
}

impl Write for Lazy<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.begun && !bytes.is_empty() {
            self.begun = true;
            self.stream.write_all(b"null\n")?;
        }
        self.stream.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

/// Why a running program could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nothing listens.
    #[error("nothing runs in {0}: start it with `outpost box` or `outpost office`")]
    NotRunning(PathBuf),
    /// The connection failed.
    #[error("asking failed: {0}")]
    Io(#[from] std::io::Error),
    /// It said no.
    #[error("{0}")]
    Refused(String),
}

/// Asks the program that runs in `dir`, and hands the answer to `out`.
pub fn ask(dir: &Path, ask: &Ask, out: &mut dyn Write) -> Result<(), AskError> {
    ask_with(dir, ask, &[], out)
}

/// Asks with bytes that follow the question.
pub fn ask_with(dir: &Path, ask: &Ask, body: &[&[u8]], out: &mut dyn Write) -> Result<(), AskError> {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    let stream = UnixStream::connect(dir.join(SOCKET)).map_err(|error| match error.kind() {
        NotFound | ConnectionRefused => AskError::NotRunning(dir.to_owned()),
        _ => AskError::Io(error),
    })?;
    writeln!(&stream, "{}", serde_json::to_string(ask).map_err(std::io::Error::other)?)?;
    // Who says no does not read on: the reason is in the answer, not in this error.
    let _ = body.iter().try_for_each(|bytes| (&stream).write_all(bytes));
    let mut answer = BufReader::new(&stream);
    let mut first = String::new();
    answer.read_line(&mut first)?;
    let reason: Option<String> = serde_json::from_str(&first)
        .map_err(|_| AskError::Refused("the program ended before it had answered: ask again".into()))?;
    if let Some(reason) = reason {
        return Err(AskError::Refused(reason));
    }
    std::io::copy(&mut answer, out)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl Answer for Echo {
        fn answer(&self, ask: Ask, out: &mut dyn Write) -> Result<(), String> {
            match ask {
                Ask::Status => out.write_all(b"{}").map_err(|error| error.to_string()),
                _ => Err("only its status is known".into()),
            }
        }

        fn take(&self, ask: Ask, body: &mut dyn Read, out: &mut dyn Write) -> Result<(), String> {
            let Ask::Load { files, .. } = ask else { return Err("not files".into()) };
            if files.is_empty() {
                return Err("no files".into());
            }
            // All of it first: the asker listens only after it has said everything.
            let mut bytes = Vec::new();
            let wanted = files.iter().map(|file| file.1).sum();
            body.take(wanted).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            out.write_all(&bytes).map_err(|error| error.to_string())
        }
    }

    #[test]
    fn a_question_is_answered_or_refused_with_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        assert!(matches!(ask(dir.path(), &Ask::Status, &mut out), Err(AskError::NotRunning(_))));
        let control = Control::listen(dir.path(), Arc::new(Echo)).unwrap();
        ask(dir.path(), &Ask::Status, &mut out).unwrap();
        assert_eq!(out, b"{}");
        let id = IntentId(uuid::Uuid::nil());
        let refused = ask(dir.path(), &Ask::Document { id }, &mut out).unwrap_err();
        assert_eq!(refused.to_string(), "only its status is known");
        drop(control);
        assert!(matches!(ask(dir.path(), &Ask::Status, &mut out), Err(AskError::NotRunning(_))));
    }

    #[test]
    fn bytes_that_follow_a_question_arrive_whole_and_a_refusal_of_them_is_heard() {
        let dir = tempfile::tempdir().unwrap();
        let control = Control::listen(dir.path(), Arc::new(Echo)).unwrap();
        // More than any buffer on the way.
        let body = vec![7; 3_000_000];
        let load = |files: Vec<(String, u64)>| Ask::Load { order: Order::default(), files };
        let mut out = Vec::new();
        let files = vec![("item.csv".into(), 1_000_000), ("uom.csv".into(), 2_000_000)];
        ask_with(dir.path(), &load(files), &[&body[..1_000_000], &body[1_000_000..]], &mut out).unwrap();
        assert!(out == body);
        let refused = ask_with(dir.path(), &load(vec![]), &[&body], &mut out).unwrap_err();
        assert_eq!(refused.to_string(), "no files");
        drop(control);
    }
}
