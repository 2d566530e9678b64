//! What is read: one line for each doctype, in the order in which rows lean on each other.
//!
//! Adding one is a line here and a function in `rows`. Absent: how it is read.

use super::Scope;
use super::rows::{self, Doc, Made, Scene};
use outpost_core::domain::document::Ref;
use outpost_core::domain::master::{Row, Table};
use serde_json::{Value, json};

/// How rows of another doctype belong to a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// They are its child rows.
    Parent,
    /// They name it in a field.
    Field(&'static str),
    /// It names them in a field.
    Named(&'static str),
    /// They name it in a field, the first of those that are read, which may be missing there.
    Pointing(&'static str),
    /// Its child rows of a doctype, which are read before, name them in a field. Read only where there are several companies.
    NamedInRows(&'static str, &'static str),
}

/// Rows of another doctype that are read with a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joined {
    pub(super) doctype: &'static str,
    pub(super) by: By,
    pub(super) fields: &'static [&'static str],
}

/// How ERPNext is asked whether it has a row of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// By name, which is our key.
    Name,
    /// By name, or by the site's own id of it.
    NameOrId,
    /// By a field whose value begins our key; there may be several of one.
    Group(&'static str),
}

/// A doctype.
#[derive(Clone, Copy)]
pub(super) struct Listed {
    pub(super) doctype: &'static str,
    pub(super) table: Table,
    /// Fields beside `name` and `modified`. Those of `optional` may be missing there.
    pub(super) fields: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
    pub(super) joined: &'static [Joined],
    /// It is of a company: documents of others than the office's are never read.
    pub(super) of_company: bool,
    /// What a document is all its life, where it is ever to have a row: no other is read.
    pub(super) always: fn() -> Vec<Value>,
    /// What a document must be to have a row at all, as far as a list can be asked for it.
    pub(super) open: fn() -> Vec<Value>,
    /// Documents whose rows hang on others of the doctype: they are read again whenever one of those comes.
    pub(super) hangs: Option<fn() -> Vec<Value>>,
    /// Whatever has a row is read again in each round: its figures may move without its time.
    pub(super) again: bool,
    /// One that makes no row any more takes that of before with it; else that stays until the document is put right.
    pub(super) withdraws: bool,
    /// A statement sets their times by the database's clock, which may be hours away from ERPNext's.
    pub(super) timed_by_database: bool,
    pub(super) lookup: Lookup,
    /// Documents of a page.
    pub(super) page: usize,
    pub(super) row: fn(Doc<'_>, Scene<'_>) -> Made,
    /// Of a table with rows of two doctypes: it is this one's.
    pub(super) owns: fn(&Row) -> bool,
}

impl Listed {
    /// Conditions that always hold.
    pub(super) fn base(&self, scope: &Scope) -> Vec<Value> {
        let mut filters = (self.always)();
        if self.of_company {
            filters.push(scope.filter());
        }
        filters
    }

    /// Conditions of what has rows.
    pub(super) fn narrowed(&self, scope: &Scope) -> Vec<Value> {
        let mut filters = self.base(scope);
        filters.extend((self.open)());
        filters
    }
}

/// Many documents with few rows.
const WIDE: usize = 500;
/// Documents with many rows each.
const DEEP: usize = 100;

fn any() -> Vec<Value> {
    Vec::new()
}

fn all(_: &Row) -> bool {
    true
}

const fn child(doctype: &'static str, fields: &'static [&'static str]) -> Joined {
    Joined { doctype, by: By::Parent, fields }
}

const PLAIN: Listed = Listed {
    doctype: "",
    table: Table::Uom,
    fields: &[],
    optional: &[],
    joined: &[],
    of_company: false,
    always: any,
    open: any,
    hangs: None,
    again: false,
    withdraws: false,
    timed_by_database: false,
    lookup: Lookup::Name,
    page: WIDE,
    row: rows::uom,
    owns: all,
};

/// All doctypes.
pub(super) const LISTED: &[Listed] = &[
    Listed {
        doctype: "Warehouse",
        table: Table::Warehouse,
        fields: &["company", "warehouse_type", "is_group", "disabled"],
        optional: &["outpost_site"],
        joined: &[Joined {
            doctype: "Warehouse",
            by: By::Pointing("default_in_transit_warehouse"),
            fields: &["default_in_transit_warehouse", "outpost_site"],
        }],
        of_company: true,
        open: || vec![json!(["is_group", "=", 0])],
        // One of another company than its site's is nobody's.
        withdraws: true,
        hangs: Some(|| vec![json!(["warehouse_type", "=", "Transit"])]),
        row: rows::warehouse,
        ..PLAIN
    },
    Listed { doctype: "UOM", fields: &["must_be_whole_number", "enabled"], open: enabled, ..PLAIN },
    Listed {
        doctype: "Item Tax Template",
        table: Table::ItemTaxTemplate,
        fields: &["company", "disabled"],
        joined: &[child("Item Tax Template Detail", &["tax_type", "tax_rate"])],
        of_company: true,
        row: rows::item_tax_template,
        ..PLAIN
    },
    Listed {
        doctype: "Item",
        table: Table::Item,
        fields: &[
            "item_name",
            "item_group",
            "stock_uom",
            "is_stock_item",
            "has_batch_no",
            "has_serial_no",
            "has_variants",
            "variant_of",
            "disabled",
            "end_of_life",
        ],
        joined: &[
            child("Item Barcode", &["barcode", "uom"]),
            child("UOM Conversion Detail", &["uom", "conversion_factor"]),
            child(
                "Item Tax",
                &["item_tax_template", "tax_category", "valid_from", "minimum_net_rate", "maximum_net_rate"],
            ),
            Joined {
                doctype: "Item Tax Template",
                by: By::NamedInRows("Item Tax", "item_tax_template"),
                fields: &["company"],
            },
        ],
        open: || vec![json!(["has_variants", "=", 0])],
        row: rows::item,
        ..PLAIN
    },
    Listed {
        doctype: "Price List",
        table: Table::PriceList,
        fields: &["currency", "selling", "buying", "enabled"],
        open: enabled,
        row: rows::price_list,
        ..PLAIN
    },
    Listed {
        doctype: "Item Price",
        table: Table::ItemPrice,
        fields: &[
            "item_code",
            "price_list",
            "uom",
            "price_list_rate",
            "valid_from",
            "valid_upto",
            "customer",
            "supplier",
            "batch_no",
            "packing_unit",
        ],
        // Saving a price list does.
        timed_by_database: true,
        lookup: Lookup::Group("item_code"),
        row: rows::item_price,
        ..PLAIN
    },
    Listed {
        doctype: "Customer",
        table: Table::Customer,
        fields: &["customer_name", "mobile_no", "disabled", "is_frozen"],
        optional: &["outpost_id"],
        lookup: Lookup::NameOrId,
        row: rows::customer,
        ..PLAIN
    },
    Listed {
        doctype: "Supplier",
        table: Table::Supplier,
        fields: &["supplier_name", "disabled", "is_frozen", "on_hold", "hold_type", "release_date"],
        optional: &["outpost_id"],
        lookup: Lookup::NameOrId,
        row: rows::supplier,
        ..PLAIN
    },
    Listed {
        doctype: "Account",
        table: Table::Account,
        fields: &["company", "account_type", "root_type", "is_group", "disabled", "freeze_account"],
        of_company: true,
        open: || vec![json!(["is_group", "=", 0])],
        row: rows::account,
        ..PLAIN
    },
    Listed {
        doctype: "Mode of Payment",
        table: Table::ModeOfPayment,
        fields: &["type", "enabled"],
        joined: &[child("Mode of Payment Account", &["company", "default_account"])],
        // Without an account of the company nothing could be paid by it.
        withdraws: true,
        row: rows::mode_of_payment,
        ..PLAIN
    },
    Listed {
        doctype: "Sales Taxes and Charges Template",
        table: Table::TaxTemplate,
        fields: &["company", "is_default", "disabled"],
        joined: &[child("Sales Taxes and Charges", RULE)],
        of_company: true,
        open: in_use,
        // Where one becomes the default, the one before is none any more, and its time says nothing of it.
        hangs: Some(any),
        row: rows::sales_taxes,
        owns: |row| matches!(row, Row::TaxTemplate(row) if !row.buying),
        ..PLAIN
    },
    Listed {
        doctype: "Purchase Taxes and Charges Template",
        table: Table::TaxTemplate,
        fields: &["company", "is_default", "disabled"],
        joined: &[child("Purchase Taxes and Charges", BUYING_RULE)],
        of_company: true,
        open: in_use,
        hangs: Some(any),
        row: rows::purchase_taxes,
        owns: |row| matches!(row, Row::TaxTemplate(row) if row.buying),
        ..PLAIN
    },
    Listed {
        doctype: "Accounting Period",
        table: Table::Period,
        fields: &["company", "start_date", "end_date"],
        joined: &[child("Closed Document", &["document_type", "closed"])],
        of_company: true,
        row: rows::period,
        // A month that the desk has closed is the office's own.
        owns: |row| !matches!(row, Row::Period(row) if row.is_month()),
        ..PLAIN
    },
    Listed {
        doctype: "Fiscal Year",
        table: Table::FiscalYear,
        fields: &["year_start_date", "year_end_date", "disabled"],
        joined: &[child("Fiscal Year Company", &["company"])],
        open: in_use,
        row: rows::fiscal_year,
        ..PLAIN
    },
    Listed {
        doctype: "BOM",
        table: Table::Bom,
        fields: &["company", "item", "quantity", "is_active", "is_default", "docstatus", "process_loss_percentage"],
        joined: &[
            child("BOM Item", &["item_code", "stock_qty"]),
            child("BOM Scrap Item", &["item_code", "stock_qty"]),
            child("BOM Operation", &["operation"]),
        ],
        of_company: true,
        open: || vec![json!(["docstatus", "=", 1]), json!(["is_active", "=", 1])],
        // One with a process loss is booked otherwise than a workshop reckons.
        withdraws: true,
        page: DEEP,
        row: rows::bom,
        ..PLAIN
    },
    Listed {
        doctype: "Sales Order",
        table: Table::SalesOrderRow,
        fields: &[
            "company",
            "customer",
            "currency",
            "delivery_date",
            "grand_total",
            "rounded_total",
            "advance_paid",
            "status",
            "docstatus",
        ],
        optional: &["outpost_id"],
        joined: &[child(
            "Sales Order Item",
            &["item_code", "qty", "uom", "rate", "amount", "warehouse", "delivered_qty", "billed_amt"],
        )],
        of_company: true,
        open: || vec![json!(["docstatus", "=", 1]), json!(["status", "not in", rows::ORDERS_NOT_OPEN])],
        // One in another currency is nobody's.
        withdraws: true,
        lookup: Lookup::NameOrId,
        page: DEEP,
        row: rows::sales_order,
        ..PLAIN
    },
    Listed {
        doctype: "Work Order",
        table: Table::WorkOrder,
        fields: &[
            "company",
            "production_item",
            "bom_no",
            "qty",
            "produced_qty",
            "source_warehouse",
            "wip_warehouse",
            "fg_warehouse",
            "skip_transfer",
            "transfer_material_against",
            "from_wip_warehouse",
            "sales_order",
            "status",
            "docstatus",
        ],
        joined: &[
            child("Work Order Item", &["item_code", "required_qty", "source_warehouse"]),
            child("Work Order Operation", &["operation", "workstation"]),
            Joined {
                doctype: "Job Card",
                by: By::Field("work_order"),
                fields: &["work_order", "operation_id", "docstatus"],
            },
            Joined { doctype: "Sales Order", by: By::Named("sales_order"), fields: &["outpost_id"] },
            Joined { doctype: "BOM", by: By::Named("bom_no"), fields: &["process_loss_percentage"] },
        ],
        of_company: true,
        open: || vec![json!(["docstatus", "=", 1]), json!(["status", "not in", rows::WORK_NOT_OPEN])],
        // Some can be worked on and not posted.
        withdraws: true,
        page: DEEP,
        row: rows::work_order,
        ..PLAIN
    },
    Listed {
        doctype: "Stock Entry",
        table: Table::Transit,
        fields: &["company", "purpose", "add_to_transit", "posting_date", "per_transferred", "docstatus"],
        optional: &["outpost_id"],
        joined: &[child(
            "Stock Entry Detail",
            &["item_code", "t_warehouse", "uom", "stock_uom", "conversion_factor", "qty", "transferred_qty"],
        )],
        of_company: true,
        always: || vec![json!(["add_to_transit", "=", 1])],
        open: || vec![json!(["docstatus", "=", 1]), json!(["per_transferred", "<", 100])],
        // ERPNext's public source sets its time with each receipt; no recording shows it.
        again: true,
        page: DEEP,
        row: rows::sent,
        // What sites have sent each other is theirs.
        owns: |row| matches!(row, Row::Transit(row) if matches!(row.entry, Ref::Office(_))),
        ..PLAIN
    },
    Listed {
        doctype: "Sales Invoice",
        table: Table::OpenInvoice,
        fields: &[
            "company",
            "customer",
            "posting_date",
            "outstanding_amount",
            "currency",
            "party_account_currency",
            "docstatus",
        ],
        optional: &["outpost_id"],
        of_company: true,
        open: unpaid,
        // What is owed in another currency is nobody's to pay.
        withdraws: true,
        row: rows::sales_invoice,
        owns: |row| matches!(row, Row::OpenInvoice(row) if !row.buying),
        ..PLAIN
    },
    Listed {
        doctype: "Purchase Invoice",
        table: Table::OpenInvoice,
        fields: &[
            "company",
            "supplier",
            "posting_date",
            "outstanding_amount",
            "currency",
            "party_account_currency",
            "on_hold",
            "docstatus",
        ],
        optional: &["outpost_id"],
        of_company: true,
        open: unpaid,
        withdraws: true,
        row: rows::purchase_invoice,
        owns: |row| matches!(row, Row::OpenInvoice(row) if row.buying),
        ..PLAIN
    },
    Listed {
        doctype: "Employee",
        table: Table::Employee,
        fields: &["company", "employee_name", "user_id", "status"],
        of_company: true,
        open: || vec![json!(["status", "=", "Active"])],
        row: rows::employee,
        ..PLAIN
    },
    Listed {
        doctype: "Project",
        table: Table::Project,
        fields: &["company", "project_name", "status"],
        of_company: true,
        open: || vec![json!(["status", "=", "Open"])],
        row: rows::project,
        ..PLAIN
    },
    Listed {
        doctype: "Activity Type",
        table: Table::ActivityType,
        fields: &["disabled"],
        open: in_use,
        row: rows::activity_type,
        ..PLAIN
    },
    Listed {
        doctype: "User",
        table: Table::User,
        fields: &["full_name", "enabled"],
        joined: &[child("Has Role", &["role"])],
        open: enabled,
        row: rows::user,
        ..PLAIN
    },
    Listed {
        doctype: "Batch",
        table: Table::Batch,
        fields: &["item", "expiry_date", "disabled"],
        open: in_use,
        row: rows::batch,
        ..PLAIN
    },
];

const RULE: &[&str] =
    &["charge_type", "account_head", "rate", "tax_amount", "description", "included_in_print_rate", "row_id"];
const BUYING_RULE: &[&str] = &[
    "charge_type",
    "account_head",
    "rate",
    "tax_amount",
    "description",
    "included_in_print_rate",
    "row_id",
    "category",
    "add_deduct_tax",
];

fn enabled() -> Vec<Value> {
    vec![json!(["enabled", "=", 1])]
}

fn in_use() -> Vec<Value> {
    vec![json!(["disabled", "=", 0])]
}

fn unpaid() -> Vec<Value> {
    vec![json!(["docstatus", "=", 1]), json!(["outstanding_amount", ">", 0])]
}
