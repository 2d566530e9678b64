// What people here say of codes that the office does not know: the box's list on the tablet's own disk, with this tablet's words beside it.
//
// In: the box's list (api), the outbox. Out: a signal of words, which changes only when one does. A word of this tablet counts from the tap on;
// a list of the box's that was asked for after the box had it is right, where another tablet may have said otherwise since. Absent: the office's own barcodes (masters).

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { SaidCode } from "../api-types";
import type { Entry } from "../outbox/entry";
import { recall, remember, type Store } from "../store";

export interface Word {
  code: string;
  item_code: string;
  uom: string | null;
}

/** The box's list, and which words of this tablet the box had when it was asked for; all that it has by now where that is not known. */
export interface Listed {
  words: readonly Word[];
  had: ReadonlySet<string> | null;
}

/** The words that count, one for each code. */
export function counting({ words, had }: Listed, entries: readonly Entry[]): Word[] {
  // Entries are the latest first.
  const own = entries.filter((entry) => entry.kind === "barcode" && entry.state !== "refused").reverse();
  const isIn = (entry: Entry) => (had ? had.has(entry.id) : entry.state !== "waiting");
  const before = own.filter(isIn).map(wordOf);
  const since = own.filter((entry) => !isIn(entry)).map(wordOf);
  return [...new Map([...before, ...words, ...since].map((word) => [word.code, word])).values()];
}

export function wordOf(entry: Entry): Word {
  const { code, item_code, uom = null } = JSON.parse(entry.body) as { code: string; item_code: string; uom?: string };
  return { code, item_code, uom };
}

export class Words {
  readonly all: ReadonlySignal<readonly Word[]>;
  private readonly box: Signal<Listed> = signal({ words: [], had: null });
  private readonly store: Store;
  private readonly entries: ReadonlySignal<readonly Entry[]>;

  constructor(store: Store, entries: ReadonlySignal<readonly Entry[]>) {
    [this.store, this.entries] = [store, entries];
    let before: readonly Word[] = [];
    this.all = computed(() => {
      const now = counting(this.box.value, entries.value);
      // Most of what changes in the outbox is no word.
      if (JSON.stringify(now) !== JSON.stringify(before)) before = now;
      return before;
    });
  }

  async open(): Promise<void> {
    this.box.value = { words: (await recall<Word[]>(this.store, "words")) ?? [], had: null };
  }

  async update(ask: () => Promise<SaidCode[]>): Promise<void> {
    const sent = this.entries.value.filter(({ kind, state }) => kind === "barcode" && state !== "waiting");
    const had = new Set(sent.map(({ id }) => id));
    const words = (await ask()).map(({ code, item_code, uom }) => ({ code, item_code, uom }));
    await remember(this.store, "words", words);
    this.box.value = { words, had };
  }
}
