// The office over HTTP: the desk's only place with fetch. Paths and shapes are those of docs/PAGES.md.
//
// In: what people want. Out: answers, or ApiError with the office's rule and remedy; NotReached where it said nothing. The session is in a
// cookie that no script sees; what stands against CSRF is held here, and asked for anew where another tab was given another.

import type { Page } from "../api-types";
import { ApiError, errorOf, NotReached, type Query, query } from "../errors";
import type * as Of from "./types";

/** A slow answer is worth more than none, up to here; a file, and what goes through all of a journal, takes longer. */
const PATIENCE_MS = 30_000;
const LONG_MS = 300_000;
export const PAGE = 100;
const MOST = 500;

export type { Query };

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
interface Request {
  method?: Method;
  json?: unknown;
  bytes?: Blob;
  of?: Query;
  patienceMs?: number;
}

export interface Part {
  limit?: number;
  after?: string | null;
}

const enc = encodeURIComponent;

/** The session is over, or there was none: the login stands in the place of what was asked. */
export class SessionOver extends ApiError {}

export class Api {
  private csrf: string | null = null;
  /** Whose session it is, as the office said last. */
  private user: string | null = null;
  /** The office says who one is: another tab may have logged somebody else in. */
  onMe: (me: Of.Me) => void = () => {};
  /** The session has ended, as the office says. */
  onEnded: () => void = () => {};

  async login(user: string, password: string): Promise<Of.Me> {
    return this.keep(await this.json<Of.Me>("login", { method: "POST", json: { user, password } }));
  }
  async me(): Promise<Of.Me> {
    return this.keep(await this.json<Of.Me>("me"));
  }
  async logout(): Promise<void> {
    await this.json("logout", { method: "POST", json: {} });
    this.csrf = null;
    this.user = null;
  }
  password(old: string, fresh: string): Promise<unknown> {
    return this.json("password", { method: "POST", json: { old, new: fresh } });
  }

  status(): Promise<Of.Status> {
    return this.json("status");
  }
  sites(part: Part = {}): Promise<Page<Of.Site>> {
    return this.list("sites", {}, part);
  }
  site(site: string): Promise<Of.SiteDetail> {
    return this.json(`sites/${enc(site)}`);
  }
  chart(site: string, from: string, to: string): Promise<{ days: Of.ChartDay[] }> {
    return this.json(`sites/${enc(site)}/chart`, { of: { from, to } });
  }
  enrol(of: { site: string; replace: boolean; moves: boolean; urls?: string[] }): Promise<Of.Enrolment> {
    return this.json("sites", { method: "POST", json: of });
  }
  confirm(site: string, fingerprint: string): Promise<{ said: string }> {
    return this.json(`sites/${enc(site)}/confirm`, { method: "POST", json: { fingerprint } });
  }
  revoke(site: string, fingerprint: string): Promise<{ said: string }> {
    return this.json(`sites/${enc(site)}/revoke`, { method: "POST", json: { fingerprint } });
  }
  quarantine(site: string, part: Part = {}): Promise<Page<Of.Quarantined>> {
    return this.list("quarantine", { site }, part);
  }
  judge(site: string, release: boolean, id?: string): Promise<{ done: { id: string; new: number | null }[] }> {
    return this.json(`quarantine/${enc(site)}`, { method: "POST", json: id ? { id, release } : { release } });
  }

  held(of: { site?: string | undefined }, part: Part = {}): Promise<Page<Of.Held>> {
    return this.list("held", of, part);
  }
  retry(of: { site?: string; id?: string }): Promise<{ retried: number }> {
    return this.json("held/retry", { method: "POST", json: of, patienceMs: LONG_MS });
  }
  remap(
    id: string,
    of: { table: Of.Remapped; from: string; to: string; all_sites: boolean },
  ): Promise<{ retried: number }> {
    return this.json(`held/${enc(id)}/remap`, { method: "POST", json: of, patienceMs: LONG_MS });
  }
  giveUp(id: string, reason: string): Promise<{ said: string[] }> {
    return this.json(`held/${enc(id)}/give-up`, { method: "POST", json: { reason } });
  }
  entered(id: string, of: { name: string; anyway: boolean }): Promise<{ said: string[] }> {
    return this.json(`held/${enc(id)}/entered`, { method: "POST", json: of, patienceMs: LONG_MS });
  }

  documents(of: Query, part: Part = {}): Promise<Page<Of.Line>> {
    return this.list("documents", of, part);
  }
  document(id: string): Promise<{ ways: Of.Way[] }> {
    return this.json(`documents/${enc(id)}`);
  }
  sharedNumbers(of: Query, part: Part = {}): Promise<Page<Of.Line>> {
    return this.list("documents/shared-numbers", of, part);
  }
  stock(of: Query, part: Part = {}): Promise<Page<Of.StockRow>> {
    return this.list("stock", of, part);
  }
  transactions(of: Query, part: Part = {}): Promise<Page<Of.Transaction>> {
    return this.list("transactions", of, part);
  }
  enter(of: {
    site: string;
    kind: string;
    document: Record<string, unknown>;
    waits?: boolean;
  }): Promise<Of.Transaction> {
    return this.json("transactions", { method: "POST", json: of });
  }
  takeBack(id: string): Promise<Of.Transaction> {
    return this.json(`transactions/${enc(id)}/take-back`, { method: "POST", json: {} });
  }
  transit(part: Part = {}): Promise<Page<Of.TransitRow>> {
    return this.list("transit", {}, part);
  }
  unmatched(part: Part = {}): Promise<Page<Of.Unmatched>> {
    return this.list("transit/unmatched", {}, part);
  }
  scans(of: Query, part: Part = {}): Promise<Page<Of.Scan>> {
    return this.list("scans", of, part);
  }
  barcodes(of: Query, part: Part = {}): Promise<Page<Of.Said>> {
    return this.list("barcodes", of, part);
  }

  days(of: { from: string; to: string; site?: string }): Promise<Of.SiteDay[]> {
    return this.all((part) => this.list<Of.SiteDay>("days", of, part));
  }
  month(month: string): Promise<Of.Month> {
    return this.json(`months/${enc(month)}`, { patienceMs: LONG_MS });
  }
  closeMonth(month: string, documents: string[], despite: boolean): Promise<Of.Closed> {
    const json = despite ? { documents, despite } : { documents };
    return this.json(`months/${enc(month)}/close`, { method: "POST", json, patienceMs: LONG_MS });
  }
  openMonth(month: string): Promise<unknown> {
    return this.json(`months/${enc(month)}/open`, { method: "POST", json: {} });
  }
  reconcile(of: { month: string; site?: string | undefined }): Promise<Of.Reconciled> {
    return this.json("reconcile", { of, patienceMs: LONG_MS });
  }
  async export(of: { kind: string; from: string; to: string; site?: string | undefined }): Promise<Blob> {
    return bodyOf((await this.ask("export", { of, patienceMs: LONG_MS })).blob());
  }

  async beginImport(): Promise<string> {
    return (await this.json<Of.Import>("imports", { method: "POST", json: {} })).import;
  }
  async putFile(of: string, name: string, bytes: Blob): Promise<void> {
    await this.ask(`imports/${enc(of)}/files/${enc(name)}`, { method: "PUT", bytes, patienceMs: LONG_MS });
  }
  take(of: string, allSites: boolean): Promise<Of.Import> {
    const json = allSites ? { all_sites: true } : {};
    return this.json(`imports/${enc(of)}/take`, { method: "POST", json, patienceMs: LONG_MS });
  }
  letGo(of: string): Promise<unknown> {
    return this.json(`imports/${enc(of)}`, { method: "DELETE" });
  }
  import(of: string): Promise<Of.Import> {
    return this.json(`imports/${enc(of)}`);
  }
  async answers(of: string): Promise<Blob> {
    return bodyOf((await this.ask(`imports/${enc(of)}/answers`, { patienceMs: LONG_MS })).blob());
  }
  master(of: { import: string; check: boolean; replace_tables: string[] }): Promise<Of.Report> {
    return this.json("master", { method: "POST", json: of, patienceMs: LONG_MS });
  }

  users(part: Part = {}): Promise<Page<Of.User>> {
    return this.list("users", {}, part);
  }
  addUser(of: { name: string; full_name?: string; role: Of.Role }): Promise<Of.WithPassword> {
    return this.json("users", { method: "POST", json: of });
  }
  changeUser(name: string, of: Of.UserChange): Promise<Of.WithPassword> {
    return this.json(`users/${enc(name)}`, { method: "PATCH", json: of });
  }
  deleteUser(name: string): Promise<unknown> {
    return this.json(`users/${enc(name)}`, { method: "DELETE" });
  }
  audit(of: Query, part: Part = {}): Promise<Page<Of.Act>> {
    return this.list("audit", of, part);
  }
  checkErpnext(): Promise<{ said: string[] }> {
    return this.json("erpnext/check", { method: "POST", json: {}, patienceMs: LONG_MS });
  }

  private keep(me: Of.Me): Of.Me {
    this.csrf = me.csrf;
    this.user = me.user;
    this.onMe(me);
    return me;
  }

  private list<T>(path: string, of: Query, { limit = PAGE, after }: Part): Promise<Page<T>> {
    return this.json(path, { of: { ...of, limit, after }, patienceMs: LONG_MS });
  }

  async all<T>(page: (part: Part) => Promise<Page<T>>): Promise<T[]> {
    const found: T[] = [];
    let after: string | null = null;
    do {
      const { items, next }: Page<T> = await page({ limit: MOST, after });
      found.push(...items);
      after = next;
    } while (after !== null);
    return found;
  }

  private async json<T>(path: string, request: Request = {}): Promise<T> {
    const answer = await this.ask(path, request);
    return bodyOf(answer.text().then((text) => (text === "" ? null : JSON.parse(text)) as T));
  }

  private async ask(path: string, request: Request): Promise<Response> {
    const { user } = this;
    const answer = await this.send(path, request);
    if (answer.ok) return answer;
    const error = await errorOf(answer);
    if (error.status === 403 && error.input === "Outpost-CSRF" && path !== "me") {
      // What one meant to do is nothing that somebody else has done.
      if ((await this.me()).user !== user) throw error;
      const again = await this.send(path, request);
      if (again.ok) return again;
      throw this.over(path, await errorOf(again));
    }
    throw this.over(path, error);
  }

  private over(path: string, error: ApiError): ApiError {
    if (error.status !== 401 || path === "login") return error;
    this.onEnded();
    return new SessionOver(error.status, error.input, error.message, error.remedy);
  }

  private async send(path: string, request: Request): Promise<Response> {
    const { method = "GET", json, bytes, of = {}, patienceMs = PATIENCE_MS } = request;
    const headers = new Headers();
    if (method !== "GET") {
      headers.set("Content-Type", bytes ? "application/octet-stream" : "application/json");
      if (this.csrf !== null) headers.set("Outpost-CSRF", this.csrf);
    }
    const body = bytes ?? (json === undefined ? null : JSON.stringify(json));
    const signal = AbortSignal.timeout(patienceMs);
    try {
      return await fetch(`/api/${path}${query(of)}`, { method, headers, body, signal, cache: "no-store" });
    } catch {
      throw new NotReached();
    }
  }
}

/** An answer that breaks off, or is none of the office's, is none. */
async function bodyOf<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch {
    throw new NotReached();
  }
}

export const api = new Api();
