import { expect, test } from "vitest";
import { Masters } from "../rows/masters";
import { seconds, whySecond } from "./seconds";

test("why it takes a second person is said without the field and the remedy", () => {
  const discount =
    "a discount of 20 % is more than 10 %: a second person who may cancel such a document, or a manager, agrees";
  expect(whySecond(discount)).toBe("a discount of 20 % is more than 10 %");
  const short =
    "items: CLOTH: 3 in Stores - TW, 2 too few: book what came in first, or count it, or let a second person agree";
  expect(whySecond(short)).toBe("CLOTH: 3 in Stores - TW, 2 too few");
  expect(whySecond("items[0].rate: money is given back")).toBe("money is given back");
});

test("a manager and who may cancel such a document are asked, whoever is logged in, and never who sent it", () => {
  const user = (name: string, more: object) => ({
    table: "user",
    name,
    row: { name, full_name: `Mr ${name}`, ...more },
  });
  const rows = [
    user("wati", { roles: ["Till"] }),
    user("joko", { roles: ["Head"] }),
    user("ani", { is_manager: 1 }),
    user("eko", { is_manager: 1, sites: ["bogor"] }),
  ];
  const permission = { role: "Head", document: "Sales Invoice", cancel: 1 };
  const all = new Masters([...rows, { table: "permission", name: "Head", row: permission }], "bandung");
  const of = (kind: string | undefined, sender?: string, masters = all) =>
    seconds(masters, { kind, sender }).map(({ name }) => name);
  expect(of("Sales Invoice", "wati")).toEqual(["joko", "ani"]);
  expect(of("Sales Invoice", "Mr joko")).toEqual(["ani"]);
  expect(of("Sales Invoice", "ani")).toEqual(["joko"]);
  expect(of("Stock Entry", "wati")).toEqual(["ani"]);
  expect(of(undefined, "wati")).toEqual(["joko", "ani"]);
  expect(of("Sales Invoice", "wati", new Masters(rows, "bandung"))).toEqual(["ani"]);
});
