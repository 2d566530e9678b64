//! What is read, held against answers of a real ERPNext and against a made-up one that changes while it is read.

mod any_order;
mod companies;
mod fake;
mod following;
mod kept;
mod many;
mod mapping;
mod odd;
mod rights;
mod sparing;
mod under_way;
