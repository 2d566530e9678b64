// The desk's screens in the order in which the nav shows them, and which role each needs.

import type { IconName } from "../parts/icons";
import type { Key } from "./i18n";
import type { Role } from "./types";

export interface Entry {
  screen: string;
  title: Key;
  icon: IconName;
  needs: Role;
}

export const NAV: readonly Entry[] = [
  { screen: "sites", title: "sites.title", icon: "box", needs: "look" },
  { screen: "held", title: "held.title", icon: "warn", needs: "look" },
  { screen: "documents", title: "documents.title", icon: "list", needs: "look" },
  { screen: "transactions", title: "transactions.title", icon: "order", needs: "look" },
  { screen: "enter", title: "enter.title", icon: "plus", needs: "work" },
  { screen: "stock", title: "stock.title", icon: "count", needs: "look" },
  { screen: "transit", title: "transit.title", icon: "deliver", needs: "look" },
  { screen: "scans", title: "scans.title", icon: "scan", needs: "look" },
  { screen: "days", title: "days.title", icon: "time", needs: "look" },
  { screen: "reconcile", title: "reconcile.title", icon: "books", needs: "look" },
  { screen: "export", title: "export.title", icon: "export", needs: "look" },
  { screen: "import", title: "import.title", icon: "stick", needs: "work" },
  { screen: "master", title: "master.title", icon: "receive", needs: "admin" },
  { screen: "enrol", title: "enrol.title", icon: "plus", needs: "admin" },
  { screen: "users", title: "users.title", icon: "person", needs: "admin" },
  { screen: "audit", title: "audit.title", icon: "lock", needs: "admin" },
  { screen: "erpnext", title: "erpnext.title", icon: "office", needs: "admin" },
];

/** The nav's entry that a screen belongs to. */
export const UNDER: Record<string, string> = { "": "sites", site: "sites", document: "documents" };
