//! `outpost enrol`: the office writes a file, sealed or not, and the box takes it.

use super::office::typed_root;
use crate::carry::Folder;
use crate::control::{self, Ask, AskError};
use crate::domain::id::SiteId;
use crate::files;
use crate::keys::enrolment::Enrolment;
use crate::keys::identity::Identity;
use crate::keys::moving::{self, Came, NotMoved};
use crate::keys::register::Register;
use crate::keys::root::{Root, RootSecret};
use crate::keys::sealed::{self, Code, Sealed};
use crate::moment::rough_ms;
use crate::office::{self, Premises, Terms};
use crate::site::{self, Paths};
use crate::wire::envelope::{Secret, public_of};
use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use std::io::{BufRead, Read};
use std::path::Path;

/// How often a code may be typed before the command ends.
const TRIES: usize = 3;
/// Longest line that is read as a code, in bytes.
const MAX_TYPED: u64 = 256;

/// Longest file that is read as an enrolment: a sealed one in base64, in lines.
const MAX_FILE: u64 = 2 * sealed::MAX_SEALED as u64;

/// What the office is to write.
pub(super) struct Wanted<'a> {
    /// How the site is enrolled.
    pub(super) terms: Terms,
    /// Where to.
    pub(super) out: Option<&'a Path>,
    /// Under a code.
    pub(super) sealed: bool,
    /// Sign a move with the root as somebody types it, not with the one on this disk.
    pub(super) root_from_paper: bool,
}

pub(super) fn at_office(dir: &Path, site: &SiteId, wanted: Wanted<'_>) -> anyhow::Result<()> {
    let (text, at_broker) = expected(dir, site, &wanted)?;
    let Wanted { out, sealed, terms: Terms { moves, .. }, .. } = wanted;
    match out {
        Some(path) => {
            let (code, bytes) = match sealed {
                true => office::seal(site, &text).map(|(code, bytes)| (Some(code), bytes))?,
                false => (None, text.into_bytes()),
            };
            files::write_atomically(path, &bytes, files::PRIVATE).with_context(|| path.display().to_string())?;
            match moves {
                true => println!("Take {} to the box of {site}, type there, and start it again:", path.display()),
                false => println!("{site} is expected. Take {} to its box and type there:", path.display()),
            }
            println!("  outpost enrol --take {}", path.display());
            if let Some(code) = code {
                println!("It asks for this code, which must not travel with the file, and is shown this once:");
                println!("  {code}");
            }
            at_broker.iter().for_each(|what| println!("{what}"));
        }
        None => {
            print!("{text}");
            // The file goes to the screen, or into whatever standard output is led to: this must not stand in it.
            at_broker.iter().for_each(|what| eprintln!("{what}"));
        }
    }
    Ok(())
}

/// Writes a sealed enrolment on the stick that is mounted at `mount`, and prints its code.
pub(super) fn on_stick(dir: &Path, site: &SiteId, wanted: Wanted<'_>, mount: &Path) -> anyhow::Result<()> {
    let folder = Folder::open(mount)?;
    let (text, at_broker) = expected(dir, site, &wanted)?;
    let (code, bytes) = office::seal(site, &text)?;
    folder.write_enrolment(site, &bytes)?;
    folder.sync()?;
    println!("{site} is expected. Put the stick into its box, and type there this code, which is shown this once:");
    println!("  outpost enrol --code {code}");
    at_broker.iter().for_each(|what| println!("{what}"));
    Ok(())
}

/// An enrolment's text, and what has to be done at a broker that is not the office's own: with one of the company's own
/// nobody but its people can make the box's login there. A box that moves keeps its.
fn expected(dir: &Path, site: &SiteId, wanted: &Wanted<'_>) -> anyhow::Result<(String, Option<String>)> {
    let Wanted { terms, root_from_paper, .. } = wanted;
    let text = match terms.moves {
        true => {
            let root = root(dir, *root_from_paper)?;
            moving::sign(&expect(dir, site, terms.clone())?, &root)
        }
        false => expect(dir, site, terms.clone())?,
    };
    let at_broker = match office::config::read(dir)?.broker.filter(|_| !terms.moves) {
        Some(broker) => Some(office::at_broker(&broker.url, &Enrolment::from_bytes(text.as_bytes(), None)?)),
        None => None,
    };
    Ok((text, at_broker))
}

/// The secret half of the office's root: from its disk, or as somebody types it.
fn root(dir: &Path, from_paper: bool) -> anyhow::Result<RootSecret> {
    let root = Root::load(&office::Paths::new(dir).root)?;
    match (from_paper, root.secret.clone()) {
        (true, _) => Ok(root.from_paper(&typed_root()?)?),
        (false, Some(secret)) => Ok(secret),
        (false, None) => bail!("the root is not on this disk any more: take its paper, and add --root-from-paper"),
    }
}

/// Has the office expect a site, whether it runs or not, and gives the enrolment's text.
fn expect(dir: &Path, site: &SiteId, terms: Terms) -> anyhow::Result<String> {
    let mut text = Vec::new();
    let Terms { replace, trust, moves, urls } = terms.clone();
    match control::ask(dir, &Ask::Enrol { site: site.clone(), replace, trust, moves, urls }, &mut text) {
        Ok(()) => Ok(String::from_utf8(text)?),
        // Nobody runs there: this process does it itself.
        Err(AskError::NotRunning(_)) => {
            let premises = Premises::open(dir)?;
            let mut register = Register::load(&premises.paths.register)?;
            office::enrol(&premises, &mut register, site, (None, terms), rough_ms() / 1000)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn at_box(dir: &Path, file: &Path, code: Option<Code>) -> anyhow::Result<()> {
    if dir.join(office::config::NAME).exists() {
        bail!("{} is an office's directory: give the box one of its own", dir.display());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes))
        .with_context(|| file.display().to_string())?;
    if let Some(read) = scanned(&bytes) {
        bytes = read;
    }
    if sealed::is_sealed(&bytes) {
        bytes = unsealed(&bytes, code)?;
    }
    take(dir, &bytes)
}

/// A sealed enrolment as the desk's QR code has it, which a scanner has typed into a file.
fn scanned(bytes: &[u8]) -> Option<Vec<u8>> {
    let text: String = std::str::from_utf8(bytes).ok()?.split_whitespace().collect();
    STANDARD.decode(text).ok().filter(|bytes| sealed::is_sealed(bytes))
}

/// Makes the directory the box that a sealed enrolment speaks of which a stick has brought.
pub(super) fn by_code(dir: &Path, code: &Code) -> anyhow::Result<()> {
    let brought = site::waiting::brought(dir)?;
    if brought.is_empty() {
        bail!("no stick has brought an enrolment yet: put it in while `outpost box --dir {}` runs", dir.display());
    }
    let mut why = None;
    for (_, bytes) in &brought {
        match Sealed::read(bytes).and_then(|sealed| sealed.open(code)) {
            Ok(text) => {
                take(dir, &text)?;
                return Ok(site::waiting::forget(dir)?);
            }
            Err(error) => why = Some(error),
        }
    }
    let names: Vec<&str> = brought.iter().map(|(site, _)| site.as_str()).collect();
    let why = why.map_or(String::new(), |why| why.to_string());
    bail!("the code opens none of the enrolments that came, for {}: {why}", names.join(", "))
}

/// Opens a sealed enrolment with the code that is given, or that somebody types now.
fn unsealed(bytes: &[u8], code: Option<Code>) -> anyhow::Result<Vec<u8>> {
    let sealed = Sealed::read(bytes)?;
    if let Some(code) = code {
        return Ok(sealed.open(&code)?);
    }
    let mut tries = 0;
    loop {
        tries += 1;
        eprint!("The code that the office printed for {}: ", sealed.site);
        let mut line = String::new();
        if std::io::stdin().lock().take(MAX_TYPED).read_line(&mut line)? == 0 {
            bail!("no code was typed: type it, or give it with --code");
        }
        let opened = line.parse().map_err(anyhow::Error::from).and_then(|code: Code| Ok(sealed.open(&code)?));
        match opened {
            Err(error) if tries < TRIES => eprintln!("{error}"),
            other => return other,
        }
    }
}

/// Makes the directory the box that an enrolment's text speaks of.
fn take(dir: &Path, text: &[u8]) -> anyhow::Result<()> {
    let paths = Paths::new(dir);
    std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let own = match paths.identity.exists() {
        true => Some(Identity::load(&paths.identity, public_of)?),
        false => None,
    };
    let came = Came::read(text);
    let mut enrolment = Enrolment::from_bytes(&came.text, own.as_ref().map(|own| &own.site))?;
    if let Some(own) = own.as_ref().filter(|_| paths.office_has_answered()) {
        let known = Enrolment::read(&paths.enrolment, Some(&own.site))?;
        came.may_move(&known, &enrolment)?;
        (enrolment.login, enrolment.password) = (known.login, known.password);
        enrolment.office_root = enrolment.office_root.or(known.office_root);
        enrolment.write(&paths.enrolment).with_context(|| paths.enrolment.display().to_string())?;
        println!("{} has moved: from its next start on it connects to {}.", own.site, enrolment.brokers.join(", "));
        println!("The office's fingerprint: {}", enrolment.office_key.fingerprint());
        return Ok(());
    }
    if came.is_move() {
        return Err(NotMoved::NotEnrolled { site: enrolment.site }.into());
    }
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
    println!(
        "Start it with `outpost box`. Then compare its fingerprint with what `outpost status` shows at the office, and"
    );
    println!("confirm it there: until then the office takes what this box sends, and tells it nothing.");
    Ok(())
}
