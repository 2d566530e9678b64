// A month's days by site, and the sign of each state: no colour says what no sign does. Pure.

import type { DayState, SiteDay } from "./types";

export const SIGNS: Record<DayState, string> = { complete: "✓", differs: "≠", open: "○", idle: "–", unknown: "?" };
export const STATES: readonly DayState[] = ["complete", "differs", "open", "idle", "unknown"];

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
