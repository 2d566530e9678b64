//! `outpost office erpnext …`: what has to stand in ERPNext before documents are posted, and whether it does.

use crate::control::{self, Ask};
use crate::files;
use crate::office::posting::{self, KEY, NAME, USER};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use outpost_erpnext::client::{Client, Key};
use outpost_erpnext::guard::Mode;
use outpost_erpnext::setup::{Plan, Wish, Wishes, plan, undo, who};
use serde_json::Value;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// Whom documents are posted as where nobody says it.
const DEFAULT_USER: &str = "outpost-connector@localhost.localdomain";

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
    /// The e-mail address of the user that documents are posted as. It is kept, and need not be said again [at first:
    /// outpost-connector@localhost.localdomain].
    #[arg(long)]
    email: Option<String>,
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
        let url = address(self.url.as_deref(), settings.as_ref().map(|settings| settings.url.as_str()))?;
        let admin = posting::key(&self.admin_key_file)?;
        let client_of = |key: &Key| match &settings {
            Some(settings) => posting::client(dir, settings, key),
            None => Client::new(url, key, None).map_err(anyhow::Error::msg),
        };
        let client = client_of(&admin)?;
        let own = posting::key(&dir.join(KEY)).ok();
        // ERPNext's word on whose key it is comes first: a user may have another name there by now, and older setups kept no address.
        let owner = own.as_ref().and_then(|key| who(&client_of(key).ok()?).ok()).filter(|user| !user.is_empty());
        let known_user = owner.map_or_else(|| posting::user(dir), |user| Ok(Some(user)))?;
        let wishes = Wishes {
            email: self.email.clone().or_else(|| known_user.clone()).unwrap_or_else(|| DEFAULT_USER.to_owned()),
            known_user,
            full_name: String::new(),
            known_key: own.map(|key| key.key),
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
            self.consent()?;
        }
        if !self.undo && plan.obstacles.is_empty() {
            // Before the first step: a setup that breaks off is gone on with for the same user.
            files::write_atomically(&dir.join(USER), format!("{}\n", wishes.email).as_bytes(), files::PUBLIC)?;
        }
        carry_out(dir, &client, &plan)?;
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

    fn consent(&self) -> anyhow::Result<()> {
        if !self.yes {
            eprintln!("Type yes to do this:");
            let mut typed = String::new();
            std::io::stdin().lock().read_line(&mut typed)?;
            anyhow::ensure!(typed.trim() == "yes", "nothing was done");
        }
        Ok(())
    }
}

/// Where ERPNext is: what was typed, or what `erpnext.toml` says. The key that is made there takes the place of the one that the office
/// has, so the two have to be the same.
fn address<'a>(typed: Option<&'a str>, written: Option<&'a str>) -> anyhow::Result<&'a str> {
    let plain = |url: &'a str| url.trim_end_matches('/');
    match (typed, written) {
        (Some(typed), Some(written)) if plain(typed) != plain(written) => bail!(
            "{NAME} says that ERPNext is {written}, and --url {typed}. The key of that one would take the place of this one's, and no site \
             would be posted any more. To try it on a copy, do so in another directory, with an {NAME} of its own; where ERPNext has moved, \
             write its new address into {NAME} first. Nothing was asked or done"
        ),
        (typed, written) => {
            typed.or(written).context("where is ERPNext? Say it with --url, like --url https://books.example")
        }
    }
}

fn carry_out(dir: &Path, client: &Client, plan: &Plan) -> anyhow::Result<()> {
    let path = dir.join(KEY);
    let mut keep = |Key { key, secret }: Key| {
        files::write_atomically(&path, format!("{key}:{secret}\n").as_bytes(), files::PRIVATE)?;
        println!("the key is in {}", path.display());
        Ok(())
    };
    Ok(plan.carry_out(client, &mut |words| println!("done: {words}"), &mut keep)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use erpnext_stand_in::{Options, StandIn, Start};

    /// An office's directory, with an administrator's key in it.
    fn office(stand_in: &StandIn) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let admin = stand_in.admin();
        let key = format!("{}:{}", admin.key, admin.secret);
        files::write_atomically(&dir.path().join("admin"), key.as_bytes(), files::PRIVATE).unwrap();
        dir
    }

    fn set_up(dir: &Path, stand_in: &StandIn, more: &[&str]) -> anyhow::Result<()> {
        #[derive(clap::Parser)]
        struct Typed {
            #[command(flatten)]
            setup: Setup,
        }
        let admin = dir.join("admin").display().to_string();
        let url = stand_in.url();
        let typed = ["setup", "--yes", "--url", &url, "--admin-key-file", &admin];
        <Typed as clap::Parser>::parse_from(typed.iter().chain(more)).setup.run(dir)
    }

    fn enabled(stand_in: &StandIn) -> Vec<String> {
        let rows = stand_in.documents("User").into_iter().filter(|user| user["enabled"] == serde_json::json!(1));
        let names = rows.map(|user| user["name"].as_str().unwrap().to_owned());
        names.filter(|name| name.contains("outpost")).collect()
    }

    #[test]
    fn a_later_setup_means_the_user_of_the_first() {
        for keeps_the_address in [true, false] {
            let stand_in = StandIn::start(Options { start: Start::Bare, ..Options::default() }).unwrap();
            let dir = office(&stand_in);
            let dir = dir.path();
            set_up(dir, &stand_in, &["--email", "outpost@tailor.local"]).unwrap();
            let key = posting::key(&dir.join(KEY)).unwrap();
            if !keeps_the_address {
                std::fs::remove_file(dir.join(USER)).unwrap();
            }
            set_up(dir, &stand_in, &[]).unwrap();
            assert_eq!(enabled(&stand_in), ["outpost@tailor.local"]);
            assert_eq!(posting::key(&dir.join(KEY)).unwrap().key, key.key, "its key is as good as before");
            assert_eq!(posting::user(dir).unwrap().unwrap(), "outpost@tailor.local");

            let error = set_up(dir, &stand_in, &["--email", "outpost-2@tailor.local"]).unwrap_err().to_string();
            assert!(error.contains("the office is outpost@tailor.local in ERPNext"), "{error}");
            let error =
                set_up(dir, &stand_in, &["--undo", "--email", "outpost-2@tailor.local"]).unwrap_err().to_string();
            assert!(error.contains("Leave --email out"), "{error}");
            assert_eq!(enabled(&stand_in), ["outpost@tailor.local"]);

            set_up(dir, &stand_in, &["--undo"]).unwrap();
            assert_eq!(enabled(&stand_in), Vec::<String>::new(), "and no key is left alive");
            set_up(dir, &stand_in, &["--email", "outpost-2@tailor.local"]).unwrap();
            assert_eq!(enabled(&stand_in), ["outpost-2@tailor.local"]);
        }
    }

    #[test]
    fn setup_of_another_erpnext_is_refused_and_leaves_both_as_they_are() {
        let start = || StandIn::start(Options { start: Start::Bare, ..Options::default() }).unwrap();
        let (ours, other) = (start(), start());
        let dir = office(&ours);
        let dir = dir.path();
        set_up(dir, &ours, &[]).unwrap();
        let files = || [KEY, USER, NAME].map(|name| std::fs::read_to_string(dir.join(name)).unwrap());
        let before = files();
        for more in [&[][..], &["--new-key"], &["--undo"]] {
            other.reset_tally();
            let error = set_up(dir, &other, more).unwrap_err().to_string();
            assert!(error.contains(&ours.url()) && error.contains("another directory"), "{error}");
            assert_eq!(other.tally().total(), 0, "nothing is asked");
        }
        assert_eq!((files(), enabled(&other)), (before, Vec::new()));
        let written = ours.url();
        assert_eq!(
            address(Some(&format!("{written}/")), Some(&written)).unwrap(),
            format!("{written}/"),
            "it is the same one"
        );
    }
}
