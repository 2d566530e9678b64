// The shapes of docs/PAGES.md, as far as the workshop's app asks for them.

/** A document as lists show it. */
export interface Mark {
  id: string;
  kind: string;
  number: string | null;
  day: string;
  party: string | null;
  total: string | null;
  mark: "saved" | "at_office" | "posted" | "held" | "kept" | "withdrawn" | "given_up";
  since: string | null;
  name: string | null;
  why: string | null;
  cancelled: boolean;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface DocumentDetail {
  line: Mark;
  document: Record<string, unknown>;
  booked: Record<string, unknown> | null;
  device: string;
  user: string | null;
  at: string;
  hash: string;
  amends: string | null;
  amended_by: string | null;
  amended_by_number: string | null;
  /** What the books lack of one that never goes there. */
  not_booked: string[];
  cancellation: { id: string; at: string; user: string | null; reason: string } | null;
  returned: Record<string, string>;
}

export interface RowsPage {
  reset: boolean;
  rows: { table: string; name: string; row: Record<string, unknown> | null }[];
  cursor: string;
  more: boolean;
  complete: boolean;
}

export interface Stock {
  warehouse: string;
  item_code: string;
  here: string;
  office: string | null;
  ahead: string;
}

export interface TransitRow {
  entry: string;
  number: string | null;
  from: string | null;
  warehouse: string;
  sent_on: string;
  row: string;
  item_code: string;
  qty: string;
  received: string;
}

export interface OrderLine {
  row: string;
  item_code: string;
  qty: string;
  uom: string | null;
  rate: string;
  warehouse: string | null;
  description: string | null;
  delivered: string;
  billed: string;
}

export interface Order {
  order: string;
  number: string | null;
  customer: string;
  transaction_date: string | null;
  delivery_date: string | null;
  grand_total: string;
  paid_ahead: string;
  items: OrderLine[];
  advances: { reference_name: string; reference_row: string | null; open: string }[];
}

/** A Work Order of which something is left: `produced_qty` by others, `produced_here` by this site. */
export interface OpenWorkOrder {
  name: string;
  produced_qty: string;
  produced_here: string;
}

export interface OpenInvoice {
  invoice: string;
  number: string | null;
  party: string;
  posting_date: string;
  total: string | null;
  outstanding: string;
}

export interface Till {
  opened: { id: string; day: string } | null;
  expected: { mode_of_payment: string; amount: string }[];
}

export interface DaySheet {
  day: string;
  state: "nothing" | "open" | "closed";
  kinds: { kind: string; documents: number; cancelled: number; sum: string }[];
}

export interface ScanLine {
  time: string;
  sure: boolean;
  device: string;
  code: string;
  item_code: string | null;
  /** What the site says that it is, where the office has given no item this barcode. */
  said: { item_code: string; uom: string | null; user: string | null; at: string } | null;
}

/** What people at the site say of a code that the office does not know. */
export interface SaidCode {
  code: string;
  item_code: string;
  uom: string | null;
  user: string | null;
  device: string;
  at: string;
}
