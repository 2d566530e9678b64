use super::*;
use std::net::Ipv4Addr;

fn knock(user: &str, password: &str, client_id: &str) -> Knock {
    let [user, password, client_id] = [user, password, client_id].map(str::to_owned);
    Knock { user, password, client_id, from: Ipv4Addr::LOCALHOST.into() }
}

fn logins(path: &Path) -> Logins {
    Logins::open(path, Box::new(|_, kind| (kind == "device").then(Rights::default))).unwrap()
}

fn name(given: &str) -> DeviceId {
    given.parse().unwrap()
}

#[tokio::test]
async fn only_the_right_password_under_the_right_client_id_comes_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logins.toml");
    add(&path, name("till-1"), "device", "correct horse").unwrap();
    add(&path, name("odd"), "stranger", "correct horse").unwrap();
    let logins = logins(&path);
    assert_eq!(logins.check(knock("till-1", "correct horse", "till-1")).await.unwrap().device, name("till-1"));
    assert!(logins.check(knock("till-1", "correct horse", "")).await.is_ok());
    assert_eq!(logins.check(knock("till-1", "correct horsf", "till-1")).await, Err(Denied::BadLogin));
    assert_eq!(logins.check(knock("till-2", "correct horse", "till-2")).await, Err(Denied::BadLogin));
    assert_eq!(logins.check(knock("", "", "x")).await, Err(Denied::BadLogin));
    assert_eq!(logins.check(knock("till-1", "correct horse", "till-2")).await, Err(Denied::BadClientId));
    assert_eq!(logins.check(knock("odd", "correct horse", "odd")).await, Err(Denied::Unavailable));
}

#[tokio::test]
async fn a_device_that_is_known_is_let_in_though_strangers_guess_at_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logins.toml");
    add(&path, name("till-1"), "device", "correct horse").unwrap();
    let logins = logins(&path);
    logins.check(knock("till-1", "correct horse", "")).await.unwrap();
    for _ in 0..crate::gate::throttle::FAILURES_PER_NAME {
        assert_eq!(logins.check(knock("till-1", "wrong guess", "")).await, Err(Denied::BadLogin));
    }
    assert_eq!(logins.check(knock("till-1", "wrong guess", "")).await, Err(Denied::TooMany));
    assert!(logins.check(knock("till-1", "correct horse", "")).await.is_ok());
}

#[tokio::test]
async fn logins_that_are_added_and_removed_count_after_a_refresh() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logins.toml");
    let logins = logins(&path);
    assert_eq!(list(&path).unwrap(), vec![]);
    add(&path, name("till-1"), "device", "correct horse").unwrap();
    assert!(matches!(add(&path, name("till-1"), "device", "correct horse"), Err(LoginsError::Exists(_))));
    logins.refresh();
    let pass = logins.check(knock("till-1", "correct horse", "")).await.unwrap();
    assert!(logins.still_welcome(&pass));
    remove(&path, &name("till-1")).unwrap();
    assert!(matches!(remove(&path, &name("till-1")), Err(LoginsError::Unknown(_))));
    logins.refresh();
    assert!(!logins.still_welcome(&pass));
    assert_eq!(logins.check(knock("till-1", "correct horse", "")).await, Err(Denied::BadLogin));
}

#[tokio::test]
async fn a_damaged_file_keeps_the_logins_that_were_known() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logins.toml");
    add(&path, name("till-1"), "device", "correct horse").unwrap();
    let logins = logins(&path);
    fs::write(&path, "not toml at all [").unwrap();
    logins.refresh();
    assert!(logins.check(knock("till-1", "correct horse", "")).await.is_ok());
    let error = Logins::open(&path, Box::new(|_, _| None)).err().unwrap().to_string();
    assert!(error.contains("logins.toml") && error.contains("correct it"), "{error}");
}

#[test]
fn passwords_are_taken_at_their_limits_and_refused_past_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logins.toml");
    for (n, length) in [MIN_PASSWORD, MAX_PASSWORD].into_iter().enumerate() {
        add(&path, name(&format!("d-{n}")), "device", &"x".repeat(length)).unwrap();
    }
    for length in [0, MIN_PASSWORD - 1, MAX_PASSWORD + 1] {
        let refused = add(&path, name("no"), "device", &"x".repeat(length));
        assert!(matches!(refused, Err(LoginsError::Password)), "{length}");
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("$argon2id$v=19$m=7168,t=5,p=1$"), "{text}");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
