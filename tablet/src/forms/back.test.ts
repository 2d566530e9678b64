import { expect, test } from "vitest";
import { notSold } from "./back";

const sold = [
  { item_code: "IRON", serial_no: "S1\nS2" },
  { item_code: "IRON", serial_no: "S3" },
  { item_code: "DYE", batch_no: "B1" },
  { item_code: "DYE", batch_no: "B2" },
  { item_code: "BUTTON" },
];
const back = (item_code: string, piece: { batch_no?: string; serial_no?: string }) =>
  notSold([{ item_code, item_name: item_code, uom: "Nos", qty: "1", ...piece }], sold);

test("a piece or a batch comes back that was sold with the document, in whichever row", () => {
  expect([back("IRON", { serial_no: " S3\n" }), back("DYE", { batch_no: "B2 " })]).toEqual([null, null]);
  expect(back("IRON", { serial_no: "S9" })).toBe("other_piece");
  expect(back("IRON", { serial_no: "S1\nS9" })).toBe("other_piece");
  expect(back("DYE", { batch_no: "B3" })).toBe("other_batch");
});

test("of what was sold without a number or a batch nothing is known, and what is missing is not told as another", () => {
  expect([back("BUTTON", { serial_no: "S9" }), back("BUTTON", { batch_no: "B3" })]).toEqual([null, null]);
  expect([back("IRON", {}), back("DYE", {}), back("DYE", { batch_no: "" })]).toEqual([null, null, null]);
});
