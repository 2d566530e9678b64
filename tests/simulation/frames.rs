//! A segment's bytes through the real codec and the real recovery scan, as the model wants them.

use outpost::domain::id::{Position, RecordHash};
use outpost::wire::frame::{self, Found, Kind, Scan};

/// One frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub position: Position,
    pub prev: RecordHash,
    /// Empty for a record that was lost; `prev` is then its own hash.
    pub body: &'a [u8],
}

pub fn encode(out: &mut Vec<u8>, shown: &Frame<'_>) {
    let real = match shown.body.is_empty() {
        true => frame::Frame::lost(shown.position, &shown.prev),
        false => frame::Frame::record(shown.position, shown.prev, shown.body),
    };
    frame::encode(out, &real).expect("a record of the model fits a frame");
}

/// The whole frames in `bytes`, each with its offset, and where the next one goes.
pub fn scan(bytes: &[u8]) -> (Vec<(usize, Frame<'_>)>, usize) {
    let (mut found, mut end) = (Vec::new(), 0);
    for piece in Scan::new(bytes, 0) {
        match piece {
            Found::Record { offset, frame } => found.push((offset as usize, shown(frame))),
            Found::Damaged { .. } => {}
            Found::End { offset, .. } => end = offset as usize,
        }
    }
    (found, end)
}

fn shown(real: frame::Frame<'_>) -> Frame<'_> {
    match (real.kind, <[u8; 32]>::try_from(real.body)) {
        (Kind::Lost, Ok(hash)) => Frame { position: real.position, prev: RecordHash(hash), body: &[] },
        _ => Frame { position: real.position, prev: real.prev, body: real.body },
    }
}
