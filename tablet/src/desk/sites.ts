// Which sites there are, for every screen that has to name one.

import { signal } from "@preact/signals";
import { api } from "./api";

export const siteNames = signal<readonly string[]>([]);

export async function learnSites(): Promise<void> {
  const sites = await api.all((part) => api.sites(part)).catch(() => null);
  if (sites) siteNames.value = sites.map(({ site }) => site);
}
