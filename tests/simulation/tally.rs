//! How much of everything a run has seen.

use std::fmt;

macro_rules! tally {
    ($($name:ident),* $(,)?; most: $($most:ident),* $(,)?) => {
        /// Counts, and the most that was seen of some things.
        #[derive(Clone, Debug, Default)]
        pub struct Tally { $(pub $name: u64,)* $(pub $most: u64),* }

        impl Tally {
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
                $(self.$most = self.$most.max(other.$most);)*
            }
        }

        impl fmt::Display for Tally {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "  {:>10}  {}", self.$name, stringify!($name).replace('_', " "))?;)*
                $(writeln!(f, "  {:>10}  {}", self.$most, stringify!($most).replace('_', " "))?;)*
                Ok(())
            }
        }
    };
}

tally!(
    worlds,
    steps,
    quiet_moments,
    receipts,
    records_booked,
    messages,
    lost,
    repeated,
    cut_envelopes,
    flipped,
    replayed,
    strangers,
    refused_envelopes,
    cuts,
    cuts_in_flight,
    fuses_blown,
    office_cuts,
    office_cuts_in_flight,
    full_disks,
    lies,
    rotten,
    holes,
    tampered,
    restored,
    twins,
    forks_told,
    breaks_told,
    office_restored,
    renewed,
    rewinds,
    repeats,
    conflicts,
    clock_jumps,
    stick_visits,
    sticks_pulled_early,
    words_taken,
    parcels_written,
    parcels_taken,
    parcels_half_known,
    parcels_repeated,
    parcels_removed,
    files_flipped,
    files_refused,
    documents,
    documents_booked,
    documents_refused,
    requests,
    requests_recorded,
    requests_declined,
    requests_taken_back,
    words_on_documents,
    posting_failed_before,
    posting_answers_lost,
    posting_unread,
    posting_found,
    posting_found_cancelled,
    books_restored,
    documents_lost,
    cancellations_lost,
    strikes_lost,
    cancelled_in_books,
    gone_told,
    struck_told,
    posted_again,
    posting_cut,
    posting_cut_read,
    posted,
    held,
    trucks,
    goods_conserved,
    office_short,
    rows_sent,
    rows_taken,
    rows_held,
    rows_renewed,
    letters_told,
    numbers_shared,
    codes_named,
    orders_shared,
    orders_overdelivered;
    most: most_days_on_a_stick,
);

impl Tally {
    /// What a run must have seen, or it proves nothing.
    pub fn must_have_happened(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("a lost envelope", self.lost),
            ("a repeated envelope", self.repeated),
            ("a cut envelope", self.cut_envelopes),
            ("a flipped bit on the line", self.flipped),
            ("an old envelope again", self.replayed),
            ("a stranger's envelope", self.strangers),
            ("a refused envelope", self.refused_envelopes),
            ("a power cut with unsynced records", self.cuts_in_flight),
            ("a power cut of the office with unsynced records", self.office_cuts_in_flight),
            ("a power cut in the middle of a write or sync", self.fuses_blown),
            ("a full disk", self.full_disks),
            ("a card that lied", self.lies),
            ("a hole", self.holes),
            ("an altered record", self.tampered),
            ("a restored card", self.restored),
            ("two boxes of one name", self.twins),
            ("a fork", self.forks_told),
            ("a broken chain", self.breaks_told),
            ("a restored office", self.office_restored),
            ("a rewind", self.rewinds),
            ("a store renamed", self.renewed),
            ("a clock that jumped", self.clock_jumps),
            ("a stick pulled early", self.sticks_pulled_early),
            ("a parcel taken from a stick", self.parcels_taken),
            ("a parcel of which half came before", self.parcels_half_known),
            ("a parcel again", self.parcels_repeated),
            ("a parcel that made room", self.parcels_removed),
            ("a file on a stick refused", self.files_refused),
            ("a row taken", self.rows_taken),
            ("a row that was there at a quiet moment", self.rows_held),
            ("an office whose master data was restored", self.rows_renewed),
            ("a letter for a restored card", self.letters_told),
            ("two documents with one number", self.numbers_shared),
            ("a document booked", self.documents_booked),
            ("a code that somebody said what it is", self.codes_named),
            ("an order of which another site had delivered some", self.orders_shared),
            ("an order of which sites without a line delivered too much", self.orders_overdelivered),
            ("a document refused", self.documents_refused),
            ("a request that was recorded", self.requests_recorded),
            ("a request that was declined", self.requests_declined),
            ("a request that was taken back", self.requests_taken_back),
            ("books that failed before they committed", self.posting_failed_before),
            ("an answer that was lost after the books had committed", self.posting_answers_lost),
            ("a reading back that failed", self.posting_unread),
            ("a document that was found in the books by asking", self.posting_found),
            ("a document that was found cancelled in the books", self.posting_found_cancelled),
            ("books that went back to what they were", self.books_restored),
            ("a posted document that restored books lack", self.documents_lost),
            ("a cancellation that restored books lack", self.cancellations_lost),
            ("a document that a person had cancelled and that counts again", self.strikes_lost),
            ("a document that a person has cancelled in the books", self.cancelled_in_books),
            ("something gone that was told", self.gone_told),
            ("a document cancelled there that was told", self.struck_told),
            ("something gone that a person had posted again", self.posted_again),
            ("a power cut after the books had committed", self.posting_cut),
            ("a power cut after what was read and before its words", self.posting_cut_read),
            ("a document posted", self.posted),
            ("a document held", self.held),
            ("a truck", self.trucks),
            ("goods between sites that all were accounted for", self.goods_conserved),
            ("goods of the office that came short", self.office_short),
            ("a parcel that was weeks on its way", self.most_days_on_a_stick / 14),
        ]
    }
}
