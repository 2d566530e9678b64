// Keyboard-wedge scanners: a scanner types its code like a keyboard, only faster, and ends it with Enter or Tab.
//
// In: keys of the page, with their times, wherever the focus is. Out: whole codes, group separators and other control characters in their places;
// what was typed into a field meanwhile is taken out again. Absent: what a code stands for (code.ts).

/** Between two keys of a scanner; people are slower, the slowest scanners are at 30 ms. */
const KEY_MS = 50;
/** Shorter ones are typed by people now and then. */
const SHORTEST = 4;

export interface Key {
  key: string;
  ctrl: boolean;
  alt: boolean;
  atMs: number;
}

export type Heard = { code: string; swallow: true } | { code: null; swallow: boolean };

/** What scanners type for control characters: Ctrl and the character 64 above. */
function control(key: string): string | null {
  if (key.length !== 1) return null;
  const code = key.toUpperCase().charCodeAt(0) - 64;
  return code >= 28 && code <= 31 ? String.fromCharCode(code) : null;
}

export class Wedge {
  private code = "";
  private lastMs = Number.NEGATIVE_INFINITY;
  /** Digits of an Alt code: some scanners type Alt+029 for a group separator. */
  private altCode = "";

  /** A code is under way: what was in the field before it is to be remembered at its first key. */
  get empty(): boolean {
    return this.code === "";
  }

  hear({ key, ctrl, alt, atMs }: Key): Heard {
    const quick = atMs - this.lastMs <= KEY_MS;
    if (key === "Shift" || key === "Control" || key === "Alt") {
      if (quick) this.lastMs = atMs;
      return { code: null, swallow: false };
    }
    if (key === "Enter" || key === "Tab") {
      const code = quick ? this.code : "";
      this.code = "";
      return code.length >= SHORTEST ? { code, swallow: true } : { code: null, swallow: false };
    }
    if (!quick) this.code = "";
    this.lastMs = atMs;
    if (alt && /^\d$/.test(key)) {
      this.altCode += key;
      if (this.altCode.length < 3) return { code: null, swallow: true };
      const char = Number(this.altCode);
      this.altCode = "";
      if (char < 32) this.code += String.fromCharCode(char);
      return { code: null, swallow: true };
    }
    this.altCode = "";
    const special = ctrl ? control(key) : key.length === 1 && key < " " ? key : null;
    if (special !== null) {
      this.code += special;
      return { code: null, swallow: true };
    }
    if (key.length === 1 && !ctrl && !alt) this.code += key;
    else if (!ctrl) this.code = "";
    return { code: null, swallow: false };
  }
}

type Field = HTMLInputElement | HTMLTextAreaElement;

const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** Listens to all keys of the page. */
export function listen(onCode: (code: string) => void): () => void {
  const wedge = new Wedge();
  let before: { field: Field; value: string } | null = null;
  const hear = (event: KeyboardEvent) => {
    const field = isField(event.target) ? event.target : null;
    const wasValue = field?.value ?? "";
    const key = { key: event.key, ctrl: event.ctrlKey, alt: event.altKey, atMs: event.timeStamp };
    const startsAnew = wedge.empty || event.timeStamp - lastMs > KEY_MS;
    lastMs = event.timeStamp;
    if (startsAnew) before = field && { field, value: wasValue };
    const heard = wedge.hear(key);
    if (heard.swallow) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (heard.code === null) return;
    if (before && before.field === field) {
      field.value = before.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    onCode(heard.code);
  };
  let lastMs = Number.NEGATIVE_INFINITY;
  window.addEventListener("keydown", hear, { capture: true });
  return () => window.removeEventListener("keydown", hear, { capture: true });
}
