// What is being written on a screen, on the tablet's disk with every change: a reload in the middle loses nothing. The id that the document
// will have is made with the draft, so that however often one taps, it is one document.
//
// A correction, or a document that follows from another, takes the screen from what was begun there; that is put aside and comes back after it.

import { useEffect, useRef, useState } from "preact/hooks";
import { app } from "../app";
import type { Draft } from "../store";
import { uuid } from "../uuid";

/** A draft of a correction also says what it corrects. */
export interface Written<T> {
  value: T;
  amends?: string | undefined;
  /** The id that the cancellation of what is corrected will have: however often one taps, it is cancelled once. */
  cancellation?: string | undefined;
  /** The refused entry whose place it takes. */
  replaces?: string | undefined;
  /** It was opened with something in it, from elsewhere. */
  prepared?: boolean | undefined;
}

export interface Writing<T> extends Written<T> {
  id: string;
  /** Under what it lies on the disk. */
  key: string;
  /** Changes what was written last, though the screen may not have drawn it yet: a scan and a key may come between two drawings. */
  change: (to: Partial<T> | ((value: T) => Partial<T>)) => void;
  /** Thrown away: the screen begins anew. */
  clear: () => Promise<void>;
  /** Goes on under an id of its own: something else was submitted under the one that it had. */
  renew: () => Promise<void>;
}

/** A screen's drafts are the tablet's, whoever stands there; a stretch of work is its worker's. */
export function draftKey(screen: string): string {
  const user = app().people.session.value?.user;
  return screen === "time" && user ? `time ${user}` : screen;
}

/** Where the screen of a draft is: `return 0193…` is about a document. */
export function placeOf(key: string): [screen: string, of?: string] {
  const [screen = "", ...of] = key.split(" ");
  return of.length > 0 ? [screen, of.join(" ")] : [screen];
}

/** Null until the disk was read. */
export function useDraft<T extends object>(screen: string, first: () => T): Writing<T> | null {
  const key = draftKey(screen);
  const [draft, setDraft] = useState<(Written<T> & { id: string }) | null>(null);
  const latest = useRef(draft);
  latest.current = draft;
  const begin = async () => {
    const kept = await app().outbox.draft(key);
    setDraft(kept ? { id: kept.id, ...(kept.value as Written<T>) } : { id: uuid(), value: first() });
  };
  useEffect(() => {
    void begin();
  }, [key]);
  if (!draft) return null;
  return {
    ...draft,
    key,
    change(to) {
      const now = latest.current ?? draft;
      // From now on it is somebody's own work, and is put aside for what is opened next.
      const {
        id,
        prepared: _,
        ...written
      } = {
        ...now,
        value: { ...now.value, ...(typeof to === "function" ? to(now.value) : to) },
      };
      latest.current = { id, ...written };
      setDraft(latest.current);
      void app().outbox.keepDraft({ screen: key, id, value: written });
    },
    async clear() {
      await app().outbox.dropDraft(key);
      await begin();
    },
    async renew() {
      const { id: _, ...written } = latest.current ?? draft;
      const id = uuid();
      latest.current = { id, ...written };
      setDraft(latest.current);
      await app().outbox.layDraft({ screen: key, id, value: written }, () => true);
    },
  };
}

/** Opens a screen with what it is to show: a correction, or a document that follows from another. */
export async function prepare<T>(screen: string, written: Written<T>): Promise<void> {
  const cancellation = written.amends ? { cancellation: uuid() } : {};
  const value: Written<T> = { ...written, ...cancellation, prepared: true };
  const own = (draft: Draft) => !(draft.value as Written<T>).prepared;
  await app().outbox.layDraft({ screen: draftKey(screen), id: uuid(), value }, own);
}
