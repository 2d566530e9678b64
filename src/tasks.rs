//! Tasks that a running program cannot do without: when one ends though nobody told it to, somebody hears of it.
//!
//! A panic in a task stops that task and nothing else: a box whose line has panicked would go on taking sales and carry none
//! of them. What is spawned here sends its name when it ends; the program then ends with an error, and is started
//! again by whatever supervises it. An end that nobody asked for counts as well. Absent: restarting in place, which the owner of the state decides.

use std::future::Future;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Who hears of a task that ended.
#[derive(Clone, Debug)]
pub struct Fallen(watch::Sender<Option<&'static str>>);

impl Default for Fallen {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Fallen {
    /// Runs `task`; tells when it ends, by a panic or of itself.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let guard = Guard { name, fallen: self.clone() };
        tokio::spawn(async move {
            let _guard = guard;
            task.await;
        })
    }

    /// Waits until a task has ended, and names it.
    pub async fn heard(&self) -> &'static str {
        let mut fallen = self.0.subscribe();
        match fallen.wait_for(Option::is_some).await.map(|name| *name) {
            Ok(Some(name)) => name,
            _ => std::future::pending().await,
        }
    }
}

struct Guard {
    name: &'static str,
    fallen: Fallen,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task = self.name, "a task of this program has failed: the program ends, start it again");
        }
        // One that ended of itself has lost what it lives on, as the line does when the journal's thread dies. In an
        // orderly stop nobody listens any more.
        self.fallen.0.send_replace(Some(self.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_heard_of_and_so_is_an_end() {
        let fallen = Fallen::default();
        fallen.spawn("calm", async {}).await.unwrap();
        assert_eq!(fallen.heard().await, "calm");
        let fallen = Fallen::default();
        assert!(fallen.spawn("line", async { panic!("sabotage") }).await.is_err());
        assert_eq!(fallen.heard().await, "line");
    }
}
