// Who hears a code: what listens on top. A code that comes while a screen is being opened is that screen's, however long it takes.
//
// In: listeners that come and go, codes, and word that one went to another place. Out: each code to one listener, or word that nobody took it.
// Absent: keys (wedge.ts), what a code stands for (code.ts).

export type Hears = (code: string) => void;

export class Ears {
  private readonly listeners: Hears[] = [];
  /** Codes for the screen that is being opened; null once it has listened, or has been left alone by what listened there. */
  private held: string[] | null = [];

  /** Another place: what nobody took at the one before is nobody's. How many those are. */
  moved(): number {
    const lost = this.held?.length ?? 0;
    this.held = [];
    return lost;
  }

  /** Whether somebody takes the code, now or when the screen is open. */
  hear(code: string): boolean {
    const top = this.listeners.at(-1);
    if (top) top(code);
    else this.held?.push(code);
    return top !== undefined || this.held !== null;
  }

  /** Listens until the returned function is called. */
  listen(one: Hears): () => void {
    this.listeners.push(one);
    const waiting = this.held ?? [];
    this.held = null;
    for (const code of waiting) one(code);
    return () => {
      const at = this.listeners.indexOf(one);
      if (at >= 0) this.listeners.splice(at, 1);
    };
  }
}
