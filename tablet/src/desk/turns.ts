// A question that is asked again and again: one at a time, however fast things change, and the newest answer in the end.

export interface Told<T> {
  asked(): void;
  answered(value: T): void;
  failed(error: unknown): void;
}

export class Turns<T> {
  private readonly ask: () => Promise<T>;
  private readonly tell: Told<T>;
  private turn = 0;
  private underWay = false;
  /** What is under way was asked before the latest change. */
  private stale = false;

  constructor(ask: () => Promise<T>, tell: Told<T>) {
    this.ask = ask;
    this.tell = tell;
  }

  /** The same question: where it is under way, it is asked once more afterwards. */
  again(): void {
    if (this.underWay) this.stale = true;
    else this.begin();
  }

  /** Another question: what is under way is about something else. */
  anew(): void {
    this.end();
    this.begin();
  }

  /** Nobody wants to know any more. */
  end(): void {
    this.turn += 1;
    this.underWay = false;
    this.stale = false;
  }

  private begin(): void {
    this.turn += 1;
    const mine = this.turn;
    this.underWay = true;
    this.stale = false;
    const told = (tell: () => void) => {
      if (mine !== this.turn) return;
      this.underWay = false;
      const { stale } = this;
      tell();
      if (stale && mine === this.turn) this.begin();
    };
    this.tell.asked();
    this.ask().then(
      (value) => told(() => this.tell.answered(value)),
      (error: unknown) => told(() => this.tell.failed(error)),
    );
  }
}
