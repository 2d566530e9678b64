import { expect, test } from "vitest";
import { Ears } from "./ears";

test("the top one hears a code, and the one below it once that has gone", () => {
  const [ears, heard] = [new Ears(), [] as string[]];
  const below = ears.listen((code) => heard.push(`below ${code}`));
  const above = ears.listen((code) => heard.push(`above ${code}`));
  expect(ears.hear("1")).toBe(true);
  above();
  expect(ears.hear("2")).toBe(true);
  below();
  expect(heard).toEqual(["above 1", "below 2"]);
});

test("whoever has gone takes no other with it", () => {
  const [ears, heard] = [new Ears(), [] as string[]];
  ears.listen((code) => heard.push(code));
  const gone = ears.listen(() => expect.unreachable());
  gone();
  gone();
  expect(ears.hear("1")).toBe(true);
  expect(heard).toEqual(["1"]);
});

test("codes that come while a screen is being opened are its own, in their order", () => {
  const [ears, heard] = [new Ears(), [] as string[]];
  const home = ears.listen(() => expect.unreachable());
  expect(ears.moved()).toBe(0);
  home();
  expect([ears.hear("1"), ears.hear("2")]).toEqual([true, true]);
  ears.listen((code) => heard.push(code));
  expect(heard).toEqual(["1", "2"]);
  ears.hear("3");
  expect(heard).toEqual(["1", "2", "3"]);
});

test("a code of a place that has been left is nobody's, and is counted", () => {
  const ears = new Ears();
  expect(ears.hear("1")).toBe(true);
  expect(ears.moved()).toBe(1);
  ears.listen(() => expect.unreachable());
});

test("where a screen listens no more, it is said that nobody takes a code", () => {
  const ears = new Ears();
  ears.listen(() => expect.unreachable())();
  expect(ears.hear("1")).toBe(false);
  ears.listen(() => expect.unreachable());
});
