// The packets of MQTT 3.1.1 that a tablet uses, as bytes.
//
// In: what is to be said, or bytes as they arrive in any pieces. Out: bytes, or packets. Absent: sockets and time (connection.ts),
// QoS 2, wills, and sending anything again: what has no answer is the outbox's.

const PROTOCOL_LEVEL = 4;
/** Larger than anything that a box sends: a receipt is under 2 KiB. */
const MAX_PACKET = 256 * 1024;

export type Packet =
  | { type: "connack"; code: number }
  | { type: "publish"; topic: string; payload: Uint8Array; packet: number | null; retain: boolean }
  | { type: "puback"; packet: number }
  | { type: "suback"; packet: number; codes: number[] }
  | { type: "pingresp" };

/** The peer says what no box says: the connection is of no more use. */
export class Broken extends Error {}

const utf8 = new TextEncoder();
const text = new TextDecoder();

function string(value: string): number[] {
  const bytes = utf8.encode(value);
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

const u16 = (value: number): number[] => [value >> 8, value & 255];

function packet(first: number, head: number[], payload: Uint8Array = new Uint8Array()): Uint8Array {
  let left = head.length + payload.length;
  const length: number[] = [];
  do {
    const more = left > 127 ? 128 : 0;
    length.push((left & 127) | more);
    left >>= 7;
  } while (left > 0);
  const bytes = new Uint8Array(1 + length.length + head.length + payload.length);
  bytes.set([first, ...length, ...head]);
  bytes.set(payload, bytes.length - payload.length);
  return bytes;
}

/** A session that the box keeps (`clean` false) holds back what a device was to hear while it was away. */
export function connect(device: string, password: string, keepAliveS: number): Uint8Array {
  const flags = 0x80 | 0x40 | 0x02;
  const head = [...string("MQTT"), PROTOCOL_LEVEL, flags, ...u16(keepAliveS)];
  return packet(0x10, [...head, ...string(device), ...string(device), ...string(password)]);
}

export function publish(topic: string, payload: Uint8Array, id: number): Uint8Array {
  return packet(0x32, [...string(topic), ...u16(id)], payload);
}

export function puback(id: number): Uint8Array {
  return packet(0x40, u16(id));
}

export function subscribe(id: number, topics: readonly string[]): Uint8Array {
  return packet(0x82, [...u16(id), ...topics.flatMap((topic) => [...string(topic), 1])]);
}

export const PINGREQ: Uint8Array = new Uint8Array([0xc0, 0]);
export const DISCONNECT: Uint8Array = new Uint8Array([0xe0, 0]);

/** Cuts a stream of bytes into packets. */
export class Reader {
  private rest = new Uint8Array();

  push(bytes: Uint8Array): Packet[] {
    const joined = new Uint8Array(this.rest.length + bytes.length);
    joined.set(this.rest);
    joined.set(bytes, this.rest.length);
    const packets: Packet[] = [];
    let at = 0;
    for (;;) {
      const frame = frameAt(joined, at);
      if (!frame) break;
      packets.push(read(joined[at] ?? 0, joined.subarray(frame.from, frame.to)));
      at = frame.to;
    }
    this.rest = joined.slice(at);
    return packets;
  }
}

function frameAt(bytes: Uint8Array, at: number): { from: number; to: number } | null {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + 1 + i];
    if (byte === undefined) return null;
    length |= (byte & 127) << (7 * i);
    if (length > MAX_PACKET) throw new Broken("too long a packet");
    if (byte < 128) {
      const from = at + 2 + i;
      return from + length <= bytes.length ? { from, to: from + length } : null;
    }
  }
  throw new Broken("no length of a packet");
}

function read(first: number, body: Uint8Array): Packet {
  const number = (at: number): number => {
    const [high, low] = [body[at], body[at + 1]];
    if (high === undefined || low === undefined) throw new Broken("a packet ends early");
    return high * 256 + low;
  };
  switch (first >> 4) {
    case 2:
      return { type: "connack", code: number(0) & 255 };
    case 3: {
      const qos = (first >> 1) & 3;
      const topicEnd = 2 + number(0);
      const from = topicEnd + (qos > 0 ? 2 : 0);
      if (from > body.length || qos > 1) throw new Broken("a message that was not asked for");
      const topic = text.decode(body.subarray(2, topicEnd));
      return {
        type: "publish",
        topic,
        payload: body.slice(from),
        packet: qos > 0 ? number(topicEnd) : null,
        retain: (first & 1) === 1,
      };
    }
    case 4:
      return { type: "puback", packet: number(0) };
    case 9:
      return { type: "suback", packet: number(0), codes: [...body.subarray(2)] };
    case 13:
      return { type: "pingresp" };
    default:
      throw new Broken(`a packet of type ${first >> 4}`);
  }
}
