//! An office and its boxes on this machine, run as a person would: by the program's own commands.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::mosquitto::free_addr;
use crate::process::Process;

/// How long a start may take on a loaded machine.
const START: Duration = Duration::from_secs(60);
/// How often a state is asked for while it is waited for.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// Every device's password here.
pub const PASSWORD: &str = "correct horse battery";

/// One running program and its directory.
pub struct House {
    /// The program.
    exe: PathBuf,
    /// `box` or `office`.
    role: &'static str,
    /// Its directory.
    pub dir: PathBuf,
    /// Set for every start: what a sabotage needs.
    pub env: Vec<(String, String)>,
    /// What every start is put under: a program and its arguments, which ends by becoming ours, as prlimit does.
    pub under: Vec<String>,
    /// Where it listens: for a box plain MQTT, for an office TLS.
    pub addr: SocketAddr,
    /// For a box: MQTT over WebSocket.
    pub websocket: Option<SocketAddr>,
    process: Option<Process>,
}

impl House {
    /// A directory in which `role` (`box` or `office`) can be started.
    pub fn new(exe: impl Into<PathBuf>, role: &'static str, dir: &Path, addr: SocketAddr) -> Self {
        let (exe, dir) = (exe.into(), dir.to_owned());
        Self { exe, role, dir, env: Vec::new(), under: Vec::new(), addr, websocket: None, process: None }
    }

    /// Starts it and waits until it is ready.
    pub fn start(&mut self) -> Result<()> {
        self.start_saying("is ready")
    }

    /// Starts it and waits until it says `this`.
    pub fn start_saying(&mut self, this: &str) -> Result<()> {
        let mut command = match &self.under[..] {
            [] => Command::new(&self.exe),
            [program, args @ ..] => {
                let mut command = Command::new(program);
                command.args(args).arg(&self.exe);
                command
            }
        };
        command.arg(self.role).arg("--dir").arg(&self.dir).envs(self.env.iter().cloned());
        let mut process = Process::start(&mut command)?;
        process.wait_for(this, START)?;
        self.process = Some(process);
        Ok(())
    }

    /// The running program.
    pub fn process(&mut self) -> Result<&mut Process> {
        self.process.as_mut().context("it does not run")
    }

    /// Kills it without a word.
    pub fn kill9(&mut self) -> Result<()> {
        self.process.take().context("it does not run")?.kill9()?;
        Ok(())
    }

    /// Stops it as an operator would.
    pub fn stop(&mut self) -> Result<()> {
        let mut process = self.process.take().context("it does not run")?;
        process.terminate()?;
        let status = process.wait(START)?;
        anyhow::ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    /// Runs another command of the program on its directory.
    pub fn command(&self, args: &[&str], input: &str) -> Result<String> {
        command(&self.exe, &self.dir, args, input)
    }

    /// `outpost status --json`.
    pub fn status(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.command(&["status", "--json"], "")?)?)
    }

    /// Where its pages are, by its own word: the port is the system's choice. A box tells it in its status, an office when it starts.
    pub fn pages(&self) -> Result<SocketAddr> {
        let said = match self.role {
            "office" => {
                let log = self.process.as_ref().context("it does not run")?.log();
                log.iter().find_map(|line| line.strip_prefix("the desk is at ").map(str::to_owned))
            }
            _ => self.status()?["pages"][0].as_str().map(str::to_owned),
        };
        let url = said.context("it has no pages")?;
        Ok(url.split_once("://").context("an address has a scheme")?.1.parse()?)
    }

    /// Asks for the status until `holds` says so, and returns it.
    pub fn wait_until(&self, what: &str, deadline: Duration, holds: impl Fn(&Value) -> bool) -> Result<Value> {
        let until = Instant::now() + deadline;
        loop {
            let status = self.status();
            match &status {
                Ok(status) if holds(status) => return Ok(status.clone()),
                _ if Instant::now() >= until => bail!("waited {deadline:?} for {what}; last: {status:?}"),
                _ => std::thread::sleep(ASK_EVERY),
            }
        }
    }

    /// The ids of exported documents of a kind, from the year 2000 to 2100, in the order of the file.
    pub fn exported_ids(&self, kind: &str) -> Result<Vec<String>> {
        let csv = self.command(&["export", "--kind", kind, "--from", "2000-01-01", "--to", "2100-12-31"], "")?;
        let ids = csv.lines().skip(1).filter_map(|line| line.split(',').next()).filter(|id| !id.is_empty());
        Ok(ids.map(str::to_owned).collect())
    }
}

fn command(exe: &Path, dir: &Path, args: &[&str], input: &str) -> Result<String> {
    let mut child = Command::new(exe)
        .args(args)
        .arg("--dir")
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("invariant: stdin is piped")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let [said, complained] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        bail!("{args:?}: {said}{complained}");
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// An office, and boxes that it enrols.
pub struct Town {
    exe: PathBuf,
    dir: PathBuf,
    /// The office.
    pub office: House,
}

impl Town {
    /// Founds an office under `dir`, with TLS on a port of its own, and starts it. `more` is added to its settings.
    pub fn found(exe: impl Into<PathBuf>, dir: &Path, more: &str) -> Result<Self> {
        let (exe, addr) = (exe.into(), free_addr()?);
        let office_dir = dir.join("office");
        std::fs::create_dir_all(&office_dir)?;
        let names = r#"names = ["localhost", "127.0.0.1"]"#;
        let settings = format!("tls = [\"{addr}\"]\nhttp = [\"127.0.0.1:0\"]\n{names}\n{more}\n");
        std::fs::write(office_dir.join("office.toml"), settings)?;
        let mut office = House::new(exe.clone(), "office", &office_dir, addr);
        office.start()?;
        Ok(Self { exe, dir: dir.to_owned(), office })
    }

    /// Enrols a box, with one tablet of each name in `tablets`, and does not start it. It reaches the office through
    /// `road` where one is given: the address of a line, or of a broker. `more` is added to its settings.
    pub fn settle(&self, site: &str, road: Option<SocketAddr>, tablets: &[&str], more: &str) -> Result<House> {
        self.settle_in(&self.dir, site, road, tablets, more)
    }

    /// As [`Town::settle`], with the box's directory in `dir`: on a disk of its own.
    pub fn settle_in(
        &self,
        dir: &Path,
        site: &str,
        road: Option<SocketAddr>,
        tablets: &[&str],
        more: &str,
    ) -> Result<House> {
        let url = road.map(|road| format!("mqtts://localhost:{}", road.port()));
        let mut args = vec!["enrol", site, "--trust"];
        if let Some(url) = &url {
            args.extend(["--url", url]);
        }
        let text = self.office.command(&args, "")?;
        let file = self.dir.join(format!("{site}.enrolment.toml"));
        std::fs::write(&file, text)?;
        self.take(&dir.join(site), &["--take", &file.to_string_lossy()], tablets, more)
    }

    /// A box in `dir` from an enrolment that was made elsewhere; `take` are the arguments that name it.
    pub fn take(&self, dir: &Path, take: &[&str], tablets: &[&str], more: &str) -> Result<House> {
        let dir = dir.to_owned();
        std::fs::create_dir_all(&dir)?;
        command(&self.exe, &dir, &[&["enrol"], take].concat(), "")?;
        let (addr, websocket) = (free_addr()?, free_addr()?);
        let settings = format!("tcp = [\"{addr}\"]\nwebsocket = [\"{websocket}\"]\nhttp = [\"127.0.0.1:0\"]\n{more}\n");
        std::fs::write(dir.join("box.toml"), settings)?;
        for tablet in tablets {
            command(&self.exe, &dir, &["device", "add", tablet, "--kind", "tablet", "--password-stdin"], PASSWORD)?;
        }
        Ok(House { websocket: Some(websocket), ..House::new(self.exe.clone(), "box", &dir, addr) })
    }

    /// What the office says of one site.
    pub fn site(status: &Value, name: &str) -> Value {
        let sites = status["sites"].as_array();
        sites.and_then(|sites| sites.iter().find(|site| site["site"] == name)).cloned().unwrap_or(Value::Null)
    }
}
