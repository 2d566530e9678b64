//! A device that connects to the box over TLS, trusting the box's own CA.

use crate::SOON;
use crate::steps::{SITE, TABLET};
use rig::mosquitto::free_addr;
use rig::packages;
use rig::sales::Sales;
use rig::town::{PASSWORD, Town};
use std::process::Command;

#[test]
fn a_tablet_sells_over_tls_and_trusts_nobody_but_the_box() {
    packages::ensure(&["mosquitto-clients"]);
    let dir = tempfile::tempdir().unwrap();
    let town = Town::found(crate::EXE, dir.path(), "").unwrap();
    let at = free_addr().unwrap();
    let more = format!("tls = [\"{at}\"]\nnames = [\"localhost\"]");
    let mut till = town.settle(SITE, None, &[TABLET], &more).unwrap();
    till.start().unwrap();
    let sale = Sales::new(50).next().unwrap();
    let publish = |ca: &std::path::Path| {
        let mut publish = Command::new(packages::program("mosquitto_pub").expect("mosquitto-clients are there"));
        publish.args(["-h", "localhost", "-p", &at.port().to_string(), "-u", TABLET, "-P", PASSWORD, "-q", "1"]);
        publish.args(["-t", &format!("tx/{TABLET}/sales-invoice"), "-m", &sale.json, "--cafile"]).arg(ca);
        publish.status().unwrap().success()
    };
    let ca = till.dir.join("tls/ca.pem");
    assert!(!publish(&town.office.dir.join("tls/ca.pem")), "another CA's word was taken");
    assert!(publish(&ca));
    // The CA is the same after a restart, so that no device has to be told anew.
    till.stop().unwrap();
    till.start().unwrap();
    assert!(publish(&ca));
    let is_booked = |status: &serde_json::Value| Town::site(status, SITE)["documents"] == 1;
    town.office.wait_until("the sale in the books, once", SOON, is_booked).unwrap();
}
