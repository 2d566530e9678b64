//! HTTP/1.1 for the pages of a box and of an office: listeners, limits, headers, built-in files, the form of answers.
//!
//! In come sockets; requests that keep the rules (Host and Origin as at the gate's WebSocket, size, time) go to the owner's [`Pages`]
//! as an [`Asked`], and its [`Reply`] goes out with the headers that every answer has. `GET /mqtt` is handed to the gate. Deliberately
//! absent: what the questions mean, who may ask them, any data. docs/PAGES.md fixes what is said.

mod asked;
mod assets;
mod body;
mod connection;
mod fault;
mod flow;
mod headers;
mod listener;
mod named;
mod paging;
mod patience;
mod percent;
pub mod qr;
mod query;
mod reply;
mod route;
mod seats;

pub use asked::Asked;
pub use body::USUAL as USUAL_BODY;
pub use fault::Fault;
pub use hyper::{Method, StatusCode};
pub use listener::{Bound, Listen, Server, StartError};
pub use named::Named;
pub use paging::Paging;
pub use percent::decoded;
pub use query::Query;
pub use reply::Reply;
pub use route::{Found, find, methods};

use futures_util::future::BoxFuture;
use std::sync::Arc;

/// Who answers what is below `/api`.
pub trait Pages: Send + Sync + 'static {
    /// How many bytes the body of this request may have, of which nothing has come yet; or why none of it is read. Asked on the
    /// runtime: it looks at what is in memory.
    fn room(&self, _head: &Asked) -> Result<usize, Fault> {
        Ok(USUAL_BODY)
    }

    /// Answers. Work that blocks is the answerer's to take off the runtime.
    fn answer(self: Arc<Self>, asked: Asked) -> BoxFuture<'static, Reply>;
}
