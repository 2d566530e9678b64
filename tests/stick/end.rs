//! A box or an office without a program around it.

use outpost::carry::{Ask, Hand, Owner, Took};
use outpost::domain::id::{Epoch, SiteId, StoreId};
use outpost::domain::record::{Entry, Opened};
use outpost::domain::time::{Quality, Stamp};
use outpost::exchange::{Exchange, Master, Parts};
use outpost::journal::{Options, Own, Replica};
use outpost::sync::Rules;
use outpost::wire::envelope::Secret;
use outpost::wire::record;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// One end: its journal, what it holds of the other's, and the conversation.
pub struct End {
    pub exchange: Exchange,
    pub own: Own,
}

impl Owner for End {
    fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    fn clock_ms(&self) -> Option<i64> {
        None
    }

    fn take(&mut self, envelope: &[u8]) -> Result<Took, String> {
        let arrived = self.exchange.carried(0, envelope).map_err(|rejected| rejected.to_string())?;
        let new = arrived.stored.iter().map(|span| span.last.0 - span.first.0 + 1).sum();
        Ok(Took { new, known: arrived.known, rows: arrived.rows, ..Took::default() })
    }
}

impl End {
    /// Opens what is in `dir`, with keys made of one byte each.
    pub fn open(dir: &Path, (me, key): (SiteId, u8), (peer, peer_key): (SiteId, u8), master: Master) -> Self {
        let (secret, peer_secret) = (Secret::from_random([key; 32]), Secret::from_random([peer_key; 32]));
        let store = StoreId::new(u64::from(key), [key; 10]);
        let (mut own, _) = Own::open(&dir.join("own"), Options::new(me.clone(), store, |_| None)).unwrap();
        if own.last().is_none() {
            let stamp = Stamp { boot_at_ms: 0, up_ms: 0, quality: Quality::Floor };
            let opened = Opened { follows: None, store, boot: uuid::Uuid::nil(), program: "0".into() };
            own.begin(Epoch::new(1, [key; 10]), &record::body(&stamp, &record::entry(&Entry::Opened(opened)))).unwrap();
        }
        let (replica, _) = Replica::open(&dir.join("peer"), Options::new(peer.clone(), store, |_| None)).unwrap();
        let parts = Parts {
            me,
            peer,
            peer_keys: vec![peer_secret.public()],
            secret,
            store,
            replica,
            own: own.reader(),
            acks: dir.join("acks"),
            rules: Rules::default(),
            master,
        };
        Self { exchange: Exchange::open(parts).unwrap(), own }
    }
}

/// What carries between a stick and this end.
pub fn hand(end: &Arc<Mutex<End>>) -> Hand {
    let end = end.clone();
    Hand::new(move |ask: Ask| {
        end.lock().unwrap().answer(ask);
        true
    })
}
