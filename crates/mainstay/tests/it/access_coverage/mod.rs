//! Every route with every kind of caller: the expected status, and no word in the answer of what the caller may not see.
//!
//! A route without a case fails the test, and so does a case without a route. Callers who must be refused come first, so
//! that a route that changes something meets its thing untouched.

mod callers;
mod cases;

use std::collections::BTreeSet;

use crate::both;
use callers::{CALLERS, Caller, World};
use cases::{CASES, Case, Right};

/// Stands in everything that only Acme may see.
pub const OURS: &str = "MARKER-ACME";
/// Stands in everything that only the confidential account's pod may see.
pub const SECRET: &str = "MARKER-CONFIDENTIAL";

#[test]
fn every_route_has_a_case() {
    let routes: BTreeSet<String> =
        mainstay::routes::list().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let cases: BTreeSet<String> = CASES.iter().map(|case| format!("{} {}", case.method, case.path)).collect();
    assert_eq!(routes, cases);
}

both!(
    fn every_route_for_every_caller(on) {
        let world = World::new(on);
        let mut wrong = Vec::new();
        for case in CASES {
            for account in case.accounts().iter().copied() {
                let (refused, allowed): (Vec<Caller>, Vec<Caller>) =
                    CALLERS.iter().partition(|caller| case.right.refusal(**caller, account).is_some());
                for caller in refused.into_iter().chain(allowed) {
                    wrong.extend(check(&world, case, caller, account));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    }
);

/// What is wrong with the answer, if anything.
fn check(world: &World, case: &Case, caller: Caller, account: Which) -> Option<String> {
    let answer = world.send(case, caller, account);
    let what = format!("{} {} as {caller:?} ({account:?} account)", case.method, case.path);
    let short: String = answer.body.chars().take(200).collect();
    match case.right.refusal(caller, account) {
        Some(status) if answer.status != status && !(status == 401 && answer.status == 303) => {
            return Some(format!("{what}: {} instead of {status}: {short}", answer.status));
        }
        None if !case.status.contains(&answer.status) => {
            return Some(format!("{what}: {} instead of {:?}: {short}", answer.status, case.status));
        }
        _ => {}
    }
    let may_see_ours = !matches!(
        caller,
        Caller::Nobody | Caller::Foreigner | Caller::ForeignToken | Caller::RevokedToken | Caller::Gone
    );
    if !may_see_ours && answer.body.contains(OURS) {
        return Some(format!("{what}: the answer tells of Acme"));
    }
    (!caller.is_in_confidential_pod() && answer.body.contains(SECRET))
        .then(|| format!("{what}: the answer tells of the confidential account"))
}

/// The account that a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Open,
    Confidential,
    /// Of tasks only: about no account.
    Unattached,
}

impl Right {
    /// The status by which this caller is refused; None when the route is open to them.
    fn refusal(self, caller: Caller, account: Which) -> Option<u16> {
        if self == Self::Everybody {
            return None;
        }
        match caller {
            Caller::Nobody | Caller::RevokedToken | Caller::Gone => return Some(401),
            _ => {}
        }
        let on_page = self.is_page();
        if caller.is_foreign() {
            // On the API a foreigner is in a workspace of their own: nothing of ours is there.
            return match self {
                Self::ReadAccount(_)
                | Self::WriteAccount(_)
                | Self::WriteScope(_)
                | Self::SteerAccount(_)
                | Self::ReadTask(_)
                | Self::WriteTask(_)
                | Self::SharedView(_)
                | Self::Row(_, _) => Some(404),
                _ if on_page => Some(404),
                _ => None,
            };
        }
        let needs = self.scope();
        let hidden = account == Which::Confidential && !caller.is_in_confidential_pod();
        match self {
            Self::ReadAccount(_) | Self::WriteAccount(_) | Self::WriteScope(_) | Self::SteerAccount(_) if hidden => {
                Some(404)
            }
            Self::ReadTask(_) | Self::WriteTask(_)
                if hidden || (account == Which::Unattached && !caller.has_the_task()) =>
            {
                Some(404)
            }
            _ if caller.scope() < needs => Some(403),
            Self::SharedView(_) if caller.role() == mainstay_rules::permission::Role::Member => Some(403),
            Self::WriteAccount(_) if !caller.writes(account) => Some(403),
            Self::WriteTask(_) if !caller.writes(account) && !caller.does_the_task() => Some(403),
            Self::WriteScope(_) if !caller.writes_scope(account) => Some(403),
            Self::SteerAccount(_) if !caller.steers(account) => Some(403),
            Self::Deed(deed, _) | Self::Row(deed, _) if !mainstay_rules::permission::may(caller.role(), deed) => {
                Some(403)
            }
            _ => None,
        }
    }
}
