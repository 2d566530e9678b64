// The app as a whole: one tablet, one box. Puts store, link, outbox, rows and people together; screens read its signals.
//
// In: what the tablet has on its disk. Out: `app`, once it is paired; before that `unpaired`. One page has one app.

import { type Signal, signal } from "@preact/signals";
import { Api, type Paired } from "./api";
import { Clock } from "./clock";
import { zone } from "./i18n";
import { front } from "./link/front";
import { Link, type Login } from "./link/link";
import { keepAsking } from "./outbox/asking";
import { Outbox } from "./outbox/outbox";
import { People } from "./people";
import { made } from "./rows/made";
import { Rows } from "./rows/sync";
import { Words } from "./rows/words";
import { openStore, recall, remember, type Store } from "./store";

/** Changes of the master data that come together are asked for once. */
const ROWS_AFTER_MS = 300;
const ROWS_EVERY_MS = 5 * 60_000;

export interface App {
  device: string;
  site: string;
  store: Store;
  outbox: Outbox;
  link: Link;
  rows: Rows;
  people: People;
  clock: Clock;
  api: Api;
}

/** Null until the tablet's disk was read; then what is on it. */
export const running: Signal<App | "unpaired" | null> = signal(null);

/** Why the tablet's disk cannot be had: nothing is done without it. */
export const noDisk: Signal<unknown> = signal(null);

/** The app of screens that are shown only while it runs. */
export function app(): App {
  const now = running.value;
  if (now === null || now === "unpaired") throw new Error("invariant: screens are shown while the app runs");
  return now;
}

interface Pairing extends Login {
  site: string;
}

/** A disk that goes while the page is open is asked for anew, with all that was kept. */
function disk(): Promise<Store> {
  return openStore("outpost", (worthATry) => {
    if (worthATry) location.reload();
    else noDisk.value = new DOMException("the browser has closed it", "InvalidStateError");
  });
}

export async function start(): Promise<void> {
  try {
    await begin(await disk());
  } catch (error) {
    noDisk.value = error;
  }
}

async function begin(store: Store): Promise<void> {
  // Browsers throw away what sites have kept when they are short of space, unless they are asked.
  void navigator.storage?.persist?.().catch(() => false);
  const pairing = await recall<Pairing>(store, "login");
  running.value = pairing ? await run(store, pairing) : "unpaired";
}

/** The tablet belongs to a box from now on. What it had submitted to another one is submitted to this one. */
export async function paired({ device, password, site }: Paired): Promise<void> {
  const before = running.value;
  const store = before && before !== "unpaired" ? before.store : await disk();
  await remember(store, "login", { device, password, site } satisfies Pairing);
  location.hash = "";
  if (before && before !== "unpaired") location.reload();
  else running.value = await run(store, { device, password, site });
}

async function run(store: Store, { device, password, site }: Pairing): Promise<App> {
  const clock = new Clock(store);
  const rows = new Rows(store, site);
  const outbox = await Outbox.open(store, Date.now());
  const words = new Words(store, outbox.entries);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const link = new Link(`${scheme}//${location.host}/mqtt`, { device, password }, outbox);
  const people = new People(store, link);
  const api = new Api({ device, password }, () => people.session.value?.token ?? null);
  await Promise.all([clock.open(), rows.open(), people.open(), words.open()]);
  words.all.subscribe((all) => rows.say(all));
  made(outbox.entries).subscribe((items) => rows.make(items));

  const believed = () => link.box.value !== null && link.box.value.time_from !== "not known";
  api.onDate = (boxMs) => {
    if (believed()) clock.learn(boxMs, Date.now());
  };
  link.box.subscribe((box) => {
    if (box?.utc_offset_minutes !== undefined) clock.zone(box.utc_offset_minutes);
  });
  clock.zoneMinutes.subscribe((minutes) => {
    zone.value = minutes;
  });
  keepAsking(outbox, link.reached, (ids) => api.marks(ids));
  keepRows(rows, words, link, api);
  front(
    store.name,
    () => link.start(),
    () => link.stop(),
  );
  window.addEventListener("online", () => link.nudge());
  document.addEventListener("visibilitychange", () => link.nudge());
  return { device, site, store, outbox, link, rows, people, clock, api };
}

function keepRows(rows: Rows, words: Words, link: Link, api: Api): void {
  const hear = () => void words.update(() => api.barcodes()).catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    // Whoever cannot be asked now is asked on the next change, connection, or in some minutes.
    timer = setTimeout(() => void rows.update((after) => api.rows(after)).catch(() => {}), ROWS_AFTER_MS);
  };
  link.rowsCursor.subscribe((cursor) => cursor !== null && soon());
  link.reached.subscribe(({ up }) => up && soon());
  link.codes.subscribe((at) => at !== "" && hear());
  link.reached.subscribe(({ up }) => up && hear());
  setInterval(() => {
    if (!link.reached.value.up) return;
    soon();
    hear();
  }, ROWS_EVERY_MS);
}
