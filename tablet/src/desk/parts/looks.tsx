// What of a site needs a look, as signs with words; and when something was, both ways.

import { Icon } from "../../parts/icons";
import { type Look, looks } from "../glance";
import { type Key, t } from "../i18n";
import type { Site } from "../types";
import { count, when } from "../words";

export function Looks({ site }: { site: Site }) {
  const found = looks(site);
  if (found.length === 0) return <span class="badge good">{t("look.none")}</span>;
  return (
    <ul class="badges">
      {found.map((look) => (
        <li key={look.what} class={look.bad ? "badge bad" : "badge warn"}>
          <Icon name="warn" />
          {words(look)}
        </li>
      ))}
    </ul>
  );
}

function words({ what, n }: Look): string {
  return t(`look.${what}` as Key, { n: count(n) });
}

export function When({ at, none }: { at: string | null; none: string }) {
  const told = when(at);
  if (!told) return <>{none}</>;
  return (
    <span class="nowrap">
      {told.ago}
      <small>{told.at}</small>
    </span>
  );
}
