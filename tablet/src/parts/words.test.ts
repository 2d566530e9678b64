import "fake-indexeddb/auto";
import { signal } from "@preact/signals";
import { afterEach, expect, test } from "vitest";
import { type App, running } from "../app";
import type { Entry, Receipt } from "../outbox/entry";
import { Outbox } from "../outbox/outbox";
import { openStore } from "../store";
import { customerPicks } from "./words";

let outbox: Outbox;
afterEach(() => {
  running.value = null;
  outbox.close();
});

const made = (id: string, madeMs: number, more: Partial<Entry>): Entry => ({
  id,
  kind: "customer",
  body: "{}",
  madeMs,
  day: "2026-11-02",
  state: "saved",
  ...more,
});

const refusal = (id: string): Receipt => ({
  ...{ id, status: "refused", epoch: "e1", seq: 1, hash: "ab12cd34", at: "2026-11-02T01:02:27Z", reason: null },
  ...{ number: null, total: null, marks: [], outcome: null, packet: 1 },
});

test("a customer who was made here can be chosen again where the box has not let the customer go", async () => {
  outbox = await Outbox.open(await openStore("words"), 0);
  const masters = signal({ customers: () => [] });
  running.value = { outbox, rows: { masters } } as unknown as App;
  const picks = () => customerPicks().map(({ text }) => text);
  await outbox.submit(made("c", 1, { party: "Bu Ani" }));
  expect(picks()).toEqual(["Bu Ani"]);
  await outbox.submit(made("stop", 2, { kind: "cancellation", cancels: "c", state: "waiting" }));
  expect(picks()).toEqual([]);
  await outbox.receipt(refusal("stop"));
  expect(picks()).toEqual(["Bu Ani"]);
});
