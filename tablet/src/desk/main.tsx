// The office's desk: who sits there, and which screen is shown.

import { effect } from "@preact/signals";
import { render } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import "../app.css";
import "./css/frame.css";
import "./css/lists.css";
import "./css/parts.css";
import "./css/days.css";
import { Button, Notice } from "../parts/frame";
import { goInstead, place } from "../parts/place";
import { speakDesk, t } from "./i18n";
import { hush, listen } from "./live";
import { Page } from "./parts/page";
import { Shell } from "./parts/shell";
import { screenOf } from "./screens";
import { Login } from "./screens/login";
import { begin, may, me } from "./session";
import { learnSites } from "./sites";

/** A screen that fails takes nothing else along. */
function Guarded() {
  const [error, again] = useErrorBoundary((error) => reportError(error));
  const { screen, of } = place.value;
  useEffect(() => again(), [screen, of]);
  if (!error) return <Shown />;
  return (
    <Page title={t("failed.title")}>
      <Notice kind="bad">{String(error)}</Notice>
      <Button kind="main" onClick={() => goInstead("")}>
        {t("sites.title")}
      </Button>
    </Page>
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
  if (who === undefined) return <p class="quiet">{t("wait")}</p>;
  if (who === null) return <Login />;
  return (
    <Shell>
      <Guarded />
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
}

void start();
