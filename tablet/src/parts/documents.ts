// Documents of this tablet and of others in one shape: an entry, and the fields as they were sent.

import type { DocumentDetail, Mark } from "../api-types";
import { app } from "../app";
import { fieldsOf } from "../forms/standing";
import type { Entry, State } from "../outbox/entry";
import { onMark } from "../outbox/entry";
import type { BookedTaxes } from "../print/paper";
import { KINDS } from "../submit";

export interface Shown {
  entry: Entry;
  fields: Record<string, unknown>;
  /** How the box has booked it, where that is known. */
  booked?: BookedTaxes | undefined;
  /** It is another tablet's: what is known of it is what the box said. */
  elsewhere: boolean;
  returned: Record<string, string>;
  cancelled: boolean;
  /** What the books lack of one that never goes there, and the number of what stands for it: both by the box's word. */
  notBooked: string[];
  instead: string | null;
}

export function slugOf(kind: string): string {
  return Object.entries(KINDS).find(([, name]) => name === kind)?.[0] ?? kind;
}

/** A number on paper, as core/src/domain/number.rs reads it: a site's prefix, the kind, the letters of the box's life and a count. */
export function isNumber(text: string): boolean {
  return /^.+-[a-z]{2}-[a-z]{1,2}\d+$/i.test(text.trim());
}

export function ofThisTablet(entry: Entry): Shown {
  const cancellation = entry.cancelledBy ? app().outbox.get(entry.cancelledBy) : undefined;
  const cancelled = cancellation !== undefined && cancellation.state !== "refused";
  return {
    entry,
    fields: fieldsOf(entry),
    elsewhere: false,
    returned: {},
    cancelled,
    notBooked: [],
    instead: insteadOf(entry),
  };
}

function insteadOf({ id }: Entry): string | null {
  const stands = (other: Entry) => other.amends === id && other.state !== "refused";
  return app().outbox.entries.value.find(stands)?.number ?? null;
}

/** A line of the box's lists as an entry, for its marks. */
export function entryOfMark(mark: Mark): Entry {
  const state: State = "saved";
  const entry: Entry = { id: mark.id, kind: slugOf(mark.kind), body: "{}", madeMs: 0, day: mark.day, state };
  if (mark.party) entry.party = mark.party;
  return onMark(entry, mark);
}

export function ofTheBox(detail: DocumentDetail): Shown {
  const entry = entryOfMark(detail.line);
  const seq = Number(/(\d+)$/.exec(String((detail.line as { position?: string }).position ?? ""))?.[1] ?? Number.NaN);
  return {
    entry: {
      ...entry,
      at: detail.at,
      hash: detail.hash,
      ...(Number.isNaN(seq) ? {} : { seq }),
      ...(detail.user ? { user: detail.user } : {}),
    },
    fields: detail.document,
    booked: (detail.booked ?? undefined) as BookedTaxes | undefined,
    elsewhere: true,
    returned: detail.returned,
    cancelled: detail.line.cancelled,
    notBooked: detail.not_booked,
    instead: detail.amended_by_number,
  };
}
