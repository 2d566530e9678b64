// The box over HTTP: the only place with fetch. Paths and shapes are those of docs/PAGES.md.
//
// In: the tablet's login, the person's session. Out: answers, or ApiError with what the box said; NotReached where it said nothing. The login is
// never in a URL.

import type {
  DaySheet,
  DocumentDetail,
  Mark,
  OpenInvoice,
  OpenWorkOrder,
  Order,
  Page,
  RowsPage,
  SaidCode,
  ScanLine,
  Stock,
  Till,
  TransitRow,
} from "./api-types";
import { ApiError, errorOf, NotReached, type Query, query } from "./errors";
import type { Login } from "./link/link";
import type { PrintedLine } from "./print/lines";

/** A slow answer is worth more than none, up to here. */
const PATIENCE_MS = 15_000;
const ROWS_AT_ONCE = 500;

export { ApiError };

export interface Paired {
  device: string;
  password: string;
  site: string;
}

export class Api {
  private readonly login: Login | null;
  private readonly session: () => string | null;
  /** The moment by the box's clock, from each answer. */
  onDate: (boxMs: number) => void = () => {};

  constructor(login: Login | null, session: () => string | null) {
    this.login = login;
    this.session = session;
  }

  hello(): Promise<{ role: string; site: string; version: string }> {
    return this.get("hello");
  }

  pair(code: string, name: string): Promise<Paired> {
    return this.post("pair", name === "" ? { code } : { code, name });
  }

  /** Among what the box says of itself: where its pages are, `http://0.0.0.0:8080` and the like. */
  status(): Promise<{ pages: string[] }> {
    return this.get("status");
  }

  rows(after: string | null): Promise<RowsPage> {
    return this.get("rows", { after, limit: ROWS_AT_ONCE });
  }

  async marks(ids: string[]): Promise<Record<string, Mark | null>> {
    return (await this.post<{ marks: Record<string, Mark | null> }>("marks", { ids })).marks;
  }

  stock(warehouse?: string, item?: string): Promise<Stock[]> {
    return this.all("stock", { warehouse, item });
  }

  transit(): Promise<TransitRow[]> {
    return this.all("transit");
  }

  orders(): Promise<Order[]> {
    return this.all("orders", { open: 1 });
  }

  workOrders(): Promise<OpenWorkOrder[]> {
    return this.all("work-orders");
  }

  invoices(of: { customer?: string; supplier?: string }): Promise<OpenInvoice[]> {
    return this.all("invoices", { ...of, open: 1 });
  }

  till(): Promise<Till> {
    return this.get("till");
  }

  day(day: string): Promise<DaySheet> {
    return this.get("day", { day });
  }

  documents(of: { day: string } | { number: string }): Promise<Mark[]> {
    return this.all("documents", of);
  }

  document(id: string): Promise<DocumentDetail> {
    return this.get(`documents/${encodeURIComponent(id)}`);
  }

  scans(day: string): Promise<ScanLine[]> {
    return this.all("scans", { day, unknown: 1 });
  }

  barcodes(): Promise<SaidCode[]> {
    return this.all("barcodes");
  }

  print(id: string, widthMm: 58 | 80, lines: PrintedLine[]): Promise<unknown> {
    return this.post("print", { id, width_mm: widthMm, lines });
  }

  stickCsv(from: string, to: string): Promise<unknown> {
    return this.post("stick/csv", { from, to });
  }

  async export(kind: string, from: string, to: string): Promise<Blob> {
    return (await this.ask(`export${query({ kind, from, to })}`, { method: "GET" })).blob();
  }

  private async all<T>(path: string, of: Query = {}): Promise<T[]> {
    const found: T[] = [];
    let after: string | null = null;
    do {
      const page: Page<T> = await this.get(path, { ...of, after, limit: 500 });
      found.push(...page.items);
      after = page.next;
    } while (after !== null);
    return found;
  }

  private async get<T>(path: string, of: Query = {}): Promise<T> {
    return (await this.ask(path + query(of), { method: "GET" })).json() as Promise<T>;
  }

  private async post<T>(path: string, body: unknown): Promise<T> {
    const answer = await this.ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return (text === "" ? null : JSON.parse(text)) as T;
  }

  private async ask(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.login) headers.set("Authorization", `Basic ${btoa(`${this.login.device}:${this.login.password}`)}`);
    const session = this.session();
    if (session !== null) headers.set("Outpost-Session", session);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
    let answer: Response;
    try {
      answer = await fetch(`/api/${path}`, {
        ...init,
        headers,
        signal: stop.signal,
        credentials: "omit",
        cache: "no-store",
      });
    } catch {
      throw new NotReached();
    } finally {
      clearTimeout(timer);
    }
    const date = Date.parse(answer.headers.get("Date") ?? "");
    if (!Number.isNaN(date)) this.onDate(date);
    if (!answer.ok) throw await errorOf(answer);
    return answer;
  }
}
