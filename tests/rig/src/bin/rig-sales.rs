//! `rig-sales COUNT [SEED]`: realistic sales as JSON lines on stdout.

use std::io::{self, BufWriter, Write};

use clap::Parser;

/// Prints realistic sales, one JSON document a line.
#[derive(Parser)]
struct Args {
    /// How many.
    count: usize,
    /// The same seed prints the same sales.
    #[arg(default_value_t = 1)]
    seed: u64,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    for sale in rig::sales::Sales::new(args.seed).take(args.count) {
        writeln!(out, "{}", sale.json)?;
    }
    out.flush()
}
