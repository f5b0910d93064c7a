//! What the newest scores of an account add up to: steps, Overall, coverage and the gap.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::template::{STEPS, Step, Template, UnscoredStep};
use crate::score::{Hundredths, Mean, Score};

/// Below this a score is low: "If we have a low score of below a four, …".
pub const LOW: Mean = Mean::from_millionths(4_000_000);
/// Steps that must be scored before an account is ranked among others.
pub const RANKED_STEPS_MIN: usize = 4;

/// The newest fact of one metric; none as its value means that the score was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// Key of a sub-metric, or of a step for a typed judgement.
    pub metric: String,
    pub value: Option<Score>,
    pub effective_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scorecard {
    pub steps: [StepResult; STEPS],
    /// Mean of the unrounded steps; zero when nothing is scored at all.
    pub overall: Mean,
    pub scored_steps: usize,
    /// At least four of five steps are scored; below that a place in a list means nothing.
    pub ranked: bool,
    pub gap: Option<Gap>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResult {
    pub key: String,
    /// Weighted mean of the scored sub-metrics.
    pub measured: Option<Mean>,
    /// The typed judgement and when it was given; shown beside the measured value.
    pub judged: Option<(Score, Timestamp)>,
    /// What counts.
    pub score: Option<Mean>,
    pub source: Source,
    /// Coverage: so many of the sub-metrics that weigh are scored. What weighs nothing is shown,
    /// but its absence makes no step incomplete.
    pub scored: usize,
    pub of: usize,
    /// When the youngest score that counts was given; for staleness.
    pub newest_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Measured,
    Judged,
    /// Nothing was ever scored.
    None,
}

/// Where to act first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Index of the step.
    pub step: usize,
    /// The sub-metric that costs the step most; none when all that weigh are at ten.
    pub metric: Option<String>,
    pub reason: GapReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    NeverScored,
    Low,
}

/// Adds up the newest facts; their order does not matter, unknown metrics (of an older template)
/// are left out, and of several facts for one metric the newest counts.
pub fn evaluate(template: &Template, latest: &[Latest]) -> Scorecard {
    evaluate_below(template, latest, &[LOW; STEPS])
}

/// The same, where it depends on the account what counts as low (`Template::low`).
pub fn evaluate_below(template: &Template, latest: &[Latest], low: &[Mean; STEPS]) -> Scorecard {
    let facts = newest(latest);
    let evaluated = template.steps.each_ref().map(|step| evaluate_step(step, &facts));
    let scored_steps = evaluated.iter().filter(|(_, exact)| exact.is_some()).count();
    let count = match template.unscored_step {
        UnscoredStep::Zero => STEPS,
        UnscoredStep::Exclude => scored_steps,
    };
    let overall = evaluated
        .iter()
        .filter_map(|(_, exact)| *exact)
        .fold(Hundredths::ZERO, Hundredths::plus)
        .divided_by(count)
        .map_or(Mean::ZERO, Hundredths::mean);
    let steps = evaluated.map(|(result, _)| result);
    let gap = find_gap(template, &steps, &facts, low);
    let ranked = scored_steps >= RANKED_STEPS_MIN;
    Scorecard { steps, overall, scored_steps, ranked, gap }
}

type Facts<'a> = BTreeMap<&'a str, (Timestamp, Option<Score>)>;

/// One fact per metric; at the same instant the value decides, so that order never does.
fn newest(latest: &[Latest]) -> Facts<'_> {
    let mut facts = Facts::new();
    for fact in latest {
        let this = (fact.effective_at, fact.value);
        let kept = facts.entry(fact.metric.as_str()).or_insert(this);
        *kept = this.max(*kept);
    }
    facts
}

/// The step's result, and its exact score for the Overall.
fn evaluate_step(step: &Step, facts: &Facts<'_>) -> (StepResult, Option<Hundredths>) {
    let (mut sum, mut weight, mut scored) = (0_i64, 0_i64, 0_usize);
    let mut measured_at: Option<Timestamp> = None;
    let weighing = step.metrics.iter().filter(|metric| metric.weight > 0);
    for metric in weighing.clone() {
        if let Some((at, score)) = given(facts, &metric.key) {
            sum += score.hundredths() * metric.weight;
            weight += metric.weight;
            scored += 1;
            measured_at = measured_at.max(Some(at));
        }
    }
    let measured = Hundredths::weighted(sum, weight);
    let judged = given(facts, &step.key);
    // A judgement stands until something younger was measured; at the same instant it wins,
    // because whoever typed it saw the measured value beside it.
    let (source, exact, newest_at) = match (judged, measured) {
        (Some((at, score)), measured) if measured.is_none() || Some(at) >= measured_at => {
            (Source::Judged, Some(Hundredths::of(score)), Some(at))
        }
        (_, Some(measured)) => (Source::Measured, Some(measured), measured_at),
        (_, None) => (Source::None, None, None),
    };
    let result = StepResult {
        key: step.key.clone(),
        measured: measured.map(Hundredths::mean),
        judged: judged.map(|(at, score)| (score, at)),
        score: exact.map(Hundredths::mean),
        source,
        scored,
        of: weighing.count(),
        newest_at,
    };
    (result, exact)
}

fn given(facts: &Facts<'_>, key: &str) -> Option<(Timestamp, Score)> {
    let (at, value) = facts.get(key)?;
    value.map(|score| (*at, score))
}

/// The gap: "we look to the left in the spreadsheet and identify the problem".
///
/// Chosen reading, in this order:
/// 1. An account in which nothing was ever scored has no gap; it has no scorecard yet.
/// 2. A step counts with its score; a step in which nothing was scored counts as 0, also under a
///    template that leaves such steps out of the Overall, because not looking hides no problem.
/// 3. Overall under 4 or not, only steps under 4 can be the gap. With an Overall under 4 there
///    always is one (a mean is never under all of its parts); with a good Overall a single low
///    step is still worth naming.
/// 4. Of those the furthest to the left is named, not the lowest: "until the client uses your
///    product, you cannot move forward", so a later step cannot be mended before an earlier one.
/// 5. What counts as low is 4 unless a band of the template says otherwise for the account's type and
///    tenure: a client of three months is not expected to monetise.
/// 6. In it, the sub-metric that costs most, `(10 - score) x weight`, unscored as 0, the first in
///    the template's order where two cost the same.
fn find_gap(template: &Template, steps: &[StepResult; STEPS], facts: &Facts<'_>, low: &[Mean; STEPS]) -> Option<Gap> {
    if steps.iter().all(|step| step.score.is_none()) {
        return None;
    }
    let is_low = |(step, low): (&StepResult, &Mean)| step.score.unwrap_or(Mean::ZERO) < *low;
    let step = steps.iter().zip(low).position(is_low)?;
    let reason = if steps[step].score.is_none() { GapReason::NeverScored } else { GapReason::Low };
    Some(Gap { step, metric: heaviest(&template.steps[step], facts), reason })
}

fn heaviest(step: &Step, facts: &Facts<'_>) -> Option<String> {
    let mut worst: Option<(i64, &str)> = None;
    for metric in &step.metrics {
        let score = given(facts, &metric.key).map_or(Score::ZERO, |(_, score)| score);
        let cost = (Score::TEN.hundredths() - score.hundredths()) * metric.weight;
        if cost > worst.map_or(0, |(most, _)| most) {
            worst = Some((cost, &metric.key));
        }
    }
    worst.map(|(_, key)| key.to_owned())
}
