//! Pages that were opened before somebody else's change: who saves one is told so first, and shown the difference.
//!
//! A form says in a hidden field what it was filled with. Where the object says something else by the time the form
//! comes back, nothing is saved: the page comes again with what was typed, a [`Difference`] for each field that saving
//! would overwrite, and a renewed hidden field; so saving once more does it knowingly.

use super::form::Form;
use std::collections::BTreeMap;

/// The hidden field.
const FIELD: &str = "seen";

/// A value of an object, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// What tells it from the object's others.
    pub(super) key: String,
    /// What people call it.
    pub(super) label: String,
    pub(super) value: String,
}

impl Part {
    pub(super) fn new(key: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into(), value: value.into() }
    }
}

/// A field that was changed since a form was opened, and that saving the form would change back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) label: String,
    /// What it was when the form was opened.
    pub(super) seen: String,
    pub(super) now: String,
    /// What saving would make of it.
    pub(super) yours: String,
}

/// What a form says it was filled with, and what was changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// What the hidden field says.
    pub(super) text: String,
    pub(super) differences: Vec<Difference>,
}

impl Seen {
    /// Of a form that is filled with what an object says now.
    pub(super) fn of(now: &[Part]) -> Self {
        let values: BTreeMap<&str, &str> = now.iter().map(|part| (part.key.as_str(), part.value.as_str())).collect();
        Self { text: serde_json::to_string(&values).unwrap_or_default(), differences: Vec::new() }
    }

    /// Of a form that came back: `now` is what the object says, `yours` what the form does.
    pub(super) fn again(form: &Form, now: &[Part], yours: &[Part]) -> Self {
        Self { differences: differences(form, now, yours), ..Self::of(now) }
    }

    /// Whether saving would undo a change of somebody else.
    pub(super) fn is_stale(&self) -> bool {
        !self.differences.is_empty()
    }
}

/// Whether a form was made when an object had this value at all; what it had not, the form says nothing of.
pub(super) fn knows(form: &Form, key: &str) -> bool {
    // Nothing is known of a form that does not say: then it says all there is.
    read(form).is_none_or(|seen| seen.contains_key(key))
}

/// The keys of what a form was made with and is there no more.
pub(super) fn gone(form: &Form, now: &[Part]) -> Vec<String> {
    let seen = read(form).unwrap_or_default().into_keys();
    seen.filter(|key| now.iter().all(|part| part.key != *key)).collect()
}

/// What somebody else changed since a form was opened, other than to what the form says.
fn differences(form: &Form, now: &[Part], yours: &[Part]) -> Vec<Difference> {
    let Some(seen) = read(form) else { return Vec::new() };
    let difference = |now: &Part| {
        let seen = seen.get(&now.key).filter(|seen| **seen != now.value)?;
        let yours = yours.iter().find(|part| part.key == now.key).filter(|yours| yours.value != now.value)?;
        let told = |value: &str| if value.is_empty() { "nothing".to_owned() } else { value.to_owned() };
        Some(Difference {
            label: now.label.clone(),
            seen: told(seen),
            now: told(&now.value),
            yours: told(&yours.value),
        })
    };
    now.iter().filter_map(difference).collect()
}

fn read(form: &Form) -> Option<BTreeMap<String, String>> {
    serde_json::from_str(form.raw(FIELD)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str, seats: &str) -> Vec<Part> {
        vec![Part::new("name", "Name", name), Part::new("seats", "Seats", seats)]
    }

    fn opened(with: &[Part]) -> Form {
        Form::of([(FIELD, Seen::of(with).text)])
    }

    #[test]
    fn a_change_of_somebody_else_is_told_where_saving_would_undo_it() {
        let form = opened(&parts("Gold", "5"));
        let told = differences(&form, &parts("Gold", "10"), &parts("Silver", "5"));
        let expected = Difference { label: "Seats".into(), seen: "5".into(), now: "10".into(), yours: "5".into() };
        assert_eq!(told, [expected]);
        assert_eq!(differences(&form, &parts("", "5"), &parts("Silver", "5"))[0].now, "nothing");
        // The form that comes again has seen it.
        let again = Seen::again(&form, &parts("Gold", "10"), &parts("Silver", "5"));
        assert!(again.is_stale() && again.text == Seen::of(&parts("Gold", "10")).text);
    }

    #[test]
    fn nothing_is_told_where_nothing_would_be_lost() {
        let form = opened(&parts("Gold", "5"));
        // Nobody else changed anything; both want the same.
        assert_eq!(differences(&form, &parts("Gold", "5"), &parts("Silver", "9")), []);
        assert_eq!(differences(&form, &parts("Gold", "9"), &parts("Gold", "9")), []);
        // A form that does not say what it was filled with.
        assert_eq!(differences(&Form::default(), &parts("Gold", "9"), &parts("Gold", "5")), []);
    }

    #[test]
    fn what_came_after_the_form_is_not_of_it() {
        let form = opened(&parts("Gold", "5"));
        assert_eq!((gone(&form, &parts("", "")), gone(&form, &parts("", "")[..1])), (vec![], vec!["seats".to_owned()]));
        assert!(knows(&form, "seats") && !knows(&form, "later") && knows(&Form::default(), "seats"));
        let later = [Part::new("later", "Later", "on")];
        assert_eq!(differences(&form, &later, &[Part::new("later", "Later", "off")]), []);
    }
}
