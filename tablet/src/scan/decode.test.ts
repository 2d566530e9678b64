import { expect, test } from "vitest";
import { drawn, paint, seen } from "../../tests/codes";
import { Belief } from "./believe";
import { decode, type Picture } from "./decode";

const GS = "\u001d";
const read = (kind: string, text: string, px?: number) => decode(seen(drawn(kind, text, px), 800, 600));

test.each([
  ["ean13", "8991234567891", "8991234567891"],
  ["ean8", "96385074", "96385074"],
  ["code128", "LOT-7 / blue", "LOT-7 / blue"],
  ["code39", "AL-7Q2M", "AL-7Q2M"],
])("bars are read, and one picture of them is not enough: %s", (kind, text, told) => {
  expect(read(kind, text)).toEqual({ text: told, sure: false });
});

test.each([
  ["qrcode", "AL-7Q2M-K9XD", "AL-7Q2M-K9XD"],
  ["qrcode", "Kain batik – 2 m", "Kain batik – 2 m"],
  ["datamatrix", "BOLT-77", "BOLT-77"],
])("squares are read, and believed at once: %s", (kind, text, told) => {
  expect(read(kind, text)).toEqual({ text: told, sure: true });
});

test("a UPC-A is an EAN-13 that begins with 0, and is read as either of the two", () => {
  expect(["036000291452", "0036000291452"]).toContain(read("upca", "036000291452")?.text);
});

test.each([
  ["gs1-128", "]C1"],
  ["gs1datamatrix", GS],
])("a GS1 code keeps its group separators: %s", (kind, mark) => {
  const told = read(kind, "(01)08991234567891(10)LOT-7(21)S1", 2)?.text;
  expect(told).toBe(`${mark}010899123456789110LOT-7${GS}21S1`);
});

test("bars are read upright and turned", () => {
  const code = drawn("ean13", "8991234567891");
  const upright: Picture = paint(code.height, code.width, (x, y) => code.bright[x * code.width + y] ?? 255);
  expect(decode(seen(upright, 600, 800))?.text).toBe("8991234567891");
});

test("a wrong check digit, half a code, and none at all are nothing", () => {
  const code = drawn("ean13", "8991234567891");
  const half = paint(code.width, code.height, (x, y) =>
    x > code.width / 2 ? 235 : (code.bright[y * code.width + x] ?? 0),
  );
  expect(decode(seen(half, 800, 600))).toBeNull();
  expect(decode(seen(null, 800, 600))).toBeNull();
});

test("bars are believed when they are read twice in a row, squares at once", () => {
  const belief = new Belief();
  const bars = (text: string) => belief.hear({ text, sure: false });
  expect(bars("111")).toBeNull();
  expect(bars("222")).toBeNull();
  expect(belief.hear(null)).toBeNull();
  expect(bars("222")).toBe("222");
  expect(new Belief().hear({ text: "x", sure: true })).toBe("x");
});
