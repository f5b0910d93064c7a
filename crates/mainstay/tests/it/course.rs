//! Columns that tell of other days: the trend of twelve weeks against the report as of each of its days, and what moved
//! since the last snapshot against the comparison.

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

fn contract(house: &House, account: &str, arr: &str) {
    let body = json!({ "name": "Main", "start": weeks_ago(house, 60), "arr": { "amount": arr, "currency": "EUR" } });
    let made = house.admin.json("POST", &format!("/api/v1/accounts/{account}/contracts"), &body);
    assert_eq!(made.status, 201, "{}", made.body);
}

/// The cell of an account in the page's column of what moved, without its tags.
fn moved(page: &str, account: &str) -> String {
    let row = page.split(&format!("id=\"account-{account}\"")).nth(1).expect("the account has a row");
    let cell = row.split("data-field=\"since_snapshot\"").nth(1).expect("the row has the column");
    let cell = cell.split("</td>").next().and_then(|cell| cell.split_once('>')).map_or("", |(_, inner)| inner);
    cell.split('<').filter_map(|part| part.split('>').next_back()).collect()
}

both!(
    fn the_board_says_what_moved_since_the_last_snapshot(on) {
        let house = House::new(on);
        let (albion, casavero, dunes) = (house.account("Albion"), house.account("Casavero"), house.account("Dunes"));
        for (account, arr) in [(&albion, "100000.00"), (&casavero, "50000.00")] {
            contract(&house, account, arr);
            score(&house, account, 5.0, weeks_ago(&house, 3));
        }
        let board = |more: &str| {
            let page = house.admin.get(&format!("/w/acme/portfolio?view=board&open=2{more}"));
            assert_eq!(page.status, 200, "{}", page.body);
            page.body
        };
        assert!(board("").contains("No snapshot yet to compare with. <a href=\"/w/acme/portfolio/snapshots\">Take a snapshot"));
        let kept = house.admin.json("POST", "/api/v1/snapshots", &json!({ "note": "Board" })).json()["id"].clone();
        let kept = kept.as_str().expect("an id");
        score(&house, &albion, 7.5, today(&house));
        score(&house, &casavero, 2.5, today(&house));
        contract(&house, &albion, "20000.00");
        let new = house.account("Eboracum");
        contract(&house, &new, "7000.00");
        let page = board("");
        assert_eq!(moved(&page, &albion), "+0.50 +20k");
        assert_eq!(moved(&page, &casavero), "−0.50");
        assert_eq!(moved(&page, &dunes), "–no change");
        assert_eq!(moved(&page, &new), "new");
        let link = format!("/w/acme/portfolio/compare?from={kept}&amp;to={}", today(&house));
        assert!(page.contains(&format!("average −0.17, ARR +EUR 27k, 1 account more. <a href=\"{link}\">What moved</a>")), "{page}");
        let same = house.admin.get(&format!("/api/v1/compare?from={kept}&to={}", today(&house))).json();
        let arr = |side: &str| same[side]["totals"]["arr_ytd"]["amount"].clone();
        assert_eq!((arr("from"), arr("to")), (json!("150000.00"), json!("177000.00")), "the comparison says the same");
        assert_eq!((&same["from"]["totals"]["overall"], &same["to"]["totals"]["overall"]), (&json!(0.67), &json!(0.5)));
        let of_one = board("&q=albion");
        assert!(of_one.contains("average +0.50, ARR +EUR 20k. <a") && of_one.contains("&amp;q=albion\">What moved"), "{of_one}");
        let group = page.split("tbody class=\"group\"").nth(1).and_then(|body| body.split("</tbody>").next()).expect("a group");
        assert!(group.contains("Overall 0.67 → 0.50, ARR EUR 150,000.00 → EUR 177,000.00"), "{group}");
        let paper = house.admin.get("/w/acme/portfolio/print?view=board").body;
        assert!(paper.contains("ARR +EUR 27k, 1 account more.") && moved(&paper, &albion) == "+0.50 +20k", "{paper}");
        let then = board(&format!("&snapshot={kept}"));
        assert!(then.contains("No snapshot yet to compare with."), "what is shown is not held against itself");
        let edits = json!({ "edits": [{ "account": albion, "field": "launched", "value": "5" }] });
        let cells = house.admin.json("POST", "/w/acme/portfolio/cells?view=board&columns=since_snapshot", &edits).body;
        assert!(moved(&cells, &albion) == "+20k" && cells.contains("ARR EUR 150,000.00 → EUR 177,000.00"), "{cells}");
    }
);
