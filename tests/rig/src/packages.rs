//! The programs of others that a test needs, installed when they are missing: Debian packages, Python and npm packages.
//!
//! Each says on stderr what it installs, and panics with the package's name when it cannot: a test without its
//! counterpart proves nothing and must not pass. One installer at a time, whatever number of tests asks.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

use rustix::fs::{FlockOperation, flock};

/// How to see that a package is there, where its program is not named like it. Looking for the program and not for the
/// package respects a machine that has it from elsewhere.
const PROGRAMS: &[(&str, &str)] = &[
    ("e2fsprogs", "mkfs.ext4"),
    ("mosquitto-clients", "mosquitto_pub"),
    ("mount", "losetup"),
    ("nncp", "nncp-file"),
    ("nodejs", "node"),
    ("rabbitmq-server", "rabbitmqctl"),
    ("util-linux", "flock"),
];

/// Where programs lie that an ordinary user's PATH leaves out, as Debian's mosquitto and mkfs do.
const SYSTEM_DIRS: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/// Makes sure that these Debian packages are there.
///
/// # Panics
/// When one is missing and cannot be installed.
pub fn ensure(packages: &[&str]) {
    if packages.iter().all(|package| is_there(package)) {
        return;
    }
    let _one_at_a_time = lock();
    for package in packages.iter().filter(|package| !is_there(package)) {
        install(package);
    }
}

/// The full path of a program, looked for in PATH and in the system's own directories.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::env::split_paths(&path).chain(SYSTEM_DIRS.iter().map(PathBuf::from));
    dirs.map(|dir| dir.join(name)).find(|file| file.is_file())
}

fn is_there(package: &str) -> bool {
    if package == "python3-venv" {
        return succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]));
    }
    let named = PROGRAMS.iter().find(|(of, _)| *of == package);
    program(named.map_or(package, |(_, program)| program)).is_some()
}

fn install(package: &str) {
    static UPDATE: Once = Once::new();
    UPDATE.call_once(|| {
        eprintln!("rig: reading Debian's package lists");
        // A stale list may still do; if not, the installation below says so with the package's name.
        if !succeeds(&mut apt(&["update", "-q"])) {
            eprintln!("rig: apt-get update failed; trying with the lists that are there");
        }
    });
    eprintln!("rig: installing the Debian package {package}");
    let is_installed = succeeds(&mut apt(&["install", "-y", "-q", "--no-install-recommends", package]));
    assert!(
        is_installed && is_there(package),
        "the Debian package {package} is needed and could not be installed; install it by hand and try again"
    );
}

/// apt-get with these arguments, through sudo where we are not root.
fn apt(args: &[&str]) -> Command {
    let is_root = rustix::process::geteuid().is_root();
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    if !is_root {
        command.args(["-n", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600"]).args(args);
    command
}

/// A Python environment in `dir` with these packages (as pip names them, versions included). Returns its `python`.
///
/// # Panics
/// When it cannot be made.
pub fn python(dir: &Path, packages: &[&str]) -> PathBuf {
    ensure(&["python3", "python3-venv"]);
    let _one_at_a_time = lock();
    let python = dir.join("bin/python");
    let wanted = packages.join("\n");
    if is_marked(dir, &wanted) {
        return python;
    }
    eprintln!("rig: making a Python environment with {}", packages.join(", "));
    let is_made = succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(dir))
        && succeeds(Command::new(&python).args(["-m", "pip", "install", "-q", "--no-input"]).args(packages));
    assert!(is_made, "the Python packages {packages:?} are needed and could not be installed; is there a network?");
    mark(dir, &wanted);
    python
}

/// A directory for Node.js programs with these packages in its `node_modules` (as npm names them, versions included).
/// Returns the program `node`; run it with `dir` as its current directory.
///
/// # Panics
/// When it cannot be made.
pub fn node(dir: &Path, packages: &[&str]) -> PathBuf {
    ensure(&["nodejs", "npm"]);
    let _one_at_a_time = lock();
    let node = program("node").expect("invariant: nodejs was just ensured");
    let wanted = packages.join("\n");
    if is_marked(dir, &wanted) {
        return node;
    }
    eprintln!("rig: installing the npm packages {}", packages.join(", "));
    fs::create_dir_all(dir).expect("the directory for npm packages can be made");
    fs::write(dir.join("package.json"), "{\"private\":true}\n").expect("the directory for npm packages is writable");
    let npm = program("npm").expect("invariant: npm was just ensured");
    let flags = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    let is_made = succeeds(Command::new(npm).current_dir(dir).args(flags).args(packages));
    assert!(is_made, "the npm packages {packages:?} are needed and could not be installed; is there a network?");
    mark(dir, &wanted);
    node
}

/// Written last, so that a broken-off installation is done again.
fn mark(dir: &Path, wanted: &str) {
    fs::write(dir.join("installed-by-rig"), wanted).expect("the directory that was just filled is writable");
}

fn is_marked(dir: &Path, wanted: &str) -> bool {
    fs::read_to_string(dir.join("installed-by-rig")).is_ok_and(|found| found == wanted)
}

fn succeeds(command: &mut Command) -> bool {
    // What installers print goes to stderr, so that a program's own output on stdout stays clean.
    let output = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    match output {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            false
        }
        Err(e) => {
            eprintln!("rig: cannot run {}: {e}", command.get_program().to_string_lossy());
            false
        }
    }
}

/// Held while installing; given back when dropped, and by the kernel when we die.
fn lock() -> File {
    let path = std::env::temp_dir().join(format!("rig-packages-{}.lock", rustix::process::geteuid().as_raw()));
    let file = File::options().create(true).append(true).open(&path).expect("the temporary directory is writable");
    flock(&file, FlockOperation::LockExclusive).expect("invariant: a file of ours can be locked");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed() {
        ensure(&["sh", "util-linux"]);
        assert!(program("sh").is_some() && program("no-such-program-of-anybodys").is_none());
    }

    #[test]
    fn an_environment_counts_only_when_it_was_finished_and_is_the_one_wanted() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_marked(dir.path(), "paho-mqtt==2.1.0"));
        mark(dir.path(), "paho-mqtt==2.1.0");
        assert!(is_marked(dir.path(), "paho-mqtt==2.1.0") && !is_marked(dir.path(), "paho-mqtt==2.0.0"));
    }
}
