// How the office of tests/desk-fixture.ts answers: refusals with rule and remedy, pages of a list, and what a path is answered by.

import { ApiError as Refused } from "../src/errors";

export { Refused };

export interface Answer {
  status: number;
  json?: unknown;
  bytes?: string | Buffer;
  type?: string;
}

export interface Question {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  user: string;
}

export type Fields = Record<string, string & boolean & string[]>;
export type Handler = (of: {
  query: Record<string, string>;
  of: string[];
  body: Fields;
  bytes: Buffer;
  user: string;
}) => unknown;
export interface Tools {
  say(event: string, data: unknown): void;
}

/** A page of a list; `next` is the place in it, and means nothing where there is none. */
export function paged<T>(items: readonly T[], query: Record<string, string>) {
  const limit = Number(query.limit ?? 100);
  const from = Number(query.after?.replace("from-", "") ?? 0);
  if (limit < 1 || limit > 500) throw new Refused(400, "limit", "a limit is 1 to 500", "send limit=100");
  if (Number.isNaN(from)) throw new Refused(410, "after", "the list has changed since", "begin anew");
  const end = from + limit;
  return { items: items.slice(from, end), next: end < items.length ? `from-${end}` : null };
}

export const made = (json: unknown): Answer => ({ status: 201, json });

/** Method, path with `*` for a part of it, and what answers. */
export type Route = [method: string, path: string, handle: Handler];
