import { expect, test } from "vitest";
import type { DocumentDetail, Mark } from "../api-types";
import { isNumber, ofTheBox } from "./documents";

test("a number is known by whatever prefix, and by letters after Z", () => {
  const numbers = ["BDG-SI-B000123", "bdg-si-b000123 ", "TW-BANDUNG-2-SI-A000001", "BDG-DN-AB1000000"];
  expect(numbers.filter((text) => !isNumber(text))).toEqual([]);
});

test("names, kinds, and what the books call documents are no numbers", () => {
  const others = ["", "Bu Sari", "SI-B000123", "BDG-SI-000123", "BDG-SI-B", "MAT-STE-2026-00031", "Toko-Kain"];
  expect(others.filter(isNumber)).toEqual([]);
});

test("what was replaced before it was posted says what the books lack, and which one stands for it", () => {
  const said = { kind: "sales-invoice", number: "BDG-SI-A000001", day: "2026-11-20", party: "Bu Sari", total: "3000" };
  const line: Mark = { id: "a", ...said, mark: "withdrawn", since: null, name: null, why: null, cancelled: true };
  const by = { device: "till", user: null, at: "2026-11-20T03:00:00Z", hash: "00", amends: null };
  const amended = { amended_by: "b", amended_by_number: "BDG-SI-A000002", not_booked: ["Cash: 3000 not booked"] };
  const detail: DocumentDetail = {
    line,
    document: {},
    booked: null,
    ...by,
    ...amended,
    cancellation: null,
    returned: {},
  };
  const { entry, notBooked, instead } = ofTheBox(detail);
  expect([entry.outcome, notBooked, instead]).toEqual(["withdrawn", ["Cash: 3000 not booked"], "BDG-SI-A000002"]);
});
