// Rows of master data, with the field names of docs/MASTER-DATA.md, as far as the page looks at them. Flags may be true or 1.

import type { ItemTaxRate, TaxRule } from "../money/taxes";

export type Flag = boolean | number;

export interface Settings {
  site: string;
  company: string;
  currency: string;
  currency_precision?: number;
  smallest_currency_fraction_value?: string;
  number_prefix?: string;
  shortage?: "warn" | "approve" | "refuse";
  approvals?: { discount_over_percent?: string; cancellation?: Flag; refund?: Flag };
  walk_in_customer?: string;
  selling_price_list?: string;
  buying_price_list?: string;
}

export interface Item {
  item_code: string;
  item_name: string;
  item_group?: string;
  stock_uom: string;
  is_stock_item?: Flag;
  has_batch_no?: Flag;
  has_serial_no?: Flag;
  disabled?: Flag;
  variant_of?: string;
  /** Of an item that was made here: its price, until a list has one. */
  standard_rate?: string;
  barcodes?: { barcode: string; uom?: string }[];
  uoms?: { uom: string; conversion_factor: string }[];
  taxes?: { item_tax_template: string; tax_category?: string; valid_from?: string; company?: string }[];
}

export interface ItemPrice {
  item_code: string;
  price_list: string;
  uom: string;
  price_list_rate: string;
  valid_from?: string;
  valid_upto?: string;
}

export interface Customer {
  name: string;
  customer_name: string;
  mobile_no?: string;
  outpost_id?: string;
  disabled?: Flag;
}

export interface Supplier {
  name: string;
  supplier_name: string;
  outpost_id?: string;
  disabled?: Flag;
}

export interface Warehouse {
  name: string;
  site?: string;
  is_transit?: Flag;
  disabled?: Flag;
}

export interface ModeOfPayment {
  mode_of_payment: string;
  type?: string;
  default_account: string;
  enabled?: Flag;
  /** Its account in each company, where the office has several. */
  accounts?: { company: string; default_account: string }[];
}

export interface TaxTemplate {
  name: string;
  buying?: Flag;
  is_default?: Flag;
  taxes: TaxRule[];
}

export interface ItemTaxTemplate {
  name: string;
  taxes: ItemTaxRate[];
}

export interface Account {
  name: string;
  account_type?: string;
  is_expense?: Flag;
  disabled?: Flag;
}

export interface WorkOrder {
  name: string;
  production_item: string;
  bom_no: string;
  qty: string;
  produced_qty?: string;
  source_warehouse?: string;
  wip_warehouse?: string;
  fg_warehouse: string;
  skip_transfer?: Flag;
  required_items: { item_code: string; required_qty: string; source_warehouse?: string }[];
  operations?: { operation: string; workstation?: string; job_card?: string }[];
  sales_order?: string;
}

export interface Bom {
  name: string;
  item: string;
  quantity: string;
  items: { item_code: string; stock_qty: string }[];
  scrap_items?: { item_code: string; stock_qty: string }[];
}

export interface SalesOrderRow {
  order: string;
  customer: string;
  delivery_date?: string;
  grand_total: string;
  advance_paid?: string;
  items: {
    name: string;
    item_code: string;
    qty: string;
    uom: string;
    rate: string;
    warehouse?: string;
    delivered_qty?: string;
    billed_qty?: string;
  }[];
}

/** What another site did with an order or invoice that this one has as well. */
export interface SiteProgress {
  of: string;
  site: string;
  advance_paid?: string;
  produced_qty?: string;
  lines?: { name: string; delivered_qty?: string; billed_qty?: string }[];
}

export interface OpenInvoiceRow {
  invoice: string;
  buying?: Flag;
  party: string;
  posting_date: string;
  outstanding_amount: string;
}

export interface Level {
  item_code: string;
  warehouse: string;
  actual_qty: string;
}

export interface Transit {
  entry: string;
  number?: string;
  from?: string;
  to: string;
  warehouse: string;
  sent_on: string;
  items: { name: string; item_code: string; qty: string; received?: string }[];
}

export interface Employee {
  name: string;
  employee_name: string;
  user_id?: string;
}

export interface Project {
  name: string;
  project_name: string;
}

export interface User {
  name: string;
  full_name: string;
  sites?: string[];
  roles?: string[];
  is_manager?: Flag;
  has_pin?: Flag;
  has_badge?: Flag;
}

export interface Permission {
  role: string;
  document: string;
  read?: Flag;
  create?: Flag;
  submit?: Flag;
  cancel?: Flag;
}

export interface Batch {
  batch_id: string;
  item: string;
  expiry_date?: string;
}

export interface Tables {
  settings: Settings;
  warehouse: Warehouse;
  uom: { uom_name: string; must_be_whole_number?: Flag };
  item: Item;
  "price-list": { price_list_name: string; currency: string };
  "item-price": ItemPrice;
  customer: Customer;
  supplier: Supplier;
  account: Account;
  "mode-of-payment": ModeOfPayment;
  "tax-template": TaxTemplate;
  "item-tax-template": ItemTaxTemplate;
  bom: Bom;
  "work-order": WorkOrder;
  "sales-order": SalesOrderRow;
  "open-invoice": OpenInvoiceRow;
  "site-progress": SiteProgress;
  level: Level;
  transit: Transit;
  employee: Employee;
  project: Project;
  "activity-type": { activity_type: string };
  user: User;
  permission: Permission;
  batch: Batch;
}

export type Table = keyof Tables;
