//! What a device is given: answers, rights, subscriptions.

use crate::floor::*;
use bytes::Bytes;
use outpost::gate::Limits;
use rumqttc::mqttbytes::{QoS, v4};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use v4::ConnectReturnCode as Code;

#[tokio::test]
async fn a_publish_is_taken_once_with_all_it_said_and_then_acknowledged() {
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    till.deliver("tx/till-1/Sales Invoice", b"{}", 7).await;
    till.publish("in/till-1/scan", b"123", 0).await;
    until("both are taken", || floor.desk.taken.lock().unwrap().len() == 2).await;
    let taken = floor.desk.taken.lock().unwrap();
    assert_eq!((taken[0].topic.as_str(), taken[0].packet_id), ("tx/till-1/Sales Invoice", 7));
    assert_eq!((taken[0].payload.clone(), taken[0].dup, taken[0].retain), (Bytes::from("{}"), false, false));
    assert_eq!(taken[0].pass.device.as_str(), "till-1");
    assert!(taken[0].session != 0 && taken[0].session == taken[1].session, "a clean session has its own number");
    assert_eq!(taken[1].packet_id, 0);
}

#[tokio::test]
async fn the_session_number_is_zero_for_a_persistent_session_and_new_for_each_clean_one() {
    let floor = Floor::open(Limits::default()).await;
    for clean in [false, false, true, true] {
        let mut hello = connect("till-1", PASSWORD);
        hello.clean_session = clean;
        let (mut till, code) = Device::greet(floor.at(), hello).await;
        assert_eq!(code, Code::Success);
        till.works().await;
    }
    let sessions: Vec<u32> = floor.desk.taken.lock().unwrap().iter().map(|taken| taken.session).collect();
    assert_eq!(sessions[..2], [0, 0]);
    assert!(sessions[2] != 0 && sessions[3] != 0 && sessions[2] != sessions[3]);
}

#[tokio::test]
async fn logins_are_refused_with_the_code_that_says_why() {
    let floor = Floor::open(Limits::default()).await;
    let greet = async |hello: v4::Connect| Device::greet(floor.at(), hello).await.1;
    assert_eq!(greet(connect("till-1", "wrong")).await, Code::BadUserNamePassword);
    assert_eq!(greet(v4::Connect::new("till-1")).await, Code::BadUserNamePassword);
    let mut other = connect("till-1", PASSWORD);
    other.client_id = "till-2".into();
    assert_eq!(greet(other).await, Code::BadClientId);
    let mut nameless = connect("till-1", PASSWORD);
    nameless.client_id = String::new();
    assert_eq!(greet(nameless.clone()).await, Code::Success);
    nameless.clean_session = false;
    assert_eq!(greet(nameless).await, Code::BadClientId);
    assert_eq!(floor.counter("logins_refused"), 3);
}

#[tokio::test]
async fn pubacks_leave_in_the_order_of_the_publishes_whatever_the_order_of_the_answers() {
    let floor = Floor::open(Limits::default()).await;
    floor.desk.hold.store(true, Ordering::SeqCst);
    let mut till = floor.device("till-1").await;
    for packet_id in 1..=20 {
        till.publish("in/till-1/scan", b"x", packet_id).await;
    }
    until("all are held", || floor.desk.held.lock().unwrap().len() == 20).await;
    let mut held = std::mem::take(&mut *floor.desk.held.lock().unwrap());
    while let Some(answer) = held.pop() {
        answer.recorded();
    }
    for packet_id in 1..=20 {
        assert_eq!(till.next().await, v4::Packet::PubAck(v4::PubAck { pkid: packet_id }));
    }
}

#[tokio::test]
async fn reading_stops_at_the_window_and_goes_on_when_it_opens() {
    let floor = Floor::open(Limits { in_flight: 4, ..Limits::default() }).await;
    floor.desk.hold.store(true, Ordering::SeqCst);
    let mut till = floor.device("till-1").await;
    let mut burst = Vec::new();
    for packet_id in 1..=10 {
        burst.extend_from_slice(&Device::publish_bytes("in/till-1/scan", b"x", packet_id));
    }
    till.raw(&burst).await;
    until("the window is full", || floor.desk.held.lock().unwrap().len() == 4).await;
    let mut other = floor.device("till-2").await;
    other.raw(&[0xc0, 0]).await;
    assert_eq!(other.next().await, v4::Packet::PingResp);
    assert_eq!(floor.desk.held.lock().unwrap().len(), 4, "nothing past the window was read");
    floor.desk.hold.store(false, Ordering::SeqCst);
    for answer in std::mem::take(&mut *floor.desk.held.lock().unwrap()) {
        answer.recorded();
    }
    for packet_id in 1..=10 {
        assert_eq!(till.next().await, v4::Packet::PubAck(v4::PubAck { pkid: packet_id }));
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_gets_no_puback_and_a_later_disconnect() {
    let pause = Duration::from_millis(300);
    let floor = Floor::open(Limits { unavailable_pause: pause, ..Limits::default() }).await;
    floor.desk.fail.store(true, Ordering::SeqCst);
    let mut till = floor.device("till-1").await;
    let start = Instant::now();
    till.publish("in/till-1/scan", b"x", 1).await;
    assert_eq!(till.closed().await, vec![]);
    assert!(start.elapsed() >= pause, "a full disk is no storm of reconnects");
    assert_eq!(floor.counter("ended_unavailable"), 1);
    floor.desk.fail.store(false, Ordering::SeqCst);
    floor.device("till-1").await.works().await;
}

#[tokio::test]
async fn what_a_login_may_not_do_is_recorded_as_refused_and_then_acknowledged() {
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    let long = "in/till-1/".to_owned() + &"x".repeat(200);
    let deep = "in/till-1/1/2/3/4/5/6/7";
    let bad = [
        "in/till-2/scan",
        "receipt/till-1",
        "state/box",
        "odd/topic",
        "öl/temp",
        "in/till-1/+",
        "$SYS/x",
        &long,
        deep,
        "",
        "gate/pulse",
    ];
    for (n, topic) in (1..).zip(bad) {
        till.deliver(topic, b"bytes", n).await;
    }
    let refused = floor.desk.refused.lock().unwrap();
    assert_eq!(refused.iter().map(|r| r.topic.as_str()).collect::<Vec<_>>(), bad);
    assert!(refused.iter().all(|r| r.payload == "bytes" && r.pass.device.as_str() == "till-1"));
    assert!(floor.desk.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn quality_of_service_2_is_recorded_as_refused_and_ends_the_connection() {
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    let mut publish = v4::Publish::new("in/till-1/scan", QoS::ExactlyOnce, "x");
    publish.pkid = 1;
    till.send(v4::Packet::Publish(publish)).await;
    assert_eq!(till.closed().await, vec![]);
    assert_eq!(floor.desk.refused.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_over_the_limit_is_recorded_as_refused_and_the_device_goes_on() {
    let floor = Floor::open(Limits { packet_bytes: 10_000, ..Limits::default() }).await;
    let mut till = floor.device("till-1").await;
    till.deliver("in/till-1/scan", &[1; 10_000], 1).await;
    till.deliver("in/till-1/scan", &[2; 30_000], 2).await;
    till.works().await;
    let refused = floor.desk.refused.lock().unwrap();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].payload.len() < 1000 && refused[0].payload[0] == 2);
    assert_eq!(floor.desk.taken.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_device_over_its_quota_of_refusals_is_disconnected_without_puback() {
    let floor = Floor::open(Limits { refusals_per_minute: 3, ..Limits::default() }).await;
    let mut till = floor.device("till-1").await;
    for packet_id in 1..=3 {
        till.deliver("in/till-2/scan", b"x", packet_id).await;
    }
    till.publish("in/till-2/scan", b"x", 4).await;
    assert_eq!(till.closed().await, vec![]);
    let mut again = floor.device("till-1").await;
    again.works().await;
    again.publish("in/till-2/scan", b"x", 5).await;
    assert_eq!(again.closed().await, vec![], "a new connection has no new quota");
    assert_eq!(floor.desk.refused.lock().unwrap().len(), 3);
    assert_eq!(floor.counter("ended_quota"), 2);
    floor.device("till-2").await.works().await;
}

#[tokio::test]
async fn the_desks_own_refusals_count_towards_the_quota() {
    let floor = Floor::open(Limits { refusals_per_minute: 2, ..Limits::default() }).await;
    floor.desk.refuse.store(true, Ordering::SeqCst);
    let mut till = floor.device("till-1").await;
    till.deliver("in/till-1/scan", b"x", 1).await;
    till.deliver("in/till-1/scan", b"x", 2).await;
    till.publish("in/till-1/scan", b"x", 3).await;
    assert_eq!(till.closed().await, vec![]);
}

#[tokio::test]
async fn subscriptions_are_granted_within_the_pass_and_refused_beyond_it() {
    use v4::SubscribeReasonCode::{Failure, Success};
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    let asked = [
        ("state/#", QoS::AtLeastOnce),
        ("state/+/x", QoS::ExactlyOnce),
        ("receipt/till-1", QoS::AtMostOnce),
        ("receipt/till-2", QoS::AtLeastOnce),
        ("receipt/+", QoS::AtLeastOnce),
        ("#", QoS::AtLeastOnce),
        ("+/till-1", QoS::AtLeastOnce),
        ("in/till-1/#", QoS::AtLeastOnce),
        ("$share/g/state/#", QoS::AtLeastOnce),
        ("$SYS/#", QoS::AtLeastOnce),
        ("gate/#", QoS::AtLeastOnce),
        ("state/#/x", QoS::AtLeastOnce),
        ("stäte", QoS::AtLeastOnce),
    ];
    let codes = till.subscribe(&asked).await;
    let granted = [Success(QoS::AtLeastOnce), Success(QoS::AtLeastOnce), Success(QoS::AtMostOnce)];
    assert_eq!(codes[..3], granted);
    assert!(codes[3..].iter().all(|code| *code == Failure), "{codes:?}");
    till.works().await;
}

#[tokio::test]
async fn subscriptions_are_granted_up_to_their_limit() {
    use v4::SubscribeReasonCode::{Failure, Success};
    let floor = Floor::open(Limits { subscriptions: 2, ..Limits::default() }).await;
    let mut till = floor.device("till-1").await;
    let asked = [("state/a", QoS::AtMostOnce), ("state/b", QoS::AtMostOnce), ("state/c", QoS::AtMostOnce)];
    let granted = Success(QoS::AtMostOnce);
    assert_eq!(till.subscribe(&asked).await, [granted, granted, Failure]);
    assert_eq!(till.subscribe(&asked[..1]).await, [granted], "one that is there already is no further one");
    let unsubscribe = v4::Unsubscribe { pkid: 9, topics: vec!["state/a".into()] };
    till.send(v4::Packet::Unsubscribe(unsubscribe)).await;
    assert!(matches!(till.next().await, v4::Packet::UnsubAck(ack) if ack.pkid == 9));
    assert_eq!(till.subscribe(&asked[2..]).await, [granted]);
}

#[tokio::test]
async fn the_owners_messages_reach_their_subscribers_and_the_retained_ones_late_comers() {
    let floor = Floor::open(Limits::default()).await;
    let mut early = floor.device("early").await;
    early.subscribe(&[("state/#", QoS::AtMostOnce)]).await;
    floor.gate.publish("state/box", "old", true);
    floor.gate.publish("state/box", "ok", true);
    floor.gate.publish("state/other", "x", true);
    floor.gate.publish("state/cleared", "x", true);
    floor.gate.publish("state/cleared", "", true);
    floor.gate.publish("state/last", "", true);
    while early.message().await.0 != "state/last" {}
    let mut till = floor.device("till-1").await;
    till.subscribe(&[("state/box", QoS::AtLeastOnce)]).await;
    assert_eq!(till.message().await, ("state/box".into(), "ok".into(), true));
    till.subscribe(&[("receipt/till-1", QoS::AtLeastOnce)]).await;
    assert!(floor.gate.publish("receipt/till-1", "saved", false));
    assert_eq!(till.message().await, ("receipt/till-1".into(), "saved".into(), false));
    assert!(!floor.gate.publish("receipt/till-2", "nobody reads it", false));
    // A later, narrower or wider filter of the same pass filter gets what is retained too.
    till.subscribe(&[("state/#", QoS::AtMostOnce)]).await;
    let mut seen = [till.message().await.0, till.message().await.0];
    seen.sort();
    assert_eq!(seen, ["state/box", "state/other"]);
    floor.gate.publish("state/other", "y", true);
    assert_eq!(till.message().await, ("state/other".into(), "y".into(), false));
}

#[tokio::test]
async fn devices_talk_to_each_other_where_both_may() {
    let floor = Floor::open(Limits::default()).await;
    let (mut a, mut b) = (floor.device("till-1").await, floor.device("till-2").await);
    b.subscribe(&[("talk/#", QoS::AtLeastOnce)]).await;
    a.deliver("talk/door", b"open", 3).await;
    assert_eq!(b.message().await, ("talk/door".into(), "open".into(), false));
    assert!(floor.desk.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_will_is_published_when_the_device_vanishes_and_not_when_it_says_goodbye() {
    let floor = Floor::open(Limits::default()).await;
    let mut watcher = floor.device("watcher").await;
    watcher.subscribe(&[("talk/#", QoS::AtMostOnce)]).await;
    for (n, goodbye) in [true, false].into_iter().enumerate() {
        let mut hello = connect("till-1", PASSWORD);
        hello.last_will = Some(v4::LastWill::new(format!("talk/{n}"), "gone", QoS::AtMostOnce, false));
        let (mut till, _) = Device::greet(floor.at(), hello).await;
        if goodbye {
            till.send(v4::Packet::Disconnect).await;
        }
    }
    assert_eq!(watcher.message().await.0, "talk/1");
}

#[tokio::test]
async fn a_new_connection_takes_over_and_the_old_one_is_closed() {
    let floor = Floor::open(Limits::default()).await;
    let mut old = floor.device("till-1").await;
    old.subscribe(&[("state/#", QoS::AtLeastOnce), ("receipt/till-1", QoS::AtLeastOnce)]).await;
    for _ in 0..50 {
        let mut new = floor.device("till-1").await;
        assert_eq!(old.closed().await, vec![]);
        new.subscribe(&[("state/#", QoS::AtLeastOnce), ("receipt/till-1", QoS::AtLeastOnce)]).await;
        floor.gate.publish("receipt/till-1", "saved", false);
        assert_eq!(new.message().await.1, "saved");
        old = new;
    }
    assert_eq!((floor.counter("ended_takeover"), floor.counter("connected")), (50, 1));
    assert_eq!(floor.counter("router_restarts"), 0);
}

#[tokio::test]
async fn a_removed_login_is_disconnected() {
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    let mut other = floor.device("till-2").await;
    floor.door.gone.lock().unwrap().push("till-1".into());
    assert_eq!(till.closed().await, vec![]);
    other.works().await;
    assert_eq!(floor.counter("ended_login_removed"), 1);
}

#[tokio::test]
async fn the_house_is_full_at_its_limit_and_a_known_device_may_still_take_over() {
    let floor = Floor::open(Limits { connections: 2, ..Limits::default() }).await;
    let _a = floor.device("till-1").await;
    let _b = floor.device("till-2").await;
    let (_, code) = Device::greet(floor.at(), connect("till-3", PASSWORD)).await;
    assert_eq!(code, Code::ServiceUnavailable);
    floor.device("till-1").await.works().await;
}

#[tokio::test]
async fn a_device_that_falls_silent_is_closed_after_one_and_a_half_keepalives() {
    let floor = Floor::open(Limits::default()).await;
    let mut hello = connect("till-1", PASSWORD);
    hello.keep_alive = 1;
    let (mut till, _) = Device::greet(floor.at(), hello).await;
    let start = Instant::now();
    assert_eq!(till.closed().await, vec![]);
    assert!(start.elapsed() >= Duration::from_millis(1400), "{:?}", start.elapsed());
    assert_eq!(floor.counter("ended_silent"), 1);
}

#[tokio::test]
async fn shutdown_ends_every_connection_and_frees_the_ports() {
    let floor = Floor::open(Limits::default()).await;
    let at = floor.at();
    let mut till = floor.device("till-1").await;
    let _idle = tokio::net::TcpStream::connect(at).await.unwrap();
    floor.gate.shutdown().await;
    assert_eq!(till.closed().await, vec![]);
    assert!(tokio::net::TcpStream::connect(at).await.is_err());
}
