// Items that this tablet has made, until the office's data has them: the box takes them by their code from then on.
//
// In: the outbox. Out: items as rows have them, and a signal of them, which changes only when one does. Absent: those of other tablets.

import { computed, type ReadonlySignal } from "@preact/signals";
import { fieldsOf, standing } from "../forms/standing";
import type { Entry } from "../outbox/entry";
import type { Item } from "./types";

export function madeHere(entries: readonly Entry[]): Item[] {
  return standing(entries, "item").map(({ fields }) => {
    const { item_code, item_name, item_group, stock_uom, is_stock_item, standard_rate, barcodes } =
      fields as unknown as Item;
    return {
      ...{ item_code, item_name: item_name || item_code, stock_uom },
      ...(item_group ? { item_group } : {}),
      ...(is_stock_item ? { is_stock_item } : {}),
      ...(standard_rate ? { standard_rate } : {}),
      ...(barcodes ? { barcodes } : {}),
    };
  });
}

/** What an entry has made is called so. */
export function codeMadeBy(entry: Entry | undefined): string | undefined {
  return entry?.kind === "item" ? (fieldsOf(entry) as unknown as Item).item_code : undefined;
}

export function made(entries: ReadonlySignal<readonly Entry[]>): ReadonlySignal<readonly Item[]> {
  let before: readonly Item[] = [];
  return computed(() => {
    const now = madeHere(entries.value);
    if (JSON.stringify(now) !== JSON.stringify(before)) before = now;
    return before;
  });
}
