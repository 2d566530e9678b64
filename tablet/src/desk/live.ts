// What the office says by itself: which of its things changed, so that the screen asks for them anew; and whether it says it at present.
//
// In: server-sent events. Out: `live`, and a call of whoever listens to that kind, at most once a second. A stream that ends begins anew by
// itself; where the office refuses it, the session is asked about, and the stream is tried again.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "./api";

export const KINDS = ["site", "held", "transactions", "posted", "import", "stick", "session", "reset"] as const;
export type Kind = (typeof KINDS)[number];
type Listener = { kinds: readonly Kind[]; hear: (kind: Kind, data: unknown) => void };

const AGAIN_MS = 5_000;
/** At most one question a second comes of what many events say. */
const QUIET_MS = 1_000;

export const live = signal<{ on: boolean; sinceMs: number }>({ on: false, sinceMs: Date.now() });
const listeners = new Set<Listener>();
let stream: EventSource | null = null;
let again: ReturnType<typeof setTimeout> | undefined;
let missed = false;
/** Somebody is logged in, and wants to hear. */
let wanted = false;

function turn(on: boolean): void {
  if (live.peek().on !== on) live.value = { on, sinceMs: Date.now() };
}

function tell(kind: Kind, data: unknown): void {
  for (const listener of listeners) if (kind === "reset" || listener.kinds.includes(kind)) listener.hear(kind, data);
}

export function listen(): void {
  hush();
  wanted = true;
  const opened = new EventSource("/api/events");
  stream = opened;
  opened.onopen = () => {
    turn(true);
    // What was said in between went past.
    if (missed) tell("reset", null);
    missed = false;
  };
  opened.onerror = () => {
    turn(false);
    missed = true;
    if (opened.readyState !== EventSource.CLOSED) return;
    clearTimeout(again);
    again = setTimeout(() => void askAgain(), AGAIN_MS);
  };
  for (const kind of KINDS) {
    opened.addEventListener(kind, (event) => {
      if (kind === "session") return void api.me().catch(() => null);
      tell(kind, read((event as MessageEvent<string>).data));
    });
  }
}

/** The office refused the stream: the session may be over, and then the login is shown. */
async function askAgain(): Promise<void> {
  const here = await api.me().then(
    () => true,
    () => false,
  );
  if (!wanted) return;
  if (here) listen();
  else again = setTimeout(() => void askAgain(), AGAIN_MS);
}

export function hush(): void {
  wanted = false;
  clearTimeout(again);
  stream?.close();
  stream = null;
  turn(false);
}

function read(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** Calls `refresh` soon after something of these kinds changed. */
export function useLive(kinds: readonly Kind[], refresh: (kind: Kind, data: unknown) => void): void {
  const newest = useRef(refresh);
  newest.current = refresh;
  const of = kinds.join();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listener: Listener = {
      kinds: of.split(",") as Kind[],
      hear: (kind, data) => {
        timer ??= setTimeout(() => {
          timer = undefined;
          newest.current(kind, data);
        }, QUIET_MS);
      },
    };
    listeners.add(listener);
    return () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
  }, [of]);
}
