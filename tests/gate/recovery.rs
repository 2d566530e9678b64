//! The router dies, and what of it a device notices.

use crate::floor::*;
use outpost::gate::Limits;
use rumqttc::mqttbytes::QoS;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_router_that_dies_is_replaced_within_a_second_with_all_that_was_retained() {
    let floor = Floor::open(Limits::default()).await;
    for n in 0..50 {
        floor.gate.publish(&format!("state/{n}"), format!("{n}"), true);
    }
    floor.gate.publish("state/cleared", "x", true);
    floor.gate.publish("state/cleared", "", true);
    let mut silent = floor.device("silent").await;
    for round in 1..=5 {
        let mut till = floor.device("till-1").await;
        till.subscribe(&[("state/#", QoS::AtLeastOnce)]).await;
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..50 {
            seen.push(till.message().await.0);
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 50);
        let start = Instant::now();
        floor.gate.kill_router();
        till.closed().await;
        floor.reaches("router_restarts", round).await;
        // What was published while no router was there comes with the rest.
        floor.gate.publish("state/0", format!("after {round}"), true);
        let mut again = floor.device("till-1").await;
        again.subscribe(&[("state/0", QoS::AtMostOnce)]).await;
        while again.message().await.1 != format!("after {round}") {}
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        // Who had subscribed nothing was not disturbed.
        silent.works().await;
    }
    assert_eq!(floor.counter("ended_router"), 5, "only who had subscribed at a dead router has to subscribe again");
}

#[tokio::test]
async fn recorded_publishes_go_on_while_the_router_is_dying() {
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    for _ in 0..20 {
        floor.gate.kill_router();
        till.works().await;
    }
    floor.reaches("router_restarts", 1).await;
    till.works().await;
}

#[tokio::test]
async fn many_messages_reach_a_subscriber_in_order_and_without_a_gap() {
    let floor = Floor::open(Limits::default()).await;
    let mut till = floor.device("till-1").await;
    till.subscribe(&[("receipt/till-1", QoS::AtLeastOnce)]).await;
    for n in 0..20_000u32 {
        floor.gate.publish("receipt/till-1", n.to_string(), false);
        // No further ahead than a receipt is of the record it is for.
        if n >= 100 {
            assert_eq!(till.message().await.1, (n - 100).to_string());
        }
    }
    for n in 19_900..20_000u32 {
        assert_eq!(till.message().await.1, n.to_string());
    }
    assert_eq!(floor.counter("ended_slow") + floor.counter("router_restarts"), 0);
}

#[tokio::test]
async fn a_router_that_hangs_is_replaced_though_its_links_hold() {
    let floor = Floor::open(Limits::default()).await;
    // Once another has heard it, it is retained: who subscribes then hears it once.
    let mut other = floor.device("till-2").await;
    other.subscribe(&[("state/#", QoS::AtLeastOnce)]).await;
    floor.gate.publish("state/box", "ok", true);
    other.message().await;
    let mut till = floor.device("till-1").await;
    till.subscribe(&[("state/#", QoS::AtLeastOnce)]).await;
    till.message().await;
    floor.gate.hang_router();
    assert_eq!(till.closed().await, vec![]);
    floor.reaches("router_restarts", 1).await;
    let mut again = floor.device("till-1").await;
    again.subscribe(&[("state/#", QoS::AtLeastOnce)]).await;
    assert_eq!(again.message().await.1, "ok");
}

/// What keeps the router alive is that nothing unchecked reaches it; and a link is needed to reach it.
#[test]
fn rumqttd_is_named_in_one_file_of_the_program() {
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut naming = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path).is_ok_and(|text| text.contains("rumqttd::")) {
                naming.push(path.file_name().unwrap().to_owned());
            }
        }
    }
    assert_eq!(naming, ["router.rs"]);
}
