//! Customers, suppliers, and who works here with which rights.

use super::keep::{Parts, parts};
use super::{Named, is_default};
use crate::domain::document::{Kind, Text, flag};
use crate::domain::id::{IntentId, SiteId};
use serde::{Deserialize, Serialize};

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// ERPNext's name.
    pub name: Text,
    /// What people call them.
    pub customer_name: Text,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile_no: Option<Text>,
    /// The site's own id of it, where the site made it: documents may name it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpost_id: Option<IntentId>,
    /// Buys no more.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub disabled: bool,
}

/// A supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplier {
    /// ERPNext's name.
    pub name: Text,
    /// What people call them.
    pub supplier_name: Text,
    /// The site's own id of it, where the site made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpost_id: Option<IntentId>,
    /// Sells no more.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub disabled: bool,
}

/// Somebody whose hours are kept. Without wages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employee {
    /// ERPNext's name.
    pub name: Text,
    /// What people call them.
    pub employee_name: Text,
    /// Their user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Text>,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// A project on which hours are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// ERPNext's name.
    pub name: Text,
    /// What people call it.
    pub project_name: Text,
    /// The company in the books whose it is, where the office has several; that of every site where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Text>,
}

/// What hours are spent on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityType {
    /// Its name.
    pub activity_type: Text,
}

/// Somebody who may log in at the site's devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// ERPNext's name, an address; documents name it.
    pub name: Text,
    /// What people call them.
    pub full_name: Text,
    /// The sites where they work; every site where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteId>,
    /// Their roles, ERPNext's names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Text>,
    /// May lock people, revoke tablets and give temporary PINs at the box.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub is_manager: bool,
    /// The hash of their PIN, argon2id in PHC form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_hash: Option<Box<str>>,
    /// The hash of their badge's barcode, argon2id in PHC form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge_hash: Option<Box<str>>,
}

/// What a role may do with a kind of document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// The role.
    pub role: Text,
    /// The kind.
    pub document: Kind,
    /// May see it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub read: bool,
    /// May write a draft of it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub create: bool,
    /// May submit it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub submit: bool,
    /// May cancel it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub cancel: bool,
}

impl Named for Customer {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Supplier {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Employee {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Project {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for ActivityType {
    fn parts(&self) -> Parts<'_> {
        parts([self.activity_type.as_str()])
    }
}

impl Named for User {
    fn parts(&self) -> Parts<'_> {
        parts([self.name.as_str()])
    }
}

impl Named for Permission {
    fn parts(&self) -> Parts<'_> {
        parts([self.role.as_str(), self.document.slug()])
    }
}
