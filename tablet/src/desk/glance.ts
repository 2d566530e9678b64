// What of a site needs somebody's look, and how much. Pure: words are the screens'.

import type { Site } from "./types";

/** Below so many a box soon takes nothing any more. */
const LOW_DISK_MB = 500;
/** A clock that is off by so much writes wrong moments into the books. */
const CLOCK_OFF_S = 120;
const SILENT_MS = 24 * 3_600_000;

export type What =
  | "silent"
  | "missing"
  | "conflicts"
  | "refusals"
  | "quarantined"
  | "compare"
  | "posting"
  | "held"
  | "disk"
  | "clock"
  | "noticed";

export interface Look {
  what: What;
  /** How many, where it can be counted. */
  n: number;
  bad: boolean;
}

/** When it was last heard of, on whichever road. */
export function lastHeard(site: Pick<Site, "heard" | "carried">): string | null {
  const times = [site.heard, site.carried].filter((at) => at !== null);
  return times.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null;
}

export function looks(site: Site, nowMs: number = Date.now()): Look[] {
  const found: Look[] = [];
  const add = (what: What, n: number | null | undefined, bad: boolean) => {
    if (n) found.push({ what, n, bad });
  };
  const heard = lastHeard(site);
  add("compare", site.compare ? 1 : 0, true);
  add("missing", site.missing, true);
  add("refusals", site.refusals, true);
  add("conflicts", site.conflicts, true);
  add("posting", site.posting?.trouble ? 1 : 0, true);
  add("quarantined", site.quarantined, true);
  const free = site.condition?.free_mb ?? null;
  add("disk", free !== null && free < LOW_DISK_MB ? 1 : 0, true);
  add("clock", isOff(site) ? 1 : 0, true);
  add("held", site.posting?.held, false);
  add("noticed", site.noticed, false);
  add("silent", heard === null || nowMs - Date.parse(heard) > SILENT_MS ? 1 : 0, false);
  return found;
}

export function isOff({ condition }: Pick<Site, "condition">): boolean {
  return Math.abs(condition?.clock.ahead_s ?? 0) >= CLOCK_OFF_S;
}
