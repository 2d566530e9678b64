// What a code that was read stands for: an item by its barcode, or by the GTIN in a GS1 code, with its batch and serial number.
//
// In: a code, group separators intact, and the master data. Out: the item, or null: then the code is told to the box, for somebody to resolve.

import type { Masters } from "../rows/masters";
import type { Item } from "../rows/types";

export interface Found {
  item: Item;
  uom: string;
  batch_no?: string;
  serial_no?: string;
  /** By the word of somebody here: the office has given no item this barcode. */
  said?: boolean;
}

const GS = "\u001d";
/** Symbology identifiers, which scanners may put before a code. */
const IDENTIFIER = /^\](C1|d2|Q3|e0|J1)/;
/** Application identifiers of fixed length, with that of their data. */
const FIXED: Record<string, number> = { "00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6, "20": 2 };
const VARIABLE = /^(10|21|22|30|37|24[01]|25[01]|310\d|320\d|9\d)/;

/** The elements of a GS1 code by their identifiers; null where it is none. */
export function gs1(code: string): Map<string, string> | null {
  const plain = code.replace(IDENTIFIER, "");
  const marked = plain !== code || code.includes(GS);
  const found = new Map<string, string>();
  let rest = plain.startsWith(GS) ? plain.slice(1) : plain;
  while (rest !== "") {
    const fixed = FIXED[rest.slice(0, 2)];
    if (fixed !== undefined) {
      const value = rest.slice(2, 2 + fixed);
      if (value.length < fixed || !/^\d+$/.test(value)) return null;
      found.set(rest.slice(0, 2), value);
      rest = rest.slice(2 + fixed);
      if (rest.startsWith(GS)) rest = rest.slice(1);
      continue;
    }
    const identifier = VARIABLE.exec(rest)?.[0];
    if (identifier === undefined) return null;
    const end = rest.indexOf(GS);
    found.set(identifier, rest.slice(identifier.length, end < 0 ? undefined : end));
    rest = end < 0 ? "" : rest.slice(end + 1);
  }
  return marked || found.has("01") ? found : null;
}

export function resolve(code: string, masters: Masters): Found | null {
  const direct = masters.itemOfBarcode(code);
  if (direct) return found(direct);
  const elements = gs1(code);
  const gtin = elements?.get("01");
  if (!elements || gtin === undefined) return null;
  for (const barcode of [gtin, gtin.replace(/^0/, ""), gtin.replace(/^0{2}/, ""), gtin.replace(/^0{6}/, "")]) {
    const known = masters.itemOfBarcode(barcode);
    if (!known) continue;
    const is = found(known);
    const [batch, serial] = [elements.get("10"), elements.get("21")];
    if (batch !== undefined && known.item.has_batch_no) is.batch_no = batch;
    if (serial !== undefined && known.item.has_serial_no) is.serial_no = serial;
    return is;
  }
  return null;
}

function found({ item, uom, said }: { item: Item; uom?: string | undefined; said?: boolean }): Found {
  return { item, uom: uom ?? item.stock_uom, ...(said ? { said } : {}) };
}

/** What is said of a code, so that it holds for the next piece too: of a GS1 code its article's number, as labels and books have it. */
export function nameable(code: string): string {
  return gs1(code)?.get("01")?.replace(/^0/, "") ?? code;
}
