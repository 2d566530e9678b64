//! A gate with a desk and logins of the tests' own, and devices on raw sockets that read and write MQTT packets.

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use outpost::domain::id::DeviceId;
use outpost::gate::{
    Answer, Config, Denied, Desk, Doorkeeper, Gate, Incoming, Knock, Limits, Listen, Pass, Qos, Refusal, Route,
    TopicFilter,
};
use rumqttc::mqttbytes::{QoS, v4};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest wait for anything that has to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Every login's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A desk that remembers, and answers at once unless it is told to hold.
#[derive(Default)]
pub(crate) struct TestDesk {
    pub(crate) taken: Mutex<Vec<Incoming>>,
    pub(crate) refused: Mutex<Vec<Refusal>>,
    pub(crate) held: Mutex<Vec<Answer>>,
    pub(crate) hold: AtomicBool,
    pub(crate) fail: AtomicBool,
    /// Remember nothing, for measurements.
    pub(crate) forget: AtomicBool,
    /// Where receipts go, for measurements.
    pub(crate) receipts: std::sync::OnceLock<outpost::gate::Publisher>,
    /// Refuse all, as an intake would.
    pub(crate) refuse: AtomicBool,
}

impl Desk for TestDesk {
    fn route(&self, _: &Pass, topic: &str, _: Qos, _: bool) -> Route {
        match topic.split('/').next() {
            Some("in" | "tx") => Route::Record,
            Some("talk") => Route::Relay,
            _ => Route::Unknown,
        }
    }

    fn take(&self, incoming: Incoming, answer: Answer) {
        if self.refuse.load(Ordering::SeqCst) {
            if answer.claim_refusal() {
                answer.refused_recorded(outpost::gate::RefusalCode::PayloadFormatInvalid);
            }
            return;
        }
        if self.forget.load(Ordering::Relaxed) {
            if let Some(receipts) = self.receipts.get() {
                receipts.publish(&format!("receipt/{}", incoming.pass.device), "x".repeat(60), false);
            }
            return answer.recorded();
        }
        self.taken.lock().unwrap().push(incoming);
        if self.fail.load(Ordering::SeqCst) {
            answer.unavailable();
        } else if self.hold.load(Ordering::SeqCst) {
            self.held.lock().unwrap().push(answer);
        } else {
            answer.recorded();
        }
    }

    fn refuse(&self, refusal: Refusal, answer: Answer) {
        let code = refusal.reason.code();
        self.refused.lock().unwrap().push(refusal);
        answer.refused_recorded(code);
    }
}

/// Lets everybody in who knows the one password; can forget a login.
#[derive(Default)]
pub(crate) struct TestDoor {
    pub(crate) gone: Mutex<Vec<String>>,
}

fn filters(given: &[&str]) -> Vec<TopicFilter> {
    given.iter().map(|f| TopicFilter::new(f).unwrap()).collect()
}

impl Doorkeeper for TestDoor {
    fn check(&self, knock: Knock) -> BoxFuture<'_, Result<Pass, Denied>> {
        let gone = self.gone.lock().unwrap().contains(&knock.user);
        async move {
            let device: DeviceId = knock.user.parse().map_err(|_| Denied::BadLogin)?;
            if knock.password != PASSWORD || gone {
                return Err(Denied::BadLogin);
            }
            if !knock.client_id.is_empty() && knock.client_id != knock.user {
                return Err(Denied::BadClientId);
            }
            let [input, tx, receipt] = ["in", "tx", "receipt"].map(|part| format!("{part}/{device}"));
            let (input, tx) = (input + "/#", tx + "/#");
            let publish = filters(&[&input, &tx, "talk/#", "odd/#"]);
            Ok(Pass { device, kind: "device".into(), publish, subscribe: filters(&["state/#", &receipt, "talk/#"]) })
        }
        .boxed()
    }

    fn still_welcome(&self, pass: &Pass) -> bool {
        !self.gone.lock().unwrap().contains(&pass.device.to_string())
    }
}

/// A running gate with its desk and door.
pub(crate) struct Floor {
    pub(crate) gate: Gate,
    pub(crate) desk: Arc<TestDesk>,
    pub(crate) door: Arc<TestDoor>,
}

pub(crate) fn plain() -> Listen {
    Listen { at: "127.0.0.1:0".parse().unwrap(), tls: None, websocket: false }
}

impl Floor {
    pub(crate) async fn open(limits: Limits) -> Self {
        Self::with(Config { listen: vec![plain()], limits, ..Config::default() }).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let (desk, door) = (Arc::<TestDesk>::default(), Arc::<TestDoor>::default());
        let gate = Gate::start(config, Arc::clone(&desk) as _, Arc::clone(&door) as _).await.unwrap();
        Self { gate, desk, door }
    }

    pub(crate) fn at(&self) -> SocketAddr {
        self.gate.addresses()[0]
    }

    pub(crate) async fn device(&self, name: &str) -> Device {
        Device::log_in(self.at(), name).await
    }

    pub(crate) fn counter(&self, name: &str) -> u64 {
        let counters = self.gate.counters().snapshot();
        counters.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no counter {name}")).1
    }

    /// Waits until a counter has reached `least`.
    pub(crate) async fn reaches(&self, name: &str, least: u64) {
        until(&format!("{name} reaches {least}"), || self.counter(name) >= least).await;
    }
}

/// Waits until `fact` holds.
pub(crate) async fn until(what: &str, fact: impl Fn() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !fact() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("in vain: {what}"));
}

pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

/// A device on a socket.
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) socket: Box<dyn Socket>,
    pub(crate) read: BytesMut,
}

pub(crate) fn connect(name: &str, password: &str) -> v4::Connect {
    let mut connect = v4::Connect::new(name);
    connect.set_login(name, password);
    connect.keep_alive = 60;
    connect
}

pub(crate) fn bytes_of(packet: &v4::Packet) -> BytesMut {
    let mut out = BytesMut::new();
    packet.write(&mut out, usize::MAX).unwrap();
    out
}

impl Device {
    pub(crate) fn on(socket: impl Socket + 'static, name: &str) -> Self {
        Self { name: name.into(), socket: Box::new(socket), read: BytesMut::new() }
    }

    /// Sends CONNECT; gives the code of CONNACK.
    pub(crate) async fn greet(at: SocketAddr, connect: v4::Connect) -> (Self, v4::ConnectReturnCode) {
        let mut device = Self::on(TcpStream::connect(at).await.unwrap(), &connect.client_id);
        device.send(v4::Packet::Connect(connect)).await;
        match device.next().await {
            v4::Packet::ConnAck(ack) => {
                assert!(!ack.session_present);
                (device, ack.code)
            }
            other => panic!("not a CONNACK: {other:?}"),
        }
    }

    pub(crate) async fn log_in(at: SocketAddr, name: &str) -> Self {
        let (device, code) = Self::greet(at, connect(name, PASSWORD)).await;
        assert_eq!(code, v4::ConnectReturnCode::Success);
        device
    }

    pub(crate) async fn raw(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn send(&mut self, packet: v4::Packet) {
        self.raw(&bytes_of(&packet)).await;
        self.socket.flush().await.unwrap();
    }

    /// The next packet; `None`: the gate closed the connection.
    pub(crate) async fn try_next(&mut self) -> Option<v4::Packet> {
        let read = tokio::time::timeout(PATIENCE, async {
            loop {
                match v4::Packet::read(&mut self.read, usize::MAX) {
                    Ok(packet) => return Some(packet),
                    Err(rumqttc::mqttbytes::Error::InsufficientBytes(_)) => {}
                    Err(error) => panic!("{error}"),
                }
                if !matches!(self.socket.read_buf(&mut self.read).await, Ok(n) if n > 0) {
                    return None;
                }
            }
        });
        read.await.unwrap_or_else(|_| panic!("{}: no packet came", self.name))
    }

    pub(crate) async fn next(&mut self) -> v4::Packet {
        self.try_next().await.unwrap_or_else(|| panic!("{}: the connection was closed", self.name))
    }

    /// Reads until the gate closes the connection.
    pub(crate) async fn closed(&mut self) -> Vec<v4::Packet> {
        let mut before = Vec::new();
        while let Some(packet) = self.try_next().await {
            before.push(packet);
        }
        before
    }

    pub(crate) fn publish_bytes(topic: &str, payload: &[u8], packet_id: u16) -> BytesMut {
        let qos = if packet_id == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        let mut publish = v4::Publish::new(topic, qos, payload);
        publish.pkid = packet_id;
        bytes_of(&v4::Packet::Publish(publish))
    }

    pub(crate) async fn publish(&mut self, topic: &str, payload: &[u8], packet_id: u16) {
        self.raw(&Self::publish_bytes(topic, payload, packet_id)).await;
    }

    /// Publishes at quality of service 1 and waits for PUBACK.
    pub(crate) async fn deliver(&mut self, topic: &str, payload: &[u8], packet_id: u16) {
        self.publish(topic, payload, packet_id).await;
        assert_eq!(self.next().await, v4::Packet::PubAck(v4::PubAck { pkid: packet_id }), "{}", self.name);
    }

    /// A sign of life: a scan that is recorded.
    pub(crate) async fn works(&mut self) {
        let topic = format!("in/{}/scan", self.name);
        self.deliver(&topic, b"4006381333931", 999).await;
    }

    /// Subscribes; gives the codes, and what came before them.
    pub(crate) async fn subscribe(&mut self, filters: &[(&str, QoS)]) -> Vec<v4::SubscribeReasonCode> {
        let filters = filters.iter().map(|(path, qos)| v4::SubscribeFilter::new((*path).into(), *qos));
        let mut subscribe = v4::Subscribe::new_many(filters);
        subscribe.pkid = 500;
        self.send(v4::Packet::Subscribe(subscribe)).await;
        match self.next().await {
            v4::Packet::SubAck(ack) => ack.return_codes,
            other => panic!("not a SUBACK: {other:?}"),
        }
    }

    /// The next message, acknowledged where it asks for it.
    pub(crate) async fn message(&mut self) -> (String, Bytes, bool) {
        match self.next().await {
            v4::Packet::Publish(publish) => {
                if publish.qos == QoS::AtLeastOnce {
                    self.send(v4::Packet::PubAck(v4::PubAck::new(publish.pkid))).await;
                }
                (publish.topic, publish.payload, publish.retain)
            }
            other => panic!("not a message: {other:?}"),
        }
    }
}
