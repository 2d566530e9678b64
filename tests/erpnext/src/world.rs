//! What stands in the site before the first request: the company of the recorded system and its masters.
//!
//! In: nothing, or an item, a customer, a warehouse that a test wants. Out: documents. Absent: transactions.

use crate::clock::Clock;
use crate::db::Db;
use crate::doc::{Doc, owned, put, text};
use crate::erp::{ABBR, COMPANY, Erp, User};
use crate::faults::Random;
use crate::schema::{Schema, field};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Accounts with their types; the groups first.
const ACCOUNTS: &str = "\
Application of Funds (Assets)|g|;Current Assets|g|;Accounts Receivable|g|;Debtors||Receivable;Bank Accounts|g|;Bank Account||Bank;\
Cash In Hand|g|;Cash||Cash;Loans and Advances (Assets)|g|;Employee Advances||;Securities and Deposits|g|;Earnest Money||;\
Stock Assets|g|;Stock In Hand||Stock;Tax Assets|g|;Fixed Assets|g|;Accumulated Depreciation||Accumulated Depreciation;\
Buildings||Fixed Asset;Capital Equipments||Fixed Asset;CWIP Account||Capital Work in Progress;Electronic Equipments||Fixed Asset;\
Furnitures and Fixtures||Fixed Asset;Office Equipments||Fixed Asset;Plants and Machineries||Fixed Asset;Softwares||Fixed Asset;\
Investments|g|;Temporary Accounts|g|;Temporary Opening||Temporary;Equity|g|;Capital Stock||Equity;Dividends Paid||Equity;\
Opening Balance Equity||Equity;Retained Earnings||Equity;Revaluation Surplus||Equity;Expenses|g|;Direct Expenses|g|;\
Stock Expenses|g|;Cost of Goods Sold||Cost of Goods Sold;\
Expenses Included In Asset Valuation||Expenses Included In Asset Valuation;\
Expenses Included In Valuation||Expenses Included In Valuation;Stock Adjustment||Stock Adjustment;Indirect Expenses|g|;\
Administrative Expenses||Chargeable;Commission on Sales||Chargeable;Depreciation||Depreciation;\
Entertainment Expenses||Chargeable;Exchange Gain/Loss||Chargeable;Freight and Forwarding Charges||Chargeable;\
Gain/Loss on Asset Disposal||Chargeable;Impairment||Chargeable;Legal Expenses||Chargeable;Marketing Expenses||Chargeable;\
Miscellaneous Expenses||Chargeable;Office Maintenance Expenses||Chargeable;Office Rent||Chargeable;Postal Expenses||Chargeable;\
Print and Stationery||Chargeable;Round Off||Round Off;Salary||Chargeable;Sales Expenses||Chargeable;\
Telephone Expenses||Chargeable;Travel Expenses||Chargeable;Utility Expenses||Chargeable;Write Off||Chargeable;Income|g|;\
Direct Income|g|;Sales||Income Account;Service||Income Account;Indirect Income|g|;Source of Funds (Liabilities)|g|;\
Current Liabilities|g|;Accounts Payable|g|;Creditors||Payable;Payroll Payable||Payable;Duties and Taxes|g|Tax;VAT||Tax;\
Loans (Liabilities)|g|;Bank Overdraft Account||;Secured Loans||;Unsecured Loans||;Stock Liabilities|g|;\
Asset Received But Not Billed||Asset Received But Not Billed;Stock Received But Not Billed||Stock Received But Not Billed";

/// The doctypes that have `outpost_id` at the recorded system.
pub(crate) const POSTED: [&str; 20] = [
    "Sales Invoice",
    "Payment Entry",
    "Delivery Note",
    "Purchase Receipt",
    "Purchase Invoice",
    "Stock Entry",
    "Stock Reconciliation",
    "Timesheet",
    "Journal Entry",
    "Customer",
    "Supplier",
    "Item",
    "Work Order",
    "Sales Order",
    "BOM",
    "Project",
    "Purchase Order",
    "POS Invoice",
    "Task",
    "Job Card",
];

const ROLES: [&str; 19] = [
    "Sales User",
    "Sales Manager",
    "Sales Master Manager",
    "Stock User",
    "Stock Manager",
    "Item Manager",
    "Accounts User",
    "Accounts Manager",
    "Purchase User",
    "Purchase Manager",
    "Purchase Master Manager",
    "Manufacturing User",
    "Manufacturing Manager",
    "Projects User",
    "Projects Manager",
    "HR User",
    "Auditor",
    "All",
    "Desk User",
];

impl Erp {
    /// A site as the setup leaves it.
    pub(crate) fn bare(clock: Clock, seed: u64) -> Self {
        let user = |name: &str, roles: &[&str]| User {
            name: format!("{name}@tailor.local"),
            key: format!("{name}-key"),
            secret: format!("{name}-secret"),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
        };
        let managers: Vec<&str> =
            ROLES.iter().copied().chain(["System Manager", "HR Manager", "Script Manager"]).collect();
        let mut erp = Self {
            db: Db::default(),
            schema: Schema::load(),
            clock,
            users: vec![
                user("admin-api", &managers),
                user("owner", &managers),
                user("reader", &["Stock User", "All", "Desk User"]),
                user("connector", &ROLES),
            ],
            ignored: Vec::new(),
            alterations: Vec::new(),
            random: Random::new(seed ^ 0x0e4b),
            v1_names: true,
            version: String::new(),
            queued: std::collections::BTreeSet::new(),
            tracebacks: true,
            scripts_on: false,
            runner: None,
        };
        for (doctype, field) in [
            ("Item Price", "item_code"),
            ("GL Entry", "voucher_no"),
            ("Stock Ledger Entry", "voucher_no"),
            ("Sales Invoice", "return_against"),
            ("Purchase Invoice", "return_against"),
            ("Delivery Note", "return_against"),
            ("Purchase Receipt", "return_against"),
            ("Job Card", "work_order"),
            ("Timesheet", "employee"),
            ("Payment Entry", "party"),
        ] {
            erp.db.keep_index(doctype, field);
        }
        erp.masters();
        erp
    }

    /// Puts a master where it belongs, without asking anybody.
    pub(crate) fn seed(&mut self, doctype: &str, name: &str, value: Value) {
        let Value::Object(given) = value else { return };
        let Ok(def) = self.doctype(doctype) else { return };
        let mut doc = given;
        put(&mut doc, "name", name);
        put(&mut doc, "doctype", doctype);
        let state = doc.get("docstatus").cloned().unwrap_or(json!(0));
        put(&mut doc, "docstatus", state);
        self.defaults(&def, &mut doc);
        let now = self.clock.now();
        for (field, value) in
            [("owner", "Administrator"), ("modified_by", "Administrator"), ("creation", &now), ("modified", &now)]
        {
            put(&mut doc, field, value);
        }
        put(&mut doc, "idx", 0);
        self.number_rows(&def, &mut doc);
        self.db.store(doctype, doc);
        self.db.begin();
    }

    fn masters(&mut self) {
        let each = |list: &'static str| list.split(';');
        for currency in each("IDR;USD;EUR;SGD;AFN;ALL;DZD") {
            self.seed("Currency", currency, json!({ "currency_name": currency, "enabled": 1 }));
        }
        for (doctype, field, names) in [
            ("Country", "country_name", "Indonesia"),
            ("Language", "language_code", "en;id"),
            ("Gender", "gender", "Male;Female;Other"),
            ("Warehouse Type", "name", "Transit"),
            ("User Type", "name", "System User;Website User"),
            (
                "Item Group",
                "item_group_name",
                "All Item Groups;Products;Raw Material;Services;Sub Assemblies;Consumable",
            ),
            (
                "Customer Group",
                "customer_group_name",
                "All Customer Groups;Individual;Commercial;Non Profit;Government",
            ),
            ("Territory", "territory_name", "All Territories;Indonesia;Rest Of The World"),
            (
                "Supplier Group",
                "supplier_group_name",
                "All Supplier Groups;Services;Local;Raw Material;Electrical;Hardware;Pharmaceutical;Distributor",
            ),
            ("Activity Type", "activity_type", "Planning;Research;Proposal Writing;Execution;Communication"),
        ] {
            for name in names.split(';') {
                self.seed(doctype, name, json!({ field: name }));
            }
        }
        for role in ROLES.iter().copied().chain(["System Manager", "HR Manager", "Script Manager"]) {
            self.seed("Role", role, json!({ "role_name": role }));
        }
        for uom in each("Unit;Box;Nos;Pair;Set;Meter;Centimeter;Yard;Kilogram;Gram;Litre;Hour;Minute;Day;Square Meter")
        {
            let whole = i32::from(matches!(uom, "Unit" | "Box" | "Nos" | "Pair" | "Set"));
            self.seed("UOM", uom, json!({ "uom_name": uom, "must_be_whole_number": whole, "enabled": 1 }));
        }
        let company =
            json!({ "company_name": COMPANY, "abbr": ABBR, "default_currency": "IDR", "country": "Indonesia" });
        self.seed("Company", COMPANY, company);
        self.furnish(COMPANY);
        for (name, kind) in [
            ("Cheque", "Bank"),
            ("Credit Card", "Bank"),
            ("Wire Transfer", "Bank"),
            ("Bank Draft", "Bank"),
            ("Cash", "Cash"),
        ] {
            self.seed("Mode of Payment", name, json!({ "mode_of_payment": name, "type": kind, "enabled": 1 }));
        }
        for (name, buying) in [("Standard Buying", 1), ("Standard Selling", 0)] {
            self.seed("Price List", name, json!({ "price_list_name": name, "currency": "IDR", "enabled": 1, "buying": buying, "selling": 1 - buying }));
        }
        for kind in each(
            "Material Issue;Material Receipt;Material Transfer;Manufacture;Repack;Disassemble;Send to Subcontractor;Material Transfer for Manufacture;Material Consumption for Manufacture",
        ) {
            self.seed("Stock Entry Type", kind, json!({ "purpose": kind }));
        }
        let year = self.clock.today()[..4].to_owned();
        for year in HashSet::from(["2026".to_owned(), year]) {
            self.seed("Fiscal Year", &year, json!({ "year": year, "year_start_date": format!("{year}-01-01"), "year_end_date": format!("{year}-12-31") }));
        }
        for user in self.users.clone() {
            self.seed_user(&user);
        }
        for (single, settings) in [
            ("Accounts Settings", json!({})),
            ("Stock Settings", json!({ "allow_negative_stock": 0, "item_naming_by": "Item Code" })),
            ("Selling Settings", json!({ "cust_master_name": "Customer Name", "allow_multiple_items": 1 })),
            ("Buying Settings", json!({ "supp_master_name": "Supplier Name", "allow_multiple_items": 1 })),
            (
                "System Settings",
                json!({ "float_precision": "3", "currency_precision": "", "rounding_method": "Banker's Rounding" }),
            ),
            ("Global Defaults", json!({ "default_company": COMPANY, "disable_rounded_total": 0 })),
        ] {
            self.seed(single, single, settings);
        }
    }

    /// What comes with a company: its accounts, cost centers and warehouses, and which of them it takes by default.
    pub(crate) fn furnish(&mut self, company: &str) {
        let abbr = self.abbr(company);
        let own = |name: &str| format!("{name} - {abbr}");
        for account in ACCOUNTS.split(';') {
            let mut parts = account.split('|');
            let (name, group, kind) =
                (parts.next().unwrap_or_default(), parts.next() == Some("g"), parts.next().unwrap_or_default());
            let row = json!({ "account_name": name, "company": company, "is_group": i32::from(group), "account_type": kind, "account_currency": "IDR" });
            self.seed("Account", &own(name), row);
        }
        for (name, group) in [(company, 1), ("Main", 0)] {
            let row = json!({ "cost_center_name": name, "company": company, "is_group": group });
            self.seed("Cost Center", &own(name), row);
        }
        for (name, group, kind) in [
            ("All Warehouses", 1, ""),
            ("Stores", 0, ""),
            ("Work In Progress", 0, ""),
            ("Finished Goods", 0, ""),
            ("Goods In Transit", 0, "Transit"),
        ] {
            let row = json!({ "warehouse_name": name, "company": company, "is_group": group, "warehouse_type": kind });
            self.seed("Warehouse", &own(name), row);
        }
        self.db.change("Company", company, |doc| {
            for (field, account) in [
                ("default_cash_account", "Cash"),
                ("default_bank_account", "Bank Account"),
                ("default_receivable_account", "Debtors"),
                ("default_payable_account", "Creditors"),
                ("default_income_account", "Sales"),
                ("default_expense_account", "Cost of Goods Sold"),
                ("cost_center", "Main"),
                ("round_off_account", "Round Off"),
                ("stock_adjustment_account", "Stock Adjustment"),
                ("default_inventory_account", "Stock In Hand"),
                ("stock_received_but_not_billed", "Stock Received But Not Billed"),
                ("write_off_account", "Write Off"),
            ] {
                put(doc, field, own(account));
            }
            put(doc, "enable_perpetual_inventory", 1);
        });
        self.db.begin();
    }

    pub(crate) fn seed_user(&mut self, user: &User) {
        let roles: Vec<Value> = user.roles.iter().map(|role| json!({ "role": role })).collect();
        let row = json!({ "email": user.name, "first_name": user.name, "full_name": user.name, "enabled": 1, "user_type": "System User", "api_key": user.key, "roles": roles });
        self.seed("User", &user.name, row);
    }

    /// Adds a Custom Field to a doctype, as it was asked for in a document.
    pub(crate) fn add_field(&mut self, custom: &Doc) {
        let dt = owned(custom, "dt");
        let Some(def) = self.schema.get(&dt) else { return };
        let Some(new) = field(&Value::Object(custom.clone())) else { return };
        if new.unique {
            self.db.keep_index(&dt, &new.name);
        }
        let mut def = crate::schema::Doctype::clone(&def);
        def.add(new);
        def.finish();
        self.schema.types.insert(dt, Arc::new(def));
    }

    /// Has a field as its Custom Field says now. Its column is made where it is missing.
    pub(crate) fn change_field(&mut self, custom: &Doc) {
        let dt = owned(custom, "dt");
        let Some(def) = self.schema.get(&dt) else { return };
        let Some(new) = field(&Value::Object(custom.clone())) else { return };
        let mut def = crate::schema::Doctype::clone(&def);
        def.change(new);
        self.schema.types.insert(dt, Arc::new(def));
    }

    /// Makes the column of a Custom Field, or loses it.
    pub(crate) fn set_column(&mut self, dt: &str, field: &str, has_column: bool) {
        let Some(def) = self.schema.get(dt) else { return };
        let mut def = crate::schema::Doctype::clone(&def);
        def.set_column(field, has_column);
        self.schema.types.insert(dt.into(), Arc::new(def));
    }

    /// Has a field taken with a value that another document has.
    pub(crate) fn let_repeat(&mut self, dt: &str, field: &str) {
        let Some(def) = self.schema.get(dt) else { return };
        let mut def = crate::schema::Doctype::clone(&def);
        def.let_repeat(field);
        self.schema.types.insert(dt.into(), Arc::new(def));
    }

    /// Takes a Custom Field from its doctype. What stands in its column stays there, unseen.
    pub(crate) fn drop_field(&mut self, custom: &Doc) {
        let dt = owned(custom, "dt");
        let Some(def) = self.schema.get(&dt) else { return };
        let mut def = crate::schema::Doctype::clone(&def);
        def.remove(text(custom, "fieldname"));
        self.schema.types.insert(dt, Arc::new(def));
    }

    /// A Custom Field as data, unique.
    pub(crate) fn seed_field(&mut self, dt: &str, fieldname: &str, label: &str, fieldtype: &str, unique: bool) {
        let row = json!({ "dt": dt, "fieldname": fieldname, "label": label, "fieldtype": fieldtype, "unique": i32::from(unique), "no_copy": 1, "read_only": 1 });
        if let Value::Object(doc) = &row {
            self.add_field(doc);
        }
        self.seed("Custom Field", &format!("{dt}-{fieldname}"), row);
    }

    /// The masters that the recorded system had in the end, and its closed month.
    pub(crate) fn facts(&mut self) {
        for dt in POSTED {
            self.seed_field(dt, "outpost_id", "Outpost ID", "Data", true);
        }
        for customer in ["Bu Sari", "Bu Sari Dua"] {
            self.seed("Customer", customer, json!({ "customer_name": customer }));
        }
        self.seed("Supplier", "Toko Kain", json!({ "supplier_name": "Toko Kain", "country": "Indonesia" }));
        for (code, group, uom, stock) in [
            ("CLOTH-1", "Raw Material", "Meter", true),
            ("BUTTON", "Raw Material", "Nos", true),
            ("SHIRT", "Products", "Nos", true),
            ("THREAD-RED", "Raw Material", "Nos", true),
            ("THREAD-BLU", "Raw Material", "Nos", true),
            ("SEWING", "Services", "Nos", false),
        ] {
            self.seed_item(code, group, uom, stock);
        }
        for (mode, account) in [("Cash", "Cash - TW"), ("Wire Transfer", "Bank Account - TW")] {
            self.pays_into(mode, account);
        }
        self.seed_profile("Counter 1", "Stores - TW", &["Cash"]);
        self.seed("Employee", "HR-EMP-00001", json!({ "employee_name": "Joko", "first_name": "Joko", "gender": "Male", "company": COMPANY, "status": "Active", "date_of_birth": "1990-01-01", "date_of_joining": "2020-01-01" }));
        self.seed(
            "Project",
            "PROJ-0001",
            json!({ "project_name": "Order 77 wedding suit", "company": COMPANY, "status": "Open" }),
        );
        self.db.next("HR-EMP-");
        self.db.next("PROJ-");
        self.seed(
            "Workstation",
            "Sewing Table",
            json!({ "workstation_name": "Sewing Table", "production_capacity": 1, "hour_rate": 10000 }),
        );
        self.seed("Operation", "Sew", json!({ "workstation": "Sewing Table" }));
        let cloth = json!({ "item_code": "CLOTH-1", "qty": 1.5, "uom": "Meter", "stock_uom": "Meter", "stock_qty": 1.5, "rate": 50000.0, "conversion_factor": 1.0 });
        let button = json!({ "item_code": "BUTTON", "qty": 7.0, "uom": "Nos", "stock_uom": "Nos", "stock_qty": 7.0, "rate": 500.0, "conversion_factor": 1.0 });
        let sew = json!({ "operation": "Sew", "workstation": "Sewing Table", "time_in_mins": 60.0 });
        let boms =
            [("BOM-SHIRT-001", json!([cloth, button]), json!([])), ("BOM-SHIRT-002", json!([cloth]), json!([sew]))];
        for (name, items, operations) in boms {
            let with = i32::from(operations.as_array().is_some_and(|o| !o.is_empty()));
            let bom = json!({ "item": "SHIRT", "quantity": 1.0, "company": COMPANY, "docstatus": 1, "is_active": 1, "is_default": 1, "uom": "Nos", "with_operations": with, "items": items, "operations": operations });
            self.seed("BOM", name, bom);
            self.db.next("BOM-SHIRT");
        }
        self.seed_item_tax("PPN Keluaran", 11.0);
        self.close("Oct 2026", "2026-10-01", "2026-10-31");
        self.db.begin();
    }

    pub(crate) fn seed_item(&mut self, code: &str, group: &str, uom: &str, stock: bool) {
        let row = json!({
            "item_code": code, "item_name": code, "item_group": group, "stock_uom": uom, "is_stock_item": i32::from(stock),
            "description": code, "end_of_life": "2099-12-31",
            "uoms": [{ "uom": uom, "conversion_factor": 1.0 }],
            "item_defaults": [{ "company": COMPANY, "default_warehouse": "Stores - TW" }],
        });
        self.seed("Item", code, row);
    }

    pub(crate) fn pays_into(&mut self, mode: &str, account: &str) {
        let kind = if account.starts_with("Cash") { "Cash" } else { "Bank" };
        let row = json!({ "mode_of_payment": mode, "type": kind, "enabled": 1, "accounts": [{ "company": COMPANY, "default_account": account }] });
        self.seed("Mode of Payment", mode, row);
    }

    pub(crate) fn seed_profile(&mut self, name: &str, warehouse: &str, modes: &[&str]) {
        let payments: Vec<Value> = modes
            .iter()
            .enumerate()
            .map(|(i, m)| json!({ "mode_of_payment": m, "default": i32::from(i == 0) }))
            .collect();
        let row = json!({
            "company": COMPANY, "warehouse": warehouse, "currency": "IDR", "selling_price_list": "Standard Selling",
            "write_off_account": "Write Off - TW", "write_off_cost_center": "Main - TW", "payments": payments,
        });
        self.seed("POS Profile", name, row);
    }

    pub(crate) fn seed_item_tax(&mut self, name: &str, rate: f64) {
        let row = json!({ "account_name": name, "company": COMPANY, "account_type": "Tax", "tax_rate": rate, "account_currency": "IDR", "parent_account": "Duties and Taxes - TW" });
        self.seed("Account", &format!("{name} - TW"), row);
    }

    /// Closes a period for every doctype that is posted.
    pub(crate) fn close(&mut self, name: &str, from: &str, to: &str) {
        let closed: Vec<Value> = POSTED[..9].iter().map(|dt| json!({ "document_type": dt, "closed": 1 })).collect();
        let row = json!({ "period_name": format!("{name} - TW"), "company": COMPANY, "start_date": from, "end_date": to, "closed_documents": closed });
        self.seed("Accounting Period", &format!("{name} - TW"), row);
    }
}
