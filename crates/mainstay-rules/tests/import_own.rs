//! Columns that hold a workspace's own fields: found by their headings, read as the file writes, wrong cells named.

use jiff::civil::date;
use mainstay_rules::custom_field::{Choice, Field as OwnField, Kind, Value};
use mainstay_rules::import::{
    Conventions, DateOrder, DecimalMark, Detection, Field, Mapping, MappingError, OwnCell, OwnKey, ProblemCode, Said,
    SheetKind, StagedRow, check_row, choice_said, detect_mapped, guess, guess_kind, guess_own,
};
use mainstay_rules::money::Currency;
use uuid::Uuid;

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn own(key: &str, name: &str, kind: Kind, choices: &[(&str, bool)]) -> OwnField {
    let choices = choices.iter().map(|(label, removed)| Choice {
        key: label.to_lowercase(),
        label: (*label).to_owned(),
        removed: *removed,
    });
    OwnField {
        id: Uuid::nil(),
        key: key.to_owned(),
        kind,
        name: name.to_owned(),
        help: String::new(),
        position: 1,
        archived: false,
        choices: choices.collect(),
        version: 1,
    }
}

fn fields() -> Vec<OwnField> {
    vec![
        own("sites", "Sites", Kind::Number, &[]),
        own("signed", "Contract signed", Kind::Date, &[]),
        own("spend", "Spend in k", Kind::Money, &[]),
        own("tier", "Support tier", Kind::Choice, &[("Gold", false), ("None", false), ("Lead", true)]),
        own("sponsor", "Sponsor", Kind::Person, &[]),
        own("remark", "Remark", Kind::Text, &[]),
    ]
}

const HEADERS: [&str; 7] =
    ["Account", "Sites", "Contract signed", "Spend in k", "Support tier", "Sponsor", "field.remark"];

fn key(word: &str) -> Field {
    Field::parse(&format!("field.{word}")).expect("a key of a field")
}

fn guessed(headers: &[&str], own: &[OwnField]) -> Vec<Field> {
    guess(SheetKind::Accounts, &texts(headers), &[], own).into_iter().map(|guess| guess.field).collect()
}

fn mapping() -> Mapping {
    let all = guessed(&HEADERS, &fields());
    Mapping::new(SheetKind::Accounts, &texts(&HEADERS), &all, &fields()).expect("a mapping")
}

fn read(conventions: Conventions, cells: &[&str]) -> (StagedRow, Vec<(ProblemCode, String)>) {
    let currency = Currency::parse("EUR").expect("a currency");
    let (row, problems) = check_row(&mapping(), conventions, currency, 7, &texts(cells));
    let placed = |p: &mainstay_rules::import::RowProblem| {
        p.column.as_ref().map(|column| column.letter.clone()).unwrap_or_default()
    };
    (row, problems.iter().map(|problem| (problem.code, placed(problem))).collect())
}

const COMMA: Conventions = Conventions { decimal: DecimalMark::Comma, dates: DateOrder::DayFirst };
const DOT: Conventions = Conventions { decimal: DecimalMark::Dot, dates: DateOrder::MonthFirst };

fn said(key: &str, said: Said) -> OwnCell {
    OwnCell { key: OwnKey::parse(key).expect("a key"), said }
}

#[test]
fn a_heading_finds_the_field_by_its_name_or_its_key() {
    let all = ["sites", "signed", "spend", "tier", "sponsor", "remark"].map(key);
    assert_eq!(guessed(&HEADERS, &fields())[1..], all);
    assert_eq!(guessed(&["Account", "TIER", "contract_signed"], &fields())[1..], [key("tier"), key("signed")]);
    assert_eq!(guessed(&["Account", "Sites", "sites"], &fields())[2], Field::Ignore, "a field is given once");
    let region = [own("region", "Region", Kind::Text, &[]), own("industry_2", "Industry", Kind::Text, &[])];
    let columns = ["Account", "Geography", "Industry", "Region", "Industry", "Company"];
    let expected = [Field::Name, Field::Geography, Field::Industry, key("region"), key("industry_2"), Field::Ignore];
    assert_eq!(
        guessed(&columns, &region),
        expected,
        "ours by their own names, then the workspace's, then what else they are called"
    );
    let company = [own("company", "Company", Kind::Text, &[])];
    assert_eq!(guessed(&["Company", "Type"], &company)[0], Field::Name, "an account has to have a name");
    assert_eq!(guess_kind(&texts(&HEADERS), &[]), Some(SheetKind::Accounts));
    let mut known = [Field::Name, Field::Ignore, Field::ExternalId];
    guess_own(SheetKind::Accounts, &texts(&["Name", "Sites", "Sponsor"]), &fields(), &mut known);
    assert_eq!(known, [Field::Name, key("sites"), Field::ExternalId], "only what holds nothing yet is given away");
    let of_contracts = guess(SheetKind::Contracts, &texts(&["Account", "Sites"]), &[], &fields());
    assert_eq!(of_contracts[1].field, Field::Ignore, "fields are of accounts");
}

#[test]
fn a_field_is_kept_by_its_key_and_has_to_be_there() {
    assert_eq!([String::from(key("sites")), String::from(Field::ArrYtd)], ["field.sites", "arr_ytd"]);
    assert_eq!(Field::try_from("field.sites".to_owned()), Ok(key("sites")));
    for wrong in ["field.", "field.Sites", "sites", &format!("field.{}", "x".repeat(41))] {
        assert_eq!(Field::parse(wrong), None, "{wrong}");
    }
    let headers = texts(&["A", "B", "C"]);
    let new = |fields: &[Field]| Mapping::new(SheetKind::Accounts, &headers, fields, &self::fields());
    let gone = new(&[Field::Name, Field::Ignore, key("gone")]).unwrap_err();
    assert_eq!(gone, MappingError::NoSuchField { key: "gone".to_owned(), column: "C".to_owned() });
    let twice = new(&[Field::Name, key("signed"), key("signed")]).unwrap_err();
    assert_eq!(twice.to_string(), "“Contract signed” is given by the columns B and C; leave one of them out");
}

#[test]
fn cells_are_read_as_the_file_writes_them() {
    let (row, problems) =
        read(COMMA, &["Casavero", "1.250,5", "04.05.2026", "1.200,50", " gold ", "Ada", "Two\nlines"]);
    let values = [
        said("sites", Said::Value(Value::Number(1_250_500_000))),
        said("signed", Said::Value(Value::Date(date(2026, 5, 4)))),
        // The field is called so; its cells are whole amounts, as in the report.
        said("spend", Said::Value(Value::Money(120_050))),
        said("tier", Said::Words("gold".to_owned())),
        said("sponsor", Said::Words("Ada".to_owned())),
        said("remark", Said::Value(Value::Text("Two lines".to_owned()))),
    ];
    assert_eq!((row.own.as_slice(), problems.as_slice()), (values.as_slice(), [].as_slice()));
    let (row, problems) = read(DOT, &["Casavero", "1,250.1234567", "4/5/2026", "9.999", "none", "n/a", "-"]);
    let values = [
        said("sites", Said::Value(Value::Number(1_250_123_457))),
        said("signed", Said::Value(Value::Date(date(2026, 4, 5)))),
        said("spend", Said::Value(Value::Money(1_000))),
        said("tier", Said::Words("none".to_owned())),
    ];
    assert_eq!(row.own, values, "a choice may be called none; elsewhere it says nothing");
    assert_eq!(problems, [(ProblemCode::Rounded, "B".to_owned()), (ProblemCode::Rounded, "D".to_owned())]);
    let (row, problems) = read(DOT, &["", "5", "", "", "", "", ""]);
    assert!(row.own.len() == 1 && problems == [(ProblemCode::NameMissing, "A".to_owned())], "{problems:?}");
}

#[test]
fn a_cell_that_does_not_fit_is_named() {
    let long = "x".repeat(501);
    let cells = ["Casavero", "70%", "31/11/2026", "USD 5", "Gold", "Ada", &long];
    let (row, problems) = read(DOT, &cells);
    let expected = [
        (ProblemCode::NotANumber, "B"),
        (ProblemCode::NotADate, "C"),
        (ProblemCode::OtherCurrency, "D"),
        (ProblemCode::TooLong, "G"),
    ];
    assert_eq!(problems, expected.map(|(code, letter)| (code, letter.to_owned())));
    assert_eq!(row.own.len(), 2);
    let (_, problems) = read(DOT, &["Casavero", "1000000000000.5", "", "", "", "", ""]);
    assert_eq!(problems[0].0, ProblemCode::OutOfRange);
}

#[test]
fn a_choice_that_is_offered_no_longer_stays_where_it_was_chosen() {
    let tier = &fields()[3];
    let chosen = |key: &str| Value::Choice(key.to_owned());
    assert_eq!(choice_said(tier, "GOLD", None), Ok(chosen("gold")));
    assert_eq!(choice_said(tier, "Lead", Some(&chosen("lead"))), Ok(chosen("lead")));
    for (words, held) in [("Lead", None), ("Lead", Some(chosen("gold"))), ("Silver", Some(chosen("lead")))] {
        let refused = choice_said(tier, words, held.as_ref()).unwrap_err();
        assert_eq!(refused.code, ProblemCode::NotAChoice);
        assert!(refused.message.contains(words) && refused.message.ends_with("choose Gold, None"), "{refused}");
    }
}

#[test]
fn own_numbers_and_dates_tell_the_conventions() {
    let told = |cells: &[&str]| detect_mapped(&mapping(), &[texts(cells)]);
    let comma = told(&["A", "12,5", "31/12/2026", "", "", "", "1.5"]);
    assert_eq!(comma.decimal, Detection::Certain(DecimalMark::Comma));
    assert_eq!(comma.dates, Detection::Certain(DateOrder::DayFirst));
    let unclear = told(&["A", "1.250", "04/05/2026", "", "", "", ""]);
    assert_eq!((unclear.decimal, unclear.dates), (Detection::Ambiguous, Detection::Ambiguous));
    assert_eq!(told(&["A", "", "", "", "1.250", "", "1.250"]).decimal, Detection::Certain(DecimalMark::Dot));
}
