//! What the office's permissions let a person do with a kind of document, by their roles.

use super::super::document::{Kind, Text};
use super::super::master::{Masters, Permission, User};
use std::fmt;

/// What is done with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A draft of it is made; all that a customer, supplier or item takes.
    Create,
    /// It is submitted: made, and put into the books.
    Submit,
    /// It is cancelled.
    Cancel,
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "make",
            Self::Submit => "submit",
            Self::Cancel => "cancel",
        })
    }
}

/// Why a person may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The office knows nobody of that name.
    #[error("{0} is nobody whom the office lets work here: log in as somebody who does")]
    Nobody(Text),
    /// None of the roles allows it.
    #[error("{user} may not {deed} a {kind}: {roles}; ask somebody who may, or the office for the right")]
    Role {
        /// Who.
        user: Text,
        /// What.
        deed: Deed,
        /// Of which kind.
        kind: Kind,
        /// Their roles, in words.
        roles: String,
    },
}

/// Whether one role's permission is enough. Who submits at a box also makes what is submitted, so it takes both rights.
pub fn allows(permission: &Permission, deed: Deed) -> bool {
    match deed {
        Deed::Create => permission.create,
        Deed::Submit if !permission.document.is_master() => permission.create && permission.submit,
        Deed::Submit => permission.create,
        Deed::Cancel => permission.cancel,
    }
}

/// Whether one of the user's roles may read documents of a kind.
pub fn may_read(kind: Kind, user: &User, masters: &Masters) -> bool {
    if masters.permissions().next().is_none() {
        return true;
    }
    let mut permissions = user.roles.iter().flat_map(|role| masters.permissions_of(role.as_str()));
    permissions.any(|permission| permission.document == kind && permission.read)
}

/// Whether `user` may. Where the office has given no permissions at all, there is nothing to hold people to.
pub fn may(deed: Deed, kind: Kind, user: &User, masters: &Masters) -> Result<(), NotAllowed> {
    if masters.permissions().next().is_none() {
        return Ok(());
    }
    let mut permissions = user.roles.iter().flat_map(|role| masters.permissions_of(role.as_str()));
    if permissions.any(|permission| permission.document == kind && allows(permission, deed)) {
        return Ok(());
    }
    let roles = match &user.roles[..] {
        [] => "they have no role".into(),
        [role] => format!("the role {role} does not let them"),
        roles => {
            let names: Vec<&str> = roles.iter().map(Text::as_str).collect();
            format!("none of the roles {} lets them", names.join(", "))
        }
    };
    Err(NotAllowed::Role { user: user.name.clone(), deed, kind, roles })
}
