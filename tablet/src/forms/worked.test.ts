import { expect, test } from "vitest";
import { stretch } from "./worked";

const now = { day: "2026-11-03", time: "02:30:00" };

test("work within a day begins and ends on it", () => {
  const worked = { from: "2026-11-03 08:00:00", to: "2026-11-03 09:10:00", nextDay: null };
  expect(stretch("2026-11-03", "08:00", "09:10", now)).toEqual(worked);
});

test("who ends before they began has worked past midnight", () => {
  const worked = { from: "2026-11-02 22:00:05", to: "2026-11-03 02:15:00", nextDay: "2026-11-03" };
  expect(stretch("2026-11-02", "22:00:05", "02:15", now)).toEqual(worked);
  expect(stretch("2026-10-31", "23:00", "00:00", now)?.to).toBe("2026-11-01 00:00:00");
});

test("times that are the wrong way round are no night's work that is yet to come", () => {
  expect(stretch("2026-11-03", "10:00", "09:00", now)).toBeNull();
  expect(stretch("2026-11-02", "22:00", "02:31", now)).toBeNull();
  expect(stretch("2026-11-02", "22:00", "22:00:00", now)).toBeNull();
});
