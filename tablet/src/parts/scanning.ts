// Scans on the screen that is shown: the top one hears them. What nobody here knows is told to the box; a badge is neither told nor shown.

import { effect, signal, untracked } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { app, running } from "../app";
import { t } from "../i18n";
import { Badges } from "../scan/badges";
import { type Found, resolve } from "../scan/code";
import { Ears, type Hears } from "../scan/ears";
import { listen } from "../scan/wedge";
import { unknownScan } from "../submit";
import { place } from "./place";
import { troubleOf } from "./trouble";

const ears = new Ears();
export const badges = new Badges((code) => {
  if (ears.hear(code)) return;
  say(badges.is(code) ? t("scan.badge") : t("scan.not_here", { code: shown(code) }), true);
});
listen((code) => badges.pass(code));
effect(() => {
  const now = running.value;
  if (now !== null && now !== "unpaired" && now.people.session.value === null) badges.forget();
});
effect(() => {
  void place.value;
  // A screen that takes no codes was left.
  if (ears.moved() > 0) untracked(() => say(t("scan.not_taken"), true));
});

/** What the last scan was, for a moment, read out and seen. */
export const scanned = signal<{ text: string; bad: boolean } | null>(null);
let fading: ReturnType<typeof setTimeout> | undefined;

function say(text: string, bad: boolean): void {
  scanned.value = { text, bad };
  clearTimeout(fading);
  fading = setTimeout(() => {
    scanned.value = null;
  }, 4_000);
}

const shown = (code: string) => code.replaceAll("\u001d", "␝");

/** Hears raw codes while the screen is shown, and no badges. */
export function useCodes(hear: Hears): (code: string) => void {
  return useBadges((code) => {
    if (badges.is(code)) say(t("scan.badge"), true);
    else hear(code);
  });
}

/** Hears badges as well: who asks for one. */
export function useBadges(hear: Hears): (code: string) => void {
  const latest = useRef(hear);
  latest.current = hear;
  // Until it is drawn, not a frame longer: what is scanned after a tap is the next screen's.
  useLayoutEffect(() => ears.listen((code) => latest.current(code)), []);
  return (code) => latest.current(code);
}

/** Hears items; `found` says false of what has no place on the screen. The returned function takes a code that came by camera, or was typed. */
export function useScans(found: (found: Found) => unknown): (code: string) => void {
  return useCodes((code) => {
    const known = resolve(code, app().rows.masters.value);
    if (known && !known.item.disabled) {
      if (found(known) === false) say(t("scan.not_here", { code: known.item.item_name }), true);
      else say(known.item.item_name, false);
      return;
    }
    unknownScan(app(), code).then(
      () => say(t("scan.unknown", { code: shown(code) }), true),
      (error: unknown) => say(troubleOf(error), true),
    );
  });
}
