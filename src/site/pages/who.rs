//! Who asks: the tablet by its login, the person by the token of their session.

use super::Pages;
use crate::domain::id::DeviceId;
use crate::domain::master::{Masters, User};
use crate::domain::person::SessionId;
use crate::gate::{Denied, Doorkeeper, Knock, Pass};
use crate::web::{Asked, Fault, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::sync::PoisonError;

/// The header of a person's session.
const SESSION: &str = "Outpost-Session";
/// The kind of device that may ask.
const KIND: &str = "tablet";
/// The throttle's period, in seconds: after it a right login is heard again.
const THROTTLED_S: u32 = 60;

/// Reads `Basic base64(device:password)`.
fn login(header: &str) -> Option<(String, String)> {
    let (scheme, coded) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(())?;
    let plain = String::from_utf8(BASE64_STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (device, password) = plain.split_once(':')?;
    Some((device.to_owned(), password.to_owned()))
}

impl Pages {
    /// The tablet that asks. The gate's doorkeeper decides: the same logins, and wrong ones count at both.
    pub(super) async fn tablet(&self, asked: &Asked) -> Result<DeviceId, Fault> {
        const INPUT: &str = "Authorization";
        let remedy = "log in with the device's name and password, or pair this tablet anew";
        let given = asked.header(INPUT).and_then(login);
        let Some((user, password)) = given else {
            return Err(Fault::who(INPUT, "it is Basic, with the device's name and password", remedy));
        };
        let knock = Knock { user, password, client_id: String::new(), from: asked.from };
        match self.door.check(knock).await {
            Ok(Pass { device, kind, .. }) if kind == KIND => Ok(device),
            Ok(Pass { kind, .. }) => {
                let rule = format!("the pages are for tablets, and this device is a {kind}");
                Err(Fault::forbidden(Some(INPUT), rule, "add a device of the kind tablet"))
            }
            Err(Denied::TooMany) => {
                let rule = "too many wrong logins from here";
                Err(Fault::later(StatusCode::TOO_MANY_REQUESTS, Some(INPUT), rule, THROTTLED_S))
            }
            Err(Denied::Unavailable) => Err(Fault::not_now("logins cannot be checked now")),
            Err(denied @ Denied::Revoked) => {
                Err(Fault::forbidden(Some(INPUT), denied.to_string(), "use another tablet, or ask a manager"))
            }
            Err(denied @ (Denied::BadLogin | Denied::BadClientId)) => {
                Err(Fault::who(INPUT, denied.to_string(), remedy))
            }
        }
    }

    /// The person who asks; nobody where none has a PIN or badge, so that nobody is told apart.
    pub(super) fn person(&self, asked: &Asked, device: &DeviceId, masters: &Masters) -> Result<Option<User>, Fault> {
        if !masters.has_people() {
            return Ok(None);
        }
        let remedy = "log in at this tablet";
        let no = |rule: String| Fault::who(SESSION, rule, remedy);
        let token =
            asked.header(SESSION).ok_or_else(|| no("people are told apart here, and nobody is logged in".into()))?;
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let session = people.present(&SessionId::of_token(token), device, self.moment.now_ms());
        let session = session.map_err(|why| no(why.to_string()))?;
        let user = masters.user(session.user.as_str());
        let user = user.ok_or_else(|| no(format!("{} does not work here any more, the office says", session.user)))?;
        Ok(Some(user.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_as_browsers_write_it_and_as_nothing_else() {
        let read = |header: &str| login(header).map(|(device, password)| format!("{device} {password}"));
        assert_eq!(read("Basic dGlsbDpwYTpzcw==").as_deref(), Some("till pa:ss"));
        assert_eq!(read("basic dGlsbDo=").as_deref(), Some("till "));
        for broken in ["", "Basic", "Basic dGlsbA==", "Basic !", "Bearer dGlsbDpw", "Basic /w=="] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
