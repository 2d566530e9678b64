// Badges among codes: whoever shows one to log in or to agree often scans it twice, and the second time is no code of a thing. A badge is never
// written down anywhere: who has read it could be that person.
//
// In: badges that are shown as proof, what came of them, codes. Out: codes, held back for a moment after a badge was taken; and whether a code is
// a badge. In memory alone, until the person's session ends. Absent: what a code stands for (code.ts), who hears it (ears.ts).

/** How long a person who scans twice takes for it. */
export const TWICE_MS = 1_000;

export class Badges {
  private readonly hand: (code: string) => void;
  private readonly taken = new Set<string>();
  /** Shown, and not answered: the second scan may be sooner than the box. */
  private tried: string | null = null;
  /** What came in the moment after a badge; null when that is over. */
  private held: string[] | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `hand` is who is given codes. */
  constructor(hand: (code: string) => void) {
    this.hand = hand;
  }

  is(code: string): boolean {
    return this.taken.has(code) || code === this.tried;
  }

  /** A code that was read goes on, now or when the moment is over; then the badge itself does not. */
  pass(code: string): void {
    if (this.held) this.held.push(code);
    else this.hand(code);
  }

  /** A badge is shown as proof. Until it is answered, it is one. */
  async proves<T>(badge: string, proof: () => Promise<T>): Promise<T> {
    this.tried = badge;
    try {
      const answer = await proof();
      this.taken.add(badge);
      this.wait();
      return answer;
    } finally {
      if (this.tried === badge) this.tried = null;
    }
  }

  /** Nobody is logged in any more. */
  forget(): void {
    this.taken.clear();
  }

  private wait(): void {
    this.held ??= [];
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const held = this.held ?? [];
      this.held = null;
      for (const code of held) if (!this.is(code)) this.hand(code);
    }, TWICE_MS);
  }
}
