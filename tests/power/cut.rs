//! Power cuts: the disk keeps what it was made to keep, and no more.

use crate::shop::Shop;
use rig::power::Disk;

/// As the boxes' image mounts its data.
const OPTIONS: &str = "lazytime";

/// Cuts the power of the box so many times. `env` may hold a sabotage.
fn cuts(times: usize, env: &[(&str, &str)]) -> Option<(Shop, Disk, tempfile::TempDir)> {
    if !rustix::process::geteuid().is_root() {
        println!("not run: a power cut is played on a disk of its own, which takes root");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut disk = Disk::create(600, OPTIONS).unwrap();
    let mut shop = Shop::open(dir.path(), &disk.path(), dir.path());
    shop.house.stop().unwrap();
    shop.house.env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    shop.house.start().unwrap();
    let selling = shop.sell();
    for _ in 0..times {
        Shop::await_sales(&selling, 60);
        // The power goes first; the program finds its disk gone.
        disk.shut_down().unwrap();
        shop.house.kill9().unwrap();
        disk.unmount().unwrap();
        disk.remount().unwrap();
        shop.house.start().unwrap();
    }
    let report = selling.stop().unwrap();
    println!("{times} power cuts: {report}");
    assert!(report.resent > 0, "no cut hit a publish in flight");
    shop.settle();
    Some((shop, disk, dir))
}

#[test]
fn a_box_whose_power_is_cut_loses_nothing_that_it_acknowledged() {
    if let Some((mut shop, _disk, _dir)) = cuts(3, &[]) {
        let (acked, repeats) = shop.audit();
        println!("{acked} acknowledged sales in the books once; {repeats} repeats in the journal");
        shop.doctor();
    }
}

#[test]
#[ignore = "long: scripts/soak"]
fn soak_power_cuts() {
    if let Some((mut shop, _disk, _dir)) = cuts(50, &[]) {
        let (acked, repeats) = shop.audit();
        println!("{acked} acknowledged sales in the books once; {repeats} repeats in the journal");
        shop.doctor();
    }
}

/// The same proof without the sync must fail, or it proves nothing.
#[test]
#[cfg(debug_assertions)]
fn without_its_syncs_the_same_proof_fails() {
    if let Some((shop, _disk, _dir)) = cuts(3, &[("OUTPOST_SABOTAGE", "unsynced")]) {
        let lost = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| shop.audit())).is_err();
        assert!(lost, "three power cuts without a sync lost nothing: the cuts do not cut");
    }
}
