//! `rig-load TARGET FILE`: publishes sales at a broker and says how fast they were acknowledged.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use rig::load::{End, Plan};

/// Publishes the lines of FILE at QoS 1, and prints publishes per second and latencies.
#[derive(Parser)]
struct Args {
    /// The broker, as ADDRESS:PORT.
    target: SocketAddr,
    /// JSON documents, one a line (`rig-sales` makes them); taken in turn, with new ids from the second round on.
    file: PathBuf,
    /// How many clients.
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// How many publishes each has in flight.
    #[arg(long, default_value_t = 1)]
    in_flight: usize,
    /// Publish for so many seconds.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Publish so many instead.
    #[arg(long, conflicts_with = "seconds")]
    count: Option<u64>,
    /// Where; {client} is the client's name.
    #[arg(long, default_value = "tx/{client}/sales-invoice")]
    topic: String,
    /// The clients' names; {n} is a number from 0.
    #[arg(long, default_value = "scanner-{n}")]
    client: String,
    /// The name to log in with; {client} is the client's name.
    #[arg(long, requires = "password")]
    login: Option<String>,
    /// Its password; {client} is the client's name.
    #[arg(long, requires = "login")]
    password: Option<String>,
    /// The least time between two publishes of one client.
    #[arg(long, default_value_t = 0)]
    pause_ms: u64,
    /// Begin with changed ids: a number that no earlier load with the same lines has reached.
    #[arg(long, default_value_t = 0)]
    first_round: u32,
    /// Append the id of every acknowledged payload to this file.
    #[arg(long)]
    acked_ids: Option<PathBuf>,
    /// Forget the session between connections.
    #[arg(long)]
    clean: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let payloads = std::fs::read_to_string(&args.file).with_context(|| args.file.display().to_string())?;
    let mut plan = Plan::new(args.target, payloads);
    plan.clients = args.clients;
    plan.in_flight = args.in_flight;
    plan.client = args.client;
    plan.topic = args.topic;
    plan.login = args.login.zip(args.password);
    plan.first_round = args.first_round;
    plan.end = args.count.map_or(End::After(Duration::from_secs_f64(args.seconds)), End::Count);
    plan.pause = Duration::from_millis(args.pause_ms);
    plan.is_clean = args.clean;
    plan.acked_ids = args.acked_ids;
    println!("{}", rig::load::run(plan)?);
    Ok(())
}
