// Names and amounts as screens show them: of items, customers, kinds of documents, money of this site.

import { app } from "../app";
import { money as formatted, type Key, tOr } from "../i18n";
import type { Decimal } from "../money/decimal";
import { KINDS } from "../submit";
import type { Pick } from "./picker";

export function money(value: Decimal | string): string {
  const { settings, precision } = app().rows.masters.value;
  return formatted(value, settings?.currency ?? "IDR", precision);
}

export function kindName(slug: string): string {
  return tOr(`kind.${slug}` as Key, slug);
}

/** What people call a customer or supplier, by name or by the id of the site that made it. */
export function partyName(name: string): string {
  const masters = app().rows.masters.value;
  const customer = masters.get("customer", name) ?? masters.all("customer").find((row) => row.outpost_id === name);
  if (customer) return customer.customer_name;
  const supplier = masters.get("supplier", name);
  if (supplier) return supplier.supplier_name;
  return app().outbox.get(name)?.party ?? name;
}

/** What a payment is for, as it is called on paper; of a document that has no number here yet its kind alone. */
export function paysFor(fields: Record<string, unknown>): string[] {
  const rows = (fields.references as { reference_doctype: string; reference_name: string }[] | undefined) ?? [];
  const slugs = new Map(Object.entries(KINDS).map(([slug, name]) => [name, slug]));
  return rows.map(({ reference_doctype, reference_name }) => {
    const own = app().outbox.get(reference_name);
    const name = own ? own.number : /^[0-9a-f]{8}-/.test(reference_name) ? undefined : reference_name;
    return `${kindName(slugs.get(reference_doctype) ?? reference_doctype)} ${name ?? ""}`.trim();
  });
}

export function itemName(code: string): string {
  return app().rows.masters.value.get("item", code)?.item_name ?? code;
}

/** Customers of the office, and those that this tablet has just made, named by their ids. */
export function customerPicks(): Pick[] {
  const known = app().rows.masters.value.customers();
  return [
    ...newHere("customer", known),
    ...known.map((row) => ({ key: row.name, text: row.customer_name, more: row.mobile_no })),
  ];
}

/** Those that this tablet has made, as long as the office's data does not have them: they are named by their document's id. */
function newHere(kind: string, known: readonly { outpost_id?: string }[]): Pick[] {
  const ids = new Set(known.map((row) => row.outpost_id));
  const { outbox } = app();
  return outbox.entries.value
    .filter((entry) => entry.kind === kind && outbox.isStanding(entry) && !ids.has(entry.id))
    .map((entry) => ({ key: entry.id, text: entry.party ?? "", more: entry.number }));
}

export function supplierPicks(): Pick[] {
  const known = app().rows.masters.value.suppliers();
  return [
    ...newHere("supplier", known),
    ...known.map((row) => ({ key: row.name, text: row.supplier_name, more: undefined })),
  ];
}

export function itemPicks(buying = false): Pick[] {
  const { rows, clock } = app();
  const masters = rows.masters.value;
  const list = buying ? masters.settings?.buying_price_list : masters.settings?.selling_price_list;
  const day = clock.day();
  return masters.items().map((item) => {
    const price = masters.price(item, list, item.stock_uom, day);
    const more = item.item_name === item.item_code ? undefined : item.item_code;
    return { key: item.item_code, text: item.item_name, more, end: price ? money(price) : undefined };
  });
}
