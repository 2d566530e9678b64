// What money is paid for: invoices that are open, and those that were chosen and are not.
//
// In: what was chosen, what is open by the box's word or the office's rows. Out: how much goes to each.

import type { OpenInvoice } from "../api-types";
import { type Decimal, min } from "../money/decimal";
import { number } from "./cart";
import type { Paid } from "./documents";

type Reference = Paid["references"][number];

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
