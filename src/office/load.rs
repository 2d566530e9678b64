//! Files of master data: as they follow a question on the control socket, or at hand for an office that does not run.

use super::start::{Paths, Premises};
use crate::domain::master::{RowKey, Table};
use crate::load::{self, Change, MAX_FILE_BYTES, MAX_FILES, Order, Report, Rows, Source};
use crate::rows::OfficeRows;
use anyhow::bail;
use std::io::Read;
use std::path::Path;

/// Most bytes of all files together; they are held in memory while they are checked.
const MAX_BYTES: u64 = 4 * MAX_FILE_BYTES as u64;

impl Rows for &OfficeRows {
    fn each(&self, take: &mut dyn FnMut(&RowKey, &[u8])) -> Result<(), String> {
        self.all().iter().for_each(|(key, bytes, _)| take(key, bytes));
        Ok(())
    }

    fn put(&mut self, changes: Vec<Change>) -> Result<(), String> {
        OfficeRows::put(self, changes).map(drop).map_err(|error| error.to_string())
    }
}

/// Takes files for an office that does not run.
pub fn offline(dir: &Path, sources: &[Source], order: Order) -> anyhow::Result<Report> {
    // Opened anew, an empty directory would become an office.
    if !Paths::new(dir).register.exists() {
        bail!("{} is no office: name its directory with --dir", dir.display());
    }
    let premises = Premises::open(dir)?;
    let heard = std::fs::read_dir(&premises.paths.sites).is_ok_and(|mut all| all.next().is_some());
    if heard && sources.iter().any(|source| load::table_of(&source.name) == Some(Table::Level)) {
        bail!(
            "stock levels start from what the sites have done so far, which a running office knows: start it, then load them"
        );
    }
    let rows = OfficeRows::open(&premises.paths.rows)?;
    load::load(sources, order, &mut &rows, &load::nothing_included).map_err(anyhow::Error::msg)
}

/// The files that follow a question: their names and lengths are in it.
pub(super) fn receive(files: Vec<(String, u64)>, body: &mut dyn Read) -> Result<Vec<Source>, String> {
    if files.len() > MAX_FILES {
        return Err(format!("{} files are more than {MAX_FILES}: load them in parts", files.len()));
    }
    let all = files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.1));
    if all > MAX_BYTES {
        return Err(format!("{all} bytes are more than {MAX_BYTES}: load the files one after the other"));
    }
    let mut sources = Vec::new();
    for (name, length) in files {
        let mut bytes = Vec::new();
        (&mut *body).take(length).read_to_end(&mut bytes).map_err(|error| format!("{name} did not arrive: {error}"))?;
        if bytes.len() as u64 != length {
            return Err(format!("{name} did not arrive whole: load again"));
        }
        sources.push(Source { name, bytes });
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{self, Ask};

    fn bodies(files: Vec<(String, u64)>, body: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        receive(files, &mut &*body).map(|sources| sources.into_iter().map(|source| source.bytes).collect())
    }

    #[test]
    fn files_are_told_apart_by_their_lengths() {
        let files = vec![("uom.csv".into(), 3), ("item.csv".into(), 0), ("level.csv".into(), 2)];
        assert_eq!(bodies(files, b"abcde").unwrap(), [&b"abc"[..], b"", b"de"]);
    }

    #[test]
    fn files_that_are_cut_off_too_many_or_too_large_are_refused() {
        assert!(bodies(vec![("uom.csv".into(), 20)], b"uom_name\n").unwrap_err().contains("whole"));
        let many = |n: usize| (0..n).map(|n| (format!("uom.{n}.csv"), 0)).collect::<Vec<_>>();
        assert!(bodies(many(MAX_FILES), b"").is_ok());
        assert!(bodies(many(MAX_FILES + 1), b"").unwrap_err().contains("in parts"));
        let large = vec![("uom.csv".into(), MAX_BYTES), ("item.csv".into(), 1)];
        assert!(bodies(large, b"").unwrap_err().contains("one after the other"));
    }

    #[test]
    fn an_office_that_does_not_run_takes_files_and_keeps_them() {
        let dir = tempfile::tempdir().unwrap();
        let uoms = |text: &str| [Source { name: "uom.csv".into(), bytes: text.as_bytes().into() }];
        let refused = offline(dir.path(), &uoms("uom_name\nNos\n"), Order::default()).unwrap_err();
        assert!(refused.to_string().contains("is no office"), "{refused}");
        drop(Premises::open(dir.path()).unwrap());
        assert!(offline(dir.path(), &uoms("uom_name\nNos\n"), Order::default()).unwrap().taken);
        let report =
            offline(dir.path(), &uoms("uom_name\nNos\nMeter\n"), Order { check: false, replace: true }).unwrap();
        assert_eq!((report.tables[0].unchanged, report.tables[0].new), (1, 1));
        let rows = OfficeRows::open(&Paths::new(dir.path()).rows).unwrap();
        assert_eq!(rows.all().len(), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_running_office_takes_files_over_its_socket() {
        let dir = tempfile::tempdir().unwrap();
        // The port is the system's choice.
        std::fs::write(dir.path().join("office.toml"), "tls = [\"127.0.0.1:0\"]\nnames = [\"localhost\"]\n").unwrap();
        let office = crate::office::Office::start(dir.path()).await.unwrap();
        let load = |text: &'static str| {
            let ask = Ask::Load { order: Order::default(), files: vec![("uom.csv".into(), text.len() as u64)] };
            let mut answer = Vec::new();
            tokio::task::block_in_place(|| control::ask_with(dir.path(), &ask, &[text.as_bytes()], &mut answer))
                .unwrap();
            serde_json::from_slice::<Report>(&answer).unwrap()
        };
        let report = load("uom_name\nNos\nNos\n");
        assert!(report.is_refused() && report.errors[0].line == Some(3), "{report}");
        assert_eq!(load("uom_name\nNos\n").tables[0].new, 1);
        assert_eq!(load("uom_name\nNos\n").tables[0].unchanged, 1);
        let two_at_once = offline(dir.path(), &[], Order::default()).unwrap_err();
        assert!(two_at_once.to_string().contains("in use"), "{two_at_once}");
        office.stop().await;
    }
}
