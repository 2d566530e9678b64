// Master data from the box into the page's database and memory.
//
// In: the box's cursor (state/rows), pages of rows (api). Out: a signal of Masters, which changes only once rows are on the disk. What the tablet
// had stays until all of the new is there. Absent: what rows mean (masters.ts).

import { type Signal, signal } from "@preact/signals";
import type { RowsPage } from "../api-types";
import { recall, type Store, type StoredRow } from "../store";
import { Masters } from "./masters";
import type { Item } from "./types";
import type { Word } from "./words";

export type AskRows = (after: string | null) => Promise<RowsPage>;

export class Rows {
  readonly masters: Signal<Masters>;
  /** The office has given all it has, at least once. */
  readonly complete: Signal<boolean> = signal(false);
  private readonly store: Store;
  private readonly site: string;
  /** The cursor that memory was read at. Another tab may have taken what is newer, and the box does not give that to this one again. */
  private readAt: string | null = null;
  private running: Promise<void> | null = null;
  private words: readonly Word[] = [];
  private items: readonly Item[] = [];

  constructor(store: Store, site: string) {
    this.store = store;
    this.site = site;
    this.masters = signal(new Masters([], site));
  }

  /** What the tablet has, from its own disk. */
  async open(): Promise<void> {
    const tx = this.store.transaction(["rows", "meta"]);
    const [rows, cursor, complete] = await Promise.all([
      tx.objectStore("rows").getAll(),
      tx.objectStore("meta").get("rows-cursor"),
      tx.objectStore("meta").get("rows-complete"),
    ]);
    this.readAt = (cursor as string | undefined) ?? null;
    this.complete.value = (complete as boolean | undefined) ?? false;
    this.masters.value = new Masters(rows, this.site).making(this.items).saying(this.words);
  }

  /** Items that were made here, and that the rows may not know yet. */
  make(items: readonly Item[]): void {
    this.items = items;
    this.masters.value = this.masters.value.making(items);
  }

  /** What people here say of codes that the rows do not know. */
  say(words: readonly Word[]): void {
    this.words = words;
    this.masters.value = this.masters.value.saying(words);
  }

  /** Asks for what is newer than what is here. One at a time: who comes meanwhile gets the same answer. */
  update(ask: AskRows): Promise<void> {
    this.running ??= this.take(ask).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async take(ask: AskRows): Promise<void> {
    let cursor = await recall<string>(this.store, "rows-cursor");
    if (cursor !== this.readAt) await this.open();
    let reset = false;
    let changed = false;
    const gathered: RowsPage["rows"] = [];
    for (;;) {
      const page = await ask(cursor);
      reset ||= page.reset;
      changed ||= page.rows.length > 0 || page.reset;
      cursor = page.cursor;
      gathered.push(...page.rows);
      // What replaces everything is taken as a whole; what comes on top is taken page by page.
      if (reset && page.more) continue;
      await this.write(gathered.splice(0), cursor, reset, page.complete);
      reset = false;
      if (!page.more) break;
    }
    if (changed) await this.open();
    else this.readAt = cursor;
  }

  private async write(rows: RowsPage["rows"], cursor: string, reset: boolean, complete: boolean): Promise<void> {
    const tx = this.store.transaction(["rows", "meta"], "readwrite");
    const kept = tx.objectStore("rows");
    if (reset) await kept.clear();
    for (const { table, name, row } of rows) {
      if (row) await kept.put({ table, name, row } satisfies StoredRow);
      else await kept.delete([table, name]);
    }
    await tx.objectStore("meta").put(cursor, "rows-cursor");
    await tx.objectStore("meta").put(complete, "rows-complete");
    await tx.done;
    this.complete.value = complete;
  }
}
