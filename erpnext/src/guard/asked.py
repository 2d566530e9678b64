# Outpost's guard: a draft of which a workshop's box is being asked stays as it is (docs/ERPNEXT.md).
# Made by `outpost office erpnext setup --guard`, which writes over what is changed here, and `setup --no-guard` takes it away.
deleting = False

# What the document was before: the office has given it an id and an answer when it asked the box.
was = frappe.db.get_value(doc.doctype, doc.name, ["docstatus", "outpost_id", "outpost_site", "outpost_answer"], as_dict=True)
if was and not was.get("docstatus") and was.get("outpost_id") and was.get("outpost_answer"):
    site = str(was.get("outpost_site"))
    # The office saves the links, and changes the draft as well.
    link = frappe.db.get_value("Outpost Link", site, ["modified_by"], as_dict=True)
    if not link or link.get("modified_by") != frappe.session.user:
        told = site + "'s box is asked of it, and it is submitted by itself once the box has recorded it. "
        if deleting:
            frappe.throw(told + "To delete it, untick Ask the Workshop and save; once the box has declined it is yours again.")
        before = doc.get_doc_before_save()
        changed = []
        if not before or doc.docstatus != 0 or doc.get("outpost_ask"):
            changed.append("it")
        if not changed:
            for field in ("outpost_id", "outpost_site", "outpost_answer", "customer", "supplier", "company", "stock_entry_type",
                "update_stock", "taxes_and_charges", "additional_discount_percentage", "apply_discount_on"):
                if (doc.get(field) or "") != (before.get(field) or ""):
                    changed.append(field)
            for table in ("items", "taxes"):
                rows = doc.get(table) or []
                olds = before.get(table) or []
                if len(rows) != len(olds):
                    changed.append(table)
                    continue
                for i in range(len(rows)):
                    for field in (
                        "item_code", "qty", "uom", "rate", "discount_percentage", "basic_rate", "warehouse", "s_warehouse", "t_warehouse", "batch_no",
                        "serial_no", "account_head", "tax_amount",
                    ):
                        # What has no price yet is worked out anew at each save.
                        if field in ("basic_rate", "tax_amount") and rows[i].get("s_warehouse"):
                            continue
                        if (rows[i].get(field) or "") != (olds[i].get(field) or ""):
                            changed.append(field)
        if changed:
            frappe.throw(
                told + "Until then nothing of it is changed: untick Ask the Workshop and save, and nothing else, to take it back. ("
                + ", ".join(changed) + ")"
            )
