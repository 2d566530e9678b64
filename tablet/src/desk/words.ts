// Amounts, kinds, moments and sizes as the desk shows them.

import { ago, day, format, language, moment, number, tOr } from "../i18n";
import { Decimal } from "../money/decimal";
import { KINDS } from "../submit";
import { t } from "./i18n";
import type { Condition, Reconciled, Way } from "./types";

export { day, moment, number };

const SLUGS = new Map(Object.entries(KINDS).map(([slug, name]) => [name, slug]));
export const KIND_SLUGS: readonly string[] = Object.keys(KINDS);

/** What people call a kind, by its slug or by ERPNext's name. */
export function kindName(kind: string | null): string {
  if (kind === null) return t("kind.unknown");
  return tOr(`kind.${SLUGS.get(kind) ?? kind}`, kind);
}

/** A day, where there is one. */
export function dayOr(iso: string | null): string {
  return iso === null ? "–" : day(iso);
}

/** Decimal text as the locale writes it; what is no number is shown as it is. */
export function amount(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return "–";
  const read = Decimal.read(String(value));
  return read ? number(read) : String(value);
}

/** Money in the company's currency: two digits where it has a fraction at all. */
export function money(value: string | null | undefined): string {
  const read = value ? Decimal.read(value) : null;
  if (!read) return amount(value);
  const digits = read.rounded(0).equals(read) ? 0 : 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, read.scale) };
  return format(options).format(`${read}` as unknown as number);
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : number(String(value));
}

/** How long ago, and when. */
export function when(iso: string | null): { ago: string; at: string } | null {
  if (iso === null) return null;
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return { ago: iso, at: "" };
  return { ago: ago(Math.max(0, Date.now() - ms)), at: moment(iso) };
}

/** What stands for a document, by its number where it has one. */
export function amendedBy({ amended_by_number }: Pick<Way, "amended_by_number">): string {
  const says = t("document.amended_by");
  return amended_by_number === null ? says : `${says}: ${amended_by_number}`;
}

/** What could not be read is of any day: so nothing is equal while there is some. */
export function notRead({ unread }: Pick<Reconciled, "unread">): string[] {
  return Object.entries(unread).map(([site, n]) => t("reconcile.unread", { site, n: count(n) }));
}

/** Whom a box has its time from, and how far it is off where that is known. */
export function clockOf({ from, ahead_s }: Condition["clock"]): string {
  const named = tOr(`time_from.${from.replaceAll(" ", "_")}`, from);
  if (ahead_s === null || Math.abs(ahead_s) < 2) return named;
  const off = Math.abs(ahead_s);
  const by = off < 120 ? t("clock.s", { n: count(off) }) : t("clock.min", { n: count(Math.round(off / 60)) });
  return `${named}, ${t(ahead_s > 0 ? "clock.ahead" : "clock.behind", { by })}`;
}

export function bytes(value: number | null): string {
  if (value === null) return "–";
  if (value < 1_000) return `${number(String(value))} B`;
  const [size, unit] = value < 1e6 ? [value / 1e3, "kB"] : value < 1e9 ? [value / 1e6, "MB"] : [value / 1e9, "GB"];
  return `${number(size.toFixed(size < 10 ? 1 : 0))} ${unit}`;
}

/** The time of day. */
export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

/** A fingerprint as it is read out: four digits at a time. */
export function spaced(fingerprint: string): string {
  return fingerprint.replace(/\s/g, "").replace(/(.{4})(?=.)/g, "$1 ");
}

function locale(): string {
  return language.value === "id" ? "id-ID" : "en-GB";
}

export function monthName(month: string): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return month;
  return at.toLocaleDateString(locale(), { month: "long", year: "numeric", timeZone: "UTC" });
}

export function holdName(hold: string): string {
  return tOr(`hold.${hold}`, hold);
}

export function roleName(role: string): string {
  return tOr(`role.${role}`, role);
}
