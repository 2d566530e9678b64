//! The parameters of a request: each known, each once, each decoded.

use super::asked::Asked;
use super::fault::Fault;
use super::percent;
use std::str::FromStr;

/// See the module.
#[derive(Clone, Debug)]
pub struct Query {
    given: Vec<(String, String)>,
}

impl Query {
    /// Reads them; one that is not `known` is refused.
    pub fn read(asked: &Asked, known: &[&str]) -> Result<Self, Fault> {
        let mut given: Vec<(String, String)> = Vec::new();
        for pair in asked.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name).ok_or_else(|| not_decoded("a parameter's name"))?;
            if !known.contains(&name.as_str()) {
                let remedy = match known {
                    [] => "leave it out: this path has no parameters".to_owned(),
                    known => format!("this path has {}", known.join(", ")),
                };
                return Err(Fault::bad(&name, "no such parameter is known here", remedy));
            }
            if given.iter().any(|(before, _)| *before == name) {
                return Err(Fault::bad(&name, "a parameter stands once", "leave one of them out"));
            }
            let value = decoded(value).ok_or_else(|| not_decoded(&name))?;
            given.push((name, value));
        }
        Ok(Self { given })
    }

    /// One as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// One as something else. `rule` and `remedy` are for one that is not.
    pub fn read_as<T: FromStr>(&self, name: &str, rule: &str, remedy: &str) -> Result<Option<T>, Fault> {
        self.text(name).map(|text| text.parse().map_err(|_| Fault::bad(name, rule, remedy))).transpose()
    }

    /// Whether a switch is on: it is `1`, or is left out.
    pub fn switch(&self, name: &str) -> Result<bool, Fault> {
        match self.text(name) {
            None => Ok(false),
            Some("1") => Ok(true),
            Some(_) => Err(Fault::bad(name, "it is 1 or left out", format!("send {name}=1"))),
        }
    }
}

fn not_decoded(input: &str) -> Fault {
    Fault::bad(input, "% is followed by two hexadecimal digits, and the whole is UTF-8", "encode it as a URL's query")
}

/// Undoes a form's encoding.
fn decoded(text: &str) -> Option<String> {
    percent::decoded(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_encoding_is_undone_or_refused() {
        assert_eq!(decoded("Bu+Sari%20%26%C3%A9").as_deref(), Some("Bu Sari &é"));
        for broken in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }
}
