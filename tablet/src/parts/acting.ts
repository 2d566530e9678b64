// What a button does that writes: once at a time, and where it fails, that is said beside the button. What was written stays, to try it again.

import { type Signal, signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { isShown, troubleOf } from "./trouble";

export class Acting {
  /** Why the last try failed, in words. */
  readonly failed: Signal<string | null> = signal(null);
  private running = false;

  /** Taps while it runs are the same tap. */
  async act(what: () => Promise<unknown>): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.failed.value = null;
    try {
      await what();
    } catch (error) {
      isShown(error);
      this.failed.value = troubleOf(error);
    } finally {
      this.running = false;
    }
  }
}

/** For the buttons of one screen: `act` does it, `failed` is shown beside them. */
export function useActing(): { act: (what: () => Promise<unknown>) => void; failed: string | null } {
  const [acting] = useState(() => new Acting());
  return { act: (what) => void acting.act(what), failed: acting.failed.value };
}
