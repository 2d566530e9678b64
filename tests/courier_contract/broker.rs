//! A Mosquitto of our own: a port the system chose, a password file, TLS on demand; can be killed and started again.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// One broker process, killed when dropped.
pub(crate) struct Broker {
    dir: TempDir,
    pub(crate) port: u16,
    child: Option<Child>,
}

/// Who may log in; the password is the name backwards.
pub(crate) const LOGINS: [&str; 3] = ["office", "delhi", "pune"];

pub(crate) fn password(user: &str) -> String {
    user.chars().rev().collect()
}

/// Certificate and key, PEM.
pub(crate) struct ServerPem {
    pub(crate) cert: String,
    pub(crate) key: String,
}

impl Broker {
    /// Configured, not yet running.
    pub(crate) fn new(tls: Option<ServerPem>) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let port = rig::mosquitto::free_addr().expect("a port").port();
        let logins: String = LOGINS.iter().map(|user| format!("{user}:{}\n", password(user))).collect();
        write(dir.path(), "logins", &logins);
        let hashed = Command::new("mosquitto_passwd").arg("-U").arg(dir.path().join("logins")).output();
        assert!(hashed.expect("mosquitto_passwd is installed: apt-get install mosquitto").status.success());
        write(
            dir.path(),
            "acl",
            "user office\ntopic read op/+/up\ntopic read op/+/enrol\ntopic write op/+/down\n\
             user delhi\ntopic write op/delhi/up\ntopic write op/delhi/enrol\ntopic read op/delhi/down\n\
             user pune\ntopic write op/pune/up\ntopic write op/pune/enrol\ntopic read op/pune/down\n",
        );
        let at = |name: &str| dir.path().join(name).display().to_string();
        let mut config = format!(
            "user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npersistence false\nlog_dest stderr\n\
             password_file {}\nacl_file {}\n",
            at("logins"),
            at("acl")
        );
        if let Some(ServerPem { cert, key }) = tls {
            write(dir.path(), "cert.pem", &cert);
            write(dir.path(), "key.pem", &key);
            config += &format!("certfile {}\nkeyfile {}\n", at("cert.pem"), at("key.pem"));
        }
        write(dir.path(), "mosquitto.conf", &config);
        Self { dir, port, child: None }
    }

    pub(crate) fn start(&mut self) {
        assert!(self.child.is_none(), "already running");
        let child = Command::new(mosquitto())
            .arg("-c")
            .arg(self.dir.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("mosquitto is installed: apt-get install mosquitto"));
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("reaped");
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn write(dir: &Path, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join(name);
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
}

/// Debian puts it where only root's path leads.
fn mosquitto() -> &'static str {
    if Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" }
}
