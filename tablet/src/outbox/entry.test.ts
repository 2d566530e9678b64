import { expect, test } from "vitest";
import {
  again,
  type Entry,
  isFinal,
  onEpoch,
  onMark,
  onReceipt,
  type Receipt,
  reached,
  type State,
  stands,
} from "./entry";

const entry = (state: State, more: Partial<Entry> = {}): Entry => ({
  id: "a",
  kind: "sales-invoice",
  body: "{}",
  madeMs: 1,
  day: "2026-11-02",
  state,
  ...more,
});

const receipt = (status: Receipt["status"], more: Partial<Receipt> = {}): Receipt => ({
  id: "a",
  status,
  epoch: "e1",
  seq: 42,
  hash: "ab12cd34",
  at: "2026-11-02T01:02:27Z",
  reason: null,
  number: "BDG-SI-B000123",
  total: "48000",
  marks: [],
  outcome: null,
  packet: 7,
  ...more,
});

test("a receipt brings the mark, the number and the total that the box has booked", () => {
  const saved = onReceipt(entry("waiting"), receipt("recorded"));
  expect(saved).toMatchObject({ state: "saved", epoch: "e1", seq: 42, number: "BDG-SI-B000123", total: "48000" });
  expect(reached(saved)).toBe(1);
  expect(reached(onReceipt(saved, receipt("at_office", { packet: null })))).toBe(2);
  const outcome = { posted: { name: "ACC-SINV-2026-00012" } };
  const posted = onReceipt(saved, receipt("posted", { outcome }));
  expect([reached(posted), posted.outcome]).toEqual([3, outcome]);
});

test("a repeat's first receipt takes nothing back", () => {
  expect(onReceipt(entry("at_office"), receipt("recorded")).state).toBe("at_office");
  expect(onReceipt(entry("posted"), receipt("at_office")).state).toBe("posted");
});

test("what is held may still be posted, and is told with its reason until then", () => {
  const held = onReceipt(
    entry("at_office"),
    receipt("held", { outcome: { held: { hold: "unmapped", why: "no item" } } }),
  );
  expect([held.state, reached(held)]).toEqual(["held", 2]);
  expect(onReceipt(held, receipt("posted", { outcome: { posted: { name: "X" } } })).state).toBe("posted");
});

test("a refusal ends what waits, and what is recorded cannot be refused any more", () => {
  const reason = { code: "stock", text: "items[0].qty: there are 2" };
  const refused = onReceipt(entry("waiting"), receipt("refused", { reason }));
  expect([refused.state, refused.reason]).toEqual(["refused", reason]);
  expect(again(refused, null)).toEqual(entry("waiting", { at: refused.at as string }));
  expect(onReceipt(entry("saved"), receipt("refused", { reason })).state).toBe("saved");
});

test("what a box refuses since it does not know the login goes again under its sender's login of now, and as the same document", () => {
  const body = '{"id":"s","session":"of the lost box","customer":"Bu Sari"}';
  const refused = entry("refused", { body, sender: "wati", reason: { code: "session", text: "nobody is logged in" } });
  const now = { token: "of this box", user: "wati", full_name: "Bu Wati" };
  expect(again(refused, now).body).toBe('{"id":"s","session":"of this box","customer":"Bu Sari"}');
  // Nobody else sends it as theirs, and nothing else is changed by who is logged in.
  expect(again(refused, { ...now, user: "joko" }).body).toBe(body);
  expect(again({ ...refused, reason: { code: "stock", text: "2" } }, now).body).toBe(body);
});

test("what was kept before entries said who sent them goes again as theirs whose name it has", () => {
  const more = { body: '{"session":"of the lost box"}', reason: { code: "session", text: "nobody is logged in" } };
  const now = { token: "of this box", user: "wati", full_name: "Bu Wati" };
  const old = entry("refused", { ...more, user: "Bu Wati" });
  expect(again(old, now).body).toBe('{"session":"of this box"}');
  expect(again({ ...old, user: "Pak Joko" }, now).body).toBe(more.body);
  expect(again({ ...old, sender: "joko" }, now).body).toBe(more.body);
  expect(again(entry("refused", more), now).body).toBe(more.body);
});

test("another epoch makes what only the card had waiting again, and nothing that the office has", () => {
  const saved = entry("saved", { epoch: "e1" });
  expect(onEpoch(saved, "e1")).toBe(saved);
  expect(onEpoch(saved, "e2").state).toBe("waiting");
  expect(onEpoch(saved, null).state).toBe("waiting");
  for (const state of ["at_office", "posted", "held", "refused"] as const) {
    expect(onEpoch(entry(state, { epoch: "e1" }), "e2").state).toBe(state);
  }
});

test("why the office gave it up is kept, whether its word came by itself or was asked for", () => {
  const mark = { id: "a", kind: "Sales Invoice", number: null, day: "2026-11-02", party: null, total: null };
  const given = { ...mark, mark: "given_up" as const, since: null, name: null, why: "torn", cancelled: false };
  const found = onMark(entry("held"), given);
  expect([found.state, found.outcome]).toEqual(["not_posted", { given_up: { reason: "torn" } }]);
  expect(onMark(entry("at_office"), { ...given, mark: "kept", why: null }).outcome).toBe("kept");
});

test("what somebody has cancelled at another tablet stands no more", () => {
  const mark = { id: "a", kind: "Payment Entry", number: null, day: "2026-11-02", party: null, total: null };
  const there = { ...mark, mark: "at_office" as const, since: null, name: null, why: null, cancelled: false };
  expect(stands(onMark(entry("saved"), there), undefined)).toBe(true);
  expect(stands(onMark(entry("saved"), { ...there, cancelled: true }), undefined)).toBe(false);
});

test("what the box does not know is submitted again", () => {
  expect(onMark(entry("saved"), null).state).toBe("waiting");
  expect(onMark(entry("at_office"), null).state).toBe("at_office");
  expect(onMark(entry("refused"), null).state).toBe("refused");
});

test("what is never posted is at its end at the office, where a document goes on to the books", () => {
  expect([isFinal(entry("at_office")), isFinal(entry("at_office", { kind: "cancellation" }))]).toEqual([false, false]);
  for (const kind of ["barcode", "day-close", "scan"]) {
    expect([isFinal(entry("saved", { kind })), isFinal(entry("at_office", { kind }))]).toEqual([false, true]);
  }
});
