//! An office and one box with a line of ours between them.

use crate::{EXE, SOON};
use outpost::domain::id::SiteId;
use outpost::journal::{Options, Own};
use rig::line::{Conditions, Control, Counts, Line};
use rig::load::{self, End, Plan};
use rig::sales::{Sale, Sales};
use rig::town::{House, PASSWORD, Town};
use serde_json::Value;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const SITE: &str = "bandung";
/// How often the office is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// An office, a line, a box that has been enrolled over it.
pub(crate) struct Shop {
    pub(crate) town: Town,
    pub(crate) till: House,
    pub(crate) control: Control,
    sales: Sales,
    sold: Vec<Sale>,
    _line: Line,
    _dir: TempDir,
}

/// What an arrival took.
pub(crate) struct Arrival {
    pub(crate) took: Duration,
    pub(crate) longest_pause: Duration,
    pub(crate) counts: Counts,
}

impl Shop {
    /// Both running, enrolled over a good line, nothing on the way. `more` is added to the box's settings.
    pub(crate) fn open(more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::found(EXE, dir.path(), "").unwrap();
        let line = Line::open(town.office.addr, Conditions::default()).unwrap();
        let mut till = town.settle(SITE, Some(line.addr()), &["till-0"], more).unwrap();
        till.start().unwrap();
        let shop = Self {
            town,
            till,
            control: line.control(),
            sales: Sales::new(7),
            sold: Vec::new(),
            _line: line,
            _dir: dir,
        };
        shop.settled();
        shop
    }

    /// Waits until the box owes nothing and the office answers.
    pub(crate) fn settled(&self) {
        let is_settled = |status: &Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
        self.till.wait_until("an office that has everything", SOON, is_settled).unwrap();
    }

    /// Sells so much at the box, each sale acknowledged by it.
    pub(crate) fn sell(&mut self, count: usize) {
        let sales: Vec<_> = self.sales.by_ref().take(count).collect();
        let lines: String = sales.iter().map(|sale| format!("{}\n", sale.json)).collect();
        let mut plan = Plan::new(self.till.addr, lines);
        plan.client = "till-{n}".into();
        plan.login = Some(("{client}".into(), PASSWORD.into()));
        plan.in_flight = 32;
        plan.end = End::Count(count as u64);
        plan.drain = SOON;
        assert_eq!(load::run(plan).unwrap().acked, count as u64);
        self.sold.extend(sales);
    }

    /// Documents in the office's books.
    pub(crate) fn booked(&self) -> u64 {
        let status = self.town.office.status();
        status.ok().and_then(|status| Town::site(&status, SITE)["documents"].as_u64()).unwrap_or(0)
    }

    /// Waits until all that was sold is in the books and the box knows it. Progress may pause, but not for `pause`.
    pub(crate) fn arrive(&self, deadline: Duration, pause: Duration) -> Arrival {
        let (began, before) = (Instant::now(), self.control.counts());
        let (mut booked, mut moved_at, mut longest_pause) = (self.booked(), began, Duration::ZERO);
        loop {
            let now = self.booked();
            if now != booked {
                longest_pause = longest_pause.max(moved_at.elapsed());
                (booked, moved_at) = (now, Instant::now());
            }
            let waiting = self.till.status().unwrap()["waiting"].as_u64();
            if booked == self.sold.len() as u64 && waiting == Some(0) {
                break;
            }
            if moved_at.elapsed() >= pause || began.elapsed() >= deadline {
                let (line, counts) = (&self.till.status().unwrap()["line"], since(self.control.counts(), before));
                let (took, still) = (began.elapsed(), moved_at.elapsed());
                panic!("{booked} booked, {waiting:?} waiting after {took:?}, still for {still:?}: {line}, {counts:?}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let counts = since(self.control.counts(), before);
        Arrival { took: began.elapsed(), longest_pause, counts }
    }

    /// Every sale is in the office's books, exactly once.
    pub(crate) fn check_books(&self) {
        let mut booked = self.town.office.exported_ids("sales-invoice").unwrap();
        let mut sold: Vec<_> = self.sold.iter().map(|sale| sale.id.clone()).collect();
        booked.sort();
        sold.sort();
        assert_eq!(booked.len(), sold.len());
        assert!(booked == sold, "the books hold other sales than were sold");
    }

    /// Bytes of `zstd -19` over all records of the box at once, and of them as they are. Ends the box.
    pub(crate) fn squeezed(&mut self) -> (u64, u64) {
        self.till.stop().unwrap();
        let site: SiteId = SITE.parse().unwrap();
        let store = outpost::store::open(&self.till.dir, &site, false, 0).unwrap();
        let (own, _) = Own::open(&self.till.dir.join("journal"), Options::new(site, store, |_| None)).unwrap();
        let bodies: Vec<u8> = own.reader().scan(0).flat_map(|stored| stored.unwrap().body.to_vec()).collect();
        let squeezed = zstd::bulk::compress(&bodies, 19).unwrap();
        (squeezed.len() as u64, bodies.len() as u64)
    }
}

/// What passed between two looks.
pub(crate) fn since(now: Counts, before: Counts) -> Counts {
    Counts {
        bytes_up: now.bytes_up - before.bytes_up,
        bytes_down: now.bytes_down - before.bytes_down,
        bytes_lost: now.bytes_lost.saturating_sub(before.bytes_lost),
        connections: now.connections - before.connections,
        resets: now.resets - before.resets,
    }
}
