//! What a browser sends, and the fields of a form as a page shows them: with what was typed, and what is wrong with it.

use super::api::Fault;
use std::collections::BTreeMap;
use tollgate_wire::form;

/// The fields of a form or a query, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body or a query; nothing where it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        form::pairs(bytes).ok().map(Self)
    }

    /// A form with these fields.
    pub(super) fn of<N: Into<String>, V: Into<String>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// What was typed into a field, without blanks around it; empty where there is no such field.
    pub(super) fn text(&self, name: &str) -> &str {
        self.raw(name).unwrap_or_default().trim()
    }

    /// What was typed into a field, to the letter.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same where something was typed.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// What was typed into each of the fields of a name, in their order.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim()).collect()
    }

    /// Whether a box is ticked.
    pub(super) fn is_ticked(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The same with one value in a field.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Every field, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A form as a page shows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    form: Form,
    faults: BTreeMap<String, String>,
    /// What is wrong with the form as a whole.
    pub(super) fault: Option<String>,
}

impl Fields {
    /// A form that says this, with nothing wrong.
    pub(super) fn new(form: Form) -> Self {
        Self { form, ..Self::default() }
    }

    /// A form that was refused. `fields` says which field of the page a path of the API stands for; a fault of any
    /// other is told above the form.
    pub(super) fn refused(form: Form, fault: &Fault, fields: &[(&str, &str)]) -> Self {
        let named = fault.param.as_deref();
        let field = named.and_then(|param| fields.iter().find(|(path, _)| *path == param)).map(|(_, field)| *field);
        let message = match field {
            Some(_) => beside(&fault.message, named),
            None => plain(&fault.message, named),
        };
        match field {
            Some(field) => Self { form, faults: [(field.to_owned(), message)].into(), fault: None },
            None => Self { form, faults: BTreeMap::new(), fault: Some(message) },
        }
    }

    /// The same with something wrong with a field.
    #[must_use]
    pub(super) fn with(mut self, field: &str, problem: impl Into<String>) -> Self {
        self.faults.insert(field.to_owned(), problem.into());
        self
    }

    /// The same with something wrong with all of it.
    #[must_use]
    pub(super) fn with_fault(mut self, problem: impl Into<String>) -> Self {
        self.fault = Some(problem.into());
        self
    }

    /// The same showing this instead.
    #[must_use]
    pub(super) fn showing(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// The form as it was typed.
    pub(super) fn form(&self) -> &Form {
        &self.form
    }

    /// Whether anything is wrong.
    pub(super) fn is_refused(&self) -> bool {
        self.fault.is_some() || !self.faults.is_empty()
    }

    /// What a field shows.
    pub(super) fn value(&self, name: &str) -> &str {
        self.form.raw(name).unwrap_or_default()
    }

    /// Whether a box is ticked, or a word chosen.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.form.texts(name).contains(&value)
    }

    /// What is wrong with a field.
    pub(super) fn problem(&self, name: &str) -> Option<&str> {
        self.faults.get(name).map(String::as_str)
    }
}

/// What a field says where it is empty, and may not be.
const NEEDED: &str = "This is needed.";

/// Messages of the API that speak of how it is called, by how they begin, and what is said beside a field instead.
const PLAIN: [(&str, &str); 11] = [
    ("This must be a time in milliseconds since 1970", "Write a day and a time, before the year 3000."),
    ("This must be from -1000000000000000 to ", "This is more than can be counted: at most 1,000,000,000,000,000."),
    ("Missing required param", NEEDED),
    ("You passed an empty string", NEEDED),
    ("Invalid currency", "This is no currency that Stripe knows. Write its three letters, such as USD."),
    ("Invalid integer", "This must be a whole number."),
    ("Invalid non-negative integer", "This must be a whole number, zero or more."),
    ("Invalid decimal", "This has too many digits."),
    ("Not a valid URL", "Write a whole address, such as https://example.com/page."),
    ("Invalid URL: Non-ASCII", "Write the address in plain letters, with % where there are others."),
    ("Invalid email address", "This is no email address."),
];

/// A message of the API beside its field, in words that need no knowledge of the API.
fn beside(message: &str, param: Option<&str>) -> String {
    let said = plain(message, param);
    if let Some((_, words)) = PLAIN.iter().find(|(start, _)| said.starts_with(start)) {
        return (*words).to_owned();
    }
    // The API quotes what was sent, which stands beside it here.
    let most = said.strip_prefix("Invalid string").and_then(|rest| rest.rsplit_once("at most ")).map(|(_, most)| most);
    most.map_or_else(|| said.clone(), |most| format!("This must be at most {}.", most.trim_end_matches('.')))
}

/// A message of the API, for people who see what it is about: without the field's path at its start.
fn plain(message: &str, param: Option<&str>) -> String {
    let rest = param.and_then(|param| message.strip_prefix(&format!("`{param}` ")));
    match rest {
        Some(rest) => format!("This {rest}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_stands_beside_its_field_and_what_was_typed_stays() {
        let form = Form::read(b"name=+Gold+&key=a%20b").unwrap();
        assert_eq!((form.text("name"), form.raw("name"), form.given("other")), ("Gold", Some(" Gold "), None));
        let fault = Fault { status: 400, param: Some("key".into()), message: "`key` takes no blanks.".into() };
        let fields = Fields::refused(form.clone(), &fault, &[("key", "key")]);
        assert_eq!(fields.problem("key"), Some("This takes no blanks."));
        assert_eq!((fields.value("key"), &fields.fault), ("a b", &None));
        let elsewhere = Fields::refused(form, &fault, &[]);
        assert_eq!(elsewhere.fault.as_deref(), Some("This takes no blanks."));
    }

    #[test]
    fn words_of_the_api_are_plain_beside_a_field() {
        for (message, said) in [
            (
                "`at` must be a time in milliseconds since 1970, before the year 3000.",
                "Write a day and a time, before the year 3000.",
            ),
            (
                "`at` must be from -1000000000000000 to 1000000000000000.",
                "This is more than can be counted: at most 1,000,000,000,000,000.",
            ),
            ("`at` must be zero or more.", "This must be zero or more."),
            ("Missing required param: at.", "This is needed."),
            ("Invalid string: abc; must be at most 40 characters", "This must be at most 40 characters."),
            ("No such thing.", "No such thing."),
        ] {
            let fault = Fault { status: 400, param: Some("at".into()), message: message.into() };
            let fields = Fields::refused(Form::default(), &fault, &[("at", "when")]);
            assert_eq!(fields.problem("when"), Some(said));
        }
    }
}
