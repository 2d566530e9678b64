// What of the desk is pure: days, documents, files, what needs a look, who may what.

import { expect, test, vi } from "vitest";
import { ApiError, NotReached } from "../errors";
import { addDays, addMonths, daysOf, isMonth, monthOf } from "./calendar";
import { isNumber, plainName, sorted } from "./fields";
import { MAX_FILES, named, ofMaster, ofStick, tooMuch } from "./files";
import { findings } from "./findings";
import { lastHeard, looks } from "./glance";
import { bySite } from "./grid";
import { documentQuery } from "./search";
import { allows } from "./session";
import { tableOf } from "./tables";
import type { Condition, Site } from "./types";
import { isWorking, type Sending, sendAll } from "./upload";
import { amendedBy, clockOf, notRead } from "./words";

test("days and months go on over the ends of years", () => {
  expect(daysOf("2026-02")).toHaveLength(28);
  expect(daysOf("2028-02").at(-1)).toBe("2028-02-29");
  expect(daysOf("2026-12").slice(-2)).toEqual(["2026-12-30", "2026-12-31"]);
  expect([addMonths("2026-12", 1), addMonths("2026-01", -1), addMonths("2026-11", -23)]).toEqual([
    "2027-01",
    "2025-12",
    "2024-12",
  ]);
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(monthOf("2026-11-02")).toBe("2026-11");
  expect(["2026-11", "2026-13", "2026", ""].map(isMonth)).toEqual([true, false, false, false]);
});

test("a number or a party is looked for everywhere, else by site, kind and day", () => {
  const wanted = { number: "", party: "", site: "garut", kind: "sales-invoice", day: "2026-11-02" };
  expect(documentQuery(wanted)).toEqual({ site: "garut", kind: "sales-invoice", day: "2026-11-02" });
  expect(documentQuery({ ...wanted, party: " Bu Sari " })).toEqual({ party: "Bu Sari" });
  expect(documentQuery({ ...wanted, party: "Bu Sari", number: "bdg-si-a000412" })).toEqual({
    number: "BDG-SI-A000412",
  });
});

test("a document's fields are single values and tables with every column that a row has", () => {
  const { values, tables } = sorted({
    customer: "Bu Sari",
    empty: null,
    items: [
      { item_code: "A", qty: "1" },
      { item_code: "B", batch_no: "L" },
    ],
    taxes: [],
    address: { city: "Garut" },
  });
  expect(values).toEqual([
    ["customer", "Bu Sari"],
    ["address.city", "Garut"],
  ]);
  expect(tables).toEqual([
    {
      name: "items",
      columns: ["item_code", "qty", "batch_no"],
      rows: [
        { item_code: "A", qty: "1" },
        { item_code: "B", batch_no: "L" },
      ],
    },
  ]);
  expect(plainName("taxes_and_charges")).toBe("Taxes and charges");
  const asked = { update_stock: true, is_return: false, remarks: "true" };
  expect(sorted(asked).values).toEqual(Object.entries(asked));
  expect([isNumber("qty", "12.50"), isNumber("item_code", "014"), isNumber("rate", "x")]).toEqual([true, false, false]);
});

const SITE: Site = {
  site: "garut",
  heard: "2026-11-02T08:00:00Z",
  carried: null,
  road: "line",
  records: 1,
  documents: 1,
  to_come: 0,
  missing: 0,
  gaps: [],
  waiting_for_site: 0,
  conflicts: 0,
  refusals: 0,
  quarantined: 0,
  noticed: 0,
  letter: null,
  posting: null,
  condition: null,
  compare: null,
};
const CONDITION: Condition = {
  at: "2026-11-02T08:00:00Z",
  version: "0.1.0",
  clock: { from: "office", ahead_s: 0 },
  free_mb: null,
  bytes_this_month: 0,
};
const NOON = Date.parse("2026-11-02T12:00:00Z");

test("what a site has not told is no trouble; what it has is, and the worst comes first", () => {
  expect(looks(SITE, NOON)).toEqual([]);
  const posting = { posted: 1, held: 3, to_read: 0, trying: null, trouble: "no answer" };
  const clock = { from: "not known", ahead_s: -120 };
  const condition = { ...CONDITION, free_mb: 100, clock };
  const found = looks({ ...SITE, missing: 2, condition, compare: "ab", posting, heard: null }, NOON);
  expect(found.map(({ what }) => what)).toEqual(["compare", "missing", "posting", "disk", "clock", "held", "silent"]);
  expect(found.filter(({ bad }) => !bad).map(({ what }) => what)).toEqual(["held", "silent"]);
});

test("a stick counts as hearing of a site", () => {
  const heard = "2026-11-01T08:00:00Z";
  expect(lastHeard({ heard, carried: "2026-11-02T07:00:00Z" })).toBe("2026-11-02T07:00:00Z");
  expect(lastHeard({ heard, carried: null })).toBe(heard);
  expect(lastHeard({ heard: null, carried: null })).toBeNull();
  expect(looks({ ...SITE, heard: "2026-10-30T08:00:00Z", carried: heard }, NOON).map(({ what }) => what)).toEqual([
    "silent",
  ]);
});

test("a role may what it may and what those before it may", () => {
  expect([allows("admin", "work"), allows("work", "work"), allows("look", "work")]).toEqual([true, true, false]);
});

test("days are found by site, in the order of the sites' names", () => {
  const day = { day: "2026-11-02", state: "open" as const, differs: [], kinds: [] };
  const found = bySite([
    { ...day, site: "garut" },
    { ...day, site: "bogor" },
    { ...day, site: "garut", day: "2026-11-03" },
  ]);
  expect(found.map(([site, days]) => [site, days.size])).toEqual([
    ["bogor", 1],
    ["garut", 2],
  ]);
});

test("files keep the folders that they were in, and a system's own are left out", () => {
  const file = new Blob(["x"]);
  const paths = ["/s/a/1.op", "/s/b/1.op", "/s/.Trashes/1.op", "/s/System Volume Information/x", "/s/b/1.op"];
  const names = (paths: string[]) => named(paths.map((path) => ({ file, path }))).map(({ name }) => name);
  expect(names(paths)).toEqual(["s/a/1.op", "s/b/1.op"]);
  // The office takes eight parts and 512 bytes: the last ones say where a stick's file lay.
  expect(names(["a/b/c/d/e/f/OUTPOST/to-office/bandung/1.op"])).toEqual(["c/d/e/f/OUTPOST/to-office/bandung/1.op"]);
  expect(names([`${"é".repeat(250)}/OUTPOST/to-office/1.op`])).toEqual(["OUTPOST/to-office/1.op"]);
});

test("what is a stick's and what is a table is in its name and place", () => {
  const of = (name: string) => ({ name, size: 1, file: new Blob(["x"]) });
  expect(["OUTPOST/to-office/a/1.OP", "README.txt", "item.csv"].map((name) => ofStick(of(name)))).toEqual([
    true,
    false,
    false,
  ]);
  expect(["m/Item.CSV", "KINGSTON/OUTPOST/csv/a/Item.csv", "1.op"].map((name) => ofMaster(of(name)))).toEqual([
    true,
    false,
    false,
  ]);
});

test("a clock says whom it has its time from, and how far it is off", () => {
  expect([0, null, 5, -7_200].map((ahead_s) => clockOf({ from: "clock chip", ahead_s }))).toEqual([
    "clock chip",
    "clock chip",
    "clock chip, clock.ahead",
    "clock chip, clock.behind",
  ]);
});

test("a document that was corrected names the one that stands for it", () => {
  expect(amendedBy({ amended_by_number: "BDG-SI-A000008" })).toMatch(/: BDG-SI-A000008$/);
  expect(amendedBy({ amended_by_number: null })).not.toContain(":");
});

test("records that the office cannot read are said site by site", () => {
  expect(notRead({ unread: {} })).toEqual([]);
  expect(notRead({ unread: { bandung: 3, garut: 1 } })).toHaveLength(2);
});

test("what is too much for the office is said before it is sent", () => {
  const mib = 1024 * 1024;
  expect(tooMuch([{ size: 16 * mib }])).toBeNull();
  expect(tooMuch([{ size: 16 * mib + 1 }])).toBe("file");
  expect(tooMuch(Array.from({ length: 17 }, () => ({ size: 16 * mib })))).toBe("bytes");
  expect(tooMuch(Array.from({ length: MAX_FILES + 1 }, () => ({ size: 1 })))).toBe("files");
});

test("a file that fails stops no other, and says why", async () => {
  const files = ["a", "b", "c", "d"].map((name) => ({ name, size: 1, file: new Blob(["x"]) }));
  let last: Sending[] = [];
  const put = async (_: string, name: string) => {
    if (name === "b") throw new ApiError(413, null, "it is too large", "");
    if (name === "c") throw new NotReached();
  };
  expect(await sendAll("i1", files, (all) => (last = all), put)).toBe(false);
  expect(last.map(({ name, state, why }) => [name, state, why])).toEqual([
    ["a", "sent", null],
    ["b", "failed", "it is too large"],
    ["c", "failed", "no_office"],
    ["d", "sent", null],
  ]);
});

test("a file of a stick that was pulled is said to be unread", async () => {
  const pulled = new Blob(["x"]);
  pulled.slice = () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }) as Blob;
  let last: Sending[] = [];
  const put = () => Promise.reject(new NotReached());
  expect(await sendAll("i1", [{ name: "a", size: 1, file: pulled }], (all) => (last = all), put)).toBe(false);
  expect(last.map(({ why }) => why)).toEqual(["drop.unread"]);
});

test("nothing more is sent to an import that is gone", async () => {
  const files = Array.from({ length: 20 }, (_, n) => ({ name: `${n}.op`, size: 1, file: new Blob(["x"]) }));
  const put = vi.fn(() => Promise.reject(new ApiError(404, null, "there is no such import", "begin another")));
  await expect(sendAll("i1", files, () => {}, put)).rejects.toThrow("there is no such import");
  expect(put.mock.calls.length).toBeLessThanOrEqual(3);
});

test("an import that is open is waited for only while something is done to it", () => {
  const [idle, busy] = [{ busy: false }, { busy: true }];
  const open = { state: "open" as const };
  expect([isWorking(open, idle), isWorking(open, busy), isWorking({ state: "taking" }, idle)]).toEqual([
    false,
    true,
    true,
  ]);
  expect([isWorking(null, busy), isWorking({ state: "done" }, busy)]).toEqual([false, false]);
});

test("a file's table is in its name", () => {
  expect(["item.csv", "dir/Item Price.CSV", "item_price.json", "new-item.csv", "notes.csv"].map(tableOf)).toEqual([
    "item",
    "item-price",
    "item-price",
    null,
    null,
  ]);
});

test("what a check found is sorted by how bad it is, and what could not be looked at is bad", () => {
  const said = [
    "ok      key: it is ours",
    "ERROR   site: none. Make one.",
    "warning clock: ok it is late",
    "erpnext.toml: 7 is no url",
  ];
  expect(findings(said)).toEqual({
    errors: ["site: none. Make one.", "erpnext.toml: 7 is no url"],
    warnings: ["clock: ok it is late"],
    fine: ["key: it is ours"],
  });
});
