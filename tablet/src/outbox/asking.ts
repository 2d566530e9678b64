// Asks the box what became of things: word that came while the tablet was away is not said twice, and a repeat's receipt is the first one.
//
// In: the outbox, whether the box is reached, a way to ask (api). Out: marks in the outbox. On each connection about all that is not final, then
// from time to time while something is only saved.

import type { Signal } from "@preact/signals";
import type { Mark } from "../api-types";
import type { Outbox } from "./outbox";

/** As many ids as one question may have. */
const AT_ONCE = 200;
export const ASK_AGAIN_MS = 30_000;

export type AskMarks = (ids: string[]) => Promise<Record<string, Mark | null>>;

/** Keeps asking until the returned function is called. */
export function keepAsking(
  outbox: Outbox,
  reached: Signal<{ up: boolean }>,
  ask: AskMarks,
  everyMs = ASK_AGAIN_MS,
): () => void {
  let wasUp = false;
  const all = async (only: (state: string) => boolean) => {
    const ids = outbox
      .open()
      .filter((entry) => only(entry.state))
      .map((entry) => entry.id);
    for (let at = 0; at < ids.length; at += AT_ONCE) await outbox.marks(await ask(ids.slice(at, at + AT_ONCE)));
  };
  // Whoever cannot be asked now is asked again in time.
  const quietly = (only: (state: string) => boolean) => void all(only).catch(() => {});
  const stop = reached.subscribe(({ up }) => {
    if (up && !wasUp) quietly(() => true);
    wasUp = up;
  });
  const timer = setInterval(() => {
    if (wasUp) quietly((state) => state === "saved");
  }, everyMs);
  return () => {
    stop();
    clearInterval(timer);
  };
}
