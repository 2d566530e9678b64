// Which sites there are, for every screen that has to name one.

import { signal } from "@preact/signals";
import { api } from "./api";

export const siteNames = signal<readonly string[]>([]);
let asking: Promise<void> | null = null;

/** Asked at the login, and whenever the stream opens: what could not be asked is not missing for long. */
export function learnSites(): Promise<void> {
  asking ??= api
    .all((part) => api.sites(part))
    .then(
      (sites) => {
        siteNames.value = sites.map(({ site }) => site);
      },
      () => {},
    )
    .finally(() => {
      asking = null;
    });
  return asking;
}
