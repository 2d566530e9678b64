// The desk's page that was built here, before a real office: its questions and its events go there, whatever page the program has built in.

import { createServer, request } from "node:http";
import { servePage } from "./pages";

export interface OfficePage {
  url: string;
  close(): Promise<void>;
}

export async function officePage(desk: string): Promise<OfficePage> {
  const { hostname, port } = new URL(desk);
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? "/";
    if (!url.startsWith("/api/")) return servePage("desk.html", url, incoming, outgoing);
    const asked = request({ hostname, port, path: url, method: incoming.method, headers: incoming.headers });
    asked.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    asked.on("error", () => outgoing.destroy());
    outgoing.on("close", () => asked.destroy());
    incoming.pipe(asked);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return {
    url: `http://localhost:${address.port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
