//! Columns that tell of other days: the trend of twelve weeks against the report as of each of its days.

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

/// Today, as the house sees it.
fn today(house: &House) -> Date {
    let today = house.admin.get("/api/v1/portfolio").json()["as_of"].clone();
    today.as_str().expect("a report has a day").parse().expect("a date can be read")
}

fn weeks_ago(house: &House, weeks: i64) -> Date {
    today(house) - Span::new().weeks(weeks)
}

fn score(house: &House, account: &str, value: f64, on: Date) {
    let body = json!({ "value": value, "effective_at": on });
    let answer = house.admin.json("PUT", &format!("/api/v1/accounts/{account}/scores/launched"), &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The row of an account in the report that is asked for.
fn row(browser: &Browser, query: &str, name: &str) -> Value {
    let answer = browser.get(&format!("/api/v1/portfolio?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let rows = answer.json()["data"].as_array().expect("a list has data").clone();
    rows.into_iter().find(|row| row["account"]["name"] == name).unwrap_or(Value::Null)
}

/// What the report of each day of the trend says by itself.
fn read_day_by_day(house: &House, trend: &Value, name: &str) -> Vec<Value> {
    let points = trend.as_array().expect("a trend has points").iter();
    let read = |point: &Value| {
        let on = point["on"].as_str().expect("a day");
        let then = row(&house.admin, &format!("as_of={on}"), name);
        let scored = then["steps"].as_array().is_some_and(|steps| steps.iter().any(|step| !step["score"].is_null()));
        json!({ "on": on, "overall": if scored { then["overall"].clone() } else { Value::Null } })
    };
    points.map(read).collect()
}

both!(
    fn the_trend_is_the_report_of_each_of_its_days(on) {
        let house = House::new(on);
        let (albion, casavero) = (house.account("Albion"), house.account("Casavero"));
        house.account("Dunes");
        for (weeks, value) in [(11, 4.0), (8, 6.5), (3, 2.0), (0, 7.0)] {
            score(&house, &albion, value, weeks_ago(&house, weeks));
        }
        score(&house, &casavero, 5.0, weeks_ago(&house, 30));
        assert_eq!(row(&house.admin, "", "Albion")["trend"], Value::Null, "only who asks is answered");
        for query in ["columns=trend", "columns=name,trend&limit=200", "view=board"] {
            for name in ["Albion", "Casavero", "Dunes"] {
                let trend = &row(&house.admin, query, name)["trend"];
                assert_eq!(trend.as_array().map(Vec::len), Some(13), "{query}: {trend}");
                assert_eq!(trend[12]["on"], json!(today(&house)));
                assert_eq!(*trend, json!(read_day_by_day(&house, trend, name)), "{name}");
            }
        }
        let then = format!("as_of={}&columns=trend", weeks_ago(&house, 4));
        let trend = &row(&house.admin, &then, "Albion")["trend"];
        assert_eq!((&trend[0]["on"], &trend[12]["on"]), (&json!(weeks_ago(&house, 16)), &json!(weeks_ago(&house, 4))), "it ends with the day");
        assert_eq!(*trend, json!(read_day_by_day(&house, trend, "Albion")));
        let kept = house.admin.json("POST", "/api/v1/snapshots", &json!({ "note": "Before" })).json();
        let kept = format!("snapshot={}&columns=trend", kept["id"].as_str().expect("an id"));
        score(&house, &albion, 1.0, today(&house));
        let trend = &row(&house.admin, &kept, "Albion")["trend"];
        assert_eq!((&trend[12]["overall"], &trend[11]["overall"]), (&json!(1.4), &json!(0.4)), "a snapshot ends as it was kept");
        assert_eq!(house.admin.get("/api/v1/portfolio?columns=trends").status, 422);
    }
);

both!(
    fn the_trend_reads_itself_out_on_page_and_paper(on) {
        let house = House::new(on);
        let albion = house.account("Albion");
        house.account("Dunes");
        let new = house.account("Eboracum");
        score(&house, &albion, 5.0, weeks_ago(&house, 20));
        score(&house, &albion, 7.5, weeks_ago(&house, 2));
        score(&house, &new, 3.0, today(&house));
        let page = |path: &str| {
            let answer = house.admin.get(&format!("/w/acme/portfolio{path}"));
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body
        };
        for path in ["?columns=report,trend", "?view=weekly-call&attention=1", "?view=board&open=2", "/print?view=board"] {
            let body = page(path);
            assert!(body.contains("<title>1.0 twelve weeks ago, 1.5 now</title>"), "{path}: {body}");
            assert!(body.contains("<title>0.6 now, nothing earlier</title>"), "{path}: {body}");
            assert!(body.contains("data-field=\"overall\""), "it stands beside the report's own columns");
        }
        assert!(page(&format!("?columns=trend&as_of={}", weeks_ago(&house, 1))).contains("<title>1.0 twelve weeks before, 1.5 then</title>"));
        assert!(!page("").contains("svg class=\"spark\""), "a plain report has none");
        assert!(page("").contains("name=\"columns\" value=\"trend\""), "it can be chosen");
        let edits = json!({ "edits": [{ "account": albion, "field": "launched", "value": "10" }] });
        let cells = house.admin.json("POST", "/w/acme/portfolio/cells?columns=report,trend", &edits);
        assert!(cells.body.contains("<title>1.0 twelve weeks ago, 2.0 now</title>"), "{}", cells.body);
        let csv = house.admin.get("/api/v1/portfolio/export?format=csv&view=board").body;
        assert!(csv.contains("Albion") && !csv.contains("twelve weeks"), "a file has the numbers of one day");
    }
);
