import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import type { Mark } from "../api-types";
import type { App } from "../app";
import { openStore, type Store } from "../store";
import { submit } from "../submit";
import type { Entry, Receipt } from "./entry";
import { Outbox } from "./outbox";

let n = 0;
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

async function fresh(): Promise<{ store: Store; outbox: Outbox }> {
  const store = await openStore(`t${n++}`);
  const outbox = await Outbox.open(store, 0);
  closing.push(outbox);
  return { store, outbox };
}

const entry = (id: string, madeMs = 1, more: Partial<Entry> = {}): Entry => ({
  id,
  kind: "sales-invoice",
  body: `{"id":"${id}"}`,
  madeMs,
  day: "2026-11-02",
  state: "waiting",
  ...more,
});

const receipt = (id: string, status: Receipt["status"]): Receipt => ({
  ...{ id, status, epoch: "e1", seq: 1, hash: "ab12cd34", at: "2026-11-02T01:02:27Z", reason: null },
  ...{ number: null, total: null, marks: [], outcome: null, packet: 1 },
});

const mark = (id: string, kind: string, mark: Mark["mark"]): Mark => ({
  ...{ id, kind, mark, number: null, day: "2026-11-02", party: null, total: null },
  ...{ since: null, name: null, why: null, cancelled: false },
});

test("however often one taps, there is one entry, with the bytes of the first tap", async () => {
  const { outbox } = await fresh();
  await Promise.all([1, 2, 3].map((tap) => outbox.submit(entry("a", 1, { body: `tap ${tap}` }))));
  expect(outbox.entries.value.map((entry) => entry.body)).toEqual(["tap 1"]);
});

test("a submission ends its draft, and not the next one's", async () => {
  const { outbox } = await fresh();
  await outbox.keepDraft({ screen: "sell", id: "a", value: 1 });
  await outbox.submit(entry("a"), "sell");
  expect(await outbox.draft("sell")).toBeUndefined();
  await outbox.keepDraft({ screen: "sell", id: "b", value: 2 });
  await outbox.submit(entry("a"), "sell");
  expect((await outbox.draft("sell"))?.id).toBe("b");
});

test("what was submitted is there after a reload, the oldest sent first", async () => {
  const { store, outbox } = await fresh();
  await outbox.submit(entry("b", 2));
  await outbox.submit(entry("a", 1));
  const reloaded = await Outbox.open(store, 3);
  closing.push(reloaded);
  expect(reloaded.toSend().map((entry) => entry.id)).toEqual(["a", "b"]);
});

test("only what is refused can be dropped, and what is old goes only when the office has it", async () => {
  const { store, outbox } = await fresh();
  await outbox.submit(entry("waits", 1));
  await outbox.submit(entry("saved", 2, { state: "saved" }));
  await outbox.submit(entry("posted", 3, { state: "posted" }));
  await outbox.submit(entry("refused", Date.now(), { state: "refused" }));
  await outbox.drop("waits");
  await outbox.drop("refused");
  const later = await Outbox.open(store, Date.now());
  closing.push(later);
  expect(later.entries.value.map((entry) => entry.id)).toEqual(["saved", "waits"]);
});

test("a code that nobody knows is kept while it waits, however old it is", async () => {
  const { store, outbox } = await fresh();
  await outbox.submit(entry("waits", 1, { kind: "scan" }));
  await outbox.submit(entry("saved", 2, { kind: "scan", state: "saved" }));
  await outbox.submit(entry("there", 3, { kind: "scan", state: "at_office" }));
  const later = await Outbox.open(store, Date.now());
  closing.push(later);
  expect(later.entries.value.map((entry) => entry.id)).toEqual(["saved", "waits"]);
});

test.each(["day-close", "scan", "barcode"])("the box is asked about a %s until the office has it", async (kind) => {
  const { outbox } = await fresh();
  await outbox.submit(entry("a", 1, { kind }));
  expect(outbox.open()).toEqual([]);
  await outbox.receipt(receipt("a", "recorded"));
  expect(outbox.open().map((entry) => entry.id)).toEqual(["a"]);
  await outbox.marks({ a: mark("a", kind, "at_office") });
  expect([outbox.get("a")?.state, outbox.open()]).toEqual(["at_office", []]);
});

test("of a document the box is still asked once the office has it: it is to be posted", async () => {
  const { outbox } = await fresh();
  await outbox.submit(entry("a", 1, { state: "at_office" }));
  expect(outbox.open().map((entry) => entry.id)).toEqual(["a"]);
});

test("a cancellation marks its document, and dropping a refused one takes the mark back", async () => {
  const { outbox } = await fresh();
  await outbox.submit(entry("sale", 1, { state: "saved" }));
  await outbox.submit(entry("stop", 2, { kind: "cancellation", cancels: "sale", state: "refused" }));
  expect(outbox.get("sale")?.cancelledBy).toBe("stop");
  await outbox.drop("stop");
  expect(outbox.get("sale")?.cancelledBy).toBeUndefined();
});

test("a second tab sees what the first has submitted", async () => {
  const { store, outbox } = await fresh();
  const other = await Outbox.open(store, 0);
  closing.push(other);
  const seen = new Promise<void>((resolve) => other.onWork(resolve));
  await outbox.submit(entry("a"));
  await seen;
  expect(other.get("a")?.state).toBe("waiting");
});

test("what was submitted is no draft any more, though a screen goes on writing it", async () => {
  const { store, outbox } = await fresh();
  await outbox.submit(entry("a"), "receive");
  await outbox.keepDraft({ screen: "receive", id: "a", value: "late" });
  expect(await store.get("drafts", "receive")).toBeUndefined();
  // One that an earlier version of the page has left.
  await store.put("drafts", { screen: "receive", id: "a", value: "late" });
  expect(await outbox.draft("receive")).toBeUndefined();
  await outbox.keepDraft({ screen: "receive", id: "b", value: "next" });
  expect((await outbox.draft("receive"))?.value).toBe("next");
});

test("drafts are changed and read in the order in which that was asked for, and one that could not be changed stays", async () => {
  const { outbox } = await fresh();
  const more = () =>
    outbox.changeDraft("sell", (kept) => ({ screen: "sell", id: "a", value: Number(kept?.value ?? 0) + 1 }));
  const [, , read] = await Promise.all([more(), more(), outbox.draft("sell"), more()]);
  expect(read?.value).toBe(2);
  const wrong = outbox.changeDraft("sell", () => {
    throw new Error("no such item");
  });
  await expect(wrong).rejects.toThrow("no such item");
  expect(await outbox.draft("sell")).toEqual({ screen: "sell", id: "a", value: 3 });
});

test("a correction puts aside what was begun, which comes back after it, submitted or thrown away", async () => {
  const { outbox } = await fresh();
  const own = ({ value }: { value: unknown }) => value === "cart";
  for (const end of [() => outbox.dropDraft("sell"), () => outbox.submit(entry("fix"), "sell")]) {
    await outbox.keepDraft({ screen: "sell", id: "own", value: "cart" });
    for (const id of ["other", "fix"]) await outbox.layDraft({ screen: "sell", id, value: "correction" }, own);
    expect((await outbox.draft("sell"))?.id).toBe("fix");
    await end();
    expect(await outbox.draft("sell")).toEqual({ screen: "sell", id: "own", value: "cart" });
    await outbox.dropDraft("sell");
    expect(await outbox.draft("sell")).toBeUndefined();
  }
});

test("of several that were put aside the latest comes back first", async () => {
  const { outbox } = await fresh();
  await outbox.keepDraft({ screen: "sell", id: "own", value: 1 });
  for (const id of ["fix 1", "fix 2"]) await outbox.layDraft({ screen: "sell", id, value: 1 }, () => true);
  await outbox.keepDraft({ screen: "sell fast", id: "another screen's", value: 1 });
  const ids: (string | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    ids.push((await outbox.draft("sell"))?.id);
    await outbox.dropDraft("sell");
  }
  expect(ids).toEqual(["fix 2", "fix 1", "own", undefined]);
});

test("a second cancellation changes nothing of what the first has said, nor does its end", async () => {
  const { outbox } = await fresh();
  await outbox.submit(entry("sale"));
  await outbox.submit(entry("first", 2, { kind: "cancellation", cancels: "sale" }));
  await outbox.submit(entry("second", 3, { kind: "cancellation", cancels: "sale" }));
  expect(outbox.get("sale")?.cancelledBy).toBe("first");
  await outbox.submit(entry("third", 4, { kind: "cancellation", cancels: "sale", state: "refused" }));
  await outbox.drop("third");
  expect([outbox.get("third"), outbox.get("sale")?.cancelledBy]).toEqual([undefined, "first"]);
});

test("a disk that refuses is told to whoever submits, once, and the same submission may be tried again", async () => {
  const { store, outbox } = await fresh();
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on("unhandledRejection", hear);
  await outbox.keepDraft({ screen: "sell", id: "a", value: 1 });
  const real = IDBObjectStore.prototype.put;
  const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...of) {
    const asked = real.apply(this, of);
    this.transaction.abort();
    return asked;
  });
  await expect(outbox.submit(entry("a"), "sell")).rejects.toThrow();
  put.mockRestore();
  expect([await store.count("entries"), (await outbox.draft("sell"))?.value]).toEqual([0, 1]);
  // Node tells of what nobody heard after the microtasks.
  await new Promise((done) => setTimeout(done));
  process.off("unhandledRejection", hear);
  expect(unheard).toEqual([]);
  await outbox.submit(entry("a"), "sell");
  expect(outbox.get("a")?.state).toBe("waiting");
});

const fakeApp = (outbox: Outbox) =>
  ({ outbox, people: { session: { value: null } }, clock: { day: () => "2026-11-02" } }) as unknown as App;

test("an invoice and its payments are kept in one go and sent in that order, however the clock ticks", async () => {
  const { store, outbox } = await fresh();
  let now = 1000;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now++);
  const paid = ["p2", "p1"].map((id) => ({ id, kind: "payment-entry", fields: {} }));
  const invoice = { id: "z", kind: "sales-invoice", fields: {} };
  for (let taps = 0; taps < 3; taps++) {
    const other = taps === 0 ? paid : paid.map((one) => ({ ...one, id: `${one.id} again` }));
    await submit(fakeApp(outbox), invoice, "deliver", other);
  }
  clock.mockRestore();
  expect(outbox.toSend().map((entry) => entry.id)).toEqual(["z", "p2", "p1"]);
  expect(outbox.goingWith("z").map((entry) => entry.id)).toEqual(["p2", "p1"]);
  // One that cannot be kept takes the other with it.
  const broken = { ...entry("q", 1), given: () => {} } as unknown as Entry;
  await expect(outbox.submit(entry("y"), undefined, [broken])).rejects.toThrow();
  expect(await store.get("entries", "y")).toBeUndefined();
});

test("the parts of a count are kept in one go, and each stands by itself", async () => {
  const { outbox } = await fresh();
  const part = (id: string) => ({ id, kind: "stock-reconciliation", fields: {}, apart: true });
  await submit(fakeApp(outbox), part("one"), "count", [part("two"), part("three")]);
  expect(outbox.toSend().map((entry) => entry.id)).toEqual(["one", "two", "three"]);
  expect([outbox.goingWith("one"), outbox.get("two")?.body]).toEqual([[], '{"id":"two"}']);
});

test("what was refused with an invoice goes on, or away, with it", async () => {
  const { outbox } = await fresh();
  const refused = { state: "refused" as const };
  const pay = (id: string, madeMs: number, more: Partial<Entry>) =>
    entry(id, madeMs, { kind: "payment-entry", goesWith: "sale", ...more });
  await outbox.submit(entry("sale", 1, refused), undefined, [
    pay("cash", 2, refused),
    pay("wire", 3, { state: "saved" }),
  ]);
  expect(outbox.goingWith("sale").map((one) => outbox.isStanding(one))).toEqual([false, true]);
  await outbox.again("sale", null);
  expect(outbox.toSend().map((entry) => entry.id)).toEqual(["sale", "cash"]);
  for (const id of ["sale", "cash"])
    await outbox.receipt({ ...receipt(id, "refused"), reason: { code: "rule", text: "no" } });
  await outbox.drop("sale");
  expect(outbox.entries.value.map((entry) => entry.id)).toEqual(["wire"]);
  // A payment alone is dropped alone.
  await outbox.submit(entry("kept", 5), undefined, [{ ...pay("lone", 6, refused), goesWith: "kept" }]);
  await outbox.drop("lone");
  expect(outbox.get("kept")?.state).toBe("waiting");
  const stop = entry("stop", 7, { kind: "cancellation", cancels: "wire" });
  await outbox.submit(stop);
  expect(outbox.isStanding(outbox.get("wire") as Entry)).toBe(false);
  await outbox.receipt({ ...receipt("stop", "refused"), reason: { code: "rule", text: "no" } });
  expect(outbox.isStanding(outbox.get("wire") as Entry)).toBe(true);
});

test("word of one entry leaves the others as they were read", async () => {
  const { outbox } = await fresh();
  for (const id of ["a", "b"]) await outbox.submit(entry(id));
  const [a, b] = ["a", "b"].map((id) => outbox.get(id));
  await outbox.receipt(receipt("a", "recorded"));
  expect([outbox.get("a")?.state, outbox.get("a") === a, outbox.get("b") === b]).toEqual(["saved", false, true]);
});
