// The service worker by its events, with a cache and a network that are played: which page an installed app opens.

import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Heard = (event: unknown) => void;

const BOX = "https://box";
const listeners = new Map<string, Heard>();
let kept: Map<string, Map<string, Response>>;
let network: (path: string) => Promise<Response>;

const pathOf = (of: Request | string) => new URL(typeof of === "string" ? of : of.url, BOX).pathname;

function cache(entries: Map<string, Response>) {
  return {
    match: async (of: Request | string) => entries.get(pathOf(of))?.clone(),
    put: async (of: Request | string, answer: Response) => void entries.set(pathOf(of), answer),
    addAll: async (paths: string[]) => {
      const found = await Promise.all(paths.map(async (path) => [path, await network(path)] as const));
      if (found.some(([, answer]) => !answer.ok)) throw new TypeError("not all could be had");
      for (const [path, answer] of found) entries.set(path, answer);
    },
  };
}

beforeEach(() => {
  listeners.clear();
  kept = new Map();
  vi.stubGlobal("caches", {
    open: async (name: string) => {
      const entries = kept.get(name) ?? new Map<string, Response>();
      kept.set(name, entries);
      return cache(entries);
    },
    match: async (of: Request | string) => {
      for (const entries of kept.values()) if (entries.has(pathOf(of))) return entries.get(pathOf(of))?.clone();
      return undefined;
    },
    keys: async () => [...kept.keys()],
    delete: async (name: string) => kept.delete(name),
  });
  vi.stubGlobal("fetch", (request: Request) => network(pathOf(request)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A worker of a build; it replaces the one before only if it could be installed. */
async function install(build: string): Promise<void> {
  const before = new Map(listeners);
  vi.resetModules();
  vi.stubGlobal("__BUILD__", build);
  vi.stubGlobal("__ASSETS__", [`/assets/${build}.js`]);
  vi.stubGlobal("self", {
    location: new URL(BOX),
    addEventListener: (name: string, heard: Heard) => listeners.set(name, heard),
    skipWaiting: async () => {},
    clients: { claim: async () => {} },
  });
  // It is a script, and no module by its types.
  await vi.importActual("./sw");
  try {
    await until("install");
    await until("activate");
  } catch (error) {
    for (const [name, heard] of before) listeners.set(name, heard);
    throw error;
  }
}

async function until(name: string): Promise<void> {
  let done: Promise<unknown> = Promise.resolve();
  listeners.get(name)?.({ waitUntil: (work: Promise<unknown>) => (done = work) });
  await done;
}

/** What the page gets; null where the worker leaves it to the browser. */
async function ask(path: string, method = "GET"): Promise<string | null> {
  let answer: Promise<Response> | null = null;
  const request = new Request(`${BOX}${path}`, { method });
  listeners.get("fetch")?.({ request, respondWith: (given: Promise<Response>) => (answer = given) });
  if (answer === null) return null;
  const said: Response = await answer;
  return `${said.status} ${await said.text()}`;
}

/** A box of a build serves its page and its own assets. */
const box = (build: string) => async (path: string) => {
  if (path === "/") return new Response(`page of ${build}`);
  if (path.startsWith("/assets/") && path !== `/assets/${build}.js`) return new Response("", { status: 404 });
  return new Response(path);
};
const away = () => Promise.reject(new TypeError("no network"));

test("out of range the page is opened with its assets, and nothing of the API", async () => {
  network = box("one");
  await install("one");
  network = away;
  expect([await ask("/"), await ask("/assets/one.js")]).toEqual(["200 page of one", "200 /assets/one.js"]);
  expect([await ask("/api/rows"), await ask("/mqtt"), await ask("/", "POST")]).toEqual([null, null, null]);
});

test("a page whose assets could not be had is never the one that is opened out of range", async () => {
  network = box("one");
  await install("one");
  const upgraded = box("two");
  network = (path) => (path === "/assets/two.js" ? away() : upgraded(path));
  expect(await ask("/")).toBe("200 page of two");
  await expect(install("two")).rejects.toThrow();
  network = away;
  expect([await ask("/"), await ask("/assets/one.js")]).toEqual(["200 page of one", "200 /assets/one.js"]);
  network = upgraded;
  await install("two");
  network = away;
  expect([await ask("/"), await ask("/assets/two.js")]).toEqual(["200 page of two", "200 /assets/two.js"]);
});

test.each([500, 503])("a box that answers %i has the page that is kept shown", async (status) => {
  network = box("one");
  await install("one");
  network = async () => new Response("not now", { status });
  expect(await ask("/")).toBe("200 page of one");
});

test("where no page is kept, the box's own answer is shown", async () => {
  network = box("one");
  await install("one");
  kept.clear();
  network = async () => new Response("not now", { status: 503 });
  expect(await ask("/")).toBe("503 not now");
});

test("a network that says nothing is waited for 2.5 s, and not longer", async () => {
  network = box("one");
  await install("one");
  vi.useFakeTimers();
  network = () => new Promise(() => {});
  let shown: string | null = null;
  const asked = ask("/").then((page) => (shown = page));
  await vi.advanceTimersByTimeAsync(2_499);
  expect(shown).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  await asked;
  expect(shown).toBe("200 page of one");
});
