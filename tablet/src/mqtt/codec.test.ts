import { expect, test } from "vitest";
import { Broken, connect, publish, Reader, subscribe } from "./codec";

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
const bytes = (text: string) => new Uint8Array(text.split(" ").map((byte) => Number.parseInt(byte, 16)));

test("packets have the bytes that the standard gives them", () => {
  expect(hex(connect("t", "pw", 30))).toBe("10 14 00 04 4d 51 54 54 04 c2 00 1e 00 01 74 00 01 74 00 02 70 77");
  expect(hex(publish("a/b", new Uint8Array([1, 2]), 10))).toBe("32 09 00 03 61 2f 62 00 0a 01 02");
  expect(hex(subscribe(1, ["a", "b"]))).toBe("82 0a 00 01 00 01 61 01 00 01 62 01");
});

test("a long packet has a length of several bytes", () => {
  const long = publish("t", new Uint8Array(300), 1);
  expect(hex(long.subarray(0, 3))).toBe("32 b1 02");
  expect(long.length).toBe(3 + 2 + 1 + 2 + 300);
});

test("packets arrive in whatever pieces the socket makes", () => {
  const stream = bytes("20 02 00 00 32 07 00 01 78 00 05 68 69 40 02 00 05 d0 00");
  const whole = new Reader().push(stream);
  expect(whole.map((packet) => packet.type)).toEqual(["connack", "publish", "puback", "pingresp"]);
  const reader = new Reader();
  expect([...stream].flatMap((byte) => reader.push(new Uint8Array([byte])))).toEqual(whole);
});

test("what no box says ends the connection", () => {
  expect(() => new Reader().push(bytes("10 00"))).toThrow(Broken);
  expect(() => new Reader().push(bytes("20 ff ff ff ff"))).toThrow(Broken);
  expect(() => new Reader().push(bytes("40 01 00"))).toThrow(Broken);
});
