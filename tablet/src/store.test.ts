import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { unwrap } from "idb";
import { afterEach, expect, test, vi } from "vitest";
import { LIVED_MS, openStore } from "./store";

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [LIVED_MS - 1, false],
  [LIVED_MS, true],
])("a disk that the browser closes is told of; after %i ms another try is worth it: %s", async (lived, worthATry) => {
  const now = vi.spyOn(performance, "now").mockReturnValue(5);
  const lost = vi.fn();
  const store = await openStore(`lost-${lived}`, lost);
  now.mockReturnValue(5 + lived);
  forceCloseDatabase(unwrap(store) as never);
  await vi.waitFor(() => expect(lost.mock.calls).toEqual([[worthATry]]));
});

test("a page that closes its disk by itself has not lost it", async () => {
  const lost = vi.fn();
  const store = await openStore("closed", lost);
  store.close();
  await new Promise((done) => setTimeout(done));
  expect(lost).not.toHaveBeenCalled();
});
