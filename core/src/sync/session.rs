//! One connection's part of a conversation: the nonce that it is told apart by, and whether the peer has answered.

/// How far apart two nonces of one session can be. Sessions begin at random ones of 64 bits.
pub(super) const NONCES: u64 = 1 << 16;

/// A connection, from when the road opens until it closes.
#[derive(Debug)]
pub(super) struct Session {
    /// The first nonce; those after it count up.
    pub(super) first_nonce: u64,
    /// How many nonces came after the first.
    pub(super) nonces: u64,
    /// The peer answered this session's hello.
    pub(super) settled: bool,
    /// The peer answered from a store that was replaced, and a hello that says so is due or said.
    pub(super) told_old: bool,
    /// When the next hello is due.
    pub(super) hello_ms: u64,
    /// How many were said.
    pub(super) hellos: u32,
}

impl Session {
    pub(super) fn nonce(&self) -> u64 {
        self.first_nonce.wrapping_add(self.nonces)
    }

    /// True for the nonce of this session, and, while it is not settled, for those that it had before: a hello that
    /// answers one of those has only crossed ours. Were it answered with yet another nonce, the two would ask each other
    /// for ever. Once settled nothing of ours is under way, and a peer that answers an earlier nonce has to be told.
    pub(super) fn has_asked(&self, nonce: u64) -> bool {
        let ago = self.nonce().wrapping_sub(nonce);
        ago == 0 || !self.settled && ago <= self.nonces
    }
}
