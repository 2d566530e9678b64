//! A till's closing: what was expected, and the booking of what differs.

use super::super::{Refusal, Shop, Why, World};
use crate::domain::booked::{Booked, TillLine};
use crate::domain::decimal::Decimal;
use crate::domain::document::{AccountRow, Document, JournalEntry, Ref, Text};
use crate::domain::id::IntentId;
use crate::domain::record::{Entry, Submitted};
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
    /// each mode, where the office's settings name an account for it. The ids follow from the closing's.
    pub fn beside(&self, world: &World<'_>, entry: &Entry) -> Vec<Entry> {
        let Entry::Submitted(closing) = entry else { return Vec::new() };
        let lines = closing.booked.as_ref().map_or(&[][..], |booked| &booked.till);
        let settings = world.masters.settings(world.site);
        let account = settings.and_then(|settings| settings.till_difference_account.as_ref());
        let Some(account) = account else { return Vec::new() };
        let mut entries = Vec::new();
        for line in lines.iter().filter(|line| !line.difference().is_zero()) {
            let mode = world.masters.mode_of_payment(line.mode_of_payment.as_str());
            let Some(mode) = mode else { continue };
            let document = difference(line, account, &mode.default_account, closing);
            let id = id_beside(closing.id, &line.mode_of_payment);
            let booking = Submitted::new(id, closing.device.clone(), closing.user.clone(), document);
            // Nothing hangs on a booking that the books do not take: the day sheet shows the difference all the same.
            let Ok(mut booking) = self.complete(world, booking) else { continue };
            if let Some(no) = booking.booked.as_mut().and_then(|booked| booked.no.as_mut()) {
                no.count += entries.len() as u32;
            }
            entries.push(Entry::Submitted(booking));
        }
        entries
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
