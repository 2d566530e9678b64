//! A till's closing: what was expected, and the booking of what differs.

use super::super::{Refusal, Shop, Why, World};
use crate::domain::booked::{Booked, Mark, TillLine};
use crate::domain::decimal::Decimal;
use crate::domain::document::{AccountRow, Document, JournalEntry, Ref, Text};
use crate::domain::id::IntentId;
use crate::domain::record::{Cancelled, Entry, Submitted};
use sha2::{Digest, Sha256};

impl Shop {
    /// The lines of a closing, beside what its device counted.
    pub(super) fn close_till(&self, document: &Document, booked: &mut Booked) -> Result<(), Refusal> {
        let Document::TillClosing(closing) = document else { return Ok(()) };
        let open = self.till().opened().map(|opened| Ref::Own(opened.by));
        if let Some(named) = closing.pos_opening_entry.as_ref().filter(|named| Some(*named) != open.as_ref()) {
            let rule = match open {
                Some(open) => format!("{named} is not the till that is open, {open}: leave it out, or name that one"),
                None => format!("{named} is not open: leave it out to close what came since the last closing"),
            };
            return Err(Refusal::new(Why::Reference, "pos_opening_entry", rule));
        }
        let counted: Vec<(Text, Decimal)> = closing
            .payment_reconciliation
            .iter()
            .map(|row| (row.mode_of_payment.clone(), row.closing_amount))
            .collect();
        booked.till = self.till().lines(&counted);
        Ok(())
    }

    /// What has to be recorded with an entry that was admitted, right before it: what a closing's count differs by, as a booking for
    /// each mode, where the office's settings name an account for it; and where a closing is cancelled, the cancellations of these.
    /// The ids follow from the closing's, or its cancellation's.
    pub fn beside(&self, world: &World<'_>, entry: &Entry) -> Vec<Entry> {
        match entry {
            Entry::Submitted(closing) => {
                let mut entries = Vec::new();
                for (_, booking) in self.differences(world, closing) {
                    let Ok(mut booking) = booking else { continue };
                    if let Some(no) = booking.booked.as_mut().and_then(|booked| booked.no.as_mut()) {
                        no.count += entries.len() as u32;
                    }
                    entries.push(Entry::Submitted(booking));
                }
                entries
            }
            Entry::Cancelled(cancelled) => {
                let booked = self.booked_beside(world, cancelled.document);
                let back = |(mode, booking)| {
                    let id = id_beside(cancelled.id, &mode);
                    Entry::Cancelled(Cancelled { id, document: booking, ..cancelled.clone() })
                };
                booked.into_iter().map(back).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Which differences of a closing the books do not take. Nothing hangs on it, and people are told: the day sheet shows them all.
    pub(super) fn not_booked(&self, world: &World<'_>, closing: &Submitted) -> Vec<Mark> {
        let refused = |(mode_of_payment, booking): (Text, Result<Submitted, Refusal>)| {
            let why = booking.err()?.to_string();
            Some(Mark::NotBooked { mode_of_payment, why })
        };
        self.differences(world, closing).into_iter().filter_map(refused).collect()
    }

    /// The bookings of what a closing's count differs by, by mode of payment.
    fn differences(&self, world: &World<'_>, closing: &Submitted) -> Vec<(Text, Result<Submitted, Refusal>)> {
        let lines = closing.booked.as_ref().map_or(&[][..], |booked| &booked.till);
        let settings = world.masters.settings(world.site);
        let account = settings.and_then(|settings| settings.till_difference_account.as_ref());
        let Some(account) = account else { return Vec::new() };
        let booking = |line: &TillLine| {
            let mode = world.masters.mode_of_payment(line.mode_of_payment.as_str()).ok_or_else(|| {
                let rule =
                    format!("no mode of payment {} is known here any more: ask the office", line.mode_of_payment);
                Refusal::new(Why::Reference, "mode_of_payment", rule)
            })?;
            let money = world.masters.account_of(mode, world.site).ok_or_else(|| {
                let rule = format!("{} has no account in this site's company: ask the office", line.mode_of_payment);
                Refusal::new(Why::Reference, "mode_of_payment", rule)
            })?;
            let document = difference(line, account, money, closing);
            let id = id_beside(closing.id, &line.mode_of_payment);
            self.complete(world, Submitted::new(id, closing.device.clone(), closing.user.clone(), document))
        };
        let differing = lines.iter().filter(|line| !line.difference().is_zero());
        differing.map(|line| (line.mode_of_payment.clone(), booking(line))).collect()
    }

    /// The bookings that stand beside a closing, by mode of payment.
    pub(super) fn booked_beside(&self, world: &World<'_>, closing: IntentId) -> Vec<(Text, IntentId)> {
        let Some((_, closing)) = (world.lookup)(closing) else { return Vec::new() };
        let lines = closing.booked.as_ref().map_or(&[][..], |booked| &booked.till);
        let booked =
            lines.iter().map(|line| (line.mode_of_payment.clone(), id_beside(closing.id, &line.mode_of_payment)));
        booked.filter(|(_, id)| (world.lookup)(*id).is_some() && !self.is_cancelled(*id)).collect()
    }
}

/// The booking: money that is missing is credited to its account, money that is too much debited.
fn difference(line: &TillLine, account: &Text, money: &Text, closing: &Submitted) -> Document {
    let amount = line.difference();
    let row = |account: &Text, debit: bool| AccountRow {
        account: account.clone(),
        debit_in_account_currency: debit.then(|| amount.abs()),
        credit_in_account_currency: (!debit).then(|| amount.abs()),
        project: None,
        user_remark: None,
    };
    let too_much = !amount.is_negative();
    Document::JournalEntry(JournalEntry {
        posting_date: closing.day(),
        mode_of_payment: line.mode_of_payment.clone(),
        accounts: vec![row(account, !too_much), row(money, too_much)],
        user_remark: None,
        bill_no: None,
        bill_date: None,
        cheque_no: None,
        cheque_date: None,
    })
}

/// An id that the box makes for what it adds to a document: always the same, so that it can never be added twice. A UUID of version 8
/// from SHA-256.
fn id_beside(of: IntentId, what: &Text) -> IntentId {
    let digest = Sha256::new().chain_update(of.0.as_bytes()).chain_update(what.as_str()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    IntentId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
