//! One field of many accounts at once: previewed, done in one transaction, undone where nothing changed since.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

const PATH: &str = "/api/v1/bulk-edits";

fn names(list: &Value, of: &str) -> Vec<String> {
    let rows = list["accounts"].as_array().expect("accounts").iter();
    rows.filter(|row| row["outcome"] == of)
        .map(|row| row["account"]["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn account(browser: &Browser, id: &str) -> Value {
    browser.get(&format!("/api/v1/accounts/{id}")).json()
}

both!(
    fn many_accounts_are_previewed_changed_and_given_back(on) {
        let house = House::new(on);
        let ids: Vec<String> = ["Albion", "Bowlroute", "Casavero"].map(|name| house.account(name)).to_vec();
        let food = json!({ "industry": "Food" });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{}", ids[1]), &food).status, 200);
        let wish = |dry: bool| json!({ "query": "type=2", "field": "industry", "value": " Food ", "dry_run": dry });
        let plan = house.admin.json("POST", PATH, &wish(true));
        assert_eq!(plan.status, 200, "{}", plan.body);
        let plan = plan.json();
        assert_eq!((names(&plan, "change"), names(&plan, "same")), (vec!["Albion".to_owned(), "Casavero".to_owned()], vec!["Bowlroute".to_owned()]));
        assert_eq!(account(&house.admin, &ids[0])["industry"], Value::Null, "a dry run changes nothing");

        let made = house.admin.json("POST", PATH, &wish(false));
        assert_eq!((made.status, made.json()["changed"].clone()), (201, json!(2)), "{}", made.body);
        assert_eq!(account(&house.admin, &ids[0])["industry"], "Food");
        let again = house.admin.json("POST", PATH, &wish(false));
        assert_eq!(again.status, 409, "nothing would change: {}", again.body);
        let edit = made.json()["id"].as_str().expect("an id").to_owned();

        let later = json!({ "geography": "Italy" });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{}", ids[2]), &later).status, 200);
        let undone = house.admin.json("POST", &format!("{PATH}/{edit}/undo"), &json!({}));
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!((&undone.json()["restored"], &undone.json()["left"][0]["name"]), (&json!(1), &json!("Casavero")));
        assert_eq!(account(&house.admin, &ids[0])["industry"], Value::Null);
        assert_eq!(account(&house.admin, &ids[1])["industry"], "Food", "what it had already was never changed");
        assert_eq!(account(&house.admin, &ids[2])["industry"], "Food", "changed since, so left");
        assert_eq!(house.admin.json("POST", &format!("{PATH}/{edit}/undo"), &json!({})).status, 409, "once");
    }
);

both!(
    fn types_people_and_own_fields_by_their_own_rules(on) {
        let house = House::new(on);
        let ids: Vec<String> = ["Albion", "Bowlroute"].map(|name| house.account(name)).to_vec();
        let send = |body: &Value| {
            let mut body = body.clone();
            body["accounts"] = json!(ids);
            house.admin.json("POST", PATH, &body)
        };
        let pointer = |body: &Value| {
            let refused = send(body);
            assert_eq!(refused.status, 422, "{}", refused.body);
            refused.json()["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(pointer(&json!({ "field": "type", "value": "3" })), "/reason");
        assert_eq!(pointer(&json!({ "field": "type", "value": "5", "reason": "x" })), "/value");
        assert_eq!(pointer(&json!({ "field": "associate", "value": "Nobody Known" })), "/value");
        assert_eq!(pointer(&json!({ "field": "overall", "value": "9" })), "/field");
        assert_eq!(pointer(&json!({ "field": "field.sites", "value": "9" })), "/field");
        let typed = send(&json!({ "field": "type", "value": "3", "reason": "Segmented anew" }));
        assert_eq!(typed.status, 201, "{}", typed.body);
        let told = house.admin.get(&format!("/api/v1/accounts/{}/timeline", ids[0])).json();
        assert_eq!((&told["data"][0]["kind"], &told["data"][0]["note"]), (&json!("account_type_changed"), &json!("Segmented anew")));
        let edit = typed.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(house.admin.json("POST", &format!("{PATH}/{edit}/undo"), &json!({})).json()["restored"], 2);
        assert_eq!(account(&house.admin, &ids[1])["type"], 2);

        let field = json!({ "name": "Sites", "kind": "number" });
        assert_eq!(house.admin.json("POST", "/api/v1/fields", &field).status, 201);
        let own = send(&json!({ "field": "field.sites", "value": "12" }));
        assert_eq!(own.status, 201, "{}", own.body);
        assert_eq!(account(&house.admin, &ids[0])["fields"]["sites"], "12");
        let edit = own.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(house.admin.json("POST", &format!("{PATH}/{edit}/undo"), &json!({})).status, 200);
        assert_eq!(account(&house.admin, &ids[0])["fields"]["sites"], Value::Null);
        let person = send(&json!({ "field": "associate", "value": "Ada Admin" }));
        assert_eq!(person.status, 201, "{}", person.body);
        assert_eq!(account(&house.admin, &ids[0])["associate"]["name"], "Ada Admin");
    }
);

both!(
    fn what_is_not_ones_own_is_named_and_left_out(on) {
        let house = House::new(on);
        let foreign = house.account("Albion");
        let mut mia = house.person("Mia", "mia@acme.example", "member");
        mia.enter("acme");
        let own = mia.json("POST", "/api/v1/accounts", &json!({ "name": "Bowlroute" })).json()["id"].as_str().expect("an id").to_owned();
        let hidden = house.admin.json("POST", "/api/v1/accounts", &json!({ "name": "Secret", "confidential": true }));
        let hidden = hidden.json()["id"].as_str().expect("an id").to_owned();
        let body = |ids: &[&str], leave: bool| json!({ "accounts": ids, "field": "industry", "value": "Food", "leave_out_refused": leave });
        assert_eq!(mia.json("POST", PATH, &body(&[&own, &hidden], true)).status, 404, "what may not be seen does not exist");
        let refused = mia.json("POST", PATH, &body(&[&own, &foreign], false));
        assert_eq!(refused.status, 409, "{}", refused.body);
        let done = mia.json("POST", PATH, &body(&[&own, &foreign], true));
        assert_eq!(done.status, 201, "{}", done.body);
        assert_eq!(names(&done.json(), "refused"), ["Albion"]);
        assert!(done.json()["accounts"][0]["refused"].as_str().is_some_and(|why| why.contains("pod of Albion")));
        let many: Vec<String> = (0..501).map(|n| format!("01900000-0000-7000-8000-{n:012}")).collect();
        let many = json!({ "accounts": many, "field": "industry", "value": "Food" });
        assert_eq!(mia.json("POST", PATH, &many).json()["errors"][0]["pointer"], "/accounts");
        let edit = done.json()["id"].as_str().expect("an id").to_owned();
        let mut noa = house.person("Noa", "noa@acme.example", "member");
        noa.enter("acme");
        assert_eq!(noa.json("POST", &format!("{PATH}/{edit}/undo"), &json!({})).status, 403);
    }
);

both!(
    fn the_pages_lead_from_the_choice_to_the_undo(on) {
        let house = House::new(on);
        let (first, second) = (house.account("Albion <b>"), house.account("Bowlroute"));
        let choice = house.admin.get("/w/acme/portfolio/bulk?q=o");
        assert!(choice.status == 200 && choice.body.contains("Albion &lt;b&gt;"), "{}", choice.body);
        assert!(choice.body.contains(&format!("value=\"{first}\"><span>")), "no account is ticked at first: {}", choice.body);
        let all = [("all", "1"), ("field", "vertical"), ("value", "Pizza"), ("query", "q=o")];
        let all = house.admin.post("/w/acme/portfolio/bulk", &all).body;
        let named = |id: &str| all.contains(&format!("name=\"account\" value=\"{id}\""));
        assert!(all.contains("2 accounts change.") && named(&first) && named(&second) && !all.contains("name=\"all\""), "{all}");
        let form = [("account", first.as_str()), ("account", second.as_str()), ("field", "vertical"), ("value", "Pizza"), ("query", "q=o")];
        let preview = house.admin.post("/w/acme/portfolio/bulk", &form);
        assert!(preview.status == 200 && preview.body.contains("2 accounts change."), "{}", preview.body);
        assert_eq!(account(&house.admin, &first)["vertical"], Value::Null);
        let done = house.admin.post("/w/acme/portfolio/bulk", &[&form[..], &[("step", "apply")]].concat());
        assert_eq!(done.status, 303, "{}", done.body);
        let place = done.header("location").expect("a place to go on").to_owned();
        let page = house.admin.get(&place);
        assert!(page.body.contains("Vertical of 2 accounts set to “Pizza”"), "{}", page.body);
        assert_eq!(house.admin.post(&format!("{place}/undo"), &[]).status, 303);
        assert!(house.admin.get(&place).body.contains("undone"), "it says so");
        assert_eq!(account(&house.admin, &first)["vertical"], Value::Null);
        let none = house.admin.post("/w/acme/portfolio/bulk", &[("field", "vertical"), ("value", "x"), ("query", "")]);
        assert!(none.status == 422 && none.body.contains("No account is chosen"), "{}", none.body);
    }
);
