//! `outpost box` and `outpost office`: run until told to stop.

use crate::office::Office;
use crate::site::Site;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

/// Threads of the runtime. A Pi has four cores; journal, views and argon2 have threads of their own.
const WORKERS: usize = 2;

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?)
}

async fn told_to_stop() -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

pub(super) fn run_box(dir: &Path) -> anyhow::Result<()> {
    let dir = dir.to_owned();
    runtime()?.block_on(async move {
        tokio::spawn(async move {
            let site = Site::start(&dir).await?;
            for address in site.addresses() {
                println!("devices connect to {address}");
            }
            println!("the box is ready");
            told_to_stop().await?;
            tracing::info!("stopping");
            site.stop().await;
            anyhow::Ok(())
        })
        .await?
    })
}

pub(super) fn run_office(dir: &Path) -> anyhow::Result<()> {
    let dir = dir.to_owned();
    runtime()?.block_on(async move {
        tokio::spawn(async move {
            let office = Office::start(&dir).await?;
            for address in office.addresses() {
                println!("boxes connect to {address}");
            }
            println!("the office is ready");
            told_to_stop().await?;
            tracing::info!("stopping");
            office.stop().await;
            anyhow::Ok(())
        })
        .await?
    })
}
