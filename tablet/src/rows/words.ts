// What people here say of codes that the office does not know: the box's list on the tablet's own disk, with this tablet's words beside it.
//
// In: the box's list (api), the outbox. Out: a signal of words, which changes only when one does. A word of this tablet counts from the tap on;
// once the box has it, the box's list is right, where another tablet may have said otherwise since. Absent: the office's own barcodes (masters).

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { SaidCode } from "../api-types";
import type { Entry } from "../outbox/entry";
import { recall, remember, type Store } from "../store";

export interface Word {
  code: string;
  item_code: string;
  uom: string | null;
}

/** The words that count, one for each code. */
export function counting(box: readonly Word[], entries: readonly Entry[]): Word[] {
  // Entries are the latest first.
  const own = entries.filter((entry) => entry.kind === "barcode" && entry.state !== "refused").reverse();
  const sent = own.filter((entry) => entry.state !== "waiting").map(wordOf);
  const unsent = own.filter((entry) => entry.state === "waiting").map(wordOf);
  return [...new Map([...sent, ...box, ...unsent].map((word) => [word.code, word])).values()];
}

export function wordOf(entry: Entry): Word {
  const { code, item_code, uom = null } = JSON.parse(entry.body) as { code: string; item_code: string; uom?: string };
  return { code, item_code, uom };
}

export class Words {
  readonly all: ReadonlySignal<readonly Word[]>;
  private readonly box: Signal<readonly Word[]> = signal([]);
  private readonly store: Store;

  constructor(store: Store, entries: ReadonlySignal<readonly Entry[]>) {
    this.store = store;
    let before: readonly Word[] = [];
    this.all = computed(() => {
      const now = counting(this.box.value, entries.value);
      // Most of what changes in the outbox is no word.
      if (JSON.stringify(now) !== JSON.stringify(before)) before = now;
      return before;
    });
  }

  async open(): Promise<void> {
    this.box.value = (await recall<Word[]>(this.store, "words")) ?? [];
  }

  async update(ask: () => Promise<SaidCode[]>): Promise<void> {
    const words = (await ask()).map(({ code, item_code, uom }) => ({ code, item_code, uom }));
    await remember(this.store, "words", words);
    this.box.value = words;
  }
}
