// What is asked of the documents: a number stands alone, so does a party; else site, kind and day. Pure.

import type { Query } from "./api";

export interface Wanted {
  number: string;
  party: string;
  site: string;
  kind: string;
  day: string;
}

export function documentQuery({ number, party, site, kind, day }: Wanted): Query {
  if (number.trim() !== "") return { number: number.trim().toUpperCase() };
  if (party.trim() !== "") return { party: party.trim() };
  return { site, kind, day };
}
