// A tablet without its screens: its outbox and its link, for documents that nobody has to see being typed.

import "fake-indexeddb/auto";
import { expect, vi } from "vitest";
import { Link } from "../src/link/link";
import type { Entry } from "../src/outbox/entry";
import { Outbox } from "../src/outbox/outbox";
import { openStore } from "../src/store";
import { uuid } from "../src/uuid";

/** Longest wait for anything that takes no time on an idle machine. */
export const SOON = { timeout: 60_000, interval: 50 };
/** The stage's own tablet at each of its boxes. */
export const LOGIN = { device: "till-1", password: "workshop-till-password" };

export interface Till {
  outbox: Outbox;
  /** Sells a shirt for cash, unless `fields` say otherwise; returns once the sale is so far. */
  sell(state: Entry["state"], fields?: Record<string, unknown>): Promise<Entry>;
  end(): void;
}

let made = 0;

export async function till(websocket: string, login = LOGIN): Promise<Till> {
  const outbox = await Outbox.open(await openStore(`till-${made++}`), 0);
  const link = new Link(websocket, login, outbox);
  link.start();
  return {
    outbox,
    async sell(state, fields = {}) {
      const id = uuid();
      const items = [{ item_code: "SHIRT-001", qty: "1", rate: "150000" }];
      const body = JSON.stringify({ id, customer: "Bu Sari", items, ...fields });
      const entry: Entry = { id, kind: "sales-invoice", body, madeMs: Date.now(), day: "2026-11-02", state: "waiting" };
      await outbox.submit(entry);
      await vi.waitFor(() => expect(outbox.get(id)?.state).toBe(state), SOON);
      return outbox.get(id) ?? entry;
    },
    end() {
      link.end();
      outbox.close();
    },
  };
}
