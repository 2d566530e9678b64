//! What is said of a sheet that cannot be added up.

use super::Invalid;

/// A rule that a row of taxes breaks, counted from 0 as in all paths.
pub(super) fn at(row: usize, field: &str, rule: String) -> Invalid {
    Invalid { field: format!("taxes[{row}].{field}"), rule }
}

/// An amount on the way does not fit the books.
pub(super) fn too_large() -> Invalid {
    Invalid { field: "items".into(), rule: "the total is too large for the books: split the document".into() }
}
