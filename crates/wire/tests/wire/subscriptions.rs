//! Subscriptions: what requests say, and which are refused before anything is looked up.

use crate::request::{check_faults, check_taken, params};
use tollgate_domain::currency::Currency;
use tollgate_domain::patch::Patch;
use tollgate_domain::subscription::{
    AnchorChoice, AnchorConfig, BillingMode, CancelChoice, Collection, ItemChange, MissingPayment, Pause,
    PauseBehavior, PriceChoice, TrialChoice, TrialEnd,
};
use tollgate_domain::time::Timestamp;
use tollgate_wire::stripe::subscription::{parse_cancel, parse_create, parse_list, parse_resume, parse_update};
use tollgate_wire::stripe::subscription_item;

const BASE: &str = "customer=cus_1&items[0][price]=price_1";

fn create(more: &str) -> tollgate_domain::subscription::CreateSubscription {
    parse_create(&params(&format!("{BASE}&{more}"))).unwrap_or_else(|fault| panic!("{more}: {fault:?}")).0
}

fn update(form: &str) -> tollgate_domain::subscription::SubscriptionPatch {
    parse_update(&params(form), "sub_1".into()).unwrap_or_else(|fault| panic!("{form}: {fault:?}")).0.patch
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

#[test]
fn what_is_not_said_is_as_usual() {
    let plain = create("");
    assert_eq!((plain.customer.as_str(), plain.items.len()), ("cus_1", 1));
    assert_eq!((plain.collection, plain.mode), (Collection::ChargeAutomatically, BillingMode::Flexible));
    assert_eq!((plain.trial, plain.cancel, plain.anchor, plain.started), (None, None, None, None));
    assert_eq!((plain.items[0].quantity, plain.missing_payment), (None, MissingPayment::CreateInvoice));
}

#[test]
fn a_creation_says_when_and_how_it_is_billed() {
    assert_eq!(create("trial_end=5").trial, Some(TrialChoice::Until(at(5))));
    assert_eq!(create("trial_end=now").trial, None);
    assert_eq!(create("trial_period_days=3").trial, Some(TrialChoice::Days(3)));
    assert_eq!(create("trial_from_plan=true").trial, Some(TrialChoice::OfPrice));
    assert_eq!(create("trial_from_plan=false&trial_period_days=3").trial, Some(TrialChoice::Days(3)));
    assert_eq!(create("billing_cycle_anchor=7").anchor, Some(AnchorChoice::At(at(7))));
    let config = AnchorConfig { day_of_month: 31, month: Some(2), hour: Some(0), minute: None, second: Some(59) };
    let form = "billing_cycle_anchor_config[day_of_month]=31&billing_cycle_anchor_config[month]=2\
                &billing_cycle_anchor_config[hour]=0&billing_cycle_anchor_config[second]=59";
    assert_eq!(create(form).anchor, Some(AnchorChoice::Config(config)));
    assert_eq!(create("backdate_start_date=9").started, Some(at(9)));
    assert_eq!(create("billing_mode[type]=classic").mode, BillingMode::Classic);
    let form = "trial_settings[end_behavior][missing_payment_method]=pause";
    assert_eq!(create(form).missing_payment, MissingPayment::Pause);
    assert!(create("payment_behavior=default_incomplete").default_incomplete);
    assert!(!create("payment_behavior=allow_incomplete").default_incomplete);
    let sent = create("collection_method=send_invoice&days_until_due=30&currency=EUR");
    assert_eq!((sent.collection, sent.days_until_due), (Collection::SendInvoice, Some(30)));
    assert_eq!(sent.currency.map(Currency::code), Some("eur"));
}

#[test]
fn both_say_when_it_is_canceled() {
    for (form, expected) in [
        ("cancel_at_period_end=true", Some(CancelChoice::AtPeriodEnd)),
        ("cancel_at_period_end=false", None),
        ("cancel_at=min_period_end", Some(CancelChoice::FirstPeriodEnd)),
        ("cancel_at=max_period_end&cancel_at_period_end=false", Some(CancelChoice::LastPeriodEnd)),
        ("cancel_at=max_billed_until", Some(CancelChoice::LastPeriodEnd)),
        ("cancel_at=11", Some(CancelChoice::At(at(11)))),
    ] {
        assert_eq!(create(form).cancel, expected, "{form}");
        let taken_back = if form.contains("false") { Patch::Clear } else { Patch::Keep };
        assert_eq!(update(form).cancel, expected.map_or(taken_back, Patch::Set), "{form}");
    }
    assert_eq!(update("cancel_at=").cancel, Patch::Clear);
    assert_eq!(update("").cancel, Patch::Keep);
}

#[test]
fn an_update_says_what_to_do_about_each_item() {
    let form = "items[0][id]=si_1&items[0][deleted]=true&items[1][id]=si_2&items[1][price]=p&items[1][quantity]=0\
                &items[2][price]=q&items[2][metadata][a]=1&items[3][id]=si_3&items[3][metadata]=";
    let items = update(form).items;
    assert!(matches!(&items[0], ItemChange::Remove { id } if id.as_str() == "si_1"));
    let ItemChange::Change { id, patch } = &items[1] else { panic!("{:?}", items[1]) };
    assert_eq!((id.as_str(), patch.quantity), ("si_2", Some(0)));
    assert!(matches!(&patch.price, Some(PriceChoice::Existing(price)) if price.as_str() == "p"));
    let ItemChange::Add(new) = &items[2] else { panic!("{:?}", items[2]) };
    assert_eq!(new.metadata.set["a"].as_deref(), Some("1"));
    assert!(matches!(&items[3], ItemChange::Change { patch, .. } if patch.metadata.clear));
}

#[test]
fn an_update_sets_unsets_and_leaves() {
    assert_eq!(update("trial_end=now").trial, Some(TrialEnd::Now));
    assert_eq!(update("trial_end=5").trial, Some(TrialEnd::At(at(5))));
    let pause = Pause { behavior: PauseBehavior::Void, resumes: Some(at(8)) };
    assert_eq!(update("pause_collection[behavior]=void&pause_collection[resumes_at]=8").pause, Patch::Set(pause));
    assert_eq!(update("pause_collection=").pause, Patch::Clear);
    assert_eq!((update("description=").description, update("").description), (Patch::Clear, Patch::Keep));
    assert!(update("billing_cycle_anchor=now").reset_anchor);
    assert!(!update("billing_cycle_anchor=unchanged").reset_anchor);
    let details = update("cancellation_details[comment]=&cancellation_details[feedback]=unused");
    assert_eq!((details.comment, details.feedback), (Patch::Clear, Patch::Set("unused".to_owned())));
}

#[test]
fn what_has_no_effect_is_told_from_what_a_canceled_subscription_takes() {
    for form in ["metadata[a]=1", "cancellation_details[comment]=x", "proration_behavior=none", "expand[]=customer"] {
        assert!(!update(form).touches_more, "{form}");
    }
    for form in ["discounts=", "automatic_tax[enabled]=true", "cancel_at_period_end=false", "default_source="] {
        assert!(update(form).touches_more, "{form}");
    }
}

#[test]
fn what_is_not_needed_here_is_taken_where_it_is_well_formed() {
    let parse = |form: &tollgate_wire::form::Params| parse_create(form);
    let forms = [
        "add_invoice_items[0][price]=p&add_invoice_items[0][period][end][type]=timestamp\
         &add_invoice_items[0][period][end][timestamp]=5&add_invoice_items[0][period][start][type]=now",
        "application_fee_percent=2.5",
        "automatic_tax[enabled]=true&automatic_tax[liability][type]=self",
        "billing_thresholds[amount_gte]=5",
        "default_tax_rates=&discounts=&items[0][tax_rates]=&items[0][discounts]=",
        "invoice_settings[issuer][type]=self&invoice_settings[footer]=x",
        "payment_settings[payment_method_options][card][mandate_options][amount]=5",
        "pending_invoice_item_interval[interval]=month",
        "transfer_data[destination]=acct_1&on_behalf_of=acct_1",
    ];
    let forms: Vec<_> = forms.iter().map(|form| format!("{BASE}&{form}")).collect();
    check_taken(parse, &forms.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_faulty_creation_is_refused_in_the_order_of_its_parameters() {
    let missing = "parameter_missing";
    let exclusive = "You may only specify one of these parameters: ";
    check_faults(
        parse_create,
        &[
            ("", ("Missing required param: customer.", Some(missing), Some("customer"))),
            ("customer=c", ("Missing required param: items.", Some(missing), Some("items"))),
            (
                "customer=c&items[0][quantity]=1",
                ("Missing required param: items[0][price].", Some(missing), Some("items[0][price]")),
            ),
            (
                "customer=c&items[0][price_data][currency]=usd&items[0][price_data][product]=p",
                (
                    "Missing required param: items[0][price_data][recurring].",
                    Some(missing),
                    Some("items[0][price_data][recurring]"),
                ),
            ),
            (
                "customer=c&items[0][price]=p&items[0][price_data][currency]=usd&items[0][price_data][product]=p\
              &items[0][price_data][recurring][interval]=month",
                (&format!("{exclusive}price, price_data."), None, Some("items[0][price]")),
            ),
            (
                "customer=c&items[0][price]=p&items[0][quantity]=-1",
                (
                    "This value must be greater than or equal to 0.",
                    Some("parameter_invalid_integer"),
                    Some("items[0][quantity]"),
                ),
            ),
            (
                "customer=c&items[0][price]=p&billing_cycle_anchor=1&billing_cycle_anchor_config[day_of_month]=1",
                (
                    &format!("{exclusive}billing_cycle_anchor, billing_cycle_anchor_config."),
                    None,
                    Some("billing_cycle_anchor"),
                ),
            ),
            (
                "customer=c&items[0][price]=p&trial_end=5&trial_period_days=3",
                (&format!("{exclusive}trial_end, trial_period_days."), None, Some("trial_end")),
            ),
            (
                "customer=c&items[0][price]=p&cancel_at=5&cancel_at_period_end=true",
                (&format!("{exclusive}cancel_at, cancel_at_period_end."), None, Some("cancel_at")),
            ),
            (
                "customer=c&items[0][price]=p&default_tax_rates[0]=txr_1",
                ("No such tax rate: 'txr_1'", Some("resource_missing"), Some("default_tax_rates")),
            ),
            (
                "customer=c&items[0][price]=p&customer_account=acct_1",
                ("No such account: 'acct_1'", Some("resource_missing"), Some("customer_account")),
            ),
            (
                "customer=c&items[0][price]=p&trial_settings[end_behavior][missing_payment_method]=x",
                (
                    "Invalid trial_settings[end_behavior][missing_payment_method]: must be one of cancel, create_invoice, or pause",
                    None,
                    Some("trial_settings[end_behavior][missing_payment_method]"),
                ),
            ),
            (
                "customer=c&items[0][price]=p&description=",
                (
                    "You passed an empty string for 'description'. We assume empty values are an attempt to unset a parameter; \
                 however 'description' cannot be unset. You should remove 'description' from your request or supply a \
                 non-empty value.",
                    Some("parameter_invalid_empty"),
                    Some("description"),
                ),
            ),
        ],
    );
}

#[test]
fn other_requests_are_refused_too_where_they_are_faulty() {
    check_faults(
        |form| parse_update(form, "sub_1".into()),
        &[
            (
                "items[0][deleted]=true",
                ("Missing required param: items[0][id].", Some("parameter_missing"), Some("items[0][id]")),
            ),
            (
                "pause_collection[resumes_at]=5",
                (
                    "Missing required param: pause_collection[behavior].",
                    Some("parameter_missing"),
                    Some("pause_collection[behavior]"),
                ),
            ),
            (
                "cancel_at=&cancel_at_period_end=true",
                (
                    "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
                    None,
                    Some("cancel_at"),
                ),
            ),
            ("customer=c", ("Received unknown parameter: customer", Some("parameter_unknown"), Some("customer"))),
        ],
    );
    let unknown = ("Received unknown parameter: at", Some("parameter_unknown"), Some("at"));
    check_faults(|form| parse_cancel(form, "sub_1".into()), &[("at=5", unknown)]);
    check_faults(|form| parse_resume(form, "sub_1".into()), &[("at=5", unknown)]);
    check_faults(|form| subscription_item::parse_delete(form, "si_1".into()), &[("at=5", unknown)]);
    let odd = "Invalid status: must be one of active, all, canceled, ended, incomplete, incomplete_expired, past_due, paused, \
               trialing, or unpaid";
    check_faults(parse_list, &[("status=odd", (odd, None, Some("status")))]);
}

#[test]
fn whether_periods_begin_anew_on_resuming_is_said_or_not() {
    let resumed = |form: &str| parse_resume(&params(form), "sub_1".into()).unwrap().0.reset_anchor;
    assert!(resumed("") && resumed("billing_cycle_anchor=now") && !resumed("billing_cycle_anchor=unchanged"));
}
