//! Where ERPNext is, asked once a minute and not for every request.
//!
//! In: its URL. Out: its addresses. Absent: how they are found; that is the system's. Without this each request would ask the system anew, on a
//! thread of its own, though the connection is there already.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an address counts: a server that moves is found again within this.
const FRESH: Duration = Duration::from_secs(60);

/// The addresses of the one server that a client has.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    usual: DefaultResolver,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    of: String,
    since: Instant,
    addresses: ResolvedSocketAddrs,
}

impl Resolver for Addresses {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let of = format!("{:?} {:?}", uri.scheme(), uri.authority());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.of == of && kept.since.elapsed() < FRESH) {
            return Ok(kept.addresses.clone());
        }
        let found = self.usual.resolve(uri, config, timeout)?;
        *kept = Some(Kept { of, since: Instant::now(), addresses: found.clone() });
        Ok(found)
    }
}
