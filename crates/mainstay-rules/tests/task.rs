//! Tasks: what is accepted, what a task may become, and where it stands in a day.

use jiff::civil::{Date, date};
use mainstay_rules::field::FieldCode;
use mainstay_rules::permission::{AccountFacts, PodRole, Role, TaskFacts, reads_task, writes_task};
use mainstay_rules::score::Mean;
use mainstay_rules::task::*;
use proptest::prelude::*;

fn input(title: &str, due_on: &str, source: &str) -> NewTaskInput {
    NewTaskInput { title: title.to_owned(), note: String::new(), due_on: due_on.to_owned(), source: source.to_owned() }
}

#[test]
fn a_new_task_needs_a_title_and_nothing_else() {
    let task = NewTask::check(&input(" Call Moreau ", "", "")).unwrap();
    assert_eq!((task.title.as_str(), task.due_on, task.source), ("Call Moreau", None, Source::Manual));
    let task = NewTask::check(&input("a", "2026-12-04", "weekly_call")).unwrap();
    assert_eq!((task.due_on, task.source), (Some(date(2026, 12, 4)), Source::WeeklyCall));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let errors = NewTask::check(&input("", "soon", "dream")).unwrap_err();
    let said: Vec<_> = errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    let expected = [("/title", FieldCode::Required), ("/due_on", FieldCode::NotADate), ("/source", FieldCode::Unknown)];
    assert_eq!(said, expected);
    let long = NewTask::check(&input(&"x".repeat(201), "", "")).unwrap_err();
    assert_eq!(long[0].code, FieldCode::TooLong);
}

#[test]
fn an_edit_tells_leaving_alone_from_clearing() {
    assert_eq!(TaskEdit::check(&TaskEditInput::default()).unwrap(), TaskEdit::default());
    let cleared = TaskEditInput { due_on: Some(String::new()), note: Some(" ".to_owned()), title: None };
    let edit = TaskEdit::check(&cleared).unwrap();
    assert_eq!((edit.due_on, edit.note, edit.title), (Some(None), Some(String::new()), None));
    let emptied = TaskEditInput { title: Some(String::new()), ..TaskEditInput::default() };
    assert_eq!(TaskEdit::check(&emptied).unwrap_err()[0].pointer, "/title");
}

#[test]
fn what_is_over_can_only_be_opened_again() {
    use Status::{Done, Dropped, Open};
    for (from, wanted, expected) in [
        (Open, Turn::Done, Ok(Turned::To(Done))),
        (Open, Turn::Drop, Ok(Turned::To(Dropped))),
        (Open, Turn::Reopen, Ok(Turned::Unchanged)),
        (Done, Turn::Done, Ok(Turned::Unchanged)),
        (Done, Turn::Drop, Err(TurnError::IsDone)),
        (Done, Turn::Reopen, Ok(Turned::To(Open))),
        (Dropped, Turn::Done, Err(TurnError::WasDropped)),
        (Dropped, Turn::Drop, Ok(Turned::Unchanged)),
        (Dropped, Turn::Reopen, Ok(Turned::To(Open))),
    ] {
        assert_eq!(turn(from, wanted), expected, "{from:?} {wanted:?}");
    }
}

#[test]
fn a_day_has_five_buckets() {
    // A Wednesday; its week ends on Sunday the 6th.
    let today = date(2026, 12, 2);
    for (due, expected) in [
        (Some(date(2026, 12, 1)), Bucket::Overdue),
        (Some(today), Bucket::Today),
        (Some(date(2026, 12, 3)), Bucket::ThisWeek),
        (Some(date(2026, 12, 6)), Bucket::ThisWeek),
        (Some(date(2026, 12, 7)), Bucket::Later),
        (None, Bucket::Undated),
    ] {
        assert_eq!(bucket(due, today), expected, "{due:?}");
    }
    let sunday = date(2026, 12, 6);
    assert_eq!(bucket(Some(date(2026, 12, 7)), sunday), Bucket::Later, "on Sunday the week is over");
    assert_eq!(bucket(Some(date(2026, 12, 13)), date(2026, 12, 7)), Bucket::ThisWeek, "on Monday it has begun");
}

#[test]
fn an_action_on_a_gap_is_due_by_the_next_call() {
    assert_eq!(gap_due(date(2026, 11, 28)), date(2026, 12, 5));
    assert_eq!(gap_due(Date::MAX), Date::MAX);
}

#[test]
fn a_score_has_moved_when_it_reads_otherwise() {
    let mean = |hundredths: i64| Some(Mean::from_millionths(hundredths * 10_000));
    for (before, now, expected) in [
        (mean(320), mean(320), false),
        (mean(320), mean(322), false),
        (mean(320), mean(326), true),
        (None, mean(0), true),
        (None, None, false),
        (mean(500), None, true),
    ] {
        assert_eq!(Question { before, now }.reads_otherwise(), expected, "{before:?} {now:?}");
    }
}

#[test]
fn words_are_read_as_they_are_written() {
    for source in Source::ALL {
        assert_eq!(Source::parse(source.as_str()), Some(*source));
    }
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), Some(*status));
    }
    assert_eq!((Source::parse("Gap"), Status::parse("")), (None, None));
}

fn account(confidential: bool, pod_role: Option<PodRole>) -> AccountFacts {
    AccountFacts { confidential, pod_role }
}

#[test]
fn the_rights_to_a_task_are_one_table() {
    use PodRole::{Observer, Owner, Team};
    use Role::{Admin, Leader, Member};
    // Account, role, owner of the task, wrote it down; may read, may write.
    for (account, role, is_owner, is_creator, reads, writes) in [
        (Some(account(false, None)), Member, false, false, true, false),
        (Some(account(false, None)), Member, true, false, true, true),
        (Some(account(false, None)), Member, false, true, true, false),
        (Some(account(false, None)), Leader, false, false, true, true),
        (Some(account(false, Some(Team))), Member, false, false, true, true),
        (Some(account(false, Some(Observer))), Member, false, false, true, false),
        (Some(account(true, None)), Admin, false, false, false, false),
        (Some(account(true, None)), Member, true, true, false, false),
        (Some(account(true, Some(Observer))), Member, true, false, true, true),
        (Some(account(true, Some(Owner))), Member, false, false, true, true),
        (None, Admin, false, false, false, false),
        (None, Member, true, false, true, true),
        (None, Member, false, true, true, true),
    ] {
        let facts = TaskFacts { account, is_owner, is_creator };
        assert_eq!((reads_task(facts), writes_task(role, facts)), (reads, writes), "{role:?} {facts:?}");
    }
}

proptest! {
    #[test]
    fn buckets_follow_the_calendar(today in -20_000_i64..20_000, one in -40_i64..40, more in 0_i64..40) {
        let day = |offset: i64| date(2000, 1, 1).saturating_add(jiff::Span::new().days(offset));
        let (today, early, late) = (day(today), day(today + one), day(today + one + more));
        prop_assert!(bucket(Some(early), today) <= bucket(Some(late), today), "a later date never stands in an earlier bucket");
        prop_assert!(bucket(Some(late), today) < bucket(None, today));
    }

    #[test]
    fn reopening_always_works_and_leads_to_open(from in prop::sample::select(Status::ALL)) {
        prop_assert!(matches!(turn(from, Turn::Reopen), Ok(Turned::To(Status::Open) | Turned::Unchanged)));
    }

    #[test]
    fn whoever_writes_a_task_reads_it(confidential: bool, is_owner: bool, is_creator: bool, has_account: bool,
        pod_role in prop::option::of(prop::sample::select(PodRole::ALL.to_vec())), role in prop::sample::select(Role::ALL.to_vec())) {
        let account = has_account.then_some(AccountFacts { confidential, pod_role });
        let facts = TaskFacts { account, is_owner, is_creator };
        prop_assert!(!writes_task(role, facts) || reads_task(facts));
    }
}
