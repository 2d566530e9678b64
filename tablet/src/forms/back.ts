// Whether what comes back is what was sold: the mirror of core/src/domain/shop/admission/back.rs, so that it is said before goods and money
// change hands.
//
// In: what comes back, the rows of the sale. Out: what is not of it. Absent: how much of it may come back (return.tsx).

import { serials } from "./cart";
import type { GoodsLine } from "./documents";
import type { Row } from "./standing";

/** The first batch or number that no row of the sale has; of an item that was sold without any nothing is known. */
export function notSold(lines: readonly GoodsLine[], sold: readonly Row[]): "other_batch" | "other_piece" | null {
  for (const { item_code, batch_no, serial_no } of lines) {
    const theirs = sold.filter((row) => row.item_code === item_code);
    const batches = theirs.flatMap((row) => row.batch_no || []);
    if (!allOf([batch_no?.trim() ?? ""], batches)) return "other_batch";
    if (!allOf(serials(serial_no), theirs.flatMap(numbers))) return "other_piece";
  }
  return null;
}

const numbers = (row: Row) => serials(row.serial_no);

function allOf(named: readonly string[], known: readonly string[]): boolean {
  return known.length === 0 || named.every((name) => name === "" || known.includes(name));
}
