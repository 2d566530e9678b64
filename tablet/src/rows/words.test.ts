import "fake-indexeddb/auto";
import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { Entry, State } from "../outbox/entry";
import { openStore } from "../store";
import { counting, type Word, Words } from "./words";

const word = (code: string, item_code: string, uom: string | null = null) => ({ code, item_code, uom });

const listed = (words: readonly Word[], had: ReadonlySet<string> | null = null) => ({ words, had });

let made = 0;
function entry(code: string, item_code: string, state: State, kind = "barcode"): Entry {
  const body = JSON.stringify({ id: `${made}`, code, item_code });
  return { id: `${made}`, kind, body, madeMs: made++, day: "2026-11-02", state };
}

test("a word of this tablet counts from the tap on, and the box's list over it once the box has it", () => {
  expect(counting(listed([]), [entry("1", "SHIRT", "waiting")])).toEqual([word("1", "SHIRT")]);
  expect(counting(listed([word("1", "CLOTH")]), [entry("1", "SHIRT", "waiting")])).toEqual([word("1", "SHIRT")]);
  expect(counting(listed([word("1", "CLOTH")]), [entry("1", "SHIRT", "saved")])).toEqual([word("1", "CLOTH")]);
  expect(counting(listed([]), [entry("1", "SHIRT", "saved")])).toEqual([word("1", "SHIRT")]);
});

test("what the box has of this tablet since its list was asked for counts over the list", () => {
  const [before, since] = [entry("1", "SHIRT", "saved"), entry("1", "CLOTH", "saved")];
  const box = [word("1", "SHIRT")];
  expect(counting(listed(box, new Set([before.id])), [since, before])).toEqual([word("1", "CLOTH")]);
  expect(counting(listed(box, new Set([before.id, since.id])), [since, before])).toEqual([word("1", "SHIRT")]);
});

test("what was refused, and what is no word, says nothing; of two of this tablet the later counts", () => {
  const [first, second] = [entry("1", "SHIRT", "waiting"), entry("1", "CLOTH", "waiting")];
  expect(counting(listed([]), [second, first])).toEqual([word("1", "CLOTH")]);
  expect(counting(listed([]), [entry("1", "SHIRT", "refused"), entry("2", "SHIRT", "waiting", "scan")])).toEqual([]);
});

test("the box's list stays on the tablet's disk, and changes only where a word does", async () => {
  const store = await openStore("words");
  const entries = signal<readonly Entry[]>([]);
  const words = new Words(store, entries);
  await words.open();
  const said = { ...word("1", "CLOTH", "Roll"), user: "wati", device: "till-2", at: "2026-11-02T01:02:27Z" };
  await words.update(async () => [said]);
  expect(words.all.value).toEqual([word("1", "CLOTH", "Roll")]);
  const before = words.all.value;
  entries.value = [entry("2", "SHIRT", "saved", "sales-invoice")];
  expect(words.all.value).toBe(before);
  const again = new Words(store, entries);
  await again.open();
  expect(again.all.value).toEqual(before);
  await expect(words.update(() => Promise.reject(new Error("no box")))).rejects.toThrow("no box");
  expect(words.all.value).toEqual(before);
});
