# Outpost's guard: what is for a workshop's warehouse is decided by the workshop (docs/ERPNEXT.md).
# Made by `outpost office erpnext setup --guard`, which writes over what is changed here, and `setup --no-guard` takes it away.
# The office saves the Outpost Link of a workshop each minute while its line is up. How old that is, is told by ERPNext's own clock.
longest_s = 300
# Whether it is refused while the link is up as well: people tick Ask the Workshop, and the office asks the workshop's box.
asks = True

moves_stock = doc.doctype not in ("Sales Invoice", "Purchase Invoice") or doc.get("update_stock")
# What a workshop has made or recorded is posted by the office, which also saves the links; and taken back by whoever posted it.
is_workshops = False
if doc.get("outpost_id"):
    is_workshops = doc.owner == frappe.session.user and not doc.get("outpost_ask")
    if not is_workshops and doc.get("outpost_site"):
        own = frappe.db.get_value("Outpost Link", doc.get("outpost_site"), ["modified_by"], as_dict=True)
        is_workshops = own and own.get("modified_by") == frappe.session.user

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
    # What was submitted here before is cancelled here: nobody is asked for that.
    is_asked = asks and doc.docstatus != 2
    if is_asked and doc.get("outpost_id"):
        frappe.throw(
            "it is asked of " + site + "'s box, and submitted by itself once the box has recorded it. "
            + "To take it back, untick Ask the Workshop and save."
        )
    how = "counts are the workshop's own: let " + site + " count it."
    if doc.doctype != "Stock Reconciliation":
        how = (
            "tick Ask the Workshop and save: " + site + "'s box is asked, and this is submitted by itself once it has recorded it"
            + " (Outpost's desk asks it as well)."
        )
    link = frappe.db.get_value("Outpost Link", site, ["heard", "modified"], as_dict=True)
    if link and frappe.utils.time_diff_in_seconds(frappe.utils.now_datetime(), link.get("modified")) <= longest_s:
        if is_asked:
            frappe.throw(
                name + " is " + site + "'s, and what lies there only its box knows. Send the goods through a transit warehouse, or " + how
            )
        continue
    since = "down since " + str(link.get("heard")) if link else "down, and was never up"
    once_up = "or submit this once the link is up." if doc.docstatus != 2 else "or cancel this once the link is up."
    otherwise = "or, for once the link is up, " + how if is_asked else once_up
    frappe.throw(
        "the link to " + site + " is " + since + ", and " + name + " is that workshop's. "
        + "Send the goods through a transit warehouse, let " + site + " enter it, " + otherwise
    )
