//! A disk whose plug can be pulled loses what was not synced, and only that. Needs root, and says so without it.

use std::fs::{self, File};
use std::io::Write;

use rig::power::Disk;

fn disk(options: &str) -> Option<Disk> {
    if !rustix::process::geteuid().is_root() {
        let refused = Disk::create(32, options).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(refused.contains("needs root"), "{refused}");
        eprintln!("not root: power cuts are not tried here");
        return None;
    }
    Some(Disk::create(32, options).expect("root can make a disk"))
}

#[test]
fn a_cut_loses_what_was_not_synced_and_keeps_what_was() {
    let Some(mut disk) = disk("lazytime") else { return };
    let mut synced = File::create(disk.path().join("synced")).unwrap();
    let mut loose = File::create(disk.path().join("loose")).unwrap();
    synced.sync_all().unwrap();
    loose.sync_all().unwrap();
    File::open(disk.path()).unwrap().sync_all().unwrap();
    synced.write_all(b"a sale with a receipt").unwrap();
    synced.sync_data().unwrap();
    loose.write_all(b"a sale without").unwrap();
    disk.shut_down().unwrap();
    assert!(synced.write_all(b"more").and_then(|()| synced.sync_data()).is_err(), "a dead disk takes nothing");
    drop((synced, loose));
    disk.unmount().unwrap();
    disk.remount().unwrap();
    assert_eq!(fs::read(disk.path().join("synced")).unwrap(), b"a sale with a receipt");
    assert_eq!(fs::read(disk.path().join("loose")).unwrap(), b"");
    disk.unmount().unwrap();
    disk.check().unwrap();
}

#[test]
fn an_unmount_in_good_order_loses_nothing() {
    let Some(mut disk) = disk("") else { return };
    fs::write(disk.path().join("loose"), b"a sale without").unwrap();
    disk.unmount().unwrap();
    disk.remount().unwrap();
    assert_eq!(fs::read(disk.path().join("loose")).unwrap(), b"a sale without");
}

#[test]
fn a_file_whose_directory_was_never_synced_is_gone_after_a_cut() {
    let Some(mut disk) = disk("") else { return };
    fs::write(disk.path().join("new"), b"x").unwrap();
    disk.cut().unwrap();
    disk.remount().unwrap();
    assert!(!disk.path().join("new").exists());
}

#[test]
fn what_is_written_is_counted() {
    let Some(disk) = disk("lazytime") else { return };
    disk.settle().unwrap();
    let before = disk.bytes_written().unwrap();
    let mut file = File::create(disk.path().join("big")).unwrap();
    file.write_all(&vec![7; 4 << 20]).unwrap();
    file.sync_data().unwrap();
    let written = disk.bytes_written().unwrap() - before;
    assert!((4 << 20..5 << 20).contains(&written), "{written} bytes for 4 MiB");
}

#[test]
fn a_dropped_disk_leaves_neither_mount_nor_directory() {
    let Some(disk) = disk("") else { return };
    let path = disk.path();
    fs::write(path.join("x"), b"x").unwrap();
    drop(disk);
    assert!(!path.parent().unwrap().exists());
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(path.to_str().unwrap()));
}
