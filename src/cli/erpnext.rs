//! `outpost office erpnext …`: what has to stand in ERPNext before documents are posted, and whether it does.

use crate::control::{self, Ask};
use crate::files;
use crate::office::posting::{self, KEY, NAME};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::guard::Mode;
use outpost_erpnext::setup::{Plan, Wish, Wishes, plan, undo};
use serde_json::Value;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// What a new `erpnext.toml` says.
fn template(url: &str) -> String {
    format!(
        "# How the office posts into ERPNext: docs/ERPNEXT.md.\nurl = {url:?}\n\n\
         # Each workshop that is posted. Names that are the same here and there need no line.\n\
         # [sites.bandung]\n# company = \"Tailor Works\"\n"
    )
}

#[derive(Subcommand)]
pub(super) enum Erpnext {
    /// Make in ERPNext what posting needs, with an administrator's key: custom fields, and a user and a key of the office's own. Says
    /// what it would do, and asks, before it does it. May be run again, and taken back.
    Setup(Setup),
    /// Look, with the office's own key, at every name and right that documents will need. The office has to run.
    Check {
        /// Look at what only an administrator may see as well: the file with an administrator's KEY:SECRET.
        #[arg(long, value_name = "FILE")]
        admin_key_file: Option<PathBuf>,
    },
    /// Go through ERPNext's master data now, and not only what has changed: what was deleted or renamed, rights and settings too. The office
    /// does so once a day by itself, and it has to run.
    Refresh,
    /// Does ERPNext answer, as whom, how quickly.
    Status,
}

#[derive(Args)]
pub(super) struct Setup {
    /// The file with an administrator's KEY:SECRET, which nobody else may read. It is used this once and not kept.
    #[arg(long, value_name = "FILE")]
    admin_key_file: PathBuf,
    /// Where ERPNext is, like https://books.example; needed the first time.
    #[arg(long)]
    url: Option<String>,
    /// The e-mail address of the user that documents are posted as.
    #[arg(long, default_value = "outpost-connector@localhost.localdomain")]
    email: String,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking.
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Make a new key, though the office has one: the old one counts no more.
    #[arg(long)]
    new_key: bool,
    /// Make the guard as well: whoever submits something in ERPNext for a workshop's warehouse is refused. A draft that is ticked Ask the
    /// Workshop is asked of the workshop's box, and submitted once that has recorded it. It is made of Server Scripts, which ERPNext
    /// has to have switched on.
    #[arg(long, conflicts_with_all = ["no_guard", "undo"])]
    guard: bool,
    /// With --guard: refuse it only while the link to the workshop is down, and ask nobody. While it is up, both may sell the same piece.
    #[arg(long, requires = "guard")]
    only_while_down: bool,
    /// Take the guard away, and leave the rest.
    #[arg(long, conflicts_with = "undo")]
    no_guard: bool,
    /// Take it all back: the guard, the fields, the user, the key.
    #[arg(long, conflicts_with = "new_key")]
    undo: bool,
    /// With --undo: remove outpost_id even where documents have one. What is posted again afterwards is there twice.
    #[arg(long, requires = "undo")]
    even_with_documents: bool,
}

impl Erpnext {
    pub(super) fn run(self, dir: &Path) -> anyhow::Result<()> {
        match self {
            Self::Setup(setup) => setup.run(dir),
            Self::Check { admin_key_file } => {
                let admin = admin_key_file.map(|path| posting::key(&path)).transpose()?;
                let admin = admin.map(|key| (key.key, key.secret));
                let mut answer = Vec::new();
                control::ask(dir, &Ask::ErpnextCheck { admin }, &mut answer)?;
                let text = String::from_utf8(answer).context("the answer is no text")?;
                print!("{text}");
                match text.lines().filter(|line| line.starts_with("ERROR")).count() {
                    0 => Ok(()),
                    errors => bail!("{errors} to be put right before documents are posted"),
                }
            }
            Self::Refresh => {
                control::ask(dir, &Ask::ErpnextRefresh, &mut std::io::sink())?;
                println!("it begins; `outpost status` shows how far it is");
                Ok(())
            }
            Self::Status => {
                let settings = posting::read(dir)?.with_context(|| format!("{} has no {NAME}", dir.display()))?;
                let client = posting::client(dir, &settings, &posting::key(&dir.join(KEY))?)?;
                let status = outpost_erpnext::setup::status(&client);
                println!("{status}");
                reach(dir);
                anyhow::ensure!(status.reached.is_ok(), "ERPNext cannot be used");
                Ok(())
            }
        }
    }
}

/// How many documents go in, where an office runs that has them.
fn reach(dir: &Path) {
    let mut answer = Vec::new();
    if control::ask(dir, &Ask::Status, &mut answer).is_err() {
        println!("the office does not run: how many documents go in is not known");
        return;
    }
    let status: Value = serde_json::from_slice(&answer).unwrap_or_default();
    for (site, told) in status["erpnext"]["sites"].as_object().into_iter().flatten() {
        let before = match told["from"].as_str() {
            Some(first) => format!("; {} are of before {first}, and go in no more", told["before"]),
            None => String::new(),
        };
        println!("{site}: {} documents go in{before}", told["goes_in"]);
    }
}

impl Setup {
    fn run(self, dir: &Path) -> anyhow::Result<()> {
        let settings = posting::read(dir)?;
        let admin = posting::key(&self.admin_key_file)?;
        let url = self.url.as_deref().or(settings.as_ref().map(|settings| settings.url.as_str()));
        let url = url.context("where is ERPNext? Say it with --url, like --url https://books.example")?;
        let client = match &settings {
            Some(settings) if settings.url == url => posting::client(dir, settings, &admin)?,
            _ => Client::new(url, &admin, None).map_err(anyhow::Error::msg)?,
        };
        let known_key = posting::key(&dir.join(KEY)).ok().map(|key| key.key);
        let wishes = Wishes {
            email: self.email.clone(),
            full_name: String::new(),
            known_key,
            new_key: self.new_key,
            guard: match (self.guard, self.no_guard) {
                (true, _) if self.only_while_down => Wish::There(Mode::WhileDown),
                (true, _) => Wish::There(Mode::Asking),
                (_, true) => Wish::Gone,
                _ => Wish::AsItIs,
            },
            even_with_documents: self.even_with_documents,
        };
        let plan = if self.undo { undo(&client, &wishes) } else { plan(&client, &wishes) };
        let plan = plan.map_err(|failure| anyhow::anyhow!("ERPNext: {failure}"))?;
        println!("{plan}");
        if self.dry_run {
            return Ok(());
        }
        if !plan.is_empty() {
            self.carry_out(dir, &client, &plan)?;
        }
        if settings.is_none() && !self.undo {
            let path = dir.join(NAME);
            files::write_atomically(&path, template(url).as_bytes(), files::PUBLIC)?;
            println!(
                "Name the workshops that are to be posted in {}, then: outpost office erpnext check",
                path.display()
            );
        }
        self.say_of_the_guard(settings.is_some_and(|settings| settings.guard.is_some()));
        Ok(())
    }

    /// Scripts without an office that writes, and the other way round, are of no use to anybody.
    fn say_of_the_guard(&self, is_written: bool) {
        if self.guard && !is_written {
            println!(
                "Write a line [guard] in {NAME} now: until the office says there whom it hears, ERPNext refuses whatever people submit \
                 for a workshop's warehouse"
            );
        }
        if (self.no_guard || self.undo) && is_written {
            println!("Take [guard] out of {NAME}: there is no guard any more that looks at what the office says");
        }
    }

    fn carry_out(&self, dir: &Path, client: &Client, plan: &Plan) -> anyhow::Result<()> {
        if !self.yes {
            eprintln!("Type yes to do this:");
            let mut typed = String::new();
            std::io::stdin().lock().read_line(&mut typed)?;
            anyhow::ensure!(typed.trim() == "yes", "nothing was done");
        }
        let done = plan.carry_out(client, &mut |words| println!("done: {words}"))?;
        if let Some(Key { key, secret }) = done.key {
            let path = dir.join(KEY);
            files::write_atomically(&path, format!("{key}:{secret}\n").as_bytes(), files::PRIVATE)?;
            println!("the key is in {}", path.display());
        }
        Ok(())
    }
}
