//! Steps of random histories. A step names things by numbers that are read when it is taken, so that a history stays one when
//! steps are left out of it.

use super::calendar::DAY;
use super::model::Milli;
use crate::ask::{Gives, at};
use crate::engine::random;
use tollgate_domain::patch::Patch;

pub(super) const CUSTOMERS: [&str; 3] = ["ann", "bob", "cy d"];
pub(super) const FEATURES: [&str; 5] = ["t0", "t1", "t2", "flag", "seats"];
pub(super) const PRODUCTS: [&str; 5] = ["p0", "p1", "p2", "s0", "s1"];
/// Places of Stripe products.
pub(super) const STRIPE: [usize; 2] = [3, 4];
const KEYS: [&str; 4] = ["a", "b", "c", "d e"];
/// Where months and years are hard.
const ANCHORS: [&str; 10] = [
    "2024-01-31T10:00",
    "2024-02-29T00:00",
    "2025-12-30T23:59:59.999",
    "2025-01-29T06:30",
    "2023-08-31T00:00",
    "2026-03-30T12:00",
    "2025-05-01T00:00",
    "2025-12-31T23:00",
    "2026-01-01T00:00",
    "2027-02-28T01:00",
];

#[derive(Debug, Clone)]
pub(super) enum Op {
    /// The clock moves on.
    Wait(i64),
    /// The clock moves to beside the end of a window.
    WaitForEnd {
        customer: usize,
        feature: usize,
        beside: i64,
    },
    Archive {
        feature: usize,
        archived: bool,
    },
    Define {
        product: usize,
        entries: Vec<(usize, Gives)>,
        version: Option<u32>,
        new_version: bool,
    },
    Product {
        product: usize,
        default: Option<bool>,
        archived: Option<bool>,
    },
    Attach {
        product: usize,
        feature: usize,
    },
    Detach {
        product: usize,
        feature: usize,
    },
    Write {
        customer: usize,
        create: bool,
        started: Patch<When>,
        products: Option<Vec<usize>>,
    },
    Ensure {
        customer: usize,
    },
    Forget {
        customer: usize,
    },
    Link {
        customer: usize,
        stripe: usize,
        force: bool,
    },
    Subscribe {
        customer: usize,
        product: usize,
        version: u32,
        quantity: u64,
        started: When,
    },
    Unsubscribe {
        customer: usize,
        nth: usize,
    },
    Override {
        customer: usize,
        feature: usize,
        gives: Gives,
        expires: Option<When>,
    },
    Amend {
        nth: usize,
        has_access: Option<bool>,
        limit: Option<Milli>,
        unlimited: Option<bool>,
        expires: Patch<When>,
    },
    Lift {
        nth: usize,
    },
    Grant {
        customer: usize,
        feature: usize,
        amount: Milli,
        expires: Option<When>,
    },
    Regrant {
        nth: usize,
        amount: Option<Milli>,
        expires: Patch<When>,
    },
    Revoke {
        nth: usize,
    },
    Track(Use),
    Batch(Vec<Use>),
    Consume(Use),
    Set(Use),
    Edit {
        nth: usize,
        amount: Option<Milli>,
        occurred: Option<When>,
        key: Patch<String>,
    },
    Delete {
        nth: Vec<usize>,
        must_exist: bool,
    },
    Sweep {
        customer: usize,
        feature: Option<usize>,
        stretch: Stretch,
    },
    Migrate {
        product: usize,
        from: u32,
        to: u32,
        customers: Vec<usize>,
        dry_run: bool,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) customer: usize,
    pub(super) feature: usize,
    pub(super) amount: Milli,
    pub(super) occurred: Option<When>,
    pub(super) key: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// So much later than now.
    After(i64),
    /// At an instant.
    At(i64),
    /// Beside the start of the open window of what the step is about.
    BesideStart(i64),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Stretch {
    Current,
    Previous,
    Range(When, When),
    All,
}

/// Draws steps.
pub(super) struct Dice {
    bits: Box<dyn FnMut() -> u64>,
    /// How likely a step is one that moves the clock, in percent.
    waits: usize,
    /// Whether nearly everything happens to one customer and one feature, so that more of it meets.
    is_narrow: bool,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { bits: Box::new(random(seed)), waits: 0, is_narrow: false }
    }

    /// Some histories are long, some are narrow.
    pub(super) fn of_history(seed: u64) -> Self {
        let mut dice = Self::new(!seed);
        dice.waits = dice.of(&[2, 8, 18, 18, 30]);
        dice.is_narrow = dice.percent(40);
        dice
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.bits)() % end as u64).unwrap()
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from((self.bits)() % (to - from + 1).unsigned_abs()).unwrap()
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(super) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn maybe<T>(&mut self, chance: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.percent(chance).then(|| make(self))
    }

    fn patch<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Patch<T> {
        match self.below(4) {
            0 => Patch::Keep,
            1 => Patch::Clear,
            _ => Patch::Set(make(self)),
        }
    }

    fn customer(&mut self) -> usize {
        if self.is_narrow && self.percent(95) {
            return 0;
        }
        self.of(&[0, 0, 0, 0, 1, 1, 2])
    }

    /// Most often one whose usage is counted.
    fn feature(&mut self) -> usize {
        if self.is_narrow && self.percent(90) {
            return 0;
        }
        self.of(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4])
    }

    fn amount(&mut self) -> Milli {
        match self.below(10) {
            0 => self.between(-15_000, 0),
            1 => -1000 * self.between(0, 20),
            2 => self.between(0, 20_000),
            _ => 1000 * self.between(0, 25),
        }
    }

    fn positive(&mut self) -> Milli {
        if self.percent(20) { self.between(1, 30_000) } else { 1000 * self.between(1, 20) }
    }

    /// How long something lasts.
    fn span(&mut self) -> i64 {
        match self.below(6) {
            0 => self.between(0, 2),
            1 => self.between(0, DAY / 24),
            2 => self.between(0, DAY),
            3 => self.between(0, 10) * DAY,
            4 => self.between(20, 35) * DAY,
            _ => self.between(0, 60 * DAY),
        }
    }

    fn later(&mut self) -> When {
        let sign = if self.percent(15) { -1 } else { 1 };
        When::After(sign * self.span())
    }

    fn anchor(&mut self) -> When {
        if self.percent(75) { When::At(at(self.of(&ANCHORS)).millis()) } else { When::After(-self.span()) }
    }

    fn occurred(&mut self) -> When {
        match self.below(10) {
            0 => When::After(self.of(&[1, 299_999, 300_000, 300_001, DAY])),
            1..=3 => When::BesideStart(self.between(-1, 1)),
            4 => When::BesideStart(-self.span()),
            5 => When::At(self.of(&[946_684_799_999, 946_684_800_000, 1_700_000_000_000])),
            _ => When::After(-self.span()),
        }
    }

    fn key(&mut self) -> Option<String> {
        self.maybe(30, |dice| dice.of(&KEYS).to_owned())
    }

    fn gives(&mut self, feature: usize) -> Gives {
        if FEATURES[feature] == "flag" {
            // Now and then one that does not fit.
            return self.of(&[Gives::On, Gives::On, Gives::On, Gives::Nothing, Gives::Nothing, Gives::Of(1)]);
        }
        match self.below(12) {
            0 => Gives::Nothing,
            1 => Gives::Unlimited,
            2 => Gives::On,
            3 => Gives::Of(0),
            _ => Gives::Of(self.between(1, 40)),
        }
    }

    pub(super) fn entries(&mut self) -> Vec<(usize, Gives)> {
        (0..FEATURES.len()).filter_map(|feature| self.maybe(40, |dice| (feature, dice.gives(feature)))).collect()
    }

    fn usage(&mut self) -> Use {
        let (customer, feature, amount) = (self.customer(), self.feature(), self.amount());
        let occurred = self.maybe(35, Self::occurred);
        Use { customer, feature, amount, occurred, key: self.key() }
    }

    fn positive_usage(&mut self) -> Use {
        Use { amount: self.positive(), ..self.usage() }
    }

    fn version(&mut self) -> u32 {
        self.of(&[1, 1, 1, 2, 2, 3, 0])
    }

    /// A step.
    pub(super) fn op(&mut self) -> Op {
        if self.percent(self.waits) {
            let (customer, feature, beside) = (self.customer(), self.below(3), self.between(-1, 1));
            return if self.percent(30) {
                Op::WaitForEnd { customer, feature, beside }
            } else {
                Op::Wait(self.span() / 2)
            };
        }
        match self.below(100) {
            0..=26 => Op::Track(self.usage()),
            27..=32 => {
                let length = self.below(8) + 1;
                Op::Batch((0..length).map(|_| self.usage()).collect())
            }
            33..=44 => Op::Consume(self.positive_usage()),
            45..=50 => Op::Set(Use { amount: self.positive() - 1, ..self.usage() }),
            51..=67 => self.correction(),
            68..=78 => self.bonus(),
            79..=83 => self.overrule(),
            84..=91 => self.customer_op(),
            _ => self.catalog_op(),
        }
    }

    fn correction(&mut self) -> Op {
        let nth = self.below(1000);
        match self.below(10) {
            0..=4 => Op::Edit {
                nth,
                amount: self.maybe(70, Self::amount),
                occurred: self.maybe(40, Self::occurred),
                key: self.patch(|dice| dice.of(&KEYS).to_owned()),
            },
            5..=7 => {
                let count = self.below(5) + 1;
                let nth = (0..count).map(|_| self.below(1000)).collect();
                Op::Delete { nth, must_exist: self.percent(30) }
            }
            _ => {
                let stretch = match self.below(4) {
                    0 => Stretch::Current,
                    1 => Stretch::Previous,
                    2 if self.percent(10) => Stretch::All,
                    _ => Stretch::Range(self.occurred(), self.occurred()),
                };
                let feature = self.maybe(80, |dice| if dice.percent(98) { dice.feature() } else { usize::MAX });
                Op::Sweep { customer: self.customer(), feature, stretch }
            }
        }
    }

    fn bonus(&mut self) -> Op {
        let nth = self.below(1000);
        match self.below(10) {
            0..=5 => Op::Grant {
                customer: self.customer(),
                feature: self.feature(),
                amount: self.positive(),
                expires: self.maybe(60, Self::later),
            },
            6..=7 => Op::Regrant { nth, amount: self.maybe(60, Self::positive), expires: self.patch(Self::later) },
            _ => Op::Revoke { nth },
        }
    }

    fn overrule(&mut self) -> Op {
        let (nth, feature) = (self.below(1000), self.feature());
        match self.below(10) {
            0..=5 => Op::Override {
                customer: self.customer(),
                feature,
                gives: self.gives(feature),
                expires: self.maybe(60, Self::later),
            },
            6..=7 => Op::Amend {
                nth,
                has_access: self.maybe(40, |dice| dice.percent(60)),
                limit: self.maybe(40, Self::positive),
                unlimited: self.maybe(30, |dice| dice.percent(50)),
                expires: self.patch(Self::later),
            },
            _ => Op::Lift { nth },
        }
    }

    fn customer_op(&mut self) -> Op {
        let customer = self.customer();
        match self.below(40) {
            0..=3 => Op::Ensure { customer },
            4 => Op::Forget { customer },
            5 => Op::Link { customer, stripe: self.below(2), force: self.percent(50) },
            6..=14 => Op::Subscribe {
                customer,
                product: self.of(&STRIPE),
                version: self.version().max(1),
                quantity: self.of(&[0, 1, 1, 1, 2, 3]),
                started: self.anchor(),
            },
            15..=19 => Op::Unsubscribe { customer, nth: self.below(1000) },
            _ => {
                let products = self.maybe(60, |dice| {
                    let count = dice.below(4);
                    (0..count).map(|_| dice.of(&[0, 1, 1, 2, 2, 1, 2, 3, 99])).collect()
                });
                let started = self.patch(Self::anchor);
                Op::Write { customer, create: self.percent(70), started, products }
            }
        }
    }

    fn catalog_op(&mut self) -> Op {
        let (product, feature) = (self.below(PRODUCTS.len()), self.below(FEATURES.len()));
        match self.below(40) {
            0..=1 => Op::Archive { feature, archived: true },
            2..=5 => Op::Archive { feature, archived: false },
            6..=12 => Op::Product {
                product,
                default: self.maybe(70, |dice| dice.percent(60)),
                archived: self.maybe(30, |dice| dice.percent(30)),
            },
            13 => Op::Attach { product: self.of(&STRIPE), feature },
            14 => Op::Detach { product: self.of(&STRIPE), feature },
            15..=21 => {
                let count = self.below(4) + 1;
                let customers = (0..count).map(|_| self.customer()).collect();
                let (from, to, dry_run) = (self.version(), self.version(), self.percent(30));
                Op::Migrate { product, from, to, customers, dry_run }
            }
            _ => Op::Define {
                product,
                entries: self.entries(),
                version: self.maybe(30, Self::version),
                new_version: self.percent(25),
            },
        }
    }
}
