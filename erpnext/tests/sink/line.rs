//! A line to ERPNext on which an answer gets lost: what was asked is done there, and the connection breaks before it is told.
//!
//! In: the address of an ERPNext over plain HTTP. Out: another address of the same. Absent: TLS, in which nobody can look whether an answer
//! is one to what writes; and what an ERPNext makes of it that looks which name it was asked by.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

#[derive(Default)]
struct Shared {
    /// The next answer that something is made is to be lost.
    loses: AtomicBool,
    lost: AtomicUsize,
}

/// It carries until the process ends.
pub struct Line {
    pub url: String,
    shared: Arc<Shared>,
}

impl Line {
    /// None where it cannot be looked into.
    pub fn to(url: &str) -> Option<Self> {
        let (host, path) = url.strip_prefix("http://")?.split_once('/').unwrap_or((url.strip_prefix("http://")?, ""));
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        let far = host.to_socket_addrs().unwrap().next()?;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/{path}", listener.local_addr().unwrap()).trim_end_matches('/').to_owned();
        let shared = Arc::new(Shared::default());
        let carried = shared.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let shared = carried.clone();
                std::thread::spawn(move || carry(near, far, &shared));
            }
        });
        Some(Self { url, shared })
    }

    /// Loses the next answer that something is made.
    pub fn lose_one(&self) {
        self.shared.loses.store(true, SeqCst);
    }

    /// How many were lost.
    pub fn lost(&self) -> usize {
        self.shared.lost.load(SeqCst)
    }
}

/// One connection. It has one request at a time, and each begins a reading of its own.
fn carry(mut near: TcpStream, far: SocketAddr, shared: &Shared) {
    let Ok(mut far) = TcpStream::connect(far) else { return };
    let writes = Arc::new(AtomicBool::new(false));
    let (mut from, mut to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let asked = writes.clone();
    std::thread::spawn(move || {
        let mut part = vec![0; 65_536];
        while let Ok(read @ 1..) = from.read(&mut part) {
            if part.starts_with(b"GET ") {
                asked.store(false, SeqCst);
            } else if part.starts_with(b"POST /api/resource/") || part.starts_with(b"POST /api/v2/document/") {
                asked.store(true, SeqCst);
            }
            if to.write_all(&part[..read]).is_err() {
                break;
            }
        }
        to.shutdown(Shutdown::Write).ok();
    });
    let mut part = vec![0; 65_536];
    while let Ok(read @ 1..) = far.read(&mut part) {
        if writes.load(SeqCst) && part.starts_with(b"HTTP/1.1 200") && shared.loses.swap(false, SeqCst) {
            shared.lost.fetch_add(1, SeqCst);
            break;
        }
        if near.write_all(&part[..read]).is_err() {
            break;
        }
    }
    near.shutdown(Shutdown::Both).ok();
    far.shutdown(Shutdown::Both).ok();
}
