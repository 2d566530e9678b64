//! How a seed makes a plan of what happens in a world.

use super::dice::Dice;
use super::op::{Op, Setup, Step};
use super::trade::Deed;

/// How large a share of a plan each kind of trouble has: none, some, much. Differs from seed to seed, so that some worlds
/// see a single kind of trouble and others all of them.
struct Mood {
    weather: u64,
    power: u64,
    office: u64,
    cards: u64,
    disks: u64,
}

/// The world and the plan of a seed.
pub fn plan(seed: u64, crowd: bool) -> (Setup, Vec<Step>) {
    let mut dice = Dice::new(seed, 0);
    let mut rounds = Rounds::new(seed, crowd);
    let mut market = Market::new(seed);
    let mut clerks = Clerks::new(seed);
    let mut posting = Posting::new(seed);
    let mut nights = Nights::new(seed);
    let sites = if crowd { dice.between(20, 100) } else { dice.pick(&[1, 1, 1, 2, 2, 3, 5]) } as usize;
    let setup = Setup {
        seed,
        sites,
        devices: dice.between(1, 3),
        sealed: dice.percent(if crowd { 20 } else { 10 }),
        batch_bytes: dice.pick(&[400, 1_500, 8_000, 512 * 1024]),
        window: dice.pick(&[1, 2, 3]),
        box_ack_delay_ms: dice.pick(&[0, 5_000, 300_000]),
        steady: dice.percent(50),
        line: !rounds.no_line,
        sticks: rounds.sticks,
        counts: market.counts,
    };
    let mut some = |of: &[u64]| dice.pick(of);
    let mood = Mood {
        weather: some(&[0, 3, 8]),
        power: some(&[0, 4, 10]),
        office: some(&[0, 0, 3, 6]),
        cards: some(&[0, 0, 2, 6]),
        disks: some(&[0, 0, 3]),
    };
    let length = if crowd { dice.between(100, 400) } else { dice.between(10, 90) };
    let mut steps: Vec<Op> = Vec::new();
    let story_at = dice.percent(35).then(|| dice.below(length));
    for i in 0..length {
        if story_at == Some(i) {
            story(&mut dice, &mood, sites, &mut steps);
        }
        steps.push(one(&mut dice, &mood, sites));
        rounds.walk(sites, &mut steps);
        market.day(sites, &mut steps);
        clerks.day(sites, &mut steps);
        posting.day(sites, &mut steps);
        nights.day(sites, &mut steps);
    }
    steps.push(Op::Heal);
    (setup, steps.into_iter().zip(1..).map(|(op, number)| Step { number, op }).collect())
}

fn one(dice: &mut Dice, mood: &Mood, sites: usize) -> Op {
    let site = dice.below(sites as u64) as usize;
    let shares = [30, mood.weather, mood.power, mood.office, mood.cards, mood.disks, 12, 1];
    let mut at = dice.below(shares.iter().sum());
    let kind = shares
        .iter()
        .position(|share| {
            at < *share || {
                at -= share;
                false
            }
        })
        .expect("within the sum");
    match kind {
        0 => work(dice, site),
        1 => match dice.below(6) {
            0 | 1 => Op::Road { site, up: dice.percent(50) },
            2 | 3 => {
                let mut bad = || dice.pick(&[0, 0, 10, 30, 60]);
                let (loss, twice, cut, flip) = (bad(), bad(), bad(), bad());
                Op::Weather { site, loss, twice, cut, flip, slow_ms: dice.pick(&[20, 600, 20_000, 200_000]) }
            }
            4 => Op::Replay { count: dice.between(1, 6) as u8 },
            _ => Op::Stranger { site },
        },
        2 => match dice.below(6) {
            0 => Op::Cut { site },
            1 | 2 => Op::Fuse { site, n: dice.between(1, 12) as u32 },
            3 => Op::Stop { site },
            _ => Op::On { site },
        },
        3 => match dice.below(9) {
            0 => Op::OfficeCut,
            1 | 2 => Op::OfficeFuse { site, n: dice.between(1, 12) as u32 },
            3 => Op::OfficeRoad { up: dice.percent(50) },
            4 => Op::Backup,
            5 => Op::OfficeRestore,
            _ => Op::OfficeOn,
        },
        4 => match dice.below(7) {
            0 | 1 => Op::Image { site },
            2 => Op::Restore { site },
            3 => Op::Twin { site },
            4 => Op::Rot { site, at: dice.word() },
            5 => Op::Tamper { site, at: dice.word() },
            _ => Op::Lie { site, n: dice.between(1, 4) as u32 },
        },
        5 => match dice.below(4) {
            0 => Op::OfficeFull { full: dice.percent(50) },
            1 => Op::LoseAcks { site },
            _ => Op::Full { site, full: dice.percent(60) },
        },
        6 => Op::Run { ms: dice.pick(&[10, 200, 3_000, 40_000, 700_000]) },
        _ => Op::Heal,
    }
}

/// Troubles that mean most in this order, with others between them.
fn story(dice: &mut Dice, mood: &Mood, sites: usize, steps: &mut Vec<Op>) {
    let site = dice.below(sites as u64) as usize;
    let sale = |dice: &mut Dice| {
        let scan = Op::Scan { site, device: dice.below(3) as usize, count: dice.between(1, 6) as u8, same: false };
        [scan, Op::Send { site, reaches: 100 }, Op::Sync { site }]
    };
    let (copy, back) = match dice.below(3) {
        0 => (Op::Backup, Op::OfficeRestore),
        1 => (Op::Image { site }, Op::Restore { site }),
        _ => (Op::Image { site }, Op::Twin { site }),
    };
    let times = dice.between(1, 3);
    steps.extend(sale(dice));
    steps.push(copy);
    for _ in 0..times {
        steps.extend(sale(dice));
        steps.push(Op::Run { ms: dice.pick(&[200, 3_000, 40_000]) });
        if dice.percent(50) {
            let (loss, slow_ms) = (dice.pick(&[0, 30, 60]), dice.pick(&[200, 20_000]));
            steps.push(Op::Weather { site, loss, twice: 10, cut: 0, flip: 0, slow_ms });
        }
        if dice.percent(30) {
            steps.push(Op::LoseAcks { site });
        }
        steps.push(back.clone());
        for _ in 0..dice.between(0, 3) {
            steps.push(Op::Run { ms: dice.pick(&[10, 200, 3_000, 40_000]) });
            steps.push(Op::Replay { count: dice.between(1, 40) as u8 });
            steps.push(one(dice, mood, sites));
        }
    }
}

fn work(dice: &mut Dice, site: usize) -> Op {
    match dice.below(20) {
        0..=5 => {
            let (device, count) = (dice.below(3) as usize, dice.between(1, 6) as u8);
            Op::Scan { site, device, count, same: dice.percent(15) }
        }
        6..=11 => Op::Send { site, reaches: dice.pick(&[100, 100, 60]) },
        12..=16 => Op::Sync { site },
        17 => Op::Again { site },
        18 => Op::Conflict { site },
        _ => {
            let off_ms = dice.between(0, 800 * 86_400_000) as i64 - 400 * 86_400_000;
            Op::ClockSays { site, off_ms, network: dice.percent(50) }
        }
    }
}

const DAY_MS: u64 = 86_400_000;

/// People who trade. They have their own dice, so that worlds without them are what they were.
struct Market {
    dice: Dice,
    /// For the codes that people name.
    codes: Dice,
    /// For deliveries of orders.
    orders: Dice,
    counts: bool,
    /// Percent of steps after which somebody does something with goods.
    share: u8,
}

impl Market {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 2);
        let share = dice.pick(&[0, 0, 30, 80]);
        Self {
            counts: dice.percent(40),
            share,
            dice,
            codes: Dice::new(seed, u64::MAX - 3),
            orders: Dice::new(seed, u64::MAX - 5),
        }
    }

    fn day(&mut self, sites: usize, steps: &mut Vec<Op>) {
        let dice = &mut self.dice;
        let Some(site) = comes(dice, self.share, sites) else { return };
        if dice.percent(40) {
            steps.push(Op::Rows { count: dice.between(1, 9) as u8 });
        }
        for _ in 0..dice.between(1, 5) {
            let deed = match dice.below(20) {
                0..=5 => Deed::Receipt,
                6..=9 => Deed::Sale,
                10 | 11 => Deed::Return,
                12 if self.counts => Deed::Count,
                12..=14 => Deed::Send { to: dice.below(sites as u64) as usize },
                15..=17 => Deed::Unload { short: 2 },
                _ => Deed::Cancel,
            };
            steps.push(Op::Trade { site, device: dice.below(2) as usize, deed });
            if dice.percent(60) {
                steps.push(Op::Send { site, reaches: 100 });
                steps.push(Op::Sync { site });
            }
        }
        while self.orders.percent(50) {
            let dice = &mut self.orders;
            let of = dice.pick(&[0, site + 1, (site + sites - 1) % sites + 1]);
            steps.push(Op::Trade { site, device: dice.below(2) as usize, deed: Deed::Deliver { of } });
            if dice.percent(60) {
                steps.push(Op::Send { site, reaches: 100 });
                steps.push(Op::Sync { site });
            }
        }
        if self.codes.percent(30) {
            let device = self.codes.below(2) as usize;
            steps.push(Op::Trade { site, device, deed: Deed::Name { wrong: 2 } });
        }
    }
}

/// At which site something happens after a step, if it does, as it does in `share` of a hundred.
fn comes(dice: &mut Dice, share: u8, sites: usize) -> Option<usize> {
    (share > 0 && dice.percent(share)).then(|| dice.below(sites as u64) as usize)
}

/// People at the office who want something of the sites. They have their own dice, so that worlds without them are what they were.
struct Clerks {
    dice: Dice,
    /// Percent of steps after which one of them wants something.
    share: u8,
}

impl Clerks {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 3);
        Self { share: dice.pick(&[0, 0, 10, 40]), dice }
    }

    fn day(&mut self, sites: usize, steps: &mut Vec<Op>) {
        let dice = &mut self.dice;
        let Some(site) = comes(dice, self.share, sites) else { return };
        steps.extend((0..dice.between(1, 3)).map(|_| Op::Ask { site }));
        match dice.below(4) {
            0 => steps.push(Op::TakeBack { site }),
            // The power goes while it answers.
            1 => steps.push(Op::Fuse { site, n: dice.between(1, 6) as u32 }),
            _ => {}
        }
    }
}

/// The way into the books. It has its own dice, so that worlds without it are what they were.
struct Posting {
    dice: Dice,
    faults: u8,
    /// Percent of steps after which something is posted.
    share: u8,
}

impl Posting {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 4);
        Self { share: dice.pick(&[0, 20, 60]), faults: dice.pick(&[0, 5, 25]), dice }
    }

    fn day(&mut self, sites: usize, steps: &mut Vec<Op>) {
        let dice = &mut self.dice;
        let Some(site) = comes(dice, self.share, sites) else { return };
        steps.push(Op::Post { site, steps: dice.between(1, 30) as u8, faults: self.faults });
    }
}

/// What happens to the books themselves. It has its own dice, so that worlds without it are what they were.
struct Nights {
    dice: Dice,
    /// Percent of steps after which something does.
    share: u8,
}

impl Nights {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 6);
        Self { share: dice.pick(&[0, 0, 10, 30]), dice }
    }

    fn day(&mut self, sites: usize, steps: &mut Vec<Op>) {
        let dice = &mut self.dice;
        let Some(site) = comes(dice, self.share, sites) else { return };
        steps.push(match dice.below(10) {
            0..=3 => Op::BooksBackup,
            4 | 5 => Op::BooksRestore,
            6..=8 => Op::CancelInBooks { site },
            _ => Op::Agree { site },
        });
    }
}

/// People who go round with sticks. They have their own dice, so that worlds without them are what they were.
struct Rounds {
    dice: Dice,
    crowd: bool,
    sticks: usize,
    no_line: bool,
    /// Percent of steps after which somebody does something with a stick.
    share: u8,
}

impl Rounds {
    fn new(seed: u64, crowd: bool) -> Self {
        let mut dice = Dice::new(seed, u64::MAX - 1);
        let sticks = dice.pick(&[0, 0, 0, 1, 2, 4]) as usize;
        let no_line = sticks > 0 && dice.percent(30);
        let share = if no_line { dice.pick(&[20, 50]) } else { dice.pick(&[10, 30]) };
        Self { dice, crowd, sticks, no_line, share }
    }

    fn walk(&mut self, sites: usize, steps: &mut Vec<Op>) {
        if self.sticks == 0 || !self.dice.percent(self.share) {
            return;
        }
        let (site, stick) = (self.dice.below(sites as u64) as usize, self.stick());
        let files = self.files();
        match self.dice.below(20) {
            0..=6 => steps.push(Op::StickIn { site, stick, files }),
            7..=11 => steps.push(Op::StickOffice { stick, files }),
            12 => steps.push(Op::StickCopy { from: stick, to: self.stick() }),
            13 => steps.push(Op::StickFlip { stick, at: self.dice.word() >> 8 }),
            14 => steps.push(Op::StickLose { stick }),
            15 if self.dice.percent(60) => self.pause(sites, steps),
            15 => self.word_of_a_replaced_disk(site, stick, steps),
            16 | 17 => self.half_and_half(site, stick, steps),
            _ => {
                steps.push(Op::StickIn { site, stick, files: u32::MAX });
                self.pause(sites, steps);
                steps.push(Op::StickOffice { stick, files });
                self.pause(sites, steps);
                steps.push(Op::StickIn { site, stick, files: self.files() });
            }
        }
    }

    fn stick(&mut self) -> usize {
        self.dice.below(self.sticks as u64) as usize
    }

    fn files(&mut self) -> u32 {
        self.dice.pick(&[1, 2, 3, 6, u64::from(u32::MAX), u64::from(u32::MAX), u64::from(u32::MAX)]) as u32
    }

    /// Days or weeks go by. No line is up meanwhile: all that would be seen is hellos.
    fn pause(&mut self, sites: usize, steps: &mut Vec<Op>) {
        if self.crowd && !self.no_line {
            return;
        }
        let lines = 0..if self.no_line { 0 } else { sites };
        steps.extend(lines.clone().map(|site| Op::Road { site, up: false }));
        steps.push(Op::OfficeRoad { up: false });
        steps.push(Op::Run { ms: self.dice.between(DAY_MS, 40 * DAY_MS) });
        steps.push(Op::OfficeRoad { up: true });
        steps.extend(lines.filter(|_| self.dice.percent(80)).map(|site| Op::Road { site, up: true }));
    }

    /// Some records go by stick, and the same come over the line in between.
    fn half_and_half(&mut self, site: usize, stick: usize, steps: &mut Vec<Op>) {
        for _ in 0..self.dice.between(1, 3) {
            let (device, count) = (self.dice.below(3) as usize, self.dice.between(1, 6) as u8);
            steps.extend([
                Op::Road { site, up: false },
                Op::Scan { site, device, count, same: false },
                Op::Send { site, reaches: 100 },
                Op::Sync { site },
                Op::StickIn { site, stick, files: self.files() },
                Op::StickOffice { stick, files: self.files() },
                Op::Road { site, up: true },
                Op::Run { ms: self.dice.pick(&[10, 200, 3_000, 40_000]) },
                Op::StickOffice { stick, files: self.files() },
            ]);
        }
    }

    /// The office takes in a stick and is restored from a backup; then its word comes to a box that hears it by line.
    fn word_of_a_replaced_disk(&mut self, site: usize, stick: usize, steps: &mut Vec<Op>) {
        let (device, count) = (self.dice.below(3) as usize, self.dice.between(1, 6) as u8);
        let trouble = match self.dice.below(2) {
            0 => Op::OfficeFull { full: true },
            _ => Op::Weather { site, loss: 50, twice: 0, cut: 0, flip: 0, slow_ms: 600 },
        };
        steps.extend([
            Op::Backup,
            Op::Road { site, up: false },
            Op::Scan { site, device, count, same: false },
            Op::Send { site, reaches: 100 },
            Op::Sync { site },
            Op::StickIn { site, stick, files: self.files() },
            Op::StickOffice { stick, files: self.files() },
            Op::OfficeRestore,
            trouble,
            Op::Road { site, up: true },
            Op::Run { ms: self.dice.pick(&[3_000, 40_000, 700_000]) },
            Op::StickIn { site, stick, files: self.files() },
            Op::Run { ms: self.dice.pick(&[10, 3_000, 40_000]) },
        ]);
    }
}
