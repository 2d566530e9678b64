// A draft becomes a document: kept in the outbox under the draft's id, with what its screen showed. A correction takes back what it corrects first.

import { app } from "../app";
import type { Fields, When } from "../forms/documents";
import { t } from "../i18n";
import type { Entry, Label } from "../outbox/entry";
import { cancel, type Meant, submit } from "../submit";
import { uuid } from "../uuid";
import type { Writing } from "./draft";

export function now(): When {
  const { clock } = app();
  const at = clock.nowMs();
  return { day: clock.day(at), time: clock.time(at) };
}

export async function submitWritten<T>(
  screen: string,
  draft: Writing<T>,
  make: (when: When) => { kind: string; fields: Fields },
  label: Label = {},
  beside: (when: When) => readonly Meant[] = () => [],
): Promise<Entry> {
  const { id, key, value, amends, cancellation, replaces } = draft;
  const outbox = app().outbox;
  const known = outbox.get(id);
  if (known) return known;
  if (amends && !outbox.get(amends)?.cancelledBy) {
    await cancel(app(), cancellation ?? uuid(), amends, t("correct.reason"), outbox.get(amends));
  }
  const { party, total } = label;
  const form = { screen, value };
  // What stands for a payment belongs to the same document.
  const goesWith = outbox.get(amends ?? replaces ?? "")?.goesWith;
  const when = now();
  const entry = await submit(app(), { id, ...make(when), party, total, form, amends, goesWith }, key, beside(when));
  if (replaces) await putAside(replaces);
  return entry;
}

/** What was refused goes, and its payments with it: those that the box took all the same, as one without the office's data does, are taken back. */
export async function putAside(refused: string): Promise<void> {
  const { outbox } = app();
  for (const paid of outbox.goingWith(refused)) {
    if (paid.state !== "refused" && !paid.cancelledBy) {
      await cancel(app(), uuid(), paid.id, t("correct.reason"), paid);
    }
  }
  await outbox.drop(refused);
}
