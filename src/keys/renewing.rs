//! The certificate that a box shows to browsers: a short one, made anew as time goes on.
//!
//! In: the box's own CA, names, the believed time. Out: a TLS configuration. Browsers of Apple take no server certificate that is good for
//! longer than 825 days, whoever has signed it; and a box may run for years, and may not know the time when it starts. So a certificate is good for
//! a year and more on both sides of the believed time, and another is made when that has moved on. Deliberately absent: devices that are no
//! browsers, which get the long one ([`super::ca`]): what is in a scanner may have no clock at all.

use super::ca::{BelievedTime, Ca, CaError, serving};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

const DAY_S: u64 = 86_400;
/// How far before the believed time it begins: a tablet's clock, or the box's, may be wrong by as much.
const BEFORE_S: u64 = 400 * DAY_S;
/// How far behind it it ends. With what is before it, a day less than browsers take.
const AFTER_S: u64 = 424 * DAY_S;
/// Once the believed time is that far from where it was, either way, another one is made.
const RENEWED_S: u64 = 100 * DAY_S;

struct Current {
    made_s: u64,
    key: Arc<CertifiedKey>,
}

struct Renewing {
    ca: Ca,
    names: Vec<String>,
    time: BelievedTime,
    current: Mutex<Current>,
}

/// What a listener for browsers needs.
pub fn config(ca: Ca, names: &[String], time: BelievedTime) -> Result<Arc<ServerConfig>, CaError> {
    let current = Mutex::new(made(&ca, names, time())?);
    serving(Arc::new(Renewing { ca, names: names.to_vec(), time, current }))
}

fn made(ca: &Ca, names: &[String], now_s: u64) -> Result<Current, CaError> {
    let cert = ca.issue_between(names, now_s.saturating_sub(BEFORE_S), now_s.saturating_add(AFTER_S))?;
    Ok(Current { made_s: now_s, key: Arc::new(cert.certified()?) })
}

impl fmt::Debug for Renewing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewing").field("names", &self.names).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Renewing {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now_s = (self.time)();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if now_s.abs_diff(current.made_s) > RENEWED_S {
            match made(&self.ca, &self.names, now_s) {
                Ok(another) => *current = another,
                // The one that is there is good for longer than it takes to look into the log.
                Err(error) => tracing::error!(%error, "no new certificate for the pages could be made"),
            }
        }
        Some(Arc::clone(&current.key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ca::client_config;
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    /// 2026-12-01.
    const NOW: u64 = 1_796_083_200;

    struct Bench {
        server: Arc<ServerConfig>,
        pem: String,
        now: Arc<AtomicU64>,
    }

    fn bench() -> Bench {
        let ca = Ca::make().unwrap();
        let (pem, now) = (ca.cert_pem().to_owned(), Arc::new(AtomicU64::new(NOW)));
        let time: BelievedTime = {
            let now = Arc::clone(&now);
            Arc::new(move || now.load(Ordering::Relaxed))
        };
        Bench { server: config(ca, &["outpost.local".into(), "10.0.0.7".into()], time).unwrap(), pem, now }
    }

    impl Bench {
        /// What a browser whose clock stands at `at_s` is shown, where it takes it.
        async fn shown(&self, at_s: u64) -> Option<CertificateDer<'static>> {
            let client = client_config(&self.pem, Arc::new(move || at_s)).unwrap();
            let (here, there) = tokio::io::duplex(64 * 1024);
            let accept = async {
                let mut line = TlsAcceptor::from(Arc::clone(&self.server)).accept(there).await.ok()?;
                line.write_all(b"x").await.ok()
            };
            let connect = async {
                let name = ServerName::try_from("10.0.0.7").unwrap();
                let mut line = TlsConnector::from(client).connect(name, here).await.ok()?;
                line.read_exact(&mut [0]).await.ok()?;
                Some(line.get_ref().1.peer_certificates()?.first()?.clone().into_owned())
            };
            tokio::join!(accept, connect).1
        }
    }

    #[tokio::test]
    async fn it_is_good_for_less_than_browsers_take_and_for_clocks_that_are_a_year_off() {
        const { assert!(BEFORE_S + AFTER_S < 825 * DAY_S) };
        let bench = bench();
        for at in [NOW - BEFORE_S + DAY_S, NOW, NOW + AFTER_S - DAY_S] {
            assert!(bench.shown(at).await.is_some(), "{at}");
        }
        for at in [NOW - BEFORE_S - DAY_S, NOW + AFTER_S + DAY_S] {
            assert!(bench.shown(at).await.is_none(), "{at}");
        }
    }

    #[tokio::test]
    async fn a_box_that_runs_for_years_or_learns_the_time_late_shows_another_one() {
        let bench = bench();
        let first = bench.shown(NOW).await.unwrap();
        bench.now.store(NOW + RENEWED_S, Ordering::Relaxed);
        assert_eq!(bench.shown(NOW).await, Some(first.clone()));
        for now in [NOW + RENEWED_S + 1, NOW + 2_000 * DAY_S, NOW - 200 * DAY_S] {
            bench.now.store(now, Ordering::Relaxed);
            let another = bench.shown(now).await;
            assert!(another.is_some() && another != Some(first.clone()), "{now}");
        }
    }
}
