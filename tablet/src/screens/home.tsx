// What this person may do, as large tiles. What they may not is not there.

import { app } from "../app";
import { add, lineOfFound } from "../forms/cart";
import { type Key, day as shownDay, t } from "../i18n";
import type { Written } from "../parts/draft";
import { Frame, Notice } from "../parts/frame";
import { Icon, type IconName } from "../parts/icons";
import { go, place } from "../parts/place";
import { useScans } from "../parts/scanning";
import type { Found } from "../scan/code";
import { KINDS } from "../submit";
import { uuid } from "../uuid";
import { nothingSold, type Selling } from "./sell";

interface TileOf {
  screen: string;
  icon: IconName;
  key: Key;
  /** The documents of which one may be made; none: whoever is here. */
  makes: readonly string[];
}

const TILES: readonly TileOf[] = [
  { screen: "sell", icon: "sell", key: "tile.sell", makes: ["Sales Invoice"] },
  { screen: "today", icon: "list", key: "tile.today", makes: [] },
  { screen: "payment", icon: "money", key: "tile.payment", makes: ["Payment Entry"] },
  { screen: "expense", icon: "expense", key: "tile.expense", makes: ["Journal Entry"] },
  { screen: "order", icon: "order", key: "tile.order", makes: ["Sales Order"] },
  { screen: "orders", icon: "deliver", key: "tile.deliver", makes: ["Delivery Note", "Sales Invoice"] },
  { screen: "receive", icon: "receive", key: "tile.receive", makes: ["Purchase Receipt"] },
  { screen: "bill", icon: "bill", key: "tile.bill", makes: ["Purchase Invoice"] },
  { screen: "transfer-out", icon: "out", key: "tile.transfer_out", makes: ["Stock Entry"] },
  { screen: "transfer-in", icon: "in", key: "tile.transfer_in", makes: ["Stock Entry"] },
  { screen: "count", icon: "count", key: "tile.count", makes: ["Stock Reconciliation"] },
  { screen: "produce", icon: "make", key: "tile.produce", makes: ["Stock Entry"] },
  { screen: "time", icon: "time", key: "tile.time", makes: ["Job Card", "Timesheet"] },
  { screen: "customer", icon: "person", key: "tile.customer", makes: ["Customer"] },
  { screen: "supplier", icon: "supplier", key: "tile.supplier", makes: ["Supplier"] },
  { screen: "item", icon: "item", key: "tile.item", makes: ["Item"] },
  { screen: "till", icon: "till", key: "tile.till", makes: ["POS Opening Entry", "POS Closing Entry"] },
  { screen: "scans", icon: "scan", key: "tile.scans", makes: [] },
  { screen: "stick", icon: "stick", key: "tile.stick", makes: [] },
  { screen: "export", icon: "export", key: "tile.export", makes: [] },
];

/** A scan at the tiles is the beginning of a sale, or one more item of the one that was begun. */
async function sell(found: Found): Promise<void> {
  const { outbox, rows, clock } = app();
  const masters = rows.masters.value;
  const line = lineOfFound(found, masters, clock.day());
  const here = place.value;
  await outbox.changeDraft("sell", (kept) => {
    const begun = (kept?.value as Written<Selling> | undefined) ?? { value: nothingSold(masters) };
    const cart = add(begun.value.cart, line);
    return { screen: "sell", id: kept?.id ?? uuid(), value: { ...begun, value: { ...begun.value, cart } } };
  });
  // Whoever has gone elsewhere meanwhile is not taken from there.
  if (place.value === here) go("sell");
}

export function Home() {
  const { rows, people, outbox, link, clock } = app();
  const masters = rows.masters.value;
  const roles = people.session.value?.roles ?? [];
  const may = (tile: TileOf) =>
    tile.makes.length === 0 || tile.makes.some((kind) => masters.may("submit", kind, roles));
  const maySell = masters.may("submit", "Sales Invoice", roles);
  useScans((found) => maySell && void sell(found));
  const refused = outbox.entries.value.filter((entry) => entry.state === "refused" && entry.kind !== "scan").length;
  const box = link.box.value;
  return (
    <Frame title={masters.settings?.company ?? t("home.title")} home>
      {link.turnedAway.value && <Notice kind="bad">{t("home.turned_away")}</Notice>}
      {box && !box.recording && <Notice kind="bad">{t("home.not_recording", { reason: box.reason ?? "" })}</Notice>}
      {box?.time_from === "not known" && <Notice kind="bad">{t("home.no_clock")}</Notice>}
      {box?.warning && <Notice kind="warn">{box.warning}</Notice>}
      {refused > 0 && (
        <button type="button" class="notice bad linked" onClick={() => go("today")}>
          {t("home.refused", { n: refused })}
        </button>
      )}
      <OnCard today={clock.day()} />
      {!masters.known && <Notice kind="warn">{t("home.no_rows")}</Notice>}
      <nav class="tiles" aria-label={t("home.title")}>
        {TILES.filter(may).map((tile) => (
          <button type="button" class="tile" key={tile.screen} onClick={() => go(tile.screen)}>
            <Icon name={tile.icon} />
            <span>{t(tile.key)}</span>
          </button>
        ))}
        {masters.hasPeople && (
          <button type="button" class="tile" onClick={() => void people.logout()}>
            <Icon name="lock" />
            <span>{t("tile.logout")}</span>
          </button>
        )}
      </nav>
    </Frame>
  );
}

/** Each day while something is on the box's card alone: neither the office nor a stick has it. */
function OnCard({ today }: { today: string }) {
  const { link, outbox, clock } = app();
  const line = link.line.value;
  const stick = link.sticks.value.some((stick) => stick.mirror);
  const saved = outbox.entries.value.filter((entry) => entry.state === "saved" && entry.kind in KINDS);
  const count = line?.on_card ?? (stick ? 0 : (line?.waiting ?? saved.length));
  const oldest = line?.oldest_on_card ?? saved.at(-1)?.at;
  if (count === 0 || !oldest) return null;
  const since = clock.day(Date.parse(oldest));
  if (since >= today) return null;
  return <Notice kind="warn">{t("home.on_card", { n: count, day: shownDay(since) })}</Notice>;
}
