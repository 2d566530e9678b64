//! A program under test: started, watched line by line, measured, killed; its log is shown when the test fails.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How many of the last lines are shown when something fails: a screen or two.
const LINES_SHOWN: usize = 80;
/// How often an exit is looked for; there is no portable way to wait for one with a deadline.
const EXIT_POLL: Duration = Duration::from_millis(2);
/// How long the last words of a program that has ended are waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What the program has printed so far on both its outputs, in the order in which it was read.
#[derive(Default)]
struct Printed {
    lines: Vec<String>,
    outputs_open: usize,
}

#[derive(Default)]
struct Log {
    printed: Mutex<Printed>,
    changed: Condvar,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Printed> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running program. Dropping it kills it, and prints the end of its log if the test is failing.
pub struct Process {
    name: String,
    child: Child,
    log: Arc<Log>,
    /// How many lines the waits so far have passed, so that each wait looks only at what is new to it.
    passed: usize,
}

impl Process {
    /// Starts the program with both its outputs captured and nothing on its input. Arguments, environment and
    /// directory are the `Command`'s.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let log = Arc::new(Log::default());
        log.lock().outputs_open = 2;
        let out = child.stdout.take().context("invariant: stdout is piped")?;
        let err = child.stderr.take().context("invariant: stderr is piped")?;
        read_lines(out, log.clone());
        read_lines(err, log.clone());
        Ok(Process { name, child, log, passed: 0 })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it prints a line with `part` in it and returns that line. Lines before the last one that was
    /// waited for are not looked at again. An error when it ends or the deadline passes first; it shows the log.
    pub fn wait_for(&mut self, part: &str, deadline: Duration) -> Result<String> {
        let until = Instant::now() + deadline;
        let mut printed = self.log.lock();
        loop {
            let found = printed.lines[self.passed..].iter().position(|line| line.contains(part));
            if let Some(at) = found {
                self.passed += at + 1;
                return Ok(printed.lines[self.passed - 1].clone());
            }
            let left = until.saturating_duration_since(Instant::now());
            if printed.outputs_open == 0 || left.is_zero() {
                let what = if left.is_zero() { "did not print" } else { "ended without printing" };
                bail!("{} {what} {part:?} within {deadline:?}; its log:\n{}", self.name, last_lines(&printed));
            }
            printed = self.log.changed.wait_timeout(printed, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Everything it has printed so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().lines.clone()
    }

    /// Kills it with SIGKILL, as a power cut would, and waits until it is gone. It may be gone already.
    pub fn kill9(&mut self) -> Result<ExitStatus> {
        self.child.kill().with_context(|| format!("cannot kill {}", self.name))?;
        let status = self.child.wait()?;
        self.read_to_the_end();
        Ok(status)
    }

    /// Asks it to end with SIGTERM; [`Process::wait`] sees whether it does.
    pub fn terminate(&self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.context("invariant: a child has a process id")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)
            .with_context(|| format!("cannot ask {} to end", self.name))
    }

    /// Waits until it ends by itself. An error with its log when it does not in time.
    pub fn wait(&mut self, deadline: Duration) -> Result<ExitStatus> {
        let until = Instant::now() + deadline;
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.read_to_the_end();
                return Ok(status);
            }
            if Instant::now() >= until {
                bail!("{} did not end within {deadline:?}; its log:\n{}", self.name, last_lines(&self.log.lock()));
            }
            thread::sleep(EXIT_POLL);
        }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Its resident memory now, in bytes (`VmRSS`).
    pub fn resident_bytes(&self) -> Result<u64> {
        self.status_bytes("VmRSS:")
    }

    /// The most resident memory it ever had, in bytes (`VmHWM`).
    pub fn peak_resident_bytes(&self) -> Result<u64> {
        self.status_bytes("VmHWM:")
    }

    fn status_bytes(&self, field: &str) -> Result<u64> {
        let page = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = page.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<u64>().ok());
        Ok(kib.with_context(|| format!("{} shows no {field} it has ended", self.name))? * 1_024)
    }

    /// Waits until everything it printed before its end has been read. Not for ever: a grandchild that inherited the
    /// outputs may keep them open.
    fn read_to_the_end(&self) {
        let printed = self.log.lock();
        let waited = self.log.changed.wait_timeout_while(printed, LAST_WORDS, |printed| printed.outputs_open > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if thread::panicking() {
            self.read_to_the_end();
            eprintln!("--- the end of the log of {}:\n{}---", self.name, last_lines(&self.log.lock()));
        }
    }
}

fn last_lines(printed: &Printed) -> String {
    let from = printed.lines.len().saturating_sub(LINES_SHOWN);
    printed.lines[from..].iter().map(|line| format!("  {line}\n")).collect()
}

fn read_lines(output: impl Read + Send + 'static, log: Arc<Log>) {
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while let Ok(1..) = read_line(&mut output, &mut line) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            log.lock().lines.push(text);
            log.changed.notify_all();
        }
        log.lock().outputs_open -= 1;
        log.changed.notify_all();
    });
}

fn read_line(output: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    output.read_until(b'\n', line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Process {
        Process::start(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn a_line_is_found_on_either_output_and_only_once() {
        let mut process = shell("echo one; echo two >&2; exec cat /dev/zero >/dev/null");
        let mut both = [process.wait_for("o", SOON).unwrap(), process.wait_for("o", SOON).unwrap()];
        both.sort();
        assert_eq!(both, ["one", "two"]);
        assert!(process.wait_for("o", Duration::ZERO).is_err());
    }

    #[test]
    fn a_program_that_ends_first_shows_its_log() {
        let mut process = shell("echo out of paper >&2; exit 3");
        let told = process.wait_for("ready", SOON).unwrap_err().to_string();
        assert!(told.contains("ended without printing") && told.contains("out of paper"), "{told}");
        assert_eq!(process.wait(SOON).unwrap().code(), Some(3));
    }

    #[test]
    fn a_killed_program_is_gone_and_dropping_kills_too() {
        let mut process = shell("echo ready; exec sleep 600");
        process.wait_for("ready", SOON).unwrap();
        assert!(process.is_running());
        assert!(process.resident_bytes().unwrap() > 0);
        process.kill9().unwrap();
        assert!(!process.is_running());
        let dropped = shell("exec sleep 600");
        let id = dropped.id();
        drop(dropped);
        assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn a_program_asked_to_end_may_do_so() {
        let mut process = shell("echo ready; exec sleep 600");
        process.wait_for("ready", SOON).unwrap();
        process.terminate().unwrap();
        assert!(!process.wait(SOON).unwrap().success());
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let Err(e) = Process::start(&mut Command::new("/nowhere/outpost")) else { panic!("it started") };
        assert!(e.to_string().contains("outpost"), "{e}");
    }
}
