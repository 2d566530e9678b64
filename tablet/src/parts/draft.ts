// What is being written on a screen, on the tablet's disk with every change: a reload in the middle loses nothing. The id that the document
// will have is made with the draft, so that however often one taps, it is one document.

import { useEffect, useRef, useState } from "preact/hooks";
import { app } from "../app";
import { uuid } from "../uuid";

/** A draft of a correction also says what it corrects. */
export interface Written<T> {
  value: T;
  amends?: string | undefined;
  /** The refused entry whose place it takes. */
  replaces?: string | undefined;
}

export interface Writing<T> extends Written<T> {
  id: string;
  set: (value: T) => void;
  /** Thrown away: the screen begins anew. */
  clear: () => Promise<void>;
}

/** Null until the disk was read. */
export function useDraft<T>(screen: string, first: () => T): Writing<T> | null {
  const [draft, setDraft] = useState<(Written<T> & { id: string }) | null>(null);
  const latest = useRef(draft);
  latest.current = draft;
  useEffect(() => {
    void app()
      .outbox.draft(screen)
      .then((kept) => setDraft(kept ? { id: kept.id, ...(kept.value as Written<T>) } : { id: uuid(), value: first() }));
  }, [screen]);
  if (!draft) return null;
  return {
    ...draft,
    set(value) {
      const { id, ...written } = { ...(latest.current ?? draft), value };
      latest.current = { id, ...written };
      setDraft(latest.current);
      void app().outbox.keepDraft({ screen, id, value: written });
    },
    async clear() {
      await app().outbox.dropDraft(screen);
      setDraft({ id: uuid(), value: first() });
    },
  };
}

/** Opens a screen with what it is to show: a correction, or a document that follows from another. */
export async function prepare<T>(screen: string, written: Written<T>): Promise<void> {
  await app().outbox.keepDraft({ screen, id: uuid(), value: written });
}
