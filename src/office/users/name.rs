//! What a user logs in with.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest name, in bytes.
const MAX_NAME: usize = 32;

/// A user's name: of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit, at most 32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits = (1..=MAX_NAME).contains(&text.len())
            && text.bytes().next().is_some_and(plain)
            && text.bytes().all(|byte| plain(byte) || b"._-".contains(&byte));
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("a user's name is 1 to {MAX_NAME} of a-z, 0-9, '.', '_' and '-'")),
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_stands_in_a_path_as_it_is() {
        for name in ["ani", "ani.w", "7", "a_b-c", &"a".repeat(32)] {
            assert!(name.parse::<UserName>().is_ok(), "{name}");
        }
        for name in ["", "Ani", "ani w", ".ani", "-ani", "ani/..", "añi", "ani%", &"a".repeat(33)] {
            assert!(name.parse::<UserName>().is_err(), "{name}");
        }
    }
}
