import { expect, test } from "vitest";
import type { Entry } from "../outbox/entry";
import { Masters } from "../rows/masters";
import { leftToMake } from "./making";

const order = {
  ...{ name: "WO-1", production_item: "SHIRT", bom_no: "BOM", qty: "100", produced_qty: "10" },
  ...{ fg_warehouse: "Shop", required_items: [] },
};
const elsewhere = { of: "WO-1", site: "bogor", produced_qty: "5" };
const masters = new Masters([{ table: "site-progress", name: "WO-1 bogor", row: elsewhere }], "bandung");
const made = (qty: string, state: Entry["state"], more: Partial<Entry> = {}, type = "Manufacture"): Entry => {
  const body = JSON.stringify({ stock_entry_type: type, work_order: "WO-1", fg_completed_qty: qty });
  return { id: `${qty} ${state}`, kind: "stock-entry", body, madeMs: 1, day: "2026-11-02", state, ...more };
};
const mine = [
  made("7", "waiting"),
  made("20", "saved"),
  made("30", "refused"),
  made("40", "saved", { cancelledElsewhere: true }),
  made("50", "waiting", {}, "Material Transfer for Manufacture"),
];
const told = { ...order, produced_qty: "15", produced_here: "60" };

test("what other tablets made is taken off a Work Order by the box's word, and what it does not have yet as well", () => {
  expect(`${leftToMake(order, [told], mine, masters)}`).toBe("18");
  expect(`${leftToMake(order, [{ ...told, produced_here: "85" }], mine, masters)}`).toBe("0");
  expect(`${leftToMake(order, [], [], masters)}`).toBe("0");
});

test("what was made counts while its cancellation is refused, and not once it is cancelled, here or elsewhere", () => {
  const stop = (state: Entry["state"]): Entry => ({ ...made("0", state), id: "x", kind: "cancellation", cancels: "M" });
  const left = (...entries: Entry[]) => `${leftToMake(order, null, entries, masters)}`;
  const taken = made("20", "saved", { id: "M", cancelledBy: "x" });
  expect([left(taken, stop("saved")), left(taken, stop("refused"))]).toEqual(["85", "65"]);
  expect(left(made("20", "saved", { cancelledElsewhere: true }))).toBe("85");
});

test("without the box's word it is what the office and this tablet know", () => {
  expect(`${leftToMake(order, null, mine, masters)}`).toBe("58");
});
