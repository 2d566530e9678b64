//! The box: gate, journal, views and the line to the office, put together and run until told to stop.
//!
//! What is in its directory [`Paths`] names, beside its settings (`box.toml`) and which disk it is (`store.toml`); ARCHITECTURE.md says what
//! of it may be lost.

mod admit;
mod answers;
mod checkpoint;
pub mod config;
mod desk;
mod floor;
mod fold;
mod health;
mod holes;
mod letter;
mod line;
mod masters;
mod on_card;
mod pages;
mod people;
mod printer;
mod requests;
mod show;
mod start;
mod state;
mod sticks;
pub mod waiting;

pub use desk::KINDS;
pub use start::Paths;

use crate::books::Shelves;
use crate::control::Control;
use crate::courier::mqtt::MqttCourier;
use crate::courier::{Courier, Purpose, Refused};
use crate::domain::id::SiteId;
use crate::gate::{self, Gate, Publisher};
use crate::journal::Scribe;
use crate::moment::{Moment, up_ms};
use crate::tasks::Fallen;
use crate::views::{self, Views};
use crate::web;
use admit::Admit;
use health::Health;
use line::{Line, LineState};
use start::Opened;
use state::State;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use sticks::{Board, Sticks};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

/// How often the state is looked at, and published where it changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A running box.
pub struct Site {
    gate: Gate,
    /// Where the pages are, and their server.
    pages: (Vec<String>, web::Server),
    scribe: Scribe<Admit>,
    views: Views,
    courier: Arc<MqttCourier>,
    control: Control,
    sticks: Sticks,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    fallen: Fallen,
}

/// The line's task and the box both hold the courier; the box closes it.
struct Shared(Arc<MqttCourier>);

impl Courier for Shared {
    fn send(&self, to: &SiteId, purpose: Purpose, envelope: Vec<u8>) -> Result<(), Refused> {
        self.0.send(to, purpose, envelope)
    }

    fn rest(&self, yes: bool) {
        self.0.rest(yes);
    }
}

impl Site {
    /// Starts the box in `dir`. Devices are let in once their records can be kept.
    pub async fn start(dir: &Path) -> anyhow::Result<Self> {
        let opened = tokio::task::block_in_place(|| start::open(dir))?;
        let Opened {
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
            mut exchange,
            introduction,
            moment,
            report,
        } = opened;
        let site = identity.site.clone();
        let journal = own.reader();
        let (stop, stopping) = watch::channel(false);

        let shelves = Arc::new(Shelves::new(store));
        shelves.add(views::Stream::Up(start::SITE_NO), journal.clone());
        shelves.add(views::Stream::Down(start::SITE_NO), exchange.held());
        let offset = i32::from(config.utc_offset_minutes);
        let views = Views::start(views::Config::new(&paths.views, offset), shelves.clone())?;

        let scribe = Scribe::start(own, admit)?;
        let (health, publisher) = (Arc::new(Health::default()), Arc::new(OnceLock::<Publisher>::new()));
        let reception = people::Reception::start(people::Seat {
            site: site.clone(),
            people: people.clone(),
            masters: masters.clone(),
            moment: moment.clone(),
            scribe: scribe.handle(),
            health: health.clone(),
            publisher: publisher.clone(),
        })?;
        let desk = desk::Desk {
            reception,
            site: site.clone(),
            scribe: scribe.handle(),
            health: health.clone(),
            publisher: publisher.clone(),
        };
        let (doors, pages, trusted) = start::doors(&paths, &config, &moment)?;
        let rules = doors.web.clone();
        let devices = gate::logins::Logins::open(&paths.devices, Box::new(desk::rights))?;
        let door = Arc::new(people::Door { logins: devices, people: people.clone() });
        let gate = Gate::start(doors, Arc::new(desk), door.clone()).await?;
        let bound = web::Bound::listen(pages).await?;
        let _ = publisher.set(gate.publisher());

        let (courier, arrivals) = start::courier(&paths, &config, &site, &moment)?;
        let courier = Arc::new(courier);
        let (line_state, line) = watch::channel(LineState::default());
        let (asks, asked) = mpsc::channel(1);
        let board = Arc::new(Board::default());
        let premises = sticks::Premises {
            site: site.clone(),
            dir: paths.dir.clone(),
            mounts: paths.sticks.clone(),
            asks,
            board: board.clone(),
            line: line.clone(),
            introduction: introduction.clone(),
            own: journal.clone(),
            views: views.reader(),
            shelves: shelves.clone(),
            moment: moment.clone(),
            utc_offset_minutes: config.utc_offset_minutes,
        };
        let state = State {
            site: site.clone(),
            fingerprint: identity.public.fingerprint(),
            dir: paths.dir.clone(),
            health,
            moment: moment.clone(),
            journal: journal.clone(),
            line,
            road: courier.state(),
            warn_free_mb: config.warn_free_mb,
            sticks: board,
            pages: bound.addresses().into(),
            shelves: shelves.clone(),
            masters: masters.clone(),
            rows: rows.clone(),
            changed,
            utc_offset_minutes: config.utc_offset_minutes,
        };
        exchange.tells_condition(state.condition());
        let asked_of_us = Arc::new(Notify::new());
        let requests = requests::Requests {
            views: views.reader(),
            shelves: shelves.clone(),
            scribe: scribe.handle(),
            masters: masters.clone(),
            moment: moment.clone(),
            came: asked_of_us.clone(),
        };
        let line = Line {
            site,
            asked: asked_of_us,
            paths: paths.clone(),
            store,
            exchange,
            courier: Shared(courier.clone()),
            introduction,
            introduced_ms: None,
            refused: None,
            rests: false,
            own: journal.clone(),
            moment: moment.clone(),
            shelves: shelves.clone(),
            masters: masters.clone(),
            views: views.reader(),
            publisher,
            state: line_state,
            connected: false,
            since_ms: moment.now_ms(),
            saved_ms: up_ms(),
        };
        let fallen = Fallen::default();
        let tasks = vec![
            fallen.spawn("line", line.run(arrivals, scribe.handle().durable(), asked, stopping.clone())),
            fallen.spawn("requests", requests.run(stopping.clone())),
            fallen.spawn("state", show(state.clone(), gate.publisher(), start::signs(&config), stopping)),
        ];
        holes::record(journal.clone(), report, scribe.handle());
        let sticks = Sticks::start(premises, &config)?;
        let fold = Arc::new(fold::Fold::new(paths.shop.clone(), config.utc_offset_minutes, journal.clone()));
        let figures = show::Figures {
            site: identity.site.clone(),
            fold: fold.clone(),
            utc_offset_minutes: config.utc_offset_minutes,
            masters: masters.clone(),
            views: views.reader(),
            shelves: shelves.clone(),
        };
        let pages = Arc::new(pages::Pages {
            site: identity.site.clone(),
            state: state.clone(),
            views: views.reader(),
            shelves: shelves.clone(),
            journal,
            figures: figures.clone(),
            fold,
            masters,
            rows,
            people,
            door,
            moment,
            utc_offset_minutes: config.utc_offset_minutes,
            devices: paths.devices.clone(),
            pairing: pages::Pairing::default(),
            sticks: sticks.asker(),
            trusted,
            printer: config.printer.clone().map(printer::Printer::new),
            working: pages::working(),
        });
        let answers = answers::Answers {
            state,
            views: views.reader(),
            shelves,
            figures,
            sticks: sticks.asker(),
            pages: pages.clone(),
        };
        let control = Control::listen(&paths.dir, Arc::new(answers))?;
        let addresses = bound.addresses().to_vec();
        let pages = (addresses, bound.serve("index.html", rules, Some(gate.entrance()), pages));
        Ok(Self { gate, pages, scribe, views, courier, control, sticks, stop, tasks, fallen })
    }

    /// Where devices connect: plain, TLS and WebSocket addresses in the order of the settings.
    pub fn addresses(&self) -> &[SocketAddr] {
        self.gate.addresses()
    }

    /// Where the pages are, like `http://127.0.0.1:8080`.
    pub fn pages(&self) -> &[String] {
        &self.pages.0
    }

    /// Waits until a part that the box cannot do without has failed, and names it.
    pub async fn failed(&self) -> &'static str {
        self.fallen.heard().await
    }

    /// Stops: lets no device in any more, answers those that wait, says goodbye to the office.
    pub async fn stop(self) {
        let Self { gate, pages, scribe, views, courier, control, sticks, stop, tasks, fallen: _ } = self;
        pages.1.shutdown().await;
        gate.shutdown().await;
        tokio::task::block_in_place(|| drop(scribe.shut_down()));
        stop.send_replace(true);
        for task in tasks {
            let _ = task.await;
        }
        if let Some(courier) = Arc::into_inner(courier) {
            courier.close().await;
        }
        tokio::task::block_in_place(|| {
            drop(control);
            sticks.stop();
            views.shutdown();
        });
    }
}

/// Shows how the box is: the light ten times a second, the topics when they change; and looks at the kernel's clock.
async fn show(
    state: State,
    publisher: Publisher,
    (mut light, mut player): start::Signs,
    mut stop: watch::Receiver<bool>,
) {
    let mut published = [const { serde_json::Value::Null }; 6];
    let mut on_card = on_card::OnCard::default();
    let mut shown = board::light::State::Starting;
    let mut tick = tokio::time::interval(Duration::from_millis(board::light::TICK_MS));
    let every = (LOOK_EVERY.as_millis() as u64 / board::light::TICK_MS).max(1);
    for n in 0_u64.. {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if n.is_multiple_of(every) {
            state.moment.look();
            shown = state.light();
            tokio::task::block_in_place(|| state.look(&mut on_card));
            let (line, shop) = (state.of_line(&on_card), state.of_shop());
            let now = [state.of_box(), line, state.of_sticks(), state.of_rows(), shop, state.of_codes()];
            let topics = [
                state::TOPIC,
                state::LINE_TOPIC,
                state::STICK_TOPIC,
                state::ROWS_TOPIC,
                state::SHOP_TOPIC,
                state::CODES_TOPIC,
            ];
            for ((topic, now), published) in topics.iter().zip(&now).zip(&published) {
                if now != published {
                    publisher.publish(topic, now.to_string(), true);
                }
            }
            published = now;
        }
        if let Err(error) = light.show(shown, up_ms()) {
            tracing::debug!(%error, "the light does not answer");
        }
        if let Some(tune) = state.sticks.take_tune() {
            player.play(tune, up_ms());
        }
        if let Err(error) = player.sound(up_ms()) {
            tracing::debug!(%error, "the buzzer does not answer");
        }
    }
}

/// The clock of a box: no earlier than its journal's last record; better by its chip, where it has one.
fn moment(config: &config::Config, last_ms: Option<i64>) -> Arc<Moment> {
    use board::clock::ClockChip as _;
    let moment = Moment::trusting(last_ms, config.network_time);
    let Some(bus) = &config.clock_chip else { return Arc::new(moment) };
    match board::clock::Ds3231::open(bus).and_then(|mut chip| chip.read()) {
        Ok(board::clock::Reading::Time(at)) => {
            let since = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            moment.chip_says(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        }
        Ok(_) => tracing::warn!("the clock chip has stopped: its battery is dead, or it was never set"),
        Err(error) => tracing::warn!(%error, "the clock chip gives no time"),
    }
    Arc::new(moment)
}
