import { expect, test } from "vitest";
import { Wedge } from "./wedge";

type Typed = string | { key: string; ctrl?: boolean; alt?: boolean };

function type(wedge: Wedge, keys: Typed[], everyMs: number, fromMs = 1000) {
  const codes: string[] = [];
  keys.forEach((typed, i) => {
    const { key, ctrl = false, alt = false } = typeof typed === "string" ? { key: typed } : typed;
    const heard = wedge.hear({ key, ctrl, alt, atMs: fromMs + i * everyMs });
    if (heard.code !== null) codes.push(heard.code);
  });
  return codes;
}

test("a code is what comes faster than anybody types, up to Enter or Tab", () => {
  expect(type(new Wedge(), [..."8991234567890", "Enter"], 8)).toEqual(["8991234567890"]);
  expect(type(new Wedge(), [..."8991234567890", "Tab"], 30)).toEqual(["8991234567890"]);
});

test("what a person types is no code, nor what is short", () => {
  expect(type(new Wedge(), [..."8991234567890", "Enter"], 120)).toEqual([]);
  expect(type(new Wedge(), [..."12", "Enter"], 8)).toEqual([]);
});

test("what a person typed before is no part of a code", () => {
  const wedge = new Wedge();
  type(wedge, [..."shirt"], 150);
  expect(type(wedge, [..."89912345", "Enter"], 8, 5000)).toEqual(["89912345"]);
});

test("capital letters come with Shift, and group separators in any of the ways that scanners have", () => {
  const shift = (text: string) => [...text].flatMap((key) => ["Shift", key]);
  expect(type(new Wedge(), [...shift("AB-7"), "Enter"], 8)).toEqual(["AB-7"]);
  const gs = "\u001d";
  const head = [..."010899"];
  const tail = [..."10LOT7", "Enter"];
  for (const way of [
    [{ key: "Control" }, { key: "]", ctrl: true }],
    [gs],
    [{ key: "Alt" }, { key: "0", alt: true }, { key: "2", alt: true }, { key: "9", alt: true }],
  ]) {
    expect(type(new Wedge(), [...head, ...way, ...tail], 8)).toEqual([`010899${gs}10LOT7`]);
  }
});
