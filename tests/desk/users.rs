//! Users as an admin keeps them at the desk, and the audit of what was done there.

use crate::house::{Desk, Office, PASSWORD, try_log_in};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

#[test]
fn an_admin_lets_people_in_and_out_and_one_admin_stays() {
    let office = Office::open("");
    let (at, ani) = (office.at, office.log_in("ani"));
    let names =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect::<Vec<_>>();
    let all = ani.ask("/api/users");
    assert_eq!(names(&all), ["ani", "lia", "wati"]);
    assert!(all["items"][0]["last_login"].is_string() && all["items"][1]["last_login"].is_null(), "{all}");
    assert!(!all.to_string().contains("argon2"));
    let page = ani.ask("/api/users?limit=2");
    assert_eq!(names(&ani.ask(&format!("/api/users?limit=2&after={}", page["next"].as_str().unwrap()))), ["wati"]);

    let added = ani.post("/api/users", &json!({ "name": "joko", "full_name": "Joko S", "role": "look" }));
    assert_eq!(added.status, 201);
    let password = added.json()["password"].as_str().unwrap().to_owned();
    let joko = Desk::log_in(at, "joko", &password);
    assert_eq!(ani.post("/api/users", &json!({ "name": "joko", "role": "look" })).refused(409), "name");
    assert_eq!(ani.post("/api/users", &json!({ "name": "Joko", "role": "look" })).refused(400), "name");
    assert_eq!(ani.post("/api/users", &json!({ "name": "x", "role": "king" })).refused(400), "role");
    assert_eq!(
        ani.post("/api/users", &json!({ "name": "x", "role": "look", "full_name": " " })).refused(422),
        "full_name"
    );

    let change = |name: &str, body: Value| ani.send("PATCH", &format!("/api/users/{name}"), &body);
    assert_eq!(change("joko", json!({ "full_name": "Joko Susilo" })).well()["full_name"], "Joko Susilo");
    assert_eq!(joko.get("/api/me").status, 200, "a name ends no session");
    assert_eq!(change("joko", json!({ "role": "work" })).well()["role"], "work");
    assert_eq!(joko.get("/api/me").refused(401), "Cookie");
    let anew = change("joko", json!({ "new_password": true })).well();
    assert_eq!(try_log_in(at, "joko", &password, &[]).status, 401);
    let joko = Desk::log_in(at, "joko", anew["password"].as_str().unwrap());
    assert_eq!(change("joko", json!({ "disabled": true })).well()["disabled"], true);
    assert_eq!(joko.get("/api/me").refused(401), "Cookie");
    assert_eq!(change("nobody", json!({})).refused(404), "name");

    for body in [json!({ "role": "work" }), json!({ "disabled": true })] {
        assert_eq!(change("ani", body).refused(409), "name");
    }
    assert_eq!(ani.send("DELETE", "/api/users/ani", &Value::Null).refused(409), "name");
    assert_eq!(ani.send("DELETE", "/api/users/joko", &Value::Null).status, 204);
    assert_eq!(ani.send("DELETE", "/api/users/joko", &Value::Null).refused(404), "name");
    change("wati", json!({ "role": "admin" })).well();
    assert_eq!(ani.send("DELETE", "/api/users/ani", &Value::Null).status, 204, "there is another one now");
    assert_eq!(ani.get("/api/me").refused(401), "Cookie");
}

#[test]
fn what_is_done_is_written_down_with_who_did_it_and_without_secrets() {
    let office = Office::open("");
    try_log_in(office.at, "lia", "a wrong password", &[]);
    try_log_in(office.at, "my secret typed too early", "x", &[]);
    let (ani, wati) = (office.log_in("ani"), office.log_in("wati"));
    wati.post("/api/password", &json!({ "old": PASSWORD, "new": "another battery" })).well();
    wati.post("/api/users", &json!({ "name": "joko", "role": "admin" })).refused(403);
    let made_up = ani.post("/api/users", &json!({ "name": "joko", "role": "look", "full_name": "Joko" })).well();
    ani.send("PATCH", "/api/users/joko", &json!({ "disabled": true })).well();
    ani.ask("/api/status");
    let audit = ani.ask("/api/audit");
    let lines: Vec<Value> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            assert!(
                line["at"].as_str().is_some_and(|at| at.ends_with('Z')) && line["address"] == "127.0.0.1",
                "{line}"
            );
            json!([line["user"], line["act"], line["what"], line["outcome"]])
        })
        .collect();
    let wanted = [
        json!(["ani", "PATCH /api/users/{name}", { "name": "joko", "disabled": true }, 200]),
        json!(["ani", "POST /api/users", { "name": "joko", "role": "look" }, 201]),
        json!(["wati", "POST /api/users", { "name": "joko", "role": "admin" }, 403]),
        json!(["wati", "POST /api/password", {}, 204]),
        json!(["wati", "POST /api/login", {}, 200]),
        json!(["ani", "POST /api/login", {}, 200]),
        json!(["?", "POST /api/login", {}, 401]),
        json!(["lia", "POST /api/login", {}, 401]),
    ];
    assert_eq!(lines, wanted);
    let of = |query: &str| ani.ask(&format!("/api/audit?{query}"));
    assert_eq!(of("user=wati")["items"].as_array().unwrap().len(), 3);
    let page = of("limit=3");
    let next = of(&format!("limit=3&after={}", page["next"].as_str().unwrap()));
    assert_eq!(next["items"][0], audit["items"][3]);
    assert_eq!(of("to=2020-01-01")["items"], json!([]));
    assert_eq!(of("from=2020-01-01&to=2200-01-01")["items"].as_array().unwrap().len(), 8);
    assert_eq!(ani.get("/api/audit?after=x").refused(410), "after");
    assert_eq!(ani.get("/api/audit?user=Ani").refused(400), "user");
    let file = office.town.office.dir.join("audit.jsonl");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(file).unwrap();
    for secret in [PASSWORD, "a wrong password", "another battery", "my secret", made_up["password"].as_str().unwrap()]
    {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn the_audit_outlives_the_office() {
    let mut office = Office::open("");
    office.log_in("ani");
    office.town.office.kill9().unwrap();
    office.town.office.start().unwrap();
    let ani = Desk::log_in(office.town.office.pages().unwrap(), "ani", PASSWORD);
    assert_eq!(ani.ask("/api/audit")["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_command_ends_quietly_where_nobody_reads_what_it_prints() {
    let office = Office::open("");
    let dir = office.town.office.dir.clone();
    office.town.office.command(&["enrol", "solo"], "").unwrap();
    for args in [
        &["office", "user", "list"][..],
        &["status", "--json"],
        &["export", "--kind", "sales-invoice", "--from", "2026-01-01", "--to", "2026-01-02"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(crate::EXE);
        let output = command.args(args).arg("--dir").arg(&dir).stdout(writer).output().unwrap();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*complained), (Some(141), ""), "{args:?}");
    }
}
