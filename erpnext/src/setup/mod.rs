//! What has to stand in ERPNext before anything is posted, and whether it does.
//!
//! In: an administrator's key, once, or the connector's own. Out: a [`Plan`] in plain words that can be carried out, [`Finding`]s with
//! their remedies, a [`Status`]. Absent: the command line, where the key is kept, and what a site posts.
//!
//! - `fields` are the custom fields, `column` whether the database has them; [`ROLES`] are the connector's roles and what each is for.
//! - `guard` are the steps of the guard ([`crate::guard`]), which is there where somebody wishes it.
//! - `workflows` are people's approvals in ERPNext, which nothing that is posted waits for.
//! - [`plan()`] says what is missing and makes it; [`undo`] is the same backwards.
//! - [`check()`] looks with the connector's key at everything that a document would be held for later.
//! - [`check_settings`] looks with the administrator's at settings that the connector may not read, and [`check_sight`] at what narrows
//!   the lists that it is shown.
//! - [`status()`] says whether ERPNext answers, as whom, and how quickly.

mod check;
mod column;
mod fields;
mod finding;
mod guard;
mod meta;
mod plan;
mod roles;
mod status;
mod step;
mod workflows;

pub use check::{check, check_settings, check_sight};
pub use fields::{Field, all as fields};
pub use finding::{Finding, Level};
pub use guard::Wish;
pub(crate) use meta::Meta;
pub use meta::who;
pub use plan::{Plan, Stopped, plan, undo};
pub use roles::ROLES;
pub use status::{Reached, Status, status};
pub use step::Step;

/// What is wished for.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The connector's own user: `outpost-connector@books.example`.
    pub email: String,
    /// The user whose key the office has, or that it was set up with; none where it never was. While that one is enabled, no other is
    /// made or undone: its key would be left alive.
    pub known_user: Option<String>,
    /// What people see as the author of what is posted; `Outpost` where empty.
    pub full_name: String,
    /// The public half (`api_key`) of the key that the office has; none where it has none.
    pub known_key: Option<String>,
    /// A new key in any case. The old one is taken no more.
    pub new_key: bool,
    /// The guard; [`undo`] takes it away in any case.
    pub guard: Wish,
    /// Of [`undo`]: the custom fields go even where documents are told apart by them.
    pub even_with_documents: bool,
}
