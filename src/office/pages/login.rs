//! Logging in and out, and who is asking.
//!
//! A session's token is in a cookie that no script reads and no other site's page sends; what changes something needs a word of the session
//! in a header as well. What a user may do is looked up in the file at each question.

use super::sessions;
use super::{Desk, Member, Question, Role, Route, Whose};
use crate::domain::time::rfc3339;
use crate::moment::rough_ms;
use crate::office::users::{self, User, UserName, UsersError};
use crate::passwords::MAX_PASSWORD;
use crate::web::{Asked, Fault, Method, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::net::IpAddr;
use std::sync::PoisonError;
use std::time::Instant;

/// The header of the word against CSRF.
const CSRF: &str = "Outpost-CSRF";
/// What a session is read from.
const COOKIE: &str = "Cookie";

pub(super) const ROUTES: &[Route] = &[
    ("POST", "/api/login", Whose::Anybody, Desk::login),
    ("GET", "/api/me", Whose::Of(Role::Look), Desk::me),
    ("POST", "/api/logout", Whose::Of(Role::Look), Desk::logout),
    ("POST", "/api/password", Whose::Of(Role::Look), Desk::password),
];

/// The cookie's name. Over TLS it is one that a browser takes over TLS alone.
fn cookie_name(asked: &Asked) -> &'static str {
    if asked.tls { "__Secure-outpost" } else { "outpost" }
}

fn cookie(asked: &Asked, token: &str, age_s: u64) -> String {
    let secure = if asked.tls { "; Secure" } else { "" };
    format!("{}={token}; HttpOnly; SameSite=Strict; Path=/api; Max-Age={age_s}{secure}", cookie_name(asked))
}

/// The token of the one cookie of ours.
fn token(asked: &Asked) -> Option<&str> {
    let pairs = asked.header(COOKIE)?.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(name, _)| *name == cookie_name(asked)).map(|(_, value)| value);
    let token = ours.next()?;
    ours.next().is_none().then_some(token)
}

fn nobody() -> Fault {
    Fault::who(COOKIE, "nobody is logged in, or the session has ended", "log in")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    user: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    old: String,
    new: String,
}

impl Desk {
    /// Who asks, where their role is enough, and where what changes something comes from the session's own page.
    pub(super) fn member(&self, asked: &Asked, role: Role) -> Result<Member, Fault> {
        let token = token(asked).ok_or_else(nobody)?;
        let (key, users) = (sessions::key_of(token), self.roll.now());
        let found = self.sessions.look(key, Instant::now(), |name| users.get(name));
        let (user, until_ms) = found.ok_or_else(nobody)?;
        if user.role < role {
            let rule = format!("this needs the role {role}, and {} has the role {}", user.name, user.role);
            return Err(Fault::forbidden(None, rule, format!("ask somebody with the role {role}")));
        }
        if ![Method::GET, Method::HEAD].contains(&asked.method) {
            self.is_meant(asked, token)?;
        }
        let csrf = self.sessions.csrf(token);
        let (user, full_name, role) = (user.name.to_string(), user.full_name.clone(), user.role);
        Ok(Member { user, full_name, role, session: key, csrf, until_ms })
    }

    /// Refuses what another site's page could have made a browser send.
    fn is_meant(&self, asked: &Asked, token: &str) -> Result<(), Fault> {
        let given = asked.header(CSRF);
        if !given.is_some_and(|given| self.sessions.is_csrf(token, given)) {
            let rule = "it is the session's, and what changes something needs it";
            return Err(Fault::forbidden(Some(CSRF), rule, "send what csrf is in the answer to GET /api/me"));
        }
        let wanted = if asked.method == Method::PUT { "application/octet-stream" } else { "application/json" };
        let kind = asked.header("content-type").and_then(|kind| kind.split(';').next()).map(str::trim);
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(wanted)) {
            let (status, rule) =
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("this takes {wanted}, or no body under its name"));
            return Err(Fault::new(status, Some("Content-Type"), rule, format!("send Content-Type: {wanted}")));
        }
        Ok(())
    }

    /// Whether this is the user's password; what is wrong counts.
    fn proven(&self, from: IpAddr, name: Option<&UserName>, password: &str) -> Result<Option<User>, Fault> {
        // Whatever is no name at all counts as one.
        let counted = name.map_or("", UserName::as_str);
        let throttle = || self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        throttle().begin(from, counted, Instant::now()).map_err(|left| {
            let seconds = u32::try_from(left.as_secs() + 1).unwrap_or(u32::MAX);
            let rule = "too many wrong passwords of this user or from this address";
            Fault::later(StatusCode::TOO_MANY_REQUESTS, Some("password"), rule, seconds)
        })?;
        let users = self.roll.now();
        let user = name.and_then(|name| users.get(name)).filter(|user| !user.disabled);
        let checked = if password.len() <= MAX_PASSWORD { password } else { "" };
        let hash = user.map(|user| user.hash.as_str());
        let checking = self.checker.is_right(checked, hash);
        let right = self.runtime.block_on(checking).map_err(|error| Fault::not_now(error.to_string()))?;
        if right {
            throttle().right(from, counted);
        }
        Ok(user.filter(|_| right).cloned())
    }

    fn login(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let asked = question.asked;
        Query::read(asked, &[])?;
        let Login { user, password } = asked.json()?;
        let name: Option<UserName> = user.parse().ok();
        let Some(user) = self.proven(asked.from, name.as_ref(), &password)? else {
            tracing::info!(from = %asked.from, "a login at the desk was wrong");
            return Err(Fault::who(
                "password",
                "no such user, or a wrong password",
                "type both again, or ask an admin",
            ));
        };
        // Whoever logs in anew is done with what they were logged in as; and no session outlives a login.
        if let Some(before) = token(asked) {
            self.sessions.end(sessions::key_of(before));
        }
        let now_ms = i64::try_from(rough_ms()).unwrap_or(i64::MAX);
        let begun = self.sessions.begin(&user, (Instant::now(), now_ms));
        let begun = begun.map_err(|error| Fault::not_now(error.to_string()))?;
        let seen =
            self.roll.change(|users| users::one(users, &user.name).map(|user| user.last_login = Some(rfc3339(now_ms))));
        if let Err(error) = seen {
            tracing::warn!(%error, "when a user logged in could not be kept");
        }
        tracing::info!(user = %user.name, from = %asked.from, "somebody logged in at the desk");
        let csrf = self.sessions.csrf(&begun.token);
        let (name, full_name, role) = (user.name.to_string(), user.full_name, user.role);
        let member = Member { user: name, full_name, role, session: begun.key, csrf, until_ms: begun.until_ms };
        Ok(Reply::json(&member.json()).cookie(&cookie(asked, &begun.token, sessions::LONGEST.as_secs())))
    }

    fn me(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        Ok(Reply::json(&question.member()?.json()))
    }

    fn logout(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        self.sessions.end(question.member()?.session);
        Ok(Reply::nothing().cookie(&cookie(question.asked, "", 0)))
    }

    fn password(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Password { old, new } = question.asked.json()?;
        let member = question.member()?;
        let name: UserName = member.user.parse().map_err(|_| nobody())?;
        if self.proven(question.asked.from, Some(&name), &old)?.is_none() {
            return Err(Fault::forbidden(Some("old"), "it is not the password", "type it again"));
        }
        let hash = users::hash(&new).map_err(|error| refusal(error, "new"))?;
        let changed = self.roll.change(|users| {
            let user = users::one(users, &name)?;
            user.hash = hash;
            Ok(user.clone())
        });
        self.sessions.keep_only(member.session, &changed.map_err(|error| refusal(error, "new"))?);
        Ok(Reply::nothing())
    }
}

/// Why users were not changed, to who asked for it. `input` is the field that the rule is about.
pub(super) fn refusal(error: UsersError, input: &str) -> Fault {
    let rule = error.to_string();
    match error {
        UsersError::Io { .. } | UsersError::Syntax { .. } | UsersError::Hash(_) => {
            tracing::error!(%error, "the desk's users cannot be changed");
            Fault::not_now("the users cannot be changed now: the office's log says why")
        }
        UsersError::Password | UsersError::FullName => {
            Fault::new(StatusCode::UNPROCESSABLE_ENTITY, Some(input), rule, "choose another")
        }
        UsersError::Exists(_) | UsersError::LastAdmin(_) | UsersError::Full => {
            Fault::new(StatusCode::CONFLICT, Some(input), rule, "GET /api/users lists who there is")
        }
        UsersError::Unknown(name) => {
            Fault::absent(Some(input), format!("there is no user {name}"), "GET /api/users lists who there is")
        }
    }
}

impl Member {
    fn json(&self) -> serde_json::Value {
        json!({
            "user": self.user,
            "full_name": self.full_name,
            "role": self.role,
            "csrf": self.csrf,
            "until": rfc3339(self.until_ms),
        })
    }
}

impl Question<'_> {
    /// Who asks, where the path is a user's.
    pub(super) fn member(&self) -> Result<&Member, Fault> {
        self.who.ok_or_else(nobody)
    }
}
