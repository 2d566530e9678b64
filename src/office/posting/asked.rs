//! What the desk asks of posting without waiting for anybody.

use super::held::{News, Place, page};
use super::{Clerk, lock};
use crate::domain::id::{IntentId, SiteId};
use serde_json::Value;

impl Clerk {
    /// What happened at each site that is posted, since it had so many in the books.
    pub(in crate::office) fn news(&self, known: impl Fn(&SiteId) -> u64) -> Vec<(SiteId, News)> {
        let board = lock(&self.hub.board);
        board.iter().map(|(site, board)| (site.clone(), board.news(known(site)))).collect()
    }

    /// How the posting of one site goes, without asking anybody; none where it is not posted.
    pub(in crate::office) fn status_of(&self, site: &SiteId) -> Option<Value> {
        lock(&self.hub.board).get(site).map(|board| board.status())
    }

    /// Which site's document is held under this id.
    pub(in crate::office) fn holder(&self, id: IntentId) -> Option<SiteId> {
        let board = lock(&self.hub.board);
        board.iter().find(|(_, board)| board.holds(id)).map(|(site, _)| site.clone())
    }

    /// What is held, site by site and the oldest first, after the one of this place, at most so many; each with its place.
    pub(in crate::office) fn held_after(&self, site: Option<&SiteId>, after: Option<Place>, most: usize) -> Vec<Value> {
        let boards: Vec<_> = {
            let board = lock(&self.hub.board);
            let wanted = |name: &SiteId| site.is_none_or(|site| site == name);
            board.iter().filter(|(name, _)| wanted(name)).map(|(name, board)| (name.clone(), board.clone())).collect()
        };
        page(&boards, after.as_ref(), most).0
    }

    /// The place of a held one among those of its site.
    pub(in crate::office) fn place(&self, site: &SiteId, id: IntentId) -> Option<u64> {
        lock(&self.hub.board).get(site)?.order(id)
    }
}
