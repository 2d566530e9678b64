// The shapes of docs/PAGES.md, "The office's desk": what the office answers.

import type { Mark } from "../api-types";

export type Role = "look" | "work" | "admin";

export interface Me {
  user: string;
  full_name: string;
  role: Role;
  csrf: string;
  until: string;
}

export interface Posting {
  posted: number;
  held: number;
  to_read: number;
  trying: string | null;
  trouble: string | null;
}

/** How a box said to be, by line or by stick. */
export interface Condition {
  at: string;
  version: string;
  /** Whom its box has the time from, and how far it is ahead of the office; not known of a word that was carried. */
  clock: { from: string; ahead_s: number | null };
  free_mb: number | null;
  bytes_this_month: number;
}

/** A site at a glance; null is what it has not told. */
export interface Site {
  site: string;
  heard: string | null;
  carried: string | null;
  road: "line" | "stick" | null;
  records: number;
  documents: number | null;
  to_come: number;
  missing: number;
  gaps: string[];
  waiting_for_site: number;
  conflicts: number | null;
  refusals: number | null;
  quarantined: number;
  /** How many notices there are: the site's own screen has them. */
  noticed: number;
  letter: string | null;
  posting: Posting | null;
  condition: Condition | null;
  compare: string | null;
}

export interface SiteKey {
  fingerprint: string;
  state: "compare" | "counts" | "known" | "ended";
}

export interface SiteDetail extends Site {
  keys: SiteKey[];
  notices: string[];
}

export interface ChartDay {
  day: string;
  documents: number;
}

export interface Held {
  site: string;
  id: string;
  called: string;
  kind: string | null;
  day: string | null;
  sum: string | null;
  hold: string;
  why: string;
  /** What giving it up means. */
  means: string[];
}

/** What of a document's names the books may call otherwise. */
export const REMAPPED = ["warehouses", "modes_of_payment", "accounts", "price_lists"] as const;
export type Remapped = (typeof REMAPPED)[number];

export interface Line extends Omit<Mark, "day"> {
  site: string;
  day: string | null;
  position: string;
}

export interface Stamp {
  what: "saved" | "arrived" | "posted" | "held" | "kept" | "withdrawn" | "given_up";
  at: string;
  sure: boolean;
  position: string;
  road: "line" | "stick" | null;
  /** In the books. */
  name: string | null;
  why: string | null;
}

export interface Cancellation {
  id: string;
  at: string;
  user: string | null;
  approved_by: string | null;
  reason: string;
  stamps: Stamp[];
}

/** Null what is in a record that was lost to damage. */
export interface Way {
  site: string;
  line: Line;
  document: Record<string, unknown> | null;
  booked: Record<string, unknown> | null;
  device: string | null;
  user: string | null;
  approved_by: string | null;
  hash: string | null;
  amends: string | null;
  amended_by: string | null;
  amended_by_number: string | null;
  /** What the books lack of one that never goes there. */
  not_booked: string[] | null;
  /** By the number of the row. */
  returned: Record<string, string> | null;
  cancellation: Cancellation | null;
  stamps: Stamp[];
}

export interface StockRow {
  site: string;
  warehouse: string;
  item_code: string;
  qty: string;
  level: string | null;
  /** What of `qty` is not in the level yet. */
  ahead: string;
}

/** What a site's box was asked to record, and what it made of that; null what is lost to damage. */
export interface Transaction {
  id: string;
  site: string;
  kind: string | null;
  /** Who asked. */
  by: string | null;
  asked: string | null;
  fields: Record<string, unknown> | null;
  state: "undecided" | "recorded" | "declined";
  /** By the site's clock. */
  answered: string | null;
  /** Why it was declined. */
  why: string | null;
  taken_back_by: string | null;
  /** What was recorded. */
  line: Line | null;
}

export interface TransitRow {
  /** The id of a site's document, or ERPNext's name of the office's. */
  entry: string;
  /** The office where null. */
  from: string | null;
  to: string | null;
  warehouse: string;
  number: string | null;
  sent_on: string | null;
  item_code: string;
  sent: string;
  received: string;
  state: "under_way" | "short";
}

/** Received, and the sender's word has not come. */
export interface Unmatched {
  entry: string;
  row: number;
  received: string;
}

export interface Scan {
  site: string;
  time: string;
  sure: boolean;
  device: string;
  code: string;
  item_code: string | null;
  /** What the site says that it is, where no item has this barcode. */
  said: { item_code: string; uom: string | null; user: string | null; at: string } | null;
}

/** What people at a site say of a code that no item has. */
export interface Said {
  site: string;
  code: string;
  item_code: string;
  /** Null where the office has no such item yet. */
  item_name: string | null;
  uom: string | null;
  user: string | null;
  device: string;
  at: string;
}

export interface KindSum {
  kind: string;
  documents: number;
  cancelled: number;
  sum: string;
}

export type DayState = "complete" | "differs" | "open" | "idle" | "unknown";

export interface SiteDay {
  site: string;
  day: string;
  state: DayState;
  differs: string[];
  kinds: KindSum[];
}

export interface MonthSite {
  site: string;
  complete: boolean;
  days_complete: number;
  open: string[];
  differs: string[];
  unknown: string[];
  held: number;
}

export interface Closed {
  by: string | null;
  at: string | null;
  despite: boolean | null;
  documents: string[];
}

export interface Month {
  month: string;
  sites: MonthSite[];
  closed: Closed | null;
}

export interface Figures {
  documents: number;
  cancelled: number;
  sum: string;
}

export interface Compared {
  site: string;
  kind: string;
  at_site: Figures;
  at_office: Figures;
  in_books: Figures | null;
  differs: boolean;
}

export interface Difference {
  site: string;
  id: string | null;
  number: string | null;
  /** Null where it is of a kind that no workshop makes. */
  kind: string | null;
  day: string;
  name: string | null;
  ours: string | null;
  theirs: string | null;
  words: string;
}

export interface Reconciled {
  month: string;
  items: Compared[];
  /** Why a site is not compared with the books. */
  without: Record<string, string>;
  /** How many records of a site the office cannot read: those of a newer box. */
  unread: Record<string, number>;
  differences: Difference[];
  more_differences: number;
  /** What explains itself, or is no workshop's. */
  notes: Difference[];
  more_notes: number;
}

export interface Import {
  import: string;
  state: "open" | "taking" | "done" | "failed";
  files: number;
  bytes: number;
  done: number;
  new: number;
  known: number;
  set_aside: number;
  refused: { name: string; why: string }[];
  more_refused: number;
  notes: string[];
  until: string;
}

export interface Problem {
  file: string;
  line?: number;
  field?: string;
  rule: string;
}

export interface Report {
  errors: Problem[];
  more_errors: number;
  warnings: Problem[];
  more_warnings: number;
  tables: { table: string; new: number; changed: number; unchanged: number; deleted: number }[];
  taken: boolean;
}

export interface Enrolment {
  site: string;
  code: string;
  file: string;
  name: string;
  /** Null where the file is too long for one. */
  qr: string | null;
  /** What is to be made at the company's own broker. */
  at_broker: string | null;
}

export interface Quarantined {
  site: string;
  id: string;
  bytes: number;
  came: string;
  records: number | null;
}

export interface User {
  name: string;
  full_name: string;
  role: Role;
  disabled: boolean;
  last_login: string | null;
}

export interface UserChange {
  full_name?: string;
  role?: Role;
  disabled?: boolean;
  /** The office makes one up. */
  new_password?: true;
}

/** A user with the password that the office has just made up, where it did. */
export interface WithPassword extends User {
  password?: string;
}

export interface Act {
  at: string;
  /** `?` where nobody has the name that was typed. */
  user: string;
  address: string;
  /** Method and path. */
  act: string;
  what: Record<string, string | boolean | number>;
  /** The status of the answer. */
  outcome: number;
}

export interface Stick {
  name: string;
  state: string;
  word?: string | null;
}

export interface Status {
  sticks?: Stick[];
  expected?: string[];
  version?: string;
}
