// Files on their way to the office: some at once, each with how it went; one that fails stops no other.

import { ApiError, NotReached } from "../errors";
import { api } from "./api";
import type { Chosen } from "./files";
import { t } from "./i18n";
import type { Import } from "./types";

const AT_ONCE = 3;

export interface Sending {
  name: string;
  size: number;
  state: "waits" | "sends" | "sent" | "failed";
  why: string | null;
}

export function begun(files: readonly Chosen[]): Sending[] {
  return files.map(({ name, size }) => ({ name, size, state: "waits", why: null }));
}

/** Sends all; `tell` is called with how each is whenever that changes. Whether all arrived. */
export async function sendAll(
  to: string,
  files: readonly Chosen[],
  tell: (all: Sending[]) => void,
  put: (to: string, name: string, bytes: Blob) => Promise<void> = (to, name, bytes) => api.putFile(to, name, bytes),
): Promise<boolean> {
  const all = begun(files);
  const set = (at: number, state: Sending["state"], why: string | null = null) => {
    const was = all[at];
    if (was) all[at] = { ...was, state, why };
    tell([...all]);
  };
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < files.length; at = next++) {
      const file = files[at];
      if (!file) return;
      set(at, "sends");
      try {
        await put(to, file.name, file.file);
        set(at, "sent");
      } catch (error) {
        const why = await whyNot(file, error);
        set(at, "failed", why);
        // Without a session or an import no other file arrives either.
        if ((error instanceof ApiError && error.status === 401) || isGone(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return all.every(({ state }) => state === "sent");
}

/** A file of a stick that was pulled meanwhile cannot be sent, and the browser says no more of it than of an office that is not reached. */
async function whyNot({ file }: Chosen, error: unknown): Promise<string> {
  if (!(error instanceof NotReached)) return (error as Error).message;
  const isThere = await file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  return t(isThere ? "no_office" : "drop.unread");
}

/** The office has no such import any more. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** An import goes on at the office; one that is open does only while this page has something to do to it. */
export function isWorking(of: Pick<Import, "state"> | null, { busy }: { busy: boolean }): boolean {
  return of?.state === "taking" || (of?.state === "open" && busy);
}
