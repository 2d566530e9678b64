//! Who may log in: a User that is made or changed, and the key that one is given.
//!
//! In: a User's document. Out: who has which token, with which roles. Absent: passwords, and what becomes of the key of somebody who is
//! disabled: the facts do not tell, so it goes on.

use crate::doc::{Doc, give, owned, put, rows};
use crate::erp::{Erp, User};
use crate::error::Res;

/// The roles that every user of the desk has without being given them.
const EVERYBODY: [&str; 2] = ["All", "Desk User"];

impl Erp {
    /// With a Role Profile a user has its roles, whatever others he is given.
    pub(crate) fn take_profile(&self, doc: &mut Doc) -> Res<()> {
        let profile = owned(doc, "role_profile_name");
        if !profile.is_empty() {
            let profile = self.load("Role Profile", &profile)?;
            let roles = rows(&profile, "roles").into_iter().map(|row| owned(row, "role"));
            let roles = roles.map(|role| Doc::from_iter([("role".to_owned(), role.into())])).collect();
            give(doc, "roles", roles);
        }
        Ok(())
    }

    /// Takes a user as its document has it.
    pub(crate) fn keep_user(&mut self, doc: &Doc) {
        let name = owned(doc, "name");
        let given = rows(doc, "roles").into_iter().map(|row| owned(row, "role"));
        let roles = given.chain(EVERYBODY.map(str::to_owned)).collect();
        match self.users.iter_mut().find(|user| user.name == name) {
            Some(user) => (user.key, user.roles) = (owned(doc, "api_key"), roles),
            None => self.users.push(User { name, key: String::new(), secret: String::new(), roles }),
        }
    }

    /// Gives a user a new secret, and a key where he has none; the secret.
    pub(crate) fn give_keys(&mut self, name: &str) -> Res<String> {
        let mut doc = self.load("User", name)?;
        let known = self.users.iter().find(|user| user.name == name).map(|user| user.key.clone());
        let key = known.filter(|key| !key.is_empty()).unwrap_or_else(|| self.hash());
        let secret = self.hash();
        put(&mut doc, "api_key", key.clone());
        self.keep_user(&doc);
        self.db.store("User", doc);
        if let Some(user) = self.users.iter_mut().find(|user| user.name == name) {
            (user.key, user.secret) = (key, secret.clone());
        }
        Ok(secret)
    }

    /// The user with this token.
    pub(crate) fn with_key(&self, key: &str, secret: &str) -> Option<User> {
        let has = |user: &&User| !user.key.is_empty() && user.key == key && user.secret == secret;
        self.users.iter().find(has).cloned()
    }
}
