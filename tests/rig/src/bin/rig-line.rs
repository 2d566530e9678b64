//! `rig-line TARGET`: a bad line on the command line.

use std::io::{self, BufRead};
use std::net::SocketAddr;

use clap::Parser;
use rig::line::{Conditions, Line, Resets, Stall};

/// A bad line to TARGET. Prints the address to connect to; then takes a command a line on its input: cut, silent,
/// restore, reset, counts; ends with its input.
#[derive(Parser)]
struct Args {
    /// The far end, as ADDRESS:PORT.
    target: SocketAddr,
    /// The near end; port 0 is the system's choice.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Round-trip time in milliseconds.
    #[arg(long, default_value_t = 0)]
    rtt_ms: u64,
    /// Bits per second, each way.
    #[arg(long)]
    bits_per_s: Option<u64>,
    /// A stall every so many milliseconds.
    #[arg(long, requires = "stall_ms")]
    stall_every_ms: Option<u64>,
    /// How long a stall lasts.
    #[arg(long, requires = "stall_every_ms")]
    stall_ms: Option<u64>,
    /// All connections are reset after MIN to MAX milliseconds, again and again.
    #[arg(long, num_args = 2, value_names = ["MIN", "MAX"])]
    reset_after_ms: Option<Vec<u64>>,
    /// Decides when they are reset.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Args {
    fn conditions(&self) -> Conditions {
        let stall = self.stall_every_ms.zip(self.stall_ms);
        let resets = self.reset_after_ms.as_ref().map(|ms| Resets { after_ms: ms[0]..=ms[1], seed: self.seed });
        Conditions {
            rtt_ms: self.rtt_ms,
            bits_per_s: self.bits_per_s,
            stall: stall.map(|(every_ms, lasting_ms)| Stall { every_ms, lasting_ms }),
            resets,
            ..Conditions::default()
        }
    }
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some([min, max]) = args.reset_after_ms.as_deref() {
        anyhow::ensure!(min <= max, "--reset-after-ms takes the smaller number first");
    }
    let line = Line::open_at(args.listen, args.target, args.conditions())?;
    println!("line {}", line.addr());
    let control = line.control();
    for command in io::stdin().lock().lines() {
        match command?.trim() {
            "cut" => control.cut(),
            "silent" => control.go_silent(),
            "restore" => control.restore(),
            "reset" => control.reset_all(),
            "counts" => println!("{:?}", control.counts()),
            "" => {}
            other => eprintln!("{other:?} is none of cut, silent, restore, reset, counts"),
        }
    }
    println!("{:?}", control.counts());
    Ok(())
}
