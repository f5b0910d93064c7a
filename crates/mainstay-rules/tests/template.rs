//! Templates with automatic sub-metrics: what they are worked out to, and every mistake with its line.

use jiff::Timestamp;
use mainstay_rules::account::AccountType;
use mainstay_rules::decimal::Decimal;
use mainstay_rules::formula::{Formula, FormulaError};
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{
    Change, Figure, LOW, Latest, STEPS, Template, TemplateError, UnscoredStep, evaluate, evaluate_below, movement,
    parts_of, recompute, single_change,
};
use proptest::prelude::*;

const SOFTWARE: &str = include_str!("../../mainstay/templates/software.toml");
const SERVICES: &str = include_str!("../../mainstay/templates/services.toml");

fn with_metric(body: &str) -> String {
    let from = "kind = \"manual\"\nhelp = \"Share of the expected users";
    assert!(SOFTWARE.contains(from));
    SOFTWARE.replacen(from, &format!("{body}\nhelp = \"Share of the expected users"), 1)
}

fn automatic(body: &str, points: &[(&str, &str)]) -> Option<String> {
    let template = Template::parse(&with_metric(body)).expect("a good template");
    let metric = template.automatic().next().expect("an automatic metric");
    let value =
        |name: &str| points.iter().find(|(known, _)| *known == name).map(|(_, value)| Decimal::parse(value).unwrap());
    metric.computed(value).map(|score| score.to_string())
}

#[test]
fn a_ratio_is_ten_times_the_share_of_its_target() {
    let fixed = "kind = \"ratio\"\ndata_point = \"seats_used\"\ntarget = 120";
    let cases = [("84", Some("7")), ("0", Some("0")), ("-5", Some("0")), ("120", Some("10")), ("500", Some("10"))];
    for (value, score) in cases {
        assert_eq!(automatic(fixed, &[("seats_used", value)]).as_deref(), score, "{value}");
    }
    assert_eq!(automatic(fixed, &[]), None, "what is missing is not zero");
    let other = "kind = \"ratio\"\ndata_point = \"seats_used\"\ntarget = \"seats_sold\"";
    assert_eq!(automatic(other, &[("seats_used", "85"), ("seats_sold", "100")]).as_deref(), Some("8.5"));
    assert_eq!(automatic(other, &[("seats_used", "85"), ("seats_sold", "0")]), None);
    assert_eq!(automatic(other, &[("seats_used", "85")]), None);
}

#[test]
fn a_band_holds_its_lower_bound() {
    let bands = "kind = \"banded\"\ndata_point = \"days_late\"\nbands = [{ from = 0, score = 10 }, { from = 5, score = 6 }, { from = 20, score = 0 }]";
    let cases = [("-1", "10"), ("0", "10"), ("4.999999", "10"), ("5", "6"), ("19.9", "6"), ("20", "0"), ("900", "0")];
    for (value, score) in cases {
        assert_eq!(automatic(bands, &[("days_late", value)]).as_deref(), Some(score), "{value}");
    }
    assert_eq!(automatic(bands, &[]), None);
}

#[test]
fn a_formula_is_worked_out_over_data_points() {
    let formula =
        |text: &str, points: &[(&str, &str)]| automatic(&format!("kind = \"formula\"\nformula = \"{text}\""), points);
    let points = [("used", "85"), ("sold", "100"), ("none", "0")];
    let cases = [
        ("10 * used / sold", Some("8.5")),
        ("used / 10", Some("8.5")),
        ("used > 80 ? 9 : 2", Some("9")),
        ("used > 80 && sold < 50 ? 9 : 2", Some("2")),
        ("!(used > 80) || sold == 100 ? 4 : 1", Some("4")),
        ("min(used, 7)", Some("7")),
        ("max(used / 100, 3.25)", Some("3.25")),
        ("clamp(used, 0, 6)", Some("6")),
        ("-used", Some("0")),
        ("used * 1000", Some("10")),
        ("used / none", None),
        ("none / none", None),
        ("used / sold * missing", None),
    ];
    for (text, score) in cases {
        assert_eq!(formula(text, &points).as_deref(), score, "{text}");
    }
}

#[test]
fn a_formula_that_cannot_be_is_refused() {
    let refused = |text: &str| Formula::parse(text).unwrap_err();
    assert!(matches!(refused("10 *"), FormulaError::Syntax(_)));
    assert!(matches!(refused("used > 3"), FormulaError::Condition(_)));
    assert!(matches!(refused("used ? 1 : 2"), FormulaError::NotACondition(_)));
    assert!(matches!(refused("[1, 2].map(x, x * used)"), FormulaError::Unknown(_)));
    assert!(matches!(refused("used.size()"), FormulaError::Unknown(_)));
    assert!(matches!(refused("'a' + 'b'"), FormulaError::Unknown(_)));
    assert!(matches!(refused("round(used)"), FormulaError::Unknown(_)));
    assert!(matches!(refused("min(used)"), FormulaError::Arguments { .. }));
    assert_eq!(refused("1 + 2"), FormulaError::NoPoint);
    assert_eq!(refused(&"(".repeat(400)), FormulaError::TooLong);
    assert_eq!(refused(&format!("{}used", "!".repeat(400))), FormulaError::TooLong);
    assert_eq!(refused(&format!("used{}", " + 1".repeat(300))), FormulaError::TooLong);
}

#[test]
fn every_mistake_is_told_with_its_line() {
    let text = SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nweight = -1", 1).replacen(
        "key = \"gain_measured\"",
        "key = \"Gain\"",
        1,
    );
    let mistakes = Template::check(&text).unwrap_err();
    let line = |needle: &str| text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert_eq!(mistakes[0].line, line("key = \"expected_users_active\""));
    assert!(matches!(mistakes[0].error, TemplateError::Weight { .. }));
    assert_eq!(
        (mistakes[1].line, &mistakes[1].error),
        (line("key = \"Gain\""), &TemplateError::Key("Gain".to_owned()))
    );
    let unclosed = Template::check("key = \"software\"\nname = \"").unwrap_err();
    assert_eq!(unclosed[0].line, 2);
    let mistake = |body: &str| Template::parse(&with_metric(body)).unwrap_err();
    assert!(matches!(mistake("kind = \"ratio\"\ntarget = 1"), TemplateError::Lacks { wanted: "data_point", .. }));
    assert!(matches!(mistake("kind = \"manual\"\ntarget = 1"), TemplateError::Unused { given: "target", .. }));
    assert!(matches!(mistake("kind = \"ratio\"\ndata_point = \"x\"\ntarget = 0"), TemplateError::Target(_)));
    let falling = "kind = \"banded\"\ndata_point = \"x\"\nbands = [{ from = 5, score = 1 }, { from = 5, score = 2 }]";
    assert!(matches!(mistake(falling), TemplateError::Bands(_)));
    assert!(matches!(mistake("kind = \"formula\"\nformula = \"x +\""), TemplateError::Formula { .. }));
    assert!(matches!(mistake("kind = \"manual\"\nowner_function = \"wizard\""), TemplateError::Function { .. }));
    assert!(matches!(mistake("kind = \"manual\"\nrefresh_days = 9999"), TemplateError::Refresh { .. }));
}

#[test]
fn what_ships_says_its_days_of_refresh() {
    for text in [SOFTWARE, SERVICES] {
        let template = Template::parse(text).expect("what ships is valid");
        let days: Vec<Option<i64>> = template.steps.iter().map(|step| step.refresh_days).collect();
        assert_eq!(days, [Some(35), Some(100), Some(100), None, Some(190)]);
    }
}

#[test]
fn what_is_low_depends_on_type_and_tenure() {
    let bands = "[[bands]]\ntypes = [3, 4]\nmonths_under = 6\nlow = [4, 4, 2, 0, 0]\n\n[[bands]]\nmonths_under = 12\nlow = [4, 4, 4, 0, 4]\n\n[[steps]]";
    let template = Template::parse(&SOFTWARE.replacen("[[steps]]", bands, 1)).unwrap();
    let low = |kind, months| template.low(kind, months).map(|mean| mean.millionths() / 1_000_000);
    assert_eq!(low(AccountType::Three, 5), [4, 4, 2, 0, 0]);
    assert_eq!(low(AccountType::Three, 6), [4, 4, 4, 0, 4]);
    assert_eq!(low(AccountType::One, 3), [4, 4, 4, 0, 4]);
    assert_eq!(template.low(AccountType::One, 12), [LOW; STEPS]);
    let young: Vec<Latest> =
        ["launched", "roi_generated", "roi_recognized"].iter().map(|step| fact(step, 600, 0)).collect();
    let gap = |months| evaluate_below(&template, &young, &template.low(AccountType::Three, months)).gap;
    assert_eq!(gap(3), None, "a client of three months is not expected to monetise");
    assert_eq!(gap(24).map(|gap| gap.step), Some(3));
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn fact(metric: &str, hundredths: i64, second: i64) -> Latest {
    let value = Some(Score::from_hundredths(hundredths).unwrap());
    Latest { metric: metric.to_owned(), value, effective_at: at(second) }
}

fn any_facts() -> impl Strategy<Value = Vec<Latest>> {
    let template = Template::parse(SOFTWARE).unwrap();
    let keys: Vec<String> = template
        .steps
        .iter()
        .flat_map(|step| std::iter::once(&step.key).chain(step.metrics.iter().map(|metric| &metric.key)).cloned())
        .collect();
    let one = (prop::sample::select(keys), prop::option::weighted(0.85, 0_i64..=1_000), 0_i64..50).prop_map(
        |(metric, value, second)| Latest {
            metric,
            value: value.map(|hundredths| Score::from_hundredths(hundredths).unwrap()),
            effective_at: at(second),
        },
    );
    prop::collection::vec(one, 0..30)
}

fn weighted() -> Template {
    let mut template = Template::parse(SOFTWARE).unwrap();
    for (index, metric) in template.steps.iter_mut().flat_map(|step| &mut step.metrics).enumerate() {
        metric.weight = i64::try_from(index % 4).unwrap();
    }
    template.steps[3].metrics[0].weight = 7;
    template
}

proptest! {
    #[test]
    fn an_explanation_recomputes_to_the_shown_number(facts in any_facts(), exclude in any::<bool>()) {
        let mut template = weighted();
        if exclude { template.unscored_step = UnscoredStep::Exclude }
        let card = evaluate(&template, &facts);
        let parts: Vec<_> = (0..STEPS).map(|index| parts_of(&template, &card, &facts, index)).collect();
        prop_assert_eq!(recompute(template.unscored_step, &parts), Figure::Overall.of(&card));
        for (index, part) in parts.iter().enumerate() {
            prop_assert_eq!(recompute(UnscoredStep::Exclude, std::slice::from_ref(part)), card.steps[index].score);
        }
    }

    #[test]
    fn the_single_change_does_what_it_says(facts in any_facts(), step in 0_usize..6) {
        let template = weighted();
        let figure = if step == 5 { Figure::Overall } else { Figure::Step(step) };
        let now = at(100);
        let before = figure.of(&evaluate(&template, &facts)).unwrap_or(Mean::ZERO);
        let changed = |key: &str, to: Score| {
            let mut facts: Vec<Latest> = facts.iter().filter(|fact| fact.metric != key).cloned().collect();
            facts.push(Latest { metric: key.to_owned(), value: Some(to), effective_at: now });
            figure.of(&evaluate(&template, &facts)).unwrap_or(Mean::ZERO)
        };
        match single_change(&template, &facts, figure, now) {
            Some(lift) => {
                prop_assert_eq!(changed(&lift.metric, lift.to), lift.result);
                prop_assert_eq!(lift.result.millionths() - before.millionths(), lift.by);
                prop_assert_eq!(lift.is_a_point, lift.by >= 1_000_000);
            }
            None => {
                for metric in template.steps.iter().flat_map(|step| &step.metrics) {
                    prop_assert!(changed(&metric.key, Score::TEN) <= before, "{} lifts it", metric.key);
                }
            }
        }
    }

    #[test]
    fn the_shares_of_a_movement_are_the_difference(start in any_facts(), later in any_facts(), swap in any::<prop::sample::Index>()) {
        let (old, new) = (Template::parse(SOFTWARE).unwrap(), weighted());
        let mut changes: Vec<Change<'_>> = later.iter().map(Change::Scored).collect();
        let place = swap.index(changes.len() + 1);
        changes.insert(place, Change::Template(&new));
        let (before, after, shares) = movement((&old, start), &changes, Figure::Overall);
        prop_assert_eq!(shares.len(), changes.len());
        prop_assert_eq!(before.millionths() + shares.iter().sum::<i64>(), after.millionths());
    }

    #[test]
    fn no_formula_panics(text in "[a-z0-9 +*/()?:<>=!&|.,-]{0,60}", used in -1_000_000_i64..1_000_000) {
        if let Ok(formula) = Formula::parse(&text) {
            let _ = formula.score(|_| Some(Decimal::from_millionths(used * 1_000)));
        }
    }

    #[test]
    fn a_decimal_reads_back(millionths in -1_000_000_000_000_i64..1_000_000_000_000) {
        let decimal = Decimal::from_millionths(millionths);
        prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
    }
}
