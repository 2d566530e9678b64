//! How many publishes at QoS 1 are acknowledged in a second, and how long one waits, beside other brokers.

use crate::ground::{busy, cpu, dir, load, lonely, median, sales, table};
use crate::rabbit::Rabbit;
use rig::disk::sync_cost;
use rig::load::{End, Report, run};
use rig::mosquitto::Mosquitto;
use std::net::SocketAddr;
use std::time::Duration;

/// Clients, and publishes in flight of each.
const SHAPES: [(usize, usize); 3] = [(1, 1), (20, 1), (20, 32)];
/// Rounds, of which the middle one counts.
const ROUNDS: usize = 3;
/// Each round of each shape, short enough that all brokers see the same machine.
const LASTING: Duration = Duration::from_secs(3);
/// Files, caches and the processor's clock get so long before what counts.
const WARMING: Duration = Duration::from_secs(1);

struct Broker {
    name: String,
    addr: SocketAddr,
    /// For those whose processor time is told.
    pid: Option<u32>,
    /// By shape: what was reported, and microseconds of processor time for each publish.
    rounds: Vec<Vec<(Report, f64)>>,
}

impl Broker {
    fn new(name: &str, addr: SocketAddr, pid: Option<u32>) -> Self {
        Self { name: name.to_owned(), addr, pid, rounds: vec![Vec::new(); SHAPES.len()] }
    }

    fn serve(&mut self, sales: &str, index: usize) {
        let shape = SHAPES[index];
        let plan = |lasting| {
            let mut plan = load(self.addr, sales, shape, End::After(lasting));
            // The others let anybody in.
            plan.login = plan.login.filter(|_| self.pid.is_some());
            plan
        };
        run(plan(WARMING)).unwrap();
        let used = |pid: Option<u32>| pid.map_or(Duration::ZERO, cpu);
        let before = used(self.pid);
        let report = run(plan(LASTING)).unwrap();
        assert_eq!(report.reconnects, 0, "{} at {shape:?}: {report}", self.name);
        let us = (used(self.pid) - before).as_secs_f64() * 1e6 / report.acked as f64;
        eprintln!("{} at {shape:?}: {report}", self.name);
        self.rounds[index].push((report, us));
    }

    fn per_second(&self, index: usize) -> f64 {
        median(self.rounds[index].iter().map(|(report, _)| report.per_second()).collect())
    }

    fn percentile_ms(&self, index: usize, percent: f64) -> f64 {
        median(self.rounds[index].iter().map(|(report, _)| report.latency.percentile_us(percent) as f64).collect())
            / 1e3
    }
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_pubacks_beside_other_brokers() {
    let (dir, sales, busy) = (dir(), sales(), busy());
    let mut shop = lonely(&dir.path().join("town"), 20);
    shop.start().unwrap();
    let memory = Mosquitto::start("persistence false").unwrap();
    let stored = dir.path().join("mosquitto");
    std::fs::create_dir(&stored).unwrap();
    let debian = Mosquitto::start(&format!("persistence true\npersistence_location {}/", stored.display())).unwrap();
    let only_box = std::env::var_os("OUTPOST_BENCH_ONLY_BOX").is_some();
    let mut brokers = vec![Broker::new("Outpost", shop.addr, Some(shop.process().unwrap().id()))];
    brokers.push(Broker::new("Mosquitto, memory only", memory.addr(), None));
    let rabbit =
        if only_box { Err(anyhow::anyhow!("not asked for")) } else { Rabbit::start(&dir.path().join("rabbit")) };
    if !only_box {
        brokers.push(Broker::new("Mosquitto, persistence as Debian has it", debian.addr(), None));
    }
    match &rabbit {
        Ok(rabbit) => {
            let name = format!("RabbitMQ {}, durable queue", rabbit.version);
            brokers.push(Broker::new(&name, rabbit.addr, None));
        }
        Err(error) => println!("RabbitMQ is not measured: {error:#}"),
    }
    let mut syncs = Vec::new();
    for _ in 0..ROUNDS {
        syncs.push(sync_cost(dir.path(), LASTING).unwrap());
        for index in 0..SHAPES.len() {
            brokers.iter_mut().for_each(|broker| broker.serve(&sales, index));
        }
    }
    println!("\n{busy}");
    syncs.iter().for_each(|cost| println!("this disk: {cost}"));
    let sync_p99_ms = median(syncs.iter().map(|cost| cost.latency.percentile_us(99.0) as f64).collect()) / 1e3;
    tell(&brokers, sync_p99_ms);
}

fn tell(brokers: &[Broker], sync_p99_ms: f64) {
    for (index, (clients, in_flight)) in SHAPES.iter().enumerate() {
        let row = |broker: &Broker| {
            let rates = broker.rounds[index].iter().map(|(report, _)| report.per_second());
            let (least, most) = (rates.clone().fold(f64::MAX, f64::min), rates.fold(0.0, f64::max));
            let p99 = broker.percentile_ms(index, 99.0);
            let us = median(broker.rounds[index].iter().map(|(_, us)| *us).collect());
            vec![
                broker.name.clone(),
                format!("{:.0}", broker.per_second(index)),
                format!("{least:.0} to {most:.0}"),
                format!("{:.2} ms", broker.percentile_ms(index, 50.0)),
                format!("{p99:.2} ms"),
                format!("{:.1}", p99 / sync_p99_ms),
                if broker.pid.is_some() { format!("{us:.0} µs") } else { String::new() },
            ]
        };
        let head =
            ["broker", "PUBACKs/s", "three rounds", "p50", "p99", "p99 in fdatasyncs' p99", "processor for each"];
        let rows: Vec<_> = brokers.iter().map(row).collect();
        table(&format!("{clients} clients with {in_flight} in flight"), &head, &rows);
    }
    let ratio = |other: &Broker| brokers[0].per_second(1) / other.per_second(1);
    for other in &brokers[1..] {
        println!("at 20 × 1 Outpost does {:.2} times what {} does", ratio(other), other.name);
    }
}
