use super::*;
use proptest::prelude::*;

const LIMITS: FrameLimits = FrameLimits { publish: 1000, connect: 500, subscribe: 500 };

fn bytes(of: &[u8]) -> BytesMut {
    BytesMut::from(of)
}

fn connect_bytes() -> BytesMut {
    let mut connect = v4::Connect::new("till-1");
    connect.set_login("till-1", "secret");
    connect.last_will = Some(v4::LastWill::new("state/x", "gone", four::QoS::AtMostOnce, true));
    let mut out = BytesMut::new();
    connect.write(&mut out).unwrap();
    out
}

#[test]
fn a_connect_is_read_whole_or_not_at_all() {
    let whole = connect_bytes();
    for cut in 0..whole.len() {
        let mut part = bytes(&whole[..cut]);
        assert_eq!(greeting(&mut part, &LIMITS), Ok(None), "{cut}");
        assert_eq!(part.len(), cut, "nothing is consumed");
    }
    let Ok(Some(Greeting::Connect(connect))) = greeting(&mut whole.clone(), &LIMITS) else { panic!() };
    assert_eq!((connect.user.as_str(), connect.password.as_str()), ("till-1", "secret"));
    assert!(connect.will.is_some() && connect.version == Version::Four);
}

#[test]
fn an_old_or_foreign_protocol_gets_its_own_refusal() {
    let old = [0x10, 12, 0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, 2, 0, 60];
    assert_eq!(greeting(&mut bytes(&old), &LIMITS), Ok(Some(Greeting::Foreign(UNACCEPTABLE_VERSION))));
    let newer = [0x10, 10, 0, 4, b'M', b'Q', b'T', b'T', 6, 2, 0, 60];
    assert_eq!(greeting(&mut bytes(&newer), &LIMITS), Ok(Some(Greeting::Foreign(UNSUPPORTED_VERSION))));
    assert!(greeting(&mut bytes(b"GET / HTTP/1.1\r\n"), &LIMITS).is_err());
    let reserved = [0x10, 12, 0, 4, b'M', b'Q', b'T', b'T', 4, 3, 0, 60, 0, 0];
    assert!(greeting(&mut bytes(&reserved), &LIMITS).is_err());
}

#[test]
fn a_frame_is_taken_at_its_limit_and_refused_one_past_it() {
    let publish = |payload: usize| {
        let mut out = BytesMut::new();
        write_publish(&mut out, Version::Four, "a", &vec![0; payload], 1, false);
        out
    };
    let overhead = 2 + 1 + 2;
    let most = LIMITS.publish + PUBLISH_EXTRA - overhead;
    assert!(matches!(packet(&mut publish(most), Version::Four, &LIMITS), Ok(Some(_))));
    assert!(matches!(packet(&mut publish(most + 1), Version::Four, &LIMITS), Err(Broken::TooLarge(_))));
    // The length alone decides: no byte of the body has to arrive for the refusal.
    let lie = [0x30, 0xff, 0xff, 0xff, 0x7f];
    assert!(matches!(packet(&mut bytes(&lie), Version::Four, &LIMITS), Err(Broken::TooLarge(_))));
    assert_eq!(
        packet(&mut bytes(&[0x30, 0xff, 0xff, 0xff, 0xff, 1]), Version::Four, &LIMITS),
        Err(Broken::Malformed("length"))
    );
}

#[test]
fn a_publish_reads_back_as_written_in_both_versions() {
    for version in [Version::Four, Version::Five] {
        let mut out = BytesMut::new();
        write_publish(&mut out, version, "tx/a/x", b"payload", 513, true);
        let size = out.len();
        let Ok(Some((Packet::Publish(publish), read))) = packet(&mut out, version, &LIMITS) else { panic!() };
        assert_eq!((publish.topic.as_str(), &publish.payload[..], publish.packet_id), ("tx/a/x", &b"payload"[..], 513));
        assert_eq!((publish.qos, publish.retain, publish.dup, read), (Qos::AtLeastOnce, true, false, size));
    }
}

#[test]
fn our_answers_are_what_the_other_codec_reads() {
    let mut out = BytesMut::new();
    connack(&mut out, Version::Five, Welcome::Accepted, 64, 1 << 18, Some("till-1"));
    puback(&mut out, Version::Five, 7, 0x99);
    suback(&mut out, Version::Five, 8, &[1, 0x87]);
    unsuback(&mut out, Version::Five, 9, &[0]);
    disconnect(&mut out, Version::Five, 0x8e);
    let mut read = || v5::Packet::read(&mut out, None).unwrap();
    let v5::Packet::ConnAck(ack) = read() else { panic!() };
    let properties = ack.properties.unwrap();
    assert_eq!(properties.receive_max, Some(64));
    assert_eq!(properties.assigned_client_identifier.as_deref(), Some("till-1"));
    assert_eq!((properties.topic_alias_max, properties.max_qos), (Some(0), Some(1)));
    let v5::Packet::PubAck(ack) = read() else { panic!() };
    assert_eq!((ack.pkid, ack.reason), (7, v5::PubAckReason::PayloadFormatInvalid));
    let v5::Packet::SubAck(ack) = read() else { panic!() };
    assert_eq!((ack.pkid, ack.return_codes.len()), (8, 2));
    let v5::Packet::UnsubAck(ack) = read() else { panic!() };
    assert_eq!(ack.pkid, 9);
    let v5::Packet::Disconnect(end) = read() else { panic!() };
    assert_eq!(end.reason_code, v5::DisconnectReasonCode::SessionTakenOver);
}

#[test]
fn packets_that_no_device_sends_are_refused_unread() {
    for kind in [0u8, 2, 5, 6, 7, 9, 11, 13, 15] {
        let given = [kind << 4, 0x7f];
        assert_eq!(packet(&mut bytes(&given), Version::Four, &LIMITS), Err(Broken::Unexpected(kind)));
    }
    assert_eq!(packet(&mut bytes(&[0x80, 5, 0, 1, 0, 0, 0]), Version::Four, &LIMITS), Err(Broken::Malformed("flags")));
    assert_eq!(
        packet(&mut bytes(&[0x36, 5, 0, 1, b'a', 0, 1]), Version::Four, &LIMITS),
        Err(Broken::Malformed("flags"))
    );
    assert!(packet(&mut bytes(&[0x32, 5, 0, 1, b'a', 0, 0]), Version::Four, &LIMITS).is_err(), "packet id 0");
    assert!(packet(&mut bytes(&[0x82, 2, 0, 1]), Version::Four, &LIMITS).is_err(), "no filter");
    assert!(packet(&mut bytes(&[0xa2, 2, 0, 1]), Version::Four, &LIMITS).is_err(), "no filter");
    assert_eq!(packet(&mut bytes(&[0xe0, 0]), Version::Five, &LIMITS), Ok(Some((Packet::Disconnect(true), 2))));
    assert_eq!(packet(&mut bytes(&[0xe0, 1, 4]), Version::Five, &LIMITS), Ok(Some((Packet::Disconnect(false), 3))));
}

/// Reads until nothing more comes; any panic or endless loop in the codec fails the test.
fn swallow(mut stream: BytesMut, version: Version) {
    crate::gate::read_packets(&stream, version == Version::Five);
    while let Ok(Some(_)) = packet(&mut stream, version, &LIMITS) {}
    // A large PUBLISH is read by its head; that must hold for whatever is left, too.
    let _ = crate::gate::oversized::Oversized::begin(&mut stream);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn garbage_never_panics(given in prop::collection::vec(any::<u8>(), 0..200)) {
        swallow(bytes(&given), Version::Four);
        swallow(bytes(&given), Version::Five);
    }

    #[test]
    fn garbage_in_a_whole_frame_never_panics(
        first in prop::sample::select(vec![0x10u8, 0x30, 0x32, 0x40, 0x82, 0xa2, 0xc0, 0xe0]),
        body in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut whole = vec![first, body.len() as u8];
        whole.extend(&body);
        swallow(bytes(&whole), Version::Four);
        swallow(bytes(&whole), Version::Five);
        let mut named = vec![0x10, 7 + body.len() as u8, 0, 4, b'M', b'Q', b'T', b'T', 4];
        named.extend(&body);
        let _ = greeting(&mut bytes(&named), &LIMITS);
        named[8] = 5;
        let _ = greeting(&mut bytes(&named), &LIMITS);
    }

    #[test]
    fn a_damaged_packet_never_panics(at in 0usize..60, with in any::<u8>()) {
        let mut connect = connect_bytes();
        let at = at % connect.len();
        connect[at] = with;
        swallow(connect, Version::Four);
    }
}
