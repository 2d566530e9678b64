// The workshop's app: which screen is shown. Everything else is behind it.

import { render } from "preact";
import { useEffect } from "preact/hooks";
import "./app.css";
import { app, noDisk, running, start } from "./app";
import { preferred, speak, t } from "./i18n";
import { Bar } from "./parts/bar";
import { draftKey } from "./parts/draft";
import { Button, Frame, Notice } from "./parts/frame";
import { Guarded } from "./parts/guarded";
import { goInstead, place } from "./parts/place";
import { reasonOf, trouble, watch } from "./parts/trouble";
import { SCREENS } from "./screens";
import { Home } from "./screens/home";
import { Login } from "./screens/login";
import { Pair } from "./screens/pair";

/** What was written is on the disk, and the way home is there; and, where it is what fails again and again, the way to be rid of it. */
function Failed({ error }: { error: unknown }) {
  const { screen, of } = place.value;
  const key = draftKey(of === null ? screen : `${screen} ${of}`);
  const clear = () =>
    void app()
      .outbox.dropDraft(key)
      .then(() => goInstead(""));
  return (
    <Frame title={t("failed.title")}>
      <Notice kind="bad">{t("failed.says", { error: String(error) })}</Notice>
      <Button kind="main" onClick={() => goInstead("")}>
        {t("home")}
      </Button>
      <Button kind="danger" icon="cross" onClick={clear}>
        {t("failed.clear")}
      </Button>
    </Frame>
  );
}

/** Nothing was lost that was kept, and nothing can be kept now. */
function NoDisk({ error }: { error: unknown }) {
  return (
    <Frame title={t("failed.title")} home>
      <Notice kind="bad">{t("failed.open", { error: reasonOf(error) })}</Notice>
      <Button kind="main" onClick={() => location.reload()}>
        {t("failed.again")}
      </Button>
    </Frame>
  );
}

/** What failed where nobody waited for it. */
function Trouble() {
  if (trouble.value === null) return null;
  return (
    <div class="trouble">
      <Notice kind="bad">{trouble.value}</Notice>
      <Button
        onClick={() => {
          trouble.value = null;
        }}
      >
        {t("close")}
      </Button>
    </div>
  );
}

function Shown() {
  const { screen, of } = place.value;
  const { rows } = app();
  if (screen === "pair") return <Pair />;
  if (rows.masters.value.hasPeople && !isLoggedIn() && screen !== "status") return <Login />;
  const Screen = SCREENS[screen];
  // The key begins a screen anew where it is about something else.
  return Screen ? <Screen key={`${screen}/${of}`} of={of} /> : <Home />;
}

function Root() {
  useEffect(() => {
    void start();
  }, []);
  const now = running.value;
  if (noDisk.value !== null) return <NoDisk error={noDisk.value} />;
  if (now === null) return <p class="quiet">{t("wait")}</p>;
  if (now === "unpaired")
    return (
      <>
        <Trouble />
        <Pair />
      </>
    );
  return (
    <>
      <Bar />
      <Trouble />
      <Guarded failed={(error) => <Failed error={error} />}>
        <Shown />
      </Guarded>
    </>
  );
}

/** A session that has ended goes on out of range, where nobody could log in: the box takes what was made in it. */
function isLoggedIn(): boolean {
  const { people, link, clock } = app();
  const session = people.session.value;
  if (!session) return false;
  const ended = Date.parse(session.until) < clock.nowMs();
  return !(ended && link.reached.value.up);
}

async function begin(): Promise<void> {
  watch(window);
  await speak(preferred());
  const root = document.getElementById("app");
  if (root) render(<Root />, root);
  // Only over HTTPS or at the box itself; over plain HTTP the page lives on while it is open.
  if ("serviceWorker" in navigator && import.meta.env.PROD)
    await navigator.serviceWorker.register("/sw.js").catch(() => null);
}

void begin();
