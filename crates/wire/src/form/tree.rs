//! The tree of parameters.

use std::ops::{Deref, DerefMut};

/// What a request says, as a map from names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Map);

impl Deref for Params {
    type Target = Map;

    fn deref(&self) -> &Map {
        &self.0
    }
}

impl DerefMut for Params {
    fn deref_mut(&mut self) -> &mut Map {
        &mut self.0
    }
}

/// One place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A value, decoded.
    Text(String),
    /// What `[]` gathered.
    List(Vec<Node>),
    /// What `[name]` gathered, numbers among the names.
    Map(Map),
}

impl Default for Node {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Node {
    /// The map here, made anew where something else was: the last one to speak wins.
    pub(super) fn make_map(&mut self) -> &mut Map {
        if !matches!(self, Self::Map(_)) {
            *self = Self::Map(Map::default());
        }
        match self {
            Self::Map(map) => map,
            _ => unreachable!("made a map above"),
        }
    }

    /// The list here, made anew where something else was.
    pub(super) fn make_list(&mut self) -> &mut Vec<Node> {
        if !matches!(self, Self::List(_)) {
            *self = Self::List(Vec::new());
        }
        match self {
            Self::List(list) => list,
            _ => unreachable!("made a list above"),
        }
    }
}

/// Entries up to which a map is searched from one end to the other.
const SCAN_MAX: usize = 32;

/// Named nodes, in the order in which the names first came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map {
    entries: Vec<(String, Node)>,
    /// The places of the entries in the order of their names, once there are more than [`SCAN_MAX`]: a request
    /// of many names must not cost the square of their number.
    by_name: Vec<u32>,
}

impl Map {
    /// The node of this name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.find(name).ok().map(|place| &self.entries[place].1)
    }

    /// Names and nodes, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Node)> {
        self.entries.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The node of this name, made where there was none.
    pub(super) fn slot(&mut self, name: &str) -> &mut Node {
        let place = match self.find(name) {
            Ok(place) => place,
            Err(rank) => self.add(name, rank),
        };
        &mut self.entries[place].1
    }

    /// The place of a name, or the rank it would have among the sorted names.
    fn find(&self, name: &str) -> Result<usize, usize> {
        if self.by_name.is_empty() {
            return self.entries.iter().position(|(known, _)| known == name).ok_or(0);
        }
        let found = self.by_name.binary_search_by(|place| self.entries[index(*place)].0.as_str().cmp(name));
        found.map(|rank| index(self.by_name[rank]))
    }

    fn add(&mut self, name: &str, rank: usize) -> usize {
        let place = self.entries.len();
        self.entries.push((name.to_owned(), Node::default()));
        if !self.by_name.is_empty() {
            self.by_name.insert(rank, number(place));
        } else if place == SCAN_MAX {
            self.by_name = (0..=number(place)).collect();
            let entries = &self.entries;
            self.by_name.sort_by(|one, other| entries[index(*one)].0.cmp(&entries[index(*other)].0));
        }
        place
    }
}

fn index(place: u32) -> usize {
    usize::try_from(place).expect("made from an index")
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("a form has at most a few thousand pairs")
}
