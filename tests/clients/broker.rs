//! The office and its boxes as clients of a broker that the company has: Mosquitto with passwords, an ACL and TLS.

use crate::{EXE, SOON};
use outpost::keys::ca::Ca;
use outpost::keys::enrolment::Enrolment;
use rig::load::{self, End, Plan};
use rig::mosquitto::Mosquitto;
use rig::packages;
use rig::sales::Sales;
use rig::town::{House, PASSWORD, Town};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const OFFICE_PASSWORD: &str = "the office's at the broker";

/// A company with a broker of its own.
struct Company {
    broker: Mosquitto,
    town: Town,
    /// Ids sold at each site.
    sold: BTreeMap<String, Vec<String>>,
    sales: Sales,
    dir: TempDir,
}

impl Company {
    fn open() -> Self {
        packages::ensure(&["mosquitto"]);
        let dir = tempfile::tempdir().unwrap();
        let tls = dir.path().join("broker");
        std::fs::create_dir(&tls).unwrap();
        let ca = Ca::create(&tls).unwrap();
        ca.issue(&["localhost".into()]).unwrap().store(&tls).unwrap();
        let at = |name: &str| tls.join(name).display().to_string();
        let acl = "user office\ntopic write op/+/down\ntopic read op/+/up\ntopic read op/+/enrol\n";
        std::fs::write(at("acl"), acl).unwrap();
        add_user(&tls, "office", OFFICE_PASSWORD);
        let config = format!(
            "allow_anonymous false\npassword_file {}\nacl_file {}\ncafile {}\ncertfile {}\nkeyfile {}",
            at("passwords"),
            at("acl"),
            at("ca.pem"),
            at("server.pem"),
            at("server.key")
        );
        let broker = Mosquitto::start(&config).unwrap();
        let settings = format!(
            "[broker]\nurl = \"mqtts://localhost:{}\"\nuser = \"office\"\npassword = \"{OFFICE_PASSWORD}\"\n\
             ca_file = \"{}\"",
            broker.addr().port(),
            at("ca.pem")
        );
        let town = Town::found(EXE, dir.path(), &settings).unwrap();
        Self { broker, town, sold: BTreeMap::new(), sales: Sales::new(77), dir }
    }

    /// Enrols a box, makes its user at the broker from what its enrolment file says, and starts it.
    fn settle(&mut self, site: &str) -> House {
        let mut till = self.town.settle(site, None, &["till-0"], "").unwrap();
        let file = self.dir.path().join(format!("{site}.enrolment.toml"));
        let Enrolment { login, password, brokers, .. } = Enrolment::read(&file, None).unwrap();
        assert_eq!(brokers, [format!("mqtts://localhost:{}", self.broker.addr().port())]);
        let tls = self.dir.path().join("broker");
        add_user(&tls, &login, &password);
        let acl = std::fs::read_to_string(tls.join("acl")).unwrap();
        let own = format!("topic write op/{login}/up\ntopic write op/{login}/enrol\ntopic read op/{login}/down\n");
        std::fs::write(tls.join("acl"), format!("{acl}\nuser {login}\n{own}")).unwrap();
        self.broker.read_settings_again().unwrap();
        till.start().unwrap();
        self.sold.entry(site.to_owned()).or_default();
        till
    }

    fn sell(&mut self, till: &House, site: &str, count: usize) {
        let sales: Vec<_> = self.sales.by_ref().take(count).collect();
        let lines: String = sales.iter().map(|sale| format!("{}\n", sale.json)).collect();
        let mut plan = Plan::new(till.addr, lines);
        plan.client = "till-{n}".into();
        plan.login = Some(("{client}".into(), PASSWORD.into()));
        plan.end = End::Count(count as u64);
        assert_eq!(load::run(plan).unwrap().acked, count as u64);
        self.sold.get_mut(site).unwrap().extend(sales.into_iter().map(|sale| sale.id));
    }

    /// Everything is in the books once, and every box knows it.
    fn check(&self, tills: &[&House]) {
        let began = Instant::now();
        let has_all = |status: &Value| {
            self.sold.iter().all(|(site, sold)| Town::site(status, site)["documents"] == sold.len() as u64)
        };
        self.town.office.wait_until("every sale in the books", SOON, has_all).unwrap();
        let mut booked = self.town.office.exported_ids("sales-invoice").unwrap();
        let mut sold: Vec<_> = self.sold.values().flatten().cloned().collect();
        booked.sort();
        sold.sort();
        assert_eq!(booked, sold);
        for till in tills {
            let knows = |status: &Value| status["waiting"] == 0 && status["line"]["office_answers"] == true;
            till.wait_until("the office's word on everything", SOON, knows).unwrap();
        }
        println!("everything in the books and known at the boxes after {:?}", began.elapsed());
    }
}

fn add_user(dir: &Path, user: &str, password: &str) {
    let file = dir.join("passwords");
    if !file.exists() {
        std::fs::write(&file, "").unwrap();
    }
    let program = packages::program("mosquitto_passwd").expect("it comes with mosquitto");
    assert!(Command::new(program).arg("-b").arg(file).args([user, password]).status().unwrap().success());
}

#[test]
fn two_boxes_and_the_office_meet_at_mosquitto_and_nothing_is_lost_when_it_or_the_office_dies() {
    let mut company = Company::open();
    let mut bandung = company.settle("bandung");
    let solo = company.settle("solo");
    company.sell(&bandung, "bandung", 20);
    company.sell(&solo, "solo", 10);
    company.check(&[&bandung, &solo]);
    let first = company.sold["bandung"][0].clone();
    let until = Instant::now() + SOON;
    loop {
        let way = bandung.command(&["status", "--document", &first], "").unwrap();
        if way.contains("at the office") {
            break;
        }
        assert!(Instant::now() < until, "{way}");
        std::thread::sleep(Duration::from_millis(100));
    }

    company.broker.kill9().unwrap();
    company.sell(&bandung, "bandung", 15);
    company.sell(&solo, "solo", 5);
    company.broker.start_again().unwrap();
    company.check(&[&bandung, &solo]);

    // The broker forgets what it carries for an office that is not there; the boxes do not.
    company.town.office.kill9().unwrap();
    company.sell(&bandung, "bandung", 15);
    bandung.kill9().unwrap();
    bandung.start().unwrap();
    company.sell(&bandung, "bandung", 5);
    company.town.office.start().unwrap();
    company.check(&[&bandung, &solo]);
}

#[test]
fn enrolling_says_what_the_broker_has_to_be_told() {
    let company = Company::open();
    let file = company.dir.path().join("solo.toml");
    let said = company.town.office.command(&["enrol", "solo", "--out", &file.to_string_lossy()], "").unwrap();
    let Enrolment { password, .. } = Enrolment::read(&file, None).unwrap();
    for part in ["user      solo", &password, "op/solo/up", "op/solo/enrol", "op/solo/down"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}
