//! One site's thread: reads its journal on, tries what the core says, writes down what is to be said.

mod audit;
mod by_hand;
mod first_day;
mod late;
mod latest;
mod orders;

use super::Heard;
use super::held::{Board, Held};
use super::levels::Due;
use super::library::{Books, Known, Words};
use super::settings::{Source, Written};
use super::turnstile::Pass;
use crate::domain::document::Kind;
use crate::domain::id::{IntentId, SiteId};
use crate::domain::outcome::{Fate, Hold, Outcome};
use crate::domain::record::{Entry, Record, Submitted};
use crate::moment::up_ms;
use crate::pages::means;
use crate::posting::{Fates, Moved, Next, Place, Said, Sink, Verdict, What, Work, Writer};
use crate::views::{self, Journals, Locator, SiteNo, Stream};
use crate::wire::record;
use audit::Audit;
use first_day::FirstDay;
use late::Late;
use orders::DAMAGED;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// Records that are in memory at once while a journal is read.
const AT_ONCE: usize = 256;
/// How often the journal is looked at, where nobody says that there is more.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between two tries to reach the books.
const REACH_EVERY: Duration = Duration::from_secs(15);
/// How many of the latest documents are looked for in the books: restored ones lack them.
const AUDITED: usize = 200;
/// How many of the held ones in doubt are asked for at a time.
const ASKED: usize = 200;

/// The record of what is held or being tried.
#[derive(Clone, Copy)]
struct Spot {
    /// Its place among the site's records.
    order: u64,
    at: Locator,
    /// Whether it is looked for in the books once it is there.
    is_audited: bool,
}

/// What came of a record that may be posted.
struct Came {
    at: views::Place,
    record: Record,
}

/// One site's thread.
pub(super) struct SiteWriter {
    pub(super) site: SiteId,
    pub(super) number: SiteNo,
    pub(super) books: Arc<Books>,
    pub(super) source: Arc<Source>,
    sink: Option<Box<dyn Sink>>,
    /// The settings that the sink was made by.
    made_by: Written,
    /// The settings that have named the site.
    named_by: Option<Written>,
    first_day: FirstDay,
    pub(super) board: Arc<Board>,
    pub(super) stock: Due,
    /// Held while a document may be on its way into the books.
    pass: Option<Pass>,
    pub(super) writer: Writer,
    /// How far the journal was gone through.
    last: Option<views::Place>,
    coming: VecDeque<Came>,
    /// The latest that was taken of those: mostly it is tried at once.
    taken: Option<Record>,
    /// Where the records are of what is held or being tried.
    at: HashMap<IntentId, Spot>,
    /// Said, and not written down yet.
    owed: Said,
    /// In the books, of which other sites are told once the words on it are written down.
    moved: Moved,
    audit: Audit,
    late: Late,
}

impl SiteWriter {
    pub(super) fn new(
        (site, number): (SiteId, SiteNo),
        books: Arc<Books>,
        source: Arc<Source>,
        board: Arc<Board>,
    ) -> Self {
        Self {
            site,
            number,
            books,
            source,
            sink: None,
            made_by: [None; 2],
            named_by: None,
            first_day: FirstDay::default(),
            board,
            stock: Due::default(),
            pass: None,
            writer: Writer::default(),
            last: None,
            coming: VecDeque::new(),
            taken: None,
            at: HashMap::new(),
            owed: Said::new(),
            moved: Moved::new(),
            audit: Audit::default(),
            late: Late::default(),
        }
    }

    /// Runs until the office stops, or the site is posted no more.
    pub(super) fn run(mut self) {
        self.board.forget_sums();
        // The words of before have to be known before anything is tried, and what of before has none.
        for stream in [Stream::Down(self.number), Stream::Up(self.number)] {
            let there = self.books.shelves.records(stream);
            while self.books.views.applied(stream) < there && !self.books.hub.stopped() {
                self.hear();
                self.books.hub.wait_to_hear(Duration::from_millis(200));
            }
        }
        while !self.books.hub.stopped() && self.is_posted() {
            let pause = match self.step() {
                Ok(pause) => pause,
                Err(why) => {
                    self.board.trying(None, Some(why));
                    Some(LOOK_EVERY)
                }
            };
            if let Some(pause) = pause {
                self.books.hub.wait_to_hear(pause);
            }
        }
        // What is not said now is found in the books after the next start. Books that do not answer are not waited for.
        let unread = self.writer.unread();
        if !unread.is_empty()
            && !self.writer.is_failing()
            && let Err(why) = self.confirm(&unread)
        {
            tracing::warn!(site = %self.site, why, "posted, and not said yet: found again after the next start");
        }
    }

    /// One step; how long to wait before the next, where there is nothing to do now.
    fn step(&mut self) -> Result<Option<Duration>, String> {
        self.hear();
        self.pay()?;
        if self.writer.is_settled() {
            self.pass = None;
        } else {
            self.pass();
        }
        if self.writer.is_quiet() {
            self.look_at_stock();
        }
        for order in self.books.hub.orders(&self.site) {
            self.obey(order);
        }
        let more = self.fill()?;
        let words = Words { books: &self.books, site: self.number };
        let (said, next) = self.writer.next(up_ms(), more, &words);
        // Views that were not waited for have not answered: a word made of that would not be true.
        if self.books.hub.stopped() {
            return Ok(None);
        }
        self.say(said)?;
        match next {
            None => {
                self.rest();
                Ok(Some(LOOK_EVERY))
            }
            Some(Next::Sleep { until_ms }) => {
                // Some that lack stock are to be tried later: nothing is under way.
                if self.writer.is_quiet() {
                    self.rest();
                }
                let pause = Duration::from_millis(until_ms.saturating_sub(up_ms()).max(1));
                Ok(Some(pause.min(LOOK_EVERY)))
            }
            Some(Next::Read) => self.take().map(|()| None),
            Some(Next::Confirm(made)) => self.confirm(&made),
            Some(Next::Try { id, again }) => match self.audit.comes_first() {
                None => self.attempt(id, again),
                Some(wait) if !wait.is_zero() => Ok(Some(wait.min(LOOK_EVERY))),
                Some(_) => {
                    if let Err(why) = self.audit() {
                        self.board.trying(None, Some(why));
                    }
                    Ok(None)
                }
            },
        }
    }

    /// Takes note of what others have brought, also where nothing can be written down for a long time: it is as much as they post meanwhile.
    fn hear(&mut self) {
        for heard in self.books.hub.heard(&self.site) {
            match heard {
                Heard::Moved(moved) => moved.iter().for_each(|(id, brings)| self.writer.moved(*id, brings)),
                Heard::GotOn(order) => self.writer.got_on(&order),
            }
        }
    }

    /// Whether the site has its section still. Settings that cannot be read now take nothing from anybody.
    fn is_posted(&mut self) -> bool {
        let written = self.source.written();
        if self.named_by != Some(written) {
            match self.source.names(&self.site) {
                Some(true) => self.named_by = Some(written),
                Some(false) => return false,
                None => {}
            }
        }
        true
    }

    /// There is nothing to do now.
    fn rest(&mut self) {
        match self.audit() {
            Ok(true) => self.board.trying(None, None),
            Ok(false) if self.audit.trouble.is_some() => self.board.trying(None, self.audit.trouble.clone()),
            Ok(false) => self.board.idle(),
            Err(why) => self.board.trying(None, Some(why)),
        }
    }

    /// Writes down what is owed, before anything else is done.
    fn pay(&mut self) -> Result<(), String> {
        if !self.owed.is_empty() {
            self.write_down()?;
        }
        if !self.moved.is_empty() {
            self.books.hub.tell_others(&self.site, std::mem::take(&mut self.moved));
        }
        for order in self.writer.brought_on() {
            self.books.hub.tell_others_of_work(&self.site, &order);
        }
        Ok(())
    }

    fn write_down(&mut self) -> Result<(), String> {
        let counted = self.owed.iter().any(|outcome| outcome.fate.by_hand().is_some() && self.counts(outcome.of));
        self.books.say((&self.site, self.number), self.owed.clone())?;
        if counted {
            self.board.forget_sums();
        }
        for Outcome { of, fate } in std::mem::take(&mut self.owed) {
            if self.board.keeps_sums()
                && let Some(entry) = self.at.get(&of).and_then(|spot| self.books.entry(self.number, spot.at))
            {
                self.enter(&entry, &fate);
            }
            match &fate {
                Fate::Held { hold, why } => self.post_up(of, *hold, why.clone()),
                _ => {
                    self.board.ended(of, &fate);
                    self.late.ended(of);
                    match (&fate, self.at.remove(&of)) {
                        (Fate::Posted { .. }, Some(Spot { order, at, is_audited: true })) => {
                            self.audit.remember((of, order, at));
                        }
                        (Fate::Posted { .. }, _) => {}
                        // Who waits for it at another site hears that it never comes.
                        _ => self.moved.push((of, BTreeSet::new())),
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether it is in the sums as what was entered before the first day.
    fn counts(&self, id: IntentId) -> bool {
        Words { books: &self.books, site: self.number }.fate(id).is_some_and(|fate| fate.is_before())
    }

    fn say(&mut self, said: Said) -> Result<(), String> {
        self.owed.extend(said);
        self.pay()
    }

    /// Shows that something is held.
    fn post_up(&self, id: IntentId, hold: Hold, why: String) {
        let Some(Spot { order, at, .. }) = self.at.get(&id).copied() else { return };
        let words = Words { books: &self.books, site: self.number };
        let held = match self.books.entry(self.number, at) {
            Some(Entry::Cancelled(cancelled)) => Held {
                id,
                called: format!("the cancellation of {}", words.called(cancelled.document)),
                means: self.stays(&cancelled),
                kind: None,
                day: None,
                sum: None,
                hold,
                why,
            },
            Some(Entry::Submitted(submitted)) => Held {
                id,
                called: words.called(id),
                means: match hold {
                    Hold::Differs => vec![means::IS_THERE.into()],
                    _ => means::never_posted(&submitted),
                },
                kind: Some(submitted.document.kind()),
                day: submitted.day().map(|day| day.to_string()),
                sum: Some(submitted.effects().sum).filter(|sum| !sum.is_zero()).map(|sum| sum.to_string()),
                hold,
                why,
            },
            _ => {
                let called = words.called(id);
                Held { id, called, means: vec![DAMAGED.into()], kind: None, day: None, sum: None, hold, why }
            }
        };
        self.board.hold(order, held);
    }

    /// Reads the journal on, as far as the views have it; whether something came that may be posted.
    fn fill(&mut self) -> Result<bool, String> {
        let stream = Stream::Up(self.number);
        let there = self.books.views.applied(stream).min(self.books.shelves.records(stream));
        let read = self.last.map_or(0, |last| last.ordinal);
        let unread = self.writer.unread().len();
        self.board.to_read(there.saturating_sub(read) + (self.coming.len() + unread) as u64);
        if !self.coming.is_empty() || there <= read {
            return Ok(!self.coming.is_empty());
        }
        let (mut coming, mut seen) = (VecDeque::new(), 0);
        let mut last = self.last;
        let scanned = self.books.shelves.scan(stream, self.last, &mut |at, body| {
            if at.ordinal > there || seen == AT_ONCE {
                return ControlFlow::Break(());
            }
            seen += 1;
            last = Some(at);
            if let Ok(record) = record::decode(body)
                && matches!(record.entry, Entry::Submitted(_) | Entry::Cancelled(_))
            {
                coming.push_back(Came { at, record });
            }
            ControlFlow::Continue(())
        });
        scanned.map_err(|error| error.to_string())?;
        // A first day that was written before these came counts for them.
        self.source.look_again();
        self.coming = self.sift(coming)?;
        self.last = last;
        Ok(!self.coming.is_empty() || seen > 0)
    }

    /// Takes what comes next.
    fn take(&mut self) -> Result<(), String> {
        let Some(Came { at, record }) = self.coming.pop_front() else { return Ok(()) };
        let Some(id) = record.entry.intent() else { return Ok(()) };
        let order = at.ordinal;
        let own = Words { books: &self.books, site: self.number }.own(id);
        let Some((first, fate)) = own else { return Ok(()) };
        if fate.as_ref().is_some_and(Fate::is_final) {
            if matches!(fate, Some(Fate::Posted { .. })) && audit::is_looked_for(&record.entry) {
                self.audit.recall((id, order, at.locator));
            }
            return Ok(());
        }
        // A repeat says nothing new; of documents the views know which record is the first.
        if self.at.contains_key(&id) || first.is_some_and(|first| first.position != at.position) {
            return Ok(());
        }
        let Some(work) = self.work(&record.entry, order) else { return Ok(()) };
        let is_audited = audit::is_looked_for(&record.entry);
        self.at.insert(id, Spot { order, at: at.locator, is_audited });
        if let Some(Fate::Held { hold, why }) = &fate {
            self.post_up(id, *hold, why.clone());
        }
        self.taken = Some(record);
        let words = Known { words: Words { books: &self.books, site: self.number }, id, fate };
        let said = self.writer.take(work, &words);
        if self.books.hub.stopped() {
            return Ok(());
        }
        self.say(said)
    }

    fn work(&self, entry: &Entry, order: u64) -> Option<Work> {
        match entry {
            Entry::Submitted(submitted) => Some(self.post(submitted, order)),
            Entry::Cancelled(cancelled) => {
                let of = self.books.document_of(self.number, cancelled.document).map(|(of, _)| of);
                Some(Work::cancel(cancelled, of.as_ref(), order))
            }
            _ => None,
        }
    }

    fn post(&self, submitted: &Submitted, order: u64) -> Work {
        let amended = submitted.amends.and_then(|id| self.books.document_of(self.number, id));
        let cancelled_by = amended.and_then(|(_, cancelled)| cancelled).map(|cancelled| cancelled.id);
        Work::post(submitted, order, cancelled_by)
    }

    /// Nobody reads figures from now on: something may be on its way, or was when the office ended.
    fn pass(&mut self) {
        self.pass.get_or_insert_with(|| self.books.hub.turnstile.enter());
    }

    /// Asks the books for held ones that may be there all the same; how many are in doubt still.
    pub(super) fn ask_for_doubtful(&mut self) -> Result<usize, String> {
        let doubtful = self.writer.in_doubt(ASKED);
        if doubtful.is_empty() {
            return Ok(0);
        }
        let documents: Vec<_> =
            doubtful.iter().filter_map(|(id, what)| Some((*id, self.kind_of(*id, *what)?))).collect();
        self.reach()?;
        let Some(sink) = &mut self.sink else { return Err("the books cannot be reached".into()) };
        let asked: Vec<_> = documents.iter().map(|(_, (kind, of))| (*kind, *of)).collect();
        let there = sink.there(&asked)?;
        let mut said = Said::new();
        for (id, what) in doubtful {
            let of = documents.iter().find(|(known, _)| *known == id).map_or(id, |(_, (_, of))| *of);
            // A cancellation is done where its document is there no more.
            let is_done = there.contains(&of) == matches!(what, What::Post(_));
            if !is_done {
                self.late.asked(id, up_ms());
            }
            said.extend(self.writer.asked(id, is_done));
        }
        self.say(said)?;
        Ok(self.writer.in_doubt(1).len())
    }

    /// Those held ones that the books may have been at when they were asked are in doubt once more.
    pub(super) fn doubt_the_late(&mut self, now_ms: u64) {
        for id in self.late.due(now_ms) {
            self.writer.doubt_again(id);
        }
    }

    /// What the books have of it: itself, or the document that it cancels.
    fn kind_of(&self, id: IntentId, what: What) -> Option<(Kind, IntentId)> {
        match what {
            What::Post(kind) => Some((kind, id)),
            What::Cancel(of) => Some((self.books.document_of(self.number, of)?.0.document.kind(), of)),
        }
    }

    /// Has a sink by the settings as they are now.
    fn reach(&mut self) -> Result<(), String> {
        let written = self.source.written();
        if self.sink.is_none() || self.made_by != written {
            self.sink = None;
            self.sink = Some(self.source.sink(&self.site)?);
            self.made_by = written;
        }
        Ok(())
    }

    /// The record of what is to be tried; none where it is damaged.
    fn record(&mut self, id: IntentId, at: Locator) -> Result<Option<Record>, String> {
        if let Some(taken) = self.taken.take().filter(|taken| taken.entry.intent() == Some(id)) {
            return Ok(Some(taken));
        }
        let body = self.books.shelves.body(Stream::Up(self.number), at).map_err(|error| error.to_string())?;
        Ok(body.and_then(|body| record::decode(&body).ok()))
    }

    fn attempt(&mut self, id: IntentId, again: bool) -> Result<Option<Duration>, String> {
        let Some(Spot { order, at, .. }) = self.at.get(&id).copied() else {
            return Err(format!("{id} is to be posted, and its record is not known: tell who maintains outpost"));
        };
        let Some(record) = self.record(id, at)? else { return self.damaged() };
        if let Err(why) = self.reach() {
            self.board.trying(Some(id.to_string()), Some(why));
            return Ok(Some(REACH_EVERY));
        }
        if let Some(first) = self.is_before(&record)? {
            let words = Words { books: &self.books, site: self.number };
            let said = self.writer.answered(Verdict::Never(Fate::before(first)), up_ms(), &words);
            return self.say(said).map(|()| None);
        }
        let local = self.local(&record);
        let place = Place { site: self.site.clone(), day: local.date(), time: local.time(), again };
        self.pass();
        let Some(sink) = &mut self.sink else { return Ok(None) };
        let (verdict, work) = match &record.entry {
            Entry::Submitted(submitted) => (sink.post(submitted, &place), Work::post(submitted, order, None)),
            Entry::Cancelled(cancelled) => match self.books.document_of(self.number, cancelled.document) {
                Some((of, _)) => (sink.cancel(cancelled, &of, &place), Work::cancel(cancelled, Some(&of), order)),
                None => return self.damaged(),
            },
            _ => return Ok(None),
        };
        let trouble = self.trouble(std::slice::from_ref(&verdict));
        self.board.trying(Some(id.to_string()), trouble);
        let done = verdict.is_there();
        let words = Words { books: &self.books, site: self.number };
        let said = self.writer.answered(verdict, up_ms(), &words);
        if done {
            self.moved.push((id, work.brings));
        }
        self.say(said)?;
        Ok(None)
    }

    /// Reads back what was made.
    fn confirm(&mut self, made: &[IntentId]) -> Result<Option<Duration>, String> {
        // Another connection than the one that made them knows nothing of them: then each is asked for.
        let verdicts = self.sink.as_mut().map(|sink| sink.confirm(made)).unwrap_or_default();
        let trouble = self.trouble(&verdicts);
        self.board.trying(None, trouble);
        let words = Words { books: &self.books, site: self.number };
        let (said, moved) = self.writer.confirmed(verdicts, up_ms(), &words);
        self.moved.extend(moved);
        self.say(said)?;
        Ok(None)
    }

    /// What is in the way of these. Books that did not answer may have been restored when they do.
    fn trouble(&mut self, verdicts: &[Verdict]) -> Option<String> {
        let is_silent =
            |verdict: &Verdict| matches!(verdict, Verdict::Again { alive: false, .. } | Verdict::Stopped(_));
        if verdicts.iter().any(is_silent) {
            self.audit.doubt();
        }
        verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Again { why, .. } | Verdict::Stopped(why) => Some(why.clone()),
            _ => None,
        })
    }

    /// What cannot be read any more is held, so that nothing else waits for it.
    fn damaged(&mut self) -> Result<Option<Duration>, String> {
        // An office that is being stopped has not asked to the end.
        if self.books.hub.stopped() {
            return Ok(None);
        }
        let why =
            "Its record is damaged at the office: run `outpost doctor`. Retry it when it is mended, or give it up.";
        let words = Words { books: &self.books, site: self.number };
        let said = self.writer.answered(Verdict::Held(Hold::Failing, why.into()), up_ms(), &words);
        self.say(said).map(|()| None)
    }
}
