//! Envelopes that are none of this town's: counted, told, never applied.

use crate::packets::publish;
use crate::{EXE, SOON};
use getrandom::SysRng;
use outpost::domain::id::SiteId;
use outpost::keys::identity::Identity;
use outpost::wire::envelope::{Proof, Public, Purpose, Secret, public_of, seal};
use rand_core::UnwrapErr;
use rig::load::{self, End, Plan};
use rig::sales::Sales;
use rig::town::{PASSWORD, Town};

fn sealed(sender: &str, secret: &Secret, to: &Public) -> Vec<u8> {
    let sender: SiteId = sender.parse().unwrap();
    let random = &mut UnwrapErr(SysRng);
    seal(Purpose::Records, (&sender, Proof::Key(secret)), (&SiteId::office(), to), 0, b"\xa0", random).unwrap()
}

#[test]
fn foreign_and_damaged_envelopes_are_counted_and_told_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let plain = rig::mosquitto::free_addr().unwrap();
    let town = Town::found(EXE, dir.path(), &format!("tcp = [\"{plain}\"]")).unwrap();
    let mut shop = town.settle("bandung", None, &["till-0"], "").unwrap();
    shop.start().unwrap();
    let at = shop.addr;
    let sell = |round| {
        let lines = Sales::new(3).take(40).map(|sale| format!("{}\n", sale.json)).collect();
        let mut plan = Plan::new(at, lines);
        plan.client = "till-{n}".into();
        plan.login = Some(("{client}".into(), PASSWORD.into()));
        (plan.end, plan.first_round) = (End::Count(40), round);
        load::run(plan).unwrap();
    };
    sell(0);
    let booked = |count: u64| {
        town.office.wait_until("booked", SOON, |status| Town::site(status, "bandung")["documents"] == count).unwrap()
    };
    booked(40);

    let enrolment = std::fs::read_to_string(shop.dir.join("enrolment.toml")).unwrap();
    let password = enrolment.lines().find_map(|line| line.strip_prefix("password = \"")).unwrap().trim_end_matches('"');
    let office = Identity::load(&town.office.dir.join("identity.toml"), public_of).unwrap();
    let own = Identity::load(&shop.dir.join("identity.toml"), public_of).unwrap();
    let (ours, office_key) = (Secret(own.secret.0), Public(office.public.0));
    let (foreign, foreign_office) = (Secret::from_random([1; 32]), Secret::from_random([2; 32]).public());
    let mut damaged = sealed("bandung", &ours, &office_key);
    *damaged.last_mut().unwrap() ^= 1;
    let send = |payload: &[u8]| publish(plain, "bandung", password, "op/bandung/up", payload);

    // One client id has one connection: the box must not be in the way.
    shop.stop().unwrap();
    // Of nobody known.
    send(b"what is this");
    send(&sealed("nowhere", &foreign, &office_key));
    // In the site's name.
    let in_its_name = [sealed("bandung", &foreign, &office_key), sealed("bandung", &ours, &foreign_office), damaged];
    in_its_name.iter().for_each(|envelope| send(envelope));
    let status = town.office.wait_until("all counted", SOON, |status| {
        status["strangers"] == 2 && Town::site(status, "bandung")["envelopes_rejected"] == 3
    });
    let site = Town::site(&status.unwrap(), "bandung");
    assert!(site["last_rejection"].as_str().unwrap().contains("seal"), "{site:#}");
    assert_eq!((&site["documents"], &site["missing"]), (&40.into(), &0.into()), "{site:#}");
    let said = town.office.command(&["status"], "").unwrap();
    assert!(said.contains("rejected: 3 envelopes") && said.contains("2 envelopes came from nobody"), "{said}");
    // The line works as before.
    shop.start().unwrap();
    sell(1);
    booked(80);
    println!("strangers: 2 of nobody, 3 in the site's name; the last: {}", site["last_rejection"]);
}
