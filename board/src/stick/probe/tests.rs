use std::fs;
use std::os::unix::fs::FileExt;

use super::*;

const FAT32: &[u8; 8] = b"FAT32   ";

/// A stick's image: bytes at places, zeros elsewhere, as long as a small stick.
struct Image {
    dir: tempfile::TempDir,
}

impl Image {
    fn blank() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::File::create(dir.path().join("stick")).unwrap().set_len(8 << 20).unwrap();
        Image { dir }
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("stick")
    }

    fn with(self, at: u64, bytes: &[u8]) -> Self {
        fs::File::options().write(true).open(self.path()).unwrap().write_all_at(bytes, at).unwrap();
        self
    }

    fn probe(&self) -> Volume {
        probe(&self.path()).unwrap()
    }

    fn label(&self) -> Option<String> {
        self.probe().label
    }

    /// Sectors of 512 bytes, 8 to the cluster, 32 reserved, two tables of 16 sectors: clusters begin at sector
    /// 64, and the root is cluster 5.
    fn fat32(label: &[u8; 11]) -> Self {
        Image::blank()
            .with(0, &[0xeb, 0x58, 0x90])
            .with(3, b"mkfs.fat")
            .with(11, &[0, 2, 8, 32, 0, 2, 0, 0, 0, 0, 0xf8, 0, 0])
            .with(36, &16_u32.to_le_bytes())
            .with(44, &5_u32.to_le_bytes())
            .with(66, &[0x29, 1, 2, 3, 4])
            .with(71, label)
            .with(82, FAT32)
            .with(510, &[0x55, 0xaa])
    }

    const FAT32_ROOT: u64 = (64 + 3 * 8) * 512;

    /// Sectors of 512 bytes, 8 to the cluster, one reserved, two tables of 16 sectors: the root begins at sector 33.
    fn fat16(label: &[u8; 11]) -> Self {
        Image::blank()
            .with(0, &[0xeb, 0x3c, 0x90])
            .with(11, &[0, 2, 8, 1, 0, 2, 0, 2, 0, 0x40, 0xf8, 16, 0])
            .with(38, &[0x29, 1, 2, 3, 4])
            .with(43, label)
            .with(54, b"FAT16   ")
            .with(510, &[0x55, 0xaa])
    }

    const FAT16_ROOT: u64 = 33 * 512;

    /// Sectors of 512 bytes, 8 to the cluster, clusters from sector 256, the root in cluster 5.
    fn exfat() -> Self {
        Image::blank()
            .with(0, &[0xeb, 0x76, 0x90])
            .with(3, b"EXFAT   ")
            .with(88, &256_u32.to_le_bytes())
            .with(96, &5_u32.to_le_bytes())
            .with(108, &[9, 3])
            .with(510, &[0x55, 0xaa])
    }

    const EXFAT_ROOT: u64 = 256 * 512 + 3 * 4096;

    fn exfat_labelled(len: u8, label: &str) -> Self {
        let units: Vec<u8> = label.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let entry = [&[0x83, len], units.as_slice()].concat();
        // The bitmap and the upcase table may come first.
        Image::exfat().with(Image::EXFAT_ROOT, &[0x81]).with(Image::EXFAT_ROOT + 32, &entry)
    }

    fn ext(label: &[u8]) -> Self {
        Image::blank().with(1024 + 56, &[0x53, 0xef]).with(1024 + 120, label)
    }
}

fn entry(name: &[u8; 11], attributes: u8) -> [u8; 32] {
    std::array::from_fn(|i| {
        if i < 11 {
            name[i]
        } else if i == 11 {
            attributes
        } else {
            0
        }
    })
}

#[test]
fn each_format_is_told_by_its_own_bytes() {
    let ntfs = Image::blank().with(0, &[0xeb, 0x52, 0x90]).with(3, b"NTFS    ").with(510, &[0x55, 0xaa]);
    assert_eq!(Image::fat32(b"ANNA       ").probe().format, Format::Vfat);
    assert_eq!(Image::fat16(b"ANNA       ").probe().format, Format::Vfat);
    assert_eq!(Image::exfat().probe().format, Format::Exfat);
    assert_eq!(Image::ext(b"").probe().format, Format::Ext);
    assert_eq!(ntfs.probe(), Volume { format: Format::Ntfs, label: None });
}

#[test]
fn an_image_of_the_systems_own_tool_is_ext_with_its_label() {
    for kind in ["ext2", "ext3", "ext4"] {
        let image = Image::blank();
        let made = std::process::Command::new("mke2fs")
            .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
            .args(["-q", "-F", "-t", kind, "-L", "Anna's stick"])
            .arg(image.path())
            .status();
        let Ok(made) = made else {
            eprintln!("not tried: there is no mke2fs here (install e2fsprogs)");
            return;
        };
        assert!(made.success());
        assert_eq!(image.probe(), Volume { format: Format::Ext, label: Some("Anna's stick".into()) }, "{kind}");
    }
}

#[test]
fn nothing_but_zeros_or_ones_is_a_stick_that_was_never_formatted() {
    assert_eq!(Image::blank().probe().format, Format::Blank);
    assert_eq!(Image::blank().with(0, &[0xff; HEAD_BYTES]).probe().format, Format::Blank);
}

#[test]
fn anything_else_is_unknown() {
    let luks = Image::blank().with(0, b"LUKS\xba\xbe\0\x02");
    let partition_table = Image::blank().with(446, &[0x80, 1, 1, 0, 0x0c]).with(510, &[0x55, 0xaa]);
    let btrfs = Image::blank().with(0x10040, b"_BHRfS_M");
    for image in [luks, partition_table, btrfs] {
        assert_eq!(image.probe(), Volume { format: Format::Unknown, label: None });
    }
}

#[test]
fn a_boot_sector_without_its_mark_or_with_impossible_sizes_is_no_fat() {
    let broken: [(u64, &[u8]); 6] =
        [(510, &[0, 0]), (11, &[1, 2]), (13, &[3]), (14, &[0, 0]), (16, &[0]), (21, &[0x12])];
    for (at, bytes) in broken {
        assert_eq!(Image::fat32(b"ANNA       ").with(at, bytes).probe().format, Format::Unknown, "at {at}");
    }
}

#[test]
fn a_stick_formatted_for_windows_over_an_old_ext_is_what_it_is_now() {
    let both = Image::fat32(b"ANNA       ").with(1024 + 56, &[0x53, 0xef]);
    assert_eq!(both.probe().format, Format::Vfat);
}

#[test]
fn the_label_of_a_fat_is_its_root_directorys_or_else_its_boot_sectors() {
    let root = [entry(b"README  TXT", 0x20), entry(b"\xe5LD        ", 0x08), entry(b"BERTA      ", 0x28)].concat();
    for (image, at) in
        [(Image::fat32(b"ANNA       "), Image::FAT32_ROOT), (Image::fat16(b"ANNA       "), Image::FAT16_ROOT)]
    {
        assert_eq!(image.label().as_deref(), Some("ANNA"));
        assert_eq!(image.with(at, &root).label().as_deref(), Some("BERTA"));
    }
}

#[test]
fn parts_of_long_names_and_directories_are_no_labels() {
    let root = [entry(b"Aa.b.c.d.e\0", 0x0f), entry(b"OUTPOST    ", 0x10)].concat();
    assert_eq!(Image::fat32(b"NO NAME    ").with(Image::FAT32_ROOT, &root).label(), None);
}

#[test]
fn the_label_of_an_exfat_is_in_its_root_directory() {
    assert_eq!(Image::exfat_labelled(5, "Büro2").label().as_deref(), Some("Büro2"));
    assert_eq!(Image::exfat_labelled(3, "Büro2").label().as_deref(), Some("Bür"));
    assert_eq!(Image::exfat().label(), None);
}

#[test]
fn a_label_that_would_play_with_the_screen_is_made_harmless() {
    assert_eq!(Image::fat32(b"\x1b[2J\xff\x07     ").label().as_deref(), Some("\u{fffd}[2J\u{fffd}\u{fffd}"));
    assert_eq!(Image::exfat_labelled(255, "a\u{202e}fdp.exe").label().unwrap(), "a\u{fffd}fdp.exe\u{fffd}\u{fffd}");
    assert_eq!(Image::ext("ab\u{2066}\n".as_bytes()).label().as_deref(), Some("ab\u{fffd}"));
    assert_eq!(Image::ext(b"\xc3\x28\xff          end!").label().as_deref(), Some("\u{fffd}(\u{fffd}          end"));
}

#[test]
fn a_root_directory_beyond_the_end_of_the_world_leaves_no_label() {
    let far = u32::MAX.to_le_bytes();
    assert_eq!(Image::exfat().with(88, &far).with(96, &far).probe(), Volume { format: Format::Exfat, label: None });
    assert_eq!(Image::exfat().with(108, &[12, 255]).label(), None);
    assert_eq!(Image::exfat().with(108, &[255, 255]).label(), None);
    assert_eq!(Image::exfat().with(96, &[0; 4]).label(), None);
    let fat = Image::fat32(b"ANNA       ").with(36, &far).with(44, &far).with(13, &[128]);
    assert_eq!(fat.label().as_deref(), Some("ANNA"));
}

#[test]
fn a_stick_that_is_not_there_or_empty_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("empty"), "").unwrap();
    for name in ["missing", "empty"] {
        let told = probe(&dir.path().join(name)).unwrap_err();
        assert!(matches!(told, StickError::Gone { .. }), "{name}: {told}");
    }
}

/// xorshift64*: the same bytes on every machine.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).take(len).collect()
    }
}

#[test]
fn no_bytes_whatever_make_it_panic() {
    let formats = [Format::Vfat, Format::Exfat, Format::Ext, Format::Ntfs, Format::Blank, Format::Unknown];
    let mut noise = Noise(0x0123_4567_89ab_cdef);
    for round in 0..20_000_u64 {
        let len = [0, 1, 20, 511, 512, 600, 1_200, 2_048][(noise.next() % 8) as usize];
        let mut head = noise.bytes(len);
        // Half of them pass for a boot sector of one kind or another, so that what follows is reached.
        if head.len() >= 512 && round % 2 == 0 {
            head[510..512].copy_from_slice(&[0x55, 0xaa]);
            match round % 3 {
                0 => head[3..11].copy_from_slice(b"EXFAT   "),
                1 => head[11..17].copy_from_slice(&[0, 16, 128, 255, 255, 255]),
                _ => head[108..110].copy_from_slice(&[(round % 16) as u8, (round % 32) as u8]),
            }
        }
        let root_len = (noise.next() % 200) as usize;
        let root = noise.bytes(root_len);
        let found = format_of(&head);
        for format in formats.into_iter().filter(|f| *f == found || matches!(f, Format::Ext | Format::Unknown)) {
            root_at(format, &head);
            let label = label_of(format, &head, &root);
            assert!(label.is_none_or(|label| (1..=32).contains(&label.chars().count())), "round {round}");
        }
    }
}
