//! Views of the report: conditions on every kind of field, groups that add up, saved views and who sees them, heat.

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Answer, House};

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let rows = answer.json();
    let rows = rows["data"].as_array().expect("a list has data");
    rows.iter().map(|row| row["account"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Four accounts with scores, segments and fields of their own.
fn furnish(house: &House) {
    let fields = [
        json!({ "name": "Renewal", "kind": "choice", "choices": [{ "label": "Likely" }, { "label": "Open" }, { "label": "Lost" }] }),
        json!({ "name": "Sites", "kind": "number" }),
        json!({ "name": "Signed", "kind": "date" }),
        json!({ "name": "Sponsor", "kind": "person" }),
        json!({ "name": "Spend", "kind": "money" }),
        json!({ "name": "Remark", "kind": "text" }),
    ];
    for field in &fields {
        assert_eq!(house.admin.json("POST", "/api/v1/fields", field).status, 201);
    }
    let accounts = [
        (
            "Albion",
            1,
            "Food",
            "7.8",
            json!({ "renewal": "likely", "sites": "12", "signed": "2025-02-03", "sponsor": "Ada Admin", "spend": "100", "remark": "Big in Köln" }),
        ),
        (
            "Bowlroute",
            2,
            "Food",
            "2",
            json!({ "renewal": "lost", "sites": "2.5", "signed": "2026-02-03", "spend": "50.50" }),
        ),
        ("Casavero", 2, "Homes", "5", json!({ "renewal": "open", "sites": "-1", "remark": "100% sure" })),
        ("Dunes", 3, "", "", json!({})),
    ];
    for (name, kind, industry, score, own) in accounts {
        let body = json!({ "name": name, "type": kind, "industry": industry, "fields": own });
        let made = house.admin.json("POST", "/api/v1/accounts", &body);
        assert_eq!(made.status, 201, "{}", made.body);
        if !score.is_empty() {
            let edits = json!({ "edits": [{ "account": made.json()["id"], "field": "step_1", "value": score }] });
            assert_eq!(house.admin.json("PATCH", "/api/v1/portfolio", &edits).status, 200);
        }
    }
}

both!(
    fn conditions_on_every_kind_of_field(on) {
        let house = House::new(on);
        furnish(&house);
        let asked = |query: &str| names(&house.admin.get(&format!("/api/v1/portfolio?{query}")));
        for (query, expected) in [
            ("industry=Food", &["Albion", "Bowlroute"][..]),
            ("industry=-", &["Dunes"]),
            ("field.renewal=likely", &["Albion"]),
            ("field.renewal=Lost", &["Bowlroute"]),
            ("field.renewal=-", &["Dunes"]),
            ("field.sites=2.5..12", &["Albion", "Bowlroute"]),
            ("field.sites=..0", &["Casavero"]),
            ("field.sites=12", &["Albion"]),
            ("field.signed=2026-01-01..", &["Bowlroute"]),
            ("field.sponsor=ada", &["Albion"]),
            ("field.spend=50.5..99.99", &["Bowlroute"]),
            ("field.remark=K%C3%B6LN", &["Albion"]),
            ("field.remark=0%25", &["Casavero"]),
            ("field.remark=%3DBig+in+K%C3%B6ln", &["Albion"]),
            ("step_1=low", &["Bowlroute"]),
            ("launched=4..7.8", &["Albion", "Casavero"]),
            ("step_1=-", &["Dunes"]),
            ("overall=..0.4", &["Bowlroute", "Dunes"]),
            ("industry=Food&field.renewal=likely&type=1", &["Albion"]),
            ("associate=-&tenure=-&field.sites=-", &["Dunes"]),
            ("utm_source=mail&type=3", &["Dunes"]),
            ("add=industry&is=Homes", &["Casavero"]),
        ] {
            assert_eq!(asked(query), expected, "{query}");
        }
        for bad in ["field.sites=many", "field.renewal=perhaps", "field.colour=red", "end_date=soon", "tenure=5", "overall=good",
            "gap_step=x", "sort=field.colour", "group=field.sites", "group=colour"]
        {
            assert_eq!(house.admin.get(&format!("/api/v1/portfolio?{bad}")).status, 422, "{bad}");
        }
    }
);

both!(
    fn ordered_by_own_fields_and_paged(on) {
        let house = House::new(on);
        furnish(&house);
        for (sort, expected) in [
            ("field.sites", ["Casavero", "Bowlroute", "Albion", "Dunes"]),
            ("-field.sites", ["Albion", "Bowlroute", "Casavero", "Dunes"]),
            ("field.renewal", ["Albion", "Casavero", "Bowlroute", "Dunes"]),
            ("-field.renewal", ["Bowlroute", "Casavero", "Albion", "Dunes"]),
            ("field.signed", ["Albion", "Bowlroute", "Casavero", "Dunes"]),
            ("field.remark", ["Casavero", "Albion", "Bowlroute", "Dunes"]),
            ("-industry", ["Casavero", "Albion", "Bowlroute", "Dunes"]),
        ] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = house.admin.get(&format!("/api/v1/portfolio?sort={sort}&limit=1&gap=&q={cursor}"));
                seen.extend(names(&page));
                match page.json()["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{sort}: nothing comes last, pages neither skip nor repeat");
        }
    }
);

both!(
    fn groups_add_up_to_the_totals(on) {
        let house = House::new(on);
        furnish(&house);
        let words = ["type", "associate", "industry", "vertical", "geography", "overall", "step_1", "launched", "gap", "end_quarter",
            "tenure", "field.renewal", "field.sponsor", "field.remark", "field.signed"];
        for word in words {
            for filter in ["", "&industry=Food"] {
                let answer = house.admin.get(&format!("/api/v1/portfolio?group={word}{filter}"));
                assert_eq!(answer.status, 200, "{word}: {}", answer.body);
                let answer = answer.json();
                let groups = answer["groups"].as_array().expect("groups").clone();
                let sum = |of: &Value| groups.iter().map(|group| group["totals"][of.as_str().unwrap_or_default()].as_i64().unwrap_or(0)).sum::<i64>();
                assert_eq!(json!(sum(&json!("accounts"))), answer["totals"]["accounts"], "{word}{filter}");
                assert_eq!(json!(sum(&json!("with_gap"))), answer["totals"]["with_gap"], "{word}{filter}");
                for group in &groups {
                    let (name, value) = (group["filter"][0].as_str().expect("a word"), group["filter"][1].as_str().expect("a value"));
                    let condition = serde_urlencoded::to_string([(name, value)]).expect("words");
                    let rows = names(&house.admin.get(&format!("/api/v1/portfolio?{condition}{filter}")));
                    assert_eq!(json!(rows.len()), group["totals"]["accounts"], "{word}: {condition} gives the rows of its group");
                }
            }
        }
        let labels = |word: &str| -> Vec<String> {
            let groups = house.admin.get(&format!("/api/v1/portfolio?group={word}")).json();
            groups["groups"].as_array().expect("groups").iter().map(|g| g["label"].as_str().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(labels("field.renewal"), ["Likely", "Open", "Lost", "None"], "in the order of the choices");
        assert_eq!(labels("field.sponsor"), ["Ada Admin", "None"]);
        assert_eq!(labels("step_1"), ["Under 4", "4 to under 7", "7 and more", "None"]);
    }
);

both!(
    fn the_page_shows_columns_groups_and_chips(on) {
        let house = House::new(on);
        furnish(&house);
        let page = |query: &str| {
            let answer = house.admin.get(&format!("/w/acme/portfolio?{query}"));
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body
        };
        let plain = page("");
        assert!(plain.contains("data-field=\"overall\"") && !plain.contains("data-field=\"field.sites\""));
        let chosen = page("columns=field.sites,overall");
        assert!(chosen.contains("data-field=\"field.sites\" data-value=\"2.5\""), "{chosen}");
        assert!(!chosen.contains("data-field=\"arr_ytd\""), "what was not chosen is not there");
        let grouped = page("group=field.renewal&open=likely");
        assert!(grouped.contains("Likely") && grouped.contains("Albion") && !grouped.contains("Bowlroute"), "{grouped}");
        let filtered = page("field.renewal=likely&industry=Food");
        assert!(filtered.contains("Renewal: Likely") && filtered.contains("aria-label=\"Remove the filter Industry: Food\""), "{filtered}");
        let heat = house.admin.get("/w/acme/portfolio/heat");
        assert!(heat.status == 200 && heat.body.contains("tenure=-"), "{}", heat.body);
        let id = house.admin.get("/api/v1/portfolio").json()["data"][0]["account"]["id"].as_str().expect("an id").to_owned();
        let edits = json!({ "edits": [{ "account": id, "field": "field.sites", "value": "13" }] });
        let cells = house.admin.json("POST", "/w/acme/portfolio/cells?columns=field.sites", &edits);
        assert!(cells.body.contains("data-value=\"13\"") && !cells.body.contains("data-field=\"overall\""), "{}", cells.body);
    }
);

both!(
    fn views_are_saved_shared_and_private(on) {
        let house = House::new(on);
        furnish(&house);
        let mut mia = house.person("Mia", "mia@acme.example", "member");
        mia.enter("acme");
        let mut lea = house.person("Lea", "lea@acme.example", "leader");
        lea.enter("acme");
        let body = json!({ "name": "Food", "query": "industry=Food&sort=-field.sites&columns=name,field.sites&colour=red" });
        let made = mia.json("POST", "/api/v1/views", &body);
        assert_eq!(made.status, 201, "{}", made.body);
        let view = made.json();
        let id = view["id"].as_str().expect("an id").to_owned();
        assert!(!view["query"].as_str().unwrap_or_default().contains("colour"), "only words of the report are kept: {view}");
        let path = format!("/api/v1/views/{id}");
        assert_eq!(names(&mia.get(&format!("/api/v1/portfolio?view={id}"))), ["Albion", "Bowlroute"]);
        assert_eq!(names(&mia.get(&format!("/api/v1/portfolio?view={id}&sort=field.sites"))), ["Bowlroute", "Albion"], "own words win");
        for other in [&house.admin, &lea] {
            assert_eq!(other.get(&path).status, 404, "private is private, for administrators too");
            assert_eq!(other.get(&format!("/api/v1/portfolio?view={id}")).status, 404);
            assert_eq!(other.get(&format!("/w/acme/portfolio?view={id}")).status, 404);
            assert_eq!(other.json("DELETE", &path, &Value::Null).status, 404);
            assert_eq!(other.get("/api/v1/views").json()["data"], json!([]));
        }
        assert_eq!(mia.json("PATCH", &path, &json!({ "shared": true })).status, 200);
        assert_eq!(names(&house.admin.get(&format!("/api/v1/portfolio?view={id}"))), ["Albion", "Bowlroute"]);
        let of_lea = lea.get("/w/acme/portfolio").body;
        assert!(of_lea.contains(&format!("view={id}")) && of_lea.contains("<small>by Mia</small>"), "among everybody's views, with its owner");
        assert!(!mia.get("/w/acme/portfolio").body.contains("<small>by Mia</small>"), "nobody is told that a view is their own");
        let mut noa = house.person("Noa", "noa@acme.example", "member");
        noa.enter("acme");
        assert_eq!(noa.json("PATCH", &path, &json!({ "name": "Mine" })).status, 403);
        assert_eq!(lea.json("PATCH", &path, &json!({ "name": "Food only" })).json()["name"], "Food only");
        for bad in [json!({ "name": "" }), json!({ "name": "x", "query": "sort=colour" }), json!({ "name": "x", "query": "field.x=1" })] {
            assert_eq!(mia.json("POST", "/api/v1/views", &bad).status, 422, "{bad}");
        }
        assert_eq!(mia.json("DELETE", &path, &Value::Null).status, 204);
        assert_eq!(mia.get(&path).status, 404);
        assert_eq!(names(&house.admin.get("/api/v1/portfolio?view=weekly-call")), ["Albion", "Bowlroute", "Casavero", "Dunes"]);
        assert!(house.admin.get("/api/v1/portfolio?view=board").json()["groups"].is_array());
    }
);

both!(
    fn groups_that_are_left_out_are_spoken_of(on) {
        let house = House::new(on);
        for number in 0..=200 {
            let body = json!({ "name": format!("Account {number}"), "type": 4, "industry": format!("Industry {number}") });
            assert_eq!(house.admin.json("POST", "/api/v1/accounts", &body).status, 201);
        }
        let told = |query: &str| {
            let page = house.admin.get(&format!("/w/acme/portfolio?{query}")).body;
            let answer = house.admin.get(&format!("/api/v1/portfolio?{query}")).json();
            (page.contains("Only the largest groups are shown."), answer["more_groups"].clone())
        };
        assert_eq!(told("group=industry"), (true, json!(true)));
        assert_eq!(told("group=type"), (false, Value::Null));
    }
);

both!(
    fn what_may_not_be_seen_counts_nowhere(on) {
        let house = House::new(on);
        furnish(&house);
        let mut owner = house.person("Ole", "ole@acme.example", "member");
        owner.enter("acme");
        let secret = json!({ "name": "Secret", "type": 1, "industry": "Food", "confidential": true, "fields": { "renewal": "likely" } });
        assert_eq!(owner.json("POST", "/api/v1/accounts", &secret).status, 201);
        let count = |browser: &crate::harness::Browser, word: &str| {
            let answer = browser.get(&format!("/api/v1/portfolio?group={word}&industry=Food")).json();
            answer["groups"].as_array().expect("groups").iter().filter_map(|g| g["totals"]["accounts"].as_i64()).sum::<i64>()
        };
        for word in ["type", "field.renewal", "tenure"] {
            assert_eq!((count(&owner, word), count(&house.admin, word)), (3, 2), "{word}");
        }
        assert!(!house.admin.get("/w/acme/portfolio/heat?field.renewal=likely").body.contains("2 accounts"));
    }
);
