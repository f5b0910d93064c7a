//! The doors before sign-in: first set-up, signing in and out.

use crate::both;
use crate::harness::{Browser, Data, House, PASSWORD, Server};

both!(
    fn set_up_works_once(on) {
        let data = Data::new(on);
        let server = Server::start(&data);
        let mut browser = Browser::new(&server.url);
        let link = server.set_up_link();
        let form = |email: &'static str| {
            vec![
                ("workspace", "Acme"),
                ("currency", "EUR"),
                ("zone", "Europe/Madrid"),
                ("fiscal_year_start_month", "1"),
                ("name", "Ada"),
                ("email", email),
                ("password", PASSWORD),
            ]
        };
        let refused = browser.post_open(&link, &form("not an e-mail"));
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("aria-invalid"), "the form comes back with the field marked");
        assert_eq!(browser.post_open(&link, &form("ada@acme.example")).status, 303);
        assert_eq!(Browser::new(&server.url).post_open(&link, &form("eve@acme.example")).status, 410);
        browser.enter("acme");
    }
);

both!(
    fn signing_in_and_out(on) {
        let house = House::new(on);
        let mut browser = Browser::new(&house.server.url);
        assert_eq!(browser.sign_in("ada@acme.example", "wrong").status, 401);
        assert_eq!(browser.sign_in("nobody@acme.example", PASSWORD).status, 401);
        assert_eq!(browser.sign_in("Ada@Acme.example ", PASSWORD).status, 303);
        browser.enter("acme");
        let out = browser.post("/w/acme/sign-out", &[]);
        assert_eq!(out.status, 303);
        let after = browser.get("/w/acme/portfolio");
        assert_eq!(after.status, 303, "the session is over on the server, not only in the browser");
        assert_eq!(after.header("location"), Some("/sign-in?next=%2Fw%2Facme%2Fportfolio"));
    }
);

both!(
    fn failed_sign_ins_are_limited(on) {
        let house = House::new(on);
        let mut browser = Browser::new(&house.server.url);
        for _ in 0..10 {
            assert_eq!(browser.sign_in("ada@acme.example", "wrong").status, 401);
        }
        let refused = browser.sign_in("ada@acme.example", PASSWORD);
        assert_eq!(refused.status, 429, "the right password does not help either");
        let wait: u64 = refused.header("retry-after").and_then(|v| v.parse().ok()).expect("it says how long");
        assert!((1..=900).contains(&wait), "{wait} s");
    }
);

both!(
    fn a_write_needs_the_sessions_proof(on) {
        let house = House::new(on);
        let url = format!("{}/api/v1/portfolio", house.server.url);
        let body = br#"{"edits":[]}"#;
        let without = house.admin.raw("PATCH", &url, &[("content-type", "application/json")], body);
        assert_eq!((without.status, without.code().as_str()), (403, "bad_csrf"));
        let foreign = house.admin.send("PATCH", "/api/v1/portfolio", &[("content-type", "application/json"), ("sec-fetch-site", "cross-site")], body);
        assert_eq!((foreign.status, foreign.code().as_str()), (403, "bad_csrf"));
    }
);

both!(
    fn next_leads_to_our_own_pages_only(on) {
        let house = House::new(on);
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            let mut browser = Browser::new(&house.server.url);
            let url = format!("{}/sign-in", house.server.url);
            let form = [("email", "ada@acme.example"), ("password", PASSWORD), ("next", foreign)];
            assert_eq!(browser.post_open(&url, &form).header("location"), Some("/"), "{foreign}");
        }
    }
);

both!(
    fn health(on) {
        let house = House::new(on);
        assert_eq!(house.admin.get("/healthz").body, "ok\n");
        let ready = house.admin.get("/readyz");
        assert_eq!(ready.status, 200, "{}", ready.body);
    }
);

both!(
    fn what_a_library_refuses_is_a_problem_too(on) {
        let house = House::new(on);
        let admin = &house.admin;
        for (method, path, status, code) in [
            ("DELETE", "/api/v1/portfolio", 405, "method_not_allowed"),
            ("GET", "/api/v1/nothing", 404, "not_found"),
            ("GET", "/api/v1/accounts/%FF", 400, "malformed"),
        ] {
            let answer = admin.send(method, path, &[], b"");
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method} {path}");
        }
        let page = admin.get("/nothing/here");
        assert_eq!(page.status, 404);
        assert!(page.body.contains("<h1>"), "a person gets a page: {}", page.body);
    }
);

both!(
    fn every_answer_carries_the_strict_policy(on) {
        let house = House::new(on);
        for path in ["/sign-in", "/w/acme/portfolio", "/api/v1/portfolio", "/assets/css/app.css", "/nothing"] {
            let answer = house.admin.get(path);
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        }
    }
);
