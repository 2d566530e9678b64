// The way between a browser and the box in a test: it can be cut, as out of range. Questions and MQTT go to the real box; the page is the one
// that was built here, whatever the program has built in. Pairing: the stage's own tablet is told its password here, another one pairs with the box.

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { servePage } from "./pages";
import type { Stage } from "./stage";

const CODE = "381204";

export interface Fixture {
  url: string;
  code: string;
  /** No bytes go through any more, as out of range; open connections are cut. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function fixture(on: Stage, password: string): Promise<Fixture> {
  let down = false;
  const sockets = new Set<{ destroy(): void }>();

  const toBox = (incoming: IncomingMessage, path: string) => {
    const { hostname, port } = new URL(on.pages);
    return request({ hostname, port, path, method: incoming.method, headers: incoming.headers });
  };

  const ask = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const asked = toBox(incoming, incoming.url ?? "/");
    asked.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on("error", () => outgoing.destroy());
    return asked;
  };

  const pair = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    incoming.on("end", () => {
      const { code, name = "till-1" } = JSON.parse(body) as { code: string; name?: string };
      const right = code === CODE;
      if (right && name !== "till-1") {
        // The box's own code is as long: what the headers say of the length stays true.
        const [, first, last] = /(\d{3}) (\d{3})/.exec(on.openPairing(name)) ?? [];
        return ask(incoming, outgoing).end(body.replace(CODE, `${first}${last}`));
      }
      outgoing.writeHead(right ? 201 : 403, { "Content-Type": "application/json" });
      const wrong = { error: { input: "code", rule: "it is not this code", remedy: "two tries are left" } };
      outgoing.end(JSON.stringify(right ? { device: name, password, site: on.site } : wrong));
    });
  };

  const server: Server = createServer((incoming, outgoing) => {
    if (down) return incoming.socket.destroy();
    const path = new URL(incoming.url ?? "/", "http://box").pathname;
    if (path === "/api/pair") return pair(incoming, outgoing);
    if (!path.startsWith("/api/")) return servePage("index.html", path, incoming, outgoing);
    incoming.pipe(ask(incoming, outgoing));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming, socket, head) => {
    if (down) return socket.destroy();
    const through = toBox(incoming, "/mqtt");
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
    code: CODE,
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
