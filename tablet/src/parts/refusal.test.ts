import { expect, test } from "vitest";
import en from "../i18n/en.json";
import id from "../i18n/id.json";
import { refusalOf, toldWhy } from "./refusal";

test("a refusal is told by its code, and a broken rule by its field", () => {
  const of = (code: string, text = "") => refusalOf({ code, text });
  expect([of("stock"), of("period"), of("rights"), of("progress")]).toEqual(["stock", "period", "rights", "progress"]);
  expect(of("rule", "payments: 5 is paid of 4")).toBe("amount");
  expect(of("rule", "items[12].rate: 1 is not 2 less 5 percent")).toBe("price");
  expect(of("rule", "items[0].qty: there are no halves")).toBe("qty");
  expect(of("rule", "customer: payments are his")).toBe("rule");
  for (const texts of [en, id]) {
    for (const key of ["stock", "period", "rights", "progress", "amount", "price", "qty"]) {
      expect(texts).toHaveProperty([`refusal.${key}`]);
    }
  }
  expect(toldWhy({ code: "no_id", text: "no id" })).toBe("no id");
});
