//! Accounts, their contracts and targets: by the API and by the forms of the pages.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, Browser, House};

fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

fn pointers(answer: &Answer) -> Vec<String> {
    assert_eq!((answer.status, answer.code().as_str()), (422, "invalid"), "{}", answer.body);
    let errors = answer.json()["errors"].as_array().expect("it names the fields").clone();
    errors.iter().filter_map(|error| error["pointer"].as_str().map(str::to_owned)).collect()
}

fn names(house: &House, query: &str) -> Vec<String> {
    let answer = house.admin.get(&format!("/api/v1/accounts?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let rows = answer.json()["data"].as_array().expect("a list has data").clone();
    rows.iter().filter_map(|row| row["name"].as_str().map(str::to_owned)).collect()
}

both!(
    fn an_account_is_made_read_and_changed(on) {
        let house = House::new(on);
        let admin = &house.admin;
        let sent = json!({ "name": " Casavero ", "external_id": "CRM-1", "type": 1, "industry": "Property", "end_date": "2027-04-12" });
        let answer = admin.json("POST", "/api/v1/accounts", &sent);
        let account = made(&answer);
        let path = format!("/api/v1/accounts/{}", account["id"].as_str().expect("it has an id"));
        assert_eq!(answer.header("location"), Some(path.as_str()));
        assert_eq!((&account["name"], &account["pod_role"]), (&json!("Casavero"), &json!("owner")));
        let read = admin.get(&path);
        assert_eq!(read.json(), account);
        assert_eq!(read.header("etag"), Some(format!("\"v{}\"", account["version"]).as_str()));
        let changed = admin.json("PATCH", &path, &json!({ "vertical": "Short stay", "industry": null })).json();
        assert_eq!(changed["vertical"], "Short stay");
        assert_eq!((&changed["industry"], &changed["end_date"]), (&Value::Null, &json!("2027-04-12")), "null clears, absent stays");
        let stale = admin.send("PATCH", &path, &[("content-type", "application/json"), ("if-match", "\"v1\"")], b"{\"name\":\"Mine\"}");
        assert_eq!((stale.status, stale.code().as_str()), (412, "changed"));
        assert_eq!(admin.get(&path).json()["name"], "Casavero");
    }
);

both!(
    fn what_is_not_acceptable_is_named(on) {
        let house = House::new(on);
        let admin = &house.admin;
        let bad = json!({ "name": " ", "type": 5, "end_date": "2026-02-30", "industry": "x".repeat(81) });
        assert_eq!(pointers(&admin.json("POST", "/api/v1/accounts", &bad)), ["/name", "/type", "/industry", "/end_date"]);
        assert_eq!(pointers(&admin.json("POST", "/api/v1/accounts", &json!({ "name": "a", "nmae": "b" }))), ["/nmae"]);
        let id = house.account("Casavero");
        let stranger = json!({ "associate_id": id });
        assert_eq!(pointers(&admin.json("PATCH", &format!("/api/v1/accounts/{id}"), &stranger)), ["/associate_id"]);
        admin.json("PATCH", &format!("/api/v1/accounts/{id}"), &json!({ "external_id": "CRM-1" }));
        let taken = admin.json("POST", "/api/v1/accounts", &json!({ "name": "Other", "external_id": "CRM-1" }));
        assert_eq!((taken.status, taken.code().as_str()), (409, "already_exists"));
        assert_eq!(names(&house, ""), ["Casavero"], "nothing was half made");
    }
);

both!(
    fn an_external_id_makes_or_changes(on) {
        let house = House::new(on);
        let put = |id: &str, body: &Value| house.admin.json("PUT", &format!("/api/v1/accounts/by-external-id/{id}"), body);
        let first = made(&put("CRM%2F7", &json!({ "name": "Domus", "geography": "Italy" })));
        assert_eq!(first["external_id"], "CRM/7");
        let second = put("CRM%2F7", &json!({ "external_id": "CRM/7", "type": 1, "type_reason": "Known from the CRM" }));
        assert_eq!(second.status, 200);
        let second = second.json();
        assert_eq!((&second["id"], &second["name"], &second["type"]), (&first["id"], &json!("Domus"), &json!(1)));
        assert_eq!(second["geography"], "Italy", "what is not sent stays");
        assert_eq!(pointers(&put("CRM-8", &json!({ "type": 1 }))), ["/name"]);
        assert_eq!(pointers(&put("CRM-8", &json!({ "name": "x", "external_id": "CRM-9" }))), ["/external_id"]);
    }
);

both!(
    fn the_list_is_searched_filtered_and_paged(on) {
        let house = House::new(on);
        for (name, kind, external) in [("Émile", 1, "crm-1"), ("Zeta", 2, "CRM-2"), ("alpha", 2, "x"), ("100% Pantry", 4, "y_z")] {
            made(&house.admin.json("POST", "/api/v1/accounts", &json!({ "name": name, "type": kind, "external_id": external })));
        }
        assert_eq!(names(&house, "sort=-type,name"), ["100% Pantry", "alpha", "Zeta", "Émile"]);
        assert_eq!(names(&house, "q=%C3%89MI"), ["Émile"], "case does not matter in any alphabet");
        assert_eq!(names(&house, "q=crm-&sort=type"), ["Émile", "Zeta"], "external ids are searched too");
        assert_eq!(names(&house, "q=%25"), ["100% Pantry"], "a wildcard is a letter like any other");
        assert_eq!(names(&house, "q=_"), ["100% Pantry"]);
        assert_eq!(names(&house, "type=2"), ["alpha", "Zeta"]);
        for sort in ["name", "-name", "type", "-type", "associate", "-associate", "arr", "-arr"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = house.admin.get(&format!("/api/v1/accounts?limit=1&sort={sort}{cursor}"));
                assert_eq!(page.status, 200, "{sort}: {}", page.body);
                let page = page.json();
                seen.push(page["data"][0]["name"].as_str().unwrap_or_default().to_owned());
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, names(&house, &format!("sort={sort}")), "{sort}: pages neither skip nor repeat");
        }
        for bad in ["sort=colour", "type=9", "limit=0", "limit=201"] {
            assert_eq!(house.admin.get(&format!("/api/v1/accounts?{bad}")).status, 422, "{bad}");
        }
        assert_eq!(house.admin.get("/api/v1/accounts?cursor=nonsense").code(), "bad_cursor");
    }
);

both!(
    fn archived_accounts_leave_the_lists_and_come_back(on) {
        let house = House::new(on);
        let path = format!("/api/v1/accounts/{}", house.account("Casavero"));
        let away = house.admin.send("DELETE", &path, &[], b"");
        assert_eq!(away.status, 200, "{}", away.body);
        assert!(away.json()["archived_at"].is_string());
        assert!(names(&house, "").is_empty());
        assert_eq!(names(&house, "archived=1"), ["Casavero"]);
        assert_eq!(house.admin.get("/api/v1/portfolio").json()["totals"]["accounts"], 0);
        let version = away.json()["version"].clone();
        assert_eq!(house.admin.send("DELETE", &path, &[], b"").json()["version"], version, "again is no event");
        assert_eq!(house.admin.send("POST", &format!("{path}/restore"), &[], b"").json()["archived_at"], Value::Null);
        assert_eq!(names(&house, ""), ["Casavero"]);
    }
);

/// The day of the server's clock as `YYYY-MM-DD`, moved by years.
fn day(house: &House, years: i64) -> String {
    let account = house.account("A clock");
    let members = house.admin.get(&format!("/api/v1/accounts/{account}/members")).json();
    house.admin.send("DELETE", &format!("/api/v1/accounts/{account}"), &[], b"");
    let since = members["data"][0]["since"].as_str().expect("a member has a day").to_owned();
    let year: i64 = since[..4].parse().expect("a date begins with its year");
    // The 1st exists in every month of every year.
    format!("{}{}-01", year + years, &since[4..7])
}

fn contract(name: &str, start: &str, end: Option<&str>, amount: &str) -> Value {
    json!({ "name": name, "start": start, "end": end, "arr": { "amount": amount, "currency": "EUR" } })
}

both!(
    fn the_arr_follows_from_the_amendments(on) {
        let house = House::new(on);
        let admin = &house.admin;
        let path = format!("/api/v1/accounts/{}", house.account("Casavero"));
        let (before, now, after) = (day(&house, -1), day(&house, 0), day(&house, 1));
        let answer = admin.json("POST", &format!("{path}/contracts"), &contract("Shoots", &before, Some(&after), "1400000.00"));
        let added = made(&answer);
        let place = answer.header("location").expect("it says where").to_owned();
        assert_eq!((&added["start"], &added["end"]), (&json!(before), &json!(after)), "the end is the last day");
        assert_eq!(admin.get(&path).json()["ends_on"], json!(after));
        let amended = made(&admin.json("POST", &format!("{place}/amendments"), &json!({ "start": now, "arr": "1650000" })));
        assert_eq!((&amended["arr"]["amount"], &amended["end"]), (&json!("1650000.00"), &Value::Null));
        let account = admin.get(&path).json();
        assert_eq!(account["arr"]["amount"], "1650000.00");
        assert_eq!(account["ends_on"], Value::Null, "an amendment takes the place of the one before, its end included");
        let amendment = amended["amendments"][1]["id"].as_str().expect("it has an id").to_owned();
        let back = admin.send("DELETE", &format!("{place}/amendments/{amendment}"), &[], b"");
        assert_eq!(back.json()["arr"]["amount"], "1400000.00");
        assert_eq!(admin.get(&path).json()["arr"]["amount"], "1400000.00");
        assert_eq!(admin.send("DELETE", &format!("{place}/amendments/{amendment}"), &[], b"").status, 404, "once only");
        assert_eq!(admin.get(&place).json(), back.json());
        let other = house.account("Domus");
        let elsewhere = place.replace(path.rsplit('/').next().unwrap_or_default(), &other);
        assert_eq!(admin.get(&elsewhere).status, 404, "a contract belongs to one account");
        assert_eq!(admin.json("POST", &format!("{elsewhere}/amendments"), &json!({ "start": now, "arr": "1" })).status, 404);
    }
);

both!(
    fn money_without_a_rate_is_refused(on) {
        let house = House::new(on);
        let admin = &house.admin;
        let path = format!("/api/v1/accounts/{}", house.account("Casavero"));
        let dollars = json!({ "name": "n", "start": "2026-01-01", "arr": { "amount": "5", "currency": "USD" } });
        let refused = admin.json("POST", &format!("{path}/contracts"), &dollars);
        assert_eq!(pointers(&refused), ["/currency"]);
        assert!(refused.body.contains("no exchange rate from USD to EUR"), "{}", refused.body);
        assert_eq!(pointers(&admin.json("PUT", &format!("{path}/target"), &json!({ "delta": dollars["arr"] }))), ["/delta"]);
        for (sent, wrong) in [
            (json!({ "name": "n", "start": "x", "end": "y", "arr": "z" }), vec!["/start", "/end", "/arr"]),
            (json!({ "name": "n", "start": "2026-02-02", "end": "2026-02-01", "arr": "1" }), vec!["/end"]),
            (json!({ "name": "n", "start": "2026-02-02", "arr": "-1" }), vec!["/arr"]),
            (json!({ "name": "n", "start": "2026-02-02", "arr": 1.25 }), vec!["/arr"]),
            (json!({ "start": "2026-02-02", "arr": "1" }), vec!["/name"]),
        ] {
            assert_eq!(pointers(&admin.json("POST", &format!("{path}/contracts"), &sent)), wrong, "{sent}");
        }
        assert_eq!(admin.get(&format!("{path}/contracts")).json()["data"], json!([]));
    }
);

both!(
    fn a_target_belongs_to_a_fiscal_year(on) {
        let house = House::new(on);
        let path = format!("/api/v1/accounts/{}", house.account("Casavero"));
        let put = |body: Value| house.admin.json("PUT", &format!("{path}/target"), &body);
        let set = put(json!({ "delta": "250000" })).json();
        assert_eq!(set["delta"]["amount"], "250000.00");
        let next = set["fiscal_year"].as_i64().expect("it says which year") + 1;
        assert_eq!(put(json!({ "fiscal_year": next, "delta": "9" })).status, 200);
        assert_eq!(house.admin.get(&path).json()["arr_delta_target"]["amount"], "250000.00");
        assert_eq!(put(json!({ "delta": null })).json()["delta"], Value::Null);
        assert_eq!(house.admin.get(&path).json()["arr_delta_target"], Value::Null);
        assert_eq!(pointers(&put(json!({ "fiscal_year": 1, "delta": "9" }))), ["/fiscal_year"]);
    }
);

fn version(house: &House, id: &str) -> String {
    house.admin.get(&format!("/api/v1/accounts/{id}")).json()["version"].to_string()
}

fn save(browser: &Browser, id: &str, name: &str, end_on: &str, version: &str) -> Answer {
    browser.post(
        &format!("/w/acme/accounts/{id}/edit"),
        &[("name", name), ("type", "2"), ("end_on", end_on), ("version", version)],
    )
}

both!(
    fn whoever_was_faster_is_named_and_saving_again_decides(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        let read = version(&house, &id);
        assert_eq!(save(&house.admin, &id, "Casavero", "2027-03-31", &read).status, 303);
        let late = save(&house.admin, &id, "Casavero", "2027-04-30", &read);
        assert_eq!(late.status, 409);
        assert!(late.body.contains("Ada Admin changed this account") && late.body.contains("is now 31 Mar 2027 (you have 30 Apr 2027)"));
        assert_eq!(house.admin.get(&format!("/api/v1/accounts/{id}")).json()["end_date"], "2027-03-31");
        let now = version(&house, &id);
        assert!(late.body.contains(&format!("name=\"version\" value=\"{now}\"")), "the form carries what was shown");
        assert_eq!(save(&house.admin, &id, "Casavero", "2027-04-30", &now).status, 303);
        let read = version(&house, &id);
        house.admin.json("PUT", &format!("/api/v1/accounts/{id}/target"), &json!({ "delta": "5" }));
        assert_eq!(save(&house.admin, &id, "Casa", "2027-04-30", &read).status, 303, "a target is no conflict of the details");
    }
);

both!(
    fn forms_come_back_with_what_was_typed(on) {
        let house = House::new(on);
        let admin = &house.admin;
        let refused = admin.post("/w/acme/accounts", &[("name", ""), ("type", "3"), ("industry", "A <b>"), ("end_on", "2026-02-30")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("value=\"A &lt;b&gt;\"") && refused.body.contains("2 fields need a change"), "{}", refused.body);
        let created = admin.post("/w/acme/accounts", &[("name", "Casavero"), ("type", "3")]);
        assert_eq!(created.status, 303);
        let page = created.header("location").expect("it says where").to_owned();
        let bad = admin.post(&format!("{page}/contracts"), &[("name", "Shoots"), ("start", ""), ("arr", "lots")]);
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("value=\"Shoots\"") && bad.body.contains("value=\"lots\"") && bad.body.contains("aria-invalid"));
        let good = [("name", "Shoots"), ("start", "2026-01-01"), ("end", "2026-12-31"), ("arr", "1000.50")];
        assert_eq!(admin.post(&format!("{page}/contracts"), &good).status, 303);
        let money = admin.get(&format!("{page}/money")).body;
        assert!(money.contains("EUR 1,000.50") && money.contains("31 Dec 2026"), "{money}");
        let away = admin.post(&format!("{page}/archive"), &[]);
        let list = admin.get(away.header("location").expect("it says where")).body;
        assert!(list.contains("Casavero is archived") && list.contains("/restore"), "the way back is offered: {list}");
        assert_eq!(admin.post(&format!("{page}/restore"), &[]).status, 303);
    }
);

both!(
    fn the_search_of_every_page_finds_accounts(on) {
        let house = House::new(on);
        house.account("Haus & <Hof>");
        house.account("Domus");
        let found = house.admin.get("/w/acme/accounts?q=haus").body;
        assert!(found.contains("Haus &amp; &lt;Hof&gt;") && !found.contains("Domus"), "{found}");
        assert!(found.contains("1 account matches"), "{found}");
        assert!(house.admin.get("/w/acme/accounts?q=zzz").body.contains("No account matches"));
    }
);

both!(
    fn another_type_asks_for_a_reason_at_every_door(on) {
        let house = House::new(on);
        let id = house.account("Casavero");
        let page = format!("/w/acme/accounts/{id}/type");
        let refused = house.admin.post(&page, &[("type", "1"), ("type_reason", "  ")]);
        assert!(refused.status == 422 && refused.body.contains("no longer of type 2"), "{}", refused.body);
        let cell = |reason: Value| {
            let edits = json!({ "edits": [{ "account": id, "field": "type", "value": "3", "reason": reason }] });
            house.admin.json("PATCH", "/api/v1/portfolio", &edits)
        };
        let refused = cell(Value::Null);
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!("/edits/0/reason")));
        let details = [("name", "Casavero"), ("type", "4"), ("version", "2")];
        let refused = house.admin.post(&format!("/w/acme/accounts/{id}/edit"), &details);
        assert!(refused.status == 422 && refused.body.contains("no longer of type 2"), "{}", refused.body);
        assert_eq!(house.admin.post(&page, &[("type", "1"), ("type_reason", "Signed for three years")]).status, 303);
        assert_eq!(cell(json!("The agreement <ended>")).status, 200);
        assert_eq!(house.admin.post(&page, &[("type", "3")]).status, 303, "the same type needs no reason");
        let page = house.admin.get(&page).body;
        let (newer, older) = (page.find("The agreement &lt;ended&gt;"), page.find("Signed for three years"));
        assert!(newer.is_some() && newer < older, "newest first: {page}");
        let told = house.admin.get(&format!("/api/v1/accounts/{id}/timeline")).json()["data"][0].clone();
        assert_eq!((&told["kind"], &told["data"], &told["note"]),
            (&json!("account_type_changed"), &json!({ "before": 1, "after": 3 }), &json!("The agreement <ended>")));
    }
);
