//! What a box is made of, opened and checked, before anything runs.

use super::admit::{Admit, key_of};
use super::config::{self, Config};
use super::floor;
use super::masters::Shown;
use super::people::{self, Folk};
use crate::courier::mqtt::{Hands, Login, MqttConfig, MqttCourier, Policy, Role};
use crate::courier::{Arrivals, Queues};
use crate::domain::id::{SiteId, StoreId};
use crate::domain::master::Masters;
use crate::domain::person::{Act, Person};
use crate::domain::record::{Entry, Record};
use crate::exchange::{Exchange, Master, Parts};
use crate::gate;
use crate::journal::{Durability, OpenReport, Options, Own, Replica, Slot};
use crate::keys::ca::{self, Ca, CaError};
use crate::keys::enrolment::Enrolment;
use crate::keys::identity::Identity;
use crate::keys::renewing;
use crate::moment::Moment;
use crate::rows::{BoxRows, SharedRows, Takes};
use crate::store;
use crate::sync::Rules;
use crate::views::SiteNo;
use crate::web;
use crate::wire::envelope::{Proof, Public, Purpose, Secret, public_of, seal};
use crate::wire::record;
use anyhow::{Context, bail};
use getrandom::SysRng;
use rand_core::{Rng, UnwrapErr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A box has one site's records in its views.
pub(super) const SITE_NO: SiteNo = SiteNo(0);

/// Where things are in a box's directory.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The directory.
    pub dir: PathBuf,
    /// The box's key.
    pub identity: PathBuf,
    /// What the office gave it.
    pub enrolment: PathBuf,
    /// The logins of its devices.
    pub devices: PathBuf,
    /// Its own journal.
    pub journal: PathBuf,
    /// What it holds of the office's journal for it.
    pub down: PathBuf,
    /// The workshop's figures, as far as they are written down.
    pub shop: PathBuf,
    /// What it has taken of the office's master data. May be deleted while the box is stopped: all of it is asked for again.
    pub rows: PathBuf,
    /// Its people's fold.
    pub people: PathBuf,
    /// The views.
    pub views: PathBuf,
    /// What the office has acked.
    pub acks: PathBuf,
    /// What the line has cost.
    pub usage: PathBuf,
    /// Its own certificate, for devices that use TLS.
    pub tls: PathBuf,
    /// Where sticks are mounted.
    pub sticks: PathBuf,
}

impl Paths {
    /// In `dir`.
    pub fn new(dir: &Path) -> Self {
        let at = |name| dir.join(name);
        Self {
            dir: dir.to_owned(),
            identity: at("identity.toml"),
            enrolment: at("enrolment.toml"),
            devices: at("devices.toml"),
            journal: at("journal"),
            down: at("down"),
            shop: at("shop"),
            rows: at("rows"),
            people: at("people"),
            views: at("views"),
            acks: at("acks"),
            usage: at("usage"),
            tls: at("tls"),
            sticks: at("sticks"),
        }
    }

    /// Whether the office has answered this box. From then on it is that site, and takes no second enrolment.
    pub fn office_has_answered(&self) -> bool {
        let is_segment = |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|ext| ext == "seg");
        let has_word = std::fs::read_dir(&self.down).is_ok_and(|mut all| all.any(|entry| entry.is_ok_and(is_segment)));
        has_word || self.acks.exists()
    }
}

/// A box, opened.
pub(super) struct Opened {
    pub(super) paths: Paths,
    pub(super) config: Config,
    pub(super) identity: Identity,
    pub(super) store: StoreId,
    pub(super) own: Own,
    pub(super) admit: Admit,
    /// What people have done.
    pub(super) people: people::Shared,
    /// The office's data, the newest.
    pub(super) masters: watch::Receiver<Arc<Masters>>,
    /// The same row by row.
    pub(super) rows: SharedRows,
    /// The last records that changed something which tablets ask for.
    pub(super) changed: watch::Receiver<floor::Changed>,
    pub(super) exchange: Exchange,
    pub(super) introduction: Option<Vec<u8>>,
    pub(super) moment: Arc<Moment>,
    pub(super) report: OpenReport,
}

/// Opens everything that is on the disk.
pub(super) fn open(dir: &Path) -> anyhow::Result<Opened> {
    let paths = Paths::new(dir);
    let config = config::read(dir)?;
    if !paths.identity.exists() {
        bail!("{} is not a box yet: take the office's file with `outpost enrol --dir {0} --take FILE`", dir.display());
    }
    let identity = Identity::load(&paths.identity, public_of)?;
    let enrolment = Enrolment::read(&paths.enrolment, Some(&identity.site))?;
    let now_ms = crate::moment::rough_ms();
    let store = store::open(dir, &identity.site, !paths.journal.exists(), now_ms)?;

    let mut options = Options::new(identity.site.clone(), store, key_of);
    if crate::sabotage::is("unsynced") {
        options.durability = Durability::UnsyncedForSabotage;
    }
    let (mut own, report) = Own::open(&paths.journal, options)?;
    report.log(&paths.journal);
    // These are made once the journal has its first record, so an empty one beside them has lost what was in it.
    if report.segments == 0 && (paths.down.exists() || paths.views.exists()) {
        bail!(
            "{} is missing, though this box has recorded before: put the directory {} back from a backup; without one, \
             enrol a new box for this site at the office (`outpost enrol --replace`)",
            paths.journal.join("00000001.seg").display(),
            paths.journal.display()
        );
    }
    let last_ms = report.last.and_then(|(position, _)| match own.reader().read_position(position).ok()?? {
        Slot::Record(stored) => Some(says_at_ms(&record::decode(&stored.body).ok()?)),
        Slot::Lost { .. } => None,
    });
    let moment = super::moment(&config, last_ms);
    let boot = board::clock::boot_id()?.parse().context("the kernel's boot id")?;
    let (shown, masters) = Shown::new(identity.site.clone());
    let (changes, changed) = watch::channel(floor::Changed::default());
    let settings = floor::Settings {
        path: paths.shop.clone(),
        utc_offset_minutes: config.utc_offset_minutes,
        series: enrolment.series,
        masters: masters.clone(),
        changed: changes,
    };
    let who = people::Settings {
        path: paths.people.clone(),
        utc_offset_minutes: config.utc_offset_minutes,
        masters: masters.clone(),
    };
    // Before anything is folded or admitted by it.
    let (master, rows) = master(&paths.rows, Box::new(shown));
    let folk = Folk::open(who, &own.reader());
    let people = folk.shared();
    let admit = Admit::new(moment.clone(), store, boot, &own.reader(), settings, folk);
    let (epoch, body) = admit.opening(own.last());
    if let Err(error) = own.begin(epoch, &body) {
        if report.segments == 0 {
            return Err(error).context("the journal of this new box cannot be begun");
        }
        // The line still carries what there is, and the journal is tried again with each record that comes.
        tracing::error!(%error, "the journal takes no record yet");
        own.poison(&error.to_string());
    }

    let (down, down_report) = Replica::open(&paths.down, Options::new(SiteId::office(), store, |_| None))?;
    down_report.log(&paths.down);
    let office = Public(enrolment.office_key.0);
    let introduction =
        if !paths.office_has_answered() { Some(introduce(&identity, &enrolment, &office)?) } else { None };
    let exchange = Exchange::open(Parts {
        me: identity.site.clone(),
        peer: SiteId::office(),
        secret: Secret(identity.secret.0),
        peer_keys: vec![office],
        store,
        replica: down,
        own: own.reader(),
        acks: paths.acks.clone(),
        rules: Rules::of_box(),
        master,
    })?;
    Ok(Opened {
        paths,
        config,
        identity,
        store,
        own,
        admit,
        people,
        masters,
        rows,
        changed,
        exchange,
        introduction,
        moment,
        report,
    })
}

/// The moment that the last record proves: its own, or the one that a person had just confirmed when the power went.
fn says_at_ms(record: &Record) -> i64 {
    let at_ms = record.stamp.at_ms();
    match &record.entry {
        Entry::Person(Person { act: Act::SetClock { at_ms: said }, .. }) => at_ms.max(*said),
        _ => at_ms,
    }
}

/// Master data as far as it is here. A disk that refuses it is no reason to record nothing.
fn master(dir: &Path, takes: Box<dyn Takes>) -> (Master, SharedRows) {
    match BoxRows::open(dir, takes) {
        Ok((rows, loaded)) => {
            tracing::info!(rows = loaded.rows, unread = loaded.unread, damaged = loaded.is_damaged, "master data");
            let shared = rows.shared();
            (Master::Takes(Box::new(rows)), shared)
        }
        Err(error) => {
            tracing::error!(%error, "there is no master data: remove the directory rows while the box is stopped");
            (Master::None, SharedRows::default())
        }
    }
}

/// The envelope by which the office learns this box's key.
fn introduce(identity: &Identity, enrolment: &Enrolment, office: &Public) -> anyhow::Result<Vec<u8>> {
    let proof = Proof::OneTime(&enrolment.one_time_secret.0);
    let from = (&identity.site, proof);
    let random = &mut UnwrapErr(SysRng);
    Ok(seal(Purpose::Enrol, from, (&SiteId::office(), office), 0, &identity.public.0, random)?)
}

/// Where the gate listens, where the pages are, and the CA that browsers are to trust for them, where they are to.
pub(super) fn doors(
    paths: &Paths,
    config: &Config,
    moment: &Arc<Moment>,
) -> anyhow::Result<(gate::Config, Vec<web::Listen>, Option<Trusted>)> {
    let ca = || if paths.tls.join("ca.pem").exists() { Ca::load(&paths.tls) } else { make_ca(&paths.tls) };
    let tls = match config.tls.is_empty() {
        true => None,
        false => Some(ca()?.issue(&config.names)?.server_config()?),
    };
    let (shown, trusted) = match config.https.is_empty() {
        true => (None, None),
        false => {
            let (ca, believed) = (ca()?, Arc::clone(moment));
            let trusted = Trusted { pem: ca.cert_pem().into(), sha256: Ca::fingerprint(ca.cert_pem())? };
            let now_s = move || u64::try_from(believed.now_ms() / 1000).unwrap_or(0);
            (Some(renewing::config(ca, &config.names, Arc::new(now_s))?), Some(trusted))
        }
    };
    let plain = config.tcp.iter().map(|at| gate::Listen { at: *at, tls: None, websocket: false });
    let secure = config.tls.iter().map(|at| gate::Listen { at: *at, tls: tls.clone(), websocket: false });
    let sockets = config.websocket.iter().map(|at| gate::Listen { at: *at, tls: None, websocket: true });
    let listen = plain.chain(secure).chain(sockets).collect();
    let rules = gate::WebRules { hosts: config.names.clone(), origins: config.allowed_origins.clone() };
    let http = config.http.iter().map(|at| web::Listen { at: *at, tls: None });
    let https = config.https.iter().map(|at| web::Listen { at: *at, tls: shown.clone() });
    Ok((gate::Config { listen, web: rules, ..gate::Config::default() }, http.chain(https).collect(), trusted))
}

/// The box's own CA, as a tablet is given it.
#[derive(Clone, Debug)]
pub(super) struct Trusted {
    pub(super) pem: String,
    /// What the tablet shows of it, and the box.
    pub(super) sha256: String,
}

fn make_ca(dir: &Path) -> Result<Ca, CaError> {
    std::fs::create_dir_all(dir).map_err(|error| CaError::Io { path: dir.to_path_buf(), error })?;
    Ca::create_for_box(dir)
}

/// The road to the office.
pub(super) fn courier(
    paths: &Paths,
    config: &Config,
    site: &SiteId,
    moment: &Arc<Moment>,
) -> anyhow::Result<(MqttCourier, Arrivals)> {
    let enrolment = Enrolment::read(&paths.enrolment, Some(site))?;
    let seconds = |moment: &Moment| u64::try_from(moment.now_ms() / 1000).unwrap_or(0);
    let tls = match &enrolment.ca_pem {
        Some(pem) => {
            let believed = moment.clone();
            Some(ca::client_config(pem, Arc::new(move || seconds(&believed)))?)
        }
        None => None,
    };
    let brokers = enrolment.brokers.iter().map(|url| url.parse()).collect::<Result<Vec<_>, _>>()?;
    let mqtt = MqttConfig {
        role: Role::Site(site.clone()),
        brokers,
        login: Some(Login { user: enrolment.login.clone(), password: enrolment.password.clone() }),
        client_id: site.to_string(),
        tls,
        policy: Policy { keepalive: Duration::from_secs(config.keepalive_s.max(1).into()), ..Policy::default() },
        queues: Queues::BOX,
        monthly_budget_bytes: config.monthly_budget_mb.map(|mb| mb * 1_000_000),
        usage_file: Some(paths.usage.clone()),
    };
    let believed = moment.clone();
    let hands = Hands { random: Box::new(|| UnwrapErr(SysRng).next_u64()), now: Arc::new(move || seconds(&believed)) };
    Ok(MqttCourier::start(mqtt, hands)?)
}

/// What the box tells people by.
pub(super) type Signs = (board::light::Signal, board::buzzer::Player);

/// The light and the buzzer, where the box has them.
pub(super) fn signs(config: &Config) -> Signs {
    (light(config), buzzer(config))
}

fn buzzer(config: &Config) -> board::buzzer::Player {
    use board::buzzer::{Buzzer, NoBuzzer, PinBuzzer, Player};
    let open = |pin: &config::Pin| PinBuzzer::open(&pin.chip, pin.line, board::pin::ActiveLevel::High);
    let buzzer: Box<dyn Buzzer> = match config.buzzer.as_ref().map(open) {
        Some(Ok(buzzer)) => Box::new(buzzer),
        Some(Err(error)) => {
            tracing::warn!(%error, "the buzzer cannot be used");
            Box::new(NoBuzzer)
        }
        None => Box::new(NoBuzzer),
    };
    Player::new(buzzer)
}

fn light(config: &Config) -> board::light::Signal {
    let light: Box<dyn board::light::StatusLight> = match config.led.as_deref().map(board::light::SysfsLight::open) {
        Some(Ok(led)) => Box::new(led),
        Some(Err(error)) => {
            tracing::warn!(%error, "the status light cannot be used");
            Box::new(board::light::NoLight)
        }
        None => Box::new(board::light::NoLight),
    };
    board::light::Signal::new(light)
}
