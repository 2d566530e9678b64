//! One draft, one step on: given an id and asked, told what its box has said, or given back to whoever wrote it.
//!
//! The id stands in the draft before the box is asked, and is taken off it only after the box has declined: so a draft with an id
//! is one that may be asked, and the same id finds the same request at every start.

use super::find::{self, Odd};
use super::{At, Clerk, said};
use crate::domain::document::{Kind, Text};
use crate::domain::id::{IntentId, SiteId};
use crate::domain::request::Requested;
use crate::moment::rough_ms;
use crate::office::asking::{Answer, NotAsked, Standing};
use crate::office::ledger;
use crate::views::SiteNo;
use outpost_erpnext::client::Failure;
use outpost_erpnext::guard::{ANSWER, ASK};
use outpost_erpnext::map::Settings;
use said::text;
use serde_json::{Value, json};
use std::sync::Arc;

/// A draft in ERPNext, as the list has it.
struct Draft<'a> {
    kind: Kind,
    name: &'a str,
    row: &'a Value,
}

impl Draft<'_> {
    fn is_ticked(&self) -> bool {
        self.row.get(ASK).and_then(Value::as_u64) == Some(1)
    }

    /// Who has saved it last; where that is the office, with words of its own, who has made it.
    fn by(&self, at: &At) -> Text {
        let saved = text(self.row, "modified_by");
        let name = if saved == at.user { text(self.row, "owner") } else { saved };
        Text::try_from(name.to_owned()).unwrap_or_else(|_| crate::domain::person::nobody())
    }
}

impl Clerk {
    /// True while it is not decided.
    pub(super) fn one(&mut self, at: &At, settings: &Settings, kind: Kind, row: &Value) -> Result<bool, String> {
        let draft = Draft { kind, name: text(row, "name"), row };
        match text(row, "outpost_id") {
            "" if draft.is_ticked() => self.ask(at, settings, &draft),
            "" => Ok(false),
            id => match id.parse().map(IntentId) {
                Ok(id) => self.follow(at, settings, &draft, id),
                // It is none of ours.
                Err(_) => Ok(false),
            },
        }
    }

    /// One that nobody has been asked for yet.
    fn ask(&mut self, at: &At, settings: &Settings, draft: &Draft<'_>) -> Result<bool, String> {
        let key = (draft.kind, draft.name.to_owned());
        if let Some((modified, site)) = self.away.get(&key)
            && modified == text(draft.row, "modified")
            && self.answers.away_since(site).is_some()
        {
            return Ok(true);
        }
        self.away.remove(&key);
        let Some(there) = self.read(at, draft)? else { return Ok(false) };
        let now = said::moment(Some(rough_ms() as i64), &at.zone);
        let found = find::site(at, settings, &there).and_then(|site| {
            let masters = Arc::new(ledger::masters(self.answers.sites.rows())).of_site(&site);
            let document = find::document(at, settings, (draft.kind, &site), &there, &masters)?;
            Ok((site, document))
        });
        let (site, document) = match found {
            Ok(found) => found,
            Err(Odd::Books(why)) => return Err(why),
            Err(Odd::Draft(why)) => return self.give_back(at, draft, &said::not_asked(&now, &why)),
        };
        let number = match self.number(&site) {
            Some(number) => (site.clone(), number),
            None => {
                let why = format!("the office serves no workshop {site}");
                return self.give_back(at, draft, &said::not_asked(&now, &why));
            }
        };
        if let Some(since) = self.answers.away_since(&site) {
            let modified = self.say(at, draft, &said::away(&site, &since))?;
            self.away.insert(key, (modified.unwrap_or_else(|| text(draft.row, "modified").to_owned()), site));
            return Ok(true);
        }
        let id = new_id()?;
        let given = json!({
            "outpost_id": id.to_string(), "outpost_site": site.as_str(), ANSWER: said::asked(&site, &now),
            // Somebody may have changed it since it was read.
            "modified": text(&there, "modified"),
        });
        match at.write(draft.kind, draft.name, &given) {
            Ok(_) => {}
            Err(failure) if failure.is("TimestampMismatchError") => return Ok(true),
            Err(failure) => return Err(failure.to_string()),
        }
        self.request(at, draft, &number, Requested { id, by: draft.by(at), document })
    }

    fn request(&self, at: &At, draft: &Draft<'_>, site: &(SiteId, SiteNo), wanted: Requested) -> Result<bool, String> {
        match self.answers.request(site, wanted, true) {
            Ok(()) => Ok(true),
            Err(NotAsked::NotNow(why)) => Err(why),
            Err(NotAsked::Full(_)) => {
                let free = json!({ "outpost_id": "", "outpost_site": "", ANSWER: said::full(&site.0) });
                at.write(draft.kind, draft.name, &free).map_err(|failure| failure.to_string())?;
                Ok(true)
            }
            Err(not) => {
                let now = said::moment(Some(rough_ms() as i64), &at.zone);
                self.give_back(at, draft, &said::not_asked(&now, &not.to_string()))
            }
        }
    }

    /// One that has an id.
    fn follow(&self, at: &At, settings: &Settings, draft: &Draft<'_>, id: IntentId) -> Result<bool, String> {
        let site = text(draft.row, "outpost_site").parse::<SiteId>().ok();
        let number = site.and_then(|site| Some((site.clone(), self.number(&site)?)));
        // Without an answer of ours somebody has given it the id by hand.
        let (Some(number), false) = (number, text(draft.row, ANSWER).is_empty()) else { return Ok(false) };
        let standing = self.answers.standing(number.1, id).map_err(|not| not.to_string())?;
        match standing {
            Some(standing) => self.stands(at, draft, &number, &standing),
            None => self.unasked(at, settings, draft, (number, id)),
        }
    }

    /// The office was stopped between the id and the request; or it has lost its journal.
    fn unasked(
        &self,
        at: &At,
        settings: &Settings,
        draft: &Draft<'_>,
        (site, id): ((SiteId, SiteNo), IntentId),
    ) -> Result<bool, String> {
        let known = self.answers.views.document(site.1, id).map_err(|error| error.to_string())?;
        if known.is_some() {
            // The site has recorded it all the same: it is posted.
            return Ok(true);
        }
        let now = said::moment(Some(rough_ms() as i64), &at.zone);
        if !draft.is_ticked() {
            return self.give_back(at, draft, "Taken back before anybody was asked.");
        }
        let Some(there) = self.read(at, draft)? else { return Ok(false) };
        let masters = Arc::new(ledger::masters(self.answers.sites.rows())).of_site(&site.0);
        let ours = find::site(at, settings, &there).and_then(|found| {
            let other = || Odd::Draft(format!("its warehouses are {found}'s now, and no more {}'s", site.0));
            if found != site.0 { Err(other()) } else { Ok(found) }
        });
        match ours.and_then(|found| find::document(at, settings, (draft.kind, &found), &there, &masters)) {
            Ok(document) => self.request(at, draft, &site, Requested { id, by: draft.by(at), document }),
            Err(Odd::Books(why)) => Err(why),
            Err(Odd::Draft(why)) => self.give_back(at, draft, &said::not_asked(&now, &why)),
        }
    }

    /// One whose request is in the office's journal.
    fn stands(&self, at: &At, draft: &Draft<'_>, site: &(SiteId, SiteNo), standing: &Standing) -> Result<bool, String> {
        let when = |at_ms| said::moment(at_ms, &at.zone);
        match &standing.answer {
            Some(Answer::Recorded) => {
                let fate = self.answers.views.fate(site.1, standing.line.id).map_err(|not| not.to_string())?;
                if let Some(why) = fate.as_ref().and_then(|fate| said::never_posted(&site.0, fate)) {
                    return self.give_back(at, draft, &why);
                }
                let is_held = self.answers.clerk.holder(standing.line.id).is_some();
                self.say(at, draft, &said::recorded(&site.0, &when(standing.answered_ms), is_held))?;
                Ok(true)
            }
            Some(Answer::Declined(why)) => {
                self.give_back(at, draft, &said::declined(&site.0, &when(standing.answered_ms), why))
            }
            None if standing.taken_back.is_some() => {
                self.say(at, draft, &said::taken_back(&site.0))?;
                Ok(true)
            }
            None if !draft.is_ticked() => {
                self.answers.take_back(site, standing.line.id, draft.by(at)).map_err(|not| not.to_string())?;
                self.say(at, draft, &said::taken_back(&site.0))?;
                Ok(true)
            }
            None => {
                let words = match self.answers.away_since(&site.0) {
                    Some(since) => said::asked_and_away(&site.0, &since),
                    None => said::asked(&site.0, &when(standing.at_ms)),
                };
                self.say(at, draft, &words)?;
                Ok(true)
            }
        }
    }

    /// The draft as it is now; nothing where it is none any more, or is to be asked for no more.
    fn read(&self, at: &At, draft: &Draft<'_>) -> Result<Option<Value>, String> {
        match at.client.get(draft.kind.name(), draft.name) {
            Ok(there) => {
                let is_draft = there.get("docstatus").and_then(Value::as_u64) == Some(0);
                let is_ticked = there.get(ASK).and_then(Value::as_u64) == Some(1);
                Ok(Some(there).filter(|_| is_draft && is_ticked))
            }
            Err(Failure::Refused { status: 404, .. }) => Ok(None),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// Writes words into it, where it has others. When it was saved then.
    fn say(&self, at: &At, draft: &Draft<'_>, words: &str) -> Result<Option<String>, String> {
        if text(draft.row, ANSWER) == words {
            return Ok(None);
        }
        let saved = at.write(draft.kind, draft.name, &json!({ ANSWER: words }));
        saved.map(|saved| Some(text(&saved, "modified").to_owned())).map_err(|failure| failure.to_string())
    }

    /// It is a draft like any other again, with why. Whoever wrote it may change it and ask again, under another id.
    fn give_back(&self, at: &At, draft: &Draft<'_>, words: &str) -> Result<bool, String> {
        let free = json!({ "outpost_id": "", "outpost_site": "", ASK: 0, ANSWER: words });
        at.write(draft.kind, draft.name, &free).map_err(|failure| failure.to_string())?;
        Ok(false)
    }

    fn number(&self, site: &SiteId) -> Option<SiteNo> {
        self.answers.sites.numbers().into_iter().find(|(name, _)| name == site).map(|(_, number)| number)
    }
}

fn new_id() -> Result<IntentId, String> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    Ok(IntentId::new(rough_ms(), random))
}
