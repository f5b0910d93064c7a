//! One field of many accounts at once: who is changed, who has the value already, who is refused, and the way back.

use mainstay_rules::account::{AccountEdit, AccountType, NewAccount};
use mainstay_rules::bulk::{Had, Outcome, Wanted, outcome};
use mainstay_rules::custom_field::{Field, Kind, Value};
use uuid::Uuid;

fn account() -> NewAccount {
    NewAccount {
        name: "Casavero".to_owned(),
        external_id: None,
        account_type: AccountType::WHEN_UNTOLD,
        industry: Some("Food".to_owned()),
        vertical: None,
        geography: Some("Italy".to_owned()),
        end_on: None,
        confidential: false,
    }
}

fn sites() -> Field {
    Field {
        id: Uuid::from_u128(9),
        key: "sites".to_owned(),
        kind: Kind::Number,
        name: "Sites".to_owned(),
        help: String::new(),
        position: 1,
        archived: false,
        choices: Vec::new(),
        version: 1,
    }
}

fn segment(industry: Option<&str>) -> Wanted {
    Wanted::Edit(AccountEdit { industry: Some(industry.map(str::to_owned)), ..AccountEdit::default() })
}

fn of_type(number: &str) -> Wanted {
    let kind = AccountType::parse(number).expect("a type");
    Wanted::Edit(AccountEdit { account_type: Some(kind), ..AccountEdit::default() })
}

const ASSOCIATE: Option<Uuid> = Some(Uuid::from_u128(1));
const OWN: Value = Value::Number(2_000_000);

fn had(wanted: &Wanted, word: &str) -> Had {
    Had::of(wanted, word, &account(), ASSOCIATE, Some(&OWN))
}

#[test]
fn each_account_is_changed_left_or_refused() {
    let own = |value: Option<i64>| Wanted::Own(sites(), value.map(Value::Number));
    let barred = || Some("Ask its pod.".to_owned());
    let refused = || Ok(Outcome::Refused("Ask its pod.".to_owned()));
    let untold = account().account_type.number().to_string();
    let table = [
        ("industry", segment(Some("Food")), None, Ok(Outcome::Same)),
        ("industry", segment(Some("food")), None, Ok(Outcome::Change)),
        ("industry", segment(None), None, Ok(Outcome::Change)),
        ("industry", segment(None), barred(), refused()),
        ("industry", segment(Some("Food")), barred(), Ok(Outcome::Same)),
        ("associate", Wanted::Associate(ASSOCIATE), None, Ok(Outcome::Same)),
        ("associate", Wanted::Associate(None), None, Ok(Outcome::Change)),
        ("field.sites", own(Some(2_000_000)), None, Ok(Outcome::Same)),
        ("field.sites", own(Some(3_000_000)), None, Ok(Outcome::Change)),
        ("field.sites", own(None), barred(), refused()),
        ("type", of_type(&untold), None, Ok(Outcome::Same)),
        ("type", of_type("4"), None, Err("/reason")),
        ("type", of_type("4"), barred(), refused()),
    ];
    for (word, wanted, barred, expected) in table {
        let found = outcome(&wanted, &had(&wanted, word), &account(), " ", barred);
        let found = found.as_ref().map_err(|error| error.pointer.as_str());
        assert_eq!(found, expected.as_ref().map_err(|pointer| *pointer), "{word} {wanted:?}");
    }
    let kind = of_type("4");
    assert_eq!(outcome(&kind, &had(&kind, "type"), &account(), "It grew", None), Ok(Outcome::Change));
}

#[test]
fn what_an_account_had_is_given_back() {
    let text = |word: &str| AccountEdit {
        industry: (word == "industry").then(|| Some("Food".to_owned())),
        vertical: (word == "vertical").then_some(None),
        geography: (word == "geography").then(|| Some("Italy".to_owned())),
        ..AccountEdit::default()
    };
    for word in ["industry", "vertical", "geography"] {
        let wanted = Wanted::Edit(AccountEdit::default());
        let Some(Wanted::Edit(back)) = had(&wanted, word).given_back(word, None) else { panic!("{word} is an edit") };
        assert_eq!(back, text(word));
        assert_eq!(back.put_on(account()), account(), "{word}");
    }
    let Some(Wanted::Edit(back)) = had(&of_type("4"), "type").given_back("type", None) else { panic!("a type") };
    assert_eq!(back.account_type, Some(account().account_type));
    let associate = had(&Wanted::Associate(None), "associate").given_back("associate", None);
    assert!(matches!(associate, Some(Wanted::Associate(ASSOCIATE))));
    let own = had(&Wanted::Own(sites(), None), "field.sites");
    assert!(own.clone().given_back("field.sites", None).is_none(), "the field is there no longer");
    let back = own.given_back("field.sites", Some(sites()));
    assert!(matches!(back, Some(Wanted::Own(_, Some(OWN)))), "{back:?}");
}
