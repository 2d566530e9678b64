// Which screen stands behind which address.

import type { ComponentType } from "preact";
import { BillScreen } from "./bill";
import { Count } from "./count";
import { CustomerScreen } from "./customer";
import { DocumentScreen } from "./document";
import { ExpenseScreen } from "./expense";
import { Export } from "./export";
import { ItemScreen } from "./item";
import { OrderScreen } from "./order";
import { Deliver, Orders } from "./orders";
import { Payment } from "./payment";
import { Make, Produce } from "./produce";
import { Receive } from "./receive";
import { Return } from "./return";
import { Scans } from "./scans";
import { Sell } from "./sell";
import { Status } from "./status";
import { Stick } from "./stick";
import { SupplierScreen } from "./supplier";
import { TillScreen } from "./till";
import { Time } from "./time";
import { Today } from "./today";
import { TakeIn, TransferOut, TransfersIn } from "./transfers";

export const SCREENS: Record<string, ComponentType<{ of: string | null }>> = {
  sell: Sell,
  today: Today,
  document: DocumentScreen,
  return: Return,
  order: OrderScreen,
  orders: Orders,
  deliver: Deliver,
  payment: Payment,
  expense: ExpenseScreen,
  customer: CustomerScreen,
  supplier: SupplierScreen,
  item: ItemScreen,
  bill: BillScreen,
  till: TillScreen,
  receive: Receive,
  "transfer-out": TransferOut,
  "transfer-in": TransfersIn,
  "take-in": TakeIn,
  count: Count,
  produce: Produce,
  make: Make,
  time: Time,
  scans: Scans,
  stick: Stick,
  export: Export,
  status: Status,
};
