//! A CA, a server certificate and a client's trust, made by the office's own code.

use super::broker::ServerPem;
use outpost::keys::ca::{Ca, client_config};
use std::sync::Arc;
use tokio_rustls::rustls::ClientConfig;

/// 2026-12-01.
pub(crate) const NOW: u64 = 1_796_083_200;

pub(crate) fn office(name: &str) -> (ServerPem, Arc<ClientConfig>) {
    let ca = Ca::make().expect("made");
    let server = ca.issue(&[name.into()]).expect("issued");
    let trust = client_config(ca.cert_pem(), Arc::new(|| NOW)).expect("a CA");
    (ServerPem { cert: server.cert_pem, key: server.key_pem }, trust)
}
