//! The program. Why it is apart from the library: tests and benchmarks use the library, a person this.

use clap::Parser;
use outpost::cli::Cli;
use std::process::ExitCode;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A box under load allocates for each record, often in one thread what another one frees: jemalloc takes a fraction of glibc's
/// time for that. Which pages it can live with is fixed when it is built: on 64-bit ARM all up to 64 KiB, of which a
/// Raspberry Pi 5 has 16.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// jemalloc's settings. What a burst left goes back to the system within a second, by a thread of its own, since a box that idles
/// makes no calls that would do it; few arenas, since each keeps pages of its own.
#[expect(unsafe_code, reason = "jemalloc reads its settings from a symbol of this name; nothing else has one")]
#[unsafe(export_name = "malloc_conf")]
#[used]
static ALLOCATOR_SETTINGS: &[u8; 69] = b"narenas:4,background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:0\0";

fn main() -> ExitCode {
    // OUTPOST_LOG=outpost=debug shows more. The router's own log is of no use to an operator.
    let wanted = std::env::var("OUTPOST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_target("outpost", tracing::Level::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    tracing_subscriber::registry().with(lines).with(filter).init();
    let cli = Cli::parse();
    if !cli.serves() {
        end_quietly_where_nobody_reads();
    }
    match cli.run() {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::from(NOBODY_READS),
        Err(error) => {
            eprintln!("outpost: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What a shell says of a program that wrote where nobody reads any more.
const NOBODY_READS: u8 = 141;

/// Whoever pipes a command into `head` has seen enough: it ends then, as other programs do, and does not call that a panic.
fn end_quietly_where_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let why = panic.payload().downcast_ref::<String>();
        if why.is_some_and(|why| why.starts_with("failed printing to stdout") && why.contains("Broken pipe")) {
            std::process::exit(NOBODY_READS.into());
        }
        usual(panic);
    }));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind =
        |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    error.chain().any(|cause| kind(cause) == Some(std::io::ErrorKind::BrokenPipe))
}
