//! The scorecard: the seed's own examples, and what must hold for any scores.

use jiff::Timestamp;
use mainstay_rules::field::FieldCode;
use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{
    GapReason, LOW, Latest, NewScore, Origin, Recording, STEPS, ScoreError, Scorecard, Source, Template, TemplateError,
    UnscoredStep, evaluate, record,
};
use proptest::prelude::*;

const SOFTWARE: &str = include_str!("../../mainstay/templates/software.toml");

fn software() -> Template {
    Template::parse(SOFTWARE).unwrap()
}

fn excluding() -> Template {
    Template { unscored_step: UnscoredStep::Exclude, ..software() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn fact(metric: &str, value: &str, second: i64) -> Latest {
    let value = (!value.is_empty()).then(|| Score::parse(value).unwrap());
    Latest { metric: metric.to_owned(), value, effective_at: at(second) }
}

fn five(values: [&str; STEPS]) -> Vec<Latest> {
    let template = software();
    let steps = template.steps.iter().zip(values);
    steps.filter(|(_, value)| !value.is_empty()).map(|(step, value)| fact(&step.key, value, 0)).collect()
}

fn gap(card: &Scorecard) -> Option<(usize, Option<&str>, GapReason)> {
    card.gap.as_ref().map(|gap| (gap.step, gap.metric.as_deref(), gap.reason))
}

#[test]
fn the_software_template_has_the_five_steps_of_the_method() {
    let template = software();
    let steps: Vec<_> = template.steps.iter().map(|s| (s.key.as_str(), s.name.as_str())).collect();
    assert_eq!(
        steps,
        [
            ("launched", "Effectively launched"),
            ("roi_generated", "Generate ROI"),
            ("roi_recognized", "ROI recognized"),
            ("monetizes", "Customer monetizes"),
            ("strategic_partner", "Valued strategic partner"),
        ]
    );
    assert!(template.steps.iter().all(|step| (3..=5).contains(&step.metrics.len())));
    assert_eq!(template.unscored_step, UnscoredStep::Zero);
    let active = template.metric("launched.expected_users_active").unwrap();
    assert_eq!((active.step_index, active.key()), (0, "launched.expected_users_active"));
    let judged = template.metric("monetizes").unwrap();
    assert_eq!((judged.step_index, judged.metric, judged.name()), (3, None, "Customer monetizes"));
    assert!(template.metric("launched.").is_none());
    assert!(template.metric("expected_users_active").is_none());
}

#[test]
fn the_seeds_7_6_6_is_6_33() {
    let scores = [
        fact("launched.expected_users_active", "7", 0),
        fact("launched.used_several_times_a_week", "6", 0),
        fact("launched.used_five_times_a_week", "6", 0),
    ];
    let card = evaluate(&software(), &scores);
    let launched = &card.steps[0];
    assert_eq!(launched.measured, Some(Mean::from_millionths(6_333_333)));
    assert_eq!(launched.score, launched.measured);
    assert_eq!((launched.source, launched.scored, launched.of), (Source::Measured, 3, 5));
    assert_eq!(launched.score.unwrap().one_decimal(), "6.3");
    // 19 / 3 / 5, from the fraction and not from 6.333333.
    assert_eq!(card.overall, Mean::from_millionths(1_266_667));
    assert_eq!((card.scored_steps, card.ranked), (1, false));
    assert_eq!(gap(&card), Some((1, Some("roi_generated.use_cases_documented"), GapReason::NeverScored)));
}

#[test]
fn seventy_percent_of_the_target_investment_is_a_7_and_weightless_metrics_change_nothing() {
    let scores = [
        fact("monetizes.funded_of_target", "7", 0),
        fact("monetizes.multi_year_term", "1", 5),
        fact("monetizes.contract_worthy_of_value", "0", 5),
    ];
    let card = evaluate(&software(), &scores);
    let monetizes = &card.steps[3];
    assert_eq!(monetizes.score, Some(Mean::from_millionths(7_000_000)));
    assert_eq!((monetizes.scored, monetizes.of), (1, 1));
    assert_eq!(monetizes.newest_at, Some(at(0)));
    let only_weightless = evaluate(&software(), &scores[1..]);
    assert_eq!(only_weightless.steps[3].score, None);
}

#[test]
fn overall_is_the_mean_of_five_and_a_step_never_scored_is_zero_or_left_out() {
    let four = five(["8", "7", "6", "", "5"]);
    let zero = evaluate(&software(), &four);
    assert_eq!((zero.overall.one_decimal().as_str(), zero.ranked), ("5.2", true));
    assert_eq!(gap(&zero).unwrap().0, 3);
    let left_out = evaluate(&excluding(), &four);
    assert_eq!(left_out.overall.one_decimal(), "6.5");
    // What was never looked at stays a gap, also where it does not count.
    assert_eq!(gap(&left_out), gap(&zero));
    assert!(!evaluate(&software(), &five(["8", "7", "6", "", ""])).ranked);
}

#[test]
fn an_account_without_any_score_has_neither_overall_nor_gap() {
    for template in [software(), excluding()] {
        let withdrawn = [fact("launched", "", 0), fact("nothing.known", "9", 0)];
        for scores in [&[][..], &withdrawn] {
            let card = evaluate(&template, scores);
            assert_eq!((card.overall, card.scored_steps, card.gap), (Mean::ZERO, 0, None));
            assert!(card.steps.iter().all(|step| step.source == Source::None));
        }
    }
}

#[test]
fn a_judgement_counts_until_something_younger_is_measured() {
    let measured = |second| fact("launched.expected_users_active", "3", second);
    for (judged_at, measured_at, source, score) in
        [(10, 5, Source::Judged, 8_000_000), (10, 10, Source::Judged, 8_000_000), (10, 11, Source::Measured, 3_000_000)]
    {
        let scores = [fact("launched", "8", judged_at), measured(measured_at)];
        let step = &evaluate(&software(), &scores).steps[0];
        assert_eq!((step.source, step.score), (source, Some(Mean::from_millionths(score))));
        assert_eq!(step.measured, Some(Mean::from_millionths(3_000_000)), "both are shown");
        assert_eq!(step.judged, Some((Score::parse("8").unwrap(), at(judged_at))));
        assert_eq!(step.newest_at, Some(at(judged_at.max(measured_at))));
    }
    // A withdrawn judgement leaves the measured value; withdrawing a metric is no measurement.
    let withdrawn = evaluate(&software(), &[fact("launched", "", 20), measured(5)]);
    assert_eq!(withdrawn.steps[0].source, Source::Measured);
    let kept = evaluate(&software(), &[fact("launched", "8", 10), fact("launched.expected_users_active", "", 20)]);
    assert_eq!(kept.steps[0].source, Source::Judged);
}

#[test]
fn the_gap_is_the_leftmost_low_step_and_its_heaviest_metric() {
    for (values, expected) in [
        (["8", "7", "6", "5", "4"], None),
        (["8", "7", "3.99", "5", "1"], Some((2, GapReason::Low))),
        (["3", "2", "1", "0", "0"], Some((0, GapReason::Low))),
        (["9", "9", "9", "9", ""], Some((4, GapReason::NeverScored))),
        (["4", "4", "4", "4", "3.9"], Some((4, GapReason::Low))),
        (["", "9", "9", "9", "1"], Some((0, GapReason::NeverScored))),
    ] {
        let card = evaluate(&software(), &five(values));
        assert_eq!(gap(&card).map(|(step, _, reason)| (step, reason)), expected, "{values:?}");
    }
    let mut scores = vec![
        fact("launched.expected_users_active", "4", 0),
        fact("launched.used_several_times_a_week", "2", 0),
        fact("launched.used_five_times_a_week", "2", 0),
        fact("launched.training_and_validation", "6", 0),
        fact("launched.localised_and_customised", "5", 0),
    ];
    let heaviest = |scores: &[Latest]| evaluate(&software(), scores).gap.unwrap().metric.unwrap();
    assert_eq!(heaviest(&scores), "launched.used_several_times_a_week", "the first of two equals");
    scores.pop();
    assert_eq!(heaviest(&scores), "launched.localised_and_customised", "not scored costs all of it");
    let all_ten: Vec<_> = software().steps[0].metrics.iter().map(|m| fact(&m.key, "10", 0)).collect();
    let judged_low = [all_ten, vec![fact("launched", "1", 5)]].concat();
    assert_eq!(gap(&evaluate(&software(), &judged_low)), Some((0, None, GapReason::Low)));
}

#[test]
fn weights_pull_the_mean_and_choose_the_heaviest() {
    let text = SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nweight = 3", 1);
    let template = Template::parse(&text).unwrap();
    let scores = [fact("launched.expected_users_active", "4", 0), fact("launched.used_several_times_a_week", "0", 0)];
    let card = evaluate(&template, &scores);
    assert_eq!(card.steps[0].score, Some(Mean::from_millionths(3_000_000)));
    assert_eq!(card.gap.unwrap().metric.unwrap(), "launched.expected_users_active");
}

fn new(value: &str, second: i64) -> NewScore {
    let value = (!value.is_empty()).then(|| Score::parse(value).unwrap());
    NewScore { value, effective_at: at(second), confirms: false, has_evidence: false, origin: Origin::Stated }
}

#[test]
fn recording_says_what_came_before() {
    let template = software();
    let key = "launched.expected_users_active";
    let Ok(Recording::Recorded(first)) = record(&template, key, new("7", 5), None, at(9)) else {
        panic!("a first score is recorded");
    };
    assert_eq!((first.before, first.after.hundredths(), first.judgement), (None, 700, false));
    let known = fact(key, "7", 5);
    let Ok(Recording::Recorded(next)) = record(&template, key, new("6", 6), Some(&known), at(9)) else {
        panic!("another score is recorded");
    };
    assert_eq!(next.before.unwrap().hundredths(), 700);
    let Ok(Recording::Withdrawn(gone)) = record(&template, key, new("", 6), Some(&known), at(9)) else {
        panic!("an empty value withdraws");
    };
    assert_eq!((gone.before.hundredths(), gone.step_index), (700, 0));
    let Ok(Recording::Recorded(step)) = record(&template, "launched", new("7", 5), None, at(9)) else {
        panic!("a step can be judged");
    };
    assert!(step.judgement);
}

#[test]
fn the_same_value_is_news_only_when_someone_confirms_it() {
    let (template, key) = (software(), "launched");
    let known = fact(key, "7", 5);
    let same = new("7", 8);
    assert_eq!(record(&template, key, same, Some(&known), at(9)), Ok(Recording::Unchanged));
    let confirmed = NewScore { confirms: true, ..same };
    assert!(matches!(record(&template, key, confirmed, Some(&known), at(9)), Ok(Recording::Recorded(_))));
    assert_eq!(record(&template, key, new("", 8), None, at(9)), Ok(Recording::Unchanged));
    let withdrawn = fact(key, "", 5);
    assert_eq!(record(&template, key, new("", 8), Some(&withdrawn), at(9)), Ok(Recording::Unchanged));
    // A backdated score does not follow what was learned of a later day.
    let Ok(Recording::Recorded(backdated)) = record(&template, key, new("7", 1), Some(&known), at(9)) else {
        panic!("a backdated score is recorded");
    };
    assert_eq!(backdated.before, None);
}

#[test]
fn a_score_that_cannot_be_recorded_says_why() {
    let template = software();
    let unknown = record(&template, "launched.nothing", new("7", 1), None, at(9));
    assert_eq!(unknown, Err(ScoreError::UnknownMetric("launched.nothing".to_owned())));
    assert_eq!(record(&template, "launched", new("7", 10), None, at(9)), Err(ScoreError::InFuture));
    let old = NewScore { effective_at: Timestamp::from_second(0).unwrap(), ..new("7", 0) };
    assert_eq!(record(&template, "launched", old, None, at(9)), Err(ScoreError::TooLongAgo));
    let other = fact("monetizes", "7", 0);
    let wrong = record(&template, "launched", new("7", 1), Some(&other), at(9));
    assert!(matches!(wrong, Err(ScoreError::WrongLatest { .. })));
}

#[test]
fn a_wrong_template_is_refused_with_its_place() {
    let refused = |from: &str, to: &str| Template::parse(&SOFTWARE.replacen(from, to, 1)).unwrap_err();
    assert!(matches!(refused("key = \"launched\"", "key = \"La\""), TemplateError::Key(_)));
    assert!(matches!(refused("key = \"launched\"", "key = \"monetizes\""), TemplateError::Duplicate(_)));
    assert!(matches!(refused("kind = \"manual\"", "kind = \"magic\""), TemplateError::Syntax(_)));
    assert!(matches!(refused("kind = \"manual\"", "kind = \"manual\"\ncolour = 1"), TemplateError::Syntax(_)));
    assert!(matches!(refused("kind = \"manual\"", "kind = \"manual\"\nweight = -1"), TemplateError::Weight { .. }));
    assert!(matches!(refused("name = \"Software\"", "name = \"\""), TemplateError::Text { .. }));
    let weightless =
        SOFTWARE.replace("kind = \"manual\"\nhelp = \"Their", "kind = \"manual\"\nweight = 0\nhelp = \"Their");
    assert_eq!(Template::parse(&weightless), Err(TemplateError::Weightless("monetizes".to_owned())));
    let four = &SOFTWARE[..SOFTWARE.rfind("[[steps]]").unwrap()];
    assert_eq!(Template::parse(four), Err(TemplateError::Steps(4)));
    assert_eq!(Template::parse(&" ".repeat(70_000)), Err(TemplateError::TooLarge));
}

fn any_scores() -> impl Strategy<Value = Vec<Latest>> {
    let template = software();
    let steps = template.steps.iter();
    let keys: Vec<String> =
        steps.flat_map(|step| std::iter::once(&step.key).chain(step.metrics.iter().map(|m| &m.key)).cloned()).collect();
    let score = prop::option::weighted(0.8, 0_i64..=1_000);
    let one = (prop::sample::select(keys), score, 0_i64..20).prop_map(|(metric, value, second)| Latest {
        metric,
        value: value.map(|hundredths| Score::from_hundredths(hundredths).unwrap()),
        effective_at: at(second),
    });
    prop::collection::vec(one, 0..30)
}

proptest! {
    #[test]
    fn a_mean_lies_between_its_parts(scores in any_scores()) {
        for template in [software(), excluding()] {
            let card = evaluate(&template, &scores);
            let steps: Vec<Mean> = card.steps.iter().filter_map(|step| step.score).collect();
            prop_assert!(card.overall <= steps.iter().copied().max().unwrap_or(Mean::ZERO));
            if steps.len() == STEPS || template.unscored_step == UnscoredStep::Exclude {
                prop_assert!(card.overall >= steps.iter().copied().min().unwrap_or(Mean::ZERO));
            }
            for (step, parts) in card.steps.iter().zip(&template.steps) {
                let values: Vec<_> = parts.metrics.iter().filter(|m| m.weight > 0)
                    .filter_map(|m| newest(&scores, &m.key)).collect();
                prop_assert_eq!(step.scored, values.len());
                if let Some(measured) = step.measured {
                    prop_assert!(measured >= Mean::from(*values.iter().min().unwrap()));
                    prop_assert!(measured <= Mean::from(*values.iter().max().unwrap()));
                }
            }
        }
    }

    #[test]
    fn the_order_of_scores_does_not_matter(
        (scores, shuffled) in any_scores().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
    ) {
        prop_assert_eq!(evaluate(&software(), &scores), evaluate(&software(), &shuffled));
    }

    #[test]
    fn a_low_account_always_has_a_gap_and_nothing_left_of_it_is_low(scores in any_scores()) {
        let card = evaluate(&software(), &scores);
        if card.scored_steps > 0 && card.overall < LOW {
            prop_assert!(card.gap.is_some());
        }
        if let Some(gap) = &card.gap {
            prop_assert!(card.steps[gap.step].score.is_none_or(|score| score < LOW));
            prop_assert!(card.steps[..gap.step].iter().all(|s| s.score.is_some_and(|score| score >= LOW)));
        }
    }

    #[test]
    fn no_text_makes_a_template_panic(text in any::<String>(), at in any::<prop::sample::Index>(), cut in 0_usize..20) {
        let _ = Template::parse(&text);
        let chars: Vec<char> = SOFTWARE.chars().collect();
        let at = at.index(chars.len() - cut);
        let damaged: String = chars[..at].iter().chain(&chars[at + cut..]).collect();
        let _ = Template::parse(&damaged);
    }
}

/// The value that counts for a metric; at one instant the larger, a withdrawal the least.
fn newest(scores: &[Latest], key: &str) -> Option<Score> {
    scores.iter().filter(|s| s.metric == key).max_by_key(|s| (s.effective_at, s.value))?.value
}

#[test]
fn what_scopes_score_follows_and_is_not_typed() {
    let key = "launched.expected_users_active";
    let over = NewScore { origin: Origin::StatedOverScopes, ..new("7", 5) };
    let refused = record(&software(), key, over, None, at(9)).expect_err("the scopes say it");
    assert_eq!(
        (refused.clone(), refused.code()),
        (ScoreError::RolledUp("Expected users who are active".to_owned()), FieldCode::ReadOnly)
    );
    let text = SOFTWARE.replacen("kind = \"manual\"", "kind = \"manual\"\nevidence_required = true", 1);
    let template = Template::parse(&text).expect("a template");
    assert!(matches!(record(&template, key, new("7", 5), None, at(9)), Err(ScoreError::EvidenceMissing(_))));
    let followed = NewScore { origin: Origin::WorkedOut, ..new("7", 5) };
    let found = record(&template, key, followed, None, at(9));
    assert!(matches!(found, Ok(Recording::Recorded(_))), "the evidence was asked for on the scopes: {found:?}");
}
