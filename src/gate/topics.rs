//! Which topics and filters the gate lets through, and which filter contains which.
//!
//! In come names as devices send them; out come yes or no with the reason. The router behind the gate never frees a
//! topic or a filter and dies of some of them, so the alphabet is narrower than MQTT's: printable ASCII only.

use std::fmt;

/// Longest topic or filter, in bytes: ours are under 80; a longer one is a mistake or an attack.
pub const MAX_TOPIC: usize = 128;

/// Most levels of a topic or filter. Ours have at most four.
pub const MAX_LEVELS: usize = 8;

/// First level of the gate's own topics inside the router; no device may name it.
pub(crate) const INTERNAL: &str = "gate";

/// Why a topic or filter was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTopic {
    /// Nothing there.
    #[error("the topic is empty")]
    Empty,
    /// Longer than [`MAX_TOPIC`].
    #[error("the topic is longer than {MAX_TOPIC} bytes")]
    TooLong,
    /// More than [`MAX_LEVELS`].
    #[error("the topic has more than {MAX_LEVELS} levels")]
    TooDeep,
    /// A byte that is not printable ASCII.
    #[error("the topic has a character that is not printable ASCII")]
    Alphabet,
    /// `+` or `#` where none may be.
    #[error("the topic has a wildcard where none may be")]
    Wildcard,
    /// `$…` (the broker's own, shared subscriptions) or the gate's own `gate/…`.
    #[error("the topic is reserved")]
    Reserved,
}

fn check_alphabet(name: &str) -> Result<(), BadTopic> {
    if name.is_empty() {
        return Err(BadTopic::Empty);
    }
    if name.len() > MAX_TOPIC {
        return Err(BadTopic::TooLong);
    }
    let mut slashes = 0;
    for byte in name.bytes() {
        match byte {
            b'/' => slashes += 1,
            b'$' => return Err(BadTopic::Reserved),
            0x20..=0x7e => {}
            _ => return Err(BadTopic::Alphabet),
        }
    }
    if slashes >= MAX_LEVELS {
        return Err(BadTopic::TooDeep);
    }
    if name.split('/').next() == Some(INTERNAL) {
        return Err(BadTopic::Reserved);
    }
    Ok(())
}

/// Whether `topic` may be published to at all, by anyone.
pub fn check_topic(topic: &str) -> Result<(), BadTopic> {
    check_alphabet(topic)?;
    if topic.bytes().any(|b| matches!(b, b'+' | b'#')) {
        return Err(BadTopic::Wildcard);
    }
    Ok(())
}

/// A checked topic filter: `a/b`, `a/+/c`, `a/#`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicFilter(Box<str>);

impl TopicFilter {
    /// The filter, if it is a valid one.
    pub fn new(given: &str) -> Result<Self, BadTopic> {
        check_alphabet(given)?;
        let last = given.split('/').count() - 1;
        for (level, name) in given.split('/').enumerate() {
            let fine = match name {
                "#" => level == last,
                "+" => true,
                _ => !name.bytes().any(|b| matches!(b, b'+' | b'#')),
            };
            if !fine {
                return Err(BadTopic::Wildcard);
            }
        }
        Ok(Self(given.into()))
    }

    /// The filter as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has no wildcard, so that it matches one topic only.
    pub fn is_plain(&self) -> bool {
        !self.0.bytes().any(|b| matches!(b, b'+' | b'#'))
    }

    /// Whether a topic (which must have passed [`check_topic`]) is one of this filter's.
    pub fn matches(&self, topic: &str) -> bool {
        if self.is_plain() {
            return &*self.0 == topic;
        }
        let mut names = topic.split('/');
        for wanted in self.0.split('/') {
            if wanted == "#" {
                return true;
            }
            match names.next() {
                Some(name) if wanted == "+" || wanted == name => {}
                _ => return false,
            }
        }
        names.next().is_none()
    }

    /// Whether every topic that `other` matches is matched by this one too.
    pub fn contains(&self, other: &Self) -> bool {
        let mut theirs = other.0.split('/');
        for ours in self.0.split('/') {
            if ours == "#" {
                return true;
            }
            match theirs.next() {
                None | Some("#") => return false,
                Some("+") if ours != "+" => return false,
                Some(name) if ours != "+" && ours != name => return false,
                Some(_) => {}
            }
        }
        theirs.next().is_none()
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for TopicFilter {
    type Err = BadTopic;
    fn from_str(given: &str) -> Result<Self, BadTopic> {
        Self::new(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(given: &str) -> TopicFilter {
        TopicFilter::new(given).expect(given)
    }

    #[test]
    fn topics_are_taken_at_their_limits_and_refused_past_them() {
        assert_eq!(check_topic(&"a".repeat(MAX_TOPIC)), Ok(()));
        assert_eq!(check_topic(&"a".repeat(MAX_TOPIC + 1)), Err(BadTopic::TooLong));
        assert_eq!(check_topic(&["a"; MAX_LEVELS].join("/")), Ok(()));
        assert_eq!(check_topic(&["a"; MAX_LEVELS + 1].join("/")), Err(BadTopic::TooDeep));
        assert_eq!(check_topic(""), Err(BadTopic::Empty));
        assert_eq!(check_topic("öl/temp"), Err(BadTopic::Alphabet));
        assert_eq!(check_topic("a\0b"), Err(BadTopic::Alphabet));
        assert_eq!(check_topic("a\nb"), Err(BadTopic::Alphabet));
        assert_eq!(check_topic("$SYS/x"), Err(BadTopic::Reserved));
        assert_eq!(check_topic("a/$x"), Err(BadTopic::Reserved));
        assert_eq!(check_topic("gate/pulse"), Err(BadTopic::Reserved));
        assert_eq!(check_topic("a/+/b"), Err(BadTopic::Wildcard));
        assert_eq!(check_topic("a/#"), Err(BadTopic::Wildcard));
        assert_eq!(check_topic("tx/till-1/Sales Invoice"), Ok(()));
    }

    #[test]
    fn filters_with_misplaced_wildcards_are_refused() {
        for bad in ["a/#/b", "a#", "a/b+", "+a", "##", "$share/g/a", "", "gate/#"] {
            assert!(TopicFilter::new(bad).is_err(), "{bad}");
        }
        for good in ["#", "+", "+/a", "a/+/b/#", "/", "a//b"] {
            assert!(TopicFilter::new(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_filter_matches_what_mqtt_says() {
        assert!(filter("a/#").matches("a"));
        assert!(filter("a/#").matches("a/b/c"));
        assert!(!filter("a/#").matches("ab"));
        assert!(filter("a/+").matches("a/"));
        assert!(!filter("a/+").matches("a"));
        assert!(!filter("a/+").matches("a/b/c"));
        assert!(filter("#").matches("x/y"));
    }

    #[test]
    fn containment_agrees_with_matching() {
        let names = ["a", "b", "+", "#", "a/a", "a/+", "+/a", "+/+", "a/#", "+/#", "a/+/b", "a/b/#", "a/b", "b/#"];
        let topics = ["a", "b", "c", "a/a", "a/b", "b/a", "c/c", "a/b/b", "a/c/b", "a/b/c/d", "b/x", "c/c/c"];
        for outer in names.map(filter) {
            for inner in names.map(filter) {
                let all = topics.iter().all(|t| !inner.matches(t) || outer.matches(t));
                assert!(!outer.contains(&inner) || all, "{outer} does not contain {inner}");
            }
        }
        assert!(filter("state/#").contains(&filter("state/+/x")));
        assert!(filter("state/#").contains(&filter("state")));
        assert!(!filter("state/+").contains(&filter("state/#")));
        assert!(!filter("state/x").contains(&filter("#")));
        assert!(!filter("+/x").contains(&filter("#")));
    }
}
