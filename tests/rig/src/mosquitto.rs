//! Debian's Mosquitto as a counterpart: a broker that is nobody's own, started for one test at a port of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::packages;
use crate::process::Process;

/// How long it may take to listen.
const START_DEADLINE: Duration = Duration::from_secs(20);
const START_POLL: Duration = Duration::from_millis(10);
const CONFIG: &str = "mosquitto.conf";
/// Another program may take the port between our choice of it and Mosquitto's; not often.
const ATTEMPTS: usize = 5;

/// A running Mosquitto. Killed and its directory removed when dropped.
pub struct Mosquitto {
    addr: SocketAddr,
    process: Process,
    dir: TempDir,
    program: PathBuf,
}

impl Mosquitto {
    /// Starts one, installing it when it is missing. `config` is added to its configuration, which lets anybody in and
    /// keeps nothing on disk.
    pub fn start(config: &str) -> Result<Self> {
        packages::ensure(&["mosquitto"]);
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match Mosquitto::try_start(config) {
                Ok(started) => return Ok(started),
                Err(e) => last = Some(e),
            }
        }
        Err(last.context("invariant: there is at least one attempt")?)
    }

    fn try_start(config: &str) -> Result<Self> {
        let addr = free_addr()?;
        let dir = tempfile::Builder::new().prefix("rig-mosquitto-").tempdir()?;
        let file = dir.path().join(CONFIG);
        // As root it would become the user mosquitto and could not read what lies in our directory.
        let user = if rustix::process::geteuid().is_root() { "user root\n" } else { "" };
        let (ip, port) = (addr.ip(), addr.port());
        fs::write(&file, format!("{user}listener {port} {ip}\nallow_anonymous true\n{config}\n"))?;
        let program = packages::program("mosquitto").context("invariant: mosquitto was just ensured")?;
        let process = run(&program, &dir, addr)?;
        Ok(Mosquitto { addr, process, dir, program })
    }

    /// Kills it without a word. What it carried is lost.
    pub fn kill9(&mut self) -> Result<()> {
        self.process.kill9().map(|_| ())
    }

    /// Starts it at the same address, after [`Mosquitto::kill9`].
    pub fn start_again(&mut self) -> Result<()> {
        self.process = run(&self.program, &self.dir, self.addr)?;
        Ok(())
    }

    /// Makes it read its passwords and its ACL again.
    pub fn read_settings_again(&mut self) -> Result<()> {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).context("it has no process id")?;
        kill_process(pid, Signal::HUP)?;
        self.process.wait_for("Reloading config", START_DEADLINE).map(|_| ())
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The program, to kill or to measure.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Its own directory, for whatever the configuration wants to find there; relative paths lead to it.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }
}

/// Starts it and waits until it listens.
fn run(program: &Path, dir: &TempDir, addr: SocketAddr) -> Result<Process> {
    let mut command = Command::new(program);
    command.arg("-c").arg(dir.path().join(CONFIG)).current_dir(dir.path());
    let mut process = Process::start(&mut command)?;
    let until = Instant::now() + START_DEADLINE;
    while TcpStream::connect(addr).is_err() {
        if !process.is_running() || Instant::now() >= until {
            bail!("mosquitto does not listen; its log:\n{}", process.log().join("\n"));
        }
        thread::sleep(START_POLL);
    }
    // Whoever answered may be another program that took the port; then ours has ended.
    if !process.is_running() {
        bail!("mosquitto has ended; its log:\n{}", process.log().join("\n"));
    }
    Ok(process)
}

/// A local address that nobody else is given, for programs that cannot be told to choose one and say which: its port is below those that the
/// system gives to whoever asks for any, so that it is free still when the program that was told it starts, and when it starts again.
pub fn free_addr() -> std::io::Result<SocketAddr> {
    const LOWEST: u32 = 15_000;
    const COUNT: u32 = 17_000;
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    // Programs of tests that run side by side begin at places of their own.
    let first = std::process::id().wrapping_mul(1_009) % COUNT;
    for _ in 0..COUNT {
        let port = LOWEST + (first + GIVEN.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port as u16));
        match TcpListener::bind(addr) {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            bound => return bound.map(|_| addr),
        }
    }
    Err(std::io::ErrorKind::AddrInUse.into())
}
