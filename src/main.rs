//! The program. Why it is apart from the library: tests and benchmarks use the library, a person this.

use clap::Parser;
use outpost::cli::Cli;
use std::process::ExitCode;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    // OUTPOST_LOG=outpost=debug shows more. The router's own log is of no use to an operator.
    let wanted = std::env::var("OUTPOST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_target("outpost", tracing::Level::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("outpost: {error:#}");
            ExitCode::FAILURE
        }
    }
}
