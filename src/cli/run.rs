//! `outpost box` and `outpost office`: run until told to stop.

use crate::office::Office;
use crate::site::{self, Site};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::path::Path;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Threads of the runtime. A Pi has four cores; journal, views and argon2 have threads of their own.
const WORKERS: usize = 2;
/// Open files that are asked for. No limit of ours comes near it.
const FILES: u64 = 65_536;
/// Open files that a full gate needs, with room for journal, views and questions.
const FILES_NEEDED: u64 = 2_048;

pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?)
}

/// Lets this process have as many files open as the system allows it. Many systems begin with 1,024, which a crowd of
/// strangers uses up at the gate; then the journal could open no file either.
fn open_more_files() {
    let mut limit = getrlimit(Resource::Nofile);
    // None is no limit at all.
    let Some(files) = limit.current.map(|now| now.max(limit.maximum.unwrap_or(FILES).min(FILES))) else { return };
    limit.current = Some(files);
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) if files < FILES_NEEDED => {
            tracing::warn!(files, "few files may be open: allow at least {FILES_NEEDED} (ulimit -Hn)");
        }
        Ok(()) => {}
        Err(error) => tracing::warn!(%error, "the number of open files cannot be raised"),
    }
}

/// Hears the word to stop from the moment it is made: a word that comes before the program is ready is not lost, and does
/// not kill it.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

pub(super) fn run_box(dir: &Path) -> anyhow::Result<()> {
    let dir = dir.to_owned();
    open_more_files();
    runtime()?.block_on(async move {
        tokio::spawn(async move {
            let mut stop = Stop::listen()?;
            tokio::select! {
                enrolled = site::waiting::wait(&dir) => enrolled?,
                () = stop.told() => return anyhow::Ok(()),
            }
            let site = Site::start(&dir).await?;
            for address in site.addresses() {
                println!("devices connect to {address}");
            }
            for address in site.pages() {
                println!("the pages are at {address}");
            }
            println!("the box is ready");
            let failed = tokio::select! {
                () = stop.told() => None,
                name = site.failed() => Some(name),
            };
            tracing::info!("stopping");
            site.stop().await;
            match failed {
                None => anyhow::Ok(()),
                Some(name) => anyhow::bail!("{name} has failed, the log says where: start it again"),
            }
        })
        .await?
    })
}

pub(super) fn run_office(dir: &Path) -> anyhow::Result<()> {
    let dir = dir.to_owned();
    open_more_files();
    runtime()?.block_on(async move {
        tokio::spawn(async move {
            let mut stop = Stop::listen()?;
            let office = Office::start(&dir).await?;
            for address in office.addresses() {
                println!("boxes connect to {address}");
            }
            for address in office.pages() {
                println!("the desk is at {address}");
            }
            println!("the office is ready");
            let failed = tokio::select! {
                () = stop.told() => None,
                name = office.failed() => Some(name),
            };
            tracing::info!("stopping");
            office.stop().await;
            match failed {
                None => anyhow::Ok(()),
                Some(name) => anyhow::bail!("{name} has failed, the log says where: start it again"),
            }
        })
        .await?
    })
}
