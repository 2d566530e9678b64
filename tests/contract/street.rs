//! A workshop and an office with something to answer.

use crate::caller::Caller;
use crate::house::{Desk, PASSWORD, add_people};
use crate::printer;
use crate::shop::{Shop, id, receipt, sale};
use crate::{SOON, until};
use rig::town::Town;
use serde_json::{Value, json};

/// A shop of the books' tests with documents, a printer and a stick, and imports of the admin `ani`.
pub struct Street {
    pub shop: Shop,
    /// One with what is to be a file of a stick, one with a table of master data.
    pub imports: [String; 2],
}

impl Street {
    pub fn open() -> Self {
        let mut shop = Shop::open(&["bandung"]);
        furnish(&mut shop);
        shop.send(0, "stock-entry", &receipt(1, "10"));
        shop.send(0, "sales-invoice", &sale(2, "2"));
        until("both in the books", || shop.erp.submitted().len(), |count| *count == 2);
        let cancellation = json!({ "id": id(3), "document": id(2), "reason": "typed twice" });
        shop.send(0, "cancellation", &cancellation);
        hold_a_sale(&shop);
        add_people(&shop.town.office);
        let imports = imports(&shop);
        Self { shop, imports }
    }
}

/// Gives the box a printer and a stick that is in.
fn furnish(shop: &mut Shop) {
    let house = &mut shop.boxes[0];
    let (file, port) = (house.dir.join("box.toml"), house.dir.with_file_name("port"));
    std::fs::create_dir_all(port.join("red")).unwrap();
    house.stop().unwrap();
    let before = std::fs::read_to_string(&file).unwrap();
    let more = format!(
        "printer = \"{}\"\nsticks = false\nstick_dirs = [\"{}\"]\ntrial_sticks = true\n",
        printer::open(),
        port.display()
    );
    std::fs::write(file, before + &more).unwrap();
    house.start().unwrap();
}

/// Sells with a name that the books have not.
fn hold_a_sale(shop: &Shop) {
    let toml = shop.town.office.dir.join("erpnext.toml");
    let before = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, format!("{before}[sites.bandung.warehouses]\n\"Stores - TW\" = \"Nowhere - TW\"\n")).unwrap();
    shop.send(0, "sales-invoice", &sale(4, "1"));
    shop.wait_held(1);
    let records = shop.boxes[0].status().unwrap()["records"].as_u64();
    let has_all = |status: &Value| Town::site(status, "bandung")["records"].as_u64() >= records;
    shop.town.office.wait_until("all of it at the office", SOON, has_all).unwrap();
}

/// Two imports of the admin's, each with a file.
fn imports(shop: &Shop) -> [String; 2] {
    let at = shop.town.office.pages().unwrap();
    let ani = Caller { at, desk: Desk::log_in(at, "ani", PASSWORD) };
    let imports = [ani.import(), ani.import()];
    for (import, name) in imports.iter().zip(["OUTPOST/to-office/bandung/a.op", "uom.csv"]) {
        assert_eq!(ani.put(import, name, b"uom_name\nPair\n").status, 201, "{name}");
    }
    imports
}
