//! Where a stick is: a device that is mounted here, or a directory that somebody else mounted.

use board::stick::{Device, Mounted, Volume, Watch, mount, probe};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A stick that is there.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// Plugged in.
    Device(Device),
    /// Mounted by somebody else.
    Directory(PathBuf),
}

impl Place {
    /// What names this insertion: another stick in the same place has another.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Device(device) => format!("{} {}", device.name, device.disk_seq.unwrap_or(0)),
            Self::Directory(path) => {
                let inode = std::fs::metadata(path).map_or((0, 0), |found| (found.dev(), found.ino()));
                format!("{} {} {}", path.display(), inode.0, inode.1)
            }
        }
    }

    /// For people.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Device(device) => device.name.clone(),
            Self::Directory(path) => board::stick::printable(&path.to_string_lossy()),
        }
    }

    /// Opens it under `mounts`, where it has to be mounted.
    pub(crate) fn open(&self, mounts: &Path) -> Result<Open, String> {
        match self {
            Self::Directory(path) => Ok(Open { path: path.clone(), label: None, mounted: None }),
            Self::Device(device) => {
                let Volume { format, label, .. } = probe(&device.node).map_err(|error| error.to_string())?;
                let target = mounts.join(&device.name);
                std::fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
                let mounted = mount(device, format, &target, false).map_err(|error| error.to_string())?;
                Ok(Open { path: target, label, mounted: Some(mounted) })
            }
        }
    }
}

/// A stick that can be read and written.
pub(crate) struct Open {
    pub(crate) path: PathBuf,
    pub(crate) label: Option<String>,
    mounted: Option<Mounted>,
}

impl Open {
    /// Returns when it may be pulled.
    pub(crate) fn close(self) -> Result<(), String> {
        match self.mounted {
            Some(mounted) => mounted.unmount().map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }
}

/// Looks for sticks.
pub(crate) struct Looker {
    watch: Option<Watch>,
    dirs: Vec<PathBuf>,
    /// The device number of the own disk; none where folders on it count as sticks.
    own_disk: Option<u64>,
}

impl Looker {
    pub(crate) fn new(watch: Option<Watch>, dirs: Vec<PathBuf>, own_dir: &Path, on_own_disk: bool) -> Self {
        let own_disk = std::fs::metadata(own_dir).ok().map(|found| found.dev()).filter(|_| !on_own_disk);
        Self { watch, dirs, own_disk }
    }

    /// The sticks that are there now.
    pub(crate) fn look(&mut self) -> Vec<Place> {
        let mut places = Vec::new();
        if let Some(watch) = &mut self.watch {
            match watch.look() {
                Ok(devices) => places.extend(devices.into_iter().map(Place::Device)),
                Err(error) => tracing::debug!(%error, "sticks cannot be looked for"),
            }
        }
        for dir in &self.dirs {
            let folders = std::fs::read_dir(dir).into_iter().flatten().flatten();
            let folders = folders.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            let mut folders: Vec<PathBuf> =
                folders.map(|entry| entry.path()).filter(|path| self.is_stick(path)).collect();
            folders.sort();
            places.extend(folders.into_iter().map(Place::Directory));
        }
        places
    }

    /// An empty mount point is a folder of the own disk: what is copied there is not carried anywhere.
    fn is_stick(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|found| Some(found.dev()) != self.own_disk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_on_the_own_disk_is_no_stick_unless_it_is_for_trying_out() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("sticks/red")).unwrap();
        std::fs::write(dir.path().join("sticks/a file"), "x").unwrap();
        let dirs = vec![dir.path().join("sticks"), dir.path().join("not there")];
        assert!(Looker::new(None, dirs.clone(), dir.path(), false).look().is_empty());
        let found = Looker::new(None, dirs, dir.path(), true).look();
        assert_eq!(found.len(), 1);
        assert!(found[0].name().ends_with("red"));
    }

    #[test]
    fn another_folder_in_the_same_place_is_another_stick() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stick");
        std::fs::create_dir(&path).unwrap();
        let place = Place::Directory(path.clone());
        let first = place.key();
        assert_eq!(place.key(), first);
        std::fs::rename(&path, dir.path().join("pulled")).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_ne!(place.key(), first);
    }

    fn command(program: &str, args: &[&str]) -> String {
        let output = std::process::Command::new(program).args(args).output().unwrap();
        assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    #[test]
    fn a_device_is_mounted_gets_the_folder_and_is_unmounted_whole() {
        if !rustix::process::geteuid().is_root() {
            println!("NOT TRIED: a stick that is mounted needs root");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let (image, mounts) = (dir.path().join("image").display().to_string(), dir.path().join("sticks"));
        std::fs::File::create(&image).unwrap().set_len(16 << 20).unwrap();
        command("mkfs.ext4", &["-q", "-F", "-L", "RED", &image]);
        let node = command("losetup", &["--find", "--show", &image]);
        let name = node.trim_start_matches("/dev/").to_owned();
        let device = Device { name, node: node.clone().into(), bytes: 16 << 20, read_only: false, disk_seq: Some(7) };
        let place = Place::Device(device);
        let site = "bandung".parse().unwrap();
        let way = crate::carry::Way::ToOffice;
        let content = crate::courier::stick::Content::Word(1);
        for visit in 0..2 {
            let open = place.open(&mounts).unwrap();
            assert_eq!(open.label.as_deref(), Some("RED"));
            let folder = crate::carry::Folder::open(&open.path).unwrap();
            assert_eq!(folder.list(way, &site).unwrap().ours.len(), visit, "what the visit before wrote");
            folder.write(way, &site, &content, b"an envelope").unwrap();
            drop(folder);
            open.close().unwrap();
            assert!(!std::fs::read_to_string("/proc/self/mountinfo").unwrap().contains(&node), "it may be pulled");
        }
        command("losetup", &["--detach", &node]);
    }
}
