//! A row of master data: CBOR, named fields; its table is told beside it.

use super::cbor::{self, BadCbor};
use crate::domain::master::{Row, Table};
use serde::de::DeserializeSeed;
use serde::{Deserializer, Serialize, Serializer};

/// A row's bytes.
pub fn encode(row: &Row) -> Vec<u8> {
    cbor::to_vec(&Fields(row))
}

/// Reads a row's bytes.
pub fn decode(table: Table, bytes: &[u8]) -> Result<Row, BadCbor> {
    cbor::read(bytes, |deserializer| {
        let mut track = serde_path_to_error::Track::new();
        let read = OfTable(table).deserialize(serde_path_to_error::Deserializer::new(deserializer, &mut track));
        read.map_err(|error| serde_path_to_error::Error::new(track.path(), error))
    })
}

struct Fields<'a>(&'a Row);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_fields(serializer)
    }
}

struct OfTable(Table);

impl<'de> DeserializeSeed<'de> for OfTable {
    type Value = Row;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        Row::deserialize_as(self.0, deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decimal::Decimal;
    use crate::domain::document::Text;
    use crate::domain::id::{Epoch, Position, Seq};
    use crate::domain::master::{Life, LineProgress, MAX_PROGRESS_LINES, SiteProgress};
    use crate::wire::rows::MAX_ROW;

    #[test]
    fn a_life_has_these_bytes_for_ever() {
        let first =
            Position { epoch: Epoch(uuid::Uuid::from_u128(0x0193_6e5b_5a00_7000_8000_0123_4567_89ab)), seq: Seq(42) };
        let life = Row::Life(Life { site: "delhi".parse().unwrap(), first, series: "B".parse().unwrap() });
        let head = b"\xa3\x64site\x65delhi\x65first\xa2\x65epoch\x50";
        let epoch = b"\x01\x93\x6e\x5b\x5a\x00\x70\x00\x80\x00\x01\x23\x45\x67\x89\xab";
        let bytes = [&head[..], &epoch[..], b"\x63seq\x18\x2a\x66series\x61B"].concat();
        assert_eq!(encode(&life), bytes);
        assert_eq!(decode(Table::Life, &bytes).unwrap(), life);
    }

    #[test]
    fn a_sites_progress_with_the_longest_names_and_figures_fits_a_message() {
        let longest = Text::try_from("\u{10ffff}".repeat(140)).unwrap();
        let most: Decimal = format!("-{}.{}", "9".repeat(12), "9".repeat(9)).parse().unwrap();
        let line = LineProgress { name: longest.clone(), delivered_qty: most, billed_qty: most, completed_qty: most };
        let full = |lines| SiteProgress {
            of: longest.clone().into(),
            site: "s".repeat(32).parse().unwrap(),
            part: u32::MAX,
            advance_paid: most,
            paid: most,
            produced_qty: most,
            lines: vec![line.clone(); lines],
        };
        let size = |lines| encode(&Row::SiteProgress(full(lines))).len();
        assert!(size(MAX_PROGRESS_LINES) <= MAX_ROW, "{}", size(MAX_PROGRESS_LINES));
        assert!(
            size(MAX_PROGRESS_LINES + 10) > MAX_ROW,
            "the limit could be higher: {}",
            size(MAX_PROGRESS_LINES + 10)
        );
    }
}
