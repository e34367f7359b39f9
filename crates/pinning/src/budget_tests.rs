use std::sync::Arc;

use super::*;

fn rates(n: u32) -> RateBudget {
    let n = NonZeroU32::new(n).expect("not zero");
    RateBudget {
        v3: n,
        pinning: n,
        data: n,
    }
}

#[tokio::test(start_paused = true)]
async fn no_sixty_seconds_see_more_than_the_rate() {
    let budget = Budget::new(rates(30));
    let begin = Instant::now();
    let mut times = Vec::new();
    for _ in 0..90 {
        budget.turn(Family::Data, Priority::Background).await;
        times.push(begin.elapsed());
    }
    assert!(budget.spent()[2].requests <= 30, "{:?}", budget.spent());
    let busiest = times
        .iter()
        .map(|&start| {
            times
                .iter()
                .filter(|&&t| t >= start && t < start + Duration::from_mins(1))
                .count()
        })
        .max();
    assert!(busiest.is_some_and(|n| n <= 30), "{busiest:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_used_is_counted_for_a_minute_family_by_family() {
    let budget = Budget::new(rates(30));
    for _ in 0..3 {
        budget.turn(Family::V3, Priority::Click).await;
    }
    budget.turn(Family::Data, Priority::Background).await;
    budget.hold(Family::Data, Duration::from_secs(90));
    let used = |budget: &Budget| {
        budget
            .spent()
            .iter()
            .map(|it| it.requests)
            .collect::<Vec<_>>()
    };
    assert_eq!(used(&budget), [3, 0, 1]);
    assert_eq!(budget.spent()[0].most, 30);
    tokio::time::advance(MINUTE).await;
    assert_eq!(used(&budget), [0, 0, 0]);
    let held = budget.spent()[2].held_for;
    assert_eq!(held, Some(Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn families_do_not_wait_for_each_other() {
    let budget = Budget::new(rates(3));
    budget.turn(Family::Data, Priority::Click).await;
    let begin = Instant::now();
    budget.turn(Family::V3, Priority::Click).await;
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_click_goes_before_background_work_that_waited_longer() {
    let budget = Arc::new(Budget::new(rates(3)));
    budget.turn(Family::Data, Priority::Background).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let start = |priority: Priority| {
        let (budget, order) = (Arc::clone(&budget), Arc::clone(&order));
        tokio::spawn(async move {
            budget.turn(Family::Data, priority).await;
            order.lock().expect("lock").push(priority);
        })
    };
    let background = start(Priority::Background);
    tokio::time::advance(Duration::from_secs(1)).await;
    let click = start(Priority::Click);
    background.await.expect("runs");
    click.await.expect("runs");
    assert_eq!(
        *order.lock().expect("lock"),
        [Priority::Click, Priority::Background]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hold_lasts_as_long_as_the_service_asked_and_never_shrinks() {
    let budget = Budget::new(RateBudget::default());
    assert_eq!(budget.held_for(Family::V3), None);
    budget.hold(Family::V3, Duration::from_mins(1));
    budget.hold(Family::V3, Duration::from_secs(5));
    assert_eq!(budget.held_for(Family::V3), Some(Duration::from_mins(1)));
    assert_eq!(budget.held_for(Family::Data), None);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(budget.held_for(Family::V3), None);
}

/// When so many requests were let through, from now on.
async fn let_through(budget: &Budget, requests: usize) -> Vec<Duration> {
    let begin = Instant::now();
    let mut times = Vec::new();
    for _ in 0..requests {
        budget.turn(Family::Data, Priority::Background).await;
        times.push(begin.elapsed());
    }
    times
}

fn busiest_minute(times: &[Duration]) -> usize {
    let within = |start: Duration| {
        let minute = |t: &&Duration| **t >= start && **t < start + MINUTE;
        times.iter().filter(minute).count()
    };
    times.iter().map(|start| within(*start)).max().unwrap_or(0)
}

fn limit(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).expect("not zero")
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_announced_is_kept_to_whatever_went_before() {
    for announced in [1, 2, 5, 29] {
        let budget = Budget::new(rates(60_000));
        // What was sent before it was known counts.
        let_through(&budget, 20).await;
        budget.announced(Family::Data, limit(announced));
        let_through(&budget, 1).await;
        let more = let_through(&budget, 40).await;
        assert!(busiest_minute(&more) <= announced as usize, "{announced}");
        assert_eq!(budget.spent()[2].most, announced);
        assert_eq!(
            budget.spent()[0].most,
            60_000,
            "another family is as it was"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn requests_of_the_minute_before_a_limit_fell_count_within_it() {
    let budget = Budget::new(rates(60));
    let_through(&budget, 20).await;
    budget.announced(Family::Data, limit(10));
    assert!(let_through(&budget, 1).await[0] > Duration::from_secs(59));
}

#[tokio::test(start_paused = true)]
async fn a_larger_limit_is_followed_up_to_our_own_and_the_same_one_changes_nothing() {
    let budget = Budget::new(rates(30));
    budget.announced(Family::Data, limit(5));
    budget.announced(Family::Data, limit(u32::MAX));
    assert_eq!(budget.spent()[2].most, 30);
    let mut times = Vec::new();
    let begin = Instant::now();
    for _ in 0..90 {
        let_through(&budget, 1).await;
        budget.announced(Family::Data, limit(250));
        times.push(begin.elapsed());
    }
    assert!(busiest_minute(&times) <= 30, "{times:?}");
}
