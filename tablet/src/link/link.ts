// The tablet's session with its box: one connection after the other, what they bring, and the outbox carried over them.
//
// In: the tablet's login, the outbox. Out: signals of how the box is and how far the line goes, answers to what people ask, receipts into the
// outbox. An entry is published until there is a receipt for it, one publish of it at a time. Absent: what receipts mean (outbox), HTTP (api).

import { type Signal, signal } from "@preact/signals";
import { NotReached } from "../errors";
import { Connection, type End, type Open, openSocket } from "../mqtt/connection";
import type { Entry, Receipt } from "../outbox/entry";
import type { Outbox } from "../outbox/outbox";
import { backoffMs } from "./backoff";
import type { BoxState, LineState, SessionAnswer, StickState, Weight } from "./state";

/** Entries that are published and not answered: a box syncs a group of them at once, and no device has it busy alone. */
const IN_FLIGHT = 16;
/** A box whose disk refuses says nothing, and is asked again. */
const NO_ANSWER_MS = 20_000;
const ASK_MS = 15_000;
/** A tablet that was revoked may be let in again by a manager. */
const REFUSED_LOGIN_MS = 10_000;

export interface Login {
  device: string;
  password: string;
}

export interface Reached {
  up: boolean;
  sinceMs: number;
}

export { NotReached };

interface Asked {
  what: string;
  packet: number;
  resolve(answer: SessionAnswer): void;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

export class Link {
  readonly reached: Signal<Reached>;
  /** The box does not know this tablet, or not any more. */
  readonly turnedAway: Signal<boolean> = signal(false);
  readonly box: Signal<BoxState | null> = signal(null);
  readonly line: Signal<LineState | null> = signal(null);
  readonly sticks: Signal<StickState[]> = signal([]);
  /** The version of the master data that the box has. */
  readonly rowsCursor: Signal<string | null> = signal(null);
  /** Changes whenever stock, progress, tills or documents at the box do. */
  readonly shop: Signal<string> = signal("");
  /** Changes whenever somebody says what a code stands for. */
  readonly codes: Signal<string> = signal("");
  readonly weights: Signal<Record<string, Weight>> = signal({});

  private readonly url: string;
  private readonly login: Login;
  private readonly outbox: Outbox;
  private readonly open: Open;
  private readonly stopWork: () => void;
  private readonly inFlight = new Map<string, { sinceMs: number; packet: number }>();
  private readonly asked: Asked[] = [];
  private connection: Connection | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sweep: ReturnType<typeof setInterval> | undefined;
  private failures = 0;
  private running = false;
  private connected = false;
  private epochTold = false;

  constructor(url: string, login: Login, outbox: Outbox, open: Open = openSocket) {
    this.url = url;
    this.login = login;
    this.outbox = outbox;
    this.open = open;
    this.reached = signal({ up: false, sinceMs: Date.now() });
    this.stopWork = outbox.onWork(() => this.pump());
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.sweep = setInterval(() => this.giveUpWaiting(), NO_ANSWER_MS / 4);
    this.connect();
  }

  /** Another tab has the connection now, or the page goes. */
  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    clearInterval(this.sweep);
    this.connection?.close();
  }

  end(): void {
    this.stop();
    this.stopWork();
  }

  /** There may be a line again: no need to wait for the next try. */
  nudge(): void {
    if (!this.running || this.connection) return;
    this.failures = 0;
    this.connect();
  }

  /** What people ask beside documents. */
  async ask(what: string, fields: Record<string, unknown>): Promise<SessionAnswer> {
    const connection = this.connection;
    if (!connection || !this.connected) throw new NotReached();
    const topic = `me/${this.login.device}/${what}`;
    const { packet, acked } = connection.publish(topic, utf8.encode(JSON.stringify(fields)));
    const answer = new Promise<SessionAnswer>((resolve, reject) => {
      const asked = { what, packet, resolve };
      this.asked.push(asked);
      const drop = () => {
        const at = this.asked.indexOf(asked);
        if (at >= 0) this.asked.splice(at, 1);
        reject(new NotReached());
      };
      acked.catch(drop);
      setTimeout(drop, ASK_MS);
    });
    return answer;
  }

  private connect(): void {
    clearTimeout(this.timer);
    const { device } = this.login;
    this.epochTold = false;
    this.connection = new Connection(
      { url: this.url, ...this.login },
      [`receipt/${device}`, `session/${device}`, "state/#"],
      {
        open: () => this.opened(),
        end: (why) => this.ended(why),
        message: (topic, payload) => this.heard(topic, payload),
      },
      this.open,
    );
  }

  private opened(): void {
    this.connected = true;
    this.failures = 0;
    this.turnedAway.value = false;
    this.reached.value = { up: true, sinceMs: Date.now() };
    this.pump();
  }

  private ended(why: End): void {
    this.connected = false;
    this.connection = null;
    this.inFlight.clear();
    this.asked.length = 0;
    if (this.reached.value.up) this.reached.value = { up: false, sinceMs: Date.now() };
    if (why === "login") this.turnedAway.value = true;
    if (!this.running) return;
    const wait = why === "login" ? REFUSED_LOGIN_MS : backoffMs(this.failures, Math.random());
    this.failures += 1;
    this.timer = setTimeout(() => this.connect(), wait);
  }

  /** Publishes what waits, as much of it as may be under way. */
  private pump(): void {
    if (!this.connection || !this.connected) return;
    for (const entry of this.outbox.toSend()) {
      if (this.inFlight.size >= IN_FLIGHT) return;
      if (this.inFlight.has(entry.id)) continue;
      const { packet, acked } = this.connection.publish(this.topicOf(entry), utf8.encode(entry.body));
      this.inFlight.set(entry.id, { sinceMs: Date.now(), packet });
      acked.catch(() => {});
    }
  }

  private topicOf(entry: Entry): string {
    const { device } = this.login;
    return entry.kind === "scan" ? `in/${device}/scan` : `tx/${device}/${entry.kind}`;
  }

  private giveUpWaiting(): void {
    const before = Date.now() - NO_ANSWER_MS;
    for (const [id, { sinceMs }] of this.inFlight) if (sinceMs < before) this.inFlight.delete(id);
    this.pump();
  }

  private heard(topic: string, payload: Uint8Array): void {
    const said = parse(text.decode(payload));
    if (said === null) return;
    const [root, what] = topic.split("/");
    if (root === "receipt") return this.receipt(said as unknown as Receipt);
    if (root === "session") return this.answer(said as unknown as SessionAnswer);
    if (root !== "state") return;
    if (what === "box") this.boxIs(said as unknown as BoxState);
    else if (what === "line") this.line.value = said as unknown as LineState;
    else if (what === "stick") this.sticks.value = (said.sticks as StickState[] | undefined) ?? [];
    else if (what === "rows") this.rowsCursor.value = String(said.cursor);
    else if (what === "shop") this.shop.value = `${said.epoch} ${said.seq}`;
    else if (what === "barcodes") this.codes.value = `${said.epoch} ${said.seq}`;
    else if (what === "weight") this.weighed(topic.split("/")[2] ?? "", said);
  }

  private weighed(scale: string, { weight, unit, at }: Record<string, unknown>): void {
    const now: Weight = { weight: `${weight}`, unit: `${unit}`, at: `${at}`, heardMs: Date.now() };
    this.weights.value = { ...this.weights.value, [scale]: now };
  }

  private receipt(receipt: Receipt): void {
    // What the box could not read has no id in its receipt; the packet says which it was.
    const id = receipt.id ?? this.published(receipt.packet);
    void this.outbox.receipt({ ...receipt, id }).then(() => {
      if (id !== null && receipt.packet !== null) this.inFlight.delete(id);
      this.pump();
    });
  }

  private published(packet: number | null): string | null {
    for (const [id, flying] of this.inFlight) if (flying.packet === packet) return id;
    return null;
  }

  private answer(answer: SessionAnswer): void {
    const at = this.asked.findIndex(({ what, packet }) => what === answer.re && packet === answer.packet);
    if (at >= 0) this.asked.splice(at, 1)[0]?.resolve(answer);
  }

  /** Once a connection, and whenever the journal is opened anew: what only the card had is submitted again where the card is another. */
  private boxIs(box: BoxState): void {
    this.box.value = box;
    const epoch = box.epoch ?? null;
    if (epoch === null && this.epochTold) return;
    this.epochTold = true;
    void this.outbox.epoch(epoch);
  }
}

function parse(payload: string): Record<string, unknown> | null {
  try {
    const said: unknown = JSON.parse(payload);
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
