// Who is heard when many ask at once.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Link } from "./link/link";
import type { SessionAnswer } from "./link/state";
import { BUSY_TRIES, People, SaidNo } from "./people";
import { openStore } from "./store";

const BUSY: SessionAnswer = { re: "login", ok: false, packet: 1, code: "busy", text: "others are being heard" };
const WRONG: SessionAnswer = { ...BUSY, code: "wrong" };
const YES: SessionAnswer = { re: "login", ok: true, packet: 1, session: "token", user: "ani" };

let n = 0;
async function people(...answers: SessionAnswer[]) {
  const asked = vi.fn(async () => answers.shift() ?? BUSY);
  return { asked, people: new People(await openStore(`people${n++}`), { ask: asked } as unknown as Link) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function login(of: People): Promise<unknown> {
  const done = of.login({ user: "ani", pin: "471108" }).then(
    () => null,
    (error: unknown) => error,
  );
  for (let steps = 0; steps < 20; steps++) await vi.advanceTimersByTimeAsync(1_500);
  return done;
}

test("a box that hears others is asked again, and then hears", async () => {
  const { asked, people: of } = await people(BUSY, BUSY, YES);
  expect(await login(of)).toBeNull();
  expect(asked).toHaveBeenCalledTimes(3);
});

test("one that hears others for long is told of after so many tries", async () => {
  const { asked, people: of } = await people();
  expect(await login(of)).toMatchObject({ code: "busy" });
  expect(asked).toHaveBeenCalledTimes(BUSY_TRIES);
});

test("a wrong PIN is never tried again by itself", async () => {
  const { asked, people: of } = await people(WRONG, YES);
  expect(await login(of)).toBeInstanceOf(SaidNo);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("a yes that is another person's, or has no session, logs nobody in", async () => {
  for (const answer of [{ ...YES, user: "joko" }, { ...YES, session: undefined } as unknown as SessionAnswer]) {
    const { people: of } = await people(answer);
    expect(await login(of)).toMatchObject({ code: "stray" });
    expect(of.session.value).toBeNull();
  }
});

test("a badge names nobody, and whoever it is logs in; a box that says no name is believed", async () => {
  const { user: _, ...nameless } = YES;
  const { people: of } = await people({ ...YES, user: "joko" }, nameless);
  await of.login({ badge: "JS-4W8N" });
  expect(of.session.value?.user).toBe("joko");
  expect(await login(of)).toBeNull();
});

test("whoever waits for a login goes on before anybody can tap what it shows", async () => {
  const { people: of } = await people(YES);
  const order: string[] = [];
  of.session.subscribe((session) => session && setImmediate(() => order.push("a tap")));
  await of.login({ user: "ani", pin: "471108" });
  order.push("home");
  await new Promise((done) => setImmediate(done));
  expect(order).toEqual(["home", "a tap"]);
});

test("another person's word is no agreement, and none to what a manager does", async () => {
  const { people: of } = await people({ ...YES, re: "approve", user: "joko" }, YES, {
    ...YES,
    re: "manage",
    user: "joko",
  });
  await expect(of.approve({ user: "ani", pin: "471108" }, "a")).rejects.toMatchObject({ code: "stray" });
  await login(of);
  await expect(of.manage("471108", "lock", "joko")).rejects.toMatchObject({ code: "stray" });
});
