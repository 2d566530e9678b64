//! The logins of devices, without those that a manager has revoked.

use super::folk::Shared;
use crate::domain::id::DeviceId;
use crate::gate::logins::Logins;
use crate::gate::{Denied, Doorkeeper, Knock, Pass};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::sync::PoisonError;

/// A doorkeeper in front of the file of logins.
pub(in crate::site) struct Door {
    pub(in crate::site) logins: Logins,
    pub(in crate::site) people: Shared,
}

impl Door {
    fn is_revoked(&self, device: &DeviceId) -> bool {
        self.people.read().unwrap_or_else(PoisonError::into_inner).revoked_by(device).is_some()
    }
}

impl Doorkeeper for Door {
    fn check(&self, knock: Knock) -> BoxFuture<'_, Result<Pass, Denied>> {
        async move {
            // The password first: who does not have it learns nothing of revocations.
            let pass = self.logins.check(knock).await?;
            if self.is_revoked(&pass.device) { Err(Denied::Revoked) } else { Ok(pass) }
        }
        .boxed()
    }

    fn refresh(&self) {
        self.logins.refresh();
    }

    fn still_welcome(&self, pass: &Pass) -> bool {
        self.logins.still_welcome(pass) && !self.is_revoked(&pass.device)
    }
}
