//! The shortest plan that still breaks the same invariant, and how to play it again.

use super::op::Step;
use super::plan::plan;
use super::{CROWD, Flaws, play};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// How long shrinking may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn kind(why: &str) -> &str {
    why.split(':').next().unwrap_or(why)
}

/// Plays shorter and shorter plans of a failing seed, and tells the steps of the shortest.
pub fn tell(seed: u64, why: &str, flaws: Flaws) -> String {
    let (setup, mut steps) = plan(seed, seed.is_multiple_of(CROWD));
    let (whole, until) = (steps.len(), Instant::now() + PATIENCE);
    let mut why = why.to_string();
    let mut size = steps.len() / 2;
    while size > 0 && Instant::now() < until {
        let mut at = 0;
        let mut went = false;
        while at < steps.len() && Instant::now() < until {
            let mut shorter: Vec<Step> = steps.clone();
            shorter.drain(at..(at + size).min(steps.len()));
            match play(&setup, &shorter, flaws) {
                Err(new) if kind(&new) == kind(&why) => {
                    (steps, why, went) = (shorter, new, true);
                }
                _ => at += size,
            }
        }
        if !went || size > 1 {
            size /= 2;
        }
    }
    let mut told = format!("seed {seed} breaks: {why}\n{setup:?}\n{} of its {whole} steps do it:\n", steps.len());
    for step in &steps {
        writeln!(told, "  {:>4}  {:?}", step.number, step.op).expect("a string grows");
    }
    if std::env::var_os("OUTPOST_SIM_TRACE").is_some() {
        println!("--- the shortest plan, message by message");
        let _ = play(&setup, &steps, flaws);
    }
    write!(told, "again: OUTPOST_SIM_SEED={seed} cargo test --test simulation one_seed -- --nocapture").expect("grows");
    told
}
