//! Accounts that workshops may use, modes of payment, and the days on which books are open.

use super::{Doc, Made, Scene};
use outpost_core::domain::master::{Account, FiscalYear, ModeOfPayment, Period, Row};

/// Where money and taxes are.
const MONEY: [&str; 4] = ["Cash", "Bank", "Tax", "Chargeable"];
/// Accounts of expenses that ERPNext books on by itself: petty expenses do not belong there.
const BY_ITSELF: [&str; 6] = [
    "Cost of Goods Sold",
    "Stock Adjustment",
    "Depreciation",
    "Round Off",
    "Expenses Included In Valuation",
    "Expenses Included In Asset Valuation",
];

/// Leaves alone: of money, of taxes, and of expenses.
pub(in crate::down) fn account(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let kind = doc.str("account_type");
    let is_expense = doc.str("root_type") == "Expense" && !BY_ITSELF.contains(&kind) && !MONEY.contains(&kind);
    if doc.flag("is_group") || !doc.is_of(scene.scope) || !(is_expense || MONEY.contains(&kind)) {
        return Ok(None);
    }
    let account_type = doc.maybe("account_type")?;
    Ok(Some(Row::Account(Account {
        name: doc.text("name")?,
        account_type,
        is_expense,
        disabled: doc.flag("disabled"),
    })))
}

/// With the account of the company.
pub(in crate::down) fn mode_of_payment(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let account = doc.rows("Mode of Payment Account").find(|row| row.is_of(scene.scope));
    let Some(account) = account.filter(|row| !row.str("default_account").is_empty()) else {
        return match doc.flag("enabled") {
            true => Err(format!("no account for the company {}: give it one, or disable it", scene.scope.company)),
            false => Ok(None),
        };
    };
    Ok(Some(Row::ModeOfPayment(ModeOfPayment {
        mode_of_payment: doc.text("name")?,
        kind: doc.maybe("type")?,
        default_account: account.text("default_account")?,
        enabled: doc.flag("enabled"),
    })))
}

pub(in crate::down) fn period(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    if !doc.is_of(scene.scope) {
        return Ok(None);
    }
    let closed = doc.rows("Closed Document").filter(|row| row.flag("closed"));
    Ok(Some(Row::Period(Period {
        period_name: doc.text("name")?,
        start_date: doc.day("start_date")?,
        end_date: doc.day("end_date")?,
        closed_documents: closed.map(|row| row.text("document_type")).collect::<Result<_, _>>()?,
    })))
}

/// A year that names companies is theirs alone.
pub(in crate::down) fn fiscal_year(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let mut companies = doc.rows("Fiscal Year Company").peekable();
    let ours = companies.peek().is_none() || companies.any(|row| row.is_of(scene.scope));
    if doc.flag("disabled") || !ours {
        return Ok(None);
    }
    let (year_start_date, year_end_date) = (doc.day("year_start_date")?, doc.day("year_end_date")?);
    Ok(Some(Row::FiscalYear(FiscalYear { year: doc.text("name")?, year_start_date, year_end_date })))
}
