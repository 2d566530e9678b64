// What ERPNext refuses of who and what is new, and so does a box: said before it is sent, since what names it would be refused with it.

const TELEPHONE = /^[0-9 +_\-,.*#()]{1,20}$/;

/** What is wrong with the name, or with the telephone number where there is one. */
export function lackingOfNew(
  doctype: "Customer" | "Supplier" | "Item",
  called: string,
  mobile = "",
): "marks" | "called" | "mobile" | null {
  if (/[<>]/.test(called)) return "marks";
  if (called === doctype || called.startsWith(`New ${doctype}`)) return "called";
  const number = mobile.trim();
  return number !== "" && !TELEPHONE.test(number) ? "mobile" : null;
}
