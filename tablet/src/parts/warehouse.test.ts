import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { type App, running } from "../app";
import { emptyCart, headFields } from "../forms/cart";
import { receipt } from "../forms/documents";
import { billed } from "../forms/new";
import { Masters } from "../rows/masters";
import { usualWarehouse, WarehouseChoice } from "./warehouse";

const site = (...names: string[]) => {
  const row = (name: string) => ({ table: "warehouse", name, row: { name, site: "bandung" } });
  const masters = new Masters(names.map(row), "bandung");
  running.value = { rows: { masters: signal(masters) } } as unknown as App;
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  return masters;
};
const when = { day: "2026-11-02", time: "09:00:00" };

afterEach(() => {
  running.value = null;
  vi.unstubAllGlobals();
});

test("a site with one warehouse is not asked for it", () => {
  site("Store");
  expect(WarehouseChoice({ work: "sell", value: undefined, onChange: () => {} })).toBeNull();
  expect(usualWarehouse("sell")).toBe("Store");
});

test("what was chosen for a kind of work is what the next one begins with, while the site has it", () => {
  site("Finished", "Stores");
  const choice = WarehouseChoice({ work: "receive", value: undefined, onChange: () => {} });
  const { props } = choice as VNode<{ onChange: (name: string) => void }>;
  props.onChange("Stores");
  expect([usualWarehouse("receive"), usualWarehouse("sell")]).toEqual(["Stores", "Finished"]);
  const before = localStorage.getItem("warehouse receive");
  site("Finished", "New");
  localStorage.setItem("warehouse receive", before ?? "");
  expect(usualWarehouse("receive")).toBe("Finished");
});

test("goods go where the document says, and to the first warehouse where it says nothing or what is gone", () => {
  const masters = site("Finished", "Stores");
  const of = (warehouse?: string) => {
    const to = warehouse === undefined ? {} : { warehouse };
    const received = { supplier: "Toko", note: "", lines: [], ...to };
    return [
      headFields({ ...emptyCart("Bu Sari"), ...to }, masters),
      receipt(received, masters, when),
      billed({ ...received, bill_no: "", paid: "", mode: "" }, masters, when),
    ].map((fields) => fields.set_warehouse);
  };
  expect(of("Stores")).toEqual(["Stores", "Stores", "Stores"]);
  expect([of(), of("Gone")].flat()).toEqual(Array(6).fill("Finished"));
});
