use std::os::unix::fs::symlink;

use super::*;

const MEBIBYTE: u64 = 1 << 20;
const ON_USB: &str = "platform/soc/3f980000.usb/usb1/1-1/1-1.2/1-1.2:1.0/host0/target0:0:0/0:0:0:0/block";
const ON_SATA: &str = "pci0000:00/0000:00:1f.2/ata1/host1/target1:0:0/1:0:0:0/block";
const ON_MMC: &str = "platform/soc/3f202000.mmc/mmc_host/mmc0/mmc0:0001/block";

/// A made-up machine: the parts of `/sys` and `/proc` that the watch reads.
struct Machine {
    dir: tempfile::TempDir,
    watch: Watch,
}

impl Machine {
    /// It runs from an SD card with two partitions, as a Raspberry Pi does.
    fn booted_from_card() -> Self {
        let machine = Machine::bare();
        machine.add_disk("mmcblk0", ON_MMC, 0, 16_000, 1);
        machine.add_partition("mmcblk0", "mmcblk0p1", ON_MMC, 500);
        machine.add_partition("mmcblk0", "mmcblk0p2", ON_MMC, 15_000);
        machine.add_mount("mmcblk0p2", ON_MMC, "mmcblk0", "/");
        machine
    }

    fn bare() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("sys/class/block")).unwrap();
        fs::create_dir_all(dir.path().join("proc/self")).unwrap();
        fs::write(dir.path().join("proc/self/mountinfo"), "22 27 0:21 / /proc rw,relatime - proc proc rw\n").unwrap();
        let watch = Watch::in_trees(&dir.path().join("sys"), &dir.path().join("proc"), "/run/sticks");
        Machine { dir, watch }
    }

    fn devices(&self) -> PathBuf {
        self.dir.path().join("sys/devices")
    }

    fn add(&self, name: &str, place: &str, files: &[(&str, String)]) {
        let dir = self.devices().join(place).join(name);
        fs::create_dir_all(dir.join("holders")).unwrap();
        for (file, text) in files {
            fs::write(dir.join(file), format!("{text}\n")).unwrap();
        }
        // The kernel numbers devices as they come; here the number only has to be another for each.
        let number = name.bytes().fold(0_u32, |n, b| n * 31 % 65_536 + u32::from(b));
        fs::write(dir.join("dev"), format!("8:{number}\n")).unwrap();
        symlink(&dir, self.dir.path().join("sys/class/block").join(name)).unwrap();
    }

    fn add_disk(&self, name: &str, place: &str, removable: u8, mebibytes: u64, disk_seq: u64) {
        let files = [
            ("removable", removable.to_string()),
            ("size", (mebibytes * MEBIBYTE / SECTOR_BYTES).to_string()),
            ("ro", "0".to_owned()),
            ("diskseq", disk_seq.to_string()),
        ];
        self.add(name, place, &files);
    }

    fn add_partition(&self, disk: &str, name: &str, place: &str, mebibytes: u64) {
        let sectors = mebibytes * MEBIBYTE / SECTOR_BYTES;
        let files = [("partition", "1".to_owned()), ("size", sectors.to_string()), ("ro", "0".to_owned())];
        self.add(name, &format!("{place}/{disk}"), &files);
    }

    /// A stick with one partition, as they are sold.
    fn add_stick(&self, disk: &str, disk_seq: u64) {
        self.add_disk(disk, ON_USB, 1, 8_000, disk_seq);
        self.add_partition(disk, &format!("{disk}1"), ON_USB, 7_999);
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.devices().join(file), text).unwrap();
    }

    fn remove(&self, disk: &str) {
        fs::remove_dir_all(self.devices().join(ON_USB).join(disk)).unwrap();
        for entry in fs::read_dir(self.dir.path().join("sys/class/block")).unwrap() {
            let link = entry.unwrap().path();
            if !link.exists() {
                fs::remove_file(link).unwrap();
            }
        }
    }

    fn add_mount(&self, name: &str, place: &str, disk: &str, point: &str) {
        let dir = self.devices().join(place);
        let dir = if name == disk { dir.join(name) } else { dir.join(disk).join(name) };
        let number = fs::read_to_string(dir.join("dev")).unwrap();
        self.add_mount_line(&format!("40 27 {} / {point} rw shared:1 - ext4 /dev/{name} rw", number.trim()));
    }

    fn add_mount_line(&self, line: &str) {
        let file = self.dir.path().join("proc/self/mountinfo");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{before}{line}\n")).unwrap();
    }

    /// The names that the second of two looks tells.
    fn sticks(&mut self) -> Vec<String> {
        self.watch.look().unwrap();
        self.watch.look().unwrap().into_iter().map(|stick| stick.name).collect()
    }
}

#[test]
fn a_box_without_a_stick_shows_none_and_its_own_card_is_none() {
    assert_eq!(Machine::booted_from_card().sticks(), [""; 0]);
}

#[test]
fn a_stick_with_a_partition_is_that_partition_with_all_that_is_known_of_it() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    let stick = Device {
        name: "sda1".into(),
        node: "/dev/sda1".into(),
        bytes: 7_999 * MEBIBYTE,
        read_only: false,
        disk_seq: Some(9),
    };
    assert_eq!(machine.watch.look().unwrap(), [stick]);
}

#[test]
fn a_stick_without_partitions_is_the_whole_disk_from_the_second_look_on() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_USB, 1, 8_000, 9);
    assert_eq!(machine.watch.look().unwrap(), []);
    for _ in 0..3 {
        assert_eq!(machine.watch.look().unwrap()[0].name, "sda");
    }
}

#[test]
fn a_disk_whose_partitions_the_kernel_still_reads_is_never_told_as_a_whole() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_USB, 1, 8_000, 9);
    assert_eq!(machine.watch.look().unwrap(), []);
    machine.add_partition("sda", "sda1", ON_USB, 7_999);
    assert_eq!(machine.sticks(), ["sda1"]);
}

#[test]
fn another_stick_in_the_same_place_is_another_and_not_told_before_its_second_look() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_USB, 1, 8_000, 9);
    assert_eq!(machine.sticks(), ["sda"]);
    machine.write(&format!("{ON_USB}/sda/diskseq"), "10\n");
    assert_eq!(machine.watch.look().unwrap(), []);
    assert_eq!(machine.watch.look().unwrap()[0].disk_seq, Some(10));
}

#[test]
fn a_stick_that_was_pulled_and_put_in_again_between_two_looks_is_a_new_one() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    let before = machine.watch.look().unwrap();
    machine.remove("sda");
    machine.add_stick("sda", 10);
    assert_ne!(machine.watch.look().unwrap(), before);
    machine.remove("sda");
    assert_eq!(machine.watch.look().unwrap(), []);
}

#[test]
fn several_sticks_and_several_partitions_are_all_told_in_the_order_they_came() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sdb", 8);
    machine.add_stick("sda", 9);
    machine.add_partition("sda", "sda2", ON_USB, 100);
    assert_eq!(machine.sticks(), ["sdb1", "sda1", "sda2"]);
}

#[test]
fn a_card_reader_shows_a_stick_only_while_a_card_is_in_it() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_USB, 1, 0, 9);
    assert_eq!(machine.sticks(), [""; 0]);
    machine.write(&format!("{ON_USB}/sda/size"), "15523840\n");
    machine.write(&format!("{ON_USB}/sda/diskseq"), "10\n");
    assert_eq!(machine.sticks(), ["sda"]);
}

#[test]
fn a_disk_on_usb_that_calls_itself_fixed_is_a_stick_too() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_USB, 0, 500_000, 9);
    machine.add_partition("sda", "sda1", ON_USB, 499_999);
    assert_eq!(machine.sticks(), ["sda1"]);
}

#[test]
fn a_built_in_disk_is_no_stick_even_when_nothing_of_it_is_mounted() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_SATA, 0, 500_000, 9);
    machine.add_partition("sda", "sda1", ON_SATA, 499_999);
    assert_eq!(machine.sticks(), [""; 0]);
    machine.add_disk("sdb", ON_SATA, 1, 500_000, 10);
    assert_eq!(machine.sticks(), ["sdb"], "what can be taken out of a bay is one");
}

#[test]
fn a_box_that_runs_from_a_usb_disk_never_takes_any_part_of_it_for_a_stick() {
    let mut machine = Machine::bare();
    machine.add_stick("sda", 1);
    machine.add_partition("sda", "sda2", ON_USB, 100);
    machine.add_mount("sda2", ON_USB, "sda", "/");
    machine.add_stick("sdb", 2);
    assert_eq!(machine.sticks(), ["sdb1"]);
}

#[test]
fn a_stick_that_a_desktop_has_mounted_is_left_to_it_and_one_that_we_have_is_ours() {
    let mut machine = Machine::booted_from_card();
    for (n, (disk, point)) in
        [("sda", "/media/anna/ANNA\\040S"), ("sdb", "/run/sticks/sdb1"), ("sdc", "/run/sticks")].into_iter().enumerate()
    {
        machine.add_stick(disk, n as u64);
        machine.add_mount(&format!("{disk}1"), ON_USB, disk, point);
    }
    assert_eq!(machine.sticks(), ["sdb1"]);
}

#[test]
fn a_mounted_file_system_with_a_number_of_its_own_is_known_by_its_device() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    machine.add_mount_line("41 27 0:45 /@data /data rw,relatime - btrfs /dev/sda1 rw,subvol=/@data");
    assert_eq!(machine.sticks(), [""; 0]);
}

#[test]
fn swap_and_the_parts_of_other_devices_are_no_sticks() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 8);
    machine.add_stick("sdb", 9);
    let swaps = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda1   partition\t7\t0\t-2\n";
    fs::write(machine.dir.path().join("proc/swaps"), swaps).unwrap();
    fs::create_dir(machine.devices().join(ON_USB).join("sdb/sdb1/holders/dm-0")).unwrap();
    assert_eq!(machine.sticks(), [""; 0]);
}

#[test]
fn the_stub_of_an_extended_partition_is_no_stick() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    machine.add_partition("sda", "sda2", ON_USB, 0);
    machine.write(&format!("{ON_USB}/sda/sda2/size"), "2\n");
    assert_eq!(machine.sticks(), ["sda1"]);
}

#[test]
fn a_modem_that_shows_its_drivers_as_a_disc_is_no_stick() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sr0", ON_USB, 1, 30, 9);
    machine.add_disk("fd0", "platform/floppy.0/block", 1, 2, 10);
    assert_eq!(machine.sticks(), [""; 0]);
}

#[test]
fn a_write_protected_disk_makes_its_partitions_read_only() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    machine.write(&format!("{ON_USB}/sda/ro"), "1\n");
    assert!(machine.watch.look().unwrap()[0].read_only);
}

#[test]
fn an_old_kernel_does_not_count_and_its_sticks_are_told_all_the_same() {
    let mut machine = Machine::booted_from_card();
    machine.add_disk("sda", ON_USB, 1, 8_000, 9);
    fs::remove_file(machine.devices().join(ON_USB).join("sda/diskseq")).unwrap();
    assert_eq!(machine.sticks(), ["sda"]);
    assert_eq!(machine.watch.look().unwrap()[0].disk_seq, None);
}

#[test]
fn a_name_that_is_no_plain_word_is_passed_over() {
    let mut machine = Machine::booted_from_card();
    for (n, name) in ["cciss!c0d0", "sd a", "sda\u{202e}", "..sda", "sda-sda"].into_iter().enumerate() {
        machine.add_disk(name, ON_USB, 1, 8_000, n as u64);
    }
    assert_eq!(machine.sticks(), [""; 0]);
}

#[test]
fn a_device_that_goes_away_under_the_look_is_passed_over() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    for file in ["sda1/dev", "sda1/size"] {
        fs::remove_file(machine.devices().join(ON_USB).join("sda").join(file)).unwrap();
        assert_eq!(machine.sticks(), [""; 0], "without {file}");
    }
    fs::remove_dir_all(machine.devices().join(ON_USB).join("sda")).unwrap();
    assert_eq!(machine.sticks(), [""; 0]);
}

#[test]
fn without_the_list_of_mounts_nothing_is_a_stick() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    fs::remove_file(machine.dir.path().join("proc/self/mountinfo")).unwrap();
    let told = machine.watch.look().unwrap_err().to_string();
    assert!(told.contains("mountinfo") && told.contains("are /proc and /sys mounted?"), "{told}");
}

#[test]
fn nonsense_in_the_list_of_mounts_does_no_harm() {
    let mut machine = Machine::booted_from_card();
    machine.add_stick("sda", 9);
    for line in
        ["", "1", "1 2 3", "1 2 8:1 /", "1 2 8:1 / /x\\", "1 2 8:1 / /x\\0 -", "- - - - - - - -", "1 2 8:1 / \\777"]
    {
        machine.add_mount_line(line);
    }
    assert_eq!(machine.sticks(), ["sda1"]);
}

#[test]
fn this_machine_can_be_looked_at_and_nothing_mounted_is_among_its_sticks() {
    let mut watch = Watch::new("/nowhere");
    watch.look().unwrap();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    for stick in watch.look().unwrap() {
        assert!(!mounts.contains(&format!(" {} ", stick.node.display())), "{stick:?}");
    }
}
