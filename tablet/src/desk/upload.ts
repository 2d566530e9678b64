// Files on their way to the office: some at once, each with how it went; one that fails stops no other.

import { ApiError, NotReached } from "../errors";
import { api } from "./api";
import type { Chosen } from "./files";

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
        if (error instanceof ApiError && error.status === 401) throw error;
        set(at, "failed", error instanceof NotReached ? null : (error as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return all.every(({ state }) => state === "sent");
}
