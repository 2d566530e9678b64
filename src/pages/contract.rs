//! What a contract and its routes have to agree on, for the tests of both pages.

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
