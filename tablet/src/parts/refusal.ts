// Why the box took something not, in the page's own words where its code or its field says it; the box's words, which say more, come after.

import { tOr } from "../i18n";
import type { Reason } from "../outbox/entry";

/** Fields by which a broken rule is known. */
const FIELDS: readonly [RegExp, string][] = [
  [/^(payments|change_amount|advances)\b/, "amount"],
  [/^items\[\d+\]\.(rate|price_list_rate)\b/, "price"],
  [/^(items|accounts|time_logs)\[\d+\]\.qty\b/, "qty"],
];

/** The last part of the text's key. */
export function refusalOf({ code, text }: Reason): string {
  if (code !== "rule") return code;
  return FIELDS.find(([field]) => field.test(text))?.[1] ?? code;
}

export function toldWhy(reason: Reason): string {
  const own = tOr(`refusal.${refusalOf(reason)}`, "");
  return own === "" ? reason.text : `${own} (${reason.text})`;
}
