//! Bonuses and overrides (spec 1.9, 1.10, 7).

use super::{Access, Bonus, Milli, Model, Override, access_of, milli, quantity};
use tollgate_domain::bonus::{CreateBonus, UpdateBonus};
use tollgate_domain::definition::AskedAccess;
use tollgate_domain::id::{BonusId, OverrideId};
use tollgate_domain::overrule::{CreateOverride, UpdateOverride};
use tollgate_domain::patch::Patch;
use tollgate_domain::refusal::AccessRefusal as No;
use tollgate_domain::time::Timestamp;

impl Model {
    pub(in crate::reference) fn grant(
        &mut self,
        grant: &CreateBonus,
        id: Option<BonusId>,
    ) -> Result<(Milli, Milli), No> {
        self.existing(grant.customer.as_str())?;
        if !self.writable(&grant.feature_key)?.is_tracked {
            return Err(No::NotTracked);
        }
        let (now, amount) = (self.now, milli(grant.amount));
        let customer = self.customers.get_mut(grant.customer.as_str()).expect("it exists");
        customer.bonuses.push(Bonus {
            id: id.unwrap_or_else(|| "granted".into()),
            feature: grant.feature_key.clone(),
            amount,
            expires: grant.expires.map(Timestamp::millis),
        });
        Ok((amount, customer.bonus_totals(&grant.feature_key, now).0))
    }

    /// The customer and the place of a bonus that may be changed.
    fn find_bonus(&self, id: &BonusId) -> Result<(String, usize), No> {
        for (name, customer) in &self.customers {
            if let Some(place) = customer.bonuses.iter().position(|bonus| bonus.id == *id) {
                self.writable(&customer.bonuses[place].feature)?;
                return Ok((name.clone(), place));
            }
        }
        Err(No::NoBonus { id: id.clone() })
    }

    pub(in crate::reference) fn regrant(&mut self, update: &UpdateBonus) -> Result<(Milli, Milli), No> {
        let (customer, place) = self.find_bonus(&update.id)?;
        let now = self.now;
        let customer = self.customers.get_mut(&customer).expect("it was found");
        let burnt = customer.burnt(&update.id);
        let bonus = &mut customer.bonuses[place];
        let amount = update.amount.map_or(bonus.amount, milli);
        if amount < burnt {
            return Err(No::BonusConsumed { burnt: quantity(burnt) });
        }
        bonus.amount = amount;
        match update.expires {
            Patch::Keep => {}
            Patch::Clear => bonus.expires = None,
            Patch::Set(expires) => bonus.expires = Some(expires.millis()),
        }
        let feature = bonus.feature.clone();
        Ok((amount - burnt, customer.bonus_totals(&feature, now).0))
    }

    pub(in crate::reference) fn revoke(&mut self, id: &BonusId) -> Result<Milli, No> {
        let (customer, place) = self.find_bonus(id)?;
        let now = self.now;
        let customer = self.customers.get_mut(&customer).expect("it was found");
        let burnt = customer.burnt(id);
        if burnt > 0 {
            return Err(No::BonusConsumed { burnt: quantity(burnt) });
        }
        let bonus = customer.bonuses.remove(place);
        Ok(customer.bonus_totals(&bonus.feature, now).0)
    }

    /// Says under which id.
    pub(in crate::reference) fn overrule(
        &mut self,
        overrule: &CreateOverride,
        id: Option<OverrideId>,
    ) -> Result<OverrideId, No> {
        self.existing(overrule.customer.as_str())?;
        let feature = self.writable(&overrule.feature_key)?;
        let access = access_of(feature, &overrule.access).map_err(|fault| No::BadAccess { entry: None, fault })?;
        let customer = self.customers.get_mut(overrule.customer.as_str()).expect("it exists");
        let kept = customer.overrides.get(&overrule.feature_key).map(|kept| kept.id.clone());
        let id = kept.or(id).unwrap_or_else(|| "made".into());
        let expires = overrule.expires.map(Timestamp::millis);
        customer.overrides.insert(overrule.feature_key.clone(), Override { id: id.clone(), access, expires });
        Ok(id)
    }

    /// The customer and the feature of an override that may be changed.
    fn find_override(&self, id: &OverrideId) -> Result<(String, String), No> {
        for (name, customer) in &self.customers {
            if let Some((feature, _)) = customer.overrides.iter().find(|(_, overrule)| overrule.id == *id) {
                self.writable(feature)?;
                return Ok((name.clone(), feature.clone()));
            }
        }
        Err(No::NoOverride { id: id.clone() })
    }

    pub(in crate::reference) fn amend(&mut self, update: &UpdateOverride) -> Result<(), No> {
        let (customer, key) = self.find_override(&update.id)?;
        let feature = self.features[&key].clone();
        let overrule = self.customers.get_mut(&customer).and_then(|of| of.overrides.get_mut(&key)).expect("found");
        let kept = match overrule.access {
            Some(Access::Of(limit)) => Some(quantity(limit)),
            _ => None,
        };
        let stays_unlimited = overrule.access == Some(Access::Unlimited) && update.limit.is_none();
        let asked = AskedAccess {
            has_access: update.has_access.unwrap_or(overrule.access.is_some()),
            limit: update.limit.or(kept),
            is_unlimited: update.is_unlimited.or(Some(stays_unlimited)),
        };
        overrule.access = access_of(&feature, &asked).map_err(|fault| No::BadAccess { entry: None, fault })?;
        match update.expires {
            Patch::Keep => {}
            Patch::Clear => overrule.expires = None,
            Patch::Set(expires) => overrule.expires = Some(expires.millis()),
        }
        Ok(())
    }

    pub(in crate::reference) fn lift(&mut self, id: &OverrideId) -> Result<(), No> {
        let (customer, feature) = self.find_override(id)?;
        self.customers.get_mut(&customer).expect("it was found").overrides.remove(&feature);
        Ok(())
    }
}
