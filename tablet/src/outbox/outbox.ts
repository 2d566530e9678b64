// The outbox on its disk: what was submitted, kept under its id until the office has it.
//
// In: drafts, submissions, words about them. Out: what is to be sent, in the order in which it was made, and a signal of what lists show. An
// entry is on the disk (durability `strict`) before `submit` returns, and one id is one entry however often it is submitted. Absent: the
// network (link).

import { type Signal, signal } from "@preact/signals";
import type { Mark } from "../api-types";
import type { Draft, Store } from "../store";
import {
  again,
  type Entry,
  isAtOffice,
  isFinal,
  isToSend,
  type Login,
  onEpoch,
  onMark,
  onReceipt,
  type Receipt,
  stands,
} from "./entry";

/** How long what is final is kept for looking at. */
const KEEP_MS = 60 * 24 * 3600 * 1000;

/** Where drafts of a screen lie while another has their place, the latest last. */
const aside = (screen: string) => IDBKeyRange.bound(`${screen} (aside `, `${screen} (aside ~`);

export class Outbox {
  /** All that is kept, the latest first. */
  readonly entries: Signal<readonly Entry[]> = signal([]);
  private readonly store: Store;
  private readonly wakers = new Set<() => void>();
  /** Other tabs of this page look at the same disk. */
  private others: BroadcastChannel | null;

  private constructor(store: Store) {
    this.store = store;
    this.others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`${store.name}-entries`);
    this.others?.addEventListener("message", () => void this.look().then(() => this.wake()));
  }

  static async open(store: Store, nowMs: number): Promise<Outbox> {
    const outbox = new Outbox(store);
    await outbox.forget(nowMs);
    await outbox.look();
    return outbox;
  }

  close(): void {
    this.others?.close();
    this.others = null;
  }

  /** Calls back whenever there may be something to send. */
  onWork(wake: () => void): () => void {
    this.wakers.add(wake);
    return () => this.wakers.delete(wake);
  }

  get(id: string): Entry | undefined {
    return this.entries.value.find((entry) => entry.id === id);
  }

  /** The payments that were submitted with a document in one go, in the order in which they are sent. */
  goingWith(id: string): Entry[] {
    return this.entries.value.filter((entry) => entry.goesWith === id).reverse();
  }

  /** It is there, and was neither refused nor taken back. */
  isStanding(entry: Entry): boolean {
    return stands(entry, entry.cancelledBy ? this.get(entry.cancelledBy) : undefined);
  }

  /** What is to be published, the oldest first: what stands on another document comes after it. */
  toSend(): Entry[] {
    return this.entries.value.filter(isToSend).reverse();
  }

  /** What the box is asked about on each connection. */
  open(): Entry[] {
    return this.entries.value.filter((entry) => entry.state !== "waiting" && !isFinal(entry));
  }

  /** Keeps an entry, what belongs to it, and ends its draft, all or nothing. An id that is there already stays as it is. */
  async submit(entry: Entry, screen?: string, beside: readonly Entry[] = []): Promise<Entry> {
    const tx = this.store.transaction(["entries", "drafts"], "readwrite", { durability: "strict" });
    heard(tx.done);
    const entries = tx.objectStore("entries");
    const known = await entries.get(entry.id);
    if (!known) {
      try {
        for (const one of [entry, ...beside]) await entries.put(one);
      } catch (error) {
        // What cannot be written at all fails no transaction by itself: the first would be kept without the second.
        if (tx.error === null) tx.abort();
        throw error;
      }
      const of = entry.cancels && (await entries.get(entry.cancels));
      if (of && !of.cancelledBy) await entries.put({ ...of, cancelledBy: entry.id });
    }
    if (screen) {
      const draft = await tx.objectStore("drafts").get(screen);
      if (draft?.id === entry.id) await tx.objectStore("drafts").delete(screen);
    }
    await tx.done;
    await this.changed();
    return known ?? entry;
  }

  receipt(receipt: Receipt): Promise<void> {
    if (receipt.id === null) return Promise.resolve();
    return this.change([receipt.id], (entry) => onReceipt(entry, receipt));
  }

  marks(marks: Record<string, Mark | null>): Promise<void> {
    return this.change(Object.keys(marks), (entry) => onMark(entry, marks[entry.id] ?? null));
  }

  /** The box's journal is open under this epoch; null where the box does not say. */
  epoch(epoch: string | null): Promise<void> {
    const ids = this.entries.value.map((entry) => entry.id);
    return this.change(ids, (entry) => onEpoch(entry, epoch));
  }

  /** It goes once more, after a refusal whose reason is gone, with its payments, which were refused for it. `login` is whoever is logged in. */
  again(id: string, login: Login | null): Promise<void> {
    return this.change([id, ...this.goingWith(id).map((entry) => entry.id)], (entry) => again(entry, login));
  }

  /** A refused entry was corrected by another one, or is not wanted any more: with its payments, which are refused. Nothing else can be dropped. */
  async drop(id: string): Promise<void> {
    const tx = this.store.transaction("entries", "readwrite");
    heard(tx.done);
    const isRefused = async (one: string) => (await tx.store.get(one))?.state === "refused";
    const with_ = (await isRefused(id)) ? this.goingWith(id).map((entry) => entry.id) : [];
    for (const one of [id, ...with_]) {
      const entry = await tx.store.get(one);
      if (entry?.state !== "refused") continue;
      await tx.store.delete(one);
      const of = entry.cancels && (await tx.store.get(entry.cancels));
      if (of && of.cancelledBy === one) {
        const { cancelledBy: _, ...rest } = of;
        await tx.store.put(rest);
      }
    }
    await tx.done;
    await this.changed();
  }

  /** What is being written on a screen; where nothing is, what was put aside there last. */
  draft(screen: string): Promise<Draft | undefined> {
    return this.changeDraft(screen, (kept) => kept);
  }

  /** Changes it in one go with reading it: a screen that is opened afterwards, be it before this has ended, finds it changed. */
  async changeDraft(screen: string, to: (kept?: Draft) => Draft | undefined): Promise<Draft | undefined> {
    const tx = this.store.transaction(["drafts", "entries"], "readwrite");
    heard(tx.done);
    const drafts = tx.objectStore("drafts");
    let kept: Draft | undefined;
    for (const place of [screen, ...(await drafts.getAllKeys(aside(screen))).reverse()]) {
      const draft = await drafts.get(place);
      if (!draft) continue;
      await drafts.delete(place);
      if (await tx.objectStore("entries").getKey(draft.id)) continue;
      kept = { ...draft, screen };
      await drafts.put(kept);
      break;
    }
    const then = to(kept);
    if (then && then !== kept) await drafts.put(then);
    await tx.done;
    return then;
  }

  /** What was submitted meanwhile, from another tab or a moment ago, is no draft any more. */
  async keepDraft(draft: Draft): Promise<void> {
    const tx = this.store.transaction(["drafts", "entries"], "readwrite");
    if (!(await tx.objectStore("entries").getKey(draft.id))) await tx.objectStore("drafts").put(draft);
    await tx.done;
  }

  /** Lays a draft over the one that is there, which is put aside where `keeps` says so. */
  async layDraft(draft: Draft, keeps: (below: Draft) => boolean): Promise<void> {
    const tx = this.store.transaction("drafts", "readwrite");
    const below = await tx.store.get(draft.screen);
    if (below && keeps(below)) {
      const last = (await tx.store.getAllKeys(aside(draft.screen))).at(-1);
      const next = Number(last?.slice(draft.screen.length + " (aside ".length, -1) ?? 0) + 1;
      await tx.store.put({ ...below, screen: `${draft.screen} (aside ${String(next).padStart(4, "0")})` });
    }
    await tx.store.put(draft);
    await tx.done;
  }

  async dropDraft(screen: string): Promise<void> {
    await this.store.delete("drafts", screen);
  }

  private async change(ids: readonly string[], to: (entry: Entry) => Entry): Promise<void> {
    const tx = this.store.transaction("entries", "readwrite");
    heard(tx.done);
    const changed = new Map<string, Entry>();
    for (const id of ids) {
      const entry = await tx.store.get(id);
      const then = entry && to(entry);
      if (then && then !== entry) {
        changed.set(id, then);
        await tx.store.put(then);
      }
    }
    await tx.done;
    if (changed.size === 0) return;
    // A receipt is about one of hundreds: the others are not read again.
    this.entries.value = this.entries.value.map((entry) => changed.get(entry.id) ?? entry);
    this.tell();
  }

  private async changed(): Promise<void> {
    await this.look();
    this.tell();
  }

  private tell(): void {
    this.others?.postMessage(null);
    this.wake();
  }

  private wake(): void {
    for (const wake of this.wakers) wake();
  }

  private async look(): Promise<void> {
    const entries = await this.store.getAllFromIndex("entries", "made");
    this.entries.value = entries.reverse();
  }

  private async forget(nowMs: number): Promise<void> {
    const tx = this.store.transaction("entries", "readwrite");
    heard(tx.done);
    const old = IDBKeyRange.upperBound(nowMs - KEEP_MS);
    for (const entry of await tx.store.index("made").getAll(old)) {
      if (isFinal(entry) || isAtOffice(entry)) await tx.store.delete(entry.id);
    }
    await tx.done;
  }
}

/** Where a request fails, that is thrown, and its transaction fails as well: once is enough. */
function heard(done: Promise<void>): void {
  done.catch(() => {});
}
