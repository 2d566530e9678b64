// The page's database: what the tablet keeps through reloads, power cuts and weeks out of range.
//
// One place for its stores and their versions. What is in them: `meta` small things by name (the tablet's login, who is logged in, the cursor
// of the master data), `rows` master data, `entries` what was submitted (outbox), `drafts` what is being written, by screen.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Entry } from "./outbox/entry";

export interface StoredRow {
  table: string;
  name: string;
  row: Record<string, unknown>;
}

export interface Draft {
  /** Which screen. */
  screen: string;
  /** The id that it will be sent under. */
  id: string;
  value: unknown;
}

export interface Schema extends DBSchema {
  meta: { key: string; value: unknown };
  rows: { key: [string, string]; value: StoredRow };
  entries: { key: string; value: Entry; indexes: { made: number } };
  drafts: { key: string; value: Draft };
}

export type Store = IDBPDatabase<Schema>;

/** A page that loses its disk sooner is not loaded anew: it would be so for ever. */
export const LIVED_MS = 10_000;

/**
 * `lost`: the browser has closed the database by itself, as where the disk fails or somebody cleared it. Nothing is kept from then on. It says
 * whether to load the page anew is worth a try.
 */
export function openStore(name = "outpost", lost?: (worthATry: boolean) => void): Promise<Store> {
  const beganMs = performance.now();
  return openDB<Schema>(name, 1, {
    terminated() {
      lost?.(performance.now() - beganMs >= LIVED_MS);
    },
    upgrade(store) {
      store.createObjectStore("meta");
      store.createObjectStore("rows", { keyPath: ["table", "name"] });
      store.createObjectStore("entries", { keyPath: "id" }).createIndex("made", "madeMs");
      store.createObjectStore("drafts", { keyPath: "screen" });
    },
  });
}

export async function recall<T>(store: Store, name: string): Promise<T | null> {
  return ((await store.get("meta", name)) as T | undefined) ?? null;
}

export async function remember(store: Store, name: string, value: unknown): Promise<void> {
  if (value === null) await store.delete("meta", name);
  else await store.put("meta", value, name);
}
