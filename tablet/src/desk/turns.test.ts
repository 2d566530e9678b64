import { expect, test } from "vitest";
import { Turns } from "./turns";

/** Questions that are answered by hand, and what was told of them. */
function asking() {
  const open: { answer: (value: number) => void; fail: (error: Error) => void }[] = [];
  const told: unknown[] = [];
  let asked = 0;
  const ask = () => {
    asked += 1;
    return new Promise<number>((answer, fail) => open.push({ answer, fail }));
  };
  const turns = new Turns<number>(ask, {
    asked: () => told.push("asked"),
    answered: (value) => told.push(value),
    failed: (error) => told.push((error as Error).message),
  });
  const next = async (then: (of: (typeof open)[0]) => void) => {
    const first = open.shift();
    if (!first) throw new Error("nothing is under way");
    then(first);
    await new Promise((done) => setTimeout(done));
  };
  return { turns, told, next, asked: () => asked };
}

test("a slow answer is shown however often things change meanwhile, and asked for once more", async () => {
  const { turns, told, next, asked } = asking();
  turns.anew();
  for (let change = 0; change < 5; change++) turns.again();
  expect(asked()).toBe(1);
  await next(({ answer }) => answer(1));
  expect([asked(), told]).toEqual([2, ["asked", 1, "asked"]]);
  await next(({ answer }) => answer(2));
  expect([asked(), told]).toEqual([2, ["asked", 1, "asked", 2]]);
  turns.again();
  expect(asked()).toBe(3);
});

test("what failed is asked once more where things changed meanwhile", async () => {
  const { turns, told, next } = asking();
  turns.anew();
  turns.again();
  await next(({ fail }) => fail(new Error("no")));
  await next(({ answer }) => answer(2));
  expect(told).toEqual(["asked", "no", "asked", 2]);
});

test("another question is asked at once, and what was under way counts no more", async () => {
  const { turns, told, next, asked } = asking();
  turns.anew();
  turns.again();
  turns.anew();
  expect(asked()).toBe(2);
  await next(({ answer }) => answer(1));
  await next(({ answer }) => answer(2));
  expect([asked(), told]).toEqual([2, ["asked", "asked", 2]]);
});

test("nothing is told or asked any more once nobody wants to know", async () => {
  const { turns, told, next, asked } = asking();
  turns.anew();
  turns.again();
  turns.end();
  await next(({ answer }) => answer(1));
  expect([asked(), told]).toEqual([1, ["asked"]]);
});
