//! TLS, WebSocket, both, and MQTT 5.

use crate::floor::*;
use futures_util::{SinkExt, StreamExt};
use outpost::gate::{Config, Limits, Listen};
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::{QoS as QoS5, v5};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

fn certificate() -> &'static (CertificateDer<'static>, Vec<u8>) {
    static MADE: std::sync::OnceLock<(CertificateDer<'static>, Vec<u8>)> = std::sync::OnceLock::new();
    MADE.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.der().clone(), made.signing_key.serialize_der())
    })
}

pub(crate) fn server_config() -> Arc<ServerConfig> {
    let (certificate, key) = certificate();
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivateKeyDer::try_from(key.clone()).unwrap();
    Arc::new(config.with_single_cert(vec![certificate.clone()], key).unwrap())
}

async fn tls_socket(at: SocketAddr) -> impl Socket {
    let mut roots = RootCertStore::empty();
    roots.add(certificate().0.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
    let socket = TcpStream::connect(at).await.unwrap();
    connector.connect(ServerName::try_from("localhost").unwrap(), socket).await.unwrap()
}

async fn greeted(socket: impl Socket + 'static, name: &str) -> Device {
    let mut device = Device::on(socket, name);
    device.send(v4::Packet::Connect(connect(name, PASSWORD))).await;
    assert!(matches!(device.next().await, v4::Packet::ConnAck(_)));
    device
}

pub(crate) async fn over_tls(at: SocketAddr, name: &str) -> Device {
    greeted(tls_socket(at).await, name).await
}

/// A WebSocket as a stream of bytes, in messages of `piece` bytes; the error is the HTTP status.
async fn web_socket(
    socket: impl Socket + 'static,
    headers: &[(&'static str, &str)],
    piece: usize,
) -> Result<DuplexStream, u16> {
    let mut request = "ws://127.0.0.1/mqtt".into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    let web = match tokio_tungstenite::client_async(request, socket).await {
        Ok((web, _)) => web,
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => return Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    };
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let (mut sink, mut stream) = web.split();
    tokio::spawn(async move {
        let mut bytes = vec![0; piece];
        loop {
            tokio::select! {
                n = far.read(&mut bytes) => match n {
                    Ok(n) if n > 0 => sink.send(Message::Binary(bytes[..n].to_vec().into())).await.unwrap(),
                    _ => return,
                },
                message = stream.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => far.write_all(&bytes).await.unwrap(),
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    });
    Ok(near)
}

const MQTT: (&str, &str) = ("sec-websocket-protocol", "mqttv3.1, mqtt");

pub(crate) async fn over_web(at: SocketAddr, name: &str) -> Device {
    let socket = TcpStream::connect(at).await.unwrap();
    greeted(web_socket(socket, &[MQTT], 1000).await.unwrap(), name).await
}

async fn floor() -> Floor {
    let tls = Listen { tls: Some(server_config()), ..plain() };
    let web = Listen { websocket: true, ..plain() };
    let both = Listen { websocket: true, ..tls.clone() };
    Floor::with(Config { listen: vec![plain(), tls, web, both], ..Config::default() }).await
}

#[tokio::test]
async fn every_transport_serves_large_and_small_messages() {
    let floor = floor().await;
    let at = floor.gate.addresses().to_vec();
    let web_over_tls = web_socket(tls_socket(at[3]).await, &[MQTT], 1000).await.unwrap();
    let devices = [
        floor.device("plain").await,
        over_tls(at[1], "tls").await,
        over_web(at[2], "web").await,
        greeted(web_over_tls, "both").await,
    ];
    for mut device in devices {
        device.works().await;
        let topic = format!("in/{}/scan", device.name);
        device.deliver(&topic, &vec![3; 200_000], 4).await;
        floor.gate.publish("state/big", vec![5; 100_000], true);
        device.subscribe(&[("state/big", rumqttc::mqttbytes::QoS::AtLeastOnce)]).await;
        assert_eq!(device.message().await.1, vec![5; 100_000]);
    }
}

#[tokio::test]
async fn a_packet_may_come_in_websocket_messages_of_one_byte() {
    let floor = floor().await;
    let socket = TcpStream::connect(floor.gate.addresses()[2]).await.unwrap();
    greeted(web_socket(socket, &[MQTT], 1).await.unwrap(), "web").await.works().await;
}

#[tokio::test]
async fn web_pages_of_other_hosts_and_other_subprotocols_are_refused() {
    let floor = floor().await;
    let open = async |headers: &[(&'static str, &str)]| {
        let socket = TcpStream::connect(floor.gate.addresses()[2]).await.unwrap();
        web_socket(socket, headers, 100).await.err()
    };
    assert_eq!(open(&[MQTT]).await, None);
    assert_eq!(open(&[MQTT, ("origin", "http://127.0.0.1:8080")]).await, None);
    assert_eq!(open(&[MQTT, ("origin", "http://evil.example.com")]).await, Some(403));
    assert_eq!(open(&[MQTT, ("origin", "null")]).await, Some(403));
    let pointed = [MQTT, ("host", "evil.example.com"), ("origin", "http://evil.example.com")];
    assert_eq!(open(&pointed).await, Some(403));
    assert_eq!(open(&[("sec-websocket-protocol", "chat")]).await, Some(400));
    assert_eq!(open(&[]).await, Some(400));
}

async fn send_five(device: &mut Device, packet: v5::Packet) {
    let mut out = bytes::BytesMut::new();
    packet.write(&mut out, None).unwrap();
    device.raw(&out).await;
}

async fn next_five(device: &mut Device) -> Option<v5::Packet> {
    loop {
        if let Ok(packet) = v5::Packet::read(&mut device.read, None) {
            return Some(packet);
        }
        if device.socket.read_buf(&mut device.read).await.ok()? == 0 {
            return None;
        }
    }
}

async fn greet_five(floor: &Floor, name: &str, password: &str) -> (Device, v5::ConnAck) {
    let mut device = Device::on(TcpStream::connect(floor.at()).await.unwrap(), name);
    let hello = v5::Connect { keep_alive: 60, client_id: String::new(), clean_start: true, properties: None };
    let login = v5::Login { username: name.into(), password: password.into() };
    send_five(&mut device, v5::Packet::Connect(hello, None, Some(login))).await;
    let Some(v5::Packet::ConnAck(ack)) = next_five(&mut device).await else { panic!("no CONNACK") };
    (device, ack)
}

fn publish_five(topic: &str, packet_id: u16) -> v5::Packet {
    let mut publish = v5::Publish::new(topic, QoS5::AtLeastOnce, "x", None);
    publish.pkid = packet_id;
    v5::Packet::Publish(publish)
}

#[tokio::test]
async fn mqtt_5_is_served_with_reason_codes() {
    let floor = Floor::open(Limits::default()).await;
    let (_, refused) = greet_five(&floor, "till-1", "wrong").await;
    assert_eq!(refused.code, v5::ConnectReturnCode::BadUserNamePassword);
    let (mut till, ack) = greet_five(&floor, "till-1", PASSWORD).await;
    assert_eq!(ack.properties.unwrap().assigned_client_identifier.as_deref(), Some("till-1"));
    for (topic, reason) in [
        ("in/till-1/scan", v5::PubAckReason::Success),
        ("in/till-2/scan", v5::PubAckReason::NotAuthorized),
        ("öl/temp", v5::PubAckReason::TopicNameInvalid),
    ] {
        send_five(&mut till, publish_five(topic, 3)).await;
        let Some(v5::Packet::PubAck(ack)) = next_five(&mut till).await else { panic!("no PUBACK") };
        assert_eq!((ack.pkid, ack.reason), (3, reason), "{topic}");
    }
    let filters = ["state/#", "$share/g/state/#", "receipt/till-2"].map(|f| v5::Filter::new(f, QoS5::AtLeastOnce));
    let mut subscribe = v5::Subscribe::new_many(filters, None);
    subscribe.pkid = 4;
    send_five(&mut till, v5::Packet::Subscribe(subscribe)).await;
    let Some(v5::Packet::SubAck(ack)) = next_five(&mut till).await else { panic!("no SUBACK") };
    use v5::SubscribeReasonCode::{NotAuthorized, SharedSubscriptionsNotSupported, Success};
    assert_eq!(ack.return_codes, [Success(QoS5::AtLeastOnce), SharedSubscriptionsNotSupported, NotAuthorized]);
    floor.gate.publish("state/box", "ok", true);
    let Some(v5::Packet::Publish(state)) = next_five(&mut till).await else { panic!("no PUBLISH") };
    assert_eq!((&state.topic[..], &state.payload[..], state.qos), (&b"state/box"[..], &b"ok"[..], QoS5::AtLeastOnce));
    let (_other, _) = greet_five(&floor, "till-1", PASSWORD).await;
    // rumqttd may send a message twice to who subscribes just then: as retained, and as new.
    let end = loop {
        match next_five(&mut till).await {
            Some(v5::Packet::Publish(_)) => {}
            Some(v5::Packet::Disconnect(end)) => break end,
            other => panic!("not a DISCONNECT: {other:?}"),
        }
    };
    assert_eq!(end.reason_code, v5::DisconnectReasonCode::SessionTakenOver);
}

#[tokio::test]
async fn mqtt_3_1_is_told_that_its_version_is_not_spoken() {
    let floor = Floor::open(Limits::default()).await;
    let mut old = Device::on(TcpStream::connect(floor.at()).await.unwrap(), "old");
    old.raw(&[0x10, 15, 0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, 2, 0, 60, 0, 1, b'x']).await;
    let mut reply = Vec::new();
    old.socket.read_to_end(&mut reply).await.unwrap();
    assert_eq!(reply, [0x20, 2, 0, 1]);
}
