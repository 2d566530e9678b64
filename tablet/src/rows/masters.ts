// Master data in memory, and the questions that screens ask of it: the mirror of core/src/domain/master/masters.rs.
//
// In: rows as they are stored. Out: items by code, name and barcode, prices of a day, taxes, who may do what. Absent: what the site did since
// (the box knows it: api), and where rows come from (sync.ts).

import { Decimal } from "../money/decimal";
import type { ItemTaxRate, TaxRule } from "../money/taxes";
import type { StoredRow } from "../store";
import type { Item, ItemPrice, Settings, SiteProgress, Table, Tables, TaxTemplate, User } from "./types";
import type { Word } from "./words";

interface Standing {
  item: Item;
  uom?: string | undefined;
  /** It is the site's word: the office has given no item this barcode. */
  said?: boolean;
}

export class Masters {
  private tables = new Map<string, Map<string, unknown>>();
  private barcodes: Map<string, Standing> | null = null;
  private words = new Map<string, Word>();
  /** Items that were made here, and are not among the rows yet. */
  private made: readonly Item[] = [];
  private prices: Map<string, ItemPrice[]> | null = null;
  readonly site: string;

  constructor(rows: Iterable<StoredRow>, site: string) {
    this.site = site;
    for (const { table, name, row } of rows) {
      const known = this.tables.get(table);
      if (known) known.set(name, row);
      else this.tables.set(table, new Map([[name, row]]));
    }
  }

  /** The same rows, with what people here say of codes. */
  saying(words: readonly Word[]): Masters {
    const other = new Masters([], this.site);
    [other.tables, other.barcodes, other.prices] = [this.tables, this.barcodes, this.prices];
    other.made = this.made;
    other.words = new Map(words.map((word) => [word.code, word]));
    return other;
  }

  /** The same rows, with items that were made here; those that the rows know are the office's. */
  making(items: readonly Item[]): Masters {
    const other = new Masters([], this.site);
    [other.tables, other.words, other.prices] = [this.tables, this.words, this.prices];
    const known = this.tables.get("item");
    other.made = items.filter(({ item_code }) => !known?.has(item_code));
    return other;
  }

  all<T extends Table>(table: T): Tables[T][] {
    const rows = [...((this.tables.get(table)?.values() ?? []) as Iterable<Tables[T]>)];
    return table === "item" ? [...rows, ...(this.made as Tables[T][])] : rows;
  }

  get<T extends Table>(table: T, name: string): Tables[T] | undefined {
    const row = this.tables.get(table)?.get(name) as Tables[T] | undefined;
    if (row || table !== "item") return row;
    return this.made.find(({ item_code }) => item_code === name) as Tables[T] | undefined;
  }

  /** Anything at all has come. */
  get known(): boolean {
    return this.tables.size > 0;
  }

  get settings(): Settings | undefined {
    return this.get("settings", this.site);
  }

  get precision(): number {
    return this.settings?.currency_precision ?? 2;
  }

  get rounding(): { precision: number; smallest: Decimal | null } {
    const coin = this.settings?.smallest_currency_fraction_value;
    return { precision: this.precision, smallest: coin === undefined ? null : Decimal.from(coin) };
  }

  /** Items that are in use. */
  items(): Item[] {
    return this.all("item").filter((item) => !item.disabled);
  }

  /**
   * The item that a code on a label stands for, and the unit where it is not the item's own. Of several the first in use; where the office
   * knows none, what people here say.
   */
  itemOfBarcode(code: string): Standing | undefined {
    this.barcodes ??= this.indexBarcodes();
    return this.barcodes.get(code) ?? this.said(code);
  }

  private said(code: string): Standing | undefined {
    const word = this.words.get(code);
    const item = word && this.get("item", word.item_code);
    return word && item && { item, uom: word.uom ?? undefined, said: true };
  }

  private indexBarcodes() {
    const found = new Map<string, Standing>();
    for (const item of this.all("item")) {
      for (const { barcode, uom } of item.barcodes ?? []) {
        const known = found.get(barcode);
        if (!known || (known.item.disabled && !item.disabled)) found.set(barcode, { item, uom });
      }
    }
    return found;
  }

  /**
   * The price of one `uom` on a day; where the list has none in that unit, made from that of the item's own unit; where it has none at
   * all, from those of what the item is a variant of.
   */
  price(item: Item, list: string | undefined, uom: string, day: string): Decimal | null {
    if (list === undefined) return null;
    const factor = item.uoms?.find((row) => row.uom === uom)?.conversion_factor;
    for (const code of [item.item_code, item.variant_of]) {
      if (code === undefined) continue;
      const own = this.listed(code, list, uom, day);
      if (own) return own;
      const one = factor === undefined ? null : this.listed(code, list, item.stock_uom, day);
      if (one && factor !== undefined) return one.times(Decimal.from(factor));
    }
    return null;
  }

  private listed(item: string, list: string, uom: string, day: string): Decimal | null {
    this.prices ??= this.indexPrices();
    const valid = (price: ItemPrice) =>
      price.price_list === list &&
      price.uom === uom &&
      (!price.valid_from || price.valid_from <= day) &&
      (!price.valid_upto || day <= price.valid_upto);
    const last = this.prices.get(item)?.filter(valid).at(-1);
    return last ? Decimal.from(last.price_list_rate) : null;
  }

  private indexPrices() {
    const found = new Map<string, ItemPrice[]>();
    const rows = this.all("item-price").sort((a, b) => ((a.valid_from ?? "") < (b.valid_from ?? "") ? -1 : 1));
    for (const price of rows) {
      const known = found.get(price.item_code);
      if (known) known.push(price);
      else found.set(price.item_code, [price]);
    }
    return found;
  }

  /** The account that a mode of payment is booked on in the site's company. */
  accountOf(mode: string): string | undefined {
    const row = this.get("mode-of-payment", mode);
    if (!row?.accounts?.length) return row?.default_account;
    return row.accounts.find(({ company }) => company === this.settings?.company)?.default_account;
  }

  defaultTaxes(buying: boolean): TaxTemplate | undefined {
    return this.all("tax-template").find((template) => !!template.is_default && !!template.buying === buying);
  }

  /** The rates that an item has of its own on a day: those of the first template that counts then. */
  itemRates(item: Item | undefined, day: string): ItemTaxRate[] {
    const company = this.settings?.company;
    const own = (item?.taxes ?? []).filter((row) => !row.company || row.company === company);
    const begun = own.filter((row) => row.valid_from && row.valid_from <= day);
    begun.sort((a, b) => ((a.valid_from ?? "") > (b.valid_from ?? "") ? -1 : 1));
    const rows = begun.length > 0 ? begun : own.filter((row) => !row.valid_from);
    const first = rows.find((row) => !row.tax_category);
    return (first && this.get("item-tax-template", first.item_tax_template)?.taxes) ?? [];
  }

  /** The rows of taxes of a document that names none: the template's, and one for each account that only items have rates for. */
  taxesFor(rates: readonly (readonly ItemTaxRate[])[], buying: boolean): TaxRule[] {
    const taxes = [...(this.defaultTaxes(buying)?.taxes ?? [])];
    for (const { tax_type } of rates.flat()) {
      if (taxes.some((row) => row.account_head === tax_type)) continue;
      taxes.push({ charge_type: "On Net Total", account_head: tax_type, rate: "0", description: tax_type });
    }
    return taxes;
  }

  /** What other sites did with an order, as far as the office knows. */
  doneElsewhere(of: string): SiteProgress[] {
    return this.all("site-progress").filter((row) => row.of === of);
  }

  /** This site's own warehouses. */
  warehouses(): string[] {
    const own = this.all("warehouse").filter((row) => row.site === this.site && !row.is_transit && !row.disabled);
    return own.map((row) => row.name);
  }

  /** The warehouse of that name where it is one of the site's own; the first of them otherwise. */
  ownWarehouse(name: string | null | undefined): string | undefined {
    const own = this.warehouses();
    return own.find((known) => known === name) ?? own[0];
  }

  /** Where goods between sites are meanwhile. */
  transitWarehouses(): Tables["warehouse"][] {
    return this.all("warehouse").filter((row) => !!row.is_transit && !row.disabled);
  }

  modes(): Tables["mode-of-payment"][] {
    const enabled = this.all("mode-of-payment").filter((row) => row.enabled !== false && row.enabled !== 0);
    const isCash = (type: string | undefined) => (type === "Cash" ? 0 : 1);
    return enabled.sort((a, b) => isCash(a.type) - isCash(b.type));
  }

  customers(): Tables["customer"][] {
    return this.all("customer").filter((row) => !row.disabled);
  }

  suppliers(): Tables["supplier"][] {
    return this.all("supplier").filter((row) => !row.disabled);
  }

  /** People are told apart here. */
  get hasPeople(): boolean {
    return this.all("user").length > 0;
  }

  /** Who may log in at this site. */
  people(): User[] {
    const here = (user: User) => !user.sites?.length || user.sites.includes(this.site);
    return this.all("user").filter(here);
  }

  /** Whether one of the roles may make and submit, or cancel, documents of a kind; without any permissions roles are not looked at. */
  may(deed: "submit" | "cancel" | "read", document: string, roles: readonly string[]): boolean {
    if (!this.hasPeople) return true;
    const rows = this.all("permission");
    if (rows.length === 0) return true;
    const allows = (row: Tables["permission"]) => !!row[deed] && (deed !== "submit" || !!row.create);
    return rows.some((row) => row.document === document && roles.includes(row.role) && allows(row));
  }
}
