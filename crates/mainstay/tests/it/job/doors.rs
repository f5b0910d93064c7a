//! Jobs by the front doors: the page, the API and the command line of an administrator.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use mainstay::corridor::source::Source;
use mainstay::job::reactions::HOUSEKEEPING;
use mainstay::job::store;
use mainstay::people;
use mainstay_db::Scope;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::engine::open;
use crate::both;
use crate::harness::{Data, House, program};

const WHY: &str = "the cellar was locked";
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts a job into the first workspace, beside its server, that failed too often; gives its id.
pub fn failed_job(data: &Data) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let (_stop, stopping) = watch::channel(false);
    runtime.block_on(async {
        let app = open(&data.options(), Source::system(), stopping).await;
        let mut all = app.db.read(Scope::System, people::store::workspaces).await.expect("workspaces are read");
        all.retain(|workspace| workspace.slug == "acme");
        let workspace = all.pop().expect("Acme is there");
        let at = app.source.now() + SignedDuration::from_hours(1);
        let id = workspace.id;
        let park = move |tx: &mut mainstay_db::Tx<'_>, by: &mainstay::corridor::verb::By| {
            store::set_timer(tx, by, &HOUSEKEEPING, "2026-11-01", at, &json!({}))?;
            tx.exec("UPDATE job SET state = 'parked', attempts = 8, problem = $1 WHERE key = '2026-11-01'", &[&WHY])?;
            store::list_jobs(tx, id, &store::JobFilter::default(), None, 1)
        };
        let jobs = app.verb(workspace.into(), None, park).await.expect("the job is put there");
        jobs.first().expect("it is there").id.to_string()
    })
}

both!(
    fn a_parked_job_says_why_and_is_retried(on) {
        let house = House::new(on);
        let id = failed_job(&house.data);
        let list = house.admin.get("/api/v1/jobs?state=parked&kind=housekeeping").json();
        assert_eq!((&list["data"][0]["id"], &list["data"][0]["problem"]), (&json!(id), &json!(WHY)));
        assert_eq!(house.admin.get("/api/v1/jobs?state=due").json()["data"], json!([]));
        assert_eq!(house.admin.get("/api/v1/jobs?state=lost").status, 422);
        let page = house.admin.get("/w/acme/settings/jobs?state=parked").body;
        assert!(page.contains(WHY) && page.contains("for 1 Nov 2026") && page.contains("8 tries"), "{page}");

        let retried = house.admin.json("POST", &format!("/api/v1/jobs/{id}/retry"), &json!({}));
        assert_eq!((retried.status, retried.json()["attempts"].as_i64()), (200, Some(0)), "{}", retried.body);
        let began = Instant::now();
        let mut job = Value::Null;
        while job["state"] != "done" {
            assert!(began.elapsed() < PATIENCE, "the server did not do it: {job}");
            std::thread::sleep(Duration::from_millis(20));
            job = house.admin.get(&format!("/api/v1/jobs/{id}")).json();
        }
        let again = house.admin.json("POST", &format!("/api/v1/jobs/{id}/retry"), &json!({}));
        assert_eq!((again.status, again.code().as_str()), (409, "conflict"), "what is done is done");
        let page = house.admin.get("/w/acme/settings/jobs?state=done").body;
        assert!(page.contains("for 1 Nov 2026") && !page.contains("/retry"), "{page}");
    }
);

both!(
    fn a_schedule_is_read_and_changed(on) {
        let house = House::new(on);
        let path = "/api/v1/job-schedules/housekeeping";
        let first = house.admin.get(path);
        assert_eq!(first.json()["schedule"], json!({ "every": "day", "at": "03:00" }));
        let weekly = json!({ "schedule": { "every": "week", "weekdays": ["friday", "monday"], "at": "07:30", "zone": "Asia/Tokyo", "cutoff": "day_before" } });
        let changed = house.admin.json("PUT", path, &weekly);
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(changed.json()["schedule"]["weekdays"], json!(["monday", "friday"]), "in the order of the week");
        assert!(changed.json()["next"]["at"].as_str().is_some_and(|at| at.ends_with("T22:30:00Z")), "{}", changed.body);
        let page = house.admin.get("/w/acme/settings/jobs").body;
        assert!(page.contains("Every Monday and Friday at 07:30, Asia/Tokyo, about the day before"), "{page}");

        let stale = [("content-type", "application/json"), ("if-match", first.header("etag").expect("it has a version"))];
        assert_eq!(house.admin.send("PUT", path, &stale, weekly.to_string().as_bytes()).status, 412);
        let wrong = house.admin.json("PUT", path, &json!({ "schedule": { "every": "week", "at": "25:00", "zone": "Mars/Base" } }));
        assert_eq!(wrong.status, 422);
        let pointers: Vec<Value> =
            wrong.json()["errors"].as_array().expect("errors").iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(pointers, ["/schedule/weekdays", "/schedule/at", "/schedule/zone"]);
        assert_eq!(house.admin.get("/api/v1/job-schedules/nothing").status, 404);
    }
);

both!(
    fn the_form_of_a_schedule_takes_what_belongs_to_the_rule(on) {
        let house = House::new(on);
        let path = "/w/acme/settings/jobs/schedules/housekeeping";
        let form = "enabled=on&every=month_weekday&monday=on&weekday=tuesday&day=31&nth=-1&business_nth=3&count=&from=&at=06%3A00&zone=&cutoff=same_day";
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let saved = house.admin.send("POST", path, &kind, form.as_bytes());
        assert_eq!(saved.status, 303, "{}", saved.body);
        let page = house.admin.get("/w/acme/settings/jobs").body;
        assert!(page.contains("On the last Tuesday of every month at 06:00, Europe/Madrid"), "{page}");
        let wrong = house.admin.send("POST", path, &kind, b"every=week&at=06%3A00");
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("Choose at least one weekday"), "{}", wrong.body);
        let off = house.admin.send("POST", path, &kind, b"every=business_days&count=10&from=2026-01-05&at=06%3A00");
        assert_eq!(off.status, 303, "{}", off.body);
        let schedule = house.admin.get("/api/v1/job-schedules/housekeeping").json();
        assert_eq!((&schedule["enabled"], &schedule["next"]), (&json!(false), &Value::Null));
    }
);

both!(
    fn holidays_are_added_renamed_and_removed(on) {
        let house = House::new(on);
        let day = "/api/v1/holidays/2026-12-25";
        assert_eq!(house.admin.json("PUT", day, &json!({ "name": "Christmas" })).status, 200);
        assert_eq!(house.admin.json("PUT", day, &json!({ "name": "Christmas Day" })).status, 200);
        let list = house.admin.get("/api/v1/holidays").json();
        assert_eq!(list["data"], json!([{ "day": "2026-12-25", "name": "Christmas Day" }]));
        assert_eq!(house.admin.get(day).json()["name"], "Christmas Day");
        assert_eq!(house.admin.json("PUT", "/api/v1/holidays/2026-02-30", &json!({ "name": "x" })).status, 422);
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let added = house.admin.send("POST", "/w/acme/settings/jobs/holidays", &kind, b"day=2026-01-06&name=Epiphany");
        assert_eq!(added.status, 303, "{}", added.body);
        let page = house.admin.get("/w/acme/settings/jobs").body;
        assert!(page.contains("Epiphany") && page.contains("25 Dec 2026"), "{page}");
        assert_eq!(house.admin.json("DELETE", day, &Value::Null).status, 204);
        assert_eq!(house.admin.json("DELETE", day, &Value::Null).status, 404);
        assert_eq!(house.admin.send("POST", "/w/acme/settings/jobs/holidays/2026-01-06/remove", &kind, b"").status, 303);
        assert_eq!(house.admin.get("/api/v1/holidays").json()["data"], json!([]));
    }
);

both!(
    fn the_command_line_lists_retries_and_does_what_is_due(on) {
        let mut house = House::new(on);
        let id = failed_job(&house.data);
        house.server.kill();
        let say = |words: &[&str]| {
            let said = program().arg("jobs").args(words).args(house.data.options()).output().expect("the command runs");
            assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
            String::from_utf8_lossy(&said.stdout).into_owned()
        };
        let listed = say(&["list", "--state", "parked"]);
        assert!(listed.contains(&id) && listed.contains(WHY), "{listed}");
        assert_eq!(say(&["run-due"]), "0 done or tried\n", "a parked job waits");
        assert_eq!(say(&["retry", &id]), format!("{id} is due now\n"));
        assert_eq!(say(&["run-due"]), "1 done or tried\n");
        let listed: Value = serde_json::from_str(&say(&["list", "--json"])).expect("JSON");
        assert_eq!((&listed["data"][0]["id"], &listed["data"][0]["state"]), (&json!(id), &json!("done")));
    }
);
