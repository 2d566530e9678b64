// What stands around every screen: the nav that one's role has, who one is, and whether the office tells changes by itself.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../parts/icons";
import { place } from "../../parts/place";
import { t } from "../i18n";
import { live } from "../live";
import { NAV, UNDER } from "../nav";
import { may, me } from "../session";
import { clock, moment, roleName } from "../words";

export function Shell({ children }: { children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const { screen, of } = place.value;
  useEffect(() => setOpen(false), [screen, of]);
  const here = UNDER[screen] ?? screen;
  return (
    <div class={open ? "shell open" : "shell"}>
      <button type="button" class="skip" onClick={() => document.querySelector("h1")?.focus()}>
        {t("skip")}
      </button>
      <header class="top">
        <button
          type="button"
          class="menu"
          aria-expanded={open}
          aria-controls="nav"
          onClick={() => setOpen(!open)}
          onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
        >
          <Icon name={open ? "cross" : "list"} />
          <span>{t("menu")}</span>
        </button>
        <span class="brand">Outpost</span>
        <Live />
        <a class="who" href="#/account" aria-current={screen === "account" ? "page" : undefined}>
          <Icon name="person" />
          <span>
            {me.value?.full_name || me.value?.user}
            <small>{roleName(me.value?.role ?? "")}</small>
          </span>
        </a>
      </header>
      <nav id="nav" class="nav" aria-label={t("menu")}>
        <ul>
          {NAV.filter(({ needs }) => may(needs)).map(({ screen, title, icon }) => (
            <li key={screen}>
              <a
                href={`#/${screen}`}
                aria-current={here === screen ? "page" : undefined}
                onClick={() => setOpen(false)}
              >
                <Icon name={icon} />
                {t(title)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </div>
  );
}

/** Whether what is on the screen follows what happens. */
function Live() {
  const { on, sinceMs } = live.value;
  const says = on ? t("live.on") : t("live.off", { at: clock(sinceMs) });
  return (
    <span class={on ? "live on" : "live"} role="status" title={moment(sinceMs)}>
      <Icon name={on ? "check" : "warn"} />
      <span>{says}</span>
    </span>
  );
}
