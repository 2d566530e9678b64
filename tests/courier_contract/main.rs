//! What the contract of a courier says, held against every implementation: memory, Mosquitto, Mosquitto with TLS.

mod broker;
mod over_mqtt;
mod relay;
mod road;
mod scripted;
mod trust;

use outpost::courier::{MAX_ENVELOPE, Purpose, Refused};
use outpost::domain::id::SiteId;
use road::{End, QUEUES, Road, site};

async fn all_up(road: &mut Road) -> (End, End, End) {
    let mut ends = (road.end("office"), road.end("delhi"), road.end("pune"));
    road.up();
    ends.0.connected().await;
    ends.1.connected().await;
    ends.2.connected().await;
    ends
}

async fn an_envelope_arrives_unchanged_in_both_directions_with_its_purpose(mut road: Road) {
    let (mut office, mut delhi, _pune) = all_up(&mut road).await;
    let every_byte: Vec<u8> = (0..=255).collect();
    for (purpose, envelope) in [(Purpose::Records, every_byte.clone()), (Purpose::Enrol, vec![])] {
        delhi.courier.send(&SiteId::office(), purpose, envelope.clone()).expect("taken");
        road.carry();
        assert_eq!(office.envelope().await, (Some(site("delhi")), purpose, envelope));
    }
    office.courier.send(&site("delhi"), Purpose::Records, every_byte.clone()).expect("taken");
    road.carry();
    assert_eq!(delhi.envelope().await, (Some(SiteId::office()), Purpose::Records, every_byte));
}

async fn an_envelope_comes_to_nobody_but_the_site_named(mut road: Road) {
    let (office, mut delhi, mut pune) = all_up(&mut road).await;
    office.courier.send(&site("delhi"), Purpose::Records, b"for delhi".to_vec()).expect("taken");
    road.carry();
    assert_eq!(delhi.envelope().await.2, b"for delhi");
    office.courier.send(&site("pune"), Purpose::Records, b"for pune".to_vec()).expect("taken");
    road.carry();
    assert_eq!(pune.envelope().await.2, b"for pune");
    assert_eq!(delhi.arrivals.try_next(), None);
}

async fn the_longest_envelope_arrives_and_one_byte_more_is_refused(mut road: Road) {
    let (mut office, delhi, _pune) = all_up(&mut road).await;
    let longest: Vec<u8> = (0..MAX_ENVELOPE).map(|n| ((n * 31) >> 3) as u8).collect();
    let mut too_long = longest.clone();
    too_long.push(0);
    let refused = delhi.courier.send(&SiteId::office(), Purpose::Records, too_long);
    assert_eq!(refused, Err(Refused::TooLarge { len: MAX_ENVELOPE + 1 }));
    delhi.courier.send(&SiteId::office(), Purpose::Records, longest.clone()).expect("taken");
    road.carry();
    assert!(office.envelope().await.2 == longest, "the longest envelope was changed");
}

async fn where_no_road_leads_is_refused(mut road: Road) {
    let (office, delhi, _pune) = all_up(&mut road).await;
    let ways = [
        (&delhi, site("pune"), Purpose::Records),
        (&delhi, site("delhi"), Purpose::Enrol),
        (&office, SiteId::office(), Purpose::Records),
        (&office, site("delhi"), Purpose::Enrol),
    ];
    for (end, to, purpose) in ways {
        let refused = end.courier.send(&to, purpose, vec![1]);
        assert_eq!(refused, Err(Refused::NoSuchRoad { to, purpose }));
    }
}

async fn a_line_that_is_down_refuses_and_comes_back_by_itself(mut road: Road) {
    let mut office = road.end("office");
    let mut delhi = road.end("delhi");
    assert_eq!(delhi.courier.send(&SiteId::office(), Purpose::Records, vec![1]), Err(Refused::NotConnected));
    for round in 0..3u8 {
        road.up();
        office.connected().await;
        delhi.connected().await;
        delhi.courier.send(&SiteId::office(), Purpose::Records, vec![round]).expect("taken");
        road.carry();
        assert_eq!(office.envelope().await.2, [round]);
        road.down();
        office.disconnected().await;
        delhi.disconnected().await;
        assert_eq!(delhi.courier.send(&SiteId::office(), Purpose::Records, vec![1]), Err(Refused::NotConnected));
    }
}

async fn a_full_queue_refuses_the_newest_and_has_room_again_later(mut road: Road) {
    let (mut office, delhi, _pune) = all_up(&mut road).await;
    // Nothing here awaits, and the runtime has one thread: the courier's task gets no turn to send.
    let mut taken = 0u32;
    let refused = loop {
        match delhi.courier.send(&SiteId::office(), Purpose::Records, taken.to_be_bytes().to_vec()) {
            Ok(()) => taken += 1,
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused, Refused::QueueFull);
    assert!((QUEUES.out_envelopes..QUEUES.out_envelopes + 8).contains(&(taken as usize)), "{taken} were taken");
    road.carry();
    let mut seen = Vec::new();
    for _ in 0..taken {
        let bytes = office.envelope().await.2;
        seen.push(u32::from_be_bytes(bytes.try_into().expect("four bytes")));
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..taken).collect::<Vec<_>>(), "every one that was taken arrived on this good line");
    delhi.courier.send(&SiteId::office(), Purpose::Records, vec![9]).expect("there is room again");
}

async fn a_queue_full_of_bytes_refuses_though_the_count_is_small(mut road: Road) {
    let (_office, delhi, _pune) = all_up(&mut road).await;
    let mut taken = 0;
    while delhi.courier.send(&SiteId::office(), Purpose::Records, vec![7; MAX_ENVELOPE]).is_ok() {
        taken += 1;
    }
    assert!((3..=4).contains(&taken), "{taken} MiB were taken");
}

macro_rules! contract {
    ($($fact:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $fact() { super::$fact(super::Road::memory()).await })*
        }
        mod mosquitto {
            $(#[tokio::test] async fn $fact() { super::$fact(super::Road::mosquitto()).await })*
        }
        mod mosquitto_with_tls {
            $(#[tokio::test] async fn $fact() { super::$fact(super::Road::mosquitto_tls()).await })*
        }
    };
}

contract! {
    an_envelope_arrives_unchanged_in_both_directions_with_its_purpose,
    an_envelope_comes_to_nobody_but_the_site_named,
    the_longest_envelope_arrives_and_one_byte_more_is_refused,
    where_no_road_leads_is_refused,
    a_line_that_is_down_refuses_and_comes_back_by_itself,
    a_full_queue_refuses_the_newest_and_has_room_again_later,
    a_queue_full_of_bytes_refuses_though_the_count_is_small,
}

/// Each proof fails when what it proves does not hold.
mod sabotage {
    use super::road::{Breach, Road};
    use outpost::courier::memory::MemoryRoads;

    fn broken(breach: Breach) -> Road {
        Road::Broken(MemoryRoads::new(), breach)
    }

    #[tokio::test]
    #[should_panic]
    async fn an_envelope_that_lost_a_byte_is_noticed() {
        let road = broken(Breach::LosesTheLastByte);
        super::an_envelope_arrives_unchanged_in_both_directions_with_its_purpose(road).await;
    }

    #[tokio::test]
    #[should_panic]
    async fn a_courier_that_takes_what_is_too_long_is_noticed() {
        super::the_longest_envelope_arrives_and_one_byte_more_is_refused(broken(Breach::TakesWhatIsTooLong)).await;
    }

    #[tokio::test]
    #[should_panic]
    async fn a_courier_that_tells_others_too_is_noticed() {
        super::an_envelope_comes_to_nobody_but_the_site_named(broken(Breach::TellsOthersToo)).await;
    }

    #[tokio::test]
    #[should_panic]
    async fn a_courier_that_takes_while_the_line_is_down_is_noticed() {
        super::a_line_that_is_down_refuses_and_comes_back_by_itself(broken(Breach::TakesWhileTheLineIsDown)).await;
    }
}
