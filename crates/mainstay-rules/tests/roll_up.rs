//! Rolling up the scores of scopes: by ARR, by expected users in the first step, equally where there is neither.

use std::collections::BTreeMap;

use mainstay_rules::roll_up::{Basis, Tree, Weight, expected_users};
use mainstay_rules::scope::Parents;
use mainstay_rules::score::Score;
use proptest::prelude::*;
use uuid::Uuid;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn score(hundredths: i64) -> Score {
    Score::from_hundredths(hundredths).expect("a score")
}

/// Scopes as (id, what it stands under, ARR, expected users); 0 is the account.
fn tree(scopes: &[(u128, u128, i64, Option<i64>)]) -> Tree {
    let parents: Parents =
        scopes.iter().map(|(scope, above, ..)| (id(*scope), (*above > 0).then(|| id(*above)))).collect();
    let weights = scopes
        .iter()
        .map(|(scope, _, arr, users)| (id(*scope), Weight { arr_minor: *arr, expected_users: *users }))
        .collect();
    Tree { parents, weights }
}

fn scores(of: &[(u128, i64)]) -> BTreeMap<Uuid, Score> {
    of.iter().map(|(scope, hundredths)| (id(*scope), score(*hundredths))).collect()
}

#[test]
fn what_counts_and_by_what() {
    let two = tree(&[(1, 0, 300, Some(10)), (2, 0, 100, Some(90))]);
    let new = tree(&[(1, 0, 300, Some(10)), (2, 0, 0, Some(90))]);
    let unsaid = tree(&[(1, 0, 300, Some(10)), (2, 0, 100, None)]);
    let nothing = tree(&[(1, 0, 0, None), (2, 0, 0, None)]);
    let deep = tree(&[(1, 0, 300, None), (2, 0, 100, None), (3, 1, 0, None), (4, 1, 0, None)]);
    let both = scores(&[(1, 800), (2, 400)]);
    let cases = [
        ("by ARR", &two, both.clone(), false, Some((700, Some(Basis::Arr)))),
        ("the first step by users", &two, both.clone(), true, Some((440, Some(Basis::ExpectedUsers)))),
        ("a new division weighs nothing", &new, both.clone(), false, Some((800, Some(Basis::Arr)))),
        ("but something in the first step", &new, both.clone(), true, Some((440, Some(Basis::ExpectedUsers)))),
        ("by ARR where one says no users", &unsaid, both.clone(), true, Some((700, Some(Basis::Arr)))),
        ("equally where nothing comes in", &nothing, both.clone(), false, Some((600, Some(Basis::Equal)))),
        ("unscored ones are left out", &two, scores(&[(2, 400)]), false, Some((400, Some(Basis::Arr)))),
        ("nothing scored reads nothing", &two, scores(&[]), false, None),
        (
            "parts before the whole",
            &deep,
            scores(&[(1, 100), (3, 600), (4, 1000), (2, 400)]),
            false,
            Some((700, Some(Basis::Arr))),
        ),
        ("a scope that is no more", &two, scores(&[(9, 400)]), false, None),
    ];
    for (name, tree, own, first, expected) in cases {
        let found = tree.read(&own, None, first).map(|reading| (reading.score().hundredths(), reading.basis));
        assert_eq!(found, expected, "{name}");
    }
    let own = deep.read(&scores(&[(2, 400)]), Some(id(2)), false).expect("its own");
    assert_eq!((own.score(), own.basis, own.parts.len()), (score(400), None, 0));
    assert!(deep.is_scored_below(&scores(&[(3, 1)]), id(1)) && !deep.is_scored_below(&scores(&[(1, 1)]), id(1)));
}

#[test]
fn expected_users_come_from_below_unless_said() {
    let parents: Parents = [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(2)), (5, None), (6, Some(5))]
        .into_iter()
        .map(|(scope, above)| (id(scope), above.map(id)))
        .collect();
    let own = [(3, 10), (4, 5), (5, 7), (6, 100)].into_iter().map(|(scope, users)| (id(scope), users)).collect();
    let sums = expected_users(&parents, &own);
    let expected = [(1, 15), (2, 15), (3, 10), (4, 5), (5, 7), (6, 100)];
    assert_eq!(sums, expected.into_iter().map(|(scope, users)| (id(scope), users)).collect());
}

#[expect(clippy::cast_precision_loss, reason = "compared with a tolerance")]
fn float(number: i64) -> f64 {
    number as f64
}

/// The same in floating point and from the leaves up: each scored scope with its share of the whole.
fn by_shares(tree: &Tree, own: &BTreeMap<Uuid, Score>, of: Option<Uuid>) -> Option<f64> {
    let under: Vec<Uuid> = tree.parents.iter().filter(|(_, above)| **above == of).map(|(scope, _)| *scope).collect();
    let read: Vec<(f64, f64)> = under
        .iter()
        .filter_map(|scope| Some((by_shares(tree, own, Some(*scope))?, float(tree.weights[scope].arr_minor))))
        .collect();
    if read.is_empty() {
        return own.get(&of?).map(|score| float(score.hundredths()));
    }
    let whole: f64 = read.iter().map(|(_, weight)| weight).sum();
    let share =
        |weight: f64| if whole > 0.0 { weight / whole } else { 1.0 / float(i64::try_from(read.len()).unwrap_or(1)) };
    Some(read.iter().map(|(value, weight)| value * share(*weight)).sum())
}

prop_compose! {
    /// Up to twelve scopes, each under an earlier one or the account, with ARR; most are scored.
    fn scored_trees()(rows in prop::collection::vec((0_usize..12, 0_i64..1_000_000_000_000, any::<bool>(), 0_i64..=1_000, 0_u8..4), 1..12))
        -> (Tree, BTreeMap<Uuid, Score>) {
        let mut depth = vec![0];
        let (mut tree, mut own) = (Tree::default(), BTreeMap::new());
        for (place, (above, arr, has_arr, hundredths, scored)) in rows.into_iter().enumerate() {
            let above = Some(above % (place + 1)).filter(|above| *above > 0 && depth[*above] < 5).unwrap_or(0);
            depth.push(depth[above] + 1);
            let scope = id(place as u128 + 1);
            tree.parents.insert(scope, (above > 0).then(|| id(above as u128)));
            tree.weights.insert(scope, Weight { arr_minor: if has_arr { arr } else { 0 }, expected_users: None });
            if scored > 0 {
                own.insert(scope, score(hundredths));
            }
        }
        (tree, own)
    }
}

proptest! {
    #[test]
    fn it_is_the_mean_by_shares((tree, own) in scored_trees()) {
        let (found, expected) = (tree.read(&own, None, false), by_shares(&tree, &own, None));
        prop_assert_eq!(found.is_some(), expected.is_some());
        if let (Some(found), Some(expected)) = (found, expected) {
            prop_assert!((float(found.mean().millionths()) / 10_000.0 - expected).abs() < 0.000_1, "{:?} {}", found, expected);
        }
    }

    #[test]
    fn it_lies_between_its_parts_and_follows_from_them((tree, own) in scored_trees()) {
        let Some(found) = tree.read(&own, None, false) else { return Ok(()) };
        let lowest = found.parts.iter().map(|part| part.value).min().expect("there are parts");
        let highest = found.parts.iter().map(|part| part.value).max().expect("there are parts");
        prop_assert!(lowest <= found.mean() && found.mean() <= highest);
        let weight: i128 = found.parts.iter().map(|part| i128::from(part.weight)).sum();
        let sum: i128 = found.parts.iter().map(|part| i128::from(part.value.millionths()) * i128::from(part.weight)).sum();
        prop_assert!((sum - i128::from(found.mean().millionths()) * weight).abs() <= weight, "what is shown adds up");
    }

    #[test]
    fn more_money_everywhere_changes_nothing((tree, own) in scored_trees(), times in 2_i64..1_000) {
        let mut larger = tree.clone();
        larger.weights.values_mut().for_each(|weight| weight.arr_minor *= times);
        let value = |tree: &Tree| tree.read(&own, None, false).map(|reading| reading.score());
        prop_assert_eq!(value(&tree), value(&larger));
    }

    #[test]
    fn a_better_part_never_makes_the_whole_worse((tree, own) in scored_trees(), which in 0_usize..12) {
        let Some((scope, before)) = own.iter().nth(which % own.len().max(1)) else { return Ok(()) };
        let mut better = own.clone();
        better.insert(*scope, score((before.hundredths() + 100).min(1_000)));
        let value = |own: &BTreeMap<Uuid, Score>| tree.read(own, None, false).map(|reading| reading.mean());
        prop_assert!(value(&better) >= value(&own));
    }
}
