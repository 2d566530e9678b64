// What becomes of one thing that was submitted, from the tap to the books: a state machine without clock, disk or network.
//
// In: an entry and a word about it (a receipt, a mark of the box, another epoch). Out: the entry as it is then. Nothing ever goes back behind
// `at_office`, and the bytes are never changed: a correction is another entry.

import type { Mark } from "../api-types";

export type State = "waiting" | "saved" | "at_office" | "posted" | "held" | "not_posted" | "refused";

export interface Reason {
  code: string;
  text: string;
}

/** What the books said of it: `fate` in FORMAT.md. */
export type Outcome = string | Record<string, Record<string, unknown>>;

export interface Receipt {
  id: string | null;
  status: "recorded" | "refused" | "at_office" | "posted" | "held" | "not_posted";
  epoch: string;
  seq: number;
  hash: string;
  at: string;
  reason: Reason | null;
  number: string | null;
  total: string | null;
  marks: unknown[];
  outcome: Outcome | null;
  packet: number | null;
}

/** What lists show of it, so that they need not read its bytes. */
export interface Label {
  party?: string | undefined;
  total?: string | undefined;
  user?: string | undefined;
}

/** What a screen showed when it was submitted. */
export interface Form {
  screen: string;
  value: unknown;
}

export interface Entry extends Label {
  id: string;
  /** Who sent it; `user` is what people call them. */
  sender?: string;
  /** The last part of its topic: a document's slug, `cancellation`, `day-close`, `barcode`; or `scan`. */
  kind: string;
  /** The payload, to the byte. */
  body: string;
  madeMs: number;
  /** The day of the workshop on which it was made. */
  day: string;
  state: State;
  /** Which opening of the box's journal has it. */
  epoch?: string;
  seq?: number;
  hash?: string;
  at?: string;
  number?: string;
  marks?: unknown[];
  reason?: Reason;
  outcome?: Outcome;
  /** Of a document: the cancellation that was submitted for it. */
  cancelledBy?: string;
  /** The box says that it is cancelled, by whomever. */
  cancelledElsewhere?: true;
  /** Of a cancellation: what it cancels. */
  cancels?: string;
  /** The document that it stands for. */
  amends?: string;
  /** Of a payment: the document that was submitted with it in one go. */
  goesWith?: string;
  /** Of a payment: what was handed over, where change was given of it. */
  given?: string;
  form?: Form;
}

/** Kinds that go into no books beyond the office: nothing more is said of them once it has them. */
const NEVER_POSTED: readonly string[] = ["barcode", "day-close", "scan"];
const AFTER_OFFICE: readonly State[] = ["at_office", "posted", "held", "not_posted"];

/** The office has it: whatever happens to the box or this tablet, it counts. */
export function isAtOffice(entry: Entry): boolean {
  return AFTER_OFFICE.includes(entry.state);
}

/** It is to be published on the next connection. */
export function isToSend(entry: Entry): boolean {
  return entry.state === "waiting";
}

/** Nothing more is expected of it. */
export function isFinal(entry: Entry): boolean {
  if (NEVER_POSTED.includes(entry.kind) && entry.state === "at_office") return true;
  return entry.state === "posted" || entry.state === "not_posted" || entry.state === "refused";
}

/** Exactly one of the three marks is reached last; none where it only waits. */
export function reached(entry: Entry): 0 | 1 | 2 | 3 {
  if (entry.state === "posted") return 3;
  if (isAtOffice(entry)) return 2;
  return entry.state === "saved" ? 1 : 0;
}

export function onReceipt(entry: Entry, receipt: Receipt): Entry {
  if (receipt.status === "refused") {
    if (entry.state !== "waiting") return entry;
    return { ...entry, state: "refused", at: receipt.at, reason: receipt.reason ?? { code: "", text: "" } };
  }
  const known = without({ ...entry, epoch: receipt.epoch, seq: receipt.seq, hash: receipt.hash, at: receipt.at });
  if (receipt.number) known.number = receipt.number;
  if (receipt.total) known.total = receipt.total;
  if (receipt.marks.length > 0) known.marks = receipt.marks;
  if (receipt.outcome) known.outcome = receipt.outcome;
  return { ...known, state: further(entry.state, receipt.status === "recorded" ? "saved" : receipt.status) };
}

/** What the box says of it when asked; null: it has it not. */
export function onMark(entry: Entry, mark: Mark | null): Entry {
  if (!mark) {
    // A box that tells of documents alone says nothing of a cancellation.
    const stays = isAtOffice(entry) || entry.state === "refused" || entry.kind === "cancellation";
    return stays ? entry : { ...entry, state: "waiting" };
  }
  const known = without({ ...entry });
  if (mark.number) known.number = mark.number;
  if (mark.total) known.total = mark.total;
  if (mark.cancelled) known.cancelledElsewhere = true;
  const state: State =
    mark.mark === "withdrawn" || mark.mark === "kept" || mark.mark === "given_up" ? "not_posted" : mark.mark;
  if (mark.mark === "posted" && mark.name) known.outcome = { posted: { name: mark.name } };
  if (mark.mark === "held") known.outcome = { held: { why: mark.why ?? "" } };
  if (mark.mark === "given_up") known.outcome = { given_up: { reason: mark.why ?? "" } };
  else if (state === "not_posted") known.outcome = mark.mark;
  return { ...known, state: further(entry.state, state) };
}

/** The box's journal was opened anew, perhaps on another card: what the office has not is submitted again. */
export function onEpoch(entry: Entry, epoch: string | null): Entry {
  if (entry.state !== "saved" || (epoch !== null && entry.epoch === epoch)) return entry;
  return { ...entry, state: "waiting" };
}

/** Who is logged in now. */
export interface Login {
  token: string;
  user: string;
  full_name: string;
}

/** What was kept before entries had a `sender` says by its name alone whose it is. */
function isSender({ sender, user }: Entry, login: Login): boolean {
  return sender === undefined ? login.full_name === user : login.user === sender;
}

/**
 * Somebody has put right what it was refused for, or a second person has agreed: the same bytes again. Where the box does not know the login it
 * was made in, as one that stands in for a lost one, its sender's login of now stands for that: the document and its id stay what they were, so
 * that it counts once wherever else it was recorded.
 */
export function again(entry: Entry, login: Login | null): Entry {
  if (entry.state !== "refused") return entry;
  const isTheirs = login !== null && isSender(entry, login);
  const body = entry.reason?.code === "session" && isTheirs ? withLogin(entry.body, login.token) : entry.body;
  return { ...without(entry), body, state: "waiting" };
}

function withLogin(body: string, token: string): string {
  return JSON.stringify({ ...JSON.parse(body), session: token });
}

/** It did something: it was neither refused nor taken back. `stop` is its cancellation. */
export function stands(entry: Entry, stop: Entry | undefined): boolean {
  const taken = stop === undefined || stop.state === "refused";
  return entry.state !== "refused" && taken && !entry.cancelledElsewhere;
}

function further(from: State, to: State): State {
  const rank = (state: State): number =>
    state === "saved" ? 1 : state === "at_office" ? 2 : AFTER_OFFICE.includes(state) ? 3 : 0;
  return rank(to) >= rank(from) ? to : from;
}

function without(entry: Entry): Entry {
  const { reason: _, ...rest } = entry;
  return rest;
}
