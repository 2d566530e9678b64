//! Sticks that are really mounted: ext4 on loop devices. Needs root, mke2fs and losetup; says so where it is not tried.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use board::stick::{Device, Format, Mounted, StickError, mount, probe};
use rustix::io::Errno;

const IMAGE_BYTES: u64 = 16 << 20;

/// A stick in a file, behind a loop device of its own, and a directory to mount it in.
struct Stick {
    dir: tempfile::TempDir,
    device: Device,
}

impl Stick {
    /// Its image is made by `make`.
    fn made_by(read_only: bool, make: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let image = dir.path().join("image");
        File::create(&image).unwrap().set_len(IMAGE_BYTES).unwrap();
        fs::create_dir(dir.path().join("stick")).unwrap();
        make(&image);
        let mut command = system("losetup");
        command.args(["--find", "--show"]).args(read_only.then_some("--read-only"));
        let node = PathBuf::from(run(command.arg(&image)));
        let name = node.file_name().unwrap().to_str().unwrap().to_owned();
        // What the switch on a stick says is left for the kernel to find out.
        let device = Device { name, node, bytes: IMAGE_BYTES, read_only: false, disk_seq: None };
        Stick { dir, device }
    }

    fn ext4(options: &[&str]) -> Self {
        Stick::made_by(false, |image| mkfs(image, options))
    }

    fn target(&self) -> PathBuf {
        self.dir.path().join("stick")
    }

    fn mount(&self, read_only: bool) -> Result<Mounted, StickError> {
        let volume = probe(&self.device.node)?;
        mount(&self.device, volume.format, &self.target(), read_only)
    }

    /// The options of the mount and those of the file system, where it is mounted.
    fn options(&self) -> Option<(String, String)> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let point = self.target().to_str().unwrap().to_owned();
        let line = mounts.lines().find(|line| line.split(' ').nth(4) == Some(&point))?;
        let word = |n| line.split(' ').nth(n).unwrap().to_owned();
        Some((word(5), line.rsplit(' ').next().unwrap().to_owned()))
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        system("losetup").arg("-d").arg(&self.device.node).status().unwrap();
    }
}

fn mkfs(image: &Path, options: &[&str]) {
    run(system("mke2fs").args(["-q", "-F", "-t", "ext4"]).args(options).arg(image));
}

fn system(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin");
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Whether we may mount. A kernel's word, not a guess: the owner of our own entry in `/proc` is the effective user.
fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        eprintln!("NOT TRIED: mounting a stick needs root; run this test as root");
    }
    is_root
}

#[test]
fn what_was_written_before_unmounting_is_there_the_next_time() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&["-L", "ANNA"]);
    assert_eq!(probe(&stick.device.node).unwrap().label.as_deref(), Some("ANNA"));
    let mounted = stick.mount(false).unwrap();
    assert!(!mounted.is_read_only());
    fs::write(mounted.path().join("envelope"), "sealed").unwrap();
    mounted.unmount().unwrap();
    assert_eq!(stick.options(), None);
    assert_eq!(fs::read_dir(stick.target()).unwrap().count(), 0);

    let mounted = stick.mount(true).unwrap();
    assert_eq!(fs::read_to_string(mounted.path().join("envelope")).unwrap(), "sealed");
    mounted.unmount().unwrap();
}

#[test]
fn nothing_on_a_stick_runs_is_a_device_gives_rights_or_leads_away() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&[]);
    let mounted = stick.mount(false).unwrap();
    let (options, _) = stick.options().unwrap();
    for flag in ["rw", "nosuid", "nodev", "noexec", "noatime", "nosymfollow"] {
        assert!(options.split(',').any(|option| option == flag), "no {flag} in {options}");
    }
    let away = mounted.path().join("away");
    symlink("/etc/hostname", &away).unwrap();
    assert_eq!(Errno::from_io_error(&fs::read(away).unwrap_err()), Some(Errno::LOOP));
    mounted.unmount().unwrap();
}

#[test]
fn a_superblock_that_asks_the_kernel_to_panic_is_not_obeyed() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&["-e", "panic"]);
    let mounted = stick.mount(false).unwrap();
    let (_, options) = stick.options().unwrap();
    // The kernel shows what differs from the superblock.
    assert!(options.contains("errors=remount-ro"), "{options}");
    mounted.unmount().unwrap();
}

#[test]
fn a_write_protected_stick_is_mounted_read_only_and_says_so() {
    if !is_root() {
        return;
    }
    let stick = Stick::made_by(true, |image| mkfs(image, &[]));
    let mounted = stick.mount(false).unwrap();
    assert!(mounted.is_read_only());
    assert!(fs::write(mounted.path().join("envelope"), "sealed").is_err());
    mounted.unmount().unwrap();
}

#[test]
fn a_stick_that_is_asked_for_read_only_is_so() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&[]);
    let mounted = stick.mount(true).unwrap();
    assert!(mounted.is_read_only());
    assert!(stick.options().unwrap().0.starts_with("ro,"));
    mounted.unmount().unwrap();
}

#[test]
fn a_feature_that_the_kernel_can_only_read_makes_it_read_only() {
    if !is_root() {
        return;
    }
    // In the superblock's word of features: its own flag `read-only`, which mounts without a word, and one that does
    // not exist, which is refused for writing.
    for (at, flag) in [(0x65, 0x10), (0x67, 0x40)] {
        let stick = Stick::made_by(false, |image| {
            mkfs(image, &["-O", "^metadata_csum"]);
            let file = File::options().read(true).write(true).open(image).unwrap();
            let mut byte = [0];
            file.read_exact_at(&mut byte, 1024 + at).unwrap();
            file.write_all_at(&[byte[0] | flag], 1024 + at).unwrap();
        });
        let mounted = stick.mount(false).unwrap();
        assert!(mounted.is_read_only(), "{at:#x}");
        mounted.unmount().unwrap();
    }
}

#[test]
fn a_stick_with_a_file_open_is_busy_and_gone_from_sight_all_the_same() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&[]);
    let mounted = stick.mount(false).unwrap();
    let mut open = File::create(mounted.path().join("envelope")).unwrap();
    open.write_all(b"sealed").unwrap();
    let told = mounted.unmount().unwrap_err();
    assert!(matches!(told, StickError::Busy { .. }), "{told}");
    assert_eq!(stick.options(), None);
    drop(open);

    let mounted = stick.mount(false).unwrap();
    assert_eq!(fs::read_to_string(mounted.path().join("envelope")).unwrap(), "sealed");
    mounted.unmount().unwrap();
}

#[test]
fn a_stick_that_failed_under_the_copy_is_not_said_to_be_done() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&[]);
    let mounted = stick.mount(false).unwrap();
    fs::write(mounted.path().join("envelope"), "sealed").unwrap();
    // The driver's own way to play an error that it met; it goes read-only.
    fs::write(format!("/sys/fs/ext4/{}/trigger_fs_error", stick.device.name), "1").unwrap();
    let told = mounted.unmount().unwrap_err();
    assert!(matches!(told, StickError::Dying { .. }), "{told}");
    assert_eq!(stick.options(), None);
}

#[test]
fn a_stick_that_is_dropped_is_gone_from_sight() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&[]);
    let mounted = stick.mount(false).unwrap();
    assert!(stick.options().is_some());
    drop(mounted);
    assert_eq!(stick.options(), None);
}

#[test]
fn a_superblock_with_nothing_behind_it_is_damage() {
    if !is_root() {
        return;
    }
    let stick = Stick::made_by(false, |image| {
        let file = File::options().write(true).open(image).unwrap();
        file.write_all_at(&[0x53, 0xef], 1024 + 56).unwrap();
    });
    let told = stick.mount(false).unwrap_err();
    assert!(matches!(told, StickError::Damaged { format: Format::Ext, .. }), "{told}");
    assert_eq!(stick.options(), None);
}

#[test]
fn a_stick_of_zeros_is_not_formatted() {
    if !is_root() {
        return;
    }
    let told = Stick::made_by(false, |_| {}).mount(false).unwrap_err();
    assert!(matches!(told, StickError::NotFormatted { .. }), "{told}");
}

#[test]
fn a_format_without_a_driver_is_the_kernels_and_not_the_sticks_fault() {
    if !is_root() {
        return;
    }
    let stick = Stick::ext4(&[]);
    for (format, driver) in [(Format::Vfat, "vfat"), (Format::Exfat, "exfat"), (Format::Ntfs, "ntfs3")] {
        let told = mount(&stick.device, format, &stick.target(), false).unwrap_err();
        let has_driver = fs::read_to_string("/proc/filesystems").unwrap().contains(&format!("\t{driver}\n"));
        match told {
            StickError::Kernel { .. } => assert!(!has_driver, "{driver}"),
            // It has one, which rightly finds no such file system here.
            StickError::Damaged { .. } => assert!(has_driver, "{driver}"),
            told => panic!("{driver}: {told}"),
        }
    }
}

#[test]
fn a_stick_whose_bytes_cannot_be_read_is_dying() {
    if !is_root() {
        return;
    }
    // A loop device whose file has become shorter than itself answers with EIO.
    let stick = Stick::ext4(&[]);
    File::options().write(true).open(stick.dir.path().join("image")).unwrap().set_len(0).unwrap();
    run(system("blockdev").arg("--flushbufs").arg(&stick.device.node));
    let told = probe(&stick.device.node).unwrap_err();
    assert!(matches!(told, StickError::Dying { .. }), "{told}");
    let told = mount(&stick.device, Format::Ext, &stick.target(), false).unwrap_err();
    assert!(matches!(told, StickError::Dying { .. } | StickError::Damaged { .. }), "{told}");
}

#[test]
fn a_stick_that_was_pulled_before_it_was_mounted_is_gone() {
    if !is_root() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let node = PathBuf::from("/dev/sdzzz9");
    let device = Device { name: "sdzzz9".into(), node, bytes: 1, read_only: false, disk_seq: None };
    let told = mount(&device, Format::Ext, dir.path(), false).unwrap_err();
    assert!(matches!(told, StickError::Gone { .. }), "{told}");
}
