//! What a store holds of its peer's journal: which records of which epochs, and which epochs are whole back to the
//! very first.
//!
//! Epochs form a chain by what their first records follow; a copied card makes it a tree. A head is an epoch that
//! is whole back to the start and that no other whole epoch goes on from at its end.

use crate::domain::id::{Epoch, Position, Seq};
use crate::domain::record::Span;
use crate::wire::message::{Held, MAX_BEYOND, MAX_HEADS};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::ranges::Ranges;

#[derive(Debug, Default)]
struct Opening {
    held: Ranges,
    /// What its first record follows, once that is known.
    follows: Option<Option<Position>>,
    /// Its first record and all before it are held.
    rooted: bool,
    /// The epochs that follow a record of this one.
    children: Vec<Epoch>,
}

/// What is held of one journal.
#[derive(Debug, Default)]
pub struct Inbox {
    epochs: BTreeMap<Epoch, Opening>,
    heads: BTreeSet<Epoch>,
    /// Epochs that hold something which no head covers.
    loose: BTreeSet<Epoch>,
    /// Loose epochs, latest touched last: acks name these first, so that nothing is left out for ever.
    touched: VecDeque<Epoch>,
}

impl Inbox {
    /// Takes note that `span` is held. `follows` is what the epoch's first record says, where the span begins with it
    /// and it could be read. Returns the records that now have two successors: the sign of a copied card.
    pub fn hold(&mut self, span: Span, follows: Option<Option<Position>>) -> Vec<Position> {
        let mut forks = Vec::new();
        let epoch = span.epoch;
        self.epochs.entry(epoch).or_default().held.insert(span.first.0, span.last.0);
        if let Some(follows) = follows.filter(|_| span.first.0 == 1)
            && self.epochs[&epoch].follows.is_none()
        {
            self.epochs.entry(epoch).or_default().follows = Some(follows);
            if let Some(parent) = follows {
                let opening = self.epochs.entry(parent.epoch).or_default();
                opening.children.push(epoch);
                forks.extend(self.successors(parent).is_some_and(|n| n > 1).then_some(parent));
            }
        }
        for child in self.epochs[&epoch].children.clone() {
            let parent = self.epochs[&child].follows.flatten().expect("invariant: a child follows its parent");
            let next = parent.seq.0 + 1;
            if span.first.0 <= next && next <= span.last.0 && !forks.contains(&parent) {
                forks.push(parent);
            }
        }
        self.settle(epoch);
        forks
    }

    fn successors(&self, at: Position) -> Option<usize> {
        let opening = self.epochs.get(&at.epoch)?;
        let own = usize::from(opening.held.contains(at.seq.0 + 1, at.seq.0 + 1));
        let follows_at = |child: &&Epoch| self.epochs[child].follows == Some(Some(at));
        Some(own + opening.children.iter().filter(follows_at).count())
    }

    /// The first records of the branches where the journal parts: an epoch that follows a record of which something else goes on, and
    /// what goes on there. Those that begin an epoch come first, the newest before the others: such is a restored card.
    pub fn lives(&self) -> Vec<Position> {
        let (mut begun, mut gone_on) = (BTreeSet::new(), BTreeSet::new());
        for (epoch, opening) in &self.epochs {
            let follows = |child: &Epoch| Some((self.epochs[child].follows.flatten()?.seq, *child));
            let children: Vec<(Seq, Epoch)> = opening.children.iter().filter_map(follows).collect();
            let held = opening.held.runs().map(|(_, last)| last).max();
            // A record that an epoch follows was there, though it may never come.
            let Some(last) = children.iter().map(|(at, _)| at.0).chain(held).max() else { continue };
            let at_its_end = children.iter().filter(|(at, _)| at.0 == last).count();
            for (at, child) in &children {
                if at.0 < last || at_its_end > 1 {
                    begun.insert(Position { epoch: *child, seq: Seq(1) });
                }
                if at.0 < last {
                    gone_on.insert(Position { epoch: *epoch, seq: Seq(at.0 + 1) });
                }
            }
        }
        begun.into_iter().rev().chain(gone_on).collect()
    }

    /// Whether a record is `life` or comes after it. Where that cannot be told, since an epoch's first record is not here, it is.
    pub fn is_in(&self, life: Position, mut at: Position) -> bool {
        // Who writes nonsense may let epochs follow each other in a circle.
        for _ in 0..=self.epochs.len() {
            if at.epoch == life.epoch {
                return at.seq >= life.seq;
            }
            match self.epochs.get(&at.epoch).and_then(|opening| opening.follows) {
                Some(Some(parent)) => at = parent,
                Some(None) => return false,
                None => return true,
            }
        }
        false
    }

    /// Works out anew what `epoch`, and whatever goes on from it, is whole back to.
    fn settle(&mut self, epoch: Epoch) {
        let mut open = vec![epoch];
        while let Some(epoch) = open.pop() {
            let opening = &self.epochs[&epoch];
            let rooted = opening.rooted
                || opening.held.prefix() > 0
                    && match opening.follows {
                        None => false,
                        Some(None) => true,
                        Some(Some(parent)) => self.whole_through(parent),
                    };
            let prefix = opening.held.prefix();
            let (mut ends_here, children) = (false, opening.children.clone());
            for child in children {
                let Some(Some(parent)) = self.epochs[&child].follows else { continue };
                if rooted && parent.seq.0 <= prefix {
                    if !self.epochs[&child].rooted {
                        open.push(child);
                    }
                    ends_here |= parent.seq.0 == prefix;
                }
            }
            let opening = self.epochs.get_mut(&epoch).expect("invariant: looked up above");
            let newly = rooted && !opening.rooted;
            opening.rooted = rooted;
            let covered = if rooted { prefix } else { 0 };
            let is_loose = opening.held.runs().any(|(_, last)| last > covered);
            if rooted && !ends_here {
                self.heads.insert(epoch);
            } else {
                self.heads.remove(&epoch);
            }
            if newly && let Some(Some(parent)) = self.epochs[&epoch].follows {
                let at_its_end = self.epochs[&parent.epoch].held.prefix() == parent.seq.0;
                if at_its_end {
                    self.heads.remove(&parent.epoch);
                }
            }
            self.touched.retain(|touched| *touched != epoch);
            if is_loose {
                self.loose.insert(epoch);
                self.touched.push_back(epoch);
            } else {
                self.loose.remove(&epoch);
            }
        }
    }

    fn whole_through(&self, at: Position) -> bool {
        self.epochs.get(&at.epoch).is_some_and(|opening| opening.rooted && opening.held.prefix() >= at.seq.0)
    }

    /// The records of `span` that a known epoch follows, each with that epoch.
    pub(super) fn followers(&self, span: Span) -> impl Iterator<Item = (Position, Epoch)> + '_ {
        let children = self.epochs.get(&span.epoch).into_iter().flat_map(|opening| &opening.children);
        let followed = children.filter_map(|child| Some((self.epochs[child].follows.flatten()?, *child)));
        followed.filter(move |(at, _)| (span.first..=span.last).contains(&at.seq))
    }

    /// The runs of `span` that are not held.
    pub fn missing(&self, span: Span) -> Vec<Span> {
        let whole = |(first, last)| Span { epoch: span.epoch, first: Seq(first), last: Seq(last) };
        match self.epochs.get(&span.epoch) {
            Some(opening) => opening.held.missing(span.first.0, span.last.0).map(whole).collect(),
            None => vec![span],
        }
    }

    /// True where all that `claim` names is held, as far as can be told: an epoch whose first record was lost does not say
    /// what it follows.
    pub fn covers(&self, claim: &Held) -> bool {
        claim.through.iter().all(|at| self.goes_back_from(*at))
            && claim.beyond.iter().all(|span| self.missing(*span).is_empty())
    }

    /// True where nothing is known to be missing up to `at`.
    fn goes_back_from(&self, mut at: Position) -> bool {
        // Who writes nonsense may let epochs follow each other in a circle.
        for _ in 0..=self.epochs.len() {
            let Some(opening) = self.epochs.get(&at.epoch).filter(|opening| opening.held.prefix() >= at.seq.0.max(1))
            else {
                return false;
            };
            match opening.follows {
                Some(Some(parent)) if !opening.rooted => at = parent,
                _ => return true,
            }
        }
        false
    }

    /// The peer has sent again what is held of `epoch`: acks name it early, if they name it at all.
    pub(super) fn touch(&mut self, epoch: Epoch) {
        if self.loose.contains(&epoch) {
            self.touched.retain(|touched| *touched != epoch);
            self.touched.push_back(epoch);
        }
    }

    /// What an ack says of it. Runs beyond [`MAX_BEYOND`] are left out, the longest untouched first.
    pub fn held(&self) -> Held {
        self.held_naming(&BTreeSet::new())
    }

    /// As [`Inbox::held`], and names what is whole of `asked` as well, though a head goes on from it: of two cards with
    /// one past, neither knows the other's head. The newest come first, since each stands for all that it goes back to.
    pub(super) fn held_naming(&self, asked: &BTreeSet<Epoch>) -> Held {
        let known = asked.iter().rev().filter(|epoch| self.epochs.get(epoch).is_some_and(|opening| opening.rooted));
        let newest_heads = self.heads.iter().rev().filter(|head| !asked.contains(head));
        let named = known.chain(newest_heads).take(MAX_HEADS);
        let through =
            named.map(|epoch| Position { epoch: *epoch, seq: Seq(self.epochs[epoch].held.prefix()) }).collect();
        let mut beyond = Vec::new();
        'all: for epoch in self.touched.iter().rev() {
            let opening = &self.epochs[epoch];
            let covered = if opening.rooted { opening.held.prefix() } else { 0 };
            for (first, last) in opening.held.runs().filter(|run| run.1 > covered) {
                if beyond.len() == MAX_BEYOND {
                    break 'all;
                }
                beyond.push(Span { epoch: *epoch, first: Seq(first), last: Seq(last) });
            }
        }
        Held { through, beyond }
    }

    /// How many records are held.
    pub fn count(&self) -> u64 {
        self.epochs.values().map(|opening| opening.held.count()).sum()
    }

    /// The gaps: runs that are known to exist, since something after them is held, and are not held.
    pub fn gaps(&self) -> Vec<Span> {
        let mut gaps = Vec::new();
        for (epoch, opening) in &self.epochs {
            let followed = opening.children.iter().filter_map(|child| self.epochs[child].follows.flatten());
            let known = followed.map(|parent| parent.seq.0).chain(opening.held.runs().map(|run| run.1)).max();
            let missing = opening.held.missing(1, known.unwrap_or(0));
            gaps.extend(missing.map(|(first, last)| Span { epoch: *epoch, first: Seq(first), last: Seq(last) }));
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(n: u64) -> Epoch {
        Epoch::new(n, [0; 10])
    }

    fn span(n: u64, first: u64, last: u64) -> Span {
        Span { epoch: epoch(n), first: Seq(first), last: Seq(last) }
    }

    fn at(n: u64, seq: u64) -> Position {
        Position { epoch: epoch(n), seq: Seq(seq) }
    }

    #[test]
    fn a_chain_of_epochs_has_one_head_in_whatever_order_it_comes() {
        let parts =
            [(span(1, 1, 3), Some(None)), (span(2, 1, 2), Some(Some(at(1, 3)))), (span(3, 1, 5), Some(Some(at(2, 2))))];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
            let mut inbox = Inbox::default();
            for i in order {
                assert!(inbox.hold(parts[i].0, parts[i].1).is_empty());
            }
            assert_eq!(inbox.held(), Held { through: vec![at(3, 5)], beyond: vec![] }, "{order:?}");
            assert!(inbox.gaps().is_empty());
        }
    }

    #[test]
    fn what_misses_its_past_is_beyond_and_its_past_is_a_gap() {
        let mut inbox = Inbox::default();
        inbox.hold(span(1, 1, 3), Some(None));
        inbox.hold(span(2, 1, 2), Some(Some(at(1, 9))));
        assert_eq!(inbox.held(), Held { through: vec![at(1, 3)], beyond: vec![span(2, 1, 2)] });
        assert_eq!(inbox.gaps(), vec![span(1, 4, 9)]);
        inbox.hold(span(1, 4, 9), None);
        assert_eq!(inbox.held(), Held { through: vec![at(2, 2)], beyond: vec![] });
    }

    #[test]
    fn a_lost_first_record_is_no_lack() {
        let mut inbox = Inbox::default();
        inbox.hold(span(1, 1, 3), Some(None));
        inbox.hold(span(2, 1, 5), None);
        inbox.hold(span(3, 1, 2), Some(Some(at(2, 5))));
        let through = |at| Held { through: vec![at], beyond: vec![] };
        assert!(inbox.covers(&through(at(3, 2))));
        assert!(!inbox.covers(&through(at(3, 3))), "this one is lacking");
        inbox.hold(span(5, 1, 1), Some(Some(at(4, 2))));
        assert!(!inbox.covers(&through(at(5, 1))), "the epoch before is lacking");
        inbox.hold(span(7, 1, 1), Some(Some(at(8, 1))));
        inbox.hold(span(8, 1, 1), Some(Some(at(7, 1))));
        assert!(!inbox.covers(&through(at(7, 1))), "a circle goes back to nothing");
    }

    #[test]
    fn a_restored_card_is_told_by_the_record_with_two_successors() {
        let mut inbox = Inbox::default();
        inbox.hold(span(1, 1, 9), Some(None));
        assert_eq!(inbox.hold(span(2, 1, 4), Some(Some(at(1, 5)))), vec![at(1, 5)]);
        assert_eq!(inbox.hold(span(3, 1, 1), Some(Some(at(1, 5)))), vec![at(1, 5)]);
        let mut heads = inbox.held().through;
        heads.sort();
        assert_eq!(heads, vec![at(1, 9), at(2, 4), at(3, 1)]);
    }

    #[test]
    fn both_branches_of_a_fork_are_lives_whatever_of_them_is_held() {
        let mut inbox = Inbox::default();
        inbox.hold(span(1, 1, 10), Some(None));
        inbox.hold(span(2, 1, 3), Some(Some(at(1, 10))));
        assert_eq!(inbox.lives(), []);
        // The card of that moment is started a second time.
        inbox.hold(span(3, 1, 2), Some(Some(at(1, 10))));
        assert_eq!(inbox.lives(), [at(3, 1), at(2, 1)]);
        // And one from before it.
        inbox.hold(span(4, 1, 2), Some(Some(at(1, 6))));
        let lives = [at(4, 1), at(3, 1), at(2, 1), at(1, 7)];
        assert_eq!(inbox.lives(), lives);
        let of = |seq| lives.into_iter().filter(|life| inbox.is_in(*life, seq)).collect::<Vec<_>>();
        assert_eq!((of(at(1, 6)), of(at(1, 7))), (vec![], vec![at(1, 7)]));
        assert_eq!((of(at(2, 2)), of(at(4, 1))), (vec![at(2, 1), at(1, 7)], vec![at(4, 1)]));
        assert!(inbox.is_in(at(4, 1), at(9, 1)), "nobody knows what it follows");
    }

    #[test]
    fn a_fork_shows_though_the_record_right_after_it_never_comes() {
        let mut inbox = Inbox::default();
        inbox.hold(span(1, 1, 4), Some(None));
        inbox.hold(span(1, 7, 8), None);
        inbox.hold(span(2, 1, 1), Some(Some(at(1, 4))));
        assert_eq!(inbox.lives(), [at(2, 1), at(1, 5)]);
        // Nor anything of its epoch, but one that follows.
        let mut inbox = Inbox::default();
        inbox.hold(span(1, 1, 4), Some(None));
        inbox.hold(span(2, 1, 1), Some(Some(at(1, 4))));
        inbox.hold(span(3, 1, 1), Some(Some(at(1, 9))));
        assert_eq!(inbox.lives(), [at(2, 1), at(1, 5)]);
    }

    #[test]
    fn a_fork_is_told_though_the_copy_came_first() {
        let mut inbox = Inbox::default();
        inbox.hold(span(2, 1, 4), Some(Some(at(1, 5))));
        assert!(inbox.hold(span(1, 1, 5), Some(None)).is_empty());
        assert_eq!(inbox.hold(span(1, 6, 6), None), vec![at(1, 5)]);
    }
}
