// The desk's texts: those of the workshop's app, and its own beside them, so that a kind of document has one name at both.

import {
  type Key as AppKey,
  type Dictionary,
  FILES,
  type Language,
  preferred,
  say,
  speak,
  type Values,
} from "../../i18n";
import type en from "./en.json";

type Own = Record<keyof typeof en, string>;
export type Key = keyof typeof en | AppKey;

const OWN: Record<Language, () => Promise<Own>> = {
  en: async () => (await import("./en.json")).default,
  id: async () => (await import("./id.json")).default,
};

async function both(of: Language) {
  const [shared, own] = await Promise.all([FILES[of](), OWN[of]()]);
  return { ...shared, ...own };
}

const DICTIONARY: Dictionary = { en: () => both("en"), id: () => both("id") };

export function speakDesk(to: Language = preferred()): Promise<void> {
  return speak(to, DICTIONARY);
}

export function t(key: Key, values: Values = {}): string {
  return say(key, values);
}
