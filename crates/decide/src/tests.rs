//! `decide` against a slow, plain oracle written from the prose, and its properties on random cases.

use super::*;
use proptest::prelude::*;
extern crate std;
use std::vec::Vec;

const ME: UserId = UserId::from_u128(1);
const OTHER: ObjectId = ObjectId::from_u128(2);
const UNIT: ObjectId = ObjectId::from_u128(3);

fn perm(place: usize) -> Perm {
    Perm::at(place).expect("within capacity")
}

fn action(place: usize) -> Action {
    Action::at(place).expect("within capacity")
}

/// From the prose: some granted permission of the right kind reaches the target; and, where a user is signed in,
/// some right of theirs covers it.
fn oracle(caller: &Caller<'_>, need: &Requirement<'_>, target: &Target<'_>) -> bool {
    match caller {
        Caller::AppOnly { granted, everywhere, scoped } => {
            let permission = need.app_only.iter().any(|way| {
                granted.holds(way.perm)
                    && match way.reach {
                        Reach::All => true,
                        Reach::Itself => false,
                        Reach::Owned => target.owned,
                    }
            });
            let role = need.user.iter().any(|way| match way.right {
                Right::Action(wanted) => covered(wanted, everywhere, scoped, target),
                Right::Anyone | Right::Itself | Right::Owner => false,
            });
            permission || (role && !need.app_only.is_empty())
        }
        Caller::Delegated { granted, user, everywhere, scoped } => {
            let own = target.object == Some((*user).into());
            let client = need.delegated.iter().any(|way| {
                granted.holds(way.perm)
                    && (way.reach == Reach::All
                        || (way.reach == Reach::Itself && own)
                        || (way.reach == Reach::Owned && target.owned))
            });
            let person = need.user.iter().any(|way| match way.right {
                Right::Anyone => true,
                Right::Itself => own,
                Right::Owner => target.owned,
                Right::Action(wanted) => covered(wanted, everywhere, scoped, target),
            });
            client && person
        }
    }
}

fn covered(wanted: Action, everywhere: &ActionSet, scoped: &[ScopedAction], target: &Target<'_>) -> bool {
    let here = |held: &ScopedAction| {
        held.action == wanted && (Some(held.within) == target.object || target.units.contains(&held.within))
    };
    everywhere.holds(wanted) || scoped.iter().any(here)
}

#[derive(Clone, Debug)]
struct Case {
    ways: Vec<Way>,
    user_ways: Vec<UserWay>,
    granted: Vec<usize>,
    everywhere: Vec<usize>,
    scoped: Vec<ScopedAction>,
    object: Option<ObjectId>,
    owned: bool,
    in_unit: bool,
}

fn a_case() -> impl Strategy<Value = Case> {
    let view = prop_oneof![Just(View::Basic), Just(View::Full)];
    let reach = prop_oneof![Just(Reach::All), Just(Reach::Itself), Just(Reach::Owned)];
    let way = (0usize..12, reach, view.clone()).prop_map(|(p, reach, view)| Way { perm: perm(p), reach, view });
    let right = prop_oneof![
        Just(Right::Itself),
        Just(Right::Owner),
        Just(Right::Anyone),
        (0usize..8).prop_map(|a| Right::Action(action(a)))
    ];
    let user_way = (right, view).prop_map(|(right, view)| UserWay { right, view });
    let within = prop_oneof![Just(OTHER), Just(UNIT)];
    let scoped = (0usize..8, within).prop_map(|(a, within)| ScopedAction { action: action(a), within });
    let object = prop_oneof![Just(None), Just(Some(ME.into())), Just(Some(OTHER))];
    (
        proptest::collection::vec(way, 0..6),
        proptest::collection::vec(user_way, 0..4),
        proptest::collection::vec(0usize..12, 0..6),
        proptest::collection::vec(0usize..8, 0..4),
        proptest::collection::vec(scoped, 0..3),
        object,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(ways, user_ways, granted, everywhere, scoped, object, owned, in_unit)| Case {
            ways,
            user_ways,
            granted,
            everywhere,
            scoped,
            object,
            owned,
            in_unit,
        })
}

fn verdict(case: &Case, granted: &PermSet, app_only: bool) -> (Decision, bool) {
    let everywhere: ActionSet = case.everywhere.iter().map(|a| action(*a)).collect();
    let caller = if app_only {
        Caller::AppOnly { granted, everywhere: &everywhere, scoped: &case.scoped }
    } else {
        Caller::Delegated { granted, user: ME, everywhere: &everywhere, scoped: &case.scoped }
    };
    let need = Requirement { delegated: &case.ways, app_only: &case.ways, user: &case.user_ways };
    let units: &[ObjectId] = if case.in_unit { &[UNIT] } else { &[] };
    let target = Target { object: case.object, owned: case.owned, units };
    (decide(&caller, &need, &target), oracle(&caller, &need, &target))
}

proptest! {
    #[test]
    fn decide_agrees_with_the_oracle(case in a_case(), app_only in any::<bool>()) {
        let granted = case.granted.iter().map(|p| perm(*p)).collect();
        let (decision, expected) = verdict(&case, &granted, app_only);
        prop_assert_eq!(matches!(decision, Decision::Allow(_)), expected);
    }

    #[test]
    fn no_grant_means_no(mut case in a_case(), app_only in any::<bool>()) {
        // Of an app that holds no directory role either.
        if app_only {
            case.everywhere.clear();
            case.scoped.clear();
        }
        let (decision, _) = verdict(&case, &PermSet::EMPTY, app_only);
        prop_assert!(matches!(decision, Decision::Deny(_)));
    }

    #[test]
    fn one_more_grant_never_denies(case in a_case(), more in 0usize..12, app_only in any::<bool>()) {
        let granted: PermSet = case.granted.iter().map(|p| perm(*p)).collect();
        let mut wider = granted.clone();
        wider.add(perm(more));
        if let (Decision::Allow(before), _) = verdict(&case, &granted, app_only) {
            let (Decision::Allow(after), _) = verdict(&case, &wider, app_only) else { panic!("a wider grant denied") };
            prop_assert!(after.view() >= before.view());
        }
    }

    #[test]
    fn a_delegated_call_never_exceeds_the_user(mut case in a_case()) {
        case.user_ways.retain(|way| matches!(way.right, Right::Action(_)));
        case.everywhere.clear();
        case.scoped.clear();
        let all: PermSet = (0..12).map(perm).collect();
        let (decision, _) = verdict(&case, &all, false);
        prop_assert!(matches!(decision, Decision::Deny(_)));
    }
}

#[test]
fn both_halves_are_named_when_both_fail() {
    let need = Requirement {
        delegated: &[Way { perm: perm(4), reach: Reach::All, view: View::Full }],
        app_only: &[],
        user: &[UserWay { right: Right::Action(action(7)), view: View::Full }],
    };
    let caller = Caller::Delegated { granted: &PermSet::EMPTY, user: ME, everywhere: &ActionSet::EMPTY, scoped: &[] };
    let Decision::Deny(because) = decide(&caller, &need, &Target::default()) else { panic!("allowed") };
    assert_eq!(
        because,
        Because { client: ClientSide::Missing { least: perm(4) }, user: UserSide::Missing { wanted: Some(action(7)) } }
    );
    assert_eq!(because.word(), "client_scope_and_user_right_missing");
}

#[test]
fn a_permission_for_ones_own_object_does_not_reach_another() {
    let need = Requirement {
        delegated: &[
            Way { perm: perm(0), reach: Reach::Itself, view: View::Full },
            Way { perm: perm(1), reach: Reach::All, view: View::Basic },
        ],
        app_only: &[],
        user: &[UserWay { right: Right::Anyone, view: View::Full }],
    };
    let granted: PermSet = [perm(0)].into_iter().collect();
    let caller = Caller::Delegated { granted: &granted, user: ME, everywhere: &ActionSet::EMPTY, scoped: &[] };
    let target = Target { object: Some(OTHER), ..Target::default() };
    let Decision::Deny(because) = decide(&caller, &need, &target) else { panic!("allowed") };
    assert_eq!(because.client, ClientSide::OutOfReach { held: perm(0), least: perm(1) });
}
