// Lines of goods as they are scanned: which line a piece belongs to, in which unit, and how many of the stock unit that is.
//
// In: lines, what a code stands for. Out: lines. Lines that people add are told apart by item, unit and batch; those of another document, and
// those that are kept in the item's own unit, take a label's unit by how many of theirs it is. Absent: documents (documents.ts).

import { Decimal, kept, MAX_SCALE } from "../money/decimal";
import type { Masters } from "../rows/masters";
import type { Item } from "../rows/types";
import type { Found } from "../scan/code";
import { number, serials } from "./cart";
import type { GoodsLine } from "./documents";

interface How {
  /** How many one scan adds: one, or none where only the line is made. */
  adds: string;
  /** Lines of the same item in different units stand beside each other. */
  byUnit: boolean;
  /** The line of an item that has none yet; null where lines are another document's. */
  fresh: ((item: Item, uom: string) => GoodsLine) | null;
}

/** The item's own unit, and those that it is kept in as well. */
export function unitsOf(item: Item): string[] {
  return [...new Set([item.stock_uom, ...(item.uoms ?? []).map(({ uom }) => uom)])];
}

/** How many of the stock unit one of `uom` is; null where the item is not kept in it. */
export function factorOf(item: Item, uom: string): Decimal | null {
  if (uom === item.stock_uom) return Decimal.of(1);
  const factor = item.uoms?.find((row) => row.uom === uom)?.conversion_factor;
  return factor === undefined ? null : Decimal.from(factor);
}

/** How many of the stock unit a line is; null where that cannot be said. */
export function inStockUnit({ qty, uom }: GoodsLine, item: Item): Decimal | null {
  const factor = factorOf(item, uom);
  return factor && kept(() => number(qty).times(factor));
}

/** `qty` of one unit in another, where that comes out exactly. */
function converted(qty: Decimal, item: Item, from: string, to: string): Decimal | null {
  if (from === to) return qty;
  const [of, into] = [factorOf(item, from), factorOf(item, to)];
  if (!of || !into || into.isZero()) return null;
  return kept(() => {
    const stock = qty.times(of);
    const whole = stock.over(into, MAX_SCALE);
    return whole.times(into).equals(stock) ? whole : null;
  });
}

/** The lines after a piece was scanned; null where none of them takes it. */
export function put(lines: readonly GoodsLine[], found: Found, { adds, byUnit, fresh }: How): GoodsLine[] | null {
  const at = placeOf(lines, found, byUnit, fresh === null);
  const known = lines[at];
  const { item, uom } = found;
  const empty = known ?? fresh?.(item, byUnit ? uom : item.stock_uom);
  if (!empty) return null;
  const more = converted(number(adds), item, uom, empty.uom);
  if (!more) return null;
  const batch = found.batch_no === undefined ? {} : { batch_no: found.batch_no };
  const names = fresh === null && namesBatch(found, empty);
  const line = withPiece({ ...empty, ...batch }, found.serial_no, names ? Decimal.ZERO : more);
  if (known) return lines.map((other, i) => (i === at ? line : other));
  const key = 1 + Math.max(0, ...lines.map((line) => line.key ?? 0));
  return [...lines, { ...line, key }];
}

function placeOf(lines: readonly GoodsLine[], found: Found, byUnit: boolean, fixed: boolean): number {
  const ofItem = (line: GoodsLine) => line.item_code === found.item.item_code && (!byUnit || line.uom === found.uom);
  const ofBatch = (line: GoodsLine) => (line.batch_no ?? "") === (found.batch_no ?? "");
  const exact = lines.findIndex((line) => ofItem(line) && ofBatch(line));
  // A line of another document waits to be told its batch.
  return exact < 0 && fixed ? lines.findIndex((line) => ofItem(line) && (line.batch_no ?? "") === "") : exact;
}

/** The line has its quantity already and no batch: a label names the batch of that, and is no piece more. */
function namesBatch({ batch_no, serial_no }: Found, line: GoodsLine): boolean {
  const isBlank = (line.batch_no ?? "") === "";
  return batch_no !== undefined && serial_no === undefined && isBlank && number(line.qty).isPositive();
}

/** A number names a piece that has none yet, and is one more beyond those; a piece with a number is there once. */
function withPiece(line: GoodsLine, serial: string | undefined, more: Decimal): GoodsLine {
  const qty = number(line.qty);
  if (serial === undefined) return { ...line, qty: `${qty.plus(more)}` };
  const named = serials(line.serial_no);
  if (named.includes(serial)) return line;
  const waits = qty.compare(Decimal.of(named.length)) > 0;
  return { ...line, qty: waits ? line.qty : `${qty.plus(more)}`, serial_no: [...named, serial].join("\n") };
}

/** The pieces of the other document's row that the line does not name yet. */
export function offered(line: GoodsLine): string[] {
  const named = serials(line.serial_no);
  return serials(line.had).filter((piece) => !named.includes(piece));
}

/** The line with one of those. */
export function withOffered(line: GoodsLine, piece: string): GoodsLine {
  return withPiece(line, piece, Decimal.of(1));
}

/** Some line's unit is none that its item is kept in. */
export function hasStrangeUnit(lines: readonly GoodsLine[], masters: Masters): boolean {
  return lines.some((line) => {
    const item = masters.get("item", line.item_code);
    return item !== undefined && factorOf(item, line.uom) === null;
  });
}

/** Each item and batch once, in the item's own unit: what was counted of it in all units. Null where the books cannot keep it. */
export function allInStockUnit(lines: readonly GoodsLine[], masters: Masters): GoodsLine[] | null {
  const found: GoodsLine[] = [];
  for (const line of lines) {
    const item = masters.get("item", line.item_code);
    const qty = item ? inStockUnit(line, item) : number(line.qty);
    if (!qty) return null;
    const own = { ...line, qty: `${qty}`, uom: item?.stock_uom ?? line.uom };
    const same = (other: GoodsLine) =>
      other.item_code === line.item_code && (other.batch_no ?? "") === (line.batch_no ?? "");
    const at = found.findIndex(same);
    const before = found[at];
    if (!before) {
      found.push(own);
      continue;
    }
    const sum = kept(() => number(before.qty).plus(qty));
    if (!sum) return null;
    const named = [...new Set([...serials(before.serial_no), ...serials(line.serial_no)])].join("\n");
    found[at] = { ...before, qty: `${sum}`, ...(named === "" ? {} : { serial_no: named }) };
  }
  return found;
}
