import { expect, test } from "vitest";
import en from "./en.json";
import id from "./id.json";
import { moment, typed, zone } from "./index";

test("both languages have the same texts with the same values in them", () => {
  expect(Object.keys(id).sort()).toEqual(Object.keys(en).sort());
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(en))
    expect([key, values(id[key as keyof typeof id])]).toEqual([key, values(text)]);
});

test.each([
  ["1500", "id", "1500"],
  ["1.500", "id", "1500"],
  ["1.500", "en", "1.5"],
  ["1,500", "en", "1500"],
  ["1,5", "id", "1.5"],
  ["1,5", "en", "1.5"],
  ["1.5", "id", "1.5"],
  ["1.234.567,89", "id", "1234567.89"],
  ["1,234,567.89", "en", "1234567.89"],
  [".5", "en", "0.5"],
  ["0.500", "id", "0.5"],
  ["0,500", "en", "0.5"],
  ["-0.250", "id", "-0.25"],
  [" 12 000 ", "en", "12000"],
] as const)("%j, typed in %s, is %s", (text, locale, number) => {
  expect(`${typed(text, locale)}`).toBe(number);
});

test("a moment is of the workshop's clock, whatever the tablet's zone is, and has its year", () => {
  zone.value = 7 * 60;
  expect(moment("2026-12-31T18:05:00Z")).toBe("1 Jan 2027, 01:05");
  zone.value = -3 * 60;
  expect(moment(Date.parse("2027-01-01T01:05:00Z"))).toBe("31 Dec 2026, 22:05");
  zone.value = null;
  expect(moment("2026-12-15T12:00:00Z")).toContain("2026");
});

test.each(["", "a", "1.2.3", "--1", "1,23,4"])("%j is no number", (text) => {
  expect([typed(text, "en"), typed(text, "id")]).toEqual([null, null]);
});
