// Tables that are cards where the screen is narrow, and lists of them that come page by page.

import type { ComponentChildren } from "preact";
import { Button } from "../../parts/frame";
import type { Paged } from "../asked";
import { t } from "../i18n";
import { count } from "../words";
import { Problem } from "./page";

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand at the end. */
  end?: boolean;
  /** What the row is about. */
  main?: boolean;
}

interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T, at: number) => string;
  rowClass?: (row: T) => string;
}

export function Table<T>({ label, columns, rows, keyOf, rowClass }: TableProps<T>) {
  return (
    <table class="cards">
      <caption class="hidden">{label}</caption>
      <thead>
        <tr>
          {columns.map(({ head, end }) => (
            <th key={head} scope="col" class={end ? "end" : ""}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={keyOf(row, at)} class={rowClass?.(row) ?? ""}>
            {columns.map(({ head, cell, end, main }) =>
              main ? (
                <th key={head} scope="row" class="main">
                  {cell(row)}
                </th>
              ) : (
                <td key={head} class={end ? "end" : ""}>
                  <span class="label" aria-hidden="true">
                    {head}
                  </span>
                  <div>{cell(row)}</div>
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ListingProps<T> extends Omit<TableProps<T>, "rows"> {
  of: Paged<T>;
  /** What is said where there is nothing. */
  none?: string;
  /** Shows only some of what came; where not all has come, that is said. */
  only?: ((row: T) => boolean) | undefined;
}

export function Listing<T>({ of, none = t("nothing_found"), only, ...table }: ListingProps<T>) {
  const rows = of.items && (only ? of.items.filter(only) : of.items);
  return (
    <>
      <Problem of={of.failed} />
      {only && of.more && <p class="quiet">{t("only_shown")}</p>}
      {rows === null ? (
        of.busy && <p class="quiet">{t("wait")}</p>
      ) : rows.length === 0 ? (
        <p class="quiet">{none}</p>
      ) : (
        <Table {...table} rows={rows} />
      )}
      {of.more && (
        <div class="more">
          <Button disabled={of.busy} onClick={of.more}>
            {of.busy ? t("wait") : t("more")}
          </Button>
          <span class="quiet">{t("so_far", { n: count(of.items?.length ?? 0) })}</span>
        </div>
      )}
    </>
  );
}
