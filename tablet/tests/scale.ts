// A scale in the workshop: plain MQTT over TCP, a packet after the other, as cheap ones do.

import { connect as dial, type Socket } from "node:net";
import { connect, DISCONNECT, type Packet, publish, Reader } from "../src/mqtt/codec";

export class Scale {
  private readonly socket: Socket;
  private readonly device: string;
  private readonly reader = new Reader();
  private readonly waits: ((packet: Packet) => void)[] = [];
  private packets = 0;

  private constructor(socket: Socket, device: string) {
    this.socket = socket;
    this.device = device;
    socket.on("data", (bytes) => {
      for (const packet of this.reader.push(new Uint8Array(bytes))) this.waits.shift()?.(packet);
    });
  }

  /** A box looks for new logins every other second; it hears ten wrong ones of a name in a minute, so it is not asked often. */
  static async on(port: number, device: string, password: string): Promise<Scale> {
    const until = Date.now() + 30_000;
    while (Date.now() < until) {
      const scale = new Scale(await dialled(port), device);
      const answer = await scale.ask(connect(device, password, 60));
      if (answer.type === "connack" && answer.code === 0) return scale;
      scale.socket.destroy();
      await new Promise((again) => setTimeout(again, 3_000));
    }
    throw new Error(`the box lets no ${device} in`);
  }

  /** Tells a weight as bare text; done when the box has it on its disk. */
  async tells(weight: string): Promise<void> {
    this.packets += 1;
    const text = new TextEncoder().encode(weight);
    const answer = await this.ask(publish(`in/${this.device}/weight`, text, this.packets));
    if (answer.type !== "puback") throw new Error("the box did not take the weight");
  }

  off(): void {
    this.socket.end(DISCONNECT);
  }

  private ask(bytes: Uint8Array): Promise<Packet> {
    const answer = new Promise<Packet>((heard) => this.waits.push(heard));
    this.socket.write(bytes);
    return answer;
  }
}

async function dialled(port: number): Promise<Socket> {
  const socket = dial(port, "127.0.0.1");
  await new Promise((open, failed) => socket.once("connect", open).once("error", failed));
  return socket;
}
