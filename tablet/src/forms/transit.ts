// Goods under way to this site: by the box's word, else by the office's rows without what this tablet has received.
//
// In: rows, this tablet's documents, the box's answer. Out: rows of transfers with what was received. `amended`: a receipt that is to be corrected,
// and so counts for nothing.

import type { TransitRow } from "../api-types";
import type { Entry } from "../outbox/entry";
import type { Masters } from "../rows/masters";
import { number } from "./cart";
import { type Fields, fieldsOf, rowsOf, type Standing, standing } from "./standing";

export function underWay(
  masters: Masters,
  entries: readonly Entry[],
  asked: readonly TransitRow[] | null,
  amended?: Entry,
): TransitRow[] {
  const rows = (asked ?? known(masters)).map((row) => ({ ...row }));
  const mine = standing(entries, "stock-entry");
  const counts = ({ entry }: Standing) => entry !== amended && (!asked || entry.state === "waiting");
  for (const { fields } of mine.filter(counts)) receive(rows, fields, 1);
  if (amended) {
    const counted = asked && amended.state !== "waiting" && mine.some(({ entry }) => entry === amended);
    if (counted) receive(rows, fieldsOf(amended), -1);
    rows.push(...closedBy(amended, rows));
  }
  return rows.filter((row) => number(row.qty).compare(number(row.received)) > 0);
}

function known(masters: Masters): TransitRow[] {
  const here = masters.all("transit").filter((way) => way.to === masters.site);
  return here.flatMap(({ entry, number: no, from, warehouse, sent_on, items }) =>
    items.map((line) => ({
      entry,
      number: no ?? null,
      from: from ?? null,
      warehouse,
      sent_on,
      row: line.name,
      item_code: line.item_code,
      qty: line.qty,
      received: line.received ?? "0",
    })),
  );
}

/** Adds what was received to what is under way; or, with -1, takes it out again. */
function receive(rows: TransitRow[], fields: Fields, sense: 1 | -1): void {
  for (const item of rowsOf(fields, "items")) {
    const row = rows.find((row) => row.entry === fields.outgoing_stock_entry && row.row === item.ste_detail);
    const qty = number(item.qty ?? "0");
    if (row) row.received = `${number(row.received).plus(sense === 1 ? qty : qty.negated())}`;
  }
}

/** What a receipt has brought to its end is not told of any more: it is open without that. */
function closedBy(receipt: Entry, rows: readonly TransitRow[]): TransitRow[] {
  const fields = fieldsOf(receipt);
  const entry = String(fields.outgoing_stock_entry ?? "");
  if (entry === "") return [];
  const missing = rowsOf(fields, "items").filter(
    (item) => !rows.some((row) => row.entry === entry && row.row === item.ste_detail),
  );
  return missing.map((item) => ({
    entry,
    number: null,
    from: receipt.party ?? null,
    warehouse: String(fields.from_warehouse ?? ""),
    sent_on: receipt.day,
    row: item.ste_detail ?? "",
    item_code: item.item_code ?? "",
    qty: item.qty ?? "0",
    received: "0",
  }));
}
