//! What one connection has subscribed, and what waits to be sent to it.
//!
//! The router never frees a filter, so it only ever sees the filters of the pass: a device that asks for less gets what
//! its own filters match of that. What is retained comes from the router with the first subscription of such a filter,
//! and from the gate's own copy with a later, narrower one.

use super::board::Board;
use super::codec::Qos;
use super::router::{Forwarded, Line, RouterGone, attach};
use super::topics::TopicFilter;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long after a router's death a first subscription is tried again.
const SECOND_TRY: Duration = Duration::from_millis(100);

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    RouterGone,
    /// The subscriber lagged behind and lost messages.
    Lagged,
}

/// See the module.
pub(crate) struct Subscriber {
    board: Arc<Board>,
    filters: Vec<(TopicFilter, Qos)>,
    line: Option<(Line, mpsc::Receiver<Forwarded>)>,
    backlog: VecDeque<Forwarded>,
}

impl Subscriber {
    pub(crate) fn new(board: Arc<Board>) -> Self {
        Self { board, filters: Vec::new(), line: None, backlog: VecDeque::new() }
    }

    /// Number of filters.
    pub(crate) fn len(&self) -> usize {
        self.filters.len()
    }

    /// Whether it has this filter.
    pub(crate) fn has(&self, filter: &TopicFilter) -> bool {
        self.filters.iter().any(|(known, _)| known == filter)
    }

    /// Subscribes `filter`, which `allowed` of the pass contains.
    pub(crate) async fn add(&mut self, filter: TopicFilter, allowed: &TopicFilter, qos: Qos) -> Result<(), RouterGone> {
        let first = match self.subscribe(allowed).await {
            // A router that died just now is replaced at once; with nothing subscribed yet, the device need not know.
            Err(RouterGone) if self.filters.is_empty() => {
                self.line = None;
                tokio::time::sleep(SECOND_TRY).await;
                self.subscribe(allowed).await?
            }
            tried => tried?,
        };
        match self.filters.iter_mut().find(|(known, _)| *known == filter) {
            Some((_, known)) => *known = qos,
            None => {
                self.board.interested(&filter);
                self.filters.push((filter.clone(), qos));
            }
        }
        if !first {
            let retained = self.board.retained(&filter).into_iter().map(|(topic, payload)| Forwarded {
                topic: topic.as_bytes().to_vec().into(),
                payload,
                retain: true,
            });
            self.backlog.extend(retained);
        }
        Ok(())
    }

    async fn subscribe(&mut self, allowed: &TopicFilter) -> Result<bool, RouterGone> {
        let (line, _) = match &mut self.line {
            Some(line) => line,
            none => none.insert(attach(&self.board).await?),
        };
        line.subscribe(allowed).await
    }

    /// Takes `filter` away. False: it was not there.
    pub(crate) fn remove(&mut self, filter: &str) -> bool {
        let Some(at) = self.filters.iter().position(|(known, _)| known.as_str() == filter) else { return false };
        let (filter, _) = self.filters.swap_remove(at);
        self.board.no_longer_interested(&filter);
        true
    }

    /// The quality of service at which a topic is wanted.
    fn wanted(&self, topic: &str) -> Option<Qos> {
        self.filters.iter().filter(|(filter, _)| filter.matches(topic)).map(|(_, qos)| *qos).max()
    }

    /// The next message for the device.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Forwarded, Qos), Cut>> {
        loop {
            let message = match self.backlog.pop_front() {
                Some(message) => message,
                None => {
                    let Some((line, forwards)) = &mut self.line else { return Poll::Pending };
                    match forwards.poll_recv(cx) {
                        Poll::Ready(Some(message)) => message,
                        Poll::Ready(None) if line.lagged() => return Poll::Ready(Err(Cut::Lagged)),
                        Poll::Ready(None) => return Poll::Ready(Err(Cut::RouterGone)),
                        Poll::Pending => return Poll::Pending,
                    }
                }
            };
            let wanted = std::str::from_utf8(&message.topic).ok().and_then(|topic| self.wanted(topic));
            if let Some(qos) = wanted {
                return Poll::Ready(Ok((message, qos)));
            }
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        for (filter, _) in self.filters.drain(..) {
            self.board.no_longer_interested(&filter);
        }
    }
}
