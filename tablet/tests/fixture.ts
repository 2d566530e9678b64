// A stand-in for the box's HTTP, for working on screens and for browser tests until a box serves it: the built page, the contract of
// docs/PAGES.md from fixture rows and from what the real box's commands answer, and the real box's own MQTT behind `/mqtt`. For tests alone.

import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { extname, join, resolve } from "node:path";
import type { StoredRow } from "../src/store";
import { masterRows } from "./rows";
import type { Stage } from "./stage";

const DIST = resolve(import.meta.dirname, "../dist");
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};
const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'",
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join("; ");

export interface Fixture {
  url: string;
  code: string;
  /** No bytes go through any more, as out of range; open connections are cut. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

interface Sheet {
  columns: string[];
  rows: string[][];
}

export async function fixture(on: Stage, people: boolean, password: string, more: StoredRow[] = []): Promise<Fixture> {
  const rows = [...masterRows(people), ...more];
  const code = "381204";
  let down = false;
  const sockets = new Set<{ destroy(): void }>();

  const sheet = (...args: string[]): Record<string, string>[] => {
    const told = JSON.parse(on.box("show", ...args, "--json")) as Sheet;
    return told.rows.map((row) => Object.fromEntries(told.columns.map((column, i) => [column, row[i] ?? ""])));
  };
  const page = (items: unknown[]) => ({ items, next: null });
  const line = (row: Record<string, string>) => {
    const state = row.state ?? "";
    const mark = state.startsWith("posted")
      ? "posted"
      : state === "held"
        ? "held"
        : state === "saved"
          ? "saved"
          : "at_office";
    return {
      id: row.id,
      kind: row.kind,
      number: row.number || null,
      day: row.day,
      party: row.party || null,
      total: row.total || null,
      mark,
      since: null,
      name: state.startsWith("posted as ") ? state.slice(10) : null,
      why: null,
      cancelled: state === "cancelled",
    };
  };

  const answers: Record<string, (query: URLSearchParams, body: string) => unknown> = {
    hello: () => ({ role: "box", site: on.site, version: "0", api: 1 }),
    rows: (query) =>
      query.has("after")
        ? { reset: false, rows: [], cursor: "fixture.1", more: false, complete: true }
        : { reset: true, rows, cursor: "fixture.1", more: false, complete: true },
    pair: (_, body) => {
      const asked = JSON.parse(body) as { code: string; name?: string };
      if (asked.code !== code) throw refusal(403, "code", "it is not this code", "two tries are left");
      if (asked.name && asked.name !== "till-1") on.addTablet(asked.name, password);
      return { device: asked.name ?? "till-1", password, site: on.site };
    },
    marks: (_, body) => {
      const { ids } = JSON.parse(body) as { ids: string[] };
      return { marks: Object.fromEntries(ids.map((id) => [id, on.mark(id)])) };
    },
    stock: () => page(sheet("stock").map((row) => ({ warehouse: row.warehouse, item_code: row.item, here: row.here }))),
    documents: (query) => {
      const number = query.get("number");
      if (number) return page(sheet("number", number).map(line));
      const day = query.get("day") ?? "";
      const kinds = ["sales-invoice", "payment-entry", "sales-order", "stock-entry", "journal-entry"];
      return page(kinds.flatMap((kind) => sheet("documents", kind, day)).map(line));
    },
    till: () => {
      const told = JSON.parse(on.box("show", "till", "--json")) as Sheet & { notes: string[] };
      const opened = told.notes.some((note) => note.startsWith("opened"));
      return {
        opened: opened ? { id: null, day: "" } : null,
        expected: told.rows.map(([mode_of_payment, amount]) => ({ mode_of_payment, amount })),
      };
    },
    scans: () => page([]),
  };

  const answer = (incoming: IncomingMessage, outgoing: ServerResponse, body: string) => {
    const url = new URL(incoming.url ?? "/", "http://box");
    const name = url.pathname.replace("/api/", "");
    const known = answers[name];
    const say = (status: number, what: unknown) => {
      outgoing.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
      outgoing.end(JSON.stringify(what));
    };
    if (!known) return say(404, { error: { input: null, rule: "there is no such question", remedy: "" } });
    try {
      say(200, known(url.searchParams, body));
    } catch (error) {
      const { status = 500, ...rest } = error as { status?: number };
      say(status, { error: status === 500 ? { input: null, rule: String(error), remedy: "" } : rest });
    }
  };

  const server: Server = createServer((incoming, outgoing) => {
    if (down) return incoming.socket.destroy();
    const path = new URL(incoming.url ?? "/", "http://box").pathname;
    if (path.startsWith("/api/")) {
      let body = "";
      incoming.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      incoming.on("end", () => answer(incoming, outgoing, body));
      return;
    }
    const file = join(DIST, path === "/" ? "index.html" : path);
    if (!file.startsWith(DIST) || !existsSync(file)) {
      outgoing.writeHead(404).end();
      return;
    }
    const headers: Record<string, string> = {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
      "Cache-Control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    };
    const packed = existsSync(`${file}.br`) && String(incoming.headers["accept-encoding"]).includes("br");
    if (packed) headers["Content-Encoding"] = "br";
    outgoing.writeHead(200, headers).end(readFileSync(packed ? `${file}.br` : file));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming, socket, head) => {
    if (down) return socket.destroy();
    const { port } = new URL(on.websocket);
    const through = request({ host: "127.0.0.1", port, path: "/", headers: incoming.headers });
    through.on("upgrade", (answered, there, first) => {
      const lines = answered.rawHeaders.reduce((all, item, i) => all + item + (i % 2 === 0 ? ": " : "\r\n"), "");
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
      socket.write(first);
      there.write(head);
      there.pipe(socket).pipe(there);
      sockets.add(there);
      const end = () => {
        there.destroy();
        socket.destroy();
      };
      there.on("error", end).on("close", end);
      socket.on("error", end).on("close", end);
    });
    through.on("error", () => socket.destroy());
    through.on("response", () => socket.destroy());
    through.end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return {
    url: `http://localhost:${address.port}`,
    code,
    cut() {
      down = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      down = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function refusal(status: number, input: string, rule: string, remedy: string) {
  return { status, input, rule, remedy };
}
