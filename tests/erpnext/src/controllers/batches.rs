//! Batches that have expired, by ERPNext's source (`validate_serialized_batch`, and `validate_batch` of a Stock Entry).
//!
//! In: a document of its day. Out: a refusal, or nothing. Absent: whether a batch is there, which the ledger looks at.

use crate::doc::{Doc, num, rows, text};
use crate::erp::Erp;
use crate::error::{Error, Res};

impl Erp {
    /// What has expired is not sold, used, moved or taken in; it is written off, and a return takes it back.
    pub(crate) fn no_batch_expired(&self, doc: &Doc) -> Res<()> {
        let purpose = text(doc, "purpose");
        if purpose == "Material Issue" {
            return Ok(());
        }
        let day = text(doc, "posting_date");
        for (i, row) in rows(doc, "items").into_iter().enumerate().filter(|(_, row)| num(row, "qty") > 0.0) {
            let batch = text(row, "batch_no");
            let expiry = self.value("Batch", batch, "expiry_date");
            if expiry.is_empty() || expiry.as_str() >= day {
                continue;
            }
            if purpose.contains("Manufacture") {
                let item = text(row, "item_code");
                return Err(Error::invalid(format!("Batch {batch} of Item {item} has expired.")));
            }
            let text = format!("Row #{}: The batch {batch} has already expired.", i + 1);
            return Err(Error::refused("BatchExpiredError", text));
        }
        Ok(())
    }
}
