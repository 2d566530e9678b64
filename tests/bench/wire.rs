//! What a sale costs on the line to the office, beside a Mosquitto bridge and a compressor that sees everything at once.
//!
//! Counted are the bytes of TCP's payload in both directions, TLS and MQTT included, by a proxy between the two ends.

use crate::ground::{SITE, SOON, dir, load, median, sales, table, town};
use outpost::keys::ca::Ca;
use rig::line::{Conditions, Control, Line};
use rig::load::{End, run};
use rig::mosquitto::{Mosquitto, free_addr};
use rig::town::Town;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Sales of the backlog.
const BACKLOG: u64 = 1_000;
/// Lone sales, of which the middle one counts.
const LONE: usize = 5;
/// A line is quiet when nothing passed for so long.
const QUIET: Duration = Duration::from_secs(3);

/// Bytes up and down.
#[derive(Clone, Copy)]
struct Cost {
    up: u64,
    down: u64,
}

impl Cost {
    fn now(line: &Control) -> Self {
        let counts = line.counts();
        Self { up: counts.bytes_up, down: counts.bytes_down }
    }

    fn since(self, before: Self) -> Self {
        Self { up: self.up - before.up, down: self.down - before.down }
    }

    fn row(self, what: &str, sales: u64) -> Vec<String> {
        let each = |bytes: u64| format!("{:.1}", bytes as f64 / sales as f64);
        vec![what.into(), each(self.up), each(self.down), each(self.up + self.down)]
    }
}

/// Waits until nothing passes any more.
fn quiet(line: &Control) -> Cost {
    let until = Instant::now() + SOON;
    let (mut last, mut since) = (line.counts(), Instant::now());
    while since.elapsed() < QUIET {
        assert!(Instant::now() < until, "the line does not become quiet");
        std::thread::sleep(Duration::from_millis(50));
        if line.counts() != last {
            (last, since) = (line.counts(), Instant::now());
        }
    }
    Cost::now(line)
}

fn middle(of: &[Cost]) -> Cost {
    let by = |which: fn(&Cost) -> u64| median(of.iter().map(|cost| which(cost) as f64).collect()) as u64;
    Cost { up: by(|cost| cost.up), down: by(|cost| cost.down) }
}

/// What `zstd -19` makes of it.
fn zstd_19(bytes: &[u8]) -> usize {
    rig::packages::ensure(&["zstd"]);
    let mut child = Command::new("zstd").args(["-19", "-c", "-q"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let child = child.as_mut().unwrap();
    let (mut stdin, bytes) = (child.stdin.take().unwrap(), bytes.to_vec());
    let writer = std::thread::spawn(move || stdin.write_all(&bytes).unwrap());
    let mut out = Vec::new();
    std::io::Read::read_to_end(child.stdout.as_mut().unwrap(), &mut out).unwrap();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    out.len()
}

/// `count` lines from the `skip`th on.
fn lines(sales: &str, skip: usize, count: u64) -> String {
    sales.lines().skip(skip).take(count as usize).map(|line| format!("{line}\n")).collect()
}

struct Costs {
    lone: Cost,
    backlog: Cost,
    reconnect: Cost,
}

fn outpost(dir: &Path, sales: &str) -> Costs {
    let nowhere = free_addr().unwrap();
    let line = Line::open(nowhere, Conditions::default()).unwrap();
    let control = line.control();
    let (town, mut shop) = town(dir, Some(line.addr()), 20, "keepalive_s = 3600");
    control.retarget(town.office.addr);
    shop.start().unwrap();
    let settled = |waiting: u64| {
        let told = shop.wait_until("all is at the office", SOON, |status| {
            status["line"]["office_answers"] == true && status["waiting"].as_u64() <= Some(waiting)
        });
        told.unwrap();
    };
    settled(0);
    let booked = |count: u64| {
        let told = town.office.wait_until("the books", SOON, |status| Town::site(status, SITE)["documents"] == count);
        told.unwrap();
    };
    let publish = |text: &str, shape: (usize, usize)| {
        let mut plan = load(shop.addr, text, shape, End::Count(text.lines().count() as u64));
        plan.first_round = 0;
        run(plan).unwrap();
    };
    let lone: Vec<Cost> = (0..LONE)
        .map(|n| {
            let before = quiet(&control);
            publish(&lines(sales, n, 1), (1, 1));
            quiet(&control).since(before)
        })
        .collect();
    booked(LONE as u64);

    let before = quiet(&control);
    control.reset_all();
    std::thread::sleep(Duration::from_secs(5));
    settled(0);
    let reconnect = quiet(&control).since(before);

    control.cut();
    publish(&lines(sales, LONE, BACKLOG), (20, 8));
    let before = quiet(&control);
    control.restore();
    booked(LONE as u64 + BACKLOG);
    settled(0);
    Costs { lone: middle(&lone), backlog: quiet(&control).since(before), reconnect }
}

fn bridge(dir: &Path, sales: &str) -> Costs {
    let ca = Ca::make().unwrap();
    let server = ca.issue(&["localhost".into()]).unwrap();
    let at = |name: &str| dir.join(name);
    std::fs::write(at("ca.pem"), ca.cert_pem()).unwrap();
    std::fs::write(at("server.pem"), &server.cert_pem).unwrap();
    std::fs::write(at("server.key"), &server.key_pem).unwrap();
    let tls = free_addr().unwrap();
    let settings = format!(
        "listener {} {}\ncertfile {}\nkeyfile {}",
        tls.port(),
        tls.ip(),
        at("server.pem").display(),
        at("server.key").display()
    );
    let _office = Mosquitto::start(&settings).unwrap();
    let line = Line::open(tls, Conditions::default()).unwrap();
    let control = line.control();
    let settings = format!(
        "max_queued_messages 0\nconnection office\naddress localhost:{}\ntopic tx/# out 1\nbridge_cafile {}\n\
         bridge_insecure false\ncleansession false\nnotifications false\nkeepalive_interval 3600\nrestart_timeout 1",
        line.addr().port(),
        at("ca.pem").display()
    );
    let shop = Mosquitto::start(&settings).unwrap();
    let publish = |text: &str, shape: (usize, usize)| {
        let mut plan = load(shop.addr(), text, shape, End::Count(text.lines().count() as u64));
        plan.first_round = 0;
        run(plan).unwrap();
    };
    let carried = |bytes: u64| {
        let until = Instant::now() + SOON;
        while control.counts().bytes_up < bytes {
            assert!(Instant::now() < until, "the bridge carries nothing");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    carried(300);
    let lone: Vec<Cost> = (0..LONE)
        .map(|n| {
            let before = quiet(&control);
            publish(&lines(sales, n, 1), (1, 1));
            carried(before.up + 300);
            quiet(&control).since(before)
        })
        .collect();
    let before = quiet(&control);
    control.reset_all();
    carried(before.up + 300);
    let reconnect = quiet(&control).since(before);
    control.cut();
    let text = lines(sales, LONE, BACKLOG);
    publish(&text, (20, 8));
    let before = quiet(&control);
    control.restore();
    carried(before.up + text.len() as u64);
    Costs { lone: middle(&lone), backlog: quiet(&control).since(before), reconnect }
}

#[test]
#[ignore = "a measurement: scripts/bench runs it"]
fn bench_wire_beside_a_bridge_and_a_compressor() {
    let (dir, sales) = (dir(), sales());
    let text = lines(&sales, LONE, BACKLOG);
    let json = text.len() as f64 / BACKLOG as f64;
    let at_once = zstd_19(text.as_bytes());
    let ours = outpost(&dir.path().join("town"), &sales);
    let theirs = bridge(dir.path(), &sales);
    let head = ["bytes a sale, TLS and MQTT included", "up", "down", "both"];
    let rows = [
        ours.lone.row("Outpost, alone: sale with the ack of the word before it; ack and word", 1),
        theirs.lone.row("Mosquitto bridge, alone", 1),
        ours.backlog.row("Outpost, backlog of 1,000, connecting included", BACKLOG),
        theirs.backlog.row("Mosquitto bridge, backlog of 1,000, connecting included", BACKLOG),
        ours.reconnect.row("Outpost, a reconnect with nothing to say (bytes in all)", 1),
        theirs.reconnect.row("Mosquitto bridge, a reconnect (bytes in all)", 1),
    ];
    table(&format!("On the line; a sale's JSON is {json:.0} B"), &head, &rows);
    let each = at_once as f64 / BACKLOG as f64;
    let [up, both] = [ours.backlog.up, ours.backlog.up + ours.backlog.down].map(|bytes| bytes as f64 / at_once as f64);
    println!(
        "\n`zstd -19` of the 1,000 at once: {each:.1} B each; the backlog is {up:.2} times that up, {both:.2} in all"
    );
}
