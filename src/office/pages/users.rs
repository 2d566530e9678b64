//! Who may log in, as an admin keeps it at the desk. Passwords are made up here and shown once: nobody types somebody else's.

use super::login::refusal;
use super::{Desk, Question, Role, Route, Whose};
use crate::office::users::{self, User, UserName, UsersError};
use crate::passwords;
use crate::web::{Fault, Paging, Query, Reply, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/api/users", Whose::Of(Role::Admin), Desk::users),
    ("POST", "/api/users", Whose::Of(Role::Admin), Desk::add_user),
    ("PATCH", "/api/users/{name}", Whose::Of(Role::Admin), Desk::change_user),
    ("DELETE", "/api/users/{name}", Whose::Of(Role::Admin), Desk::remove_user),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: UserName,
    full_name: Option<String>,
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    full_name: Option<String>,
    role: Option<Role>,
    disabled: Option<bool>,
    /// A new password is to be made up.
    #[serde(default)]
    new_password: bool,
}

fn item(user: &User) -> Value {
    let User { name, full_name, role, disabled, last_login, .. } = user;
    json!({ "name": name, "full_name": full_name, "role": role, "disabled": disabled, "last_login": last_login })
}

/// With the password, this once.
fn item_with(user: &User, password: Option<String>) -> Value {
    let mut item = item(user);
    if let Some(password) = password {
        item["password"] = password.into();
    }
    item
}

fn made_up() -> Result<(String, String), Fault> {
    let hashed = passwords::made_up().map_err(UsersError::from).and_then(|made_up| {
        let hash = users::hash(&made_up)?;
        Ok((made_up, hash))
    });
    hashed.map_err(|error| refusal(error, "name"))
}

impl Desk {
    fn users(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        let paging = Paging::read(&Query::read(question.asked, &Paging::KNOWN)?)?;
        let after: Option<UserName> = paging.after()?;
        let all = self.roll.now();
        let mut rest = all.values().filter(|user| after.as_ref().is_none_or(|after| user.name > *after));
        let page: Vec<&User> = rest.by_ref().take(paging.limit).collect();
        let next = page.last().map(|last| last.name.to_string()).filter(|_| rest.next().is_some());
        Ok(Paging::page(&page.into_iter().map(item).collect::<Vec<_>>(), next))
    }

    fn add_user(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let New { name, full_name, role } = question.asked.json()?;
        let full_name = full_name.unwrap_or_else(|| name.to_string());
        users::check_full_name(&full_name).map_err(|error| refusal(error, "full_name"))?;
        let (password, hash) = made_up()?;
        let user = User { name, full_name, role, disabled: false, hash, last_login: None };
        let told = item_with(&user, Some(password));
        self.roll.change(|users| users::add(users, user)).map_err(|error| refusal(error, "name"))?;
        Ok(Reply::of_json(StatusCode::CREATED, &told))
    }

    fn change_user(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let name = named(question)?;
        let Change { full_name, role, disabled, new_password } = question.asked.json()?;
        if let Some(full_name) = &full_name {
            users::check_full_name(full_name).map_err(|error| refusal(error, "full_name"))?;
        }
        let (password, hash) =
            if new_password { made_up().map(|(made_up, hash)| (Some(made_up), Some(hash)))? } else { (None, None) };
        let change = |users: &mut users::Users| {
            let user = users::one(users, &name)?;
            user.full_name = full_name.unwrap_or_else(|| user.full_name.clone());
            user.role = role.unwrap_or(user.role);
            user.disabled = disabled.unwrap_or(user.disabled);
            user.hash = hash.unwrap_or_else(|| user.hash.clone());
            Ok(user.clone())
        };
        let changed = self.roll.change(|users| users::keeping_an_admin(users, &name, change));
        Ok(Reply::json(&item_with(&changed.map_err(|error| refusal(error, "name"))?, password)))
    }

    fn remove_user(&self, question: &Question<'_>) -> Result<Reply, Fault> {
        Query::read(question.asked, &[])?;
        let name = named(question)?;
        let gone =
            |users: &mut users::Users| users.remove(&name).map(drop).ok_or_else(|| UsersError::Unknown(name.clone()));
        let removed = self.roll.change(|users| users::keeping_an_admin(users, &name, gone));
        removed.map(|()| Reply::nothing()).map_err(|error| refusal(error, "name"))
    }
}

/// The user in the path.
fn named(question: &Question<'_>) -> Result<UserName, Fault> {
    let named = question.places.first().copied().unwrap_or_default();
    let unknown = |_| Fault::absent(Some("name"), "there is no such user", "GET /api/users lists who there is");
    named.parse().map_err(unknown)
}
