// What a row of goods has to say of its batch, its pieces' numbers and its quantity: the mirror of core/src/domain/shop/admission/goods.rs, so
// that it is said before anything is paid.

import { Decimal, kept } from "../money/decimal";
import type { Masters } from "../rows/masters";
import type { Item } from "../rows/types";
import { number, serials } from "./cart";

export interface PieceRow {
  item_code: string;
  uom: string;
  qty: string;
  batch_no?: string;
  serial_no?: string;
}

export interface Wanted {
  /** Goods move: batches and numbers count. */
  moves: boolean;
  /** They are sold, used, moved or taken in on that day: what has expired by then is not. */
  usedOn?: string;
  /** Goods alone may be named: a service is neither moved nor counted, and neither is what the books round to nothing. */
  goodsAlone?: boolean;
}

export type LackingPiece = "whole" | "service" | "too_little" | "batch" | "expired" | "serials";

/** The books keep no less than 0.001 of a stock unit. */
export function isNothing(stock: Decimal): boolean {
  return stock.rounded(3).isZero();
}

/** The first thing that the box would not take; of an item that only the site knows nothing is looked at. */
export function lackingPiece(rows: readonly PieceRow[], masters: Masters, wanted: Wanted): LackingPiece | null {
  for (const row of rows) {
    const item = masters.get("item", row.item_code);
    if (!item) continue;
    const lacks =
      notWhole(row, item, masters) ??
      (wanted.goodsAlone ? notGoods(row, item) : null) ??
      (wanted.moves ? ofPiece(row, item, masters, wanted) : null);
    if (lacks) return lacks;
  }
  return null;
}

/** Null where the books cannot keep it. */
function inStockUnit(row: PieceRow, item: Item): Decimal | null {
  const factor = item.uoms?.find((known) => known.uom === row.uom && known.uom !== item.stock_uom)?.conversion_factor;
  return kept(() => number(row.qty).times(Decimal.from(factor ?? "1")));
}

function notWhole(row: PieceRow, item: Item, masters: Masters): "whole" | null {
  const isWhole = (uom: string) => !!masters.get("uom", uom)?.must_be_whole_number;
  const halves = (qty: Decimal | null) => qty === null || qty.scale > 0;
  if (isWhole(row.uom || item.stock_uom) && halves(number(row.qty))) return "whole";
  return isWhole(item.stock_uom) && halves(inStockUnit(row, item)) ? "whole" : null;
}

function notGoods(row: PieceRow, item: Item): "service" | "too_little" | null {
  if (!item.is_stock_item) return "service";
  const stock = inStockUnit(row, item);
  return !number(row.qty).isZero() && stock && isNothing(stock) ? "too_little" : null;
}

function ofPiece(row: PieceRow, item: Item, masters: Masters, { usedOn }: Wanted): LackingPiece | null {
  if (!item.is_stock_item) return null;
  if (item.has_batch_no) {
    const batch = masters.get("batch", row.batch_no?.trim() ?? "");
    if (!batch || batch.item !== item.item_code) return "batch";
    if (usedOn && batch.expiry_date && batch.expiry_date < usedOn) return "expired";
  }
  if (!item.has_serial_no) return null;
  const named = serials(row.serial_no);
  const each = new Set(named).size === named.length && inStockUnit(row, item)?.equals(Decimal.of(named.length));
  return each ? null : "serials";
}
