// An office for working on the desk: it serves the page that was built here, and answers docs/PAGES.md, "The office's desk", out of memory, with its
// login, its cookie, its CSRF, its pages and its events. What was asked is kept, for tests to look at.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Answer, Refused } from "./desk-answers";
import { routes } from "./desk-routes";
import { servePage } from "./pages";

export const PASSWORDS: Record<string, string> = { sari: "needle and thread", joko: "needle and thread" };

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

export interface Office {
  url: string;
  /** What was asked that is no GET, the latest last. */
  asked: Asked[];
  /** Says something to everybody who listens. */
  say(event: string, data: unknown): void;
  /** Ends all sessions, as after twelve hours. */
  endSessions(): void;
  /** Forgets what stands against CSRF, as where another tab asked. */
  turnCsrf(): void;
  /** Another tab logs somebody else in. */
  become(user: string): void;
  /** The boxes answer what they were asked to record. */
  answerAsked(): void;
  /** No answers and no events any more, or again. */
  cut(down: boolean): void;
  close(): Promise<void>;
}

interface Session {
  user: string;
  csrf: string;
}

export async function office(): Promise<Office> {
  const asked: Asked[] = [];
  const sessions = new Map<string, Session>();
  const streams = new Set<ServerResponse>();
  const sockets = new Set<{ destroy(): void }>();
  let turn = 0;
  let down = false;
  let events = 0;
  const say = (event: string, data: unknown) => {
    events += 1;
    for (const stream of streams) stream.write(`id: ${events}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const answers = routes({ say });

  const sessionOf = (incoming: IncomingMessage) =>
    sessions.get(/outpost=([^;]+)/.exec(incoming.headers.cookie ?? "")?.[1] ?? "");
  const whoIs = (session: Session) => {
    return { ...answers.who(session.user), csrf: session.csrf, until: new Date(Date.now() + 43_200_000).toISOString() };
  };

  const login = (body: unknown, outgoing: ServerResponse): Answer => {
    const { user, password } = body as { user: string; password: string };
    if (PASSWORDS[user] !== password) throw new Refused(401, "password", "user and password do not fit", "try again");
    turn += 1;
    const session = { user, csrf: `csrf-${turn}` };
    sessions.set(`s${turn}`, session);
    outgoing.setHeader("Set-Cookie", `outpost=s${turn}; HttpOnly; SameSite=Strict; Path=/api; Max-Age=43200`);
    return { status: 200, json: whoIs(session) };
  };

  const listen = (outgoing: ServerResponse) => {
    outgoing.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    outgoing.write(": here\n\n");
    streams.add(outgoing);
    outgoing.on("close", () => streams.delete(outgoing));
  };

  const answer = (incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Answer | null => {
    const url = new URL(incoming.url ?? "/", "http://office");
    const path = url.pathname.replace(/^\/api\//, "");
    const method = incoming.method ?? "GET";
    const isJson = incoming.headers["content-type"] === "application/json";
    const read: unknown = isJson && body.length > 0 ? JSON.parse(body.toString()) : body;
    const query = Object.fromEntries(url.searchParams);
    if (method !== "GET") asked.push({ method, path, query, body: isJson ? read : body.length });
    if (path === "login") return login(read, outgoing);
    const session = sessionOf(incoming);
    if (!session) throw new Refused(401, "Cookie", "nobody is logged in, or the session has ended", "log in");
    if (method !== "GET") {
      if (incoming.headers["outpost-csrf"] !== session.csrf)
        throw new Refused(403, "Outpost-CSRF", "it is not this session's", "ask GET /api/me for it");
      const wanted = method === "PUT" ? "application/octet-stream" : "application/json";
      if (incoming.headers["content-type"] !== wanted)
        throw new Refused(415, "Content-Type", `it is ${wanted}`, "send it so");
    }
    if (path === "events") {
      listen(outgoing);
      return null;
    }
    if (path === "me") return { status: 200, json: whoIs(session) };
    if (path === "logout") {
      for (const [key, of] of sessions) if (of === session) sessions.delete(key);
      return { status: 204 };
    }
    return answers.answer({ method, path, query, body: read, user: session.user });
  };

  const server = createServer((incoming, outgoing) => {
    if (down) return incoming.socket.destroy();
    const path = new URL(incoming.url ?? "/", "http://office").pathname;
    if (!path.startsWith("/api/")) return servePage("desk.html", path, incoming, outgoing);
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      try {
        const told = answer(incoming, Buffer.concat(parts), outgoing);
        if (!told) return;
        const { status, json, bytes, type = "application/json" } = told;
        outgoing.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
        outgoing.end(status === 204 ? undefined : (bytes ?? JSON.stringify(json ?? {})));
      } catch (error) {
        const { status, input, message, remedy } =
          error instanceof Refused ? error : new Refused(500, null, String(error), "mend the fixture");
        outgoing.writeHead(status, { "Content-Type": "application/json" });
        outgoing.end(JSON.stringify({ error: { input, rule: message, remedy } }));
      }
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://localhost:${address.port}`,
    asked,
    say,
    answerAsked: answers.answerAsked,
    endSessions: () => sessions.clear(),
    turnCsrf() {
      for (const session of sessions.values()) session.csrf = "another";
    },
    become(user) {
      for (const session of sessions.values()) Object.assign(session, { user, csrf: `csrf-of-${user}` });
    },
    cut(to) {
      down = to;
      if (to) cutAll();
    },
    close() {
      cutAll();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
