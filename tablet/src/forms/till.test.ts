import { expect, test } from "vitest";
import { uncounted } from "./till";

const mode = (mode_of_payment: string, type: string) => ({ mode_of_payment, type, default_account: mode_of_payment });
const modes = [mode("Cash", "Cash"), mode("Wire Transfer", "Bank"), mode("Card", "Bank")];
const cash = { mode_of_payment: "Cash", amount: "500000" };
const expected = (wire: string) => [cash, { mode_of_payment: "Wire Transfer", amount: wire }];

test("takings of a bank are said before a till is closed, and what has none may be left out", () => {
  expect(uncounted(modes, expected("250000"), [])).toEqual(["Cash", "Wire Transfer"]);
  expect(uncounted(modes, expected("250000"), [cash])).toEqual(["Wire Transfer"]);
  expect(uncounted(modes, expected("-20000"), [cash])).toEqual(["Wire Transfer"]);
  expect(uncounted(modes, expected("0"), [cash])).toEqual([]);
  expect(uncounted(modes, expected("250000"), [cash, { mode_of_payment: "Wire Transfer", amount: "0" }])).toEqual([]);
});

test("without the box's word every mode is said", () => {
  expect(uncounted(modes, null, [cash])).toEqual(["Wire Transfer", "Card"]);
});
