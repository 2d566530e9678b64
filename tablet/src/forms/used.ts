// What keeps something from being made, or its materials from going to where it is made.
//
// In: what somebody says of it. Out: the first thing that the box would not take. Absent: what the order needs (documents.ts).

import type { Masters } from "../rows/masters";
import { number } from "./cart";
import { type Made, positive } from "./documents";
import { type LackingPiece, lackingPiece } from "./pieces";

export interface Making extends Made {
  what: "make" | "materials";
}

/** `product`: what the order makes. */
export function lackingMade(
  { what, qty, materials, scrap, piece }: Making,
  product: string,
  masters: Masters,
  day: string,
): "qty" | "goods" | LackingPiece | null {
  if (!number(qty).isPositive()) return "qty";
  const used = materials.filter(positive);
  const wanted = { moves: true, usedOn: day, goodsAlone: true };
  if (what === "materials") return used.length === 0 ? "goods" : lackingPiece(used, masters, wanted);
  const made = { item_code: product, uom: "", qty, ...piece };
  return lackingPiece([made, ...used, ...scrap.filter(positive)], masters, wanted);
}
