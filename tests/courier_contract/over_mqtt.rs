//! What holds for MQTT alone: what is told of a line that fails, in which way; what a line costs; how it is closed.

use super::broker::{Broker, ServerPem};
use super::relay::Relay;
use super::road::{End, NEVER, config, hands, patience, site};
use super::scripted::{DISCONNECT, PINGREQ, PUBLISH, Scripted};
use super::trust;
use outpost::courier::mqtt::{Line, LinkState, MqttConfig, MqttCourier, Policy, tls_handshake};
use outpost::courier::{Arrival, Arrivals, Courier, MAX_ENVELOPE, Purpose, Why};
use outpost::domain::id::SiteId;
use std::time::Duration;

fn start(config: MqttConfig) -> (MqttCourier, Arrivals) {
    MqttCourier::start(config, hands()).expect("a good config")
}

/// Waits for a state that `is` holds for.
async fn told(courier: &MqttCourier, is: impl Fn(&LinkState) -> bool) -> LinkState {
    let mut state = courier.state();
    let told = tokio::time::timeout(NEVER, state.wait_for(|state| is(state))).await;
    told.unwrap_or_else(|_| panic!("never told: {:?}", courier.state().borrow().clone())).expect("it lives").clone()
}

/// Waits until the line is down, and tells why.
async fn why_down(courier: &MqttCourier) -> Why {
    match told(courier, |state| matches!(state.line, Line::Disconnected { .. })).await.line {
        Line::Disconnected { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

async fn up(courier: &MqttCourier) {
    told(courier, |state| matches!(state.line, Line::Connected { .. })).await;
}

/// Waits until the broker does, so that the first connection counted is one that succeeds.
async fn listens(broker: &Broker) {
    let waiting = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", broker.port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(NEVER, waiting).await.expect("the broker listens");
}

/// Whether `holds` becomes true before never.
async fn becomes(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(NEVER, waiting).await.is_ok(), "never: {what}");
}

#[tokio::test]
async fn where_nothing_listens_the_state_names_the_address_and_the_next_broker_is_tried() {
    let mut broker = Broker::new(None);
    broker.start();
    let nobody = rig::mosquitto::free_addr().expect("a port").port();
    let mut config = config("delhi", nobody, None);
    let (courier, _arrivals) = start(config.clone());
    let why = why_down(&courier).await;
    assert!(matches!(&why, Why::Unreachable { address, .. } if *address == format!("localhost:{nobody}")), "{why}");

    config.brokers.push(format!("mqtt://localhost:{}", broker.port).parse().expect("an address"));
    let (courier, _arrivals) = start(config);
    up(&courier).await;
    assert_eq!(courier.state().borrow().broker.port, broker.port);
}

#[tokio::test]
async fn a_wrong_password_is_told_as_such() {
    let mut broker = Broker::new(None);
    broker.start();
    let mut config = config("delhi", broker.port, None);
    config.login.as_mut().expect("a login").password = "wrong".into();
    // The first attempts may find a broker that does not listen yet.
    let (courier, _arrivals) = start(config);
    let refused = |state: &LinkState| matches!(&state.line, Line::Disconnected { why: Why::LoginRefused { .. }, .. });
    told(&courier, refused).await;
}

#[tokio::test]
async fn a_refused_subscription_is_told_and_never_counts_as_connected() {
    let broker = Scripted::new().await;
    let (courier, mut arrivals) = start(config("delhi", broker.port, None));
    let mut client = broker.client().await;
    client.say(&[0x20, 2, 0, 0]).await;
    client.answer_subscription(128).await;
    assert_eq!(why_down(&courier).await, Why::SubscriptionRefused { topics: "op/delhi/down".into() });
    assert_eq!(arrivals.try_next(), None);
}

#[tokio::test]
async fn an_untrusted_broker_gets_no_password() {
    let (server, _) = trust::office("localhost");
    let (_, other_trust) = trust::office("localhost");
    let mut broker = Broker::new(Some(ServerPem { cert: server.cert, key: server.key }));
    broker.start();
    let (courier, _arrivals) = start(config("delhi", broker.port, Some(other_trust)));
    let untrusted = |state: &LinkState| matches!(&state.line, Line::Disconnected { why: Why::NotTrusted { .. }, .. });
    let state = told(&courier, untrusted).await;
    assert_eq!(state.usage.this_month.mqtt_sent, 0);
}

#[tokio::test]
async fn a_broker_that_takes_the_connection_and_says_nothing_is_given_up() {
    let broker = Scripted::new().await;
    let mut config = config("delhi", broker.port, None);
    config.policy.connect_timeout = Duration::from_secs(1);
    let (courier, _arrivals) = start(config);
    let mute = broker.client().await;
    assert_eq!(why_down(&courier).await, Why::TimedOut { address: format!("localhost:{}", broker.port) });
    drop(mute);
    let mut half = broker.client().await;
    half.say(&[0x20, 2, 0, 0]).await;
    // Also one that welcomes and never grants the subscription.
    assert_eq!(why_down(&courier).await, Why::TimedOut { address: format!("localhost:{}", broker.port) });
}

#[tokio::test]
async fn a_dead_line_is_noticed_by_an_unanswered_ping() {
    let mut broker = Broker::new(None);
    broker.start();
    let relay = Relay::to(broker.port).await;
    let mut config = config("delhi", relay.port, None);
    config.policy.keepalive = Duration::from_secs(1);
    let (courier, _arrivals) = start(config);
    up(&courier).await;
    relay.swallow();
    assert_eq!(why_down(&courier).await, Why::Silent { detail: "a ping was not answered".into() });
}

/// Each of the two takes three times the keepalive to leave; neither the pings nor the broker's own patience may end it.
#[tokio::test]
async fn the_longest_envelopes_outlast_the_keepalive_on_a_slow_line() {
    two_of_the_longest_at_160_kib_a_second(patience().send_buffer_bytes).await;
}

/// The sabotage: with all that the kernel will hold in the send buffer, a ping stands behind it too long.
#[tokio::test]
#[should_panic(expected = "the line has stood")]
async fn with_a_large_send_buffer_they_do_not() {
    two_of_the_longest_at_160_kib_a_second(8 << 20).await;
}

async fn two_of_the_longest_at_160_kib_a_second(send_buffer_bytes: u32) {
    let mut broker = Broker::new(None);
    broker.start();
    listens(&broker).await;
    let relay = Relay::slow(broker.port, 160 * 1024).await;
    let mut config = config("delhi", relay.port, None);
    config.policy.keepalive = Duration::from_secs(2);
    config.policy.send_buffer_bytes = send_buffer_bytes;
    let (courier, mut arrivals) = start(config);
    up(&courier).await;
    assert_eq!(arrivals.next().await, Some(Arrival::Connected));
    for _ in 0..2 {
        courier.send(&SiteId::office(), Purpose::Records, vec![7; MAX_ENVELOPE]).expect("taken");
    }
    let acked = || {
        let state = courier.state().borrow().clone();
        state.waiting == 0 && state.usage.this_month.mqtt_sent > 2 * MAX_ENVELOPE as u64
    };
    becomes("acked, or cut", || acked() || relay.connections() > 1).await;
    assert_eq!((arrivals.try_next(), relay.connections()), (None, 1), "and the line has stood all the while");
}

#[tokio::test]
async fn a_courier_that_is_dropped_hangs_up_and_ends_the_arrivals() {
    let broker = Scripted::new().await;
    let (courier, mut arrivals) = start(config("delhi", broker.port, None));
    let mut client = broker.subscribed().await;
    up(&courier).await;
    drop(courier);
    assert_eq!(client.packet().await, None, "the line has ended");
    assert_eq!(arrivals.next().await, Some(Arrival::Connected));
    assert_eq!(arrivals.next().await, None);
}

#[tokio::test]
async fn a_broker_that_answers_pings_and_owes_a_puback_is_left() {
    let broker = Scripted::new().await;
    let mut config = config("delhi", broker.port, None);
    config.policy.keepalive = Duration::from_secs(1);
    config.policy.puback_timeout = Duration::from_millis(1500);
    let (courier, _arrivals) = start(config);
    let mut client = broker.subscribed().await;
    up(&courier).await;
    courier.send(&SiteId::office(), Purpose::Records, vec![1]).expect("taken");
    let answering = async {
        while let Some((kind, _)) = client.packet().await {
            if kind == PINGREQ {
                client.say(&[0xd0, 0]).await;
            }
        }
    };
    let why = tokio::select! { why = why_down(&courier) => why, () = answering => why_down(&courier).await };
    assert!(matches!(&why, Why::Silent { detail } if detail.contains("PUBACK")), "{why}");
}

#[tokio::test]
async fn no_more_is_handed_to_the_line_than_four_envelopes_or_64_kib_but_always_one() {
    let broker = Scripted::new().await;
    let (courier, _arrivals) = start(config("delhi", broker.port, None));
    let mut client = broker.subscribed().await;
    up(&courier).await;
    for (len, at_once) in [(10, 4), (32 * 1024, 2), (100 * 1024, 1)] {
        for _ in 0..6 {
            courier.send(&SiteId::office(), Purpose::Records, vec![1; len]).expect("taken");
        }
        let mut owed = Vec::new();
        for sent in 0..6 {
            if owed.len() == at_once {
                // Nothing more may come before an ack. A little time is given to what must not happen.
                let early = tokio::time::timeout(Duration::from_millis(50), client.packet()).await;
                assert!(early.is_err(), "{len} bytes: a packet beyond {at_once} after {sent}");
                let [high, low]: [u8; 2] = owed.remove(0);
                client.say(&[0x40, 2, high, low]).await;
            }
            let (kind, body) = client.packet().await.expect("a packet");
            assert_eq!(kind, PUBLISH);
            let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
            owed.push([body[2 + topic], body[3 + topic]]);
        }
        for [high, low] in owed {
            client.say(&[0x40, 2, high, low]).await;
        }
        becomes("all acked", || courier.state().borrow().waiting == 0).await;
    }
}

#[tokio::test]
async fn what_is_longer_than_an_envelope_is_dropped_and_what_is_far_longer_is_told() {
    let broker = Scripted::new().await;
    let (courier, arrivals) = start(config("delhi", broker.port, None));
    let mut end = End { courier: Box::new(courier), arrivals };
    let mut client = broker.subscribed().await;
    end.connected().await;
    client.publish("op/delhi/down", &vec![1; MAX_ENVELOPE + 1]).await;
    client.publish("op/pune/down", b"not ours").await;
    client.publish("op/delhi/down", &vec![2; MAX_ENVELOPE]).await;
    assert!(end.envelope().await.2 == vec![2; MAX_ENVELOPE]);
    client.publish("op/delhi/down", &vec![1; 2 * MAX_ENVELOPE]).await;
    assert_eq!(end.next().await, Arrival::Disconnected { why: Why::TooLargePacket });
}

#[tokio::test]
async fn an_envelope_from_a_name_that_is_no_site_does_not_reach_the_office() {
    let broker = Scripted::new().await;
    let (courier, mut arrivals) = start(config("office", broker.port, None));
    let mut client = broker.client().await;
    client.say(&[0x20, 2, 0, 0]).await;
    let (_, body) = client.packet().await.expect("a packet");
    client.say(&[0x90, 4, body[0], body[1], 1, 1]).await;
    up(&courier).await;
    for odd in ["op/Delhi/up", "op/office/up", "op/delhi/down", "op/delhi/x"] {
        client.publish(odd, b"odd").await;
    }
    client.publish("op/delhi/up", b"good").await;
    assert_eq!(arrivals.next().await, Some(Arrival::Connected));
    let envelope =
        Arrival::Envelope { from_hint: Some(site("delhi")), purpose: Purpose::Records, bytes: b"good".into() };
    assert_eq!(arrivals.next().await, Some(envelope));
}

#[tokio::test]
async fn a_broker_that_takes_and_drops_is_asked_ever_more_rarely_until_something_moves() {
    let broker = Scripted::new().await;
    let mut config = config("delhi", broker.port, None);
    config.policy =
        Policy { first_wait: Duration::from_millis(1), longest_wait: Duration::from_secs(60), ..patience() };
    let (courier, _arrivals) = start(config);
    let wait_after = async |moved: bool| {
        let mut client = broker.subscribed().await;
        up(&courier).await;
        if moved {
            client.publish("op/delhi/down", b"something").await;
            // Its PUBACK says that it was taken.
            client.packet().await.expect("a PUBACK");
        }
        let before = tokio::time::Instant::now();
        drop(client);
        match told(&courier, |state| matches!(state.line, Line::Disconnected { .. })).await.line {
            Line::Disconnected { next_try_at, .. } => next_try_at - before,
            other => panic!("{other:?}"),
        }
    };
    let mut last = Duration::ZERO;
    for _ in 0..10 {
        last = wait_after(false).await;
    }
    assert!(last >= Duration::from_millis(256), "after ten drops: {last:?}");
    let moved = wait_after(true).await;
    assert!(moved < Duration::from_millis(256), "after something moved: {moved:?}");
}

#[tokio::test]
async fn a_wait_can_be_ended_when_the_modem_is_back() {
    let broker = Scripted::new().await;
    let mut config = config("delhi", broker.port, None);
    config.policy.first_wait = Duration::from_secs(3600);
    config.policy.longest_wait = Duration::from_secs(3600);
    let (courier, _arrivals) = start(config);
    drop(broker.client().await);
    why_down(&courier).await;
    courier.try_now();
    let _client = tokio::time::timeout(NEVER, broker.subscribed()).await.expect("tried at once");
    up(&courier).await;
}

#[tokio::test]
async fn closing_says_goodbye_stores_the_count_and_ends_the_arrivals() {
    let dir = tempfile::tempdir().expect("a directory");
    let broker = Scripted::new().await;
    let mut config = config("delhi", broker.port, None);
    config.usage_file = Some(dir.path().join("usage"));
    config.monthly_budget_bytes = Some(100);
    let (courier, mut arrivals) = start(config.clone());
    let mut client = broker.subscribed().await;
    told(&courier, |state| state.budget_used_up).await;
    let state = courier.state();
    up(&courier).await;
    courier.close().await;
    assert_eq!(client.packet().await.map(|(kind, _)| kind), Some(DISCONNECT));
    assert_eq!(state.borrow().line, Line::Closed);
    assert_eq!(arrivals.next().await, Some(Arrival::Connected));
    assert_eq!(arrivals.next().await, Some(Arrival::Disconnected { why: Why::Closed }));
    assert_eq!(arrivals.next().await, None);

    let counted = state.borrow().usage;
    let (courier, _arrivals) = start(config);
    assert_eq!(courier.state().borrow().usage, counted, "the month's count goes on after a restart");
}

/// Each write of the count costs a memory card some 75 kB, and a bad line breaks a thousand times a day.
#[tokio::test]
async fn a_line_that_breaks_does_not_write_the_count_each_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("usage");
    let broker = Scripted::new().await;
    let mut config = config("delhi", broker.port, None);
    config.usage_file = Some(file.clone());
    let (courier, _arrivals) = start(config);
    for _ in 0..3 {
        let client = broker.subscribed().await;
        up(&courier).await;
        drop(client);
        why_down(&courier).await;
        assert!(courier.state().borrow().usage.this_month.mqtt_sent > 0);
        assert!(!file.exists(), "written though the line only broke");
        courier.try_now();
    }
    courier.close().await;
    assert!(file.exists(), "not written at the end");
}

/// Through a relay that counts: one full handshake, then resumed ones; and what we say it costs is what it costs.
#[tokio::test]
async fn tls_sessions_are_resumed_over_reconnects_and_the_counts_are_right() {
    let (server, trust) = trust::office("localhost");
    let mut broker = Broker::new(Some(ServerPem { cert: server.cert, key: server.key }));
    broker.start();
    let relay = Relay::to(broker.port).await;
    listens(&broker).await;
    let (courier, _arrivals) = start(config("delhi", relay.port, Some(trust)));
    let mut costs = Vec::new();
    let mut before = (0, 0);
    let mut mqtt_before = (0, 0);
    for round in 0..3u64 {
        told(&courier, |state| matches!(state.line, Line::Connected { .. })).await;
        courier.send(&SiteId::office(), Purpose::Records, vec![7; 300]).expect("taken");
        let acked = || {
            let state = courier.state().borrow().clone();
            state.waiting == 0 && state.usage.this_month.mqtt_sent >= (round + 1) * 300
        };
        becomes("acked", acked).await;
        let (up, down) = relay.bytes();
        let usage = courier.state().borrow().usage.this_month;
        // CONNECT, SUBSCRIBE, PUBLISH go up in a record each; CONNACK, SUBACK, PUBACK come down.
        let mqtt = (usage.mqtt_sent - mqtt_before.0, usage.mqtt_received - mqtt_before.1);
        costs.push((up - before.0 - mqtt.0 - 66, down - before.1 - mqtt.1 - 66));
        (before, mqtt_before) = ((up, down), (usage.mqtt_sent, usage.mqtt_received));
        relay.cut();
        told(&courier, |state| !matches!(state.line, Line::Connected { .. })).await;
    }
    println!("handshakes, up and down: {costs:?}");
    assert_eq!(relay.connections(), 3);
    let near = |(up, down): (u64, u64), (said_up, said_down): (u64, u64)| {
        up.abs_diff(said_up) <= said_up / 5 && down.abs_diff(said_down) <= said_down / 5
    };
    assert!(near(costs[0], tls_handshake(false)), "a full handshake: {costs:?}");
    for resumed in &costs[1..] {
        assert!(near(*resumed, tls_handshake(true)), "a resumed handshake: {costs:?}");
    }
}
