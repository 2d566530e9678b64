// A month's days by site, and the sign of each state: no colour says what no sign does. Pure.

import type { DayState, SiteDay } from "./types";

/** A day on which nothing was done is open for the office: nobody closed it. Nothing is in the way of its month. */
export type Shown = DayState | "nothing";

export const SIGNS: Record<Shown, string> = { complete: "✓", differs: "≠", open: "○", nothing: "–", unknown: "?" };
export const STATES: readonly Shown[] = ["complete", "differs", "open", "nothing", "unknown"];

export function shownAs({ state, kinds }: SiteDay): Shown {
  return state === "open" && kinds.length === 0 ? "nothing" : state;
}

/** Each site with its days by their day. */
export function bySite(of: readonly SiteDay[]): [string, Map<string, SiteDay>][] {
  const found = new Map<string, Map<string, SiteDay>>();
  for (const day of of) {
    const days = found.get(day.site) ?? new Map<string, SiteDay>();
    days.set(day.day, day);
    found.set(day.site, days);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
