import { afterEach, expect, test, vi } from "vitest";
import { Api } from "./api";

afterEach(() => vi.unstubAllGlobals());

test("a day of more documents than one answer has is told whole", async () => {
  const asked: string[] = [];
  const pages: Record<string, unknown> = {
    "/api/documents?day=2026-11-02&limit=500": { items: [{ id: "c" }, { id: "b" }], next: "1" },
    "/api/documents?day=2026-11-02&after=1&limit=500": { items: [{ id: "a" }], next: null },
  };
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return Response.json(pages[path]);
  });
  const found = await new Api(null, () => null).documents({ day: "2026-11-02" });
  expect(found.map((mark) => mark.id)).toEqual(["c", "b", "a"]);
  expect(asked.length).toBe(2);
});
