//! What a contract and its routes have to agree on, for the tests of both pages.

use crate::domain::document::Kind;
use std::collections::BTreeSet;

/// Every method and path of a contract.
pub(crate) fn told(contract: &str) -> BTreeSet<(String, String)> {
    let contract: serde_json::Value = serde_json::from_str(contract).unwrap();
    let methods = |(path, entry): (&String, &serde_json::Value)| {
        let methods = entry.as_object().unwrap().keys().map(|method| method.to_uppercase());
        methods.map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    contract["paths"].as_object().unwrap().iter().flat_map(methods).collect()
}

/// The kinds of documents that a contract names are those that there are.
pub(crate) fn has_all_kinds(contract: &str) -> bool {
    let contract: serde_json::Value = serde_json::from_str(contract).unwrap();
    let told = contract["components"]["schemas"]["Kind"]["enum"].as_array().unwrap();
    told.iter().map(|slug| slug.as_str().unwrap()).eq(Kind::ALL.iter().map(|kind| kind.slug()))
}
