//! `outpost show`: stock, goods under way, the till, days and documents, in words.

use crate::control::{self, Ask};
use crate::domain::document::{Kind, Text};
use crate::domain::id::SiteId;
use crate::show::{Sheet, Show};
use anyhow::Context;
use clap::Subcommand;
use jiff::civil::Date;
use std::path::Path;

#[derive(Subcommand)]
pub(super) enum What {
    /// What there is of each item in each warehouse; at a box beside it what the office has in its books.
    Stock {
        /// Only this warehouse.
        #[arg(long, value_name = "WAREHOUSE", value_parser = name)]
        warehouse: Option<Text>,
    },
    /// Goods on their way between workshops, and what came short.
    Transit,
    /// At the box: what has to be in the till.
    Till,
    /// A day's sheet: how many documents of each kind, their sums, and the tills that were closed.
    Day {
        /// Like 2026-11-02.
        day: Date,
    },
    /// At the office: which days of which workshop are complete, open, without anything done, or not known.
    Days {
        /// The first day.
        #[arg(long)]
        from: Date,
        /// The last day.
        #[arg(long)]
        to: Date,
        /// Only this workshop's.
        #[arg(long)]
        site: Option<SiteId>,
    },
    /// The documents of one kind and day.
    Documents {
        /// Which kind, like sales-invoice.
        #[arg(value_parser = super::kind)]
        kind: Kind,
        /// Of which day.
        day: Date,
    },
    /// What scanners read on a day, and what it stands for.
    Scans {
        /// Which day.
        day: Date,
    },
    /// The documents of a customer or supplier, the latest first.
    Party {
        /// The name.
        #[arg(value_parser = name)]
        name: Text,
    },
    /// A document by the number on its paper, like BDG-SI-A000123.
    Number {
        /// The number.
        number: String,
    },
    /// At the office: the documents whose number another one bears too, since a card was copied or restored.
    SharedNumbers,
    /// What people at the workshops say of codes that are no item's yet.
    Barcodes,
    /// At the box: the item that a barcode stands for.
    Barcode {
        /// The code.
        code: String,
    },
}

fn name(text: &str) -> Result<Text, String> {
    Text::try_from(text)
}

impl What {
    fn show(self) -> Show {
        match self {
            Self::Stock { warehouse } => Show::Stock { warehouse },
            Self::Transit => Show::Transit,
            Self::Till => Show::Till,
            Self::Day { day } => Show::Day { day },
            Self::Days { from, to, site } => Show::Days { from, to, site },
            Self::Documents { kind, day } => Show::Documents { kind, day },
            Self::Scans { day } => Show::Scans { day },
            Self::Party { name } => Show::Party { name },
            Self::Number { number } => Show::Number { number },
            Self::SharedNumbers => Show::SharedNumbers,
            Self::Barcodes => Show::Barcodes,
            Self::Barcode { code } => Show::Barcode { code },
        }
    }

    /// Asks whoever runs in `dir`, and prints the sheet.
    pub(super) fn run(self, dir: &Path, json: bool) -> anyhow::Result<()> {
        let mut answer = Vec::new();
        control::ask(dir, &Ask::Show(self.show()), &mut answer)?;
        let sheet: Sheet = serde_json::from_slice(&answer).context("the answer is cut off: ask again")?;
        match json {
            true => println!("{}", serde_json::to_string(&sheet)?),
            false => print!("{sheet}"),
        }
        Ok(())
    }
}
