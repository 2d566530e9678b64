//! `outpost office user …`: who may log in at the desk. A running office notices within its next answer.

use super::device::typed;
use crate::office::Paths;
use crate::office::users::{self, Role, User, UserName, Users, UsersError};
use crate::passwords;
use anyhow::bail;
use clap::Subcommand;
use std::path::Path;

#[derive(Subcommand)]
pub(super) enum Who {
    /// Let somebody log in. Shows their password, once; they change it at the desk.
    Add {
        /// What they log in with: a-z, 0-9, '.', '_' and '-'.
        name: UserName,
        /// What they may do: look; work, which decides about held documents and takes files in; or admin.
        #[arg(long)]
        role: Role,
        /// What others read; else the name.
        #[arg(long)]
        full_name: Option<String>,
        /// Read the password from standard input instead of making one up.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show who may log in.
    List,
    /// Give somebody another role. Their sessions end.
    SetRole {
        /// Who.
        name: UserName,
        /// The role: look, work or admin.
        role: Role,
    },
    /// Let somebody log in no more, until they are enabled again. Their sessions end.
    Disable {
        /// Who.
        name: UserName,
    },
    /// Let somebody log in again.
    Enable {
        /// Who.
        name: UserName,
    },
    /// Give somebody a new password, and show it, once. Their sessions end.
    Password {
        /// Who.
        name: UserName,
        /// Read the password from standard input instead of making one up.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Forget somebody. Their sessions end.
    Remove {
        /// Who.
        name: UserName,
    },
}

impl Who {
    pub(super) fn run(self, dir: &Path) -> anyhow::Result<()> {
        if !Paths::new(dir).register.exists() {
            bail!("{} is no office: name its directory with --dir", dir.display());
        }
        match self {
            Self::Add { name, role, full_name, password_stdin } => {
                let (password, made_up) = password(password_stdin)?;
                let (full_name, hash) = (full_name.unwrap_or_else(|| name.to_string()), users::hash(&password)?);
                let user = User { name: name.clone(), full_name, role, disabled: false, hash, last_login: None };
                users::change(dir, |users| users::add(users, user))?;
                println!("{name} may log in, as {role}.");
                show(made_up);
            }
            Self::List => list(dir)?,
            Self::SetRole { name, role } => {
                careful(dir, &name, |users| users::one(users, &name).map(|user| user.role = role))?;
                println!("{name} is {role} now.");
            }
            Self::Disable { name } => {
                careful(dir, &name, |users| users::one(users, &name).map(|user| user.disabled = true))?;
                println!("{name} may log in no more.");
            }
            Self::Enable { name } => {
                users::change(dir, |users| users::one(users, &name).map(|user| user.disabled = false))?;
                println!("{name} may log in again.");
            }
            Self::Password { name, password_stdin } => {
                let (password, made_up) = password(password_stdin)?;
                let hash = users::hash(&password)?;
                users::change(dir, |users| users::one(users, &name).map(|user| user.hash = hash))?;
                println!("{name} has a new password.");
                show(made_up);
            }
            Self::Remove { name } => {
                let unknown = || UsersError::Unknown(name.clone());
                careful(dir, &name, |users| users.remove(&name).map(drop).ok_or_else(unknown))?;
                println!("{name} is no user any more.");
            }
        }
        Ok(())
    }
}

/// A change that keeps an admin, where there is one.
fn careful(
    dir: &Path,
    name: &UserName,
    change: impl FnOnce(&mut Users) -> Result<(), UsersError>,
) -> Result<(), UsersError> {
    users::change(dir, |users| users::keeping_an_admin(users, name, change))
}

/// A password, and again where it was made up and has to be shown.
fn password(from_stdin: bool) -> anyhow::Result<(String, Option<String>)> {
    if from_stdin {
        return Ok((typed()?, None));
    }
    let made_up = passwords::made_up()?;
    Ok((made_up.clone(), Some(made_up)))
}

fn show(made_up: Option<String>) {
    if let Some(password) = made_up {
        println!("  password  {password}");
        println!("It is shown this once. Give a new one where it is lost: outpost office user password NAME");
    }
}

fn list(dir: &Path) -> anyhow::Result<()> {
    let users = users::read(dir)?;
    if users.is_empty() {
        println!("Nobody may log in yet: outpost office user add NAME --role admin");
    }
    for user in users.values() {
        let User { name, full_name, role, disabled, last_login, .. } = user;
        let last = last_login.as_deref().unwrap_or("never");
        let state = if *disabled { "  disabled" } else { "" };
        println!("{name:<32} {role:<6} last here {last:<20}  {full_name}{state}");
    }
    Ok(())
}
