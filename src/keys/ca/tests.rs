use super::*;
use std::os::unix::fs::PermissionsExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::HandshakeKind;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// 2026-12-01.
const NOW: u64 = 1_796_083_200;

fn at(now: u64) -> BelievedTime {
    Arc::new(move || now)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).into()).collect()
}

/// One handshake in memory, a byte each way; what kind it was, as the server sees it.
async fn shake(server: &Arc<ServerConfig>, client: &Arc<ClientConfig>, name: &str) -> io::Result<HandshakeKind> {
    let (here, there) = tokio::io::duplex(64 * 1024);
    let accept = async {
        let mut line = TlsAcceptor::from(server.clone()).accept(there).await?;
        line.write_all(b"x").await?;
        line.flush().await?;
        let _ = line.read(&mut [0]).await?;
        Ok::<_, io::Error>(line.get_ref().1.handshake_kind().expect("a handshake is over"))
    };
    let connect = async {
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let mut line = TlsConnector::from(client.clone()).connect(name, here).await?;
        line.read_exact(&mut [0]).await?;
        line.shutdown().await
    };
    let (kind, connected) = tokio::join!(accept, connect);
    connected?;
    kind
}

#[tokio::test]
async fn a_box_trusts_every_name_of_the_certificate_and_no_other() {
    let ca = Ca::make().expect("made");
    let server = ca.issue(&names(&["office.example", "10.0.0.1", "fd00::1"])).expect("issued");
    let server = server.server_config().expect("usable");
    let client = client_config(ca.cert_pem(), at(NOW)).expect("usable");
    for name in ["office.example", "10.0.0.1", "fd00::1"] {
        shake(&server, &client, name).await.expect(name);
    }
    for name in ["thief.example", "10.0.0.2", "x.office.example"] {
        assert!(shake(&server, &client, name).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn another_offices_ca_is_not_trusted() {
    let (ours, theirs) = (Ca::make().expect("made"), Ca::make().expect("made"));
    let server = theirs.issue(&names(&["office.example"])).expect("issued").server_config().expect("usable");
    let client = client_config(ours.cert_pem(), at(NOW)).expect("usable");
    assert!(shake(&server, &client, "office.example").await.is_err());
}

#[tokio::test]
async fn it_is_the_believed_time_that_counts_and_any_from_2024_to_2043_will_do() {
    let ca = Ca::make().expect("made");
    let server = ca.issue(&names(&["office.example"])).expect("issued").server_config().expect("usable");
    let first = 1_704_067_200; // 2024-01-01
    let end = 2_335_219_200; // 2044-01-01
    for (now, trusted) in [(first, true), (end - 1, true), (first - 1, false), (end + 1, false), (0, false)] {
        let client = client_config(ca.cert_pem(), at(now)).expect("usable");
        assert_eq!(shake(&server, &client, "office.example").await.is_ok(), trusted, "{now}");
    }
}

#[tokio::test]
async fn the_second_handshake_is_resumed_with_one_configuration_and_not_with_a_fresh_one() {
    let ca = Ca::make().expect("made");
    let server = ca.issue(&names(&["office.example"])).expect("issued").server_config().expect("usable");
    let kept = client_config(ca.cert_pem(), at(NOW)).expect("usable");
    let kind = async |client: &Arc<ClientConfig>| shake(&server, client, "office.example").await.expect("shaken");
    assert_eq!(kind(&kept).await, HandshakeKind::Full);
    for _ in 0..3 {
        assert_eq!(kind(&kept).await, HandshakeKind::Resumed);
    }
    // The sabotage: a configuration made anew for each connection knows no ticket.
    let fresh = client_config(ca.cert_pem(), at(NOW)).expect("usable");
    assert_eq!(kind(&fresh).await, HandshakeKind::Full);
}

#[tokio::test]
async fn a_ca_read_back_issues_what_its_boxes_trust_and_its_keys_are_private() {
    let dir = tempfile::tempdir().expect("a directory");
    let made = Ca::create(dir.path()).expect("created");
    assert!(matches!(Ca::create(dir.path()), Err(CaError::Exists { .. })));
    let client = client_config(made.cert_pem(), at(NOW)).expect("usable");
    drop(made);
    let again = Ca::load(dir.path()).expect("loaded");
    again.issue(&names(&["office.example"])).expect("issued").store(dir.path()).expect("stored");
    let server = ServerCert::load(dir.path()).expect("loaded").server_config().expect("usable");
    shake(&server, &client, "office.example").await.expect("trusted");
    for key in [CA_KEY, SERVER_KEY] {
        let path = dir.path().join(key);
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600, "{key}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
    }
    let error = Ca::load(dir.path()).err().expect("refused").to_string();
    assert!(error.contains("chmod 600"), "{error}");
    assert!(ServerCert::load(dir.path()).is_err());
}

#[tokio::test]
async fn a_boxs_ca_is_not_called_the_offices_and_is_read_back_under_the_name_that_it_has() {
    type Create = fn(&Path) -> Result<Ca, CaError>;
    // A box of before has the office's name in its own.
    for (create, own, others) in [(Ca::create_for_box as Create, BOX_CA, OFFICE_CA), (Ca::create, OFFICE_CA, BOX_CA)] {
        let dir = tempfile::tempdir().expect("a directory");
        let made = create(dir.path()).expect("created");
        let der = certificates(made.cert_pem(), own).expect("a certificate").remove(0);
        let times = |name: &str| der.windows(name.len()).filter(|bytes| *bytes == name.as_bytes()).count();
        assert_eq!([times(own), times(others)], [2, 0], "its issuer and whose it is");
        let client = client_config(made.cert_pem(), at(NOW)).expect("usable");
        let again = Ca::load(dir.path()).expect("loaded");
        assert_eq!(again.cert_pem(), made.cert_pem());
        let server = again.issue(&names(&["outpost.local"])).expect("issued").server_config().expect("usable");
        shake(&server, &client, "outpost.local").await.expect(own);
    }
}

#[test]
fn a_key_that_a_power_cut_left_without_its_certificate_keeps_no_ca_from_being_made() {
    let dir = tempfile::tempdir().expect("a directory");
    for cut_short in [Ca::make().expect("made").issuer.key().serialize_pem(), String::new(), "-----BEG".to_owned()] {
        let _ = std::fs::remove_file(dir.path().join(CA_CERT));
        write(&dir.path().join(CA_KEY), &cut_short, PRIVATE).expect("written");
        let made = Ca::create(dir.path()).expect("made anew, since nobody trusts the key alone");
        assert_eq!(Ca::load(dir.path()).expect("a pair").cert_pem(), made.cert_pem());
        let aside = std::fs::read_to_string(dir.path().join(CA_KEY_ASIDE)).expect("put aside");
        assert_eq!(aside, cut_short, "nothing is lost by it");
        // With its certificate it may be trusted, and so it is even where the key is lost: that is for a person to mend.
        std::fs::remove_file(dir.path().join(CA_KEY)).expect("removed");
        assert!(matches!(Ca::create(dir.path()), Err(CaError::Exists { .. })));
        assert!(!dir.path().join(CA_KEY).exists(), "no key of another CA was put beside it");
    }
}

#[test]
fn a_ca_key_of_another_ca_or_none_at_all_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let other = tempfile::tempdir().expect("a directory");
    Ca::create(dir.path()).expect("created");
    Ca::create(other.path()).expect("created");
    let foreign = std::fs::read(other.path().join(CA_KEY)).expect("read");
    write_atomically(&dir.path().join(CA_KEY), &foreign, PRIVATE).expect("written");
    let error = Ca::load(dir.path()).err().expect("refused").to_string();
    assert!(error.contains("not the key of ca.pem"), "{error}");
    write_atomically(&dir.path().join(CA_KEY), b"-----BEGIN", PRIVATE).expect("written");
    assert!(matches!(Ca::load(dir.path()), Err(CaError::Damaged { .. })));
}

#[test]
fn names_that_no_certificate_can_carry_are_refused() {
    let ca = Ca::make().expect("made");
    for bad in ["", "a b", "https://office.example", "office.example:8883", "ö.example"] {
        assert!(matches!(ca.issue(&names(&[bad])), Err(CaError::BadName { .. })), "{bad}");
    }
    assert!(matches!(ca.issue(&[]), Err(CaError::NameCount)));
    assert!(ca.issue(&vec!["a.example".into(); MAX_NAMES]).is_ok());
    assert!(matches!(ca.issue(&vec!["a.example".into(); MAX_NAMES + 1]), Err(CaError::NameCount)));
}

#[test]
fn what_is_no_ca_is_refused_by_a_box() {
    for bad in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "hello"] {
        assert!(matches!(client_config(bad, at(NOW)), Err(CaError::Damaged { .. })), "{bad}");
    }
}
