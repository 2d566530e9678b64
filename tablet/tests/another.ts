// A box beside the stage's own: another workshop's, or one that runs from a copy of the stage's card. Its ports are its own.

import { execFileSync } from "node:child_process";
import { cpSync, lstatSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { Programs, ports, program } from "./programs";
import type { Stage } from "./stage";
import { LOGIN, SOON } from "./till";

export class Another {
  readonly dir: string;
  websocket = "";
  private sticks: string;
  private name: string;
  private programs: Programs;

  private constructor(on: Stage, name: string) {
    this.name = name;
    this.dir = join(on.dir, name);
    this.sticks = join(on.dir, `${name}-sticks`);
    this.programs = new Programs(on.dir);
    mkdirSync(this.sticks);
  }

  /** A new one, that takes what the desk has made for it; with the stage's tablet. */
  static enrolled(on: Stage, name: string, file: string, code: string): Another {
    const made = new Another(on, name);
    mkdirSync(made.dir);
    made.settle();
    made.box("enrol", "--take", file, "--code", code);
    const add = ["device", "add", "--dir", made.dir, LOGIN.device, "--kind", "tablet", "--password-stdin"];
    execFileSync(program ?? "", add, { input: LOGIN.password });
    return made;
  }

  /** One with all that is on the stage's card; that box does not run meanwhile. */
  static copied(on: Stage, name: string): Another {
    const made = new Another(on, name);
    cpSync(on.boxDir, made.dir, { recursive: true, filter: (from) => !lstatSync(from).isSocket() });
    made.settle();
    return made;
  }

  private settle(): void {
    const lines = [
      "tcp = []",
      "http = []",
      'websocket = ["127.0.0.1:0"]',
      "utc_offset_minutes = 420",
      "sticks = false",
      `stick_dirs = ["${this.sticks}"]`,
      "trial_sticks = true",
    ];
    writeFileSync(join(this.dir, "box.toml"), `${lines.join("\n")}\n`);
  }

  async start(): Promise<void> {
    const said = await this.programs.start(this.name, ["box", "--dir", this.dir]);
    this.websocket = `ws://127.0.0.1:${ports(said)[0]}`;
  }

  kill(): Promise<void> {
    return this.programs.end();
  }

  /** What a command says to it. */
  box(...args: string[]): string {
    return execFileSync(program ?? "", [...args, "--dir", this.dir], {
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  status<T>(): T {
    return JSON.parse(this.box("status", "--json")) as T;
  }

  /** A stick is put in, filled, and pulled: where it is then. */
  async stick(on: Stage): Promise<string> {
    const [port, pocket] = [join(this.sticks, "KINGSTON"), join(on.dir, `${this.name}-KINGSTON`)];
    mkdirSync(port);
    const states = () => this.status<{ sticks: { state: string }[] }>().sticks.map(({ state }) => state);
    await vi.waitFor(() => expect(states()).toEqual(["may_pull"]), SOON);
    renameSync(port, pocket);
    return pocket;
  }
}
