//! Who is let in, and to what.

use crate::house::{Desk, Office, PASSWORD, try_log_in};
use rig::http::{Heard, request};
use rig::town::House;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

const JSON: &str = "Content-Type: application/json";

#[test]
fn a_login_opens_the_desk_by_a_cookie_that_no_script_reads_and_no_other_site_sends() {
    let office = Office::open("");
    let at = office.at;
    let heard = try_log_in(at, "ani", PASSWORD, &[]);
    let told = heard.well();
    assert_eq!(
        (&told["user"], &told["full_name"], &told["role"]),
        (&json!("ani"), &json!("ani the admin"), &json!("admin"))
    );
    assert!(told["until"].as_str().is_some_and(|until| until.ends_with('Z')), "{told}");
    let cookie = heard.header("set-cookie").unwrap();
    let (token, rest) = cookie.strip_prefix("outpost=").unwrap().split_once(';').unwrap();
    assert!(token.len() >= 43, "256 bits");
    assert_eq!(rest, " HttpOnly; SameSite=Strict; Path=/api; Max-Age=43200");
    assert!(!String::from_utf8_lossy(&heard.body).contains(token));
    let ani = Desk::log_in(at, "ani", PASSWORD);
    let me = ani.ask("/api/me");
    assert_eq!(
        (&me["user"], format!("Outpost-CSRF: {}", me["csrf"].as_str().unwrap())),
        (&json!("ani"), ani.csrf.clone())
    );
    assert_eq!(ani.ask("/api/status")["role"], "office");
    for (user, password) in
        [("ani", "wrong"), ("nobody", PASSWORD), ("Ani", PASSWORD), ("", ""), ("ani", &"x".repeat(1000))]
    {
        let wrong = try_log_in(at, user, password, &[]);
        assert_eq!((wrong.refused(401), wrong.header("set-cookie")), ("password".into(), None), "{user}");
    }
    let file = office.town.office.dir.join("users.toml");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(file).unwrap().contains(PASSWORD));
}

#[test]
fn a_session_that_somebody_brings_along_is_never_the_one_that_is_begun() {
    let office = Office::open("");
    let brought = "Cookie: outpost=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let heard = try_log_in(office.at, "ani", PASSWORD, &[brought]);
    assert!(!heard.header("set-cookie").unwrap().contains("AAAAAAAA"));
    assert_eq!(request(office.at, "GET /api/me", &[brought], b"").refused(401), "Cookie");
    let first = office.log_in("ani");
    let again = try_log_in(office.at, "ani", PASSWORD, &[&first.cookie]);
    assert_eq!(again.status, 200);
    assert_eq!(first.get("/api/me").refused(401), "Cookie", "a login ends the session that it comes with");
    let cookie = format!("Cookie: {}", again.header("set-cookie").unwrap().split(';').next().unwrap());
    let twice = format!("{cookie}; {}", &first.cookie["Cookie: ".len()..]);
    assert_eq!(request(office.at, "GET /api/me", &[&twice], b"").refused(401), "Cookie", "of two nobody knows which");
    assert_eq!(request(office.at, "GET /api/me", &[&cookie], b"").status, 200);
}

#[test]
fn who_logs_out_is_out_and_the_others_stay() {
    let office = Office::open("");
    let (here, there) = (office.log_in("lia"), office.log_in("lia"));
    let left = here.post("/api/logout", &Value::Null);
    assert_eq!((left.status, left.body.len()), (204, 0));
    assert!(
        left.header("set-cookie").is_some_and(|cookie| cookie.starts_with("outpost=;") && cookie.contains("Max-Age=0"))
    );
    assert_eq!(here.get("/api/me").refused(401), "Cookie");
    assert_eq!(there.get("/api/me").status, 200);
}

#[test]
fn a_new_password_is_taken_for_the_old_one_and_ends_the_other_sessions() {
    let office = Office::open("");
    let (here, there) = (office.log_in("wati"), office.log_in("wati"));
    let change = |old: &str, new: &str| here.post("/api/password", &json!({ "old": old, "new": new }));
    assert_eq!(change("wrong", "another battery").refused(403), "old");
    assert_eq!(change(PASSWORD, "too short").refused(422), "new");
    assert_eq!(change(PASSWORD, "another battery").status, 204);
    assert_eq!(here.get("/api/me").status, 200);
    assert_eq!(there.get("/api/me").refused(401), "Cookie");
    assert_eq!(try_log_in(office.at, "wati", PASSWORD, &[]).status, 401);
    assert_eq!(try_log_in(office.at, "wati", "another battery", &[]).status, 200);
}

/// A path of the contract with something in its places.
fn filled(path: &str) -> String {
    let fill = |segment: &str| match segment {
        "{id}" | "{import}" => "01a199c7-0000-7000-8000-000000000001".to_owned(),
        place if place.starts_with('{') => "x".to_owned(),
        word => word.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

#[test]
fn no_path_is_answered_to_whoever_may_not_ask_and_nothing_is_done_without_the_sessions_word() {
    let office = Office::open("");
    let at = office.at;
    let contract = request(at, "GET /api/openapi.json", &[], b"").well();
    let people = [("look", office.log_in("lia")), ("work", office.log_in("wati")), ("admin", office.log_in("ani"))];
    let rank = |role: &str| people.iter().position(|(name, _)| *name == role).unwrap();
    let mut seen = 0;
    for (path, methods) in contract["paths"].as_object().unwrap() {
        for (method, told) in methods.as_object().unwrap() {
            let Some(needed) = told["security"][0]["session"][0].as_str() else {
                let open = ["/api/hello", "/api/openapi.json", "/api/login"];
                assert!(open.contains(&path.as_str()), "{path} is open to anybody");
                continue;
            };
            let line = format!("{} {}", method.to_uppercase(), filled(path));
            let kind = if method == "put" { "Content-Type: application/octet-stream" } else { JSON };
            assert_eq!(request(at, &line, &[kind], b"{}").refused(401), "Cookie", "{line}");
            let stranger = "Cookie: outpost=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            assert_eq!(request(at, &line, &[kind, stranger], b"{}").refused(401), "Cookie", "{line}");
            for (role, desk) in &people[..rank(needed)] {
                let refused = request(at, &line, &[&desk.cookie, &desk.csrf, kind], b"{}");
                assert_eq!(refused.refused(403), Value::Null, "{line} as {role}");
                let rule = refused.json()["error"]["rule"].as_str().unwrap().to_owned();
                assert!(rule.contains(&format!("the role {needed}")), "{line}: {rule}");
            }
            if method != "get" {
                let (_, desk) = &people[rank("admin")];
                let (_, other) = &people[rank("look")];
                let bare = request(at, &line, &[&desk.cookie, kind], b"{}");
                assert_eq!(bare.refused(403), "Outpost-CSRF", "{line}");
                let foreign = request(at, &line, &[&desk.cookie, &other.csrf, kind], b"{}");
                assert_eq!(foreign.refused(403), "Outpost-CSRF", "{line}");
                let form = request(at, &line, &[&desk.cookie, &desk.csrf, "Content-Type: text/plain"], b"{}");
                assert_eq!(form.refused(415), "Content-Type", "{line}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
    let strange = request(at, "GET /api/me", &[&people[2].1.cookie, "Origin: https://evil.example.com"], b"");
    assert_eq!(strange.refused(403), "Origin");
}

#[test]
fn whoever_guesses_is_slowed_down_and_nobody_else_with_the_same_name_is() {
    let office = Office::open("");
    let wrong = |user: &str| try_log_in(office.at, user, "wrong password", &[]);
    for user in ["lia", "nobody"] {
        for _ in 0..5 {
            assert_eq!(wrong(user).refused(401), "password");
        }
        let slowed = wrong(user);
        assert_eq!(slowed.refused(429), "password");
        let after: u64 = slowed.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&after), "{after}");
        assert_eq!(try_log_in(office.at, user, PASSWORD, &[]).status, 429, "the right one is not heard either");
    }
    assert_eq!(try_log_in(office.at, "ani", PASSWORD, &[]).status, 200);
    for n in 10..20 {
        assert_eq!(wrong(&format!("guess-{n}")).refused(401), "password");
    }
    assert_eq!(try_log_in(office.at, "ani", PASSWORD, &[]).status, 429, "twenty close the address");
}

#[test]
fn many_guesses_at_once_are_no_more_than_one_after_the_other() {
    let office = Office::open("");
    let at = office.at;
    let guess = move |n: u32| std::thread::spawn(move || try_log_in(at, "lia", &format!("wrong {n}"), &[]).status);
    let guesses: Vec<_> = (0..12).map(guess).collect();
    let heard: Vec<u16> = guesses.into_iter().map(|guess| guess.join().unwrap()).collect();
    assert_eq!(heard.iter().filter(|status| **status == 401).count(), 5, "{heard:?}");
}

fn user(office: &House, args: &[&str], input: &str) -> String {
    office.command(&[&["office", "user"], args].concat(), input).unwrap()
}

#[test]
fn what_is_changed_at_the_offices_terminal_holds_at_the_next_question() {
    let office = Office::open("");
    let (at, house) = (office.at, &office.town.office);
    let ended = |desk: &Desk| assert_eq!(desk.get("/api/me").refused(401), "Cookie");
    let wati = office.log_in("wati");
    user(house, &["set-role", "wati", "look"], "");
    ended(&wati);
    let wati = office.log_in("wati");
    assert_eq!(wati.ask("/api/me")["role"], "look");
    user(house, &["disable", "wati"], "");
    ended(&wati);
    assert_eq!(try_log_in(at, "wati", PASSWORD, &[]).refused(401), "password");
    user(house, &["enable", "wati"], "");
    let wati = office.log_in("wati");
    user(house, &["password", "wati", "--password-stdin"], "another battery");
    ended(&wati);
    let wati = Desk::log_in(at, "wati", "another battery");
    user(house, &["remove", "wati"], "");
    ended(&wati);
    let told = user(house, &["add", "joko", "--role", "work"], "");
    let made_up = told.lines().find_map(|line| line.trim().strip_prefix("password")).unwrap().trim();
    assert_eq!(Desk::log_in(at, "joko", made_up).ask("/api/me")["full_name"], "joko");
    let listed = user(house, &["list"], "");
    assert!(
        listed.contains("ani") && listed.contains("joko") && !listed.contains("wati") && !listed.contains("argon2")
    );
    let last = house.command(&["office", "user", "disable", "ani"], "").unwrap_err().to_string();
    assert!(last.contains("last admin"), "{last}");
    let short = house.command(&["office", "user", "password", "ani", "--password-stdin"], "short").unwrap_err();
    assert!(short.to_string().contains("10 characters"), "{short}");
}

#[test]
fn a_start_of_the_office_ends_every_session_and_no_user() {
    let mut office = Office::open("");
    let ani = office.log_in("ani");
    office.town.office.stop().unwrap();
    user(&office.town.office, &["add", "joko", "--role", "look", "--password-stdin"], PASSWORD);
    office.town.office.start().unwrap();
    let at: SocketAddr = office.town.office.pages().unwrap();
    assert_eq!(Desk { at, ..ani }.get("/api/me").refused(401), "Cookie");
    assert_eq!(try_log_in(at, "joko", PASSWORD, &[]).status, 200);
}

fn refused_as_a_body(heard: &Heard, field: Value) {
    assert_eq!(heard.refused(400), field);
}

#[test]
fn a_login_is_json_of_two_fields() {
    let office = Office::open("");
    let at = office.at;
    let plain = request(at, "POST /api/login", &["Content-Type: text/plain"], b"{}");
    assert_eq!(plain.refused(415), "Content-Type");
    let with = |body: &str| request(at, "POST /api/login", &[JSON], body.as_bytes());
    refused_as_a_body(&with(r#"{"user": "ani", "password": 7}"#), "password".into());
    refused_as_a_body(&with(r#"{"user": "ani", "password": "x", "role": "admin"}"#), "role".into());
    refused_as_a_body(&with("{"), Value::Null);
    assert_eq!(request(at, "POST /api/login?user=ani", &[JSON], b"{}").refused(400), "user");
}
