// What the desk makes of answers that are none: another's session, an end of it, a body that breaks off, an office that is not reached.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, NotReached } from "../errors";
import { api, SessionOver } from "./api";
import { begin, ended, login, logout, me, unknown } from "./session";
import { learnSites, siteNames } from "./sites";

const ME = { user: "sari", full_name: "Sari Dewi", role: "admin", csrf: "one", until: "2026-11-27T08:00:00Z" };
const json = (status: number, of: unknown) => new Response(JSON.stringify(of), { status });
const refused = (status: number, input: string | null) =>
  json(status, { error: { input, rule: `no: ${input}`, remedy: "" } });

/** What is answered in turn; a path and a method for each request that went out. */
let answers: (() => Response)[] = [];
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  vi.stubGlobal("fetch", async (path: string, { method }: { method: string }) => {
    asked.push(`${method} ${path}`);
    const answer = answers.shift();
    if (!answer) throw new TypeError("the network is down");
    return answer();
  });
  answers = [() => json(200, ME)];
  await begin();
  asked = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  ended.value = false;
});

test("what stands against CSRF is asked for anew, and the same sent again", async () => {
  answers = [
    () => refused(403, "Outpost-CSRF"),
    () => json(200, { ...ME, csrf: "two" }),
    () => json(200, { retried: 1 }),
  ];
  expect(await api.retry({ id: "a" })).toEqual({ retried: 1 });
  expect(asked).toEqual(["POST /api/held/retry", "GET /api/me", "POST /api/held/retry"]);
});

test("where somebody else is logged in by now, nothing is sent again, and the page is theirs", async () => {
  answers = [() => refused(403, "Outpost-CSRF"), () => json(200, { ...ME, user: "joko", role: "look", csrf: "two" })];
  await expect(api.retry({ id: "a" })).rejects.toBeInstanceOf(ApiError);
  expect(asked).toEqual(["POST /api/held/retry", "GET /api/me"]);
  expect([me.value?.user, me.value?.role]).toEqual(["joko", "look"]);
});

test("two that were refused at once are both not sent again", async () => {
  const other = () => json(200, { ...ME, user: "joko", csrf: "two" });
  answers = [() => refused(403, "Outpost-CSRF"), () => refused(403, "Outpost-CSRF"), other, other];
  const both = await Promise.allSettled([api.retry({ id: "a" }), api.retry({ id: "b" })]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(asked.filter((of) => of.startsWith("POST")).length).toBe(2);
});

test("a session that is over leads to the login; a wrong login is said", async () => {
  answers = [() => refused(401, "Cookie")];
  await expect(api.status()).rejects.toBeInstanceOf(SessionOver);
  expect([me.value, ended.value]).toEqual([null, true]);
  for (const input of ["password", "Cookie"]) {
    answers = [() => refused(401, input)];
    await expect(login("sari", "wrong")).rejects.not.toBeInstanceOf(SessionOver);
  }
});

test("an answer that breaks off, or is none of the office's, is none", async () => {
  const torn = () =>
    new Response(
      new ReadableStream({
        start: (to) => to.error(new TypeError("network error")),
      }),
    );
  answers = [torn, torn, () => new Response("<html>Log in to this hotel</html>")];
  await expect(api.status()).rejects.toBeInstanceOf(NotReached);
  await expect(api.answers("i1")).rejects.toBeInstanceOf(NotReached);
  await expect(api.status()).rejects.toBeInstanceOf(NotReached);
});

test("only the office can say that nobody is logged in", async () => {
  me.value = undefined;
  await begin();
  expect(me.value).toBeUndefined();
  expect(unknown.value).toBeInstanceOf(NotReached);
  answers = [() => refused(503, null)];
  await begin();
  expect([me.value, (unknown.value as ApiError).status]).toEqual([undefined, 503]);
  answers = [() => refused(401, "Cookie")];
  await begin();
  expect([me.value, unknown.value, ended.value]).toEqual([null, null, false]);
  answers = [() => json(200, ME), () => new Response(null, { status: 204 })];
  await begin();
  expect(me.value).toMatchObject({ user: "sari" });
  await logout();
  expect(me.value).toBeNull();
});

test("sites that could not be asked for stay as they were, and are asked for once at a time", async () => {
  answers = [() => json(200, { items: [{ site: "garut" }], next: null })];
  await Promise.all([learnSites(), learnSites()]);
  expect([siteNames.value, asked.length]).toEqual([["garut"], 1]);
  await learnSites();
  expect(siteNames.value).toEqual(["garut"]);
  answers = [() => json(200, { items: [{ site: "bogor" }], next: null })];
  await learnSites();
  expect(siteNames.value).toEqual(["bogor"]);
});
