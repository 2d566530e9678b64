// The office's desk: who sits there, and which screen is shown.

import { effect } from "@preact/signals";
import { render } from "preact";
import "../app.css";
import "./css/frame.css";
import "./css/lists.css";
import "./css/parts.css";
import "./css/days.css";
import { Button, Notice } from "../parts/frame";
import { Guarded } from "../parts/guarded";
import { goInstead, place } from "../parts/place";
import { speakDesk, t } from "./i18n";
import { hush, listen, live } from "./live";
import { Page, Problem } from "./parts/page";
import { Shell } from "./parts/shell";
import { screenOf } from "./screens";
import { Login } from "./screens/login";
import { begin, may, me, unknown } from "./session";
import { learnSites } from "./sites";

function Failed({ error }: { error: unknown }) {
  return (
    <Page title={t("failed.title")}>
      <Notice kind="bad">{String(error)}</Notice>
      <Button kind="main" onClick={() => goInstead("")}>
        {t("sites.title")}
      </Button>
    </Page>
  );
}

/** Whether somebody is logged in only the office knows. */
function Unknown() {
  return (
    <div class="door">
      <Page title={t("desk.title")}>
        <Problem of={unknown.value} />
        <Button kind="main" onClick={() => void begin()}>
          {t("ask_again")}
        </Button>
      </Page>
    </div>
  );
}

function Shown() {
  const { screen, of } = place.value;
  const { Screen, needs } = screenOf(screen);
  if (!may(needs)) {
    return (
      <Page title={t("not_yours.title")}>
        <Notice kind="warn">{t("not_yours")}</Notice>
      </Page>
    );
  }
  // The key begins a screen anew where it is about something else.
  return <Screen key={`${screen}/${of}`} of={of} />;
}

function Root() {
  const who = me.value;
  if (who === undefined) return unknown.value === null ? <p class="quiet">{t("wait")}</p> : <Unknown />;
  if (who === null) return <Login />;
  // The key begins everything anew for somebody else.
  return (
    <Shell key={who.user}>
      <Guarded failed={(error) => <Failed error={error} />}>
        <Shown />
      </Guarded>
    </Shell>
  );
}

async function start(): Promise<void> {
  await speakDesk();
  const root = document.getElementById("desk");
  if (root) render(<Root />, root);
  await begin();
  let was: string | null = null;
  effect(() => {
    const user = me.value?.user ?? null;
    if (user === was) return;
    was = user;
    if (user === null) return hush();
    listen();
    void learnSites();
  });
  effect(() => {
    if (live.value.on) void learnSites();
  });
}

void start();
