//! What is beside an enrolment's text: its seal under a code, the root's word below a move, and what has to be done at a broker.
//!
//! In: a text that [`super::enrol`] or a running office gave. Out: what is handed to people. Deliberately absent: who may have it, and how it
//! gets to the box.

use crate::domain::id::SiteId;
use crate::keys::enrolment::Enrolment;
use crate::keys::sealed::{self, Code};

/// Seals an enrolment's text under a new code: what to show once, and what to carry.
pub fn seal(site: &SiteId, text: &str) -> Result<(Code, Vec<u8>), getrandom::Error> {
    let (mut random, mut salt) = ([0; 8], [0; 16]);
    getrandom::fill(&mut random)?;
    getrandom::fill(&mut salt)?;
    let code = Code::from_random(random);
    let bytes = sealed::seal(site, text, &code, salt);
    Ok((code, bytes))
}

/// What has to be done at a broker that is not the office's own: with one of the company's own nobody but its people can make the box's
/// login there.
pub fn at_broker(url: &str, enrolment: &Enrolment) -> String {
    let Enrolment { site, login, password, .. } = enrolment;
    format!(
        "The broker {url} does not know this box yet. Make there:\n  \
         user      {login}\n  \
         password  {password}\n  \
         which may publish    op/{site}/up and op/{site}/enrol\n  \
         and may subscribe    op/{site}/down\n\
         and nothing else. The office's own user there may subscribe op/+/up and op/+/enrol, and publish op/+/down."
    )
}
