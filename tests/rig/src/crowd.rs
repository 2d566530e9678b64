//! Thousands of connections that are opened and say nothing, held by processes of their own: so that a test is not
//! bound by what one process may have open.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::packages;
use crate::process::Process;

/// How many one process holds: below the number of files that any system allows it.
const EACH: usize = 900;
/// How long it may take to open them against a program that is busy.
const READY: Duration = Duration::from_secs(120);

/// Opens so many, says so, and holds them until it is ended. Connections that the other end closes are not opened again.
const HOLD: &str = "
import socket, sys, time
held = []
for _ in range(int(sys.argv[3])):
    held.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), 60))
print('all are open', flush=True)
while True:
    time.sleep(3600)
";

/// A crowd. It goes when dropped.
pub struct Crowd(Vec<Process>);

impl Crowd {
    /// Opens `count` connections to `at` and returns when all of them have been open.
    pub fn gather(at: SocketAddr, count: usize) -> Result<Self> {
        packages::ensure(&["python3"]);
        let mut crowd = Self(Vec::new());
        let (ip, port) = (at.ip().to_string(), at.port().to_string());
        for from in (0..count).step_by(EACH) {
            let part = EACH.min(count - from).to_string();
            crowd.0.push(Process::start(Command::new("python3").args(["-c", HOLD, &ip, &port, &part]))?);
        }
        for process in &mut crowd.0 {
            process.wait_for("all are open", READY)?;
        }
        Ok(crowd)
    }
}
