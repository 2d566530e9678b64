// Twenty tablets at once, each with its own login and its own person, by the app's own modules over real MQTT and HTTP; and a browser beside them,
// which shows what a person waits for meanwhile. The box is killed while all of them sell. Times and memory are printed: they depend on the machine.

import "fake-indexeddb/auto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Api } from "../src/api";
import { Link } from "../src/link/link";
import { keepAsking } from "../src/outbox/asking";
import type { Entry } from "../src/outbox/entry";
import { Outbox } from "../src/outbox/outbox";
import { People } from "../src/people";
import { Rows } from "../src/rows/sync";
import { openStore } from "../src/store";
import { uuid } from "../src/uuid";
import { type Browser, launch, open, pair, SIZES } from "./browser";
import { type Fixture, fixture } from "./fixture";
import { program, type Stage, stage } from "./stage";

const TABLETS = 20;
/** What each sells before the power cut, and after it. */
const SALES = [3, 2] as const;
const SOON = { timeout: 60_000, interval: 100 };
const PASSWORD = "workshop-till-password";
const PEOPLE = [
  { user: "ani@tailor.example", pin: "471108" },
  { user: "joko@tailor.example", pin: "280515" },
];

type Tablet = Awaited<ReturnType<typeof tablet>>;

/** All of a tablet but its screen. */
async function tablet(on: Stage, device: string) {
  const began = performance.now();
  const store = await openStore(device);
  const outbox = await Outbox.open(store, Date.now());
  const link = new Link(`${on.pages.replace("http", "ws")}/mqtt`, { device, password: PASSWORD }, outbox);
  const people = new People(store, link);
  const api = new Api({ device, password: PASSWORD }, () => people.session.value?.token ?? null);
  const rows = new Rows(store, on.site);
  const stop = keepAsking(outbox, link.reached, (ids) => api.marks(ids), 2_000);
  link.start();
  await vi.waitFor(() => expect(link.reached.value.up).toBe(true), SOON);
  await rows.update((after) => api.rows(after));
  return {
    device,
    outbox,
    link,
    people,
    rows,
    /** From nothing to master data: what its first useful screen is made of. */
    readyMs: performance.now() - began,
    end() {
      stop();
      link.end();
      outbox.close();
    },
  };
}

let made = 0;
async function sell({ outbox, people, rows, device }: Tablet): Promise<string> {
  const id = uuid();
  const fields = {
    session: people.session.value?.token,
    customer: rows.masters.value.settings?.walk_in_customer,
    remarks: device,
    items: [{ item_code: "SHIRT-001", qty: "1", rate: "150000" }],
    payments: [{ mode_of_payment: "Cash", amount: "150000" }],
  };
  const entry: Entry = {
    id,
    kind: "sales-invoice",
    body: JSON.stringify({ id, ...fields }),
    madeMs: Date.now() + ++made,
    day: "2026-11-02",
    state: "waiting",
  };
  await outbox.submit(entry);
  return id;
}

const spread = (times: number[]) => {
  const sorted = [...times].sort((a, b) => a - b).map(Math.round);
  return `half within ${sorted[sorted.length >> 1]} ms, the slowest ${sorted.at(-1)} ms`;
};

describe.skipIf(!program)("twenty tablets at once", () => {
  let on: Stage;
  let box: Fixture;
  let browser: Browser;
  let tablets: Tablet[] = [];

  beforeAll(async () => {
    on = await stage({ people: true });
    box = await fixture(on, PASSWORD);
    for (let n = 1; n <= TABLETS; n++) on.addTablet(`tablet-${n}`, PASSWORD);
    browser = await launch();
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => real(`${on.pages}${path}`, init));
  }, 120_000);
  afterAll(async () => {
    for (const one of tablets) one.end();
    vi.unstubAllGlobals();
    await browser?.close();
    await box?.close();
    await on?.end();
  });

  test("all of them log in, and have items and prices", async () => {
    const { page } = await open(browser, SIZES.tablet);
    page.setDefaultTimeout(60_000);
    const names = Array.from({ length: TABLETS }, (_, n) => `tablet-${n + 1}`);
    const began = performance.now();
    const beside = pair(page, box.url, box.code)
      .then(() => page.getByRole("button", { name: "Ani Lestari" }).waitFor())
      .then(() => performance.now() - began);
    tablets = await Promise.all(names.map((name) => tablet(on, name)));
    const logins = await Promise.all(
      tablets.map(async ({ people }, n) => {
        const asked = performance.now();
        await people.login(PEOPLE[n % PEOPLE.length] ?? { badge: "" });
        return performance.now() - asked;
      }),
    );
    for (const { rows, people } of tablets) {
      expect(rows.masters.value.get("item", "SHIRT-001")).toBeDefined();
      expect(people.session.value?.token).toBeTruthy();
    }
    const screen = await beside;
    const tools = await page.context().newCDPSession(page);
    await tools.send("Performance.enable");
    const { metrics } = await tools.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN;
    console.log(`twenty tablets from nothing to master data: ${spread(tablets.map(({ readyMs }) => readyMs))}`);
    console.log(`a person's login at each of them at once: ${spread(logins)}`);
    console.log(`a browser beside them, from its pairing to who is here: ${Math.round(screen)} ms`);
    console.log(`its page has ${(heap / 1e6).toFixed(1)} MB of objects; the box ${JSON.stringify(on.boxMemory())} kB`);
  }, 180_000);

  test("each sells through a power cut, and every sale is in the journal once, and in the books once", async () => {
    const ids: string[] = [];
    const round = async (sales: number) => {
      for (let n = 0; n < sales; n++) ids.push(...(await Promise.all(tablets.map(sell))));
    };
    const began = performance.now();
    await round(SALES[0]);
    await on.killBox();
    await round(SALES[1]);
    await on.startBox();
    for (const { link } of tablets) link.nudge();
    const states = () => tablets.flatMap(({ outbox }) => outbox.entries.value.map(({ state }) => state));
    await vi.waitFor(() => expect(states()).toEqual(ids.map(() => "at_office")), { ...SOON, timeout: 120_000 });
    const took = Math.round(performance.now() - began);
    console.log(`${ids.length} sales of twenty tablets, with a power cut: all at the office after ${took} ms`);
    console.log(`the box, started again: ${JSON.stringify(on.boxMemory())} kB`);
    const span = ["--kind", "sales-invoice", "--from", "2026-01-01", "--to", "2099-12-31"];
    for (const csv of [on.box("export", ...span), on.office("export", ...span)]) {
      const there = [...csv.matchAll(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/gm)].map(([id]) => id);
      expect(there.sort()).toEqual([...ids].sort());
    }
    const numbers = tablets.flatMap(({ outbox }) => outbox.entries.value.map(({ number }) => number));
    expect(new Set(numbers).size).toBe(ids.length);
  }, 240_000);
});
