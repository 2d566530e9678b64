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
  trying: unknown;
  trouble: string | null;
}

/** A site at a glance; null is what it has not told. */
export interface Site {
  site: string;
  heard: string | null;
  carried: string | null;
  road: "line" | "stick" | null;
  records: number;
  documents: number;
  to_come: number | null;
  missing: number | null;
  gaps: string[];
  waiting_for_site: number | null;
  conflicts: number;
  refusals: number;
  quarantined: number;
  letter: string | null;
  posting: Posting | null;
  /** Where its box has the time from. */
  clock: unknown;
  free_mb: number | null;
  version: string | null;
  bytes_this_month: number | null;
  compare: string | null;
}

export interface SiteDetail extends Site {
  keys: { fingerprint: string; state: string }[];
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
  kind: string;
  day: string;
  sum: string | null;
  hold: string;
  why: string;
}

export interface Line extends Mark {
  site: string;
}

export interface Stamp {
  what: "saved" | "arrived" | "posted" | "held";
  at: string;
  sure: boolean;
  position: string | number | null;
  road: "line" | "stick" | null;
}

export interface Way {
  site: string;
  line: Mark;
  document: Record<string, unknown>;
  booked: Record<string, unknown> | null;
  stamps: Stamp[];
}

export interface StockRow {
  site: string;
  warehouse: string;
  item_code: string;
  qty: string;
  level: string | null;
}

export interface TransitRow {
  from: string | null;
  to: string | null;
  number: string | null;
  sent_on: string;
  item_code: string;
  sent: string;
  received: string;
  state: string;
}

export interface Scan {
  site?: string;
  time: string;
  sure: boolean;
  device: string;
  code: string;
  item_code: string | null;
}

export interface KindSum {
  kind: string;
  documents: number;
  cancelled: number;
  sum: string;
}

export type DayState = "complete" | "differs" | "open" | "unknown";

export interface SiteDay {
  site: string;
  day: string;
  state: DayState;
  differs: string[];
  kinds: KindSum[];
}

export interface Month {
  month: string;
  sites: { site: string; complete: number | boolean; open: string[]; unknown: string[]; held: number }[];
  closed: { by: string; at: string } | null;
}

export interface Figures {
  documents: number;
  sum: string;
}

export interface Compared {
  site: string;
  kind: string;
  at_site: Figures | null;
  at_office: Figures | null;
  in_books: Figures | null;
  differs: string[] | boolean;
}

export interface Import {
  import?: string;
  state: "open" | "taking" | "done" | "failed";
  files: number;
  done: number;
  new: number;
  known: number;
  refused: { name: string; why: string }[];
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
  code: string;
  file: string;
  name: string;
  qr: string;
}

export interface Quarantined {
  site: string;
  id: string;
  why?: string | null;
  came?: string | null;
  records?: number | null;
}

export interface User {
  name: string;
  full_name: string;
  role: Role;
  disabled: boolean;
  last_login: string | null;
}

export interface Act {
  at: string;
  user: string | null;
  address: string | null;
  act: string;
  what: string | null;
  outcome: string;
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
