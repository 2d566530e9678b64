//! Where rows are read from: ERPNext, or a made-up one in tests.

use crate::client::{Client, Failure, Query};
use serde_json::Value;

/// What of ERPNext is needed to read from it.
pub trait Source {
    /// A page of a list.
    fn list(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure>;
    /// A whole document.
    fn get(&self, doctype: &str, name: &str) -> Result<Value, Failure>;
    /// What a method returned.
    fn call(&self, method: &str, arguments: &Value) -> Result<Value, Failure>;
}

impl Source for Client {
    fn list(&self, doctype: &str, query: &Query<'_>) -> Result<Vec<Value>, Failure> {
        Self::list(self, doctype, query)
    }

    fn get(&self, doctype: &str, name: &str) -> Result<Value, Failure> {
        Self::get(self, doctype, name)
    }

    fn call(&self, method: &str, arguments: &Value) -> Result<Value, Failure> {
        Self::call(self, method, arguments)
    }
}
