// What a document says, as it was sent or booked: single values, and its tables.

import { tOr } from "../../i18n";
import { isNumber, plainName, type Said, sorted } from "../fields";
import { t } from "../i18n";
import { amount, day, kindName } from "../words";
import { Fact } from "./fact";
import { type Column, Table } from "./table";

export function Fields({ of }: { of: Record<string, unknown> }) {
  const { values, tables } = sorted(of);
  return (
    <>
      {values.length > 0 && (
        <dl class="facts bare">
          {values.map(([name, value]) => (
            <Fact key={name} name={fieldName(name)} value={shown(name, value)} />
          ))}
        </dl>
      )}
      {tables.map(({ name, columns, rows }) => (
        <div key={name} class="inner">
          <h3>{fieldName(name)}</h3>
          <Table
            label={fieldName(name)}
            columns={columns.map(
              (column): Column<Record<string, Said>> => ({
                head: fieldName(column),
                cell: (row) => shown(column, row[column] ?? "–"),
                end: rows.every((row) => isNumber(column, row[column] ?? "0")) && isNumber(column, "0"),
              }),
            )}
            rows={rows}
            keyOf={(_, at) => String(at)}
          />
        </div>
      ))}
    </>
  );
}

function fieldName(name: string): string {
  return tOr(`field.is.${name}`, plainName(name));
}

function shown(name: string, value: Said): string {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (isNumber(name, value)) return amount(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return day(value);
  return name.endsWith("doctype") ? kindName(value) : value;
}
