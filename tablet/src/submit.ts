// What a person submits becomes an entry of the outbox: bytes that are never changed.
//
// In: a kind, its fields, the id that its screen has had since it was opened. Out: the entry, on the tablet's disk. Absent: sending (link).

import type { App } from "./app";
import type { Entry, Form } from "./outbox/entry";
import type { Word } from "./rows/words";
import { uuid } from "./uuid";

/** ERPNext's names of the kinds, by what topics call them. */
export const KINDS: Record<string, string> = {
  "sales-invoice": "Sales Invoice",
  "stock-entry": "Stock Entry",
  "payment-entry": "Payment Entry",
  "sales-order": "Sales Order",
  "delivery-note": "Delivery Note",
  "purchase-receipt": "Purchase Receipt",
  "purchase-invoice": "Purchase Invoice",
  "stock-reconciliation": "Stock Reconciliation",
  timesheet: "Timesheet",
  "job-card": "Job Card",
  "journal-entry": "Journal Entry",
  customer: "Customer",
  supplier: "Supplier",
  item: "Item",
  "till-opening": "POS Opening Entry",
  "till-closing": "POS Closing Entry",
};

export interface Meant {
  id: string;
  kind: string;
  fields: Record<string, unknown>;
  party?: string | undefined;
  total?: string | undefined;
  /** What the screen showed, so that it can be shown again to be corrected. */
  form?: Form | undefined;
  amends?: string | undefined;
  goesWith?: string | undefined;
  /** It is kept together with another document, and stands by itself afterwards. */
  apart?: boolean;
  given?: string | undefined;
}

function entry(app: App, meant: Meant): Entry {
  const session = app.people.session.value;
  const { id, kind, fields, party, total, form, amends, goesWith, given } = meant;
  const who = session ? { session: session.token } : {};
  const body = JSON.stringify({ id, ...who, ...(amends ? { amends } : {}), ...fields });
  const made: Entry = { id, kind, body, madeMs: Date.now(), day: app.clock.day(), state: "waiting" };
  if (session) [made.user, made.sender] = [session.full_name, session.user];
  if (party) made.party = party;
  if (total) made.total = total;
  if (form) made.form = form;
  if (amends) made.amends = amends;
  if (goesWith) made.goesWith = goesWith;
  if (given) made.given = given;
  return made;
}

/** Keeps it with what is submitted with it in one go and sent after it, its payments first of all, whole or not at all; ends the screen's draft. */
export function submit(app: App, meant: Meant, screen: string, beside: readonly Meant[] = []): Promise<Entry> {
  const first = entry(app, meant);
  const others = beside.map((other, i) => {
    return { ...entry(app, other.apart ? other : { ...other, goesWith: first.id }), madeMs: first.madeMs + i + 1 };
  });
  return app.outbox.submit(first, screen, others);
}

/** Takes a document back. `id` is the cancellation's own. */
export function cancel(
  app: App,
  id: string,
  document: string,
  reason: string,
  label: Entry | undefined,
): Promise<Entry> {
  const made = entry(app, { id, kind: "cancellation", fields: { document, reason }, party: label?.party });
  return app.outbox.submit({ ...made, cancels: document });
}

/** What the box has of a day is counted; what comes for it later opens it again. */
export function closeDay(app: App, day: string): Promise<Entry> {
  return app.outbox.submit(entry(app, { id: uuid(), kind: "day-close", fields: { day }, party: day }));
}

/** What a code stands for, by the word of whoever has the thing in hand. */
export function nameCode(app: App, id: string, word: Word): Promise<Entry> {
  const { code, item_code, uom } = word;
  const fields = { code, item_code, ...(uom === null ? {} : { uom }) };
  return app.outbox.submit(entry(app, { id, kind: "barcode", fields, party: code }));
}

/** A code that nobody here knows: the box records it, for somebody to resolve. */
export function unknownScan(app: App, code: string): Promise<Entry> {
  const id = uuid();
  const body = JSON.stringify({ id, code });
  return app.outbox.submit({ id, kind: "scan", body, madeMs: Date.now(), day: app.clock.day(), state: "waiting" });
}
