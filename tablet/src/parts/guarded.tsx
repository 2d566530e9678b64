// A screen that fails takes nothing else along: what stands around it stays, and leads on.

import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { place } from "./place";
import { isShown } from "./trouble";

interface GuardedProps {
  /** What is shown in the place of what failed, until one goes elsewhere. */
  failed: (error: unknown) => ComponentChildren;
  children: ComponentChildren;
}

export function Guarded({ failed, children }: GuardedProps) {
  const [error, again] = useErrorBoundary((error) => {
    isShown(error);
    reportError(error);
  });
  const { screen, of } = place.value;
  useEffect(() => again(), [screen, of]);
  return <>{error ? failed(error) : children}</>;
}
