//! Steps of bonuses and overrides.

use super::super::model::{Milli, quantity};
use super::super::op::{CUSTOMERS, Op};
use super::{Difference, History, key, pick, same};
use crate::ask::overrule;
use tollgate_domain::bonus::{CreateBonus, DeleteBonus, UpdateBonus};
use tollgate_domain::id::{BonusId, OverrideId};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::overrule::{CreateOverride, DeleteOverride, UpdateOverride};
use tollgate_domain::patch::Patch;

impl History {
    pub(super) fn take_bonus(&mut self, op: &Op) -> Result<(), Difference> {
        let plain = |(left, counter): (Milli, Milli)| (quantity(left), quantity(counter));
        match op {
            Op::Grant { customer, feature, amount, expires } => {
                let grant = CreateBonus {
                    customer: CUSTOMERS[*customer].into(),
                    feature_key: key(*feature),
                    amount: quantity(*amount),
                    expires: self.later(*expires),
                    reason: None,
                    metadata: MetadataPatch::default(),
                };
                let got = self.run(&grant);
                let id = got.as_ref().ok().map(|(bonus, ..)| bonus.id.clone());
                self.bonuses.extend(id.clone());
                let got = got.map(|(bonus, _, counter)| (bonus.remaining(), counter));
                same("grant", &got, &self.model.grant(&grant, id).map(plain))
            }
            Op::Regrant { nth, amount, expires } => {
                let update = UpdateBonus {
                    id: pick(&self.bonuses, *nth),
                    amount: amount.map(quantity),
                    expires: self.patched(expires),
                    reason: Patch::Keep,
                    metadata: MetadataPatch::default(),
                };
                let got = self.run(&update).map(|(bonus, _, counter)| (bonus.remaining(), counter));
                same("regrant", &got, &self.model.regrant(&update).map(plain))
            }
            Op::Revoke { nth } => {
                let id: BonusId = pick(&self.bonuses, *nth);
                let got = self.run(&DeleteBonus { id: id.clone() });
                same("revoke", &got, &self.model.revoke(&id).map(quantity))
            }
            _ => unreachable!("{op:?}"),
        }
    }

    pub(super) fn take_override(&mut self, op: &Op) -> Result<(), Difference> {
        match op {
            Op::Override { customer, feature, gives, expires } => {
                let create = CreateOverride {
                    expires: self.later(*expires),
                    ..overrule(CUSTOMERS[*customer], &key(*feature), *gives)
                };
                let got = self.run(&create).map(|(overrule, _)| overrule.id.clone());
                self.overrides.extend(got.clone().ok());
                same("override", &got.clone(), &self.model.overrule(&create, got.ok()))
            }
            Op::Amend { nth, has_access, limit, unlimited, expires } => {
                let update = UpdateOverride {
                    id: pick(&self.overrides, *nth),
                    has_access: *has_access,
                    limit: limit.map(quantity),
                    is_unlimited: *unlimited,
                    reason: Patch::Keep,
                    expires: self.patched(expires),
                };
                let got = self.run(&update).map(|_| ());
                same("amend", &got, &self.model.amend(&update))
            }
            Op::Lift { nth } => {
                let id: OverrideId = pick(&self.overrides, *nth);
                let got = self.run(&DeleteOverride { id: id.clone() }).map(|_| ());
                same("lift", &got, &self.model.lift(&id))
            }
            _ => unreachable!("{op:?}"),
        }
    }
}
