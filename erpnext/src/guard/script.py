# Outpost's guard: a workshop's stock is left alone while the link to it is down (docs/ERPNEXT.md).
# Made by `outpost office erpnext setup --guard`, which writes over what is changed here, and `setup --no-guard` takes it away.
# The office saves the Outpost Link of a workshop each minute while its line is up. How old that is, is told by ERPNext's own clock.
longest_s = 300
# Whether what is for a workshop's warehouse has to be entered at Outpost's desk even while the link is up: the desk asks the workshop's box.
only_at_desk = False

moves_stock = doc.doctype not in ("Sales Invoice", "Purchase Invoice") or doc.get("update_stock")
# What a workshop has made has been decided there. A cancellation is the workshop's where whoever posted it takes it back.
is_workshops = doc.get("outpost_id") and (doc.docstatus != 2 or doc.owner == frappe.session.user)

warehouses = []
if moves_stock and not is_workshops:
    for table in ("items", "packed_items"):
        for row in doc.get(table) or []:
            for field in ("warehouse", "s_warehouse", "t_warehouse", "from_warehouse", "target_warehouse", "rejected_warehouse"):
                name = row.get(field)
                if name and name not in warehouses:
                    warehouses.append(name)

for name in warehouses:
    warehouse = frappe.db.get_value("Warehouse", name, ["outpost_site", "warehouse_type"], as_dict=True)
    # The office's own, and what is under way and nobody's.
    if not warehouse or not warehouse.get("outpost_site") or warehouse.get("warehouse_type") == "Transit":
        continue
    site = warehouse.get("outpost_site")
    desk = "enter it at Outpost's desk, which asks " + site + "'s box and has it posted here once the box has recorded it."
    link = frappe.db.get_value("Outpost Link", site, ["heard", "modified"], as_dict=True)
    if link and frappe.utils.time_diff_in_seconds(frappe.utils.now_datetime(), link.get("modified")) <= longest_s:
        # What was submitted here before is cancelled here: the desk has no such thing.
        if only_at_desk and doc.docstatus != 2:
            frappe.throw(
                name + " is " + site + "'s, and what lies there only its box knows. Send the goods through a transit warehouse, or "
                + desk
            )
        continue
    since = "down since " + str(link.get("heard")) if link else "down, and was never up"
    once_up = "or submit this once the link is up." if doc.docstatus != 2 else "or cancel this once the link is up."
    otherwise = "or " + desk if only_at_desk and doc.docstatus != 2 else once_up
    frappe.throw(
        "the link to " + site + " is " + since + ", and " + name + " is that workshop's. "
        + "Send the goods through a transit warehouse, let " + site + " enter it, " + otherwise
    )
