// Processes of the built program, started until they say that they are ready. OUTPOST_BIN names the program.

import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const program: string | undefined = process.env.OUTPOST_BIN;

export class Programs {
  private running = new Map<string, ChildProcess>();
  private dir: string;

  /** Each keeps what it says in `dir`. */
  constructor(dir: string) {
    this.dir = dir;
  }

  /** Starts one under a name; what it has said until it was ready. */
  async start(name: string, args: string[]): Promise<string> {
    if (!program) throw new Error("name the built program in OUTPOST_BIN");
    const log = join(this.dir, `${name}.log`);
    writeFileSync(log, "");
    const out = openSync(log, "a");
    const child = spawn(program, args, { stdio: ["ignore", out, out] });
    this.running.set(name, child);
    for (let tries = 0; tries < 1_200; tries++) {
      const said = readFileSync(log, "utf8");
      if (said.includes("is ready")) return said;
      if (child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 50));
    }
    for (const each of this.running.values()) each.kill("SIGKILL");
    throw new Error(`${name} did not start:\n${readFileSync(log, "utf8")}`);
  }

  /** As a power cut does. */
  async kill(name: string): Promise<void> {
    const child = this.running.get(name);
    this.running.delete(name);
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.running.get(name)?.kill(signal);
  }

  pid(name: string): number | undefined {
    return this.running.get(name)?.pid;
  }

  async end(): Promise<void> {
    for (const name of [...this.running.keys()]) await this.kill(name);
  }
}

/** Where it is to be connected to, by what it has said. */
export function ports(said: string): string[] {
  return [...said.matchAll(/connect to .*:(\d+)$/gm)].map((found) => found[1] ?? "");
}
