// What has to be counted when a till is closed.
//
// In: the modes of payment in use, what the box expects of each. Out: which of them nobody may leave out. Absent: the documents (documents.ts).

import type { Till } from "../api-types";
import type { ModeOfPayment } from "../rows/types";
import { number } from "./cart";
import type { Amounts } from "./documents";

type Expected = Till["expected"];

/**
 * The modes that a closing says nothing of as yet, and has to: what is left out counts as nothing there. Cash is always counted, others where
 * something is expected; where the box cannot say what is expected, all of them.
 */
export function uncounted(modes: readonly ModeOfPayment[], expected: Expected | null, amounts: Amounts): string[] {
  const has = (mode: string) => !expected || expectedOf(expected, mode) !== null;
  return modes
    .filter(({ mode_of_payment, type }) => type === "Cash" || has(mode_of_payment))
    .map(({ mode_of_payment }) => mode_of_payment)
    .filter((mode) => (amounts.find((row) => row.mode_of_payment === mode)?.amount ?? "") === "");
}

/** What has to be there by a mode; null where nothing has. */
export function expectedOf(expected: Expected, mode: string): string | null {
  const amount = expected.find((row) => row.mode_of_payment === mode)?.amount;
  return amount === undefined || number(amount).isZero() ? null : amount;
}
