//! Words of an explanation: how a number is worked out, and what would lift it.

use mainstay_rules::score::{Mean, Score};
use mainstay_rules::scorecard::{Band, Lift, Target, UnscoredStep};

use crate::text::texts;

texts! {
    overall = "Overall";
    whole_step = "The whole step, as typed";
    typed_by_people = "A score that people type.";
    inputs = "What it is made of";
    input = "Input";
    score = "Score";
    weight = "Weight";
    counts = "Counts";
    yes = "yes";
    no = "no";
    when = "Valid from";
    who = "Who";
    said = "Note and evidence";
    evidence = "Evidence";
    stale = "stale";
    never = "never scored";
    worked_out = "worked out";
    data_points = "Data points";
    value = "Value";
    source = "Source";
    what_would_lift = "What would lift it";
    nothing_lifts = "No single score lifts it: every one that counts is at ten.";
    why_moved = "Why did it move?";
    from = "From";
    to = "To";
    show = "Show";
    nothing_moved = "Nothing that counts was recorded between these days.";
    share = "Share";
    difference = "Difference";
    explain = "Why?";
    record_points = "All data points, and recording one";
    course_head = "How it went";
    course_table = "The same as a table";
    no_course = "Nothing was scored in this time.";
    day_word = "Day";
    gap = "Gap";
    gap_title = "Where to act first";
    low_under = "Low under";
    no_gap = "No step is low, so there is no gap.";
    no_scorecard_yet = "Nothing was ever scored: there is no scorecard yet, and no gap.";
    back = "Back to the scorecard";
}

pub fn title(name: &str) -> String {
    format!("Why {name} is what it is")
}

/// "The mean of the 4 scopes that are scored, each by its weight."
pub fn rolled_up(scopes: usize) -> String {
    if scopes == 1 {
        return "The score of the one scope that is scored.".to_owned();
    }
    format!("The mean of the {scopes} scopes that are scored, each by its weight.")
}

fn shown(score: Option<Mean>) -> String {
    score.map_or_else(|| "nothing".to_owned(), Mean::one_decimal)
}

/// "The mean of the five steps: (7.0 + 6.2 + 0 + 4.0 + 3.1) / 5 = 4.1."
pub fn mean_of_steps(steps: &[Option<Mean>], zero: bool, count: usize, result: Option<Mean>) -> String {
    if result.is_none() {
        return "The mean of the five steps; none of them was scored so far.".to_owned();
    }
    let counted = steps.iter().filter(|step| zero || step.is_some());
    let words: Vec<String> = counted.map(|step| step.map_or_else(|| "0".to_owned(), Mean::two_places)).collect();
    let unscored = steps.iter().filter(|step| step.is_none()).count();
    let rule = match (unscored, zero) {
        (0, _) => "",
        (_, true) => " A step that was never scored counts 0.",
        (_, false) => " A step that was never scored is left out.",
    };
    format!("The mean of the steps: ({}) / {count} = {}.{rule}", words.join(" + "), shown(result))
}

pub fn never_scored_step(unscored: UnscoredStep) -> String {
    match unscored {
        UnscoredStep::Zero => "Nothing of this step was scored. In the Overall it counts 0.".to_owned(),
        UnscoredStep::Exclude => "Nothing of this step was scored. The Overall leaves it out.".to_owned(),
    }
}

/// A step that was typed on the account's scopes.
pub fn judged_by_scopes(measured: Option<Mean>) -> String {
    let beside =
        measured.map_or_else(String::new, |mean| format!("; the account's sub-metrics measure {}", mean.one_decimal()));
    format!(
        "The mean of what was typed for the whole step on the scopes, each by its weight. It counts until a sub-metric is scored again{beside}."
    )
}

pub fn judged(measured: Option<Mean>) -> String {
    match measured {
        Some(measured) => format!(
            "Typed for the whole step. It counts until a sub-metric is scored again; these measure {}.",
            measured.one_decimal()
        ),
        None => "Typed for the whole step. It counts until a sub-metric is scored.".to_owned(),
    }
}

/// "(7 x 1 + 6 x 2) / 3 = 6.3. 2 sub-metrics are not scored and left out."
pub fn weighted_mean(parts: &[(Score, i64)], missing: usize, result: Option<Mean>) -> String {
    let alike = parts.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let terms: Vec<String> = parts
        .iter()
        .map(|(score, weight)| if alike { score.to_string() } else { format!("{score} x {weight}") })
        .collect();
    let sum: i64 = if alike { i64::try_from(parts.len()).unwrap_or(0) } else { parts.iter().map(|(_, w)| w).sum() };
    let kind = if alike { "mean" } else { "weighted mean" };
    let rest = match missing {
        0 => String::new(),
        1 => " One sub-metric is not scored and left out.".to_owned(),
        n => format!(" {n} sub-metrics are not scored and left out."),
    };
    format!("The {kind} of the scored sub-metrics: ({}) / {sum} = {}.{rest}", terms.join(" + "), shown(result))
}

/// "Of the steps that are low, the one furthest to the left: Generate ROI, 3.1 and low under 4.0. In it “…” costs most."
pub fn gap_is(step: &str, score: Option<Mean>, low: Mean, costly: Option<(&str, Option<Score>, i64)>) -> String {
    let reads = score.map_or_else(|| "never scored, which counts 0".to_owned(), Mean::two_places);
    let low = low.one_decimal();
    let costs = costly.map_or_else(String::new, |(metric, score, weight)| {
        let (lacks, reads) = match score {
            Some(score) => (Score::TEN.hundredths() - score.hundredths(), score.to_string()),
            None => (Score::TEN.hundredths(), "never scored".to_owned()),
        };
        let cost = Mean::from_millionths(lacks * weight * 10_000).two_places();
        format!(" In it “{metric}” ({reads}) costs most: what it lacks to 10, times its weight {weight}, is {cost}.")
    });
    format!("Of the steps that are low, the one furthest to the left: {step}, {reads}; it is low under {low}.{costs}")
}

pub fn ratio(point: &str, target: &Target) -> String {
    match target {
        Target::Number(number) => format!("10 x {point} / {number}, at least 0 and at most 10."),
        Target::Point(name) => format!("10 x {point} / {name}, at least 0 and at most 10."),
    }
}

/// "By bands of `days_late`: from 0 it is 10, from 5 it is 6, from 20 it is 0."
pub fn banded(point: &str, bands: &[Band]) -> String {
    let words: Vec<String> = bands.iter().map(|band| format!("from {} it is {}", band.from, band.score)).collect();
    format!("By bands of {point}: {}.", words.join(", "))
}

pub fn formula(text: &str) -> String {
    format!("{text}, at least 0 and at most 10.")
}

pub fn lift(metric: &str, lift: &Lift, number: &str) -> String {
    let by = Mean::from_millionths(lift.by);
    let change = match lift.from {
        Some(from) => format!("“{metric}” from {from} to {}", lift.to),
        None => format!("Scoring “{metric}”, which nobody has, with {}", lift.to),
    };
    let result = format!("{change} lifts {number} by {}, to {}.", by.two_places(), lift.result.one_decimal());
    if lift.is_a_point {
        result
    } else {
        format!("No single score lifts it by one. {result} That is the most one can do.")
    }
}

pub fn moved(from: &str, to: &str) -> String {
    format!("From {from} to {to}")
}

pub fn template_version(key: &str, version: i64) -> String {
    format!("Template {key}, version {version}")
}

/// "Overall from 28 Nov 2025 to 28 Nov 2026; the dashed line is 4. One new version of the scorecard, marked."
pub fn course(name: &str, from: &str, to: &str, versions: usize) -> String {
    let marks = match versions {
        0 => "The scorecard kept its version.".to_owned(),
        1 => "The mark is a new version of the scorecard.".to_owned(),
        n => format!("The {n} marks are new versions of the scorecard."),
    };
    format!("{name} from {from} to {to}; the dashed line is 4. {marks}")
}

pub fn version_mark(version: u32) -> String {
    format!("version {version}")
}

pub fn coverage(scored: usize, of: usize, template: &str, version: u32) -> String {
    format!("{scored} of {of} sub-metrics scored · template {template} {version}")
}
