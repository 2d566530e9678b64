//! Where a file of an import lies, by the name that a person's browser gives it.
//!
//! In: a name as it stands in a path, encoded; it may have folders, as a browser says them when somebody hands it a whole stick. Out: what
//! it is of ours, and the single names that it gets below the import's own directory, whatever was asked for. Deliberately absent: any
//! belief in it: a file on a stick is what its seal says.

use crate::courier::stick::{ENDING, FOLDER, Way};
use crate::domain::id::SiteId;
use crate::web::decoded;
use std::path::PathBuf;

/// Longest name with its folders, in bytes.
pub(super) const MAX_NAME: usize = 512;
/// Longest part of one between two slashes, in bytes: what a file system takes.
const MAX_PART: usize = 255;
/// Most parts: a stick's own folder has three above each file, and somebody may have copied it into some of their own.
const MAX_PARTS: usize = 8;
const SIGNED: [(&str, Way); 2] = [("to-office", Way::ToOffice), ("to-site", Way::ToSite)];

/// What a name was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a stick's folder.
    Stick { way: Way, site: SiteId, file: String },
    /// Of a stick, without the folders that say whose it is: the file itself does.
    Loose(String),
    /// A table of master data.
    Master(String),
}

/// Why a name is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadName {
    #[error("a name's % is followed by two hexadecimal digits, and the whole is UTF-8")]
    Encoding,
    #[error("a name has 1 to {MAX_NAME} bytes, and at most {MAX_PARTS} parts between slashes of 1 to {MAX_PART}")]
    Length,
    #[error(
        "a name leads nowhere else: no .. or . or empty part, no slash before it, no backslash, no control character"
    )]
    Leads,
}

/// Reads a name, one segment of a path: slashes in it come as %2F.
pub(super) fn read(segment: &str) -> Result<String, BadName> {
    let name = decoded(segment).ok_or(BadName::Encoding)?;
    let parts: Vec<&str> = name.split('/').collect();
    if name.is_empty() || name.len() > MAX_NAME || parts.len() > MAX_PARTS || parts.iter().any(|p| p.len() > MAX_PART) {
        return Err(BadName::Length);
    }
    let leads = |part: &&str| matches!(*part, "" | "." | "..");
    if parts.iter().any(leads) || name.chars().any(|c| c.is_control() || c == '\\') {
        return Err(BadName::Leads);
    }
    Ok(name)
}

/// What a file of that name is; none where it is nothing that the office takes.
pub(super) fn place(name: &str) -> Option<Place> {
    let parts: Vec<&str> = name.split('/').collect();
    let &file = parts.last()?;
    let lower = file.to_ascii_lowercase();
    if lower.ends_with(ENDING) {
        let signed = |&[way, site, _]: &[&str; 3]| {
            let (_, way) = SIGNED.into_iter().find(|(sign, _)| way.eq_ignore_ascii_case(sign))?;
            let site = site.to_ascii_lowercase().parse().ok()?;
            Some(Place::Stick { way, site, file: file.to_owned() })
        };
        return Some(parts.last_chunk().and_then(signed).unwrap_or_else(|| Place::Loose(file.to_owned())));
    }
    // What a box wrote for people on its stick is no master data, though it is CSV.
    let is_for_people = parts.iter().any(|part| part.eq_ignore_ascii_case(FOLDER));
    let is_table = [".csv", ".json"].iter().any(|ending| lower.ends_with(ending));
    (is_table && !is_for_people).then(|| Place::Master(file.to_owned()))
}

impl Place {
    /// Below the import's directory.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Stick { way, site, file } => {
                [STICK, FOLDER, &way.to_string(), site.as_str(), file].into_iter().collect()
            }
            Self::Loose(file) => ["loose", file].into_iter().collect(),
            Self::Master(file) => [MASTER, file].into_iter().collect(),
        }
    }
}

/// What stands for a stick, below an import's directory.
pub(super) const STICK: &str = "stick";
/// Files of master data, below an import's directory.
pub(super) const MASTER: &str = "master";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_none_however_it_is_written() {
        for (segment, why) in [
            ("..", BadName::Leads),
            ("%2e%2e", BadName::Leads),
            ("a%2F..%2F..%2Fetc%2Fpasswd.csv", BadName::Leads),
            ("%2Fetc%2Fpasswd.op", BadName::Leads),
            ("a%2F%2Fb.op", BadName::Leads),
            ("a%2F", BadName::Leads),
            (".%2Fa.op", BadName::Leads),
            ("a%00.op", BadName::Leads),
            ("a%0A.op", BadName::Leads),
            ("..%5Ca.op", BadName::Leads),
            ("%ff.op", BadName::Encoding),
            ("%2", BadName::Encoding),
            ("", BadName::Length),
            ("a%2Fb%2Fc%2Fd%2Fe%2Ff%2Fg%2Fh%2Fi.op", BadName::Length),
        ] {
            assert_eq!(read(segment), Err(why), "{segment}");
        }
        // Encoded once, and not twice.
        assert_eq!(read("%252e%252e").unwrap(), "%2e%2e");
        assert_eq!(read("a+b.op").unwrap(), "a+b.op");
    }

    #[test]
    fn a_name_is_taken_up_to_its_length() {
        let of = |bytes: usize| read(&"x".repeat(bytes)).is_ok();
        assert!(of(MAX_PART) && !of(MAX_PART + 1));
        let two = |bytes: usize| read(&format!("{}%2F{}", "x".repeat(255), "y".repeat(bytes))).is_ok();
        assert!(two(255) && !two(256));
        let three = |bytes: usize| read(&format!("{0}%2F{0}%2F{1}", "x".repeat(200), "y".repeat(bytes))).is_ok();
        assert!(three(110) && !three(111));
    }

    #[test]
    fn a_stick_is_known_by_its_folders_wherever_they_were_copied_to() {
        let at = |name: &str| place(name).map(|place| place.path().display().to_string());
        let there = Some("stick/OUTPOST/to-office/bandung/word_1.op".to_owned());
        for name in
            ["OUTPOST/to-office/bandung/word_1.op", "to-office/bandung/word_1.op", "F/o/TO-OFFICE/Bandung/word_1.op"]
        {
            assert_eq!(at(name), there, "{name}");
        }
        assert_eq!(at("bandung/word_1.op").as_deref(), Some("loose/word_1.op"));
        assert_eq!(at("to-office/no site/word_1.op").as_deref(), Some("loose/word_1.op"));
        assert_eq!(at("OUTPOST/to-site/solo/a.OP").as_deref(), Some("stick/OUTPOST/to-site/solo/a.OP"));
        assert_eq!(at("prices/Item Price.csv").as_deref(), Some("master/Item Price.csv"));
        for nothing in
            ["OUTPOST/README.txt", "OUTPOST/csv/solo/a/Item.csv", "OUTPOST/enrol/solo.enrol", "holiday.jpg", "op"]
        {
            assert_eq!(at(nothing), None, "{nothing}");
        }
    }
}
