// An office and a box of their own for a test: real processes of the built program, in a directory of their own, on ports that the system
// chooses. OUTPOST_BIN names the program.

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Mark } from "../src/api-types";
import { Programs, ports, program } from "./programs";

export { program } from "./programs";

const master = resolve(import.meta.dirname, "../../examples/master");

export interface Stage {
  dir: string;
  site: string;
  /** The box's directory, that is its card. */
  readonly boxDir: string;
  officeDir: string;
  websocket: string;
  /** Where the box's pages are. */
  pages: string;
  /** Where they are over HTTPS, with the box's own certificate; "" where the stage was set without. */
  secure: string;
  /** The port of plain MQTT; 0 where the stage was set without. */
  tcp: number;
  /** The box's own CA. */
  ca(): string;
  /** Where the office's desk is. */
  desk: string;
  /** Lets somebody sit at the desk. */
  addUser(name: string, role: string, password: string): void;
  /** Asks the box what a command asks it. */
  box(...args: string[]): string;
  office(...args: string[]): string;
  killBox(): Promise<void>;
  /** What the box's process has in memory, now and at its most, in kB. */
  boxMemory(): { now: number; most: number };
  /** Which documents of a kind are in the office's books, by their ids. */
  inBooks(kind: string): Set<string>;
  /** Does something while the office hears nothing, so that nothing is acked. */
  pauseOffice(what: () => Promise<void>): Promise<void>;
  /** Does something while there is no office at all; then it is where it was. */
  withoutOffice(what: () => Promise<void>): Promise<void>;
  startBox(): Promise<void>;
  /** The box's card is dead: another one takes its place, with nothing of what was on it. */
  replaceBox(): Promise<void>;
  addTablet(name: string, password: string): void;
  addDevice(name: string, kind: string, password: string): void;
  /** What somebody at the box is shown when they let a tablet pair. */
  openPairing(name: string): string;
  /** What the box knows of a document; null where it has it not. */
  mark(id: string): Mark | null;
  end(): Promise<void>;
}

/** `outpost status --document`. */
interface Told {
  id: string;
  kind: string;
  way: { state: "saved" } | { state: "at the office"; since: string };
  books: { state: string; outcome: unknown } | null;
}

function markOf(told: Told): Mark {
  const nothing = { number: null, party: null, total: null, name: null, why: null, cancelled: false };
  const at = told.way.state === "saved" ? "saved" : "at_office";
  const outcome = told.books?.outcome as Record<string, { name?: string; why?: string }> | string | undefined;
  const since = "since" in told.way ? told.way.since : null;
  const line: Mark = { ...nothing, id: told.id, kind: told.kind, day: "", mark: at, since };
  if (typeof outcome === "string") return { ...line, mark: outcome as Mark["mark"] };
  if (outcome?.posted) return { ...line, mark: "posted", name: outcome.posted.name ?? null };
  if (outcome?.held) return { ...line, mark: "held", why: outcome.held.why ?? null };
  return line;
}

interface Setting {
  people: boolean;
  /** So many more than the sample workshop has. */
  items?: number;
  /** Whether the pages are there over HTTPS as well. */
  https?: boolean;
  /** Where scanners and scales connect with plain MQTT. */
  tcp?: boolean;
}

export async function stage({ people, items = 0, https = false, tcp = false }: Setting): Promise<Stage> {
  if (!program) throw new Error("name the built program in OUTPOST_BIN");
  const bin = program;
  const dir = mkdtempSync(join(tmpdir(), "outpost-pages-"));
  const [officeDir, site] = [join(dir, "office"), "bandung"];
  let boxDir = join(dir, "box");
  const programs = new Programs(dir);
  const run = (...args: string[]) => execFileSync(bin, args, { encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });

  const start = (role: string, at: string) => programs.start(role, [role, "--dir", at]);

  mkdirSync(officeDir);
  writeFileSync(
    join(officeDir, "office.toml"),
    'tls = ["127.0.0.1:0"]\nhttp = ["127.0.0.1:0"]\nnames = ["localhost"]\nutc_offset_minutes = 420\n',
  );
  const officeSaid = await start("office", officeDir);
  const [officePort] = ports(officeSaid);
  const desk = /the desk is at (http:\/\/\S+?)\/?$/m.exec(officeSaid)?.[1] ?? "";
  const fixed = readFileSync(join(officeDir, "office.toml"), "utf8")
    .replace('tls = ["127.0.0.1:0', `tls = ["127.0.0.1:${officePort}`)
    .replace('http = ["127.0.0.1:0', `http = ["127.0.0.1:${new URL(desk).port}`);
  writeFileSync(join(officeDir, "office.toml"), fixed);
  run("office", "load", "--dir", officeDir, master, join(import.meta.dirname, "master"));
  if (items > 0) {
    const lines = Array.from({ length: items }, (_, i) => `ITEM-${String(i).padStart(4, "0")},Thing ${i},Nos`);
    writeFileSync(join(dir, "item.csv"), ["item_code,item_name,stock_uom", ...lines, ""].join("\n"));
    run("office", "load", "--dir", officeDir, join(dir, "item.csv"));
  }
  if (people) run("office", "load", "--dir", officeDir, join(master, "people"));

  let websocketPort = "0";
  let pagesPort = "0";
  let securePort = "0";
  let tcpPort = "0";
  let enrolments = 0;
  const settings = () => {
    mkdirSync(boxDir);
    mkdirSync(join(dir, "sticks"), { recursive: true });
    writeFileSync(
      join(boxDir, "box.toml"),
      `tcp = [${tcp ? `"127.0.0.1:${tcpPort}"` : ""}]\nhttp = ["127.0.0.1:${pagesPort}"]\nwebsocket = ["127.0.0.1:${websocketPort}"]\nutc_offset_minutes = 420\n`,
    );
    if (https) appendFileSync(join(boxDir, "box.toml"), `https = ["127.0.0.1:${securePort}"]\n`);
    appendFileSync(join(boxDir, "box.toml"), `sticks = false\nstick_dirs = ["${dir}/sticks"]\ntrial_sticks = true\n`);
  };
  const enrol = (...more: string[]) => {
    const file = join(dir, `enrolment-${enrolments++}.toml`);
    run("enrol", "--dir", officeDir, site, "--trust", "--out", file, ...more);
    run("enrol", "--dir", boxDir, "--take", file);
  };
  const startBox = async () => {
    const said = await start("box", boxDir);
    const told = ports(said);
    if (tcp) tcpPort = told.shift() ?? "0";
    websocketPort = told[0] ?? "0";
    securePort = /pages are at https:\/\/[^:]+:(\d+)/.exec(said)?.[1] ?? "0";
    pagesPort = /pages are at http:\/\/[^:]+:(\d+)/.exec(said)?.[1] ?? "0";
    // A box that is started again, or replaced, is found where it was.
    const toml = join(boxDir, "box.toml");
    const fixed = readFileSync(toml, "utf8")
      .replace('websocket = ["127.0.0.1:0"]', `websocket = ["127.0.0.1:${websocketPort}"]`)
      .replace('tcp = ["127.0.0.1:0"]', `tcp = ["127.0.0.1:${tcpPort}"]`)
      .replace('https = ["127.0.0.1:0"]', `https = ["127.0.0.1:${securePort}"]`)
      .replace('http = ["127.0.0.1:0"]', `http = ["127.0.0.1:${pagesPort}"]`);
    writeFileSync(toml, fixed);
  };
  const tablets = new Map<string, string>();
  const addDevice = (name: string, kind: string, password: string) => {
    execFileSync(bin, ["device", "add", "--dir", boxDir, name, "--kind", kind, "--password-stdin"], {
      input: password,
    });
  };
  const addTablet = (name: string, password: string) => {
    tablets.set(name, password);
    addDevice(name, "tablet", password);
  };
  const untilComplete = async () => {
    for (let tries = 0; tries < 400; tries++) {
      const status = JSON.parse(run("status", "--dir", boxDir, "--json")) as { master: { complete: boolean } | null };
      if (status.master?.complete) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error("the master data did not come");
  };
  settings();
  enrol();
  addTablet("till-1", "workshop-till-password");
  await startBox();
  await untilComplete();

  return {
    dir,
    site,
    officeDir,
    get boxDir() {
      return boxDir;
    },
    get websocket() {
      return `ws://127.0.0.1:${websocketPort}`;
    },
    get pages() {
      return `http://127.0.0.1:${pagesPort}`;
    },
    get secure() {
      return https ? `https://outpost.local:${securePort}` : "";
    },
    get tcp() {
      return Number(tcpPort);
    },
    ca: () => readFileSync(join(boxDir, "tls", "ca.pem"), "utf8"),
    desk,
    addUser(name, role, password) {
      const args = ["office", "user", "add", "--dir", officeDir, name, "--role", role, "--password-stdin"];
      execFileSync(bin, args, { input: password, stdio: ["pipe", "pipe", "pipe"] });
    },
    box: (command, ...args) => run(command ?? "", "--dir", boxDir, ...args),
    office: (...args) => run(...args, "--dir", officeDir),
    inBooks(kind) {
      const csv = run("export", "--dir", officeDir, "--kind", kind, "--from", "2026-01-01", "--to", "2099-12-31");
      return new Set(csv.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/gm));
    },
    killBox: () => programs.kill("box"),
    boxMemory() {
      const told = readFileSync(`/proc/${programs.pid("box")}/status`, "utf8");
      const kb = (what: string) => Number(new RegExp(`^${what}:\\s+(\\d+)`, "m").exec(told)?.[1] ?? Number.NaN);
      return { now: kb("VmRSS"), most: kb("VmHWM") };
    },
    async pauseOffice(what) {
      programs.signal("office", "SIGSTOP");
      await what();
      programs.signal("office", "SIGCONT");
    },
    async withoutOffice(what) {
      await programs.kill("office");
      await what();
      await start("office", officeDir);
    },
    startBox,
    async replaceBox() {
      await programs.kill("box");
      boxDir = join(dir, `box-${enrolments}`);
      settings();
      enrol("--replace");
      for (const [name, password] of tablets) addTablet(name, password);
      await startBox();
      await untilComplete();
    },
    addTablet,
    addDevice,
    openPairing: (name) => run("device", "pair", "--dir", boxDir, "--kind", "tablet", "--name", name),
    mark(id) {
      try {
        return markOf(JSON.parse(run("status", "--dir", boxDir, "--document", id, "--json")) as Told);
      } catch {
        return null;
      }
    },
    async end() {
      await programs.end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
