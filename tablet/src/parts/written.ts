// A draft becomes a document: kept in the outbox under the draft's id, with what its screen showed. A correction takes back what it corrects first.

import { app } from "../app";
import { SubmittedElsewhere } from "../errors";
import type { Fields, When } from "../forms/documents";
import { t } from "../i18n";
import type { Entry, Form, Label } from "../outbox/entry";
import { cancel, type Meant, submit } from "../submit";
import { uuid } from "../uuid";
import type { Writing } from "./draft";

export function now(): When {
  const { clock } = app();
  const at = clock.nowMs();
  return { day: clock.day(at), time: clock.time(at) };
}

/**
 * Taps for the same are one document. Another tab of this page may have submitted something else under the draft's id: then what is written here gets
 * an id of its own, and whoever wrote it is told.
 */
export async function submitWritten<T>(
  screen: string,
  draft: Writing<T>,
  make: (when: When) => { kind: string; fields: Fields },
  label: Label = {},
  beside: (when: When) => readonly Meant[] = () => [],
): Promise<Entry> {
  const form = { screen, value: draft.value };
  const entry = app().outbox.get(draft.id) ?? (await submitNew(form, draft, make, label, beside));
  if (inOrder(entry.form) === inOrder(form)) return entry;
  await draft.renew();
  throw new SubmittedElsewhere();
}

async function submitNew<T>(
  form: Form,
  { id, key, amends, cancellation, replaces }: Writing<T>,
  make: (when: When) => { kind: string; fields: Fields },
  label: Label,
  beside: (when: When) => readonly Meant[],
): Promise<Entry> {
  const outbox = app().outbox;
  if (amends && !outbox.get(amends)?.cancelledBy) {
    await cancel(app(), cancellation ?? uuid(), amends, t("correct.reason"), outbox.get(amends));
  }
  const { party, total } = label;
  // What stands for a payment belongs to the same document.
  const goesWith = outbox.get(amends ?? replaces ?? "")?.goesWith;
  const when = now();
  const entry = await submit(app(), { id, ...make(when), party, total, form, amends, goesWith }, key, beside(when));
  if (replaces) await putAside(replaces);
  return entry;
}

/** The same text for the same content, in whichever order it came to be. */
function inOrder(content: unknown): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(content, sorted);
}

/** What was refused goes, and its payments with it: those that the box took all the same, as one without the office's data does, are taken back. */
export async function putAside(refused: string): Promise<void> {
  const { outbox } = app();
  for (const paid of outbox.goingWith(refused)) {
    if (outbox.isStanding(paid)) {
      await cancel(app(), uuid(), paid.id, t("correct.reason"), paid);
    }
  }
  await outbox.drop(refused);
}
