//! Random histories, compared step by step with a reference model that knows the rules by another way.
//!
//! `TOLLGATE_TEST_CASES` is how many histories, `TOLLGATE_STEPS` how long each is, `TOLLGATE_SEED` where they begin.

pub(crate) mod calendar;
mod follow;
mod history;
mod model;
mod op;

use crate::world::World;
use history::{Difference, History};
use op::{Dice, Op};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn size(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

fn ops(seed: u64, length: usize) -> Vec<Op> {
    let mut dice = Dice::of_history(seed);
    (0..length).map(|_| dice.op()).collect()
}

/// The first step at which the worlds go apart, and how. A panic is a difference too.
fn apart(seed: u64, ops: &[Op]) -> Option<(usize, Difference)> {
    let mut history = History::new(World::new(), seed);
    for (place, op) in ops.iter().enumerate() {
        let outcome = catch_unwind(AssertUnwindSafe(|| history.step(op)));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(difference)) => return Some((place, difference)),
            Err(_) => return Some((place, "a panic, told above".to_owned())),
        }
    }
    None
}

/// Leaves out what is not needed: ever smaller runs of steps, as long as the worlds still go apart.
fn shrunk(seed: u64, mut ops: Vec<Op>) -> Vec<Op> {
    let mut run = ops.len();
    while run > 0 {
        let mut from = 0;
        while from < ops.len() {
            let mut fewer = ops.clone();
            fewer.drain(from..(from + run).min(ops.len()));
            if let Some((last, _)) = apart(seed, &fewer) {
                fewer.truncate(last + 1);
                ops = fewer;
            } else {
                from += run;
            }
        }
        run /= 2;
    }
    ops
}

#[test]
fn random_histories_go_as_the_reference_says() {
    let (cases, steps) = (size("TOLLGATE_TEST_CASES", 1000), size("TOLLGATE_STEPS", 120));
    let first = size("TOLLGATE_SEED", 0);
    for seed in first..first + cases {
        let seed = seed as u64;
        let ops = ops(seed, steps);
        if let Some((place, _)) = apart(seed, &ops) {
            let ops = shrunk(seed, ops[..=place].to_vec());
            let (_, difference) = apart(seed, &ops).expect("it still goes apart");
            panic!("history {seed}:\n{ops:#?}\n{difference}");
        }
    }
}
