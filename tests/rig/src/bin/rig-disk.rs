//! `rig-disk DIR`: what one fdatasync costs there.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Appends 4 KiB and calls fdatasync, over and over, and prints how often and how fast.
#[derive(Parser)]
struct Args {
    /// A directory on the disk to be measured.
    dir: PathBuf,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    println!("{}", rig::disk::sync_cost(&args.dir, Duration::from_secs_f64(args.seconds))?);
    Ok(())
}
