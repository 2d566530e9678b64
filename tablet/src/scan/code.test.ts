import { expect, test } from "vitest";
import { Masters } from "../rows/masters";
import { gs1, nameable, resolve } from "./code";

const GS = "\u001d";
const thread = { item_code: "THREAD", item_name: "Thread", stock_uom: "Nos", has_batch_no: 1, has_serial_no: 1 };
const masters = new Masters(
  [{ table: "item", name: "THREAD", row: { ...thread, barcodes: [{ barcode: "8991234567890" }] } }],
  "bandung",
);

test("a GS1 code is read by its identifiers and separators", () => {
  expect([...(gs1(`0108991234567890${"17"}271231${"10"}LOT-7${GS}21S1`) ?? [])]).toEqual([
    ["01", "08991234567890"],
    ["17", "271231"],
    ["10", "LOT-7"],
    ["21", "S1"],
  ]);
  expect(gs1("8991234567890")).toBeNull();
  expect(gs1("AL-7Q2M-K9XD")).toBeNull();
});

test("a code names its item, its batch and its serial number", () => {
  expect(resolve("8991234567890", masters)?.item.item_code).toBe("THREAD");
  const found = resolve(`]d2010899123456789010LOT-7${GS}21S1`, masters);
  expect([found?.item.item_code, found?.batch_no, found?.serial_no]).toEqual(["THREAD", "LOT-7", "S1"]);
  expect(resolve("0108991234567891", masters)).toBeNull();
});

test("what people say of a code holds until the office knows it, and for each piece of a GS1 code", () => {
  const unknown = `0108991234567883${"10"}LOT-7${GS}21S1`;
  expect(resolve(unknown, masters)).toBeNull();
  expect([nameable(unknown), nameable("AL-7Q2M")]).toEqual(["8991234567883", "AL-7Q2M"]);
  const said = masters.saying([
    { code: nameable(unknown), item_code: "THREAD", uom: null },
    { code: "AL-7Q2M", item_code: "THREAD", uom: "Box" },
    { code: "8991234567890", item_code: "NOTHING", uom: null },
    { code: "7", item_code: "NOTHING", uom: null },
  ]);
  expect(resolve(unknown, said)).toMatchObject({ said: true, uom: "Nos", batch_no: "LOT-7", serial_no: "S1" });
  expect(resolve("AL-7Q2M", said)).toMatchObject({ said: true, uom: "Box" });
  expect(resolve("8991234567890", said)?.said).toBeUndefined();
  expect(resolve("7", said)).toBeNull();
});
