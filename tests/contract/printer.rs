//! A printer that takes what it is sent.

use std::io;
use std::net::{SocketAddr, TcpListener};

/// Where it is.
pub fn open() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            // Whoever hangs up half-way has printed half a paper.
            let _ = io::copy(&mut &socket, &mut io::sink());
        }
    });
    at
}
