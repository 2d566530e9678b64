// What money is paid for: invoices that are open, and those that were chosen and are not.
//
// In: what was chosen, what is open by the box's word or the office's rows, a payment that is to be corrected. Out: what is open without that, and
// how much goes to each.

import type { OpenInvoice } from "../api-types";
import { type Decimal, min, sum } from "../money/decimal";
import type { Entry } from "../outbox/entry";
import { number } from "./cart";
import type { Paid } from "./documents";
import { rowsOf, standing } from "./standing";

type Reference = Paid["references"][number];

/** What is open: `sure` by the box's word, else as the office's rows have it. */
export interface Open {
  invoices: OpenInvoice[];
  sure: boolean;
}

/**
 * What is open without `amended`, a payment that is to be corrected and counts for nothing: what the box or the office's rows have in them of it is
 * open again. An invoice that it has closed is told of by the box no more, and listed again; its day is known of this tablet's own alone. One that
 * the rows do not name may be open by more than that.
 */
export function openWithout(
  amended: Entry | undefined,
  entries: readonly Entry[],
  { invoices, sure }: Open,
  { party, party_type }: Pick<Paid, "party" | "party_type">,
): OpenInvoice[] {
  const isCounted = sure ? amended?.state !== "waiting" : amended?.state === "posted";
  const found = isCounted && standing(entries, "payment-entry").find(({ entry }) => entry === amended);
  if (!found) return invoices;
  const { fields } = found;
  if (fields.party !== party || fields.party_type !== party_type) return invoices;
  const rows = rowsOf(fields, "references").filter((row) => row.reference_doctype !== "Sales Order");
  const paid = (name: string) =>
    sum(rows.filter((row) => row.reference_name === name).map((row) => number(row.allocated_amount ?? "0")));
  const listed = invoices.map((row) => ({
    ...row,
    outstanding: `${number(row.outstanding).plus(paid(row.invoice))}`,
  }));
  if (!sure) return listed;
  const names = new Set(rows.map((row) => row.reference_name ?? ""));
  for (const { invoice } of invoices) names.delete(invoice);
  const closedByIt = [...names].map((invoice) => {
    const own = entries.find(({ id }) => id === invoice);
    return {
      ...{ invoice, number: own?.number ?? null, party, posting_date: own?.day ?? "" },
      ...{ total: own?.total ?? null, outstanding: `${paid(invoice)}` },
    };
  });
  return [...listed, ...closedByIt];
}

/** Invoices that were chosen, and are not among what is open: they are paid, or it is not known what is open of them. */
export function closed(references: readonly Reference[], open: readonly OpenInvoice[]): Reference[] {
  const isOpen = (name: string) => open.some(({ invoice }) => invoice === name);
  return references.filter((row) => row.reference_doctype !== "Sales Order" && !isOpen(row.reference_name));
}

/** What is paid of each: as much as is open, in order; of what is not known to be open, and of an order, all of it. */
export function allocate(
  references: readonly Reference[],
  amount: Decimal,
  invoices: readonly OpenInvoice[],
): Reference[] {
  let rest = amount;
  return references.flatMap((row) => {
    const open = invoices.find((invoice) => invoice.invoice === row.reference_name)?.outstanding;
    const part = open === undefined ? rest : min(rest, number(open));
    rest = rest.minus(part);
    return part.isPositive() ? [{ ...row, allocated_amount: `${part}` }] : [];
  });
}
