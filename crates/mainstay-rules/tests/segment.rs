//! Calls of Segment's client libraries, as they are on the wire.

use mainstay_rules::segment::{CallKind, read};
use serde_json::{Value, json};

#[test]
fn each_kind_says_what_it_measured() {
    let base = |more: Value| {
        let mut body = json!({ "messageId": "m1", "userId": "u7", "timestamp": "2026-03-01T10:00:00.000Z",
            "context": { "groupId": "crm-1", "library": { "name": "any" } } });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        body
    };
    let table = [
        (json!({ "type": "track", "event": "Report Exported" }), vec![("report_exported", 1.0)]),
        (json!({ "type": "track", "event": "Order", "properties": { "value": 12.5 } }), vec![("order", 12.5)]),
        (json!({ "type": "track", "event": "日本" }), vec![]),
        (json!({ "type": "page", "name": "Home" }), vec![("page_viewed", 1.0)]),
        (json!({ "type": "screen", "name": "Home" }), vec![("screen_viewed", 1.0)]),
        (json!({ "type": "identify", "traits": { "age": 7 } }), vec![]),
        (
            json!({ "type": "group", "groupId": "crm-2", "traits": { "Seats": 40, "name": "Casavero" } }),
            vec![("seats", 40.0)],
        ),
        (json!({ "type": "alias", "previousId": "a1" }), vec![]),
    ];
    for (more, expected) in table {
        let call = read(None, &base(more.clone())).expect("a call");
        let numbers: Vec<(&str, f64)> = call.numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        assert_eq!(numbers, expected, "{more}");
        assert_eq!((call.message_id.as_deref(), call.person.as_deref()), (Some("m1"), Some("u7")));
        let group = if call.kind == CallKind::Group { "crm-2" } else { "crm-1" };
        assert_eq!(call.group.as_deref(), Some(group), "{more}");
    }
    assert_eq!(read(None, &json!({ "type": "delete" })), None);
    assert_eq!(read(None, &json!([1])), None);
}

#[test]
fn the_address_names_the_kind_and_ids_may_be_numbers() {
    let call =
        read(Some(CallKind::Track), &json!({ "event": "Login", "userId": 42, "anonymousId": "x" })).expect("a call");
    assert_eq!((call.person.as_deref(), call.at, call.group), (Some("42"), None, None));
    let visitor =
        read(Some(CallKind::Track), &json!({ "event": "Login", "userId": null, "anonymousId": "x" })).expect("a call");
    assert_eq!(visitor.person.as_deref(), Some("x"));
    let long = json!({ "event": "Login", "userId": "u".repeat(300) });
    assert_eq!(read(Some(CallKind::Track), &long).and_then(|call| call.person), None);
}
