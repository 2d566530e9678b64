// Which screen stands behind which name in the address, and the role that it needs.

import type { ComponentChildren } from "preact";
import { NAV } from "../nav";
import type { Role } from "../types";
import { Account } from "./account";
import { Audit } from "./audit";
import { Days } from "./days";
import { DocumentScreen } from "./document";
import { Documents } from "./documents";
import { Enrol } from "./enrol";
import { Enter } from "./enter";
import { Erpnext } from "./erpnext";
import { Export } from "./export";
import { HeldScreen } from "./held";
import { ImportScreen } from "./import";
import { Master } from "./master";
import { Reconcile } from "./reconcile";
import { Scans } from "./scans";
import { SiteScreen } from "./site";
import { Sites } from "./sites";
import { Stock } from "./stock";
import { Transactions } from "./transactions";
import { Transit } from "./transit";
import { Users } from "./users";

type Screen = (props: { of: string | null }) => ComponentChildren;

const OF: Record<string, Screen> = {
  sites: Sites,
  site: SiteScreen,
  held: HeldScreen,
  documents: Documents,
  document: DocumentScreen,
  transactions: Transactions,
  enter: Enter,
  stock: Stock,
  transit: Transit,
  scans: Scans,
  days: Days,
  reconcile: Reconcile,
  export: Export,
  import: ImportScreen,
  master: Master,
  enrol: Enrol,
  users: Users,
  audit: Audit,
  erpnext: Erpnext,
  account: Account,
};

const needs: Record<string, Role> = Object.fromEntries(NAV.map(({ screen, needs }) => [screen, needs]));

/** Where there is no such screen, the first one. */
export function screenOf(name: string): { Screen: Screen; needs: Role } {
  const Screen = OF[name];
  return Screen ? { Screen, needs: needs[name] ?? "look" } : { Screen: Sites, needs: "look" };
}
