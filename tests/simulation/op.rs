//! What happens in a world, as data.

use super::trade::Deed;

/// One thing that happens. Sites are numbered; a number past the last wraps around.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// People scan `count` times with one device; `same` is the same shirt again.
    Scan {
        site: usize,
        device: usize,
        count: u8,
        same: bool,
    },
    /// Somebody does something with goods, at a tablet.
    Trade {
        site: usize,
        device: usize,
        deed: Deed,
    },
    /// The site's writer takes steps into the company's books, of which that many percent fail.
    Post {
        site: usize,
        steps: u8,
        faults: u8,
    },
    /// The company's books are backed up.
    BooksBackup,
    /// They go back to their latest backup.
    BooksRestore,
    /// Somebody cancels one of the site's documents in the books.
    CancelInBooks {
        site: usize,
    },
    /// Somebody has what is gone of the site posted again.
    Agree {
        site: usize,
    },
    /// Somebody at the office wants the site to record a document.
    Ask {
        site: usize,
    },
    /// Somebody at the office wants the latest of these no more.
    TakeBack {
        site: usize,
    },
    /// The office's master data changes.
    Rows {
        count: u8,
    },
    /// The site's devices send what they have no receipt for; `reaches` percent of it gets to the box.
    Send {
        site: usize,
        reaches: u8,
    },
    /// The box syncs its group and answers.
    Sync {
        site: usize,
    },
    /// A device sends again what it has a receipt for.
    Again {
        site: usize,
    },
    /// A device sends something else under a known id.
    Conflict {
        site: usize,
    },
    /// Time passes.
    Run {
        ms: u64,
    },
    Road {
        site: usize,
        up: bool,
    },
    Weather {
        site: usize,
        loss: u8,
        twice: u8,
        cut: u8,
        flip: u8,
        slow_ms: u64,
    },
    OfficeRoad {
        up: bool,
    },
    /// The power goes now.
    Cut {
        site: usize,
    },
    /// The power goes at the nth write or sync from now.
    Fuse {
        site: usize,
        n: u32,
    },
    /// An orderly end.
    Stop {
        site: usize,
    },
    On {
        site: usize,
    },
    OfficeCut,
    OfficeFuse {
        site: usize,
        n: u32,
    },
    OfficeOn,
    Full {
        site: usize,
        full: bool,
    },
    OfficeFull {
        full: bool,
    },
    /// A clock chip, or the network, says some time.
    ClockSays {
        site: usize,
        off_ms: i64,
        network: bool,
    },
    LoseAcks {
        site: usize,
    },
    /// The card says of the next `n` syncs that they are done, and does not do them.
    Lie {
        site: usize,
        n: u32,
    },
    /// A bit flips on the card while the power is off.
    Rot {
        site: usize,
        at: u64,
    },
    /// Somebody alters a record on the card while the power is off.
    Tamper {
        site: usize,
        at: u64,
    },
    /// The card is copied.
    Image {
        site: usize,
    },
    /// The copy takes the card's place.
    Restore {
        site: usize,
    },
    /// The copy goes into a second box of the same name; or, where there is one, the other box gets the line.
    Twin {
        site: usize,
    },
    Backup,
    OfficeRestore,
    /// Envelopes of long ago come again.
    Replay {
        count: u8,
    },
    /// An envelope of another office, or under another site's key.
    Stranger {
        site: usize,
    },
    /// A stick is put into the box, and pulled after so many files were read, written or removed.
    StickIn {
        site: usize,
        stick: usize,
        files: u32,
    },
    /// The same at the office.
    StickOffice {
        stick: usize,
        files: u32,
    },
    /// One stick becomes a copy of another.
    StickCopy {
        from: usize,
        to: usize,
    },
    /// A bit flips in a file on a stick.
    StickFlip {
        stick: usize,
        at: u64,
    },
    /// A stick is lost; a new one takes its place.
    StickLose {
        stick: usize,
    },
    /// All is repaired, and time runs until nothing moves.
    Heal,
}

/// One step of a plan. Its number seeds its dice, and stays when other steps are taken out.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub number: u64,
    pub op: Op,
}

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    pub seed: u64,
    pub sites: usize,
    pub devices: u64,
    /// Envelopes are really sealed.
    pub sealed: bool,
    pub batch_bytes: usize,
    pub window: usize,
    pub box_ack_delay_ms: u64,
    /// Nothing overtakes anything on the lines.
    pub steady: bool,
    /// There are lines at all.
    pub line: bool,
    pub sticks: usize,
    /// People count stock. Where nobody does, goods are conserved over all sites and trucks.
    pub counts: bool,
}
