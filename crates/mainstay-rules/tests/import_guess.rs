//! The guessed mapping of a sheet's columns, and the mapping that a person confirms.

use mainstay_rules::import::{Field, Mapping, MappingError, SheetKind, column_letters, guess};
use proptest::prelude::*;

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn guessed(headers: &[&str]) -> Vec<Field> {
    guess(SheetKind::Accounts, &texts(headers), &[], &[]).into_iter().map(|guess| guess.field).collect()
}

#[test]
fn the_columns_of_the_seed_are_guessed() {
    let expected = "name associate end_on type launched roi_generated roi_recognized monetizes \
        strategic_partner overall arr_last_year arr_delta_target arr_ytd progress";
    for headers in [
        "Account|Sales Associate|Account End Date|Account Type|Effectively Launched|Generate ROI|\
         ROI Recognized|Customer Monetizes|Valued Strategic Partner|Overall Score|Last Year ARR|\
         Delta ARR|YTD|Progress",
        "CUSTOMER|Sales rep|Renewal date|Type|Step 1|Step 2|Step 3|Step 4|Step 5|Overall|2025 ARR|\
         Δ ARR|2026 ARR|Progress %",
        "Client name|AM|contract_end|Tier|1. Effectively launched|2. ROI generated|\
         3. ROI recognised|4. Monetisation|5. Strategic partnership|Score|ARR (prior year)|\
         ARR delta (k€)|ARR YTD (k€)|% progress",
        "Kunde|Betreuer|Vertragsende|Typ|Step 1: Launched|Step 2: Generate ROI|\
         Step 3: ROI recognized|Step 4: Monetizes|Step 5: Partner|Gesamt|ARR Vorjahr|\
         Target increase|Aktueller ARR|Fortschritt",
    ] {
        let headers: Vec<&str> = headers.split('|').collect();
        let keys: Vec<_> = guessed(&headers).into_iter().map(Field::key).collect();
        assert_eq!(keys.join(" "), expected, "{headers:?}");
    }
}

#[test]
fn a_column_without_a_known_header_is_left_out_and_the_likelier_wins() {
    assert_eq!(guessed(&["", "Favourite colour", "\u{0}", "2025"]), [Field::Ignore; 4]);
    assert_eq!(guessed(&["Renewal date (contract)", "End date"]), [Field::Ignore, Field::EndOn]);
    assert_eq!(guessed(&["Account", "Customer"]), [Field::Name, Field::Ignore]);
    assert_eq!(
        guessed(&["ID", "Re\u{301}gion", "Branche", "Segment", "Comments"]),
        [Field::ExternalId, Field::Geography, Field::Industry, Field::Vertical, Field::Note]
    );
}

#[test]
fn the_sample_overrules_a_header_that_does_not_fit() {
    let headers = texts(&["Account", "Type", "Account tier"]);
    let sample = [texts(&["Casavero", "Agency", "1"]), texts(&["Domus", "Portal", "T2"])];
    let fields: Vec<_> = guess(SheetKind::Accounts, &headers, &sample, &[]).into_iter().map(|g| g.field).collect();
    assert_eq!(
        fields,
        [Field::Name, Field::Type, Field::Ignore].map(|f| match f {
            Field::Type => Field::Ignore,
            Field::Ignore => Field::Type,
            other => other,
        })
    );
}

#[test]
fn a_mapping_names_each_field_once_and_has_the_name() {
    let headers = texts(&["A", "B"]);
    assert_eq!(
        Mapping::new(SheetKind::Accounts, &headers, &[Field::Type, Field::Ignore], &[]),
        Err(MappingError::Missing("the account's name"))
    );
    let twice = Mapping::new(SheetKind::Accounts, &headers, &[Field::Name, Field::Name], &[]).unwrap_err();
    assert_eq!(twice.to_string(), "“Account” is given by the columns A and B; leave one of them out");
    assert!(matches!(
        Mapping::new(SheetKind::Accounts, &headers, &[Field::Name], &[]),
        Err(MappingError::Uneven { .. })
    ));
    let many = vec![String::new(); 201];
    assert_eq!(Mapping::new(SheetKind::Accounts, &many, &[], &[]), Err(MappingError::TooManyColumns(201)));
    assert!(Field::ALL.iter().all(|field| Field::parse(&field.key()) == Some(*field)));
    for (index, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
        assert_eq!(column_letters(index), letters);
    }
}

#[test]
fn a_huge_header_is_kept_short() {
    let headers = texts(&["Account", &"\u{7}x".repeat(2_000_000)]);
    assert_eq!(guess(SheetKind::Accounts, &headers, &[], &[])[1].field, Field::Ignore);
    let mapping = Mapping::new(SheetKind::Accounts, &headers, &[Field::Name, Field::Note], &[]).unwrap();
    let header = &mapping.columns()[1].header;
    assert!(header.chars().count() == 100 && !header.contains(char::is_control));
}

fn any_header() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::sample::select(vec!["Account", "Customer", "Type", "Step 1", "YTD", "Δ ARR", "Renewal"])
            .prop_map(str::to_owned),
        "(Step|ARR|2025|FY25|Δ|Account|ROI|[a-z]{0,4})[ :.(]?(ARR|1|2|YTD|name|score|k€)?",
    ]
}

proptest! {
    #[test]
    fn a_guess_gives_no_field_twice(
        headers in prop::collection::vec(any_header(), 0..30),
        sample in prop::collection::vec(prop::collection::vec(any::<String>(), 0..30), 0..4),
    ) {
        let guesses = guess(SheetKind::Accounts, &headers, &sample, &[]);
        prop_assert_eq!(guesses.len(), headers.len());
        let mut fields: Vec<_> = guesses.iter().map(|g| g.field).filter(|f| *f != Field::Ignore).collect();
        fields.sort_unstable();
        prop_assert!(fields.windows(2).all(|pair| pair[0] != pair[1]));
        prop_assert!(guesses.iter().all(|g| (g.field == Field::Ignore) == (g.confidence == 0)));
        prop_assert!(guesses.iter().all(|g| g.confidence <= 100));
    }
}
