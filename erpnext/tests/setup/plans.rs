//! A plan: what it lists, that it is carried out once, what is in its way, and the way back.

use super::*;
use outpost_erpnext::client::Query;
use outpost_erpnext::guard::Mode;
use outpost_erpnext::setup::{Plan, ROLES, Step, Stopped, Wish, undo};

fn carry_out(plan: &Plan, admin: &Client) -> (Vec<String>, Option<Key>) {
    let (mut told, mut made) = (Vec::new(), None);
    plan.carry_out(admin, &mut |line| told.push(line.to_owned()), &mut |key| keep(&mut made, key)).unwrap();
    (told, made)
}

fn keeps_none(_: Key) -> std::io::Result<()> {
    panic!("no key is made")
}

#[test]
fn a_bare_erpnext_is_set_up_once_and_then_as_it_was() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let workshop = workshop(&stand_in);
    let doctypes = ["Sales Invoice", "Warehouse", "Customer", "Custom Field"];
    let before: Vec<_> = doctypes.map(|doctype| stand_in.documents(doctype).len()).to_vec();

    let first = plan(&admin, &wishes()).unwrap();
    let words = first.to_string();
    for line in [
        "Sales Invoice: add the field outpost_id (Data, 64 characters, unique, not copied, read only)",
        "Stock Entry: add the field outpost_date (Date, not copied, read only)",
        "Warehouse: add the field outpost_site (Data)",
        "make the user outpost-connector@tailor.local with the roles Accounts User, Accounts Manager, ",
    ] {
        assert!(words.lines().any(|said| said.starts_with(line)), "{line}\n{words}");
    }
    assert_eq!(words.lines().count(), first.steps.len());
    assert!(!words.contains("System Manager"), "{words}");

    let (told, key) = carry_out(&first, &admin);
    let key = key.unwrap();
    assert_eq!(told.len(), first.steps.len());
    assert!(told.iter().all(|line| !line.contains(&key.secret)), "a secret was told");
    assert_eq!(bad(&looked(&stand_in, &key, &workshop)), Vec::<&Finding>::new());

    let known = Wishes { known_key: Some(key.key.clone()), ..wishes() };
    assert_eq!(plan(&admin, &known).unwrap(), Plan::default());
    assert_eq!(plan(&admin, &known).unwrap().to_string(), "nothing is to be done");
    assert_eq!(plan(&admin, &wishes()).unwrap().steps, [Step::NewKey(EMAIL.into())], "no key is known");

    let back = undo(&admin, &known).unwrap();
    carry_out(&back, &admin);
    assert_eq!(doctypes.map(|doctype| stand_in.documents(doctype).len()).to_vec(), before);
    assert!(
        with_key(&stand_in, &key).call("frappe.auth.get_logged_user", &json!({})).is_err(),
        "its key is taken no more"
    );
    assert_eq!(stand_in.document("User", EMAIL).unwrap()["enabled"], json!(0));
    assert_eq!(undo(&admin, &known).unwrap(), Plan::default());

    let again = plan(&admin, &known).unwrap();
    assert_eq!(again.steps.len(), first.steps.len(), "enabled instead of made");
    assert!(again.steps.contains(&Step::Enable(EMAIL.into())));
    let (_, key) = carry_out(&again, &admin);
    assert_eq!(bad(&looked(&stand_in, &key.unwrap(), &workshop)), Vec::<&Finding>::new());
}

#[test]
fn a_new_key_is_made_when_asked_and_the_old_one_is_taken_no_more() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let old = set_up(&stand_in);
    let wishes = Wishes { known_key: Some(old.key.clone()), new_key: true, ..wishes() };
    let (_, new) = carry_out(&plan(&admin, &wishes).unwrap(), &admin);
    let new = new.unwrap();
    let who = |key: &Key| with_key(&stand_in, key).call("frappe.auth.get_logged_user", &json!({}));
    assert_eq!(who(&new).unwrap(), json!(EMAIL));
    assert!(who(&old).is_err());
}

#[test]
fn the_key_of_somebody_who_is_disabled_is_made_worthless_as_well() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let key = set_up(&stand_in);
    let taken = || with_key(&stand_in, &key).call("frappe.auth.get_logged_user", &json!({})).is_ok();
    admin.update("User", EMAIL, &json!({ "enabled": 0 })).unwrap();
    assert!(taken());
    let back = undo(&admin, &wishes()).unwrap();
    assert_eq!(back.steps[..1], [Step::VoidKey(EMAIL.into())]);
    carry_out(&back, &admin);
    assert!(!taken());
    assert_eq!(undo(&admin, &wishes()).unwrap(), Plan::default());
}

#[test]
fn a_field_of_another_shape_stops_setup_and_is_left_alone() {
    let field = |fields: Value| {
        let mut whole = json!({ "dt": "Sales Invoice", "fieldname": "outpost_id", "label": "Outpost ID", "fieldtype": "Data",
            "unique": 1, "no_copy": 1 });
        whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        whole
    };
    for (fields, words) in [
        (json!({ "unique": 0 }), "it is not unique"),
        (json!({ "fieldtype": "Int" }), "it is of the type Int and has to be Data"),
        (json!({ "length": 20 }), "it takes 20 characters and has to take 36"),
        (json!({ "no_copy": 0 }), "it is copied with a document"),
        (json!({ "reqd": 1 }), "it is mandatory"),
        (json!({ "fieldname": "outpost_site", "unique": 1 }), "it is unique, so a second document"),
    ] {
        let stand_in = bare();
        let admin = admin(&stand_in);
        let name = stand_in.make("Custom Field", field(fields));
        let was = stand_in.document("Custom Field", &name);
        let plan = plan(&admin, &wishes()).unwrap();
        let [obstacle] = &plan.obstacles[..] else { panic!("{plan}") };
        assert!(
            obstacle.contains(words) && obstacle.contains("delete the Custom Field Sales Invoice-outpost_"),
            "{obstacle}"
        );
        assert!(plan.to_string().starts_with("put right first: Sales Invoice has a field "), "{plan}");
        let stopped = plan.carry_out(&admin, &mut |_| panic!("nothing is done"), &mut keeps_none).err().unwrap();
        assert!(matches!(stopped, Stopped::Obstacles(_)));
        assert_eq!(stand_in.documents("Custom Field").len(), 1);
        assert!(undo(&admin, &wishes()).unwrap().is_empty(), "somebody else's field stays");
        assert_eq!(stand_in.document("Custom Field", &name), was);
    }
    // How it looks is people's own affair, and a longer one will do.
    let stand_in = bare();
    stand_in.make("Custom Field", field(json!({ "length": 0, "label": "Nomor", "read_only": 0 })));
    assert_eq!(plan(&admin(&stand_in), &wishes()).unwrap().obstacles, Vec::<String>::new());
}

#[test]
fn fields_that_an_older_setup_made_are_mended_and_are_ours() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let known = Wishes { known_key: Some(set_up(&stand_in).key), ..wishes() };
    let whole = plan(&admin, &wishes()).unwrap();
    for field in ["outpost_site", "outpost_user", "outpost_date"] {
        admin.update("Custom Field", &format!("Purchase Receipt-{field}"), &json!({ "no_copy": 0 })).unwrap();
    }
    let mend = plan(&admin, &known).unwrap();
    let said = mend.to_string();
    let line = "Purchase Receipt: mend the field outpost_site, so that it is not copied to what people make of a document, nor \
                written in by them, and is a filter of lists";
    assert_eq!((mend.steps.len(), said.lines().next()), (3, Some(line)), "{said}");
    let removed = |plan: &Plan| plan.steps.iter().filter(|step| matches!(step, Step::RemoveField(..))).count();
    let back = undo(&admin, &known).unwrap();
    assert_eq!(removed(&back), stand_in.documents("Custom Field").len());

    carry_out(&mend, &admin);
    assert_eq!(stand_in.document("Custom Field", "Purchase Receipt-outpost_user").unwrap()["no_copy"], json!(1));
    assert_eq!((plan(&admin, &known).unwrap(), plan(&admin, &wishes()).unwrap()), (Plan::default(), whole));

    // Those of an update before: people could write in them, and lists were not filtered by the user.
    for field in ["outpost_site", "outpost_user", "outpost_date"] {
        let filter = u8::from(field == "outpost_site");
        let older = json!({ "read_only": 0, "in_standard_filter": filter });
        admin.update("Custom Field", &format!("Purchase Receipt-{field}"), &older).unwrap();
    }
    let mend = plan(&admin, &known).unwrap();
    assert_eq!((mend.steps.len(), removed(&undo(&admin, &known).unwrap())), (3, removed(&back)), "{mend}");
    carry_out(&mend, &admin);
    let user = stand_in.document("Custom Field", "Purchase Receipt-outpost_user").unwrap();
    assert_eq!((&user["read_only"], &user["in_standard_filter"]), (&json!(1), &json!(1)));
    assert_eq!(stand_in.document("Custom Field", "Purchase Receipt-outpost_date").unwrap()["read_only"], json!(1));
    assert_eq!(plan(&admin, &known).unwrap(), Plan::default());

    // Of another shape beside that it is somebody else's.
    let others = json!({ "no_copy": 0, "unique": 1 });
    admin.update("Custom Field", "Purchase Receipt-outpost_site", &others).unwrap();
    let stopped = plan(&admin, &known).unwrap();
    assert_eq!((stopped.steps.len(), stopped.obstacles.len()), (0, 1), "{stopped}");
}

#[test]
fn a_field_without_its_column_stops_setup_until_it_is_saved_again() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let known = Wishes { known_key: Some(set_up(&stand_in).key), ..wishes() };
    stand_in.lose_column("Stock Entry", "outpost_id");
    let stopped = plan(&admin, &known).unwrap();
    let [obstacle] = &stopped.obstacles[..] else { panic!("{stopped}") };
    assert!(obstacle.starts_with("Stock Entry has a field outpost_id: it is there without its column"), "{obstacle}");
    assert!(obstacle.contains("save it again, or run `bench migrate`"), "{obstacle}");
    admin.update("Custom Field", "Stock Entry-outpost_id", &json!({})).unwrap();
    assert_eq!(plan(&admin, &known).unwrap(), Plan::default());
}

#[test]
fn half_a_setup_is_gone_on_with() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let mut first = plan(&admin, &wishes()).unwrap();
    let rest = first.steps.split_off(17);
    carry_out(&first, &admin);
    assert_eq!(plan(&admin, &wishes()).unwrap().steps, rest);
}

#[test]
fn a_line_that_breaks_stops_setup_at_that_step() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let whole = plan(&admin, &wishes()).unwrap();
    let mut told = Vec::new();
    let mut tell = |line: &str| {
        told.push(line.to_owned());
        if told.len() == 2 {
            stand_in.set_reach(erpnext_stand_in::Reach::Unavailable);
        }
    };
    let stopped = whole.carry_out(&admin, &mut tell, &mut keeps_none);
    let Err(Stopped::Failed { step, .. }) = stopped else { panic!("it was down") };
    assert_eq!((told.len(), step), (2, whole.steps[2].to_string()));
    stand_in.set_reach(erpnext_stand_in::Reach::Up);
    assert_eq!(plan(&admin, &wishes()).unwrap().steps, whole.steps[2..]);
}

#[test]
fn a_new_key_is_kept_before_the_next_step_can_fail() {
    let stand_in = bare();
    stand_in.set_server_scripts(true);
    let admin = admin(&stand_in);
    let first = set_up(&stand_in);
    let known =
        Wishes { known_key: Some(first.key.clone()), new_key: true, guard: Wish::There(Mode::Asking), ..wishes() };
    let mut made = None;
    let stopped = plan(&admin, &known).unwrap().carry_out(&admin, &mut |_| {}, &mut |key| {
        stand_in.set_reach(erpnext_stand_in::Reach::Unavailable);
        keep(&mut made, key)
    });
    assert!(matches!(stopped, Err(Stopped::Failed { .. })), "{stopped:?}");
    stand_in.set_reach(erpnext_stand_in::Reach::Up);
    let key = made.expect("a key was made, and is not kept");
    assert_ne!(key.secret, first.secret);
    assert!(with_key(&stand_in, &key).list("Customer", &Query::default()).is_ok());
    // One that cannot be kept stops setup, and says what to do.
    let full = plan(&admin, &known).unwrap();
    let stopped = full.carry_out(&admin, &mut |_| {}, &mut |_| Err(std::io::Error::other("the disk is full")));
    let words = stopped.unwrap_err().to_string();
    assert!(words.contains("the disk is full") && words.contains("--new-key"), "{words}");
}

#[test]
fn an_old_user_is_given_what_he_lacks_and_keeps_what_he_has() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    stand_in.add_user(EMAIL, &["Stock User", "Auditor"]);
    let plan = plan(&admin, &wishes()).unwrap();
    let lacks: Vec<_> = ROLES.iter().map(|(role, _)| *role).filter(|role| *role != "Stock User").collect();
    assert!(plan.steps.contains(&Step::GiveRoles { email: EMAIL.into(), roles: lacks }), "{plan}");
    carry_out(&plan, &admin);
    let roles = stand_in.user(EMAIL).roles;
    assert!(
        roles.iter().any(|role| role == "Auditor") && ROLES.iter().all(|(role, _)| roles.iter().any(|own| own == role))
    );
}

#[test]
fn a_role_profile_that_lacks_roles_is_in_the_way() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let known = Wishes { known_key: Some(set_up(&stand_in).key), ..wishes() };
    let profile = |roles: &[&str]| {
        let rows: Vec<_> = roles.iter().map(|role| json!({ "role": role })).collect();
        stand_in.seed("Role Profile", "Clerk", json!({ "role_profile": "Clerk", "roles": rows }));
        admin.update("User", EMAIL, &json!({ "role_profile_name": "Clerk" })).unwrap();
        plan(&admin, &known).unwrap()
    };
    let stopped = profile(&["Stock User"]);
    let [obstacle] = &stopped.obstacles[..] else { panic!("{stopped}") };
    assert!(obstacle.contains("by the Role Profile Clerk") && obstacle.contains("Sales Manager"), "{obstacle}");
    assert_eq!(stopped.steps, []);
    let all: Vec<_> = ROLES.iter().map(|(role, _)| *role).collect();
    assert_eq!(profile(&all), Plan::default());
    profile(&["Stock User"]);
    admin.update("User", EMAIL, &json!({ "role_profile_name": "" })).unwrap();
    carry_out(&plan(&admin, &known).unwrap(), &admin);
    assert_eq!(plan(&admin, &known).unwrap(), Plan::default());
}

#[test]
fn the_connector_is_nobody_who_may_do_everything() {
    let stand_in = bare();
    stand_in.add_user("boss@tailor.local", &["System Manager"]);
    let only = |client: &Client, email: &str| {
        let plan = plan(client, &Wishes { email: email.into(), ..Wishes::default() }).unwrap();
        let [obstacle] = &plan.obstacles[..] else { panic!("{plan}") };
        obstacle.clone()
    };
    let admin = admin(&stand_in);
    assert!(only(&admin, "boss@tailor.local").contains("has the role System Manager"));
    assert!(only(&admin, &stand_in.admin().name).contains("needs a user of its own"));
    assert!(only(&admin, "outpost").contains("needs a user of its own"));
    let connector = client(&stand_in, &stand_in.connector());
    assert!(only(&connector, EMAIL).contains("is no System Manager"));
    assert!(undo(&connector, &wishes()).unwrap().obstacles[0].contains("is no System Manager"));
}

#[test]
fn no_second_user_is_made_beside_one_whose_key_is_good() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let key = set_up(&stand_in).key;
    let other = Wishes {
        email: "outpost@tailor.local".into(),
        known_user: Some(EMAIL.into()),
        known_key: Some(key.clone()),
        ..Wishes::default()
    };
    for plan in [plan(&admin, &other).unwrap(), undo(&admin, &other).unwrap()] {
        assert_eq!(plan.steps, []);
        let [obstacle] = &plan.obstacles[..] else { panic!("{plan}") };
        assert!(obstacle.contains(EMAIL) && obstacle.contains("Leave --email out"), "{obstacle}");
    }
    let same = Wishes { email: EMAIL.into(), ..other.clone() };
    assert_eq!(plan(&admin, &same).unwrap(), Plan::default());
    change(&stand_in, "User", EMAIL, json!({ "enabled": 0 }));
    let moved = plan(&admin, &other).unwrap();
    assert!(moved.obstacles.is_empty() && moved.steps.contains(&Step::NewKey(other.email.clone())), "{moved}");
}

#[test]
fn fields_that_administrator_made_are_in_the_way_of_anybody_else_who_takes_setup_back() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    let own = client(&stand_in, &stand_in.add_user("Administrator", &["System Manager", "Script Manager"]));
    stand_in.set_server_scripts(true);
    let guarded = Wishes { guard: Wish::There(Mode::Asking), ..wishes() };
    let (_, key) = carry_out(&plan(&own, &guarded).unwrap(), &own);
    let known = Wishes { known_key: key.map(|key| key.key), guard: Wish::Gone, ..wishes() };
    for (stopped, count) in [(plan(&admin, &known).unwrap(), 10), (undo(&admin, &known).unwrap(), 72)] {
        let [obstacle] = &stopped.obstacles[..] else { panic!("{stopped}") };
        assert!(
            obstacle.starts_with(&format!("{count} of the Custom Fields were made by Administrator")),
            "{obstacle}"
        );
        assert!(stopped.carry_out(&admin, &mut |_| panic!("nothing is done"), &mut keeps_none).is_err());
    }
    carry_out(&undo(&own, &known).unwrap(), &own);
    assert_eq!(stand_in.documents("Custom Field").len(), 0);
}

#[test]
fn ids_of_documents_are_not_thrown_away_by_mistake() {
    let stand_in = bare();
    let admin = admin(&stand_in);
    set_up(&stand_in);
    stand_in.make("Supplier", json!({ "supplier_name": "Toko Kain", "outpost_id": "s-1" }));
    stand_in.add_item("BUTTON", "Raw Material", "Nos", true);
    let entry = json!({ "docstatus": 1, "stock_entry_type": "Material Receipt", "to_warehouse": "Stores - TW", "outpost_id": "e-1",
        "items": [{ "item_code": "BUTTON", "qty": 1, "basic_rate": 500 }] });
    stand_in.make("Stock Entry", entry);
    let plan = undo(&admin, &wishes()).unwrap();
    let told: Vec<_> = plan.obstacles.iter().map(|obstacle| obstacle.split(':').next().unwrap()).collect();
    assert_eq!(told, ["1 documents of Supplier have an outpost_id", "1 documents of Stock Entry have an outpost_id"]);
    assert!(plan.carry_out(&admin, &mut |_| {}, &mut keeps_none).is_err());
    let all = undo(&admin, &Wishes { even_with_documents: true, ..wishes() }).unwrap();
    let (told, _) = carry_out(&all, &admin);
    assert!(
        told.iter().any(|line| line.starts_with("Supplier: remove the field outpost_id; what stands in it stays ")),
        "{told:?}"
    );
    assert_eq!(stand_in.documents("Custom Field").len(), 0);
    let id = Query { filters: vec![json!(["outpost_id", "=", "s-1"])], page: 2, ..Query::default() };
    assert!(admin.list("Supplier", &id).is_err());
    set_up(&stand_in);
    assert_eq!(admin.list("Supplier", &id).unwrap().len(), 1, "it is known again");
}
