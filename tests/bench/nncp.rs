//! Debian's NNCP: two nodes that know each other, each with a directory of its own.

use rig::packages;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a node tells others of itself.
const PUBLIC: [&str; 4] = ["id", "exchpub", "signpub", "noisepub"];

/// One of two nodes: `box` or `office`.
pub(crate) struct Node {
    dir: PathBuf,
    /// Its id and the other's, as its spool and the stick have them for folders.
    id: String,
    peer: String,
}

/// The keys of `nncp-cfgnew`, by name.
fn keys() -> Vec<(String, String)> {
    let made = Command::new("nncp-cfgnew").arg("-nocomments").output().unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    let (_, of_self) = text.split_once("self: {").unwrap();
    let (of_self, _) = of_self.split_once('}').unwrap();
    let pair = |line: &str| line.trim().split_once(": ").map(|(name, key)| (name.to_owned(), key.to_owned()));
    of_self.lines().filter_map(pair).filter(|(name, _)| !name.starts_with('#')).collect()
}

fn lines(keys: &[(String, String)], wanted: impl Fn(&str) -> bool) -> String {
    keys.iter().filter(|(name, _)| wanted(name)).fold(String::new(), |mut text, (name, key)| {
        writeln!(text, "{name}: {key}").unwrap();
        text
    })
}

/// The box's node and the office's. What is sent to `books` by `nncp-exec` is written to a file and synced.
pub(crate) fn pair(dir: &Path) -> (Node, Node) {
    packages::ensure(&["nncp"]);
    let (shop, office) = (keys(), keys());
    let node = |name: &str, keys: &[(String, String)], peer: &str, peer_keys: &[(String, String)]| {
        let dir = dir.join(name);
        ["incoming", "spool"].into_iter().for_each(|name| std::fs::create_dir_all(dir.join(name)).unwrap());
        let (at, own) = (dir.display(), lines(keys, |_| true));
        let [own_public, peer_public] = [keys, peer_keys].map(|keys| lines(keys, |name| PUBLIC.contains(&name)));
        let settings = format!(
            "{{\nspool: {at}/spool\nlog: {at}/log\nself: {{\n{own}}}\nneigh: {{\nself: {{\n{own_public}}}\n\
             {peer}: {{\n{peer_public}incoming: {at}/incoming\n\
             exec: {{books: [\"/bin/sh\", \"-c\", \"cat >{at}/incoming/books && sync {at}/incoming/books\"]}}\n}}\n}}\n}}\n"
        );
        std::fs::write(dir.join("nncp.hjson"), settings).unwrap();
        let id = |keys: &[(String, String)]| keys.iter().find(|(name, _)| name == "id").unwrap().1.clone();
        Node { dir, id: id(keys), peer: id(peer_keys) }
    };
    (node("box", &shop, "office", &office), node("office", &office, "box", &shop))
}

impl Node {
    /// Runs `nncp-{what}` on this node.
    pub(crate) fn run(&self, what: &str, args: &[&str]) {
        self.run_with(what, args, Stdio::null());
    }

    /// As [`Node::run`], with something on its input.
    pub(crate) fn run_with(&self, what: &str, args: &[&str], input: Stdio) {
        let mut command = Command::new("sh");
        // nncp-ack lists what it makes on descriptor 4.
        command.args(["-c", "exec \"$@\" 4>/dev/null", "sh", &format!("nncp-{what}"), "-quiet", "-cfg"]);
        let output = command.arg(self.dir.join("nncp.hjson")).args(args).stdin(input).output().unwrap();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && complained.is_empty(), "nncp-{what} {args:?}: {complained}");
    }

    /// Packets that wait for the other node's ack.
    pub(crate) fn waiting(&self) -> usize {
        let queue =
            std::fs::read_dir(self.dir.join("spool").join(&self.peer).join("tx")).into_iter().flatten().flatten();
        queue.filter(|entry| entry.path().is_file()).count()
    }

    /// Files that have come.
    pub(crate) fn incoming(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> =
            std::fs::read_dir(self.dir.join("incoming")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Where packets for this node lie on a stick.
    pub(crate) fn on(&self, stick: &Path) -> PathBuf {
        stick.join(&self.id).join(&self.peer)
    }
}

pub(crate) fn version() -> String {
    let said = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "nncp"]).output();
    said.map_or_else(|_| "?".into(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
}
