//! What somebody says that a code stands for, on `tx/<device>/barcode`.
//!
//! In: the payload. Out: an [`Entry::Barcode`] and the session that came beside it, or a reason. Absent: whether there is such an item, and
//! whether the office says otherwise: the workshop knows (`domain/shop`).

use super::{Intent, Reason, fitting, intent};
use crate::domain::document::Text;
use crate::domain::id::DeviceId;
use crate::domain::person::SessionId;
use crate::domain::record::{Entry, NamedCode};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    code: String,
    item_code: Text,
    #[serde(default)]
    uom: Option<Text>,
}

pub(super) fn read(device: &DeviceId, payload: &[u8]) -> Result<(Entry, Option<SessionId>), Reason> {
    let Intent { id, user, session, tree } = intent(payload)?;
    let Fields { code, item_code, uom } = tree.fields()?;
    let code = fitting(&code)?.to_owned();
    Ok((Entry::Barcode(NamedCode { id, device: device.clone(), user, code, item_code, uom }), session))
}
