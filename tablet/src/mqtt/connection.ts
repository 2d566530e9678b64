// One connection to the gate over WebSocket, from CONNECT to its end. It does not come back: whoever opened it opens the next.
//
// In: address, login, topics. Out: messages, and a promise for each publish that is kept once the box has it on its disk (PUBACK) or broken
// with the connection. Absent: what is published again (outbox), and when to connect anew (link).

import { Broken, connect, DISCONNECT, type Packet, PINGREQ, puback, publish, Reader, subscribe } from "./codec";

const KEEP_ALIVE_S = 30;
/** From opening the socket to the answers of CONNECT and SUBSCRIBE; a workshop's Wi-Fi can be slow, and a dead one says nothing. */
const HANDSHAKE_MS = 10_000;
/** An answered ping tells a dead line from a quiet one. */
const PING_ANSWER_MS = 10_000;

/** Why a connection ended. `login`: the box knows no such device, or not with that password. */
export type End = "login" | "line" | "closed";

export interface Address {
  url: string;
  device: string;
  password: string;
}

export interface Hears {
  message(topic: string, payload: Uint8Array, retain: boolean): void;
  open(): void;
  end(why: End): void;
}

/** What of a WebSocket is used, so that a test can play one. */
export type Socket = Pick<WebSocket, "send" | "close"> & {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
};

export type Open = (url: string) => Socket;

export const openSocket: Open = (url) => new WebSocket(url, "mqtt") as unknown as Socket;

export class Connection {
  private readonly socket: Socket;
  private readonly reader = new Reader();
  private readonly unanswered = new Map<number, { resolve(): void; reject(error: Error): void }>();
  private readonly topics: readonly string[];
  private readonly hears: Hears;
  /** Begins anywhere: the box's word on what an earlier connection asked may come over this one, and names a packet alone. */
  private nextPacket = Math.floor(Math.random() * 65_535);
  private ended = false;
  private ready = false;
  private timer: ReturnType<typeof setTimeout>;

  constructor(address: Address, topics: readonly string[], hears: Hears, open: Open = openSocket) {
    this.topics = topics;
    this.hears = hears;
    this.timer = setTimeout(() => this.end("line"), HANDSHAKE_MS);
    this.socket = open(address.url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.send(connect(address.device, address.password, KEEP_ALIVE_S));
    this.socket.onmessage = (event) => this.heard(new Uint8Array(event.data));
    this.socket.onclose = () => this.end("line");
    this.socket.onerror = () => this.end("line");
  }

  /** The packet id, and a promise of the box's word that what was published is on its disk. */
  publish(topic: string, payload: Uint8Array): { packet: number; acked: Promise<void> } {
    const packet = this.packetId();
    const acked = new Promise<void>((resolve, reject) => {
      if (!this.ready) reject(new Error("not connected"));
      this.unanswered.set(packet, { resolve, reject });
    });
    if (this.ready) this.send(publish(topic, payload, packet));
    return { packet, acked };
  }

  close(): void {
    if (this.ready) this.send(DISCONNECT);
    this.end("closed");
  }

  private packetId(): number {
    do this.nextPacket = (this.nextPacket % 65_535) + 1;
    while (this.unanswered.has(this.nextPacket));
    return this.nextPacket;
  }

  private send(bytes: Uint8Array): void {
    if (!this.ended) this.socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  private heard(bytes: Uint8Array): void {
    if (this.ended) return;
    try {
      for (const packet of this.reader.push(bytes)) this.take(packet);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.end("line");
    }
  }

  private take(packet: Packet): void {
    switch (packet.type) {
      case "connack":
        if (packet.code !== 0) return this.end(packet.code === 4 || packet.code === 5 ? "login" : "line");
        return this.send(subscribe(this.packetId(), this.topics));
      case "suback":
        this.ready = true;
        this.rest();
        return this.hears.open();
      case "publish":
        if (packet.packet !== null) this.send(puback(packet.packet));
        return this.hears.message(packet.topic, packet.payload, packet.retain);
      case "puback":
        this.unanswered.get(packet.packet)?.resolve();
        this.unanswered.delete(packet.packet);
        return;
      case "pingresp":
        return this.rest();
    }
  }

  /** Until the next ping. */
  private rest(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.send(PINGREQ);
      this.timer = setTimeout(() => this.end("line"), PING_ANSWER_MS);
    }, KEEP_ALIVE_S * 500);
  }

  private end(why: End): void {
    if (this.ended) return;
    this.ended = true;
    this.ready = false;
    clearTimeout(this.timer);
    for (const { reject } of this.unanswered.values()) reject(new Error("the connection ended"));
    this.unanswered.clear();
    this.socket.onclose = null;
    this.socket.onerror = null;
    try {
      this.socket.close();
    } catch {
      // It never opened, and there is nothing to close.
    }
    this.hears.end(why);
  }
}
