//! Python with RestrictedPython, which runs the guard's scripts one after the other, as ERPNext would.

use erpnext_stand_in::Runner;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

struct Python {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Self {
        let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("restricted-python");
        let python = rig::packages::python(&here, &["RestrictedPython==7.4"]);
        let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/guard.py");
        let mut child = Command::new(python).arg(harness).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    fn ask(&mut self, told: &Value) -> Option<String> {
        writeln!(self.to.as_mut().unwrap(), "{told}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the script cannot be run as ERPNext runs it: {told}");
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.to.take());
        let _ = self.child.wait();
    }
}

/// Runs scripts.
pub fn runner() -> Runner {
    let python = Mutex::new(Python::start());
    Arc::new(move |told: &Value| python.lock().unwrap_or_else(std::sync::PoisonError::into_inner).ask(told))
}
