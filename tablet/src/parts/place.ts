// Where in the app one is: behind the # of the address, so that the tablet's own Back button works and nothing is asked of the box.

import { signal } from "@preact/signals";

export interface Place {
  screen: string;
  /** What the screen is about: an id. */
  of: string | null;
}

function read(): Place {
  const [screen = "", of] = location.hash.replace(/^#\/?/, "").split("/");
  return { screen: decodeURIComponent(screen), of: of ? decodeURIComponent(of) : null };
}

export const place = signal<Place>(read());

/** Shows what the address names. Once: a screen that is being opened already is not left by word of its address that comes after. */
function arrive(): void {
  const [here, there] = [place.value, read()];
  if (here.screen === there.screen && here.of === there.of) return;
  place.value = there;
  window.scrollTo(0, 0);
}

window.addEventListener("hashchange", arrive);

const hash = (screen: string, of?: string) => `#/${screen}${of === undefined ? "" : `/${encodeURIComponent(of)}`}`;

export function go(screen: string, of?: string): void {
  location.hash = hash(screen, of);
  // The browser says so a moment later: what is scanned until then would be the former screen's.
  arrive();
}

/** Takes the place of where one is: Back does not lead to a form that was submitted. */
export function goInstead(screen: string, of?: string): void {
  history.replaceState(null, "", hash(screen, of));
  place.value = read();
  window.scrollTo(0, 0);
}

export function back(): void {
  if (history.length > 1) history.back();
  else goInstead("");
}
