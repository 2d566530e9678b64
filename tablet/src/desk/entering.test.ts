// What is entered becomes a document of its kind, and each refusal stands at its field. The office's words are as it says them.

import { expect, test } from "vitest";
import { ApiError, NotReached } from "../errors";
import { documentOf, type Form, faultOf, isComplete, newRow, WHATS, whatOf } from "./entering";
import type { Transaction } from "./types";

const [first] = [newRow()];
const BUTTONS = { ...first, item: " BUTTON ", qty: "30", rate: "" };
const OUT: Form = {
  site: "bandung",
  what: "out",
  warehouse: " Bandung - TW ",
  transit: "",
  customer: "",
  rows: [BUTTONS],
};
const form = (to: Partial<Form>): Form => ({ ...OUT, ...to });
const blank = (n: number) => ({ ...newRow(), n });

test("each way that goods go is a document of its own", () => {
  const items = [{ item_code: "BUTTON", qty: "30" }];
  expect(documentOf(OUT, "i")).toEqual({
    kind: "stock-entry",
    document: { id: "i", stock_entry_type: "Material Issue", from_warehouse: "Bandung - TW", items },
  });
  const worth = { ...BUTTONS, rate: "12.5" };
  expect(documentOf(form({ what: "in", rows: [worth, blank(2), { ...BUTTONS, n: 3 }] }), "i").document).toEqual({
    id: "i",
    stock_entry_type: "Material Receipt",
    to_warehouse: "Bandung - TW",
    items: [{ ...items[0], basic_rate: "12.5" }, ...items],
  });
  // What one is worth was typed for something else: it is not sent.
  expect(documentOf(form({ what: "send", transit: "Way - TW ", rows: [worth] }), "i").document).toEqual({
    id: "i",
    stock_entry_type: "Material Transfer",
    add_to_transit: 1,
    from_warehouse: "Bandung - TW",
    to_warehouse: "Way - TW",
    items,
  });
  expect(documentOf(form({ what: "deliver", customer: "Bu Sari", rows: [worth] }), "i")).toEqual({
    kind: "delivery-note",
    document: {
      id: "i",
      customer: "Bu Sari",
      set_warehouse: "Bandung - TW",
      items: [{ ...items[0], rate: "12.5" }],
    },
  });
});

test("a request is called what it was entered as", () => {
  for (const what of WHATS) {
    const { kind, document } = documentOf(form({ what }), "i");
    expect(whatOf({ kind, fields: document })).toBe(what);
  }
  const other = (kind: string | null, fields: Transaction["fields"]) => whatOf({ kind, fields });
  expect(other("stock-entry", { stock_entry_type: "Material Transfer" })).toBeNull();
  expect(other("sales-invoice", {})).toBeNull();
  expect(other(null, null)).toBeNull();
});

test("it is sent once all is said that it has to say", () => {
  expect(isComplete(OUT)).toBe(true);
  for (const of of [{ site: "" }, { warehouse: " " }, { rows: [] }, { rows: [blank(1)] }])
    expect([of, isComplete(form(of))]).toEqual([of, false]);
  // What is half written is not left out.
  expect(isComplete(form({ rows: [BUTTONS, blank(2)] }))).toBe(true);
  expect(isComplete(form({ rows: [BUTTONS, { ...blank(2), qty: "1" }] }))).toBe(false);
  expect(isComplete(form({ rows: [BUTTONS, { ...blank(2), item: "ZIP" }] }))).toBe(false);
  expect(isComplete(form({ what: "send" }))).toBe(false);
  expect(isComplete(form({ what: "send", transit: "Way" }))).toBe(true);
  expect(isComplete(form({ what: "in" }))).toBe(true);
  expect(isComplete(form({ what: "deliver", customer: "Bu Sari" }))).toBe(false);
  expect(isComplete(form({ what: "deliver", customer: "Bu Sari", rows: [{ ...BUTTONS, rate: "0" }] }))).toBe(true);
});

const refused = (status: number, input: string | null, rule: string, remedy = "correct it") =>
  new ApiError(status, input, rule, remedy);
const spot = (error: unknown, of: Form = OUT) => {
  const fault = faultOf(error, of);
  return fault && [fault.at, fault.row, fault.rule];
};

test("what the office refuses stands at its field, without the path to it", () => {
  const rule = "Nowhere is no warehouse that the office has told of: choose one of this site's";
  const of = (field: string) => refused(422, `document.${field}`, `${field}: ${rule}`);
  expect(spot(of("from_warehouse"))).toEqual(["warehouse", null, rule]);
  expect(spot(of("to_warehouse"), form({ what: "in" }))).toEqual(["warehouse", null, rule]);
  expect(spot(of("to_warehouse"), form({ what: "send" }))).toEqual(["transit", null, rule]);
  expect(spot(of("set_warehouse"), form({ what: "deliver" }))).toEqual(["warehouse", null, rule]);
  const same = refused(422, "document", "rule: items[0].t_warehouse: source and target are the same warehouse");
  expect(spot(same, form({ what: "send" }))).toEqual(["transit", null, "source and target are the same warehouse"]);
  expect(spot(refused(422, "document", "field: customer: it is empty"), form({ what: "deliver" }))).toEqual([
    "customer",
    null,
    "it is empty",
  ]);
});

test("what is wrong with a line stands at that line, whichever were left out before it", () => {
  const rows = [blank(1), { ...BUTTONS, n: 2 }, blank(3), { ...BUTTONS, n: 4, qty: "0" }];
  const zero = (n: number) => refused(422, "document", `rule: items[${n}].qty: 0 is not above zero`);
  expect(spot(zero(1), form({ rows }))).toEqual(["qty", 3, "0 is not above zero"]);
  expect(spot(zero(0), form({ rows }))).toEqual(["qty", 1, "0 is not above zero"]);
  const rate = refused(422, "document", "rule: items[0].basic_rate: a value below zero");
  expect(spot(rate, form({ what: "in" }))).toEqual(["rate", 0, "a value below zero"]);
  expect(spot(refused(422, "document", "rule: items[0]: the lines are the same"))).toEqual([
    "item",
    0,
    "the lines are the same",
  ]);
  expect(spot(refused(422, "document", "rule: items: there are none"))).toEqual(["item", 0, "there are none"]);
});

test("what is about no field of the form is said as a whole", () => {
  expect(spot(refused(422, "document", "rule: posting_date: 2031-01-01 is ahead"))).toEqual([
    null,
    null,
    "rule: posting_date: 2031-01-01 is ahead",
  ]);
  expect(spot(refused(422, "kind", "unknown_document: no lunch"))).toEqual([null, null, "unknown_document: no lunch"]);
  expect(spot(refused(503, "document.qty", "qty: not now"))).toEqual([null, null, "qty: not now"]);
  expect(spot(new NotReached())).toBeNull();
  expect(spot(null)).toBeNull();
});

test("a box that is not there can be left its request, one that has too many can not", () => {
  const away = faultOf(refused(422, "site", "its line is down", 'send it again with "waits": true, or'), OUT);
  expect([away?.at, away?.away]).toEqual(["site", true]);
  const full = faultOf(refused(422, "site", "100 requests wait", "wait for its answers, or take some back"), OUT);
  expect([full?.at, full?.away]).toEqual(["site", false]);
  const gone = faultOf(refused(404, "site", "bandung is not served here"), OUT);
  expect([gone?.at, gone?.away]).toEqual(["site", false]);
  const known = faultOf(refused(409, "document.id", "it is known here for something else"), OUT);
  expect([known?.at, known?.known]).toEqual([null, true]);
});
