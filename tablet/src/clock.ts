// What time it is: the tablet's clock, put right by what the box says, so that a document that waits bears the day on which it was made.
//
// In: the moments of receipts. Out: days and times of the workshop. A box that does not know the time is not believed.

import { type Signal, signal } from "@preact/signals";
import { recall, remember, type Store } from "./store";

export class Clock {
  private offsetMs = 0;
  /** Minutes east of UTC at the workshop; null until the box has said. */
  readonly zoneMinutes: Signal<number | null> = signal(null);
  private readonly store: Store | null;

  constructor(store: Store | null = null) {
    this.store = store;
  }

  async open(): Promise<void> {
    if (!this.store) return;
    this.offsetMs = (await recall<number>(this.store, "clock-offset-ms")) ?? 0;
    this.zoneMinutes.value = await recall<number>(this.store, "zone-minutes");
  }

  /** The box's word on what time it is now. */
  learn(boxMs: number, tabletMs: number): void {
    if (Number.isNaN(boxMs)) return;
    const offset = boxMs - tabletMs;
    // A receipt's moment has whole seconds, and took a moment to come.
    if (Math.abs(offset - this.offsetMs) < 5_000) return;
    this.offsetMs = offset;
    if (this.store) void remember(this.store, "clock-offset-ms", offset);
  }

  zone(minutes: number): void {
    if (minutes === this.zoneMinutes.value) return;
    this.zoneMinutes.value = minutes;
    if (this.store) void remember(this.store, "zone-minutes", minutes);
  }

  nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  private local(ms: number): string {
    const zone = this.zoneMinutes.value ?? -new Date(ms).getTimezoneOffset();
    return new Date(ms + zone * 60_000).toISOString();
  }

  /** `YYYY-MM-DD` of the workshop. */
  day(ms: number = this.nowMs()): string {
    return this.local(ms).slice(0, 10);
  }

  /** `HH:MM:SS` of the workshop. */
  time(ms: number = this.nowMs()): string {
    return this.local(ms).slice(11, 19);
  }
}
