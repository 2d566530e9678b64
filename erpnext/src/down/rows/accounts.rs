//! Accounts that workshops may use, modes of payment, and the days on which books are open.

use super::{Doc, Made, Scene};
use outpost_core::domain::master::{Account, FiscalYear, ModeAccount, ModeOfPayment, Period, Row};
use std::collections::BTreeMap;

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
        // ERPNext books nothing on a frozen one.
        disabled: doc.flag("disabled") || doc.str("freeze_account") == "Yes",
        company: doc.company(scene.scope)?,
    })))
}

/// With its account in each company. Where there is one company it is `default_account`, which a box of before goes by in any case.
pub(in crate::down) fn mode_of_payment(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let mut accounts: BTreeMap<&str, Doc<'_>> = BTreeMap::new();
    for row in doc.rows("Mode of Payment Account").filter(|row| row.is_of(scene.scope)) {
        accounts.entry(row.str("company")).or_insert(row);
    }
    accounts.retain(|_, row| !row.str("default_account").is_empty());
    let Some(usual) = accounts.get(scene.scope.company.as_str()).or(accounts.values().next()) else {
        return match doc.flag("enabled") {
            true => Err(format!("no account for {}: give it one, or disable it", scene.scope.named())),
            false => Ok(None),
        };
    };
    let of_company = |row: &Doc<'_>| {
        Ok(ModeAccount { company: row.text("company")?, default_account: row.text("default_account")? })
    };
    let several = accounts.values().filter(|_| scene.scope.is_several());
    Ok(Some(Row::ModeOfPayment(ModeOfPayment {
        mode_of_payment: doc.text("name")?,
        kind: doc.maybe("type")?,
        default_account: usual.text("default_account")?,
        enabled: doc.flag("enabled"),
        accounts: several.map(of_company).collect::<Result<_, String>>()?,
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
        company: doc.company(scene.scope)?,
    })))
}

/// A year that names companies is theirs alone.
pub(in crate::down) fn fiscal_year(doc: Doc<'_>, scene: Scene<'_>) -> Made {
    let of_all = doc.rows("Fiscal Year Company").next().is_none();
    let ours: Vec<_> = doc.rows("Fiscal Year Company").filter(|row| row.is_of(scene.scope)).collect();
    let of_others = !of_all && ours.is_empty();
    if doc.flag("disabled") || of_others {
        return Ok(None);
    }
    let said: Vec<_> = ours.iter().map(|row| row.company(scene.scope)).collect::<Result<_, _>>()?;
    let mut companies: Vec<_> = said.into_iter().flatten().collect();
    companies.sort_unstable();
    companies.dedup();
    let (year_start_date, year_end_date) = (doc.day("year_start_date")?, doc.day("year_end_date")?);
    Ok(Some(Row::FiscalYear(FiscalYear { year: doc.text("name")?, year_start_date, year_end_date, companies })))
}
