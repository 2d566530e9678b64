//! Paper from the box's printer: a socket that takes what a real one would.

use crate::house::{Shop, id, sale, settings};
use crate::http::post;
use crate::socket::Tablet;
use serde_json::{Value, json};
use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;

/// What each connection to the printer brought.
fn printer() -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (at, (told, papers)) = (listener.local_addr().unwrap(), mpsc::channel());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut paper = Vec::new();
            socket.unwrap().read_to_end(&mut paper).unwrap();
            if told.send(paper).is_err() {
                return;
            }
        }
    });
    (at.to_string(), papers)
}

fn paper(n: u32, lines: Value) -> Value {
    json!({"id": id(n), "width_mm": 58, "lines": lines})
}

#[test]
fn a_paper_is_printed_with_the_boxs_own_word_at_its_foot() {
    let mut shop = Shop::open(&[]);
    let lines = json!([{"left": "Tailor Works", "strong": true, "center": true}, {"left": "2 Nos × Rp 1.000", "right": "Rp 2.000"}]);
    Tablet::log_on(shop.at, "till").submit("sales-invoice", &sale(1, 2, None));
    let none = post(shop.at, "/api/print", &paper(1, lines.clone()));
    none.refused(409);

    let (at, papers) = printer();
    shop.set(&format!("printer = \"{at}\""));
    // Its number stays that of the paper before, though the office has chosen another since.
    shop.open_again(100, &[settings("BD2")], &[]);
    let heard = post(shop.at, "/api/print", &paper(1, lines.clone()));
    assert_eq!((heard.status, heard.json()), (200, json!({"lines": 4})), "{heard:?}");
    let paper_1 = String::from_utf8(papers.recv().unwrap()).unwrap();
    assert!(paper_1.starts_with("\u{1b}@\u{1b}t\u{13}\u{1b}E\u{1}          Tailor Works\n"), "{paper_1:?}");
    assert!(paper_1.contains("2 Nos x Rp 1.000        Rp 2.000\n"), "{paper_1:?}");
    // Number and total are the box's own, as is the record with its hash.
    assert!(paper_1.contains("BDG-SI-A000001              2000\n"), "{paper_1:?}");
    assert!(paper_1.ends_with("\n\n\n\n\u{1d}VB\0"), "{paper_1:?}");

    assert_eq!(post(shop.at, "/api/print", &paper(2, lines.clone())).refused(404), "id");
    let wide = json!({"id": id(1), "width_mm": 70, "lines": lines});
    assert_eq!(post(shop.at, "/api/print", &wide).refused(400), "width_mm");
    for (count, length, taken) in [(500, 200, true), (501, 1, false), (1, 201, false)] {
        let lines = Value::Array(vec![json!({"left": "x".repeat(length)}); count]);
        // What is too much for a body is refused before it is read.
        let lines =
            if count * length > 60_000 { Value::Array(vec![json!({"left": "x".repeat(100)}); count]) } else { lines };
        let heard = post(shop.at, "/api/print", &paper(1, lines));
        match taken {
            true => assert_eq!(heard.status, 200, "{heard:?}"),
            false => assert_eq!(heard.refused(400), "lines"),
        }
    }

    shop.set("printer = \"/nowhere/lp0\"");
    let said = post(shop.at, "/api/print", &paper(1, json!([])));
    said.refused(409);
    assert!(!said.json().to_string().contains("nowhere"), "{said:?}");
}
