//! Names: what is written is read again, and nothing else is.

use super::*;
use proptest::prelude::*;

fn contents() -> impl Strategy<Value = Content> {
    let position = (any::<u128>(), 1..=Seq::MAX.0).prop_map(|(epoch, seq)| at(epoch, seq));
    let within = (any::<u128>(), 1..=Seq::MAX.0, 1..=Seq::MAX.0)
        .prop_map(|(epoch, a, b)| Extent { first: at(epoch, a.min(b)), last: at(epoch, a.max(b)) });
    let extent = (position.clone(), position).prop_map(|(first, last)| Extent { first, last });
    prop_oneof![
        extent.prop_filter_map("in one epoch, backwards", |extent| {
            let parcel = Content::Parcel(extent);
            parcel.is_sound().then_some(parcel)
        }),
        within.prop_map(Content::Parcel),
        any::<u32>().prop_map(Content::Word),
        Just(Content::Key),
        Just(Content::Refusal),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_name_is_read_as_it_was_written_in_any_case(content in contents(), digest in any::<[u8; 4]>()) {
        let name = Name { content, digest };
        let text = name.to_string();
        prop_assert!(text.len() <= LONGEST_NAME, "{}", text);
        prop_assert!(text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')), "{}", text);
        prop_assert_eq!(Name::parse(text.as_ref()), Some(name));
        prop_assert_eq!(Name::parse(text.to_ascii_uppercase().as_ref()), Some(name));
    }

    #[test]
    fn nothing_is_read_as_a_name_that_is_not_written_so(
        content in contents(),
        place in any::<proptest::sample::Index>(),
        other in any::<char>(),
        how in 0..3,
    ) {
        let mut text: Vec<char> = Name { content, digest: [1; 4] }.to_string().chars().collect();
        let place = place.index(text.len());
        match how {
            0 => text[place] = other,
            1 => text.insert(place, other),
            _ => drop(text.remove(place)),
        }
        let text: String = text.into_iter().collect();
        if let Some(name) = Name::parse(text.as_ref()) {
            prop_assert_eq!(name.to_string(), text.to_ascii_lowercase());
        }
    }

    #[test]
    fn names_of_parcels_sort_as_their_records_do(a in contents(), b in contents()) {
        let (a, b) = (Name { content: a, digest: [0; 4] }, Name { content: b, digest: [0; 4] });
        if matches!((a.content, b.content), (Content::Parcel(_), Content::Parcel(_))) {
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}

#[test]
fn the_names_are_these() {
    let extent = Extent { first: at(0x0192_a5b0_0000_7000_8000_0000_0000_0001, 1), last: at(u128::MAX, Seq::MAX.0) };
    let of = |content| Name { content, digest: [0xde, 0xad, 0, 1] }.to_string();
    let parcel = of(Content::Parcel(extent));
    assert_eq!(
        parcel,
        "0192a5b0000070008000000000000001-000000000000001_ffffffffffffffffffffffffffffffff-281474976710655_dead0001.op"
    );
    assert_eq!(parcel.len(), LONGEST_NAME);
    assert_eq!(of(Content::Word(42)), "word_0000000042_dead0001.op");
    assert_eq!(of(Content::Key), "key_dead0001.op");
    assert_eq!(of(Content::Refusal), "refusal_dead0001.op");
}

#[test]
fn hostile_names_are_none_of_ours() {
    let (e, f) = ("0".repeat(32), "f".repeat(32));
    let beside = [
        format!("{e}-000000000000000_{e}-000000000000001_dead0001.op"),
        format!("{e}-000000000000002_{e}-000000000000001_dead0001.op"),
        format!("{e}-000000000000001_{f}-281474976710656_dead0001.op"),
        format!("{e}-+00000000000001_{e}-000000000000001_dead0001.op"),
        format!("+{}-000000000000001_{e}-000000000000001_dead0001.op", &e[1..]),
        format!("{e}-00000000000001_{e}-000000000000001_dead0001.op"),
        format!("{e}-000000000000001_{e}-000000000000001_dead0001.op.new"),
        format!("copy of {e}-000000000000001_{e}-000000000000001_dead0001.op"),
        format!("{e}-000000000000001_{e}-000000000000001_dead0001 (2).op"),
        format!("{e}-000000000000001_{e}-000000000000001.op"),
    ];
    let short = [
        "",
        ".op",
        "_.op",
        "key.op",
        "key_dead001.op",
        "key_dead00010.op",
        "key_+ead0001.op",
        "key_dead0001",
        "key_1_dead0001.op",
        "word_dead0001.op",
        "word_4294967296_dead0001.op",
        "word_000000001_dead0001.op",
        "word_-000000001_dead0001.op",
        "kEy_dead0001.op\0",
        "../key_dead0001.op",
        "key_dead0001.op/",
        " key_dead0001.op",
        "\u{212a}ey_dead0001.op",
        "key_dead०001.op",
    ];
    for name in beside.iter().map(String::as_str).chain(short) {
        assert_eq!(Name::parse(name.as_ref()), None, "{name:?}");
    }
    use std::os::unix::ffi::OsStrExt;
    assert_eq!(Name::parse(OsStr::from_bytes(b"key_dead0001\xff.op")), None);
    assert_eq!(Name::parse("k".repeat(1_000_000).as_ref()), None);
}
