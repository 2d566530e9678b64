// The way from a tablet to the box, which can be cut; bytes go as they are, so that the TLS is the box's own.

import { createServer, connect as dial, type Socket } from "node:net";

export interface Wire {
  port: number;
  /** Nothing goes through any more, and what is open is cut. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** `to`: the port where the box is. */
export async function wire(to: () => number): Promise<Wire> {
  let down = false;
  const open = new Set<Socket>();
  const keep = (socket: Socket, other: Socket) => {
    open.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      open.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((here) => {
    if (down) return here.destroy();
    const there = dial(to(), "127.0.0.1");
    keep(here, there);
    keep(there, here);
    here.pipe(there);
    there.pipe(here);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  const cut = () => {
    down = true;
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    cut,
    mend() {
      down = false;
    },
    close() {
      cut();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
