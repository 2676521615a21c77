//! `POST /v1/promotion_codes`

use super::restrictions::{self, RESTRICTIONS};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Object, Param, Path, Table, wording};
use crate::stripe::metadata::METADATA;
use crate::stripe::undecided;
use tollgate_domain::id::{BillingCustomerId, CouponId, ID_MAX_CHARACTERS};
use tollgate_domain::promotion_code::{CODE_MAX_CHARACTERS, CreatePromotionCode};
use tollgate_domain::time::Timestamp;

const PROMOTION: Param =
    Param::new("promotion", Kind::Object(&[TYPE.required(), COUPON]), "What whoever has the code gets.");
const TYPE: Param = Param::new("type", Kind::Word(&["coupon"]), "What kind of thing that is.");
const COUPON: Param = Param::new("coupon", Kind::text(ID_MAX_CHARACTERS), "The id of the coupon.");
pub(super) const ACTIVE: Param = Param::new("active", Kind::Boolean, "Whether the code can be used; true unless said.");
const CODE: Param = Param::new(
    "code",
    Kind::text(CODE_MAX_CHARACTERS),
    "What customers type in: letters, digits, `-` and `_`. No other active code is the same, whatever the case. One is \
     drawn where you give none.",
);
const CUSTOMER: Param =
    Param::new("customer", Kind::text(ID_MAX_CHARACTERS), "The only customer who may use it; all unless said.");
const CUSTOMER_ACCOUNT: Param =
    Param::new("customer_account", Kind::text(ID_MAX_CHARACTERS), "The account of a customer; there are none.");
const EXPIRES_AT: Param = Param::new(
    "expires_at",
    Kind::Integer { min: i64::MIN, max: i64::MAX },
    "The second from which it cannot be used any more; not after its coupon's `redeem_by`.",
);
const MAX_REDEMPTIONS: Param = Param::new(
    "max_redemptions",
    Kind::Integer { min: 1, max: i64::MAX },
    "How often it can be redeemed; not more often than its coupon.",
);

/// The parameters, in the order in which they are checked.
pub const CREATE: Table = &[
    PROMOTION.required(),
    ACTIVE,
    CODE,
    CUSTOMER,
    CUSTOMER_ACCOUNT,
    EXPIRES_AT,
    MAX_REDEMPTIONS,
    METADATA,
    RESTRICTIONS,
    EXPAND,
];

/// Reads a new promotion code.
pub fn parse_create(params: &Params) -> Result<(CreatePromotionCode, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let code = params.get::<String>(&CODE);
    if let Some(code) = &code {
        check_code(code)?;
    }
    if params.has(&CUSTOMER_ACCOUNT) {
        return Err(undecided::no_customer_accounts(&Path::Root.key(CUSTOMER_ACCOUNT.name)));
    }
    let command = CreatePromotionCode {
        code,
        coupon: coupon(&params)?,
        customer: params.get::<&str>(&CUSTOMER).map(BillingCustomerId::from),
        active: params.get(&ACTIVE).unwrap_or(true),
        expires: params.get(&EXPIRES_AT).map(Timestamp::from_seconds),
        max_redemptions: params.get::<i64>(&MAX_REDEMPTIONS).map(i64::unsigned_abs),
        restrictions: restrictions::parse(&params)?,
        metadata: params.get(&METADATA).unwrap_or_default(),
    };
    Ok((command, expand))
}

fn coupon(params: &Object<'_>) -> Result<CouponId, Fault> {
    let promotion = params.object(&PROMOTION);
    promotion.and_then(|promotion| promotion.get::<&str>(&COUPON)).map(CouponId::from).ok_or_else(|| {
        // Stripe names this parameter with a dot.
        Fault::invalid("You must pass promotion.coupon when passing promotion").about("promotion.coupon")
    })
}

fn check_code(code: &str) -> Result<(), Fault> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if code.bytes().all(is_plain) {
        return Ok(());
    }
    Err(wording::pattern_mismatch(r"\A[a-zA-Z0-9\-_]+\z", code, &Path::Root.key(CODE.name)))
}
