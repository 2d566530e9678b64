//! Invoices, sold and bought: what is paid at once, what stays to be paid, returns, advances, and the trap of the facts, 2.
//!
//! In: an invoice. Out: its totals, what it books, what is outstanding, its status. Absent: loyalty points, write-offs by themselves.

use super::ledger::{Line, line};
use super::totals::{booked_taxes, payable, totals};
use super::trade::buys;
use crate::clock;
use crate::doc::{Doc, blank, fill, is, money, num, owned, put, putf, rows, rows_mut, text};
use crate::erp::Erp;
use crate::error::{Error, Res};
use crate::lifecycle::Act;
use serde_json::{Value, json};
use std::sync::Arc;

fn advances(doc: &Doc) -> f64 {
    money(rows(doc, "advances").into_iter().map(|r| num(r, "allocated_amount")).sum())
}

impl Erp {
    pub(crate) fn validate_invoice(&mut self, doc: &mut Doc, act: Act) -> Res<()> {
        self.posting_time(doc);
        let buying = buys(doc);
        if buying {
            let supplier = owned(doc, "supplier");
            if !self.db.has("Supplier", &supplier) {
                return Err(Error::missing("Supplier", if supplier.is_empty() { "None" } else { &supplier }));
            }
            fill(doc, "credit_to", "Creditors - TW");
        } else {
            let customer = owned(doc, "customer");
            if customer.is_empty() {
                return Err(Error::invalid("Due Date is mandatory"));
            }
            if !self.db.has("Customer", &customer) {
                let text = "'NoneType' object has no attribute 'payment_terms'";
                return Err(Error { message: String::new(), ..Error::with(500, "AttributeError", text) });
            }
            fill(doc, "debit_to", "Debtors - TW");
        }
        fill(doc, "party_account_currency", "IDR");
        if rows(doc, "items").is_empty() {
            let text = "unsupported operand type(s) for -: 'NoneType' and 'float'";
            return Err(Error { message: String::new(), ..Error::with(500, "TypeError", text) });
        }
        self.trade_head(doc)?;
        self.pos(doc)?;
        self.trade_rows(doc)?;
        totals(doc);
        self.accounts_of_rows(doc);
        self.open_day(doc, "posting_date")?;
        self.no_batch_expired(doc)?;
        let posted = owned(doc, "posting_date");
        if !is(doc, "is_pos") && !is(doc, "is_return") {
            // What is to be paid when says when all of it is due.
            let last = rows(doc, "payment_schedule").iter().map(|row| owned(row, "due_date")).max();
            if let Some(last) = last.filter(|last| !last.is_empty()) {
                put(doc, "due_date", last);
            }
        }
        fill(doc, "due_date", posted.clone());
        if clock::date(&posted).is_some() && text(doc, "due_date") < posted.as_str() {
            return Err(Error::invalid("Due Date cannot be before Posting / Supplier Invoice Date"));
        }
        self.returns(doc, if buying { "purchase_invoice_item" } else { "sales_invoice_item" })?;
        if !buying {
            self.same_project(doc)?;
        }
        if !buying && is(doc, "is_pos") && rows(doc, "payments").is_empty() {
            return Err(Error::invalid("At least one mode of payment is required for POS invoice."));
        }
        let advance = advances(doc);
        putf(doc, "total_advance", advance);
        if advance > payable(doc) + 0.005 && !is(doc, "is_return") {
            return Err(Error::invalid("Total advance cannot be greater than the total"));
        }
        // After the sum: the answer to a submission in one request does not have it yet.
        if is(doc, "allocate_advances_automatically") && !is(doc, "is_pos") {
            self.take_advances(doc);
        }
        if buying && is(doc, "is_paid") {
            if blank(doc, "cash_bank_account") && num(doc, "paid_amount") != 0.0 {
                return Err(Error::invalid("Cash or Bank Account is mandatory for making payment entry"));
            }
            let paid = num(doc, "paid_amount");
            // With their signs, also of a return (`validate_cash`).
            if paid - payable(doc) > 0.001 {
                return Err(Error::invalid("Paid amount + Write Off Amount can not be greater than Grand Total"));
            }
            putf(doc, "base_paid_amount", paid);
        }
        // Paid and outstanding amounts are worked out of drafts only.
        if !act.submit {
            self.paid_of_draft(doc);
        }
        if !is(doc, "is_pos") && !is(doc, "is_return") {
            self.schedule(doc, "posting_date");
        } else {
            put(doc, "payment_schedule", Value::Array(Vec::new()));
        }
        if !buying {
            fill(doc, "against_income_account", "Sales - TW");
        }
        if act.submit {
            let bill = owned(doc, "bill_no");
            let said =
                if bill.is_empty() { "No Remarks".to_owned() } else { format!("Against Supplier Invoice {bill}") };
            fill(doc, "remarks", said);
        }
        put(doc, "status", "Draft");
        Ok(())
    }

    /// What is bought for stock goes to stock, or to what was received and is not billed.
    fn accounts_of_rows(&mut self, doc: &mut Doc) {
        let (buying, moves) = (buys(doc), is(doc, "update_stock"));
        let net = num(doc, "net_total");
        if !buying {
            putf(doc, "amount_eligible_for_commission", net);
            return;
        }
        putf(doc, "tax_withholding_net_total", net);
        putf(doc, "base_tax_withholding_net_total", net);
        let mut table = crate::doc::take(doc, "items");
        for row in &mut table {
            if self.db.get("Item", text(row, "item_code")).is_some_and(|i| is(&i, "is_stock_item")) {
                put(
                    row,
                    "expense_account",
                    if moves { "Stock In Hand - TW" } else { "Stock Received But Not Billed - TW" },
                );
            }
        }
        let first = table.first().map(|r| owned(r, "expense_account")).unwrap_or_default();
        put(doc, "against_expense_account", first);
        crate::doc::give(doc, "items", table);
    }

    /// What a profile puts over what a sale says that is paid at once (`set_pos_fields`, as it is called to validate), and in the place of what
    /// it does not say. Where none is named it is one of the company's.
    fn pos(&mut self, doc: &mut Doc) -> Res<()> {
        if !is(doc, "is_pos") {
            return Ok(());
        }
        fill(doc, "account_for_change_amount", "Cash - TW");
        let profile = owned(doc, "pos_profile");
        let found = if profile.is_empty() {
            let company = Self::company(doc);
            let usable = |profile: &&Arc<Doc>| text(profile, "company") == company && !is(profile, "disabled");
            self.db.rows("POS Profile").find(usable).cloned()
        } else {
            self.db.get("POS Profile", &profile)
        };
        let Some(found) = found else { return Ok(()) };
        put(doc, "pos_profile", owned(&found, "name"));
        for field in ["write_off_account", "write_off_cost_center", "cost_center", "taxes_and_charges"] {
            fill(doc, field, owned(&found, field));
        }
        let customer = self.db.get("Customer", text(doc, "customer"));
        let of = |from: Option<&Arc<Doc>>| from.map(|from| owned(from, "default_price_list")).unwrap_or_default();
        let group =
            customer.as_ref().and_then(|customer| self.db.get("Customer Group", text(customer, "customer_group")));
        let lists = [of(customer.as_ref()), of(group.as_ref()), owned(&found, "selling_price_list")];
        let list = lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default();
        for (field, value) in
            [("account_for_change_amount", owned(&found, "account_for_change_amount")), ("selling_price_list", list)]
        {
            if !value.is_empty() {
                put(doc, field, value);
            }
        }
        for row in rows_mut(doc, "items") {
            for field in ["income_account", "expense_account", "cost_center"] {
                fill(row, field, owned(&found, field));
            }
        }
        let place = owned(&found, "warehouse");
        if !place.is_empty() && blank(doc, "set_warehouse") {
            for row in rows_mut(doc, "items") {
                fill(row, "warehouse", place.clone());
            }
        }
        if rows(doc, "taxes").is_empty()
            && let Some(template) = self.db.get("Sales Taxes and Charges Template", text(doc, "taxes_and_charges"))
        {
            let taxes = rows(&template, "taxes").into_iter().cloned().map(Value::Object).collect();
            put(doc, "taxes", Value::Array(taxes));
        }
        Ok(())
    }

    fn paid_of_draft(&mut self, doc: &mut Doc) {
        let total = payable(doc);
        let mut paid = 0.0;
        let mut change = 0.0;
        if is(doc, "is_pos") {
            for row in rows_mut(doc, "payments") {
                let amount = num(row, "amount");
                putf(row, "base_amount", amount);
                paid += amount;
            }
            paid = money(paid);
            let cash = rows(doc, "payments").iter().any(|r| text(r, "type") == "Cash");
            if paid > total && !is(doc, "is_return") && cash {
                change = money(paid - total);
            }
            putf(doc, "paid_amount", paid);
            putf(doc, "base_paid_amount", paid);
            putf(doc, "change_amount", change);
            putf(doc, "base_change_amount", change);
        } else if buys(doc) {
            paid = num(doc, "paid_amount");
        }
        if is(doc, "is_return") && !blank(doc, "return_against") && !is(doc, "update_outstanding_for_self") {
            return;
        }
        let rest = total - num(doc, "total_advance") - num(doc, "write_off_amount") - paid + change;
        putf(doc, "outstanding_amount", money(rest));
    }

    /// The accounts of modes of payment, and the sum of what was paid: of drafts only.
    pub(crate) fn before_save_invoice(&mut self, doc: &mut Doc) -> Res<()> {
        if !is(doc, "is_pos") {
            return Ok(());
        }
        let company = Self::company(doc);
        let mut table = crate::doc::take(doc, "payments");
        for row in &mut table {
            let mode = owned(row, "mode_of_payment");
            let found = self.db.get("Mode of Payment", &mode);
            let account = found.as_ref().and_then(|m| {
                let row = rows(m, "accounts").into_iter().find(|r| text(r, "company") == company);
                row.map(|r| owned(r, "default_account"))
            });
            let Some(account) = account.filter(|a| !a.is_empty()) else {
                let text = format!(
                    "Please set default Cash or Bank account in Mode of Payment <a href=\"/app/mode-of-payment/{mode}\">{mode}</a>"
                );
                return Err(Error::invalid(text));
            };
            fill(row, "account", account);
        }
        crate::doc::give(doc, "payments", table);
        Ok(())
    }

    /// Advances of the customer, as the check box takes them: those of the orders first, then whatever is free.
    fn take_advances(&mut self, doc: &mut Doc) {
        let party = owned(doc, if buys(doc) { "supplier" } else { "customer" });
        let orders: Vec<String> =
            rows(doc, "items").iter().map(|r| owned(r, "sales_order")).filter(|o| !o.is_empty()).collect();
        let mut left = payable(doc);
        let mut taken = Vec::new();
        let entries: Vec<_> = self
            .db
            .having("Payment Entry", "party", &party)
            .iter()
            .filter_map(|n| self.db.get("Payment Entry", n))
            .collect();
        for entry in entries.iter().filter(|e| Self::state(e) == 1) {
            let of_orders = rows(entry, "references")
                .into_iter()
                .filter(|r| orders.contains(&owned(r, "reference_name")))
                .map(|r| (owned(r, "name"), num(r, "allocated_amount")));
            let free = (String::new(), num(entry, "unallocated_amount"));
            for (row, amount) in of_orders.chain([free]).filter(|(_, amount)| *amount > 0.0) {
                let allocated = amount.min(left);
                left = money(left - allocated);
                if allocated > 0.0 {
                    taken.push(json!({
                        "reference_type": "Payment Entry", "reference_name": text(entry, "name"), "advance_amount": amount, "allocated_amount": allocated,
                        "reference_row": if row.is_empty() { Value::Null } else { row.into() }, "doctype": "Sales Invoice Advance",
                    }));
                }
            }
        }
        put(doc, "advances", Value::Array(taken));
    }

    pub(crate) fn submit_invoice(&mut self, doc: &Doc) -> Res<()> {
        let buying = buys(doc);
        let (doctype, name) = (owned(doc, "doctype"), owned(doc, "name"));
        let (party_type, party, own) = if buying {
            ("Supplier", owned(doc, "supplier"), owned(doc, "credit_to"))
        } else {
            ("Customer", owned(doc, "customer"), owned(doc, "debit_to"))
        };
        let sign = if buying { -1.0 } else { 1.0 };
        let total = payable(doc);
        let with =
            |amount: f64| Line { account: own.clone(), amount, party: Some((party_type.to_owned(), party.clone())) };
        let mut lines = vec![with(total * sign)];
        let moves = is(doc, "update_stock");
        for row in rows(doc, "items") {
            let net = -num(row, "base_net_amount") * sign;
            let stocked = self.db.get("Item", text(row, "item_code")).is_some_and(|i| is(&i, "is_stock_item"));
            let account = match (buying, stocked, moves) {
                (false, ..) => owned(row, "income_account"),
                (true, true, true) => "Stock In Hand - TW".to_owned(),
                (true, true, false) => "Stock Received But Not Billed - TW".to_owned(),
                (true, false, _) => owned(row, "expense_account"),
            };
            lines.push(line(account, net));
        }
        lines.extend(booked_taxes(doc).into_iter().map(|(account, amount)| line(account, -amount * sign)));
        if num(doc, "rounded_total") != 0.0 {
            lines.push(line("Round Off - TW", -num(doc, "rounding_adjustment") * sign));
        }
        let mut paid = 0.0;
        let mut change = 0.0;
        if !buying && is(doc, "is_pos") {
            for row in rows(doc, "payments").into_iter().filter(|r| num(r, "base_amount") != 0.0) {
                let amount = num(row, "base_amount");
                if blank(row, "account") {
                    return Err(Error::invalid("Account None does not exist"));
                }
                paid += amount;
                lines.push(line(owned(row, "account"), amount));
                lines.push(with(-amount));
            }
            change = num(doc, "change_amount");
            if change != 0.0 {
                let account = owned(doc, "account_for_change_amount");
                if account.is_empty() {
                    return Err(Error::invalid("Account for Change Amount is mandatory"));
                }
                lines.push(line(account, -change));
                lines.push(with(change));
            }
        } else if buying && is(doc, "is_paid") && num(doc, "paid_amount") != 0.0 {
            paid = num(doc, "paid_amount");
            lines.push(line(owned(doc, "cash_bank_account"), -paid));
            lines.push(with(paid));
        }
        if moves {
            let goods = self.goods(doc);
            let value: f64 = self.post_stock(doc, &goods)?.iter().sum();
            if !buying {
                lines.push(line("Stock In Hand - TW", value));
                lines.push(line("Cost of Goods Sold - TW", -value));
            }
        }
        self.gl(doc, lines)?;
        for row in rows(doc, "advances") {
            self.use_advance(row, &doctype, &name)?;
        }
        let advance = advances(doc);
        let for_self = is(doc, "update_outstanding_for_self") || blank(doc, "return_against");
        let open = total - paid + change - advance - num(doc, "write_off_amount");
        // Of a return that is paid at once only what it takes back is reckoned anew: its own stays as its draft had it, or at nothing.
        let of_till = is(doc, "is_pos") && !blank(doc, "return_against");
        let own_open = match is(doc, "is_return") {
            true if of_till => num(doc, "outstanding_amount"),
            true if !for_self => 0.0,
            _ => money(open),
        };
        self.db.change(&doctype, &name, |doc| {
            putf(doc, "outstanding_amount", own_open);
            putf(doc, "total_advance", advance);
        });
        self.invoice_state(&doctype, &name);
        let against = owned(doc, "return_against");
        if is(doc, "is_return") && !against.is_empty() {
            if !for_self {
                self.pay_invoice(&doctype, &against, -open);
            }
            self.invoice_state(&doctype, &against);
        }
        self.progress(doc, moves, true, 1.0)
    }

    /// Less is outstanding, by so much.
    pub(crate) fn pay_invoice(&mut self, doctype: &str, name: &str, amount: f64) {
        self.touch(doctype, name, |doc| {
            let open = num(doc, "outstanding_amount");
            putf(doc, "outstanding_amount", money(open - amount));
        });
        self.invoice_state(doctype, name);
    }

    /// The status that goes with what is outstanding.
    fn invoice_state(&mut self, doctype: &str, name: &str) {
        let Some(doc) = self.db.get(doctype, name) else { return };
        if Self::state(&doc) != 1 {
            return;
        }
        let open = num(&doc, "outstanding_amount");
        let total = payable(&doc);
        let late = text(&doc, "due_date") < self.clock.today().as_str();
        let returned = self
            .db
            .having(doctype, "return_against", name)
            .iter()
            .any(|n| self.db.get(doctype, n).is_some_and(|d| Self::state(&d) == 1 && is(&d, "is_return")));
        let note = if buys(&doc) { "Debit Note Issued" } else { "Credit Note Issued" };
        let status = if open > 0.0 && late {
            "Overdue"
        } else if open > 0.0 && open < total {
            "Partly Paid"
        } else if open > 0.0 {
            "Unpaid"
        } else if !is(&doc, "is_return") && returned {
            note
        } else if is(&doc, "is_return") {
            "Return"
        } else {
            "Paid"
        };
        // What nobody holds is changed where it is.
        drop(doc);
        self.db.change(doctype, name, |doc| put(doc, "status", status));
    }

    pub(crate) fn cancel_invoice(&mut self, doc: &Doc) -> Res<()> {
        let (doctype, name) = (owned(doc, "doctype"), owned(doc, "name"));
        let against = owned(doc, "return_against");
        if is(doc, "is_return") && !against.is_empty() {
            if !is(doc, "update_outstanding_for_self") {
                self.pay_invoice(&doctype, &against, payable(doc));
            }
            self.invoice_state(&doctype, &against);
        }
        self.free_payments(&doctype, &name);
        self.progress(doc, is(doc, "update_stock"), true, -1.0)
    }
}
