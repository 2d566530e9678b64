//! Sites that come and go: a box is expected, its key compared, a lost one's ended.
//!
//! In: an admin's word. Out: the sealed enrolment with its code, shown this once, and what to say of the rest. Deliberately absent: taking a
//! key that nobody has compared, and typing the root: both are for whoever sits at the office's terminal.

use super::{Desk, Question, Role, Route, Whose};
use crate::domain::id::SiteId;
use crate::keys::enrolment::Enrolment;
use crate::keys::key::Fingerprint;
use crate::keys::moving;
use crate::keys::register::RegisterError;
use crate::keys::root::Root;
use crate::office::{Terms, enrolling};
use crate::web::{Fault, Query, Reply, StatusCode, qr};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    ("POST", "/api/sites", Whose::Of(Role::Admin), Desk::expect_site),
    ("POST", "/api/sites/{site}/confirm", Whose::Of(Role::Admin), Desk::confirm_site),
    ("POST", "/api/sites/{site}/revoke", Whose::Of(Role::Admin), Desk::revoke_site),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    site: SiteId,
    #[serde(default)]
    replace: bool,
    #[serde(default)]
    moves: bool,
    #[serde(default)]
    urls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirm {
    fingerprint: Fingerprint,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    #[serde(default)]
    fingerprint: Option<Fingerprint>,
}

/// The site that a path names.
pub(super) fn site_of(segment: &str) -> Result<SiteId, Fault> {
    let rule = "a site's id has 1 to 32 lower case letters, digits and dashes";
    segment.parse().map_err(|_| Fault::bad("site", rule, "look at /api/sites"))
}

fn conflict(input: Option<&str>, rule: impl Into<String>, remedy: &str) -> Fault {
    Fault::new(StatusCode::CONFLICT, input, rule, remedy)
}

/// What the register says against it. Where the trouble is the office's own, its words have paths in them.
fn refused(error: &RegisterError) -> Fault {
    let rule = error.to_string();
    match error {
        RegisterError::Unknown { .. } => Fault::absent(Some("site"), rule, "look at /api/sites"),
        RegisterError::OfficeItself => against("site", rule, "choose another name"),
        RegisterError::Unusable { .. } => against("urls", rule, "name a broker that the box reaches"),
        RegisterError::AlreadyEnrolled { .. } => {
            conflict(Some("replace"), rule, "send replace, if its box is another now")
        }
        RegisterError::NoKey { .. } | RegisterError::AlreadyEnrolledWithAnother { .. } => {
            conflict(Some("site"), rule, "look at what the site says")
        }
        RegisterError::OtherFingerprint { .. } | RegisterError::NotItsKey { .. } => {
            conflict(Some("fingerprint"), rule, "compare it with what the box shows")
        }
        RegisterError::WhichKey { .. } => conflict(Some("fingerprint"), rule, "send the fingerprint of one of them"),
        _ => trouble(error),
    }
}

fn against(input: &str, rule: impl Into<String>, remedy: &str) -> Fault {
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, Some(input), rule, remedy)
}

fn trouble(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "the desk could not change the sites");
    Fault::later(StatusCode::SERVICE_UNAVAILABLE, None, "the office could not do it: its log says why", 60)
}

impl Desk {
    fn expect_site(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let Expect { site, replace, moves, urls } = question.asked.json()?;
        if replace && moves {
            return Err(against(
                "moves",
                "a box stays and is moved, or another takes its place",
                "send one of the two",
            ));
        }
        let sites = &self.office.sites;
        let (root_file, broker) = sites.with_premises(|premises| {
            let url = premises.config.broker.as_ref().map(|broker| broker.url.clone());
            (premises.paths.root.clone(), url)
        });
        let root = match moves {
            true => Some(Root::load(&root_file).map_err(|error| trouble(&error))?.secret.ok_or_else(|| {
                let remedy = "type it at the office's terminal: outpost enrol --move --root-from-paper";
                conflict(Some("moves"), "the root is on its paper, and not on the office's disk any more", remedy)
            })?),
            false => None,
        };
        let terms = Terms { replace, trust: false, moves, urls };
        let text = sites.enrol(&site, terms).map_err(|error| match error.downcast_ref::<RegisterError>() {
            Some(error) => refused(error),
            None => trouble(&format!("{error:#}")),
        })?;
        let text = root.as_ref().map_or_else(|| text.clone(), |root| moving::sign(&text, root));
        let (code, sealed) = enrolling::seal(&site, &text).map_err(|error| trouble(&error))?;
        let at_broker = match broker.filter(|_| !moves) {
            Some(url) => {
                let enrolment = Enrolment::from_bytes(text.as_bytes(), None).map_err(|error| trouble(&error))?;
                Some(enrolling::at_broker(&url, &enrolment))
            }
            None => None,
        };
        let file = BASE64_STANDARD.encode(sealed);
        let drawn = Some(qr::svg(&file)).filter(|svg| !svg.is_empty());
        tracing::info!(%site, replace, moves, by = question.user(), "an enrolment was made at the desk");
        let told = json!({
            "site": site,
            "code": code.to_string(),
            "file": file,
            "name": format!("{site}.enrol"),
            "qr": drawn,
            "at_broker": at_broker,
        });
        Ok(Reply::of_json(StatusCode::CREATED, &told))
    }

    fn confirm_site(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let site = site_of(question.places[0])?;
        let Confirm { fingerprint } = question.asked.json()?;
        let said = self.office.sites.confirm(&site, fingerprint).map_err(|error| refused(&error))?;
        tracing::info!(%site, %fingerprint, by = question.user(), "a key was confirmed at the desk");
        Ok(Reply::json(&json!({ "said": said })))
    }

    fn revoke_site(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let site = site_of(question.places[0])?;
        let Revoke { fingerprint } = question.asked.json()?;
        let said = self.office.sites.revoke(&site, fingerprint).map_err(|error| refused(&error))?;
        tracing::info!(%site, by = question.user(), "a key was revoked at the desk");
        Ok(Reply::json(&json!({ "said": said })))
    }
}
