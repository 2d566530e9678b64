//! Where the broker is, who we are there, and how patient we are.

use super::super::Queues;
use crate::domain::id::SiteId;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ClientConfig;

/// Port of `mqtt://` where none is given.
const MQTT_PORT: u16 = 1883;
/// Port of `mqtts://` where none is given.
const MQTTS_PORT: u16 = 8883;

/// A broker's address: `mqtt://host[:port]` or `mqtts://host[:port]`; an IPv6 address stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerUrl {
    /// Whether the line is TLS.
    pub tls: bool,
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Why a text is no broker's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no broker address ({fault}): write mqtt://host:port, or mqtts://host:port for TLS")]
pub struct BadBrokerUrl {
    given: String,
    fault: &'static str,
}

impl FromStr for BrokerUrl {
    type Err = BadBrokerUrl;
    fn from_str(given: &str) -> Result<Self, BadBrokerUrl> {
        let bad = |fault| BadBrokerUrl { given: given.to_owned(), fault };
        let (tls, rest) = match given.split_once("://") {
            Some(("mqtt", rest)) => (false, rest),
            Some(("mqtts", rest)) => (true, rest),
            _ => return Err(bad("it does not begin with mqtt:// or mqtts://")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains('@') {
            return Err(bad("user and password have settings of their own"));
        }
        if rest.contains(['/', '?', '#']) || rest.contains(char::is_whitespace) {
            return Err(bad("something follows host and port"));
        }
        let (host, port) = match rest.strip_prefix('[') {
            Some(bracketed) => {
                let (host, after) = bracketed.split_once(']').ok_or_else(|| bad("a bracket is not closed"))?;
                host.parse::<std::net::Ipv6Addr>().map_err(|_| bad("no IPv6 address in the brackets"))?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':').unwrap_or("")) };
                (host, port)
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        if host.is_empty() {
            return Err(bad("the host is missing"));
        }
        let port = match port {
            None if tls => MQTTS_PORT,
            None => MQTT_PORT,
            Some(port) => match port.parse() {
                Ok(0) | Err(_) => return Err(bad("the port is not a number from 1 to 65535")),
                Ok(port) => port,
            },
        };
        Ok(Self { tls, host: host.to_owned(), port })
    }
}

impl BrokerUrl {
    /// host:port, as people write it.
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "mqtts" } else { "mqtt" }, self.address())
    }
}

/// Which end of the road this is; it decides the topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A box: publishes `op/<site>/up` and `op/<site>/enrol`, reads `op/<site>/down`.
    Site(SiteId),
    /// The office: publishes `op/<site>/down`, reads `op/+/up` and `op/+/enrol`.
    Office,
}

/// User and password at the broker.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// For a box: its site id.
    pub user: String,
    /// As the broker knows it.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// How patient a courier is. [`Policy::default`] suits 3G; tests shorten it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The wait after the first failure; each further one without progress doubles it. Half of every wait is random.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// For TCP, TLS, CONNACK and SUBACK together. A handshake over a bad 3G line takes ten seconds and more.
    pub connect_timeout: Duration,
    /// Longest time in which one envelope must have left for the kernel's send buffer. At 32 kbit/s 480 kB leave in it:
    /// batches of more than that need a better line.
    pub write_timeout: Duration,
    /// How long the broker may owe a PUBACK while it answers pings.
    pub puback_timeout: Duration,
    /// How often a ping is sent; a dead line is noticed within twice this time. Whole seconds. A ping and its answer
    /// cost about 250 B on the wire: 60 s is 11 MB a month, 300 s is 2 MB.
    pub keepalive: Duration,
    /// The kernel's send buffer, in bytes. Small, so that a ping does not stand behind minutes of data; large enough
    /// for 800 kbit/s at 600 ms.
    pub send_buffer_bytes: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(120),
            puback_timeout: Duration::from_secs(300),
            keepalive: Duration::from_secs(60),
            send_buffer_bytes: 64 * 1024,
        }
    }
}

impl Policy {
    /// The wait after `failures` (from 1) attempts without progress: between half and the whole of the doubled time,
    /// by `random`, so that a hundred boxes do not come back in the same second.
    pub fn wait(&self, failures: u32, random: u64) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let whole = self.first_wait.saturating_mul(1 << doublings).min(self.longest_wait);
        let half = whole / 2;
        half + half.mul_f64(random as f64 / u64::MAX as f64)
    }
}

/// Everything an MQTT courier is told.
#[derive(Clone)]
pub struct MqttConfig {
    /// Which end this is.
    pub role: Role,
    /// One or more addresses; after a failure the next one is tried.
    pub brokers: Vec<BrokerUrl>,
    /// Who we are at the broker; `None` for a broker that asks nobody.
    pub login: Option<Login>,
    /// MQTT client id: two connections with the same one throw each other out.
    pub client_id: String,
    /// Trust for `mqtts://`. One and the same for the whole life of the courier: the tickets that shorten the next
    /// handshake live in it. [`crate::keys::ca::client_config`] makes it.
    pub tls: Option<Arc<ClientConfig>>,
    /// Patience.
    pub policy: Policy,
    /// Memory.
    pub queues: Queues,
    /// Bytes a month (estimated on the wire, both directions) that should not be exceeded. The courier only tells
    /// ([`super::LinkState::budget_used_up`]): records of sales still go; whoever feeds the courier holds back the rest.
    pub monthly_budget_bytes: Option<u64>,
    /// Where the month's count survives a restart; `None` counts from zero at each start.
    pub usage_file: Option<PathBuf>,
}

/// Why a courier did not start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No address at all.
    #[error("no broker is named: set its address, like mqtts://office.example:8883")]
    NoBroker,
    /// TLS is asked for and nothing to trust is given.
    #[error("{0} asks for TLS and no CA file is set: name the CA file that the office's enrolment file carries")]
    NoTrust(BrokerUrl),
    /// MQTT has no shorter and no longer keepalive.
    #[error("a keepalive of {0:?} is not possible: use 1 to 65535 whole seconds")]
    BadKeepalive(Duration),
    /// The client id would be the broker's choice, or not fit.
    #[error("the MQTT client id must have 1 to 128 characters")]
    BadClientId,
}

impl MqttConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.brokers.is_empty() {
            return Err(ConfigError::NoBroker);
        }
        if let Some(broker) = self.brokers.iter().find(|broker| broker.tls && self.tls.is_none()) {
            return Err(ConfigError::NoTrust(broker.clone()));
        }
        let keepalive = self.policy.keepalive;
        if keepalive.subsec_nanos() != 0 || !(1..=65535).contains(&keepalive.as_secs()) {
            return Err(ConfigError::BadKeepalive(keepalive));
        }
        if !(1..=128).contains(&self.client_id.len()) {
            return Err(ConfigError::BadClientId);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<(bool, String, u16), BadBrokerUrl> {
        text.parse().map(|url: BrokerUrl| (url.tls, url.host, url.port))
    }

    #[test]
    fn addresses_are_read_with_and_without_port_and_in_brackets() {
        assert_eq!(url("mqtt://office.example"), Ok((false, "office.example".into(), 1883)));
        assert_eq!(url("mqtts://office.example/"), Ok((true, "office.example".into(), 8883)));
        assert_eq!(url("mqtts://10.0.0.1:99"), Ok((true, "10.0.0.1".into(), 99)));
        assert_eq!(url("mqtt://[fe80::1]:77"), Ok((false, "fe80::1".into(), 77)));
        assert_eq!(url("mqtts://[::1]"), Ok((true, "::1".into(), 8883)));
        let back: BrokerUrl = "mqtts://[::1]:7".parse().expect("good");
        assert_eq!(back.to_string(), "mqtts://[::1]:7");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_fault() {
        for (bad, fault) in [
            ("office.example:1883", "begin"),
            ("http://office.example", "begin"),
            ("mqtt://", "host"),
            ("mqtt://:1883", "host"),
            ("mqtt://a:0", "port"),
            ("mqtt://a:65536", "port"),
            ("mqtt://a:", "port"),
            ("mqtt://me:secret@a:1", "password"),
            ("mqtt://a/topic", "follows"),
            ("mqtt://a b", "follows"),
            ("mqtt://[::1", "bracket"),
            ("mqtt://[a]:1", "IPv6"),
            ("mqtt://[::1]1", "port"),
        ] {
            let error = url(bad).expect_err(bad).to_string();
            assert!(error.contains(fault) && error.contains("write mqtt://"), "{bad}: {error}");
        }
    }

    #[test]
    fn waits_double_from_the_first_to_the_longest_and_stay_between_half_and_whole() {
        let policy = Policy::default();
        assert_eq!(policy.wait(1, 0), Duration::from_millis(500));
        assert_eq!(policy.wait(1, u64::MAX), Duration::from_secs(1));
        assert_eq!(policy.wait(4, u64::MAX), Duration::from_secs(8));
        for failures in [8, 9, 100, u32::MAX] {
            assert_eq!(policy.wait(failures, u64::MAX), Duration::from_secs(120));
            assert_eq!(policy.wait(failures, 0), Duration::from_secs(60));
        }
    }

    #[test]
    fn a_login_is_not_printed_with_its_password() {
        let login = Login { user: "delhi".into(), password: "hunter2".into() };
        assert!(!format!("{login:?}").contains("hunter2"));
    }
}
