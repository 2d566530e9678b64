//! What goes wrong, in Frappe's words: a status, the class of the exception, its text, the text for a person.
//!
//! In: a class and a text. Out: the body of an answer, in the shape of version 1 or 2. Absent: when something is wrong.

use serde_json::{Value, json};

/// An exception of Frappe's.
#[derive(Clone, Debug)]
pub struct Error {
    /// HTTP's.
    pub status: u16,
    /// The class, as `NegativeStockError`.
    pub exc_type: String,
    /// The text of the exception; a document that is missing and a right that is missing have none.
    pub exception: Option<String>,
    /// The text for a person.
    pub message: String,
}

/// What a step of a request comes to.
pub(crate) type Res<T> = Result<T, Error>;

/// Where a class is at home; `frappe.exceptions` where it is not here.
const HOMES: [(&str, &str); 22] = [
    ("NegativeStockError", "erpnext.stock.stock_ledger"),
    ("InvalidQtyError", "erpnext.controllers.accounts_controller"),
    ("UOMMustBeIntegerError", "erpnext.utilities.transaction_base"),
    ("FiscalYearError", "erpnext.accounts.utils"),
    ("ClosedAccountingPeriod", "erpnext.accounts.doctype.accounting_period.accounting_period"),
    ("StockFreezeError", "erpnext.stock.doctype.stock_ledger_entry.stock_ledger_entry"),
    ("EmptyStockReconciliationItemsError", "erpnext.stock.doctype.stock_reconciliation.stock_reconciliation"),
    ("OperationSequenceError", "erpnext.manufacturing.doctype.job_card.job_card"),
    ("OperationsNotCompleteError", "erpnext.stock.doctype.stock_entry.stock_entry"),
    ("FinishedGoodError", "erpnext.stock.doctype.stock_entry.stock_entry"),
    ("OverlapError", "erpnext.projects.doctype.timesheet.timesheet"),
    ("StockOverReturnError", "erpnext.controllers.sales_and_purchase_return"),
    ("StockOverProductionError", "erpnext.manufacturing.doctype.work_order.work_order"),
    ("SerialNoWarehouseError", "erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle"),
    ("BatchNegativeStockError", "erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle"),
    ("OperationalError", "pymysql.err"),
    ("ConnectionError", "redis.exceptions"),
    ("JSONDecodeError", "json.decoder"),
    ("TypeError", ""),
    ("AttributeError", ""),
    ("ImportError", ""),
    ("ServerScriptNotEnabled", "frappe.utils.safe_exec"),
];

impl Error {
    /// An exception with a status.
    pub(crate) fn with(status: u16, exc_type: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let home = HOMES.iter().find(|(class, _)| *class == exc_type).map_or("frappe.exceptions", |(_, home)| home);
        let dot = if home.is_empty() { "" } else { "." };
        let exception = Some(format!("{home}{dot}{exc_type}: {message}"));
        Self { status, exc_type: exc_type.to_owned(), exception, message }
    }

    /// A kind of `ValidationError`: 417.
    pub(crate) fn refused(exc_type: &str, message: impl Into<String>) -> Self {
        Self::with(417, exc_type, message)
    }

    /// A plain `ValidationError`.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::refused("ValidationError", message)
    }

    /// A document that is not there.
    pub(crate) fn missing(doctype: &str, name: &str) -> Self {
        let message = format!("{doctype} {name} not found");
        Self { status: 404, exc_type: "DoesNotExistError".into(), exception: None, message }
    }

    /// A right that is not there.
    pub(crate) fn denied(message: impl Into<String>) -> Self {
        Self {
            exception: Some("frappe.exceptions.PermissionError".into()),
            ..Self::with(403, "PermissionError", message)
        }
    }

    /// A name that is taken.
    pub(crate) fn duplicate(doctype: &str, name: &str) -> Self {
        let text =
            format!("('{doctype}', '{name}', IntegrityError(1062, \"Duplicate entry '{name}' for key 'PRIMARY'\"))");
        let message = format!("{doctype} <strong>{name}</strong> already exists");
        Self { message, ..Self::with(409, "DuplicateEntryError", text) }
    }

    /// A value of a unique field that is taken.
    pub(crate) fn not_unique(doctype: &str, name: &str, field: &str, label: &str, value: &str) -> Self {
        let text =
            format!("('{doctype}', '{name}', IntegrityError(1062, \"Duplicate entry '{value}' for key '{field}'\"))");
        Self { message: format!("{label} must be unique"), ..Self::with(417, "UniqueValidationError", text) }
    }

    /// A column that the table has not.
    pub(crate) fn no_column(doctype: &str, field: &str, within: &str) -> Self {
        let text = format!("(1054, \"Unknown column 'tab{doctype}.{field}' in '{within}'\")");
        Self { message: String::new(), ..Self::with(500, "OperationalError", text) }
    }

    /// The body of an answer of version 1.
    pub(crate) fn v1(&self) -> Value {
        let said = json!({ "message": self.message, "title": "Message", "indicator": "red", "raise_exception": 1 });
        let mut body = json!({ "exc_type": self.exc_type });
        if let Some(exception) = &self.exception {
            body["exception"] = json!(exception);
            let trace = format!("Traceback (most recent call last):\n{exception}\n");
            body["exc"] = json!(json!([trace]).to_string());
        }
        if !self.message.is_empty() {
            body["_server_messages"] = json!(json!([said.to_string()]).to_string());
        }
        body
    }

    /// The body of an answer of version 2.
    pub(crate) fn v2(&self) -> Value {
        let mut error = json!({ "type": self.exc_type, "message": self.message, "indicator": "red" });
        if let Some(exception) = &self.exception {
            error["exception"] = format!("Traceback (most recent call last):\n{exception}\n").into();
        }
        json!({ "errors": [error] })
    }
}
