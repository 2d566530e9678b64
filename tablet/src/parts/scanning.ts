// Scans on the screen that is shown: the top one hears them. What nobody here knows is told to the box.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { app } from "../app";
import { t } from "../i18n";
import { type Found, resolve } from "../scan/code";
import { listen } from "../scan/wedge";
import { unknownScan } from "../submit";

type Hears = (code: string) => void;

/** A code that comes while a screen is being opened is the screen's. */
const HOLD_MS = 2_000;

const listeners: Hears[] = [];
let held: { code: string; atMs: number }[] = [];
listen((code) => {
  const top = listeners.at(-1);
  if (top) top(code);
  else held.push({ code, atMs: Date.now() });
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

/** Hears raw codes while the screen is shown. */
export function useCodes(hear: Hears): (code: string) => void {
  const latest = useRef(hear);
  latest.current = hear;
  useEffect(() => {
    const one: Hears = (code) => latest.current(code);
    listeners.push(one);
    const waiting = held.filter(({ atMs }) => Date.now() - atMs < HOLD_MS);
    held = [];
    for (const { code } of waiting) one(code);
    return () => {
      listeners.splice(listeners.indexOf(one), 1);
    };
  }, []);
  return (code) => latest.current(code);
}

/** Hears items. The returned function takes a code that came another way: by the camera, or typed. */
export function useScans(found: (found: Found) => void): (code: string) => void {
  return useCodes((code) => {
    const known = resolve(code, app().rows.masters.value);
    if (known && !known.item.disabled) {
      say(known.item.item_name, false);
      found(known);
      return;
    }
    say(t("scan.unknown", { code: code.replaceAll("\u001d", "␝") }), true);
    void unknownScan(app(), code);
  });
}
