// Which screen stands behind which name in the address, and the role that it needs.

import type { ComponentChildren } from "preact";
import type { Role } from "../types";
import { Account } from "./account";
import { HeldScreen } from "./held";
import { SiteScreen } from "./site";
import { Sites } from "./sites";

type Screen = (props: { of: string | null }) => ComponentChildren;

export const SCREENS: Record<string, { Screen: Screen; needs: Role }> = {
  sites: { Screen: Sites, needs: "look" },
  site: { Screen: SiteScreen, needs: "look" },
  held: { Screen: HeldScreen, needs: "look" },
  account: { Screen: Account, needs: "look" },
};
