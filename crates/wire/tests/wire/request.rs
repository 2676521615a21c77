//! Requests and what is wrong with them.

use tollgate_wire::fault::Fault;
use tollgate_wire::form::{self, Params};

/// The parameters of a form.
pub(crate) fn params(form: &str) -> Params {
    form::decode(form.as_bytes()).unwrap_or_else(|fault| panic!("{form}: {fault:?}"))
}

/// A fault to expect: message, code, parameter.
pub(crate) type Told<'t> = (&'t str, Option<&'t str>, Option<&'t str>);

/// Checks that each request is refused, with status 400, as told.
pub(crate) fn check_faults<T>(parse: impl Fn(&Params) -> Result<T, Fault>, requests: &[(&str, Told<'_>)]) {
    for (form, told) in requests {
        let Err(fault) = parse(&params(form)) else { panic!("{form} is taken") };
        assert_eq!((fault.message.as_str(), fault.code, fault.param.as_deref()), *told, "{form}");
        assert_eq!((fault.status, fault.kind.as_str()), (400, "invalid_request_error"), "{form}");
    }
}

/// Checks that each request is taken.
pub(crate) fn check_taken<T>(parse: impl Fn(&Params) -> Result<T, Fault>, requests: &[&str]) {
    for form in requests {
        if let Err(fault) = parse(&params(form)) {
            panic!("{form}: {fault:?}");
        }
    }
}
