import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Badges, TWICE_MS } from "./badges";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function scanner() {
  const heard: string[] = [];
  return { heard, badges: new Badges((code) => heard.push(code)) };
}

test("a badge that is scanned twice is heard by nobody, and what comes with it is heard a moment later", async () => {
  const { heard, badges } = scanner();
  await badges.proves("JS-4W8N", async () => {});
  for (const code of ["JS-4W8N", "8991234567890", "JS-4W8N"]) badges.pass(code);
  vi.advanceTimersByTime(TWICE_MS - 1);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(["8991234567890"]);
  badges.pass("8991234567906");
  expect(heard).toEqual(["8991234567890", "8991234567906"]);
});

test("a badge is one while the box is asked, and until nobody is logged in", async () => {
  const { badges } = scanner();
  let yes = () => {};
  const asked = badges.proves("JS-4W8N", () => new Promise<void>((resolve) => (yes = resolve)));
  expect(badges.is("JS-4W8N")).toBe(true);
  yes();
  await asked;
  vi.advanceTimersByTime(TWICE_MS);
  expect([badges.is("JS-4W8N"), badges.is("8991234567890")]).toEqual([true, false]);
  badges.forget();
  expect(badges.is("JS-4W8N")).toBe(false);
});

test("a code that was no badge is a code of a thing again, and is not waited for", async () => {
  const { heard, badges } = scanner();
  const wrong = badges.proves("8991234567890", () => Promise.reject(new Error("wrong")));
  await expect(wrong).rejects.toThrow("wrong");
  expect(badges.is("8991234567890")).toBe(false);
  badges.pass("8991234567890");
  expect(heard).toEqual(["8991234567890"]);
});

test("a badge that was taken before stays one where the box is not reached the next time", async () => {
  const { badges } = scanner();
  await badges.proves("AL-7K2M", async () => {});
  await expect(badges.proves("AL-7K2M", () => Promise.reject(new Error("no box")))).rejects.toThrow();
  expect(badges.is("AL-7K2M")).toBe(true);
});

test("a second badge in the moment after the first begins the moment anew, and loses no code", async () => {
  const { heard, badges } = scanner();
  await badges.proves("a-badge", async () => {});
  badges.pass("8991234567890");
  vi.advanceTimersByTime(TWICE_MS - 1);
  await badges.proves("another", async () => {});
  vi.advanceTimersByTime(TWICE_MS - 1);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(["8991234567890"]);
});
