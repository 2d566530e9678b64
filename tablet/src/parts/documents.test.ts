import { expect, test } from "vitest";
import { isNumber } from "./documents";

test("a number is known by whatever prefix, and by letters after Z", () => {
  const numbers = ["BDG-SI-B000123", "bdg-si-b000123 ", "TW-BANDUNG-2-SI-A000001", "BDG-DN-AB1000000"];
  expect(numbers.filter((text) => !isNumber(text))).toEqual([]);
});

test("names, kinds, and what the books call documents are no numbers", () => {
  const others = ["", "Bu Sari", "SI-B000123", "BDG-SI-000123", "BDG-SI-B", "MAT-STE-2026-00031", "Toko-Kain"];
  expect(others.filter(isNumber)).toEqual([]);
});
