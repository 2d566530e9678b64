// A count of more than one document takes: several, each whole by itself. What of an item is counted by batches stays together, since the rows of an
// item in a document are all that there is of it.

import type { GoodsLine } from "./documents";

/** As many rows as the box takes in one document. */
export const MAX_ROWS = 200;

/** The lines of each document; of what is counted in several units one row is sent. */
export function partsOf(lines: readonly GoodsLine[]): GoodsLine[][] {
  const items = new Map<string, GoodsLine[]>();
  for (const line of lines) items.set(line.item_code, [...(items.get(line.item_code) ?? []), line]);
  const parts: { lines: GoodsLine[]; rows: number }[] = [];
  for (const item of items.values()) {
    const rows = new Set(item.map((line) => line.batch_no ?? "")).size;
    const last = parts.at(-1);
    if (last && last.rows + rows <= MAX_ROWS) {
      last.lines.push(...item);
      last.rows += rows;
    } else parts.push({ lines: item, rows });
  }
  return parts.map((part) => part.lines);
}

export interface Counting {
  warehouse: string;
  lines: GoodsLine[];
  /** The lines of the documents beside it: one count is told from another by all that was counted. */
  others?: GoodsLine[][];
}

/** What the first of a count's documents keeps of its screen. */
export function formOf(warehouse: string, lines: readonly GoodsLine[]): Counting {
  const [first = [], ...others] = partsOf(lines);
  return { warehouse, lines: first, ...(others.length > 0 ? { others } : {}) };
}
