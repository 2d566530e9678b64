// From when until when somebody worked, as it is typed: a day and two times. Who ends before they began has worked past midnight.

import type { When } from "./documents";

/** `HH:MM` or `HH:MM:SS` of a field, as documents have it. */
const withSeconds = (time: string) => (time.length === 5 ? `${time}:00` : time);

const dayAfter = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 3600 * 1000).toISOString().slice(0, 10);

export interface Stretch {
  from: string;
  to: string;
  /** The day on which it ended, where that is not the one on which it began. */
  nextDay: string | null;
}

/** Null where it ended the moment it began, or would end after `now` on a day to come: then the times are the wrong way round. */
export function stretch(day: string, from: string, to: string, now: When): Stretch | null {
  const [begins, ends] = [withSeconds(from), withSeconds(to)];
  if (begins === ends) return null;
  if (ends > begins) return { from: `${day} ${begins}`, to: `${day} ${ends}`, nextDay: null };
  const nextDay = dayAfter(day);
  if (nextDay > now.day || (nextDay === now.day && ends > now.time)) return null;
  return { from: `${day} ${begins}`, to: `${nextDay} ${ends}`, nextDay };
}
