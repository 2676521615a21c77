//! A subscription as a clock sees it that ticks every six hours: at each tick it looks at what is written on each date, and
//! does it. It knows nothing of what is due next, and shares no code with the domain.

use crate::reference::calendar::{DAY, Day, length_of_month};

const HOUR: i64 = DAY / 24;

/// Milliseconds from one tick to the next. Everything in a history happens at a tick.
pub(super) const TICK: i64 = DAY / 4;

/// The unit of a period, and how many of them it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Every {
    Days(i64),
    Months(i64),
}

impl Every {
    /// The `n`th instant that is whole periods from an anchor.
    fn boundary(self, anchor: i64, n: i64) -> i64 {
        match self {
            Self::Days(days) => anchor + n * days * DAY,
            Self::Months(months) => {
                let day = Day::of(anchor);
                let month = day.year * 12 + day.month - 1 + n * months;
                let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
                let before: i64 = (1970..year).map(|year| 337 + length_of_month(year, 2)).sum();
                let before = before + (1..month).map(|month| length_of_month(year, month)).sum::<i64>();
                let of_month = day.of_month.min(length_of_month(year, month));
                (before + of_month - 1) * DAY + anchor.rem_euclid(DAY)
            }
        }
    }

    fn end_after(self, instant: i64, anchor: i64) -> i64 {
        let mut n = 0;
        while self.boundary(anchor, n) > instant {
            n -= 1;
        }
        while self.boundary(anchor, n) <= instant {
            n += 1;
        }
        self.boundary(anchor, n)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) price: usize,
    pub(super) every: Every,
    pub(super) costs: bool,
    pub(super) quantity: u64,
    pub(super) start: i64,
    pub(super) end: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    PeriodEnd,
    Last,
    First,
    At(i64),
}

/// What can be bought: its place, how often it is billed, and whether that costs anything.
pub(super) type Ware = (usize, Every, bool);

/// What is said of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    /// Whether everybody has a payment method now, or nobody.
    pub(super) pays: bool,
    /// Whether invoices are sent, and nothing is charged.
    pub(super) sends: bool,
    /// What happens where a trial ends and nobody pays.
    pub(super) at_trial_end: &'static str,
    /// Whether it waits for a first payment.
    pub(super) waits: bool,
}

/// Until when collection is paused; nothing for as long as nobody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Until(pub(super) Option<i64>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) status: &'static str,
    pub(super) items: Vec<Item>,
    pub(super) anchor: i64,
    pub(super) trial: Option<(i64, i64)>,
    pub(super) cancel_at: Option<i64>,
    pub(super) at_period_end: bool,
    pub(super) canceled: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) paused: Option<Until>,
    pub(super) terms: Terms,
    born: i64,
    told_of_trial: bool,
    /// What was told, without what all types of events begin with.
    pub(super) told: Vec<&'static str>,
}

impl Model {
    pub(super) fn new(
        now: i64,
        terms: Terms,
        wares: &[Ware],
        trial: Option<i64>,
        anchor: Option<i64>,
        cancel: Option<Cancel>,
    ) -> Option<Self> {
        let begins = trial.unwrap_or(now);
        if trial.is_some_and(|end| end <= now) || anchor.is_some_and(|anchor| anchor <= now) {
            return None;
        }
        let natural = wares.iter().map(|(_, every, _)| every.end_after(begins, begins)).max()?;
        if anchor.is_some_and(|anchor| anchor > natural) {
            return None;
        }
        let anchor = anchor.unwrap_or(begins);
        let item = |(price, every, costs): &Ware| {
            let end = trial.unwrap_or_else(|| every.end_after(now, anchor));
            Item { price: *price, every: *every, costs: *costs, quantity: 1, start: now, end }
        };
        let mut model = Self {
            now,
            status: if trial.is_some() { "trialing" } else { "active" },
            items: wares.iter().map(item).collect(),
            anchor,
            trial: trial.map(|end| (now, end)),
            cancel_at: None,
            at_period_end: false,
            canceled: None,
            ended: None,
            paused: None,
            terms,
            born: now,
            told_of_trial: false,
            told: vec!["created"],
        };
        if let Some(cancel) = cancel {
            model.plan(cancel)?;
        }
        if model.status == "active" && model.owes() {
            model.status = if terms.waits { "incomplete" } else { return None };
        }
        model.tell_of_trial();
        Some(model)
    }

    pub(super) fn is_over(&self) -> bool {
        ["canceled", "incomplete_expired"].contains(&self.status)
    }

    /// Whether it charges what nobody pays.
    fn owes(&self) -> bool {
        let Terms { pays, sends, .. } = self.terms;
        !pays && !sends && self.paused.is_none() && self.items.iter().any(|item| item.costs)
    }

    /// Time passes, tick by tick.
    pub(super) fn pass(&mut self, ticks: u32) {
        for _ in 0..ticks {
            self.now += TICK;
            if !self.is_over() {
                self.tick();
            }
        }
    }

    fn tick(&mut self) {
        let now = self.now;
        self.tell_of_trial();
        if self.status == "incomplete" && now >= self.born + 23 * HOUR {
            self.end(self.born + 23 * HOUR);
            return;
        }
        if self.cancel_at == Some(now) {
            self.end(now);
            return;
        }
        let before = self.clone();
        let trial_ends = self.status == "trialing" && self.trial.is_some_and(|(_, end)| end == now);
        if trial_ends && !self.outlive_trial() {
            return;
        }
        let goes_on = !trial_ends && ["active", "past_due"].contains(&self.status);
        if goes_on && self.paused.is_none() && self.items.iter().any(|item| item.end == now) {
            self.status = if self.owes() { "past_due" } else { "active" };
        }
        let anchor = self.anchor;
        if ["active", "past_due"].contains(&self.status) {
            for item in self.items.iter_mut().filter(|item| item.end == now) {
                (item.start, item.end) = (now, item.every.end_after(now, anchor));
            }
        }
        if *self != before {
            self.told.push("updated");
        }
        if self.paused == Some(Until(Some(now))) {
            self.paused = None;
            self.told.push("updated");
        }
    }

    fn tell_of_trial(&mut self) {
        if let (false, "trialing", Some((_, end))) = (self.told_of_trial, self.status, self.trial)
            && end - self.now <= 3 * DAY
        {
            self.told_of_trial = true;
            self.told.push("trial_will_end");
        }
    }

    /// The trial is over now; says whether anything goes on after it.
    fn outlive_trial(&mut self) -> bool {
        match (self.owes(), self.terms.at_trial_end) {
            (true, "cancel") => self.end(self.now),
            (true, "pause") => {
                self.status = "paused";
                self.told.push("paused");
            }
            (owes, _) => self.status = if owes { "past_due" } else { "active" },
        }
        ["active", "past_due"].contains(&self.status)
    }

    fn end(&mut self, instant: i64) {
        let never_began = self.status == "incomplete";
        self.status = if never_began { "incomplete_expired" } else { "canceled" };
        self.ended = Some(instant);
        self.canceled = self.canceled.or(self.ended);
        self.paused = None;
        self.told.push(if never_began { "updated" } else { "deleted" });
    }

    fn plan(&mut self, cancel: Cancel) -> Option<()> {
        let ends = || self.items.iter().map(|item| item.end.max(self.now));
        let at = match cancel {
            Cancel::PeriodEnd | Cancel::Last => ends().max(),
            Cancel::First => ends().min(),
            Cancel::At(at) => Some(at).filter(|at| *at > self.now),
        };
        self.cancel_at = Some(at?);
        self.at_period_end = cancel == Cancel::PeriodEnd;
        self.canceled = self.canceled.or(Some(self.now));
        Some(())
    }

    /// Makes a change, where it may be made; whatever comes of it is told once.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Self) -> Option<()>) -> Result<(), ()> {
        if self.is_over() || self.status == "incomplete" {
            return Err(());
        }
        let mut after = self.clone();
        change(&mut after).ok_or(())?;
        after.follow_items();
        let visible = Self { told_of_trial: self.told_of_trial, told: self.told.clone(), ..after.clone() };
        if visible != *self {
            after.told.push("updated");
        }
        *self = after;
        self.tell_of_trial();
        self.end_if_planned();
        Ok(())
    }

    fn follow_items(&mut self) {
        if self.at_period_end {
            self.cancel_at = self.items.iter().map(|item| item.end.max(self.now)).max();
        }
    }

    /// What is paused may have no period left to the end of which it could be kept.
    fn end_if_planned(&mut self) {
        if self.cancel_at == Some(self.now) {
            self.end(self.now);
        }
    }

    pub(super) fn cancel_now(&mut self) -> Result<(), ()> {
        if self.is_over() {
            return Err(());
        }
        (self.cancel_at, self.at_period_end, self.canceled) = (None, false, Some(self.now));
        self.end(self.now);
        Ok(())
    }

    pub(super) fn cancel_by(&mut self, cancel: Cancel) -> Result<(), ()> {
        self.change(|model| model.plan(cancel))
    }

    pub(super) fn keep_on(&mut self) -> Result<(), ()> {
        self.change(|model| {
            (model.cancel_at, model.at_period_end, model.canceled) = (None, false, None);
            Some(())
        })
    }

    pub(super) fn pause(&mut self, until: Option<i64>) -> Result<(), ()> {
        self.change(|model| {
            model.paused = Some(Until(until));
            until.is_none_or(|until| until > model.now).then_some(())
        })
    }

    pub(super) fn collect(&mut self) -> Result<(), ()> {
        self.change(|model| {
            model.paused = None;
            Some(())
        })
    }

    fn restart(&mut self) {
        self.anchor = self.now;
        for item in &mut self.items {
            (item.start, item.end) = (self.now, item.every.end_after(self.now, self.now));
        }
    }

    pub(super) fn reset_anchor(&mut self) -> Result<(), ()> {
        self.change(|model| {
            if model.status != "trialing" {
                model.restart();
            }
            Some(())
        })
    }

    pub(super) fn end_trial(&mut self) -> Result<(), ()> {
        let ("trialing", Some((start, _))) = (self.status, self.trial) else {
            return self.change(|model| (model.status == "active").then_some(()));
        };
        if !self.told_of_trial {
            self.told_of_trial = true;
            self.told.push("trial_will_end");
        }
        (self.trial, self.anchor) = (Some((start, self.now)), self.now);
        self.items.iter_mut().for_each(|item| item.end = self.now);
        if self.outlive_trial() {
            self.restart();
            self.told.push("updated");
        }
        if !self.is_over() {
            self.follow_items();
            self.end_if_planned();
        }
        Ok(())
    }

    pub(super) fn resume(&mut self, anew: bool) -> Result<(), ()> {
        if self.status != "paused" || self.owes() {
            return Err(());
        }
        self.status = "active";
        if anew {
            self.restart();
        }
        let (now, anchor) = (self.now, self.anchor);
        for item in &mut self.items {
            (item.start, item.end) = (now, item.every.end_after(now, anchor));
        }
        self.follow_items();
        self.told.extend(["updated", "resumed"]);
        Ok(())
    }

    pub(super) fn agree_to(&mut self, terms: Terms) -> Result<(), ()> {
        self.change(|model| {
            model.terms = terms;
            Some(())
        })
    }

    pub(super) fn try_until(&mut self, end: i64) -> Result<(), ()> {
        self.change(|model| {
            let now = model.now;
            let trialing = model.status == "trialing";
            let was_open = trialing || model.status == "active";
            let start = model.trial.filter(|_| trialing).map_or(now, |(start, _)| start);
            model.told_of_trial &= trialing && model.trial == Some((start, end));
            model.trial = Some((start, end));
            (model.status, model.anchor) = ("trialing", end);
            for item in &mut model.items {
                (item.start, item.end) = (if trialing { item.start } else { now }, end);
            }
            (end > now && was_open).then_some(())
        })
    }

    pub(super) fn set_quantity(&mut self, nth: usize, quantity: u64) -> Result<(), ()> {
        self.change(|model| {
            let place = nth % model.items.len();
            model.items[place].quantity = quantity;
            Some(())
        })
    }

    fn period_end(&self, every: Every) -> i64 {
        match (self.status, self.trial) {
            ("trialing", Some((_, end))) => end,
            _ => every.end_after(self.now, self.anchor),
        }
    }

    pub(super) fn add(&mut self, (price, every, costs): Ware) -> Result<(), ()> {
        self.change(|model| {
            let is_there = model.items.iter().any(|item| item.price == price);
            let end = model.period_end(every);
            model.items.push(Item { price, every, costs, quantity: 1, start: model.now, end });
            (!is_there).then_some(())
        })
    }

    pub(super) fn remove(&mut self, nth: usize) -> Result<(), ()> {
        self.change(|model| {
            let place = nth % model.items.len();
            model.items.remove(place);
            (!model.items.is_empty()).then_some(())
        })
    }

    pub(super) fn go_over(&mut self, nth: usize, (price, every, costs): Ware) -> Result<(), ()> {
        self.change(|model| {
            let place = nth % model.items.len();
            if model.items[place].price == price {
                return Some(());
            }
            if model.items.iter().any(|item| item.price == price) {
                return None;
            }
            let is_other = model.items[place].every != every;
            let end = model.period_end(every);
            let now = model.now;
            let item = &mut model.items[place];
            (item.price, item.every, item.costs) = (price, every, costs);
            if is_other && model.status != "trialing" {
                (item.start, item.end) = (now, end);
                if model.items.len() == 1 {
                    model.restart();
                }
            }
            Some(())
        })
    }
}
