//! Why a number is what it is: its inputs down to the last score, the one change that would lift it, and what moved it.

use jiff::Timestamp;

use super::evaluate::{Latest, Scorecard, Source, evaluate};
use super::template::{MetricRef, STEPS, Template, UnscoredStep};
use crate::rounding::{half_away, saturate};
use crate::score::{Mean, Score};

/// A number of the scorecard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    Overall,
    /// Index of the step.
    Step(usize),
}

impl Figure {
    pub fn of(self, card: &Scorecard) -> Option<Mean> {
        match self {
            Self::Overall => (card.scored_steps > 0).then_some(card.overall),
            Self::Step(index) => card.steps.get(index).and_then(|step| step.score),
        }
    }

    fn concerns(self, metric: MetricRef<'_>) -> bool {
        match self {
            Self::Overall => true,
            Self::Step(index) => metric.step_index == index,
        }
    }
}

/// One score that goes into a number, with its weight among its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub key: String,
    pub score: Score,
    pub weight: i64,
}

/// What a step's score is worked out from: one judgement, or the scored sub-metrics; nothing when never scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepParts {
    pub source: Source,
    pub parts: Vec<Part>,
}

/// The inputs of a step, as they count.
pub fn parts_of(template: &Template, card: &Scorecard, latest: &[Latest], index: usize) -> StepParts {
    let (step, result) = (&template.steps[index], &card.steps[index]);
    let value = |key: &str| {
        let facts = latest.iter().filter(|fact| fact.metric == key);
        facts.max_by_key(|fact| (fact.effective_at, fact.value)).and_then(|fact| fact.value)
    };
    let parts = match (result.source, result.judged) {
        (Source::Judged, Some((score, _))) => vec![Part { key: step.key.clone(), score, weight: 1 }],
        (Source::Measured, _) => {
            let weighing = step.metrics.iter().filter(|metric| metric.weight > 0);
            weighing
                .filter_map(|metric| {
                    let score = value(&metric.key)?;
                    Some(Part { key: metric.key.clone(), score, weight: metric.weight })
                })
                .collect()
        }
        _ => Vec::new(),
    };
    StepParts { source: result.source, parts }
}

/// Works a number out anew from its parts alone, in other arithmetic than the evaluation: the explanation's proof.
pub fn recompute(unscored: UnscoredStep, steps: &[StepParts]) -> Option<Mean> {
    let sums: Vec<(i128, i128)> = steps
        .iter()
        .map(|step| {
            let sum = step.parts.iter().map(|part| i128::from(part.score.hundredths() * part.weight)).sum();
            (sum, step.parts.iter().map(|part| i128::from(part.weight)).sum())
        })
        .collect();
    let scored = sums.iter().filter(|(_, weight)| *weight > 0).count();
    let count = if steps.len() == STEPS && unscored == UnscoredStep::Zero { STEPS } else { scored };
    if scored == 0 {
        return None;
    }
    // One common denominator: the product of all weights.
    let common: i128 = sums.iter().filter(|(_, weight)| *weight > 0).map(|(_, weight)| *weight).product();
    let total: i128 = sums.iter().filter(|(_, weight)| *weight > 0).map(|(sum, weight)| sum * (common / weight)).sum();
    let count = i128::try_from(count).ok()?;
    Some(Mean::from_millionths(saturate(half_away(total * 10_000, common * count))))
}

/// One sub-metric that changes, and what that does to the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lift {
    pub metric: String,
    /// None: never scored so far.
    pub from: Option<Score>,
    pub to: Score,
    /// Millionths that the number rises by.
    pub by: i64,
    pub result: Mean,
    /// Whether the number rises by a whole point; otherwise this is the most that a single change can do.
    pub is_a_point: bool,
}

const POINT: i64 = 1_000_000;

/// The single change that would lift the number by one: the smallest step of one sub-metric that does it,
/// or the change that lifts it most when none does. None when nothing lifts it.
pub fn single_change(template: &Template, latest: &[Latest], figure: Figure, now: Timestamp) -> Option<Lift> {
    let before = figure.of(&evaluate(template, latest)).unwrap_or(Mean::ZERO);
    let keys = template.steps.iter().flat_map(|step| &step.metrics).filter(|metric| metric.weight > 0);
    let mut best: Option<Lift> = None;
    for metric in keys {
        let Some(found) = template.metric(&metric.key).filter(|found| figure.concerns(*found)) else { continue };
        let Some(lift) = lift_of(template, latest, figure, found.key(), before, now) else { continue };
        if best.as_ref().is_none_or(|kept| lift.beats(kept)) {
            best = Some(lift);
        }
    }
    best
}

impl Lift {
    fn beats(&self, other: &Self) -> bool {
        let rise = |lift: &Self| lift.to.hundredths() - lift.from.map_or(0, Score::hundredths);
        match (self.is_a_point, other.is_a_point) {
            (true, true) => rise(self) < rise(other),
            (false, false) => self.by > other.by,
            (is, _) => is,
        }
    }
}

fn lift_of(
    template: &Template,
    latest: &[Latest],
    figure: Figure,
    key: &str,
    before: Mean,
    now: Timestamp,
) -> Option<Lift> {
    let from = latest.iter().filter(|fact| fact.metric == key).max_by_key(|fact| (fact.effective_at, fact.value));
    let from = from.and_then(|fact| fact.value);
    // Of a judgement of the same moment the measurement must win, so that it is a microsecond younger.
    let at = latest.iter().map(|fact| fact.effective_at).max().map_or(now, |newest| now.max(newest));
    let at = at.checked_add(jiff::SignedDuration::from_micros(1)).unwrap_or(at);
    let mut facts: Vec<Latest> = latest.iter().filter(|fact| fact.metric != key).cloned().collect();
    facts.push(Latest { metric: key.to_owned(), value: Some(Score::TEN), effective_at: at });
    let last = facts.len() - 1;
    let mut result = |to: Score| {
        facts[last].value = Some(to);
        figure.of(&evaluate(template, &facts)).unwrap_or(Mean::ZERO)
    };
    let rise = |result: Mean| result.millionths() - before.millionths();
    let most = result(Score::TEN);
    if rise(most) <= 0 {
        return None;
    }
    let (mut low, mut high) = (from.map_or(0, Score::hundredths), Score::TEN.hundredths());
    if rise(most) >= POINT {
        while low < high {
            let middle = i64::midpoint(low, high);
            let score = Score::from_hundredths(middle).ok()?;
            if rise(result(score)) >= POINT { high = middle } else { low = middle + 1 }
        }
    }
    let to = Score::from_hundredths(high).ok()?;
    let result = result(to);
    let by = rise(result);
    Some(Lift { metric: key.to_owned(), from, to, by, result, is_a_point: by >= POINT })
}

/// Something that happened between two days and may have moved the number.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    Scored(&'a Latest),
    /// Another version of the template governs from then on.
    Template(&'a Template),
}

/// What each change did to the number, in millionths, one after the other: together exactly the difference.
/// A number that was not there counts as zero.
pub fn movement(start: (&Template, Vec<Latest>), changes: &[Change<'_>], figure: Figure) -> (Mean, Mean, Vec<i64>) {
    let (mut template, mut facts) = start;
    let value = |template: &Template, facts: &[Latest]| {
        figure.of(&evaluate(template, facts)).unwrap_or(Mean::ZERO).millionths()
    };
    let first = value(template, &facts);
    let mut now = first;
    let mut shares = Vec::with_capacity(changes.len());
    for change in changes {
        match change {
            Change::Template(next) => template = *next,
            Change::Scored(fact) => {
                facts.retain(|known| known.metric != fact.metric);
                facts.push((*fact).clone());
            }
        }
        let next = value(template, &facts);
        shares.push(next - now);
        now = next;
    }
    (Mean::from_millionths(first), Mean::from_millionths(now), shares)
}
