// What is said of errors that nobody caught, and of those of a button, in both languages.

import { beforeEach, expect, test, vi } from "vitest";
import { ApiError, NotReached } from "../errors";
import { type Language, speak } from "../i18n";
import { Acting } from "./acting";
import { isShown, trouble, troubleOf, watch } from "./trouble";

const full = () => new DOMException("quota", "QuotaExceededError");

async function inLanguage(language: Language): Promise<void> {
  vi.stubGlobal("localStorage", { setItem: () => {} });
  vi.stubGlobal("document", { documentElement: {} });
  await speak(language);
}

beforeEach(async () => {
  trouble.value = null;
  await inLanguage("en");
});

/** A page as far as it is listened to. */
function page() {
  const heard = new Map<string, (event: unknown) => void>();
  watch({ addEventListener: (name: string, hear: unknown) => heard.set(name, hear as () => void) } as never);
  return (name: string, event: unknown) => heard.get(name)?.(event);
}

test("a promise that nobody caught is said, in both languages", async () => {
  const happens = page();
  happens("unhandledrejection", { reason: full() });
  expect(trouble.value).toBe("This could not be kept on the tablet: its memory is full. Try again.");
  await inLanguage("id");
  happens("unhandledrejection", { reason: new DOMException("the disk refuses", "UnknownError") });
  expect(trouble.value).toBe("Ini tidak dapat disimpan di tablet: the disk refuses. Coba lagi.");
});

test("an error that nobody caught is said, and what is no error is not", () => {
  const happens = page();
  happens("error", { error: null, message: "ResizeObserver loop completed with undelivered notifications." });
  expect(trouble.value).toBeNull();
  happens("error", { error: new TypeError("no such thing") });
  expect(trouble.value).toBe("Something went wrong: no such thing. Try again.");
});

test("what is shown already, and that the box is not reached, is not said again", () => {
  const [happens, error] = [page(), new Error("on the screen")];
  isShown(error);
  happens("error", { error });
  happens("unhandledrejection", { reason: new NotReached() });
  expect(trouble.value).toBeNull();
});

test("a box that says no is told in its own words", () => {
  expect(troubleOf(new ApiError(409, null, "the day is closed", "open it first"))).toBe(
    "the day is closed: open it first",
  );
  expect(troubleOf(new NotReached())).toBe("The box cannot be reached.");
  expect(troubleOf("odd")).toBe("Something went wrong: odd. Try again.");
});

test("a button whose act fails says why, and may be tapped again", async () => {
  const [acting, happens] = [new Acting(), page()];
  const error = full();
  await acting.act(() => Promise.reject(error));
  happens("unhandledrejection", { reason: error });
  expect([acting.failed.value, trouble.value]).toEqual([
    "This could not be kept on the tablet: its memory is full. Try again.",
    null,
  ]);
  await acting.act(async () => {});
  expect(acting.failed.value).toBeNull();
});

test("an act that fails before it has begun says so as well", async () => {
  const acting = new Acting();
  await acting.act(() => {
    throw new DOMException("closing", "InvalidStateError");
  });
  expect(acting.failed.value).toContain("closing");
});

test("taps while it is being done are one", async () => {
  const acting = new Acting();
  let done = () => {};
  const act = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
  const taps = [acting.act(act), acting.act(act)];
  done();
  await Promise.all(taps);
  expect(act).toHaveBeenCalledTimes(1);
});
