// A stand-in for ERPNext that runs for a test, and an office that posts into it. OUTPOST_ERPNEXT_BIN names the program.
//
// In: what an administrator of ERPNext asks over its REST interface, and what somebody does in its database. Out: names, documents.

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Stage } from "./stage";

export const erpnextProgram: string | undefined = process.env.OUTPOST_ERPNEXT_BIN;

type Doc = Record<string, unknown>;

interface Told {
  url: string;
  users: { user: string; key: string; secret: string }[];
}

export class Erpnext {
  readonly url: string;
  /** KEY:SECRET of a System Manager. */
  readonly adminKey: string;
  private child: ChildProcess;
  private lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, told: Told) {
    const admin = told.users.find(({ user }) => user.startsWith("admin-api"));
    this.url = told.url;
    this.adminKey = `${admin?.key}:${admin?.secret}`;
    this.child = child;
    this.lines = lines;
  }

  static async start(): Promise<Erpnext> {
    if (!erpnextProgram) throw new Error("name the stand-in for ERPNext in OUTPOST_ERPNEXT_BIN");
    const child = spawn(erpnextProgram, [], { stdio: ["pipe", "pipe", "inherit"] });
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    return new Erpnext(child, lines, JSON.parse(String(first.value)) as Told);
  }

  /** Makes a document by all of ERPNext's rules; its name. */
  async make(doctype: string, doc: Doc): Promise<string> {
    return String((await this.ask("POST", doctype, "", doc)).name);
  }

  read(doctype: string, name: string): Promise<Doc> {
    return this.ask("GET", doctype, name);
  }

  change(doctype: string, name: string, fields: Doc): Promise<Doc> {
    return this.ask("PUT", doctype, name, fields);
  }

  /** How somebody cancels a document in ERPNext itself. */
  cancel(doctype: string, name: string): Promise<Doc> {
    return this.change(doctype, name, { docstatus: 2 });
  }

  /** Changes a field past all rules, as somebody does in the database. */
  async set(doctype: string, name: string, field: string, value: unknown): Promise<void> {
    this.child.stdin?.write(`${JSON.stringify(["set", doctype, name, field, value])}\n`);
    const said = String((await this.lines.next()).value);
    if (said !== "done") throw new Error(said);
  }

  private async ask(method: string, doctype: string, name: string, body?: Doc): Promise<Doc> {
    const path = [doctype, name].filter((part) => part !== "").map(encodeURIComponent);
    const answer = await fetch(`${this.url}/api/resource/${path.join("/")}`, {
      method,
      headers: { Authorization: `token ${this.adminKey}`, "Content-Type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${doctype} ${name}: ${answer.status} ${text}`);
    return (JSON.parse(text) as { data: Doc }).data;
  }

  end(): void {
    this.child.kill("SIGKILL");
  }
}

/** So many pieces that somebody at ERPNext itself receives. */
export const receiptOf = (item_code: string, qty: number): Doc => ({
  docstatus: 1,
  stock_entry_type: "Material Receipt",
  items: [{ item_code, qty, basic_rate: 50000 }],
});

/** The masters that the sample workshop sells with, but for its warehouse: nobody has made that in ERPNext. */
export async function furnish(erp: Erpnext): Promise<void> {
  for (const customer_name of ["Counter", "Pak Joko"]) await erp.make("Customer", { customer_name });
  for (const item_code of ["SHIRT-001", "SHIRT-002"])
    await erp.make("Item", {
      item_code,
      item_name: item_code,
      item_group: "Products",
      stock_uom: "Nos",
      is_stock_item: 1,
    });
  await erp.make("Stock Entry", { ...receiptOf("SHIRT-001", 100), to_warehouse: "Stores - TW" });
}

/** Has the office post into it, set up as somebody at the office's terminal does. */
export function postInto(on: Stage, erp: Erpnext): void {
  const key = join(on.dir, "admin.key");
  writeFileSync(key, `${erp.adminKey}\n`, { mode: 0o600 });
  const email = "outpost@books.example";
  on.office("office", "erpnext", "setup", "--yes", "--url", erp.url, "--admin-key-file", key, "--email", email);
  appendFileSync(join(on.officeDir, "erpnext.toml"), `\n[sites.${on.site}]\ncompany = "Tailor Works"\n`);
}
