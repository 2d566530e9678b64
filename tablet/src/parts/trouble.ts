// What failed where nobody waited for it, in plain words on the screen: mostly the tablet's disk, which can be full or broken.
//
// In: errors of the page that nobody caught. Out: a signal of what is shown, until it is closed. Absent: what a screen that fails shows
// (guarded.tsx), and buttons, which say it beside themselves (acting.ts).

import { type Signal, signal } from "@preact/signals";
import { ApiError, NotReached, SubmittedElsewhere } from "../errors";
import { t } from "../i18n";

export const trouble: Signal<string | null> = signal(null);

/** Errors that are shown already. */
const told = new WeakSet<object>();

/** It is shown where it happened, and needs no second place. */
export function isShown(error: unknown): void {
  if (typeof error === "object" && error !== null) told.add(error);
}

/** What IndexedDB throws is a DOMException, and nothing else that is left uncaught here is. */
export function troubleOf(error: unknown): string {
  if (error instanceof DOMException) return t("failed.kept", { error: reasonOf(error) });
  if (error instanceof SubmittedElsewhere) return t("failed.elsewhere");
  if (error instanceof NotReached) return t("login.no_box");
  if (error instanceof ApiError) return [error.message, error.remedy].filter(Boolean).join(": ");
  return t("failed.other", { error: reasonOf(error) });
}

/** The browser's own words, but for what people can do something about. */
export function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "QuotaExceededError") return t("failed.full");
  if (error instanceof Error || error instanceof DOMException) return error.message || error.name;
  return String(error);
}

/** Whatever nobody catches on this page is said. */
export function watch(page: Pick<Window, "addEventListener">): void {
  page.addEventListener("unhandledrejection", ({ reason }) => tell(reason));
  // Without an error it is word of something else, as of a size that changed while it was looked at.
  page.addEventListener("error", ({ error }) => error && tell(error));
}

/** Says it where no screen can. */
export function tell(error: unknown): void {
  // That the box is not reached is always on the screen.
  if (error instanceof NotReached || (typeof error === "object" && error !== null && told.has(error))) return;
  trouble.value = troubleOf(error);
}
