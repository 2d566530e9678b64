// Two languages: texts by key, one file for each; numbers, money and days as people of the locale write and read them.
//
// In: keys, values. Out: text. A number that is typed is read as the locale writes it; where "1.500" could be two numbers, the locale's
// grouping counts. Absent: what the box says, which is in its own words.

import { signal } from "@preact/signals";
import { Decimal } from "../money/decimal";
import type en from "./en.json";

export type Key = keyof typeof en;
export type Texts = Record<Key, string>;
export type Language = "en" | "id";
/** Where a page's texts come from: a page of its own may add texts of its own. */
export type Dictionary = Record<Language, () => Promise<Texts>>;

/** Each by its own name, for whoever can read no other. */
export const LANGUAGES: readonly { value: Language; text: string }[] = [
  { value: "en", text: "English" },
  { value: "id", text: "Bahasa Indonesia" },
];
export const FILES: Dictionary = {
  en: async () => (await import("./en.json")).default,
  id: async () => (await import("./id.json")).default,
};
const LOCALES: Record<Language, string> = { en: "en-GB", id: "id-ID" };

export const language = signal<Language>("en");
/** Minutes east of UTC of the place whose times are shown; null where it is wherever the page is. */
export const zone = signal<number | null>(null);
const texts = signal<Record<string, string> | null>(null);

export function preferred(): Language {
  const kept = localStorage.getItem("language");
  if (kept === "en" || kept === "id") return kept;
  return navigator.language.toLowerCase().startsWith("id") ? "id" : "en";
}

export async function speak(to: Language, from: Dictionary = FILES): Promise<void> {
  const loaded = await from[to]();
  texts.value = loaded;
  language.value = to;
  document.documentElement.lang = to;
  localStorage.setItem("language", to);
}

export type Values = Record<string, string | number>;

/** The text of a key, `{name}` replaced by its value. */
export function t(key: Key, values: Values = {}): string {
  return say(key, values);
}

/** As `t`, for a page that has keys of its own. */
export function say(key: string, values: Values = {}): string {
  const text = texts.value?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** A text whose key is put together: of a kind of document, of a reason's code. */
export function tOr(key: string, otherwise: string): string {
  return texts.value?.[key] ?? otherwise;
}

const formats = new Map<string, Intl.NumberFormat>();

export function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language.value + JSON.stringify(options);
  let known = formats.get(key);
  if (known) return known;
  known = new Intl.NumberFormat(LOCALES[language.value], options);
  formats.set(key, known);
  return known;
}

export function number(value: Decimal | string): string {
  return format({ maximumFractionDigits: 9 }).format(`${value}` as unknown as number);
}

export function money(value: Decimal | string, currency: string, precision: number): string {
  const of = typeof value === "string" ? Decimal.from(value) : value;
  const digits = of.rounded(0).equals(of) ? 0 : precision;
  const options = {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const;
  return format(options).format(`${of}` as unknown as number);
}

/** `2026-11-02` as people write it. */
export function day(iso: string): string {
  const at = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return iso;
  const options = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  return at.toLocaleDateString(LOCALES[language.value], options);
}

/** A moment by the place's clock, which need not be that of the machine that shows it. */
export function moment(iso: string | number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return String(iso);
  const there = zone.value === null ? at : new Date(at.getTime() + zone.value * 60_000);
  return there.toLocaleString(LOCALES[language.value], {
    ...(zone.value === null ? {} : { timeZone: "UTC" }),
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** How long ago, in words. */
export function ago(ms: number): string {
  const relative = new Intl.RelativeTimeFormat(LOCALES[language.value], { numeric: "auto", style: "short" });
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 48 * 60) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / 1440), "day");
}

/** As `ago`, to the second within the last minute. */
export function agoFine(ms: number): string {
  if (ms >= 60_000) return ago(ms);
  const relative = new Intl.RelativeTimeFormat(LOCALES[language.value], { numeric: "auto", style: "long" });
  return relative.format(-Math.floor(ms / 1_000), "second");
}

/** What somebody typed, as a decimal; null where it is no number. */
export function typed(text: string, locale: Language = language.value): Decimal | null {
  const [group, point] = locale === "id" ? [".", ","] : [",", "."];
  const plain = text.trim().replace(/[\s\u00a0]/g, "");
  const grouped = new RegExp(`^-?[1-9]\\d{0,2}(\\${group}\\d{3})+(\\${point}\\d+)?$`);
  if (grouped.test(plain)) return Decimal.read(plain.split(group).join("").replace(point, "."));
  return Decimal.read(plain.replace(/^(-?\d*)[.,](\d+)$/, "$1.$2").replace(/^(-?)\./, "$10."));
}
