//! The roads that the contract is held against, behind one set of verbs.

use super::broker::{Broker, ServerPem, password};
use outpost::courier::memory::MemoryRoads;
use outpost::courier::mqtt::{Hands, Login, MqttConfig, MqttCourier, Policy, Role};
use outpost::courier::{Arrival, Arrivals, Courier, MAX_ENVELOPE, Purpose, Queues, Refused};
use outpost::domain::id::SiteId;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ClientConfig;

/// Longest time anything in these tests may take before it counts as never.
pub(crate) const NEVER: Duration = Duration::from_secs(60);

pub(crate) const QUEUES: Queues = Queues { out_envelopes: 16, out_bytes: 3 << 20, in_envelopes: 64, in_bytes: 4 << 20 };

pub(crate) enum Road {
    Memory(MemoryRoads),
    Mqtt {
        broker: Broker,
        trust: Option<Arc<ClientConfig>>,
    },
    /// Memory, behind a courier that breaks the contract in one way.
    Broken(MemoryRoads, Breach),
}

/// Ways to break the contract, each of which one of its proofs must notice.
#[derive(Clone, Copy)]
pub(crate) enum Breach {
    LosesTheLastByte,
    TakesWhatIsTooLong,
    TellsOthersToo,
    TakesWhileTheLineIsDown,
}

struct Broken(Box<dyn Courier>, Breach);

impl Courier for Broken {
    fn send(&self, to: &SiteId, purpose: Purpose, mut envelope: Vec<u8>) -> Result<(), Refused> {
        match self.1 {
            Breach::LosesTheLastByte => {
                envelope.pop();
                self.0.send(to, purpose, envelope)
            }
            Breach::TakesWhatIsTooLong => {
                envelope.truncate(MAX_ENVELOPE);
                self.0.send(to, purpose, envelope)
            }
            Breach::TellsOthersToo if *to == site("delhi") => {
                self.0.send(&site("pune"), purpose, envelope.clone())?;
                self.0.send(to, purpose, envelope)
            }
            Breach::TakesWhileTheLineIsDown => match self.0.send(to, purpose, envelope) {
                Err(Refused::NotConnected) => Ok(()),
                other => other,
            },
            Breach::TellsOthersToo => self.0.send(to, purpose, envelope),
        }
    }
}

pub(crate) struct End {
    pub(crate) courier: Box<dyn Courier>,
    pub(crate) arrivals: Arrivals,
}

pub(crate) fn site(name: &str) -> SiteId {
    name.parse().expect("a valid name")
}

pub(crate) fn patience() -> Policy {
    Policy {
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(100),
        keepalive: Duration::from_secs(5),
        ..Policy::default()
    }
}

/// Jitter by counting; the time is the first of December 2026.
pub(crate) fn hands() -> Hands {
    let mut last = 0u64;
    let random = Box::new(move || {
        last = last.wrapping_add(0x9e37_79b9_7f4a_7c15);
        last
    });
    Hands { random, now: Arc::new(|| 1_796_083_200) }
}

pub(crate) fn config(name: &str, port: u16, trust: Option<Arc<ClientConfig>>) -> MqttConfig {
    let scheme = if trust.is_some() { "mqtts" } else { "mqtt" };
    MqttConfig {
        role: if name == "office" { Role::Office } else { Role::Site(site(name)) },
        brokers: vec![format!("{scheme}://localhost:{port}").parse().expect("an address")],
        login: Some(Login { user: name.into(), password: password(name) }),
        client_id: name.into(),
        tls: trust,
        policy: patience(),
        queues: QUEUES,
        monthly_budget_bytes: None,
        usage_file: None,
    }
}

impl Road {
    pub(crate) fn memory() -> Self {
        Self::Memory(MemoryRoads::new())
    }

    pub(crate) fn mosquitto() -> Self {
        Self::Mqtt { broker: Broker::new(None), trust: None }
    }

    pub(crate) fn mosquitto_tls() -> Self {
        let (pem, trust) = super::trust::office("localhost");
        Self::Mqtt { broker: Broker::new(Some(ServerPem { cert: pem.cert, key: pem.key })), trust: Some(trust) }
    }

    /// One end, whose line may still be down.
    pub(crate) fn end(&self, name: &str) -> End {
        match self {
            Self::Memory(roads) => {
                let (courier, arrivals) = roads.end(site(name), QUEUES);
                End { courier: Box::new(courier), arrivals }
            }
            Self::Broken(roads, breach) => {
                let (courier, arrivals) = roads.end(site(name), QUEUES);
                End { courier: Box::new(Broken(Box::new(courier), *breach)), arrivals }
            }
            Self::Mqtt { broker, trust } => {
                let config = config(name, broker.port, trust.clone());
                let (courier, arrivals) = MqttCourier::start(config, hands()).expect("a good config");
                End { courier: Box::new(courier), arrivals }
            }
        }
    }

    pub(crate) fn up(&mut self) {
        match self {
            Self::Memory(roads) | Self::Broken(roads, _) => {
                ["office", "delhi", "pune"].iter().for_each(|name| roads.join(&site(name)))
            }
            Self::Mqtt { broker, .. } => broker.start(),
        }
    }

    pub(crate) fn down(&mut self) {
        match self {
            Self::Memory(roads) | Self::Broken(roads, _) => {
                ["office", "delhi", "pune"].iter().for_each(|name| roads.cut(&site(name)));
                // A broker that is killed takes with it what it held.
                roads.in_flight().into_iter().for_each(|(id, _)| assert!(roads.lose(id)));
            }
            Self::Mqtt { broker, .. } => broker.kill(),
        }
    }

    /// Lets what is on its way arrive.
    pub(crate) fn carry(&self) {
        if let Self::Memory(roads) | Self::Broken(roads, _) = self {
            roads.deliver_all();
        }
    }
}

impl End {
    pub(crate) async fn next(&mut self) -> Arrival {
        let next = tokio::time::timeout(NEVER, self.arrivals.next()).await;
        next.expect("nothing arrived").expect("the courier is gone")
    }

    pub(crate) async fn connected(&mut self) {
        assert_eq!(self.next().await, Arrival::Connected);
    }

    pub(crate) async fn disconnected(&mut self) {
        assert!(matches!(self.next().await, Arrival::Disconnected { .. }));
    }

    pub(crate) async fn envelope(&mut self) -> (Option<SiteId>, Purpose, Vec<u8>) {
        match self.next().await {
            Arrival::Envelope { from_hint, purpose, bytes } => (from_hint, purpose, bytes),
            other => panic!("an envelope was expected, not {other:?}"),
        }
    }
}
