import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import app from "../../i18n/en.json";
import en from "./en.json";
import id from "./id.json";

const desk = resolve(import.meta.dirname, "..");
const sources = readdirSync(desk, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
  .map((name) => readFileSync(join(desk, name), "utf8"))
  .join("\n");

test("both languages have the same texts with the same values in them", () => {
  expect(Object.keys(id).sort()).toEqual(Object.keys(en).sort());
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(en))
    expect([key, values(id[key as keyof typeof id])]).toEqual([key, values(text)]);
});

test("no text of the desk takes the place of one of the workshop's app", () => {
  expect(Object.keys(en).filter((key) => key in app)).toEqual([]);
});

test("every text that is asked for is there", () => {
  const asked = [...sources.matchAll(/\bt\(\s*"([^"]+)"/g)].map(([, key]) => key ?? "");
  expect(asked.length).toBeGreaterThan(150);
  expect(asked.filter((key) => !(key in en) && !(key in app))).toEqual([]);
});

test("every text is asked for, by its key or by how it begins", () => {
  const begins = [...sources.matchAll(/[`"]([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map(([, start]) => start ?? "");
  const unused = Object.keys(en).filter(
    (key) => !sources.includes(`"${key}"`) && !begins.some((start) => key.startsWith(start)),
  );
  expect(unused).toEqual([]);
});
