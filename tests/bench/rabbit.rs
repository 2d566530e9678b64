//! Debian's RabbitMQ with its MQTT plugin, with a directory, ports and an epmd of its own.

use rig::mosquitto::free_addr;
use rig::packages;
use rig::process::Process;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Debian's script that starts the server as whoever calls it; the one in PATH insists on the user rabbitmq.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
/// An Erlang machine takes its time.
const START: Duration = Duration::from_secs(120);

/// How often its epmd is told to end.
const EPMD_TRIES: usize = 20;

/// A running RabbitMQ.
pub(crate) struct Rabbit {
    pub(crate) addr: SocketAddr,
    pub(crate) version: String,
    beam: Option<u32>,
    epmd_port: u16,
    _process: Process,
}

impl Rabbit {
    /// Starts one in `dir`, with a durable queue bound to every sale: a session at QoS 1 that is away.
    pub(crate) fn start(dir: &Path) -> anyhow::Result<Self> {
        packages::ensure(&["rabbitmq-server"]);
        let (addr, dist, epmd) = (free_addr()?, free_addr()?, free_addr()?);
        let at = |name: &str| dir.join(name);
        std::fs::create_dir_all(dir)?;
        let settings = format!(
            "listeners.tcp = none\nmqtt.listeners.tcp.1 = {addr}\nmqtt.allow_anonymous = true\n\
             disk_free_limit.absolute = 100MB\n"
        );
        std::fs::write(at("rabbitmq.conf"), settings)?;
        std::fs::write(at("enabled_plugins"), "[rabbitmq_mqtt].\n")?;
        let mut command = Command::new(SERVER);
        command
            .env("HOME", dir)
            .env("RABBITMQ_NODENAME", format!("bench-{}@localhost", addr.port()))
            .env("RABBITMQ_CONFIG_FILE", at("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", at("enabled_plugins"))
            .env("RABBITMQ_MNESIA_BASE", at("mnesia"))
            .env("RABBITMQ_LOG_BASE", at("log"))
            .env("RABBITMQ_PID_FILE", at("pid"))
            .env("RABBITMQ_DIST_PORT", dist.port().to_string())
            .env("ERL_EPMD_PORT", epmd.port().to_string());
        let process = Process::start(&mut command)?;
        let mut rabbit = Self { addr, version: version(), beam: None, epmd_port: epmd.port(), _process: process };
        let until = Instant::now() + START;
        while let Err(error) = subscribe(addr) {
            anyhow::ensure!(Instant::now() < until, "RabbitMQ does not serve MQTT: {error}");
            std::thread::sleep(Duration::from_millis(200));
        }
        rabbit.beam = std::fs::read_to_string(at("pid")).ok().and_then(|pid| pid.trim().parse().ok());
        Ok(rabbit)
    }
}

impl Drop for Rabbit {
    fn drop(&mut self) {
        if let Some(pid) = self.beam {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
        // It ends only once it has noticed that the node is gone.
        let port = self.epmd_port.to_string();
        for _ in 0..EPMD_TRIES {
            match Command::new("epmd").args(["-port", &port, "-kill"]).output() {
                Ok(said) if !said.status.success() => std::thread::sleep(Duration::from_millis(100)),
                _ => return,
            }
        }
    }
}

fn version() -> String {
    let said = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "rabbitmq-server"]).output();
    said.map_or_else(|_| "?".into(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A session that is kept, with a subscription at QoS 1 to every sale, and away at once.
fn subscribe(addr: SocketAddr) -> anyhow::Result<()> {
    const CONNECT: &[u8] = b"\x10\x11\x00\x04MQTT\x04\x00\x00\x00\x00\x05books";
    const SUBSCRIBE: &[u8] = b"\x82\x09\x00\x01\x00\x04tx/#\x01";
    let mut stream = TcpStream::connect(addr)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(CONNECT)?;
    let mut connack = [0; 4];
    stream.read_exact(&mut connack)?;
    anyhow::ensure!(connack[3] == 0, "it refuses the login with {}", connack[3]);
    stream.write_all(SUBSCRIBE)?;
    let mut suback = [0; 5];
    stream.read_exact(&mut suback)?;
    anyhow::ensure!(suback[4] == 1, "it grants quality of service {}", suback[4]);
    stream.write_all(&[0xe0, 0])?;
    Ok(())
}
