//! What a request asks to see whole: `expand[]=default_price.product`.
//!
//! A noun declares what of it can be expanded as a tree of [`Expandable`]s. The request's paths are held against it
//! before anything is done, so that an [`Expand`] names only what exists.

use crate::fault::Fault;
use crate::params::wording::Shortened;
use crate::params::{ARRAY_UNLIMITED, Kind, Object, Param};

/// Most segments of one path.
pub const EXPAND_LEVELS_MAX: usize = 4;
/// Longest path, in characters.
const PATH_MAX_CHARACTERS: usize = 5000;

/// The parameter that asks for expansion.
pub const EXPAND: Param = Param::new(
    "expand",
    Kind::Array { max: ARRAY_UNLIMITED, of: &Kind::text(PATH_MAX_CHARACTERS) },
    "Which fields of the answer are to be given as whole objects, or at all.",
);

/// A field that can be expanded.
#[derive(Debug, Clone, Copy)]
pub struct Expandable {
    /// The field.
    pub name: &'static str,
    /// What can be expanded within it.
    pub within: &'static [Expandable],
}

impl Expandable {
    /// A field within which nothing can be expanded.
    pub const fn leaf(name: &'static str) -> Self {
        Self { name, within: &[] }
    }
}

/// The fields to expand, as a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expand(Vec<(&'static str, Expand)>);

/// Nothing is expanded.
pub static NOTHING: Expand = Expand(Vec::new());

impl Expand {
    /// What to expand within a field; nothing where the field itself is not to be expanded.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, within)| within)
    }

    /// Whether a field is to be expanded.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn slot(&mut self, name: &'static str) -> &mut Self {
        let place = self.0.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.0.push((name, Self::default()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }
}

/// What a path starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Object,
    List,
}

/// Reads what to expand of one object.
pub(crate) fn of_object(params: &Object<'_>, allowed: &'static [Expandable]) -> Result<Expand, Fault> {
    read(params, allowed, Root::Object)
}

/// Reads what to expand of a page; `allowed` begins at the page: `data`, and what else it has.
pub(crate) fn of_page(params: &Object<'_>, allowed: &'static [Expandable]) -> Result<Expand, Fault> {
    read(params, allowed, Root::List)
}

fn read(params: &Object<'_>, allowed: &'static [Expandable], root: Root) -> Result<Expand, Fault> {
    let mut expand = Expand::default();
    for path in params.get::<Vec<&str>>(&EXPAND).unwrap_or_default() {
        add(&mut expand, path, allowed, root).map_err(Fault::before_lookup)?;
    }
    Ok(expand)
}

fn add(expand: &mut Expand, path: &str, allowed: &'static [Expandable], root: Root) -> Result<(), Fault> {
    if path.split('.').count() > EXPAND_LEVELS_MAX {
        return Err(too_deep(path));
    }
    let (mut expand, mut allowed) = (expand, allowed);
    for (level, segment) in path.split('.').enumerate() {
        match allowed.iter().find(|expandable| expandable.name == segment) {
            Some(found) => {
                expand = expand.slot(found.name);
                allowed = found.within;
            }
            None if level == 0 && root == Root::List => return Err(not_in_list(path)),
            None => return Err(not_expandable(path)),
        }
    }
    Ok(())
}

fn too_deep(path: &str) -> Fault {
    let path = Shortened(path);
    let message = format!("You cannot expand more than {EXPAND_LEVELS_MAX} levels of a property. Property: {path}");
    Fault::invalid(message).with_code("property_expansion_max_depth")
}

fn not_expandable(path: &str) -> Fault {
    Fault::invalid(format!("This property cannot be expanded ({}).", Shortened(path)))
}

fn not_in_list(path: &str) -> Fault {
    let path = Shortened(path);
    Fault::invalid(format!(
        "This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' instead."
    ))
}
