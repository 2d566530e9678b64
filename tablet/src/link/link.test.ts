// The link against a gate that is played by hand: what it publishes, when, and how often.

import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { Reader } from "../mqtt/codec";
import type { Socket } from "../mqtt/connection";
import type { Entry } from "../outbox/entry";
import { Outbox } from "../outbox/outbox";
import { openStore } from "../store";
import { Link } from "./link";

const utf8 = new TextEncoder();

/** What a gate does, as far as a test wants it to. */
class Gate {
  readonly published: { topic: string; body: string; packet: number }[] = [];
  readonly sockets: Played[] = [];
  open = (): Socket => {
    const socket = new Played(this);
    this.sockets.push(socket);
    queueMicrotask(() => socket.onopen?.());
    return socket;
  };
  last(): Played {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nobody has connected");
    return socket;
  }
}

class Played implements Socket {
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly gate: Gate;

  constructor(gate: Gate) {
    this.gate = gate;
  }

  send(data: unknown): void {
    const bytes = data as Uint8Array;
    const type = (bytes[0] ?? 0) >> 4;
    if (type === 1) this.say(0x20, [0, 0]);
    if (type === 8) this.say(0x90, [bytes[2] ?? 0, bytes[3] ?? 0, 1, 1, 1]);
    if (type === 3) {
      const [packet] = new Reader().push(bytes);
      if (packet?.type !== "publish") throw new Error("not a publish");
      const body = new TextDecoder().decode(packet.payload);
      this.gate.published.push({ topic: packet.topic, body, packet: packet.packet ?? 0 });
    }
  }

  close(): void {
    this.onclose?.();
  }

  say(first: number, body: number[]): void {
    const bytes = new Uint8Array([first, body.length & 127, ...body]);
    if (body.length > 127) throw new Error("too long for this gate");
    queueMicrotask(() => this.onmessage?.({ data: bytes.buffer }));
  }

  publish(topic: string, value: unknown): void {
    const [name, payload] = [utf8.encode(topic), utf8.encode(JSON.stringify(value))];
    const length = 2 + name.length + payload.length;
    const bytes = new Uint8Array([0x30, (length & 127) | 128, length >> 7, 0, name.length, ...name, ...payload]);
    this.onmessage?.({ data: bytes.buffer });
  }
}

let n = 0;
const ends: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0)) end();
});

async function tablet() {
  const store = await openStore(`link${n++}`);
  const outbox = await Outbox.open(store, 0);
  const gate = new Gate();
  const link = new Link("ws://box/mqtt", { device: "till-1", password: "secret" }, outbox, gate.open);
  ends.push(() => {
    link.end();
    outbox.close();
  });
  return { gate, link, outbox };
}

const sale = (id: string, madeMs = 1): Entry => ({
  id,
  kind: "sales-invoice",
  body: JSON.stringify({ id }),
  madeMs,
  day: "2026-11-02",
  state: "waiting",
});

const receipt = (id: string, epoch: string, packet: number | null = 1, status = "recorded") => ({
  id,
  status,
  epoch,
  seq: 1,
  hash: "ab12cd34",
  at: "2026-11-02T01:02:27Z",
  reason: null,
  number: null,
  total: null,
  marks: [],
  outcome: null,
  packet,
});

test("what waits is published once on a connection, and again on the next one until there is a receipt", async () => {
  const { gate, link, outbox } = await tablet();
  await outbox.submit(sale("a"));
  link.start();
  await vi.waitFor(() => expect(gate.published.length).toBe(1));
  expect(gate.published[0]).toMatchObject({ topic: "tx/till-1/sales-invoice", body: '{"id":"a"}' });
  await outbox.submit(sale("a"));
  expect(gate.published.length).toBe(1);
  gate.last().close();
  expect(link.reached.value.up).toBe(false);
  link.nudge();
  await vi.waitFor(() => expect(gate.published.length).toBe(2));
  gate.last().publish("receipt/till-1", receipt("a", "e1"));
  await vi.waitFor(() => expect(outbox.get("a")?.state).toBe("saved"));
  gate.last().publish("state/box", { epoch: "e1" });
  gate.last().close();
  link.nudge();
  await vi.waitFor(() => expect(link.reached.value.up).toBe(true));
  gate.last().publish("state/box", { epoch: "e1" });
  await outbox.submit(sale("b", 2));
  await vi.waitFor(() => expect(gate.published.length).toBe(3));
  expect(gate.published[2]?.body).toBe('{"id":"b"}');
});

test("a box with another card gets again what only the dead one had, under the same id and bytes", async () => {
  const { gate, link, outbox } = await tablet();
  await outbox.submit(sale("card", 1));
  await outbox.submit(sale("office", 2));
  link.start();
  await vi.waitFor(() => expect(gate.published.length).toBe(2));
  gate.last().publish("receipt/till-1", receipt("card", "e1"));
  gate.last().publish("receipt/till-1", receipt("office", "e1"));
  gate.last().publish("receipt/till-1", receipt("office", "e1", null, "at_office"));
  await vi.waitFor(() => expect(outbox.get("office")?.state).toBe("at_office"));
  gate.last().close();
  link.nudge();
  await vi.waitFor(() => expect(link.reached.value.up).toBe(true));
  gate.last().publish("state/box", { epoch: "e2" });
  await vi.waitFor(() => expect(gate.published.length).toBe(3));
  expect(gate.published[2]).toMatchObject({ body: '{"id":"card"}' });
});

test("an answer reaches who asked, and nobody waits for one past the connection", async () => {
  const { gate, link } = await tablet();
  link.start();
  await vi.waitFor(() => expect(link.reached.value.up).toBe(true));
  const login = link.ask("login", { user: "wati", pin: "1234" });
  const packet = gate.published[0]?.packet ?? 0;
  gate.last().publish("session/till-1", { re: "login", ok: true, packet, session: "8f14" });
  expect((await login).session).toBe("8f14");
  const logout = link.ask("logout", { session: "8f14" });
  gate.last().close();
  await expect(logout).rejects.toThrow();
  await expect(link.ask("login", {})).rejects.toThrow();
});

test("an answer to another question of the same number is nobody's", async () => {
  const { gate, link } = await tablet();
  link.start();
  await vi.waitFor(() => expect(link.reached.value.up).toBe(true));
  const login = link.ask("login", { user: "wati", pin: "1234" });
  const packet = gate.published[0]?.packet ?? 0;
  gate.last().publish("session/till-1", { re: "approve", ok: true, packet, user: "joko" });
  gate.last().publish("session/till-1", { re: "login", ok: true, packet, session: "8f14" });
  expect(await login).toMatchObject({ re: "login", session: "8f14" });
});

test("what one connection asked is not answered on the next by the number alone", async () => {
  const { gate, link } = await tablet();
  const packets: number[] = [];
  for (const begins of [0.25, 0.75]) {
    vi.spyOn(Math, "random").mockReturnValue(begins);
    if (packets.length === 0) link.start();
    else link.nudge();
    await vi.waitFor(() => expect(link.reached.value.up).toBe(true));
    link.ask("login", { user: "wati", pin: "1234" }).catch(() => {});
    packets.push(gate.published.at(-1)?.packet ?? 0);
    gate.last().close();
  }
  // The first of each subscribes.
  expect(packets).toEqual([16_385, 49_153]);
});

test("a connection's numbers go round from the highest to 1, and none is 0", async () => {
  for (const [begins, first] of [
    [0, 2],
    [0.999_999, 1],
  ] as const) {
    vi.spyOn(Math, "random").mockReturnValue(begins);
    const { gate, link } = await tablet();
    link.start();
    await vi.waitFor(() => expect(link.reached.value.up).toBe(true));
    link.ask("login", {}).catch(() => {});
    expect(gate.published[0]?.packet).toBe(first);
  }
});

test("a refusal of what the box could not read is known by its packet", async () => {
  const { gate, link, outbox } = await tablet();
  await outbox.submit(sale("a"));
  link.start();
  await vi.waitFor(() => expect(gate.published.length).toBe(1));
  const packet = gate.published[0]?.packet ?? 0;
  gate.last().publish("receipt/till-1", { ...receipt("a", "e1", packet, "refused"), id: null });
  await vi.waitFor(() => expect(outbox.get("a")?.state).toBe("refused"));
});
