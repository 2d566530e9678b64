import "fake-indexeddb/auto";
import { signal } from "@preact/signals";
import { afterEach, expect, test, vi } from "vitest";
import { type App, running } from "../app";
import { Clock } from "../clock";
import { SubmittedElsewhere } from "../errors";
import { Outbox } from "../outbox/outbox";
import { openStore } from "../store";
import type { Writing } from "./draft";
import { submitWritten } from "./written";

interface Sale {
  item: string;
  qty: string;
}

let tabs = 0;
const closing: Outbox[] = [];
afterEach(() => {
  running.value = null;
  for (const one of closing.splice(0)) one.close();
});

async function tab(store = `written ${tabs++}`): Promise<Outbox> {
  const outbox = await Outbox.open(await openStore(store), 0);
  closing.push(outbox);
  const people = { session: signal(null) };
  running.value = { outbox, people, clock: new Clock() } as unknown as App;
  return outbox;
}

function draft(id: string, value: Sale) {
  const renew = vi.fn(async () => {});
  const writing: Writing<Sale> = { id, key: "sell", value, change: () => {}, clear: async () => {}, renew };
  const submit = () => submitWritten("sell", writing, () => ({ kind: "sales-invoice", fields: { ...value } }));
  return { submit, renew };
}

test("taps for the same are one document, in whichever tab", async () => {
  const outbox = await tab();
  const { submit, renew } = draft("a", { item: "SHIRT", qty: "1" });
  const [first] = [await submit(), await submit()];
  const again = await draft("a", { qty: "1", item: "SHIRT" }).submit();
  expect([outbox.entries.value.length, again.id, renew.mock.calls.length]).toEqual([1, first.id, 0]);
});

test("a sale that another tab's hides under its id is not lost: it goes on under its own", async () => {
  const outbox = await tab();
  await draft("a", { item: "SHIRT", qty: "1" }).submit();
  const other = draft("a", { item: "TROUSERS", qty: "2" });
  await expect(other.submit()).rejects.toThrow(SubmittedElsewhere);
  expect(other.renew).toHaveBeenCalledOnce();
  await draft("b", { item: "TROUSERS", qty: "2" }).submit();
  expect(outbox.entries.value.map(({ body }) => JSON.parse(body).item).sort()).toEqual(["SHIRT", "TROUSERS"]);
});

test("a sale is not lost either where the other tab's has only just reached the disk", async () => {
  const store = `written ${tabs++}`;
  const late = await tab(store);
  vi.spyOn(late, "get").mockReturnValue(undefined);
  const behind = running.value;
  await tab(store);
  await draft("a", { item: "SHIRT", qty: "1" }).submit();
  running.value = behind;
  const other = draft("a", { item: "TROUSERS", qty: "2" });
  await expect(other.submit()).rejects.toThrow(SubmittedElsewhere);
});
