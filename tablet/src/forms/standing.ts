// What this tablet's documents say, read once each: their bytes are never changed.
//
// In: entries of the outbox. Out: their fields, and those of a kind that stand. Absent: what other tablets did (the box's word).

import { type Entry, stands } from "../outbox/entry";

export type Fields = Record<string, unknown>;
export type Row = Record<string, string | undefined>;

export interface Standing {
  entry: Entry;
  fields: Fields;
}

const read = new WeakMap<Entry, Fields>();

export function fieldsOf(entry: Entry): Fields {
  let fields = read.get(entry);
  if (!fields) {
    fields = JSON.parse(entry.body) as Fields;
    read.set(entry, fields);
  }
  return fields;
}

export const rowsOf = (fields: Fields, name: string): Row[] => (fields[name] as Row[] | undefined) ?? [];

/** Documents of a kind that were neither refused nor taken back. */
export function standing(entries: readonly Entry[], kind: string): Standing[] {
  const stops = new Map(entries.flatMap((entry) => (entry.cancels ? [[entry.cancels, entry] as const] : [])));
  return entries
    .filter((entry) => entry.kind === kind && stands(entry, stops.get(entry.id)))
    .map((entry) => ({ entry, fields: fieldsOf(entry) }));
}
