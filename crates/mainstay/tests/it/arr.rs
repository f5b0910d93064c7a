//! ARR between two days: the bridge, movements, currencies, parents and usage, by the API and the pages.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House};

fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("it has an id").to_owned()
}

fn contract(house: &House, account: &str, sent: &Value) -> String {
    id(&made(&house.admin.json("POST", &format!("/api/v1/accounts/{account}/contracts"), sent)))
}

fn arr(house: &House, from: &str, to: &str) -> Value {
    done(&house.admin.get(&format!("/api/v1/arr?from={from}&to={to}")))
}

fn kinds(house: &House, query: &str) -> Vec<(String, String)> {
    let list = done(&house.admin.get(&format!("/api/v1/arr/movements?{query}")));
    let rows = list["data"].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (text(&row["kind"]), text(&row["amount"]["amount"]))).collect()
}

fn pair(kind: &str, amount: &str) -> (String, String) {
    (kind.to_owned(), amount.to_owned())
}

both!(
    fn the_bridge_adds_up_and_drills_down(on) {
        let house = House::new(on);
        let (stays, goes, comes) = (house.account("Stays"), house.account("Goes"), house.account("Comes"));
        let base = contract(&house, &stays, &json!({ "name": "Base", "start": "2024-01-01", "arr": "1000" }));
        contract(&house, &goes, &json!({ "name": "All", "start": "2024-02-01", "end": "2025-03-31", "arr": "500" }));
        contract(&house, &comes, &json!({ "name": "All", "start": "2025-02-01", "arr": "300" }));
        let amend = |body: Value| house.admin.json("POST", &format!("/api/v1/accounts/{stays}/contracts/{base}/amendments"), &body);
        made(&amend(json!({ "start": "2025-01-15", "arr": "1100", "is_price": true })));
        made(&amend(json!({ "start": "2025-05-01", "arr": "1050" })));

        let found = arr(&house, "2025-01-01", "2025-07-01");
        assert_eq!((&found["accounts"], &found["accounts_end"], &found["lost_logos"]), (&json!(2), &json!(2), &json!(1)));
        let amount = |name: &str| found[name]["amount"].as_str().expect("money").to_owned();
        assert_eq!((amount("arr_start"), amount("arr_end")), ("1500.00".into(), "1350.00".into()));
        assert_eq!((amount("new"), amount("reactivation"), amount("expansion")), ("300.00".into(), "0.00".into(), "0.00".into()));
        assert_eq!((amount("price"), amount("contraction"), amount("churn")), ("100.00".into(), "50.00".into(), "500.00".into()));
        // min(1050 - 100, 1000) of 1500; 1050 of 1500; one of two.
        assert_eq!((&found["grr"], &found["nrr"], &found["logo_churn"]), (&json!(0.6333), &json!(0.7), &json!(0.5)));
        assert_eq!(found["concentration"]["top_1"], 0.7778);
        assert_eq!(found["accounts_covered"], 3);

        let all = kinds(&house, "from=2025-01-01&to=2025-07-01");
        assert_eq!(all, [pair("contraction", "-50.00"), pair("churn", "-500.00"), pair("new", "300.00"), pair("price", "100.00")]);
        assert_eq!(kinds(&house, "from=2025-01-01&to=2025-07-01&kind=churn"), [pair("churn", "-500.00")]);
        assert_eq!(kinds(&house, "from=2025-01-01&to=2025-07-01&part=contraction").len(), 2, "all movements of who shrank");
        assert_eq!(kinds(&house, &format!("from=2025-01-01&to=2025-07-01&account={comes}")), [pair("new", "300.00")]);
        let first = done(&house.admin.get("/api/v1/arr/movements?from=2023-01-01&to=2025-07-01&limit=4"));
        let next = first["next_cursor"].as_str().expect("there are more");
        assert_eq!(kinds(&house, &format!("from=2023-01-01&to=2025-07-01&limit=4&cursor={next}")).len(), 2);

        let page = house.admin.get("/w/acme/portfolio/arr?from=2025-01-01&to=2025-07-01&part=churn");
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("63.33 %") && page.body.contains("<svg class=\"waterfall\""), "{}", page.body);
        let backwards = house.admin.get("/api/v1/arr?from=2025-07-01&to=2025-01-01");
        assert_eq!((backwards.status, backwards.code().as_str()), (422, "invalid"));
    }
);

both!(
    fn a_kind_is_decided_with_a_reason(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        let base = contract(&house, &account, &json!({ "name": "Base", "start": "2024-01-01", "arr": "1000" }));
        let path = format!("/api/v1/accounts/{account}/contracts/{base}");
        made(&house.admin.json("POST", &format!("{path}/amendments"), &json!({ "start": "2025-02-01", "arr": "1100" })));
        let judge = |day: &str, body: Value| house.admin.json("PUT", &format!("{path}/movements/{day}"), &body);
        assert_eq!(judge("2025-02-01", json!({ "kind": "price" })).status, 422, "without a reason");
        assert_eq!(judge("2025-02-02", json!({ "kind": "price", "reason": "x" })).status, 404, "nothing moved");
        let now = done(&judge("2025-02-01", json!({ "kind": "price", "reason": "The price list of 2025" })));
        assert_eq!((&now["kind"], &now["derived"]), (&json!("price"), &json!("expansion")));
        let found = arr(&house, "2025-01-01", "2025-07-01");
        assert_eq!((&found["price"]["amount"], &found["grr"], &found["nrr"]), (&json!("100.00"), &json!(1.0), &json!(1.1)));
        let money = house.admin.get(&format!("/w/acme/accounts/{account}/money"));
        assert!(money.body.contains("The price list of 2025"), "the decision is shown");
        let back = done(&judge("2025-02-01", json!({ "kind": null })));
        assert_eq!(back["kind"], "expansion");
        assert_eq!(arr(&house, "2025-01-01", "2025-07-01")["expansion"]["amount"], "100.00");
    }
);

both!(
    fn other_currencies_count_at_the_rate_of_the_year(on) {
        let house = House::new(on);
        let account = house.account("Fjordstay");
        let path = format!("/api/v1/accounts/{account}/contracts");
        let sent = json!({ "name": "US", "start": "2024-01-01", "arr": { "amount": "1000.00", "currency": "USD" } });
        let refused = house.admin.json("POST", &path, &sent);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("no exchange rate from USD to EUR") && refused.body.contains("Currencies"), "{}", refused.body);
        let put = |year: i64, rate: &str| house.admin.json("PUT", "/api/v1/exchange-rates", &json!({ "fiscal_year": year, "currency": "USD", "rate": rate }));
        done(&put(2024, "0.9"));
        let added = made(&house.admin.json("POST", &path, &sent));
        assert_eq!((&added["arr"]["amount"], &added["currency"]), (&json!("1000.00"), &json!("USD")));
        assert_eq!(arr(&house, "2024-06-01", "2024-12-01")["arr_end"]["amount"], "900.00");
        done(&put(2025, "0.8"));
        let next = arr(&house, "2024-06-01", "2025-06-01");
        assert_eq!((&next["arr_start"]["amount"], &next["arr_end"]["amount"], &next["nrr"]), (&json!("800.00"), &json!("800.00"), &json!(1.0)));
        let other = json!({ "start": "2024-05-01", "arr": { "amount": "5", "currency": "EUR" } });
        assert_eq!(house.admin.json("POST", &format!("{path}/{}/amendments", id(&added)), &other).status, 422, "a contract keeps its currency");
        let line = || done(&house.admin.get(&format!("/api/v1/accounts/{account}")))["arr"]["amount"].clone();
        let began = std::time::Instant::now();
        while line() != json!("800.00") {
            assert!(began.elapsed().as_secs() < 30, "the line never took the new rate: {}", line());
        }
        let last = house.admin.json("PUT", "/api/v1/exchange-rates", &json!({ "fiscal_year": 2024, "currency": "USD", "rate": null }));
        assert_eq!(last.status, 200);
        let last = house.admin.json("PUT", "/api/v1/exchange-rates", &json!({ "fiscal_year": 2025, "currency": "USD", "rate": null }));
        assert_eq!(last.status, 422, "a contract needs it");
        let page = house.admin.get("/w/acme/settings/currencies");
        assert!(page.status == 200 && page.body.contains("USD"), "{}", page.body);
    }
);

both!(
    fn subsidiaries_count_with_their_parent(on) {
        let house = House::new(on);
        let (top, middle, low) = (house.account("Top"), house.account("Middle"), house.account("Low"));
        let parent = |of: &str, to: Value| house.admin.json("PATCH", &format!("/api/v1/accounts/{of}"), &json!({ "parent_id": to }));
        assert_eq!(done(&parent(&middle, json!(top)))["parent"]["name"], "Top");
        done(&parent(&low, json!(middle)));
        for (of, to) in [(&top, &low), (&top, &top), (&middle, &low)] {
            assert_eq!(parent(of, json!(to)).status, 422, "no circles");
        }
        contract(&house, &low, &json!({ "name": "Old", "start": "2024-01-01", "end": "2025-01-31", "arr": "100" }));
        contract(&house, &top, &json!({ "name": "New", "start": "2025-02-01", "arr": "150" }));
        let together = arr(&house, "2025-01-01", "2025-06-01");
        assert_eq!((&together["accounts"], &together["lost_logos"], &together["nrr"]), (&json!(1), &json!(0), &json!(1.5)));
        assert_eq!(done(&parent(&middle, Value::Null))["parent"], Value::Null);
        let apart = arr(&house, "2025-01-01", "2025-06-01");
        assert_eq!((&apart["lost_logos"], &apart["new"]["amount"]), (&json!(1), &json!("150.00")));
    }
);

both!(
    fn figures_cover_what_the_viewer_may_see(on) {
        let house = House::new(on);
        let mut member = house.person("Max Member", "max@acme.example", "member");
        member.enter("acme");
        let (open, hidden) = (house.account("Open"), house.account("Hidden"));
        contract(&house, &open, &json!({ "name": "A", "start": "2024-01-01", "arr": "100" }));
        contract(&house, &hidden, &json!({ "name": "B", "start": "2024-01-01", "arr": "900" }));
        done(&house.admin.json("PATCH", &format!("/api/v1/accounts/{open}"), &json!({ "parent_id": hidden })));
        done(&house.admin.json("PATCH", &format!("/api/v1/accounts/{hidden}"), &json!({ "confidential": true })));
        let query = "from=2023-01-01&to=2025-01-01";
        let seen = done(&member.get(&format!("/api/v1/arr?{query}")));
        assert_eq!((&seen["arr_end"]["amount"], &seen["accounts_covered"]), (&json!("100.00"), &json!(1)));
        assert_eq!(arr(&house, "2023-01-01", "2025-01-01")["arr_end"]["amount"], "1000.00");
        let list = member.get(&format!("/api/v1/arr/movements?{query}")).body;
        let page = member.get(&format!("/w/acme/portfolio/arr?{query}")).body;
        let account = member.get(&format!("/api/v1/accounts/{open}")).body;
        for text in [seen.to_string(), list, page, account] {
            assert!(!text.contains("Hidden") && !text.contains(&hidden), "{text}");
        }
        // Whoever does not see the parent does not take it away either.
        let kept = house.admin.json("PUT", &format!("/api/v1/accounts/{open}/members/{}", me(&member)), &json!({ "role": "team", "function": "other" }));
        assert!(kept.status == 200 || kept.status == 201, "{}", kept.body);
        done(&member.json("PATCH", &format!("/api/v1/accounts/{open}"), &json!({ "parent_id": null, "industry": "Food" })));
        assert_eq!(done(&house.admin.get(&format!("/api/v1/accounts/{open}")))["parent"]["name"], "Hidden");
    }
);

fn me(browser: &crate::harness::Browser) -> String {
    let me = browser.get("/api/v1/me").json();
    me["user"]["id"].as_str().or(me["id"].as_str()).expect("I have an id").to_owned()
}

both!(
    fn notice_and_usage_are_shown_apart(on) {
        let house = House::new(on);
        let account = house.account("Domus");
        let base = contract(&house, &account, &json!({ "name": "Base", "start": "2024-01-01", "end": "2199-12-31", "arr": "1000", "notice_days": 90 }));
        let path = format!("/api/v1/accounts/{account}/contracts/{base}");
        let read = done(&house.admin.get(&path));
        assert_eq!((&read["notice_days"], &read["notice_by"], &read["auto_renew"]), (&json!(90), &json!("2199-10-02"), &json!(false)));
        let changed = done(&house.admin.json("PATCH", &path, &json!({ "notice_days": null, "auto_renew": true })));
        assert_eq!((&changed["notice_by"], &changed["auto_renew"]), (&Value::Null, &json!(true)));
        assert_eq!(house.admin.json("PATCH", &path, &json!({ "notice_days": 9999 })).status, 422);
        let used = house.admin.json("PUT", &format!("/api/v1/accounts/{account}/usage/2024-02"), &json!({ "revenue": "120.50" }));
        assert_eq!(done(&used)["months"][0]["revenue"]["amount"], "120.50");
        assert_eq!(house.admin.json("PUT", &format!("/api/v1/accounts/{account}/usage/2024-13"), &json!({ "revenue": "1" })).status, 422);
        assert_eq!(done(&house.admin.get(&format!("/api/v1/accounts/{account}")))["arr"]["amount"], "1000.00", "usage is no ARR");
        let money = house.admin.get(&format!("/w/acme/accounts/{account}/money"));
        assert!(money.body.contains("February 2024") && money.body.contains("renews by itself"), "{}", money.body);
    }
);
