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
  beside: readonly Meant[] = [],
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
  const entry = await submit(app(), { id, ...make(now()), party, total, form, amends }, key, beside);
  if (replaces) await outbox.drop(replaces);
  return entry;
}
