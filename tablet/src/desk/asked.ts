// A screen's questions: one answer, or a list page by page; asked anew when something changes, with what is shown left standing meanwhile.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../api-types";
import { ApiError } from "../errors";
import { PAGE, type Part } from "./api";
import { type Kind, useLive } from "./live";
import { Turns } from "./turns";

const MOST = 500;

export interface Asked<T> {
  value: T | null;
  failed: unknown;
  busy: boolean;
  again: () => void;
}

/** Asks when `of` changes, and when the office says that one of `kinds` did. */
export function useAsked<T>(ask: () => Promise<T>, of: readonly unknown[], kinds: readonly Kind[] = []): Asked<T> {
  const [state, setState] = useState<{ value: T | null; failed: unknown; busy: boolean }>(EMPTY);
  const newest = useRef(ask);
  newest.current = ask;
  const turns = useRef<Turns<T> | null>(null);
  turns.current ??= new Turns(() => newest.current(), {
    asked: () => setState((was) => ({ ...was, busy: true })),
    answered: (value) => setState({ value, failed: null, busy: false }),
    failed: (failed) => setState((was) => ({ ...was, failed, busy: false })),
  });
  const again = useCallback(() => turns.current?.again(), []);
  useEffect(() => {
    setState(EMPTY);
    turns.current?.anew();
    return () => turns.current?.end();
  }, of);
  useLive(kinds, again);
  return { ...state, again };
}

const EMPTY = { value: null, failed: null, busy: true };

export interface Paged<T> extends Omit<Asked<T>, "value"> {
  items: T[] | null;
  /** Asks for the next page; null where there is none. */
  more: (() => void) | null;
}

/** A list, a page at a time. Asked anew, it is as long as it was; where the place in it means nothing any more, it begins anew. */
export function usePaged<T>(
  ask: (part: Part) => Promise<Page<T>>,
  of: readonly unknown[],
  kinds: readonly Kind[] = [],
): Paged<T> {
  const shown = useRef(PAGE);
  const first = useAsked<Page<T>>(() => ask({ limit: shown.current }), of, kinds);
  const [further, setFurther] = useState<{ base: Page<T>; items: T[]; next: string | null } | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const base = first.value;
  const pages = further && further.base === base ? further : null;
  const items = base ? [...base.items, ...(pages?.items ?? [])] : null;
  const next = pages ? pages.next : (base?.next ?? null);
  useEffect(() => {
    shown.current = PAGE;
    setFailed(null);
  }, of);
  const more = () => {
    if (!base || next === null || busy) return;
    setBusy(true);
    ask({ limit: PAGE, after: next })
      .then((page) => {
        const all = [...(pages?.items ?? []), ...page.items];
        shown.current = Math.min(MOST, base.items.length + all.length);
        setFurther({ base, items: all, next: page.next });
        setFailed(null);
      })
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 410) {
          shown.current = PAGE;
          first.again();
        } else setFailed(error);
      })
      .finally(() => setBusy(false));
  };
  return {
    items,
    failed: first.failed ?? failed,
    busy: first.busy || busy,
    again: first.again,
    more: next === null ? null : more,
  };
}

/** A person types on: what is half typed is not asked for. */
const TYPING_MS = 300;

export function useQuiet<T>(value: T): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}

export interface Act {
  busy: boolean;
  failed: unknown;
  /** Does it; what comes of it is shown until the next. */
  run: (act: () => Promise<unknown>) => void;
}

/** Something that is done by a button: once at a time, and what was wrong with it. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const run = (act: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setFailed(null);
    act()
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  return { busy, failed, run };
}
