//! The timeline: complete, in order, once, and only for whoever may see it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::both;
use crate::harness::{Browser, House};

fn score(house: &House, account: &str, metric: &str, value: &Value, note: &str) {
    let body = json!({ "value": value, "note": note });
    let answer = house.admin.json("PUT", &format!("/api/v1/accounts/{account}/scores/{metric}"), &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn kinds(page: &Value) -> Vec<&str> {
    page["data"].as_array().expect("a list").iter().filter_map(|event| event["kind"].as_str()).collect()
}

/// Every event that a browser may read, `limit` at a time.
fn all_events(browser: &Browser, limit: usize) -> (Vec<Value>, String) {
    let (mut events, mut cursor) = (Vec::new(), String::new());
    loop {
        let after = if cursor.is_empty() { String::new() } else { format!("&after={cursor}") };
        let answer = browser.get(&format!("/api/v1/events?limit={limit}{after}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let page = answer.json();
        events.extend(page["data"].as_array().expect("a list").iter().cloned());
        let next = page["next_cursor"].as_str().expect("there is always a place to go on from");
        if next == cursor {
            return (events, cursor);
        }
        next.clone_into(&mut cursor);
    }
}

both!(
    fn an_account_tells_its_story_newest_first(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        score(&house, &account, "launched", &json!(5.7), "");
        score(&house, &account, "launched", &json!(6.1), "They were trained");
        score(&house, &account, "launched", &Value::Null, "");
        let path = format!("/api/v1/accounts/{account}/timeline");
        let first = house.admin.get(&format!("{path}?limit=2")).json();
        assert_eq!(kinds(&first), ["score_withdrawn", "score_recorded"]);
        let entry = &first["data"][1];
        assert_eq!((&entry["actor_name"], &entry["note"]), (&json!("Ada Admin"), &json!("They were trained")));
        assert_eq!(entry["data"], json!({ "metric": "launched", "before": 570, "after": 610 }));
        assert_eq!((&entry["v"], &entry["subject"]["type"], &entry["account"]), (&json!(1), &json!("score"), &json!(account)));
        let cursor = first["next_cursor"].as_str().expect("there is more");
        let rest = house.admin.get(&format!("{path}?cursor={cursor}")).json();
        assert_eq!(kinds(&rest), ["score_recorded", "pod_member_added", "account_created"]);
        assert_eq!(rest["next_cursor"], Value::Null);
    }
);

both!(
    fn the_list_gives_each_event_once_in_the_order_of_its_account(on) {
        let house = House::new(on);
        let accounts = [house.account("Casavero"), house.account("Dolmen")];
        for round in 0..4 {
            for account in &accounts {
                score(&house, account, "launched", &json!(round), "");
            }
        }
        for account in &accounts {
            house.settle(account);
        }
        let (events, cursor) = all_events(&house.admin, 3);
        let (at_once, same) = all_events(&house.admin, 200);
        assert_eq!((&events, &cursor), (&at_once, &same), "pages of three hold what one page holds");
        let mut versions: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for event in &events {
            if let (Some(account), Some(version)) = (event["account"].as_str(), event["account_version"].as_i64()) {
                versions.entry(account).or_default().push(version);
            }
        }
        for account in &accounts {
            assert_eq!(versions[account.as_str()], [1, 2, 3, 4, 5, 6], "gapless and ascending");
        }
        score(&house, &accounts[0], "launched", &json!(9), "");
        house.settle(&accounts[0]);
        let more = house.admin.get(&format!("/api/v1/events?after={cursor}")).json();
        assert_eq!(kinds(&more), ["score_recorded"], "only what is new");
    }
);

both!(
    fn a_confidential_account_is_told_to_its_pod_only(on) {
        let house = House::new(on);
        let (open, hidden) = (house.account("Casavero"), house.account("Secreta"));
        let hide = house.admin.json("PATCH", &format!("/api/v1/accounts/{hidden}"), &json!({ "confidential": true }));
        assert_eq!(hide.status, 200, "{}", hide.body);
        score(&house, &open, "launched", &json!(5), "");
        score(&house, &hidden, "launched", &json!(5), "");
        let mut mia = house.person("Mia Member", "mia@acme.example", "leader");
        mia.enter("acme");
        for account in [&open, &hidden] {
            house.settle(account);
        }
        let of = |browser: &Browser, account: &str| {
            all_events(browser, 200).0.iter().filter(|event| event["account"] == json!(account)).count()
        };
        assert_eq!((of(&mia, &open), of(&mia, &hidden)), (3, 0));
        assert_eq!(of(&house.admin, &hidden), 4, "whoever made it is in its pod");
        assert_eq!(mia.get(&format!("/api/v1/accounts/{hidden}/timeline")).status, 404);
        assert_eq!(mia.get(&format!("/w/acme/accounts/{hidden}/feed")).status, 404);
    }
);

both!(
    fn the_feed_says_it_in_plain_sentences(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        score(&house, &account, "launched", &json!(5.7), "");
        score(&house, &account, "launched", &json!(6.1), "Trained <all>");
        let edit = json!({ "type": 1, "industry": "Housing" });
        let path = format!("/api/v1/accounts/{account}");
        let refused = house.admin.json("PATCH", &path, &edit);
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].as_str()), (422, Some("/type_reason")), "{}", refused.body);
        assert_eq!(house.admin.get(&path).json()["type"], 2, "without a reason nothing changes");
        let edit = json!({ "type": 1, "industry": "Housing", "type_reason": "Signed for <three> years" });
        assert_eq!(house.admin.json("PATCH", &format!("/api/v1/accounts/{account}"), &edit).status, 200);
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/feed"));
        assert_eq!(page.status, 200, "{}", page.body);
        for words in [
            "Effectively launched</a> <b class=\"score s61\">6.1</b> <span class=\"soft\">(was 5.7)</span>",
            "Trained &lt;all&gt;",
            "changed the type from 2 to <b>1</b>",
            "<blockquote>Signed for &lt;three&gt; years</blockquote>",
            "changed the industry",
            "created the account",
        ] {
            assert!(page.body.contains(words), "{words} is missing: {}", page.body);
        }
        assert!(!page.body.contains("rel=\"next\""), "there is nothing older");
        for value in 0..50 {
            score(&house, &account, "monetizes", &json!(value % 10), "");
        }
        let page = house.admin.get(&format!("/w/acme/accounts/{account}/feed"));
        let older = page.body.split_once("rel=\"next\" href=\"").expect("there are older ones").1;
        let older = older.split('"').next().unwrap_or_default();
        let page = house.admin.get(older);
        assert!(page.body.contains("created the account") && !page.body.contains("Customer monetizes"), "{}", page.body);
    }
);

both!(
    fn a_made_up_place_is_refused(on) {
        let house = House::new(on);
        let account = house.account("Casavero");
        for path in [
            "/api/v1/events?after=yesterday".to_owned(),
            "/api/v1/events/stream?after=yesterday".to_owned(),
            format!("/api/v1/accounts/{account}/timeline?cursor=yesterday"),
        ] {
            let answer = house.admin.get(&path);
            assert_eq!((answer.status, answer.code().as_str()), (400, "bad_cursor"), "{path}");
        }
    }
);
