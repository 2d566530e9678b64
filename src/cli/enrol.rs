//! `outpost enrol`: the office writes a file, the box takes it.

use crate::control::{self, Ask, AskError};
use crate::domain::id::SiteId;
use crate::files;
use crate::keys::enrolment::Enrolment;
use crate::keys::identity::Identity;
use crate::keys::register::Register;
use crate::moment::rough_ms;
use crate::office::{self, Premises};
use crate::site::{self, Paths};
use crate::wire::envelope::{Secret, public_of};
use anyhow::{Context, bail};
use std::path::Path;

pub(super) fn at_office(
    dir: &Path,
    site: &SiteId,
    replace: bool,
    urls: Vec<String>,
    out: Option<&Path>,
) -> anyhow::Result<()> {
    let mut text = Vec::new();
    match control::ask(dir, &Ask::Enrol { site: site.clone(), replace, urls: urls.clone() }, &mut text) {
        Ok(()) => {}
        // Nobody runs there: this process does it itself.
        Err(AskError::NotRunning(_)) => {
            let premises = Premises::open(dir)?;
            let mut register = Register::load(&premises.paths.register)?;
            text =
                office::enrol(&premises, &mut register, site, replace, (None, urls), rough_ms() / 1000)?.into_bytes();
        }
        Err(error) => return Err(error.into()),
    }
    // With a broker of the company's own nobody but its people can make the box's login there.
    let at_broker = match office::config::read(dir)?.broker {
        Some(broker) => Some(at_broker(&broker.url, &Enrolment::from_bytes(&text, None)?)),
        None => None,
    };
    match out {
        Some(path) => {
            files::write_atomically(path, &text, files::PRIVATE).with_context(|| path.display().to_string())?;
            println!("{site} is expected. Take {} to its box and type there:", path.display());
            println!("  outpost enrol --take {}", path.display());
            at_broker.iter().for_each(|what| println!("{what}"));
        }
        None => {
            print!("{}", String::from_utf8_lossy(&text));
            // The file goes to the screen, or into whatever standard output is led to: this must not stand in it.
            at_broker.iter().for_each(|what| eprintln!("{what}"));
        }
    }
    Ok(())
}

/// What has to be done at a broker that is not the office's own.
fn at_broker(url: &str, enrolment: &Enrolment) -> String {
    let Enrolment { site, login, password, .. } = enrolment;
    format!(
        "The broker {url} does not know this box yet. Make there:\n  \
         user      {login}\n  \
         password  {password}\n  \
         which may publish    op/{site}/up and op/{site}/enrol\n  \
         and may subscribe    op/{site}/down\n\
         and nothing else. The office's own user there may subscribe op/+/up and op/+/enrol, and publish op/+/down."
    )
}

pub(super) fn at_box(dir: &Path, file: &Path) -> anyhow::Result<()> {
    if dir.join(office::config::NAME).exists() {
        bail!("{} is an office's directory: give the box one of its own", dir.display());
    }
    let paths = Paths::new(dir);
    std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let own = match paths.identity.exists() {
        true => Some(Identity::load(&paths.identity, public_of)?),
        false => None,
    };
    let enrolment = Enrolment::read(file, own.as_ref().map(|own| &own.site))?;
    let config = dir.join(site::config::NAME);
    if !config.exists() {
        files::write_atomically(&config, site::config::TEMPLATE.as_bytes(), files::PUBLIC)?;
    }
    enrolment.write(&paths.enrolment).with_context(|| paths.enrolment.display().to_string())?;
    // The key comes last: with it the directory is a box.
    let identity = match own {
        Some(own) => own,
        None => {
            let mut random = [0; 32];
            getrandom::fill(&mut random)?;
            Identity::make(&paths.identity, enrolment.site.clone(), Secret::from_random(random).0, public_of)?
        }
    };
    println!("This box is {}.", identity.site);
    println!("Its fingerprint:     {}", identity.public.fingerprint());
    println!("The office's:        {}", enrolment.office_key.fingerprint());
    println!("Start it with `outpost box`, and compare its fingerprint with what the office's log shows.");
    Ok(())
}
