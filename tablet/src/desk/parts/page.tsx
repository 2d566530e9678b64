// The frame of every screen of the desk: its title, what one does there, what was wrong.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, NotReached } from "../../errors";
import { Button, Notice } from "../../parts/frame";
import type { IconName } from "../../parts/icons";
import { SessionOver } from "../api";
import type { Act } from "../asked";
import { t } from "../i18n";

interface PageProps {
  title: string;
  /** Where it belongs: the list that it was opened from. */
  up?: { href: string; text: string };
  children: ComponentChildren;
}

export function Page({ title, up, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Outpost`;
    // A screen reader begins where the new screen begins.
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [title]);
  return (
    <main class="page">
      {up && (
        <a class="up" href={up.href}>
          ← {up.text}
        </a>
      )}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </main>
  );
}

/** What the office said in the place of an answer: its rule, and what to do. */
export function Problem({ of }: { of: unknown }) {
  if (of === null || of === undefined || of instanceof SessionOver) return null;
  if (of instanceof NotReached) return <Notice kind="bad">{t("no_office")}</Notice>;
  if (of instanceof ApiError) {
    return (
      <div class="notice bad" role="alert">
        <p>{of.message}</p>
        {of.remedy !== "" && <p class="remedy">{t("remedy", { what: of.remedy })}</p>}
      </div>
    );
  }
  return <Notice kind="bad">{String((of as Error).message ?? of)}</Notice>;
}

interface DoProps {
  act: Act;
  onClick: () => void;
  children: ComponentChildren;
  kind?: "main" | "plain" | "danger";
  icon?: IconName;
  disabled?: boolean;
}

/** A button of something that takes a moment. */
export function Do({ act, onClick, children, kind = "main", icon, disabled = false }: DoProps) {
  return (
    <Button kind={kind} icon={icon} disabled={disabled || act.busy} onClick={onClick}>
      {act.busy ? t("wait") : children}
    </Button>
  );
}

/** What came of something, in the office's words. */
export function Said({ words, kind = "good" }: { words: readonly string[] | null; kind?: "good" | "warn" }) {
  if (!words || words.length === 0) return null;
  return (
    <div class={`notice ${kind}`} role="status">
      {words.map((word) => (
        <p key={word}>{word}</p>
      ))}
    </div>
  );
}
