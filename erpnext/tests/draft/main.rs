//! A draft read back: what our own documents become in ERPNext is read as the same documents, and what they cannot say is refused by name.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod made;
mod refused;

use erpnext_stand_in::{Options, StandIn};
use jiff::tz::TimeZone;
use outpost_core::domain::booked::Booked;
use outpost_core::domain::document::{Document, Kind, Ref, Text};
use outpost_core::domain::id::{DeviceId, IntentId, SiteId};
use outpost_core::domain::master::{Masters, Row, Table};
use outpost_core::domain::record::Submitted;
use outpost_erpnext::client::{Client, Failure, Key};
use outpost_erpnext::draft::{self, Origin, Origins, Shapes, TABLES, Unsayable};
use outpost_erpnext::map::SiteMap;
use outpost_erpnext::payload::{self, About, Ask, Known, Left, Names};
use serde_json::{Value, json};

/// ERPNext and a site's names.
struct Desk {
    erp: StandIn,
    client: Client,
    masters: Masters,
    map: SiteMap,
    site: SiteId,
    zone: TimeZone,
}

/// Documents that name no other, and one that names an order of the office.
struct Nobody;

impl Names for Nobody {
    fn document(&mut self, _: Kind, _: IntentId) -> Result<Option<Known>, Failure> {
        Ok(None)
    }

    fn advance(&mut self, _: &Ref, _: Option<&Text>) -> Result<Option<Left>, Failure> {
        Ok(None)
    }
}

impl Origins for Nobody {
    fn origin(&mut self, _: Kind, _: &str) -> Result<Option<Origin>, Failure> {
        Ok(Some(Origin::default()))
    }
}

impl Desk {
    fn open() -> Self {
        let erp = StandIn::start(Options { now: Some("2026-11-23 16:15:00".into()), ..Options::default() }).unwrap();
        for doctype in ["Stock Entry", "Delivery Note", "Purchase Receipt", "Sales Invoice", "Purchase Invoice"] {
            for field in ["outpost_no", "outpost_site", "outpost_user"] {
                erp.add_custom_field(doctype, field, field, "Data", false);
            }
        }
        let user = erp.admin();
        let client = Client::new(&erp.url(), &Key { key: user.key, secret: user.secret }, None).unwrap();
        let mut masters = Masters::default();
        let rows = [
            (
                Table::Settings,
                json!({"site": "bandung", "company": "Tailor Works", "currency": "IDR", "number_prefix": "BDG",
                    "smallest_currency_fraction_value": "0"}),
            ),
            (
                Table::Item,
                json!({"item_code": "BUTTON", "item_name": "Button", "stock_uom": "Nos", "is_stock_item": 1}),
            ),
            (Table::Item, json!({"item_code": "SHIRT", "item_name": "Shirt", "stock_uom": "Nos", "is_stock_item": 1})),
        ];
        for (table, row) in rows {
            masters.put(Row::deserialize_as(table, row).unwrap());
        }
        let mut map = SiteMap { time_zone: Some("Asia/Makassar".into()), ..SiteMap::default() };
        map.warehouses.insert("Shop".into(), "Stores - TW".into());
        map.price_lists.insert("Counter".into(), "Standard Selling".into());
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        Self { erp, client, masters, map, site: "bandung".parse().unwrap(), zone }
    }

    fn about(&self) -> About<'_> {
        About { site: &self.site, masters: &self.masters, map: &self.map, erp_zone: &self.zone, post_on: None }
    }

    /// What would be posted of a document, but for what is a posting's own.
    fn body(&self, document: &Document) -> Value {
        let device: DeviceId = "till".parse().unwrap();
        let booked: Booked = serde_json::from_value(json!({ "day": "2026-11-20", "time": "10:00:00" })).unwrap();
        let id = IntentId(uuid::Uuid::from_u128(7));
        let submitted = Submitted { booked: Some(booked), ..Submitted::new(id, device, None, document.clone()) };
        let Ok(Ask::Insert(request)) = payload::body(&submitted, &self.about(), &mut Nobody) else {
            panic!("{document:?}")
        };
        let mut body = request.body;
        for field in ["docstatus", "outpost_id", "outpost_site"] {
            body.as_object_mut().unwrap().remove(field);
        }
        body
    }

    /// A draft as ERPNext shows it.
    fn draft(&self, kind: Kind, body: &Value) -> Value {
        let made = self.client.insert(kind.name(), body).unwrap_or_else(|failure| panic!("{failure}: {body:#}"));
        self.client.get(kind.name(), made["name"].as_str().unwrap()).unwrap()
    }

    fn read(&self, kind: Kind, draft: &Value) -> Result<Document, Unsayable> {
        let shapes = Shapes::read(&self.client, kind.name(), &TABLES).unwrap();
        draft::document(kind, draft, &shapes, &self.about(), &mut Nobody)
    }
}
