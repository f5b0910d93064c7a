//! Fields of a workspace's own: made, filled in by every door, archived, and choices that go.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House};

/// Adds a field; gives its id.
fn add(house: &House, field: &Value) -> String {
    let made = house.admin.json("POST", "/api/v1/fields", field);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().expect("a field has an id").to_owned()
}

fn put(house: &House, account: &str, fields: &Value) -> Answer {
    house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &json!({ "fields": fields }))
}

fn renewal() -> Value {
    json!({ "name": "Renewal likelihood", "kind": "choice",
        "choices": [{ "label": "Likely" }, { "label": "Open" }, { "label": "Unlikely" }] })
}

both!(
    fn every_kind_is_written_and_read_back(on) {
        let house = House::new(on);
        add(&house, &renewal());
        for (name, kind) in [("Sites", "number"), ("Signed", "date"), ("Sponsor", "person"), ("Spend", "money"), ("Remark", "text")] {
            add(&house, &json!({ "name": name, "kind": kind }));
        }
        let id = house.account("Casavero");
        let sent = json!({ "renewal_likelihood": "Likely", "sites": "12.50", "signed": "2026-02-03", "sponsor": "ada admin",
            "spend": { "amount": "1200.5", "currency": "EUR" }, "remark": " Two <words> " });
        let saved = put(&house, &id, &sent);
        assert_eq!(saved.status, 200, "{}", saved.body);
        let fields = saved.json()["fields"].clone();
        assert_eq!(fields["renewal_likelihood"], "likely", "a label is understood, the key is kept");
        assert_eq!(fields["sites"], "12.5", "exactly, without idle zeros");
        assert_eq!(fields["signed"], "2026-02-03");
        assert_eq!(fields["sponsor"]["name"], "Ada Admin");
        assert_eq!(fields["spend"], json!({ "amount": "1200.50", "currency": "EUR" }));
        assert_eq!(fields["remark"], "Two <words>");
        let row = house.admin.get("/api/v1/portfolio").json()["data"][0].clone();
        assert_eq!(row["fields"], fields, "the report's row says the same");
        assert_eq!(house.admin.get("/api/v1/accounts").json()["data"][0]["fields"], fields, "and the list");
        let form = house.admin.get(&format!("/w/acme/accounts/{id}/edit"));
        assert!(form.body.contains("Two &lt;words&gt;") && form.body.contains("name=\"field.sites\""), "{}", form.body);
        house.settle(&id);
        let events = house.admin.get("/api/v1/events?limit=200").body;
        assert!(events.contains("field.sites") && !events.contains("Two "), "events name fields, never what stands in them");
    }
);

both!(
    fn what_does_not_fit_is_refused_by_name(on) {
        let house = House::new(on);
        add(&house, &renewal());
        for (name, kind) in [("Sites", "number"), ("Signed", "date"), ("Sponsor", "person"), ("Spend", "money")] {
            add(&house, &json!({ "name": name, "kind": kind }));
        }
        let id = house.account("Casavero");
        let sent = json!({ "renewal_likelihood": "Certain", "sites": "many", "signed": "soon", "sponsor": "Nobody",
            "spend": "1.234", "colour": "red" });
        let refused = put(&house, &id, &sent);
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid"));
        let refused = refused.json();
        let pointers: Vec<&str> =
            refused["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
        let named = ["/fields/colour", "/fields/renewal_likelihood", "/fields/signed", "/fields/sites", "/fields/spend", "/fields/sponsor"];
        assert_eq!(pointers, named);
        for bad in [json!({ "name": "Sites", "kind": "number" }), json!({ "name": "X", "kind": "colour" }),
            json!({ "name": "Pick", "kind": "choice" }), json!({ "name": "Y", "kind": "text", "key": "Not a key" })]
        {
            assert_eq!(house.admin.json("POST", "/api/v1/fields", &bad).status, 422, "{bad}");
        }
    }
);

both!(
    fn a_cell_of_the_report_writes_a_field(on) {
        let house = House::new(on);
        add(&house, &renewal());
        let id = house.account("Casavero");
        let edit = |value: &str| {
            let edits = json!({ "edits": [{ "account": id, "field": "field.renewal_likelihood", "value": value }] });
            house.admin.json("PATCH", "/api/v1/portfolio", &edits)
        };
        assert_eq!(edit("open").json()["data"][0]["fields"]["renewal_likelihood"], "open");
        assert_eq!(edit("").json()["data"][0]["fields"]["renewal_likelihood"], Value::Null, "an empty cell clears");
        let refused = edit("perhaps").json();
        assert_eq!(refused["errors"][0]["pointer"], "/edits/0/value");
    }
);

both!(
    fn the_form_saves_and_names_what_is_wrong(on) {
        let house = House::new(on);
        add(&house, &json!({ "name": "Sites", "kind": "number", "help": "Places where they use us" }));
        let id = house.account("Casavero");
        let path = format!("/w/acme/accounts/{id}/edit");
        let page = house.admin.get(&path).body;
        let version = page.split_once("name=\"version\" value=\"").expect("a version").1.split('"').next().unwrap_or_default();
        let form = |sites: &str| house.admin.post(&path, &[("name", "Casavero"), ("type", "2"), ("version", version), ("field.sites", sites)]);
        let refused = form("many");
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("This is not a number"), "{}", refused.body);
        assert_eq!(form("7").status, 303);
        let account = house.admin.get(&format!("/api/v1/accounts/{id}")).json();
        assert_eq!(account["fields"]["sites"], "7");
    }
);

both!(
    fn an_archived_field_is_gone_and_comes_back_with_its_values(on) {
        let house = House::new(on);
        let field = add(&house, &json!({ "name": "Sites", "kind": "number" }));
        let id = house.account("Casavero");
        put(&house, &id, &json!({ "sites": 3 }));
        let archive = |archived: bool| {
            let done = house.admin.json("PATCH", &format!("/api/v1/fields/{field}"), &json!({ "archived": archived }));
            assert_eq!(done.status, 200, "{}", done.body);
        };
        archive(true);
        assert_eq!(house.admin.get(&format!("/api/v1/accounts/{id}")).json()["fields"], json!({}));
        assert_eq!(put(&house, &id, &json!({ "sites": 4 })).status, 422, "nobody writes what nobody sees");
        let again = house.admin.json("POST", "/api/v1/fields", &json!({ "name": "Sites", "kind": "text" }));
        assert_eq!(again.status, 422, "a key is never used again: {}", again.body);
        archive(false);
        assert_eq!(house.admin.get(&format!("/api/v1/accounts/{id}")).json()["fields"]["sites"], "3");
    }
);

both!(
    fn a_removed_choice_stays_where_it_was_chosen(on) {
        let house = House::new(on);
        let field = add(&house, &renewal());
        let id = house.account("Casavero");
        put(&house, &id, &json!({ "renewal_likelihood": "open" }));
        let left = json!({ "choices": [{ "key": "unlikely", "label": "Unlikely" }, { "key": "likely", "label": "Very likely" }] });
        let changed = house.admin.json("PATCH", &format!("/api/v1/fields/{field}"), &left).json();
        let labels: Vec<&str> = changed["choices"].as_array().expect("choices").iter().filter_map(|c| c["label"].as_str()).collect();
        assert_eq!(labels, ["Unlikely", "Very likely", "Open"], "what is offered in its new order, then what is not");
        assert_eq!(changed["choices"][2]["removed"], true);
        let account = house.admin.get(&format!("/api/v1/accounts/{id}")).json();
        assert_eq!(account["fields"]["renewal_likelihood"], "open", "it stays");
        let other = house.account("Albion");
        assert_eq!(put(&house, &other, &json!({ "renewal_likelihood": "open" })).status, 422, "but is not chosen anew");
        let form = house.admin.get(&format!("/w/acme/accounts/{id}/edit")).body;
        assert!(form.contains("Open (no longer offered)"), "{form}");
    }
);

both!(
    fn leaders_manage_fields_and_members_read_them(on) {
        let house = House::new(on);
        let mut leader = house.person("Lea", "lea@acme.example", "leader");
        leader.enter("acme");
        let made = leader.json("POST", "/api/v1/fields", &json!({ "name": "Sites", "kind": "number" }));
        assert_eq!(made.status, 201, "{}", made.body);
        let mut member = house.person("Mia", "mia@acme.example", "member");
        member.enter("acme");
        let page = member.get("/w/acme/settings/fields");
        assert!(page.status == 200 && page.body.contains("Sites") && !page.body.contains("Add field"), "{}", page.body);
    }
);
