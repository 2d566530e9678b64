//! What a document comes to, with the taxes of its template and those that its items have of their own.

use super::super::{Refusal, Why, World};
use super::item_taxes;
use crate::domain::booked::Booked;
use crate::domain::document::{Kind, Priced, Rules};
use crate::domain::effects::{Effects, Progress};
use crate::domain::master::TaxRule;
use crate::domain::totals::{Rounding, Sheet, for_return};

/// Digits after the point where the office has not said: ERPNext's default.
const PRECISION: u8 = 2;

/// Works out the total, and the rows of taxes that it is made with. Where the document has rows itself, they are all there are.
pub(super) fn total(world: &World<'_>, rules: &dyn Rules, checked: bool, booked: &mut Booked) -> Result<(), Refusal> {
    let Some(priced) = rules.priced() else { return Ok(()) };
    let settings = world.masters.settings(world.site);
    let rounding = Rounding {
        precision: settings.map_or(PRECISION, |settings| settings.currency_precision),
        smallest: settings.and_then(|settings| settings.smallest_currency_fraction_value),
    };
    let day = rules.posting_date().or(booked.day).unwrap_or(world.today);
    booked.item_taxes = item_taxes::of_rows(world, &priced, day, checked)?;
    if priced.taxes.is_empty() {
        booked.taxes = template(world, &priced);
        item_taxes::append_rows(&mut booked.taxes, &booked.item_taxes);
    }
    let taxes = if priced.taxes.is_empty() { &booked.taxes } else { priced.taxes };
    let item_rates = match booked.item_taxes.is_empty() {
        true => Vec::new(),
        false => (0..priced.lines.len())
            .map(|index| booked.item_taxed(index).map_or(&[][..], |taxed| &taxed.taxes))
            .collect(),
    };
    let sheet = Sheet { lines: priced.lines, taxes, item_rates, discount: priced.discount, rounding };
    let totals = sheet.totals().map_err(|bad| Refusal::new(Why::Rule, bad.field, bad.rule))?;
    booked.total = Some(totals.payable);
    booked.net = Some(totals.net_total).filter(|net| *net != totals.payable);
    Ok(())
}

/// Refuses what is paid in parts that the books' currency does not have: ERPNext rounds them on the way, and then says that something else is
/// left to pay.
pub(super) fn in_coins(world: &World<'_>, kind: Kind, effects: &Effects) -> Result<(), Refusal> {
    let Some(settings) = world.masters.settings(world.site) else { return Ok(()) };
    let digits = u32::from(settings.currency_precision);
    let paid = effects.money.iter().map(|money| money.amount);
    let is_money = |what| matches!(what, Progress::Paid | Progress::Advanced | Progress::Used);
    let settled = effects.steps.iter().filter(|step| is_money(step.what)).map(|step| step.by);
    let Some(amount) = paid.chain(settled).find(|amount| amount.rounded(digits) != Some(*amount)) else {
        return Ok(());
    };
    let field = match kind {
        Kind::SalesInvoice => "payments",
        Kind::JournalEntry => "accounts",
        _ => "paid_amount",
    };
    let rule = format!("{amount} has more than the {digits} digits that {} is kept in: round it", settings.currency);
    Err(Refusal::new(Why::Rule, field, rule))
}

/// Refuses a currency that is neither that of the books nor that of the list of prices. As far as the lists go, and no further: nobody
/// here knows a rate of exchange.
pub(super) fn currency(world: &World<'_>, rules: &dyn Rules) -> Result<(), Refusal> {
    let (Some(priced), Some(settings)) = (rules.priced(), world.masters.settings(world.site)) else { return Ok(()) };
    let usual = if priced.buying { &settings.buying_price_list } else { &settings.selling_price_list };
    let list = priced.price_list.or(usual.as_ref());
    let listed = list.and_then(|list| world.masters.price_list(list.as_str())).map(|list| &list.currency);
    let theirs = priced.currency.unwrap_or(&settings.currency);
    let refused = |field: &str, rule: String| Err(Refusal::new(Why::Rule, field, rule));
    match listed {
        Some(listed) if listed != theirs && priced.price_list.is_some() => {
            let list = if priced.buying { "buying_price_list" } else { "selling_price_list" };
            refused(list, format!("its prices are in {listed}, and this document is in {theirs}: choose another list"))
        }
        Some(listed) if listed == theirs => Ok(()),
        _ if *theirs == settings.currency => Ok(()),
        _ => refused("currency", format!("the books are in {}: leave it out", settings.currency)),
    }
}

/// The rows of the template that is named, or of the default one.
fn template(world: &World<'_>, priced: &Priced<'_>) -> Vec<TaxRule> {
    let masters = world.masters;
    let row = match priced.template {
        Some(name) => masters.tax_template(name.as_str()),
        None => masters.default_tax_template(priced.buying),
    };
    match row {
        Some(template) if priced.is_return => for_return(&template.taxes),
        Some(template) => template.taxes.clone(),
        None => Vec::new(),
    }
}
