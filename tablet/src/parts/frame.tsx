// The frame of every screen: a title with the way back, what it is about, and what one does with it at the bottom, where the thumb is.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Icon, type IconName } from "./icons";
import { back } from "./place";

interface FrameProps {
  title: string;
  /** Where Back leads, if not to where one was. */
  onBack?: (() => void) | undefined;
  home?: boolean;
  actions?: ComponentChildren;
  /** Why what one did with it at the bottom has failed. */
  failed?: string | null;
  children: ComponentChildren;
}

export function Frame({ title, onBack = back, home = false, actions, failed = null, children }: FrameProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title;
    // A screen reader begins where the new screen begins.
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <main class={home ? "frame wide" : "frame"}>
      <header class="head">
        {!home && (
          <button type="button" class="square" aria-label={t("back")} onClick={onBack}>
            <Icon name="back" />
          </button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </header>
      <div class="body">{children}</div>
      {actions && (
        <footer class={failed === null ? "actions" : "actions told"}>
          {failed !== null && <Notice kind="bad">{failed}</Notice>}
          {actions}
        </footer>
      )}
    </main>
  );
}

interface ButtonProps {
  onClick: () => void;
  children: ComponentChildren;
  icon?: IconName | undefined;
  kind?: "main" | "plain" | "danger";
  disabled?: boolean | undefined;
  pressed?: boolean | undefined;
  id?: string;
}

/** A number that could not be read is not what its form has: nothing is done with that until it can. */
function unlessUnread(act: () => void): void {
  const unread = document.querySelector<HTMLElement>("[data-unread]");
  if (unread) unread.focus();
  else act();
}

export function Button({ onClick, children, icon, kind = "plain", disabled = false, pressed, id }: ButtonProps) {
  const click = kind === "main" ? () => unlessUnread(onClick) : onClick;
  return (
    <button type="button" id={id} class={`button ${kind}`} disabled={disabled} aria-pressed={pressed} onClick={click}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

/** What is to be known before going on, in words. */
export function Notice({ kind, children }: { kind: "warn" | "bad" | "good"; children: ComponentChildren }) {
  return (
    <p class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {children}
    </p>
  );
}
